/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_confirm.c - levee confirm IFACE: what was attached with --confirm stays.
 */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "confirm.h"
#include "errors.h"
#include "health.h"
#include "maps.h"
#include "options.h"
#include "output.h"

static int too_late(const struct maps *maps)
{
	return failed(
		EXIT_NOTHING,
		"%s: too late: the time is over, and levee no longer protects\n\"levee attach %s\" attaches it again",
		maps->ifname, maps->ifname);
}

/*
 * A tick that had just seen the time pass may switch off behind the first write. None begins after it that would: so the
 * second one, a tick later, is the last word.
 */
static int write_confirmed(const struct maps *maps, const struct levee_settings *set)
{
	close_fd int fd = maps_open_writable(maps, MAP_SETTINGS);
	struct levee_runtime run = {};
	int err;

	if (fd < 0)
		return -fd;
	err = maps_write(fd, set);
	if (!err)
		err = maps_read(maps, MAP_RUNTIME, &run);
	if (!err) {
		housekeeping_runs(maps, run.ticks);
		err = maps_write(fd, set);
	}
	return err ? failed(EXIT_FAILED, "%s: writing the settings failed: %s", maps->ifname, strerror(-err)) : 0;
}

/* The place's lock is held: the guard cannot be detaching. */
static int confirm(struct maps *maps, __u32 *left_ms)
{
	struct levee_settings *set = &maps->settings;
	int err = maps_check(maps);

	if (err)
		return too_late(maps);
	err = maps_read(maps, MAP_SETTINGS, set);
	if (err)
		return failed(EXIT_FAILED, "%s: reading the settings failed: %s", maps->ifname, strerror(-err));
	if (!set->confirm_ms)
		return failed(
			EXIT_NOTHING,
			"%s: nothing waits to be confirmed: levee stays attached\n\"levee attach %s --confirm TIME\" would wait",
			maps->ifname, maps->ifname);
	if (!set->enabled)
		return too_late(maps);
	*left_ms = confirm_left_ms(&set->clock, set->confirm_ms);
	set->confirm_ms = 0;
	return write_confirmed(maps, set);
}

static void render(const json_t *m)
{
	char left[32];

	printf("%s: confirmed, levee stays attached; %s were left\n", model_text(m, "interface"),
	       output_duration(left, model_number(m, "left_ms")));
}

int cmd_confirm(const struct options *options)
{
	close_maps struct maps maps;
	free_json json_t *doc = NULL;
	close_fd int lock = -1;
	__u32 left_ms = 0;
	int err = maps_open(&maps, options->argument[0]);

	if (err)
		return err;
	lock = maps_lock(&maps);
	err = lock < 0 ? -lock : confirm(&maps, &left_ms);
	if (err)
		return err;
	doc = json_pack("{s:s, s:s, s:I}", "schema", "levee.confirm/1", "interface", maps.ifname, "left_ms",
			(json_int_t)left_ms);
	if (options->json)
		output_json(doc, true);
	else
		render(doc);
	return EXIT_OK;
}
