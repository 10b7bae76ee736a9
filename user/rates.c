/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rates.c - the stats document: reasons by verdict, counters of events, gauges; and its text form.
 *
 * Names and help come from the X-macros of the contract, so a new reason appears here by itself.
 */
#include <string.h>

#include "clock.h"
#include "output.h"
#include "queues.h"
#include "rates.h"
#include "words.h"

struct counted {
	unsigned int index;
	const char *name, *help;
};

#define REASON_ROW(NAME, name, help) { LEVEE_##NAME, #name, help },
#define COUNTER_ROW(NAME, name, help) { LEVEE_C_##NAME, #name, help },

static const struct counted pass[] = { LEVEE_REASONS_PASS(REASON_ROW) };
static const struct counted answer[] = { LEVEE_REASONS_TX(REASON_ROW) };
static const struct counted drop[] = { LEVEE_REASONS_DROP(REASON_ROW) };
static const struct counted events[] = { LEVEE_COUNTERS(COUNTER_ROW) };

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Every list of the document and its title in the text, in the order of printing. */
static const struct group {
	const char *name, *title;
	const struct counted *list;
	unsigned int count;
	bool is_reason;
} groups[] = {
	{ "pass", "passed to the stack", pass, COUNT(pass), true },
	{ "answer", "answered from the driver", answer, COUNT(answer), true },
	{ "drop", "dropped at the driver", drop, COUNT(drop), true },
	{ "events", "events", events, COUNT(events), false },
};

_Static_assert(COUNT(pass) + COUNT(answer) + COUNT(drop) == LEVEE_REASON_COUNT, "every reason is in one group");

int sample_take(const struct maps *maps, struct sample *s)
{
	int err;

	s->us = clock_monotonic_ns() / 1000;
	s->unix_ms = clock_unix_ms();
	err = maps_read(maps, MAP_RUNTIME, &s->runtime);
	return err ? err : maps_read_stats(maps, &s->stats);
}

static __u64 value_of(const struct sample *s, const struct group *g, unsigned int index)
{
	return g->is_reason ? s->stats.reason[index] : s->stats.counter[index];
}

static json_t *group_model(const struct group *g, const struct sample *before, const struct sample *now)
{
	double seconds = (now->us - before->us) / 1e6;
	json_t *object = json_object();

	for (unsigned int i = 0; i < g->count; i++) {
		__u64 total = value_of(now, g, g->list[i].index);
		__u64 gained = total - value_of(before, g, g->list[i].index);

		json_object_set_new(object, g->list[i].name,
				    json_pack("{s:I, s:f}", "total", (json_int_t)total, "per_s",
					      seconds > 0 ? gained / seconds : 0.0));
	}
	return object;
}

json_t *stats_model(const struct maps *maps, const struct sample *before, const struct sample *now)
{
	const struct levee_settings *set = &maps->settings;
	const struct levee_runtime *run = &now->runtime;
	json_t *doc = json_pack("{s:s, s:s, s:I, s:f, s:{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}}", "schema",
				"levee.stats/1", "interface", maps->ifname, "time_unix_ms", (json_int_t)now->unix_ms,
				"interval_s", (now->us - before->us) / 1e6, "gauges", "cookies",
				word_cookies(set->cookies), "mode", word_mode(run->mode), "mode_ms",
				(json_int_t)maps_mode_age(maps, run->mode_ms), "half_open", (json_int_t)run->half_open,
				"half_open_max", (json_int_t)set->half_open_max, "flows", (json_int_t)run->flows,
				"flows_max", (json_int_t)set->flows_max, "in_flight", (json_int_t)run->in_flight,
				"services", (json_int_t)run->services);

	for (unsigned int i = 0; i < COUNT(groups); i++)
		json_object_set_new(doc, groups[i].name, group_model(&groups[i], before, now));
	return doc;
}

static void render_gauges(const json_t *doc, FILE *to)
{
	const json_t *g = json_object_get(doc, "gauges");
	char since[32], when[32];

	color_print(to, COLOR_HEADING, "%s", model_text(doc, "interface"));
	fprintf(to, "  %s  cookies %s\n", text_time(when, model_number(doc, "time_unix_ms")), model_text(g, "cookies"));
	fprintf(to, "  mode       ");
	color_print(to, color_of_mode(model_text(g, "mode")), "%s", model_text(g, "mode"));
	fprintf(to, " for %s\n", output_duration(since, model_number(g, "mode_ms")));
	fprintf(to, "  half-open  %lld of %lld, cookies in flight %lld\n", model_number(g, "half_open"),
		model_number(g, "half_open_max"), model_number(g, "in_flight"));
	fprintf(to, "  flows      %lld of %lld, services %lld\n", model_number(g, "flows"),
		model_number(g, "flows_max"), model_number(g, "services"));
}

/* What is being dropped or answered by levee now stands out; what once was does not. */
static enum color color_of_rate(const struct group *g, double per_s)
{
	if (per_s > 0 && strcmp(g->name, "drop") == 0)
		return COLOR_BAD;
	return per_s > 0 && strcmp(g->name, "answer") == 0 ? COLOR_ALERT : COLOR_PLAIN;
}

static void render_row(const struct group *g, const char *name, const json_t *row, FILE *to)
{
	double per_s = model_real(row, "per_s");
	char rate[16];

	color_print(to, color_of_rate(g, per_s), "  %-40s %18lld %12s", name, model_number(row, "total"),
		    output_rate(rate, per_s));
	fputc('\n', to);
}

static void render_title(const struct group *g, long long sum, double per_s, FILE *to)
{
	enum color color = color_of_rate(g, per_s);
	char rate[16];

	color = color == COLOR_PLAIN ? COLOR_HEADING : color;
	if (g->is_reason)
		color_print(to, color, "%-42s %18lld %12s", g->title, sum, output_rate(rate, per_s));
	else
		color_print(to, color, "%s", g->title);
	fputc('\n', to);
}

static void render_group(const struct group *g, const json_t *rows, FILE *to)
{
	const char *name;
	json_t *row;
	long long sum = 0;
	double per_s = 0;

	json_object_foreach((json_t *)rows, name, row) {
		sum += model_number(row, "total");
		per_s += model_real(row, "per_s");
	}
	render_title(g, sum, per_s, to);
	json_object_foreach((json_t *)rows, name, row)
		if (model_number(row, "total"))
			render_row(g, name, row, to);
}

void stats_render(const json_t *doc, FILE *to)
{
	render_gauges(doc, to);
	fprintf(to, "%-42s %18s %12s\n", "", "total", "per second");
	for (unsigned int i = 0; i < COUNT(groups); i++)
		render_group(&groups[i], json_object_get(doc, groups[i].name), to);
	if (json_is_array(json_object_get(doc, "queues")))
		queues_render_pressure(json_object_get(doc, "queues"), to);
}
