/* SPDX-License-Identifier: GPL-2.0 */
/*
 * main.c - ns per packet: every case once per round, in turn, beside a program that does nothing; medians
 * over the rounds, as a table or as JSON.
 *
 * The two programs of a pair run one right after the other, and the median is of their differences: what the
 * machine does slowly (its clock, its neighbours) is in both.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench.h"
#include "wrap.skel.h"

#define ROUNDS 15
#define ROUNDS_QUICK 5
#define ROUNDS_MAX 1001
#define REPEAT 20000
#define WARM_UP REPEAT /* not counted: in a flood that lasts, what fits the caches is there */
#define WARM_UP_CHANGES 2000 /* of cases that fill tables */
#define FLOWS_FIRST 100000
#define FLOWS_SECOND 1000000

struct options {
	unsigned int rounds;
	unsigned int cpu;
	const char *only;
	const char *save;
	bool json;
};

struct samples {
	double above[ROUNDS_MAX];
	double bare[ROUNDS_MAX];
	double plain[ROUNDS_MAX];
	unsigned int count;
};

/* --- one pair */

static uint32_t warm_up(const struct bench_case *c)
{
	return c->changes ? WARM_UP_CHANGES : WARM_UP;
}

/* Egress counts no reasons. */
static bool reasons_right(const struct bench_case *c, const struct levee_stats *before, const struct levee_stats *after)
{
	uint64_t right = 0, wrong = 0;

	for (int i = 0; i < LEVEE_REASON_COUNT; i++)
		*(i == c->reason ? &right : &wrong) += after->reason[i] - before->reason[i];
	if (c->reason < 0 ? !wrong :
			    right + wrong == warm_up(c) + REPEAT && wrong * 1000 <= (right + wrong) * c->strays)
		return true;
	fprintf(stderr, "bench: %s: %llu packets ended as they should, %llu did not\n", c->name,
		(unsigned long long)right, (unsigned long long)wrong);
	return false;
}

static double time_one(struct world *w, const struct bench_case *c, struct frame *f, struct run_spec *run)
{
	frame_build(f, &w->wrap->bss->state, &c->spec, c->peers, c->sequential);
	run->repeat = warm_up(c);
	if (!world_prime(w, f, run->tc) || world_time(w, f, run) < 0)
		return -1;
	run->repeat = REPEAT;
	return world_time(w, f, run);
}

/* Packets that do not end as the case says are an error, not a sample. */
static double time_levee(struct world *w, const struct bench_case *c, struct frame *f, struct run_spec *run)
{
	struct levee_stats before = world_stats(w), after;
	double ns;

	run->program = PROGRAM_LEVEE;
	ns = time_one(w, c, f, run);
	after = world_stats(w);
	if (c->changes)
		world_restore(w);
	return ns >= 0 && reasons_right(c, &before, &after) ? ns : -1;
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
	double levee;

	*bare = time_bare(w, c, &f, &run);
	levee = time_levee(w, c, &f, &run);
	*above = levee - *bare;
	if (*bare >= 0 && levee >= 0)
		return true;
	fprintf(stderr, "bench: case %s could not be timed\n", c->name);
	return false;
}

static bool sample_case(struct world *w, const struct bench_case *c, struct samples *s)
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

static bool is_case(const char *name)
{
	for (size_t i = 0; i < bench_case_count; i++)
		if (!strcmp(bench_cases[i].name, name))
			return true;
	return false;
}

static bool wanted(const struct bench_case *c, const struct options *o)
{
	if (!o->only)
		return true;
	return is_case(o->only) ? !strcmp(c->name, o->only) : !!strstr(c->name, o->only);
}

static bool any_wanted(const struct options *o, uint32_t flows)
{
	for (size_t i = 0; i < bench_case_count; i++)
		if (bench_cases[i].flows == flows && wanted(&bench_cases[i], o))
			return true;
	return false;
}

/* The cases that are timed with so many flows in the table. */
static bool sample_rounds(struct world *w, const struct options *o, uint32_t flows, struct samples *samples)
{
	for (unsigned int round = 0; round < o->rounds; round++)
		for (size_t i = 0; i < bench_case_count; i++) {
			const struct bench_case *c = &bench_cases[i];

			if (wanted(c, o) && (c->flows ? c->flows : FLOWS_FIRST) == flows &&
			    !sample_case(w, c, &samples[i]))
				return false;
		}
	return true;
}

static bool prepare(struct world *w, uint32_t flows)
{
	const struct bench_case *syn4 = &bench_cases[0], *c;

	for (c = bench_cases; c < bench_cases + bench_case_count; c++) {
		if (c->spec.v6 && !world_enter_cookie_mode(w, &syn4->spec, &c->spec))
			return false;
		if (c->spec.tsecr_at && !world_make_answers(w, &c->spec))
			return false;
	}
	if (!world_seed_flows(w, flows))
		return false;
	world_save(w);
	return true;
}

static bool measure(struct world *w, const struct options *o, struct samples *samples)
{
	if (!prepare(w, FLOWS_FIRST) || !sample_rounds(w, o, FLOWS_FIRST, samples))
		return false;
	if (!any_wanted(o, FLOWS_SECOND))
		return true;
	if (!world_seed_flows(w, FLOWS_SECOND))
		return false;
	world_save(w);
	return sample_rounds(w, o, FLOWS_SECOND, samples);
}

static void summarise(struct samples *s, struct bench_result *r)
{
	r->above = quartiles_of(s->above, s->count);
	r->bare = quartiles_of(s->bare, s->count);
	r->plain = quartiles_of(s->plain, s->count);
}

/* --- the machine */

static void machine(char *out, size_t size)
{
	char line[256], model[128] = "unknown CPU";
	FILE *file = fopen("/proc/cpuinfo", "re");
	struct utsname u;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "model name : %127[^\n]", model) == 1)
			break;
	if (file)
		fclose(file);
	uname(&u);
	snprintf(out, size, "%s, %ld cores, Linux %s", model, sysconf(_SC_NPROCESSORS_ONLN), u.release);
}

/* --- output */

static const char *bare_name(const struct bench_case *c)
{
	if (c->reason < 0)
		return "TC_ACT_UNSPEC";
	return c->verdict == XDP_TX ? "XDP_TX" : c->verdict == XDP_DROP ? "XDP_DROP" : "XDP_PASS";
}

static void print_table(const struct bench_result *results, const struct samples *samples, const struct options *o)
{
	char text[256];

	machine(text, sizeof(text));
	printf("ns per packet, medians of %u rounds, quartiles in brackets (%s)\n\n", o->rounds, text);
	printf("%-45s %-18s %s\n", "path", "levee adds", "to");
	for (size_t i = 0; i < bench_case_count; i++) {
		const struct bench_result *r = &results[i];
		const struct bench_case *c = &bench_cases[i];

		if (!samples[i].count)
			continue;
		snprintf(text, sizeof(text), "%4.0f [%.0f..%.0f]", r->above.median, r->above.low, r->above.high);
		printf("%-45s %-18s %3.0f %s", c->text, text, r->bare.median, bare_name(c));
		if (c->plain)
			printf("   without wrapper: adds %.0f [%.0f..%.0f]", r->plain.median, r->plain.low,
			       r->plain.high);
		putchar('\n');
	}
}

static json_t *json_quartiles(const struct quartiles *q)
{
	return json_pack("{s:f, s:f, s:f}", "median", q->median, "q1", q->low, "q3", q->high);
}

static json_t *json_case(const struct bench_case *c, const struct bench_result *r)
{
	json_t *out = json_pack("{s:s, s:s, s:s, s:o, s:o}", "name", c->name, "text", c->text + strspn(c->text, " "),
				"bare", bare_name(c), "above_bare_ns", json_quartiles(&r->above), "bare_ns",
				json_quartiles(&r->bare));

	if (c->plain)
		json_object_set_new(out, "above_bare_without_wrapper_ns", json_quartiles(&r->plain));
	return out;
}

static void print_json(const struct bench_result *results, const struct samples *samples, const struct options *o,
		       FILE *to)
{
	json_t *cases = json_array(), *out;
	char text[256];

	machine(text, sizeof(text));
	for (size_t i = 0; i < bench_case_count; i++)
		if (samples[i].count)
			json_array_append_new(cases, json_case(&bench_cases[i], &results[i]));
	out = json_pack("{s:i, s:s, s:i, s:i, s:o}", "schema", 1, "machine", text, "rounds", (int)o->rounds, "repeat",
			REPEAT, "cases", cases);
	json_dumpf(out, to, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	fputc('\n', to);
	json_decref(out);
}

/* --- */

static const char usage[] =
	"Usage: bench [--json] [--quick] [--rounds N] [--only TEXT] [--save FILE] [--cpu N]\n"
	"       bench client FROM CLIENTS FIRST_PORT TO PORT SETTLE SECONDS\n"
	"       bench live DEV SECONDS\n"
	"\n"
	"ns that levee adds to a packet, by path, over an XDP program that only returns the same verdict.\n"
	"\n"
	"  --json        one JSON document\n"
	"  --quick       5 rounds instead of 15\n"
	"  --rounds N    N rounds, 3 to 1001\n"
	"  --only TEXT   only the case of that name in JSON, or all that contain it\n"
	"  --save FILE   the JSON too, beside the table\n"
	"  --cpu N       the core to run on [the last]\n";

static int parse_options(int argc, char **argv, struct options *o)
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
	return optind == argc && o->rounds >= 3 && o->rounds <= ROUNDS_MAX ? -1 : 2;
}

static bool report(const struct bench_result *results, const struct samples *samples, const struct options *o)
{
	FILE *file;

	if (o->json)
		print_json(results, samples, o, stdout);
	else
		print_table(results, samples, o);
	if (!o->save)
		return true;
	file = fopen(o->save, "we");
	if (!file) {
		fprintf(stderr, "bench: %s: %s\n", o->save, strerror(errno));
		return false;
	}
	print_json(results, samples, o, file);
	return !fclose(file);
}

static int run(const struct options *o)
{
	struct samples *samples = calloc(bench_case_count, sizeof(*samples));
	struct bench_result results[bench_case_count];
	struct world w;
	bool ok;

	ok = samples && world_open(&w) && measure(&w, o, samples);
	for (size_t i = 0; ok && i < bench_case_count; i++)
		if (samples[i].count)
			summarise(&samples[i], &results[i]);
	if (ok)
		ok = report(results, samples, o);
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
	struct options o = { .rounds = ROUNDS, .cpu = sysconf(_SC_NPROCESSORS_ONLN) - 1 };
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
