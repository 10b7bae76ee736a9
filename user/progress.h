/* SPDX-License-Identifier: GPL-2.0 */
/*
 * progress.h - one line on stderr that says how far long work is, where stderr is a terminal. It comes after a second,
 * is written over itself, and is gone when the work is done.
 *
 * Where stdout is the same terminal, the line has to be away while something is written there: stream.h sees to that.
 */
#ifndef USER_PROGRESS_H
#define USER_PROGRESS_H

#include <stdbool.h>

#include <linux/types.h>

#define PROGRESS_TEXT_MAX 128

struct progress {
	const char *what, *detail; /* "connections read"; detail may be "" */
	__u64 total;     /* 0: not known */
	__u64 done;
	__u64 begun_ms, told_ms; /* CLOCK_MONOTONIC */
	bool on;
	int shown; /* columns of the line that stands there; 0: none */
};

void progress_begin(struct progress *p, const char *what, __u64 total);

/*
 * So much is done. For every few thousand, not for each: it reads the clock. `detail` stands at the end and has to stay
 * where it is; NULL: nothing.
 */
void progress_tell(struct progress *p, __u64 done, const char *detail);

/* Takes the line away, and puts it back. */
void progress_hide(struct progress *p);
void progress_show(struct progress *p);

void progress_end(struct progress *p);

/* What the line says: "412000 of 1000000 connections read, 41 %". Pure. Returns `to`. */
const char *progress_text(char to[PROGRESS_TEXT_MAX], const struct progress *p);

#endif
