/* SPDX-License-Identifier: GPL-2.0 */
/*
 * capture.h - what a function under test writes to stdout or stderr.
 */
#ifndef UNIT_CAPTURE_H
#define UNIT_CAPTURE_H

#include "unit.h"

#include <unistd.h>

struct capture {
	FILE *stream, *file;
	int saved;
	char text[8192];
};

static inline void capture_begin(struct capture *c, FILE *stream)
{
	c->stream = stream;
	fflush(stream);
	c->file = tmpfile();
	assert_non_null(c->file);
	c->saved = dup(fileno(stream));
	assert_true(dup2(fileno(c->file), fileno(stream)) >= 0);
}

/* Returns the text. */
static inline const char *capture_end(struct capture *c)
{
	size_t n;

	fflush(c->stream);
	dup2(c->saved, fileno(c->stream));
	close(c->saved);
	rewind(c->file);
	n = fread(c->text, 1, sizeof(c->text) - 1, c->file);
	c->text[n] = '\0';
	fclose(c->file);
	return c->text;
}

#endif
