/* SPDX-License-Identifier: GPL-2.0 */
/*
 * timeouts.c - see timeouts.h.
 */
#include <stdio.h>
#include <string.h>

#include "duration.h"
#include "errors.h"
#include "timeouts.h"
#include "words.h"

#define TIMEOUT_INFO(NAME, name, ms, elastic, why) [LEVEE_T_##NAME] = { #name, ms, elastic, why },
const struct timeout_info timeouts[LEVEE_TIMEOUT_COUNT] = { LEVEE_TIMEOUTS(TIMEOUT_INFO) };
#undef TIMEOUT_INFO

/* How far ahead a deadline can be, in ms: ticks are signed, 16 bits. */
#define DEADLINE_MAX_MS(shift) (0x7fffU << (shift))

/* The two epochs in which a cookie is valid. */
#define COOKIE_LIFE_MS (2 * LEVEE_EPOCH_MS)

/* TCP_TIMEWAIT_LEN of the kernel. */
#define KERNEL_TIME_WAIT_MS 60000U

/* What a timeout may be, where that is less than what any may be. */
static const struct bounds {
	__u32 least, most;
	const char *why;
} bounds[LEVEE_TIMEOUT_COUNT] = {
	[LEVEE_T_HALF_OPEN] = { 0, DEADLINE_MAX_MS(LEVEE_HALF_OPEN_SHIFT), "that is as far as its deadline reaches" },
	[LEVEE_T_CLOSED] = { COOKIE_LIFE_MS, 0,
			     "a cookie lives so long: if it came again it would make the connection anew" },
	[LEVEE_T_TIME_WAIT] = { KERNEL_TIME_WAIT_MS, 0,
				"the kernel remembers TIME_WAIT so long: a SYN that it would judge would get a cookie" },
};

_Static_assert(LEVEE_TIMEOUT_MAX_MS <= DEADLINE_MAX_MS(LEVEE_FLOW_SHIFT), "a flow's deadline carries every timeout");

static int out_of_bounds(const char *name, __u64 ms, __u64 bound, const char *side, const char *why)
{
	char value[32], limit[32];

	return failed(EXIT_USAGE, "%s: %s is %s than %s%s%s", name, duration_exact(value, ms), side,
		      duration_exact(limit, bound), why ? "\n" : "", why ? why : "");
}

static int check_bounds(enum levee_timeout t, __u64 ms)
{
	const struct bounds *b = &bounds[t];

	if (ms < LEVEE_TIMEOUT_MIN_MS)
		return out_of_bounds(timeouts[t].name, ms, LEVEE_TIMEOUT_MIN_MS, "less", NULL);
	if (ms > LEVEE_TIMEOUT_MAX_MS)
		return out_of_bounds(timeouts[t].name, ms, LEVEE_TIMEOUT_MAX_MS, "more", NULL);
	if (ms < b->least)
		return out_of_bounds(timeouts[t].name, ms, b->least, "less", b->why);
	if (b->most && ms > b->most)
		return out_of_bounds(timeouts[t].name, ms, b->most, "more", b->why);
	return 0;
}

int timeout_parse(enum levee_timeout t, const char *text, __u32 *ms)
{
	__u64 value = timeouts[t].preset_ms;
	int err;

	if (strcmp(text, "default") != 0 && !duration_parse(text, &value))
		return failed(EXIT_USAGE, "%s: \"%s\" is not a time\nfor example 30s, 5min, 2h, 1d or default",
			      timeouts[t].name, text);
	err = check_bounds(t, value);
	if (!err)
		*ms = value;
	return err;
}

/* One NAME=VALUE. `given` has the bits of those that stood before. */
static int change(__u32 *timeout_ms, const char *text, unsigned int *given)
{
	size_t len = strcspn(text, "=");
	char name[32];
	int t;

	if (!text[len])
		return failed(EXIT_USAGE, "\"%s\" is not NAME=VALUE\nfor example established=2h", text);
	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	t = word_find(&words_timeout, name);
	if (t < 0)
		return word_unknown(&words_timeout, "config set", name, t);
	if (*given & 1U << t)
		return failed(EXIT_USAGE, "%s is set twice", timeouts[t].name);
	*given |= 1U << t;
	return timeout_parse(t, text + len + 1, &timeout_ms[t]);
}

int timeouts_change(__u32 *timeout_ms, unsigned int count, const char *const *words)
{
	__u32 changed[LEVEE_TIMEOUT_COUNT];
	unsigned int given = 0;
	int err = 0;

	memcpy(changed, timeout_ms, sizeof(changed));
	for (unsigned int i = 0; !err && i < count; i++)
		err = change(changed, words[i], &given);
	if (!err)
		memcpy(timeout_ms, changed, sizeof(changed));
	return err;
}
