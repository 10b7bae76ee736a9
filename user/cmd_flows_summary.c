/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_flows_summary.c - levee flows IFACE --summary
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "errors.h"
#include "output.h"
#include "progress.h"
#include "services.h"
#include "summary.h"

/* Groups of each kind in the text form without --limit: a screenful. */
#define SUMMARY_LINES 20

struct summing {
	const struct filter *filter;
	struct progress progress;
	struct summary summary;
};

static int visit(const struct flow_row *row, void *arg)
{
	struct summing *s = arg;

	if (s->summary.read++ % PROGRESS_ROWS == 0)
		progress_tell(&s->progress, s->summary.read, NULL);
	return filter_matches(s->filter, row) ? summary_add(&s->summary, row) : 0;
}

static int know_services(struct summary *summary, const struct maps *maps)
{
	struct service_list *services = services_read(maps);
	int err = services ? 0 : -errno;

	for (unsigned int i = 0; !err && i < services->count; i++)
		err = summary_know(summary, &services->known[i]->key.addr, services->known[i]->key.port);
	services_free(services);
	return err;
}

static void print(struct summary *summary, const struct options *o)
{
	unsigned int limit = o->limit || o->json ? o->limit : SUMMARY_LINES;
	free_json json_t *doc = summary_model(summary, o->argument[0], limit);

	if (o->json)
		output_json(doc, true);
	else
		summary_render(doc, stdout);
}

int flows_summary(const struct maps *maps, const struct options *options, const struct filter *filter)
{
	struct summing s = { .filter = filter };
	int err = know_services(&s.summary, maps);

	progress_begin(&s.progress, "connections read", flows_expected(maps));
	if (!err)
		err = flows_each(maps, visit, &s);
	progress_end(&s.progress);
	if (err)
		err = failed(EXIT_FAILED, "%s: reading the tables failed: %s", maps->ifname, strerror(-err));
	else
		print(&s.summary, options);
	summary_free(&s.summary);
	return err;
}
