/* SPDX-License-Identifier: GPL-2.0 */
/*
 * grid.c - cells, and text in them.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"

#define BLANK ' '

void grid_clear(struct grid *g)
{
	for (int i = 0; i < g->rows * g->cols; i++)
		g->cell[i] = (struct grid_cell){ BLANK, STYLE_PLAIN };
}

int grid_resize(struct grid *g, int rows, int cols)
{
	struct grid_cell *cell;

	if (rows != g->rows || cols != g->cols || !g->cell) {
		cell = calloc(rows > 0 && cols > 0 ? (size_t)rows * cols : 1, sizeof(*cell));
		if (!cell)
			return -ENOMEM;
		free(g->cell);
		g->cell = cell;
		g->rows = rows;
		g->cols = cols;
	}
	grid_clear(g);
	return 0;
}

void grid_free(struct grid *g)
{
	free(g->cell);
	g->cell = NULL;
	g->rows = 0;
	g->cols = 0;
}

struct area grid_area(struct grid *g, int row, int col, int rows, int cols)
{
	return (struct area){ g, row, col, rows, cols };
}

void area_char(const struct area *a, int row, int col, enum grid_style style, __u32 ch)
{
	struct grid *g = a->grid;

	if (row < 0 || row >= a->rows || col < 0 || col >= a->cols)
		return;
	row += a->row;
	col += a->col;
	if (row < g->rows && col < g->cols)
		g->cell[row * g->cols + col] = (struct grid_cell){ ch, style };
}

int area_text(const struct area *a, int row, int col, enum grid_style style, const char *text)
{
	for (; *text; text++, col++)
		area_char(a, row, col, style, *text >= ' ' && *text <= '~' ? *text : '?');
	return col;
}

int area_print(const struct area *a, int row, int col, enum grid_style style, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return area_text(a, row, col, style, text);
}

void area_text_right(const struct area *a, int row, int end, enum grid_style style, const char *text)
{
	area_text(a, row, end - (int)strlen(text), style, text);
}

void area_fill(const struct area *a, int row, enum grid_style style)
{
	for (int col = 0; col < a->cols; col++)
		area_char(a, row, col, style, BLANK);
}

static char *put_utf8(char *to, __u32 ch)
{
	if (ch < 0x80) {
		*to++ = ch;
	} else if (ch < 0x800) {
		*to++ = 0xc0 | ch >> 6;
		*to++ = 0x80 | (ch & 0x3f);
	} else {
		*to++ = 0xe0 | ch >> 12;
		*to++ = 0x80 | (ch >> 6 & 0x3f);
		*to++ = 0x80 | (ch & 0x3f);
	}
	return to;
}

static int line_length(const struct grid *g, int row)
{
	int len = g->cols;

	while (len > 0 && g->cell[row * g->cols + len - 1].ch == BLANK)
		len--;
	return len;
}

char *grid_lines(const struct grid *g, char *to, size_t size)
{
	char *at = to, *end = to + size - 8; /* a character, a newline and a NUL */

	for (int row = 0; row < g->rows; row++) {
		int len = line_length(g, row);

		for (int col = 0; col < len && at < end; col++)
			at = put_utf8(at, g->cell[row * g->cols + col].ch);
		if (at < end)
			*at++ = '\n';
	}
	*at = '\0';
	return to;
}
