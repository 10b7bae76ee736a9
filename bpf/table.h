/* SPDX-License-Identifier: GPL-2.0 */
/*
 * table.h - find, claim, publish and release slots of the set-associative tables (levee/table.h has the layout).
 *
 * No locks. A slot is claimed by compare-and-swap on its head word, filled while no reader matches it,
 * and published by an atomic exchange. Two CPUs that insert the same key at once end up in two slots;
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

static __always_inline __u32 *table_word(void *heads, __u32 index)
{
	__u32 set = index / LEVEE_WAYS;
	struct levee_head *head = bpf_map_lookup_elem(heads, &set);

	return head ? &head->word[index % LEVEE_WAYS] : NULL;
}

/*
 * The searches below have no branch per way: the verifier would follow every combination of sixteen of
 * them, and the CPU would mispredict them.
 */

/* 1 if x is 0, else 0. */
static __always_inline __u64 is_zero(__u32 x)
{
	__u64 y = (__u64)x - 1;

	barrier_var(y);
	return y >> 63;
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
	__u64 mask = 0;

#pragma unroll
	for (__u32 way = 0; way < LEVEE_WAYS; way++)
		mask |= is_zero(levee_word_tag(READ_ONCE(head->word[way])) ^ tag) << way;
	return mask;
}

/* Entries of other keys with the same tag in a set are this rare: more are not looked at. */
#define TAG_COLLISIONS 4

#define NO_SLOT (-1)

/* The slot whose entry has this key, in ways [0, ways) of its set, or NO_SLOT. A key is the first `words` 64-bit words of an entry. */
static __always_inline int table_find(void *heads, void *slots, __u32 mask, __u32 hash, const void *key, int words, __u32 ways)
{
	__u32 set = hash & mask, match;
	struct levee_head *head = bpf_map_lookup_elem(heads, &set);

	if (!head || !key)
		return NO_SLOT;
	match = head_match(head, levee_tag_of_hash(hash)) & ((1U << (ways & 31)) - 1);
#pragma clang loop unroll(disable)
	for (int i = 0; i < TAG_COLLISIONS && match; i++) {
		__u32 slot = set * LEVEE_WAYS + bit_index(match & -match);
		__u64 *entry = bpf_map_lookup_elem(slots, &slot);

		if (entry && words_equal(entry, key, words))
			return slot;
		match &= match - 1;
	}
	return NO_SLOT;
}

/* What a claim took: the slot, and above it the head word of the entry that has to go, 0 if the slot was vacant. */
#define NO_CLAIM (~0ULL)
#define CLAIM_SLOT(claim) ((__u32)(claim))
#define CLAIM_OLD(claim) ((__u32)((claim) >> 32))

enum claim_policy {
	CLAIM_FREE,  /* a free or expired slot */
	CLAIM_EVICT, /* else the one whose deadline comes first */
	CLAIM_SWAP,  /* the table is full: the one whose deadline comes first, a free one only if the set is empty */
};

/* Ranks of ways for a claim, lowest first; the way stands in the low four bits. Live ones rank by ticks left. */
#define RANK_LIVE(ticks_left) (0x10000 + (__u64)(ticks_left))
#define RANK_MIN 0ULL
#define RANK_LATER 0x20000ULL
#define RANK_NEVER 0x30000ULL

static __always_inline __u64 claim_rank(__u32 word, __u32 now_ticks, __u64 vacant_rank)
{
	__s64 left = (__s64)((__u64)((word & 0xffff) - now_ticks) << 48) >> 48;
	__u64 vacant = -is_zero(word), claimed = -is_zero(levee_word_tag(word) ^ LEVEE_TAG_CLAIMED);

	return (RANK_LIVE(left) & ~vacant & ~claimed) | (vacant_rank & vacant) | (RANK_NEVER & claimed);
}

/* Claims a slot for `hash`. NO_CLAIM if the policy finds none or another CPU was faster. */
static __always_inline __u64 table_claim(void *heads, __u32 mask, __u32 hash, __u32 now_ms, __u32 shift, enum claim_policy policy)
{
	__u64 vacant_rank = policy == CLAIM_SWAP ? RANK_LATER : RANK_MIN, best = RANK_NEVER << 4;
	__u32 set = hash & mask, now_ticks = now_ms >> shift, way, old;
	struct levee_head *head = bpf_map_lookup_elem(heads, &set);

	if (!head)
		return NO_CLAIM;
#pragma unroll
	for (__u32 i = 0; i < LEVEE_WAYS; i++) {
		__u64 rank = claim_rank(READ_ONCE(head->word[i]), now_ticks, vacant_rank) << 4 | i;
		__s64 less = rank - best, sign = less;

		barrier_var(sign);
		best += less & (sign >> 63);
	}
	way = best & (LEVEE_WAYS - 1);
	best >>= 4;
	if (best == RANK_NEVER || (policy == CLAIM_FREE && best != RANK_MIN && best >= RANK_LIVE(0)))
		return NO_CLAIM;
	old = READ_ONCE(head->word[way]);
	/* What stands there now must be what was ranked: a vacant slot, or an entry. */
	if ((old == 0) != (best == vacant_rank) || (old && !levee_word_live(old)))
		return NO_CLAIM;
	if (__sync_val_compare_and_swap(&head->word[way], old, LEVEE_TAG_CLAIMED << 16) != old)
		return NO_CLAIM;
	return (__u64)old << 32 | (set * LEVEE_WAYS + way);
}

/* Makes a claimed and filled slot visible. */
static __always_inline void table_publish(void *heads, __u32 index, __u32 word)
{
	__u32 *at = table_word(heads, index);

	if (at)
		__sync_lock_test_and_set(at, word);
}

/* Frees a slot. True for exactly one of those who try: that one does the accounting. */
static __always_inline bool table_release(void *heads, __u32 index)
{
	__u32 *at = table_word(heads, index);
	__u32 word;

	if (!at)
		return false;
	word = READ_ONCE(*at);
	return levee_word_live(word) && __sync_val_compare_and_swap(at, word, 0) == word;
}

/* Moves a live entry's deadline. Losing a race only leaves the deadline that the winner wrote. */
static __always_inline void table_touch(void *heads, __u32 index, __u32 deadline_ms, __u32 shift)
{
	__u32 *at = table_word(heads, index);
	__u32 word, next;

	if (!at)
		return;
	word = READ_ONCE(*at);
	next = levee_word(levee_word_tag(word), deadline_ms, shift);
	if (levee_word_live(word) && word != next)
		__sync_val_compare_and_swap(at, word, next);
}

/* --- hashing: see levee_hash_key */

static __always_inline __u32 tuple_hash(const struct levee_tuple *t)
{
	const volatile __u64 *k = hash_key.k;
	__u32 ports = (__u32)t->lport << 16 | t->rport;
	__u64 sum = k[0] + k[1] * ports + k[2] * t->local.d[3] + k[3] * t->remote.d[3];

	if (!levee_addr_is_v4(&t->local))
		sum += k[4] * t->local.d[0] + k[5] * t->local.d[1] + k[6] * t->local.d[2] + k[7] * t->remote.d[0] +
		       k[8] * t->remote.d[1] + k[9] * t->remote.d[2];
	return sum >> 32;
}

static __always_inline __u32 service_hash(const struct levee_service_key *s)
{
	const volatile __u64 *k = hash_key.k;

	return (k[0] + k[1] * s->port + k[2] * s->addr.d[3] + k[4] * s->addr.d[0] + k[5] * s->addr.d[1] +
		k[6] * s->addr.d[2]) >> 32;
}

#endif
