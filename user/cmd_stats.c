/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_stats.c - levee stats IFACE [--watch SEC]: when to sample, and when to stop.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "errors.h"
#include "options.h"
#include "output.h"
#include "rates.h"

/* Without --watch rates are taken over this long. */
#define GLANCE_MS 250

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static void catch_interrupts(void)
{
	/* No SA_RESTART: the wait ends at once. */
	struct sigaction action = { .sa_handler = interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* Sleeps to a point in time, so that intervals do not drift. */
static void wait_until(struct timespec *at, unsigned int ms)
{
	at->tv_sec += ms / 1000;
	at->tv_nsec += ms % 1000 * 1000000L;
	if (at->tv_nsec >= 1000000000L) {
		at->tv_sec++;
		at->tv_nsec -= 1000000000L;
	}
	while (!interrupted && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, at, NULL) == EINTR)
		;
}

static int print(const struct maps *maps, const struct options *o, const struct sample *before,
		 const struct sample *now)
{
	free_json json_t *doc = stats_model(maps, before, now);

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
	clock_gettime(CLOCK_MONOTONIC, &at);
	for (int turn = 1;; turn ^= 1) {
		wait_until(&at, o->watch_ms ? o->watch_ms : GLANCE_MS);
		if (interrupted)
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
	catch_interrupts();
	return watch(&maps, options);
}
