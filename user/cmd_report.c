/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_report.c - levee report IFACE --out FILE.html: what is to be written where.
 */
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "errors.h"
#include "options.h"
#include "output.h"
#include "replace_file.h"
#include "report.h"

static bool to_stdout(const struct options *o)
{
	return o->out && strcmp(o->out, "-") == 0;
}

static int check(const struct options *o)
{
	if (!o->out && !o->json)
		return failed(EXIT_USAGE, "where shall the report go?\nlevee report %s --out %s.html (- is stdout)",
			      o->argument[0], o->argument[0]);
	if (to_stdout(o) && o->json)
		return failed(EXIT_USAGE,
			      "--out - and --json: which of them on stdout?\ngive --out a file, or leave it out");
	return o->out && !to_stdout(o) ? replace_file_check(o->out) : 0;
}

static int write_page(const struct options *o, const json_t *doc)
{
	free_memory char *page = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&page, &size);

	if (!to)
		return failed(EXIT_FAILED, "out of memory");
	report_page(doc, to);
	if (fclose(to))
		return failed(EXIT_FAILED, "out of memory");
	if (to_stdout(o)) {
		fwrite(page, 1, size, stdout);
		return EXIT_OK;
	}
	return replace_file(o->out, page, size);
}

static void say_written(const struct options *o, const json_t *doc)
{
	char line[256];

	snprintf(line, sizeof(line), "written to %s", o->out);
	printf("%s: %s\n", model_text(doc, "interface"), line);
	output_wrapped(stdout, "  ", 2, model_text(json_object_get(doc, "headline"), "lead"));
}

static int make_report(const struct options *o)
{
	close_maps struct maps maps;
	free_json json_t *doc = NULL;
	int err = maps_open(&maps, o->argument[0]);

	if (!err)
		doc = report_model(&maps, o->sample_ms, &err);
	if (!err && o->out)
		err = write_page(o, doc);
	if (err)
		return err;
	if (o->json)
		output_json(doc, false);
	else if (!to_stdout(o))
		say_written(o, doc);
	return EXIT_OK;
}

int cmd_report(const struct options *options)
{
	int err = check(options);

	return err ? err : make_report(options);
}
