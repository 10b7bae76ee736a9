/* SPDX-License-Identifier: GPL-2.0 */
/*
 * columns.c - see columns.h.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "color.h"
#include "columns.h"

#define GAP 1
#define LINE_MAX_BYTES (COLUMNS_MAX * (FIELD_TEXT_MAX + GAP) + 2)

unsigned int columns_of_terminal(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool columns_begin(struct columns *c, const struct field *fields, unsigned int count, size_t row_size,
		   unsigned int terminal, struct stream *out)
{
	memset(c, 0, sizeof(*c));
	for (unsigned int i = 0; i < count && c->count < COLUMNS_MAX; i++)
		if (fields[i].title)
			c->field[c->count++] = &fields[i];
	c->row_size = row_size;
	c->terminal = terminal;
	c->out = out;
	c->sample = malloc(COLUMNS_SAMPLE * row_size);
	return c->sample;
}

/* --- layout */

static bool is_end(const struct columns *c, unsigned int i)
{
	return c->field[i]->type == FIELD_ENDPOINT;
}

/* The widest of the sample that is not beyond `limit`, or the title; 0 for a column of words that has none in any row. */
static unsigned int width_of(const struct columns *c, const struct field *f, unsigned int limit, bool all_seen)
{
	unsigned int widest = 0, title = strlen(f->title);
	char text[FIELD_TEXT_MAX];

	for (unsigned int i = 0; i < c->kept; i++) {
		unsigned int len = field_text(text, f, c->sample + i * c->row_size) - text;

		if (len > widest && len <= limit)
			widest = len;
	}
	if (!widest && all_seen && limit == FIELD_TEXT_MAX)
		return 0;
	if (field_is_number(f) && widest < 4)
		widest = 4;
	return widest > title ? widest : title;
}

/* Columns that a line takes with all fields up to a rank. */
static unsigned int line_width(const struct columns *c, int rank)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < c->count; i++)
		if (c->width[i] && c->field[i]->rank <= rank)
			sum += c->width[i] + (sum ? GAP : 0);
	return sum;
}

static bool fits(const struct columns *c, int rank)
{
	return !c->terminal || line_width(c, rank) <= c->terminal;
}

static void set_widths(struct columns *c, bool ends, unsigned int limit, bool all_seen)
{
	for (unsigned int i = 0; i < c->count; i++)
		if (is_end(c, i) == ends)
			c->width[i] = width_of(c, c->field[i], limit, all_seen);
}

static void leave_out_above(struct columns *c, int rank)
{
	for (unsigned int i = 0; i < c->count; i++)
		if (c->field[i]->rank > rank)
			c->width[i] = 0;
}

static void lay_out(struct columns *c, bool all_seen)
{
	unsigned int limit = FIELD_TEXT_MAX;
	int rank = FIELD_RANK_MAX;

	set_widths(c, false, limit, all_seen);
	set_widths(c, true, limit, all_seen);
	while (!fits(c, 0) && --limit)
		set_widths(c, true, limit, all_seen);
	while (rank > 0 && !fits(c, rank))
		rank--;
	leave_out_above(c, rank);
	c->laid_out = true;
}

/* --- printing */

static char *put_spaces(char *to, unsigned int n)
{
	memset(to, ' ', n);
	return to + n;
}

/* A row's value, or the title where there is no row. Returns its length. */
static unsigned int cell(char text[FIELD_TEXT_MAX], const struct columns *c, unsigned int i, const void *row)
{
	size_t len = strlen(c->field[i]->title);

	if (row)
		return field_text(text, c->field[i], row) - text;
	memcpy(text, c->field[i]->title, len);
	return len;
}

static char *put_cell(char *to, const struct columns *c, unsigned int i, const void *row)
{
	char text[FIELD_TEXT_MAX];
	unsigned int len = cell(text, c, i, row), pad = c->width[i] > len ? c->width[i] - len : 0;
	bool right = field_is_number(c->field[i]);

	to = put_spaces(to, right ? pad : 0);
	memcpy(to, text, len);
	return put_spaces(to + len, right ? 0 : pad);
}

static bool ends_are_long(const struct columns *c, const void *row)
{
	char text[FIELD_TEXT_MAX];

	for (unsigned int i = 0; i < c->count; i++)
		if (is_end(c, i) && cell(text, c, i, row) > c->width[i])
			return true;
	return false;
}

enum part { PART_ALL, PART_ENDS, PART_REST };

static char *put_part(char *to, const struct columns *c, unsigned int i, enum part part, const void *row)
{
	if (part == PART_REST && is_end(c, i))
		return put_spaces(to, c->width[i]);
	return part == PART_ENDS && !is_end(c, i) ? to : put_cell(to, c, i, row);
}

static char *put_line(char *start, const struct columns *c, enum part part, const void *row)
{
	char *to = start;

	for (unsigned int i = 0; i < c->count; i++) {
		if (!c->width[i])
			continue;
		to = put_part(to, c, i, part, row);
		to = put_spaces(to, GAP);
	}
	while (to > start && to[-1] == ' ')
		to--;
	return to;
}

static void print_line(struct columns *c, enum part part, const void *row)
{
	char *to = put_line(stream_room(c->out, LINE_MAX_BYTES), c, part, row);

	*to++ = '\n';
	stream_advance(c->out, to);
}

static void print_titles(struct columns *c)
{
	stream_text(c->out, color_begin(stdout, COLOR_HEADING));
	stream_advance(c->out, put_line(stream_room(c->out, LINE_MAX_BYTES), c, PART_ALL, NULL));
	stream_text(c->out, color_end(stdout, COLOR_HEADING));
	stream_text(c->out, "\n");
}

/* Where the terminal sets no limit, one row is one line: it goes to a file or to `grep`. */
static void print_row(struct columns *c, const void *row)
{
	if (!c->terminal || !ends_are_long(c, row)) {
		print_line(c, PART_ALL, row);
		return;
	}
	print_line(c, PART_ENDS, row);
	print_line(c, PART_REST, row);
}

static void print_sample(struct columns *c, bool all_seen)
{
	lay_out(c, all_seen);
	if (c->kept)
		print_titles(c);
	for (unsigned int i = 0; i < c->kept; i++)
		print_row(c, c->sample + i * c->row_size);
}

void columns_row(struct columns *c, const void *row)
{
	if (c->laid_out) {
		print_row(c, row);
		return;
	}
	memcpy(c->sample + c->kept++ * c->row_size, row, c->row_size);
	if (c->kept == COLUMNS_SAMPLE)
		print_sample(c, false);
}

void columns_end(struct columns *c)
{
	if (!c->laid_out)
		print_sample(c, true);
	free(c->sample);
	c->sample = NULL;
}
