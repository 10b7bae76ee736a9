/* SPDX-License-Identifier: GPL-2.0 */
/*
 * seed.c - from sockets to rows for the seeding programs.
 *
 * A listener on a wildcard address serves every local address, so it becomes one row per address.
 * Loopback addresses are left out unless the interface is lo: their packets never come by.
 */
#include <errno.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf.h>

#include <levee/config.h>

#include "cleanup.h"
#include "errors.h"
#include "local.h"
#include "netdev.h"
#include "seed.h"
#include "sockets.h"

#define ROWS_PER_RUN 64

struct seeding {
	int prog;
	const char *ifname;
	unsigned int ifindex;
	bool loopback; /* the interface is lo */
	struct seed_result *result;
	struct local_addresses local;
	/* An Ethernet header, then rows of one kind. */
	unsigned int rows, filled;
	unsigned char frame[sizeof(struct ethhdr) + ROWS_PER_RUN * sizeof(struct levee_seed_flow)];
};

int seed_run(int prog, const void *data, unsigned int size)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = size, .repeat = 1);
	int err = bpf_prog_test_run_opts(prog, &opts);

	if (err)
		return err;
	return opts.retval == TC_ACT_OK ? 0 : -EPROTO;
}

int seed_services(int prog, const struct levee_seed_service *rows, unsigned int count)
{
	struct {
		struct ethhdr eth;
		struct levee_seed_service row[ROWS_PER_RUN];
	} frame = { .eth.h_proto = htons(SEED_FRAME_TYPE) };
	int err = 0;

	for (unsigned int n; !err && count; rows += n, count -= n) {
		n = count < ROWS_PER_RUN ? count : ROWS_PER_RUN;
		memcpy((char *)&frame + sizeof(frame.eth), rows, n * sizeof(*rows));
		err = seed_run(prog, &frame, sizeof(frame.eth) + n * sizeof(*rows));
	}
	return err;
}

static int flush(struct seeding *s)
{
	unsigned int rows = s->rows, size = s->filled;

	s->rows = 0;
	s->filled = sizeof(struct ethhdr);
	return rows ? seed_run(s->prog, s->frame, size) : 0;
}

static int add_row(struct seeding *s, const void *row, size_t size)
{
	memcpy(s->frame + s->filled, row, size);
	s->filled += size;
	return ++s->rows == ROWS_PER_RUN ? flush(s) : 0;
}

static int add_service(struct seeding *s, const union levee_addr *addr, const struct tcp_socket *listener)
{
	struct levee_seed_service row = {
		.key = { .addr = *addr, .port = listener->tuple.lport },
		.backlog = listener->backlog,
	};

	if (socket_is_loopback(addr) && !s->loopback)
		return 0;
	s->result->services++;
	s->result->mptcp += listener->mptcp;
	return add_row(s, &row, sizeof(row));
}

static int seed_listener(const struct tcp_socket *listener, void *arg)
{
	struct seeding *s = arg;
	int err = 0;

	if (listener->ifindex && listener->ifindex != s->ifindex)
		return 0;
	s->result->listeners++;
	if (!socket_is_wildcard(&listener->tuple.local))
		return add_service(s, &listener->tuple.local, listener);
	for (unsigned int i = 0; !err && i < s->local.count; i++)
		if (socket_serves(listener, &s->local.addr[i]))
			err = add_service(s, &s->local.addr[i], listener);
	return err;
}

static int seed_connection(const struct tcp_socket *socket, void *arg)
{
	struct seeding *s = arg;
	struct levee_seed_flow row = { .tuple = socket->tuple, .state = socket_state(socket) };

	if (row.state == LEVEE_TCP_CLOSED || (socket_is_loopback(&socket->tuple.local) && !s->loopback))
		return 0;
	s->result->connections++;
	return add_row(s, &row, sizeof(row));
}

/* One table: the rows of every socket, then what is left in the buffer. Counters may be reset by a repeat. */
static int seed_one(struct seeding *s, int prog, int (*each)(socket_visit, void *), socket_visit visit,
		    const char *what)
{
	int err, left;

	s->prog = prog;
	err = each(visit, s);
	left = flush(s);
	if (err == -EINTR)
		err = 0; /* sockets came or went while they were listed: those are learnt from their packets */
	if (left == -EPROTO || err == -EPROTO)
		return failed(EXIT_FAILED, "%s: the program that enters %s refused its rows\nplease report this",
			      s->ifname, what);
	if (err == -ENOENT || err == -EOPNOTSUPP || err == -EPERM)
		note("the kernel does not list its TCP sockets (%s): %s are learnt from traffic only", strerror(-err),
		     what);
	else if (err || left)
		return failed(EXIT_FAILED, "%s: entering %s failed: %s", s->ifname, what, strerror(err ? -err : -left));
	return 0;
}

int seed_tables(const char *ifname, unsigned int ifindex, int services_prog, int flows_prog, struct seed_result *result)
{
	free_memory struct seeding *s = calloc(1, sizeof(*s));
	int err;

	memset(result, 0, sizeof(*result));
	if (!s)
		return failed(EXIT_FAILED, "%s: out of memory", ifname);
	s->ifname = ifname;
	s->ifindex = ifindex;
	s->loopback = netdev_is_loopback(ifname);
	s->result = result;
	((struct ethhdr *)s->frame)->h_proto = htons(SEED_FRAME_TYPE);
	s->filled = sizeof(struct ethhdr);
	err = local_addresses_read(&s->local, ifindex);
	if (err)
		return failed(EXIT_FAILED, "%s: listing local addresses failed: %s", ifname, strerror(-err));
	err = seed_one(s, services_prog, sockets_each_listener, seed_listener, "services");
	return err ? err : seed_one(s, flows_prog, sockets_each_connection, seed_connection, "connections");
}

int seed_start(int prog)
{
	static const unsigned char nothing[64];

	return seed_run(prog, nothing, sizeof(nothing));
}
