/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_chart.c - scales and paths, at the extremes too; and what escapes as text.
 */
#include "unit.h"

#include <stdlib.h>

#include "chart.h"
#include "html.h"

#define FROM 1790000000000LL
#define HOUR 3600000LL
#define BASE (CHART_HEIGHT - CHART_BOTTOM)

static void axes_end_at_round_numbers(void **state)
{
	static const struct {
		double max, top;
	} rows[] = {
		{ 0, 2 },   { 0.3, 2 }, { 2, 2 },    { 2.1, 4 },	 { 5, 6 },     { 6.5, 10 },  { 10, 10 },
		{ 11, 20 }, { 57, 60 }, { 61, 100 }, { 215900, 400000 }, { 1e6, 1e6 }, { 3e9, 4e9 }, { 1.8e19, 2e19 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_true(chart_nice_top(rows[i].max) > rows[i].top * 0.999 &&
			    chart_nice_top(rows[i].max) < rows[i].top * 1.001);
	assert_true(chart_nice_top(1e308) > 1e300);
}

static void an_axis_has_a_few_marks(void **state)
{
	(void)state;
	assert_int_equal(chart_time_step(HOUR), 600000);
	assert_int_equal(chart_time_step(60000), 10000);
	assert_int_equal(chart_time_step(5000), 1000);
	for (long long span = 5000; span <= HOUR; span += 1000)
		assert_in_range(span / chart_time_step(span), 2, 7);
}

/* The path of values at these times; null where a value is negative. To be freed. */
static char *path_of(const long long *at, const double *value, size_t count, double top, bool area)
{
	json_t *times = json_array(), *values = json_array();
	struct chart_axis axis = { .times = times, .from = FROM, .to = FROM + HOUR, .gap_ms = 5000 };
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	for (size_t i = 0; i < count; i++) {
		json_array_append_new(times, json_integer(FROM + at[i]));
		json_array_append_new(values, value[i] < 0 ? json_null() : json_real(value[i]));
	}
	chart_path(&axis, values, top, area, to);
	fclose(to);
	json_decref(times);
	json_decref(values);
	return text;
}

static void is_path(const long long *at, const double *value, size_t count, double top, bool area, const char *wanted)
{
	char *path = path_of(at, value, count, top, area);

	assert_string_equal(path, wanted);
	free(path);
}

/* The picture is 840 wide: a column is 4.29 s. */
static void a_line_from_corner_to_corner(void **state)
{
	static const long long at[] = { 0, 4300, 8600 };
	static const double value[] = { 0, 50, 100 };

	(void)state;
	is_path(at, value, 3, 100, false, "M48.0 112.0L49.0 60.0L50.0 8.0");
	is_path(at, value, 3, 100, true, "M48.0 112.0L48.0 112.0L49.0 60.0L50.0 8.0V112Z");
}

static void a_gap_breaks_a_line(void **state)
{
	static const long long at[] = { 0, 4300, 1800000, 1804300 };
	static const double value[] = { 0, 0, 100, 100 };

	(void)state;
	is_path(at, value, 4, 100, false, "M48.0 112.0L49.0 112.0M468.0 8.0L469.0 8.0");
}

/* As the first record behind a gap has it. */
static void no_value_breaks_a_line(void **state)
{
	static const long long at[] = { 0, 4300, 8600, 12900 };
	static const double value[] = { 100, 100, -1, 100 };

	(void)state;
	is_path(at, value, 4, 100, false, "M48.0 8.0L49.0 8.0M51.0 8.0h0.1");
}

static void one_value_is_a_dot(void **state)
{
	static const long long at[] = { 1800000 };
	static const double value[] = { 50 };

	(void)state;
	is_path(at, value, 1, 100, false, "M468.0 60.0h0.1");
	is_path(at, value, 1, 100, true, "M468.0 112.0L468.0 60.0V112Z");
	is_path(at, value, 0, 100, false, "");
}

/* One second of a flood among an hour of calm is seen. */
static void the_peak_of_a_column_is_drawn(void **state)
{
	static long long at[3600];
	static double value[3600];
	char *path;
	size_t points = 0;

	(void)state;
	for (size_t i = 0; i < 3600; i++)
		at[i] = i * 1000;
	value[1801] = 1e9;
	path = path_of(at, value, 3600, 1e9, false);
	assert_non_null(strstr(path, " 8.0L"));
	for (const char *c = path; *c; c++)
		points += *c == 'L' || *c == 'M';
	assert_in_range(points, 800, 841);
	free(path);
}

/* Nothing is drawn outside of the picture, whatever comes. */
static void values_beyond_the_axis_stay_inside(void **state)
{
	static const long long at[] = { -1000, 0, HOUR, HOUR + 1000 };
	static const double value[] = { 50, 1.8e19, 1e300, 50 };

	(void)state;
	is_path(at, value, 4, 100, false, "M48.0 8.0h0.1M888.0 8.0h0.1");
}

/* --- a whole chart */

static char *chart_of(double top, double first, double second, const char *title)
{
	json_t *times = json_pack("[I,I]", (json_int_t)FROM, (json_int_t)FROM + 1000);
	json_t *values = json_pack("[f,f]", first, second);
	json_t *bands = json_pack("[{s:I,s:I}]", "from_unix_ms", (json_int_t)FROM - 5000, "to_unix_ms",
				  (json_int_t)FROM + 100);
	struct chart_axis axis = { times, FROM, FROM + 60000, 5000, bands, "cookie mode" };
	struct chart c = { .title = title,
			   .unit = "%",
			   .axis = &axis,
			   .count = 1,
			   .top = top,
			   .series = { { title, values } },
			   .line = { { 50, title } } };
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	chart_write(&c, to);
	fclose(to);
	json_decref(times);
	json_decref(values);
	json_decref(bands);
	return text;
}

static void a_chart_without_anything_to_show(void **state)
{
	char *text = chart_of(0, 0, 0, "flat");

	(void)state;
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	assert_non_null(strstr(text, "flat <b>0</b>"));
	/* A line that is beyond the axis is left out; a band is cut off, and never too thin to be seen. */
	assert_null(strstr(text, "class=\"line\""));
	assert_non_null(strstr(text, "class=\"band\" x=\"48.0\" y=\"8\" width=\"1.4\""));
	free(text);
}

static void a_chart_with_peak_and_threshold(void **state)
{
	char *text = chart_of(100, 20, 54.04, "a<b");

	(void)state;
	assert_non_null(strstr(text, "class=\"line\" d=\"M48 60.0H888\""));
	assert_non_null(strstr(text, "a&lt;b <b>54 %</b> at "));
	assert_null(strstr(text, "a<b"));
	assert_non_null(strstr(text, ">100%</text>"));
	free(text);
}

/* --- escaping */

static void text_is_escaped(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "eth0", "eth0" },	    { "<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;" },
		{ "a\tb\nc", "a\tb\nc" },   { "\x01\x1b[31m\x7f", "\xef\xbf\xbd\xef\xbf\xbd[31m\xef\xbf\xbd" },
		{ "\xc3\xa9", "\xc3\xa9" }, { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *text = NULL;
		size_t size;
		FILE *to = open_memstream(&text, &size);

		html_text(to, rows[i].text);
		fclose(to);
		assert_string_equal(text, rows[i].wanted);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(axes_end_at_round_numbers),
		cmocka_unit_test(an_axis_has_a_few_marks),
		cmocka_unit_test(a_line_from_corner_to_corner),
		cmocka_unit_test(a_gap_breaks_a_line),
		cmocka_unit_test(no_value_breaks_a_line),
		cmocka_unit_test(one_value_is_a_dot),
		cmocka_unit_test(the_peak_of_a_column_is_drawn),
		cmocka_unit_test(values_beyond_the_axis_stay_inside),
		cmocka_unit_test(a_chart_without_anything_to_show),
		cmocka_unit_test(a_chart_with_peak_and_threshold),
		cmocka_unit_test(text_is_escaped),
	};

	return cmocka_run_group_tests_name("chart", tests, NULL, NULL);
}
