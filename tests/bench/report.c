/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report.c - what was measured, as tables and as JSON.
 */
#include <errno.h>
#include <jansson.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench.h"

#define TICKS_PER_S (1000 / LEVEE_TICK_MS)

/* Of the tracker, see docs/performance.md. */
#define GOAL_ESTABLISHED "data_in_1k"
#define GOAL_ESTABLISHED_NS 100
#define GOAL_RATIO 1.5

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

static const char *bare_name(const struct bench_case *c)
{
	if (c->reason < 0)
		return "TC_ACT_UNSPEC";
	return c->verdict == XDP_TX ? "XDP_TX" : c->verdict == XDP_DROP ? "XDP_DROP" : "XDP_PASS";
}

static double core_percent(const struct ageing_result *r)
{
	return r->tick_us.median * TICKS_PER_S / 1e6 * 100;
}

static double ns_per_flow(const struct ageing_result *r)
{
	return r->tick_us.median * 1000 / r->flows;
}

static bool aged(const struct bench_report *r)
{
	for (int i = 0; i < AGEING_PHASES; i++)
		if (r->ageing[i].measured)
			return true;
	return false;
}

/* --- text */

static void print_case(const struct bench_case *c, const struct bench_result *r)
{
	char text[64];

	snprintf(text, sizeof(text), "%4.0f [%.0f..%.0f]", r->above.median, r->above.low, r->above.high);
	printf("%-45s %-18s %3.0f %s", c->text, text, r->bare.median, bare_name(c));
	if (c->plain)
		printf("   without wrapper: adds %.0f [%.0f..%.0f]", r->plain.median, r->plain.low, r->plain.high);
	putchar('\n');
}

static void print_cases(const struct bench_report *r)
{
	char text[256];

	machine(text, sizeof(text));
	printf("ns per packet, medians of %u rounds, quartiles in brackets (%s)\n\n", r->options->rounds, text);
	printf("%-45s %-18s %s\n", "path", "adds", "to");
	for (size_t i = 0; i < bench_case_count; i++)
		if (r->results[i].measured)
			print_case(&bench_cases[i], &r->results[i]);
}

static void print_goals(const struct bench_report *r)
{
	const struct bench_result *established = &r->results[bench_case_number(GOAL_ESTABLISHED)];

	if (established->measured)
		printf("\nestablished data in, 1 k flows, over bare XDP_PASS: %.0f ns (goal: at most %d)\n",
		       established->above.median, GOAL_ESTABLISHED_NS);
	if (r->has_ratio)
		printf("%sestablished data in, 1 M flows, by bare HASH lookup: %.2f [%.2f..%.2f] (goal: at most %.1f)\n",
		       established->measured ? "" : "\n", r->ratio.median, r->ratio.low, r->ratio.high, GOAL_RATIO);
}

static void print_phase(const struct ageing_phase *p, const struct ageing_result *r)
{
	char us[64];

	snprintf(us, sizeof(us), "%5.0f [%.0f..%.0f]", r->tick_us.median, r->tick_us.low, r->tick_us.high);
	printf("%-45s %-18s %6.2f %% %10.0f %10.0f %9.0f s\n", p->text, us, core_percent(r), r->flows, ns_per_flow(r),
	       r->sweep_s);
}

static void print_ageing(const struct bench_report *r)
{
	if (!aged(r))
		return;
	printf("\n%-45s %-18s %8s %10s %10s %11s\n", "housekeeping, 10 ticks/s, 1 M flows", "us per tick", "of a core",
	       "flows", "ns each", "all sets in");
	for (int i = 0; i < AGEING_PHASES; i++)
		if (r->ageing[i].measured)
			print_phase(&ageing_phases[i], &r->ageing[i]);
}

/* --- JSON */

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

static json_t *json_cases(const struct bench_report *r)
{
	json_t *cases = json_array();

	for (size_t i = 0; i < bench_case_count; i++)
		if (r->results[i].measured)
			json_array_append_new(cases, json_case(&bench_cases[i], &r->results[i]));
	return cases;
}

static json_t *json_phase(const struct ageing_phase *p, const struct ageing_result *r)
{
	return json_pack("{s:s, s:s, s:o, s:f, s:f, s:f, s:f, s:f}", "name", p->name, "text", p->text, "tick_us",
			 json_quartiles(&r->tick_us), "core_percent", core_percent(r), "sets_per_tick", r->sets,
			 "flows_per_tick", r->flows, "ns_per_flow", ns_per_flow(r), "sweep_s", r->sweep_s);
}

static json_t *json_ageing(const struct bench_report *r)
{
	json_t *phases = json_array();

	for (int i = 0; i < AGEING_PHASES; i++)
		if (r->ageing[i].measured)
			json_array_append_new(phases, json_phase(&ageing_phases[i], &r->ageing[i]));
	return phases;
}

static void print_json(const struct bench_report *r, FILE *to)
{
	char text[256];
	json_t *out;

	machine(text, sizeof(text));
	out = json_pack("{s:i, s:s, s:i, s:i, s:o, s:o}", "schema", 1, "machine", text, "rounds",
			(int)r->options->rounds, "repeat", BENCH_REPEAT, "cases", json_cases(r), "ageing",
			json_ageing(r));
	if (r->has_ratio)
		json_object_set_new(out, "established_by_lookup_1m", json_quartiles(&r->ratio));
	json_dumpf(out, to, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	fputc('\n', to);
	json_decref(out);
}

/* --- */

bool report(const struct bench_report *r)
{
	FILE *file;

	if (r->options->json) {
		print_json(r, stdout);
	} else {
		print_cases(r);
		print_goals(r);
		print_ageing(r);
	}
	if (!r->options->save)
		return true;
	file = fopen(r->options->save, "we");
	if (!file) {
		fprintf(stderr, "bench: %s: %s\n", r->options->save, strerror(errno));
		return false;
	}
	print_json(r, file);
	return !fclose(file);
}
