/* SPDX-License-Identifier: GPL-2.0 */
/*
 * keeper.h - looking after one attached interface: a turn of `levee run`.
 */
#ifndef USER_KEEPER_H
#define USER_KEEPER_H

#include "maps.h"
#include "options.h"
#include "rates.h"
#include "refresh.h"
#include "tell.h"

struct keeper {
	const struct options *options;
	struct teller teller;
	struct maps maps;
	int claim; /* place_claim(); -1 none */
	struct refresh *refresh;
	json_t *queues; /* as of the last turn; NULL none */
	json_t *begun; /* see transitions.h */
	struct sample sample; /* of the last turn; us 0: none */
	unsigned int problems; /* as told last */
	int blocked;   /* negative errno of the last repair that did not help, 0 none */
	int history_error;
	int refresh_error; /* the same of the last look at the listeners */
	__u64 repair_ms;	 /* not before; CLOCK_MONOTONIC */
	unsigned int patience_ms; /* between two repairs: it grows where somebody takes off again and again */
};

void keeper_init(struct keeper *k, const struct options *options);
void keeper_close(struct keeper *k);

/* Opens what is attached and claims it; an error if another levee run has it. */
int keeper_open(struct keeper *k);

/*
 * Reads levee.conf again and applies what can be changed while levee is attached. Says what was wrong with it, and goes on.
 * Else as keeper_turn().
 */
int keeper_reload(struct keeper *k);

/* One turn: 0, or an exit code that has been said: levee was detached, or the interface is gone. */
int keeper_turn(struct keeper *k);

#endif
