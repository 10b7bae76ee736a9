/* SPDX-License-Identifier: GPL-2.0 */
/*
 * observer.h - what can be known of both ends from the segments that passed, if one knows which of them to believe.
 *
 * The second oracle. It keeps facts (a FIN was sent, it was acknowledged, this was known when that was sent) and
 * derives the two states from them, in no particular order of events; levee moves from state to state. It looks at no
 * window: `credit` says what to believe. So it shares neither levee's tables nor its window rules.
 */
#ifndef DIFF_OBSERVER_H
#define DIFF_OBSERVER_H

#include "diff.h"

#define SYNS_REMEMBERED 4

struct syn_seen {
	uint32_t isn, tsval;
	uint16_t payload;
	uint8_t wscale;
	bool known, ts;
};

/* One end, as its believed segments show it. */
struct watched {
	struct syn_seen syns[SYNS_REMEMBERED]; /* the latest first, of any connection: a SYN-ACK answers one of them */
	uint32_t isn, seq_end, ack, win_end, fin_end;
	uint32_t tsval; /* highest, if tsval_known */
	uint32_t ts_recent; /* of the other end: latest in sequence, RFC 7323 section 4.3 */
	uint8_t wscale;
	bool syn; /* has sent the SYN, or SYN-ACK, whose number is isn */
	bool got_syn; /* has received the other's */
	bool syn_acked;
	bool acked; /* ack and win_end are known */
	bool fin, fin_acked;
	uint32_t other_fin_end; /* of another FIN, behind fin_end; 0 none */
	bool fin_answers; /* its FIN acknowledges the other's */
	bool knows_fin; /* it has acknowledged the other's FIN */
	bool reset;
	bool stays; /* in TIME_WAIT, whatever RST comes */
	bool reborn; /* a SYN to an end that rests in TIME_WAIT: this one is in SYN_SENT again */
	bool tsval_known;
};

struct observer {
	struct watched end[2];
	bool begun;
	uint8_t opener; /* who sent the first SYN */
	bool credulous; /* believes what is in doubt */
};

void observer_see(struct observer *o, const struct passage *p);
uint8_t observer_state(const struct observer *o, uint8_t side);

/* Does the receiver take anything from a believed segment without SYN and RST? */
bool observer_takes(const struct observer *o, const struct passage *p);
/* Is this RST one that the other end must take, by the numbers that were seen? */
bool observer_reset_exact(const struct observer *o, const struct passage *p);
/* The shift of the windows that this end advertises. */
uint32_t observer_scale(const struct observer *o, uint8_t side);

bool number_before(uint32_t a, uint32_t b);

#endif
