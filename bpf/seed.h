/* SPDX-License-Identifier: GPL-2.0 */
/*
 * seed.h - filling tables at attach from what userspace has read of the kernel's sockets.
 *
 * Userspace runs these programs once by BPF_PROG_RUN: an Ethernet header, then rows (levee/config.h).
 * That way the one hash and the one insert of bpf/table.h are used, at any time, under traffic.
 */
#ifndef BPF_SEED_H
#define BPF_SEED_H

#include "egress.h"

#define SEED_ROWS_MAX 64

struct seeding {
	struct run run;
	struct __sk_buff *skb;
};

/* Row `i` of the packet, or NULL behind the last. */
static __always_inline void *seed_row(struct __sk_buff *skb, __u32 i, __u32 size)
{
	void *row = (void *)(long)skb->data + sizeof(struct ethhdr) + (__u64)(i & (SEED_ROWS_MAX - 1)) * size;

	return row + size > (void *)(long)skb->data_end ? NULL : row;
}

/* Returns 1 behind the last row. */
static long seed_service(__u32 i, struct seeding *seeding)
{
	struct levee_seed_service *row = seed_row(seeding->skb, i, sizeof(*row));
	struct levee_service_key key;
	struct levee_service *s;
	__u32 index, backlog;

	if (!row)
		return 1;
	key = row->key;
	backlog = row->backlog;
	s = service_add(&seeding->run, &key, &index);
	if (!s)
		return 0;
	s->flags = (s->flags & ~LEVEE_SVC_GONE) | LEVEE_SVC_SEEDED;
	service_set_backlog(&seeding->run, s, backlog);
	service_refresh(seeding->skb, &seeding->run, s, index);
	return 0;
}

static long seed_flow(__u32 i, struct seeding *seeding)
{
	struct levee_seed_flow *row = seed_row(seeding->skb, i, sizeof(*row));
	struct levee_tuple tuple;
	__u32 hash;

	if (!row)
		return 1;
	tuple = row->tuple;
	hash = tuple_hash(&tuple);
	if (flow_lookup(&tuple, hash, ALL_WAYS) < 0)
		flow_adopt(&seeding->run, &tuple, hash, row->state);
	return 0;
}

/* Runs `step` on every row. Works while levee is still switched off. */
static __always_inline int seed_rows(struct __sk_buff *skb, long (*step)(__u32, struct seeding *))
{
	struct seeding seeding = { .skb = skb };

	run_begin(&seeding.run);
	if (!seeding.run.settings || !seeding.run.runtime || !seeding.run.stats)
		return 1;
	bpf_loop(SEED_ROWS_MAX, step, &seeding, 0);
	return 0;
}

#endif
