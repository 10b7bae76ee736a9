/* SPDX-License-Identifier: GPL-2.0 */
/*
 * races.c - the same segment on two CPUs at once, as a NIC that spreads packets badly or a client that
 * repeats makes it happen. Whoever wins, the tables hold each connection once, and the counts are true.
 */
#include <bpf/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "prog.h"

#define PORTS 200
#define ROUNDS 5
#define RACERS 2

struct race {
	int prog;
	const struct link *link;
	const struct segment *segment;
	atomic_uint arrived;
	atomic_bool failed;
};

struct racer {
	struct race *race;
	int cpu;
	struct frame frame;
};

/* Waits until both are here. The other one may share this CPU. */
static void meet(struct race *race)
{
	unsigned int target = atomic_fetch_add(&race->arrived, 1) / RACERS * RACERS + RACERS;

	for (unsigned int spins = 1; atomic_load(&race->arrived) < target; spins++)
		if (spins % 4096 == 0)
			sched_yield();
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set); /* without it the race is only less tight */
}

static void *race_along(void *arg)
{
	struct racer *r = arg;
	struct segment s = *r->race->segment;

	stay_on(r->cpu);
	for (s.port = 0; s.port < PORTS; s.port++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = r->frame.data, .repeat = 1);

		packet_build(&r->frame, &s, r->race->link);
		opts.data_size_in = r->frame.len;
		meet(r->race);
		if (bpf_prog_test_run_opts(r->race->prog, &opts))
			atomic_store(&r->race->failed, true);
	}
	return NULL;
}

/* Sends the segment from every port, each on two CPUs at once. */
static void race_in(struct world *w, const struct segment *s)
{
	static struct racer racers[RACERS];
	struct race race = { .prog = world_ingress_fd(w), .link = &w->link, .segment = s };
	pthread_t threads[RACERS];

	for (int i = 0; i < RACERS; i++) {
		racers[i].race = &race;
		racers[i].cpu = i;
		if (pthread_create(&threads[i], NULL, race_along, &racers[i])) {
			perror("prog-tests: cannot start a thread");
			_exit(2);
		}
	}
	for (int i = 0; i < RACERS; i++)
		pthread_join(threads[i], NULL);
	if (race.failed)
		complain(w, "levee_ingress could not be run on two CPUs");
}

static void expect_entries(struct world *w, const char *when, unsigned int half_open, unsigned int flows)
{
	unsigned int counted = world_runtime(w).half_open, entered = world_count_half_open(w);
	unsigned int held = world_count_flows(w);
	uint64_t tracked = world_counted(w, LEVEE_C_FLOW_NEW) - world_counted(w, LEVEE_C_FLOW_GONE);
	struct levee_service s = { 0 };

	if (counted != half_open || entered != half_open)
		complain(w, "%s: %u half-open in the table, %u counted, wanted %u", when, entered, counted, half_open);
	if (!world_service(w, &s) || s.half_open != half_open)
		complain(w, "%s: the service counts %u half-open, wanted %u", when, s.half_open, half_open);
	if (held != flows || tracked != flows)
		complain(w, "%s: %u flows in the table, %u counted, wanted %u", when, held, (unsigned int)tracked,
			 flows);
}

/* Two CPUs make each entry and two CPUs remove it. */
static void twin_syns(struct world *w)
{
	const struct segment syn = { .flags = F_SYN }, rst = { .flags = F_RST, .seq = 1 };

	for (int i = 0; i < ROUNDS && !w->failures; i++) {
		race_in(w, &syn);
		expect_entries(w, "after the SYNs", PORTS, 0);
		race_in(w, &rst);
		expect_entries(w, "after the RSTs", 0, 0);
	}
}

/* Two CPUs complete each handshake. */
static void twin_acks(struct world *w)
{
	const struct segment syn = { .flags = F_SYN }, ack = { .flags = F_ACK, .seq = 1, .ack = 1 };
	struct segment synack = { .flags = F_SYN | F_ACK, .ack = 1 };

	race_in(w, &syn);
	for (synack.port = 0; synack.port < PORTS; synack.port++)
		world_out(w, &synack);
	race_in(w, &ack);
	expect_entries(w, "after the ACKs", 0, PORTS);
}

static const struct {
	struct row row;
	void (*run)(struct world *w);
} races[] = {
	{ { .name = "the same SYN, and the same RST, on two CPUs at once", .cookies = LEVEE_COOKIES_NEVER },
	  twin_syns },
	{ { .name = "the same third ACK on two CPUs at once", .cookies = LEVEE_COOKIES_NEVER }, twin_acks },
};

void run_races(struct world *w, report_fn report)
{
	for (size_t i = 0; i < ARRAY_SIZE(races); i++)
		for (int v6 = 0; v6 <= 1 && wanted(races[i].row.name); v6++) {
			world_reset(w, &races[i].row, v6, 4000, 5000);
			races[i].run(w);
			report(w, w->failures == 0);
		}
}
