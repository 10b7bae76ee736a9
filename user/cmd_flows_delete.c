/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_flows_delete.c - levee flows delete IFACE FILTER...
 */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "errors.h"
#include "filter.h"
#include "forget.h"
#include "output.h"
#include "progress.h"

struct deleting {
	struct filter filter;
	struct forgetting forgetting;
	struct progress progress;
	__u64 read, matched;
};

static int visit(const struct flow_row *row, void *arg)
{
	struct deleting *d = arg;

	if (d->read++ % PROGRESS_ROWS == 0)
		progress_tell(&d->progress, d->read, NULL);
	if (!filter_matches(&d->filter, row))
		return 0;
	d->matched++;
	return forget_tuple(&d->forgetting, &row->tuple);
}

static int check_filter(const struct filter *f, const struct options *o)
{
	if (filter_is_empty(f) && !o->all)
		return failed(EXIT_USAGE, "delete which connections?\nname them by filters, or say --all");
	if (!filter_is_empty(f) && o->all)
		return failed(EXIT_USAGE, "--all and filters: which of them?");
	return 0;
}

static void print(const struct options *o, const struct deleting *d, __u64 deleted)
{
	free_json json_t *doc = json_pack("{s:s, s:s, s:I, s:I}", "schema", "levee.flows.delete/1", "interface",
					  o->argument[0], "matched", (json_int_t)d->matched, "deleted",
					  (json_int_t)deleted);

	if (o->json)
		output_json(doc, true);
	else
		printf("%llu connection%s forgotten\n", deleted, deleted == 1 ? "" : "s");
}

/* What the programs counted: an entry may have gone by itself, and a connection may have two. */
static int delete_matching(const struct options *o, const struct maps *maps, struct deleting *d)
{
	struct levee_stats before, after;
	int err = maps_read_stats(maps, &before), left;

	progress_begin(&d->progress, "connections read", flows_expected(maps));
	if (!err)
		err = flows_each(maps, visit, d);
	progress_end(&d->progress);
	left = forget_end(&d->forgetting);
	if (!err)
		err = left;
	if (!err)
		err = maps_read_stats(maps, &after);
	if (err)
		return failed(EXIT_FAILED, "%s: deleting failed: %s", maps->ifname, strerror(-err));
	if (!d->matched)
		return failed(EXIT_NOTHING, "%s: no connection matches", maps->ifname);
	print(o, d, after.counter[LEVEE_C_FLOW_DELETED] - before.counter[LEVEE_C_FLOW_DELETED]);
	return EXIT_OK;
}

static int delete_from(const struct options *o, struct deleting *d)
{
	close_maps struct maps maps;
	close_fd int prog = -1;
	int err = maps_open(&maps, o->argument[0]);

	if (err)
		return err;
	prog = maps_open_program(&maps, "levee_forget");
	if (prog < 0)
		return -prog;
	forget_begin(&d->forgetting, prog);
	return delete_matching(o, &maps, d);
}

int cmd_flows_delete(const struct options *options)
{
	struct deleting d = { .matched = 0 };
	int err = filter_parse(&d.filter, options);

	if (!err)
		err = check_filter(&d.filter, options);
	return err ? err : delete_from(options, &d);
}
