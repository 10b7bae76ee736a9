/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sockets.c - tests that need real sockets of this network namespace: listeners whose backlog and kind
 * levee reads, and connections that are older than levee. Their packets never pass levee; only the
 * lookups of the programs meet them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "prog.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static const char setup_command[] =
	"ip link set lo up && ip address add 198.18.0.1/32 dev lo && ip address add 198.19.200.7/32 dev lo && "
	"ip address add fd00:1::1/128 dev lo nodad && "
	"ip address add fd00:2:cafe:babe:1234:5678:9abc:def0/128 dev lo nodad";

bool sockets_setup(void)
{
	return system(setup_command) == 0;
}

/* The address of one end, as packet.c has it. */
static socklen_t address(struct sockaddr_storage *out, const union levee_addr *a, uint16_t port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
	struct sockaddr_in *in = (struct sockaddr_in *)out;

	memset(out, 0, sizeof(*out));
	if (levee_addr_is_v4(a)) {
		in->sin_family = AF_INET;
		in->sin_port = port;
		memcpy(&in->sin_addr, a->b + 12, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = port;
	memcpy(&in6->sin6_addr, a->b, 16);
	return sizeof(*in6);
}

static int bound_socket(struct world *w, int protocol, const union levee_addr *a, uint16_t port)
{
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, a, port);
	int fd = socket(sa.ss_family, SOCK_STREAM, protocol), one = 1;

	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) && !bind(fd, (void *)&sa, len))
		return fd;
	complain(w, "cannot make a socket: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static struct levee_tuple tuple_of(bool v6)
{
	const struct link link = { .v6 = v6 };
	const struct segment s = { 0 };

	return packet_tuple(&s, &link);
}

static int listener(struct world *w, bool v6, int protocol, int backlog)
{
	struct levee_tuple t = tuple_of(v6);
	int fd = bound_socket(w, protocol, &t.local, t.lport);

	if (fd >= 0 && listen(fd, backlog))
		complain(w, "cannot listen: %s", strerror(errno));
	return fd;
}

/* Both ends are here, on the loopback device: the flow's local end is the one that was accepted. */
static int client(struct world *w, bool v6)
{
	struct levee_tuple t = tuple_of(v6);
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, &t.local, t.lport);
	int fd = bound_socket(w, 0, &t.remote, t.rport);

	if (fd >= 0 && connect(fd, (void *)&sa, len))
		complain(w, "cannot connect: %s", strerror(errno));
	return fd;
}

/* Nothing of an earlier connection stays behind: RST in place of FIN. */
static void drop(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

static void older_connection(struct world *w, const struct row *row, bool v6)
{
	struct segment data = { .flags = F_PSH | F_ACK, .seq = 5000, .ack = 7000, .payload = 100 };
	struct segment stranger = { .flags = F_ACK, .seq = 1, .ack = 1, .port = 1 };
	int server = listener(w, v6, 0, 5), fd = client(w, v6);
	struct levee_flow f;

	world_in(w, &stranger, LEVEE_DROP_BAD_COOKIE, NULL);
	world_in(w, &data, LEVEE_PASS_ADOPTED, NULL);
	if (!world_flow(w, &f) || f.began != LEVEE_BEGAN_ADOPTED || f.end[LEVEE_LOCAL].state != LEVEE_TCP_ESTABLISHED)
		complain(w, "no adopted flow in ESTABLISHED");
	world_in(w, &data, LEVEE_PASS_FLOW, NULL);
	(void)row;
	drop(fd);
	drop(server);
}

static void share_is_backlog(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN };
	struct levee_service s;
	int server = listener(w, v6, 0, 5);

	(void)row;
	world_seed_service(w, &syn, 256);
	w->last = syn;
	if (!world_service(w, &s) || s.share != 5 || s.backlog != 5)
		complain(w, "share %u, backlog %u, wanted the listener's 5", s.share, s.backlog);
	for (syn.port = 0; syn.port < 3; syn.port++)
		world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
	drop(server);
}

/* A forged or stray RST must not retire a service that listens. */
static void listening_service_stays(struct world *w, const struct row *row, bool v6)
{
	struct segment rst = { .flags = F_RST | F_ACK, .absolute = true, .ack = 1 },
		       syn = { .flags = F_SYN, .port = 1 };
	int server = listener(w, v6, 0, 64);

	(void)row;
	world_out(w, &rst);
	if (world_counted(w, LEVEE_C_SERVICE_GONE))
		complain(w, "a listening service was marked GONE");
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	drop(server);
	world_out(w, &rst);
	syn.port = 2;
	world_in(w, &syn, LEVEE_PASS_SYN_NO_SERVICE, NULL);
}

/* The kernel makes no socket from a cookie for it (facts of bpf_sk_assign_tcp_reqsk). */
static void mptcp_gets_no_cookies(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN };
	int server = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	(void)row;
	if (server < 0)
		return; /* this kernel has no MPTCP, so no listener can have it */
	close(server);
	server = listener(w, v6, IPPROTO_MPTCP, 64);
	world_seed_service(w, &syn, 64);
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	drop(server);
}

static const struct {
	struct row row;
	void (*run)(struct world *w, const struct row *row, bool v6);
} tests[] = {
	{ { .name = "connection older than levee is adopted under always", .cookies = LEVEE_COOKIES_ALWAYS },
	  older_connection },
	{ { .name = "the listener's backlog is the share", .no_service = true }, share_is_backlog },
	{ { .name = "a service that listens is not retired by a RST" }, listening_service_stays },
	{ { .name = "an MPTCP listener gets no cookies", .cookies = LEVEE_COOKIES_ALWAYS, .no_service = true },
	  mptcp_gets_no_cookies },
};

void run_socket_tests(struct world *w, report_fn report)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		for (int v6 = 0; v6 <= 1; v6++) {
			world_reset(w, &tests[i].row, v6, 1000, 2000);
			tests[i].run(w, &tests[i].row, v6);
			report(w, w->failures == 0);
		}
}
