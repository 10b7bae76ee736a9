/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_config_file.c - levee config check, levee config load IFACE: what levee.conf says, and what that changes.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "conf.h"
#include "duration.h"
#include "errors.h"
#include "maps.h"
#include "option_table.h"
#include "output.h"
#include "settings.h"
#include "timeouts.h"

/* --- check */

/* A value as it stands in the file, with its line. */
static json_t *value_model(const struct conf *conf, const struct conf_value *v)
{
	char name[48];

	snprintf(name, sizeof(name), "%s%s", v->option ? "" : "timeout.",
		 v->option ? v->option->name : timeouts[v->timeout].name);
	return json_pack("{s:s, s:s, s:i, s:s}", "name", name, "value", v->text, "line", v->line, "section",
			 conf->section[v->section].name);
}

static bool is_of(const struct conf *conf, const struct conf_value *v, const char *section)
{
	return strcmp(conf->section[v->section].name, section) == 0;
}

/* Does the interface's own section say it otherwise? */
static bool is_overridden(const struct conf *conf, const struct conf_value *v, const char *ifname)
{
	for (unsigned int i = 0; i < conf->values; i++) {
		const struct conf_value *own = &conf->value[i];

		if (own != v && is_of(conf, own, ifname) && own->option == v->option && own->timeout == v->timeout)
			return true;
	}
	return false;
}

/* What holds for an interface: its own section, and of [default] what that does not say. */
static json_t *values_model(const struct conf *conf, const char *ifname)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < conf->values; i++) {
		const struct conf_value *v = &conf->value[i];

		if (is_of(conf, v, ifname) || (is_of(conf, v, CONF_SECTION_ALL) && !is_overridden(conf, v, ifname)))
			json_array_append_new(list, value_model(conf, v));
	}
	return list;
}

/* Is a levee attached there whose maps can be read? */
static bool is_readable(const struct place *place, const char *ifname)
{
	struct levee_meta meta;

	if (maps_peek_meta(place, &meta) || meta.magic != LEVEE_MAGIC)
		return false;
	if (meta.abi == LEVEE_ABI)
		return true;
	note("%s: attached by a levee with maps of version %u: what the file would change there is not known", ifname,
	     meta.abi);
	return false;
}

/* What loading the file would change now; *changes stays NULL where levee is not attached. */
static int changes_model(const struct conf *conf, const char *ifname, json_t **changes)
{
	close_plan struct settings_plan plan = {};
	close_maps struct maps maps;
	struct place place;
	int err = place_find(&place, ifname, false);

	memset(maps.fd, -1, sizeof(maps.fd));
	if (err || !is_readable(&place, ifname))
		return err;
	err = maps_open(&maps, ifname);
	if (!err)
		err = settings_plan(&maps, conf, &plan);
	*changes = err ? NULL : json_incref(plan.changes);
	return err;
}

struct checking {
	const struct conf *conf;
	json_t *sections;
	int err;
};

/* `line` 0: an interface that has no section of its own. */
static int add_section(struct checking *c, const char *name, unsigned int line)
{
	bool all = strcmp(name, CONF_SECTION_ALL) == 0;
	json_t *changes = NULL, *model;

	c->err = all ? 0 : changes_model(c->conf, name, &changes);
	if (c->err)
		return c->err;
	model = json_pack("{s:s, s:i, s:b, s:b, s:o}", "section", name, "line", line, "interface_exists",
			  !all && if_nametoindex(name), "attached", !!changes, "settings", values_model(c->conf, name));
	if (changes)
		json_object_set_new(model, "changes", changes);
	json_array_append_new(c->sections, model);
	return 0;
}

/* Where levee is attached, [default] counts without a section too. */
static int add_attached(const char *ifname, void *arg)
{
	struct checking *c = arg;

	for (unsigned int i = 0; i < c->conf->sections; i++)
		if (strcmp(c->conf->section[i].name, ifname) == 0)
			return 0;
	return add_section(c, ifname, 0);
}

/* NULL after failed(), with its exit code in *err. */
static json_t *check_model(const struct conf *conf, int *err)
{
	struct checking c = { .conf = conf, .sections = json_array() };
	struct place place;

	for (unsigned int i = 0; !c.err && i < conf->sections; i++)
		add_section(&c, conf->section[i].name, conf->section[i].line);
	if (!c.err)
		c.err = place_find(&place, NULL, false);
	if (!c.err)
		place_each(&place, add_attached, &c);
	*err = c.err;
	if (!c.err)
		return json_pack("{s:s, s:s, s:o, s:o}", "schema", "levee.config.check/1", "file", conf->path,
				 "sections", c.sections, "notes", notes_take());
	json_decref(c.sections);
	return NULL;
}

static void render_section(const json_t *s)
{
	const char *name = model_text(s, "section"), *state = "no such interface now";
	const json_t *v;
	size_t i;

	if (model_true(s, "interface_exists"))
		state = model_true(s, "attached") ? "levee is attached" : "levee is not attached";
	if (strcmp(name, CONF_SECTION_ALL) == 0)
		state = "what every interface begins with";
	printf(model_number(s, "line") ? "[%s]: %s\n" : "%s, which has no section: %s\n", name, state);
	json_array_foreach(json_object_get(s, "settings"), i, v) {
		printf("  %-20s %s", model_text(v, "name"), model_text(v, "value"));
		printf(strcmp(model_text(v, "section"), name) == 0 ? "\n" : "  (of [%s])\n", model_text(v, "section"));
	}
	if (!model_true(s, "attached"))
		return;
	printf("\"levee config load %s\" would change\n", name);
	settings_render(name, json_object_get(s, "changes"), stdout);
}

int cmd_config_check(const struct options *options)
{
	close_conf struct conf conf = {};
	free_json json_t *doc = NULL;
	const json_t *s;
	size_t i;
	int err = conf_need(&conf, options, NULL);

	if (!err)
		doc = check_model(&conf, &err);
	if (err)
		return err;
	if (options->json) {
		output_json(doc, true);
		return EXIT_OK;
	}
	printf("%s: all of it is right\n", model_text(doc, "file"));
	json_array_foreach(json_object_get(doc, "sections"), i, s)
		render_section(s);
	return EXIT_OK;
}

/* --- load */

int cmd_config_load(const struct options *options)
{
	close_plan struct settings_plan plan = {};
	close_conf struct conf conf = {};
	close_maps struct maps maps;
	free_json json_t *doc = NULL;
	int err = maps_open(&maps, options->argument[0]);

	if (!err)
		err = conf_need(&conf, options, maps.meta.file);
	if (!err)
		err = settings_load(&maps, &conf, &plan);
	if (err)
		return err;
	doc = json_pack("{s:s, s:s, s:s, s:O, s:o}", "schema", "levee.config.load/1", "interface", maps.ifname, "file",
			conf.path, "changes", plan.changes, "notes", notes_take());
	if (options->json) {
		output_json(doc, true);
		return EXIT_OK;
	}
	printf("%s: %s is applied\n", maps.ifname, conf.path);
	settings_render(maps.ifname, plan.changes, stdout);
	return EXIT_OK;
}
