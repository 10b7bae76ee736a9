/* SPDX-License-Identifier: GPL-2.0 */
/*
 * output.h - writing to a terminal of 80 columns, or JSON; reading a JSON model back for the text form.
 *
 * A command collects its answer as one JSON document, the model. --json prints it; the text form is
 * rendered from the same document, so the two cannot drift apart.
 */
#ifndef USER_OUTPUT_H
#define USER_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>

#include "color.h"

#define OUTPUT_COLUMNS 80

/* Prints `text` after `first`, later lines indented by `indent` columns, broken at spaces. */
void output_wrapped(FILE *to, const char *first, int indent, const char *text);

/* The same with `first` in a colour. */
void output_wrapped_color(FILE *to, enum color color, const char *first, int indent, const char *text);

/* One document and a newline on stdout; flushed. `pretty`: indented, else in one line. */
void output_json(const json_t *doc, bool pretty);

/* Adds a sentence to a list of them. */
void model_say(json_t *list, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Members of a model. A member that is missing reads as "" or 0. */
const char *model_text(const json_t *object, const char *name);
long long model_number(const json_t *object, const char *name);
double model_real(const json_t *object, const char *name);
bool model_true(const json_t *object, const char *name);

/* "3.2 s", "2 min 10 s", "5 h 3 min", "12 d 4 h". Returns `to`. */
const char *output_duration(char to[32], unsigned long long ms);

/* "12", "1234", "35.1 k", "1.20 M": at most 6 characters, for rates. Returns `to`. */
const char *output_rate(char to[16], double per_second);

/* "999", "9.9k", "120M": four characters at most, powers of 1000, cut off and not rounded. Returns `to`. */
const char *output_short(char to[8], unsigned long long number);

#endif
