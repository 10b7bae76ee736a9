/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_queues.c - levee queues IFACE [--watch SEC]: when to look, and when to stop.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "errors.h"
#include "options.h"
#include "output.h"
#include "queues.h"
#include "watch.h"

static int print(const struct options *o, const json_t *doc)
{
	if (o->json || o->jsonl)
		output_json(doc, o->json && !o->watch_ms);
	else
		queues_render(doc, stdout);
	if (!o->json && !o->jsonl && o->watch_ms)
		putchar('\n');
	return fflush(stdout) || ferror(stdout) ? EXIT_FAILED : EXIT_OK;
}

static int look_failed(const struct maps *maps, int err)
{
	if (err == ENOENT || err == EOPNOTSUPP)
		return failed(EXIT_UNSUPPORTED,
			      "%s: this kernel does not list its TCP sockets (CONFIG_INET_DIAG)\n"
			      "load the module tcp_diag; \"levee status %s\" shows what levee itself counts",
			      maps->ifname, maps->ifname);
	return failed(EXIT_FAILED, "%s: reading the queues failed: %s", maps->ifname, strerror(err));
}

/* One look. *before is what the last one saw, or NULL; then it is this one. */
static int look(const struct maps *maps, const struct options *o, json_t **before)
{
	json_t *doc;

	if (!place_has(&maps->place, map_names[MAP_STATS]))
		return failed(EXIT_NOTHING, "%s: levee was detached", maps->ifname);
	doc = queues_model(maps);
	if (!doc)
		return look_failed(maps, errno);
	if (*before)
		queues_compare(doc, *before);
	json_decref(*before);
	*before = doc;
	return print(o, doc);
}

int cmd_queues(const struct options *options)
{
	free_json json_t *doc = NULL;
	close_maps struct maps maps;
	struct timespec at;
	int err = maps_open(&maps, options->argument[0]);

	if (err)
		return err;
	watch_begin(&at);
	do
		err = look(&maps, options, &doc);
	while (!err && options->watch_ms && watch_wait(&at, options->watch_ms));
	return err;
}
