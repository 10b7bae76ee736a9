/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_table.c - what a table's heads and filters say: tags, their bits, deadlines across wrap-around.
 * The operations on tables are BPF code and are tested by tests/prog.
 */
#include "unit.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
