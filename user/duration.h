/* SPDX-License-Identifier: GPL-2.0 */
/*
 * duration.h - lengths of time as people write them: "30s", "5min", "1h30min", "1.5h"; a bare number is seconds.
 */
#ifndef USER_DURATION_H
#define USER_DURATION_H

#include <stdbool.h>
#include <linux/types.h>

/* What to tell somebody whose duration was none. */
#define DURATION_EXAMPLES "for example 500ms, 30s, 5min, 2h or 1d"

/* The whole of `text`, in ms. False if it is no duration, or longer than some thousand years. */
bool duration_parse(const char *text, __u64 *ms);

/* Exactly, as duration_parse takes it: "1min4s". Returns `to`. */
const char *duration_exact(char to[32], __u64 ms);

/* Four characters at most, cut off and not rounded: "80ms", "0.3s", "12s", "5m", "23h", "40d". Returns `to`. */
const char *duration_short(char to[8], __u64 ms);

#endif
