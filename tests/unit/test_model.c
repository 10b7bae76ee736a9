/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_model.c - the tracker beside the truth. Two endpoints talk over a network that loses, repeats, delays and reorders
 * (world.h); their applications send, read, close, reset and vanish at random. After each segment all that can be known is
 * compared, and when all has arrived both states must be the true ones.
 *
 *   test_model KIND SEED    prints one connection of that kind, segment by segment
 */
#include "world.h"

#include <stdlib.h>
#include <levee/timeout.h>

/* --- what passes is noted, from what the ends say */

static void note_end(struct world *w, enum levee_ended how)
{
	if (!w->ended)
		w->ended = how;
}

static void note_fin(struct world *w, enum levee_side side)
{
	w->fins[side]++;
	w->known[side].fin_sent = true;
	if (!w->fin_first)
		w->fin_first = side == L ? LEVEE_ENDED_FIN_LOCAL : LEVEE_ENDED_FIN_REMOTE;
}

/* `side` acknowledges the other end's FIN. */
static void note_fin_heard(struct world *w, enum levee_side side)
{
	w->known[side].fin_heard = w->known[!side].fin_acked = true;
	if (w->known[side].fin_acked)
		note_end(w, w->fin_first);
}

/* SYNs count until their sender is established; a SYN-ACK also later, if nothing has followed it. */
static void note_syn(struct world *w, enum levee_side side, const struct levee_segment *s, bool alone)
{
	if (s->flags & TCP_SYN && (!w->opened[side] || (segment_is_synack(s) && alone))) {
		w->syns[side] += segment_is_syn(s);
		w->synacks[side] += segment_is_synack(s);
	}
	if (!(s->flags & TCP_ACK))
		return;
	if (s->flags & TCP_SYN)
		w->opened[side] |= !!w->synacks[!side];
	else
		w->opened[side] |= side == R || endpoint_in(&w->end[L], SYNCHRONIZED);
	w->opened[!side] |= side == R || w->synacks[R];
}

/* What the local end has looked at. */
static void note_numbers(struct world *w, const struct levee_segment *s)
{
	const struct endpoint *l = &w->end[L];
	uint32_t shift = l->scaled && !(s->flags & TCP_SYN) ? l->peer_shift : 0;
	uint32_t from = s->flags & TCP_ACK ? s->ack : l->iss + 1,
		 edge = from + (s->window ? (uint32_t)s->window << shift : 1);

	if (segment_is_syn(s))
		w->remote_syn = *s;
	if (s->flags & TCP_SYN && !(w->syn_taken && s->seq == w->remote_isn)) {
		w->syn_taken = true;
		w->remote_isn = s->seq;
		w->highest = segment_end(s);
		w->granted = edge;
	}
	w->highest = furthest(w->highest, segment_end(s));
	w->granted = furthest(w->granted, edge);
}

/* --- segments pass */

/* What bpf/ does with a flow that is over, or that this host has forgotten: another connection is another flow. */
static void renew_flow(struct world *w, const struct levee_segment *s, enum levee_side side)
{
	bool theirs = segment_is_syn(s) && seen_in(w, L, SET(CLOSED)) && w->flow.began != LEVEE_BEGAN_OUTGOING;

	if (s->flags & TCP_RST || !(side == R ? theirs : levee_begins_another(&w->flow, s)))
		return;
	w->flow = (struct levee_flow){ .began = LEVEE_BEGAN_HANDSHAKE };
	if (side == L && segment_is_syn(s))
		w->flow.began = LEVEE_BEGAN_OUTGOING;
	else if (side == L)
		levee_track(&w->flow, &w->remote_syn, LEVEE_REMOTE);
	w->current = true;
}

static enum levee_tracked track(struct world *w, const struct levee_segment *s, enum levee_side side)
{
	w->segments++;
	renew_flow(w, s, side);
	return levee_track(&w->flow, s, side);
}

static void note_local(struct world *w, const struct levee_segment *s)
{
	const struct endpoint *l = &w->end[L];

	note_syn(w, L, s, l->snd_nxt == s->seq + 1);
	if (s->flags & TCP_FIN)
		note_fin(w, L);
	w->reset_left |= s->flags & TCP_RST && !endpoint_alive(l);
	if (s->flags & (TCP_SYN | TCP_RST))
		return;
	w->highest = furthest(w->highest, s->ack);
	if (l->fin_rcvd && s->ack == l->rcv_nxt)
		note_fin_heard(w, L);
}

/* A SYN-ACK that it repeats after it has closed in SYN_RECEIVED is the one honest segment of this host that may be refused. */
static void local_sent(struct world *w, const struct levee_segment *s)
{
	const struct endpoint *l = &w->end[L];
	bool gives_up = s->flags & TCP_RST && l->state == LEVEE_TCP_CLOSED && s->seq == l->snd_nxt;
	enum levee_tracked t = track(w, s, LEVEE_LOCAL);

	note_local(w, s);
	tell(w, "local sends", LEVEE_LOCAL, s, tracked_names[t]);
	if (w->current && gives_up)
		must(w, t == LEVEE_TRACKED_TAKEN, "the local end's own RST refused");
	if (w->current && !(w->blind & RESET_DOUBTFUL) && !(s->flags & TCP_RST) && !(s->flags & TCP_SYN && l->fin_sent))
		must(w, t <= LEVEE_TRACKED_SYN_AGAIN, "an honest segment of the local end refused");
	if (s->flags & TCP_RST && t == LEVEE_TRACKED_TAKEN)
		note_end(w, LEVEE_ENDED_RESET_LOCAL);
	network_send(&w->net, s, R, w->now);
}

/* The segments that the ends have made leave them. */
static void flush(struct world *w)
{
	struct endpoint *l = &w->end[L], *r = &w->end[R];

	for (unsigned int i = 0; i < l->outs; i++)
		local_sent(w, &l->out[i]);
	l->outs = 0;
	for (unsigned int i = 0; i < r->outs; i++)
		network_send(&w->net, &r->out[i], L, w->now);
	r->outs = 0;
	compare(w);
}

/* What the local end has taken of the remote end. */
static void note_remote(struct world *w, const struct levee_segment *s, enum verdict v, bool acks_fin)
{
	const struct endpoint *l = &w->end[L];

	if (v == TAKEN || v == ACK_REFUSED || (s->flags & TCP_SYN && endpoint_alive(l)))
		note_syn(w, R, s, w->highest == s->seq + 1 && l->snd_una == s->ack);
	if (v != TAKEN && v != ACK_REFUSED)
		return;
	note_numbers(w, s);
	if (s->flags & TCP_FIN && acks_fin && !w->known[R].fin_sent)
		w->blind |= FIN_MISSED;
	if (acks_fin && v == TAKEN)
		note_fin_heard(w, R);
	if (s->flags & TCP_FIN)
		note_fin(w, R);
}

/* `guessed`: the number is one of the two that the tracker takes for RCV.NXT. */
static void compare_reset(struct world *w, enum levee_tracked t, enum verdict v, bool guessed)
{
	if (v == RESET_TAKEN)
		must(w, t == LEVEE_TRACKED_TAKEN, "an exact RST not taken");
	else if (v == RESET_DOUBTED)
		must(w, t == LEVEE_TRACKED_SUSPECT || guessed || seen_in(w, R, SET(SYN_SENT)),
		     "a RST that is not exact");
	else
		must(w, t != LEVEE_TRACKED_TAKEN || guessed || seen_in(w, L, SET(TIME_WAIT) | SET(CLOSED)),
		     "a RST outside the window taken");
}

/* Does the tracker say of a segment what the local end says of it? */
static void compare_verdicts(struct world *w, const struct levee_segment *s, enum levee_tracked t, enum verdict v)
{
	if (v == TAKEN)
		must(w, t <= LEVEE_TRACKED_SYN_AGAIN, "an honest segment of the remote end refused");
	if (!endpoint_in(&w->end[L], SYNCHRONIZED) || s->flags & TCP_SYN)
		return;
	must(w, (t == LEVEE_TRACKED_PAWS) == (v == OLD_STAMP) || t == LEVEE_TRACKED_OUTSIDE, "PAWS");
	must(w, t != LEVEE_TRACKED_TAKEN || v == TAKEN || v == ACK_REFUSED,
	     "a segment taken that the local end refuses");
}

static void note_reset(struct world *w, enum levee_tracked t, enum verdict v, bool guessed)
{
	if ((guessed || w->forged) && t == LEVEE_TRACKED_TAKEN && v != RESET_TAKEN)
		w->blind |= RESET_DOUBTFUL;
	if ((w->adopted || w->forged) && v == RESET_TAKEN && t == LEVEE_TRACKED_SUSPECT)
		w->blind |= RESET_MISSED;
	if (v == RESET_TAKEN || (guessed && t == LEVEE_TRACKED_TAKEN))
		note_end(w, LEVEE_ENDED_RESET_REMOTE);
}

static void remote_arrives(struct world *w, const struct levee_segment *s)
{
	struct endpoint *l = &w->end[L];
	bool guessed = endpoint_in(l, SYNCHRONIZED | SET(SYN_RECEIVED)) &&
		       (s->seq == l->rcv_wup || s->seq == w->highest);
	bool acks_fin = l->fin_sent && s->flags & TCP_ACK && s->ack == endpoint_fin_end(l);
	enum levee_tracked t = track(w, s, LEVEE_REMOTE);
	enum verdict v;

	w->fins[R] += l->state == LEVEE_TCP_CLOSED && s->flags & TCP_FIN; /* to a closed end */
	v = endpoint_receive(l, s, unit_random(&w->random));
	note_remote(w, s, v, acks_fin);
	tell(w, "remote arrives", LEVEE_REMOTE, s, tracked_names[t]);
	if (s->flags & TCP_RST)
		note_reset(w, t, v, guessed);
	if (!w->forged && sees_all(w) && s->flags & TCP_RST)
		compare_reset(w, t, v, guessed);
	else if (!w->forged && sees_all(w))
		compare_verdicts(w, s, t, v);
	if (!(s->flags & (TCP_RST | TCP_SYN)) && t <= LEVEE_TRACKED_OLD)
		must(w, !(w->flow.flags & LEVEE_FLOW_SUSPECT(LEVEE_REMOTE)), "still suspect");
	compare_before_answer(w);
	flush(w);
}

static void arrive(struct world *w)
{
	struct packet p;

	while (network_take(&w->net, w->now, &p)) {
		if (p.to == L) {
			remote_arrives(w, &p.segment);
			continue;
		}
		tell(w, "local arrives", LEVEE_LOCAL, &p.segment, "");
		endpoint_receive(&w->end[R], &p.segment, unit_random(&w->random));
		flush(w);
	}
}

/* --- attackers, who know the connection's addresses, and as much of its numbers as the test needs */

/* Just beyond an edge, or anywhere. */
static uint32_t beyond(struct world *w)
{
	return draw(&w->random, 2) ? draw(&w->random, 4) : draw(&w->random, 0x40000000);
}

static uint32_t reach_of(const struct levee_end *e)
{
	uint32_t window = e->win_end - e->ack;

	return window > LEVEE_REACH_MIN ? window : LEVEE_REACH_MIN;
}

static uint32_t outside_seq(struct world *w)
{
	const struct levee_end *e = &w->flow.end[L];

	/* SYN, FIN and two bytes stand before its end. */
	return draw(&w->random, 2) ? e->win_end + 1 + beyond(w) : e->ack - reach_of(e) - 5 - beyond(w);
}

static uint32_t outside_ack(struct world *w)
{
	const struct levee_end *l = &w->flow.end[L], *r = &w->flow.end[R];
	uint32_t reach = reach_of(r), max = w->end[L].max_wnd;

	/* RFC 5961 section 5.2 goes by the largest window ever granted. */
	reach = reach > max ? reach : max;
	return draw(&w->random, 2) ? l->seq_end + 1 + beyond(w) : r->ack - reach - 1 - beyond(w);
}

/* Any flags; either the sequence number or the acknowledgment is outside, a RST's acknowledgment does not count. */
static struct levee_segment outside_segment(struct world *w)
{
	static const uint8_t flags[] = { TCP_ACK, TCP_ACK | TCP_FIN, TCP_RST,		TCP_RST | TCP_ACK,
					 TCP_SYN, TCP_SYN | TCP_ACK, TCP_SYN | TCP_FIN, TCP_FIN,
					 0,	  0xff & ~TCP_RST };
	struct levee_segment s = { .flags = flags[draw(&w->random, ARRAY_SIZE(flags))],
				   .window = unit_random(&w->random) };
	bool by_ack = !(s.flags & TCP_RST) && draw(&w->random, 2);

	s.seq = by_ack ? w->flow.end[L].ack + draw(&w->random, 3) - 1 : outside_seq(w);
	s.ack = by_ack ? outside_ack(w) : w->flow.end[R].ack;
	s.payload = s.flags & TCP_RST ? 0 : draw(&w->random, 3);
	return s;
}

static bool attackable(const struct world *w)
{
	unsigned int live = SYNCHRONIZED & ~SET(TIME_WAIT);

	return seen_in(w, L, live) && seen_in(w, R, live) && endpoint_in(&w->end[L], live) && sees_all(w);
}

/* It reaches the local end, which may answer by an ACK. */
static void attack_reaches(struct world *w, const struct levee_segment *s)
{
	state_t before = w->end[L].state;

	endpoint_receive(&w->end[L], s, 0);
	must(w, w->end[L].state == before, "the attack has moved the local end itself: a fault of the model");
	flush(w);
}

static enum levee_tracked attack_passes(struct world *w, const struct levee_segment *s)
{
	enum levee_tracked t = levee_track(&w->flow, s, LEVEE_REMOTE);

	tell(w, "ATTACK", LEVEE_REMOTE, s, tracked_names[t]);
	return t;
}

static void attack_outside(struct world *w)
{
	struct levee_segment s = outside_segment(w);
	struct levee_flow before = w->flow;

	must(w, attack_passes(w, &s) == LEVEE_TRACKED_OUTSIDE, "outside the window, not recognized");
	must(w, !memcmp(&before, &w->flow, sizeof(before)), "outside the window, leaves a trace");
	if (s.flags & (TCP_ACK | TCP_SYN | TCP_RST) && draw(&w->random, 2))
		attack_reaches(w, &s);
}

static void attack_reset(struct world *w)
{
	const struct levee_end *local = &w->flow.end[L], *remote = &w->flow.end[R];
	struct levee_segment s = { .flags = TCP_RST, .seq = local->ack + 1 + draw(&w->random, 2000) };
	struct levee_flow before = w->flow;

	/* What the local end may take is no forgery to it: also the number of a FIN that it has not answered yet. */
	if (lt(local->win_end, s.seq) || s.seq == remote->seq_end || endpoint_reset_exact(&w->end[L], s.seq))
		return;
	must(w, attack_passes(w, &s) == LEVEE_TRACKED_SUSPECT, "not suspected");
	must(w, levee_flow_timeout(&w->flow) == LEVEE_T_SUSPECT, "suspected, and kept for long");
	before.flags |= LEVEE_FLOW_SUSPECT(LEVEE_REMOTE);
	must(w, !memcmp(&before, &w->flow, sizeof(before)), "a suspicion that changes more");
	attack_reaches(w, &s);
}

/* In the window, acknowledging what has been acknowledged; it does not reach the local end, or that does not believe it. */
static void attack_fin(struct world *w)
{
	const struct levee_end *local = &w->flow.end[L];
	uint32_t window = smaller(local->win_end - local->ack, 3000);
	struct levee_segment s = { .flags = TCP_FIN | TCP_ACK,
				   .ack = w->flow.end[R].ack,
				   .seq = local->ack + 1 + draw(&w->random, window + 1) };
	struct known before = said[seen(w, R)];
	state_t state = seen(w, L);

	if (w->forged || lt(local->win_end, s.seq))
		return;
	w->forged = true;
	attack_passes(w, &s);
	must(w, seen(w, L) == state, "a forged FIN moves the local end");
	must(w, said[seen(w, R)].fin_heard == before.fin_heard && said[seen(w, R)].fin_acked <= before.fin_acked,
	     "a forged FIN moves the remote end too far");
}

static void attack(struct world *w)
{
	static void (*const attacks[KINDS])(struct world *) = {
		[OUTSIDE] = attack_outside,
		[RESET] = attack_reset,
		[FORGED_FIN] = attack_fin,
	};

	if (attacks[w->kind] && attackable(w))
		attacks[w->kind](w);
}

/* --- levee comes in the middle */

/* As the kernel would tell: a listener's connection has a socket of its own only when its SYN-ACK counts as acknowledged. */
static struct levee_socket socket_of(const struct endpoint *e)
{
	bool opening = e->state == LEVEE_TCP_SYN_SENT;

	return (struct levee_socket){
		.state = e->state,
		.known = 1,
		.scaled = opening ? e->wants_scale : e->scaled,
		.rcv_wscale = e->shift,
		.snd_wscale = e->peer_shift,
		.ts = e->stamps,
		.snd_una = opening ? e->snd_una : furthest(e->iss + 1, e->snd_una),
		.snd_nxt = e->snd_nxt,
		.write_seq = e->data_end + e->close_wanted,
		.snd_wnd = e->snd_wnd,
		.rcv_nxt = e->rcv_nxt,
		.rcv_wup = e->rcv_wup,
		.rcv_wnd = opening ? smaller(endpoint_room(e), 65535) : e->rcv_look - e->rcv_wup,
		.ts_recent = e->ts_recent,
	};
}

/* The kernel's word for the local end counts, though its segments may not have left yet. */
static void note_adopted(struct world *w, const struct endpoint *l)
{
	w->known[L].fin_sent = l->close_wanted && l->state != LEVEE_TCP_SYN_RECEIVED;
	w->known[R].fin_sent = w->known[L].fin_heard = w->known[R].fin_acked = l->fin_rcvd;
	w->known[L].fin_acked = w->known[R].fin_heard = endpoint_fin_acked(l);
	w->highest = l->rcv_nxt;
	w->granted = furthest(furthest(l->iss + 1, l->snd_una) + l->snd_wnd, l->snd_nxt);
	w->once |= 1U << seen(w, R);
	if (w->known[R].fin_heard && !w->known[R].fin_sent)
		w->blind |= FIN_MISSED;
	if (l->fin_held && !l->fin_rcvd)
		w->blind |= FIN_UNSEEN;
}

static bool adoptable(const struct world *w)
{
	const struct endpoint *l = &w->end[L];

	/* Of a simultaneous open the kernel's numbers do not tell whether the SYN is acknowledged. */
	return endpoint_alive(l) && (l->passive || l->state != LEVEE_TCP_SYN_RECEIVED);
}

static void adopt(struct world *w)
{
	struct levee_socket k = socket_of(&w->end[L]);

	w->flow = (struct levee_flow){ .began = LEVEE_BEGAN_ADOPTED };
	levee_flow_adopt(&w->flow, &k);
	w->adopted = w->current = true;
	note_adopted(w, &w->end[L]);
	if (w->trace) {
		printf("%6u adopted: ", w->now);
		tell_states(w);
	}
	compare(w);
}

/* --- the life of a connection */

static void make_end(struct world *w, struct endpoint *e)
{
	uint64_t *r = &w->random;

	*e = (struct endpoint){
		.random = r,
		.wants_stamps = draw(r, 2),
		.wants_scale = draw(r, 4) != 0,
		.takes_syn_data = draw(r, 2),
		.closes_while_opening = draw(r, 2),
		.buffer = 500 + draw(r, draw(r, 2) ? 5000 :
					draw(r, 2) ? 200000 :
						     4000000),
		.mss = draw(r, 2) ? 100 : 1460,
		.delay_of_ack = draw(r, 2) ? 0 : 20,
		.stamp_offset = unit_random(r),
		.been = SET(CLOSED),
	};
	e->shift = draw(r, 15);
	while (e->buffer >> e->shift < 200)
		e->shift--;
}

static void make_world(struct world *w, enum kind kind, uint32_t seed)
{
	uint64_t *r = &w->random;

	memset(w, 0, offsetof(struct world, pairs));
	w->kind = kind;
	w->seed = seed;
	w->random = (uint64_t)kind << 32 | seed;
	w->now = 1;
	w->net.random = r;
	w->net.loss = draw(r, 2) ? 0 : draw(r, 40);
	w->net.twice = draw(r, 2) ? 0 : draw(r, 30);
	w->net.delay = draw(r, 2) ? 1 : 1 + draw(r, 40);
	make_end(w, &w->end[L]);
	make_end(w, &w->end[R]);
	w->end[R].strict = draw(r, 2);
	w->end[R].probes_with_data = draw(r, 2);
	if (!draw(r, 4))
		w->end[L].mss = 70000; /* super-packets */
}

/* Often just below 2^32. A connection that follows another has a later number. */
static uint32_t new_isn(struct world *w, const struct endpoint *e)
{
	if (e->snd_nxt)
		return e->snd_nxt + 100000 + draw(&w->random, 0x10000000);
	return draw(&w->random, 4) ? unit_random(&w->random) : 0U - draw(&w->random, 3000);
}

static void open_end(struct world *w, enum levee_side side)
{
	struct endpoint *e = &w->end[side];

	e->been = SET(CLOSED);
	endpoint_open(e, new_isn(w, e), draw(&w->random, 4) ? 0 : draw(&w->random, 1000));
}

static void forget_known(struct world *w)
{
	memset(w->known, 0, sizeof(w->known));
	memset(w->opened, 0, sizeof(w->opened));
	memset(w->syns, 0, sizeof(w->syns));
	memset(w->synacks, 0, sizeof(w->synacks));
	memset(w->fins, 0, sizeof(w->fins));
	w->ended = w->fin_first = LEVEE_ENDED_NOT;
	w->reset_left = false;
	w->blind = 0;
	w->once |= w->end[R].been;
	w->current = !w->segments;
}

/* Who begins: mostly one end, and the other listens; sometimes both; sometimes nobody listens. */
static void begin(struct world *w)
{
	uint32_t how = draw(&w->random, 16);
	enum levee_side opener = how < 8 ? LEVEE_LOCAL : LEVEE_REMOTE;
	bool listens = how % 8, both = how == 8;

	forget_known(w);
	if (w->current)
		w->flow.began = opener == L || both ? LEVEE_BEGAN_OUTGOING : LEVEE_BEGAN_HANDSHAKE;
	if (listens)
		endpoint_listen(&w->end[!opener]);
	else if (both)
		open_end(w, !opener);
	open_end(w, opener);
	flush(w);
}

static void act(struct world *w, enum levee_side side)
{
	struct endpoint *e = &w->end[side];
	uint32_t what = draw(&w->random, 100), bytes = 1 + draw(&w->random, draw(&w->random, 8) ? 3000 : 50000);

	if (what < 60 && w->written + bytes < LEVEE_REACH_MIN) { /* no repeat comes from further behind */
		w->written += bytes;
		endpoint_write(e, bytes);
	} else if (what < 80) {
		endpoint_read(e);
	} else if (what < 94) {
		endpoint_close(e);
		e->deaf = e->close_wanted && !draw(&w->random, 4);
	} else if (what < 96 && endpoint_alive(e)) {
		endpoint_abort(e);
	} else if (what < 97 && endpoint_alive(e)) {
		endpoint_vanish(e);
	}
	flush(w);
}

static void tick(struct world *w)
{
	w->now++;
	arrive(w);
	endpoint_tick(&w->end[L], w->now);
	endpoint_tick(&w->end[R], w->now);
	flush(w);
}

static void live(struct world *w)
{
	uint32_t until = w->now + 50 + draw(&w->random, 600), adopted_at = w->now + draw(&w->random, 300);

	while (!w->failed && w->now < until) {
		if (draw(&w->random, 16) == 0)
			act(w, draw(&w->random, 2));
		if (draw(&w->random, 8) == 0)
			attack(w);
		if (w->kind == ADOPTED && !w->adopted && w->now >= adopted_at && adoptable(w))
			adopt(w);
		tick(w);
		if (quiet(w) && !w->forged)
			compare_at_rest(w);
	}
}

/* Where one end has gone without the other's knowledge, the other asks. */
static bool ask(struct world *w)
{
	bool asked = false;

	for (int side = 0; side < 2; side++)
		if (in_conversation(&w->end[side]) && !endpoint_alive(&w->end[!side])) {
			endpoint_keep_alive(&w->end[side]);
			asked = true;
		}
	flush(w);
	return asked;
}

#define DRAIN_TICKS 30000

/* No more loss; whoever waits for room gets it. */
static void drain(struct world *w)
{
	uint32_t until = w->now + DRAIN_TICKS;

	w->net.loss = w->net.twice = 0;
	w->net.delay = 5;
	w->end[L].mss = w->end[R].mss = 5000;
	while (!w->failed && w->now < until) {
		if (quiet(w) && !ask(w))
			break;
		if (w->now % 16 == 0) {
			endpoint_read(&w->end[L]);
			endpoint_read(&w->end[R]);
			flush(w);
		}
		tick(w);
	}
	must(w, quiet(w), "never at rest: a fault of the model");
}

static void finish(struct world *w)
{
	endpoint_close(&w->end[L]);
	endpoint_close(&w->end[R]);
	flush(w);
	drain(w);
}

/* How often a segment came again that came so often. */
static uint32_t repeats(uint32_t times)
{
	return times ? times - 1 : 0;
}

static void compare_counters(struct world *w)
{
	if (!sees_all(w) || w->ended > LEVEE_ENDED_FIN_REMOTE)
		return;
	must(w, w->flow.ended == w->ended, "how it ended");
	for (int side = 0; side < 2; side++) {
		const struct levee_end *e = &w->flow.end[side];

		must(w, e->fin_repeats == smaller(repeats(w->fins[side]), LEVEE_FIN_REPEATS_MAX), "FIN repeats");
		/* Where SYNs cross and overtake each other, one that is late counts as one that was sent again. */
		if (!(w->syns[L] && w->syns[R]))
			must(w, e->syn_repeats == repeats(w->syns[side]) + repeats(w->synacks[side]), "SYN repeats");
	}
}

static void run(struct world *w, enum kind kind, uint32_t seed)
{
	make_world(w, kind, seed);
	for (int lives = kind == AGAIN ? 3 : 1; lives && !w->failed; lives--) {
		w->lives++;
		begin(w);
		live(w);
		drain(w);
		if (kind == FORGED_FIN || draw(&w->random, 2))
			finish(w);
		w->settled += compare_at_rest(w);
	}
	if (kind == HONEST && !w->failed)
		compare_counters(w);
}

/* --- many of them */

static struct world world;

static void many(enum kind kind, uint32_t seeds)
{
	unsigned int failures = 0;

	memset(&world, 0, sizeof(world));
	for (uint32_t seed = 1; seed <= seeds && failures < 20; seed++) {
		run(&world, kind, seed);
		failures += world.failed;
	}
	if (failures)
		fail_msg("%u connections", failures);
	/* What was compared with nothing proves nothing. */
	assert_true(world.settled * 5 > world.lives * 2);
}

static void honest_connections(void **unused)
{
	(void)unused;
	many(HONEST, 60000);
	for (int local = 0; local < LEVEE_TCP_STATE_COUNT; local++)
		for (int remote = 0; remote < LEVEE_TCP_STATE_COUNT; remote++)
			if (possible[local] & 1U << remote && !world.pairs[local][remote])
				fail_msg("%s/%s was never met", state_names[local], state_names[remote]);
}

static void one_connection_after_the_other(void **unused)
{
	(void)unused;
	many(AGAIN, 20000);
}

static void adopted_in_the_middle(void **unused)
{
	(void)unused;
	many(ADOPTED, 20000);
}

static void forged_outside_the_window(void **unused)
{
	(void)unused;
	many(OUTSIDE, 10000);
}

static void forged_resets_in_the_window(void **unused)
{
	(void)unused;
	many(RESET, 10000);
}

static void forged_fins_in_the_window(void **unused)
{
	(void)unused;
	many(FORGED_FIN, 20000);
}

static int show(const char *kind, const char *seed)
{
	world.trace = true;
	for (int k = 0; k < KINDS; k++)
		if (!strcmp(kind, kind_names[k]))
			run(&world, k, strtoul(seed, NULL, 10));
	return world.failed || !world.segments;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest_connections),	       cmocka_unit_test(one_connection_after_the_other),
		cmocka_unit_test(adopted_in_the_middle),       cmocka_unit_test(forged_outside_the_window),
		cmocka_unit_test(forged_resets_in_the_window), cmocka_unit_test(forged_fins_in_the_window),
	};

	if (argc == 3)
		return show(argv[1], argv[2]);
	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
