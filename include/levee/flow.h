/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flow.h - one tracked connection, and one half-open connection.
 *
 * Times are ms since boot modulo 2^32 (levee_clock in config.h); sequence numbers are in host order.
 */
#ifndef LEVEE_FLOW_H
#define LEVEE_FLOW_H

#include "addr.h"
#include "segment.h"
#include "tcp_fsm.h"

/* The two ends of a flow, as index of levee_flow.end. */
enum levee_side { LEVEE_LOCAL, LEVEE_REMOTE };

/* levee_end.flags */
#define LEVEE_END_FIN (1U << 0)    /* has sent a FIN; fin_end is its sequence number plus one */
#define LEVEE_END_SEEN (1U << 1)   /* has sent something: seq_end is known */
#define LEVEE_END_SYN (1U << 2)    /* its SYN is known: wscale is what it asked for */
#define LEVEE_END_SCALED (1U << 3) /* its SYN carried a window scale */
#define LEVEE_END_TS (1U << 4)     /* ts_recent is known */
#define LEVEE_END_ACK (1U << 5)    /* ack and win_end are known; before, after a SYN without ACK, win_end is the window alone */
#define LEVEE_END_FIN_LAST (1U << 6)    /* what stands before seq_end is a FIN */
#define LEVEE_END_FIN_ANSWERS (1U << 7) /* and it acknowledged the other end's FIN when it came first */

#define LEVEE_REPEATS_MAX 255     /* of levee_end.syn_repeats */
#define LEVEE_FIN_REPEATS_MAX 15  /* of levee_end.fin_repeats */

/* What levee knows of one end. 24 bytes. */
struct levee_end {
	__u32 seq_end;   /* highest sequence number sent, plus length, SYN and FIN: its SND.NXT as seen here */
	__u32 ack;       /* highest acknowledgment number sent: its RCV.NXT as seen here */
	__u32 win_end;   /* highest ack + window granted: where the other end's sequence space ends */
	__u32 fin_end;   /* with LEVEE_END_FIN the number after its FIN; before, with LEVEE_END_SYN, its ISN plus one */
	__u32 ts_recent; /* its latest timestamp in sequence: the other end's TS.Recent, RFC 7323 section 4.3 */
	__u8 state;      /* enum levee_tcp_state */
	__u8 flags;
	__u8 syn_repeats;     /* SYN or SYN-ACK segments sent again, saturating */
	__u8 wscale : 4;      /* shift of the windows that this end advertises, 0 to 14 */
	__u8 fin_repeats : 4; /* FIN segments sent again, saturating */
};

/* levee_flow.began. X(NAME, name, help) */
#define LEVEE_BEGAN(X)                                             \
	X(HANDSHAKE, handshake, "client's SYN, watched by levee") \
	X(COOKIE, cookie, "a cookie that came back valid")        \
	X(OUTGOING, outgoing, "this host's SYN")                  \
	X(ADOPTED, adopted, "older than levee, or first seen in the middle; the kernel has the socket")

#define LEVEE_BEGAN_ENUM(NAME, name, help) LEVEE_BEGAN_##NAME,
enum levee_began { LEVEE_BEGAN(LEVEE_BEGAN_ENUM) LEVEE_BEGAN_COUNT };
#undef LEVEE_BEGAN_ENUM

/*
 * How a connection ended. The first five are what its segments said, as levee_flow.ended; the others are why an
 * entry left the table before that, and stand in events only. X(NAME, name, help)
 */
#define LEVEE_ENDED(X)                                                                                 \
	X(NOT, , "not yet")                                                                            \
	X(FIN_LOCAL, fin_local, "both ends closed, this host first")                                   \
	X(FIN_REMOTE, fin_remote, "both ends closed, the remote end first")                            \
	X(RESET_LOCAL, reset_local, "this host reset it")                                              \
	X(RESET_REMOTE, reset_remote, "the remote end reset it")                                       \
	X(TIMEOUT, timeout, "silent for longer than its state allows")                                 \
	X(EVICTED, evicted, "its place in the full table went to another")                             \
	X(REUSED, reused, "another connection began between the same ports")                           \
	X(DELETED, deleted, "removed by hand")                                                         \
	X(FORWARDED, forwarded, "turned out to be routed through this host")

#define LEVEE_ENDED_ENUM(NAME, name, help) LEVEE_ENDED_##NAME,
enum levee_ended { LEVEE_ENDED(LEVEE_ENDED_ENUM) LEVEE_ENDED_COUNT };
#undef LEVEE_ENDED_ENUM

/* levee_flow.flags */
#define LEVEE_FLOW_PENDING (1U << 0)        /* cookie validated, socket not seen yet: levee_accept makes the request */
#define LEVEE_FLOW_ASSIGNED (1U << 1)       /* the request has been made at least once */
#define LEVEE_FLOW_FIN_FIRST(side) (1U << (2 + (side))) /* this side sent the first FIN */
#define LEVEE_FLOW_SUSPECT(side) (1U << (4 + (side)))   /* a RST in the window, but not exact, came from this side */
#define LEVEE_FLOW_REOPENED (1U << 6)       /* began by a cookie and is over; a SYN came since: it only remembers that cookie */
#define LEVEE_FLOW_SUSPECTS (LEVEE_FLOW_SUSPECT(LEVEE_LOCAL) | LEVEE_FLOW_SUSPECT(LEVEE_REMOTE))

/* The value of map "flows". Two cache lines: the key, time and counts first, then the ends. */
struct levee_flow {
	struct levee_tuple tuple;
	__u32 born_ms;
	__u32 seen_ms;
	__u8 began; /* enum levee_began */
	__u8 ended; /* enum levee_ended, at most RESET_REMOTE */
	__u16 flags;
	union {
		/*
		 * SYN-ACK to third ACK, or SYN to SYN-ACK of an outgoing connection; 0 unknown, as where either was sent
		 * again (Karn's algorithm, RFC 6298 section 3). Of an outgoing connection in SYN_SENT: when its SYN left,
		 * us modulo 2^32.
		 */
		__u32 rtt_us;
		/* Of a flow that began by a cookie, whose round trip nobody knows. */
		struct {
			__u16 options;     /* with LEVEE_FLOW_PENDING: as cookie.h packs them */
			__u16 assigned_ms; /* with LEVEE_FLOW_ASSIGNED: when the request was made last, modulo 2^16 */
		} cookie;
		/* Of the same, no longer with LEVEE_FLOW_PENDING: the acknowledgment number of the ACK that brought the cookie. */
		__u32 cookie_ack;
	};
	__u32 packets[2]; /* by sender, super-packets count once, modulo 2^32 */
	struct levee_end end[2];
	__u64 bytes[2];   /* by sender, IP payload (TCP header and data) */
};

/* Its handshake's round trip, 0 unknown. */
static __always_inline __u32 levee_flow_rtt_us(const struct levee_flow *f)
{
	int measured = f->began == LEVEE_BEGAN_HANDSHAKE || f->began == LEVEE_BEGAN_OUTGOING;

	return measured && f->end[LEVEE_LOCAL].state != LEVEE_TCP_SYN_SENT ? f->rtt_us : 0;
}

/* The acknowledgment number of the ACK whose cookie made this flow; until this host has answered, its SYN-ACK says it. */
static __always_inline __u32 levee_flow_cookie_ack(const struct levee_flow *f)
{
	return f->flags & LEVEE_FLOW_PENDING ? f->end[LEVEE_LOCAL].fin_end : f->cookie_ack;
}

/* This host has answered, so the socket is there. What the cookie said is needed no more, but not to be taken again. */
static __always_inline void levee_flow_answered(struct levee_flow *f)
{
	f->cookie_ack = levee_flow_cookie_ack(f);
	f->flags &= ~LEVEE_FLOW_PENDING;
}

/* The value of map "half_open". One cache line. */
struct levee_half_open {
	struct levee_tuple tuple;
	__u32 client_isn;
	__u32 server_isn;  /* with LEVEE_HO_SYNACK known, with LEVEE_HO_ACKED alone what an early third ACK says */
	__u32 born_ms;
	__u32 synack_us;   /* when the SYN-ACK left, us modulo 2^32 */
	__u16 service;     /* index in "services" */
	__u8 wscale : 4;   /* the client's, valid with LEVEE_OPT_WSCALE in options */
	__u8 server_wscale : 4;
	__u8 server_window; /* that the SYN-ACK grants, in units of 256 bytes, rounded down; with LEVEE_HO_ACKED, the third ACK's */
	__u8 options;      /* LEVEE_OPT_*, as the client offered */
	__u8 flags;        /* LEVEE_HO_* */
	__u8 syn_repeats;
	__u8 synack_repeats;
};

/* levee_half_open.flags */
#define LEVEE_HO_SYNACK (1U << 0)        /* server_isn is known */
#define LEVEE_HO_SERVER_WSCALE (1U << 1) /* the SYN-ACK carried a window scale */
#define LEVEE_HO_CLIENT_KNOWN (1U << 2)  /* the SYN was seen: options and wscale are the client's own */
#define LEVEE_HO_ACKED (1U << 3)         /* an ACK has come before the SYN-ACK was seen to leave: server_isn is what it says */

/* The state of this host's end of a half-open connection; the remote end is in SYN_SENT. */
static __always_inline __u8 half_open_local_state(const struct levee_half_open *h)
{
	return h->flags & LEVEE_HO_SYNACK ? LEVEE_TCP_SYN_RECEIVED : LEVEE_TCP_LISTEN;
}

_Static_assert(sizeof(struct levee_end) == 24, "twelve of its words stand in a flow");
_Static_assert(sizeof(struct levee_flow) == 128, "two cache lines");
_Static_assert(sizeof(struct levee_half_open) == 64, "one cache line");

#endif
