/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_words.c - words of the contract's enums: found however they are typed, refused with the nearest; and durations.
 */
#include "capture.h"

#include "duration.h"
#include "errors.h"
#include "near.h"
#include "words.h"

static void words_are_found(void **state)
{
	static const struct {
		const char *text;
		int number;
	} rows[] = {
		{ "ESTABLISHED", LEVEE_TCP_ESTABLISHED },
		{ "established", LEVEE_TCP_ESTABLISHED },
		{ "estab", LEVEE_TCP_ESTABLISHED }, /* ss */
		{ "fin-wait-1", LEVEE_TCP_FIN_WAIT_1 },
		{ "FIN_WAIT1", LEVEE_TCP_FIN_WAIT_1 }, /* netstat */
		{ "finwait2", LEVEE_TCP_FIN_WAIT_2 },
		{ "SYN_RECV", LEVEE_TCP_SYN_RECEIVED }, /* conntrack */
		{ "syn-recv", LEVEE_TCP_SYN_RECEIVED },
		{ "syn_r", LEVEE_TCP_SYN_RECEIVED },
		{ "closed", LEVEE_TCP_CLOSED },
		{ "time", LEVEE_TCP_TIME_WAIT },
		{ "clos", -2 },
		{ "close", -2 },
		{ "fin_wait", -2 },
		{ "", -1 },
		{ "ESTABLISHEDX", -1 },
		{ "foo", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(word_find(&words_state, rows[i].text), rows[i].number);
	assert_int_equal(word_find(&words_began, "adopt"), LEVEE_BEGAN_ADOPTED);
	assert_int_equal(word_find(&words_timeout, "half-open"), LEVEE_T_HALF_OPEN);
	assert_int_equal(word_find(&words_timeout, "half"), -2);
}

/* Every word of every enum finds its own number; that of a number that is none is "?". */
static void every_word_finds_itself(void **state)
{
	static const struct vocabulary *const all[] = { &words_state, &words_began, &words_ended, &words_event,
							&words_timeout };
	static const unsigned int counts[] = { LEVEE_TCP_STATE_COUNT, LEVEE_BEGAN_COUNT, LEVEE_ENDED_COUNT,
					       LEVEE_EVENT_COUNT, LEVEE_TIMEOUT_COUNT };

	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(all); v++) {
		assert_int_equal(all[v]->count, counts[v]);
		for (unsigned int i = 0; i < all[v]->count; i++)
			if (*word_of(all[v], i))
				assert_int_equal(word_find(all[v], word_of(all[v], i)), i);
		assert_string_equal(word_of(all[v], all[v]->count), "?");
	}
	assert_string_equal(word_of(&words_ended, LEVEE_ENDED_NOT), "");
	assert_string_equal(word_of(&words_state, LEVEE_TCP_FIN_WAIT_2), "FIN_WAIT_2");
}

static void unknown_words_are_told_the_nearest(void **state)
{
	static const struct {
		const struct vocabulary *words;
		const char *text, *answer;
	} rows[] = {
		{ &words_state, "ESTABLISED",
		  "levee: --x: \"ESTABLISED\" is no state\n       did you mean ESTABLISHED?\n" },
		{ &words_state, "clsoe-wait", "did you mean CLOSE_WAIT?" },
		{ &words_state, "fin", "\"fin\" could be: FIN_WAIT_1, FIN_WAIT_2\n" },
		{ &words_state, "flurbl", "there are: CLOSED, LISTEN, SYN_SENT" },
		{ &words_began, "cokie", "did you mean cookie?" },
	};
	struct capture c;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int found = word_find(rows[i].words, rows[i].text);

		assert_true(found < 0);
		capture_begin(&c, stderr);
		assert_int_equal(word_unknown(rows[i].words, "--x", rows[i].text, found), EXIT_USAGE);
		capture_end(&c);
		if (!strstr(c.text, rows[i].answer))
			print_message("\"%s\": %s", rows[i].text, c.text);
		assert_non_null(strstr(c.text, rows[i].answer));
	}
}

static void the_nearest_is_near(void **state)
{
	static const struct {
		const char *word, *best;
	} rows[] = {
		{ "limt", "limit" }, { "LIMIT", "limit" }, { "l-mit", "limit" },	 { "limits", "limit" },
		{ "xyz", NULL },     { "", NULL },	   { "half-open", "half_open" }, { "halfopne", "half_open" },
	};
	static const char *const candidates[] = { "limit", "half_open", "reverse" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct near near = near_to(rows[i].word);

		for (size_t c = 0; c < ARRAY_SIZE(candidates); c++)
			near_consider(&near, candidates[c]);
		if (rows[i].best)
			assert_string_equal(near.best, rows[i].best);
		else
			assert_null(near.best);
	}
}

/* Words of any length do no harm. */
static void long_words_are_far(void **state)
{
	char word[1000];
	struct near near;

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	near = near_to(word);
	near_consider(&near, "limit");
	assert_null(near.best);
	assert_int_equal(word_find(&words_state, word), -1);
}

static void durations_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} rows[] = {
		{ "0", 0 },
		{ "30", 30000 },
		{ "1.5", 1500 },
		{ "500ms", 500 },
		{ "0.25s", 250 },
		{ "30s", 30000 },
		{ "30sec", 30000 },
		{ "5min", 300000 },
		{ "5m", 300000 },
		{ "2h", 7200000 },
		{ "1d", 86400000 },
		{ "2days", 172800000 },
		{ "1h30min", 5400000 },
		{ "2h19min48s352ms", 8388352 },
		{ "1.5h", 5400000 },
		{ "999999999999ms", 999999999999 },
	};
	uint64_t ms;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		__u64 got = ~0ULL;

		assert_true(duration_parse(rows[i].text, &got));
		ms = got;
		assert_int_equal(ms, rows[i].ms);
	}
}

static void bad_durations_are_refused(void **state)
{
	static const char *const rows[] = { "",
					    "s",
					    "-1",
					    "+1",
					    "1x",
					    "5mins",
					    "1e3",
					    "0x10",
					    " 1s",
					    "1 s",
					    "1.s",
					    ".5",
					    "1.2345s",
					    "1h30",
					    "nan",
					    "inf",
					    "1s ",
					    "1,5s",
					    "1..5s",
					    "1hh",
					    "99999999999999999999",
					    "999999999999d" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		__u64 ms;

		if (duration_parse(rows[i], &ms))
			print_message("\"%s\" was taken\n", rows[i]);
		assert_false(duration_parse(rows[i], &ms));
	}
}

static void durations_are_written_as_they_are_read(void **state)
{
	uint64_t seed = 1;
	char text[32];

	(void)state;
	assert_string_equal(duration_exact(text, 0), "0s");
	assert_string_equal(duration_exact(text, 64000), "1min4s");
	assert_string_equal(duration_exact(text, 86400000), "1d");
	assert_string_equal(duration_exact(text, 90061001), "1d1h1min1s1ms");
	for (int i = 0; i < 10000; i++) {
		uint64_t ms = unit_random(&seed) >> (24 + i % 40);
		__u64 got;

		assert_true(duration_parse(duration_exact(text, ms), &got));
		assert_int_equal(got, ms);
	}
}

static void short_durations_have_four_characters(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "0ms" },	   { 99, "99ms" },	 { 100, "0.1s" },     { 9999, "9.9s" },
		{ 10000, "10s" },  { 59999, "59s" },	 { 60000, "1m" },     { 5999999, "99m" },
		{ 6000000, "1h" }, { 359999999, "99h" }, { 360000000, "4d" },
	};
	uint64_t seed = 2;
	char text[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(duration_short(text, rows[i].ms), rows[i].text);
	for (int i = 0; i < 10000; i++)
		assert_in_range(strlen(duration_short(text, unit_random(&seed) >> i % 64)), 2, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found),
		cmocka_unit_test(every_word_finds_itself),
		cmocka_unit_test(unknown_words_are_told_the_nearest),
		cmocka_unit_test(the_nearest_is_near),
		cmocka_unit_test(long_words_are_far),
		cmocka_unit_test(durations_are_read),
		cmocka_unit_test(bad_durations_are_refused),
		cmocka_unit_test(durations_are_written_as_they_are_read),
		cmocka_unit_test(short_durations_have_four_characters),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
