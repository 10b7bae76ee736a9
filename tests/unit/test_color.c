/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_color.c - when text has colour, what is coloured, and that columns stay where they are; and the words of progress.
 * Terminals are in tests/cli/terminal.sh: here stdout is none.
 */
#include "capture.h"

#include <stdbool.h>
#include <stdlib.h>

#include "color.h"
#include "errors.h"
#include "events.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "rates.h"

static const char *colored(struct capture *c, enum color_choice choice, enum color color)
{
	color_choose(choice);
	capture_begin(c, stdout);
	color_print(stdout, color, "%-4s|", "a");
	capture_end(c);
	color_choose(COLOR_AUTO);
	return c->text;
}

/* Padding stands inside, so that it is as wide as without. */
static void escapes_stand_around_text(void **state)
{
	struct capture c;

	(void)state;
	assert_string_equal(colored(&c, COLOR_ALWAYS, COLOR_BAD), "\033[1;31ma   |\033[0m");
	assert_string_equal(colored(&c, COLOR_ALWAYS, COLOR_ALERT), "\033[33ma   |\033[0m");
	assert_string_equal(colored(&c, COLOR_ALWAYS, COLOR_GOOD), "\033[32ma   |\033[0m");
	assert_string_equal(colored(&c, COLOR_ALWAYS, COLOR_HEADING), "\033[1ma   |\033[0m");
	assert_string_equal(colored(&c, COLOR_ALWAYS, COLOR_PLAIN), "a   |");
	assert_string_equal(colored(&c, COLOR_NEVER, COLOR_BAD), "a   |");
	assert_string_equal(colored(&c, COLOR_AUTO, COLOR_BAD), "a   |");
}

/* What was asked for on the command line wins over the environment. */
static void always_wins_over_the_environment(void **state)
{
	struct capture c;

	(void)state;
	setenv("NO_COLOR", "1", 1);
	setenv("TERM", "dumb", 1);
	assert_string_equal(colored(&c, COLOR_ALWAYS, COLOR_HEADING), "\033[1ma   |\033[0m");
	assert_string_equal(colored(&c, COLOR_AUTO, COLOR_HEADING), "a   |");
	unsetenv("NO_COLOR");
}

/* Takes the escapes out, in place. */
static const char *plain(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from == '\033')
			from += strcspn(from, "m");
		else
			*to++ = *from;
	}
	*to = '\0';
	return text;
}

static void wrapped_lines_break_where_they_do_without(void **state)
{
	static const char text[] = "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 end";
	struct capture with, without;

	(void)state;
	capture_begin(&without, stdout);
	output_wrapped(stdout, "  PROBLEM  ", 11, text);
	capture_end(&without);
	color_choose(COLOR_ALWAYS);
	capture_begin(&with, stdout);
	output_wrapped_color(stdout, COLOR_BAD, "  PROBLEM  ", 11, text);
	capture_end(&with);
	color_choose(COLOR_AUTO);
	assert_int_equal(strncmp(with.text, "\033[1;31m  PROBLEM  \033[0m0", 23), 0);
	assert_string_equal(plain(with.text), without.text);
}

/* A flood: SYNs are answered, and one kind of packet is being dropped; another was, before. */
static json_t *flood(void)
{
	struct sample before = { .us = 1000000 }, now = { .us = 2000000, .unix_ms = 1700000000123 };
	struct maps maps = { .ifname = "eth0" };

	now.runtime.mode = LEVEE_MODE_COOKIE;
	now.stats.reason[LEVEE_TX_COOKIE] = 300;
	now.stats.reason[LEVEE_DROP_BAD_COOKIE] = 5;
	now.stats.reason[LEVEE_DROP_SYN_FIN] = before.stats.reason[LEVEE_DROP_SYN_FIN] = 7;
	return stats_model(&maps, &before, &now);
}

static const char *rendered(struct capture *c, enum color_choice choice, const json_t *doc)
{
	color_choose(choice);
	capture_begin(c, stdout);
	stats_render(doc, stdout);
	capture_end(c);
	color_choose(COLOR_AUTO);
	return c->text;
}

static void stats_show_what_is_going_on(void **state)
{
	struct capture with, without;
	json_t *doc = flood();

	(void)state;
	rendered(&with, COLOR_ALWAYS, doc);
	rendered(&without, COLOR_NEVER, doc);
	assert_non_null(strstr(with.text, "mode       \033[33mcookie\033[0m for"));
	assert_non_null(strstr(with.text, "\033[1;31mdropped at the driver "));
	assert_non_null(strstr(with.text, "\033[1;31m  bad_cookie "));
	assert_non_null(strstr(with.text, "\n  syn_fin "));
	assert_non_null(strstr(with.text, "\033[33m  cookie_sent "));
	assert_non_null(strstr(with.text, "\033[33manswered from the driver "));
	assert_non_null(strstr(with.text, "\033[1mpassed to the stack "));
	assert_null(strchr(without.text, '\033'));
	assert_string_equal(plain(with.text), without.text);
	json_decref(doc);
}

static void events_show_beginnings_and_ends(void **state)
{
	struct event_row row = { .event = LEVEE_EVENT_NEW };
	char text[EVENT_TEXT_MAX + 32], without[EVENT_TEXT_MAX + 32];

	(void)state;
	*event_text(without, &row, true) = '\0';
	color_choose(COLOR_ALWAYS);
	*event_text(text, &row, true) = '\0';
	assert_non_null(strstr(text, " \033[32mNEW  \033[0m "));
	assert_string_equal(plain(text), without);
	row.event = LEVEE_EVENT_STATE;
	*event_text(text, &row, true) = '\0';
	assert_null(strchr(text, '\033'));
	row.event = LEVEE_EVENT_END;
	*event_text(text, &row, true) = '\0';
	assert_non_null(strstr(text, " \033[1mEND  \033[0m "));
	*event_text(text, &row, false) = '\0';
	assert_null(strchr(text, '\033'));
	color_choose(COLOR_AUTO);
}

static void errors_are_found_in_a_long_scrollback(void **state)
{
	struct capture c;

	(void)state;
	color_choose(COLOR_ALWAYS);
	capture_begin(&c, stderr);
	failed(EXIT_FAILED, "eth0: it broke\ndo this");
	capture_end(&c);
	color_choose(COLOR_AUTO);
	assert_string_equal(c.text, "\033[1;31mlevee: \033[0meth0: it broke\n       do this\n");
}

static void progress_says_how_far(void **state)
{
	struct progress p = { .what = "connections read", .detail = "", .total = 1000000, .done = 412000 };
	char text[PROGRESS_TEXT_MAX];

	(void)state;
	assert_string_equal(progress_text(text, &p), "412000 of 1000000 connections read, 41 %");
	p.detail = "data_in";
	assert_string_equal(progress_text(text, &p), "412000 of 1000000 connections read, 41 %, data_in");
	/* More than was counted beforehand: no 101 %. */
	p = (struct progress){ .what = "rows", .detail = "", .total = 10, .done = 11 };
	assert_string_equal(progress_text(text, &p), "11 of 11 rows, 100 %");
	p.total = 0;
	assert_string_equal(progress_text(text, &p), "11 rows");
}

/* Here stderr is a file. */
static void progress_is_for_terminals(void **state)
{
	struct progress p;
	struct capture c;

	(void)state;
	capture_begin(&c, stderr);
	progress_begin(&p, "rows", 10);
	p.begun_ms -= 5000;
	progress_tell(&p, 5, NULL);
	progress_show(&p);
	progress_end(&p);
	capture_end(&c);
	assert_string_equal(c.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_stand_around_text),
		cmocka_unit_test(always_wins_over_the_environment),
		cmocka_unit_test(wrapped_lines_break_where_they_do_without),
		cmocka_unit_test(stats_show_what_is_going_on),
		cmocka_unit_test(events_show_beginnings_and_ends),
		cmocka_unit_test(errors_are_found_in_a_long_scrollback),
		cmocka_unit_test(progress_says_how_far),
		cmocka_unit_test(progress_is_for_terminals),
	};

	return cmocka_run_group_tests_name("color", tests, NULL, NULL);
}
