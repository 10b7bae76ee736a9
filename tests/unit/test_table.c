/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_table.c - what a table's heads and filters say: tags, their bits, deadlines across wrap-around.
 * The operations on tables are BPF code and are tested by tests/prog.
 */
#include "unit.h"

#include <arpa/inet.h>

#include <levee/table.h>

static void a_tag_is_never_free_nor_claimed(void **state)
{
	(void)state;
	for (uint32_t upper = 0; upper <= 0xffff; upper++) {
		uint32_t tag = levee_tag_of_hash(upper << 16 | 0xbeef);

		assert_int_not_equal(tag, 0);
		assert_int_not_equal(tag, LEVEE_TAG_CLAIMED);
		assert_true(tag <= 0xffff);
		if (upper != 0 && upper != 0xffff)
			assert_int_equal(tag, upper);
	}
}

static void the_lower_half_of_the_hash_is_not_in_the_tag(void **state)
{
	(void)state;
	for (uint32_t lower = 0; lower <= 0xffff; lower++)
		assert_int_equal(levee_tag_of_hash(0x12340000 | lower), 0x1234);
}

static void only_free_and_claimed_tags_are_not_live(void **state)
{
	(void)state;
	assert_false(levee_tag_live(0));
	assert_false(levee_tag_live(LEVEE_TAG_CLAIMED));
	for (uint32_t tag = 1; tag < LEVEE_TAG_CLAIMED; tag++)
		assert_true(levee_tag_live(tag));
}

/* Every tag has one bit of the filter, none touches the count above, and the bits are shared evenly. */
static void filter_bits_cover_the_tags(void **state)
{
	uint32_t tags[LEVEE_FILTER_BITS] = { 0 };

	(void)state;
	for (uint32_t tag = 1; tag < LEVEE_TAG_CLAIMED; tag++) {
		uint32_t bit = levee_filter_bit(tag);

		assert_int_equal(bit & (bit - 1), 0);
		assert_int_equal(bit & ~LEVEE_FILTER_MASK, 0);
		tags[__builtin_ctz(bit)]++;
	}
	for (uint32_t i = 0; i < LEVEE_FILTER_BITS; i++)
		assert_in_range(tags[i], 65536 / LEVEE_FILTER_BITS - 2, 65536 / LEVEE_FILTER_BITS + 1);
}

/* The datapath compares four tags at a time: they must stand where the words say. */
static void tags_stand_in_their_lanes(void **state)
{
	struct levee_head head = { .tags = { 0 } };

	(void)state;
	head.tag[6] = 0xabcd;
	assert_int_equal(head.tags[1] >> 32 & 0xffff, 0xabcd);
	assert_int_equal(head.tags[0] | head.tags[2] | head.tags[3], 0);
}

/* Ticks left may be one off the exact quotient, as both times are rounded down; never more. */
static void assert_ticks(uint32_t now, uint32_t ahead, uint32_t shift)
{
	int32_t left = levee_ticks_left(levee_deadline(now + ahead, shift), now, shift);
	int32_t exact = ahead >> shift;

	assert_in_range(left, exact, exact + 1);
}

static void ticks_left_across_every_wrap(void **state)
{
	/* Around the wrap of the milliseconds, and around that of the 16-bit deadline. */
	static const uint32_t nows[] = { 0,	     1,		 4095,	     4096,	 0x0fffffff, 0x10000000,
					 0x00ffff00, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffff00, 0xffffffff };
	static const uint32_t aheads[] = { 0, 1, 255, 256, 4095, 4096, 64000, 8000000 };

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(nows); n++)
		for (size_t a = 0; a < ARRAY_SIZE(aheads); a++) {
			assert_ticks(nows[n], aheads[a], LEVEE_FLOW_SHIFT);
			assert_ticks(nows[n], aheads[a], LEVEE_HALF_OPEN_SHIFT);
		}
}

static void the_longest_timeout_fits(void **state)
{
	(void)state;
	for (uint64_t now = 0; now <= 0xffffffff; now += 0x01234567) {
		assert_ticks((uint32_t)now, LEVEE_TIMEOUT_MAX_MS, LEVEE_FLOW_SHIFT);
		assert_true(levee_ticks_left(levee_deadline((uint32_t)now + LEVEE_TIMEOUT_MAX_MS, LEVEE_FLOW_SHIFT),
					     (uint32_t)now, LEVEE_FLOW_SHIFT) > 0);
	}
}

static void a_passed_deadline_is_negative(void **state)
{
	(void)state;
	for (uint64_t now = 0; now <= 0xffffffff; now += 0x01234567) {
		uint32_t past = (uint32_t)now - 2 * (1U << LEVEE_HALF_OPEN_SHIFT);
		uint32_t day_ago = (uint32_t)now - LEVEE_TIMEOUT_MAX_MS;

		assert_int_equal(levee_ticks_left(levee_deadline(past, LEVEE_HALF_OPEN_SHIFT), (uint32_t)now,
						  LEVEE_HALF_OPEN_SHIFT),
				 -2);
		assert_true(levee_ticks_left(levee_deadline(day_ago, LEVEE_FLOW_SHIFT), (uint32_t)now,
					     LEVEE_FLOW_SHIFT) < 0);
	}
}

static void sooner_deadlines_have_fewer_ticks(void **state)
{
	uint32_t now = 0xfffffc00;
	int32_t before = -1;

	(void)state;
	for (uint32_t ahead = 0; ahead < 64000; ahead += 256) {
		int32_t left = levee_ticks_left(levee_deadline(now + ahead, LEVEE_HALF_OPEN_SHIFT), now,
						LEVEE_HALF_OPEN_SHIFT);

		assert_true(left > before);
		before = left;
	}
}

/* --- the hash spreads what clients do: a few addresses, one port after the other */

#define SPREAD_SETS 8192U
#define SPREAD_FLOWS (SPREAD_SETS * 8) /* a table that is as full as its limit allows */
#define SPREAD_KEYS 100

static uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545f4914f6cdd1dULL;
}

/* Flows that find their set full, of connections between two networks of few addresses. */
static unsigned int crowded_out(const struct levee_hash_key *key, int v6)
{
	static uint8_t held[SPREAD_SETS];
	struct levee_tuple t = { .lport = htons(443) };
	unsigned int lost = 0;

	memset(held, 0, sizeof(held));
	for (uint32_t i = 0; i < SPREAD_FLOWS; i++) {
		uint32_t set;

		levee_addr_set_v4(&t.local, htonl(0xc6120001));
		levee_addr_set_v4(&t.remote, htonl(0xc6120002 + (i >> 13)));
		if (v6)
			t.local.w[0] = t.remote.w[0] = 0xfd;
		t.rport = htons(32768 + (i & 8191));
		set = levee_tuple_hash(key->k, &t) & (SPREAD_SETS - 1);
		if (held[set] == LEVEE_WAYS - LEVEE_FIRST_WAY)
			lost++;
		else
			held[set]++;
	}
	return lost;
}

static void consecutive_ports_spread(void **unused)
{
	uint64_t state = 88172645463325252ULL;
	struct levee_hash_key key;

	(void)unused;
	for (int i = 0; i < SPREAD_KEYS; i++) {
		for (int k = 0; k < LEVEE_HASH_KEYS; k++)
			key.k[k] = draw(&state);
		for (int v6 = 0; v6 < 2; v6++)
			if (crowded_out(&key, v6) * 100 > SPREAD_FLOWS)
				fail_msg("key %d: %u of %u flows find no place", i, crowded_out(&key, v6),
					 SPREAD_FLOWS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consecutive_ports_spread),
		cmocka_unit_test(a_tag_is_never_free_nor_claimed),
		cmocka_unit_test(the_lower_half_of_the_hash_is_not_in_the_tag),
		cmocka_unit_test(only_free_and_claimed_tags_are_not_live),
		cmocka_unit_test(filter_bits_cover_the_tags),
		cmocka_unit_test(tags_stand_in_their_lanes),
		cmocka_unit_test(ticks_left_across_every_wrap),
		cmocka_unit_test(the_longest_timeout_fits),
		cmocka_unit_test(a_passed_deadline_is_negative),
		cmocka_unit_test(sooner_deadlines_have_fewer_ticks),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
