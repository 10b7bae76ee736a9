/* SPDX-License-Identifier: GPL-2.0 */
/*
 * service.h - a service is a local (address, port) that answers a SYN with a SYN-ACK, or has a listening socket.
 */
#ifndef LEVEE_SERVICE_H
#define LEVEE_SERVICE_H

#include "addr.h"
#include "flow.h"
#include "rtt.h"

struct levee_service_key {
	union levee_addr addr;
	__be16 port;
	__u16 pad;
	__u32 zone; /* 0 */
};

_Static_assert(sizeof(struct levee_service_key) == 24, "the key has no hidden padding");

/* What a server puts into its SYN-ACKs, so that a cookie SYN-ACK offers the same. One word: it is replaced whole. */
struct levee_profile {
	__u16 mss;     /* bytes */
	__u16 window;  /* unscaled, as in the SYN-ACK, host order */
	__u8 wscale;   /* shift, 0 to 14 */
	__u8 options;  /* LEVEE_OPT_*: what the server grants to a client that asks for it */
	__u8 ttl;      /* or hop limit */
	__u8 tos;      /* DSCP of its SYN-ACKs, ECN bits zero */
} __attribute__((aligned(8)));

/* levee_service.flags */
#define LEVEE_SVC_SEEDED (1U << 0)  /* a listening socket was there at attach */
#define LEVEE_SVC_LEARNT (1U << 1)  /* its SYN-ACK has been seen: the profile is its own */
#define LEVEE_SVC_GONE (1U << 2)    /* its listener is closed: SYNs go to the stack, which answers RST */
#define LEVEE_SVC_REFUSED (1U << 3) /* no socket can be made from a cookie: MPTCP listener, or a redirected port. No cookies */
#define LEVEE_SVC_FORWARDED (1U << 4) /* its SYN-ACKs come from elsewhere (DNAT to a container): no cookies */
#define LEVEE_SVC_LISTENER (1U << 5)  /* stands for a wildcard listener: others count on it, no packet is addressed to it */

/*
 * The kernel's SYN queue belongs to a listener, and one wildcard listener serves many addresses. Services of
 * such a listener have an entry of their own each, for their profile, and one `owner` in common, keyed by the
 * wildcard address: half-open entries, cookies in flight, share and mode are the owner's. Else owner is the
 * service itself.
 */

/* levee_service.mode */
enum levee_mode { LEVEE_MODE_CALM, LEVEE_MODE_COOKIE };

/* How long a full accept queue is kept in mind: as long as the kernel repeats a SYN-ACK whose third ACK it had to drop. */
#define LEVEE_FULL_MINDED_MS 64000U

/* An accept queue that has room counts as full still until it has had room, whenever it was looked at, for so long. */
#define LEVEE_FULL_OVER_MS 1000U

/* The value of map "services". The first line is read by every SYN, the second is written per connection. */
struct levee_service {
	struct levee_service_key key;
	struct levee_profile profile;
	__u32 share;        /* half-open entries that it may hold */
	__u32 cookie_epoch; /* latest epoch in which a cookie was sent for it, 0 never */
	__u32 mode_ms;      /* when mode changed last (ms since boot modulo 2^32) */
	__u8 mode;          /* enum levee_mode */
	__u8 flags;         /* LEVEE_SVC_* */
	__u16 owner;        /* index of the entry that counts for it */
	__u32 full_ms;      /* when the accept queue was last found full; 0 never */
	__u32 refreshed_ms; /* when its listener was looked at last, or a SYN came after half an hour without that */
	__u32 full_since_ms; /* when it was found full first; 0: it has had room, and was not full for LEVEE_FULL_OVER_MS */
	__u32 asked_ms;     /* when it was looked at because of a SYN */
	/* second line */
	__u32 half_open; /* entries it holds now */
	__u32 in_flight; /* cookies in flight, as of the last tick */
	__u32 backlog;   /* of its listener as last seen, 0 unknown */
	__u32 pad4;
	__u64 mode_changes;
	__u64 pad3[5];
};

_Static_assert(sizeof(struct levee_service) == 128, "two cache lines");

/*
 * In cookie mode a stranger may be one of a connection that levee has lost sight of, and only the kernel knows; asking costs more
 * than all the rest of such a packet. So this CPU asks so often for each service in so many ms, which takes 3 % of it; what comes
 * beyond is dropped, and a real one is sent again.
 */
#define LEVEE_ASKS_MAX 16384U
#define LEVEE_ASKS_SHIFT 7

/* The value of map "service_counts" (per-CPU array, by index of the service). Cookies by the last two bits of their epoch. */
struct levee_service_counts {
	__u64 syns;
	__u64 cookies_sent;
	__u64 cookies_valid;
	__u64 cookies_refused;
	__u32 asks_tick; /* time / 2^LEVEE_ASKS_SHIFT ms in which `asks` were counted */
	__u32 asks;	 /* strangers that the kernel was asked about since then */
	struct {
		__u32 epoch;
		__u16 pad[2];
		__u32 sent;
		__u32 valid;
	} in_flight[2]; /* by epoch parity; a cell of another epoch counts as empty */
};

#endif
