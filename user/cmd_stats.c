/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_stats.c - levee stats IFACE [--watch SEC]: when to sample, and when to stop.
 */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "errors.h"
#include "options.h"
#include "output.h"
#include "queues.h"
#include "rates.h"
#include "watch.h"

/* Without --watch rates are taken over this long. */
#define GLANCE_MS 250

static int print(const struct maps *maps, const struct options *o, const struct sample *before,
		 const struct sample *now)
{
	free_json json_t *doc = stats_model(maps, before, now);
	json_t *queues = queues_list(maps);

	/* Where the kernel does not list its sockets, all else is still true. */
	json_object_set_new(doc, "queues", queues ? queues : json_null());
	if (o->json)
		output_json(doc, !o->watch_ms);
	else
		stats_render(doc, stdout);
	if (!o->json && o->watch_ms)
		putchar('\n');
	return fflush(stdout) || ferror(stdout) ? EXIT_FAILED : EXIT_OK;
}

static int sample_failed(const struct maps *maps, int err)
{
	return failed(EXIT_FAILED, "%s: reading the counters failed: %s", maps->ifname, strerror(-err));
}

static int watch(const struct maps *maps, const struct options *o)
{
	struct sample sample[2];
	struct timespec at;
	int err = sample_take(maps, &sample[0]);

	if (err)
		return sample_failed(maps, err);
	watch_begin(&at);
	for (int turn = 1;; turn ^= 1) {
		if (!watch_wait(&at, o->watch_ms ? o->watch_ms : GLANCE_MS))
			return EXIT_OK;
		if (!place_has(&maps->place, map_names[MAP_STATS]))
			return failed(EXIT_NOTHING, "%s: levee was detached", maps->ifname);
		err = sample_take(maps, &sample[turn]);
		if (err)
			return sample_failed(maps, err);
		err = print(maps, o, &sample[turn ^ 1], &sample[turn]);
		if (err || !o->watch_ms)
			return err;
	}
}

int cmd_stats(const struct options *options)
{
	close_maps struct maps maps;
	int err = maps_open(&maps, options->argument[0]);

	if (err)
		return err;
	setvbuf(stdout, NULL, _IOLBF, 0);
	return watch(&maps, options);
}
