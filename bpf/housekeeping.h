/* SPDX-License-Identifier: GPL-2.0 */
/*
 * housekeeping.h - one bpf_timer does what no packet may come to do: expired entries leave both tables
 * a few sets at a time, gauges are summed, cookie mode ends.
 *
 * The timer lives as long as its map is pinned; no process is needed. Nothing that protects depends on
 * it: entries expire on lookup and on insert too, and cookie mode begins on a packet.
 */
#ifndef BPF_HOUSEKEEPING_H
#define BPF_HOUSEKEEPING_H

#include "egress.h"

#define TICK_NS (LEVEE_TICK_MS * 1000000ULL)
/* This runs in softirq: half a millisecond if everything in these sets is due, 0.2 if every entry is only looked at. */
#define SWEEP_SETS_MAX 1024
#define RECHECK_SETS_MAX 512

#ifndef CLOCK_MONOTONIC
#define CLOCK_MONOTONIC 1
#endif

struct sweep {
	struct run run;
	__u32 first;
	__u32 sets;
	__u32 pressure;
	bool recheck; /* deadlines are older than the timeouts that hold now: every entry is looked at */
};

/* Has the deadline of this way come? The entry then says whether its time is really up. */
static __always_inline bool way_is_due(const struct levee_head *head, __u32 way, __u32 now_ms, __u32 shift)
{
	return levee_ticks_left(READ_ONCE(head->deadline[way]), now_ms, shift) <= 0;
}

static long sweep_half_open_set(__u32 i, struct sweep *sweep)
{
	__u32 set = (sweep->first + i) & (sweep->sets - 1);
	struct table t = half_open_table();
	struct levee_head *head = table_head(&t, set);
	__u32 *filter = table_filter(&t, set);

	if (!head || !filter)
		return 1;
	if (!(READ_ONCE(*filter) & LEVEE_FILTER_MASK))
		return 0;
	for (__u32 way = LEVEE_FIRST_WAY; way < LEVEE_WAYS; way++) {
		__u32 index = set * LEVEE_WAYS + way, tag = READ_ONCE(head->tag[way]);
		struct levee_half_open *h;

		if (!levee_tag_live(tag) ||
		    (!sweep->recheck && !way_is_due(head, way, sweep->run.now_ms, LEVEE_HALF_OPEN_SHIFT)))
			continue;
		h = bpf_map_lookup_elem(&half_open, &index);
		if (!h)
			continue;
		if (half_open_expired(&sweep->run, h))
			half_open_remove(&sweep->run, h, index, tag, LEVEE_C_HALF_OPEN_EXPIRED, LEVEE_ENDED_TIMEOUT);
		else
			table_touch(&t, index, half_open_deadline(&sweep->run, h), LEVEE_HALF_OPEN_SHIFT);
	}
	return 0;
}

static long sweep_flow_set(__u32 i, struct sweep *sweep)
{
	__u32 set = (sweep->first + i) & (sweep->sets - 1);
	struct table t = flow_table();
	struct levee_head *head = table_head(&t, set);
	__u32 *filter = table_filter(&t, set);

	if (!head || !filter)
		return 1;
	if (!(READ_ONCE(*filter) & LEVEE_FILTER_MASK))
		return 0;
	for (__u32 way = LEVEE_FIRST_WAY; way < LEVEE_WAYS; way++) {
		__u32 index = set * LEVEE_WAYS + way, tag = READ_ONCE(head->tag[way]);
		struct levee_flow *f;

		if (!levee_tag_live(tag) ||
		    (!sweep->recheck && !way_is_due(head, way, sweep->run.now_ms, LEVEE_FLOW_SHIFT)))
			continue;
		f = bpf_map_lookup_elem(&flows, &index);
		if (!f)
			continue;
		if (flow_expired(&sweep->run, f, sweep->pressure))
			flow_remove(&sweep->run, f, index, tag, LEVEE_C_FLOW_EXPIRED, LEVEE_ENDED_TIMEOUT);
		else /* its timeout has grown since: an insert must not take it for one whose time is up */
			flow_set_deadline(&sweep->run, f, index);
	}
	return 0;
}

/* How many sets to sweep now, so that all are swept in `ticks` runs where the bound allows. */
static __always_inline __u32 sweep_share(__u32 sets, __u32 ticks, __u32 most)
{
	__u32 n = sets / ticks + 1;

	n = n < sets ? n : sets;
	return n < most ? n : most;
}

/* --- sums over CPUs */

struct cpu_sum {
	__u32 index;
	__u32 epoch;
	__u64 sent;
	__u64 valid;
};

static long sum_in_flight(__u32 cpu, struct cpu_sum *sum)
{
	struct levee_service_counts *c = bpf_map_lookup_percpu_elem(&service_counts, &sum->index, cpu);

	if (!c)
		return 0;
	for (int i = 0; i < 2; i++) {
		if (sum->epoch - c->in_flight[i].epoch > 1)
			continue;
		sum->sent += c->in_flight[i].sent;
		sum->valid += c->in_flight[i].valid;
	}
	return 0;
}

static long sum_flows(__u32 cpu, __u64 *flows_now)
{
	__u32 zero = 0;
	struct levee_stats *s = bpf_map_lookup_percpu_elem(&stats, &zero, cpu);

	if (s)
		*flows_now += s->counter[LEVEE_C_FLOW_NEW] - s->counter[LEVEE_C_FLOW_GONE];
	return 0;
}

/* --- services: cookies in flight, and the end of cookie mode */

struct service_round {
	struct run run;
	__u32 epoch;
	__u32 services;
	__u64 in_flight;
};

static __always_inline bool below_end(const struct run *run, __u64 entries, __u32 share)
{
	/* An idle service is calm whatever the percentage says. */
	return entries == 0 || entries * 100 < (__u64)share * run->settings->end_percent;
}

static __always_inline void service_tick(__u32 index, struct service_round *round)
{
	struct cpu_sum sum = { .index = index, .epoch = round->epoch };
	struct levee_service *s = service_at(index);

	if (!s)
		return;
	round->services += !(s->flags & (LEVEE_SVC_GONE | LEVEE_SVC_LISTENER));
	if ((__s32)s->half_open < 0) /* a lost race must not stick */
		s->half_open = 0;
	if (s->cookie_epoch && round->epoch - s->cookie_epoch <= 1)
		bpf_loop(cpus, sum_in_flight, &sum, 0);
	s->in_flight = sum.sent > sum.valid ? sum.sent - sum.valid : 0;
	round->in_flight += s->in_flight;
	if (s->mode == LEVEE_MODE_COOKIE && below_end(&round->run, (__u64)s->half_open + s->in_flight, s->share))
		service_mode(&round->run, s, LEVEE_MODE_CALM);
}

static long service_set_tick(__u32 set, struct service_round *round)
{
	struct table t = service_table();
	struct levee_head *head = table_head(&t, set);

	if (!head)
		return 1;
	for (__u32 way = LEVEE_FIRST_WAY; way < LEVEE_WAYS; way++)
		if (levee_tag_live(READ_ONCE(head->tag[way])))
			service_tick(set * LEVEE_WAYS + way, round);
	return 0;
}

static __always_inline void tick_services(const struct run *run)
{
	struct service_round round = { .run = *run, .epoch = clock_epoch(run->settings) };
	struct levee_runtime *rt = run->runtime;

	bpf_loop(geometry.service_sets, service_set_tick, &round, 0);
	rt->services = round.services;
	rt->in_flight = round.in_flight;
	if (rt->mode == LEVEE_MODE_COOKIE &&
	    below_end(run, rt->half_open + round.in_flight, run->settings->half_open_max))
		table_mode(run, LEVEE_MODE_CALM);
}

/* New timeouts: the deadlines of every set are looked at once. */
static __always_inline void tick_recheck(const struct run *run, struct housekeeper *keeper)
{
	if (keeper->generation == run->settings->generation)
		return;
	keeper->generation = run->settings->generation;
	keeper->recheck = geometry.flow_sets;
}

static __always_inline void tick_sweep_half_open(const struct run *run, struct housekeeper *keeper, bool recheck)
{
	struct sweep sweep = { .run = *run, .sets = geometry.half_open_sets, .recheck = recheck };
	__u32 n = sweep_share(sweep.sets, 1000 / LEVEE_TICK_MS, SWEEP_SETS_MAX);

	sweep.first = keeper->half_open_cursor;
	bpf_loop(n, sweep_half_open_set, &sweep, 0);
	keeper->half_open_cursor += n;
}

/* Under pressure timeouts are shorter than when deadlines were set, so deadlines say nothing. */
static __always_inline void tick_sweep_flows(const struct run *run, struct housekeeper *keeper)
{
	__u32 pressure = levee_pressure(run->runtime->flows, run->settings->flows_max), n;
	struct sweep sweep = { .run = *run, .sets = geometry.flow_sets, .pressure = pressure };

	sweep.recheck = keeper->recheck || pressure != LEVEE_PRESSURE_ONE;
	sweep.first = keeper->flow_cursor;
	n = sweep_share(sweep.sets, 16000 / LEVEE_TICK_MS, sweep.recheck ? RECHECK_SETS_MAX : SWEEP_SETS_MAX);
	bpf_loop(n, sweep_flow_set, &sweep, 0);
	keeper->flow_cursor += n;
	keeper->recheck -= keeper->recheck < n ? keeper->recheck : n;
	run->runtime->pressure = pressure;
}

static __always_inline void tick_sweeps(const struct run *run, struct housekeeper *keeper)
{
	tick_recheck(run, keeper);
	tick_sweep_half_open(run, keeper, !!keeper->recheck);
	tick_sweep_flows(run, keeper);
}

/*
 * Attached until it is confirmed, and nobody has (levee attach --confirm): every packet passes from now on, also where the
 * process that was to detach is no more. Whoever writes settings that are older than this finds them so at the next tick.
 */
static __always_inline void tick_confirm(const struct run *run)
{
	struct levee_settings *s = (struct levee_settings *)run->settings;
	__u32 until_ms = READ_ONCE(s->confirm_ms);

	if (until_ms && (__s32)(run->now_ms - until_ms) >= 0)
		WRITE_ONCE(s->enabled, 0);
}

static int tick(void *map, int *key, struct housekeeper *keeper)
{
	__u64 flows_now = 0, began = bpf_ktime_get_ns();
	struct run run;

	(void)map;
	(void)key;
	if (run_begin(&run)) {
		tick_confirm(&run);
		tick_sweeps(&run, keeper);
		tick_services(&run);
		bpf_loop(cpus, sum_flows, &flows_now, 0);
		run.runtime->flows = (__s64)flows_now > 0 ? flows_now : 0;
		run.runtime->tick_ms = run.now_ms;
		run.runtime->tick_us = (bpf_ktime_get_ns() - began) / 1000;
		run.runtime->ticks++;
	}
	bpf_timer_start(&keeper->timer, TICK_NS, 0);
	return 0;
}

static __always_inline int housekeeping_start(void)
{
	struct housekeeper *keeper;
	__u32 zero = 0;
	int error;

	keeper = bpf_map_lookup_elem(&housekeeping, &zero);
	if (!keeper)
		return 1;
	error = bpf_timer_init(&keeper->timer, &housekeeping, CLOCK_MONOTONIC);
	if (error && error != -16 /* EBUSY: it runs already */)
		return 1;
	if (bpf_timer_set_callback(&keeper->timer, tick))
		return 1;
	return bpf_timer_start(&keeper->timer, TICK_NS, 0) ? 1 : 0;
}

#endif
