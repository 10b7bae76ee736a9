/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_timeouts.c - `levee config set`: what changes a timeout, and what is refused and in which words.
 */
#include "capture.h"

#include "errors.h"
#include "timeouts.h"

/* Applies words that are parted by spaces to the presets. */
static int change(__u32 ms[LEVEE_TIMEOUT_COUNT], const char *text)
{
	const char *words[16];
	unsigned int count = 0;
	char line[256];

	for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++)
		ms[t] = timeouts[t].preset_ms;
	snprintf(line, sizeof(line), "%s", text);
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	return timeouts_change(ms, count, words);
}

static void presets(void **state)
{
	(void)state;
	assert_int_equal(timeouts[LEVEE_T_ESTABLISHED].preset_ms, 86400000);
	assert_string_equal(timeouts[LEVEE_T_TIME_WAIT].name, "time_wait");
	for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++) {
		assert_non_null(timeouts[t].why);
		assert_int_equal(timeouts[t].elastic, LEVEE_TIMEOUTS_ELASTIC >> t & 1);
	}
}

static void one_is_changed(void **state)
{
	static const struct {
		const char *text;
		enum levee_timeout timeout;
		unsigned int ms;
	} rows[] = {
		{ "established=2h", LEVEE_T_ESTABLISHED, 7200000 },
		{ "established=1", LEVEE_T_ESTABLISHED, 1000 },
		{ "established=1d", LEVEE_T_ESTABLISHED, 86400000 },
		{ "ESTAB=1500ms", LEVEE_T_ESTABLISHED, 1500 },
		{ "half-open=2h19min48s352ms", LEVEE_T_HALF_OPEN, 8388352 },
		{ "time_wait=60s", LEVEE_T_TIME_WAIT, 60000 },
		{ "closed=32s", LEVEE_T_CLOSED, 32000 },
		{ "closed=default", LEVEE_T_CLOSED, 34000 },
	};
	__u32 ms[LEVEE_TIMEOUT_COUNT];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(change(ms, rows[i].text), EXIT_OK);
		for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++)
			assert_int_equal(ms[t], t == (int)rows[i].timeout ? rows[i].ms : timeouts[t].preset_ms);
	}
}

static void several_are_changed(void **state)
{
	__u32 ms[LEVEE_TIMEOUT_COUNT];

	(void)state;
	assert_int_equal(change(ms, "established=1h syn_sent=30s half_closed=10min"), EXIT_OK);
	assert_int_equal(ms[LEVEE_T_ESTABLISHED], 3600000);
	assert_int_equal(ms[LEVEE_T_SYN_SENT], 30000);
	assert_int_equal(ms[LEVEE_T_HALF_CLOSED], 600000);
}

/* "default" is the preset, whatever was set. */
static void default_restores(void **state)
{
	const char *words[] = { "established=default" };
	__u32 ms[LEVEE_TIMEOUT_COUNT];

	(void)state;
	assert_int_equal(change(ms, "established=1h"), EXIT_OK);
	assert_int_equal(timeouts_change(ms, 1, words), EXIT_OK);
	assert_int_equal(ms[LEVEE_T_ESTABLISHED], 86400000);
}

/* Each of these is refused, and nothing has changed then. */
static void refused(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{ "established", "\"established\" is not NAME=VALUE" },
		{ "established=", "established: \"\" is not a time" },
		{ "established=soon", "for example 30s, 5min, 2h, 1d or default" },
		{ "established=999ms", "established: 999ms is less than 1s" },
		{ "established=0", "established: 0s is less than 1s" },
		{ "established=25h", "established: 1d1h is more than 1d" },
		{ "half_open=2h20min", "half_open: 2h20min is more than 2h19min48s352ms" },
		{ "time_wait=59s", "time_wait: 59s is less than 1min\n       the kernel remembers TIME_WAIT so long" },
		{ "closed=31s", "closed: 31s is less than 32s\n       a cookie lives so long" },
		{ "extablished=1h", "\"extablished\" is no timeout\n       did you mean established?" },
		{ "half=1h", "could be: half_open, half_closed" },
		{ "=1h", "is no timeout" },
		{ "frobnicate=1h", "there are: half_open, syn_sent, established" },
		{ "established=1h established=2h", "established is set twice" },
		{ "established=1h syn_sent=30s closed=1s", "closed: 1s is less than 32s" },
	};
	__u32 ms[LEVEE_TIMEOUT_COUNT];
	struct capture c;
	int code;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		capture_begin(&c, stderr);
		code = change(ms, rows[i].text);
		capture_end(&c);
		if (code != EXIT_USAGE || !strstr(c.text, rows[i].words))
			print_message("\"%s\": code %d, %s", rows[i].text, code, c.text);
		assert_int_equal(code, EXIT_USAGE);
		assert_non_null(strstr(c.text, rows[i].words));
		for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++)
			assert_int_equal(ms[t], timeouts[t].preset_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presets),
		cmocka_unit_test(one_is_changed),
		cmocka_unit_test(several_are_changed),
		cmocka_unit_test(default_restores),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests_name("timeouts", tests, NULL, NULL);
}
