/* SPDX-License-Identifier: GPL-2.0 */
/*
 * run.h - what one run of a program carries along: settings, counters, the time. Also how packets and
 * events are counted. Looked up once at the entry and passed down.
 */
#ifndef BPF_RUN_H
#define BPF_RUN_H

#include "maps.h"

struct run {
	const struct levee_settings *settings;
	struct levee_runtime *runtime;
	struct levee_stats *stats; /* of this CPU */
	__u32 now_ms;	      /* since boot, modulo 2^32 */
};

static __always_inline __u32 clock_ms(const struct levee_settings *s)
{
	return (bpf_jiffies64() * s->clock.ms_mult) >> s->clock.ms_shift;
}

/* Wall-clock cookie epoch, see struct levee_clock. Never 0: that means "never" where epochs are stored. */
static __always_inline __u32 clock_epoch(const struct levee_settings *s)
{
	__u64 since = bpf_jiffies64() - s->clock.jiffies_base;

	return s->clock.epoch_base + (__u32)(since * s->clock.epoch_mult >> 40);
}

/* Returns settings.enabled; 0 where a map is missing too. */
static __always_inline __u32 run_begin(struct run *run)
{
	__u32 zero = 0;

	run->settings = bpf_map_lookup_elem(&settings, &zero);
	run->runtime = bpf_map_lookup_elem(&runtime, &zero);
	run->stats = bpf_map_lookup_elem(&stats, &zero);
	if (!run->settings || !run->runtime || !run->stats)
		return 0;
	run->now_ms = clock_ms(run->settings);
	return run->settings->enabled;
}

/* The time as a mark that is never 0, which means "never" where such marks are stored. */
static __always_inline __u32 stamp_ms(const struct run *run)
{
	return run->now_ms ? run->now_ms : 1;
}

static __always_inline void count(const struct run *run, enum levee_counter counter)
{
	run->stats->counter[counter]++;
}

#endif
