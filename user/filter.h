/* SPDX-License-Identifier: GPL-2.0 */
/*
 * filter.h - which connections are meant: --state, --src, --dst, --service, --began, --idle. Of one option's values any
 * may fit, of the options all must.
 *
 * src is the end that opened the connection, dst the one that was asked: of a connection that came in (handshake, cookie,
 * adopted) src is the remote end, of an outgoing one it is this host.
 */
#ifndef USER_FILTER_H
#define USER_FILTER_H

#include "flows.h"
#include "options.h"

/* Ends: an address or a network of one family, and a port. */
struct filter_ends {
	int family; /* AF_INET, AF_INET6, 0 either */
	union levee_addr address, mask;
	__be16 port; /* 0 any */
};

/* States, or FIELD_NO_WORD for any. */
struct filter_states {
	__u8 local, remote;
	bool either; /* `local` of either end */
};

struct filter_ends_list {
	unsigned int count;
	struct filter_ends ends[LIST_MAX];
};

struct filter {
	unsigned int states;
	struct filter_states state[LIST_MAX];
	struct filter_ends_list src, dst, service;
	unsigned int began; /* bit of each enum levee_began, 0 any */
	unsigned int idle_ms;
};

/* From the command line. 0, or EXIT_USAGE after failed(). */
int filter_parse(struct filter *filter, const struct options *options);

/* Does it let everything through? */
bool filter_is_empty(const struct filter *filter);

bool filter_matches(const struct filter *filter, const struct flow_row *row);

/*
 * The same of an event of a listener, or of the whole table where `port` is 0, which concerns every service. Both are asked for
 * connections, so they are nobody's src, have no state and did not begin. A wildcard listener is every address of its port.
 */
bool filter_matches_listener(const struct filter *filter, const union levee_addr *addr, __be16 port);

#endif
