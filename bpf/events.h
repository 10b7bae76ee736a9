/* SPDX-License-Identifier: GPL-2.0 */
/*
 * events.h - tells whoever listens what happens to connections and to listening sockets (levee/event.h). While nobody does, it
 * costs one comparison, and that only where a connection begins, ends or changes its state, or a listening socket's queue does.
 *
 * Accepted races: where two CPUs enter a connection, or end it, in the same microsecond, its NEW or END may come twice; where
 * a handshake completes and every place of its set in the flow table is being filled by others, its END does not come.
 */
#ifndef BPF_EVENTS_H
#define BPF_EVENTS_H

#include "parse.h"

static __always_inline bool events_wanted(const struct run *run)
{
	__u32 zero = 0;
	const struct levee_listener *l = bpf_map_lookup_elem(&listener, &zero);

	return l && mark_holds(run, READ_ONCE(l->until_ms));
}

/* A zeroed record to fill and to submit; NULL where nobody listens, or there is no room. */
static __always_inline struct levee_event *event_begin(const struct run *run, enum levee_event_type type)
{
	struct levee_event *ev;

	if (!events_wanted(run))
		return NULL;
	ev = bpf_ringbuf_reserve(&events, sizeof(*ev), 0);
	if (!ev) {
		count(run, LEVEE_C_EVENT_LOST);
		return NULL;
	}
	__builtin_memset(ev, 0, sizeof(*ev));
	ev->ns = bpf_ktime_get_ns();
	ev->type = type;
	return ev;
}

/* Of a flow. `was` is the states before, local << 8 | remote. */
static __noinline int event_of_flow(const struct run *run, const struct levee_flow *f, __u32 type, __u32 reason,
				    __u32 was)
{
	struct levee_event *ev;

	ev = event_begin(run, type);
	if (!ev)
		return 0;
	ev->tuple = f->tuple;
	ev->age_ms = run->now_ms - f->born_ms;
	ev->rtt_us = levee_flow_rtt_us(f);
	ev->reason = reason;
	ev->began = f->began;
	for (int i = 0; i < 2; i++) {
		ev->state[i] = f->end[i].state;
		ev->packets[i] = f->packets[i];
		ev->bytes[i] = f->bytes[i];
	}
	ev->was[LEVEE_LOCAL] = was >> 8;
	ev->was[LEVEE_REMOTE] = was;
	bpf_ringbuf_submit(ev, 0);
	return 0;
}

/* Of a listener, which `s` counts for, or of the whole table where it is NULL. `fill`: how much << 32 | of how much. */
static __noinline int event_of_listener(const struct run *run, const struct levee_service *s, __u32 type, __u32 age_ms,
					__u64 fill)
{
	struct levee_event *ev;

	ev = event_begin(run, type);
	if (!ev)
		return 0;
	if (s) {
		ev->tuple.local = s->key.addr;
		ev->tuple.lport = s->key.port;
	}
	ev->age_ms = age_ms;
	ev->queue.now = fill >> 32;
	ev->queue.max = fill;
	bpf_ringbuf_submit(ev, 0);
	return 0;
}

/* Of a half-open connection: the SYN has come, and this host answers. */
static __noinline int event_of_half_open(const struct run *run, const struct levee_half_open *h, __u32 type,
					 __u32 reason)
{
	struct levee_event *ev;

	ev = event_begin(run, type);
	if (!ev)
		return 0;
	ev->tuple = h->tuple;
	ev->age_ms = run->now_ms - h->born_ms;
	ev->reason = reason;
	ev->began = LEVEE_BEGAN_HANDSHAKE;
	ev->state[LEVEE_LOCAL] = half_open_local_state(h);
	ev->state[LEVEE_REMOTE] = LEVEE_TCP_SYN_SENT;
	/* The one change there is: the SYN-ACK has left. */
	ev->was[LEVEE_LOCAL] = type == LEVEE_EVENT_STATE ? LEVEE_TCP_LISTEN : 0;
	ev->was[LEVEE_REMOTE] = type == LEVEE_EVENT_STATE ? LEVEE_TCP_SYN_SENT : 0;
	bpf_ringbuf_submit(ev, 0);
	return 0;
}

#endif
