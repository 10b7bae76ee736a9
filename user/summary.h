/* SPDX-License-Identifier: GPL-2.0 */
/*
 * summary.h - connections counted by the states of their ends, and by service. Outgoing ones are counted by the port that
 * they went to; so are adopted ones whose local end is no service that levee knows: this host has opened them.
 */
#ifndef USER_SUMMARY_H
#define USER_SUMMARY_H

#include <stdio.h>
#include <jansson.h>

#include "filter.h"

struct summary_group {
	union levee_addr addr; /* 0 of an outgoing group */
	__be16 port;
	bool used, outgoing;
	__u64 count, half_open;
	__u64 bytes[2]; /* by enum levee_side of the sender */
};

struct summary {
	__u64 read; /* connections, before filters */
	__u64 count, half_open;
	__u64 bytes[2];
	__u64 states[LEVEE_TCP_STATE_COUNT][LEVEE_TCP_STATE_COUNT]; /* local, remote */
	struct summary_group *group; /* a hash table, open addressing */
	size_t groups, room;	     /* room is 0 or a power of two */
};

/* Negative errno. Names a service that may have no connections. */
int summary_know(struct summary *s, const union levee_addr *addr, __be16 port);

/* Counts a connection. Negative errno. */
int summary_add(struct summary *s, const struct flow_row *row);

/*
 * The document levee.flows.summary/1: groups by their count, `limit` of each kind at most, 0 all. Sorts the groups, so
 * nothing can be added any more.
 */
json_t *summary_model(struct summary *s, const char *ifname, unsigned int limit);

/* The same as text. */
void summary_render(const json_t *doc, FILE *to);

void summary_free(struct summary *s);

/* levee flows --summary. An exit code. */
int flows_summary(const struct maps *maps, const struct options *options, const struct filter *filter);

#endif
