/* SPDX-License-Identifier: GPL-2.0 */
/*
 * segment.h - one TCP segment as the tracker sees it, and the arithmetic of sequence numbers.
 */
#ifndef LEVEE_SEGMENT_H
#define LEVEE_SEGMENT_H

#include "levee.h"

/* Control bits as they stand in the header, RFC 9293 section 3.1. Masked, never compared whole: ECN and AccECN set more of them. */
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
#define TCP_ECE 0x40
#define TCP_CWR 0x80

/* Options of a segment, as bits. */
#define LEVEE_OPT_MSS (1U << 0)
#define LEVEE_OPT_WSCALE (1U << 1)
#define LEVEE_OPT_SACK (1U << 2)
#define LEVEE_OPT_TS (1U << 3)
#define LEVEE_OPT_ECN (1U << 4)    /* ECE and CWR in the SYN, RFC 3168 */
#define LEVEE_OPT_SIGNED (1U << 5) /* TCP-MD5 (RFC 2385) or TCP-AO (RFC 5925) */

/* Numbers in host order. 24 bytes. */
struct levee_segment {
	__u32 seq;
	__u32 ack;
	__u32 payload; /* bytes; a super-packet of TC egress may have more than 64 KiB */
	__u32 tsval;   /* with LEVEE_OPT_TS */
	__u16 window;  /* as in the header, not scaled */
	__u8 flags;    /* TCP_* */
	__u8 options;  /* LEVEE_OPT_*: of a SYN all that were found, of others LEVEE_OPT_TS alone */
	__u8 wscale;   /* with LEVEE_OPT_WSCALE, 0 to 14 */
	__u8 pad[3];
};

_Static_assert(sizeof(struct levee_segment) == 24, "no hidden padding");

/* RFC 9293 section 3.4: sequence numbers compare modulo 2^32. */
static __always_inline int seq_before(__u32 a, __u32 b)
{
	return (__s32)(a - b) < 0;
}

static __always_inline int seq_after(__u32 a, __u32 b)
{
	return seq_before(b, a);
}

/* SYN without ACK opens, SYN with ACK answers. */
static __always_inline int segment_is_syn(const struct levee_segment *s)
{
	return (s->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

static __always_inline int segment_is_synack(const struct levee_segment *s)
{
	return (s->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

/* The number behind the segment: data, SYN and FIN take one each (RFC 9293 section 3.4). */
static __always_inline __u32 segment_end(const struct levee_segment *s)
{
	return s->seq + s->payload + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN);
}

#endif
