/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rtt.h - round trips of handshakes (SYN-ACK to third ACK), counted by how long they took.
 *
 * The buckets are those of a log-linear histogram: 16 us wide up to 128 us, from there on four to each doubling, the last
 * from 1.8 s to infinity (a SYN-ACK is repeated after a second, and then nobody knows which one was acknowledged). Whoever
 * takes the middle of a bucket is wrong by 8 us, or by an eighth of the value, at most.
 *
 * Counts are kept by the minute, and of two minutes, so that a percentile is of the last one to two.
 */
#ifndef LEVEE_RTT_H
#define LEVEE_RTT_H

#include "levee.h"

#define LEVEE_RTT_BUCKETS 64
#define LEVEE_RTT_UNIT_SHIFT 4 /* us of the narrowest bucket, as a power of two */
#define LEVEE_RTT_WINDOW_MS 60000U

struct levee_rtt_window {
	__u32 window; /* levee_rtt_window_at(); one that is neither this minute's nor the last one's counts as empty */
	__u32 pad;
	__u32 bucket[LEVEE_RTT_BUCKETS];
};

/*
 * The value of map "service_rtt", by index of the service that counts for it (levee_service.owner). Not per CPU: of 64 CPUs
 * that would be 130 MiB, and the half-open counts beside it are shared too.
 */
struct levee_service_rtt {
	struct levee_rtt_window half[2]; /* by window parity */
};

/* Windows are numbered from 1; 0 is none. Once in 49 days, when the clock wraps, the window before is lost. */
static __always_inline __u32 levee_rtt_window_at(__u32 now_ms)
{
	return now_ms / LEVEE_RTT_WINDOW_MS + 1;
}

/* Of a number that is not 0: the place of its highest bit. */
static __always_inline __u32 levee_rtt_log2(__u32 n)
{
	return 31 - __builtin_clz(n);
}

static __always_inline __u32 levee_rtt_bucket(__u32 us)
{
	__u32 units = us >> LEVEE_RTT_UNIT_SHIFT;
	__u32 doublings = units < 8 ? 0 : levee_rtt_log2(units) - 2;
	__u32 bucket = 4 * doublings + (units >> doublings);

	return bucket < LEVEE_RTT_BUCKETS ? bucket : LEVEE_RTT_BUCKETS - 1;
}

/* The shortest time, in us, that is counted in a bucket; of the one behind the last, its end were it like the others. */
static __always_inline __u32 levee_rtt_bucket_low(__u32 bucket)
{
	__u32 units = bucket < 8 ? bucket : (4 + bucket % 4) << (bucket / 4 - 1);

	return units << LEVEE_RTT_UNIT_SHIFT;
}

_Static_assert(sizeof(struct levee_rtt_window) == 264, "no hidden padding");

#endif
