/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_top.c - levee top without a terminal: what documents become, what is drawn where at several sizes, what keys do.
 *
 * Whole screens stand in tests/unit/screens; "test_top ROWS COLS [utf8]" prints one.
 */
#include "unit.h"

#include <stdlib.h>
#include <time.h>

#include <curses.h>

#include "output.h"
#include "top_draw.h"

#define NOON_MS 1700049600000ULL /* 2023-11-15 12:00:00 UTC */

/* --- documents */

static json_t *stats_at(int second, double scale)
{
	json_t *doc = json_pack("{s:I, s:f, s:{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I},"
				" s:{s:{s:f}, s:{s:f}, s:{s:f}, s:{s:f}, s:{s:f}},"
				" s:{s:{s:f}, s:{s:f}, s:{s:f}, s:{s:f}, s:{s:f}}}",
				"time_unix_ms", (json_int_t)(NOON_MS + second * 1000), "interval_s", 1.0, "gauges",
				"cookies", "adaptive", "mode", "calm", "mode_ms", (json_int_t)9000000, "half_open",
				(json_int_t)20000, "half_open_max", (json_int_t)65536, "flows", (json_int_t)700000,
				"flows_max", (json_int_t)1048576, "in_flight", (json_int_t)4096, "events", "syns",
				"per_s", 50000 * scale, "cookies_sent", "per_s", 40000 * scale, "cookies_valid",
				"per_s", 12 * scale, "cookies_invalid", "per_s", 0.0, "flows_new", "per_s", 3.0, "drop",
				"checksum", "per_s", 5.0, "bad_cookie", "per_s", 120.0, "no_flow_drop", "per_s", 0.0,
				"syn_fin", "per_s", 30.0, "half_open_drop", "per_s", 1.0);

	assert_non_null(doc);
	return doc;
}

static void add_second(struct top_view *v, int second, double scale)
{
	json_t *doc = stats_at(second, scale);

	top_view_stats(v, doc);
	json_decref(doc);
}

struct listener_spec {
	const char *endpoint, *address, *mode, *note;
	int port, mode_ms, levee, share, now, max, full, sent, rtt;
};

static const struct listener_spec web = {
	"0.0.0.0:80", "0.0.0.0", "cookie", "", 80, 12300, 256, 511, 3, 511, 0, 1000, 1800,
};
static const struct listener_spec slow = {
	"[2001:db8:ffff:1234:5678:9abc:def0:1]:443",
	"2001:db8:ffff:1234:5678:9abc:def0:1",
	"calm",
	"its accept queue is full",
	443,
	3600000,
	2,
	128,
	129,
	128,
	1,
	0,
	-1,
};
static const struct listener_spec mail = {
	"192.0.2.1:25", "192.0.2.1", "calm", "", 25, 3600000, 0, 100, 0, 100, 0, 0, -1,
};

static json_t *listener_doc(const struct listener_spec *l)
{
	json_t *rtt = l->rtt < 0 ? json_null() : json_integer(l->rtt);
	json_t *doc = json_pack("{s:s, s:s, s:i, s:s, s:i, s:i, s:{s:i, s:i, s:i, s:i}, s:{s:i, s:i, s:i, s:b},"
				" s:{s:i, s:i, s:i, s:i}, s:i, s:{s:O, s:o}, s:s}",
				"endpoint", l->endpoint, "address", l->address, "port", l->port, "mode", l->mode,
				"mode_ms", l->mode_ms, "pressure_percent", l->full ? 100 : l->levee * 100 / l->share,
				"syn_queue", "kernel", 7, "levee", l->levee, "share", l->share, "backlog", l->share,
				"accept_queue", "now", l->now, "max", l->max, "drops", 0, "full", l->full, "cookies",
				"sent", l->sent, "valid", 0, "refused", 0, "in_flight", 0, "syns", 0, "rtt_us", "p50",
				rtt, "p99", rtt, "note", l->note);

	assert_non_null(doc);
	return doc;
}

static void set_listeners(struct top_view *v, int second, const struct listener_spec *const *list, size_t count)
{
	json_t *queues = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(queues, listener_doc(list[i]));
	top_view_queues(v, NOON_MS + second * 1000, queues);
	json_decref(queues);
}

static void set_sources(struct top_view *v)
{
	struct source_list *s = &v->sources;

	*s = (struct source_list){ .count = 2, .prefixes = 300, .sampled = 2048, .seen = 100000, .span_ms = 2000 };
	levee_addr_set_v4(&s->row[0].prefix, __builtin_bswap32(0xc0000200));
	s->row[0].per_s = 45000;
	s->row[0].share = 0.9;
	s->row[0].hosts = 200;
	s->row[1].prefix = (union levee_addr){ .b = { 0x20, 0x01, 0x0d, 0xb8 } };
	s->row[1].per_s = 500;
	s->row[1].share = 0.01;
	s->row[1].hosts = 1;
}

/* A minute of growing rates, three listeners, one with a full accept queue, one in cookie mode. */
static struct top_view *usual_view(void)
{
	static const struct listener_spec *const all[] = { &slow, &web, &mail };
	struct top_view *v = calloc(1, sizeof(*v));

	assert_non_null(v);
	strcpy(v->ifname, "eth0");
	v->handoff = true;
	v->start_percent = 50;
	v->end_percent = 25;
	v->up_ms = 9000000;
	v->upkeep = 0.0042;
	for (int i = 0; i < 16; i++)
		add_second(v, i, (i + 1) / 16.0);
	set_listeners(v, 15, all, ARRAY_SIZE(all));
	set_sources(v);
	top_event_add(&v->connections, NOON_MS + 9000, LEVEE_EVENT_NEW, "NEW   0.0.0.0:80 <- 192.0.2.9:4711");
	return v;
}

/* --- drawing */

#define SCREEN_MAX 65536

static char *drawn(const struct top_view *v, struct top_state *s, int rows, int cols, bool unicode)
{
	static char text[SCREEN_MAX];
	struct grid g = { .unicode = unicode };

	assert_int_equal(grid_resize(&g, rows, cols), 0);
	top_draw(&g, v, s);
	grid_lines(&g, text, sizeof(text));
	grid_free(&g);
	return text;
}

/* Line by line: a whole screen does not fit into cmocka's messages. */
static void expect_screen(int rows, int cols, bool unicode)
{
	struct top_view *v = usual_view();
	struct top_state s = { 0 };
	char *got = drawn(v, &s, rows, cols, unicode), name[64], want[1024];
	FILE *file;

	snprintf(name, sizeof(name), "tests/unit/screens/top_%dx%d.txt", cols, rows);
	file = fopen(name, "r");
	assert_non_null(file);
	while (fgets(want, sizeof(want), file)) {
		char *end = strchr(got, '\n');

		assert_non_null(end);
		*end = '\0';
		want[strcspn(want, "\n")] = '\0';
		assert_string_equal(got, want);
		got = end + 1;
	}
	assert_string_equal(got, "");
	fclose(file);
	free(v);
}

static void screen_80x24(void **state)
{
	(void)state;
	expect_screen(24, 80, false);
}

static void screen_40x10(void **state)
{
	(void)state;
	expect_screen(10, 40, false);
}

static void screen_160x50(void **state)
{
	(void)state;
	expect_screen(50, 160, true);
}

/* At no size anything is drawn outside of the grid (the sanitizers look), and every dialog can be drawn. */
static void every_size(void **state)
{
	struct top_view *v = usual_view();
	struct top_state s = { .filter = "a" };

	(void)state;
	for (int rows = 0; rows < 70; rows++)
		for (int cols = 0; cols < 200; cols += 7) {
			s.dialog = (rows + cols) % 4;
			s.focus = rows % PANE_COUNT;
			s.top[s.focus] = 3;
			drawn(v, &s, rows, cols, true);
		}
	assert_non_null(strstr(drawn(v, &s, 5, 80, false), "too small: 80x5, needs 30x8"));
	free(v);
}

static void help_fits(void **state)
{
	struct top_view *v = usual_view();
	struct top_state s = { .dialog = DIALOG_HELP };
	char *wide;

	(void)state;
	wide = strdup(drawn(v, &s, 60, 160, false));
	assert_non_null(strstr(wide, "any key goes back"));
	for (char *line = strtok(strchr(wide, '\n'), "\n"); line && !strstr(line, "F1Help"); line = strtok(NULL, "\n"))
		assert_in_range(strlen(line), 0, 80);
	assert_non_null(strstr(drawn(v, &s, 24, 80, false), "any key goes back"));
	free(wide);
	free(v);
}

static char *first_line(struct top_view *v, struct top_state *s)
{
	char *text = drawn(v, s, 24, 100, false);

	*strchr(text, '\n') = '\0';
	return text;
}

static void header_says_the_mode(void **state)
{
	static const struct listener_spec *const calm[] = { &mail };
	struct top_view *v = usual_view();
	struct top_state s = { 0 };

	(void)state;
	assert_non_null(strstr(first_line(v, &s), "COOKIES for 1 of 3 listeners, 12s  1 ACCEPT QUEUE FULL"));
	set_listeners(v, 16, calm, 1);
	assert_non_null(strstr(first_line(v, &s), "eth0  CALM for 60m"));
	assert_non_null(strstr(first_line(v, &s), "upkeep 0.4% CPU  up 2h  12:00:15"));
	v->table_cookie = true;
	assert_non_null(strstr(first_line(v, &s), "COOKIES for all listeners, 2h"));
	strcpy(v->cookies, "never");
	assert_non_null(strstr(first_line(v, &s), "WATCHING (--cookies never)"));
	v->handoff = false;
	assert_non_null(strstr(first_line(v, &s), "WATCHING (this kernel makes no cookies)"));
	strcpy(v->problem, "the XDP program is no longer on the interface");
	assert_non_null(strstr(first_line(v, &s), "eth0  PROBLEM: the XDP program is no longer on the interface"));
	s.frozen = true;
	assert_non_null(strstr(first_line(v, &s), "FROZEN at 12:00:15"));
	free(v);
}

/* The row above has the numbers; what a screen of 80 columns must not cut off is what is wrong. */
static void full_queue_says_what_is_wrong_in_80_columns(void **state)
{
	struct top_view *v = usual_view();
	struct top_state s = { 0 };

	(void)state;
	v->listener[0].full = true;
	strcpy(v->listener[0].note,
	       "its accept queue is full, 4097 wait where 4096 may: the application accepts too slowly, and no SYN flood "
	       "defence helps against that.");
	assert_non_null(
		strstr(drawn(v, &s, 24, 80, false), "\n   the application accepts too slowly, and no SYN flood "));
	assert_non_null(
		strstr(drawn(v, &s, 24, 160, false), "\n   its accept queue is full, 4097 wait where 4096 may: "));
	free(v);
}

/* A control character in an interface's name must not reach the terminal. */
static void only_printable_text(void **state)
{
	struct top_view *v = usual_view();
	struct top_state s = { 0 };

	(void)state;
	strcpy(v->ifname, "e\x1b[2J\xc3");
	assert_non_null(strstr(first_line(v, &s), "levee e?[2J?  "));
	free(v);
}

static void panes_say_what_is_missing(void **state)
{
	struct top_view *v = usual_view();
	struct top_state s = { 0 };
	char *text;

	(void)state;
	strcpy(v->no_sources, "not permitted");
	strcpy(v->no_connections, "somebody (pid 7) listens already");
	strcpy(v->no_listeners, "reading failed");
	v->listeners = 0;
	text = drawn(v, &s, 24, 80, false);
	assert_non_null(strstr(text, "\n not permitted\n"));
	assert_non_null(strstr(text, "somebody (pid 7) listens already"));
	assert_non_null(strstr(text, "\n reading failed\n"));
	free(v);
}

/* --- histories */

static void history_is_to_scale(void **state)
{
	struct top_view *v = calloc(1, sizeof(*v));
	struct area a;
	struct grid g = { .unicode = true };
	char text[4096];

	(void)state;
	assert_non_null(v);
	strcpy(v->cookies, "adaptive");
	for (int i = 0; i < 2 * TOP_HISTORY; i++)
		add_second(v, i, 100); /* what is over leaves no trace */
	for (int i = 0; i < TOP_HISTORY; i++)
		add_second(v, i, i < TOP_HISTORY - 4 ? 0 : (double[]){ 0.0001, 0.5, 1, 0 }[i - TOP_HISTORY + 4]);
	assert_true(top_most(v, v->history[TOP_SYN], TOP_HISTORY) == 50000);
	assert_true(top_ago(v, v->history[TOP_SYN], 0) == 0);
	assert_int_equal(grid_resize(&g, 7, 43), 0);
	a = grid_area(&g, 0, 0, 7, 43);
	top_draw_rates(&a, v);
	assert_non_null(strstr(grid_lines(&g, text, sizeof(text)),
			       "SYN                 0   50.0 k        \u2581\u2584\u2588\n"));
	grid_free(&g);
	free(v);
}

static void drops_name_their_reasons(void **state)
{
	const struct top_drop *most[TOP_DROPS];
	struct top_view *v = usual_view();
	struct top_state s = { 0 };
	json_t *doc;

	(void)state;
	assert_true(top_ago(v, v->history[TOP_DROP], 0) == 156);
	assert_int_equal(top_drops(v, most), 3);
	assert_string_equal(most[0]->name, "bad_cookie");
	assert_string_equal(most[2]->name, "checksum");
	assert_non_null(strstr(drawn(v, &s, 24, 80, true), "bad_cookie 120 \u2588\u2588"));
	/* What was dropped some seconds ago is still there; then it is not. */
	for (int i = 16; i < 16 + TOP_RECENT; i++) {
		assert_int_equal(top_drops(v, most), 3);
		doc = stats_at(i, 1);
		json_object_set_new(
			doc, "drop",
			json_pack("{s:{s:f}, s:{s:f}}", "bad_cookie", "per_s", 0.0, "new_one", "per_s", 1.0));
		top_view_stats(v, doc);
		json_decref(doc);
	}
	assert_int_equal(top_drops(v, most), 1);
	assert_string_equal(most[0]->name, "new_one");
	assert_non_null(strstr(drawn(v, &s, 24, 80, false), "by reason  new_one 1 ############\n"));
	free(v);
}

/* Right after the first sample there is no rate, and what is shown of it is nothing. */
static void no_rates_without_an_interval(void **state)
{
	struct top_view *v = calloc(1, sizeof(*v));
	json_t *doc = stats_at(0, 1);

	(void)state;
	assert_non_null(v);
	json_object_set_new(doc, "interval_s", json_real(0.001));
	top_view_stats(v, doc);
	assert_int_equal(v->seconds, 0);
	assert_int_equal(v->half_open, 20000);
	json_decref(doc);
	free(v);
}

/* --- events */

static const char *told(const struct top_view *v, unsigned int back)
{
	const struct top_event *e = top_event_back(&v->told, back);

	return e ? e->text : "";
}

static void changes_are_told(void **state)
{
	struct listener_spec calm = web, full = mail;
	const struct listener_spec *first[] = { &web, &mail }, *second[] = { &calm, &full },
				   *third[] = { &full, &slow };
	struct top_view *v = calloc(1, sizeof(*v));

	(void)state;
	assert_non_null(v);
	calm.mode = "calm";
	full.full = 1;
	full.now = 101;
	set_listeners(v, 0, first, 2);
	assert_string_equal(told(v, 0), "COOKIES_ON 0.0.0.0:80 256 half-open where 511 may be");
	assert_int_equal(top_event_back(&v->told, 0)->unix_ms, NOON_MS - 12300);
	assert_string_equal(told(v, 1), "");
	set_listeners(v, 1, first, 2);
	assert_string_equal(told(v, 1), "");
	set_listeners(v, 2, second, 2);
	assert_string_equal(told(v, 1), "COOKIES_OFF 0.0.0.0:80 256 half-open where 511 may be");
	assert_string_equal(told(v, 0), "ACCEPT_FULL 192.0.2.1:25 101 wait where 100 may");
	set_listeners(v, 3, third, 2);
	assert_string_equal(told(v, 0), "0.0.0.0:80 is gone");
	assert_string_equal(told(v, 1), "[2001:db8:ffff:1234:5678:9abc:def0:1]:443 is a new listener");
	free(v);
}

/* What the ring of events has told, what is read does not tell again; nor the other way round. */
static void changes_are_told_once(void **state)
{
	struct listener_spec calm = web, full = web;
	const struct listener_spec *first[] = { &web }, *second[] = { &calm }, *third[] = { &full };
	struct top_view *v = calloc(1, sizeof(*v));

	(void)state;
	assert_non_null(v);
	calm.mode = "calm";
	full.full = 1;
	top_tell(v, NOON_MS - 12000, LEVEE_EVENT_COOKIES_ON, web.endpoint, "on");
	set_listeners(v, 0, first, 1);
	assert_int_equal(v->told.count, 1);
	set_listeners(v, 1, second, 1);
	assert_int_equal(v->told.count, 2);
	top_tell(v, NOON_MS + 1000, LEVEE_EVENT_COOKIES_OFF, web.endpoint, "off");
	assert_int_equal(v->told.count, 2);
	set_listeners(v, 2, third, 1); /* again, and its accept queue is full */
	assert_int_equal(v->told.count, 4);
	top_tell(v, NOON_MS + 2500, LEVEE_EVENT_ACCEPT_FULL, web.endpoint, "full");
	assert_int_equal(v->told.count, 4);
	top_tell(v, NOON_MS + 2500, LEVEE_EVENT_ACCEPT_FULL, mail.endpoint, "full");
	assert_int_equal(v->told.count, 5);
	free(v);
}

static void events_stand_by_time(void **state)
{
	struct top_events *e = calloc(1, sizeof(*e));

	(void)state;
	assert_non_null(e);
	for (int i = 0; i < 3 * TOP_EVENTS; i++)
		top_event_add(e, i % 2 ? i : i + 2, LEVEE_EVENT_NEW, "x");
	for (int i = 0; i + 1 < TOP_EVENTS; i++)
		assert_true(top_event_back(e, i)->unix_ms >= top_event_back(e, i + 1)->unix_ms);
	assert_null(top_event_back(e, TOP_EVENTS));
	top_event_add(e, 0, LEVEE_EVENT_NEW, "older than all");
	assert_string_equal(top_event_back(e, TOP_EVENTS - 1)->text, "older than all");
	free(e);
}

/* However many connections there are, what became of listeners stays in sight; the latest first. */
static void connections_do_not_bury_listeners(void **state)
{
	struct top_view *v = usual_view();
	struct top_state s = { 0 };
	char text[64], *screen, *one, *other;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "NEW number %d", i);
		top_event_add(&v->connections, NOON_MS + 20000 + i, LEVEE_EVENT_NEW, text);
	}
	screen = drawn(v, &s, 24, 80, false);
	one = strstr(screen, "NEW number 999");
	other = strstr(screen, "ACCEPT_FULL");
	assert_true(one && other && one < other);
	free(v);
}

static void rates_of_listeners(void **state)
{
	struct listener_spec later = web, anew = web;
	const struct listener_spec *first[] = { &web }, *second[] = { &later }, *third[] = { &anew };
	struct top_view *v = calloc(1, sizeof(*v));

	(void)state;
	assert_non_null(v);
	later.sent = 1600;
	anew.sent = 5;
	set_listeners(v, 0, first, 1);
	assert_true(v->listener[0].sent == 0);
	set_listeners(v, 2, second, 1);
	assert_true(v->listener[0].sent == 300);
	set_listeners(v, 3, third, 1);
	assert_true(v->listener[0].sent == 0);
	free(v);
}

/* --- keys */

static void press(struct top_state *s, const char *keys)
{
	for (; *keys; keys++)
		assert_int_equal(top_key(s, *keys), TOP_GO_ON);
}

static void keys_that_end(void **state)
{
	struct top_state s = { 0 };

	(void)state;
	assert_int_equal(top_key(&s, 'q'), TOP_QUIT);
	assert_int_equal(top_key(&s, KEY_F(10)), TOP_QUIT);
	assert_int_equal(top_key(&s, KEY_RESIZE), TOP_REDRAW);
	assert_int_equal(top_key(&s, 'L' & 31), TOP_REDRAW);
	assert_int_equal(top_key(&s, 'x'), TOP_GO_ON);
	/* In a dialog q is a letter, or closes that alone. */
	press(&s, "/q\n");
	assert_string_equal(s.filter, "q");
	press(&s, "hq");
	assert_int_equal(s.dialog, DIALOG_NONE);
}

static void filter_passes_lines(void **state)
{
	struct top_view *v = usual_view();
	struct top_state s = { 0 };
	char *text;

	(void)state;
	press(&s, "/192.0.2X\b\n");
	assert_string_equal(s.filter, "192.0.2");
	text = drawn(v, &s, 24, 80, false);
	assert_non_null(strstr(text, "Listeners: 1 of 3"));
	assert_non_null(strstr(text, "\n 192.0.2.1:25 "));
	assert_non_null(strstr(text, "\n 192.0.2.0/24 "));
	assert_null(strstr(text, "2001:db8"));
	assert_non_null(strstr(text, "<- 192.0.2.9:4711"));
	assert_null(strstr(text, "ACCEPT_FULL"));
	assert_non_null(strstr(text, "only: 192.0.2"));
	/* Capitals do not matter; Esc takes it away. */
	press(&s, "\x1b/COOKIE\n");
	assert_non_null(strstr(drawn(v, &s, 24, 80, false), "Listeners: 1 of 3"));
	press(&s, "\x1b");
	assert_non_null(strstr(drawn(v, &s, 24, 80, false), "Listeners: 3 "));
	/* A long text stops growing. */
	press(&s, "/0123456789012345678901234567890123456789012345678901234567890");
	assert_int_equal(strlen(s.filter), TOP_FILTER_MAX - 1);
	free(v);
}

static const char *order_of(const struct top_state *s, const struct top_view *v)
{
	const struct top_listener *row[TOP_LISTENERS];
	unsigned int n = top_sorted(s, v, row);
	static char text[64];

	text[0] = '\0';
	for (unsigned int i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d ", row[i]->port);
	return text;
}

static void sort_menu(void **state)
{
	struct top_view *v = usual_view();
	struct top_state s = { 0 };

	(void)state;
	assert_string_equal(order_of(&s, v), "443 80 25 ");
	press(&s, "I");
	assert_string_equal(order_of(&s, v), "25 80 443 ");
	press(&s, "s"); /* the menu stands on what holds; one down is by address */
	top_key(&s, KEY_DOWN);
	press(&s, "\n");
	assert_string_equal(order_of(&s, v), "25 80 443 ");
	top_key(&s, KEY_F(6));
	press(&s, "j\r");
	assert_int_equal(s.order, TOP_BY_SYN_QUEUE);
	assert_string_equal(order_of(&s, v), "80 443 25 ");
	press(&s, "sj\x1b");
	assert_int_equal(s.order, TOP_BY_SYN_QUEUE);
	assert_int_equal(s.dialog, DIALOG_NONE);
	s.order = TOP_BY_RTT;
	assert_string_equal(order_of(&s, v), "80 25 443 ");
	assert_non_null(strstr(drawn(v, &s, 24, 80, false), "vRTT"));
	free(v);
}

static void scrolling(void **state)
{
	struct top_view *v = usual_view();
	struct top_state s = { 0 };

	(void)state;
	for (int i = 0; i < 50; i++) {
		char text[32];

		snprintf(text, sizeof(text), "event %d.", i);
		top_event_add(&v->told, NOON_MS + 30000 + i, LEVEE_EVENT_NEW, text);
	}
	press(&s, "\t\t");
	assert_int_equal(s.focus, PANE_EVENTS);
	assert_non_null(strstr(drawn(v, &s, 24, 80, false), "event 49."));
	top_key(&s, KEY_DOWN);
	assert_null(strstr(drawn(v, &s, 24, 80, false), "event 49."));
	top_key(&s, KEY_END);
	assert_non_null(strstr(drawn(v, &s, 24, 80, false), "COOKIES_ON 0.0.0.0:80"));
	top_key(&s, KEY_NPAGE);
	assert_non_null(strstr(drawn(v, &s, 24, 80, false), "COOKIES_ON 0.0.0.0:80"));
	top_key(&s, KEY_HOME);
	top_key(&s, KEY_PPAGE);
	assert_non_null(strstr(drawn(v, &s, 24, 80, false), "event 49."));
	press(&s, "\t");
	assert_int_equal(s.focus, PANE_LISTENERS);
	top_key(&s, KEY_BTAB);
	assert_int_equal(s.focus, PANE_EVENTS);
	free(v);
}

/* A source that has most of a sample needs no warning; where none has, that is what there is to see. */
static void spread_thin(void **state)
{
	struct top_view *v = usual_view();
	struct top_state s = { 0 };

	(void)state;
	assert_null(strstr(drawn(v, &s, 24, 80, false), "spread thin"));
	v->sources.row[0].share = 0.015;
	assert_non_null(strstr(drawn(v, &s, 24, 80, false), "spread thin"));
	v->sources.sampled = 20;
	assert_null(strstr(drawn(v, &s, 24, 80, false), "spread thin"));
	free(v);
}

static void document(void **state)
{
	struct top_view *v = usual_view();
	json_t *doc = top_model(v), *sources = json_object_get(doc, "sources");

	(void)state;
	assert_non_null(doc);
	assert_string_equal(model_text(doc, "schema"), "levee.top/1");
	assert_true(model_real(json_object_get(doc, "per_s"), "syns") == 50000.0);
	assert_int_equal(json_array_size(json_object_get(doc, "drops")), TOP_DROPS);
	assert_int_equal(json_array_size(json_object_get(doc, "listeners")), 3);
	assert_int_equal(model_number(sources, "sampled"), 2048);
	assert_string_equal(model_text(json_array_get(json_object_get(sources, "top"), 0), "prefix"), "192.0.2.0/24");
	json_decref(doc);
	free(v);
}

static int print_screen(int rows, int cols, bool unicode)
{
	struct top_view *v = usual_view();
	struct top_state s = { 0 };

	fputs(drawn(v, &s, rows, cols, unicode), stdout);
	free(v);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screen_80x24),
		cmocka_unit_test(screen_40x10),
		cmocka_unit_test(screen_160x50),
		cmocka_unit_test(every_size),
		cmocka_unit_test(help_fits),
		cmocka_unit_test(header_says_the_mode),
		cmocka_unit_test(full_queue_says_what_is_wrong_in_80_columns),
		cmocka_unit_test(only_printable_text),
		cmocka_unit_test(panes_say_what_is_missing),
		cmocka_unit_test(history_is_to_scale),
		cmocka_unit_test(drops_name_their_reasons),
		cmocka_unit_test(no_rates_without_an_interval),
		cmocka_unit_test(changes_are_told),
		cmocka_unit_test(changes_are_told_once),
		cmocka_unit_test(events_stand_by_time),
		cmocka_unit_test(connections_do_not_bury_listeners),
		cmocka_unit_test(rates_of_listeners),
		cmocka_unit_test(keys_that_end),
		cmocka_unit_test(filter_passes_lines),
		cmocka_unit_test(sort_menu),
		cmocka_unit_test(scrolling),
		cmocka_unit_test(spread_thin),
		cmocka_unit_test(document),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	if (argc > 2)
		return print_screen(atoi(argv[1]), atoi(argv[2]), argc > 3);
	return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
