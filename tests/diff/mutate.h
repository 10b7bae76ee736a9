/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mutate.h - proof that a wrong tracker is found out.
 */
#ifndef DIFF_MUTATE_H
#define DIFF_MUTATE_H

#include "diff.h"

/* A cell of levee_tcp_next, and what the mutant has there. */
struct mutant {
	const char *name;
	uint8_t event, state, next;
};

extern const struct mutant mutants[];
extern const unsigned int mutant_count;

/* Loads levee with that cell changed. */
bool mutant_open(struct world *w, const struct mutant *m);
/* Is it found out by one of the traces, whose nf states are there? `traces` is not changed. */
bool mutant_found(struct world *w, const struct trace *traces, unsigned int count, unsigned int *by);

/* States that are put in the place of levee's, one at a time. */
struct forgeries {
	unsigned int made, noticed, noticed_by_nf;
};

void forge_states(struct forgeries *f, const struct trace *t, struct dice *d);

#endif
