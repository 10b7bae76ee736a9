/* SPDX-License-Identifier: GPL-2.0 */
/*
 * counted.c - see counted.h.
 */
#include "counted.h"

#define REASON_ROW(NAME, name, help) { LEVEE_##NAME, #name, help },
#define COUNTER_ROW(NAME, name, help) { LEVEE_C_##NAME, #name, help },

static const struct counted pass[] = { LEVEE_REASONS_PASS(REASON_ROW) };
static const struct counted answer[] = { LEVEE_REASONS_TX(REASON_ROW) };
static const struct counted drop[] = { LEVEE_REASONS_DROP(REASON_ROW) };
static const struct counted events[] = { LEVEE_COUNTERS(COUNTER_ROW) };

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

const struct counted_group counted_groups[COUNTED_GROUPS] = {
	{ "pass", "passed to the stack", pass, COUNT(pass), true },
	{ "answer", "answered from the driver", answer, COUNT(answer), true },
	{ "drop", "dropped at the driver", drop, COUNT(drop), true },
	{ "events", "events", events, COUNT(events), false },
};

_Static_assert(COUNT(pass) + COUNT(answer) + COUNT(drop) == LEVEE_REASON_COUNT, "every reason is in one group");
