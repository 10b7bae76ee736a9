/* SPDX-License-Identifier: GPL-2.0 */
/*
 * diff.h - the differential test: the same segments through levee, through the kernel's nf_conntrack, and past an
 * observer who knows which of them are genuine.
 *
 *   gen.c end.c network.c attack.c   make traces: two textbook ends, a network that loses, repeats and reorders, an attacker
 *   hand.c script.c                  traces written by hand, with the states that both trackers must show
 *   levee.c nf.c                     run a trace and write down the state after every segment
 *   observer.c                       what can be known from the genuine segments: the second oracle
 *   compare.c rules.c                which pairs of levee's mean the same as nf's state, and where nf is known to be imprecise
 *   mutate.c                         proof that the comparison notices wrong states
 *
 * "Local" is the end behind the interface (levee's egress), "remote" the end on the wire (ingress), as in levee/flow.h.
 */
#ifndef DIFF_H
#define DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <levee/flow.h>

#include "prog.h"

/* --- traces */

#define TRACE_MAX 72 /* segments */
#define TRACE_NAME_MAX 80

#define NO_WSCALE 0xff

/* How far a segment may be believed, by one who knows where it comes from. */
enum credit {
	CREDIT_FULL, /* of the end itself; or forged with the very numbers that the end would use, so that nobody can tell */
	CREDIT_DOUBT, /* forged, in the window but not next in it: its FIN may be believed until it is contradicted */
	CREDIT_NONE, /* whoever receives it takes nothing from it: its numbers are outside, old, or of another connection */
};

/* A segment as it passes the interface. Numbers are absolute, in host order. */
struct passage {
	uint32_t seq, ack;
	uint32_t tsval, tsecr;
	uint16_t flags; /* enum tcp_flag */
	uint16_t window; /* as in the header */
	uint16_t payload;
	uint8_t from; /* enum levee_side */
	uint8_t credit; /* enum credit */
	uint8_t wscale; /* of a SYN, or NO_WSCALE */
	bool mss, sack; /* of a SYN */
	bool ts;
	const char *note; /* what is special about it; NULL ordinary */
};

/* States of nf_conntrack, as enum tcp_conntrack (linux/netfilter/nf_conntrack_tcp.h), and that there is no entry. */
#define NF_STATES(X) \
	X(NONE)      \
	X(SYN_SENT)  \
	X(SYN_RECV) X(ESTABLISHED) X(FIN_WAIT) X(CLOSE_WAIT) X(LAST_ACK) X(TIME_WAIT) X(CLOSE) X(SYN_SENT2) X(ABSENT)

#define NF_STATE_ENUM(NAME) NF_##NAME,
enum nf_state { NF_STATES(NF_STATE_ENUM) NF_STATE_COUNT };
#undef NF_STATE_ENUM

/* What levee holds of a tuple. */
enum entry { ENTRY_NONE, ENTRY_HALF_OPEN, ENTRY_FLOW };

struct pair {
	uint8_t local, remote; /* enum levee_tcp_state */
	uint8_t entry; /* enum entry */
};

/* What all three say after one segment. */
struct moment {
	struct pair levee;
	uint8_t nf; /* enum nf_state */
	bool told; /* the ends' true states are known here: nothing is under way, all that was sent is acknowledged */
	uint8_t truth[2]; /* enum levee_tcp_state, by side */
};

struct trace {
	char name[TRACE_NAME_MAX];
	uint32_t number; /* gives the client its address, unique in a run */
	bool v6;
	uint32_t isn[2]; /* of the first connection, by side, for printing */
	unsigned int count;
	struct passage passage[TRACE_MAX];
	struct moment after[TRACE_MAX];
};

const char *state_name(uint8_t state);
const char *nf_name(uint8_t state);

void trace_print(const struct trace *t, unsigned int steps);

/* The segment as packet.c builds it. `link` gets what the segment does not say. `words` and `address` are room. */
struct segment passage_segment(const struct trace *t, const struct passage *p, struct link *link, char words[64],
			       char address[48]);

/* --- the generator */

struct dice {
	uint64_t state;
};

void dice_seed(struct dice *d, uint64_t seed);
uint32_t dice_word(struct dice *d);
uint32_t dice_below(struct dice *d, uint32_t n);
uint32_t dice_between(struct dice *d, uint32_t low, uint32_t high);
bool dice_chance(struct dice *d, uint32_t percent);

/* Trace `number` of a run; the same for the same seed. */
void generate(struct trace *t, uint64_t seed, uint32_t number);

/* --- the trackers. Both fill trace->after. */

bool nf_open(void);
void nf_close(void);
bool nf_run(struct trace *traces, unsigned int count);

/* Sizes of the tables, before the programs are loaded. */
void levee_shape(struct levee_bpf *skel);
bool levee_open(struct world *w);
bool levee_run(struct world *w, struct trace *t);

#endif
