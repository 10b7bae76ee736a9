/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_status.c - levee status [IFACE]: where and how, whether all of it is still there, and what it knows.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attached.h"
#include "cleanup.h"
#include "clock.h"
#include "confirm.h"
#include "errors.h"
#include "health.h"
#include "maps.h"
#include "options.h"
#include "output.h"
#include "services.h"
#include "share.h"
#include "status.h"
#include "tc.h"
#include "words.h"

static json_t *how_model(const struct maps *maps)
{
	const struct levee_meta *m = &maps->meta;
	struct tc_state tc = {};
	char since[32];

	tc_inspect(m->ifindex, &tc);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:I, s:I, s:{s:I, s:I, s:I}, s:b}", "version", m->version,
			 "xdp_mode", word_xdp_mode(m->xdp_mode), "attachment", word_attachment(m->attachment),
			 "attachment_help", help_attachment(m->attachment), "since_unix_ms",
			 (json_int_t)m->attached_unix_ms, "since", text_time(since, m->attached_unix_ms), "up_ms",
			 (json_int_t)(clock_unix_ms() - m->attached_unix_ms), "reloaded_unix_ms",
			 (json_int_t)m->reloaded_unix_ms, "programs", "ingress", (json_int_t)m->xdp_prog_id, "accept",
			 (json_int_t)tc.ours[TC_INGRESS].prog_id, "egress", (json_int_t)tc.ours[TC_EGRESS].prog_id,
			 "handoff", m->handoff);
}

/* Only a dispatcher has a chain, and only levee's own program in it has a place to tell of. */
static void add_chain(json_t *model, const struct xdp_state *xdp)
{
	if (!xdp || !xdp->chain_position)
		return;
	json_object_set_new(model, "chain_position", json_integer(xdp->chain_position));
	json_object_set_new(model, "chain_length", json_integer(xdp->chain_length));
}

static json_t *tables_model(const struct maps *maps, const struct levee_runtime *run, size_t services)
{
	const struct levee_settings *set = &maps->settings;

	return json_pack("{s:{s:I, s:I}, s:{s:I, s:I}, s:{s:I, s:I}, s:I}", "half_open", "used",
			 (json_int_t)run->half_open, "max", (json_int_t)set->half_open_max, "flows", "used",
			 (json_int_t)run->flows, "max", (json_int_t)set->flows_max, "services", "used",
			 (json_int_t)services, "max", (json_int_t)LEVEE_SERVICES_MAX, "cookies_in_flight",
			 (json_int_t)run->in_flight);
}

static json_t *mode_model(const struct maps *maps, const struct levee_runtime *run)
{
	const struct levee_settings *set = &maps->settings;

	return json_pack("{s:s, s:i, s:i, s:s, s:I}", "cookies", word_cookies(set->cookies), "start_percent",
			 set->start_percent, "end_percent", set->end_percent, "mode", word_mode(run->mode), "mode_ms",
			 (json_int_t)maps_mode_age(maps, run->mode_ms));
}

json_t *status_model(const char *ifname, int *err)
{
	close_maps struct maps maps;
	const struct xdp_state *xdp;
	struct levee_runtime run;
	json_t *model, *services;
	struct xdp_state state;

	*err = maps_open(&maps, ifname);
	if (*err)
		return NULL;
	*err = maps_read(&maps, MAP_RUNTIME, &run);
	services = *err ? NULL : services_model(&maps);
	if (!services) {
		*err = failed(EXIT_FAILED, "%s: reading the tables failed: %s", ifname, strerror(errno));
		return NULL;
	}
	xdp = health_inspect(&maps, &state) ? NULL : &state;
	model = json_pack("{s:s, s:i, s:b}", "interface", ifname, "ifindex", maps.meta.ifindex, "enabled",
			  maps.settings.enabled);
	json_object_update_new(model, how_model(&maps));
	add_chain(model, xdp);
	json_object_update_new(model, mode_model(&maps, &run));
	json_object_set_new(model, "confirm", confirm_model(&maps.settings.clock, maps.settings.confirm_ms));
	json_object_set_new(model, "problems", health_model(health_check(&maps, &run, xdp)));
	json_object_set_new(model, "tables", tables_model(&maps, &run, json_array_size(services)));
	json_object_set_new(model, "services", services);
	return model;
}

static void render_table(const json_t *tables, const char *title, const char *name)
{
	const json_t *t = json_object_get(tables, name);
	long long used = model_number(t, "used"), max = model_number(t, "max");

	printf("  %-11s %lld of %lld (%.1f %%)\n", title, used, max, max ? 100.0 * used / max : 0.0);
}

static void render_mode(const json_t *m)
{
	char since[32];

	printf("  cookies     %s", model_text(m, "cookies"));
	if (strcmp(model_text(m, "cookies"), "adaptive") == 0)
		printf(": on from %lld %% half-open, off below %lld %%", model_number(m, "start_percent"),
		       model_number(m, "end_percent"));
	printf("\n  mode        ");
	color_print(stdout, color_of_mode(model_text(m, "mode")), "%s", model_text(m, "mode"));
	printf(" for %s (the whole table), %lld cookies in flight\n",
	       output_duration(since, model_number(m, "mode_ms")),
	       model_number(json_object_get(m, "tables"), "cookies_in_flight"));
	if (!model_true(m, "handoff"))
		printf("  handoff     none: this kernel cannot make connections from cookies\n");
}

static void render_confirm(const json_t *m)
{
	const json_t *confirm = json_object_get(m, "confirm");
	char line[160], at[32], left[32];

	if (!model_number(confirm, "left_ms"))
		return;
	snprintf(line, sizeof(line), "to be confirmed: detaches by itself at %s, in %s, unless: levee confirm %s",
		 text_clock(at, model_number(confirm, "detaches_unix_ms")),
		 output_duration(left, model_number(confirm, "left_ms")), model_text(m, "interface"));
	output_wrapped_color(stdout, COLOR_ALERT, "  waits       ", 14, line);
}

static void render_attachment(const json_t *m)
{
	char line[256], chain[64] = "";

	if (json_object_get(m, "chain_position"))
		snprintf(chain, sizeof(chain), ", %lld of %lld", model_number(m, "chain_position"),
			 model_number(m, "chain_length"));
	snprintf(line, sizeof(line), "%s XDP, %s%s: %s", model_text(m, "xdp_mode"), model_text(m, "attachment"), chain,
		 model_text(m, "attachment_help"));
	output_wrapped(stdout, "  attached    ", 14, line);
}

static void render_interface(const json_t *m)
{
	const json_t *ids = json_object_get(m, "programs"), *tables = json_object_get(m, "tables");
	char up[32], reloaded[32];

	color_print(stdout, COLOR_HEADING, "%s", model_text(m, "interface"));
	putchar('\n');
	health_render(json_object_get(m, "problems"), model_text(m, "interface"), stdout);
	render_confirm(m);
	render_attachment(m);
	printf("  since       %s, %s, by levee %s\n", model_text(m, "since"),
	       output_duration(up, model_number(m, "up_ms")), model_text(m, "version"));
	printf("  programs    ingress %lld, accept %lld, egress %lld", model_number(ids, "ingress"),
	       model_number(ids, "accept"), model_number(ids, "egress"));
	if (model_number(m, "reloaded_unix_ms"))
		printf("; reloaded %s", text_time(reloaded, model_number(m, "reloaded_unix_ms")));
	putchar('\n');
	render_mode(m);
	render_table(tables, "half-open", "half_open");
	render_table(tables, "flows", "flows");
	render_table(tables, "services", "services");
	services_render(json_object_get(m, "services"), stdout);
}

struct collecting {
	json_t *interfaces;
	int err;
};

static int collect(const char *ifname, void *arg)
{
	struct collecting *c = arg;
	json_t *model = status_model(ifname, &c->err);

	if (model)
		json_array_append_new(c->interfaces, model);
	return c->err;
}

static bool any_problem(const json_t *interfaces)
{
	const json_t *one;
	size_t i;

	json_array_foreach(interfaces, i, one)
		if (json_array_size(json_object_get(one, "problems")))
			return true;
	return false;
}

static void render(const json_t *doc)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(doc, "interfaces"), i, one) {
		if (i > 0)
			putchar('\n');
		render_interface(one);
	}
	if (model_number(doc, "elsewhere"))
		printf("\n%lld more in other network namespaces\n", model_number(doc, "elsewhere"));
}

int cmd_status(const struct options *options)
{
	struct collecting c = { .interfaces = json_array() };
	free_json json_t *doc = json_pack("{s:s, s:o}", "schema", "levee.status/1", "interfaces", c.interfaces);
	struct place place;

	c.err = place_find(&place, NULL, false);
	if (!c.err && options->argument[0])
		collect(options->argument[0], &c);
	else if (!c.err)
		place_each(&place, collect, &c);
	if (c.err)
		return c.err;
	if (json_array_size(c.interfaces) == 0)
		return attached_none(&place);
	json_object_set_new(doc, "elsewhere", json_integer(options->argument[0] ? 0 : place_elsewhere(&place)));
	if (options->json)
		output_json(doc, true);
	else
		render(doc);
	return any_problem(c.interfaces) ? EXIT_FAILED : EXIT_OK;
}
