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
 * The profile follows the SYN-ACKs. A client that sent no timestamps teaches no refusals: the kernel's own
 * cookies drop window scale and SACK then.
 */
static __always_inline void learn_profile(struct levee_service *s, const struct packet *p, const struct tcp_options *o,
					  __u8 asked)
{
	struct levee_profile next = s->profile;
	__u8 granted = o->present & (LEVEE_OPT_WSCALE | LEVEE_OPT_SACK | LEVEE_OPT_TS);

	if (p->flags & TCP_ECE)
		granted |= LEVEE_OPT_ECN;
	if (!(asked & LEVEE_OPT_TS))
		asked = 0;
	learn_option(&next, LEVEE_OPT_WSCALE, asked, granted);
	learn_option(&next, LEVEE_OPT_SACK, asked, granted);
	learn_option(&next, LEVEE_OPT_TS, asked, granted);
	learn_option(&next, LEVEE_OPT_ECN, asked, granted);
	if (o->present & LEVEE_OPT_MSS)
		next.mss = o->mss;
	if (o->present & LEVEE_OPT_WSCALE)
		next.wscale = o->wscale;
	next.window = p->window;
	next.ttl = p->ttl;
	next.tos = p->tos & ~3;
	if (__builtin_memcmp(&next, &s->profile, sizeof(next)))
		s->profile = next;
}

/* A SYN-ACK of this host names a service. NULL if it is not this host's, or there is no room. */
static __always_inline struct levee_service *learn_service(struct __sk_buff *skb, const struct run *run,
							   const struct packet *p, __u32 *index)
{
	struct levee_service_key key;
	struct levee_service *s;

	service_key(&key, &p->tuple);
	s = service_find_key(&key, index);
	if (s && !(s->flags & LEVEE_SVC_GONE)) {
		if (run->now_ms - s->refreshed_ms >= SERVICE_REFRESH_MS)
			service_refresh(skb, run, s);
		return s;
	}
	/* Forwarded SYN-ACKs have no socket; neither have those that the kernel sends as its own cookies. */
	if (!s && !skb->sk) {
		struct bpf_sock *sk = kernel_socket(skb, &p->tuple);

		if (!sk)
			return NULL;
		bpf_sk_release(sk);
	}
	if (!s) {
		s = service_add(run, &key, index);
		if (!s)
			return NULL;
		count(run, LEVEE_C_SERVICE_LEARNT);
	}
	s->flags &= ~(LEVEE_SVC_GONE | LEVEE_SVC_REFUSED);
	service_refresh(skb, run, s);
	return s;
}

/* --- steps */

static __always_inline void half_open_synack(const struct packet *p, struct levee_half_open *h,
					     const struct tcp_options *o)
{
	if (h->flags & LEVEE_HO_SYNACK && h->server_isn == p->seq) {
		if (h->synack_repeats != 0xff)
			h->synack_repeats++;
		return;
	}
	/* An answer to another SYN than the one that was remembered; one that acknowledges the SYN's data too is not. */
	if (p->ack - h->client_isn - 1 > 0xffff) {
		h->client_isn = p->ack - 1;
		h->flags &= ~LEVEE_HO_CLIENT_KNOWN;
	}
	h->server_isn = p->seq;
	h->synack_us = bpf_ktime_get_ns() / 1000;
	h->server_wscale = o->wscale;
	h->flags |= LEVEE_HO_SYNACK | (o->present & LEVEE_OPT_WSCALE ? LEVEE_HO_SERVER_WSCALE : 0);
}

/* A SYN-ACK whose SYN left no entry: the service was not known yet. Its connection is remembered from here. */
static __always_inline void half_open_from_synack(const struct run *run, const struct packet *p,
						  const struct tcp_options *o, __u32 service)
{
	struct levee_half_open *h;
	__u32 index;

	h = half_open_new(run, p, service, &index);
	if (!h)
		return;
	h->client_isn = p->ack - 1;
	half_open_synack(p, h, o);
	half_open_publish(run, p, h, index);
}

static __always_inline void egress_synack(struct __sk_buff *skb, const struct run *run, const struct packet *p,
					  const struct tcp_options *o)
{
	struct levee_half_open *h;
	struct levee_service *s;
	__u32 at, index;

	count(run, LEVEE_C_SYNACK);
	s = learn_service(skb, run, p, &index);
	if (!s)
		return;
	h = half_open_find(run, p, &at);
	learn_profile(s, p, o, h && h->flags & LEVEE_HO_CLIENT_KNOWN ? h->options : 0);
	s->flags |= LEVEE_SVC_LEARNT;
	if (h)
		half_open_synack(p, h, o);
	else
		half_open_from_synack(run, p, o, index);
}

/* This host opens a connection. */
static __always_inline void egress_syn(const struct run *run, const struct packet *p, const struct tcp_options *o)
{
	struct levee_flow *f;
	__u32 slot;

	f = flow_new(run, &p->tuple, p->hash, LEVEE_BEGAN_OUTGOING, &slot);
	if (!f)
		return;
	track_segment(f, p, o, LEVEE_LOCAL);
	flow_count(f, p, LEVEE_LOCAL);
	flow_publish(run, f, p->hash, slot);
}

/* A RST without a flow: a half-open connection that was refused, or a port that is closed. */
static __always_inline void egress_rst(struct __sk_buff *skb, const struct run *run, const struct packet *p)
{
	struct levee_half_open *h;
	struct levee_service *s;
	__u32 index;

	h = half_open_find(run, p, &index);
	if (h)
		half_open_remove(run, h, index, LEVEE_C_HALF_OPEN_RESET);
	/* RFC 9293 section 3.10.7.1: the answer to a SYN at a closed port has sequence number 0 and an ACK. */
	if (p->seq || !(p->flags & TCP_ACK))
		return;
	s = service_find(&p->tuple, &index);
	if (!s || s->flags & LEVEE_SVC_GONE || service_refresh(skb, run, s))
		return;
	s->flags |= LEVEE_SVC_GONE;
	service_mode(run, s, LEVEE_MODE_CALM);
	count(run, LEVEE_C_SERVICE_GONE);
}

/* Sent by a socket of this host on a connection that levee does not know. */
static __always_inline void egress_adopt(struct __sk_buff *skb, const struct run *run, const struct packet *p)
{
	struct bpf_sock *sk = skb->sk;
	__u32 state, index;

	if (!sk)
		return;
	state = sk->state;
	if (state == BPF_TCP_LISTEN || state == BPF_TCP_NEW_SYN_RECV || state == BPF_TCP_CLOSE || state == 0)
		return;
	if (half_open_find(run, p, &index))
		return;
	flow_adopt(run, &p->tuple, p->hash, state_of_kernel(state));
}

static __always_inline void egress_segment(struct __sk_buff *skb, const struct run *run, const struct packet *p)
{
	struct tcp_options o = {};
	struct levee_flow *f;
	__u32 index;

	if (p->flags & TCP_SYN)
		options_skb(skb, p, &o);
	f = flow_find(run, p, &index);
	if (f) {
		if (f->flags & LEVEE_FLOW_PENDING)
			f->flags &= ~LEVEE_FLOW_PENDING;
		track(run, f, index, p, &o, LEVEE_LOCAL);
	} else if ((p->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK)) {
		egress_synack(skb, run, p, &o);
	} else if (p->flags & TCP_SYN) {
		if (skb->sk)
			egress_syn(run, p, &o);
	} else if (p->flags & TCP_RST) {
		egress_rst(skb, run, p);
	} else {
		egress_adopt(skb, run, p);
	}
}

#endif
