/* SPDX-License-Identifier: GPL-2.0 */
/*
 * network.h - what is between two ends: the interface where levee sits (the vantage point), loss, repeats and reordering
 * on both sides of it, an attacker, and the queue of events that is time.
 */
#ifndef DIFF_NETWORK_H
#define DIFF_NETWORK_H

#include "end.h"
#include "observer.h"

#define EVENTS_MAX 256

enum event_kind {
	EVENT_PASS, /* a segment comes by the interface */
	EVENT_ARRIVE, /* and reaches the other end */
	EVENT_SHOW, /* the interface hears of what has arrived already */
	EVENT_TIMER,
	EVENT_ACTION, /* an application does something */
	EVENT_ATTACK,
};

enum action {
	ACTION_CONNECT,
	ACTION_WRITE,
	ACTION_CLOSE,
	ACTION_ABORT,
	ACTION_CRASH,
	ACTION_STOP_READING,
	ACTION_READ,
	ACTION_KEEPALIVE,
};

struct event {
	uint32_t at;
	uint32_t order; /* of two at the same time the earlier one made goes first */
	uint8_t kind;
	uint8_t side; /* who sent, or whose timer or application it is */
	uint8_t action;
	uint32_t number; /* bytes, ISN, or generation of a timer */
	struct passage passage;
};

/* Chances in percent, by sender. */
struct weather {
	uint8_t lost_before[2], lost_after[2];
	uint8_t repeated_before[2], repeated_after[2];
	uint8_t late_before[2], late_after[2];
};

struct network {
	struct dice dice;
	struct weather weather;
	struct end end[2];
	struct observer observer; /* of what came by, for the attacker */
	uint32_t now, order;
	struct event events[EVENTS_MAX];
	unsigned int event_count;
	unsigned int under_way; /* segments between the ends */
	unsigned int connection[2]; /* where in the trace the latest connection of this side begins */
	bool overtaken; /* the first SYN-ACK will come by after the ACK that answers it, as where XDP and TC run on two CPUs */
	struct passage unseen; /* that SYN-ACK, while unseen_waits */
	bool unseen_waits;
	bool fin_missed; /* the first copy of a FIN did not come by in time: CLOSING looks like LAST_ACK */
	bool disturbed; /* a forged segment was taken for real: the ends' own states say nothing about what is seen */
	struct trace *trace;
};

void network_send(struct network *n, const struct passage *p);
void network_timer(struct network *n, uint8_t side, uint32_t delay, uint32_t generation);
void network_action(struct network *n, uint32_t at, uint8_t side, enum action action, uint32_t number);
void network_attack(struct network *n, uint32_t at);

/* Runs until nothing is left to happen or the trace is full. */
void network_run(struct network *n);

/* attack.c: a segment that pretends to come from the remote end. False where there is nothing to attack. */
bool attack_forge(struct network *n, struct passage *p);

#endif
