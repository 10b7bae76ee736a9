/* SPDX-License-Identifier: GPL-2.0 */
/*
 * history.h - the last hour, second by second, in the pinned map "history": what `levee report` draws.
 *
 * Userspace writes and reads it, no program does. A record has its place by its time: the second of CLOCK_BOOTTIME modulo
 * LEVEE_HISTORY_RECORDS, so there is no head to keep, and a record that is older than the ring is long is nobody's. Records
 * hold totals since attach (the kernel's: since boot), never differences: a rate is what lies between two neighbours,
 * divided by the time between them. Where nobody wrote for a while there is a gap and not a spike, and what was counted
 * meanwhile is still known. Two that write in the same second write the same truth, and the later one stays: the lock in
 * each record (BPF_F_LOCK) keeps either whole.
 */
#ifndef LEVEE_HISTORY_H
#define LEVEE_HISTORY_H

#include <linux/bpf.h>

#include "stats.h"

#define LEVEE_HISTORY_RECORDS 3600U
#define LEVEE_HISTORY_PERIOD_MS 1000U

/* The value of map "history" (array, by the second it was taken in). */
struct levee_history {
	struct bpf_spin_lock lock; /* the kernel's; reads as 0 */
	__u32 services_in_cookie_mode; /* listeners, where several addresses share one */
	__u64 boot_ms;          /* CLOCK_BOOTTIME when it was taken; 0: never */
	__u64 listen_overflows; /* the kernel's counters of this network namespace */
	__u64 listen_drops;
	__u32 half_open;        /* entries in the table */
	__u32 flows;
	__u32 in_flight;        /* cookies that may still come back */
	__u32 share_used;       /* half-open entries of the listener whose share is fullest, */
	__u32 share;            /* and that share. 0 and 0: there is no service */
	__u32 accept_used;      /* connections that wait for accept() at the listener whose accept queue is fullest, */
	__u32 accept_backlog;   /* and its backlog. 0 and 0: there is no listener */
	__be16 share_port;      /* of those two listeners */
	__be16 accept_port;
	__u8 mode;              /* enum levee_mode of the whole table */
	__u8 pad[7];
	struct levee_stats stats;
};

_Static_assert(sizeof(struct levee_history) % 8 == 0, "as the kernel keeps it");

/* Where a record of this time stands. */
static inline __u32 levee_history_place(__u64 boot_ms)
{
	return boot_ms / LEVEE_HISTORY_PERIOD_MS % LEVEE_HISTORY_RECORDS;
}

#endif
