/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_history.c - places in the ring, order and age; rates, gaps and restarts; cookie mode, floods and bursts.
 */
#include "history_records.h"

#include "output.h"

/* --- the ring */

static void places_go_round_once_an_hour(void **state)
{
	const uint64_t at = 5000000123ULL;
	bool taken[LEVEE_HISTORY_RECORDS] = { false };

	(void)state;
	for (unsigned int s = 0; s < LEVEE_HISTORY_RECORDS; s++) {
		unsigned int place = levee_history_place(at + s * 1000ULL);

		assert_in_range(place, 0, LEVEE_HISTORY_RECORDS - 1);
		assert_false(taken[place]);
		taken[place] = true;
	}
	assert_int_equal(levee_history_place(at), levee_history_place(at + HOUR_MS));
	assert_int_equal(levee_history_place(at), levee_history_place(at + 800));
}

/* As they stand in the map: the ring's end comes first, one is from before, one place was never written. */
static void records_come_in_order_of_time(void **state)
{
	const uint64_t now = 10 * HOUR_MS;
	struct levee_history record[6] = {
		{ .boot_ms = now - 1000 },	  { .boot_ms = now },		{ .boot_ms = 0 },
		{ .boot_ms = now - HOUR_MS - 1 }, { .boot_ms = now - HOUR_MS }, { .boot_ms = now + 1 },
	};
	struct history_list list = { 6, record };

	(void)state;
	history_sort(&list, now);
	assert_int_equal(list.count, 3);
	assert_int_equal(record[0].boot_ms, now - HOUR_MS);
	assert_int_equal(record[1].boot_ms, now - 1000);
	assert_int_equal(record[2].boot_ms, now);
}

static void a_whole_ring_comes_in_order(void **state)
{
	const uint64_t last = 3 * HOUR_MS + 1234567;
	struct levee_history *record = calloc(LEVEE_HISTORY_RECORDS, sizeof(*record));
	struct history_list list = { LEVEE_HISTORY_RECORDS, record };

	(void)state;
	assert_non_null(record);
	for (uint64_t at = last - HOUR_MS + 1000; at <= last; at += 1000)
		record[levee_history_place(at)].boot_ms = at;
	history_sort(&list, last);
	assert_int_equal(list.count, LEVEE_HISTORY_RECORDS);
	for (unsigned int i = 1; i < list.count; i++)
		assert_int_equal(list.record[i].boot_ms - list.record[i - 1].boot_ms, 1000);
	free(record);
}

/* --- rates and gaps */

static const json_t *value(const json_t *history, const char *column, size_t i)
{
	const json_t *list = json_object_get(json_object_get(history, "columns"), column);

	assert_true(i < json_array_size(list));
	return json_array_get(list, i);
}

static double rate(const json_t *history, const char *column, size_t i)
{
	assert_true(json_is_number(value(history, column, i)));
	return json_number_value(value(history, column, i));
}

static void a_rate_is_of_the_time_between_two_records(void **state)
{
	struct teller t;
	json_t *h;

	(void)state;
	teller_begin(&t, 1000000);
	teller_record(&t);
	teller_second(&t, 1000, 700, 0, 0, 0);
	teller_second(&t, 2000, 700, 0, 0, 0);
	h = teller_history(&t);
	assert_true(json_is_null(value(h, "syns", 0)));
	assert_true(rate(h, "syns", 1) == 700);
	assert_true(rate(h, "syns", 2) == 350);
	assert_int_equal(json_integer_value(value(h, "time_unix_ms", 2)), NOW_UNIX_MS);
	assert_int_equal(json_integer_value(value(h, "time_unix_ms", 0)), NOW_UNIX_MS - 3000);
	assert_int_equal(model_number(h, "covered_ms"), 3000);
	assert_int_equal(json_array_size(json_object_get(h, "gaps")), 0);
	json_decref(h);
	teller_end(&t);
}

/* Nobody wrote for ten minutes while a million SYNs came: a gap, not a spike of a million. */
static void a_gap_is_no_spike(void **state)
{
	const json_t *gap;
	struct teller t;
	json_t *h;

	(void)state;
	teller_begin(&t, 1000000);
	teller_record(&t);
	teller_second(&t, 1000, 10, 0, 0, 0);
	teller_second(&t, 600000, 1000000, 0, 0, 0);
	teller_second(&t, 1000, 10, 0, 0, 0);
	h = teller_history(&t);
	assert_true(json_is_null(value(h, "syns", 2)));
	assert_true(rate(h, "syns", 3) == 10);
	assert_int_equal(json_array_size(json_object_get(h, "gaps")), 1);
	gap = json_array_get(json_object_get(h, "gaps"), 0);
	assert_int_equal(model_number(gap, "from_unix_ms"), NOW_UNIX_MS - 601000);
	assert_int_equal(model_number(gap, "to_unix_ms"), NOW_UNIX_MS - 1000);
	assert_int_equal(model_number(h, "covered_ms"), 2000);
	json_decref(h);
	teller_end(&t);
}

/* Whoever writes may be restarted within the gap, or counters begin anew: never a negative rate, never a huge one. */
static void counters_that_fell_are_a_gap(void **state)
{
	struct teller t;
	json_t *h;

	(void)state;
	teller_begin(&t, 1000000);
	teller_second(&t, 1000, 5000, 0, 0, 0);
	memset(&t.now.stats, 0, sizeof(t.now.stats));
	teller_second(&t, 1000, 3, 0, 0, 0);
	teller_second(&t, 1000, 4, 0, 0, 0);
	h = teller_history(&t);
	assert_true(json_is_null(value(h, "syns", 1)));
	assert_true(rate(h, "syns", 2) == 4);
	json_decref(h);
	teller_end(&t);
}

static void every_drop_is_in_one_group(void **state)
{
	static const char *const groups[] = { "drops_strangers", "drops_syns", "drops_full", "drops_malformed",
					      "drops_other" };
	struct teller t;
	double sum = 0;
	json_t *h;

	(void)state;
	teller_begin(&t, 1000000);
	teller_record(&t);
	for (unsigned int i = LEVEE_DROP_IP_LENGTH; i < LEVEE_REASON_COUNT; i++)
		t.now.stats.reason[i] += 1 << (i - LEVEE_DROP_IP_LENGTH);
	teller_second(&t, 1000, 0, 0, 0, 0);
	h = teller_history(&t);
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		sum += rate(h, groups[i], 1);
	assert_true(sum == rate(h, "drops", 1));
	assert_true(sum == (1 << (LEVEE_REASON_COUNT - LEVEE_DROP_IP_LENGTH)) - 1);
	assert_true(rate(h, "drops_strangers", 1) >= 1 << (LEVEE_DROP_BAD_COOKIE - LEVEE_DROP_IP_LENGTH));
	json_decref(h);
	teller_end(&t);
}

static void every_column_has_every_record_and_help(void **state)
{
	const char *name;
	struct teller t;
	json_t *h, *list;
	size_t columns = 0;

	(void)state;
	teller_begin(&t, 1000000);
	teller_second(&t, 1000, 1, 1, 0, 0);
	teller_second(&t, 1000, 1, 1, 0, 0);
	h = teller_history(&t);
	json_object_foreach(json_object_get(h, "columns"), name, list) {
		assert_int_equal(json_array_size(list), 2);
		columns++;
		if (strcmp(name, "time_unix_ms"))
			assert_true(strlen(model_text(json_object_get(h, "help"), name)) > 3);
	}
	assert_true(columns > 20);
	json_decref(h);
	teller_end(&t);
}

/* --- attacks */

static const json_t *attack(const json_t *history, size_t i)
{
	const json_t *a = json_array_get(json_object_get(history, "attacks"), i);

	assert_non_null(a);
	return a;
}

static size_t attacks(const json_t *history)
{
	return json_array_size(json_object_get(history, "attacks"));
}

static void seconds(struct teller *t, unsigned int n, unsigned int syns, unsigned int made, unsigned int cookies,
		    unsigned int valid)
{
	while (n--)
		teller_second(t, 1000, syns, made, cookies, valid);
}

/* A flood of 20 s; cookie mode goes on for 60 s, and real clients with it. */
static void a_flood_ends_before_cookie_mode_does(void **state)
{
	const json_t *a;
	struct teller t;
	json_t *h;

	(void)state;
	teller_begin(&t, 1000000);
	seconds(&t, 100, 50, 50, 0, 0);
	t.now.services_in_cookie_mode = 1;
	seconds(&t, 19, 20000, 0, 19990, 40);
	seconds(&t, 1, 30000, 0, 30000, 40);
	t.now.stats.reason[LEVEE_DROP_BAD_COOKIE] += 77;
	seconds(&t, 60, 50, 0, 50, 50);
	t.now.services_in_cookie_mode = 0;
	seconds(&t, 30, 50, 50, 0, 0);
	h = teller_history(&t);
	assert_int_equal(attacks(h), 1);
	a = attack(h, 0);
	assert_string_equal(model_text(a, "kind"), "flood");
	assert_int_equal(model_number(a, "from_unix_ms"), NOW_UNIX_MS - 110000);
	assert_int_equal(model_number(a, "to_unix_ms"), NOW_UNIX_MS - 90000);
	assert_int_equal(model_number(a, "cookie_mode_to_unix_ms"), NOW_UNIX_MS - 30000);
	assert_true(model_real(a, "peak_syns_per_s") == 30000);
	assert_int_equal(model_number(a, "peak_unix_ms"), NOW_UNIX_MS - 90000);
	assert_int_equal(model_number(a, "syns"), 19 * 20000 + 30000 + 60 * 50);
	assert_int_equal(model_number(a, "cookies_sent"), 19 * 19990 + 30000 + 60 * 50);
	assert_int_equal(model_number(a, "cookies_valid"), 20 * 40 + 60 * 50);
	assert_int_equal(model_number(a, "drops"), 77);
	assert_int_equal(model_number(json_object_get(a, "dropped"), "bad_cookie"), 77);
	json_decref(h);
	teller_end(&t);
}

static void a_burst_of_clients_is_no_flood(void **state)
{
	struct teller t;
	json_t *h;

	(void)state;
	teller_begin(&t, 1000000);
	seconds(&t, 10, 50, 50, 0, 0);
	t.now.services_in_cookie_mode = 2;
	seconds(&t, 10, 5000, 0, 5000, 4900);
	h = teller_history(&t);
	assert_int_equal(attacks(h), 1);
	assert_string_equal(model_text(attack(h, 0), "kind"), "burst");
	json_decref(h);
	teller_end(&t);
}

/* Recording began when the flood was over and cookie mode was not; with clients, and without anybody. */
static void what_a_flood_has_left(void **state)
{
	(void)state;
	for (unsigned int clients = 0; clients <= 50; clients += 50) {
		struct teller t;
		json_t *h;

		teller_begin(&t, 1000000);
		t.now.services_in_cookie_mode = 1;
		seconds(&t, 6, clients, 0, clients, clients);
		h = teller_history(&t);
		assert_int_equal(attacks(h), 1);
		assert_string_equal(model_text(attack(h, 0), "kind"), "ended");
		json_decref(h);
		teller_end(&t);
	}
}

/* Half a minute of calm between them: one. Two minutes: two. */
static void floods_close_to_each_other_are_one(void **state)
{
	static const struct {
		unsigned int calm;
		size_t attacks;
	} rows[] = { { 30, 1 }, { 120, 2 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct teller t;
		json_t *h;

		teller_begin(&t, 1000000);
		seconds(&t, 10, 1, 1, 0, 0);
		for (int n = 0; n < 2; n++) {
			t.now.mode = LEVEE_MODE_COOKIE;
			seconds(&t, 10, 1000, 0, 1000, 0);
			t.now.mode = LEVEE_MODE_CALM;
			seconds(&t, rows[i].calm, 1, 1, 0, 0);
		}
		h = teller_history(&t);
		assert_int_equal(attacks(h), rows[i].attacks);
		assert_int_equal(json_array_size(json_object_get(h, "cookie_mode")), 2);
		json_decref(h);
		teller_end(&t);
	}
}

/* It was on when recording began, and it is on when recording ends; in between nobody recorded for 20 s. */
static void cookie_mode_from_the_first_record_to_the_last(void **state)
{
	const json_t *a;
	struct teller t;
	json_t *h;

	(void)state;
	teller_begin(&t, 1000000);
	t.now.mode = LEVEE_MODE_COOKIE;
	teller_record(&t);
	seconds(&t, 10, 1000, 0, 1000, 0);
	teller_second(&t, 20000, 20000, 0, 20000, 0);
	seconds(&t, 10, 1000, 0, 1000, 0);
	h = teller_history(&t);
	assert_int_equal(attacks(h), 1);
	a = attack(h, 0);
	assert_int_equal(model_number(a, "from_unix_ms"), NOW_UNIX_MS - 40000);
	assert_int_equal(model_number(a, "to_unix_ms"), NOW_UNIX_MS);
	assert_int_equal(model_number(a, "syns"), 40000);
	assert_true(model_real(a, "peak_syns_per_s") == 1000);
	/* What is shaded was recorded. */
	assert_int_equal(json_array_size(json_object_get(h, "cookie_mode")), 2);
	json_decref(h);
	teller_end(&t);
}

static void calm_is_no_attack(void **state)
{
	struct teller t;
	json_t *h;

	(void)state;
	teller_begin(&t, 1000000);
	seconds(&t, 100, 5000, 4990, 0, 0);
	h = teller_history(&t);
	assert_int_equal(attacks(h), 0);
	assert_int_equal(json_array_size(json_object_get(h, "cookie_mode")), 0);
	json_decref(h);
	teller_end(&t);
}

static void no_record_at_all(void **state)
{
	struct history_list none = {};
	json_t *h = report_history(&none, false, HOUR_MS, NOW_UNIX_MS);

	(void)state;
	assert_non_null(h);
	assert_int_equal(model_number(h, "records"), 0);
	assert_int_equal(model_number(h, "covered_ms"), 0);
	assert_int_equal(attacks(h), 0);
	json_decref(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_go_round_once_an_hour),
		cmocka_unit_test(records_come_in_order_of_time),
		cmocka_unit_test(a_whole_ring_comes_in_order),
		cmocka_unit_test(a_rate_is_of_the_time_between_two_records),
		cmocka_unit_test(a_gap_is_no_spike),
		cmocka_unit_test(counters_that_fell_are_a_gap),
		cmocka_unit_test(every_drop_is_in_one_group),
		cmocka_unit_test(every_column_has_every_record_and_help),
		cmocka_unit_test(a_flood_ends_before_cookie_mode_does),
		cmocka_unit_test(a_burst_of_clients_is_no_flood),
		cmocka_unit_test(what_a_flood_has_left),
		cmocka_unit_test(floods_close_to_each_other_are_one),
		cmocka_unit_test(cookie_mode_from_the_first_record_to_the_last),
		cmocka_unit_test(calm_is_no_attack),
		cmocka_unit_test(no_record_at_all),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
