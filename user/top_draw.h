/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top_draw.h - draws a view into a grid of any size: which panes it has room for, and each of them. Pure but for what the
 * state has to know of the drawing, to scroll.
 */
#ifndef USER_TOP_DRAW_H
#define USER_TOP_DRAW_H

#include "grid.h"
#include "top_state.h"

/* Smaller than this, the screen only says so. */
#define TOP_ROWS_MIN 8
#define TOP_COLS_MIN 30

void top_draw(struct grid *g, const struct top_view *v, struct top_state *s);

/* --- the panes, each into its area (top_panes.c, top_listeners.c) */

void top_draw_rates(const struct area *a, const struct top_view *v);
void top_draw_gauges(const struct area *a, const struct top_view *v);
void top_draw_listeners(const struct area *a, const struct top_view *v, struct top_state *s);
void top_draw_sources(const struct area *a, const struct top_view *v, struct top_state *s);
void top_draw_events(const struct area *a, const struct top_view *v, struct top_state *s);

/* The bar above a pane, and where its text ends. */
int top_draw_title(const struct area *a, const struct top_state *s, enum top_pane pane, const char *title);

/*
 * The first line of a pane that is shown, of `lines` that it has, below its bar. Notes for the keys how far it can scroll.
 */
int top_scrolled(const struct area *a, struct top_state *s, enum top_pane pane, int lines);

/* "12:00:01"; "Nov 25" if it was more than a day before `now_ms`. Returns `to`. */
const char *top_clock(char to[16], __u64 unix_ms, __u64 now_ms);

#endif
