/* SPDX-License-Identifier: GPL-2.0 */
/*
 * history.h - writing and reading the last hour (levee/history.h has the layout and who may write when).
 *
 * Once a second:
 *	history_open(maps, &history);
 *	history_record(&history, maps);
 *	history_close(&history);
 */
#ifndef USER_HISTORY_H
#define USER_HISTORY_H

#include <levee/history.h>

#include "maps.h"

struct history {
	int fd; /* map "history", writable; -1 not open */
};

/* To write into it. Negative errno; history_close() is right after any answer. */
int history_open(const struct maps *maps, struct history *history);
void history_close(struct history *history);

/* Takes a sample of the counters and gauges, and writes it to its place. Negative errno. */
int history_record(struct history *history, const struct maps *maps);

/* The sample alone, and the writing alone. Negative errno. */
int history_take(const struct maps *maps, struct levee_history *record);
int history_write(const struct history *history, const struct levee_history *record);

/* Records by their time; `record` has room for LEVEE_HISTORY_RECORDS. */
struct history_list {
	unsigned int count;
	struct levee_history *record;
};

/* What was written in the hour before now. Negative errno; history_free() is right after any answer. */
int history_read(const struct maps *maps, struct history_list *list);
void history_free(struct history_list *list);

/* The same of a map by its descriptor, in the hour before `now_ms` of CLOCK_BOOTTIME. */
int history_read_map(int fd, __u64 now_ms, struct history_list *list);

/* Puts those of the hour before `now_ms` in order of time and leaves out the others. Pure. */
void history_sort(struct history_list *list, __u64 now_ms);

/* CLOCK_BOOTTIME, which counts a suspended machine's sleep too. */
__u64 history_now(void);

#endif
