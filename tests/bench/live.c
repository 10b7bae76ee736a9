/* SPDX-License-Identifier: GPL-2.0 */
/*
 * live.c - what the XDP program of a device costs per packet while real packets come in: the kernel's own count
 * (BPF_ENABLE_STATS), switched on for as long as this runs. It includes reading the clock twice, so compare
 * it with that of a program that does little. Run in the device's namespace.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static int live_fail(const char *dev, const char *what)
{
	fprintf(stderr, "bench live: %s: %s: %s\n", dev, what, strerror(errno));
	return 1;
}

static int program_of(const char *dev)
{
	unsigned int id = 0;

	errno = -bpf_xdp_query_id(if_nametoindex(dev), 0, &id);
	return errno || !id ? -1 : bpf_prog_get_fd_by_id(id);
}

static int read_info(int fd, struct bpf_prog_info *info)
{
	unsigned int len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return bpf_obj_get_info_by_fd(fd, info, &len);
}

int live_main(int argc, char **argv)
{
	struct bpf_prog_info before, after;
	unsigned long long runs;
	int prog, stats;

	if (argc != 3) {
		fputs("Usage: bench live DEV SECONDS\nPrints: packets/s and ns per packet of its XDP program.\n",
		      stderr);
		return 2;
	}
	prog = program_of(argv[1]);
	if (prog < 0)
		return live_fail(argv[1], "no XDP program");
	stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (stats < 0 || read_info(prog, &before))
		return live_fail(argv[1], "the kernel does not count");
	usleep(atof(argv[2]) * 1e6);
	if (read_info(prog, &after))
		return live_fail(argv[1], "the program cannot be read");
	runs = after.run_cnt - before.run_cnt;
	printf("%.0f %.0f\n", runs / atof(argv[2]), runs ? (double)(after.run_time_ns - before.run_time_ns) / runs : 0);
	close(stats);
	close(prog);
	return 0;
}
