/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_output.c - line breaking, durations, rates, error documents, and the stats document with its text form.
 */
#include "capture.h"

#include "clock.h"
#include "errors.h"
#include "output.h"
#include "rates.h"
#include "words.h"

static const char *wrapped(struct capture *c, const char *first, int indent, const char *text)
{
	capture_begin(c, stdout);
	output_wrapped(stdout, first, indent, text);
	return capture_end(c);
}

static void lines_break_at_spaces(void **state)
{
	struct capture c;

	(void)state;
	assert_string_equal(wrapped(&c, "", 0, "short"), "short\n");
	assert_string_equal(wrapped(&c, "a: ", 3, ""), "a: \n");
	assert_string_equal(wrapped(&c, "levee: ", 7,
				    "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 end"),
			    "levee: 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\n"
			    "       0123456789 end\n");
}

/* 80 columns are used up to the last one, and a word that is longer has a line of its own. */
static void lines_use_all_columns(void **state)
{
	char text[200], want[300];
	struct capture c;

	(void)state;
	memset(text, 'x', 80);
	text[80] = '\0';
	snprintf(want, sizeof(want), "%s\n", text);
	assert_string_equal(wrapped(&c, "", 0, text), want);
	strcat(text, " y");
	snprintf(want, sizeof(want), "%.80s\n  y\n", text);
	assert_string_equal(wrapped(&c, "", 2, text), want);
	memset(text, 'x', 100);
	strcpy(text + 100, " y");
	snprintf(want, sizeof(want), "%.100s\n  y\n", text);
	assert_string_equal(wrapped(&c, "", 2, text), want);
}

static void durations(void **state)
{
	static const struct {
		unsigned long long ms;
		const char *text;
	} rows[] = {
		{ 0, "0.0 s" },
		{ 3250, "3.2 s" },
		{ 59999, "59.9 s" },
		{ 60000, "1 min 0 s" },
		{ 3599999, "59 min 59 s" },
		{ 3600000, "1 h 0 min" },
		{ 47 * 3600000ULL, "47 h 0 min" },
		{ 48 * 3600000ULL, "2 d 0 h" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(output_duration(text, rows[i].ms), rows[i].text);
}

static void rates(void **state)
{
	static const struct {
		double rate;
		const char *text;
	} rows[] = {
		{ 0, "0" },	     { 0.4, "0" },	    { 9999, "9999" },
		{ 12345, "12.3 k" }, { 999900, "999.9 k" }, { 1230000, "1.23 M" },
	};
	char text[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(output_rate(text, rows[i].rate), rows[i].text);
}

static void addresses(void **state)
{
	union levee_addr v4, v6 = { .b = { 0xfd, [15] = 1 } };
	char text[64];

	(void)state;
	levee_addr_set_v4(&v4, __builtin_bswap32(0xc6120001));
	assert_string_equal(text_endpoint(text, &v4, __builtin_bswap16(80)), "198.18.0.1:80");
	assert_string_equal(text_endpoint(text, &v6, __builtin_bswap16(65535)), "[fd00::1]:65535");
}

static void errors_have_two_lines(void **state)
{
	struct capture c;

	(void)state;
	capture_begin(&c, stderr);
	assert_int_equal(failed(EXIT_FAILED, "%s: it broke\ndo this", "eth0"), EXIT_FAILED);
	assert_string_equal(capture_end(&c), "levee: eth0: it broke\n       do this\n");
}

static void errors_and_notes_as_json(void **state)
{
	struct capture c;
	json_t *doc, *notes;

	(void)state;
	errors_as_json(true);
	capture_begin(&c, stdout);
	assert_int_equal(failed(EXIT_NOTHING, "\"quoted\" and \\\nnext"), EXIT_NOTHING);
	note("first %d", 1);
	capture_end(&c);
	errors_as_json(false);
	doc = json_loads(c.text, 0, NULL);
	assert_non_null(doc);
	assert_string_equal(model_text(doc, "error"), "\"quoted\" and \\");
	assert_string_equal(model_text(doc, "next"), "next");
	assert_int_equal(model_number(doc, "exit"), 3);
	assert_string_equal(model_text(doc, "schema"), "levee.error/1");
	json_decref(doc);
	notes = notes_take();
	assert_int_equal(json_array_size(notes), 1);
	assert_string_equal(json_string_value(json_array_get(notes, 0)), "first 1");
	json_decref(notes);
	notes = notes_take();
	assert_int_equal(json_array_size(notes), 0);
	json_decref(notes);
}

static unsigned int given_back;

static void give_back(void)
{
	given_back++;
}

/* Kept errors are not printed, and nobody has to give a terminal back for them. */
static void errors_kept(void **state)
{
	struct capture c;
	char text[64], small[8];

	(void)state;
	errors_before(give_back);
	capture_begin(&c, stderr);
	errors_keep(text, sizeof(text));
	assert_int_equal(failed(EXIT_NOTHING, "%s: it broke\ndo this", "eth0"), EXIT_NOTHING);
	errors_keep(small, sizeof(small));
	failed(EXIT_FAILED, "too long for it");
	errors_keep(NULL, 0);
	assert_string_equal(capture_end(&c), "");
	assert_string_equal(text, "eth0: it broke; do this");
	assert_string_equal(small, "too lon");
	assert_int_equal(given_back, 0);
	capture_begin(&c, stderr);
	failed(EXIT_FAILED, "printed");
	assert_string_equal(capture_end(&c), "levee: printed\n");
	assert_int_equal(given_back, 1);
	errors_before(NULL);
}

/* Two samples half a second apart; every counter has its own value. */
static json_t *stats_document(void)
{
	struct sample before = { .us = 1000000 }, now = { .us = 1500000, .unix_ms = 1700000000123 };
	struct maps maps = { .ifname = "eth0" };
	json_t *doc;

	maps.settings.clock = clock_now();
	maps.settings.cookies = LEVEE_COOKIES_ADAPTIVE;
	maps.settings.half_open_max = 64;
	maps.settings.flows_max = 1024;
	now.runtime.half_open = 7;
	now.runtime.mode = LEVEE_MODE_COOKIE;
	now.runtime.mode_ms = clock_ms(&maps.settings.clock) - 90000;
	for (unsigned int i = 0; i < LEVEE_REASON_COUNT; i++)
		now.stats.reason[i] = 1000 + i;
	for (unsigned int i = 0; i < LEVEE_COUNTER_COUNT; i++)
		now.stats.counter[i] = i ? 1ULL << 40 : 0;
	before.stats.reason[LEVEE_TX_COOKIE] = now.stats.reason[LEVEE_TX_COOKIE] - 100;
	doc = stats_model(&maps, &before, &now);
	assert_non_null(doc);
	return doc;
}

static const json_t *row(const json_t *doc, const char *group, const char *name)
{
	return json_object_get(json_object_get(doc, group), name);
}

static void stats_document_has_every_reason(void **state)
{
	static const char *const groups[] = { "pass", "answer", "drop" };
	json_t *doc = stats_document();
	size_t reasons = 0;

	(void)state;
	assert_string_equal(model_text(doc, "schema"), "levee.stats/1");
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		reasons += json_object_size(json_object_get(doc, groups[i]));
	assert_int_equal(reasons, LEVEE_REASON_COUNT);
	assert_int_equal(json_object_size(json_object_get(doc, "events")), LEVEE_COUNTER_COUNT);
	assert_int_equal(model_number(row(doc, "drop", "checksum"), "total"), 1000 + LEVEE_DROP_CHECKSUM);
	assert_int_equal(model_number(row(doc, "answer", "cookie_sent"), "total"), 1000 + LEVEE_TX_COOKIE);
	assert_true(model_real(row(doc, "answer", "cookie_sent"), "per_s") == 200.0);
	assert_true(model_real(row(doc, "events", "syns"), "per_s") == 0.0);
	json_decref(doc);
}

static void stats_gauges(void **state)
{
	json_t *doc = stats_document(), *g = json_object_get(doc, "gauges");

	(void)state;
	assert_int_equal(model_number(g, "half_open"), 7);
	assert_int_equal(model_number(g, "half_open_max"), 64);
	assert_string_equal(model_text(g, "mode"), "cookie");
	assert_string_equal(model_text(g, "cookies"), "adaptive");
	assert_in_range(model_number(g, "mode_ms"), 89900, 95000);
	json_decref(doc);
}

static void stats_text(void **state)
{
	json_t *doc = stats_document();
	struct capture c;

	(void)state;
	capture_begin(&c, stdout);
	stats_render(doc, stdout);
	capture_end(&c);
	json_decref(doc);
	assert_non_null(strstr(c.text, "  half-open  7 of 64, cookies in flight 0\n"));
	assert_non_null(strstr(c.text, "  mode       cookie for 1 min 3"));
	assert_non_null(strstr(c.text, "\nanswered from the driver "));
	assert_non_null(strstr(c.text, "1099511627776"));
	/* A counter at 0 is left out, one that is not is there. */
	assert_null(strstr(c.text, "  syns "));
	assert_non_null(strstr(c.text, "  cookie_mode_off "));
	for (char *l = strtok(c.text, "\n"); l; l = strtok(NULL, "\n"))
		assert_in_range(strlen(l), 1, OUTPUT_COLUMNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_at_spaces),
		cmocka_unit_test(lines_use_all_columns),
		cmocka_unit_test(durations),
		cmocka_unit_test(rates),
		cmocka_unit_test(addresses),
		cmocka_unit_test(errors_have_two_lines),
		cmocka_unit_test(errors_and_notes_as_json),
		cmocka_unit_test(errors_kept),
		cmocka_unit_test(stats_document_has_every_reason),
		cmocka_unit_test(stats_gauges),
		cmocka_unit_test(stats_text),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
