/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top_draw.c - where the panes stand, the first and the last line, and the dialogs.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "duration.h"
#include "output.h"
#include "top_draw.h"

/* From so many columns on, sources and events stand side by side. */
#define WIDE_COLS 132
/* From so many rows on, histories are two rows high. */
#define TALL_ROWS 40
#define RATES_ROWS (TOP_RATE_COUNT + 2) /* a bar above, the reasons of drops below */
#define RATES_ROWS_TALL (1 + 2 * TOP_RATE_COUNT + TOP_DROPS)
#define GAUGES_ROWS 2
#define LISTENERS_SPARE 2 /* rows */

const char *top_clock(char to[16], __u64 unix_ms, __u64 now_ms)
{
	time_t s = unix_ms / 1000;
	struct tm tm;

	localtime_r(&s, &tm);
	strftime(to, 16, now_ms > unix_ms + 86400000 ? "%b %d" : "%H:%M:%S", &tm);
	return to;
}

int top_draw_title(const struct area *a, const struct top_state *s, enum top_pane pane, const char *title)
{
	enum grid_style style = s->focus == pane ? STYLE_FOCUS : STYLE_TITLE;

	area_fill(a, 0, style);
	area_char(a, 0, 0, style, s->focus == pane ? '>' : ' ');
	return area_text(a, 0, 1, style, title);
}

int top_scrolled(const struct area *a, struct top_state *s, enum top_pane pane, int lines)
{
	int rows = a->rows - 1;

	s->lines[pane] = lines;
	s->rows[pane] = rows;
	if (s->top[pane] > lines - rows)
		s->top[pane] = lines > rows ? lines - rows : 0;
	return s->top[pane];
}

/* --- the first line */

static unsigned int count_in_cookie_mode(const struct top_view *v)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < v->listeners; i++)
		n += v->listener[i].cookie;
	return n;
}

static unsigned int count_full(const struct top_view *v)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < v->listeners; i++)
		n += v->listener[i].full;
	return n;
}

/* For how long it has been so: since the first of them began cookies, or the last of them has ended them. */
static long long mode_since(const struct top_view *v, bool cookie)
{
	long long ms = v->table_cookie == cookie ? v->table_mode_ms : -1;

	for (unsigned int i = 0; i < v->listeners; i++) {
		const struct top_listener *l = &v->listener[i];

		if (l->cookie == cookie && (ms < 0 || (cookie ? l->mode_ms > ms : l->mode_ms < ms)))
			ms = l->mode_ms;
	}
	return ms > 0 ? ms : 0;
}

static int draw_mode(const struct area *a, int col, const struct top_view *v)
{
	unsigned int n = count_in_cookie_mode(v);
	char since[8];

	if (v->problem[0])
		return area_print(a, 0, col, STYLE_BAD, "PROBLEM: %s", v->problem);
	if (!v->handoff)
		return area_text(a, 0, col, STYLE_WARN, "WATCHING (this kernel makes no cookies)");
	if (strcmp(v->cookies, "never") == 0)
		return area_text(a, 0, col, STYLE_WARN, "WATCHING (--cookies never)");
	if (strcmp(v->cookies, "always") == 0)
		return area_text(a, 0, col, STYLE_WARN, "COOKIES always");
	if (n == 0 && !v->table_cookie)
		return area_print(a, 0, col, STYLE_GOOD, "CALM for %s", duration_short(since, mode_since(v, false)));
	duration_short(since, mode_since(v, true));
	if (v->table_cookie)
		return area_print(a, 0, col, STYLE_WARN, "COOKIES for all listeners, %s", since);
	return area_print(a, 0, col, STYLE_WARN, "COOKIES for %u of %u listeners, %s", n, v->listeners_known, since);
}

static void draw_header(const struct area *a, const struct top_view *v, const struct top_state *s)
{
	char right[64], up[8], clock[16];
	int col;

	area_fill(a, 0, STYLE_PLAIN);
	col = area_text(a, 0, area_text(a, 0, 0, STYLE_STRONG, "levee "), STYLE_STRONG, v->ifname);
	col = draw_mode(a, col + 2, v);
	if (count_full(v))
		col = area_print(a, 0, col + 2, STYLE_BAD, "%u ACCEPT QUEUE%s FULL", count_full(v),
				 count_full(v) > 1 ? "S" : "");
	top_clock(clock, v->unix_ms, v->unix_ms);
	if (s->frozen) {
		snprintf(right, sizeof(right), "FROZEN at %s", clock);
		area_text_right(a, 0, a->cols, STYLE_BAD, right);
		return;
	}
	snprintf(right, sizeof(right), "upkeep %.1f%% CPU  up %s  %s", v->upkeep * 100, duration_short(up, v->up_ms),
		 clock);
	if (col + 2 + (int)strlen(right) > a->cols)
		snprintf(right, sizeof(right), "%s", clock);
	if (col + 2 + (int)strlen(right) <= a->cols)
		area_text_right(a, 0, a->cols, STYLE_PLAIN, right);
}

/* --- the last line */

static const struct key_name {
	const char *key, *name;
} footer_keys[] = {
	{ "F1", "Help" },  { "F4", "Filter" },	    { "F6", "Sort" },  { "Space", "Freeze" },
	{ "Tab", "Pane" }, { "Up Down", "Scroll" }, { "F10", "Quit" },
};

static int draw_key(const struct area *a, int col, const struct key_name *k)
{
	col = area_text(a, 0, col, STYLE_STRONG, k->key);
	col = area_text(a, 0, col, STYLE_KEY, k->name);
	return col + 1;
}

static void draw_footer(const struct area *a, const struct top_state *s)
{
	int col = 0;

	area_fill(a, 0, STYLE_PLAIN);
	if (s->dialog == DIALOG_FILTER) {
		col = area_print(a, 0, 0, STYLE_STRONG, "Filter: %s", s->filter);
		area_char(a, 0, col, STYLE_KEY, ' ');
		area_text(a, 0, col + 2, STYLE_DIM, "Enter keeps it, Esc clears it");
		return;
	}
	for (size_t i = 0; i < sizeof(footer_keys) / sizeof(footer_keys[0]); i++)
		col = draw_key(a, col, &footer_keys[i]);
	if (s->filter[0])
		area_print(a, 0, col + 1, STYLE_WARN, "only: %s", s->filter);
}

/* --- dialogs */

static const char *const help_lines[] = {
	"q F10     quit                       h ? F1    this help",
	"/ F4      only lines with a text: listeners, sources, events; Esc: all again",
	"s > F6    order of the listeners     I         the other way round",
	"Space p   freeze the screen; the histories go on behind it",
	"Tab       next pane (marked by >)    Up Down PgUp PgDn Home End   scroll it",
	"Ctrl-Z    suspend, back by \"fg\"      Ctrl-L    draw the screen anew",
	"",
	"valid     cookies that came back: clients that got in during the flood",
	"invalid   ACKs without a connection that carried no cookie",
	"half-open # handshakes that wait, + cookies on their way. Cookies begin at the",
	"          upper mark and end when both together are below the lower one",
	"flows     above the mark, idle connections are forgotten sooner",
	"FULL      the fullest of a listener's queues; SYN Q: half-open of its share",
	"ACCEPT Q  connections that the application has not accepted, of the backlog",
	"DROP/s    connections that the kernel dropped because that queue was full",
	"RTT       median round trip of handshakes",
	"sources   estimated from a sample of the SYNs, by /24 (IPv4) and /64 (IPv6);",
	"          HOSTS: different addresses of the prefix in the sample",
	"upkeep    share of one CPU that levee's housekeeping takes",
	"",
	"any key goes back",
};

static void draw_help(const struct area *a)
{
	for (int row = 0; row < a->rows; row++)
		area_fill(a, row, STYLE_PLAIN);
	area_fill(a, 0, STYLE_FOCUS);
	area_text(a, 0, 1, STYLE_FOCUS, "levee top: keys, and what is shown");
	for (size_t i = 0; i < sizeof(help_lines) / sizeof(help_lines[0]); i++)
		area_text(a, i + 1, 1, STYLE_PLAIN, help_lines[i]);
}

static void draw_sort(const struct area *a, const struct top_state *s)
{
	area_fill(a, 0, STYLE_FOCUS);
	area_text(a, 0, 1, STYLE_FOCUS, "Sort listeners by (Up, Down, Enter; Esc: as before)");
	for (int i = 0; i < TOP_ORDER_COUNT; i++) {
		enum grid_style style = i == (int)s->menu ? STYLE_KEY : STYLE_PLAIN;

		area_fill(a, i + 1, style);
		area_char(a, i + 1, 0, style, i == (int)s->menu ? '>' : ' ');
		area_print(a, i + 1, 2, style, "%-14s %s", top_order_word[i], top_order_help[i]);
	}
}

/* --- layout */

struct places {
	struct area header, rates, gauges, pane[PANE_COUNT], footer;
};

/* Takes up to `rows` from the rest; a pane that would get fewer than `least` gets none. */
static struct area take_rows(struct area *rest, int rows, int least)
{
	struct area a = *rest;

	a.rows = rest->rows < rows ? rest->rows : rows;
	if (a.rows < least)
		a.rows = 0;
	rest->row += a.rows;
	rest->rows -= a.rows;
	return a;
}

/* More than that is not wanted of a screen where listeners are few; with room for some more, it seldom changes. */
static int listeners_rows(const struct top_view *v, int most)
{
	int want = 2 + v->listeners_known + LISTENERS_SPARE;

	return want < most ? want : most;
}

static void place_tables_wide(struct places *p, struct area rest, const struct top_view *v)
{
	p->pane[PANE_LISTENERS] = take_rows(&rest, listeners_rows(v, (rest.rows + 1) / 2), 2);
	p->pane[PANE_SOURCES] = rest;
	p->pane[PANE_SOURCES].cols = rest.cols / 2 - 1;
	p->pane[PANE_EVENTS] = rest;
	p->pane[PANE_EVENTS].col += rest.cols / 2;
	p->pane[PANE_EVENTS].cols -= rest.cols / 2;
}

/* A pane of two rows shows one thing, which is the least. */
static void place_tables(struct places *p, struct area rest, const struct top_view *v)
{
	int panes = rest.rows / 2 < PANE_COUNT ? rest.rows / 2 : PANE_COUNT;

	for (int i = 0; i < panes; i++) {
		int rows = (rest.rows + panes - i - 1) / (panes - i);

		p->pane[i] = take_rows(&rest, i == PANE_LISTENERS ? listeners_rows(v, rows) : rows, 2);
	}
}

static struct places place(struct grid *g, const struct top_view *v)
{
	bool tall = g->rows >= TALL_ROWS;
	struct area rest = grid_area(g, 0, 0, g->rows, g->cols);
	struct places p = { .pane = { { .rows = 0 } } };

	p.footer = grid_area(g, g->rows - 1, 0, 1, g->cols);
	rest.rows--;
	p.header = take_rows(&rest, 1, 1);
	p.rates = take_rows(&rest, tall ? RATES_ROWS_TALL : RATES_ROWS, 3);
	p.gauges = take_rows(&rest, GAUGES_ROWS, 1);
	if (g->cols >= WIDE_COLS && rest.rows >= 6)
		place_tables_wide(&p, rest, v);
	else
		place_tables(&p, rest, v);
	return p;
}

static void draw_panes(const struct places *p, const struct top_view *v, struct top_state *s)
{
	top_draw_rates(&p->rates, v);
	top_draw_gauges(&p->gauges, v);
	top_draw_listeners(&p->pane[PANE_LISTENERS], v, s);
	top_draw_sources(&p->pane[PANE_SOURCES], v, s);
	top_draw_events(&p->pane[PANE_EVENTS], v, s);
}

/* The keys have to reach what they scroll. */
static void focus_on_what_is_there(const struct places *p, struct top_state *s)
{
	for (int i = 0; i < PANE_COUNT && p->pane[s->focus].rows == 0; i++)
		s->focus = (s->focus + 1) % PANE_COUNT;
}

void top_draw(struct grid *g, const struct top_view *v, struct top_state *s)
{
	struct area all = grid_area(g, 0, 0, g->rows, g->cols), body = grid_area(g, 1, 0, g->rows - 2, g->cols);
	struct places p;

	grid_clear(g);
	if (g->rows < TOP_ROWS_MIN || g->cols < TOP_COLS_MIN) {
		area_print(&all, 0, 0, STYLE_WARN, "too small: %dx%d, needs %dx%d", g->cols, g->rows, TOP_COLS_MIN,
			   TOP_ROWS_MIN);
		return;
	}
	p = place(g, v);
	focus_on_what_is_there(&p, s);
	draw_header(&p.header, v, s);
	draw_footer(&p.footer, s);
	draw_panes(&p, v, s);
	if (s->dialog == DIALOG_HELP)
		draw_help(&body);
	if (s->dialog == DIALOG_SORT)
		draw_sort(&body, s);
}
