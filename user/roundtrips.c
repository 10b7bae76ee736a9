/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roundtrips.c - see roundtrips.h.
 */
#include <string.h>

#include "roundtrips.h"

void roundtrips_of(struct roundtrips *r, const struct levee_service_rtt *rtt, __u32 now_ms)
{
	/* The datapath may have begun the next window already: its clock is read by other CPUs. */
	__u32 now = levee_rtt_window_at(now_ms);

	memset(r, 0, sizeof(*r));
	for (int half = 0; half < 2; half++) {
		const struct levee_rtt_window *w = &rtt->half[half];

		if (!w->window || now - w->window + 1 > 2)
			continue;
		for (int i = 0; i < LEVEE_RTT_BUCKETS; i++) {
			r->bucket[i] += w->bucket[i];
			r->count += w->bucket[i];
		}
	}
}

static __u32 middle(unsigned int bucket)
{
	__u32 low = levee_rtt_bucket_low(bucket);

	return bucket == LEVEE_RTT_BUCKETS - 1 ? low : low + (levee_rtt_bucket_low(bucket + 1) - low) / 2;
}

__u32 roundtrips_percentile(const struct roundtrips *r, unsigned int percent)
{
	__u64 rank = (r->count * percent + 99) / 100, seen = 0;

	for (unsigned int i = 0; i < LEVEE_RTT_BUCKETS; i++) {
		seen += r->bucket[i];
		if (r->bucket[i] && seen >= rank)
			return middle(i);
	}
	return 0;
}
