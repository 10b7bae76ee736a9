/* SPDX-License-Identifier: GPL-2.0 */
/*
 * listener.h - listening to an attached levee's ring buffer of events. The datapath writes into it only while somebody
 * says, twice a second, that he listens; and a ring buffer has one reader.
 */
#ifndef USER_LISTENER_H
#define USER_LISTENER_H

#include <stdbool.h>

#include <levee/event.h>

#include "maps.h"

struct ring_buffer;

struct listener {
	const struct maps *maps;
	int lock; /* the directory of the pins: who has it locked is the one that listens */
	int mark; /* map "listener" */
	int ring; /* map "events" */
	struct ring_buffer *reader;
	int (*each)(const struct levee_event *event, void *arg);
	void *arg;
	__u64 since_ns; /* CLOCK_MONOTONIC; what is older was meant for another */
	__u64 said_ms;   /* CLOCK_MONOTONIC */
	__u64 lost;   /* as of the last question */
	unsigned int taken; /* in this turn */
};

/* Sets everything up and says that somebody listens. `each` gets the events; non-zero ends the turn. */
int listener_open(struct listener *l, const struct maps *maps, int (*each)(const struct levee_event *, void *),
		  void *arg);

/*
 * One turn: says again that somebody listens, waits up to `wait_ms` for events and hands out those that are there, not
 * more than a few thousand. Negative errno.
 */
int listener_turn(struct listener *l, int wait_ms);

/* Events that found no room since the last question. */
__u64 listener_lost(struct listener *l);

/* Is levee no longer there? */
bool listener_detached(const struct listener *l);

/* Says that nobody listens any more. */
void listener_close(struct listener *l);

#endif
