/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ageing.c - how flows leave the table without a packet: the timer's sweep, under pressure and after timeouts have
 * changed; which flow goes first where a set is full; and entries that are taken out by hand.
 */
#include <string.h>
#include <time.h>

#include "prog.h"

#define FLOWS 40
#define HOUR_MS 3600000U

static struct segment client(unsigned int i)
{
	return (struct segment){ .port = i };
}

/* `count` flows whose local end is in this state, silent for so long. */
static void make_flows(struct world *w, unsigned int count, int state, uint32_t idle_ms)
{
	for (unsigned int i = 0; i < count; i++) {
		w->last = client(i);
		world_seed_flow(w, state);
		world_age(w, idle_ms);
	}
}

/* Lets the timer come round to every set once: one set a tick, and one more for the tick that had begun. */
static void one_sweep(struct world *w)
{
	uint32_t until = world_runtime(w).ticks + world_flow_sets() + 2;
	const struct timespec pause = { .tv_nsec = 20000000 };

	for (int i = 0; i < 1000 && world_runtime(w).ticks < until; i++)
		nanosleep(&pause, NULL);
	if (world_runtime(w).ticks < until)
		complain(w, "the timer does not run");
}

static void limit_flows(struct world *w, uint32_t flows_max)
{
	w->settings.flows_max = flows_max;
	world_apply_settings(w);
}

static void expect_flows(struct world *w, unsigned int wanted, const char *when)
{
	if (world_count_flows(w) != wanted)
		complain(w, "%u flows %s, wanted %u", world_count_flows(w), when, wanted);
}

/* A day less an hour is not too long to be silent, until the table fills: then flows go until there is room, and no more of them. */
static void pressure(struct world *w, const struct row *row, bool v6)
{
	world_reset(w, row, v6, 100, 200);
	make_flows(w, FLOWS, LEVEE_TCP_ESTABLISHED, 23 * HOUR_MS);
	limit_flows(w, FLOWS * 2);
	world_start_housekeeping(w);
	one_sweep(w);
	expect_flows(w, FLOWS, "in a table that is half full");
	limit_flows(w, FLOWS);
	one_sweep(w);
	/* At 62 % of the limit a day has shrunk to 23 hours. */
	if (world_count_flows(w) < FLOWS / 2 || world_count_flows(w) > FLOWS * 3 / 4)
		complain(w, "%u of %u flows in a table that was full", world_count_flows(w), FLOWS);
	if (world_counted(w, LEVEE_C_FLOW_EXPIRED) != FLOWS - world_count_flows(w))
		complain(w, "flows went for another reason than their age");
}

/* The kernel remembers its TIME_WAIT for a minute, so levee does too. */
static void pressure_spares_time_wait(struct world *w, const struct row *row, bool v6)
{
	world_reset(w, row, v6, 100, 200);
	make_flows(w, FLOWS, LEVEE_TCP_TIME_WAIT, 30000);
	limit_flows(w, FLOWS);
	world_start_housekeeping(w);
	one_sweep(w);
	expect_flows(w, FLOWS, "in TIME_WAIT");
}

/* A shorter timeout holds for flows whose deadline was set when it was longer. */
static void timeouts_change(struct world *w, const struct row *row, bool v6)
{
	world_reset(w, row, v6, 100, 200);
	make_flows(w, FLOWS, LEVEE_TCP_ESTABLISHED, 2 * HOUR_MS);
	world_start_housekeeping(w);
	w->settings.timeout_ms[LEVEE_T_ESTABLISHED] = HOUR_MS;
	w->settings.generation++;
	world_apply_settings(w);
	one_sweep(w);
	expect_flows(w, 0, "of which each is too old");
}

/* A deadline that was set by a shorter timeout is put right before an insert takes the flow for one whose time is up. */
static void deadlines_grow(struct world *w, const struct row *row, bool v6)
{
	world_reset(w, row, v6, 100, 200);
	w->settings.timeout_ms[LEVEE_T_ESTABLISHED] = HOUR_MS;
	world_apply_settings(w);
	make_flows(w, 1, LEVEE_TCP_ESTABLISHED, 0);
	world_age_with_deadline(w, 2 * HOUR_MS);
	w->settings.timeout_ms[LEVEE_T_ESTABLISHED] = 24 * HOUR_MS;
	world_apply_settings(w);
	world_start_housekeeping(w);
	one_sweep(w);
	expect_flows(w, 1, "whose timeout has grown");
	for (unsigned int i = 1; i < 20000 && world_counted(w, LEVEE_C_FLOW_EVICTED) < 500; i++) {
		w->last = client(i);
		world_seed_flow(w, LEVEE_TCP_ESTABLISHED);
	}
	if (world_counted(w, LEVEE_C_FLOW_EXPIRED))
		complain(w, "an insert took the flow for one whose time was up");
}

/* A set that is full gives one flow up: closing flows go before established ones, and of these the idlest. */
static void order_of_eviction(struct world *w, const struct row *row, bool v6)
{
	const unsigned int closing = 200, idle = 200, fresh = 200;
	unsigned int i, left[3] = { 0 };

	world_reset(w, row, v6, 100, 200);
	for (i = 0; i < closing + idle + fresh; i++) {
		w->last = client(i);
		world_seed_flow(w, i < closing ? LEVEE_TCP_FIN_WAIT_1 : LEVEE_TCP_ESTABLISHED);
		if (i >= closing && i < closing + idle)
			world_age_with_deadline(w, 5 * HOUR_MS);
	}
	for (; world_counted(w, LEVEE_C_FLOW_EVICTED) < closing && i < 20000; i++) {
		w->last = client(i);
		world_seed_flow(w, LEVEE_TCP_ESTABLISHED);
	}
	for (unsigned int j = 0; j < closing + idle + fresh; j++) {
		struct levee_flow f;

		w->last = client(j);
		left[j < closing ? 0 : j < closing + idle ? 1 : 2] += world_flow(w, &f);
	}
	/* Where a set has no closing flow left, an idle one goes; hardly ever a fresh one. */
	if (left[0] > closing / 2 || left[1] < idle * 3 / 5 || left[1] < left[0] * 3 / 2 || left[2] < fresh * 19 / 20)
		complain(w, "of 200 each %u closing, %u idle and %u fresh flows are left", left[0], left[1], left[2]);
}

/* Taken out by hand, with or without a handshake that is over. */
static void forgotten(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN, .port = 1 };
	struct levee_half_open h;
	struct levee_flow f;

	world_reset(w, row, v6, 100, 200);
	w->last = client(0);
	world_seed_flow(w, LEVEE_TCP_ESTABLISHED);
	world_forget(w);
	if (world_flow(w, &f))
		complain(w, "the flow is still there");
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	world_forget(w);
	if (world_half_open(w, &h))
		complain(w, "the half-open entry is still there");
	if (world_counted(w, LEVEE_C_FLOW_DELETED) != 2)
		complain(w, "%u were counted as deleted", (unsigned int)world_counted(w, LEVEE_C_FLOW_DELETED));
	w->last = client(2);
	world_forget(w);
}

static const struct {
	struct row row;
	bool slow; /* waits for the timer: one family is enough */
	void (*run)(struct world *w, const struct row *row, bool v6);
} tests[] = {
	{ { .name = "a full table ages faster" }, true, pressure },
	{ { .name = "a full table keeps its TIME_WAITs" }, true, pressure_spares_time_wait },
	{ { .name = "new timeouts hold for old flows" }, true, timeouts_change },
	{ { .name = "deadlines follow timeouts that grow" }, true, deadlines_grow },
	{ { .name = "closing flows are evicted first, then the idlest" }, false, order_of_eviction },
	{ { .name = "entries are taken out by hand" }, false, forgotten },
};

void run_ageing(struct world *w, report_fn report)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		for (int v6 = tests[i].slow; v6 <= 1 && wanted(tests[i].row.name); v6++) {
			tests[i].run(w, &tests[i].row, v6);
			report(w, w->failures == 0);
		}
}
