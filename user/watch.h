/* SPDX-License-Identifier: GPL-2.0 */
/*
 * watch.h - looking again and again, at a pace that does not drift, until Ctrl-C or until the reader has gone. Each look is
 * one document, written at once and in one piece.
 */
#ifndef USER_WATCH_H
#define USER_WATCH_H

#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>

#include "options.h"
#include "stream.h"

struct watch {
	const struct options *options;
	struct stream *out;
	__u64 at_ns; /* CLOCK_MONOTONIC */
};

/* From now on SIGINT and SIGTERM end a wait instead of the process. */
void watch_begin(struct watch *w, const struct options *options);

/* Waits until so many ms after the last time. False if there was a signal, or nobody reads any more. */
bool watch_wait(struct watch *w, unsigned int ms);

/* As JSON, or as `render` has it; documents of --watch in one line each, texts with a blank line behind. */
void watch_print(struct watch *w, const json_t *doc, void (*render)(const json_t *doc, FILE *to));

/* `err`, unless it is 0 and the output could not be written: then an exit code after failed(). */
int watch_end(struct watch *w, int err);

#endif
