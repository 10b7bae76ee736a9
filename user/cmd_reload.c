/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_reload.c - levee reload IFACE: the result in words. The work is reload.c's.
 */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "errors.h"
#include "output.h"
#include "reload.h"
#include "settings.h"

static json_t *programs_model(const struct reload_programs *p)
{
	return json_pack("{s:s, s:I, s:I, s:I}", "version", p->version, "ingress", (json_int_t)p->ingress, "accept",
			 (json_int_t)p->accept, "egress", (json_int_t)p->egress);
}

static json_t *model(const char *ifname, const struct reload_result *r)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:o}", "schema", "levee.reload/1", "interface", ifname,
			 "before", programs_model(&r->before), "after", programs_model(&r->after), "file", r->file,
			 "changes", r->changes, "notes", notes_take());
}

static void render_program(const json_t *m, const char *name)
{
	long long before = model_number(json_object_get(m, "before"), name),
		  after = model_number(json_object_get(m, "after"), name);

	if (after)
		printf("  %-20s %lld, was %lld\n", name, after, before);
}

static void render(const json_t *m)
{
	const char *ifname = model_text(m, "interface"), *was = model_text(json_object_get(m, "before"), "version"),
		   *is = model_text(json_object_get(m, "after"), "version");

	printf("%s: the programs are those of levee %s now", ifname, is);
	printf(strcmp(is, was) == 0 ? "\n" : ", were %s\n", was);
	render_program(m, "ingress");
	render_program(m, "accept");
	render_program(m, "egress");
	if (*model_text(m, "file"))
		printf("%s:\n", model_text(m, "file"));
	if (*model_text(m, "file") || json_array_size(json_object_get(m, "changes")))
		settings_render(ifname, json_object_get(m, "changes"), stdout);
}

int cmd_reload(const struct options *options)
{
	struct reload_result result;
	free_json json_t *doc = NULL;
	int err = reload_interface(options, &result);

	if (err) {
		json_decref(result.changes);
		return err;
	}
	doc = model(options->argument[0], &result);
	if (options->json)
		output_json(doc, true);
	else
		render(doc);
	return EXIT_OK;
}
