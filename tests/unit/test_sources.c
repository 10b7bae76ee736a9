/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_sources.c - sources of SYNs: adding samples up, by round and by prefix.
 */
#include "address.h"

#include <stdlib.h>

#include "sources.h"

static void prefixes_as_text(void **state)
{
	union levee_addr v4 = address("192.0.2.0"), v6 = address("2001:db8:0:7::");
	char text[56];

	(void)state;
	assert_string_equal(text_prefix(text, &v4), "192.0.2.0/24");
	assert_string_equal(text_prefix(text, &v6), "2001:db8:0:7::/64");
}

/* Hosts of one /24 and of one /64 are added up; neighbours beyond them are others. */
static void adds_up_by_prefix(void **state)
{
	static const char *const from[] = { "192.0.2.1", "192.0.3.1",	"192.0.2.255",	   "2001:db8::1",
					    "192.0.2.1", "2001:db8::9", "2001:db8:0:1::1", "198.51.100.200" };
	struct source_list list = { .seen = 80, .span_ms = 2000 };
	struct source_weight all[ARRAY_SIZE(from)];
	char text[56];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(from); i++)
		all[i] = (struct source_weight){ address(from[i]), 10 };
	sources_rank(&list, all, ARRAY_SIZE(from));
	assert_int_equal(list.count, 5);
	assert_int_equal(list.prefixes, 5);
	assert_int_equal(list.sampled, 8);
	assert_string_equal(text_prefix(text, &list.row[0].prefix), "192.0.2.0/24");
	assert_true(list.row[0].per_s == 15.0);
	assert_true(list.row[0].share == 0.375);
	assert_int_equal(list.row[0].hosts, 2);
	assert_string_equal(text_prefix(text, &list.row[1].prefix), "2001:db8::/64");
	assert_int_equal(list.row[1].hosts, 2);
	assert_true(list.row[4].per_s == 5.0);
}

/* More prefixes than rows: those with the most stay, in order, wherever they stand in the sample. */
static void keeps_the_biggest(void **state)
{
	enum { PREFIXES = 3 * SOURCES_MAX };
	struct source_list list = { .seen = 1000, .span_ms = 1000 };
	struct source_weight *all = calloc(PREFIXES, sizeof(*all));

	(void)state;
	assert_non_null(all);
	for (int i = 0; i < PREFIXES; i++) {
		levee_addr_set_v4(&all[i].source, htonl(0x0a000000 + (i << 8)));
		all[i].syns = 1 + i * 7 % PREFIXES; /* each once */
	}
	sources_rank(&list, all, PREFIXES);
	assert_int_equal(list.count, SOURCES_MAX);
	assert_int_equal(list.prefixes, PREFIXES);
	for (int i = 0; i < SOURCES_MAX; i++)
		assert_true(list.row[i].per_s == PREFIXES - i);
	free(all);
}

static void nothing_is_nothing(void **state)
{
	struct source_list list = { .count = 7 };

	(void)state;
	sources_rank(&list, NULL, 0);
	assert_int_equal(list.count, 0);
	assert_int_equal(list.prefixes, 0);
}

/* Two CPUs of this round, one that has seen few and one that has seen many; a third that still has another round. */
static void weighs_by_what_was_seen(void **state)
{
	struct levee_syn_sources *cpu = calloc(3, sizeof(*cpu));
	struct source_round round = { .round_ms = 5,
				      .sample = calloc(3 * LEVEE_SOURCE_SAMPLES, sizeof(*round.sample)) };

	(void)state;
	assert_true(cpu && round.sample);
	cpu[0] = (struct levee_syn_sources){ .round_ms = 5, .seen = 2 };
	cpu[0].source[1] = address("192.0.2.1");
	cpu[1] = (struct levee_syn_sources){ .round_ms = 5, .seen = 50 * LEVEE_SOURCE_SAMPLES };
	cpu[2] = (struct levee_syn_sources){ .round_ms = 4, .seen = 1000 };
	sources_collect(&round, cpu, 3);
	assert_int_equal(round.seen, 2 + 50 * LEVEE_SOURCE_SAMPLES);
	assert_int_equal(round.count, 2 + LEVEE_SOURCE_SAMPLES);
	assert_memory_equal(&round.sample[1].source, &cpu[0].source[1], 16);
	assert_true(round.sample[1].syns == 1.0);
	assert_true(round.sample[2].syns == 50.0);
	assert_true(round.sample[round.count - 1].syns == 50.0);
	free(round.sample);
	free(cpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_as_text),	   cmocka_unit_test(adds_up_by_prefix),
		cmocka_unit_test(keeps_the_biggest),	   cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(weighs_by_what_was_seen),
	};

	return cmocka_run_group_tests_name("sources", tests, NULL, NULL);
}
