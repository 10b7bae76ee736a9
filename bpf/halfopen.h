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
#define NO_SERVICE 0xffff

__noinline int half_open_lookup(const struct levee_tuple *t, __u32 hash, __u32 ways)
{
	return table_find(&half_open_heads, &half_open, geometry.half_open_sets - 1, hash, t, TUPLE_WORDS, ways);
}

__noinline __u64 half_open_claim(__u32 hash, __u32 now_ms)
{
	return table_claim(&half_open_heads, geometry.half_open_sets - 1, hash, now_ms, LEVEE_HALF_OPEN_SHIFT, CLAIM_FREE);
}

static __always_inline struct levee_half_open *half_open_at(__u32 index)
{
	return bpf_map_lookup_elem(&half_open, &index);
}

static __always_inline bool half_open_expired(const struct run *run, const struct levee_half_open *h)
{
	return (__s32)(run->now_ms - h->born_ms) >= (__s32)run->settings->timeout_ms[LEVEE_T_HALF_OPEN];
}

/* Takes an entry off the counts. The caller has made sure that it does so once. */
static __always_inline void half_open_uncount(const struct run *run, const struct levee_half_open *h)
{
	struct levee_service *s = service_at(h->service);

	__sync_fetch_and_add(&run->runtime->half_open, -1);
	if (s)
		__sync_fetch_and_add(&s->half_open, -1);
}

static __always_inline void half_open_remove(const struct run *run, const struct levee_half_open *h, __u32 index,
					     enum levee_counter why)
{
	if (!table_release(&half_open_heads, index))
		return;
	half_open_uncount(run, h);
	count(run, why);
}

/* A live entry, or NULL; one whose time is up is removed on the way. */
static __always_inline struct levee_half_open *half_open_find(const struct run *run, const struct packet *p, __u32 *index)
{
	int slot = half_open_lookup(&p->tuple, p->hash, LEVEE_WAYS);
	struct levee_half_open *h;

	if (slot < 0)
		return NULL;
	*index = slot;
	h = half_open_at(slot);
	if (!h || !half_open_expired(run, h))
		return h;
	half_open_remove(run, h, slot, LEVEE_C_HALF_OPEN_EXPIRED);
	return NULL;
}

/* Claims and fills an entry for a SYN to service `service`; NULL if the table or the set is full. Publish it by half_open_publish. */
static __always_inline struct levee_half_open *half_open_new(const struct run *run, const struct packet *p, __u32 service,
							      __u32 *index)
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
	if (CLAIM_OLD(claim)) {
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
	__u32 word = levee_word(levee_tag_of_hash(p->hash), run->now_ms + run->settings->timeout_ms[LEVEE_T_HALF_OPEN],
				LEVEE_HALF_OPEN_SHIFT);

	__sync_fetch_and_add(&run->runtime->half_open, 1);
	if (s)
		__sync_fetch_and_add(&s->half_open, 1);
	count(run, LEVEE_C_HALF_OPEN_NEW);
	table_publish(&half_open_heads, index, word);
	/* The same SYN on another CPU: the lower way stays. */
	if (half_open_lookup(&p->tuple, p->hash, index % LEVEE_WAYS) >= 0 && table_release(&half_open_heads, index))
		half_open_uncount(run, h);
}

#endif
