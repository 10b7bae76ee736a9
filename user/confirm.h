/* SPDX-License-Identifier: GPL-2.0 */
/*
 * confirm.h - an attachment that waits to be confirmed (levee attach --confirm): until when.
 *
 * Two let the packets pass when the time is up, and each is enough. Housekeeping switches the programs off
 * (bpf/housekeeping.h): that needs no process. A process, the guard, detaches: that leaves nothing behind.
 */
#ifndef USER_CONFIRM_H
#define USER_CONFIRM_H

#include <jansson.h>

#include <levee/config.h>

#define CONFIRM_MIN_MS 1000U
#define CONFIRM_MAX_MS 3600000U

/* levee_settings.confirm_ms of what is to be confirmed within so long from now. */
__u32 confirm_mark(const struct levee_clock *clock, __u32 within_ms);

/* How long a mark that is not 0 still waits; 0: its time is up. */
__u32 confirm_left_ms(const struct levee_clock *clock, __u32 confirm_ms);

/* {"detaches_unix_ms", "left_ms"}, or null where nothing waits. The caller owns it. */
json_t *confirm_model(const struct levee_clock *clock, __u32 confirm_ms);

/*
 * Starts the guard of what was just attached with these. It is nobody's child and has no terminal, so that the end of the
 * session does not end it. It ends when it has detached, or when nothing waits any more. Negative errno.
 */
int guard_start(const struct levee_meta *meta, const struct levee_clock *clock, __u32 confirm_ms);

#endif
