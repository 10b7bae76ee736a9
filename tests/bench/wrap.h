/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wrap.h - what the bench tells its wrapper programs: the packet to restore before each run, and how
 * it varies from one run to the next. Shared by wrap.bpf.c and the bench.
 */
#ifndef BENCH_WRAP_H
#define BENCH_WRAP_H

#include <linux/types.h>

#define WRAP_HEAD 14	     /* Ethernet; behind it all that varies stands in whole words */
#define WRAP_BODY_WORDS 24  /* restored at most: 110 bytes of the frame */
#define WRAP_ANSWERS 65536U /* cookies made in advance */
#define WRAP_PORT_MIN 1024U
#define WRAP_PORT_BITS 14 /* of a peer's number are its port, the rest its address */
#define WRAP_LOOKUP_FLOWS \
	(1U << 20) /* of the hash map that the bench compares with: as many as levee's table by default */

/* What a client that got a cookie sends back, in network byte order. */
struct wrap_answer {
	__u32 ack;
	__u32 tsecr;
};

/*
 * Word numbers count from the end of the Ethernet header. `sum` is that of pseudo header and segment with all
 * varying fields 0. Words are as in memory; the low half comes first (little endian).
 */
struct wrap_state {
	__u64 random;
	__u32 peers;	     /* how many different peers */
	__u32 sequential; /* one after the other, else by lot */
	__u32 next;	    /* with sequential */
	__u32 address;    /* of peer 0, its last 32 bits, host order */
	__u32 address_word;
	__u32 ports_word;
	__u32 ports; /* the word, with 0 for the peer's port */
	__u32 peer_port_shift;
	__u32 ip_check_word; /* 0: IPv6 has none */
	__u32 ip_check; /* the word, with 0 for the checksum */
	__u32 ip_sum;	      /* of the IPv4 header without checksum and peer's address */
	__u32 check_word;	  /* 0: no checksum to keep */
	__u32 ack_word; /* 0: the segment answers no cookie */
	__u32 tsecr_word;
	__u32 sum;
	__u32 head[4];
	__u32 body[WRAP_BODY_WORDS];
};

#endif
