/* SPDX-License-Identifier: GPL-2.0 */
/*
 * script.h - traces written by hand: segments, and what levee and nf_conntrack hold after them.
 */
#ifndef DIFF_SCRIPT_H
#define DIFF_SCRIPT_H

#include "diff.h"

enum line_kind { LINE_END, LINE_SEGMENT, LINE_STATES };

struct line {
	uint8_t kind;
	bool closed; /* of a segment: its window is 0 */
	bool numberless; /* its sequence number is 0, as in the answer to a SYN at a closed port */
	uint8_t nf; /* of states */
	struct passage p; /* numbers count from the ISNs; window 0 is 64240 */
	struct pair levee; /* of states */
};

#define LINES_MAX 40

struct script {
	const char *name;
	const char *rules; /* that claim where levee and nf differ, joined by " + "; NULL if they do not */
	struct line lines[LINES_MAX];
};

extern const struct script scripts[];
extern const unsigned int script_count;

/* The script as a trace, in one family and with one pair of ISNs. */
void script_trace(struct trace *t, const struct script *s, uint32_t number, uint32_t local_isn, uint32_t remote_isn);

/* What a trace of a script got wrong: false, and the reason in `why`. */
bool script_check(const struct trace *t, const struct script *s, char *why, size_t size);

#endif
