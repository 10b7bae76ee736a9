/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_queues.c - levee queues IFACE [--watch SEC]: when to look, and when to stop.
 */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "errors.h"
#include "health.h"
#include "queues.h"
#include "watch.h"

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
static int look(const struct maps *maps, struct watch *w, json_t **before)
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
	json_object_set_new(doc, "problems", health_now(maps));
	watch_print(w, doc, queues_render);
	return 0;
}

int cmd_queues(const struct options *options)
{
	free_json json_t *doc = NULL;
	close_maps struct maps maps;
	struct watch w;
	int err = maps_open(&maps, options->argument[0]);

	if (err)
		return err;
	watch_begin(&w, options);
	do
		err = look(&maps, &w, &doc);
	while (!err && options->watch_ms && watch_wait(&w, options->watch_ms));
	return watch_end(&w, err);
}
