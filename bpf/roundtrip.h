/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roundtrip.h - counts how long handshakes take, by service and by the minute (levee/rtt.h). Called once for each that
 * completes.
 *
 * Accepted race: whoever comes first in a minute empties its cell; what other CPUs count in that microsecond may be lost.
 */
#ifndef BPF_ROUNDTRIP_H
#define BPF_ROUNDTRIP_H

#include "run.h"

/* `us`: SYN-ACK to third ACK, 0 unknown. `service` is the index of the one that counts. */
static __noinline int roundtrip_count(const struct run *run, __u32 service, __u32 us)
{
	struct levee_service_rtt *rtt = bpf_map_lookup_elem(&service_rtt, &service);
	__u32 now = levee_rtt_window_at(run->now_ms), was;
	struct levee_rtt_window *w;

	if (!rtt || !us)
		return 0;
	w = &rtt->half[now & 1];
	was = READ_ONCE(w->window);
	if (was != now && __sync_val_compare_and_swap(&w->window, was, now) == was)
		__builtin_memset(w->bucket, 0, sizeof(w->bucket));
	__sync_fetch_and_add(&w->bucket[levee_rtt_bucket(us) & (LEVEE_RTT_BUCKETS - 1)], 1);
	return 0;
}

/* The entry of this index begins to stand for another service. */
static __always_inline void roundtrip_clear(__u32 service)
{
	struct levee_service_rtt *rtt = bpf_map_lookup_elem(&service_rtt, &service);

	if (!rtt)
		return;
	rtt->half[0].window = 0;
	rtt->half[1].window = 0;
}

#endif
