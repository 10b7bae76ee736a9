/* SPDX-License-Identifier: GPL-2.0 */
/*
 * world.h - two endpoints, what lies between them, the tracker at the local end, and what the tracker may know. Here stands
 * where it may differ from the truth, and why; test_model.c makes things happen.
 *
 *   remote end  ---- network ---->  tracker, and at once the local end
 *   local end, and at once tracker  ---- network ---->  remote end
 */
#ifndef WORLD_H
#define WORLD_H

#include "network.h"

#include <levee/tcp_track.h>

#define L LEVEE_LOCAL
#define R LEVEE_REMOTE

/* What is done to a connection beside its own life. */
enum kind {
	HONEST,
	AGAIN,     /* up to three connections between the same ports */
	ADOPTED,	 /* levee comes in the middle */
	OUTSIDE,	 /* segments are forged outside the window */
	RESET,     /* RSTs are forged in the window */
	FORGED_FIN, /* a FIN is forged in the window */
	KINDS
};

static const char *const kind_names[KINDS] = { "honest", "again", "adopted", "outside", "reset", "fin" };

/* What of an end has passed the tracker, as the ends themselves tell. */
struct known {
	bool fin_sent; /* its FIN */
	bool fin_heard; /* its acknowledgment of the other end's FIN */
	bool fin_acked; /* the other end's acknowledgment of its own */
};

/* What takes from the tracker the possibility to know. */
enum blindness {
	RESET_DOUBTFUL =
		1
		<< 0, /* a RST had a number that the tracker takes for RCV.NXT: acknowledged last, or behind all that came */
	RESET_MISSED =
		1 << 1, /* a RST had RCV.NXT, which lies between those; the rest came before levee, or was forged */
	FIN_UNSEEN = 1 << 2, /* the remote end's FIN came out of order, before levee */
	FIN_MISSED =
		1
		<< 3, /* the remote end's FIN was lost at first: its first copy that came acknowledges the local end's */
};

struct world {
	uint64_t random;
	enum kind kind;
	uint32_t seed, now, written, segments;
	bool failed;
	struct network net;
	struct endpoint end[2];
	struct levee_flow flow;

	/* told by the ends, never read from the flow */
	struct known known[2];
	enum levee_ended ended, fin_first;
	uint32_t syns[2], synacks[2], fins[2];
	bool opened[2]; /* a SYN that comes again now is an old one */
	uint32_t highest; /* behind all that the local end has looked at */
	uint32_t granted; /* the furthest that the remote end has granted */
	bool syn_taken;
	uint32_t remote_isn;
	struct levee_segment remote_syn;
	unsigned int blind; /* enum blindness */
	bool reset_left; /* the local end has sent a RST that ended it */
	bool adopted, forged;
	bool current; /* the flow is of this life of the connection */
	unsigned int once; /* what the flow may still show of the remote end: its last life, or a guess at adoption */

	/* kept from connection to connection */
	unsigned long pairs[LEVEE_TCP_STATE_COUNT][LEVEE_TCP_STATE_COUNT], settled, lives;
	bool trace;
};

static const char *const state_names[] = {
#define NAME_OF(NAME, name) name,
	LEVEE_TCP_STATES(NAME_OF)
#undef NAME_OF
};

static const char *const tracked_names[] = {
#define NAME_OF(NAME, help) #NAME,
	LEVEE_TRACKED(NAME_OF)
#undef NAME_OF
};

static inline state_t seen(const struct world *w, enum levee_side side)
{
	return w->flow.end[side].state;
}

static inline bool seen_in(const struct world *w, enum levee_side side, unsigned int set)
{
	return 1U << seen(w, side) & set;
}

/* --- telling */

static inline void tell_states(const struct world *w)
{
	printf("true %s/%s, seen %s/%s\n", state_names[w->end[L].state], state_names[w->end[R].state],
	       state_names[seen(w, L)], state_names[seen(w, R)]);
}

/* Numbers count from the ISNs. */
static inline void tell(const struct world *w, const char *way, enum levee_side sender, const struct levee_segment *s,
			const char *result)
{
	const struct endpoint *e = &w->end[sender], *peer = &w->end[!sender];

	if (!w->trace)
		return;
	printf("%6u %-14s %s%s%s%s seq %d, %u bytes, ack %d, window %u, %s: ", w->now, way,
	       s->flags & TCP_SYN ? "S" : "", s->flags & TCP_FIN ? "F" : "", s->flags & TCP_RST ? "R" : "",
	       s->flags & TCP_ACK ? "A" : "", (int)(s->seq - e->iss), s->payload,
	       s->flags & TCP_ACK ? (int)(s->ack - peer->iss) : 0, s->window, result);
	tell_states(w);
}

/* What is wrong first is told; the rest follows from it. */
static inline void must(struct world *w, bool holds, const char *what)
{
	if (holds || w->failed)
		return;
	w->failed = true;
	printf("# %s %u, tick %u: %s: ", kind_names[w->kind], w->seed, w->now, what);
	tell_states(w);
}

/* --- the local end */

enum why {
	ALWAYS, /* a listener says nothing */
	FIN_WAITS, /* CLOSE moves the state at once, the FIN waits behind data (section 3.10.4) */
	ACK_WAITS, /* a FIN has been received, and its acknowledgment has not left */
	FIN_LATE, /* the other end's FIN came while this end's waited: on the wire this end closed last */
	SYN_WAITS, /* the SYN-ACK has not left */
};

static const struct excuse {
	uint8_t truth, seen;
	enum why why;
} local_excuses[] = {
#define MAY(truth, seen, why) { LEVEE_TCP_##truth, LEVEE_TCP_##seen, why }
	MAY(LISTEN, CLOSED, ALWAYS),
	MAY(SYN_RECEIVED, CLOSED, SYN_WAITS),
	MAY(CLOSE_WAIT, ESTABLISHED, ACK_WAITS),
	MAY(CLOSING, FIN_WAIT_1, ACK_WAITS),
	MAY(CLOSING, ESTABLISHED, ACK_WAITS),
	MAY(LAST_ACK, ESTABLISHED, ACK_WAITS),
	MAY(TIME_WAIT, FIN_WAIT_2, ACK_WAITS),
	MAY(FIN_WAIT_1, ESTABLISHED, FIN_WAITS),
	MAY(LAST_ACK, CLOSE_WAIT, FIN_WAITS),
	MAY(CLOSING, CLOSE_WAIT, FIN_LATE),
	MAY(CLOSING, LAST_ACK, FIN_LATE),
	MAY(TIME_WAIT, CLOSED, FIN_LATE),
#undef MAY
};

static inline bool excused(const struct world *w, enum why why)
{
	const struct endpoint *l = &w->end[L];

	switch (why) {
	case FIN_WAITS:
		return l->close_wanted && !w->known[L].fin_sent;
	case ACK_WAITS:
		return l->fin_rcvd && !w->known[L].fin_heard;
	case FIN_LATE:
		return l->fin_late;
	case SYN_WAITS:
		return l->outs;
	default:
		return true;
	}
}

/*
 * Data up to a forged FIN and one byte more has been acknowledged, and no more: the FIN is believed until more comes. One
 * place in the window, and only while what is there is on its way.
 */
static inline bool believes_forged(const struct world *w)
{
	return w->forged && !w->end[L].fin_rcvd && w->flow.end[R].fin_end == w->flow.end[L].ack;
}

static inline bool local_agrees(const struct world *w)
{
	const struct endpoint *l = &w->end[L];

	if (l->state == seen(w, L) || l->silent || w->blind & ~FIN_MISSED || believes_forged(w))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(local_excuses); i++)
		if (local_excuses[i].truth == l->state && local_excuses[i].seen == seen(w, L) &&
		    excused(w, local_excuses[i].why))
			return true;
	return false;
}

/* --- the remote end */

/* It has been in the state that it is seen in; or it will be when an acknowledgment, or a RST, that has left arrives. */
static inline bool remote_agrees(const struct world *w)
{
	unsigned int been = w->end[R].been | w->once, may = been;

	may |= been & SET(SYN_RECEIVED) ? SET(ESTABLISHED) : 0;
	may |= been & SET(FIN_WAIT_1) ? SET(FIN_WAIT_2) : 0;
	may |= been & SET(CLOSING) ? SET(TIME_WAIT) : 0;
	may |= been & SET(LAST_ACK) || w->reset_left ? SET(CLOSED) : 0;
	/* Its FIN is lost so far, or was at first: nobody can tell that it was sent before the acknowledgment that came. */
	if (been & SET(CLOSING) && !w->known[R].fin_sent)
		may |= SET(CLOSE_WAIT);
	if (been & SET(CLOSING) && w->blind & FIN_MISSED)
		may |= SET(LAST_ACK) | SET(CLOSED);
	return seen_in(w, R, may) || w->blind & FIN_UNSEEN;
}

/* --- both */

/* All pairs that RFC 9293 allows, as a tracker at the local end can see them; each is met in test_model.c. */
static const uint16_t possible[LEVEE_TCP_STATE_COUNT] = {
	/* before and after; a SYN that nobody has answered; the remote end waits 2 MSL */
	[LEVEE_TCP_CLOSED] = SET(CLOSED) | SET(SYN_SENT) | SET(TIME_WAIT),
	/* nobody has answered */
	[LEVEE_TCP_SYN_SENT] = SET(CLOSED),
	/* the SYN-ACK may be lost */
	[LEVEE_TCP_SYN_RECEIVED] = SET(SYN_SENT),
	/* the third ACK has not left; the remote end's FIN has come and its acknowledgment has not left */
	[LEVEE_TCP_ESTABLISHED] = SET(SYN_RECEIVED) | SET(ESTABLISHED) | SET(FIN_WAIT_1),
	/* closed before the third ACK came, or after one that was lost; closed first; the FINs cross */
	[LEVEE_TCP_FIN_WAIT_1] = SET(SYN_SENT) | SET(SYN_RECEIVED) | SET(ESTABLISHED) | SET(FIN_WAIT_1),
	/* whoever has acknowledged this end's FIN is in one of these */
	[LEVEE_TCP_FIN_WAIT_2] = SET(CLOSE_WAIT) | SET(CLOSING) | SET(LAST_ACK),
	/* whose FIN has been acknowledged is in FIN_WAIT_2 */
	[LEVEE_TCP_CLOSE_WAIT] = SET(FIN_WAIT_2),
	[LEVEE_TCP_CLOSING] = SET(FIN_WAIT_2),
	[LEVEE_TCP_LAST_ACK] = SET(FIN_WAIT_2),
	/* the remote end closed last; the FINs have crossed */
	[LEVEE_TCP_TIME_WAIT] = SET(CLOSED) | SET(TIME_WAIT),
};

/* What the state of a synchronized end says; CLOSED by FINs says as much as TIME_WAIT. */
static const struct known said[LEVEE_TCP_STATE_COUNT] = {
	[LEVEE_TCP_ESTABLISHED] = { .fin_sent = 0, .fin_heard = 0, .fin_acked = 0 },
	[LEVEE_TCP_FIN_WAIT_1] = { .fin_sent = 1, .fin_heard = 0, .fin_acked = 0 },
	[LEVEE_TCP_FIN_WAIT_2] = { .fin_sent = 1, .fin_heard = 0, .fin_acked = 1 },
	[LEVEE_TCP_CLOSE_WAIT] = { .fin_sent = 0, .fin_heard = 1, .fin_acked = 0 },
	[LEVEE_TCP_CLOSING] = { .fin_sent = 1, .fin_heard = 1, .fin_acked = 0 },
	[LEVEE_TCP_LAST_ACK] = { .fin_sent = 1, .fin_heard = 1, .fin_acked = 0 },
	[LEVEE_TCP_TIME_WAIT] = { .fin_sent = 1, .fin_heard = 1, .fin_acked = 1 },
	[LEVEE_TCP_CLOSED] = { .fin_sent = 1, .fin_heard = 1, .fin_acked = 1 },
};

static inline bool ended_by_fins(const struct world *w)
{
	return w->flow.ended == LEVEE_ENDED_FIN_LOCAL || w->flow.ended == LEVEE_ENDED_FIN_REMOTE;
}

static inline bool says_what_is_known(const struct world *w, enum levee_side side)
{
	const struct known *s = &said[seen(w, side)], *k = &w->known[side];

	if (!seen_in(w, side, SYNCHRONIZED) && !(seen_in(w, side, SET(CLOSED)) && ended_by_fins(w)))
		return true;
	return s->fin_sent == k->fin_sent && s->fin_heard == k->fin_heard && s->fin_acked == k->fin_acked;
}

/* Sequence numbers, acknowledgments, windows and timestamps are those of the local end's own variables. */
static inline bool numbers_agree(const struct world *w)
{
	const struct levee_end *local = &w->flow.end[L], *remote = &w->flow.end[R];
	const struct endpoint *l = &w->end[L];

	if (!endpoint_in(l, SYNCHRONIZED) || l->snd_una == l->iss || !seen_in(w, L, SYNCHRONIZED))
		return true;
	return local->seq_end == l->snd_nxt && local->ack == l->rcv_wup && local->win_end == l->rcv_look &&
	       remote->ack == l->snd_una && remote->seq_end == w->highest && remote->win_end == w->granted &&
	       (!l->stamps || remote->ts_recent == l->ts_recent);
}

/* Can everything that follows be known? */
static inline bool sees_all(const struct world *w)
{
	return w->current && !(w->blind & ~FIN_MISSED) && !w->end[L].silent;
}

static inline void compare_pair(struct world *w)
{
	w->pairs[seen(w, L)][seen(w, R)]++;
	must(w, possible[seen(w, L)] & 1U << seen(w, R), "a pair that cannot be");
}

/* Something has reached the local end, and what it says to it has not left. */
static inline void compare_before_answer(struct world *w)
{
	if (!w->current || !endpoint_alive(&w->end[L]))
		return;
	must(w, local_agrees(w), "the local end, before it answers");
	if (sees_all(w))
		compare_pair(w);
}

static inline void compare(struct world *w)
{
	if (!w->current)
		return;
	must(w, local_agrees(w), "the local end");
	must(w, remote_agrees(w) || w->forged, "the remote end");
	if (!sees_all(w))
		return;
	compare_pair(w);
	must(w, !(w->flow.flags & LEVEE_FLOW_FIN_FIRST(L)) || !(w->flow.flags & LEVEE_FLOW_FIN_FIRST(R)),
	     "two first FINs");
	if (w->forged)
		return;
	must(w, says_what_is_known(w, L), "what is known of the local end");
	must(w, says_what_is_known(w, R), "what is known of the remote end");
	must(w, numbers_agree(w), "numbers");
}

/* --- at rest: all has arrived and is acknowledged, so nothing excuses a difference but what can never be known */

static inline bool at_rest(const struct endpoint *e)
{
	if (!endpoint_alive(e))
		return true;
	if (e->ack_at)
		return false;
	return e->state == LEVEE_TCP_TIME_WAIT || (endpoint_all_acked(e) && endpoint_in(e, SYNCHRONIZED));
}

static inline bool in_conversation(const struct endpoint *e)
{
	return endpoint_alive(e) && e->state != LEVEE_TCP_TIME_WAIT;
}

static inline bool quiet(const struct world *w)
{
	return !w->net.packets && at_rest(&w->end[L]) && at_rest(&w->end[R]);
}

static inline bool same(state_t truth, state_t seen)
{
	return truth == seen || (truth == LEVEE_TCP_LISTEN && seen == LEVEE_TCP_CLOSED);
}

/* The remote end is gone without a word that arrived; adopted in TIME_WAIT, nobody knows how it closed. */
static inline bool remote_is_hidden(const struct world *w)
{
	const struct endpoint *l = &w->end[L], *r = &w->end[R];

	return r->silent || r->fin_late || w->blind & FIN_MISSED || in_conversation(l) != in_conversation(r) ||
	       (w->adopted && l->state == LEVEE_TCP_TIME_WAIT);
}

/* False where the states of one end, or of both, have nothing to be compared with. */
static inline bool compare_at_rest(struct world *w)
{
	if (!sees_all(w) || w->end[L].fin_late)
		return false;
	must(w, same(w->end[L].state, seen(w, L)), "at rest, the local end");
	if (remote_is_hidden(w))
		return false;
	/* A FIN that was forged between may hide which of two came first. */
	must(w,
	     same(w->end[R].state, seen(w, R)) ||
		     (w->forged && !in_conversation(&w->end[R]) && seen_in(w, R, SET(CLOSED))),
	     "at rest, the remote end");
	return true;
}

#endif
