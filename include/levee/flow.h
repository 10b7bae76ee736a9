/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flow.h - one tracked connection, and one half-open connection.
 *
 * Times are ms since boot modulo 2^32 (levee_clock in config.h); sequence numbers are in host order.
 */
#ifndef LEVEE_FLOW_H
#define LEVEE_FLOW_H

#include "addr.h"
#include "tcp_fsm.h"

/* The two ends of a flow, as index of levee_flow.end. */
enum levee_side { LEVEE_LOCAL, LEVEE_REMOTE };

/* levee_end.flags */
#define LEVEE_END_FIN (1U << 0)        /* has sent a FIN; fin_end is its sequence number plus one */
#define LEVEE_END_SEEN (1U << 1)       /* has sent something: seq_end and win_end are known */
#define LEVEE_END_SYN (1U << 2)         /* its SYN was seen: wscale is what it asked for */
#define LEVEE_END_SCALED (1U << 3)      /* its SYN carried a window scale */

/* What levee knows of one end. 20 bytes. */
struct levee_end {
	__u32 seq_end; /* highest sequence number sent, plus length, SYN and FIN: its SND.NXT as seen here */
	__u32 ack;     /* highest acknowledgment number sent: its RCV.NXT as seen here */
	__u32 win_end; /* highest ack + window granted: where the other end's sequence space ends */
	__u32 fin_end; /* with LEVEE_END_FIN the number after its FIN; before, with LEVEE_END_SYN, its ISN plus one */
	__u8 state;    /* enum levee_tcp_state */
	__u8 wscale;   /* shift of the windows that this end advertises */
	__u8 flags;
	__u8 repeats;  /* SYN, SYN-ACK or FIN segments sent again, saturating */
};

/* levee_flow.began */
#define LEVEE_BEGAN(X)                                             \
	X(HANDSHAKE, "handshake", "client's SYN, watched by levee") \
	X(COOKIE, "cookie", "a cookie that came back valid")        \
	X(OUTGOING, "outgoing", "this host's SYN")                  \
	X(ADOPTED, "adopted", "older than levee, or first seen in the middle; the kernel has the socket")

#define LEVEE_BEGAN_ENUM(NAME, name, help) LEVEE_BEGAN_##NAME,
enum levee_began { LEVEE_BEGAN(LEVEE_BEGAN_ENUM) LEVEE_BEGAN_COUNT };
#undef LEVEE_BEGAN_ENUM

/* levee_flow.flags */
#define LEVEE_FLOW_PENDING (1U << 0) /* cookie validated, socket not seen yet: levee_accept makes the request */
#define LEVEE_FLOW_ASSIGNED (1U << 1) /* the request has been made at least once */

/* The value of map "flows". Two cache lines: the key and time first, then the ends. */
struct levee_flow {
	struct levee_tuple tuple;
	__u32 born_ms;
	__u32 seen_ms;
	__u8 began;   /* enum levee_began */
	__u8 pad0;
	__u16 flags;
	__u16 cookie_options; /* with LEVEE_FLOW_PENDING: struct of cookie.h, packed; else 0 */
	__u16 pad1;
	__u32 rtt_us; /* SYN-ACK to third ACK, 0 unknown */
	__u32 assigned_ms; /* with LEVEE_FLOW_ASSIGNED: when the request was made last */
	struct levee_end end[2];
	__u32 packets[2]; /* by sender, super-packets count once, modulo 2^32 */
	__u64 bytes[2];   /* by sender, IP payload (TCP header and data) */
};

/* The value of map "half_open". One cache line. */
struct levee_half_open {
	struct levee_tuple tuple;
	__u32 client_isn;
	__u32 server_isn;  /* valid with LEVEE_HO_SYNACK */
	__u32 born_ms;
	__u32 synack_us;   /* when the SYN-ACK left, us modulo 2^32 */
	__u16 service;     /* index in "services" */
	__u8 wscale;       /* the client's, valid with LEVEE_OPT_WSCALE in options */
	__u8 server_wscale;
	__u8 options;      /* LEVEE_OPT_*, as the client offered */
	__u8 flags;        /* LEVEE_HO_* */
	__u8 syn_repeats;
	__u8 synack_repeats;
};

/* levee_half_open.flags */
#define LEVEE_HO_SYNACK (1U << 0)        /* server_isn is known */
#define LEVEE_HO_SERVER_WSCALE (1U << 1) /* the SYN-ACK carried a window scale */
#define LEVEE_HO_CLIENT_KNOWN (1U << 2)  /* the SYN was seen: options and wscale are the client's own */

/* Options of a SYN, as bits. */
#define LEVEE_OPT_MSS (1U << 0)
#define LEVEE_OPT_WSCALE (1U << 1)
#define LEVEE_OPT_SACK (1U << 2)
#define LEVEE_OPT_TS (1U << 3)
#define LEVEE_OPT_ECN (1U << 4)    /* ECE and CWR in the SYN, RFC 3168 */
#define LEVEE_OPT_SIGNED (1U << 5) /* TCP-MD5 (RFC 2385) or TCP-AO (RFC 5925) */

_Static_assert(sizeof(struct levee_end) == 20, "ten of its words stand in a flow");
_Static_assert(sizeof(struct levee_flow) == 128, "two cache lines");
_Static_assert(sizeof(struct levee_half_open) == 64, "one cache line");

#endif
