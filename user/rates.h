/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rates.h - samples of the counters, and the model of "levee stats" made from two of them.
 */
#ifndef USER_RATES_H
#define USER_RATES_H

#include <jansson.h>

#include "maps.h"

struct sample {
	__u64 unix_ms;
	__u64 us; /* CLOCK_MONOTONIC */
	struct levee_stats stats;
	struct levee_runtime runtime;
};

/* Negative errno. */
int sample_take(const struct maps *maps, struct sample *sample);

/* The document levee.stats/1. Pure. */
json_t *stats_model(const struct maps *maps, const struct sample *before, const struct sample *now);

/* The same as text. */
void stats_render(const json_t *doc, FILE *to);

/* {"bad_cookie": 12, ...}: what a group ("pass", "answer", "drop", "events") counted between two readings, without zeros. */
json_t *stats_gained(const struct levee_stats *before, const struct levee_stats *now, const char *group);

/* {"pass": {"disabled": "levee is loaded but ...", ...}, ...}: the groups by name, and what each counter of theirs says. */
json_t *stats_help(void);

#endif
