/* SPDX-License-Identifier: GPL-2.0 */
/*
 * observer.c - facts about two ends, and the states that follow from them.
 */
#include <string.h>

#include "observer.h"

bool number_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

uint32_t observer_scale(const struct observer *o, uint8_t side)
{
	const struct watched *x = &o->end[side], *y = &o->end[!side];

	return x->syn && y->syn && x->wscale != NO_WSCALE && y->wscale != NO_WSCALE ? x->wscale : 0;
}

/* --- states, from facts: RFC 9293 section 3.3.2, figure 5 */

static uint8_t opening_state(const struct watched *x, const struct watched *y)
{
	if (!x->syn)
		return y->syn ? LEVEE_TCP_LISTEN : LEVEE_TCP_CLOSED;
	return x->got_syn && !x->syn_acked ? LEVEE_TCP_SYN_RECEIVED : LEVEE_TCP_SYN_SENT;
}

static uint8_t closing_state(const struct watched *x)
{
	if (!x->fin_acked)
		return !x->knows_fin ? LEVEE_TCP_FIN_WAIT_1 : x->fin_answers ? LEVEE_TCP_LAST_ACK : LEVEE_TCP_CLOSING;
	return !x->knows_fin ? LEVEE_TCP_FIN_WAIT_2 : x->fin_answers ? LEVEE_TCP_CLOSED : LEVEE_TCP_TIME_WAIT;
}

uint8_t observer_state(const struct observer *o, uint8_t side)
{
	const struct watched *x = &o->end[side], *y = &o->end[!side];

	if (x->reborn)
		return LEVEE_TCP_SYN_SENT;
	if (x->reset || !o->begun)
		return LEVEE_TCP_CLOSED;
	if (x->fin && x->got_syn) /* also from SYN_RECEIVED, 3.10.4 */
		return closing_state(x);
	if (x->knows_fin && x->got_syn)
		return LEVEE_TCP_CLOSE_WAIT;
	if (!x->syn_acked || !x->got_syn)
		return opening_state(x, y);
	return LEVEE_TCP_ESTABLISHED;
}

/* --- SYN */

static void remember_syn(struct observer *o, const struct passage *p)
{
	struct watched *x = &o->end[p->from];

	memmove(x->syns + 1, x->syns, sizeof(x->syns) - sizeof(x->syns[0]));
	x->syns[0] = (struct syn_seen){
		.isn = p->seq, .payload = p->payload, .wscale = p->wscale, .known = true, .ts = p->ts, .tsval = p->tsval
	};
}

/* The SYN of `side` that this number acknowledges, RFC 7413 section 4.2.2 with or without its data; or NULL. */
static const struct syn_seen *syn_of(const struct observer *o, uint8_t side, uint32_t ack)
{
	const struct watched *x = &o->end[side];

	for (size_t i = 0; i < ARRAY_SIZE(x->syns); i++)
		if (x->syns[i].known && ack - x->syns[i].isn - 1 <= x->syns[i].payload)
			return &x->syns[i];
	return NULL;
}

static void open_end(struct watched *x, const struct syn_seen *syn)
{
	struct syn_seen syns[SYNS_REMEMBERED];

	memcpy(syns, x->syns, sizeof(syns));
	*x = (struct watched){ .syn = true,
			       .isn = syn->isn,
			       .seq_end = syn->isn + 1 + syn->payload,
			       .wscale = syn->wscale,
			       .tsval = syn->tsval,
			       .ts_recent = syn->tsval,
			       .tsval_known = syn->ts };
	memcpy(x->syns, syns, sizeof(syns));
}

static void forget_end(struct watched *x)
{
	struct syn_seen syns[SYNS_REMEMBERED];

	memcpy(syns, x->syns, sizeof(syns));
	*x = (struct watched){ 0 };
	memcpy(x->syns, syns, sizeof(syns));
}

/* A new connection, by the SYN of `side`. */
static void begin(struct observer *o, uint8_t side, const struct syn_seen *syn)
{
	struct syn_seen copy = *syn;

	forget_end(&o->end[!side]);
	open_end(&o->end[side], &copy);
	o->begun = true;
	o->opener = side;
}

/*
 * Does this host open anew what was a connection? Its own stack has given that up then, though nobody saw it: a SYN or
 * SYN-ACK from the wire might be forged, one that leaves is not.
 */
static bool lost_it(const struct observer *o, const struct passage *p)
{
	uint8_t state = observer_state(o, LEVEE_LOCAL);

	return p->from == LEVEE_LOCAL && state >= LEVEE_TCP_ESTABLISHED && state != LEVEE_TCP_TIME_WAIT &&
	       o->end[LEVEE_LOCAL].isn != p->seq;
}

/* Of the other end's TIME_WAIT a host that opens anew knows nothing. */
static bool leaves_time_wait(const struct observer *o, const struct passage *p)
{
	uint8_t mine = observer_state(o, LEVEE_LOCAL);

	return p->from == LEVEE_LOCAL && (mine == LEVEE_TCP_CLOSED || mine == LEVEE_TCP_TIME_WAIT);
}

/* A SYN that comes reaches this host. One that leaves may be lost: the other end has got it when it says so. */
static bool reaches(const struct passage *p)
{
	return p->from == LEVEE_REMOTE;
}

/* Does an end in TIME_WAIT take a SYN for that of another connection (RFC 6191)? */
static bool time_wait_takes(const struct watched *x, const struct watched *y, const struct passage *p)
{
	if (!y->acked)
		return true;
	/* Where both ends agreed on timestamps. */
	if (p->ts && x->tsval_known && y->tsval_known && p->tsval != x->tsval)
		return number_before(x->tsval, p->tsval) || (p->tsval == x->tsval - 1 && number_before(y->ack, p->seq));
	return number_before(y->ack, p->seq);
}

static bool opening(uint8_t state)
{
	return state == LEVEE_TCP_SYN_SENT || state == LEVEE_TCP_SYN_RECEIVED;
}

static void see_syn(struct observer *o, const struct passage *p)
{
	struct watched *x = &o->end[p->from], *y = &o->end[!p->from];
	uint8_t mine = observer_state(o, p->from), theirs = observer_state(o, !p->from);

	remember_syn(o, p);
	if (theirs == LEVEE_TCP_CLOSED || !o->begun || lost_it(o, p) || leaves_time_wait(o, p)) {
		begin(o, p->from, &x->syns[0]);
	} else if (theirs == LEVEE_TCP_TIME_WAIT) {
		x->reborn = time_wait_takes(x, y, p);
	} else if (y->reborn) { /* simultaneous open, of another connection */
		begin(o, !p->from, &y->syns[0]);
		open_end(x, &x->syns[0]);
		y->got_syn = reaches(p);
	} else if (mine == LEVEE_TCP_LISTEN) { /* simultaneous open */
		open_end(x, &x->syns[0]);
		y->got_syn = reaches(p);
	} else if (mine == LEVEE_TCP_SYN_RECEIVED && theirs == LEVEE_TCP_SYN_SENT && p->seq == x->isn) {
		y->got_syn = y->got_syn || reaches(p); /* this time */
	} else if (opening(mine) && (theirs == LEVEE_TCP_LISTEN || opening(theirs)) && p->seq != x->isn &&
		   !(reaches(p) && x->syn_acked)) { /* this host has answered the one before */
		open_end(x, &x->syns[0]); /* another attempt */
		y->got_syn = y->syn && reaches(p);
	}
}

static void take_ack(struct watched *x, struct watched *y, const struct passage *p, uint32_t scale)
{
	/* From SYN_SENT only a SYN-ACK brings an end to acknowledge a SYN; whether it was seen does not matter. */
	if (!(p->flags & F_SYN) && y->syn && x->syn && !x->got_syn && !number_before(p->ack, y->isn + 1))
		x->got_syn = x->syn_acked = true;
	uint32_t edge = p->ack + ((uint32_t)p->window << scale);

	if (!x->acked || number_before(x->ack, p->ack))
		x->ack = p->ack;
	/* A half-open entry keeps the window of its SYN-ACK alone. */
	if (!x->acked || (number_before(x->win_end, edge) && x->syn_acked))
		x->win_end = edge;
	x->acked = true;
	if (y->syn && !number_before(p->ack, y->isn + 1))
		y->syn_acked = true;
	if (y->fin && !number_before(p->ack, y->fin_end))
		y->fin_acked = x->knows_fin = true;
}

/*
 * Does a SYN-ACK begin another connection than the one that was known? From the wire only if it answers a newer SYN than that
 * one's: it may be old or forged.
 */
static bool answers_anew(const struct observer *o, const struct passage *p, const struct syn_seen *syn)
{
	const struct watched *y = &o->end[!p->from];
	uint8_t mine = observer_state(o, p->from);

	if (y->reborn)
		return true;
	if (p->from == LEVEE_LOCAL && (mine == LEVEE_TCP_CLOSED || mine == LEVEE_TCP_TIME_WAIT || !o->begun))
		return true;
	return o->begun && y->syn && syn->isn != y->isn && !y->reset;
}

/*
 * Does the end that was asked repeat its SYN-ACK, and has said nothing since the first? Then it has not taken the third ACK, as
 * Linux while its accept queue is full.
 */
static bool not_taken(const struct observer *o, const struct passage *p)
{
	const struct watched *x = &o->end[p->from];

	return o->opener != p->from && x->syn_acked && !x->knows_fin && x->isn == p->seq && x->seq_end == x->isn + 1 &&
	       x->acked && x->ack == p->ack;
}

static void see_synack(struct observer *o, const struct passage *p)
{
	const struct syn_seen *syn = syn_of(o, !p->from, p->ack),
			      own = { p->seq, p->tsval, p->payload, p->wscale, true, p->ts };
	struct watched *x = &o->end[p->from], *y = &o->end[!p->from];

	if (!syn)
		return;
	if (answers_anew(o, p, syn) || lost_it(o, p))
		begin(o, !p->from, syn);
	else if (x->reset || !y->syn || syn->isn != y->isn)
		return;
	if (!x->syn || (!x->syn_acked && x->isn != p->seq)) {
		bool early = y->acked && y->ack - p->seq - 1 <= p->payload;

		open_end(x, &own);
		x->syn_acked = early; /* an acknowledgment has overtaken it */
		if (!early)
			open_end(y, syn); /* what it has said so far was of no connection */
	} else if (x->isn != p->seq) {
		return;
	}
	if (not_taken(o, p))
		x->syn_acked = false;
	x->got_syn = true;
	y->got_syn = y->got_syn || reaches(p) || x->syn_acked;
	take_ack(x, y, p, 0);
}

/* --- RST */

bool observer_reset_exact(const struct observer *o, const struct passage *p)
{
	const struct watched *x = &o->end[p->from], *y = &o->end[!p->from];

	if (y->reborn)
		return p->flags & F_ACK && p->ack == y->syns[0].isn + 1 + y->syns[0].payload;
	if (y->syn && !y->syn_acked && !y->got_syn) /* SYN_SENT, 3.10.7.3 second */
		return p->flags & F_ACK && p->ack != y->isn && p->ack - y->isn <= y->seq_end - y->isn;
	/* Linux also takes the number of a FIN that it has received (tcp_reset_check). */
	if (x->fin && x->fin_acked && p->seq == x->fin_end - 1)
		return true;
	return (y->acked && p->seq == y->ack) || (x->syn && p->seq == x->seq_end);
}

/*
 * A RST of this host, within what it has sent. It is genuine, and the connection is gone here; should the other end not take it
 * (RFC 5961 section 3), its next segment draws one that is exact. One beyond refuses an acknowledgment of what was never sent.
 */
static bool own_reset(const struct observer *o, const struct passage *p)
{
	const struct watched *x = &o->end[p->from], *y = &o->end[!p->from];

	return p->from == LEVEE_LOCAL && observer_state(o, LEVEE_LOCAL) >= LEVEE_TCP_ESTABLISHED && y->acked &&
	       !y->reborn && !number_before(p->seq, y->ack) && !number_before(x->seq_end, p->seq);
}

static void see_reset(struct observer *o, const struct passage *p)
{
	if (!o->begun || (o->end[p->from].reborn && p->seq != o->end[p->from].syns[0].isn + 1))
		return; /* who sends SYN refuses a stale answer by RST, and goes on: 3.10.7.3 first */
	if (!observer_reset_exact(o, p) && !own_reset(o, p))
		return;
	for (int side = 0; side < 2; side++)
		if (observer_state(o, side) == LEVEE_TCP_TIME_WAIT) /* RFC 1337 */
			o->end[side].stays = true;
	for (int side = 0; side < 2; side++) {
		o->end[side].reset = !o->end[side].stays;
		o->end[side].reborn = false;
	}
}

/* --- all others */

static void see_fin(struct watched *x, struct watched *y, const struct passage *p)
{
	uint32_t end = p->seq + p->payload + 1;

	/* Of two the lower: what is acknowledged, or sent, behind it tells the rest. */
	if (!(p->flags & F_FIN) || (x->fin && (x->fin_acked || !number_before(end, x->fin_end)))) {
		if (p->flags & F_FIN && end != x->fin_end)
			x->other_fin_end = end;
		return;
	}
	if (x->fin)
		x->other_fin_end = x->fin_end;
	x->fin = true;
	x->fin_end = end;
	x->fin_answers = x->knows_fin && !number_before(p->ack, y->fin_end);
	if (y->acked && !number_before(y->ack, end))
		x->fin_acked = y->knows_fin = true;
}

/*
 * Does the receiver take anything from it? A keep-alive is old, and another connection's acknowledgment is of numbers
 * that were never sent. (An ACK that overtakes the SYN-ACK is kept: what it acknowledges comes yet.)
 */
bool observer_takes(const struct observer *o, const struct passage *p)
{
	const struct watched *x = &o->end[p->from], *y = &o->end[!p->from];
	uint32_t end = p->seq + p->payload + !!(p->flags & F_FIN);

	if (!o->begun || x->reset || x->reborn)
		return false;
	if (y->acked && number_before(end, y->ack))
		return false;
	if (y->acked && !y->syn_acked && end == y->ack && p->seq != y->ack)
		return false; /* SYN_RECEIVED is strict (Linux: tcp_check_req) */
	if (p->ts && x->tsval_known && number_before(p->tsval + 1, x->ts_recent))
		return false; /* PAWS, with the tick that Linux forgives */
	if (!y->syn)
		return x->syn && p->seq == x->seq_end;
	return x->syn && (p->ack - y->isn - 1 <= y->seq_end - y->isn - 1);
}

/* A keep-alive or window probe of this host is not taken by the other end, but shows what it has received. */
static void take_old(struct watched *x, const struct watched *y, const struct passage *p)
{
	if (p->from != LEVEE_LOCAL || p->credit != CREDIT_FULL || !x->acked || !x->syn_acked || x->reset || !y->syn)
		return;
	if (p->ack - y->isn - 1 <= y->seq_end - y->isn - 1 && number_before(x->ack, p->ack))
		x->ack = p->ack;
}

static void take_timestamp(struct watched *x, const struct watched *y, const struct passage *p)
{
	if (!p->ts)
		return;
	if (!x->tsval_known || number_before(x->tsval, p->tsval))
		x->tsval = p->tsval;
	if (!x->tsval_known || (!number_before(y->ack, p->seq) && number_before(x->ts_recent, p->tsval)))
		x->ts_recent = p->tsval;
	x->tsval_known = true;
}

static void see_segment(struct observer *o, const struct passage *p)
{
	struct watched *x = &o->end[p->from], *y = &o->end[!p->from];
	uint32_t end = p->seq + p->payload + !!(p->flags & F_FIN);

	if (!observer_takes(o, p)) {
		take_old(x, y, p);
		return;
	}
	/* Nobody acknowledges data in SYN_RECEIVED: its SYN was acknowledged by what was seen before. */
	if (x->got_syn && x->acked && number_before(x->ack, p->ack))
		x->syn_acked = true;
	take_ack(x, y, p, observer_scale(o, p->from));
	if (p->credit == CREDIT_DOUBT && !o->credulous)
		return;
	if (number_before(x->seq_end, end))
		x->seq_end = end;
	take_timestamp(x, y, p);
	see_fin(x, y, p);
}

void observer_see(struct observer *o, const struct passage *p)
{
	if (p->credit == CREDIT_NONE)
		return;
	if (p->flags & F_RST)
		see_reset(o, p);
	else if ((p->flags & (F_SYN | F_ACK)) == (F_SYN | F_ACK))
		see_synack(o, p);
	else if (p->flags & F_SYN)
		see_syn(o, p);
	else if (p->flags & F_ACK)
		see_segment(o, p);
}
