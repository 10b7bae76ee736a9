/* SPDX-License-Identifier: GPL-2.0 */
/*
 * clock.c - struct levee_clock, and the same clock as seen from userspace.
 *
 * The kernel advances jiffies by CLOCK_MONOTONIC (tick_do_update_jiffies64), from INITIAL_JIFFIES at
 * boot, which is (u32)(-300 * HZ): five minutes before 32 bits wrap. So userspace can tell jiffies
 * without asking the kernel. The tick starts some time into the boot, so the result is ahead by that
 * much (a quarter of a second, measured): it moves the start of epochs, and is nothing to time by.
 */
#include <errno.h>
#include <time.h>

#include "clock.h"

#define EPOCH_SHIFT 40 /* of levee_clock.epoch_mult, see levee/config.h */
#define MS_SHIFT 20    /* of ms_mult where 1000 is no multiple of HZ; good for 2^33 jiffies after 2^11 such rates */

static __u64 nanoseconds(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

unsigned int clock_hz(void)
{
	struct timespec tick;

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	return (1000000000ULL + tick.tv_nsec / 2) / tick.tv_nsec;
}

__u64 clock_jiffies(void)
{
	__u64 hz = clock_hz(), initial = (__u32)(-300 * (__s64)hz);
	__u64 ns = nanoseconds(CLOCK_MONOTONIC);

	return initial + ns / 1000000000 * hz + ns % 1000000000 * hz / 1000000000;
}

__u64 clock_unix_ms(void)
{
	return nanoseconds(CLOCK_REALTIME) / 1000000;
}

__u64 clock_monotonic_ns(void)
{
	return nanoseconds(CLOCK_MONOTONIC);
}

__u64 clock_monotonic_ms(void)
{
	return clock_monotonic_ns() / 1000000;
}

void clock_sleep_ms(unsigned int ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

__s64 clock_unix_minus_monotonic_ns(void)
{
	return nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_MONOTONIC);
}

struct levee_clock clock_make(unsigned int hz, __u64 jiffies, __u64 unix_ms)
{
	/* Of the epoch before: the kernel's jiffies may be a little behind ours, and must not be before the base. */
	struct levee_clock c = {
		.jiffies_base = jiffies - (unix_ms % LEVEE_EPOCH_MS + LEVEE_EPOCH_MS) * hz / 1000,
		.epoch_base = unix_ms / LEVEE_EPOCH_MS - 1,
		.epoch_mult = (1ULL << EPOCH_SHIFT) * 1000 / ((__u64)hz * LEVEE_EPOCH_MS),
	};

	if (1000 % hz == 0) {
		c.ms_mult = 1000 / hz;
	} else {
		c.ms_shift = MS_SHIFT;
		c.ms_mult = ((1000ULL << MS_SHIFT) + hz / 2) / hz;
	}
	return c;
}

struct levee_clock clock_now(void)
{
	return clock_make(clock_hz(), clock_jiffies(), clock_unix_ms());
}

__u32 clock_ms(const struct levee_clock *clock)
{
	return clock_jiffies() * clock->ms_mult >> clock->ms_shift;
}
