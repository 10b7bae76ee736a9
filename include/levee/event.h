/* SPDX-License-Identifier: GPL-2.0 */
/*
 * event.h - what happens to connections and to listeners, as `levee events` tells it: one record per event in a ring buffer.
 *
 * Nothing is written while nobody listens. A listener says so by writing, every second or so, until when it will
 * (map "listener"); if it dies, the datapath falls silent by itself. One NEW and one END for every connection.
 */
#ifndef LEVEE_EVENT_H
#define LEVEE_EVENT_H

#include "flow.h"

/* X(NAME, name, help) */
#define LEVEE_EVENTS(X)                                                             \
	X(NEW, NEW, "a connection began, or was adopted")                           \
	X(STATE, STATE, "an end changed its state")                                 \
	X(END, END, "it is over: both ends are through, or levee has forgotten it") \
	X(ACCEPT_FULL, ACCEPT_FULL, "a listener's accept queue was found full: the application accepts too slowly") \
	X(ACCEPT_DRAINED, ACCEPT_DRAINED, "it has room, and was not found full for a second") \
	X(COOKIES_ON, COOKIES_ON, "a listener, or the whole table, has entered cookie mode") \
	X(COOKIES_OFF, COOKIES_OFF, "a listener, or the whole table, has left cookie mode")

#define LEVEE_EVENT_ENUM(NAME, name, help) LEVEE_EVENT_##NAME,
enum levee_event_type { LEVEE_EVENTS(LEVEE_EVENT_ENUM) LEVEE_EVENT_COUNT };
#undef LEVEE_EVENT_ENUM

/*
 * Of a listener, not of a connection. Its tuple.local is the address and port of the one that counts (levee_service.owner: a
 * wildcard address where there is one listener for all), and all zero for the whole table.
 */
static __always_inline int levee_event_is_of_listener(unsigned int type)
{
	return type >= LEVEE_EVENT_ACCEPT_FULL;
}

/* Bytes of the ring buffer "events": a power of two. 23 thousand events. */
#define LEVEE_EVENT_RING (2U * 1024 * 1024)

/* One record of the ring buffer. 88 bytes. */
struct levee_event {
	__u64 ns; /* CLOCK_MONOTONIC */
	struct levee_tuple tuple;
	__u32 age_ms; /* of ACCEPT_DRAINED, COOKIES_ON and COOKIES_OFF: how long it was otherwise */
	__u32 rtt_us; /* 0 unknown */
	__u8 type;    /* enum levee_event_type */
	__u8 reason;  /* of END: enum levee_ended */
	__u8 began;   /* enum levee_began */
	__u8 pad;
	__u8 state[2]; /* by enum levee_side: enum levee_tcp_state */
	__u8 was[2];   /* of STATE: before */
	union {
		__u32 packets[2]; /* by sender, as in levee_flow */
		struct {
			__u32 now; /* of ACCEPT_*: connections that wait; of COOKIES_*: half-open ones */
			__u32 max; /* the backlog; the share */
		} queue;
	};
	__u64 bytes[2];
};

_Static_assert(sizeof(struct levee_event) == 88, "no hidden padding");

/* The value of map "listener" (array, one element). Written by whoever listens. */
struct levee_listener {
	__u32 until_ms; /* since boot modulo 2^32; the datapath writes events until then. 0: nobody listens */
};

/* A mark that is farther ahead than this is old: time has gone half around, or most of the way, since it was written. */
#define LEVEE_LISTEN_MAX_MS 60000U

#endif
