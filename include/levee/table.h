/* SPDX-License-Identifier: GPL-2.0 */
/*
 * table.h - layout of levee's set-associative tables.
 *
 * A table is two BPF arrays. `slots` is sets of 16 places: the first is the set's head, a cache line with the tags and
 * deadlines of the 15 entries behind it, so that head and entry share a page of memory: where flows are many, walking
 * page tables costs as much as the memory itself. `filters` has one word per set that says which tags can be there
 * at all. A search for what is not there ends at the filter, which for a million flows is 512 KiB and stays in the CPU's
 * cache where heads do not; any other search touches one head and one entry. An insert allocates nothing and takes no
 * lock; a full set gives up the entry whose deadline comes first.
 * bpf/table.h has the operations; userspace only reads.
 *
 * A tag is 0 for a free slot, LEVEE_TAG_CLAIMED for one that is being filled, else the upper half of the entry's
 * hash. Deadlines count ticks of 2^shift ms modulo 2^16 (each table has its shift). They are hints for eviction
 * and sweeps: the entry itself knows exactly when it ends.
 */
#ifndef LEVEE_TABLE_H
#define LEVEE_TABLE_H

#include "addr.h"

#define LEVEE_WAYS 16U /* places in a set */
#define LEVEE_FIRST_WAY 1U /* place 0 is the head */
#define LEVEE_TAG_CLAIMED 0xffffU

/* Deadline resolution by table, as a shift of milliseconds. */
#define LEVEE_FLOW_SHIFT 12     /* 4.096 s; a deadline reaches 37 hours ahead */
#define LEVEE_HALF_OPEN_SHIFT 8 /* 256 ms */

/* Longest timeout that a flow's 16-bit deadline can carry, in ms: a day. */
#define LEVEE_TIMEOUT_MAX_MS 86400000U

/* What stands at element s * LEVEE_WAYS of slots. Tag and deadline 0, its own, are always 0. */
struct levee_head {
	union {
		__u16 tag[LEVEE_WAYS];
		__u64 tags[LEVEE_WAYS / 4]; /* four at a time */
	};
	__u16 deadline[LEVEE_WAYS];
};

_Static_assert(sizeof(struct levee_head) == 64, "a head is one cache line");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "lanes of tags and the ports of a reply are little-endian");

/*
 * The value of a map of filters: the words of sixteen sets, set s at element s / 16. The low 24 bits are one per
 * twenty-fourth of the tags, set where the set may hold such a tag; the upper 8 count inserts, so that whoever
 * clears stale bits notices an insert that came between.
 */
#define LEVEE_FILTER_SETS 16U
#define LEVEE_FILTER_BITS 24U
#define LEVEE_FILTER_MASK ((1U << LEVEE_FILTER_BITS) - 1)

struct levee_filter {
	__u32 word[LEVEE_FILTER_SETS];
};

static __always_inline __u32 levee_tag_of_hash(__u32 hash)
{
	__u32 tag = hash >> 16;

	return tag == 0 || tag == LEVEE_TAG_CLAIMED ? 1 : tag;
}

static __always_inline __u32 levee_filter_bit(__u32 tag)
{
	return 1U << (tag * LEVEE_FILTER_BITS >> 16);
}

/* Does a slot with this tag hold an entry: is it neither free nor being filled? */
static __always_inline int levee_tag_live(__u32 tag)
{
	return tag != 0 && tag != LEVEE_TAG_CLAIMED;
}

static __always_inline __u16 levee_deadline(__u32 ms, __u32 shift)
{
	return ms >> shift;
}

/* Ticks until a deadline, negative when it has passed. */
static __always_inline __s32 levee_ticks_left(__u16 deadline, __u32 now_ms, __u32 shift)
{
	return (__s16)(deadline - (__u16)(now_ms >> shift));
}

/*
 * Multilinear hashing (Lemire and Kaser, "Strongly universal string hashing is fast"): with secret
 * 64-bit keys two different inputs collide with probability 2^-32, whoever chose them. One multiply
 * per 32-bit word, all independent. v4 tuples hash three words, v6 tuples nine.
 *
 * A linear function makes an arithmetic progression of one: the consecutive ports of one client would fall on few
 * sets with some keys. So the sum is mixed once more, by a step that is not linear.
 */
#define LEVEE_HASH_KEYS 11
#define LEVEE_HASH_MIX 10 /* which key the last step multiplies by */

struct levee_hash_key {
	__u64 k[LEVEE_HASH_KEYS];
};

static __always_inline __u32 levee_hash_end(__u64 sum, __u64 mix)
{
	sum ^= sum >> 32;
	return sum * (mix | 1) >> 32;
}

static __always_inline __u32 levee_tuple_hash(const volatile __u64 *k, const struct levee_tuple *t)
{
	__u32 ports = (__u32)t->lport << 16 | t->rport;
	__u64 sum = k[0] + k[1] * ports + k[2] * t->local.d[3] + k[3] * t->remote.d[3];

	if (!levee_addr_is_v4(&t->local))
		sum += k[4] * t->local.d[0] + k[5] * t->local.d[1] + k[6] * t->local.d[2] + k[7] * t->remote.d[0] +
		       k[8] * t->remote.d[1] + k[9] * t->remote.d[2];
	return levee_hash_end(sum, k[LEVEE_HASH_MIX]);
}

#endif
