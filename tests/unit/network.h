/* SPDX-License-Identifier: GPL-2.0 */
/*
 * network.h - what lies between two endpoints: it loses, repeats, delays and so reorders. With no delay to choose from it
 * keeps the order in which segments were sent.
 */
#ifndef NETWORK_H
#define NETWORK_H

#include "endpoint.h"

#define NETWORK_MAX 256

struct packet {
	struct levee_segment segment;
	uint32_t due;
	int to; /* which end */
};

struct network {
	uint64_t *random;
	uint32_t loss, twice; /* percent */
	uint32_t delay; /* at most, in ticks, at least 1 */
	struct packet packet[NETWORK_MAX];
	unsigned int packets;
};

/* Whatever does not fit is lost too. */
static inline void network_put(struct network *n, const struct levee_segment *s, int to, uint32_t now)
{
	if (n->packets == NETWORK_MAX || draw(n->random, 100) < n->loss)
		return;
	n->packet[n->packets++] =
		(struct packet){ .segment = *s, .due = now + 1 + draw(n->random, n->delay), .to = to };
}

static inline void network_send(struct network *n, const struct levee_segment *s, int to, uint32_t now)
{
	network_put(n, s, to, now);
	if (draw(n->random, 100) < n->twice)
		network_put(n, s, to, now);
}

/* The oldest that has arrived. False if there is none. */
static inline bool network_take(struct network *n, uint32_t now, struct packet *p)
{
	for (unsigned int i = 0; i < n->packets; i++) {
		if (n->packet[i].due > now)
			continue;
		*p = n->packet[i];
		n->packets--;
		memmove(&n->packet[i], &n->packet[i + 1], (n->packets - i) * sizeof(*p));
		return true;
	}
	return false;
}

#endif
