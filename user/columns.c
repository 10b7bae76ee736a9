/* SPDX-License-Identifier: GPL-2.0 */
/*
 * columns.c - see columns.h.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "columns.h"

#define GAP 1
#define FOLD_INDENT 4
#define LINE_MAX_BYTES (COLUMNS_MAX * (FIELD_TEXT_MAX + GAP) + FOLD_INDENT + 2)

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

/* The widest of the sample, and the title; 0 for a column of words that has none in any row. */
static unsigned int width_of(const struct columns *c, const struct field *f, bool all_seen)
{
	unsigned int widest = 0, title = strlen(f->title);
	char text[FIELD_TEXT_MAX];

	for (unsigned int i = 0; i < c->kept; i++) {
		unsigned int len = field_text(text, f, c->sample + i * c->row_size) - text;

		widest = len > widest ? len : widest;
	}
	if (!widest && all_seen)
		return 0;
	if (field_is_number(f) && widest < 4)
		widest = 4;
	return widest > title ? widest : title;
}

/* Columns that a line takes with all fields up to a rank; folded: without the first line's. */
static unsigned int line_width(const struct columns *c, int rank, bool folded)
{
	unsigned int sum = folded ? FOLD_INDENT : 0, n = 0;

	for (unsigned int i = 0; i < c->count; i++) {
		if (!c->width[i] || c->field[i]->rank > rank || (folded && c->field[i]->type == FIELD_ENDPOINT))
			continue;
		sum += c->width[i];
		n++;
	}
	return n ? sum + GAP * (n - 1) : 0;
}

static void leave_out_above(struct columns *c, int rank)
{
	for (unsigned int i = 0; i < c->count; i++)
		if (c->field[i]->rank > rank)
			c->width[i] = 0;
}

static void lay_out(struct columns *c, bool all_seen)
{
	int rank = FIELD_RANK_MAX;

	for (unsigned int i = 0; i < c->count; i++)
		c->width[i] = width_of(c, c->field[i], all_seen);
	c->folded = c->terminal && line_width(c, 0, false) > c->terminal;
	while (c->terminal && rank > 0 && line_width(c, rank, c->folded) > c->terminal)
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

static unsigned int spaces(unsigned int width, size_t len)
{
	return width > len ? width - len : 0;
}

/* A row's value, or the title where there is no row. */
static char *put_cell(char *to, const struct columns *c, unsigned int i, const void *row)
{
	char text[FIELD_TEXT_MAX];
	size_t len = strlen(c->field[i]->title);

	if (row)
		len = field_text(text, c->field[i], row) - text;
	else
		memcpy(text, c->field[i]->title, len);
	if (field_is_number(c->field[i]))
		to = put_spaces(to, spaces(c->width[i], len));
	memcpy(to, text, len);
	to += len;
	return field_is_number(c->field[i]) ? to : put_spaces(to, spaces(c->width[i], len));
}

enum part { PART_ALL, PART_ENDS, PART_REST };

static bool belongs(const struct columns *c, unsigned int i, enum part part)
{
	return c->width[i] && (part == PART_ALL || (c->field[i]->type == FIELD_ENDPOINT) == (part == PART_ENDS));
}

static void print_line(struct columns *c, enum part part, const void *row)
{
	char *start = stream_room(c->out, LINE_MAX_BYTES), *to = start;

	if (part == PART_REST)
		to = put_spaces(to, FOLD_INDENT);
	for (unsigned int i = 0; i < c->count; i++) {
		if (!belongs(c, i, part))
			continue;
		to = put_cell(to, c, i, row);
		to = put_spaces(to, GAP);
	}
	while (to > start && to[-1] == ' ')
		to--;
	*to++ = '\n';
	stream_advance(c->out, to);
}

static void print_row(struct columns *c, const void *row)
{
	if (!c->folded) {
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
		print_row(c, NULL);
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
