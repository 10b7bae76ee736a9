/* SPDX-License-Identifier: GPL-2.0 */
/*
 * confirm.c - see confirm.h. The guard is in guard.c.
 */
#include "clock.h"
#include "confirm.h"

__u32 confirm_mark(const struct levee_clock *clock, __u32 within_ms)
{
	__u32 mark = clock_ms(clock) + within_ms;

	return mark ? mark : 1;
}

/* The clock goes round in 49 days: what seems to be further ahead than anything may be has passed. */
__u32 confirm_left_ms(const struct levee_clock *clock, __u32 confirm_ms)
{
	__u32 left = confirm_ms - clock_ms(clock);

	return left <= CONFIRM_MAX_MS ? left : 0;
}

json_t *confirm_model(const struct levee_clock *clock, __u32 confirm_ms)
{
	__u32 left = confirm_left_ms(clock, confirm_ms);

	if (!confirm_ms)
		return json_null();
	return json_pack("{s:I, s:I}", "detaches_unix_ms", (json_int_t)(clock_unix_ms() + left), "left_ms",
			 (json_int_t)left);
}
