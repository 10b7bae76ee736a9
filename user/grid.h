/* SPDX-License-Identifier: GPL-2.0 */
/*
 * grid.h - a screen as characters and styles, without a terminal: what draws into it can be tested to the last cell.
 */
#ifndef USER_GRID_H
#define USER_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* What a cell means; what that looks like is the terminal's (screen.c), which may have no colour. */
enum grid_style {
	STYLE_PLAIN,
	STYLE_DIM,
	STYLE_STRONG,
	STYLE_TITLE,  /* a bar across a pane */
	STYLE_FOCUS,  /* the same, of the pane that keys scroll */
	STYLE_KEY,  /* a key's name in the last line */
	STYLE_GRAPH,
	STYLE_GOOD,
	STYLE_WARN,
	STYLE_BAD,
	STYLE_COUNT,
};

struct grid_cell {
	__u32 ch; /* Unicode */
	__u8 style;
};

struct grid {
	int rows, cols;
	bool unicode; /* else ASCII only */
	struct grid_cell *cell;
};

/* A part of a grid; what does not fit into it is cut off. */
struct area {
	struct grid *grid;
	int row, col, rows, cols;
};

/* Makes it a screen of blanks of this size. Negative errno. */
int grid_resize(struct grid *g, int rows, int cols);
void grid_clear(struct grid *g);
void grid_free(struct grid *g);

struct area grid_area(struct grid *g, int row, int col, int rows, int cols);

/* One character; outside of the area, none. */
void area_char(const struct area *a, int row, int col, enum grid_style style, __u32 ch);

/* ASCII text; other bytes, which an interface's name may have, become "?". Returns the column behind it. */
int area_text(const struct area *a, int row, int col, enum grid_style style, const char *text);
int area_print(const struct area *a, int row, int col, enum grid_style style, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* So that it ends before column `end`. */
void area_text_right(const struct area *a, int row, int end, enum grid_style style, const char *text);

/* A line of the area all in one style, blank. */
void area_fill(const struct area *a, int row, enum grid_style style);

/* The grid as UTF-8 lines without the blanks at their ends. Returns `to`. */
char *grid_lines(const struct grid *g, char *to, size_t size);

#endif
