/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sources.c - the sample of SYN sources: drawn while somebody looks and only then, of SYNs and nothing else, a new one for
 * each round, uniform when there are more than it holds; and what userspace makes of it.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <levee/event.h>
#include <levee/source.h>

#include "clock.h"
#include "sources.h"
#include "prog.h"
#include "levee.skel.h"

#define ROUND 77

static void watch_until(struct world *w, uint32_t until_ms, uint32_t round_ms)
{
	struct levee_source_watch mark = { .until_ms = until_ms, .round_ms = round_ms };
	uint32_t zero = 0;

	bpf_map_update_elem(bpf_map__fd(w->skel->maps.source_watch), &zero, &mark, BPF_ANY);
}

static uint32_t in_a_while(const struct world *w)
{
	return clock_ms(&w->settings.clock) + LEVEE_LISTEN_MAX_MS / 2;
}

/* What the maps hold of a round, as `levee top` reads it. False if they cannot be read. */
static bool collect(struct world *w, uint32_t round_ms, struct source_round *round)
{
	int cpus = libbpf_num_possible_cpus();
	struct levee_syn_sources *cpu = calloc(cpus, sizeof(*cpu));
	uint32_t zero = 0;
	bool ok;

	*round = (struct source_round){ .round_ms = round_ms };
	round->sample = calloc(cpus * LEVEE_SOURCE_SAMPLES, sizeof(*round->sample));
	ok = cpu && round->sample && !bpf_map_lookup_elem(bpf_map__fd(w->skel->maps.syn_sources), &zero, cpu);
	if (ok)
		sources_collect(round, cpu, cpus);
	else
		complain(w, "the sample cannot be read");
	free(cpu);
	return ok;
}

static void expect_seen(struct world *w, uint32_t round_ms, uint64_t seen, unsigned int count)
{
	struct source_round round;

	if (collect(w, round_ms, &round) && (round.seen != seen || round.count != count))
		complain(w, "%u of %llu SYNs sampled, wanted %u of %llu", round.count, (unsigned long long)round.seen,
			 count, (unsigned long long)seen);
	free(round.sample);
}

/* Each test has a round of its own, so that the one before does not matter. */
static uint32_t begin(struct world *w, const struct row *row, bool v6)
{
	static uint32_t round_ms = ROUND;

	world_reset(w, row, v6, 0x12345678, 0x23456789);
	watch_until(w, in_a_while(w), ++round_ms);
	return round_ms;
}

static void syn_from(struct world *w, const char *from, uint16_t port)
{
	struct segment syn = { .flags = F_SYN, .from = from, .port = port };

	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
}

/* Two hosts of one prefix and one of another. */
static void by_prefix(struct world *w, const struct row *row, bool v6)
{
	static const char *const from[2][3] = { { "198.51.100.7", "198.51.100.200", "198.51.101.7" },
						{ "2001:db8:0:1::7", "2001:db8:0:1:ffff::", "2001:db8:0:2::7" } };
	static const char *const wanted_prefix[2] = { "198.51.100.0/24", "2001:db8:0:1::/64" };
	struct source_list list = { .seen = 3, .span_ms = 1000 };
	uint32_t round_ms = begin(w, row, v6);
	struct source_round round;
	char prefix[56];

	for (int i = 0; i < 3; i++)
		syn_from(w, from[v6][i], i);
	expect_seen(w, round_ms, 3, 3);
	if (collect(w, round_ms, &round))
		sources_rank(&list, round.sample, round.count);
	free(round.sample);
	if (list.prefixes != 2 || list.row[0].per_s != 2 || list.row[0].hosts != 2 ||
	    strcmp(text_prefix(prefix, &list.row[0].prefix), wanted_prefix[v6]))
		complain(w, "%u prefixes, %s first with %.0f SYNs of %u hosts", list.prefixes,
			 text_prefix(prefix, &list.row[0].prefix), list.row[0].per_s, list.row[0].hosts);
}

/* Whatever becomes of a SYN: a cookie, a repetition; but no other segment. */
static void every_syn(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN }, ack = { .flags = F_ACK, .seq = 500, .ack = 700, .port = 9 };
	struct segment elsewhere = { .flags = F_SYN, .local_port = 999 };
	struct row always = *row;
	uint32_t round_ms;

	round_ms = begin(w, row, v6);
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	world_in(w, &syn, LEVEE_PASS_SYN_REPEATED, NULL);
	world_in(w, &elsewhere, LEVEE_PASS_SYN_NO_SERVICE, NULL);
	world_in(w, &ack, LEVEE_PASS_NO_FLOW, NULL);
	expect_seen(w, round_ms, 3, 3);
	always.cookies = LEVEE_COOKIES_ALWAYS;
	round_ms = begin(w, &always, v6);
	world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
	expect_seen(w, round_ms, 1, 1);
}

static void only_while_watched(struct world *w, const struct row *row, bool v6)
{
	uint32_t round_ms = begin(w, row, v6);

	watch_until(w, 0, round_ms);
	syn_from(w, NULL, 1);
	/* Who looked has died some seconds ago. */
	watch_until(w, clock_ms(&w->settings.clock) - 3000, round_ms);
	syn_from(w, NULL, 2);
	expect_seen(w, round_ms, 0, 0);
	watch_until(w, in_a_while(w), round_ms);
	syn_from(w, NULL, 3);
	expect_seen(w, round_ms, 1, 1);
}

static void rounds_begin_anew(struct world *w, const struct row *row, bool v6)
{
	uint32_t round_ms = begin(w, row, v6);

	syn_from(w, NULL, 1);
	syn_from(w, NULL, 2);
	expect_seen(w, round_ms, 2, 2);
	watch_until(w, in_a_while(w), ++round_ms);
	syn_from(w, NULL, 3);
	expect_seen(w, round_ms, 1, 1);
	begin(w, row, v6); /* takes the number that is used up */
}

/* On one CPU, so that there is one sample. */
static void stay_on_one_cpu(cpu_set_t *before)
{
	cpu_set_t one;

	sched_getaffinity(0, sizeof(*before), before);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static unsigned int count_from(const struct source_round *round, const union levee_addr *source)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < round->count; i++)
		n += !memcmp(&round->sample[i].source, source, sizeof(*source));
	return n;
}

/*
 * Eight times what the sample holds; the first half of one source, then three in four of another. Its share of all is 3/8; of
 * 1024 that is 384, give or take 15 (one standard deviation): seven of those are allowed, which chance does once in 10^11.
 */
static void uniform(struct world *w, const struct row *row, bool v6)
{
	static const char *const from[2][2] = { { "198.51.100.1", "203.0.113.1" }, { "2001:db8::1", "2001:db8::2" } };
	const unsigned int all = 8 * LEVEE_SOURCE_SAMPLES;
	struct levee_tuple late = { 0 };
	struct source_round round;
	cpu_set_t before;
	struct row always = *row;
	uint32_t round_ms;

	always.cookies = LEVEE_COOKIES_ALWAYS;
	round_ms = begin(w, &always, v6);
	stay_on_one_cpu(&before);
	for (unsigned int i = 0; i < all; i++) {
		bool is_late = i >= all / 2 && i % 4;
		struct segment syn = { .flags = F_SYN, .from = from[v6][is_late] };

		if (!world_in(w, &syn, LEVEE_TX_COOKIE, NULL))
			break;
		if (is_late)
			late = packet_tuple(&syn, &w->link);
	}
	sched_setaffinity(0, sizeof(before), &before);
	expect_seen(w, round_ms, all, LEVEE_SOURCE_SAMPLES);
	if (collect(w, round_ms, &round)) {
		unsigned int n = count_from(&round, &late.remote);

		if (n < 384 - 105 || n > 384 + 105)
			complain(w, "%u of %u are of the source that sent 3/8 of all", n, round.count);
	}
	free(round.sample);
}

static const struct {
	struct row row;
	void (*run)(struct world *w, const struct row *row, bool v6);
} tests[] = {
	{ { .name = "SYN sources are sampled and added up by prefix" }, by_prefix },
	{ { .name = "SYN sources: every SYN, and no other segment" }, every_syn },
	{ { .name = "SYN sources: only while somebody looks" }, only_while_watched },
	{ { .name = "SYN sources: a round begins anew" }, rounds_begin_anew },
	{ { .name = "SYN sources: a uniform sample of a flood" }, uniform },
};

void run_source_tests(struct world *w, report_fn report)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		for (int v6 = 0; v6 <= 1 && wanted(tests[i].row.name); v6++) {
			tests[i].run(w, &tests[i].row, v6);
			watch_until(w, 0, 0);
			report(w, w->failures == 0);
		}
}
