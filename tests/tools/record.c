/* SPDX-License-Identifier: GPL-2.0 */
/*
 * record.c - writes the history of an attached levee once a second until it is killed, as a service would. Says "recording"
 * when the first record is written.
 *
 *   record IFACE
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "history.h"
#include "maps.h"

static int record(const struct maps *maps)
{
	struct history history;
	int err = history_open(maps, &history);

	for (int n = 0; !err; n++) {
		const struct timespec second = { .tv_sec = 1 };

		err = history_record(&history, maps);
		if (!err && n == 0) {
			puts("recording");
			fflush(stdout);
		}
		if (!err)
			nanosleep(&second, NULL);
	}
	history_close(&history);
	fprintf(stderr, "record: %s\n", strerror(-err));
	return 1;
}

int main(int argc, char **argv)
{
	struct maps maps;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: record IFACE\n");
		return 2;
	}
	err = maps_open(&maps, argv[1]);
	if (!err)
		err = record(&maps);
	maps_close(&maps);
	return err;
}
