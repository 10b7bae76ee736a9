/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tcp_track.h - how a segment moves the two ends of a flow. Pure functions of the flow and the segment.
 *
 * A segment counts only if its numbers lie where the other end would take them (RFC 9293 section 3.10.7.4, RFC 5961); then
 * it is an event at each end, and tcp_fsm.h says what follows. What an end has received is known from what it
 * acknowledges: a FIN moves its sender at once and its receiver by the acknowledgment that covers it, so that
 * simultaneous close is seen for what it is.
 *
 * Nothing here looks at time. Who writes where: a segment of one direction may be handled on another CPU than
 * one of the other direction; see bpf/track.h for the race that is accepted.
 */
#ifndef LEVEE_TCP_TRACK_H
#define LEVEE_TCP_TRACK_H

#include "flow.h"

/* What a segment did to its flow. X(NAME, help) */
#define LEVEE_TRACKED(X)                                                                                    \
	X(TAKEN, "in the window: numbers and states follow it")                                             \
	X(OLD, "acknowledged before: a repeat or a keep-alive; shows that its sender lives")               \
	X(SYN_AGAIN, "SYN or SYN-ACK sent again: counted, prolongs nothing")                               \
	X(OUTSIDE, "outside the window, or acknowledges what was never sent: changes nothing")             \
	X(PAWS, "its timestamp is older than one before it (RFC 7323 section 5): changes nothing")        \
	X(SUSPECT, "a RST in the window but not exact (RFC 5961 section 3): suspicion, until more comes")

#define LEVEE_TRACKED_ENUM(NAME, help) LEVEE_TRACKED_##NAME,
enum levee_tracked { LEVEE_TRACKED(LEVEE_TRACKED_ENUM) LEVEE_TRACKED_COUNT };
#undef LEVEE_TRACKED_ENUM

/* The window of a scale that nobody saw is taken for the largest that RFC 7323 section 2.3 allows. */
#define LEVEE_SCALE_UNKNOWN 14

/*
 * A repeat may lie as far behind the acknowledgment as the largest window that was ever granted. The one granted now
 * stands for it, and at least this much (the kernel's MAXACKWINDOW in nf_conntrack_proto_tcp.c).
 */
#define LEVEE_REACH_MIN 66000U

/* Writes only what moves: both ends are written for segments of either, and the other's may be on another CPU. */
static __always_inline void levee_end_event(struct levee_end *e, enum levee_tcp_event event)
{
	__u32 state = *(volatile __u8 *)&e->state; /* the number that is checked is the number that is used */

	if (state < LEVEE_TCP_STATE_COUNT && levee_tcp_next[event][state] != state)
		e->state = levee_tcp_next[event][state];
}

static __always_inline void levee_count_syn_again(struct levee_end *e)
{
	e->syn_repeats += e->syn_repeats < LEVEE_REPEATS_MAX;
}

static __always_inline void levee_count_fin_again(struct levee_end *e)
{
	if (e->fin_repeats < LEVEE_FIN_REPEATS_MAX)
		e->fin_repeats++;
}

/* The shift of the windows that `e` advertises. Both SYNs must have carried the option (RFC 7323 section 2.2). */
static __always_inline __u32 levee_end_scale(const struct levee_end *e, const struct levee_end *peer)
{
	__u8 both = e->flags & peer->flags;

	if (!(both & LEVEE_END_SYN))
		return LEVEE_SCALE_UNKNOWN;
	return both & LEVEE_END_SCALED ? e->wscale : 0;
}

/* How far a segment to `e` may lie behind what it has acknowledged. */
static __always_inline __u32 levee_end_reach(const struct levee_end *e)
{
	__u32 window = e->win_end - e->ack;

	return window > LEVEE_REACH_MIN ? window : LEVEE_REACH_MIN;
}

/* Has `e` sent a FIN that the other end has not acknowledged, as far as its state tells? */
static __always_inline int levee_fin_unacked(const struct levee_end *e)
{
	return e->flags & LEVEE_END_FIN && (e->state == LEVEE_TCP_FIN_WAIT_1 || e->state == LEVEE_TCP_CLOSING ||
					    e->state == LEVEE_TCP_LAST_ACK);
}

/* SYN sent, and nothing that would make it a connection. */
static __always_inline int levee_end_opening(const struct levee_end *e)
{
	return e->state == LEVEE_TCP_SYN_SENT || e->state == LEVEE_TCP_SYN_RECEIVED;
}

/* Nothing more comes from an end in these states but answers to repeats. */
static __always_inline int levee_end_done(const struct levee_end *e)
{
	return e->state == LEVEE_TCP_CLOSED || e->state == LEVEE_TCP_TIME_WAIT;
}

/* --- windows */

/* Where `peer` would put a segment of `e`. Numbers that are not known are taken on trust. What this host acknowledges has come. */
static __always_inline enum levee_tracked levee_place(const struct levee_end *e, const struct levee_end *peer,
						      const struct levee_segment *s, enum levee_side side)
{
	if (peer->flags & LEVEE_END_SEEN && seq_after(s->ack, peer->seq_end) && (side == LEVEE_REMOTE || levee_end_opening(peer)))
		return LEVEE_TRACKED_OUTSIDE; /* RFC 9293 section 3.10.7.4 fifth */
	if (e->flags & LEVEE_END_ACK && seq_before(s->ack, e->ack - levee_end_reach(e)))
		return LEVEE_TRACKED_OUTSIDE; /* RFC 5961 section 5.2 */
	if (!(peer->flags & LEVEE_END_ACK))
		return LEVEE_TRACKED_TAKEN;
	if (seq_after(s->seq, peer->win_end))
		return LEVEE_TRACKED_OUTSIDE; /* RFC 9293 section 3.10.7.4 first */
	if (!seq_before(segment_end(s), peer->ack))
		return LEVEE_TRACKED_TAKEN;
	return seq_before(segment_end(s), peer->ack - levee_end_reach(peer)) ? LEVEE_TRACKED_OUTSIDE :
									       LEVEE_TRACKED_OLD;
}

/* Is the timestamp older than TS.Recent? Linux forgives one tick (TCP_PAWS_WINDOW). */
static __always_inline int levee_paws_refuses(const struct levee_end *e, const struct levee_segment *s)
{
	return s->options & LEVEE_OPT_TS && e->flags & LEVEE_END_TS && (__s32)(e->ts_recent - s->tsval) > 1;
}

/* RFC 7323 section 4.3 (2): TS.Recent follows segments that begin at or before what was acknowledged last. */
static __always_inline void levee_note_ts(struct levee_end *e, const struct levee_end *peer, const struct levee_segment *s)
{
	if (!(s->options & LEVEE_OPT_TS) || (peer->flags & LEVEE_END_ACK && seq_after(s->seq, peer->ack)))
		return;
	if (e->flags & LEVEE_END_TS && seq_before(s->tsval, e->ts_recent))
		return;
	e->ts_recent = s->tsval;
	e->flags |= LEVEE_END_TS;
}

/* `e` has sent up to seq_end. `fin`: 0, or LEVEE_END_FIN_LAST and perhaps LEVEE_END_FIN_ANSWERS where that is a FIN. */
static __always_inline void levee_note_seq(struct levee_end *e, __u32 seq_end, __u8 fin)
{
	if (!(e->flags & LEVEE_END_SEEN) || seq_after(seq_end, e->seq_end)) {
		e->seq_end = seq_end;
		e->flags &= ~(LEVEE_END_FIN_LAST | LEVEE_END_FIN_ANSWERS);
	}
	e->flags |= LEVEE_END_SEEN;
	if (seq_end == e->seq_end && !(e->flags & LEVEE_END_FIN_LAST))
		e->flags |= fin;
}

/*
 * `e` acknowledges, and grants a window in bytes. Into a closed one goes the byte, or FIN, of a probe (RFC 9293 section
 * 3.8.6.1), and what its sender acknowledges later comes from behind it.
 */
static __always_inline void levee_note_ack(struct levee_end *e, __u32 ack, __u32 window)
{
	__u32 win_end = ack + (window ? window : 1);
	int first = !(e->flags & LEVEE_END_ACK);

	if (first || seq_after(ack, e->ack))
		e->ack = ack;
	if (first || seq_after(win_end, e->win_end))
		e->win_end = win_end;
	e->flags |= LEVEE_END_ACK;
}

/* --- FIN */

/*
 * `e` moves by its FIN. One that does not acknowledge the FIN of `peer` was sent before that was received, though it comes
 * behind an acknowledgment of it: the FINs have crossed.
 */
static __always_inline void levee_end_fin(struct levee_end *e, const struct levee_end *peer, int answers)
{
	int crossed = e->state == LEVEE_TCP_CLOSE_WAIT && peer->flags & LEVEE_END_FIN && !answers;

	if (crossed)
		levee_end_event(e, LEVEE_EV_RCVD_MORE);
	levee_end_event(e, LEVEE_EV_SENT_FIN);
	if (crossed)
		levee_end_event(e, LEVEE_EV_RCVD_FIN);
}

/* What was taken for the FIN of `e` was none. If another one has come, the last of what `e` has sent, it is that. */
static __always_inline void levee_fin_forged(struct levee_flow *f, struct levee_end *e, const struct levee_end *peer,
					     enum levee_side side)
{
	levee_end_event(e, LEVEE_EV_SENT_MORE);
	e->fin_repeats = 0;
	if (e->flags & LEVEE_END_FIN_LAST && e->fin_end != e->seq_end) {
		e->fin_end = e->seq_end;
		levee_end_fin(e, peer, e->flags & LEVEE_END_FIN_ANSWERS);
		return;
	}
	e->flags &= ~LEVEE_END_FIN;
	f->flags &= ~LEVEE_FLOW_FIN_FIRST(side);
}

/*
 * An acknowledgment up to the FIN of `peer` has received it. One beyond it shows that the FIN was forged, whatever it
 * was taken for: nothing comes after a FIN that could be acknowledged.
 */
static __always_inline void levee_ack_fin(struct levee_flow *f, struct levee_end *e, struct levee_end *peer, __u32 ack,
					  enum levee_side side)
{
	if (seq_after(ack, peer->fin_end) && !f->ended) {
		levee_fin_forged(f, peer, e, (enum levee_side)(side ^ 1));
		levee_end_event(e, LEVEE_EV_RCVD_MORE);
	}
	if (peer->flags & LEVEE_END_FIN && ack == peer->fin_end) {
		levee_end_event(peer, LEVEE_EV_RCVD_ACK_OF_FIN);
		levee_end_event(e, LEVEE_EV_RCVD_FIN);
	}
}

/* Data at or behind the number of a FIN that waits: see levee_ack_fin. */
static __always_inline int levee_sent_beyond_fin(const struct levee_end *e, const struct levee_segment *s)
{
	return s->payload && levee_fin_unacked(e) && seq_after(s->seq + s->payload, e->fin_end - 1);
}

/* Does this segment of `e` acknowledge the FIN of `peer`? */
static __always_inline int levee_answers_fin(const struct levee_end *peer, __u32 ack)
{
	return peer->flags & LEVEE_END_FIN && !seq_before(ack, peer->fin_end);
}

/* Of a segment of `e`, for levee_note_seq. */
static __always_inline __u8 levee_fin_flags(const struct levee_end *peer, const struct levee_segment *s)
{
	if (!(s->flags & TCP_FIN))
		return 0;
	return LEVEE_END_FIN_LAST | (levee_answers_fin(peer, s->ack) ? LEVEE_END_FIN_ANSWERS : 0);
}

/* Of two FINs that wait at different numbers the lower one is believed: if it was forged, data or an acknowledgment goes beyond it. */
static __always_inline void levee_send_fin(struct levee_flow *f, struct levee_end *e, const struct levee_end *peer,
					   const struct levee_segment *s, enum levee_side side)
{
	__u32 fin_end = segment_end(s);

	if (e->flags & LEVEE_END_FIN && fin_end == e->fin_end) {
		/* An adopted end may have closed and not sent its FIN yet. */
		if (!seq_after(fin_end, e->seq_end))
			levee_count_fin_again(e);
		return;
	}
	/* Its number has been acknowledged as data's, or as that of the SYN or FIN that was sent before. */
	if (peer->flags & LEVEE_END_ACK && !seq_after(fin_end, peer->ack))
		return;
	if (e->flags & LEVEE_END_FIN) {
		if (!levee_fin_unacked(e) || seq_after(fin_end, e->fin_end))
			return;
		levee_end_event(e, LEVEE_EV_SENT_MORE);
		e->fin_repeats = 0;
	}
	e->flags |= LEVEE_END_FIN;
	e->fin_end = fin_end;
	if (!(f->flags & (LEVEE_FLOW_FIN_FIRST(LEVEE_LOCAL) | LEVEE_FLOW_FIN_FIRST(LEVEE_REMOTE))))
		f->flags |= LEVEE_FLOW_FIN_FIRST(side);
	levee_end_fin(e, peer, levee_answers_fin(peer, s->ack));
}

/* --- a segment with neither SYN nor RST, found to be in the window */

/* `e` acknowledges the SYN of `peer`. In SYN_SENT only a SYN-ACK brings an end to send this. */
static __always_inline void levee_ack_syn(struct levee_end *e, struct levee_end *peer, __u32 ack)
{
	if (!(peer->flags & LEVEE_END_SYN) || !(e->flags & LEVEE_END_ACK) || seq_before(ack, e->ack))
		return;
	levee_end_event(peer, LEVEE_EV_RCVD_ACK_OF_SYN);
	if (e->state == LEVEE_TCP_SYN_SENT)
		levee_end_event(e, LEVEE_EV_RCVD_SYNACK);
}

static __always_inline void levee_take(struct levee_flow *f, struct levee_end *e, struct levee_end *peer,
				       const struct levee_segment *s, enum levee_side side)
{
	/* What has come before levee, or by another way. */
	if (side == LEVEE_LOCAL && seq_after(s->ack, peer->seq_end))
		levee_note_seq(peer, s->ack, 0);
	levee_ack_syn(e, peer, s->ack);
	/* Nobody acknowledges data in SYN_RECEIVED: the third ACK was taken after all. */
	if (e->state == LEVEE_TCP_SYN_RECEIVED && e->flags & LEVEE_END_ACK && seq_after(s->ack, e->ack))
		levee_end_event(e, LEVEE_EV_RCVD_ACK_OF_SYN);
	if (peer->flags & LEVEE_END_FIN)
		levee_ack_fin(f, e, peer, s->ack, side);
	if (levee_sent_beyond_fin(e, s))
		levee_fin_forged(f, e, peer, side);
	if (levee_sent_beyond_fin(e, s)) /* the one that took its place, too */
		levee_fin_forged(f, e, peer, side);
	if (s->flags & TCP_FIN)
		levee_send_fin(f, e, peer, s, side);
	levee_note_ts(e, peer, s);
	levee_note_seq(e, segment_end(s), levee_fin_flags(peer, s));
	levee_note_ack(e, s->ack, (__u32)s->window << levee_end_scale(e, peer));
}

static __always_inline enum levee_tracked levee_track_plain(struct levee_flow *f, struct levee_end *e,
							    struct levee_end *peer, const struct levee_segment *s,
							    enum levee_side side)
{
	enum levee_tracked place = levee_place(e, peer, s, side);

	if (place == LEVEE_TRACKED_OUTSIDE)
		return place;
	if (levee_paws_refuses(e, s))
		return LEVEE_TRACKED_PAWS;
	f->flags &= ~LEVEE_FLOW_SUSPECT(side);
	/* An ACK before the SYN, as in the split handshake: SYN_SENT learns nothing from it (3.10.7.3). */
	if (peer->state == LEVEE_TCP_SYN_SENT && !(e->flags & LEVEE_END_SYN))
		return LEVEE_TRACKED_OLD;
	/* Of an end that asks for a connection, and has none yet. */
	if (levee_end_opening(e) && levee_end_done(peer))
		return LEVEE_TRACKED_OLD;
	/* What this host acknowledges it has received, also where it says so in a probe from before the window. */
	if (place == LEVEE_TRACKED_TAKEN || side == LEVEE_LOCAL)
		levee_take(f, e, peer, s, side);
	return place;
}

/* --- SYN and SYN-ACK */

/* Is this the SYN that `e` has sent before? */
static __always_inline int levee_syn_again(const struct levee_end *e, const struct levee_segment *s)
{
	return (e->flags & (LEVEE_END_SYN | LEVEE_END_FIN)) == LEVEE_END_SYN && e->fin_end == s->seq + 1;
}

/* `e` opens with this SYN or SYN-ACK, and forgets an earlier connection or attempt. */
static __always_inline void levee_end_open(struct levee_end *e, const struct levee_segment *s)
{
	e->state = LEVEE_TCP_CLOSED;
	e->syn_repeats = 0;
	e->fin_repeats = 0;
	e->flags = LEVEE_END_SYN | (s->options & LEVEE_OPT_WSCALE ? LEVEE_END_SCALED : 0) |
		   (s->options & LEVEE_OPT_TS ? LEVEE_END_TS : 0);
	e->wscale = s->wscale & 15;
	e->ts_recent = s->tsval;
	e->fin_end = s->seq + 1;
	e->ack = 0;
	e->win_end = s->window; /* a SYN's window is never scaled */
	levee_note_seq(e, segment_end(s), 0);
}

/* Does this SYN-ACK acknowledge the SYN of `peer`, with or without the data that it carried (RFC 7413)? */
static __always_inline int levee_answers_syn(const struct levee_end *peer, const struct levee_segment *s)
{
	return peer->flags & LEVEE_END_SYN && s->ack - peer->fin_end <= peer->seq_end - peer->fin_end;
}

/* In simultaneous open an end sends its SYN once more, with an ACK: that is no repeat. */
static __always_inline int levee_first_synack(const struct levee_end *e, const struct levee_segment *s)
{
	return s->flags & TCP_ACK && (!(e->flags & LEVEE_END_ACK) || e->state == LEVEE_TCP_SYN_SENT);
}

/*
 * What comes reaches this host: it is established by a SYN-ACK at once. What goes may be lost: the remote end is
 * established by the ACK with which it answers, or if it only waits for the acknowledgment of its SYN.
 */
static __always_inline void levee_take_synack(struct levee_end *e, struct levee_end *peer, const struct levee_segment *s,
					      enum levee_side side)
{
	int first = levee_first_synack(e, s);

	levee_note_ack(e, s->ack, s->window);
	levee_end_event(e, LEVEE_EV_SENT_SYNACK);
	levee_end_event(peer, side == LEVEE_REMOTE ? LEVEE_EV_RCVD_SYNACK : LEVEE_EV_RCVD_ACK_OF_SYN);
	/* What the peer's window counts from is known now; or the peer has acknowledged this SYN when it came without ACK. */
	if (!(peer->flags & LEVEE_END_ACK))
		levee_note_ack(peer, s->seq + 1, peer->win_end);
	else if (first && !seq_before(peer->ack, s->seq + 1))
		levee_end_event(e, LEVEE_EV_RCVD_ACK_OF_SYN);
}

static __always_inline void levee_take_syn(struct levee_end *e, struct levee_end *peer, enum levee_side side)
{
	levee_end_event(e, LEVEE_EV_SENT_SYN);
	if (side == LEVEE_REMOTE && peer->state == LEVEE_TCP_SYN_SENT)
		levee_end_event(peer, LEVEE_EV_RCVD_SYN);
}

/* Is `side` the end that answered a SYN? */
static __always_inline int levee_is_server(const struct levee_flow *f, enum levee_side side)
{
	if (side == LEVEE_REMOTE)
		return f->began == LEVEE_BEGAN_OUTGOING;
	return f->began == LEVEE_BEGAN_HANDSHAKE || f->began == LEVEE_BEGAN_COOKIE;
}

/*
 * Does a server that was thought established send its SYN-ACK again, and nothing since the first? Then it has not taken the
 * third ACK: Linux drops it where the accept queue is full.
 */
static __always_inline int levee_unaccepted(const struct levee_flow *f, const struct levee_segment *s, enum levee_side side)
{
	const struct levee_end *e = &f->end[side & 1], *peer = &f->end[(side & 1) ^ 1];

	return segment_is_synack(s) && levee_is_server(f, side) && levee_syn_again(e, s) && !levee_end_opening(peer) &&
	       e->state == LEVEE_TCP_ESTABLISHED && e->seq_end == e->fin_end && e->ack == s->ack;
}

/* RFC 6191: does `peer` in TIME_WAIT refuse a SYN that may be an old one of the connection that is over? As Linux does. */
static __always_inline int levee_time_wait_refuses(const struct levee_end *e, const struct levee_end *peer,
						   const struct levee_segment *s)
{
	if (!(peer->flags & LEVEE_END_ACK))
		return 0;
	if (levee_paws_refuses(e, s))
		return 1;
	return !seq_after(s->seq, peer->ack) &&
	       !(s->options & LEVEE_OPT_TS && e->flags & LEVEE_END_TS && seq_after(s->tsval, e->ts_recent));
}

/*
 * Is this SYN or SYN-ACK nothing to the end that it goes to? A SYN-ACK is stale that answers another SYN than the one that was
 * sent. Another SYN of the remote end comes too late once this host has answered one; this host knows its own.
 */
static __always_inline int levee_syn_refused(const struct levee_end *e, const struct levee_end *peer,
					     const struct levee_segment *s, enum levee_side side, int again)
{
	if (s->flags & TCP_ACK)
		return !levee_answers_syn(peer, s) || !(again || levee_end_opening(peer));
	if (again || side == LEVEE_LOCAL)
		return 0;
	if (peer->state == LEVEE_TCP_TIME_WAIT)
		return levee_time_wait_refuses(e, peer, s);
	return levee_end_opening(e) && e->flags & LEVEE_END_ACK;
}

/* In simultaneous open an end may send its SYN-ACK when it is established already: it still acknowledges the other's SYN. */
static __always_inline int levee_synack_late(const struct levee_end *e, const struct levee_end *peer,
					     const struct levee_segment *s)
{
	return s->flags & TCP_ACK && e->state >= LEVEE_TCP_ESTABLISHED && !levee_end_done(e) && levee_syn_again(e, s) &&
	       levee_end_opening(peer) && levee_answers_syn(peer, s);
}

/*
 * Before the flow is established, and after it has ended, a SYN opens its end anew. On a live flow it changes
 * nothing: the endpoint answers with a challenge ACK (RFC 5961 section 4).
 */
static __always_inline enum levee_tracked levee_track_syn(struct levee_end *e, struct levee_end *peer,
							  const struct levee_segment *s, enum levee_side side)
{
	int again = levee_end_opening(e) && levee_syn_again(e, s), repeat = again && !levee_first_synack(e, s);

	if (levee_synack_late(e, peer, s)) {
		levee_take_synack(e, peer, s, side);
		return LEVEE_TRACKED_TAKEN;
	}
	if ((!levee_end_opening(e) && !levee_end_done(e)) || levee_syn_refused(e, peer, s, side, again))
		return LEVEE_TRACKED_OUTSIDE;
	if (!again)
		levee_end_open(e, s);
	if (s->flags & TCP_ACK)
		levee_take_synack(e, peer, s, side);
	else
		levee_take_syn(e, peer, side);
	if (!repeat)
		return LEVEE_TRACKED_TAKEN;
	levee_count_syn_again(e);
	return LEVEE_TRACKED_SYN_AGAIN;
}

/*
 * Does this host send a SYN or SYN-ACK of another connection than the flow's: because that is over, or because this host has
 * forgotten it? A SYN that it repeats has a number that it has sent.
 */
static __always_inline int levee_begins_another(const struct levee_flow *f, const struct levee_segment *s)
{
	const struct levee_end *local = &f->end[LEVEE_LOCAL];

	if (!(s->flags & TCP_SYN) || levee_end_opening(local))
		return 0;
	if (levee_end_done(local))
		return f->ended != LEVEE_ENDED_NOT;
	return !(local->flags & LEVEE_END_SEEN) || local->seq_end - s->seq > LEVEE_REACH_MIN;
}

/* --- RST */

/* Has the peer answered the FIN of `e`, whose number a RST may then still carry (Linux: tcp_reset_check)? */
static __always_inline int levee_reset_at_fin(const struct levee_end *e, __u32 seq)
{
	return e->flags & LEVEE_END_FIN && !levee_fin_unacked(e) && seq == e->fin_end - 1;
}

/*
 * What `peer` does with a RST of `e`: RFC 9293 section 3.10.7.3 second, section 3.10.7.4 second, RFC 5961 section 3. Its RCV.NXT is
 * what it has acknowledged, or all that `e` has sent. This host's own stack is not suspected of forging: it answers what it does
 * not know with the number that was acknowledged, and gives up with the number that it sends next.
 */
static __always_inline enum levee_tracked levee_place_reset(const struct levee_end *e, const struct levee_end *peer,
							    const struct levee_segment *s, enum levee_side side)
{
	int all = e->flags & LEVEE_END_SEEN && s->seq == e->seq_end, acked = peer->flags & LEVEE_END_ACK;

	if (all && side == LEVEE_LOCAL)
		return LEVEE_TRACKED_TAKEN;
	if (peer->state == LEVEE_TCP_SYN_SENT)
		return s->flags & TCP_ACK && levee_answers_syn(peer, s) ? LEVEE_TRACKED_TAKEN : LEVEE_TRACKED_OUTSIDE;
	if (levee_reset_at_fin(e, s->seq))
		return LEVEE_TRACKED_TAKEN;
	if (acked && (seq_before(s->seq, peer->ack) || seq_after(s->seq, peer->win_end)))
		return LEVEE_TRACKED_OUTSIDE;
	/* It refuses the ACK of a TIME_WAIT, or a stale SYN-ACK, and goes on (section 3.10.7.3 first). */
	if (e->state == LEVEE_TCP_SYN_SENT && peer->state == LEVEE_TCP_TIME_WAIT)
		return LEVEE_TRACKED_OLD;
	if (all || (acked && s->seq == peer->ack))
		return LEVEE_TRACKED_TAKEN;
	if (e->state == LEVEE_TCP_SYN_SENT && !acked)
		return LEVEE_TRACKED_OLD;
	/* Beyond what it has sent it refuses what was never sent, and goes on (section 3.10.7.4 fifth, SYN-RECEIVED). */
	return side == LEVEE_LOCAL && !(e->flags & LEVEE_END_SEEN && seq_after(s->seq, e->seq_end)) ? LEVEE_TRACKED_TAKEN :
												       LEVEE_TRACKED_SUSPECT;
}

static __always_inline enum levee_tracked levee_track_reset(struct levee_flow *f, struct levee_end *e,
							    struct levee_end *peer, const struct levee_segment *s,
							    enum levee_side side)
{
	enum levee_tracked place = levee_place_reset(e, peer, s, side);

	if (place == LEVEE_TRACKED_SUSPECT)
		f->flags |= LEVEE_FLOW_SUSPECT(side);
	if (place != LEVEE_TRACKED_TAKEN)
		return place;
	levee_end_event(e, LEVEE_EV_RST);
	levee_end_event(peer, LEVEE_EV_RST);
	if (!f->ended)
		f->ended = side == LEVEE_LOCAL ? LEVEE_ENDED_RESET_LOCAL : LEVEE_ENDED_RESET_REMOTE;
	return place;
}

/* --- the whole */

/* Notes how the flow ended, once both ends are through. */
static __always_inline void levee_flow_conclude(struct levee_flow *f)
{
	if (!f->ended && levee_end_done(&f->end[LEVEE_LOCAL]) && levee_end_done(&f->end[LEVEE_REMOTE]))
		f->ended = f->flags & LEVEE_FLOW_FIN_FIRST(LEVEE_REMOTE) ? LEVEE_ENDED_FIN_REMOTE :
									   LEVEE_ENDED_FIN_LOCAL;
}

/* Moves both ends of `f` by a segment that `side` has sent. The flow's counts and times are the caller's. */
static __always_inline enum levee_tracked levee_track(struct levee_flow *f, const struct levee_segment *s,
						      enum levee_side side)
{
	struct levee_end *e = &f->end[side & 1], *peer = &f->end[(side & 1) ^ 1];
	enum levee_tracked result;

	if (s->flags & TCP_RST)
		return levee_track_reset(f, e, peer, s, side);
	if (levee_unaccepted(f, s, side)) {
		levee_end_event(e, LEVEE_EV_SENT_SYNACK_AGAIN);
		levee_count_syn_again(e);
		return LEVEE_TRACKED_SYN_AGAIN;
	}
	if (s->flags & TCP_SYN)
		return levee_track_syn(e, peer, s, side);
	result = levee_track_plain(f, e, peer, s, side);
	if (result <= LEVEE_TRACKED_OLD)
		levee_flow_conclude(f);
	return result;
}

/* --- flows that were not seen to begin */

/* A connection of this host as its kernel knows it (struct tcp_sock): numbers in host order, windows in bytes. */
struct levee_socket {
	__u8 state;      /* enum levee_tcp_state */
	__u8 known;      /* are the numbers below? */
	__u8 scaled;     /* both SYNs carried a window scale */
	__u8 rcv_wscale; /* of the windows that this host advertises */
	__u8 snd_wscale; /* of those that the remote end advertises */
	__u8 ts;         /* ts_recent is valid */
	__u8 pad[2];
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 write_seq; /* behind what waits to be sent, FIN included */
	__u32 snd_wnd;   /* from snd_una */
	__u32 rcv_nxt;
	__u32 rcv_wup; /* acknowledged last */
	__u32 rcv_wnd; /* from rcv_wup */
	__u32 ts_recent;
};

/* What the other end must be in, as far as one end's state tells. */
static __always_inline __u8 levee_state_of_peer(__u8 state)
{
	switch (state) {
	case LEVEE_TCP_SYN_RECEIVED:
		return LEVEE_TCP_SYN_SENT;
	case LEVEE_TCP_FIN_WAIT_2:
		return LEVEE_TCP_CLOSE_WAIT;
	case LEVEE_TCP_CLOSE_WAIT:
	case LEVEE_TCP_CLOSING:
	case LEVEE_TCP_LAST_ACK:
		return LEVEE_TCP_FIN_WAIT_2;
	case LEVEE_TCP_SYN_SENT:
	case LEVEE_TCP_TIME_WAIT:
	case LEVEE_TCP_CLOSED:
		return LEVEE_TCP_CLOSED;
	default:
		return LEVEE_TCP_ESTABLISHED;
	}
}

/* FINs that a state of this host tells of: sent by it, and received. The number behind a FIN that was sent last is known. */
static __always_inline void levee_adopt_fins(struct levee_flow *f, const struct levee_socket *k)
{
	__u32 in = 1U << k->state;
	__u32 sent = 1U << LEVEE_TCP_FIN_WAIT_1 | 1U << LEVEE_TCP_FIN_WAIT_2 | 1U << LEVEE_TCP_CLOSING |
		     1U << LEVEE_TCP_LAST_ACK | 1U << LEVEE_TCP_TIME_WAIT;
	__u32 received = 1U << LEVEE_TCP_CLOSE_WAIT | 1U << LEVEE_TCP_LAST_ACK | 1U << LEVEE_TCP_CLOSING |
			 1U << LEVEE_TCP_TIME_WAIT;
	__u32 second = 1U << LEVEE_TCP_CLOSE_WAIT | 1U << LEVEE_TCP_LAST_ACK;

	if (in & (sent | received))
		f->flags |= LEVEE_FLOW_FIN_FIRST(in & second ? LEVEE_REMOTE : LEVEE_LOCAL);
	if (k->known && in & sent)
		f->end[LEVEE_LOCAL].flags |= LEVEE_END_FIN;
	if (k->known && in & received)
		f->end[LEVEE_REMOTE].flags |= LEVEE_END_FIN;
}

/* levee_end.fin_end of this host: behind its SYN while that waits for its acknowledgment, else behind its FIN. */
static __always_inline __u32 levee_socket_fin_end(const struct levee_socket *k)
{
	if (k->state == LEVEE_TCP_SYN_SENT)
		return k->snd_una + 1;
	return k->state == LEVEE_TCP_SYN_RECEIVED ? k->snd_una : k->write_seq;
}

/* Both ends of a flow that is empty but for its tuple, from this host's socket. */
static __always_inline void levee_flow_adopt(struct levee_flow *f, const struct levee_socket *k)
{
	struct levee_end *local = &f->end[LEVEE_LOCAL], *remote = &f->end[LEVEE_REMOTE];
	__u8 scaled = LEVEE_END_SYN | (k->scaled ? LEVEE_END_SCALED : 0);

	local->state = k->state;
	remote->state = levee_state_of_peer(k->state);
	if (k->known) {
		local->flags = LEVEE_END_SEEN | scaled;
		local->seq_end = k->snd_nxt;
		local->fin_end = levee_socket_fin_end(k);
		local->wscale = k->rcv_wscale & 15;
		local->win_end = k->rcv_wnd;
	}
	if (k->known && k->state != LEVEE_TCP_SYN_SENT) {
		local->flags |= LEVEE_END_ACK;
		local->ack = k->rcv_wup;
		local->win_end = k->rcv_wup + k->rcv_wnd;
		remote->flags = LEVEE_END_SEEN | LEVEE_END_ACK | scaled | (k->ts ? LEVEE_END_TS : 0);
		remote->seq_end = k->rcv_nxt;
		remote->fin_end = k->rcv_nxt;
		remote->ack = k->snd_una;
		remote->win_end = k->snd_una + k->snd_wnd;
		/* A window may have been taken back that was used (RFC 9293 section 3.8.6). */
		if (seq_before(remote->win_end, k->snd_nxt))
			remote->win_end = k->snd_nxt;
		remote->wscale = k->snd_wscale & 15;
		remote->ts_recent = k->ts_recent;
	}
	levee_adopt_fins(f, k);
	levee_flow_conclude(f);
}

#endif
