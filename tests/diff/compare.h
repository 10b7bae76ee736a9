/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compare.h - what a trace's states are worth: agreement, a difference that a rule claims, or a failure.
 */
#ifndef DIFF_COMPARE_H
#define DIFF_COMPARE_H

#include "observer.h"

/* One segment, and what was held before and after it. */
struct view {
	const struct trace *trace;
	unsigned int step;
	const struct passage *p;
	struct moment before, after;
	struct observer sceptic_before, sceptic; /* believes nothing that is in doubt */
	struct observer credulous_before, credulous; /* believes it until it is contradicted */
	const struct observer *known_before, *known; /* the one of them that levee agrees with; the sceptic, if both */
	bool doubted; /* a FIN has passed in this connection that may be forged */
	bool refused; /* this host has refused a SYN: the port is closed, and levee lets others pass unseen */
	bool deaf; /* nf has missed a SYN, SYN-ACK or third ACK that counted, and has not taken one since */
	bool overshot; /* a segment beyond the window has passed in this connection */
};

struct rule {
	const char *name;
	const char *section; /* of which RFC */
	const char *why;
	bool (*claims)(const struct view *v);
};

extern const struct rule rules[];
extern const unsigned int rule_count;

enum finding {
	FOUND_NOTHING,
	FOUND_WRONG, /* levee says what the segments do not */
	FOUND_UNTRUE, /* levee says what is not true of the ends */
	FOUND_OBSERVER_WRONG, /* the observer says what is not true of the ends: the test is wrong */
	FOUND_UNCLAIMED, /* levee and nf differ, and no rule says why */
	FOUND_CLAIMED_TWICE,
};

struct verdict {
	enum finding finding;
	unsigned int step; /* where */
	bool left; /* from there on nobody could say what is right */
	unsigned int agreements, differences; /* moments */
	uint64_t rules; /* bit r: rule r claimed a difference */
	uint64_t twice; /* the rules that claimed one segment, if more than one did */
};

/* A number for the pair; pairs that mean the same have the same. */
unsigned int pair_means(struct pair pair);
/* Is nf's state one that means the same as levee's pair? */
bool means_same(struct pair pair, uint8_t nf);
/* Are levee's the states that the observer derives? */
bool pair_is(const struct view *v, const struct observer *o);

struct verdict compare(const struct trace *t);

const char *finding_text(enum finding finding);

#endif
