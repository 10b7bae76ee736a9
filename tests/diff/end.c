/* SPDX-License-Identifier: GPL-2.0 */
/*
 * end.c - one TCP end: what it sends, and what it makes of a segment, in the order of RFC 9293 section 3.10.
 *
 * Where Linux and the RFC differ, and both are right, it does as Linux: a segment is acceptable also when it ends at
 * RCV.NXT (tcp_sequence), a repeated SYN draws the SYN-ACK again, TIME_WAIT ignores RST. What arrives out of order is
 * dropped and acknowledged. TIME_WAIT has no end: traces are short.
 */
#include <string.h>

#include "network.h"

#define RTO 200 /* ticks, doubled with every repeat */
#define TRIES_MAX 5
#define SPOKEN_MAX 200

#define PROBE_WAIT 250

void end_init(struct end *e, struct network *n, uint8_t side, const struct manner *m)
{
	*e = (struct end){
		.network = n,
		.side = side,
		.manner = *m,
		.state = m->listens ? LEVEE_TCP_LISTEN : LEVEE_TCP_CLOSED,
		.reading = true,
		.ts_base = dice_word(&n->dice) | 0x10000,
	};
}

/* --- sending */

/* The window in bytes: never taken back once it was offered (RFC 9293 section 3.8.6). */
static uint32_t window_now(const struct end *e)
{
	uint32_t left = e->offered - e->rcv_nxt;

	if (!e->irs && !e->rcv_nxt)
		return e->manner.window;
	if (!e->reading)
		return left;
	return left > e->manner.window ? left : e->manner.window;
}

static uint16_t window_field(struct end *e, uint16_t flags)
{
	uint32_t shift = e->scaled && !(flags & F_SYN) ? e->manner.wscale : 0, field = window_now(e) >> shift;

	field = field > 0xffff ? 0xffff : field;
	if (flags & F_ACK && number_before(e->offered, e->rcv_nxt + (field << shift)))
		e->offered = e->rcv_nxt + (field << shift);
	return field;
}

/* Does a segment carry the timestamp option? In a SYN it is asked for, in a SYN-ACK granted. */
static bool stamps(const struct end *e, uint16_t flags)
{
	return flags & F_SYN && !(flags & F_ACK) ? e->manner.ts : e->stamped;
}

static void say(struct end *e, uint16_t flags, uint32_t seq, uint32_t ack, uint16_t payload, const char *note)
{
	struct passage p = {
		.from = e->side,
		.flags = flags,
		.seq = seq,
		.ack = flags & F_ACK ? ack : 0,
		.payload = payload,
		.window = flags & F_RST ? 0 : window_field(e, flags),
		.wscale = NO_WSCALE,
		.note = note,
	};

	if (e->spoken++ > SPOKEN_MAX)
		return;
	if (stamps(e, flags)) {
		p.ts = true;
		p.tsval = e->ts_base + e->network->now / 4;
		p.tsecr = flags & F_ACK ? e->ts_recent : 0;
	}
	if (flags & F_SYN) {
		p.mss = true;
		p.sack = e->manner.sack;
		p.wscale = !(flags & F_ACK) || e->scaled ? e->manner.wscale : NO_WSCALE;
	}
	if (flags & F_ACK)
		e->owes_ack = false;
	network_send(e->network, &p);
}

static void say_ack(struct end *e, const char *note)
{
	say(e, F_ACK, e->nxt, e->rcv_nxt, 0, note);
}

static void say_syn(struct end *e, const char *note)
{
	say(e, e->state == LEVEE_TCP_SYN_SENT ? F_SYN : F_SYN | F_ACK, e->iss, e->rcv_nxt, 0, note);
}

static bool wants_probe(const struct end *e)
{
	return e->una == e->nxt && e->queued && !e->wnd;
}

static void arm(struct end *e)
{
	e->timer++;
	if (e->una != e->nxt)
		network_timer(e->network, e->side, RTO << e->tries, e->timer);
	else if (wants_probe(e))
		network_timer(e->network, e->side, PROBE_WAIT << e->tries, e->timer);
}

static void send_data(struct end *e)
{
	int32_t room = e->una + e->wnd - e->nxt;
	uint32_t n = e->queued < e->manner.mss ? e->queued : e->manner.mss;
	bool fin;

	n = room <= 0 ? 0 : (uint32_t)room < n ? (uint32_t)room : n;
	if (!n)
		return;
	fin = e->shut && n == e->queued && e->manner.fin_with_data;
	say(e, F_ACK | F_PSH | (fin ? F_FIN : 0), e->nxt, e->rcv_nxt, n, fin ? "FIN with data" : NULL);
	e->queued -= n;
	e->nxt += n;
	if (fin) {
		e->fin_sent = true;
		e->fin = e->nxt++;
	}
}

static void send_fin(struct end *e)
{
	e->fin_sent = true;
	e->fin = e->nxt;
	say(e, F_FIN | F_ACK, e->nxt++, e->rcv_nxt, 0, NULL);
}

/* All that may be sent now; the acknowledgment that is owed goes along or alone. */
static void output(struct end *e)
{
	uint32_t before;

	if (e->state == LEVEE_TCP_ESTABLISHED || e->state == LEVEE_TCP_CLOSE_WAIT) {
		do {
			before = e->nxt;
			send_data(e);
		} while (e->nxt != before && !e->fin_sent);
		if (e->shut && !e->queued && !e->fin_sent)
			send_fin(e);
		if (e->fin_sent)
			e->state = e->state == LEVEE_TCP_CLOSE_WAIT ? LEVEE_TCP_LAST_ACK : LEVEE_TCP_FIN_WAIT_1;
	}
	if (e->owes_ack)
		say_ack(e, NULL);
	arm(e);
}

static void become_closed(struct end *e)
{
	e->state = LEVEE_TCP_CLOSED;
	e->timer++;
	e->una = e->nxt;
	e->queued = 0;
	e->owes_ack = false;
}

static void send_again(struct end *e)
{
	uint32_t data_end = e->fin_sent ? e->fin : e->nxt, n = data_end - e->una;
	bool fin;

	if (e->state == LEVEE_TCP_SYN_SENT || e->state == LEVEE_TCP_SYN_RECEIVED) {
		say_syn(e, "again");
		return;
	}
	n = n > e->manner.mss ? e->manner.mss : n;
	fin = e->fin_sent && e->una + n == e->fin;
	say(e, F_ACK | (n ? F_PSH : 0) | (fin ? F_FIN : 0), e->una, e->rcv_nxt, n, "again");
}

/* RFC 9293 section 3.8.6.1 */
static void send_probe(struct end *e)
{
	if (!e->manner.probes_with_data) {
		say(e, F_ACK, e->nxt - 1, e->rcv_nxt, 0, "window probe");
		return;
	}
	e->queued--;
	say(e, F_ACK, e->nxt++, e->rcv_nxt, 1, "window probe with a byte");
}

void end_timeout(struct end *e)
{
	if (e->tries++ >= TRIES_MAX) {
		become_closed(e);
		e->network->disturbed = true;
		return;
	}
	if (e->una != e->nxt)
		send_again(e);
	else if (wants_probe(e))
		send_probe(e);
	arm(e);
}

/* --- applications */

static void begin(struct end *e, uint32_t iss)
{
	e->iss = iss;
	e->una = iss;
	e->nxt = iss + 1;
	e->irs = e->rcv_nxt = e->offered = 0;
	e->wnd = e->ts_recent = e->queued = 0;
	e->scaled = e->stamped = e->shut = e->fin_sent = e->owes_ack = false;
	e->reading = true;
	e->tries = 0;
}

void end_connect(struct end *e, uint32_t iss)
{
	begin(e, iss);
	e->state = LEVEE_TCP_SYN_SENT;
	say_syn(e, NULL);
	arm(e);
}

void end_write(struct end *e, uint32_t bytes)
{
	if (e->shut || e->state == LEVEE_TCP_CLOSED || e->state == LEVEE_TCP_LISTEN)
		return;
	e->queued += bytes;
	output(e);
}

void end_close(struct end *e)
{
	if (e->state == LEVEE_TCP_SYN_SENT) {
		end_crash(e);
		return;
	}
	if (e->shut || e->state == LEVEE_TCP_CLOSED || e->state == LEVEE_TCP_LISTEN)
		return;
	e->shut = true;
	output(e);
}

/* RFC 9293 section 3.10.5 */
void end_abort(struct end *e)
{
	bool silent = e->state == LEVEE_TCP_SYN_SENT || e->state == LEVEE_TCP_LISTEN || e->state == LEVEE_TCP_CLOSED;

	if (e->state == LEVEE_TCP_TIME_WAIT)
		return;
	if (!silent)
		say(e, F_RST | F_ACK, e->nxt, e->rcv_nxt, 0, "abort");
	/* Of one that closes, what is under way tells another story. */
	if (silent || e->state >= LEVEE_TCP_FIN_WAIT_1)
		e->network->disturbed = true;
	become_closed(e);
}

/* Nobody hears of it; only the RST that answers the other end's next segment tells. */
void end_crash(struct end *e)
{
	bool heard = e->state >= LEVEE_TCP_ESTABLISHED && e->state != LEVEE_TCP_TIME_WAIT &&
		     e->network->end[!e->side].state != LEVEE_TCP_CLOSED;

	e->network->disturbed |= !heard;
	become_closed(e);
}

void end_read(struct end *e, bool reading)
{
	bool opens = reading && !e->reading && e->offered == e->rcv_nxt;

	e->reading = reading;
	if (opens && e->state >= LEVEE_TCP_ESTABLISHED && e->state <= LEVEE_TCP_FIN_WAIT_2)
		say_ack(e, "window opens");
}

void end_keepalive(struct end *e)
{
	/* Long after its SYN: it has sent something since. */
	if (e->una == e->iss + 1)
		return;
	if ((e->state == LEVEE_TCP_ESTABLISHED || e->state == LEVEE_TCP_CLOSE_WAIT) && e->una == e->nxt)
		say(e, F_ACK, e->nxt - 1, e->rcv_nxt, e->manner.probes_with_data, "keep-alive");
}

bool end_settled(const struct end *e)
{
	return e->una == e->nxt && !e->queued && !e->owes_ack && (!e->shut || e->fin_sent);
}

/* --- arrival: without a connection */

/* 3.10.7.1 */
static void refuse(struct end *e, const struct passage *p)
{
	uint32_t len = p->payload + !!(p->flags & F_SYN) + !!(p->flags & F_FIN);
	bool stamped = e->stamped;

	if (p->flags & F_RST)
		return;
	e->stamped = false;
	if (p->flags & F_ACK)
		say(e, F_RST, p->ack, 0, 0, "of no connection");
	else
		say(e, F_RST | F_ACK, 0, p->seq + len, 0, "of no connection");
	e->stamped = stamped;
}

/* What both SYNs together say: RFC 7323 sections 2.2 and 3.2. */
static void agree(struct end *e, const struct passage *p)
{
	e->irs = p->seq;
	e->rcv_nxt = p->seq + 1;
	e->offered = e->rcv_nxt;
	e->wnd = p->window;
	e->peer_wscale = p->wscale;
	e->scaled = e->manner.wscale != NO_WSCALE && p->wscale != NO_WSCALE;
	e->stamped = e->manner.ts && p->ts;
	e->ts_recent = p->tsval;
}

static void open_passive(struct end *e, const struct passage *p, uint32_t iss)
{
	begin(e, iss);
	agree(e, p);
	e->state = LEVEE_TCP_SYN_RECEIVED;
	say_syn(e, NULL);
	arm(e);
}

/* 3.10.7.1 and 3.10.7.2 */
static void arrive_closed(struct end *e, const struct passage *p)
{
	if ((p->flags & (F_SYN | F_ACK | F_RST)) == F_SYN && e->manner.listens)
		open_passive(e, p, dice_word(&e->network->dice));
	else
		refuse(e, p);
}

/* 3.10.7.3 */
static void arrive_syn_sent(struct end *e, const struct passage *p)
{
	if (p->flags & F_ACK && (!number_before(e->iss, p->ack) || number_before(e->nxt, p->ack))) {
		if (!(p->flags & F_RST))
			say(e, F_RST, p->ack, 0, 0, "answer to an acknowledgment of nothing");
		return;
	}
	if (p->flags & F_RST) {
		if (p->flags & F_ACK)
			become_closed(e);
		return;
	}
	if (!(p->flags & F_SYN))
		return;
	agree(e, p);
	if (!(p->flags & F_ACK)) {
		e->state = LEVEE_TCP_SYN_RECEIVED;
		say_syn(e, "simultaneous open");
		return;
	}
	e->una = p->ack;
	e->tries = 0;
	e->state = LEVEE_TCP_ESTABLISHED;
	e->owes_ack = true;
	output(e);
}

/* --- arrival: 3.10.7.4 */

static uint32_t end_of(const struct passage *p)
{
	return p->seq + p->payload + !!(p->flags & F_SYN) + !!(p->flags & F_FIN);
}

/* RFC 7323 section 5.3 R1; Linux forgives one tick (TCP_PAWS_WINDOW). */
static bool too_old(const struct end *e, const struct passage *p)
{
	return e->stamped && p->ts && !(p->flags & F_RST) && number_before(p->tsval + 1, e->ts_recent);
}

static bool acceptable(const struct end *e, const struct passage *p)
{
	if (e->state == LEVEE_TCP_SYN_RECEIVED && p->seq != e->rcv_nxt && end_of(p) == e->rcv_nxt)
		return !!(p->flags & F_SYN); /* strict, but for the SYN itself: tcp_check_req */
	return !number_before(end_of(p), e->rcv_nxt) && !number_before(e->offered, p->seq);
}

/* RFC 6191, as tcp_timewait_state_process does it. */
static bool reopens(struct end *e, const struct passage *p)
{
	bool later = number_before(e->rcv_nxt, p->seq) ||
		     (e->stamped && p->ts && number_before(e->ts_recent, p->tsval));

	if (e->state != LEVEE_TCP_TIME_WAIT || !e->manner.listens || !later ||
	    (p->flags & (F_SYN | F_ACK | F_RST)) != F_SYN)
		return false;
	open_passive(e, p, e->nxt + 65537);
	return true;
}

/* RFC 5961 section 3; and, as in Linux, the number of a FIN that was received (tcp_reset_check). */
static void take_reset(struct end *e, const struct passage *p)
{
	bool at_fin = p->seq == e->rcv_nxt - 1 && (e->state == LEVEE_TCP_CLOSE_WAIT || e->state == LEVEE_TCP_LAST_ACK ||
						   e->state == LEVEE_TCP_CLOSING);

	if (e->state == LEVEE_TCP_TIME_WAIT)
		return;
	if (p->seq == e->rcv_nxt || at_fin)
		become_closed(e);
	else
		say_ack(e, "challenge ACK");
}

/* RFC 5961 section 4; and the SYNs of an opening that come again. */
static void take_syn(struct end *e, const struct passage *p)
{
	bool again = e->state == LEVEE_TCP_SYN_RECEIVED && p->seq == e->irs;

	if (again && p->flags & F_ACK && p->ack == e->nxt) { /* simultaneous open, figure 7 */
		e->una = p->ack;
		e->wnd = p->window;
		e->state = LEVEE_TCP_ESTABLISHED;
		e->owes_ack = true;
		output(e);
	} else if (again && !(p->flags & F_ACK)) {
		say_syn(e, "again");
	} else {
		say_ack(e, "challenge ACK");
	}
}

static void fin_acknowledged(struct end *e)
{
	if (e->state == LEVEE_TCP_FIN_WAIT_1)
		e->state = LEVEE_TCP_FIN_WAIT_2;
	else if (e->state == LEVEE_TCP_CLOSING)
		e->state = LEVEE_TCP_TIME_WAIT;
	else if (e->state == LEVEE_TCP_LAST_ACK)
		become_closed(e);
}

/* 3.10.7.4 fifth. False: drop the segment. */
static bool take_ack(struct end *e, const struct passage *p)
{
	uint32_t scale = e->scaled ? e->peer_wscale : 0;
	bool again;

	if (e->state == LEVEE_TCP_SYN_RECEIVED) {
		if (!number_before(e->una, p->ack) || number_before(e->nxt, p->ack)) {
			say(e, F_RST, p->ack, 0, 0, "answer to an acknowledgment of nothing");
			return false;
		}
		e->state = LEVEE_TCP_ESTABLISHED;
	}
	if (number_before(e->nxt, p->ack)) {
		say_ack(e, "answer to an acknowledgment of what was not sent");
		return false;
	}
	if (number_before(p->ack, e->una))
		return !number_before(p->ack, e->una - e->manner.window - 65535);
	again = e->tries && p->ack != e->una && p->ack != e->nxt;
	e->tries = p->ack != e->una ? 0 : e->tries;
	e->una = p->ack;
	e->wnd = (uint32_t)p->window << scale;
	if (e->fin_sent && number_before(e->fin, e->una))
		fin_acknowledged(e);
	if (again) /* what was lost behind it was lost too, perhaps */
		send_again(e);
	return true;
}

static bool receives(const struct end *e)
{
	return e->state >= LEVEE_TCP_ESTABLISHED && e->state <= LEVEE_TCP_FIN_WAIT_2;
}

/* An orphaned socket has nobody to give data to. */
static bool resets_late_data(struct end *e, const struct passage *p)
{
	if (!e->manner.resets_late_data || !p->payload || e->state < LEVEE_TCP_FIN_WAIT_1 ||
	    e->state > LEVEE_TCP_FIN_WAIT_2 || !number_before(e->rcv_nxt, p->seq + p->payload))
		return false;
	say(e, F_RST, e->nxt, 0, 0, "data after close");
	become_closed(e);
	return true;
}

static void take_fin(struct end *e)
{
	static const uint8_t next[LEVEE_TCP_STATE_COUNT] = {
		[LEVEE_TCP_ESTABLISHED] = LEVEE_TCP_CLOSE_WAIT,
		[LEVEE_TCP_FIN_WAIT_1] = LEVEE_TCP_CLOSING,
		[LEVEE_TCP_FIN_WAIT_2] = LEVEE_TCP_TIME_WAIT,
	};

	e->rcv_nxt++;
	e->state = next[e->state];
	if (e->state == LEVEE_TCP_CLOSE_WAIT && e->manner.closes_on_eof) {
		if (e->manner.lingers)
			network_action(e->network, e->network->now + 60, e->side, ACTION_CLOSE, 0);
		else
			e->shut = true;
	}
}

/* Seventh and eighth. */
static void take_text(struct end *e, const struct passage *p)
{
	uint32_t end = p->seq + p->payload;

	if (!receives(e)) {
		e->owes_ack |= p->payload || p->flags & F_FIN;
		return;
	}
	if (resets_late_data(e, p))
		return;
	if (number_before(e->rcv_nxt, p->seq)) { /* a gap */
		e->owes_ack = true;
		return;
	}
	if (p->payload || p->flags & F_FIN)
		e->owes_ack = true;
	if (number_before(e->rcv_nxt, end))
		e->rcv_nxt = end;
	if (p->flags & F_FIN && e->rcv_nxt == end)
		take_fin(e);
}

/* Keep-alives and window probes end before RCV.NXT: they draw an ACK, and so does all that is not acceptable. */
static void arrive_synchronized(struct end *e, const struct passage *p)
{
	if (reopens(e, p))
		return;
	if (too_old(e, p) || !acceptable(e, p)) {
		if (!(p->flags & F_RST))
			say_ack(e, "answer to an unacceptable segment");
		return;
	}
	if (p->flags & F_RST) {
		take_reset(e, p);
		return;
	}
	if (p->flags & F_SYN) {
		take_syn(e, p);
		return;
	}
	if (e->stamped && p->ts && !number_before(e->rcv_nxt, p->seq) && number_before(e->ts_recent, p->tsval))
		e->ts_recent = p->tsval;
	if (!(p->flags & F_ACK) || !take_ack(e, p) || e->state == LEVEE_TCP_CLOSED)
		return;
	take_text(e, p);
	if (e->state != LEVEE_TCP_CLOSED)
		output(e);
}

void end_arrival(struct end *e, const struct passage *p)
{
	if (e->state == LEVEE_TCP_CLOSED || e->state == LEVEE_TCP_LISTEN)
		arrive_closed(e, p);
	else if (e->state == LEVEE_TCP_SYN_SENT)
		arrive_syn_sent(e, p);
	else
		arrive_synchronized(e, p);
}
