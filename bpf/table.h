/* SPDX-License-Identifier: GPL-2.0 */
/*
 * table.h - find, claim, publish and release slots of the set-associative tables (levee/table.h has the layout).
 *
 * No locks. A slot is claimed by compare-and-swap on its tag, filled while no reader matches it, and
 * published by another. Two CPUs that insert the same key at once end up in two slots;
 * each looks again after publishing and the one in the higher way gives up.
 *
 * Accepted race: a reader that has matched a slot may still write to it while another CPU gives the slot
 * to a new key (as with the kernel's preallocated hash maps). It needs an eviction within the microsecond
 * of one packet, and the worst outcome is one wrong number in the new entry.
 */
#ifndef BPF_TABLE_H
#define BPF_TABLE_H

#include "run.h"

static __always_inline bool words_equal(const __u64 *a, const __u64 *b, int words)
{
	__u64 diff = 0;

#pragma unroll
	for (int i = 0; i < words; i++) {
		diff |= a[i] ^ b[i];
		barrier_var(diff);
	}
	return diff == 0;
}

/* The two arrays of a table and the number of its sets minus one: what every operation below takes. */
struct table {
	void *filters;
	void *slots;
	__u32 mask;
};

static __always_inline struct levee_head *table_head(const struct table *t, __u32 set)
{
	__u32 first = set * LEVEE_WAYS;

	return bpf_map_lookup_elem(t->slots, &first);
}

static __always_inline __u32 *table_filter(const struct table *t, __u32 set)
{
	__u32 at = set / LEVEE_FILTER_SETS;
	struct levee_filter *f = bpf_map_lookup_elem(t->filters, &at);

	return f ? &f->word[set % LEVEE_FILTER_SETS] : NULL;
}

/* False: no entry with this hash is in the table. True: perhaps. */
static __always_inline bool table_may_have(const struct table *t, __u32 hash)
{
	__u32 *word = table_filter(t, hash & t->mask);

	return word && READ_ONCE(*word) & levee_filter_bit(levee_tag_of_hash(hash));
}

/*
 * Searches have no branch per way: the verifier would follow every combination of sixteen of them, and the CPU
 * would mispredict them. Four tags are compared at a time, as 16-bit lanes of a word.
 */
#define LANE_LOW 0x7fff7fff7fff7fffULL
#define LANE_HIGH 0x8000800080008000ULL

/* The top bit of each lane that is zero. */
static __always_inline __u64 lanes_zero(__u64 x)
{
	return ~(((x & LANE_LOW) + LANE_LOW) | x) & LANE_HIGH;
}

/* The top bits of four lanes as four bits. */
static __always_inline __u32 lanes_gather(__u64 tops)
{
	return ((tops >> 15) * 0x0001000200040008ULL) >> 48 & 0xf;
}

/* Position of the only bit set in a 16-bit number: the number of bits below it. */
static __always_inline __u32 bit_index(__u32 bit)
{
	__u32 x = bit - 1;

	x -= (x >> 1) & 0x5555;
	x = (x & 0x3333) + ((x >> 2) & 0x3333);
	x = (x + (x >> 4)) & 0x0f0f;
	return (x + (x >> 8)) & 0x0f;
}

/* Bit w is set where way w has this tag. */
static __always_inline __u32 head_match(const struct levee_head *head, __u32 tag)
{
	__u64 lanes = tag * 0x0001000100010001ULL;
	__u64 a = lanes_zero(READ_ONCE(head->tags[0]) ^ lanes), b = lanes_zero(READ_ONCE(head->tags[1]) ^ lanes);
	__u64 c = lanes_zero(READ_ONCE(head->tags[2]) ^ lanes), d = lanes_zero(READ_ONCE(head->tags[3]) ^ lanes);

	if (!(a | b | c | d))
		return 0;
	return lanes_gather(a) | lanes_gather(b) << 4 | lanes_gather(c) << 8 | lanes_gather(d) << 12;
}

/* Entries of other keys with the same tag in a set are this rare: more are not looked at. */
#define TAG_COLLISIONS 4
#define NO_SLOT (-1)

#define ALL_WAYS 0xfffe /* the head is no way */

/*
 * The slot whose entry has this key, among the ways of its set that are set in `ways`, or NO_SLOT. A key is the
 * first `words` 64-bit words of an entry.
 */
static __always_inline int table_find(const struct table *t, __u32 hash, const void *key, int words, __u32 ways)
{
	__u32 set = hash & t->mask, match;
	struct levee_head *head = table_head(t, set);

	if (!head || !key)
		return NO_SLOT;
	match = head_match(head, levee_tag_of_hash(hash)) & ways;
#pragma clang loop unroll(disable)
	for (int i = 0; i < TAG_COLLISIONS && match; i++) {
		__u32 slot = set * LEVEE_WAYS + bit_index(match & -match);
		__u64 *entry = bpf_map_lookup_elem(t->slots, &slot);

		if (entry && words_equal(entry, key, words))
			return slot;
		match &= match - 1;
	}
	return NO_SLOT;
}

/* --- the tag of one slot, by compare-and-swap of the word of four that it stands in */

static __always_inline bool tag_swap(struct levee_head *head, __u32 way, __u32 from, __u32 to)
{
	__u32 at = (way / 4) & 3, shift = (way & 3) * 16;

#pragma clang loop unroll(disable)
	for (int i = 0; i < 4; i++) { /* neighbours may change meanwhile */
		__u64 old = READ_ONCE(head->tags[at]);

		if (((old >> shift) & 0xffff) != from)
			return false;
		if (__sync_val_compare_and_swap(&head->tags[at], old,
						(old & ~(0xffffULL << shift)) | (__u64)to << shift) == old)
			return true;
	}
	return false;
}

/* --- filters */

static __always_inline void filter_add(const struct table *t, __u32 set, __u32 tag)
{
	__u32 *word = table_filter(t, set);

	if (!word)
		return;
#pragma clang loop unroll(disable)
	for (int i = 0; i < 4; i++) {
		__u32 old = READ_ONCE(*word);
		__u32 next = (old + (1U << LEVEE_FILTER_BITS)) | levee_filter_bit(tag);

		if (__sync_val_compare_and_swap(word, old, next) == old)
			return;
	}
	__sync_fetch_and_or(word, levee_filter_bit(tag)); /* crowded: the bit matters, the count does less */
}

/* Clears bits that no tag of the set accounts for. Gives up, leaving them, where an insert is under way. */
static __always_inline void filter_clean(const struct table *t, __u32 set, const struct levee_head *head)
{
	__u32 *word = table_filter(t, set);
	__u32 old, bits = 0, claimed = 0;

	if (!word)
		return;
	old = __sync_fetch_and_or(word, 0); /* a barrier: the tags are read after it */
#pragma clang loop unroll(disable)
	for (__u32 way = 0; way < LEVEE_WAYS; way++) {
		__u64 tag = READ_ONCE(head->tag[way]);

		bits |= (1U << (tag * LEVEE_FILTER_BITS >> 16)) & -(__u32)((tag + 0xffff) >> 16);
		claimed |= (tag + 1) >> 16;
		barrier_var(bits);
	}
	barrier_var(bits);
	if (!claimed && bits != (old & LEVEE_FILTER_MASK))
		__sync_val_compare_and_swap(word, old, (old & ~LEVEE_FILTER_MASK) | bits);
}

/* --- entering and leaving */

/* What a claim took: the slot; whether an entry has to go for it; and whether that one's deadline had passed. */
#define NO_CLAIM (~0ULL)
#define CLAIM_SLOT(claim) ((__u32)(claim))
#define CLAIM_REPLACES (1ULL << 32)
#define CLAIM_EXPIRED (1ULL << 33)

enum claim_policy {
	CLAIM_FREE, /* a free or expired slot */
	CLAIM_EVICT, /* else the one whose deadline comes first */
	CLAIM_SWAP, /* the table is full: the one whose deadline comes first, a free one only if the set is empty */
};

/* Ranks of ways for a claim, lowest first; the way stands in the low four bits. Live ones rank by ticks left. */
#define RANK_LIVE(ticks_left) (0x10000 + (__u64)(ticks_left))
#define RANK_MIN 0ULL
#define RANK_LATER 0x20000ULL
#define RANK_NEVER 0x30000ULL

/* 1 if x is 0, else 0, without a branch. */
static __always_inline __u64 is_zero(__u32 x)
{
	__u64 y = (__u64)x - 1;

	barrier_var(y);
	return y >> 63;
}

static __always_inline __u64 claim_rank(__u32 tag, __u16 deadline, __u32 now_ticks, __u64 vacant_rank)
{
	__s64 left = (__s64)((__u64)(deadline - now_ticks) << 48) >> 48;
	__u64 vacant = -is_zero(tag), claimed = -is_zero(tag ^ LEVEE_TAG_CLAIMED);

	return (RANK_LIVE(left) & ~vacant & ~claimed) | (vacant_rank & vacant) | (RANK_NEVER & claimed);
}

/* Claims a slot for `hash`. NO_CLAIM if the policy finds none or another CPU was faster. */
static __always_inline __u64 table_claim(const struct table *t, __u32 hash, __u32 now_ms, __u32 shift,
					 enum claim_policy policy)
{
	__u64 vacant_rank = policy == CLAIM_SWAP ? RANK_LATER : RANK_MIN, best = RANK_NEVER << 4;
	__u32 set = hash & t->mask, now_ticks = now_ms >> shift, way, old;
	struct levee_head *head = table_head(t, set);

	if (!head)
		return NO_CLAIM;
#pragma unroll
	for (__u32 i = LEVEE_FIRST_WAY; i < LEVEE_WAYS; i++) {
		__u64 rank = claim_rank(READ_ONCE(head->tag[i]), READ_ONCE(head->deadline[i]), now_ticks, vacant_rank)
				     << 4 |
			     i;
		__s64 less = rank - best, sign = less;

		barrier_var(sign);
		best += less & (sign >> 63);
	}
	way = best & (LEVEE_WAYS - 1);
	best >>= 4;
	if (best == RANK_NEVER || (policy == CLAIM_FREE && best != RANK_MIN && best >= RANK_LIVE(0)))
		return NO_CLAIM;
	old = READ_ONCE(head->tag[way]);
	/* What stands there now must be what was ranked: a vacant slot, or an entry. */
	if ((old == 0) != (best == vacant_rank) || old == LEVEE_TAG_CLAIMED ||
	    !tag_swap(head, way, old, LEVEE_TAG_CLAIMED))
		return NO_CLAIM;
	return (set * LEVEE_WAYS + way) | (old ? CLAIM_REPLACES : 0) | (old && best < RANK_LIVE(0) ? CLAIM_EXPIRED : 0);
}

/*
 * Makes a claimed and filled slot visible. It is ours alone and holds all ones, so an AND makes it the tag and
 * cannot fail. It is atomic for the sake of the barrier behind it: the caller then looks for a twin, and of two
 * CPUs at least one must see the other's tag.
 */
static __always_inline void table_publish(const struct table *t, __u32 index, __u32 hash, __u32 deadline_ms,
					  __u32 shift)
{
	__u32 set = index / LEVEE_WAYS, way = index % LEVEE_WAYS, tag = levee_tag_of_hash(hash);
	struct levee_head *head = table_head(t, set);

	if (!head)
		return;
	head->deadline[way] = levee_deadline(deadline_ms, shift);
	filter_add(t, set, tag);
	__sync_fetch_and_and(&head->tags[way / 4], (__u64)tag << (way % 4 * 16) | ~(0xffffULL << (way % 4 * 16)));
}

/* Takes an entry out, as long as it still has this tag. True for exactly one of those who try: it may read the entry, then frees it. */
static __always_inline bool table_take(const struct table *t, __u32 index, __u32 tag)
{
	struct levee_head *head = table_head(t, index / LEVEE_WAYS);

	return head && levee_tag_live(tag) && tag_swap(head, index % LEVEE_WAYS, tag, LEVEE_TAG_CLAIMED);
}

/* Frees a slot that was claimed or taken. */
static __always_inline void table_free(const struct table *t, __u32 index)
{
	struct levee_head *head = table_head(t, index / LEVEE_WAYS);

	if (!head)
		return;
	__sync_fetch_and_and(&head->tags[(index % LEVEE_WAYS) / 4], ~(0xffffULL << (index % 4 * 16)));
	filter_clean(t, index / LEVEE_WAYS, head);
}

static __always_inline void table_touch(const struct table *t, __u32 index, __u32 deadline_ms, __u32 shift)
{
	struct levee_head *head = table_head(t, index / LEVEE_WAYS);
	__u16 deadline = levee_deadline(deadline_ms, shift);

	if (head && READ_ONCE(head->deadline[index % LEVEE_WAYS]) != deadline)
		WRITE_ONCE(head->deadline[index % LEVEE_WAYS], deadline);
}

/* --- hashing: see levee_hash_key */

static __always_inline __u32 tuple_hash(const struct levee_tuple *t)
{
	return levee_tuple_hash(hash_key.k, t);
}

static __always_inline __u32 service_hash(const struct levee_service_key *s)
{
	const volatile __u64 *k = hash_key.k;

	return levee_hash_end(k[0] + k[1] * s->port + k[2] * s->addr.d[3] + k[4] * s->addr.d[0] + k[5] * s->addr.d[1] +
				      k[6] * s->addr.d[2],
			      k[LEVEE_HASH_MIX]);
}

#endif
