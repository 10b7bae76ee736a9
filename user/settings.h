/* SPDX-License-Identifier: GPL-2.0 */
/*
 * settings.h - the settings of an attached levee: as `levee config show` has them, which can be changed while it runs, and
 * where each comes from.
 */
#ifndef USER_SETTINGS_H
#define USER_SETTINGS_H

#include <jansson.h>

#include "conf.h"
#include "maps.h"

/* The document levee.config/1, or NULL after failed(). */
json_t *settings_model(const struct maps *maps);

/* What a file changes on an interface; settings and meta as they are to become. */
struct settings_plan {
	struct levee_settings settings;
	struct levee_provenance from;
	char file[LEVEE_FILE_MAX];
	/* {"name", "before", "after", "applied", "why"}: what differs. Not applied: what only another attach can change. */
	json_t *changes;
};

/*
 * What `conf` changes on the interface whose maps these are. A value of the file holds, whoever had set the one before;
 * one that came from a file that does not name it any more is the default again; all else stays.
 */
int settings_plan(const struct maps *maps, const struct conf *conf, struct settings_plan *plan);
void settings_plan_free(struct settings_plan *plan);

/* Writes it: the programs see it from the next packet on. The place's lock is held. */
int settings_apply(struct maps *maps, const struct settings_plan *plan);

/*
 * maps_lock(), and what another command may have written since the maps were opened is read. An error where it was detached:
 * what is attached by then is another, which settings of these maps would switch off. The descriptor, or an exit code made
 * negative after failed().
 */
int settings_lock(struct maps *maps);

/* Both, under the lock. */
int settings_load(struct maps *maps, const struct conf *conf, struct settings_plan *plan);

/* One line for each change, and for what needs another attach. `changes` as in the plan. */
void settings_render(const char *ifname, const json_t *changes, FILE *to);

/* Where each setting of an interface comes from: {"cookies": "file", ...}. */
json_t *settings_from_model(const struct levee_provenance *from);
const char *word_origin(unsigned int origin);

/*
 * Writes settings, and meta where it differs from what it was. Deadlines are looked at again where timeouts have changed.
 * The place's lock is held.
 */
int settings_write(struct maps *maps, const struct levee_settings *settings, const struct levee_meta *meta);

#define close_plan __attribute__((cleanup(settings_plan_free)))

#endif
