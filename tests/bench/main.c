/* SPDX-License-Identifier: GPL-2.0 */
/*
 * main.c - ns per packet: every case once per round, in turn, beside a program that does nothing; medians
 * over the rounds.
 *
 * The two programs of a pair run one right after the other, and the median is of their differences: what the
 * machine does slowly (its clock, its neighbours) is in both.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "progress.h"
#include "wrap.skel.h"

#define ROUNDS 15
#define ROUNDS_QUICK 5
#define WARM_UP BENCH_REPEAT /* not counted: in a flood that lasts, what fits the caches is there */
#define WARM_UP_CHANGES 2000 /* of cases that fill tables */
#define FLOWS_USUAL 100000
#define FLOWS_MOST 1000000

/* What is in the table, one after the other; flows are only added. */
static const struct stage {
	uint32_t flows;
	bool aged;
} stages[] = { { 1000, false }, { FLOWS_USUAL, false }, { FLOWS_MOST, false }, { FLOWS_MOST, true } };

/* --- one pair */

static uint32_t warm_up(const struct bench_case *c)
{
	return c->changes ? WARM_UP_CHANGES : WARM_UP;
}

static uint32_t packets(const struct bench_case *c)
{
	return warm_up(c) + BENCH_REPEAT;
}

/* What has been counted so far. */
struct tally {
	struct levee_stats stats;
	uint64_t missed; /* lookups in the hash map */
};

static struct tally tally(const struct world *w)
{
	return (struct tally){ world_stats(w), world_lookups_missed(w) };
}

static bool enough(const struct bench_case *c, uint64_t right)
{
	uint64_t all = packets(c);

	if (right <= all && (all - right) * 1000 <= all * c->strays)
		return true;
	fprintf(stderr, "bench: %s: of %llu packets %llu ended as they should\n", c->name, (unsigned long long)all,
		(unsigned long long)right);
	return false;
}

/* Egress counts no reasons. */
static bool went_right(const struct bench_case *c, const struct tally *before, const struct tally *after)
{
	if (c->program == PROGRAM_LOOKUP)
		return enough(c, packets(c) - (after->missed - before->missed));
	if (c->reason >= 0 && !enough(c, after->stats.reason[c->reason] - before->stats.reason[c->reason]))
		return false;
	return !c->counter || enough(c, after->stats.counter[c->counter] - before->stats.counter[c->counter]);
}

static double time_one(struct world *w, const struct bench_case *c, struct frame *f, struct run_spec *run)
{
	frame_build(f, &w->wrap->bss->state, &c->spec, c->peers, c->sequential);
	run->repeat = warm_up(c);
	if (!world_prime(w, f, run->tc) || world_time(w, f, run) < 0)
		return -1;
	run->repeat = BENCH_REPEAT;
	return world_time(w, f, run);
}

/* The same peers, in the same order, send and get what comes before the packet that is timed. */
static bool send_before(struct world *w, const struct bench_case *c, struct frame *f)
{
	for (int i = 0; c->before && i < BENCH_BEFORE; i++) {
		const struct frame_spec *spec = &c->before[i];
		struct run_spec run = { .tc = spec->out,
					.program = PROGRAM_LEVEE,
					.verdict = spec->out ? (uint32_t)TC_ACT_UNSPEC : XDP_PASS,
					.repeat = packets(c) };

		frame_build(f, &w->wrap->bss->state, spec, c->peers, c->sequential);
		if (!world_prime(w, f, run.tc) || world_time(w, f, &run) < 0)
			return false;
	}
	return true;
}

/* Packets that do not end as the case says are an error, not a sample. */
static double time_target(struct world *w, const struct bench_case *c, struct frame *f, struct run_spec *run)
{
	struct tally before, after;
	double ns;

	if (!send_before(w, c, f) || (c->full && !world_limit_flows(w, w->flows)))
		return -1;
	before = tally(w);
	run->program = c->program;
	ns = time_one(w, c, f, run);
	after = tally(w);
	if ((c->full && !world_limit_flows(w, LEVEE_FLOWS_DEFAULT)) || (c->changes && !world_restore(w)))
		return -1;
	return ns >= 0 && went_right(c, &before, &after) ? ns : -1;
}

static double time_bare(struct world *w, const struct bench_case *c, struct frame *f, struct run_spec *run)
{
	run->program = PROGRAM_BARE;
	return time_one(w, c, f, run);
}

static bool sample_pair(struct world *w, const struct bench_case *c, bool plain, double *bare, double *above)
{
	struct run_spec run = { .tc = c->reason < 0, .plain = plain, .verdict = c->verdict };
	struct frame f;
	double target;

	*bare = time_bare(w, c, &f, &run);
	target = time_target(w, c, &f, &run);
	*above = target - *bare;
	if (*bare >= 0 && target >= 0)
		return true;
	fprintf(stderr, "bench: case %s could not be timed\n", c->name);
	return false;
}

static bool sample_case(struct world *w, const struct bench_case *c, struct bench_samples *s)
{
	unsigned int i = s->count++;
	double unused;

	return sample_pair(w, c, false, &s->bare[i], &s->above[i]) &&
	       (!c->plain || sample_pair(w, c, true, &unused, &s->plain[i]));
}

/* --- rounds */

int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct quartiles quartiles_of(double *samples, size_t count)
{
	qsort(samples, count, sizeof(*samples), compare_doubles);
	return (struct quartiles){ samples[count / 4], samples[count / 2], samples[count - 1 - count / 4] };
}

/* Names one case or phase, and not a part of several names? */
static bool is_name(const char *text)
{
	for (size_t i = 0; i < bench_case_count; i++)
		if (!strcmp(bench_cases[i].name, text))
			return true;
	for (int i = 0; i < AGEING_PHASES; i++)
		if (!strcmp(ageing_phases[i].name, text))
			return true;
	return false;
}

bool bench_wanted(const struct bench_options *o, const char *name)
{
	if (!o->only)
		return true;
	return is_name(o->only) ? !strcmp(name, o->only) : !!strstr(name, o->only);
}

static bool in_stage(const struct bench_case *c, const struct stage *stage)
{
	return (c->flows ? c->flows : FLOWS_USUAL) == stage->flows && c->aged == stage->aged;
}

static unsigned int count_wanted(const struct bench_options *o, const struct stage *stage)
{
	unsigned int count = 0;

	for (size_t i = 0; i < bench_case_count; i++)
		count += in_stage(&bench_cases[i], stage) && bench_wanted(o, bench_cases[i].name);
	return count;
}

static bool sample_rounds(struct world *w, const struct bench_options *o, const struct stage *stage,
			  struct bench_samples *samples, struct progress *progress)
{
	for (unsigned int round = 0; round < o->rounds; round++)
		for (size_t i = 0; i < bench_case_count; i++) {
			const struct bench_case *c = &bench_cases[i];

			if (!in_stage(c, stage) || !bench_wanted(o, c->name))
				continue;
			progress_tell(progress, progress->done, c->name);
			if (!sample_case(w, c, &samples[i]))
				return false;
			progress->done++;
		}
	return true;
}

static bool prepare(struct world *w)
{
	const struct bench_case *syn4 = &bench_cases[0], *c;

	for (c = bench_cases; c < bench_cases + bench_case_count; c++) {
		if (c->spec.v6 && !world_enter_cookie_mode(w, &syn4->spec, &c->spec))
			return false;
		if (c->spec.tsecr_at && !world_make_answers(w, &c->spec))
			return false;
	}
	return true;
}

static bool fill(struct world *w, const struct stage *stage)
{
	if (!world_seed_flows(w, stage->flows))
		return false;
	world_age(w, stage->aged ? BENCH_EXPIRED_MS : 0);
	return world_save(w);
}

static bool measure_stages(struct world *w, const struct bench_options *o, struct bench_samples *samples)
{
	struct progress progress;
	unsigned int count = 0;
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
		count += count_wanted(o, &stages[i]);
	progress_begin(&progress, "samples", count * o->rounds);
	for (size_t i = 0; ok && i < ARRAY_SIZE(stages); i++)
		if (count_wanted(o, &stages[i]))
			ok = fill(w, &stages[i]) && sample_rounds(w, o, &stages[i], samples, &progress);
	progress_end(&progress);
	return ok;
}

static bool measure(struct world *w, const struct bench_options *o, struct bench_samples *samples,
		    struct ageing_result ageing[AGEING_PHASES])
{
	if (!prepare(w) || !measure_stages(w, o, samples))
		return false;
	if (!ageing_wanted(o))
		return true;
	return fill(w, &stages[ARRAY_SIZE(stages) - 1]) && ageing_measure(w, o, ageing);
}

/* --- results */

size_t bench_case_number(const char *name)
{
	size_t i = 0;

	while (strcmp(bench_cases[i].name, name))
		i++;
	return i;
}

/* Round by round, as the differences: what was slow in one was slow in both. Before the samples are sorted. */
static bool ratio(const struct bench_samples *samples, struct quartiles *out)
{
	const struct bench_samples *established = &samples[bench_case_number("data_in_1m")],
				   *lookup = &samples[bench_case_number("lookup_1m")];
	double ratios[BENCH_ROUNDS_MAX];

	if (!established->count || established->count != lookup->count)
		return false;
	for (unsigned int i = 0; i < lookup->count; i++)
		ratios[i] = established->above[i] / lookup->above[i];
	*out = quartiles_of(ratios, lookup->count);
	return true;
}

static void summarise(struct bench_samples *s, struct bench_result *r)
{
	if (!s->count)
		return;
	r->above = quartiles_of(s->above, s->count);
	r->bare = quartiles_of(s->bare, s->count);
	r->plain = quartiles_of(s->plain, s->count);
	r->measured = true;
}

/* --- */

static const char usage[] =
	"Usage: bench [--json] [--quick] [--rounds N] [--only TEXT] [--save FILE] [--cpu N]\n"
	"       bench client FROM CLIENTS FIRST_PORT TO PORT SETTLE SECONDS\n"
	"       bench live DEV SECONDS\n"
	"\n"
	"ns that levee adds to a packet, by path, over an XDP program that only returns the same verdict; and what\n"
	"housekeeping takes.\n"
	"\n"
	"  --json        one JSON document\n"
	"  --quick       5 rounds instead of 15\n"
	"  --rounds N    N rounds, 3 to 1001\n"
	"  --only TEXT   only what has that name in JSON, or all whose names contain it\n"
	"  --save FILE   the JSON too, beside the table\n"
	"  --cpu N       the core to run on [the last]\n";

static int parse_options(int argc, char **argv, struct bench_options *o)
{
	static const struct option options[] = { { "json", 0, NULL, 'j' },   { "quick", 0, NULL, 'q' },
						 { "rounds", 1, NULL, 'r' }, { "only", 1, NULL, 'o' },
						 { "save", 1, NULL, 's' },   { "cpu", 1, NULL, 'c' },
						 { "help", 0, NULL, 'h' },   { 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'j')
			o->json = true;
		else if (c == 'q')
			o->rounds = ROUNDS_QUICK;
		else if (c == 'r')
			o->rounds = atoi(optarg);
		else if (c == 'o')
			o->only = optarg;
		else if (c == 's')
			o->save = optarg;
		else if (c == 'c')
			o->cpu = atoi(optarg);
		else
			return c == 'h' ? 0 : 2;
	}
	return optind == argc && o->rounds >= 3 && o->rounds <= BENCH_ROUNDS_MAX ? -1 : 2;
}

static int run(const struct bench_options *o)
{
	struct bench_samples *samples = calloc(bench_case_count, sizeof(*samples));
	struct bench_result results[bench_case_count];
	struct bench_report r = { .options = o, .results = results };
	struct world w;
	bool ok;

	memset(results, 0, sizeof(results));
	ok = samples && world_open(&w) && measure(&w, o, samples, r.ageing);
	if (ok) {
		r.has_ratio = ratio(samples, &r.ratio);
		for (size_t i = 0; i < bench_case_count; i++)
			summarise(&samples[i], &results[i]);
		ok = report(&r);
	}
	world_close(&w);
	free(samples);
	return ok ? 0 : 1;
}

static bool pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (!sched_setaffinity(0, sizeof(set), &set))
		return true;
	fprintf(stderr, "bench: core %u: %s\n", cpu, strerror(errno));
	return false;
}

int main(int argc, char **argv)
{
	struct bench_options o = { .rounds = ROUNDS, .cpu = sysconf(_SC_NPROCESSORS_ONLN) - 1 };
	int status;

	if (argc > 1 && !strcmp(argv[1], "client"))
		return client_main(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "live"))
		return live_main(argc - 1, argv + 1);
	status = parse_options(argc, argv, &o);
	if (status >= 0) {
		fputs(usage, status ? stderr : stdout);
		return status;
	}
	return pin(o.cpu) ? run(&o) : 1;
}
