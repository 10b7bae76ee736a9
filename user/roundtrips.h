/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roundtrips.h - percentiles of a service's handshakes, from the histogram that the datapath keeps (levee/rtt.h).
 */
#ifndef USER_ROUNDTRIPS_H
#define USER_ROUNDTRIPS_H

#include <levee/rtt.h>

struct roundtrips {
	__u64 count;
	__u64 bucket[LEVEE_RTT_BUCKETS];
};

/* The last one to two minutes of it. `now_ms` as clock_ms() has it. */
void roundtrips_of(struct roundtrips *r, const struct levee_service_rtt *rtt, __u32 now_ms);

/*
 * The smallest time, in us, that so many percent of the handshakes did not exceed: the middle of its bucket. Of the last
 * bucket, which has no end, its beginning. 0 if there were none.
 */
__u32 roundtrips_percentile(const struct roundtrips *r, unsigned int percent);

#endif
