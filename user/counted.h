/* SPDX-License-Identifier: GPL-2.0 */
/*
 * counted.h - everything that levee counts, with names and help, in the groups that stats and metrics show it in. Made of
 * the lists of the contract, so a new reason or counter is here by itself.
 */
#ifndef USER_COUNTED_H
#define USER_COUNTED_H

#include <stdbool.h>

#include <levee/stats.h>

struct counted {
	unsigned int index; /* enum levee_reason or enum levee_counter */
	const char *name, *help;
};

struct counted_group {
	const char *name, *title;
	const struct counted *list;
	unsigned int count;
	bool is_reason; /* packets by verdict; else events */
};

#define COUNTED_GROUPS 4

/* In the order of printing: pass, answer, drop, events. */
extern const struct counted_group counted_groups[COUNTED_GROUPS];

static inline __u64 counted_value(const struct levee_stats *stats, const struct counted_group *g, unsigned int index)
{
	return g->is_reason ? stats->reason[index] : stats->counter[index];
}

#endif
