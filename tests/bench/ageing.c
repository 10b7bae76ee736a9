/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ageing.c - what housekeeping costs with a million flows in the table: the timer runs as it does after attach, and
 * tells itself how long each tick took (levee_runtime.tick_us).
 *
 * Deadlines and times are written into the table, so that nothing has to be waited for but ticks. Between phases levee
 * is switched off: the timer goes on, its ticks do nothing.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define SETTLE_TICKS 2 /* not counted: the first sums the flows, the second acts on the sum */
#define TICKS_MAX 100  /* in the longest phase the sweep must not come round */
#define POLL_US 5000
#define POLLS_MAX 2000

#define ROOMY 2000000 /* a limit that is far away */

/* clang-format off */
const struct ageing_phase ageing_phases[AGEING_PHASES] = {
	{ "ageing_idle", "nothing is due", .flows_max = ROOMY },
	{ "ageing_due", "every flow is due: found expired, removed", BENCH_EXPIRED_MS, .flows_max = ROOMY },
	{ "ageing_pressure", "nothing is due, the table is 95 % full", .flows_max = LEVEE_FLOWS_DEFAULT },
	{ "ageing_renew", "timeouts have changed: every flow looked at", .flows_max = ROOMY, .renew = true },
};
/* clang-format on */

/* What has been done, at the end of a tick. */
struct mark {
	uint32_t ticks;
	uint32_t cursor;
	uint64_t expired;
};

static bool wait_for_tick(const struct world *w, uint32_t after)
{
	for (int i = 0; i < POLLS_MAX; i++) {
		if (world_runtime(w)->ticks != after)
			return true;
		usleep(POLL_US);
	}
	fputs("bench: housekeeping does not run\n", stderr);
	return false;
}

static bool set_mark(const struct world *w, struct mark *mark)
{
	mark->ticks = world_runtime(w)->ticks;
	mark->expired = world_stats(w).counter[LEVEE_C_FLOW_EXPIRED];
	return world_cursor(w, &mark->cursor);
}

static bool settle(const struct world *w)
{
	uint32_t first = world_runtime(w)->ticks;

	for (uint32_t i = 0; i < SETTLE_TICKS; i++)
		if (!wait_for_tick(w, first + i))
			return false;
	return true;
}

/* Every flow that was due must have gone, and no other. */
static bool expired_right(const struct ageing_phase *p, double looked_at, double expired)
{
	if (p->idle_ms ? expired > looked_at * 0.95 && expired < looked_at * 1.05 : !expired)
		return true;
	fprintf(stderr, "bench: %s: %.0f flows looked at, %.0f expired\n", p->name, looked_at, expired);
	return false;
}

static bool conclude(const struct ageing_phase *p, uint32_t flows, const struct mark *from, const struct mark *to,
		     struct ageing_result *r)
{
	uint32_t ticks = to->ticks - from->ticks;

	r->sets = (double)(to->cursor - from->cursor) / ticks;
	r->flows = r->sets * flows / FLOW_SETS;
	r->sweep_s = FLOW_SETS / r->sets * LEVEE_TICK_MS / 1000;
	r->measured = true;
	return expired_right(p, r->flows * ticks, to->expired - from->expired);
}

static bool sample_ticks(const struct world *w, const struct ageing_phase *p, uint32_t flows, uint32_t ticks,
			 struct ageing_result *r)
{
	double samples[TICKS_MAX];
	struct mark from, to;

	if (!settle(w) || !set_mark(w, &from))
		return false;
	for (uint32_t i = 0; i < ticks; i++) {
		if (!wait_for_tick(w, world_runtime(w)->ticks))
			return false;
		samples[i] = world_runtime(w)->tick_us;
	}
	if (!set_mark(w, &to))
		return false;
	r->tick_us = quartiles_of(samples, ticks);
	return conclude(p, flows, &from, &to, r);
}

static bool measure_phase(struct world *w, const struct ageing_phase *p, uint32_t ticks, struct ageing_result *r)
{
	uint32_t flows;
	bool ok;

	if (!world_restore(w) || !world_limit_flows(w, p->flows_max) || (p->renew && !world_renew_timeouts(w)))
		return false;
	flows = world_age(w, p->idle_ms);
	ok = world_enable(w, true) && sample_ticks(w, p, flows, ticks, r);
	return world_enable(w, false) && ok;
}

bool ageing_wanted(const struct bench_options *o)
{
	for (int i = 0; i < AGEING_PHASES; i++)
		if (bench_wanted(o, ageing_phases[i].name))
			return true;
	return false;
}

bool ageing_measure(struct world *w, const struct bench_options *o, struct ageing_result results[AGEING_PHASES])
{
	uint32_t ticks = o->rounds < TICKS_MAX ? o->rounds : TICKS_MAX;

	if (!world_enable(w, false) || !world_start_housekeeping(w))
		return false;
	for (int i = 0; i < AGEING_PHASES; i++)
		if (bench_wanted(o, ageing_phases[i].name) && !measure_phase(w, &ageing_phases[i], ticks, &results[i]))
			return false;
	return true;
}
