/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sockets.c - tests that need real sockets of this network namespace: listeners whose backlog and kind
 * levee reads, and connections that are older than levee. Their packets never pass levee; only the
 * lookups of the programs meet them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "prog.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static const char setup_command[] =
	"ip link set lo up && "
	"ip address add 198.18.0.1/32 dev lo && ip address add 198.18.0.2/32 dev lo && "
	"ip address add 198.19.200.7/32 dev lo && "
	"ip address add fd00:1::1/128 dev lo nodad && ip address add fd00:1::2/128 dev lo nodad && "
	"ip address add fd00:2:cafe:babe:1234:5678:9abc:def0/128 dev lo nodad";

/* An address and a port for the kernel. */
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

/* -1 and errno where it fails. `v6_only` matters to IPv6 sockets. */
static int bound_fd(int protocol, const union levee_addr *a, uint16_t port, bool v6_only)
{
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, a, port);
	int fd = socket(sa.ss_family, SOCK_STREAM, protocol), one = 1, only = v6_only;

	if (fd >= 0 && sa.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) && !bind(fd, (void *)&sa, len))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int bound_socket(struct world *w, int protocol, const union levee_addr *a, uint16_t port)
{
	int fd = bound_fd(protocol, a, port, true);

	if (fd < 0)
		complain(w, "cannot make a socket: %s", strerror(errno));
	return fd;
}

static struct levee_tuple tuple_of(bool v6)
{
	const struct link link = { .v6 = v6 };
	const struct segment s = { 0 };

	return packet_tuple(&s, &link);
}

static int listener_at(struct world *w, int protocol, const union levee_addr *a, uint16_t port, int backlog)
{
	int fd = bound_socket(w, protocol, a, port);

	if (fd >= 0 && listen(fd, backlog))
		complain(w, "cannot listen: %s", strerror(errno));
	return fd;
}

static int listener(struct world *w, bool v6, int protocol, int backlog)
{
	struct levee_tuple t = tuple_of(v6);

	return listener_at(w, protocol, &t.local, t.lport, backlog);
}

/* On all addresses of a family; on those of both, if it is IPv6's and not only that. */
static int wildcard_listener(struct world *w, bool v6, bool v6_only, int backlog)
{
	union levee_addr any = { .w = { 0, 0 } };
	int fd;

	if (!v6)
		levee_addr_set_v4(&any, 0);
	fd = bound_fd(0, &any, htons(SERVICE_PORT), v6_only);
	if (fd < 0 || listen(fd, backlog))
		complain(w, "cannot listen on all addresses: %s", strerror(errno));
	return fd;
}

/* They stay open until this process ends. */
static bool second_service(bool v6)
{
	struct levee_tuple t = tuple_of(v6);
	int fd = bound_fd(0, &t.local, htons(443), true);

	return fd >= 0 && !listen(fd, 256);
}

bool sockets_setup(void)
{
	return system(setup_command) == 0 && second_service(false) && second_service(true);
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

/* What the next byte of a queue will be numbered (tcp(7) does not know TCP_REPAIR; CRIU uses it). */
static uint32_t queue_seq(struct world *w, int fd, int queue)
{
	uint32_t seq = 0;
	socklen_t len = sizeof(seq);

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) ||
	    getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &seq, &len))
		complain(w, "the socket does not tell its sequence number: %s", strerror(errno));
	return seq;
}

/* Rows count from the real sequence numbers of the end whose socket this is. */
static void use_real_numbers(struct world *w, int fd, bool is_remote)
{
	int on = TCP_REPAIR_ON, off = TCP_REPAIR_OFF_NO_WP;
	uint32_t sent, received;

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)))
		complain(w, "the socket does not go into repair mode: %s", strerror(errno));
	sent = queue_seq(w, fd, TCP_SEND_QUEUE) - 1;
	received = queue_seq(w, fd, TCP_RECV_QUEUE) - 1;
	setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off));
	w->link.local_isn = is_remote ? received : sent;
	w->link.remote_isn = is_remote ? sent : received;
}

static void older_connection(struct world *w, const struct row *row, bool v6)
{
	struct segment data = { .flags = F_PSH | F_ACK, .seq = 1, .ack = 1, .payload = 100 };
	struct segment spoofed = { .flags = F_PSH | F_ACK, .seq = 1 << 30, .ack = 1, .payload = 100 };
	struct segment stranger = { .flags = F_ACK, .seq = 1, .ack = 1, .port = 1 };
	int server = listener(w, v6, 0, 5), fd = client(w, v6);
	struct levee_flow f;

	use_real_numbers(w, fd, true);

	world_in(w, &stranger, LEVEE_DROP_BAD_COOKIE, NULL);
	world_in(w, &data, LEVEE_PASS_ADOPTED, NULL);
	if (!world_flow(w, &f) || f.began != LEVEE_BEGAN_ADOPTED || f.end[LEVEE_LOCAL].state != LEVEE_TCP_ESTABLISHED)
		complain(w, "no adopted flow in ESTABLISHED");
	if (f.end[LEVEE_REMOTE].seq_end != w->link.remote_isn + 101 || f.end[LEVEE_REMOTE].ack != w->link.local_isn + 1)
		complain(w, "the adopted flow does not know the kernel's numbers");
	world_in(w, &data, LEVEE_PASS_FLOW, NULL);
	world_in(w, &spoofed, LEVEE_PASS_FLOW_OUT_OF_WINDOW, NULL);
	(void)row;
	drop(fd);
	drop(server);
}

/* More strangers than the kernel is asked about in one tick of its budget. */
static bool flood_of_strangers(struct world *w, const struct segment *stranger, int reason)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .repeat = LEVEE_ASKS_MAX);

	world_in(w, stranger, reason, NULL);
	opts.data_in = w->sent.data;
	opts.data_size_in = w->sent.len;
	return bpf_prog_test_run_opts(world_ingress_fd(w), &opts) == 0 && opts.retval == XDP_DROP;
}

/* Where this process is held up, the budget is a new one: again. */
static void more_than_is_asked(struct world *w, const struct segment *stranger, int reason)
{
	uint64_t before = world_counted(w, LEVEE_C_STRANGER_UNASKED);

	for (int i = 0; i < 50 && world_counted(w, LEVEE_C_STRANGER_UNASKED) == before; i++)
		if (!flood_of_strangers(w, stranger, reason) || !flood_of_strangers(w, stranger, reason))
			complain(w, "a stranger was not dropped");
	if (world_counted(w, LEVEE_C_STRANGER_UNASKED) == before)
		complain(w, "the kernel was asked about every stranger");
}

/* Nor may a SYN that an attacker has sent himself open a way around that. */
static void asking_of_half_open_is_bounded(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN }, synack = { .flags = F_SYN | F_ACK, .ack = 1 };
	struct segment misfit = { .flags = F_ACK, .seq = 1, .ack = 77 };

	(void)row;
	(void)v6;
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	world_out(w, &synack);
	w->settings.cookies = LEVEE_COOKIES_ALWAYS;
	world_apply_settings(w);
	world_flag_service(w, 0, LEVEE_SVC_REFUSED);
	more_than_is_asked(w, &misfit, LEVEE_DROP_HALF_OPEN);
}

/* The kernel is asked about so many strangers and no more; one that it would have known comes through when it is sent again. */
static void asking_is_bounded(struct world *w, const struct row *row, bool v6)
{
	struct segment data = { .flags = F_PSH | F_ACK, .seq = 1, .ack = 1, .payload = 100 };
	struct segment stranger = { .flags = F_ACK, .seq = 1, .ack = 1, .port = 1 };
	const struct timespec pause = { .tv_nsec = 20000000 };
	int server = listener(w, v6, 0, 5), fd = client(w, v6), reason = -1;

	(void)row;
	use_real_numbers(w, fd, true);
	more_than_is_asked(w, &stranger, LEVEE_DROP_BAD_COOKIE);
	for (int i = 0; i < 500 && reason != LEVEE_PASS_ADOPTED; i++) {
		reason = world_in_reason(w, &data);
		nanosleep(&pause, NULL);
	}
	if (reason != LEVEE_PASS_ADOPTED)
		complain(w, "a connection of the kernel's is not adopted when it sends again");
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
	world_flag_service(w, LEVEE_SVC_LEARNT, 0);
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
	w->last = syn;
	world_flag_service(w, LEVEE_SVC_LEARNT, 0);
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	drop(server);
}

static const char *second_address(bool v6)
{
	return v6 ? "fd00:1::2" : "198.18.0.2";
}

/* SYNs to one address of a listener, from ports of their own. */
static void send_syns(struct world *w, const char *to, uint16_t first_port, int count, int reason)
{
	struct segment syn = { .flags = F_SYN, .to = to, .port = first_port };

	for (; count > 0; count--, syn.port++)
		world_in(w, &syn, reason, NULL);
}

static void seed_answered(struct world *w, const char *to)
{
	w->last = (struct segment){ .to = to };
	world_seed_service(w, &w->last, 256);
	world_flag_service(w, LEVEE_SVC_LEARNT, 0);
}

/* A flood that spreads over the addresses of one listener fills that one listener's queue. */
static void wildcard_has_one_share(struct world *w, const struct row *row, bool v6)
{
	struct segment synack = { .flags = F_SYN | F_ACK, .ack = 1, .to = second_address(v6), .port = 100 };
	int server = wildcard_listener(w, v6, true, 8);

	(void)row;
	seed_answered(w, NULL);
	world_out(w, &synack); /* the second address is learnt, and has a half-open entry */
	send_syns(w, NULL, 0, 2, LEVEE_PASS_SYN);
	send_syns(w, second_address(v6), 0, 1, LEVEE_PASS_SYN);
	send_syns(w, second_address(v6), 1, 3, LEVEE_TX_COOKIE);
	send_syns(w, NULL, 2, 3, LEVEE_TX_COOKIE);
	if (world_counted(w, LEVEE_C_COOKIE_MODE_ON) != 1)
		complain(w, "cookie mode began %u times, wanted once for the listener",
			 (unsigned int)world_counted(w, LEVEE_C_COOKIE_MODE_ON));
	drop(server);
}

/* One listener for both families: one queue. Begins with the family of the test. */
static void dual_stack_has_one_share(struct world *w, const struct row *row, bool v6)
{
	int server = wildcard_listener(w, true, false, 8);

	(void)row;
	seed_answered(w, NULL);
	w->link.v6 = !v6;
	seed_answered(w, NULL);
	send_syns(w, NULL, 0, 2, LEVEE_PASS_SYN);
	w->link.v6 = v6;
	send_syns(w, NULL, 0, 2, LEVEE_PASS_SYN);
	send_syns(w, NULL, 2, 2, LEVEE_TX_COOKIE);
	w->link.v6 = !v6;
	send_syns(w, NULL, 2, 2, LEVEE_TX_COOKIE);
	w->link.v6 = v6;
	drop(server);
}

/* Two listeners on the same port are two queues. */
static void listeners_of_their_own(struct world *w, const struct row *row, bool v6)
{
	const struct segment other = { .to = second_address(v6) };
	const struct link link = { .v6 = v6 };
	struct levee_tuple t = packet_tuple(&other, &link);
	int first = listener(w, v6, 0, 8), second = listener_at(w, 0, &t.local, t.lport, 8);

	(void)row;
	seed_answered(w, NULL);
	seed_answered(w, second_address(v6));
	send_syns(w, NULL, 0, 4, LEVEE_PASS_SYN);
	send_syns(w, NULL, 4, 1, LEVEE_TX_COOKIE);
	send_syns(w, second_address(v6), 0, 4, LEVEE_PASS_SYN);
	send_syns(w, second_address(v6), 4, 1, LEVEE_TX_COOKIE);
	drop(first);
	drop(second);
}

/* A server that comes back, bound to one address where it was bound to all. */
static void share_follows_the_listener(struct world *w, const struct row *row, bool v6)
{
	int server = wildcard_listener(w, v6, true, 8);

	(void)row;
	seed_answered(w, NULL);
	drop(server);
	server = listener(w, v6, 0, 100);
	seed_answered(w, NULL);
	send_syns(w, NULL, 0, 50, LEVEE_PASS_SYN);
	send_syns(w, NULL, 50, 1, LEVEE_TX_COOKIE);
	drop(server);
}

#define SHORT_LISTENERS 400 /* more than there is room for services */

static void come_and_go(struct world *w, const union levee_addr *any, uint16_t port)
{
	struct segment synack = { .flags = F_SYN | F_ACK, .ack = 1, .local_port = port };
	struct segment rst = { .flags = F_RST | F_ACK, .absolute = true, .ack = 1, .local_port = port };
	int fd = listener_at(w, 0, any, htons(port), 5);

	world_out(w, &synack);
	drop(fd);
	world_out(w, &rst);
}

/* Passive FTP: ever new ports, each bound to all addresses for a moment. */
static void short_listeners_make_room(struct world *w, const struct row *row, bool v6)
{
	union levee_addr any = { .w = { 0, 0 } };

	(void)row;
	if (!v6)
		levee_addr_set_v4(&any, 0);
	for (uint16_t port = 2000; port < 2000 + SHORT_LISTENERS; port++)
		come_and_go(w, &any, port);
	if (world_counted(w, LEVEE_C_SERVICE_NO_ROOM))
		complain(w, "%u of %u services found no room, though at most one was open at any time",
			 (unsigned int)world_counted(w, LEVEE_C_SERVICE_NO_ROOM), SHORT_LISTENERS);
}

static void expect_adopted(struct world *w, enum levee_began began, uint8_t local, uint8_t remote)
{
	struct levee_flow f;

	if (!world_flow(w, &f) || f.began != began)
		complain(w, "no adopted flow");
	else if (f.end[LEVEE_LOCAL].state != local || f.end[LEVEE_REMOTE].state != remote)
		complain(w, "the ends are in states %u and %u", f.end[LEVEE_LOCAL].state, f.end[LEVEE_REMOTE].state);
	if (world_count_half_open(w))
		complain(w, "a half-open entry is there beside the flow");
}

/* The SYN-ACK left by another interface: only the kernel knows that the handshake is over. */
static void half_open_that_is_established(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN };
	struct segment data = { .flags = F_PSH | F_ACK, .seq = 1, .ack = 1, .payload = 100 };
	int server, fd;

	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	server = listener(w, v6, 0, 5);
	fd = client(w, v6);
	use_real_numbers(w, fd, true);
	w->settings.cookies = LEVEE_COOKIES_ALWAYS;
	world_apply_settings(w);
	world_in(w, &data, LEVEE_PASS_ADOPTED, NULL);
	expect_adopted(w, LEVEE_BEGAN_HANDSHAKE, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED);
	if (world_counted(w, LEVEE_C_HALF_OPEN_DONE) != 1)
		complain(w, "the half-open entry did not end as done");
	world_in(w, &data, LEVEE_PASS_FLOW, NULL);
	(void)row;
	drop(fd);
	drop(server);
}

/* A socket that connects to a listener with a full accept queue, and so waits. */
static int connecting_socket(struct world *w, const struct levee_tuple *t, int *server, int *filler)
{
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, &t->remote, t->rport);
	int fd;

	*server = listener_at(w, 0, &t->remote, t->rport, 0);
	*filler = bound_socket(w, 0, &t->local, 0);
	if (connect(*filler, (void *)&sa, len))
		complain(w, "cannot connect: %s", strerror(errno));
	fd = bound_socket(w, 0, &t->local, t->lport);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) || !connect(fd, (void *)&sa, len) || errno != EINPROGRESS)
		complain(w, "the connection does not wait: %s", strerror(errno));
	return fd;
}

/* levee came in the middle of the handshake of an outgoing connection. */
static void connection_being_opened(struct world *w, const struct row *row, bool v6)
{
	struct segment synack = { .flags = F_SYN | F_ACK, .ack = 1, .local_port = 50000 };
	struct levee_tuple t = packet_tuple(&synack, &w->link);
	int server, filler, fd = connecting_socket(w, &t, &server, &filler);

	(void)row;
	(void)v6;
	use_real_numbers(w, fd, false);
	world_in(w, &synack, LEVEE_PASS_ADOPTED, NULL);
	expect_adopted(w, LEVEE_BEGAN_ADOPTED, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_SYN_RECEIVED);
	drop(fd);
	drop(filler);
	drop(server);
}

/* One connection that nobody accept()s, where none may wait. */
static int fill_accept_queue(struct world *w, bool v6, int *server)
{
	struct levee_tuple t = tuple_of(v6);
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, &t.local, t.lport);
	int fd = bound_socket(w, 0, &t.remote, 0);

	*server = listener(w, v6, 0, 0);
	if (connect(fd, (void *)&sa, len))
		complain(w, "cannot connect: %s", strerror(errno));
	return fd;
}

/* However many SYNs find it so: it is told once that the queue is full, and once that it has room. */
static void full_accept_queue_is_told(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN }, next = { .flags = F_SYN, .port = 1 };
	int server, filler = fill_accept_queue(w, v6, &server), accepted;
	struct levee_service s;

	(void)row;
	events_begin(w);
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	for (int i = 0; i < 20; i++)
		world_in(w, &syn, LEVEE_PASS_SYN_REPEATED, NULL);
	events_expect(w, "NEW LI/SS, ACCEPT_FULL 1/0");
	if (!world_service(w, &s) || !s.full_since_ms || world_counted(w, LEVEE_C_ACCEPT_FULL) != 1)
		complain(w, "the service is not marked as full, once");
	accepted = accept(server, NULL, NULL);
	world_fill_accept_queue(w, s.full_ms - 2 * LEVEE_FULL_OVER_MS);
	events_begin(w);
	for (; next.port < 20; next.port++)
		world_in(w, &next, LEVEE_PASS_SYN, NULL);
	events_expect(w, "ACCEPT_DRAINED 0/0, NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS, "
			 "NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS, "
			 "NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS");
	if (!world_service(w, &s) || s.full_since_ms)
		complain(w, "the service is still marked as full");
	drop(filler);
	drop(accepted);
	drop(server);
}

static const struct {
	struct row row;
	void (*run)(struct world *w, const struct row *row, bool v6);
} tests[] = {
	{ { .name = "connection older than levee is adopted under always", .cookies = LEVEE_COOKIES_ALWAYS },
	  older_connection },
	{ { .name = "the kernel is not asked about every stranger of a flood", .cookies = LEVEE_COOKIES_ALWAYS },
	  asking_is_bounded },
	{ { .name = "nor about every wrong ACK behind a half-open SYN" }, asking_of_half_open_is_bounded },
	{ { .name = "the listener's backlog is the share", .no_service = true }, share_is_backlog },
	{ { .name = "a service that listens is not retired by a RST" }, listening_service_stays },
	{ { .name = "an MPTCP listener gets no cookies", .cookies = LEVEE_COOKIES_ALWAYS, .no_service = true },
	  mptcp_gets_no_cookies },
	{ { .name = "the addresses of a wildcard listener fill one share", .no_service = true },
	  wildcard_has_one_share },
	{ { .name = "both families of a wildcard listener fill one share", .no_service = true },
	  dual_stack_has_one_share },
	{ { .name = "listeners of their own have shares of their own", .no_service = true }, listeners_of_their_own },
	{ { .name = "a listener that moves from all addresses to one has its own share", .no_service = true },
	  share_follows_the_listener },
	{ { .name = "wildcard listeners that are gone make room for new ones", .no_service = true },
	  short_listeners_make_room },
	{ { .name = "half-open here, established in the kernel: adopted" }, half_open_that_is_established },
	{ { .name = "a connection that is being opened is adopted", .cookies = LEVEE_COOKIES_ALWAYS },
	  connection_being_opened },
	{ { .name = "a full accept queue is told once, and once that it has room" }, full_accept_queue_is_told },
};

void run_socket_tests(struct world *w, report_fn report)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		for (int v6 = 0; v6 <= 1 && wanted(tests[i].row.name); v6++) {
			world_reset(w, &tests[i].row, v6, 1000, 2000);
			tests[i].run(w, &tests[i].row, v6);
			report(w, w->failures == 0);
		}
}
