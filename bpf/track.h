/* SPDX-License-Identifier: GPL-2.0 */
/*
 * track.h - the flow table: entering, finding, ageing and leaving, and one segment's way through it. What a segment does to
 * the two ends is levee/tcp_track.h's.
 *
 * No lock: each direction of a flow is written by the CPU that handles it. Accepted race: two CPUs in the same microsecond,
 * one with a segment of either direction, may lose one of two updates of a state or of the flags; at worst an end stays one
 * state behind until its next segment or its timeout. A flow's state never drops a packet.
 */
#ifndef BPF_TRACK_H
#define BPF_TRACK_H

#include "halfopen.h"

/* Times are written no more often than this: a line that is only read stays in every CPU's cache. */
#define TOUCH_MS LEVEE_TIMEOUT_MIN_MS

static __always_inline struct table flow_table(void)
{
	return (struct table){ &flow_filters, &flows, geometry.flow_sets - 1 };
}

__noinline int flow_lookup(const struct levee_tuple *tuple, __u32 hash, __u32 ways)
{
	struct table t = flow_table();

	return table_find(&t, hash, tuple, TUPLE_WORDS, ways);
}

__noinline __u64 flow_claim(__u32 hash, __u32 now_ms, __u32 full)
{
	struct table t = flow_table();

	return table_claim(&t, hash, now_ms, LEVEE_FLOW_SHIFT, full ? CLAIM_SWAP : CLAIM_EVICT);
}

__noinline int flow_show(__u32 index, __u32 hash, __u32 deadline_ms)
{
	struct table t = flow_table();

	table_publish(&t, index, hash, deadline_ms, LEVEE_FLOW_SHIFT);
	return 0;
}

/* 1 for the one caller that took the entry out: it reads it, then calls flow_free. */
__noinline int flow_take(__u32 index, __u32 tag)
{
	struct table t = flow_table();

	return table_take(&t, index, tag);
}

__noinline int flow_free(__u32 index)
{
	struct table t = flow_table();

	table_free(&t, index);
	return 0;
}

static __always_inline struct levee_flow *flow_at(__u32 index)
{
	return bpf_map_lookup_elem(&flows, &index);
}

/* --- how long a flow may be silent */

static __always_inline __u32 flow_timeout_ms(const struct run *run, const struct levee_flow *f, __u32 pressure)
{
	return levee_timeout_under(run->settings->timeout_ms, levee_flow_timeout(f), pressure);
}

static __always_inline bool flow_expired(const struct run *run, const struct levee_flow *f, __u32 pressure)
{
	__u32 idle = run->now_ms - f->seen_ms;

	/* No timeout is shorter. Negative: another CPU's clock is ahead. */
	return (__s32)idle >= (__s32)LEVEE_TIMEOUT_MIN_MS && idle >= flow_timeout_ms(run, f, pressure);
}

static __always_inline void flow_set_deadline(const struct run *run, const struct levee_flow *f, __u32 index)
{
	struct table t = flow_table();

	table_touch(&t, index, f->seen_ms + flow_timeout_ms(run, f, LEVEE_PRESSURE_ONE), LEVEE_FLOW_SHIFT);
}

static __always_inline void flow_touch(const struct run *run, struct levee_flow *f, __u32 index)
{
	f->seen_ms = run->now_ms;
	flow_set_deadline(run, f, index);
}

/* --- entering and leaving the table */

/* The states of both ends in one number, as event_of_flow takes them. */
static __always_inline __u32 flow_states(const struct levee_flow *f)
{
	return f->end[LEVEE_LOCAL].state << 8 | f->end[LEVEE_REMOTE].state;
}

/* A flow leaves the table. One that had not ended ends now, for this reason. */
static __always_inline void flow_gone(const struct run *run, const struct levee_flow *f, enum levee_counter why,
				      enum levee_ended reason)
{
	if (!f->ended)
		event_of_flow(run, f, LEVEE_EVENT_END, reason, 0);
	count(run, LEVEE_C_FLOW_GONE);
	count(run, why);
}

/* False where somebody else was faster. */
static __always_inline bool flow_remove(const struct run *run, const struct levee_flow *f, __u32 index, __u32 tag,
					enum levee_counter why, enum levee_ended reason)
{
	if (!flow_take(index, tag))
		return false;
	flow_gone(run, f, why, reason);
	flow_free(index);
	return true;
}

static __always_inline struct levee_flow *flow_find(const struct run *run, const struct packet *p, __u32 *index)
{
	/* A SYN, and any segment while cookies are about, is likely to be a stranger's. */
	bool stranger = is_syn(p) || READ_ONCE(run->runtime->in_flight);
	struct table t = flow_table();
	struct levee_flow *f;
	int slot;

	/* The filter is asked without a call. */
	if (stranger && !table_may_have(&t, p->hash))
		return NULL;
	slot = flow_lookup(&p->tuple, p->hash, ALL_WAYS);
	if (slot < 0)
		return NULL;
	*index = slot;
	f = flow_at(slot);
	/* Pressure makes room for others: what is found is kept. */
	if (!f || !flow_expired(run, f, LEVEE_PRESSURE_ONE))
		return f;
	flow_remove(run, f, slot, levee_tag_of_hash(p->hash), LEVEE_C_FLOW_EXPIRED, LEVEE_ENDED_TIMEOUT);
	return NULL;
}

/* Claims a slot, filled but for its ends; NULL only if its whole set is being filled by others. Publish it by flow_publish. */
static __noinline struct levee_flow *flow_new(const struct run *run, const struct levee_tuple *tuple, __u32 hash,
					      __u8 began, __u32 *index)
{
	bool full = READ_ONCE(run->runtime->flows) >= run->settings->flows_max;
	__u64 claim = flow_claim(hash, run->now_ms, full);
	struct levee_flow *f;

	if (claim == NO_CLAIM) /* another CPU was faster */
		claim = flow_claim(hash, run->now_ms, full);
	if (claim == NO_CLAIM) {
		count(run, LEVEE_C_FLOW_NO_ROOM);
		return NULL;
	}
	f = flow_at(CLAIM_SLOT(claim));
	if (!f)
		return NULL;
	if (claim & CLAIM_REPLACES && claim & CLAIM_EXPIRED)
		flow_gone(run, f, LEVEE_C_FLOW_EXPIRED, LEVEE_ENDED_TIMEOUT);
	else if (claim & CLAIM_REPLACES)
		flow_gone(run, f, LEVEE_C_FLOW_EVICTED, LEVEE_ENDED_EVICTED);
	__builtin_memset(f, 0, sizeof(*f));
	f->tuple = *tuple;
	f->born_ms = run->now_ms;
	f->seen_ms = run->now_ms;
	f->began = began;
	*index = CLAIM_SLOT(claim);
	return f;
}

static __always_inline enum levee_counter counter_of_began(__u8 began)
{
	switch (began) {
	case LEVEE_BEGAN_HANDSHAKE:
		return LEVEE_C_FLOW_HANDSHAKE;
	case LEVEE_BEGAN_COOKIE:
		return LEVEE_C_FLOW_COOKIE;
	case LEVEE_BEGAN_OUTGOING:
		return LEVEE_C_FLOW_OUTGOING;
	default:
		return LEVEE_C_FLOW_ADOPTED;
	}
}

/*
 * Makes a filled flow visible. `was` is 0, or the states of the half-open entry that it was before: then it is a change of
 * state and no new connection.
 */
static __noinline int flow_publish(const struct run *run, struct levee_flow *f, __u32 hash, __u32 index, __u32 was)
{
	__u32 deadline = run->now_ms + flow_timeout_ms(run, f, LEVEE_PRESSURE_ONE), last;
	int twin;

	count(run, LEVEE_C_FLOW_NEW);
	count(run, counter_of_began(f->began));
	event_of_flow(run, f, was ? LEVEE_EVENT_STATE : LEVEE_EVENT_NEW, 0, was);
	flow_show(index, hash, deadline);
	/* Entered on two CPUs at once: of two, the higher slot goes, whoever finds it. The connection goes on in the other. */
	twin = flow_lookup(&f->tuple, hash, ALL_WAYS & ~(1U << (index % LEVEE_WAYS)));
	if (twin < 0)
		return 0;
	last = (__u32)twin > index ? (__u32)twin : index;
	if (!flow_take(last, levee_tag_of_hash(hash)))
		return 0;
	count(run, LEVEE_C_FLOW_GONE);
	flow_free(last);
	return 0;
}

/* --- one segment */

/* Moves both ends; see levee_track(). A function of its own: the verifier checks it once. */
__noinline int track_segment(struct levee_flow *f, const struct levee_segment *s, __u32 sender)
{
	return f && s ? levee_track(f, s, sender & 1) : LEVEE_TRACKED_OUTSIDE;
}

static __always_inline void flow_count(struct levee_flow *f, const struct packet *p, enum levee_side sender)
{
	f->packets[sender]++;
	f->bytes[sender] += p->tcp_len + p->seg.payload;
}

static __always_inline __u32 clock_us(void)
{
	return bpf_ktime_get_ns() / 1000;
}

/* This host has left SYN_SENT. A SYN that was sent more than once, or crossed another one, tells nothing (RFC 6298 section 3). */
static __always_inline void flow_answered(struct levee_flow *f)
{
	const struct levee_end *local = &f->end[LEVEE_LOCAL];

	if (f->began != LEVEE_BEGAN_OUTGOING)
		return;
	f->rtt_us = local->syn_repeats || local->state == LEVEE_TCP_SYN_RECEIVED ? 0 : clock_us() - f->rtt_us;
}

/* An end has moved: whoever listens hears of it, unless the connection was over before (a SYN on TIME_WAIT). */
static __noinline int flow_moved(const struct run *run, struct levee_flow *f, __u32 was, __u32 ended_before)
{
	if (was >> 8 == LEVEE_TCP_SYN_SENT && f->end[LEVEE_LOCAL].state != LEVEE_TCP_SYN_SENT)
		flow_answered(f);
	if (ended_before)
		return 0;
	event_of_flow(run, f, LEVEE_EVENT_STATE, 0, was);
	if (f->ended)
		event_of_flow(run, f, LEVEE_EVENT_END, f->ended, 0);
	return 0;
}

/* Does a segment that did this show that the connection lives? One that is over is not kept by strays, but TIME_WAIT is by its FIN. */
static __always_inline bool tracked_prolongs(const struct levee_flow *f, enum levee_tracked result)
{
	if (result == LEVEE_TRACKED_SYN_AGAIN)
		return false;
	return f->end[LEVEE_LOCAL].state != LEVEE_TCP_CLOSED || f->end[LEVEE_REMOTE].state != LEVEE_TCP_CLOSED;
}

/* Counts a segment on its flow and moves both ends. What lies outside leaves no trace in the flow. */
static __always_inline enum levee_tracked track(const struct run *run, struct levee_flow *f, __u32 index,
						const struct packet *p, enum levee_side sender)
{
	__u32 was = flow_states(f), ended = f->ended, suspects = f->flags & LEVEE_FLOW_SUSPECTS;
	enum levee_tracked result = track_segment(f, &p->seg, sender);
	bool moved;

	if (result >= LEVEE_TRACKED_OUTSIDE) {
		if (suspects != (f->flags & LEVEE_FLOW_SUSPECTS))
			flow_touch(run, f, index);
		return result;
	}
	flow_count(f, p, sender);
	moved = was != flow_states(f);
	if (moved)
		flow_moved(run, f, was, ended);
	if (moved || suspects != (f->flags & LEVEE_FLOW_SUSPECTS) ||
	    (run->now_ms - f->seen_ms >= TOUCH_MS && tracked_prolongs(f, result)))
		flow_touch(run, f, index);
	return result;
}

#endif
