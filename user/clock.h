/* SPDX-License-Identifier: GPL-2.0 */
/*
 * clock.h - the factors by which BPF turns jiffies into milliseconds and cookie epochs.
 */
#ifndef USER_CLOCK_H
#define USER_CLOCK_H

#include <levee/config.h>

/* Pure: for a kernel of `hz` whose jiffies were `jiffies` at wall-clock time `unix_ms`. */
struct levee_clock clock_make(unsigned int hz, __u64 jiffies, __u64 unix_ms);

/* For the running kernel, now. */
struct levee_clock clock_now(void);

/* ms since boot as BPF counts them now, modulo 2^32. */
__u32 clock_ms(const struct levee_clock *clock);

unsigned int clock_hz(void);
__u64 clock_jiffies(void);
__u64 clock_unix_ms(void);
__u64 clock_monotonic_ns(void);
__u64 clock_monotonic_ms(void);

/* Also through signals that are caught. */
void clock_sleep_ms(unsigned int ms);

/* What the wall's clock says now, less CLOCK_MONOTONIC. */
__s64 clock_unix_minus_monotonic_ns(void);

#endif
