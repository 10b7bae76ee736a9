/* SPDX-License-Identifier: GPL-2.0 */
/*
 * maps.h - the pinned maps of an attached levee, opened read-only but for the few that a command changes.
 */
#ifndef USER_MAPS_H
#define USER_MAPS_H

#include <levee/config.h>
#include <levee/stats.h>

#include "bpffs.h"

/* Every pinned map, by the name of its pin. X(NAME, name) */
#define MAPS(X)                                 \
	X(META, meta)                           \
	X(SETTINGS, settings)                   \
	X(SECRETS, secrets)                     \
	X(RUNTIME, runtime)                     \
	X(STATS, stats)                         \
	X(FLOW_FILTERS, flow_filters)           \
	X(FLOWS, flows)                         \
	X(HALF_OPEN_FILTERS, half_open_filters) \
	X(HALF_OPEN, half_open)                 \
	X(SERVICE_FILTERS, service_filters)     \
	X(SERVICES, services)                   \
	X(SERVICE_COUNTS, service_counts)       \
	X(SERVICE_RTT, service_rtt)             \
	X(EVENTS, events)                       \
	X(LISTENER, listener)                   \
	X(HISTORY, history)                     \
	X(SOURCE_WATCH, source_watch)           \
	X(SYN_SOURCES, syn_sources)             \
	X(HOUSEKEEPING, housekeeping)

#define MAP_ENUM(NAME, name) MAP_##NAME,
enum map_id { MAPS(MAP_ENUM) MAP_COUNT };
#undef MAP_ENUM

extern const char *const map_names[MAP_COUNT];

struct maps {
	struct place place;
	const char *ifname;
	int fd[MAP_COUNT]; /* -1: not open. Secrets are never opened. */
	struct levee_meta meta;
	struct levee_settings settings;
};

/*
 * Finds and opens the maps of an interface, and checks that this program understands them. Exit code 3
 * if levee is not attached. maps_close() is right after any answer.
 */
int maps_open(struct maps *maps, const char *ifname);
void maps_close(struct maps *maps);

/*
 * Opens a map to change it, or a program by its name ("levee_forget") to run it. The descriptor, or an exit code made
 * negative after failed().
 */
int maps_open_writable(const struct maps *maps, enum map_id id);
int maps_open_program(const struct maps *maps, const char *name);

/* place_lock() for a command that changes what is attached. The descriptor, or an exit code made negative after failed(). */
int maps_lock(const struct maps *maps);

/* A pinned program by its name, as far as it is there and may be opened; a negative errno else. */
int maps_pinned_program(const struct place *place, const char *name);

/* Writes the one element of a map that was opened so. Negative errno. */
int maps_write(int fd, const void *value);

/* Reads the one element of a map. Negative errno. */
int maps_read(const struct maps *maps, enum map_id id, void *value);

/* Sums the stats of all CPUs. Negative errno. */
int maps_read_stats(const struct maps *maps, struct levee_stats *sum);

/* Reads element `index` of an array; of a per-CPU one the values of all CPUs, one behind the other. Negative errno. */
int maps_read_at(const struct maps *maps, enum map_id id, __u32 index, void *value);

/* Reads a whole array of `count` elements of `size` bytes. The caller frees it; NULL and errno. */
void *maps_read_array(const struct maps *maps, enum map_id id, unsigned int count, unsigned int size);

/* Are these still the maps that are pinned? Negative errno: ENOENT if nothing is, ESTALE if it is another attachment. */
int maps_check(const struct maps *maps);

/* Reads the pin "meta" alone, as far as it is there. Negative errno. */
int maps_peek_meta(const struct place *place, struct levee_meta *meta);

/* The same of the pin "settings"; -EPROTO if they are another levee's. */
int maps_peek_settings(const struct place *place, struct levee_settings *settings);

/* Did an attach run to its end here, and nothing was taken away since? */
bool maps_enabled(const struct place *place);

/* ms since a mode began that carries this mark; a mark of 0 was never set: since attach. */
__u32 maps_mode_age(const struct maps *maps, __u32 mode_ms);

/* Switches the programs to passing everything, if there are any. */
void maps_disable(const struct place *place);

#define close_maps __attribute__((cleanup(maps_close)))

#endif
