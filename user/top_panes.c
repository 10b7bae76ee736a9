/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top_panes.c - rates with their histories, gauges, sources of SYNs, events.
 */
#include <stdio.h>
#include <string.h>

#include <levee/timeout.h>

#include "output.h"
#include "top_draw.h"

/* --- rates */

#define NOW_END 22 /* columns */
#define PEAK_END 31
#define GRAPH_COL 33
#define DROP_GRAPH TOP_RECENT
#define DROP_NAME 12 /* columns that a reason's name has before its numbers */

/* What fills a cell by so many eighths from below. */
static __u32 glyph(const struct grid *g, int eighths)
{
	static const char ascii[] = " ..::||##";

	if (eighths <= 0)
		return ' ';
	if (eighths > 8)
		eighths = 8;
	return g->unicode ? 0x2580 + (__u32)eighths : (__u32)ascii[eighths];
}

/* One second: a column of cells. What is not nothing can be seen. */
static void draw_second(const struct area *a, int col, double share)
{
	int eighths = share * a->rows * 8 + 0.5;

	if (eighths == 0 && share > 0)
		eighths = 1;
	for (int row = a->rows - 1; row >= 0; row--, eighths -= 8)
		area_char(a, row, col, STYLE_GRAPH, glyph(a->grid, eighths));
}

/* The latest at the right end; the most that is seen fills the area. */
static void draw_history(const struct area *a, const struct top_view *v, const float *history)
{
	double most = a->cols > 0 ? top_most(v, history, a->cols) : 0;

	for (int ago = 0; ago < a->cols && most > 0; ago++)
		draw_second(a, a->cols - 1 - ago, top_ago(v, history, ago) / most);
}

static void draw_rate(const struct area *a, int row, int rows, const struct top_view *v, const char *title,
		      const float *history)
{
	struct area graph = grid_area(a->grid, a->row + row, a->col + GRAPH_COL, rows, a->cols - GRAPH_COL);
	int base = row + rows - 1;
	char text[16];

	if (row + rows > a->rows)
		return;
	area_text(a, base, 1, STYLE_PLAIN, title);
	area_text_right(a, base, NOW_END, STYLE_STRONG, output_rate(text, top_ago(v, history, 0)));
	area_text_right(a, base, PEAK_END, STYLE_DIM, output_rate(text, top_most(v, history, TOP_HISTORY)));
	draw_history(&graph, v, history);
}

/* In one line: "bad_cookie 120 [history], syn_fin 30 [history]" */
static void draw_drops_short(const struct area *a, int row, const struct top_view *v,
			     const struct top_drop *const *drop, unsigned int count)
{
	int col = area_text(a, row, 1, STYLE_DIM, "  by reason ");
	char text[16];

	for (unsigned int i = 0; i < count; i++) {
		struct area graph;

		col = area_print(a, row, col + 1, STYLE_PLAIN, "%s %s ", drop[i]->name,
				 output_rate(text, top_ago(v, drop[i]->history, 0)));
		graph = grid_area(a->grid, a->row + row, a->col + col, 1,
				  a->cols - col < DROP_GRAPH ? a->cols - col : DROP_GRAPH);
		draw_history(&graph, v, drop[i]->history);
		col += DROP_GRAPH;
	}
}

/* A line each where there is room, else one for all. */
static void draw_drops(const struct area *a, int row, const struct top_view *v)
{
	const struct top_drop *drop[TOP_DROPS];
	unsigned int n = top_drops(v, drop);
	char title[48];

	if (n == 0)
		area_text(a, row, 1, STYLE_DIM, "  by reason  nothing is dropped");
	else if (a->rows - row < TOP_DROPS)
		draw_drops_short(a, row, v, drop, n);
	for (unsigned int i = 0; a->rows - row >= TOP_DROPS && i < n; i++) {
		snprintf(title, sizeof(title), "  %.*s", DROP_NAME, drop[i]->name);
		draw_rate(a, row + i, 1, v, title, drop[i]->history);
	}
}

void top_draw_rates(const struct area *a, const struct top_view *v)
{
	int high = (a->rows - 2) / TOP_RATE_COUNT;
	int row = 1;

	if (a->rows == 0)
		return;
	if (high < 1)
		high = 1;
	area_fill(a, 0, STYLE_TITLE);
	area_text(a, 0, 1, STYLE_TITLE, "Per second");
	area_text_right(a, 0, NOW_END, STYLE_TITLE, "now");
	area_text_right(a, 0, PEAK_END, STYLE_TITLE, "peak 8m"); /* of the history */
	area_print(a, 0, GRAPH_COL, STYLE_TITLE, "the last %d s", a->cols - GRAPH_COL);
	for (int i = 0; i < TOP_RATE_COUNT; i++, row += high)
		draw_rate(a, row, high, v, top_rate_title[i], v->history[i]);
	draw_drops(a, row, v);
}

/* --- gauges */

#define BAR_COL 12
#define BAR_MIN 10
#define BAR_NUMBERS 26 /* columns behind the bar */

struct gauge {
	const char *title;
	long long used, also, max; /* `also` stands behind `used` */
	int mark, mark_also;   /* percent; 0: none */
	const char *at_mark, *at_also;
};

static int bar_column(const struct area *bar, double used, double max)
{
	double share = max > 0 ? used / max : 0;
	int col = share * bar->cols + 0.999;

	return col < bar->cols ? col : bar->cols;
}

/* The threshold's name stands on the side where it holds. */
static void draw_mark(const struct area *bar, int percent, const char *text, bool below)
{
	int col = bar->cols * percent / 100;

	if (!percent || col >= bar->cols)
		return;
	area_char(bar, 0, col, STYLE_STRONG, '|');
	if (below)
		area_text_right(bar, 0, col, STYLE_DIM, text);
	else
		area_text(bar, 0, col + 1, STYLE_DIM, text);
}

static void draw_fill(const struct area *bar, const struct gauge *g)
{
	int used = bar_column(bar, g->used, g->max), all = bar_column(bar, (double)g->used + g->also, g->max);
	enum grid_style style = STYLE_GOOD;

	if (g->mark && g->used * 100 >= g->max * g->mark)
		style = STYLE_WARN;
	for (int col = 0; col < all; col++)
		area_char(bar, 0, col, style, col < used ? '#' : '+');
}

static void draw_bar(const struct area *bar, const struct gauge *g)
{
	struct area around = grid_area(bar->grid, bar->row, bar->col - 1, 1, bar->cols + 2);

	area_char(&around, 0, 0, STYLE_PLAIN, '[');
	area_char(&around, 0, bar->cols + 1, STYLE_PLAIN, ']');
	draw_fill(bar, g);
	draw_mark(bar, g->mark_also, g->at_also, true);
	draw_mark(bar, g->mark, g->at_mark, false);
}

static void draw_gauge(const struct area *a, int row, const struct gauge *g)
{
	struct area bar = grid_area(a->grid, a->row + row, a->col + BAR_COL, 1, a->cols - BAR_COL - 1 - BAR_NUMBERS);
	char used[8], also[16] = "", max[8], number[8], text[64];

	if (row >= a->rows)
		return;
	area_text(a, row, 1, STYLE_PLAIN, g->title);
	if (bar.cols >= BAR_MIN)
		draw_bar(&bar, g);
	if (g->also)
		snprintf(also, sizeof(also), "+%s", output_short(number, g->also));
	snprintf(text, sizeof(text), "%s%s of %s %5.1f%%", output_short(used, g->used), also, output_short(max, g->max),
		 g->max ? 100.0 * g->used / g->max : 0.0);
	area_text_right(a, row, a->cols, STYLE_PLAIN, text);
}

void top_draw_gauges(const struct area *a, const struct top_view *v)
{
	bool adaptive = strcmp(v->cookies, "adaptive") == 0;
	char on[24], off[24], shorter[24];
	struct gauge half_open = { "half-open",
				   v->half_open,
				   v->in_flight,
				   v->half_open_max,
				   adaptive ? v->start_percent : 0,
				   adaptive ? v->end_percent : 0,
				   on,
				   off };
	struct gauge flows = { "flows", v->flows, 0, v->flows_max, LEVEE_PRESSURE_START, 0, shorter, "" };

	snprintf(on, sizeof(on), "%d%% cookies", v->start_percent);
	snprintf(off, sizeof(off), "off %d%%", v->end_percent);
	snprintf(shorter, sizeof(shorter), "%d%% timeouts", LEVEE_PRESSURE_START);
	draw_gauge(a, 0, &half_open);
	draw_gauge(a, 1, &flows);
}

/* --- sources */

#define PREFIX_COL 1
#define SYNS_END 36
#define SHARE_END 44
#define HOSTS_END 51
#define SHARES_COL 53

/* No prefix has more than this share, of a sample that would have shown it. */
#define THIN_SHARE 0.02
#define THIN_SAMPLED 512

static bool spread_thin(const struct source_list *s)
{
	return s->sampled >= THIN_SAMPLED && s->count && s->row[0].share < THIN_SHARE;
}

static void draw_sources_title(const struct area *a, const struct top_view *v, struct top_state *s)
{
	const struct source_list *list = &v->sources;
	enum grid_style style = s->focus == PANE_SOURCES ? STYLE_FOCUS : STYLE_TITLE;
	char title[48], sampled[8], seen[8];

	snprintf(title, sizeof(title), "SYN sources: %u", list->prefixes);
	top_draw_title(a, s, PANE_SOURCES, title);
	area_text_right(a, 0, SYNS_END, style, "SYN/s");
	area_text_right(a, 0, SHARE_END, style, "SHARE");
	area_text_right(a, 0, HOSTS_END, style, "HOSTS");
	if (list->seen)
		area_print(a, 0, SHARES_COL, style, "%s of %s in %.1f s", output_short(sampled, list->sampled),
			   output_short(seen, list->seen), list->span_ms / 1000.0);
}

static void draw_source(const struct area *a, int row, const struct source_row *source)
{
	struct area bar = grid_area(a->grid, a->row + row, a->col + SHARES_COL, 1, a->cols - SHARES_COL);
	char prefix[56], text[16];

	area_text(a, row, PREFIX_COL, STYLE_PLAIN, text_prefix(prefix, &source->prefix));
	area_text_right(a, row, SYNS_END, STYLE_STRONG, output_rate(text, source->per_s));
	snprintf(text, sizeof(text), "%.1f%%", source->share * 100);
	area_text_right(a, row, SHARE_END, STYLE_PLAIN, text);
	snprintf(text, sizeof(text), "%u", source->hosts);
	area_text_right(a, row, HOSTS_END, STYLE_PLAIN, text);
	for (int col = 0; col < bar_column(&bar, source->share, 1); col++)
		area_char(&bar, 0, col, STYLE_GRAPH, '#');
}

static unsigned int sources_passing(const struct top_state *s, const struct source_list *list,
				    const struct source_row **row)
{
	char prefix[56];
	unsigned int n = 0;

	for (unsigned int i = 0; i < list->count; i++)
		if (top_passes(s, text_prefix(prefix, &list->row[i].prefix)))
			row[n++] = &list->row[i];
	return n;
}

void top_draw_sources(const struct area *a, const struct top_view *v, struct top_state *s)
{
	const struct source_row *row[SOURCES_MAX];
	int n = sources_passing(s, &v->sources, row), thin = spread_thin(&v->sources), top;

	if (a->rows == 0)
		return;
	draw_sources_title(a, v, s);
	if (v->no_sources[0]) {
		area_text(a, 1, 1, STYLE_WARN, v->no_sources);
		return;
	}
	if (n == 0)
		area_text(a, 1, 1, STYLE_DIM, s->filter[0] ? "none with this text" : "no SYNs");
	top = top_scrolled(a, s, PANE_SOURCES, n + thin);
	for (int line = top; line < n + thin && line - top + 1 < a->rows; line++) {
		if (line < thin)
			area_text(a, line - top + 1, 1, STYLE_WARN,
				  "spread thin: no prefix has more than 2 % (spoofed sources, or very many)");
		else
			draw_source(a, line - top + 1, row[line - thin]);
	}
}

/* --- events */

static int events_passing(const struct top_state *s, const struct top_events *events, const struct top_event **list)
{
	const struct top_event *e;
	int n = 0;

	for (unsigned int i = 0; (e = top_event_back(events, i)); i++)
		if (top_passes(s, e->text))
			list[n++] = e;
	return n;
}

/*
 * The latest first. However many connections begin and end, what became of listeners stays in sight: connections take half of
 * the pane, or what is left of it.
 */
static int events_shown(const struct top_view *v, const struct top_state *s, int rows, const struct top_event **list)
{
	const struct top_event *told[TOP_EVENTS], *connection[TOP_EVENTS];
	int tolds = events_passing(s, &v->told, told), connections = events_passing(s, &v->connections, connection);
	int room = rows - tolds > rows / 2 ? rows - tolds : rows / 2, n = 0, i = 0, k = 0;

	if (connections > room)
		connections = room;
	while (i < tolds || k < connections)
		if (k == connections || (i < tolds && told[i]->unix_ms >= connection[k]->unix_ms))
			list[n++] = told[i++];
		else
			list[n++] = connection[k++];
	return n;
}

static enum grid_style event_style(unsigned int type)
{
	switch (type) {
	case LEVEE_EVENT_ACCEPT_FULL:
		return STYLE_BAD;
	case LEVEE_EVENT_COOKIES_ON:
		return STYLE_WARN;
	case LEVEE_EVENT_ACCEPT_DRAINED:
	case LEVEE_EVENT_COOKIES_OFF:
		return STYLE_GOOD;
	default:
		return STYLE_PLAIN;
	}
}

static void draw_events_title(const struct area *a, const struct top_view *v, const struct top_state *s)
{
	enum grid_style style = s->focus == PANE_EVENTS ? STYLE_FOCUS : STYLE_TITLE;
	int col = top_draw_title(a, s, PANE_EVENTS, "Events");
	char began[16];

	col = area_print(a, 0, col + 2, style, "%s connections/s begin", output_rate(began, v->flows_new));
	if (v->no_connections[0])
		area_print(a, 0, col + 2, style, "%s", v->no_connections);
}

void top_draw_events(const struct area *a, const struct top_view *v, struct top_state *s)
{
	const struct top_event *list[2 * TOP_EVENTS];
	int n, top;
	char clock[16];

	if (a->rows == 0)
		return;
	draw_events_title(a, v, s);
	n = events_shown(v, s, a->rows - 1, list);
	if (n == 0)
		area_text(a, 1, 1, STYLE_DIM, s->filter[0] ? "none with this text" : "nothing yet");
	top = top_scrolled(a, s, PANE_EVENTS, n);
	for (int i = top; i < n && i - top + 1 < a->rows; i++) {
		int row = i - top + 1;
		int col = area_text(a, row, 1, STYLE_DIM, top_clock(clock, list[i]->unix_ms, v->unix_ms));

		area_text(a, row, col + 1, event_style(list[i]->type), list[i]->text);
	}
}
