/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_config.c - levee config show IFACE, levee config set IFACE NAME=VALUE...
 */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "duration.h"
#include "errors.h"
#include "maps.h"
#include "options.h"
#include "output.h"
#include "settings.h"
#include "timeouts.h"
#include "words.h"

/* --- the model */

static json_t *timeout_model(const struct maps *maps, enum levee_timeout t, __u32 pressure)
{
	const struct levee_settings *set = &maps->settings;
	const struct timeout_info *info = &timeouts[t];

	return json_pack("{s:s, s:I, s:I, s:I, s:b, s:s, s:s}", "name", info->name, "ms",
			 (json_int_t)set->timeout_ms[t], "default_ms", (json_int_t)info->preset_ms, "now_ms",
			 (json_int_t)levee_timeout_under(set->timeout_ms, t, pressure), "elastic", info->elastic,
			 "from", word_origin(maps->meta.from.timeout[t]), "why", info->why);
}

static json_t *timeouts_model(const struct maps *maps, __u32 pressure)
{
	json_t *list = json_array();

	for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++)
		json_array_append_new(list, timeout_model(maps, t, pressure));
	return list;
}

static json_t *model(const struct maps *maps, const struct levee_runtime *run)
{
	const struct levee_settings *set = &maps->settings;
	__u32 pressure = run->pressure ? run->pressure : LEVEE_PRESSURE_ONE;

	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:i, s:i, s:I, s:I, s:I, s:f, s:i, s:o}", "schema",
			 "levee.config/1", "interface", maps->ifname, "file", maps->meta.file, "from",
			 settings_from_model(&maps->meta.from), "cookies", word_cookies(set->cookies), "start_percent",
			 set->start_percent, "end_percent", set->end_percent, "half_open_max",
			 (json_int_t)set->half_open_max, "flows_max", (json_int_t)set->flows_max, "flows",
			 (json_int_t)run->flows, "elastic_percent", 100.0 * pressure / LEVEE_PRESSURE_ONE, "generation",
			 set->generation, "timeouts", timeouts_model(maps, pressure));
}

json_t *settings_model(const struct maps *maps)
{
	struct levee_runtime run;
	int err = maps_read(maps, MAP_RUNTIME, &run);

	if (!err)
		return model(maps, &run);
	failed(EXIT_FAILED, "%s: reading the maps failed: %s", maps->ifname, strerror(-err));
	return NULL;
}

/* --- text */

#define WHY_COLUMN 24

/* " (file)", " (command)", or "" for what nobody has chosen. */
static const char *chosen_by(char to[24], const char *from)
{
	snprintf(to, 24, " (%s)", from);
	return strcmp(from, word_origin(LEVEE_FROM_DEFAULT)) == 0 ? "" : to;
}

static const char *setting_chosen_by(char to[24], const json_t *m, const char *name)
{
	return chosen_by(to, model_text(json_object_get(m, "from"), name));
}

static void render_timeout(const json_t *t)
{
	long long ms = model_number(t, "ms"), preset = model_number(t, "default_ms"), now = model_number(t, "now_ms");
	char left[WHY_COLUMN + 32], value[32], by[24], was[80] = "", shrunk[48] = "", text[300];

	if (ms != preset)
		snprintf(was, sizeof(was), "default %s%s; ", duration_exact(value, preset),
			 chosen_by(by, model_text(t, "from")));
	if (now != ms)
		snprintf(shrunk, sizeof(shrunk), ", now %s", duration_exact(value, now / 1000 * 1000));
	snprintf(left, sizeof(left), "  %-12s %-8s ", model_text(t, "name"), duration_exact(value, ms));
	snprintf(text, sizeof(text), "%s%s%s%s%s", model_true(t, "elastic") ? "elastic" : "", shrunk,
		 model_true(t, "elastic") ? "; " : "", was, model_text(t, "why"));
	output_wrapped(stdout, left, WHY_COLUMN, text);
}

static void render_cookies(const json_t *m)
{
	char by[24], start[24], end[24];

	printf("  cookies      %s%s", model_text(m, "cookies"), setting_chosen_by(by, m, "cookies"));
	if (strcmp(model_text(m, "cookies"), "adaptive") == 0)
		printf(": on from %lld %%%s half-open, off below %lld %%%s", model_number(m, "start_percent"),
		       setting_chosen_by(start, m, "start"), model_number(m, "end_percent"),
		       setting_chosen_by(end, m, "end"));
	putchar('\n');
}

static void render(const json_t *m)
{
	double percent = model_real(m, "elastic_percent");
	char half_open[24], flows[24];
	const json_t *t;
	size_t i;

	printf("%s\n", model_text(m, "interface"));
	if (*model_text(m, "file"))
		printf("  file         %s\n", model_text(m, "file"));
	render_cookies(m);
	printf("  tables       %lld half-open connections%s, %lld flows%s\n", model_number(m, "half_open_max"),
	       setting_chosen_by(half_open, m, "half-open"), model_number(m, "flows_max"),
	       setting_chosen_by(flows, m, "flows"));
	printf("  flows        %lld now: elastic timeouts have ", model_number(m, "flows"));
	printf(percent < 100 ? "%.0f %% of their length\n" : "their full length\n", percent);
	printf("\nforgotten when silent for so long; elastic: shorter from %u %% of the flows on\n",
	       LEVEE_PRESSURE_START);
	json_array_foreach(json_object_get(m, "timeouts"), i, t)
		render_timeout(t);
}

int cmd_config_show(const struct options *options)
{
	close_maps struct maps maps;
	free_json json_t *doc = NULL;
	int err = maps_open(&maps, options->argument[0]);

	if (err)
		return err;
	doc = settings_model(&maps);
	if (!doc)
		return EXIT_FAILED;
	if (options->json)
		output_json(doc, true);
	else
		render(doc);
	return EXIT_OK;
}

/* --- set */

static void print_changes(const struct maps *maps, const struct levee_settings *now)
{
	bool any = false;

	for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++) {
		char before[32], after[32];

		if (maps->settings.timeout_ms[t] == now->timeout_ms[t])
			continue;
		any = true;
		printf("%s: %s is %s now, was %s\n", maps->ifname, timeouts[t].name,
		       duration_exact(after, now->timeout_ms[t]), duration_exact(before, maps->settings.timeout_ms[t]));
	}
	if (!any)
		printf("%s: nothing changed\n", maps->ifname);
}

/* Under the lock: another command may have written the settings since they were read. */
static int change_settings(struct maps *maps, const struct options *o, struct levee_settings *set)
{
	struct levee_meta meta = maps->meta;
	int err;

	*set = maps->settings;
	err = timeouts_change(set->timeout_ms, o->arguments - 1, o->argument + 1);
	for (int t = 0; !err && t < LEVEE_TIMEOUT_COUNT; t++)
		if (set->timeout_ms[t] != maps->settings.timeout_ms[t])
			meta.from.timeout[t] = LEVEE_FROM_COMMAND;
	return err ? err : settings_write(maps, set, &meta);
}

static int print_set(struct maps *maps, const struct options *o, const struct levee_settings *set)
{
	free_json json_t *doc = NULL;

	if (!o->json) {
		print_changes(maps, set);
		return EXIT_OK;
	}
	maps->settings = *set;
	doc = settings_model(maps);
	if (!doc)
		return EXIT_FAILED;
	output_json(doc, true);
	return EXIT_OK;
}

static int open_and_set(const struct options *o)
{
	struct levee_settings set;
	close_maps struct maps maps;
	close_fd int lock = -1;
	int err = maps_open(&maps, o->argument[0]);

	if (err)
		return err;
	lock = settings_lock(&maps);
	if (lock < 0)
		return -lock;
	err = change_settings(&maps, o, &set);
	return err ? err : print_set(&maps, o, &set);
}

int cmd_config_set(const struct options *options)
{
	__u32 scratch[LEVEE_TIMEOUT_COUNT] = {};
	/* What is wrong with the words is said first, whatever is attached. */
	int err = timeouts_change(scratch, options->arguments - 1, options->argument + 1);

	return err ? err : open_and_set(options);
}
