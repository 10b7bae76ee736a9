/* SPDX-License-Identifier: GPL-2.0 */
/*
 * halfopen.h - the half-open table: SYN seen, third ACK not seen yet.
 *
 * It is separate from the flow table, so that a flood never costs an established flow. Every entry is
 * counted in the table's and its service's number, and taken off by whoever releases it.
 */
#ifndef BPF_HALFOPEN_H
#define BPF_HALFOPEN_H

#include "service.h"

#define TUPLE_WORDS 5

static __always_inline struct table half_open_table(void)
{
	return (struct table){ &half_open_filters, &half_open, geometry.half_open_sets - 1 };
}

__noinline int half_open_lookup(const struct levee_tuple *tuple, __u32 hash, __u32 ways)
{
	struct table t = half_open_table();

	return table_may_have(&t, hash) ? table_find(&t, hash, tuple, TUPLE_WORDS, ways) : NO_SLOT;
}

__noinline __u64 half_open_claim(__u32 hash, __u32 now_ms)
{
	struct table t = half_open_table();

	return table_claim(&t, hash, now_ms, LEVEE_HALF_OPEN_SHIFT, CLAIM_FREE);
}

__noinline int half_open_show(__u32 index, __u32 hash, __u32 deadline_ms)
{
	struct table t = half_open_table();

	table_publish(&t, index, hash, deadline_ms, LEVEE_HALF_OPEN_SHIFT);
	return 0;
}

/* 1 for the one caller that took the entry out: it accounts for it, then calls half_open_free. */
__noinline int half_open_take(__u32 index, __u32 tag)
{
	struct table t = half_open_table();

	return table_take(&t, index, tag);
}

__noinline int half_open_free(__u32 index)
{
	struct table t = half_open_table();

	table_free(&t, index);
	return 0;
}

static __always_inline struct levee_half_open *half_open_at(__u32 index)
{
	return bpf_map_lookup_elem(&half_open, &index);
}

static __always_inline bool half_open_expired(const struct run *run, const struct levee_half_open *h)
{
	return (__s32)(run->now_ms - h->born_ms) >= (__s32)run->settings->timeout_ms[LEVEE_T_HALF_OPEN];
}

static __always_inline __u32 half_open_deadline(const struct run *run, const struct levee_half_open *h)
{
	return h->born_ms + run->settings->timeout_ms[LEVEE_T_HALF_OPEN];
}

/* Takes an entry off the counts. The caller has taken it out, so nobody else writes it. */
static __always_inline void half_open_uncount(const struct run *run, const struct levee_half_open *h)
{
	struct levee_service *s = service_at(h->service);

	__sync_fetch_and_add(&run->runtime->half_open, -1);
	/* The entry of a service that is gone may have been given to another. */
	if (s && s->key.port == h->tuple.lport)
		__sync_fetch_and_add(&s->half_open, -1);
}

/* A half-open connection is over, for this reason; one that goes on as a flow is not over (LEVEE_ENDED_NOT). */
static __always_inline bool half_open_remove(const struct run *run, const struct levee_half_open *h, __u32 index,
					     __u32 tag, enum levee_counter why, enum levee_ended reason)
{
	if (!half_open_take(index, tag))
		return false;
	if (reason)
		event_of_half_open(run, h, LEVEE_EVENT_END, reason);
	half_open_uncount(run, h);
	half_open_free(index);
	count(run, why);
	return true;
}

/* A live entry, or NULL; one whose time is up is removed on the way. */
static __always_inline struct levee_half_open *half_open_find(const struct run *run, const struct packet *p,
							      __u32 *index)
{
	struct table t = half_open_table();
	struct levee_half_open *h;
	int slot;

	if (!table_may_have(&t, p->hash))
		return NULL;
	slot = half_open_lookup(&p->tuple, p->hash, ALL_WAYS);
	if (slot < 0)
		return NULL;
	*index = slot;
	h = half_open_at(slot);
	if (!h || !half_open_expired(run, h))
		return h;
	half_open_remove(run, h, slot, levee_tag_of_hash(p->hash), LEVEE_C_HALF_OPEN_EXPIRED, LEVEE_ENDED_TIMEOUT);
	return NULL;
}

/* Claims and fills an entry for a SYN to service `service`; NULL if the table or the set is full. Publish it by half_open_publish. */
static __always_inline struct levee_half_open *half_open_new(const struct run *run, const struct packet *p,
							     __u32 service, __u32 *index)
{
	struct levee_half_open *h;
	__u64 claim;

	if (READ_ONCE(run->runtime->half_open) >= run->settings->half_open_max)
		return NULL;
	claim = half_open_claim(p->hash, run->now_ms);
	if (claim == NO_CLAIM)
		return NULL;
	h = half_open_at(CLAIM_SLOT(claim));
	if (!h)
		return NULL;
	if (claim & CLAIM_REPLACES) {
		event_of_half_open(run, h, LEVEE_EVENT_END, LEVEE_ENDED_TIMEOUT);
		half_open_uncount(run, h);
		count(run, LEVEE_C_HALF_OPEN_EXPIRED);
	}
	__builtin_memset(h, 0, sizeof(*h));
	h->tuple = p->tuple;
	h->born_ms = run->now_ms;
	h->service = service;
	*index = CLAIM_SLOT(claim);
	return h;
}

static __always_inline void half_open_publish(const struct run *run, const struct packet *p, struct levee_half_open *h,
					      __u32 index)
{
	struct levee_service *s = service_at(h->service);
	__u32 last;
	int twin;

	__sync_fetch_and_add(&run->runtime->half_open, 1);
	if (s)
		__sync_fetch_and_add(&s->half_open, 1);
	count(run, LEVEE_C_HALF_OPEN_NEW);
	event_of_half_open(run, h, LEVEE_EVENT_NEW, 0);
	half_open_show(index, p->hash, half_open_deadline(run, h));
	/* The same SYN on another CPU: of two, the higher slot goes, whoever finds it. */
	twin = half_open_lookup(&p->tuple, p->hash, ALL_WAYS & ~(1U << (index % LEVEE_WAYS)));
	if (twin < 0)
		return;
	last = (__u32)twin > index ? (__u32)twin : index;
	h = half_open_at(last);
	if (h && half_open_take(last, levee_tag_of_hash(p->hash))) {
		half_open_uncount(run, h);
		half_open_free(last);
	}
}

#endif
