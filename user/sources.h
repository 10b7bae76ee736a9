/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sources.h - where the SYNs come from: the sample that the datapath draws while somebody looks (levee/source.h), added up
 * by prefix. Memory is taken once, whatever the flood.
 */
#ifndef USER_SOURCES_H
#define USER_SOURCES_H

#include <levee/source.h>

#include "maps.h"

/* Length of the prefixes by which sources are added up. */
#define SOURCE_PREFIX_V4 24
#define SOURCE_PREFIX_V6 64

/* The most prefixes of an answer. */
#define SOURCES_MAX 128

struct source_row {
	union levee_addr prefix;
	double per_s; /* SYNs, estimated */
	double share; /* of all SYNs, 0 to 1, estimated */
	unsigned int hosts; /* different addresses in the sample */
};

struct source_list {
	struct source_row row[SOURCES_MAX]; /* the most SYNs first */
	unsigned int count; /* rows */
	unsigned int prefixes; /* in the sample, those without a row too */
	unsigned int sampled; /* addresses in the sample */
	__u64 seen; /* SYNs that it was drawn from */
	__u32 span_ms; /* in this time */
};

/* One address of a sample, which stands for so many SYNs. */
struct source_weight {
	union levee_addr source;
	double syns;
};

/* What was read of a round of sampling, last. */
struct source_round {
	__u32 round_ms;
	__u32 span_ms;
	__u64 seen;
	unsigned int count;
	struct source_weight *sample;
};

struct sources {
	const struct maps *maps;
	int watch; /* map "source_watch" */
	unsigned int cpus;
	struct levee_syn_sources *cpu; /* the map's value, of all CPUs */
	struct source_round round[2]; /* the one before and the latest */
	struct source_weight *both; /* room to sort them in */
};

/* Has the datapath sample from now on. After an error, sources_close() is right, too. */
int sources_open(struct sources *s, const struct maps *maps);

/*
 * What is known now; says again that somebody looks, and begins a new round where the one that runs has told enough. To be
 * called every second or so. Several may look at once: rounds are common to them. Negative errno.
 */
int sources_read(struct sources *s, struct source_list *list);

/* Does not stop the sampling, for others may look as well: the mark runs out by itself, within three seconds. */
void sources_close(struct sources *s);

/* Pure: adds the samples of one round up. Those of another round are none. `round->sample` has room for all. */
void sources_collect(struct source_round *round, const struct levee_syn_sources *cpu, unsigned int cpus);

/* Pure: by prefix, the most SYNs first. Sorts `all`. `list->seen` and `list->span_ms` are set already. */
void sources_rank(struct source_list *list, struct source_weight *all, unsigned int count);

/* "192.0.2.0/24" or "2001:db8::/64". Returns `to`. */
const char *text_prefix(char to[56], const union levee_addr *prefix);

#endif
