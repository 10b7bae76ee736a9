/* SPDX-License-Identifier: GPL-2.0 */
/*
 * timeouts.h - the timeouts as settings: what they are called, how far they may be changed and why not further.
 */
#ifndef USER_TIMEOUTS_H
#define USER_TIMEOUTS_H

#include <stdbool.h>

#include <levee/config.h>

struct timeout_info {
	const char *name;
	__u32 preset_ms;
	bool elastic; /* shrinks while the flow table is filling */
	const char *why;
};

/* By enum levee_timeout. */
extern const struct timeout_info timeouts[LEVEE_TIMEOUT_COUNT];

/* A duration, or "default". Returns 0, or EXIT_USAGE after failed(). */
int timeout_parse(enum levee_timeout t, const char *text, __u32 *ms);

/*
 * Applies NAME=VALUE words to `timeout_ms`, all or none. A value is a duration, or "default". Returns 0, or EXIT_USAGE
 * after failed().
 */
int timeouts_change(__u32 *timeout_ms, unsigned int count, const char *const *words);

#endif
