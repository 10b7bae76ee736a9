/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fill.c - fills the flow table of an attached levee with connections that nobody has: addresses of 198.19.0.0/16 (or, with
 * -6, of fd00:0:0:1::/64) to port 80 of the lab's server. There are no sockets: what it is good for is a table of any size.
 *
 *   fill [-6] PIN COUNT    PIN is the pinned program prog_levee_seed_flows
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <levee/config.h>

#define ROWS 64
#define FRAME_TYPE 0x88b5
#define SERVER_V4 0xc6120001U    /* 198.18.0.1 */
#define CLIENTS_V4 0xc6130000U   /* 198.19.0.0/16 */
#define FIRST_PORT 1024U
#define PORTS 60000U

struct frame {
	struct ethhdr eth;
	struct levee_seed_flow row[ROWS];
} __attribute__((packed));

static void set_v6(union levee_addr *addr, __u32 subnet, __u32 host)
{
	memset(addr, 0, sizeof(*addr));
	addr->d[0] = htonl(0xfd000000);
	addr->d[1] = htonl(subnet);
	addr->d[3] = htonl(host);
}

/* Connection number `n`: no two are the same. */
static struct levee_tuple tuple(unsigned int n, int v6)
{
	struct levee_tuple t = { .lport = htons(80), .rport = htons(FIRST_PORT + n % PORTS) };

	if (v6) {
		set_v6(&t.local, 0, 1);
		set_v6(&t.remote, 1, n / PORTS + 1);
	} else {
		levee_addr_set_v4(&t.local, htonl(SERVER_V4));
		levee_addr_set_v4(&t.remote, htonl(CLIENTS_V4 + n / PORTS + 1));
	}
	return t;
}

static int run(int prog, struct frame *frame, unsigned int rows)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .repeat = 1,
		    .data_size_in = sizeof(frame->eth) + rows * sizeof(frame->row[0]));
	int err = bpf_prog_test_run_opts(prog, &opts);

	if (!err && opts.retval == TC_ACT_OK)
		return 0;
	fprintf(stderr, "fill: the program did not take its rows: %s\n", strerror(err ? -err : EPROTO));
	return 1;
}

static int fill(int prog, unsigned int count, int v6)
{
	static struct frame frame = { .eth.h_proto = 0 };
	unsigned int rows = 0;

	frame.eth.h_proto = htons(FRAME_TYPE);
	for (unsigned int n = 0; n < count; n++) {
		frame.row[rows++] = (struct levee_seed_flow){ .tuple = tuple(n, v6), .state = LEVEE_TCP_ESTABLISHED };
		if (rows < ROWS && n + 1 < count)
			continue;
		if (run(prog, &frame, rows))
			return 1;
		rows = 0;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int v6 = argc > 1 && strcmp(argv[1], "-6") == 0, prog;

	if (argc != 3 + v6) {
		fprintf(stderr, "usage: fill [-6] PIN COUNT\n");
		return 2;
	}
	prog = bpf_obj_get(argv[1 + v6]);
	if (prog < 0) {
		fprintf(stderr, "fill: %s: %s\n", argv[1 + v6], strerror(errno));
		return 1;
	}
	return fill(prog, strtoul(argv[2 + v6], NULL, 10), v6);
}
