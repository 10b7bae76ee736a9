/* SPDX-License-Identifier: GPL-2.0 */
/*
 * egress.h - what this host sends: the other half of every state machine. Here services and their
 * profiles are learnt from SYN-ACKs, outgoing connections from SYNs, closed services from RSTs.
 *
 * Nothing leaves this program changed or dropped.
 */
#ifndef BPF_EGRESS_H
#define BPF_EGRESS_H

#include "ingress.h"

/* --- learning */

/* One option of the profile: granted if the SYN-ACK has it, refused if the client asked and it has not. */
static __always_inline void learn_option(struct levee_profile *profile, __u8 bit, __u8 asked, __u8 granted)
{
	if (granted & bit)
		profile->options |= bit;
	else if (asked & bit)
		profile->options &= ~bit;
}

/*
 * The profile follows the SYN-ACKs. `asked` is what the client is known to have asked for. A client that sent no
 * timestamps teaches no refusals: the kernel's own cookies drop window scale and SACK then. The window only
 * grows: a client with a tiny MSS is granted little. The window scale stays while cookies are in flight, whose
 * MAC covers it. A service that was gone is another listener now: all that is anew.
 */
static __always_inline void learn_profile(const struct run *run, struct levee_service *s,
					  const struct levee_service *owner, const struct packet *p,
					  const struct tcp_options *o, __u8 asked)
{
	struct levee_profile next = s->profile;
	__u8 granted = o->present & (LEVEE_OPT_WSCALE | LEVEE_OPT_SACK | LEVEE_OPT_TS);
	bool anew = s->flags & LEVEE_SVC_GONE, first = anew || !(s->flags & LEVEE_SVC_LEARNT);

	if (p->seg.flags & TCP_ECE)
		granted |= LEVEE_OPT_ECN;
	if (!(asked & LEVEE_OPT_TS))
		asked = 0;
	learn_option(&next, LEVEE_OPT_WSCALE, asked, granted);
	learn_option(&next, LEVEE_OPT_SACK, asked, granted);
	learn_option(&next, LEVEE_OPT_TS, asked, granted);
	learn_option(&next, LEVEE_OPT_ECN, asked, granted);
	if (o->present & LEVEE_OPT_MSS)
		next.mss = o->mss;
	if (o->present & LEVEE_OPT_WSCALE &&
	    (anew || !owner->cookie_epoch || clock_epoch(run->settings) - owner->cookie_epoch > 1))
		next.wscale = o->wscale;
	if (first || p->seg.window > next.window)
		next.window = p->seg.window;
	next.ttl = p->ttl;
	next.tos = p->tos & ~3;
	if (__builtin_memcmp(&next, &s->profile, sizeof(next)))
		s->profile = next;
	s->flags = (s->flags & ~LEVEE_SVC_GONE) | LEVEE_SVC_LEARNT;
}

/* A SYN-ACK of this host names a service, which may have been gone: learn_profile ends that. NULL where there is no room. */
static __always_inline struct levee_service *learn_service(struct __sk_buff *skb, const struct run *run,
							   const struct packet *p, __u32 *index)
{
	struct levee_service_key key;
	struct levee_service *s;

	service_key(&key, &p->tuple);
	s = service_find_key(&key, index);
	if (s && !(s->flags & LEVEE_SVC_GONE) && run->now_ms - s->refreshed_ms < SERVICE_REFRESH_MS)
		return s;
	if (!s) {
		s = service_add(run, &key, index);
		if (!s) {
			count(run, LEVEE_C_SERVICE_NO_ROOM);
			return NULL;
		}
		count(run, LEVEE_C_SERVICE_LEARNT);
	}
	service_refresh(skb, run, s, *index);
	return s;
}

/* --- steps */

/* Notes the SYN-ACK. Returns true where the third ACK had come before it. */
static __always_inline bool half_open_synack(const struct packet *p, struct levee_half_open *h,
					     const struct tcp_options *o)
{
	bool acked = (h->flags & (LEVEE_HO_SYNACK | LEVEE_HO_ACKED)) == LEVEE_HO_ACKED && h->server_isn == p->seg.seq;

	if (h->flags & LEVEE_HO_SYNACK && h->server_isn == p->seg.seq) {
		if (h->synack_repeats != LEVEE_REPEATS_MAX)
			h->synack_repeats++;
		return false;
	}
	/* An answer to another SYN than the one that was remembered; one that acknowledges the SYN's data too is not. */
	if (p->seg.ack - h->client_isn - 1 > 0xffff) {
		h->client_isn = p->seg.ack - 1;
		h->flags &= ~LEVEE_HO_CLIENT_KNOWN;
	}
	h->server_isn = p->seg.seq;
	h->synack_us = clock_us();
	h->server_wscale = o->wscale & 15;
	h->server_window = p->seg.window >> 8;
	h->flags |= LEVEE_HO_SYNACK | (o->present & LEVEE_OPT_WSCALE ? LEVEE_HO_SERVER_WSCALE : 0);
	return acked;
}

/* The SYN-ACK of a third ACK that was seen before it: now the handshake is complete. */
static __always_inline void half_open_complete_late(const struct run *run, const struct packet *p,
						    struct levee_half_open *h, __u32 index, __u32 client_window)
{
	struct levee_flow *f;
	__u32 slot;

	f = flow_of_half_open(run, h, p->seg.ack, p->hash, &slot);
	if (f) {
		levee_end_event(&f->end[LEVEE_LOCAL], LEVEE_EV_RCVD_ACK_OF_SYN);
		f->end[LEVEE_REMOTE].flags &= ~LEVEE_END_SEEN; /* what came before the SYN-ACK was not counted */
		f->end[LEVEE_REMOTE].win_end += client_window
						<< levee_end_scale(&f->end[LEVEE_REMOTE], &f->end[LEVEE_LOCAL]);
		flow_count(f, p, LEVEE_LOCAL);
		flow_publish(run, f, p->hash, slot, half_open_states(h));
	}
	half_open_remove(run, h, index, levee_tag_of_hash(p->hash), LEVEE_C_HALF_OPEN_DONE, LEVEE_ENDED_NOT);
}

/* What a flow that is over knows of the client whose SYN it has taken, for packet.client_scale. */
static __always_inline __u8 past_client_scale(const struct levee_end *e, const struct packet *p)
{
	if (e->state != LEVEE_TCP_SYN_SENT || e->fin_end != p->seg.ack)
		return CLIENT_SCALE_UNKNOWN;
	return e->flags & LEVEE_END_SCALED ? CLIENT_SCALE(e->wscale) : CLIENT_SCALE_NONE;
}

/*
 * A SYN-ACK whose SYN left no entry: the service was not known yet, or it reuses a TIME_WAIT, whose flow has seen the SYN
 * then. Its connection is remembered from here.
 */
static __always_inline void half_open_from_synack(const struct run *run, const struct packet *p,
						  const struct tcp_options *o, __u32 service)
{
	struct levee_half_open *h;
	__u32 index;

	h = half_open_new(run, p, service, &index);
	if (!h)
		return;
	h->client_isn = p->seg.ack - 1;
	if (p->client_scale != CLIENT_SCALE_UNKNOWN)
		h->flags = LEVEE_HO_CLIENT_KNOWN;
	if (p->client_scale > CLIENT_SCALE_NONE) {
		h->options = LEVEE_OPT_WSCALE;
		h->wscale = p->client_scale - CLIENT_SCALE(0);
	}
	half_open_synack(p, h, o);
	half_open_publish(run, p, h, index);
}

/* This host answers a SYN that is remembered. */
static __always_inline void half_open_answered(const struct run *run, const struct packet *p, struct levee_half_open *h,
					       __u32 index, const struct tcp_options *o)
{
	bool first = !(h->flags & LEVEE_HO_SYNACK);
	__u32 client_window = half_open_window(h); /* of a third ACK that has come already */

	if (half_open_synack(p, h, o))
		half_open_complete_late(run, p, h, index, client_window);
	else if (first)
		event_of_half_open(run, h, LEVEE_EVENT_STATE, 0);
}

static __always_inline void egress_synack(struct __sk_buff *skb, const struct run *run, const struct packet *p,
					  const struct tcp_options *o)
{
	struct levee_service *s, *owner;
	struct levee_half_open *h;
	__u32 at, index;
	__u8 asked = 0;

	count(run, LEVEE_C_SYNACK);
	s = learn_service(skb, run, p, &index);
	if (!s)
		return;
	owner = service_owner(s, &index);
	h = half_open_find(run, p, &at);
	/* Only the answer to the one SYN that was seen tells what a server refuses. */
	if (h && h->flags & LEVEE_HO_CLIENT_KNOWN && !h->syn_repeats && p->seg.ack == h->client_isn + 1)
		asked = h->options;
	learn_profile(run, s, owner, p, o, asked);
	if (!h)
		half_open_from_synack(run, p, o, index);
	else
		half_open_answered(run, p, h, at, o);
}

/* Routed through this host, not sent by it. A SYN-ACK that pretends to be of a service says that the service is elsewhere. */
static __always_inline void egress_forwarded(const struct run *run, const struct packet *p)
{
	struct levee_half_open *h;
	struct levee_service *s;
	__u32 index;

	if (!is_synack(p))
		return;
	s = service_find(&p->tuple, &index);
	if (!s)
		return;
	s->flags |= LEVEE_SVC_FORWARDED;
	h = half_open_find(run, p, &index);
	if (h)
		half_open_remove(run, h, index, levee_tag_of_hash(p->hash), LEVEE_C_HALF_OPEN_FORWARDED,
				 LEVEE_ENDED_FORWARDED);
}

/* This host opens a connection. */
static __always_inline void egress_syn(const struct run *run, const struct packet *p)
{
	struct levee_flow *f;
	__u32 slot;

	f = flow_new(run, &p->tuple, p->hash, LEVEE_BEGAN_OUTGOING, &slot);
	if (!f)
		return;
	track_segment(f, &p->seg, LEVEE_LOCAL);
	flow_count(f, p, LEVEE_LOCAL);
	f->rtt_us = clock_us();
	flow_publish(run, f, p->hash, slot, 0);
}

/*
 * Does this RST of ours end a half-open connection? The kernel also resets what merely does not fit, and keeps its
 * request (tcp_check_req): only the number that the client's own ACK would bring, or the answer to a SYN, counts.
 */
static __always_inline bool reset_ends_half_open(const struct levee_half_open *h, const struct packet *p)
{
	if (p->seg.seq == 0 && p->seg.flags & TCP_ACK)
		return true;
	return h->flags & LEVEE_HO_SYNACK && p->seg.seq == h->server_isn + 1;
}

/* A RST without a flow: a half-open connection that was refused, or a port that is closed. */
static __always_inline void egress_rst(struct __sk_buff *skb, const struct run *run, const struct packet *p)
{
	struct levee_half_open *h;
	struct levee_service *s;
	__u32 index;

	h = half_open_find(run, p, &index);
	if (h && reset_ends_half_open(h, p))
		half_open_remove(run, h, index, levee_tag_of_hash(p->hash), LEVEE_C_HALF_OPEN_RESET,
				 LEVEE_ENDED_RESET_LOCAL);
	/* RFC 9293 section 3.10.7.1: the answer to a SYN at a closed port has sequence number 0 and an ACK. */
	if (p->seg.seq || !(p->seg.flags & TCP_ACK))
		return;
	s = service_find(&p->tuple, &index);
	if (s && !service_refresh(skb, run, s, index))
		service_retire(run, s, index);
}

/* Is the socket that sends this one of a connection that has got past its handshake? Its state in ours, else 0. */
static __always_inline __u8 sent_by_connection(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	__u8 state = sk ? state_of_kernel(sk->state) : LEVEE_TCP_CLOSED;

	return state >= LEVEE_TCP_ESTABLISHED ? state : 0;
}

/* Sent by a socket of this host on a connection that levee does not know, or takes for half-open. A function for its stack. */
static __noinline int egress_adopt(struct __sk_buff *skb, const struct run *run, const struct packet *p)
{
	struct levee_socket k = {};
	struct levee_half_open *h;
	__u32 index, was = 0;

	if (!sent_by_connection(skb) || !skb->sk)
		return 0;
	socket_read(&k, skb->sk);
	h = half_open_find(run, p, &index);
	if (h) {
		was = half_open_states(h);
		half_open_remove(run, h, index, levee_tag_of_hash(p->hash), LEVEE_C_HALF_OPEN_DONE, LEVEE_ENDED_NOT);
	}
	return flow_adopt(run, p, &k, LEVEE_LOCAL, was);
}

/*
 * Is the flow not what this host's stack thinks of it? A SYN or SYN-ACK is of another connection: TIME_WAIT was reused, or the
 * stack has given the connection up without a word (its timers ran out, the host was restored). Data from a live socket means
 * that a RST was not taken (RFC 5961 section 3); data from one in SYN_SENT that its SYN-ACK came by another interface. What the
 * socket knows is taken then.
 */
static __always_inline bool flow_is_past(struct __sk_buff *skb, const struct levee_flow *f, const struct packet *p)
{
	__u8 local = f->end[LEVEE_LOCAL].state;

	if (p->seg.flags & TCP_SYN)
		return levee_begins_another(f, &p->seg);
	return (local == LEVEE_TCP_CLOSED || local == LEVEE_TCP_SYN_SENT) && !(p->seg.flags & (TCP_SYN | TCP_RST)) &&
	       sent_by_connection(skb) == LEVEE_TCP_ESTABLISHED;
}

/* A SYN-ACK again although the third ACK has come: perhaps because nobody accept()s. */
static __always_inline void egress_unaccepted(struct __sk_buff *skb, const struct run *run, const struct packet *p)
{
	struct levee_service *s;
	__u32 index;

	if (!is_synack(p))
		return;
	s = service_find(&p->tuple, &index);
	if (s)
		accept_queue_is_full(skb, run, &p->tuple, service_owner(s, &index));
}

static __always_inline void egress_flow(struct __sk_buff *skb, const struct run *run, struct levee_flow *f, __u32 index,
					const struct packet *p)
{
	enum levee_tracked tracked;

	if (f->flags & LEVEE_FLOW_PENDING)
		levee_flow_answered(f);
	tracked = track(run, f, index, p, LEVEE_LOCAL);
	if (tracked == LEVEE_TRACKED_TAKEN && is_syn(p) && f->end[LEVEE_LOCAL].state == LEVEE_TCP_SYN_SENT) {
		/* Another attempt, with an ISN of its own: its time counts from here. */
		f->rtt_us = clock_us();
		f->born_ms = run->now_ms;
	}
	if (tracked == LEVEE_TRACKED_SYN_AGAIN)
		egress_unaccepted(skb, run, p);
	else if (tracked == LEVEE_TRACKED_PAWS)
		count(run, LEVEE_C_FLOW_PAWS);
	else if (tracked == LEVEE_TRACKED_OUTSIDE)
		count(run, LEVEE_C_FLOW_OUT_OF_WINDOW);
}

static __always_inline void egress_segment(struct __sk_buff *skb, const struct run *run, struct packet *p)
{
	struct tcp_options o = {};
	struct levee_flow *f;
	__u32 index;

	if (skb->ingress_ifindex) {
		egress_forwarded(run, p);
		return;
	}
	if (p->seg.flags & TCP_SYN) {
		options_skb(skb, p, &o);
		segment_take_options(&p->seg, &o);
	}
	f = flow_find(run, p, &index);
	if (f && flow_is_past(skb, f, p)) {
		p->client_scale = past_client_scale(&f->end[LEVEE_REMOTE], p);
		flow_remove(run, f, index, levee_tag_of_hash(p->hash), LEVEE_C_FLOW_REUSED, LEVEE_ENDED_REUSED);
		f = NULL;
	}
	if (f)
		egress_flow(skb, run, f, index, p);
	else if (is_synack(p))
		egress_synack(skb, run, p, &o);
	else if (p->seg.flags & TCP_SYN)
		egress_syn(run, p);
	else if (p->seg.flags & TCP_RST)
		egress_rst(skb, run, p);
	else
		egress_adopt(skb, run, p);
}

#endif
