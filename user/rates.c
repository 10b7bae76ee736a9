/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rates.c - the stats document: reasons by verdict, counters of events, gauges; and its text form.
 *
 * Names come from the contract (counted.h), so a new reason appears here by itself.
 */
#include <string.h>

#include "clock.h"
#include "counted.h"
#include "health.h"
#include "output.h"
#include "queues.h"
#include "rates.h"
#include "words.h"

int sample_take(const struct maps *maps, struct sample *s)
{
	int err;

	s->us = clock_monotonic_ns() / 1000;
	s->unix_ms = clock_unix_ms();
	err = maps_read(maps, MAP_RUNTIME, &s->runtime);
	return err ? err : maps_read_stats(maps, &s->stats);
}

json_t *stats_gained(const struct levee_stats *before, const struct levee_stats *now, const char *group)
{
	json_t *object = json_object();

	for (const struct counted_group *g = counted_groups; g < counted_groups + COUNTED_GROUPS; g++) {
		for (unsigned int i = 0; strcmp(g->name, group) == 0 && i < g->count; i++) {
			__u64 more = counted_value(now, g, g->list[i].index) -
				     counted_value(before, g, g->list[i].index);

			if (more)
				json_object_set_new(object, g->list[i].name, json_integer(more));
		}
	}
	return object;
}

static json_t *group_help(const struct counted_group *g)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < g->count; i++)
		json_object_set_new(object, g->list[i].name, json_string(g->list[i].help));
	return object;
}

json_t *stats_help(void)
{
	json_t *all = json_object();

	for (const struct counted_group *g = counted_groups; g < counted_groups + COUNTED_GROUPS; g++)
		json_object_set_new(all, g->name, group_help(g));
	return all;
}

static json_t *group_model(const struct counted_group *g, const struct sample *before, const struct sample *now)
{
	double seconds = (now->us - before->us) / 1e6;
	json_t *object = json_object();

	for (unsigned int i = 0; i < g->count; i++) {
		__u64 total = counted_value(&now->stats, g, g->list[i].index);
		__u64 gained = total - counted_value(&before->stats, g, g->list[i].index);

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

	for (unsigned int i = 0; i < COUNTED_GROUPS; i++)
		json_object_set_new(doc, counted_groups[i].name, group_model(&counted_groups[i], before, now));
	return doc;
}

/* The table may be calm while listeners are not. Without a list of them, nothing is said. */
static void render_listeners_mode(const json_t *queues, FILE *to)
{
	unsigned int n = 0;
	const json_t *q;
	size_t i;

	json_array_foreach((json_t *)queues, i, q)
		n += strcmp(model_text(q, "mode"), "cookie") == 0;
	if (n)
		color_print(to, COLOR_ALERT, "; cookies for %u of %zu listeners", n, json_array_size(queues));
}

static void render_gauges(const json_t *doc, FILE *to)
{
	const json_t *g = json_object_get(doc, "gauges");
	char since[32], when[32];

	color_print(to, COLOR_HEADING, "%s", model_text(doc, "interface"));
	fprintf(to, "  %s  cookies %s\n", text_time(when, model_number(doc, "time_unix_ms")), model_text(g, "cookies"));
	health_render(json_object_get(doc, "problems"), model_text(doc, "interface"), to);
	fprintf(to, "  mode       ");
	color_print(to, color_of_mode(model_text(g, "mode")), "%s", model_text(g, "mode"));
	fprintf(to, " for %s (the whole table)", output_duration(since, model_number(g, "mode_ms")));
	render_listeners_mode(json_object_get(doc, "queues"), to);
	fputc('\n', to);
	fprintf(to, "  half-open  %lld of %lld, cookies in flight %lld\n", model_number(g, "half_open"),
		model_number(g, "half_open_max"), model_number(g, "in_flight"));
	fprintf(to, "  flows      %lld of %lld, services %lld\n", model_number(g, "flows"),
		model_number(g, "flows_max"), model_number(g, "services"));
}

/* What is being dropped or answered by levee now stands out; what once was does not. */
static enum color color_of_rate(const struct counted_group *g, double per_s)
{
	if (per_s > 0 && strcmp(g->name, "drop") == 0)
		return COLOR_BAD;
	return per_s > 0 && strcmp(g->name, "answer") == 0 ? COLOR_ALERT : COLOR_PLAIN;
}

static void render_row(const struct counted_group *g, const char *name, const json_t *row, FILE *to)
{
	double per_s = model_real(row, "per_s");
	char rate[16];

	color_print(to, color_of_rate(g, per_s), "  %-40s %18lld %12s", name, model_number(row, "total"),
		    output_rate(rate, per_s));
	fputc('\n', to);
}

static void render_title(const struct counted_group *g, long long sum, double per_s, FILE *to)
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

static void render_group(const struct counted_group *g, const json_t *rows, FILE *to)
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
	for (unsigned int i = 0; i < COUNTED_GROUPS; i++)
		render_group(&counted_groups[i], json_object_get(doc, counted_groups[i].name), to);
	if (json_is_array(json_object_get(doc, "queues")))
		queues_render_pressure(json_object_get(doc, "queues"), to);
}
