/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sources.h - samples the sources of SYNs while somebody looks (levee/source.h). While nobody does, a SYN pays for one
 * load and one comparison.
 *
 * Accepted race: userspace reads while a CPU writes, so it may see a number of SYNs and an address of the moment after.
 */
#ifndef BPF_SOURCES_H
#define BPF_SOURCES_H

#include "parse.h"

/* Algorithm R: the n-th SYN gets a place with probability SAMPLES / n, and each place is as likely. */
static __always_inline __u32 source_place(__u32 seen)
{
	if (seen < LEVEE_SOURCE_SAMPLES)
		return seen;
	return (__u64)bpf_get_prandom_u32() * ((__u64)seen + 1) >> 32;
}

static __noinline int source_sample(const struct packet *p, __u32 round_ms)
{
	struct levee_syn_sources *s;
	__u32 zero = 0, place;

	s = bpf_map_lookup_elem(&syn_sources, &zero);
	if (!s)
		return 0;
	if (s->round_ms != round_ms) {
		s->round_ms = round_ms;
		s->seen = 0;
	}
	place = source_place(s->seen++);
	if (place >= LEVEE_SOURCE_SAMPLES)
		return 0;
	barrier_var(place); /* else the compiler drops the mask, and the verifier does not know why it may */
	s->source[place & (LEVEE_SOURCE_SAMPLES - 1)] = p->tuple.remote;
	return 0;
}

static __always_inline void source_of_syn(const struct run *run, const struct packet *p)
{
	__u32 zero = 0;
	const struct levee_source_watch *w = bpf_map_lookup_elem(&source_watch, &zero);

	if (w && mark_holds(run, READ_ONCE(w->until_ms)))
		source_sample(p, READ_ONCE(w->round_ms));
}

#endif
