/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top_listeners.c - the pane of the listeners: a table whose columns depend on the width, with a line below those that have
 * something to say.
 */
#include <stdio.h>
#include <string.h>

#include "duration.h"
#include "output.h"
#include "top_draw.h"

#define CELL_MAX 32

static void cell_pressure(char *to, const struct top_listener *l)
{
	snprintf(to, CELL_MAX, "%d%%", l->pressure);
}

static void cell_mode(char *to, const struct top_listener *l)
{
	snprintf(to, CELL_MAX, "%s", l->cookie ? "cookie" : "calm");
}

static void cell_since(char *to, const struct top_listener *l)
{
	duration_short(to, l->mode_ms);
}

static void cell_of(char *to, long long used, long long max)
{
	char a[8], b[8];

	snprintf(to, CELL_MAX, "%s/%s", output_short(a, used), output_short(b, max));
}

static void cell_syn_queue(char *to, const struct top_listener *l)
{
	cell_of(to, l->levee, l->share);
}

static void cell_accept_queue(char *to, const struct top_listener *l)
{
	cell_of(to, l->accept, l->accept_max);
}

static void cell_kernel(char *to, const struct top_listener *l)
{
	if (l->kernel < 0)
		snprintf(to, CELL_MAX, "-");
	else
		output_short(to, l->kernel);
}

static void cell_rate(char *to, double rate)
{
	output_short(to, rate + 0.5);
}

static void cell_syns(char *to, const struct top_listener *l)
{
	cell_rate(to, l->syns);
}

static void cell_sent(char *to, const struct top_listener *l)
{
	cell_rate(to, l->sent);
}

static void cell_valid(char *to, const struct top_listener *l)
{
	cell_rate(to, l->valid);
}

static void cell_refused(char *to, const struct top_listener *l)
{
	cell_rate(to, l->refused);
}

static void cell_drops(char *to, const struct top_listener *l)
{
	cell_rate(to, l->drops);
}

/* "80us", "1.2ms", "12ms", "1.5s"; "-" where none is known. */
static void cell_us(char *to, long long us)
{
	if (us < 0)
		snprintf(to, CELL_MAX, "-");
	else if (us < 1000)
		snprintf(to, CELL_MAX, "%lldus", us);
	else if (us < 10000)
		snprintf(to, CELL_MAX, "%lld.%lldms", us / 1000, us % 1000 / 100);
	else if (us < 1000000)
		snprintf(to, CELL_MAX, "%lldms", us / 1000);
	else
		snprintf(to, CELL_MAX, "%lld.%llds", us / 1000000, us % 1000000 / 100000);
}

static void cell_p50(char *to, const struct top_listener *l)
{
	cell_us(to, l->p50_us);
}

static void cell_p99(char *to, const struct top_listener *l)
{
	cell_us(to, l->p99_us);
}

static const struct column {
	const char *title;
	int width;	   /* with the blank before it */
	int from_cols; /* of the screen: where it is shown */
	int order;	   /* enum top_order by which it is sorted; -1 */
	void (*cell)(char *to, const struct top_listener *l);
} columns[] = {
	{ "FULL", 6, 0, TOP_BY_PRESSURE, cell_pressure },
	{ "MODE", 7, 0, -1, cell_mode },
	{ "FOR", 5, 0, -1, cell_since },
	{ "SYN Q", 10, 60, TOP_BY_SYN_QUEUE, cell_syn_queue },
	{ "KERNEL", 8, 132, -1, cell_kernel },
	{ "ACCEPT Q", 10, 70, TOP_BY_ACCEPT_QUEUE, cell_accept_queue },
	{ "DROP/s", 8, 80, TOP_BY_DROPS, cell_drops },
	{ "SYN/s", 7, 100, -1, cell_syns },
	{ "SENT/s", 8, 50, TOP_BY_SENT, cell_sent },
	{ "VALID/s", 9, 100, -1, cell_valid },
	{ "REFUSED/s", 11, 132, -1, cell_refused },
	{ "RTT", 7, 80, TOP_BY_RTT, cell_p50 },
	{ "RTT P99", 9, 120, -1, cell_p99 },
};

#define COLUMN_COUNT (int)(sizeof(columns) / sizeof(columns[0]))

/* What is left for the listener's name. */
static int name_width(const struct area *a)
{
	int width = a->cols;

	for (int i = 0; i < COLUMN_COUNT; i++)
		if (a->grid->cols >= columns[i].from_cols)
			width -= columns[i].width;
	return width;
}

static void draw_title(const struct area *a, const struct top_view *v, const struct top_state *s, unsigned int shown)
{
	enum grid_style style = s->focus == PANE_LISTENERS ? STYLE_FOCUS : STYLE_TITLE;
	int end = name_width(a);
	char title[48];

	if (shown == v->listeners_known)
		snprintf(title, sizeof(title), "Listeners: %u", shown);
	else
		snprintf(title, sizeof(title), "Listeners: %u of %u", shown, v->listeners_known);
	top_draw_title(a, s, PANE_LISTENERS, title);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (a->grid->cols < columns[i].from_cols)
			continue;
		end += columns[i].width;
		area_text_right(a, 0, end, style, columns[i].title);
		if (columns[i].order == (int)s->order)
			area_char(a, 0, end - (int)strlen(columns[i].title) - 1, style, s->reverse ? '^' : 'v');
	}
}

/* A long address loses its middle, for its port has to be seen. */
static void draw_name(const struct area *a, int row, enum grid_style style, const char *name)
{
	int width = name_width(a) - 1, len = strlen(name), head = width / 2 - 1;

	if (len <= width || width < 8) {
		area_text(a, row, 1, style, name);
		return;
	}
	area_print(a, row, 1, style, "%.*s..%s", head, name, name + len - (width - 2 - head));
}

static enum grid_style style_of(const struct top_listener *l)
{
	if (l->full)
		return STYLE_BAD;
	return l->cookie ? STYLE_WARN : STYLE_PLAIN;
}

static void draw_listener(const struct area *a, int row, const struct top_listener *l)
{
	int end = name_width(a);
	char cell[CELL_MAX];

	draw_name(a, row, style_of(l), l->endpoint);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (a->grid->cols < columns[i].from_cols)
			continue;
		end += columns[i].width;
		columns[i].cell(cell, l);
		area_text_right(a, row, end, style_of(l), cell);
	}
}

/* Of a full queue the numbers stand in the row above: where there is no room for all, they go, and what is wrong stays. */
static const char *note_that_fits(const struct top_listener *l, int room)
{
	const char *rest = l->full ? strstr(l->note, ": ") : NULL;

	return rest && (int)strlen(l->note) > room ? rest + 2 : l->note;
}

/* Draws line `at` of the pane where it is in sight. */
static void draw_line(const struct area *a, int at, int top, const struct top_listener *l, bool note)
{
	int row = at - top + 1;

	if (row < 1 || row >= a->rows)
		return;
	if (note)
		area_print(a, row, 3, STYLE_BAD, "%s", note_that_fits(l, a->cols - 3));
	else
		draw_listener(a, row, l);
}

void top_draw_listeners(const struct area *a, const struct top_view *v, struct top_state *s)
{
	const struct top_listener *row[TOP_LISTENERS];
	unsigned int n = top_sorted(s, v, row);
	int lines = n, line = 0, top;

	if (a->rows == 0)
		return;
	draw_title(a, v, s, n);
	if (v->no_listeners[0])
		area_text(a, 1, 1, STYLE_WARN, v->no_listeners);
	else if (n == 0)
		area_text(a, 1, 1, STYLE_DIM, s->filter[0] ? "none with this text" : "no listener");
	for (unsigned int i = 0; i < n; i++)
		lines += row[i]->note[0] != '\0';
	top = top_scrolled(a, s, PANE_LISTENERS, lines);
	for (unsigned int i = 0; i < n; i++) {
		draw_line(a, line++, top, row[i], false);
		if (row[i]->note[0])
			draw_line(a, line++, top, row[i], true);
	}
}
