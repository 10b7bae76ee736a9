/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flood.h - what flood.c tells flood.bpf.c, and what it hears back. Nothing else includes this.
 */
#ifndef FLOOD_H
#define FLOOD_H

#include <linux/types.h>

enum flood_kind { FLOOD_SYN, FLOOD_ACK, FLOOD_RST, FLOOD_KINDS };

#define FLOOD_FRAME_V4 74 /* Ethernet 14, IPv4 20, TCP 20, options 20: what a Linux client's SYN measures */
#define FLOOD_FRAME_V6 94
#define FLOOD_FRAME_WORDS 12

/* Relative time in BPF is ns << FLOOD_TIME_SHIFT, so that an interval between packets loses no precision. */
#define FLOOD_TIME_SHIFT 10

/* A frame with every random field zero, and the unfolded one's-complement sums of what stays the same. */
struct flood_template {
	__u64 frame[FLOOD_FRAME_WORDS];
	__u32 ip_sum;
	__u32 tcp_sum;
};

/* Read-only data of the generator, set before load. */
struct flood_plan {
	struct flood_template kind[FLOOD_KINDS];
	__u64 interval; /* between packets, shifted ns; 0: as fast as it goes */
	__u64 duration_ns;
	__u64 packets;       /* hard upper bound */
	__u32 src_net[4];	  /* network byte order; IPv4 in the first word */
	__u32 src_random[4]; /* the bits of the source that are drawn by lot */
	__u32 first_kind;
	__u32 kinds;	     /* 1, or FLOOD_KINDS: one of all by lot */
	__u32 ifindex;
	__u32 ipv6;
};

/* Written by the generator while it runs. */
struct flood_progress {
	__u64 random; /* state of the generator's lot, never 0 */
	__u64 start_ns;
	__u64 last;   /* shifted ns since start */
	__u64 next;
	__u64 sent;
	__u64 end_ns; /* when the last packet left */
	__u32 done;
	__u32 pad;
};

#endif
