/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_stats.c - levee stats IFACE [--watch SEC]: when to sample, and when to stop.
 */
#include <string.h>

#include "cleanup.h"
#include "errors.h"
#include "health.h"
#include "queues.h"
#include "rates.h"
#include "watch.h"

/* Without --watch rates are taken over this long. */
#define GLANCE_MS 250

static void print(const struct maps *maps, struct watch *w, const struct sample *before, const struct sample *now)
{
	free_json json_t *doc = stats_model(maps, before, now);
	json_t *queues = queues_list(maps);

	json_object_set_new(doc, "problems", health_now(maps));
	/* Where the kernel does not list its sockets, all else is still true. */
	json_object_set_new(doc, "queues", queues ? queues : json_null());
	watch_print(w, doc, stats_render);
}

static int sample_failed(const struct maps *maps, int err)
{
	return failed(EXIT_FAILED, "%s: reading the counters failed: %s", maps->ifname, strerror(-err));
}

static int sample_and_print(const struct maps *maps, struct watch *w)
{
	unsigned int ms = w->options->watch_ms;
	struct sample sample[2];
	int err = sample_take(maps, &sample[0]);

	if (err)
		return sample_failed(maps, err);
	for (int turn = 1; watch_wait(w, ms ? ms : GLANCE_MS); turn ^= 1) {
		if (!place_has(&maps->place, map_names[MAP_STATS]))
			return failed(EXIT_NOTHING, "%s: levee was detached", maps->ifname);
		err = sample_take(maps, &sample[turn]);
		if (err)
			return sample_failed(maps, err);
		print(maps, w, &sample[turn ^ 1], &sample[turn]);
		if (!ms)
			break;
	}
	return EXIT_OK;
}

int cmd_stats(const struct options *options)
{
	close_maps struct maps maps;
	struct watch w;
	int err = maps_open(&maps, options->argument[0]);

	if (err)
		return err;
	watch_begin(&w, options);
	return watch_end(&w, sample_and_print(&maps, &w));
}
