/* SPDX-License-Identifier: GPL-2.0 */
/*
 * main.c - runs the scripts, then the generated traces, then the mutants; reports TAP, and at the end how many traces each
 * rule claimed.
 *
 * Usage: diff [--seed N] [--traces N] [--only N] [--script TEXT] [--verbose]
 * Everything happens in a network namespace of its own, which is gone with the process.
 */
#include <getopt.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "mutate.h"
#include "script.h"

#define TRACES_DEFAULT 6000
#define BATCH 1000
#define SHOWN_MAX 5 /* failed traces that are printed */
#define KEPT 300 /* generated traces that mutants run */
#define FAMILIES 2

static const uint32_t isns[][2] = {
	{ 0x12345678, 0x23456789 },
	{ 0xffffffff, 0xfffffffd },
	{ 0xfffffe00, 0x7fffff00 },
};

#define VARIANTS (ARRAY_SIZE(isns) * FAMILIES)

static struct options {
	uint32_t seed, traces, only;
	const char *script;
	bool one, verbose;
} options = { .seed = 1, .traces = TRACES_DEFAULT };

static unsigned int passed, failed;

static void report(bool ok, const char *what)
{
	if (ok)
		passed++;
	else
		failed++;
	printf("%sok %u - %s\n", ok ? "" : "not ", passed + failed, what);
}

/* --- what is counted */

static struct tally {
	unsigned int traces, segments, agreements, differences;
	unsigned int findings[FOUND_CLAIMED_TWICE + 1];
	unsigned int by_rule[64]; /* traces */
	unsigned int left; /* traces that were judged up to a point only */
	unsigned int told; /* moments in which the ends' own states were known */
	uint64_t rules; /* that claimed anything */
	bool nf_seen[NF_STATE_COUNT];
	bool levee_seen[LEVEE_TCP_STATE_COUNT];
	unsigned int shown;
} tally;

static void count_trace(const struct trace *t, const struct verdict *v)
{
	tally.traces++;
	tally.segments += t->count;
	tally.agreements += v->agreements;
	tally.differences += v->differences;
	tally.findings[v->finding]++;
	tally.rules |= v->rules;
	tally.left += v->left;
	for (unsigned int r = 0; r < rule_count; r++)
		tally.by_rule[r] += v->rules >> r & 1;
	for (unsigned int i = 0; i < t->count; i++) {
		tally.nf_seen[t->after[i].nf] = true;
		tally.levee_seen[t->after[i].levee.local] = true;
		tally.levee_seen[t->after[i].levee.remote] = true;
		tally.told += t->after[i].told;
	}
}

static void show(const struct trace *t, const struct verdict *v)
{
	if (tally.shown++ >= SHOWN_MAX && !options.verbose)
		return;
	printf("# segment %u: %s\n", v->step + 1, finding_text(v->finding));
	for (unsigned int r = 0; r < rule_count; r++)
		if (v->twice >> r & 1)
			printf("# rule \"%s\"\n", rules[r].name);
	trace_print(t, options.verbose ? t->count : v->step + 2);
	printf("# again: build/diff --seed %u --only %u\n", options.seed, t->number);
}

/* --- scripts */

static bool wanted_script(const struct script *s)
{
	return !options.script || strstr(s->name, options.script);
}

/* All variants of all scripts, the variants of one script beside each other. */
static struct trace *script_traces(unsigned int *count)
{
	struct trace *traces = calloc(script_count * VARIANTS, sizeof(*traces));
	unsigned int n = 0;

	for (unsigned int s = 0; s < script_count; s++)
		for (unsigned int v = 0; v < VARIANTS; v++, n++)
			script_trace(&traces[n], &scripts[s], n, isns[v / FAMILIES][LEVEE_LOCAL],
				     isns[v / FAMILIES][LEVEE_REMOTE]);
	*count = n;
	return traces;
}

static bool run_both(struct world *w, struct trace *traces, unsigned int count)
{
	for (unsigned int i = 0; i < count; i += BATCH)
		if (!nf_run(traces + i, count - i < BATCH ? count - i : BATCH))
			return false;
	for (unsigned int i = 0; i < count; i++)
		if (!levee_run(w, &traces[i]))
			return false;
	return true;
}

static void print_variant(const struct trace *t, const char *why)
{
	printf("# %s\n", why);
	trace_print(t, t->count);
}

/* Stops at the first variant that fails: the others would only say it again. */
static void check_script(const struct script *s, const struct trace *variants)
{
	char why[160] = "";
	bool ok = true;
	unsigned int v;

	for (v = 0; ok && v < VARIANTS; v++) {
		tally.rules |= compare(&variants[v]).rules;
		ok = script_check(&variants[v], s, why, sizeof(why));
	}
	report(ok, s->name);
	if (!ok || options.verbose)
		print_variant(&variants[v - 1], ok ? "as it should be" : why);
}

static void check_rules_shown(void)
{
	bool all = tally.rules == (1ULL << rule_count) - 1;

	report(all, "every rule has a trace by hand");
	for (unsigned int r = 0; r < rule_count; r++)
		if (!(tally.rules >> r & 1))
			printf("# none for \"%s\"\n", rules[r].name);
}

static struct trace *run_scripts(struct world *w, unsigned int *count)
{
	struct trace *traces = script_traces(count);

	if (!run_both(w, traces, *count))
		return NULL;
	for (unsigned int s = 0; s < script_count; s++)
		if (wanted_script(&scripts[s]))
			check_script(&scripts[s], traces + s * VARIANTS);
	if (!options.script)
		check_rules_shown();
	return traces;
}

/* --- generated traces */

static bool run_batch(struct world *w, struct trace *traces, unsigned int first, unsigned int count,
		      struct forgeries *forgeries, struct dice *dice)
{
	for (unsigned int i = 0; i < count; i++)
		generate(&traces[i], options.seed, first + i);
	if (!run_both(w, traces, count))
		return false;
	for (unsigned int i = 0; i < count; i++) {
		struct verdict v = compare(&traces[i]);

		count_trace(&traces[i], &v);
		if (v.finding != FOUND_NOTHING || (options.one && options.verbose))
			show(&traces[i], &v);
		forge_states(forgeries, &traces[i], dice);
	}
	return true;
}

static bool all_seen(void)
{
	bool all = true;

	for (int s = NF_SYN_SENT; s < NF_STATE_COUNT; s++) {
		all &= tally.nf_seen[s];
		if (!tally.nf_seen[s])
			printf("# nf was never in %s\n", nf_name(s));
	}
	for (int s = 0; s < LEVEE_TCP_STATE_COUNT; s++) {
		all &= tally.levee_seen[s];
		if (!tally.levee_seen[s])
			printf("# levee never said %s\n", state_name(s));
	}
	return all;
}

static void report_generated(const struct forgeries *f)
{
	report(!tally.findings[FOUND_OBSERVER_WRONG], "generated: the observer says what is true of the ends");
	report(!tally.findings[FOUND_WRONG], "generated: levee says what the segments show");
	report(!tally.findings[FOUND_UNTRUE] && (tally.told || options.one),
	       "generated: levee says what is true of the ends, where that can be known");
	report(!tally.findings[FOUND_UNCLAIMED] && !tally.findings[FOUND_CLAIMED_TWICE],
	       "generated: exactly one rule claims each difference from nf_conntrack");
	if (options.one)
		return;
	report(all_seen(), "generated: every state of both trackers occurs");
	report(f->made > 100 && f->noticed == f->made, "wrong states in levee's place are noticed");
	printf("# %u of %u; nf_conntrack alone tells %u\n", f->noticed, f->made, f->noticed_by_nf);
}

/* Keeps some for the mutants in `kept`. */
static bool run_generated(struct world *w, struct trace *kept)
{
	struct trace *traces = calloc(BATCH, sizeof(*traces));
	unsigned int first = options.one ? options.only : 0, end = options.one ? first + 1 : options.traces;
	struct forgeries forgeries = { 0 };
	struct dice dice;
	bool ok = true;

	dice_seed(&dice, options.seed);
	for (unsigned int i = first; ok && i < end; i += BATCH) {
		ok = run_batch(w, traces, i, end - i < BATCH ? end - i : BATCH, &forgeries, &dice);
		if (i == 0 && kept)
			memcpy(kept, traces, KEPT * sizeof(*kept));
	}
	free(traces);
	if (ok)
		report_generated(&forgeries);
	return ok;
}

/* --- mutants */

static void run_mutant(const struct mutant *m, const struct trace *traces, unsigned int count)
{
	static struct world w;
	unsigned int by = 0;
	char what[120];

	snprintf(what, sizeof(what), "levee is found out if %s", m->name);
	if (!mutant_open(&w, m)) {
		report(false, what);
		printf("# its table of states could not be changed\n");
		return;
	}
	report(mutant_found(&w, traces, count, &by), what);
	printf("# by trace %u, \"%s\"\n", traces[by].number, traces[by].name);
	world_close(&w);
}

/* Every variant of a script would say the same again: one of each, then the generated ones. */
static void run_mutants(const struct trace *by_hand, const struct trace *kept)
{
	unsigned int count = script_count + (options.traces < KEPT ? options.traces : KEPT), n = 0;
	struct trace *traces = calloc(count, sizeof(*traces));

	for (unsigned int i = 0; i < count; i++) {
		traces[n] = i < script_count ? by_hand[i * VARIANTS] : kept[i - script_count];
		n += compare(&traces[n]).finding == FOUND_NOTHING; /* without the mutant */
	}
	for (unsigned int m = 0; m < mutant_count; m++)
		run_mutant(&mutants[m], traces, n);
	free(traces);
}

/* --- the whole */

static void print_totals(void)
{
	printf("#\n# rule | traces | by | why\n# --- | --- | --- | ---\n");
	for (unsigned int r = 0; r < rule_count; r++)
		printf("# %s | %u | %s | %s\n", rules[r].name, tally.by_rule[r], rules[r].section, rules[r].why);
	printf("#\n# %u generated traces, %u segments: levee and nf_conntrack agree after %u, differ by a rule after %u\n",
	       tally.traces, tally.segments, tally.agreements, tally.differences);
	printf("# the ends' own states were known after %u; in %u traces a forged segment left nobody certain of the rest\n",
	       tally.told, tally.left);
}

static bool parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", required_argument, NULL, 's' }, { "traces", required_argument, NULL, 't' },
		{ "only", required_argument, NULL, 'o' }, { "script", required_argument, NULL, 'n' },
		{ "verbose", no_argument, NULL, 'v' },	  { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 's':
			options.seed = strtoul(optarg, NULL, 0);
			break;
		case 't':
			options.traces = strtoul(optarg, NULL, 0);
			break;
		case 'o':
			options.only = strtoul(optarg, NULL, 0);
			options.one = true;
			break;
		case 'n':
			options.script = optarg;
			break;
		case 'v':
			options.verbose = true;
			break;
		default:
			return false;
		}
	}
	return optind == argc && options.traces <= 60000;
}

static bool run_all(struct world *w)
{
	struct trace *kept = calloc(KEPT, sizeof(*kept)), *by_hand = NULL;
	unsigned int count;
	bool ok = kept != NULL;

	if (ok && !options.one) {
		by_hand = run_scripts(w, &count);
		ok = by_hand != NULL;
	}
	if (ok && !options.script)
		ok = run_generated(w, kept);
	if (ok && !options.script && !options.one)
		run_mutants(by_hand, kept);
	free(by_hand);
	free(kept);
	return ok;
}

int main(int argc, char **argv)
{
	static struct world w;

	if (!parse(argc, argv)) {
		fprintf(stderr, "Usage: diff [--seed N] [--traces N] [--only N] [--script TEXT] [--verbose]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (unshare(CLONE_NEWNET)) {
		perror("diff: cannot make a network namespace; run it as root");
		return 2;
	}
	if (!nf_open() || !levee_open(&w) || !run_all(&w))
		return 2;
	printf("1..%u\n", passed + failed);
	if (!options.script && !options.one)
		print_totals();
	printf("%u passed, %u failed\n", passed, failed);
	world_close(&w);
	nf_close();
	return failed || !passed;
}
