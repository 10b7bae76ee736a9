/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gen.c - makes up a connection, or two on the same ports: who opens, who closes, what the weather is, and when an
 * attacker strikes. All of it follows from the seed and the trace's number.
 */
#include <string.h>

#include "network.h"

/* --- dice: xorshift64*, Marsaglia and Vigna */

void dice_seed(struct dice *d, uint64_t seed)
{
	d->state = seed * 0x9e3779b97f4a7c15ULL + 0x632be59bd9b4e019ULL;
	for (int i = 0; i < 4; i++)
		dice_word(d);
}

uint32_t dice_word(struct dice *d)
{
	d->state ^= d->state >> 12;
	d->state ^= d->state << 25;
	d->state ^= d->state >> 27;
	return (d->state * 0x2545f4914f6cdd1dULL) >> 32;
}

uint32_t dice_below(struct dice *d, uint32_t n)
{
	return n ? ((uint64_t)dice_word(d) * n) >> 32 : 0;
}

uint32_t dice_between(struct dice *d, uint32_t low, uint32_t high)
{
	return low + dice_below(d, high - low + 1);
}

bool dice_chance(struct dice *d, uint32_t percent)
{
	return percent && dice_below(d, 100) < percent;
}

/* --- what is made up. Times are in ticks; a round trip takes 20. */

#define FIRST_DATA 150
#define FIRST_CLOSE 500
#define FIRST_REOPEN 1500

/* Half of the connections come near the wrap of sequence numbers. */
static uint32_t draw_isn(struct dice *d)
{
	return dice_chance(d, 50) ? dice_word(d) : -dice_below(d, 4000);
}

static struct manner draw_manner(struct dice *d)
{
	static const uint32_t windows[] = { 1000, 3000, 16000, 64240, 65535, 200000, 1000000 };

	return (struct manner){
		.mss = dice_chance(d, 50) ? 1460 : dice_between(d, 500, 1200),
		.wscale = dice_chance(d, 70) ? dice_below(d, 9) : NO_WSCALE,
		.ts = dice_chance(d, 60),
		.sack = dice_chance(d, 70),
		.window = windows[dice_below(d, ARRAY_SIZE(windows))],
		.closes_on_eof = dice_chance(d, 70),
		.lingers = dice_chance(d, 40),
		.resets_late_data = dice_chance(d, 20),
		.fin_with_data = dice_chance(d, 40),
		.probes_with_data = dice_chance(d, 50),
	};
}

static const struct climate {
	const char *name;
	uint8_t share; /* percent of traces */
	struct weather weather;
} climates[] = {
	{ "calm", 40, { .lost_before = { 0, 0 } } },
	{ "loss before the interface", 12, { .lost_before = { 0, 18 } } },
	{ "loss behind the interface", 14, { .lost_after = { 18, 8 } } },
	{ "repeats", 10, { .repeated_before = { 0, 15 }, .repeated_after = { 15, 15 } } },
	{ "reordering", 12, { .late_before = { 0, 20 }, .late_after = { 20, 10 } } },
	{ "storm",
	  12,
	  { .lost_before = { 0, 12 },
	    .lost_after = { 12, 5 },
	    .repeated_before = { 0, 10 },
	    .repeated_after = { 10, 10 },
	    .late_before = { 0, 12 },
	    .late_after = { 12, 5 } } },
};

static const struct climate *draw_climate(struct dice *d)
{
	uint32_t at = dice_below(d, 100);

	for (size_t i = 0; i < ARRAY_SIZE(climates); i++) {
		if (at < climates[i].share)
			return &climates[i];
		at -= climates[i].share;
	}
	return &climates[0];
}

/* --- what applications do */

enum opener { REMOTE_OPENS, LOCAL_OPENS, BOTH_OPEN };

static const char *plan_open(struct network *n, uint32_t at, enum opener opener)
{
	static const char *const names[] = { "remote opens", "local opens", "both open" };
	struct dice *d = &n->dice;

	if (opener != LOCAL_OPENS)
		network_action(n, at, LEVEE_REMOTE, ACTION_CONNECT, draw_isn(d));
	if (opener != REMOTE_OPENS)
		network_action(n, at + dice_below(d, 8), LEVEE_LOCAL, ACTION_CONNECT, draw_isn(d));
	return names[opener];
}

static void plan_data(struct network *n, uint32_t at, uint32_t until)
{
	struct dice *d = &n->dice;

	for (uint32_t i = dice_below(d, 5); i > 0; i--)
		network_action(n, dice_between(d, at, until), dice_below(d, 2), ACTION_WRITE, dice_between(d, 1, 1800));
	if (dice_chance(d, 15))
		network_action(n, dice_between(d, at, until), dice_below(d, 2), ACTION_KEEPALIVE, 0);
	if (dice_chance(d, 12)) {
		uint8_t side = dice_below(d, 2);

		network_action(n, at, side, ACTION_STOP_READING, 0);
		network_action(n, at + 10, !side, ACTION_WRITE, 2500);
		network_action(n, until + 300, side, ACTION_READ, 0);
	}
}

enum ending { CLOSE_ONE, CLOSE_BOTH, CLOSE_AFTER_DATA, ABORT, CRASH, STAYS };

static enum ending draw_ending(struct dice *d)
{
	static const uint8_t shares[] = { 40, 18, 16, 10, 8, 8 };
	uint32_t at = dice_below(d, 100);

	for (size_t i = 0; i < ARRAY_SIZE(shares); i++) {
		if (at < shares[i])
			return (enum ending)i;
		at -= shares[i];
	}
	return STAYS;
}

static const char *plan_end(struct network *n, uint32_t at)
{
	static const char *const names[] = { "one closes", "both close", "half-close with data",
					     "abort",	   "crash",	 "stays" };
	enum ending ending = draw_ending(&n->dice);
	struct dice *d = &n->dice;
	uint8_t first = dice_below(d, 2);

	switch (ending) {
	case CLOSE_ONE:
		network_action(n, at, first, ACTION_CLOSE, 0);
		network_action(n, at + 500, !first, ACTION_CLOSE, 0);
		break;
	case CLOSE_BOTH:
		network_action(n, at, first, ACTION_CLOSE, 0);
		network_action(n, at + dice_below(d, 12), !first, ACTION_CLOSE, 0);
		break;
	case CLOSE_AFTER_DATA:
		n->end[!first].manner.closes_on_eof = false;
		network_action(n, at, first, ACTION_CLOSE, 0);
		network_action(n, at + 100, !first, ACTION_WRITE, dice_between(d, 1, 2500));
		network_action(n, at + 400, !first, ACTION_CLOSE, 0);
		break;
	case ABORT:
		network_action(n, at, first, ACTION_ABORT, 0);
		break;
	case CRASH:
		network_action(n, at, first, ACTION_CRASH, 0);
		network_action(n, at + 50, !first, ACTION_WRITE, dice_below(d, 2) * 100);
		break;
	case STAYS:
		break;
	}
	return names[ending];
}

static unsigned int plan_attacks(struct network *n)
{
	struct dice *d = &n->dice;
	unsigned int count = dice_chance(d, 45) ? 0 : dice_between(d, 1, 6);

	for (unsigned int i = 0; i < count; i++)
		network_attack(n, dice_between(d, 5, FIRST_CLOSE + 500));
	return count;
}

static void plan(struct network *n, const char *climate)
{
	struct dice *d = &n->dice;
	uint32_t at = dice_below(d, 100);
	enum opener opener = at < 75 ? REMOTE_OPENS : at < 90 ? LOCAL_OPENS : BOTH_OPEN;
	bool again = dice_chance(d, 25);
	const char *opens, *ends;
	unsigned int attacks;

	n->overtaken = opener == REMOTE_OPENS && dice_chance(d, 4);
	n->end[LEVEE_LOCAL].manner.listens = opener == REMOTE_OPENS;
	n->end[LEVEE_REMOTE].manner.listens = opener == LOCAL_OPENS;
	opens = plan_open(n, 0, opener);
	plan_data(n, FIRST_DATA, FIRST_CLOSE);
	ends = plan_end(n, FIRST_CLOSE);
	attacks = plan_attacks(n);
	if (again) {
		plan_open(n, FIRST_REOPEN, opener);
		plan_data(n, FIRST_REOPEN + FIRST_DATA, FIRST_REOPEN + FIRST_CLOSE);
		plan_end(n, FIRST_REOPEN + FIRST_CLOSE);
	}
	snprintf(n->trace->name, sizeof(n->trace->name), "%s, %s, %s%s, %u attacks", opens, ends, climate,
		 again ? ", opened again" : "", attacks);
}

/* For the eye: the first SYN of each end. */
static void note_isns(struct trace *t)
{
	bool known[2] = { false, false };

	for (unsigned int i = 0; i < t->count; i++) {
		const struct passage *p = &t->passage[i];

		if (!(p->flags & F_SYN) || known[p->from] || p->credit != CREDIT_FULL)
			continue;
		known[p->from] = true;
		t->isn[p->from] = p->seq;
	}
}

void generate(struct trace *t, uint64_t seed, uint32_t number)
{
	static struct network n;
	const struct climate *climate;

	memset(t, 0, sizeof(*t));
	memset(&n, 0, sizeof(n));
	t->number = number;
	t->v6 = number & 1;
	n.trace = t;
	dice_seed(&n.dice, seed << 20 ^ number);
	for (int side = 0; side < 2; side++) {
		struct manner manner = draw_manner(&n.dice);

		end_init(&n.end[side], &n, side, &manner);
	}
	climate = draw_climate(&n.dice);
	n.weather = climate->weather;
	plan(&n, climate->name);
	network_run(&n);
	note_isns(t);
}
