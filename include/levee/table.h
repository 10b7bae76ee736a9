/* SPDX-License-Identifier: GPL-2.0 */
/*
 * table.h - layout of levee's set-associative tables.
 *
 * A table is two BPF arrays: `heads`, one cache line per set of 16 slots, and `slots`, the entries.
 * Slot i of set s is element s * 16 + i of `slots`. A lookup that misses touches one cache line, an
 * insert needs no allocation and no lock, and a full set gives up the slot whose deadline comes first.
 * bpf/table.h has the operations; userspace only reads.
 *
 * A head word is 0 for a free slot, else tag << 16 | deadline. The tag is the upper half of the
 * entry's hash; LEVEE_TAG_CLAIMED marks a slot that is being filled. The deadline counts ticks of
 * 2^shift ms modulo 2^16 (each table has its shift) and is a hint for eviction and sweeps: the entry
 * itself knows exactly when it ends.
 */
#ifndef LEVEE_TABLE_H
#define LEVEE_TABLE_H

#include "levee.h"

#define LEVEE_WAYS 16U
#define LEVEE_TAG_CLAIMED 0xffffU

/* Deadline resolution by table, as a shift of milliseconds. */
#define LEVEE_FLOW_SHIFT 12     /* 4.096 s; a deadline reaches 37 hours ahead */
#define LEVEE_HALF_OPEN_SHIFT 8 /* 256 ms */

/* Longest timeout that a flow's 16-bit deadline can carry, in ms: a day. */
#define LEVEE_TIMEOUT_MAX_MS 86400000U

struct levee_head {
	__u32 word[LEVEE_WAYS];
};

_Static_assert(sizeof(struct levee_head) == 64, "a head is one cache line");

static __always_inline __u32 levee_word_tag(__u32 word)
{
	return word >> 16;
}

static __always_inline __u32 levee_tag_of_hash(__u32 hash)
{
	__u32 tag = hash >> 16;

	return tag == 0 || tag == LEVEE_TAG_CLAIMED ? 1 : tag;
}

/* A word names an entry that can be read: neither free nor being filled. */
static __always_inline int levee_word_live(__u32 word)
{
	return word != 0 && levee_word_tag(word) != LEVEE_TAG_CLAIMED;
}

static __always_inline __u32 levee_word(__u32 tag, __u32 deadline_ms, __u32 shift)
{
	return tag << 16 | ((deadline_ms >> shift) & 0xffff);
}

/* Ticks until the word's deadline, negative when it has passed. */
static __always_inline __s32 levee_word_ticks_left(__u32 word, __u32 now_ms, __u32 shift)
{
	return (__s16)((word & 0xffff) - ((now_ms >> shift) & 0xffff));
}

/*
 * Multilinear hashing (Lemire and Kaser, "Strongly universal string hashing is fast"): with secret
 * 64-bit keys two different inputs collide with probability 2^-32, whoever chose them. One multiply
 * per 32-bit word, all independent. v4 tuples hash three words, v6 tuples nine.
 */
#define LEVEE_HASH_KEYS 10

struct levee_hash_key {
	__u64 k[LEVEE_HASH_KEYS];
};

#endif
