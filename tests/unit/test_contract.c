/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_contract.c - the lists and structs of include/levee: names are unique and fit for JSON and
 * metrics, no text is missing, layouts are what both halves and older pins expect.
 */
#include "unit.h"

#include <ctype.h>
#include <levee/config.h>
#include <levee/cookie.h>
#include <levee/stats.h>
#include <levee/table.h>

struct entry {
	const char *upper;
	const char *name;
	const char *help;
};

#define ENTRY(NAME, name, help) { #NAME, #name, help },
#define ENTRY_WORD(NAME, word, help) { #NAME, word, help },
#define ENTRY_TIMEOUT(NAME, name, ms, elastic, why) { #NAME, #name, why },
#define ENTRY_STATE(NAME, name) { #NAME, name, name },

static const struct entry reasons[] = { LEVEE_REASONS(ENTRY) };
static const struct entry counters[] = { LEVEE_COUNTERS(ENTRY) };
static const struct entry timeouts[] = { LEVEE_TIMEOUTS(ENTRY_TIMEOUT) };
static const struct entry cookies[] = { LEVEE_COOKIES(ENTRY_WORD) };
static const struct entry attachments[] = { LEVEE_ATTACHMENTS(ENTRY_WORD) };
static const struct entry began[] = { LEVEE_BEGAN(ENTRY) };
static const struct entry states[] = { LEVEE_TCP_STATES(ENTRY_STATE) };

static const uint32_t timeout_default[] = {
#define DEFAULT_OF(NAME, name, ms, elastic, why) [LEVEE_T_##NAME] = (ms),
	LEVEE_TIMEOUTS(DEFAULT_OF)
#undef DEFAULT_OF
};

static void is_identifier(const char *name)
{
	assert_true(islower((unsigned char)name[0]));
	for (const char *c = name; *c; c++)
		assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
	assert_true(strlen(name) < 32);
}

/* Help is one line that says something; no full stop, as it stands in lists. */
static void is_help(const char *help)
{
	size_t len = strlen(help);

	assert_in_range(len, 3, 120);
	assert_null(strpbrk(help, "\n\t\""));
	assert_int_not_equal(help[len - 1], '.');
	assert_int_not_equal(help[0], ' ');
}

static void are_distinct(const struct entry *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++) {
			if (strcmp(list[i].name, list[j].name) == 0 || strcmp(list[i].help, list[j].help) == 0)
				fail_msg("%s and %s share a name or a help text", list[i].upper, list[j].upper);
		}
}

static void check_list(const struct entry *list, size_t count, size_t want)
{
	assert_int_equal(count, want);
	for (size_t i = 0; i < count; i++) {
		is_identifier(list[i].name);
		is_help(list[i].help);
	}
	are_distinct(list, count);
}

static void lists_are_complete(void **state)
{
	(void)state;
	check_list(reasons, ARRAY_SIZE(reasons), LEVEE_REASON_COUNT);
	check_list(counters, ARRAY_SIZE(counters), LEVEE_COUNTER_COUNT);
	check_list(timeouts, ARRAY_SIZE(timeouts), LEVEE_TIMEOUT_COUNT);
	check_list(cookies, ARRAY_SIZE(cookies), LEVEE_COOKIES_COUNT);
	check_list(attachments, ARRAY_SIZE(attachments), LEVEE_ATTACHMENT_COUNT);
	check_list(began, ARRAY_SIZE(began), LEVEE_BEGAN_COUNT);
}

static void states_have_the_names_of_the_rfc(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_SIZE(states), LEVEE_TCP_STATE_COUNT);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		assert_string_equal(states[i].upper, states[i].name);
}

/* Reasons and counters stand side by side in `levee stats` and in metrics. */
static void no_reason_is_called_like_a_counter(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		for (size_t j = 0; j < ARRAY_SIZE(counters); j++)
			assert_string_not_equal(reasons[i].name, counters[j].name);
}

/* The verdict can be read off the name: userspace groups by it. */
static void reasons_are_grouped_by_verdict(void **state)
{
	static const char *const order[] = { "PASS_", "TX_", "DROP_" };
	size_t group = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		while (group < ARRAY_SIZE(order) && strncmp(reasons[i].upper, order[group], strlen(order[group])) != 0)
			group++;
		assert_true(group < ARRAY_SIZE(order));
	}
	assert_int_equal(group, ARRAY_SIZE(order) - 1);
}

static void timeouts_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(timeout_default); i++)
		assert_in_range(timeout_default[i], 1000, LEVEE_TIMEOUT_MAX_MS);
	/* A half-open deadline is 16 bits of 256 ms, half of them ahead. */
	assert_true(timeout_default[LEVEE_T_HALF_OPEN] >> LEVEE_HALF_OPEN_SHIFT < 0x7fff);
	assert_true(LEVEE_TIMEOUT_MAX_MS >> LEVEE_FLOW_SHIFT < 0x7fff);
	/* A replayed cookie must meet the flow that it made, even one that closed at once. */
	assert_true(timeout_default[LEVEE_T_CLOSED] >= 2 * LEVEE_EPOCH_MS);
	assert_true(timeout_default[LEVEE_T_TIME_WAIT] >= 60000);
}

static void limits_are_in_order(void **state)
{
	(void)state;
	assert_true(LEVEE_FLOWS_MIN <= LEVEE_FLOWS_DEFAULT && LEVEE_FLOWS_DEFAULT <= LEVEE_FLOWS_MAX);
	assert_true(LEVEE_HALF_OPEN_MIN <= LEVEE_HALF_OPEN_DEFAULT && LEVEE_HALF_OPEN_DEFAULT <= LEVEE_HALF_OPEN_MAX);
	assert_true(LEVEE_END_PERCENT_DEFAULT < LEVEE_START_PERCENT_DEFAULT && LEVEE_START_PERCENT_DEFAULT <= 100);
	/* Slots are numbered by 32 bits, services by the 16 of a half-open entry. */
	assert_true(LEVEE_SERVICES_MAX <= 0xffff);
	assert_true((uint64_t)LEVEE_FLOWS_MAX * 2 <= 0x7fffffff);
}

static void layouts(void **state)
{
	(void)state;
	assert_int_equal(sizeof(union levee_addr), 16);
	assert_int_equal(sizeof(struct levee_tuple), 40);
	assert_int_equal(sizeof(struct levee_service_key), 24);
	assert_int_equal(sizeof(struct levee_flow), 128);
	assert_int_equal(sizeof(struct levee_half_open), 64);
	assert_int_equal(sizeof(struct levee_service), 128);
	assert_int_equal(sizeof(struct levee_profile), 8);
	assert_int_equal(sizeof(struct levee_head), 64);
	assert_int_equal(sizeof(struct levee_clock), 32);
	assert_int_equal(sizeof(struct levee_runtime), 128);
	assert_int_equal(sizeof(struct levee_seed_flow), 48);
	assert_int_equal(sizeof(struct levee_stats), 8 * (LEVEE_REASON_COUNT + LEVEE_COUNTER_COUNT));
}

/* Tables compare the key as the first words of an entry. */
static void keys_come_first(void **state)
{
	(void)state;
	assert_int_equal(offsetof(struct levee_flow, tuple), 0);
	assert_int_equal(offsetof(struct levee_half_open, tuple), 0);
	assert_int_equal(offsetof(struct levee_service, key), 0);
	assert_int_equal(offsetof(struct levee_seed_flow, tuple), 0);
	assert_int_equal(offsetof(struct levee_seed_service, key), 0);
}

/* What CPUs count on all the time does not share a line with what they only read. */
static void cache_lines(void **state)
{
	(void)state;
	assert_int_equal(offsetof(struct levee_runtime, mode), 64);
	assert_int_equal(offsetof(struct levee_service, half_open), 64);
}

/* They are kept in one byte, and a service may have several at once. */
static void service_flags_are_bits_of_a_byte(void **state)
{
	static const uint32_t flags[] = { LEVEE_SVC_SEEDED,  LEVEE_SVC_LEARNT,	  LEVEE_SVC_GONE,
					  LEVEE_SVC_REFUSED, LEVEE_SVC_FORWARDED, LEVEE_SVC_LISTENER };
	uint32_t seen = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		assert_int_equal(__builtin_popcount(flags[i]), 1);
		assert_int_equal(seen & flags[i], 0);
		assert_true(flags[i] <= UINT8_MAX);
		seen |= flags[i];
	}
}

/* An owner is named by the index of its slot. */
static void owners_have_room_for_any_index(void **state)
{
	struct levee_service s = { .owner = LEVEE_SERVICES_MAX - 1 };
	struct levee_half_open h = { .service = LEVEE_SERVICES_MAX - 1 };

	(void)state;
	assert_int_equal(s.owner, LEVEE_SERVICES_MAX - 1);
	assert_int_equal(h.service, LEVEE_SERVICES_MAX - 1);
}

static void mapped_addresses(void **state)
{
	static const uint8_t want[16] = { [10] = 0xff, [11] = 0xff, [12] = 198, [13] = 18, [14] = 0, [15] = 1 };
	union levee_addr a = { .w = { ~0ULL, ~0ULL } };
	uint32_t v4;

	(void)state;
	memcpy(&v4, want + 12, 4);
	assert_false(levee_addr_is_v4(&a));
	levee_addr_set_v4(&a, v4);
	assert_memory_equal(a.b, want, 16);
	assert_true(levee_addr_is_v4(&a));
	for (int bit = 0; bit < 96; bit++) {
		union levee_addr other = a;

		other.b[bit / 8] ^= 1 << bit % 8;
		assert_false(levee_addr_is_v4(&other));
	}
}

static void tuples_differ_by_any_bit(void **state)
{
	struct levee_tuple t, other;

	(void)state;
	memset(&t, 0x5a, sizeof(t));
	other = t;
	assert_true(levee_tuple_equal(&t, &other));
	for (size_t bit = 0; bit < 8 * sizeof(t); bit++) {
		other = t;
		((uint8_t *)&other)[bit / 8] ^= 1 << bit % 8;
		assert_false(levee_tuple_equal(&t, &other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_complete),
		cmocka_unit_test(states_have_the_names_of_the_rfc),
		cmocka_unit_test(no_reason_is_called_like_a_counter),
		cmocka_unit_test(reasons_are_grouped_by_verdict),
		cmocka_unit_test(timeouts_fit),
		cmocka_unit_test(limits_are_in_order),
		cmocka_unit_test(layouts),
		cmocka_unit_test(keys_come_first),
		cmocka_unit_test(cache_lines),
		cmocka_unit_test(service_flags_are_bits_of_a_byte),
		cmocka_unit_test(owners_have_room_for_any_index),
		cmocka_unit_test(mapped_addresses),
		cmocka_unit_test(tuples_differ_by_any_bit),
	};

	return cmocka_run_group_tests_name("contract", tests, NULL, NULL);
}
