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

#endif
