/* SPDX-License-Identifier: GPL-2.0 */
/*
 * track.h - the flow table, and how a segment moves the two ends of a flow.
 *
 * A segment counts only if its numbers lie where the other end would take them (RFC 9293 section 3.10.7.4,
 * RFC 5961); then it is an event at each end and levee/tcp_fsm.h says what follows. A FIN is taken as
 * received when an acknowledgment proves it, so that simultaneous close is seen for what it is.
 *
 * No lock: each direction of a flow is written by the CPU that handles it. Accepted race: two CPUs in the
 * same microsecond may lose one update of a state; the next segment makes up for it or the flow ages out.
 * A flow's state never drops a packet.
 */
#ifndef BPF_TRACK_H
#define BPF_TRACK_H

#include "halfopen.h"

/* How far a window of unknown scale may reach: the largest that RFC 7323 section 2.3 allows. */
#define SCALE_UNKNOWN LEVEE_WSCALE_MAX
#define TOUCH_MS 1000

static __always_inline struct table flow_table(void)
{
	return (struct table){ &flow_filters, &flow_heads, &flows, geometry.flow_sets - 1 };
}

__noinline int flow_lookup(const struct levee_tuple *tuple, __u32 hash, __u32 ways)
{
	struct table t = flow_table();

	return table_find(&t, hash, tuple, TUPLE_WORDS, ways);
}

/* The same for what is probably not there. */
__noinline int flow_lookup_filtered(const struct levee_tuple *tuple, __u32 hash)
{
	struct table t = flow_table();

	return table_may_have(&t, hash) ? table_find(&t, hash, tuple, TUPLE_WORDS, ALL_WAYS) : NO_SLOT;
}

__noinline __u64 flow_claim(__u32 hash, __u32 now_ms, __u32 full)
{
	struct table t = flow_table();

	return table_claim(&t, hash, now_ms, LEVEE_FLOW_SHIFT, full ? CLAIM_SWAP : CLAIM_EVICT);
}

__noinline int flow_show(__u32 index, __u32 hash, __u32 deadline_ms)
{
	struct table t = flow_table();

	table_publish(&t, index, hash, deadline_ms, LEVEE_FLOW_SHIFT);
	return 0;
}

/* 1 for the one caller that freed the slot. */
__noinline int flow_release(__u32 index, __u32 tag)
{
	struct table t = flow_table();

	if (!table_take(&t, index, tag))
		return 0;
	table_free(&t, index);
	return 1;
}

static __always_inline struct levee_flow *flow_at(__u32 index)
{
	return bpf_map_lookup_elem(&flows, &index);
}

/* --- how long a flow may be silent */

static __always_inline bool end_closing(const struct levee_end *e)
{
	return e->state >= LEVEE_TCP_FIN_WAIT_1;
}

static __always_inline enum levee_timeout flow_timeout(const struct levee_flow *f)
{
	__u8 a = f->end[LEVEE_LOCAL].state, b = f->end[LEVEE_REMOTE].state;

	if (f->flags & LEVEE_FLOW_PENDING)
		return LEVEE_T_PENDING;
	if (a == LEVEE_TCP_TIME_WAIT || b == LEVEE_TCP_TIME_WAIT)
		return LEVEE_T_TIME_WAIT;
	if (a == LEVEE_TCP_CLOSED || b == LEVEE_TCP_CLOSED)
		return a == LEVEE_TCP_SYN_SENT || b == LEVEE_TCP_SYN_SENT ? LEVEE_T_SYN_SENT : LEVEE_T_CLOSED;
	if (a == LEVEE_TCP_ESTABLISHED && b == LEVEE_TCP_ESTABLISHED)
		return LEVEE_T_ESTABLISHED;
	if (a + b == LEVEE_TCP_FIN_WAIT_2 + LEVEE_TCP_CLOSE_WAIT && a != b)
		return LEVEE_T_HALF_CLOSED;
	return a >= LEVEE_TCP_FIN_WAIT_1 || b >= LEVEE_TCP_FIN_WAIT_1 ? LEVEE_T_CLOSING : LEVEE_T_SYN_SENT;
}

static __always_inline __u32 flow_timeout_ms(const struct run *run, const struct levee_flow *f)
{
	__u32 which = flow_timeout(f);

	return which < LEVEE_TIMEOUT_COUNT ? run->settings->timeout_ms[which] : 0;
}

static __always_inline bool flow_expired(const struct run *run, const struct levee_flow *f)
{
	return (__s32)(run->now_ms - f->seen_ms - flow_timeout_ms(run, f)) >= 0;
}

static __always_inline void flow_touch(const struct run *run, struct levee_flow *f, __u32 index)
{
	struct table t = flow_table();

	f->seen_ms = run->now_ms;
	table_touch(&t, index, run->now_ms + flow_timeout_ms(run, f), LEVEE_FLOW_SHIFT);
}

/* --- entering and leaving the table */

static __always_inline void flow_remove(const struct run *run, __u32 index, __u32 tag, enum levee_counter why)
{
	if (!flow_release(index, tag))
		return;
	count(run, LEVEE_C_FLOW_GONE);
	count(run, why);
}

static __always_inline struct levee_flow *flow_find(const struct run *run, const struct packet *p, __u32 *index)
{
	/* A SYN, and any segment while cookies are about, is likely to be a stranger's. */
	bool stranger = is_syn(p) || READ_ONCE(run->runtime->in_flight);
	int slot = stranger ? flow_lookup_filtered(&p->tuple, p->hash) : flow_lookup(&p->tuple, p->hash, ALL_WAYS);
	struct levee_flow *f;

	if (slot < 0)
		return NULL;
	*index = slot;
	f = flow_at(slot);
	if (!f || !flow_expired(run, f))
		return f;
	flow_remove(run, slot, levee_tag_of_hash(p->hash), LEVEE_C_FLOW_EXPIRED);
	return NULL;
}

/* Claims a slot, filled but for its ends; NULL only if its whole set is being filled by others. Publish it by flow_publish. */
static __noinline struct levee_flow *flow_new(const struct run *run, const struct levee_tuple *tuple, __u32 hash,
					      __u8 began, __u32 *index)
{
	bool full = READ_ONCE(run->runtime->flows) >= run->settings->flows_max;
	__u64 claim = flow_claim(hash, run->now_ms, full);
	struct levee_flow *f;

	if (claim == NO_CLAIM) /* another CPU was faster */
		claim = flow_claim(hash, run->now_ms, full);
	if (claim == NO_CLAIM) {
		count(run, LEVEE_C_FLOW_NO_ROOM);
		return NULL;
	}
	f = flow_at(CLAIM_SLOT(claim));
	if (!f)
		return NULL;
	if (claim & CLAIM_REPLACES) {
		count(run, LEVEE_C_FLOW_GONE);
		count(run, claim & CLAIM_EXPIRED ? LEVEE_C_FLOW_EXPIRED : LEVEE_C_FLOW_EVICTED);
	}
	__builtin_memset(f, 0, sizeof(*f));
	f->tuple = *tuple;
	f->born_ms = run->now_ms;
	f->seen_ms = run->now_ms;
	f->began = began;
	*index = CLAIM_SLOT(claim);
	return f;
}

static __noinline int flow_publish(const struct run *run, struct levee_flow *f, __u32 hash, __u32 index)
{
	__u32 deadline = run->now_ms + flow_timeout_ms(run, f);
	int twin;

	count(run, LEVEE_C_FLOW_NEW);
	switch (f->began) {
	case LEVEE_BEGAN_HANDSHAKE:
		count(run, LEVEE_C_FLOW_HANDSHAKE);
		break;
	case LEVEE_BEGAN_COOKIE:
		count(run, LEVEE_C_FLOW_COOKIE);
		break;
	case LEVEE_BEGAN_OUTGOING:
		count(run, LEVEE_C_FLOW_OUTGOING);
		break;
	default:
		count(run, LEVEE_C_FLOW_ADOPTED);
	}
	flow_show(index, hash, deadline);
	/* Entered on two CPUs at once: of two, the higher slot goes, whoever finds it. */
	twin = flow_lookup(&f->tuple, hash, ALL_WAYS & ~(1U << (index % LEVEE_WAYS)));
	if (twin >= 0 && flow_release((__u32)twin > index ? (__u32)twin : index, levee_tag_of_hash(hash)))
		count(run, LEVEE_C_FLOW_GONE);
	return 0;
}

/* --- one segment */

static __always_inline void end_event(struct levee_end *e, enum levee_tcp_event event)
{
	__u32 state = READ_ONCE(e->state);

	barrier_var(state); /* the number that is checked is the number that is used */
	if (state < LEVEE_TCP_STATE_COUNT)
		e->state = levee_tcp_next[event][state];
}

static __always_inline void end_repeat(struct levee_end *e)
{
	if (e->repeats != 0xff)
		e->repeats++;
}

/* The shift of the windows that `e` advertises now. Both SYNs must have carried the option (RFC 7323 section 2.2). */
static __always_inline __u32 end_scale(const struct levee_end *e, const struct levee_end *peer)
{
	if (!(e->flags & peer->flags & LEVEE_END_SYN))
		return SCALE_UNKNOWN;
	return e->flags & peer->flags & LEVEE_END_SCALED ? e->wscale & 15 : 0;
}

static __always_inline void end_sent(struct levee_end *e, __u32 seq_end, __u32 ack, __u32 window)
{
	__u32 win_end = ack + window;

	if (!(e->flags & LEVEE_END_SEEN)) {
		e->flags |= LEVEE_END_SEEN;
		e->seq_end = seq_end;
		e->ack = ack;
		e->win_end = win_end;
		return;
	}
	if (seq_after(seq_end, e->seq_end))
		e->seq_end = seq_end;
	if (seq_after(ack, e->ack))
		e->ack = ack;
	if (seq_after(win_end, e->win_end))
		e->win_end = win_end;
}

/* Would `peer` take a segment [seq, seq_end) with this acknowledgment from `e`? Unknown numbers are taken on trust. */
static __always_inline bool segment_acceptable(const struct levee_end *e, const struct levee_end *peer,
					       const struct packet *p, __u32 seq_end)
{
	if (!(peer->flags & LEVEE_END_SEEN))
		return true;
	if (seq_after(p->ack, peer->seq_end))
		return false;
	if (!(e->flags & LEVEE_END_SEEN))
		return true;
	return !seq_after(p->seq, peer->win_end) && !seq_before(seq_end, peer->ack);
}

/* A segment with ACK and without SYN or RST, already found acceptable. */
static __always_inline void track_ack(struct levee_end *e, struct levee_end *peer, const struct packet *p,
				      __u32 seq_end)
{
	if ((peer->flags & (LEVEE_END_SYN | LEVEE_END_FIN)) == LEVEE_END_SYN && peer->state == LEVEE_TCP_SYN_RECEIVED &&
	    !seq_before(p->ack, peer->fin_end))
		end_event(peer, LEVEE_EV_RCVD_ACK_OF_SYN);
	if (peer->flags & LEVEE_END_FIN && !seq_before(p->ack, peer->fin_end)) {
		end_event(peer, LEVEE_EV_RCVD_ACK_OF_FIN);
		end_event(e, LEVEE_EV_RCVD_FIN);
	}
	if (p->flags & TCP_FIN) {
		if (!(e->flags & LEVEE_END_FIN)) {
			e->flags |= LEVEE_END_FIN;
			e->fin_end = seq_end;
			end_event(e, LEVEE_EV_SENT_FIN);
		} else if (seq_end == e->fin_end) {
			end_repeat(e);
		}
	}
	end_sent(e, seq_end, p->ack, (__u32)p->window << end_scale(e, peer));
}

/* An end forgets an earlier connection and opens anew with this SYN or SYN-ACK. */
static __always_inline void end_open(struct levee_end *e, const struct packet *p, const struct tcp_options *o)
{
	if ((e->flags & (LEVEE_END_SYN | LEVEE_END_FIN)) == LEVEE_END_SYN && e->fin_end == p->seq + 1)
		end_repeat(e);
	else
		e->repeats = 0;
	e->flags = LEVEE_END_SYN | (o->present & LEVEE_OPT_WSCALE ? LEVEE_END_SCALED : 0);
	e->wscale = o->wscale;
	e->fin_end = p->seq + 1;
	if (p->flags & TCP_ACK) {
		end_sent(e, p->seq + 1 + p->payload, p->ack, p->window); /* a SYN's window is never scaled */
	} else {
		e->flags |= LEVEE_END_SEEN;
		e->seq_end = p->seq + 1 + p->payload;
		e->ack = 0;
		e->win_end = p->window;
	}
}

static __always_inline bool end_opening(const struct levee_end *e)
{
	return e->state == LEVEE_TCP_SYN_SENT || e->state == LEVEE_TCP_SYN_RECEIVED;
}

/*
 * SYN or SYN-ACK on a flow. Before the flow is established, and after it has ended, it opens the end
 * anew; on a live flow it changes nothing (the endpoint answers with a challenge ACK, RFC 5961 section 4).
 */
static __always_inline bool track_syn(struct levee_end *e, struct levee_end *peer, const struct packet *p,
				      const struct tcp_options *o)
{
	bool ended = e->state == LEVEE_TCP_CLOSED || e->state == LEVEE_TCP_TIME_WAIT;
	bool again = (e->flags & (LEVEE_END_SYN | LEVEE_END_FIN)) == LEVEE_END_SYN && e->fin_end == p->seq + 1;

	/* In simultaneous open an end sends its SYN once more, with an ACK, when it may be established already. */
	if (!ended && !end_opening(e) && !(again && end_opening(peer)))
		return false;
	if (!(p->flags & TCP_ACK)) {
		end_open(e, p, o);
		end_event(e, LEVEE_EV_SENT_SYN);
		if (peer->state == LEVEE_TCP_SYN_SENT)
			end_event(peer, LEVEE_EV_RCVD_SYN);
		return true;
	}
	if (!(peer->flags & LEVEE_END_SYN) || p->ack - peer->fin_end > peer->seq_end - peer->fin_end)
		return false; /* not an answer to the SYN that was sent */
	end_open(e, p, o);
	end_event(e, LEVEE_EV_SENT_SYNACK);
	end_event(peer, LEVEE_EV_RCVD_SYNACK);
	/* The peer's window was counted from 0 while its acknowledgment was unknown. */
	if (!peer->ack) {
		peer->ack = p->seq + 1;
		peer->win_end += p->seq + 1;
	}
	return true;
}

/* RFC 9293 section 3.10.7.4 second and RFC 5961 section 3: only the exact number resets, the rest would draw a challenge ACK. */
static __always_inline bool reset_acceptable(const struct levee_end *e, const struct levee_end *peer,
					     const struct packet *p, enum levee_side sender)
{
	if (peer->state == LEVEE_TCP_SYN_SENT)
		return p->flags & TCP_ACK && p->ack == peer->seq_end;
	if (p->seq == peer->ack || !(peer->flags & LEVEE_END_SEEN))
		return true;
	if (e->flags & LEVEE_END_SEEN && p->seq == e->seq_end)
		return true;
	/* This host's own stack: it answers what it does not know with the number that was acknowledged. */
	return sender == LEVEE_LOCAL && !seq_before(p->seq, peer->ack) && !seq_after(p->seq, peer->win_end);
}

/* What a segment did to its flow. */
enum tracked { TRACKED, TRACKED_OUT_OF_WINDOW };

/* Moves both ends. `o` holds the options of a SYN, and is not looked at otherwise. */
__noinline int track_segment(struct levee_flow *f, const struct packet *p, const struct tcp_options *o, __u32 sender)
{
	struct levee_end *e, *peer;
	__u32 seq_end;

	if (!f || !p || !o)
		return TRACKED_OUT_OF_WINDOW;
	sender &= 1;
	e = &f->end[sender];
	peer = &f->end[sender ^ 1];
	seq_end = p->seq + p->payload + !!(p->flags & TCP_FIN);
	if (p->flags & TCP_RST) {
		if (!reset_acceptable(e, peer, p, sender))
			return TRACKED_OUT_OF_WINDOW;
		end_event(e, LEVEE_EV_RST);
		end_event(peer, LEVEE_EV_RST);
		return TRACKED;
	}
	if (p->flags & TCP_SYN)
		return track_syn(e, peer, p, o) ? TRACKED : TRACKED_OUT_OF_WINDOW;
	if (!segment_acceptable(e, peer, p, seq_end))
		return TRACKED_OUT_OF_WINDOW;
	track_ack(e, peer, p, seq_end);
	return TRACKED;
}

static __always_inline void flow_count(struct levee_flow *f, const struct packet *p, enum levee_side sender)
{
	f->packets[sender]++;
	f->bytes[sender] += p->tcp_len + p->payload;
}

/* Counts a segment on its flow and moves both ends. */
static __always_inline enum tracked track(const struct run *run, struct levee_flow *f, __u32 index,
					  const struct packet *p, const struct tcp_options *o, enum levee_side sender)
{
	__u16 before = f->end[0].state << 8 | f->end[1].state;
	enum tracked result = track_segment(f, p, o, sender);

	flow_count(f, p, sender);
	if (result == TRACKED_OUT_OF_WINDOW)
		return result;
	if (run->now_ms - f->seen_ms >= TOUCH_MS || before != (f->end[0].state << 8 | f->end[1].state))
		flow_touch(run, f, index);
	return result;
}

#endif
