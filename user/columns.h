/* SPDX-License-Identifier: GPL-2.0 */
/*
 * columns.h - rows as a table of text, as wide as a terminal. Columns are as wide as the first rows need. Where the
 * terminal is too narrow, those of a higher rank are left out; where even that does not help, ends that are long, as
 * those of IPv6 can be, have a line of their own, so that the columns hold.
 */
#ifndef USER_COLUMNS_H
#define USER_COLUMNS_H

#include "fields.h"
#include "stream.h"

#define COLUMNS_MAX 16
#define COLUMNS_SAMPLE 256 /* rows that are looked at before the first is printed */

struct columns {
	const struct field *field[COLUMNS_MAX]; /* those that have a title */
	unsigned int width[COLUMNS_MAX]; /* 0: left out */
	unsigned int count;
	unsigned int terminal; /* columns; 0 no limit */
	struct stream *out;
	size_t row_size;
	unsigned int kept; /* rows of the sample, until it is printed */
	char *sample;
	bool laid_out;
};

/* Columns of the terminal behind a descriptor, 0 if it is none. */
unsigned int columns_of_terminal(int fd);

/* False: out of memory. */
bool columns_begin(struct columns *c, const struct field *fields, unsigned int count, size_t row_size,
		   unsigned int terminal, struct stream *out);
void columns_row(struct columns *c, const void *row);

/* Prints what is left of the sample, and frees it. Nothing at all is printed for no row. */
void columns_end(struct columns *c);

#endif
