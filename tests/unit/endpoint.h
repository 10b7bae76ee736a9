/* SPDX-License-Identifier: GPL-2.0 */
/*
 * endpoint.h - one end of a TCP connection, written from RFC 9293 section 3.10 and from nothing of levee's but the names
 * of states and the segment. It is the truth that the tracker is compared with.
 *
 * Where Linux reads the RFC in its own way and levee has to follow, because the local end is Linux, the function says so.
 * Segments that it sends stand in out[], oldest first. Time is in ticks; all chance comes from *random.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "unit.h"

#include <stdbool.h>
#include <levee/segment.h>
#include <levee/tcp_fsm.h>

typedef enum levee_tcp_state state_t;

#define ENDPOINT_OUT 128
#define ENDPOINT_HELD 16
#define ENDPOINT_RTO 60
#define ENDPOINT_TIME_WAIT 4000

/* What an endpoint did with a segment. */
enum verdict {
	TAKEN, /* its numbers were looked at: the acknowledgment, the data */
	UNACCEPTABLE, /* outside the window, or no sense in this state; perhaps answered */
	ACK_REFUSED, /* acceptable, but for an acknowledgment that cannot be */
	OLD_STAMP, /* refused by PAWS */
	RESET_TAKEN, /* a RST that ended the connection, or the attempt */
	RESET_DOUBTED, /* a RST that was answered by a challenge ACK */
};

/* What has come out of order. */
struct held {
	uint32_t seq, end;
};

struct endpoint {
	/* what it is like, chosen once */
	uint64_t *random;
	bool wants_stamps, wants_scale;
	bool probes_with_data; /* a shut window; else as Linux does */
	bool takes_syn_data;
	bool closes_while_opening; /* in SYN_RECEIVED */
	bool strict; /* reads the RFC to the letter; else as Linux does */
	uint8_t shift;
	uint32_t buffer, mss, delay_of_ack;

	state_t state;
	unsigned int been; /* the set of the states that it has been in */
	bool passive;
	bool silent; /* it is CLOSED, and no segment has said so */
	uint32_t now;

	uint32_t iss, snd_una, snd_nxt, snd_wnd, snd_wl1, snd_wl2, max_wnd;
	uint32_t data_end; /* behind what the application has written: where the FIN goes */
	bool close_wanted, fin_sent;
	bool deaf; /* data that comes after CLOSE is answered by a RST (section 3.6.1) */

	uint32_t irs, rcv_nxt;
	uint32_t rcv_wup;  /* acknowledged last */
	uint32_t rcv_edge; /* the furthest promise */
	uint32_t rcv_look; /* what begins behind this is not looked at */
	uint32_t unread, fin_at;
	bool fin_held, fin_rcvd;
	bool fin_late; /* the other end's FIN came while this end's own was waiting behind data */
	struct held held[ENDPOINT_HELD];
	unsigned int holds;

	bool stamps, scaled;
	uint8_t peer_shift;
	uint32_t stamp_offset, ts_recent;

	uint32_t retransmit_at, ack_at, time_wait_ends, backoff; /* 0: not running */
	struct levee_segment out[ENDPOINT_OUT];
	unsigned int outs;
};

/* --- numbers: a lies before b if the way from a to b is less than half the circle */

static inline bool lt(uint32_t a, uint32_t b)
{
	return a != b && b - a < 0x80000000U;
}

static inline bool le(uint32_t a, uint32_t b)
{
	return a == b || lt(a, b);
}

static inline uint32_t furthest(uint32_t a, uint32_t b)
{
	return lt(a, b) ? b : a;
}

static inline uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static inline uint32_t draw(uint64_t *random, uint32_t below)
{
	return unit_random(random) % below;
}

/* --- states in sets, as section 3.10 lists them */

#define SET(name) (1U << LEVEE_TCP_##name)

static inline bool endpoint_in(const struct endpoint *e, unsigned int set)
{
	return 1U << e->state & set;
}

#define SYNCHRONIZED                                                                                             \
	(SET(ESTABLISHED) | SET(FIN_WAIT_1) | SET(FIN_WAIT_2) | SET(CLOSE_WAIT) | SET(CLOSING) | SET(LAST_ACK) | \
	 SET(TIME_WAIT))
#define SENDS_DATA (SET(ESTABLISHED) | SET(CLOSE_WAIT) | SET(FIN_WAIT_1) | SET(CLOSING) | SET(LAST_ACK))
#define HEARS_DATA (SET(ESTABLISHED) | SET(FIN_WAIT_1) | SET(FIN_WAIT_2))

static inline bool endpoint_alive(const struct endpoint *e)
{
	return e->state != LEVEE_TCP_CLOSED && e->state != LEVEE_TCP_LISTEN;
}

static inline void endpoint_enter(struct endpoint *e, state_t state)
{
	e->state = state;
	e->been |= 1U << state;
}

/* Where the FIN ends, once there is one. */
static inline uint32_t endpoint_fin_end(const struct endpoint *e)
{
	return e->data_end + 1;
}

static inline bool endpoint_fin_acked(const struct endpoint *e)
{
	return e->fin_sent && e->snd_una == endpoint_fin_end(e);
}

static inline bool endpoint_all_acked(const struct endpoint *e)
{
	return e->snd_una == e->snd_nxt && e->data_end + (e->close_wanted ? 1 : 0) == e->snd_nxt;
}

/* --- sending */

static inline uint32_t endpoint_room(const struct endpoint *e)
{
	uint32_t room = e->unread < e->buffer ? e->buffer - e->unread : 0;

	return smaller(room, 65535U << (e->scaled ? e->shift : 0));
}

static inline void endpoint_stamp(struct endpoint *e, struct levee_segment *s)
{
	s->options |= LEVEE_OPT_TS;
	s->tsval = e->stamp_offset + e->now / 4;
}

/*
 * What was promised once is kept (RFC 7323 section 2.4). Into a shut window goes nothing, but the acknowledgment of what a
 * probe's sender sends from behind the probe is looked at (section 3.10.7.4 first: special allowance).
 */
static inline void endpoint_promise(struct endpoint *e, uint32_t window)
{
	e->rcv_edge = furthest(e->rcv_edge, e->rcv_nxt + window);
	e->rcv_look = furthest(e->rcv_look, e->rcv_nxt + (window ? window : 1));
}

/* The window of a SYN is not scaled (RFC 7323 section 2.2). Linux (tcp_select_window) promises no less than before, and rounds up. */
static inline uint16_t endpoint_window(struct endpoint *e, bool syn)
{
	uint32_t shift = e->scaled && !syn ? e->shift : 0, room = endpoint_room(e), field;

	if (!e->strict) {
		room = lt(e->rcv_nxt + room, e->rcv_edge) ? e->rcv_edge - e->rcv_nxt : room;
		room += (1U << shift) - 1;
	}
	field = smaller(room >> shift, 65535);
	if (!(syn && e->fin_sent))
		endpoint_promise(e, field << shift);
	return field;
}

static inline struct levee_segment *endpoint_emit(struct endpoint *e, uint32_t seq, uint32_t payload, uint8_t flags)
{
	struct levee_segment *s = &e->out[e->outs < ENDPOINT_OUT - 1 ? e->outs++ : e->outs];

	*s = (struct levee_segment){ .seq = seq, .payload = payload, .flags = flags };
	if (flags & TCP_RST)
		return s;
	if (flags & TCP_ACK) {
		s->ack = e->rcv_nxt;
		s->window = endpoint_window(e, flags & TCP_SYN);
		e->rcv_wup = e->rcv_nxt;
		e->ack_at = 0;
	} else {
		s->window = smaller(endpoint_room(e), 65535);
	}
	if (e->stamps)
		endpoint_stamp(e, s);
	return s;
}

/* Linux (tcp_acceptable_seq) does not send from beyond a window that has shrunk. */
static inline void endpoint_send_ack(struct endpoint *e)
{
	uint32_t edge = e->snd_una + e->snd_wnd;

	endpoint_emit(e, !e->strict && lt(edge, e->snd_nxt) ? edge : e->snd_nxt, 0, TCP_ACK);
}

/* Section 3.5.2: the RST that a segment gets which should not have come. */
static inline void endpoint_refuse(struct endpoint *e, const struct levee_segment *s)
{
	struct levee_segment *r;

	if (s->flags & TCP_RST)
		return;
	if (s->flags & TCP_ACK) {
		endpoint_emit(e, s->ack, 0, TCP_RST);
		return;
	}
	r = endpoint_emit(e, 0, 0, TCP_RST | TCP_ACK);
	r->ack = s->seq + s->payload + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN);
}

static inline void endpoint_arm(struct endpoint *e)
{
	if (!e->retransmit_at)
		e->retransmit_at = e->now + (ENDPOINT_RTO << e->backoff);
}

/* SYN, or SYN-ACK once a SYN has come; the first SYN may carry data (section 3.10.1). */
static inline void endpoint_send_syn(struct endpoint *e, uint32_t payload)
{
	bool answers = e->state != LEVEE_TCP_SYN_SENT;
	struct levee_segment *s = endpoint_emit(e, e->iss, payload, TCP_SYN | (answers ? TCP_ACK : 0));

	if (answers ? e->scaled : e->wants_scale) {
		s->options |= LEVEE_OPT_WSCALE;
		s->wscale = e->shift;
	}
	if (!answers && e->wants_stamps)
		endpoint_stamp(e, s);
	e->snd_nxt = furthest(e->snd_nxt, e->iss + 1 + payload);
	endpoint_arm(e);
}

/* From `seq` on, `len` bytes; the FIN too where they reach it and it fits, or if nothing else is left. */
static inline void endpoint_send_data(struct endpoint *e, uint32_t seq, uint32_t len, bool fin_fits)
{
	bool fin = e->close_wanted && seq + len == e->data_end && fin_fits;

	if (seq == endpoint_fin_end(e)) /* nothing is left to send */
		return;
	endpoint_emit(e, seq, len, TCP_ACK | (fin ? TCP_FIN : 0));
	e->fin_sent |= fin;
	e->snd_nxt = furthest(e->snd_nxt, seq + len + fin);
	endpoint_arm(e);
}

static inline uint32_t endpoint_usable(const struct endpoint *e, uint32_t seq)
{
	uint32_t edge = e->snd_una + e->snd_wnd;

	return lt(seq, edge) ? edge - seq : 0;
}

/* Sends what the window allows. */
static inline void endpoint_push(struct endpoint *e)
{
	uint32_t usable, left, len;

	while (endpoint_in(e, SENDS_DATA) && !e->fin_sent && e->outs < ENDPOINT_OUT / 2) {
		usable = endpoint_usable(e, e->snd_nxt);
		left = lt(e->snd_nxt, e->data_end) ? e->data_end - e->snd_nxt : 0;
		if (!usable || (!left && !e->close_wanted))
			break;
		len = smaller(smaller(left, usable), 1 + draw(e->random, e->mss));
		endpoint_send_data(e, e->snd_nxt, len, usable > len);
	}
	if (endpoint_in(e, SENDS_DATA) && e->snd_nxt != endpoint_fin_end(e) && e->snd_nxt != e->data_end)
		endpoint_arm(e); /* the window is shut: probe it */
}

/* Section 3.8.6.1: one octet beyond the window; or, as Linux does, one that was acknowledged long ago. */
static inline void endpoint_probe(struct endpoint *e)
{
	if (e->probes_with_data)
		endpoint_send_data(e, e->snd_nxt, e->snd_nxt != e->data_end, true);
	else
		endpoint_emit(e, e->snd_una - 1, 0, TCP_ACK);
}

/* Section 3.8.4: whoever is alive answers. */
static inline void endpoint_keep_alive(struct endpoint *e)
{
	endpoint_emit(e, e->snd_nxt - 1, draw(e->random, 2), TCP_ACK);
}

/* What is sent again may be cut in another way than before, and may take new data along (section 3.8.1). */
static inline void endpoint_retransmit(struct endpoint *e)
{
	uint32_t usable = endpoint_usable(e, e->snd_una), left, len;

	if (e->snd_una == e->iss) {
		endpoint_send_syn(e, 0);
		return;
	}
	left = lt(e->snd_una, e->data_end) ? e->data_end - e->snd_una : 0;
	usable = usable ? usable : 1;
	len = smaller(smaller(left, usable), 1 + draw(e->random, 2 * e->mss));
	endpoint_send_data(e, e->snd_una, len, usable > len || e->fin_sent);
}

static inline void endpoint_timer(struct endpoint *e)
{
	e->retransmit_at = 0;
	if (!endpoint_in(e, SENDS_DATA | SET(SYN_SENT) | SET(SYN_RECEIVED)))
		return;
	e->backoff += e->backoff < 4;
	if (lt(e->snd_una, e->snd_nxt))
		endpoint_retransmit(e);
	else if (e->snd_nxt != e->data_end || (e->close_wanted && !e->fin_sent))
		endpoint_probe(e);
	else
		return;
	endpoint_arm(e);
}

/* Without a word, and no timer runs any more: as after a crash, or where the kernel gives up. */
static inline void endpoint_vanish(struct endpoint *e)
{
	endpoint_enter(e, LEVEE_TCP_CLOSED);
	e->retransmit_at = e->ack_at = 0;
	e->silent = true;
}

/* The segments say so. */
static inline void endpoint_end(struct endpoint *e)
{
	endpoint_vanish(e);
	e->silent = false;
}

static inline void endpoint_tick(struct endpoint *e, uint32_t now)
{
	e->now = now;
	if (e->retransmit_at && now >= e->retransmit_at)
		endpoint_timer(e);
	if (e->ack_at && now >= e->ack_at)
		endpoint_send_ack(e);
	if (e->state == LEVEE_TCP_TIME_WAIT && now >= e->time_wait_ends)
		endpoint_vanish(e);
}

/* --- user calls, section 3.10.1 to 3.10.5 */

static inline void endpoint_forget(struct endpoint *e)
{
	e->outs = 0;
	e->fin_sent = e->close_wanted = e->deaf = e->fin_held = e->fin_rcvd = e->fin_late = e->stamps = e->scaled =
		false;
	e->silent = false;
	e->snd_wnd = e->snd_wl1 = e->snd_wl2 = e->max_wnd = 0;
	e->rcv_nxt = e->rcv_wup = e->rcv_edge = e->rcv_look = e->irs = e->unread = e->fin_at = e->holds = 0;
	e->retransmit_at = e->ack_at = e->time_wait_ends = e->backoff = 0;
	e->ts_recent = e->peer_shift = 0;
}

static inline void endpoint_number(struct endpoint *e, uint32_t iss)
{
	e->iss = e->snd_una = e->snd_nxt = iss;
	e->data_end = iss + 1;
}

static inline void endpoint_listen(struct endpoint *e)
{
	endpoint_forget(e);
	e->passive = true;
	endpoint_enter(e, LEVEE_TCP_LISTEN);
}

static inline void endpoint_open(struct endpoint *e, uint32_t iss, uint32_t syn_data)
{
	endpoint_forget(e);
	endpoint_number(e, iss);
	e->passive = false;
	endpoint_enter(e, LEVEE_TCP_SYN_SENT);
	e->data_end += syn_data;
	endpoint_send_syn(e, syn_data);
}

static inline void endpoint_write(struct endpoint *e, uint32_t bytes)
{
	if (e->close_wanted || !endpoint_in(e, SET(SYN_SENT) | SET(SYN_RECEIVED) | SET(ESTABLISHED) | SET(CLOSE_WAIT)))
		return;
	e->data_end += bytes;
	endpoint_push(e);
}

/* CLOSE moves the state at once, though the FIN may have to wait behind data. */
static inline void endpoint_start_closing(struct endpoint *e)
{
	endpoint_enter(e, e->state == LEVEE_TCP_CLOSE_WAIT ? LEVEE_TCP_LAST_ACK : LEVEE_TCP_FIN_WAIT_1);
	endpoint_push(e);
}

static inline void endpoint_close(struct endpoint *e)
{
	if (e->state == LEVEE_TCP_LISTEN || e->state == LEVEE_TCP_SYN_SENT)
		endpoint_vanish(e);
	if (e->close_wanted || !endpoint_in(e, SET(SYN_RECEIVED) | SET(ESTABLISHED) | SET(CLOSE_WAIT)))
		return;
	e->close_wanted = true;
	/* Without data it may close in SYN_RECEIVED, else that waits for ESTABLISHED. */
	if (e->state != LEVEE_TCP_SYN_RECEIVED || (e->closes_while_opening && e->data_end == e->iss + 1))
		endpoint_start_closing(e);
}

static inline void endpoint_abort(struct endpoint *e)
{
	if (endpoint_in(e, SET(SYN_RECEIVED) | SET(ESTABLISHED) | SET(FIN_WAIT_1) | SET(FIN_WAIT_2) | SET(CLOSE_WAIT)))
		endpoint_emit(e, e->snd_nxt, 0, TCP_RST);
	endpoint_vanish(e);
	e->silent = !e->outs;
}

static inline void endpoint_read(struct endpoint *e)
{
	bool was_shut = e->unread > e->buffer / 2;

	e->unread = 0;
	if (was_shut && endpoint_in(e, HEARS_DATA))
		endpoint_send_ack(e);
}

/* --- SEGMENT ARRIVES, section 3.10.7 */

/* What SYN and SYN-ACK say of the other end. */
static inline void endpoint_meet(struct endpoint *e, const struct levee_segment *s)
{
	e->irs = s->seq;
	e->rcv_nxt = e->rcv_wup = s->seq + 1;
	e->rcv_edge = e->rcv_look = e->rcv_nxt;
	endpoint_promise(e, smaller(endpoint_room(e), 65535));
	e->scaled = e->wants_scale && s->options & LEVEE_OPT_WSCALE;
	e->peer_shift = s->wscale;
	e->stamps = e->wants_stamps && s->options & LEVEE_OPT_TS;
	e->ts_recent = s->tsval;
	e->snd_wnd = e->max_wnd = s->window;
	e->snd_wl1 = s->seq;
	e->snd_wl2 = s->ack;
}

static inline void endpoint_ack_soon(struct endpoint *e, bool at_once)
{
	if (at_once || !e->delay_of_ack)
		endpoint_send_ack(e);
	else if (!e->ack_at)
		e->ack_at = e->now + 1 + draw(e->random, e->delay_of_ack);
}

static inline void endpoint_hold(struct endpoint *e, uint32_t seq, uint32_t end)
{
	if (e->holds < ENDPOINT_HELD)
		e->held[e->holds++] = (struct held){ .seq = seq, .end = end };
}

/* Moves RCV.NXT over what is there without a gap. */
static inline void endpoint_gather(struct endpoint *e)
{
	uint32_t before;
	unsigned int i, kept = 0;

	do {
		before = e->rcv_nxt;
		for (i = 0; i < e->holds; i++)
			if (le(e->held[i].seq, e->rcv_nxt))
				e->rcv_nxt = furthest(e->rcv_nxt, e->held[i].end);
	} while (before != e->rcv_nxt);
	for (i = 0; i < e->holds; i++)
		if (lt(e->rcv_nxt, e->held[i].end))
			e->held[kept++] = e->held[i];
	e->holds = kept;
}

/* Seventh: the segment text. True where something of it is new. */
static inline bool endpoint_text(struct endpoint *e, const struct levee_segment *s)
{
	uint32_t end = s->seq + s->payload, before = e->rcv_nxt;

	if (!s->payload || !endpoint_in(e, HEARS_DATA))
		return false;
	if (lt(e->rcv_edge, end))
		end = e->rcv_edge;
	if (!lt(s->seq, end) || !lt(e->rcv_nxt, end))
		return false;
	if (lt(e->rcv_nxt, s->seq))
		endpoint_hold(e, s->seq, end);
	else
		e->rcv_nxt = end;
	endpoint_gather(e);
	e->unread += e->rcv_nxt - before;
	return true;
}

static inline void endpoint_wait(struct endpoint *e)
{
	endpoint_enter(e, LEVEE_TCP_TIME_WAIT);
	e->time_wait_ends = e->now + ENDPOINT_TIME_WAIT;
	e->retransmit_at = 0;
}

/* Eighth: the FIN has become the next number. */
static inline void endpoint_take_fin(struct endpoint *e)
{
	e->fin_rcvd = true;
	e->fin_late |= e->close_wanted && !e->fin_sent;
	e->rcv_nxt = e->fin_at + 1;
	e->holds = 0;
	switch (e->state) {
	case LEVEE_TCP_SYN_RECEIVED:
	case LEVEE_TCP_ESTABLISHED:
		endpoint_enter(e, LEVEE_TCP_CLOSE_WAIT);
		break;
	case LEVEE_TCP_FIN_WAIT_1:
		endpoint_enter(e, LEVEE_TCP_CLOSING);
		break;
	case LEVEE_TCP_FIN_WAIT_2:
		endpoint_wait(e);
		break;
	default:
		break;
	}
}

static inline bool endpoint_check_fin(struct endpoint *e, const struct levee_segment *s)
{
	if (s->flags & TCP_FIN && le(s->seq + s->payload, e->rcv_edge) && !e->fin_held && endpoint_in(e, HEARS_DATA)) {
		e->fin_held = true;
		e->fin_at = s->seq + s->payload;
	}
	if (!e->fin_held || e->fin_rcvd || e->rcv_nxt != e->fin_at)
		return false;
	endpoint_take_fin(e);
	return true;
}

/* Fifth, for the synchronized states: what has been acknowledged, and how much may be sent now. */
static inline void endpoint_advance(struct endpoint *e, const struct levee_segment *s)
{
	bool fresh = lt(e->snd_una, s->ack);

	if (fresh) {
		e->snd_una = s->ack;
		e->retransmit_at = lt(e->snd_una, e->snd_nxt) ? e->now + (e->backoff ? 2 : ENDPOINT_RTO) : 0;
		e->backoff = 0;
	}
	/* Linux (tcp_may_update_window) lets what acknowledges more count too, so that SND.WND does not outlive its SND.UNA. */
	if (s->ack != e->snd_una ||
	    !(fresh || lt(e->snd_wl1, s->seq) || (e->snd_wl1 == s->seq && le(e->snd_wl2, s->ack))))
		return;
	e->snd_wnd = (uint32_t)s->window << (e->scaled && !(s->flags & TCP_SYN) ? e->peer_shift : 0);
	e->max_wnd = e->max_wnd > e->snd_wnd ? e->max_wnd : e->snd_wnd;
	e->snd_wl1 = s->seq;
	e->snd_wl2 = s->ack;
}

static inline void endpoint_fin_was_acked(struct endpoint *e)
{
	if (!endpoint_fin_acked(e))
		return;
	if (e->state == LEVEE_TCP_FIN_WAIT_1)
		endpoint_enter(e, LEVEE_TCP_FIN_WAIT_2);
	else if (e->state == LEVEE_TCP_CLOSING)
		endpoint_wait(e);
	else if (e->state == LEVEE_TCP_LAST_ACK)
		endpoint_end(e);
}

static inline void endpoint_established(struct endpoint *e)
{
	endpoint_enter(e, LEVEE_TCP_ESTABLISHED);
	if (e->close_wanted)
		endpoint_start_closing(e);
}

/* Fifth. False: it acknowledges what was never sent, or what is too old (RFC 5961 section 5.2), and gets an ACK; or a RST. */
static inline bool endpoint_check_ack(struct endpoint *e, const struct levee_segment *s)
{
	if (e->state == LEVEE_TCP_SYN_RECEIVED) {
		if (!(lt(e->snd_una, s->ack) && le(s->ack, e->snd_nxt))) {
			endpoint_refuse(e, s);
			return false;
		}
		/* The window is taken as it stands; what the SYN said counts no longer. */
		e->snd_wl1 = s->seq;
		e->snd_wl2 = s->ack;
		endpoint_advance(e, s);
		endpoint_established(e);
	}
	if (lt(e->snd_nxt, s->ack) || lt(s->ack, e->snd_una - e->max_wnd)) {
		endpoint_send_ack(e);
		return false;
	}
	endpoint_advance(e, s);
	endpoint_fin_was_acked(e);
	return true;
}

/*
 * First: is it in the window? Strictly, section 3.10.7.4. Linux (tcp_sequence) also looks at what ends where it has
 * acknowledged last, and at what begins where the window ends.
 */
static inline bool endpoint_acceptable(const struct endpoint *e, const struct levee_segment *s)
{
	uint32_t len = s->payload + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN), end = s->seq + len;

	if (!e->strict)
		return le(e->rcv_wup, end) && le(s->seq, e->rcv_look);
	if (e->rcv_nxt == e->rcv_edge)
		return !len && s->seq == e->rcv_nxt;
	if (!len)
		return le(e->rcv_nxt, s->seq) && lt(s->seq, e->rcv_edge);
	return (le(e->rcv_nxt, s->seq) && lt(s->seq, e->rcv_edge)) ||
	       (le(e->rcv_nxt, end - 1) && lt(end - 1, e->rcv_edge));
}

static inline uint32_t endpoint_right_edge(const struct endpoint *e)
{
	uint32_t edge = e->rcv_nxt;

	for (unsigned int i = 0; i < e->holds; i++)
		edge = furthest(edge, e->held[i].end);
	return edge;
}

/*
 * Second, RFC 5961 section 3. Linux (tcp_reset_check, tcp_validate_incoming) takes two more numbers: the FIN's, once that
 * was received, and the right edge of what came out of order.
 */
static inline bool endpoint_reset_exact(const struct endpoint *e, uint32_t seq)
{
	if (seq == e->rcv_nxt)
		return true;
	if (e->strict)
		return false;
	if (e->fin_rcvd && seq == e->rcv_nxt - 1)
		return true;
	return e->holds && seq == endpoint_right_edge(e);
}

static inline enum verdict endpoint_reset(struct endpoint *e, const struct levee_segment *s)
{
	bool after_fin = !e->strict && e->fin_rcvd && s->seq == e->rcv_nxt - 1;

	if (!after_fin && !(le(e->rcv_nxt, s->seq) && le(s->seq, e->rcv_look)))
		return UNACCEPTABLE;
	if (e->state == LEVEE_TCP_TIME_WAIT)
		return UNACCEPTABLE; /* RFC 1337 section 3 */
	if (!endpoint_reset_exact(e, s->seq)) {
		endpoint_send_ack(e);
		return RESET_DOUBTED;
	}
	if (e->state == LEVEE_TCP_SYN_RECEIVED && e->passive)
		endpoint_listen(e);
	else
		endpoint_end(e);
	return RESET_TAKEN;
}

/* RFC 7323 section 5.3 R1. One tick is forgiven, as Linux does (TCP_PAWS_WINDOW). */
static inline bool endpoint_paws(const struct endpoint *e, const struct levee_segment *s)
{
	return e->stamps && s->options & LEVEE_OPT_TS && lt(s->tsval + 1, e->ts_recent) && !(s->flags & TCP_RST);
}

/* R3. */
static inline void endpoint_note_stamp(struct endpoint *e, const struct levee_segment *s)
{
	if (e->stamps && s->options & LEVEE_OPT_TS && le(s->seq, e->rcv_wup) && le(e->ts_recent, s->tsval))
		e->ts_recent = s->tsval;
}

static inline enum verdict endpoint_receive_open(struct endpoint *e, const struct levee_segment *s)
{
	bool fin, fresh;

	if (!endpoint_check_ack(e, s))
		return ACK_REFUSED;
	fresh = endpoint_text(e, s);
	if (fresh && e->deaf) {
		endpoint_abort(e); /* nobody will read it: section 3.6.1 */
		return TAKEN;
	}
	fin = endpoint_check_fin(e, s);
	if (!endpoint_alive(e))
		return TAKEN;
	if (e->state == LEVEE_TCP_TIME_WAIT && s->flags & TCP_FIN)
		endpoint_wait(e);
	if (s->payload || s->flags & TCP_FIN)
		endpoint_ack_soon(e, !(fresh || fin) || e->holds);
	endpoint_push(e);
	return TAKEN;
}

/* RFC 6191: a SYN that cannot be of the connection that is over. */
static inline bool endpoint_may_reuse(const struct endpoint *e, const struct levee_segment *s)
{
	if (e->state != LEVEE_TCP_TIME_WAIT || !e->passive || !(s->flags & TCP_SYN) || s->flags & (TCP_ACK | TCP_RST))
		return false;
	if (endpoint_paws(e, s))
		return false;
	return lt(e->rcv_nxt, s->seq) || (e->stamps && s->options & LEVEE_OPT_TS && lt(e->ts_recent, s->tsval));
}

/* Figure 7 of section 3.5: the SYN-ACK of a simultaneous open repeats a SYN that was received. */
static inline enum verdict endpoint_simultaneous(struct endpoint *e, const struct levee_segment *s)
{
	if (!endpoint_check_ack(e, s))
		return ACK_REFUSED;
	endpoint_push(e);
	return TAKEN;
}

static inline enum verdict endpoint_receive_synchronized(struct endpoint *e, const struct levee_segment *s)
{
	if (endpoint_paws(e, s)) {
		endpoint_send_ack(e);
		return OLD_STAMP;
	}
	if (s->flags & TCP_RST)
		return endpoint_reset(e, s);
	if (s->flags & TCP_SYN && e->state == LEVEE_TCP_SYN_RECEIVED && s->flags & TCP_ACK && s->seq == e->irs)
		return endpoint_simultaneous(e, s);
	if (!endpoint_acceptable(e, s) || s->flags & TCP_SYN) {
		endpoint_send_ack(e); /* fourth: the challenge of RFC 5961 section 4 */
		return UNACCEPTABLE;
	}
	if (!(s->flags & TCP_ACK))
		return UNACCEPTABLE;
	endpoint_note_stamp(e, s);
	return endpoint_receive_open(e, s);
}

static inline void endpoint_take_syn_data(struct endpoint *e, const struct levee_segment *s)
{
	struct levee_segment text = *s;

	if (!e->takes_syn_data)
		return;
	text.seq++;
	text.flags = TCP_ACK;
	e->state = LEVEE_TCP_ESTABLISHED; /* to be heard */
	endpoint_text(e, &text);
	e->state = LEVEE_TCP_SYN_RECEIVED;
}

/* 3.10.7.2 */
static inline enum verdict endpoint_receive_listening(struct endpoint *e, const struct levee_segment *s, uint32_t iss)
{
	if (s->flags & TCP_RST)
		return UNACCEPTABLE;
	if (s->flags & TCP_ACK || !(s->flags & TCP_SYN)) {
		endpoint_refuse(e, s);
		return UNACCEPTABLE;
	}
	endpoint_number(e, iss);
	endpoint_meet(e, s);
	endpoint_enter(e, LEVEE_TCP_SYN_RECEIVED);
	endpoint_take_syn_data(e, s);
	endpoint_send_syn(e, 0);
	return TAKEN;
}

/* 3.10.7.3 */
static inline enum verdict endpoint_receive_opening(struct endpoint *e, const struct levee_segment *s)
{
	bool acks = s->flags & TCP_ACK && lt(e->iss, s->ack) && le(s->ack, e->snd_nxt);

	if (s->flags & TCP_ACK && !acks) {
		endpoint_refuse(e, s);
		return UNACCEPTABLE;
	}
	if (s->flags & TCP_RST) {
		if (!acks)
			return UNACCEPTABLE;
		endpoint_end(e);
		return RESET_TAKEN;
	}
	if (!(s->flags & TCP_SYN))
		return UNACCEPTABLE;
	endpoint_meet(e, s);
	if (!acks) {
		endpoint_enter(e, LEVEE_TCP_SYN_RECEIVED);
		endpoint_send_syn(e, 0);
		return TAKEN;
	}
	endpoint_advance(e, s);
	endpoint_established(e);
	endpoint_ack_soon(e, draw(e->random, 2));
	endpoint_push(e);
	return TAKEN;
}

/* `iss` is what a listener would begin with. */
static inline enum verdict endpoint_receive(struct endpoint *e, const struct levee_segment *s, uint32_t iss)
{
	if (endpoint_may_reuse(e, s))
		endpoint_listen(e);
	switch (e->state) {
	case LEVEE_TCP_CLOSED:
		endpoint_refuse(e, s);
		return UNACCEPTABLE;
	case LEVEE_TCP_LISTEN:
		return endpoint_receive_listening(e, s, iss);
	case LEVEE_TCP_SYN_SENT:
		return endpoint_receive_opening(e, s);
	default:
		return endpoint_receive_synchronized(e, s);
	}
}

#endif
