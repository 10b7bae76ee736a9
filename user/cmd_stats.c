/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_stats.c - levee stats IFACE [--watch SEC]: when to sample, and when to stop.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "clock.h"
#include "errors.h"
#include "interrupt.h"
#include "options.h"
#include "rates.h"
#include "stream.h"

/* Without --watch rates are taken over this long. */
#define GLANCE_MS 250

/* Waits for a point in time, so that intervals do not drift. False: there was a signal, or the reader has gone. */
static bool wait_until(__u64 at_ns, struct stream *out)
{
	while (!interrupted()) {
		__u64 now_ns = clock_monotonic_ns();

		if (now_ns >= at_ns)
			return true;
		if (stream_closed(out, (at_ns - now_ns + 999999) / 1000000))
			return false;
	}
	return false;
}

static void print_text(struct stream *out, const json_t *doc, bool blank_line)
{
	free_memory char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory) {
		out->error = errno;
		return;
	}
	stats_render(doc, memory);
	if (blank_line)
		fputc('\n', memory);
	fclose(memory);
	stream_text(out, text);
}

/* A sample is written at once and in one piece, for whoever reads the stream. */
static void print(const struct maps *maps, const struct options *o, const struct sample *before,
		  const struct sample *now, struct stream *out)
{
	free_json json_t *doc = stats_model(maps, before, now);

	if (o->json || o->jsonl)
		stream_json(out, doc, !o->jsonl && !o->watch_ms);
	else
		print_text(out, doc, o->watch_ms);
	stream_flush(out);
}

static int sample_failed(const struct maps *maps, int err)
{
	return failed(EXIT_FAILED, "%s: reading the counters failed: %s", maps->ifname, strerror(-err));
}

static int watch(const struct maps *maps, const struct options *o, struct stream *out)
{
	__u64 every_ns = (o->watch_ms ? o->watch_ms : GLANCE_MS) * 1000000ULL, at_ns = clock_monotonic_ns();
	struct sample sample[2];
	int err = sample_take(maps, &sample[0]);

	if (err)
		return sample_failed(maps, err);
	for (int turn = 1;; turn ^= 1) {
		at_ns += every_ns;
		if (!wait_until(at_ns, out))
			return EXIT_OK;
		if (!place_has(&maps->place, map_names[MAP_STATS]))
			return failed(EXIT_NOTHING, "%s: levee was detached", maps->ifname);
		err = sample_take(maps, &sample[turn]);
		if (err)
			return sample_failed(maps, err);
		print(maps, o, &sample[turn ^ 1], &sample[turn], out);
		if (!o->watch_ms || out->error)
			return EXIT_OK;
	}
}

int cmd_stats(const struct options *options)
{
	struct stream *out = stream_stdout();
	close_maps struct maps maps;
	int err = maps_open(&maps, options->argument[0]), end;

	if (err)
		return err;
	interrupts_catch();
	err = watch(&maps, options, out);
	end = stream_end(out);
	return err ? err : end;
}
