/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ingress.h - the steps of the XDP program: what happens to a segment from the wire.
 *
 * Each step returns a reason (levee/reason.h) or GO_ON; levee.bpf.c lists them in order.
 */
#ifndef BPF_INGRESS_H
#define BPF_INGRESS_H

#include "cookie_tx.h"
#include "track.h"

/* A SYN on a flow whose end here is CLOSED begins another connection, which is to be counted like any. */
static __always_inline bool flow_reopens(const struct levee_flow *f, const struct packet *p)
{
	return is_syn(p) && f->end[LEVEE_LOCAL].state == LEVEE_TCP_CLOSED && f->began != LEVEE_BEGAN_OUTGOING;
}

/*
 * A connection that is over and began by a cookie hinders no new one, but is remembered through the SYN of the next: its
 * cookie may still be young, and would make a socket again (docs/cookies.md). Is this the ACK of another cookie, or of a
 * handshake?
 */
static __always_inline bool flow_gives_way(const struct levee_flow *f, const struct packet *p)
{
	return f->flags & LEVEE_FLOW_REOPENED && (p->seg.flags & (TCP_ACK | TCP_SYN | TCP_RST)) == TCP_ACK &&
	       p->seg.ack != levee_flow_cookie_ack(f);
}

/* The flow that is remembered so goes: what comes in its place is of the same tuple. */
static __noinline int flow_replaced(const struct run *run, const struct packet *p)
{
	struct levee_flow *f;
	__u32 index;

	f = flow_find(run, p, &index);
	if (f)
		flow_remove(run, f, index, levee_tag_of_hash(p->hash), LEVEE_C_FLOW_REUSED, LEVEE_ENDED_REUSED);
	return 0;
}

static __always_inline int reason_of_tracked(const struct packet *p, enum levee_tracked tracked)
{
	if (is_syn(p))
		return LEVEE_PASS_FLOW_SYN;
	if (tracked < LEVEE_TRACKED_OUTSIDE)
		return LEVEE_PASS_FLOW;
	if (tracked == LEVEE_TRACKED_OUTSIDE)
		return LEVEE_PASS_FLOW_OUT_OF_WINDOW;
	return tracked == LEVEE_TRACKED_PAWS ? LEVEE_PASS_FLOW_PAWS : LEVEE_PASS_FLOW_SUSPECT;
}

/*
 * This host has said by another SYN-ACK that it did not take the third ACK. While its accept queue is full it does not take
 * the next one either (tcp_v4_syn_recv_sock).
 */
static __always_inline bool flow_waits_for_accept(struct xdp_md *ctx, const struct run *run, const struct levee_flow *f,
						  const struct packet *p)
{
	struct levee_service *s;
	__u32 index;

	if (f->end[LEVEE_LOCAL].state != LEVEE_TCP_SYN_RECEIVED || p->seg.flags & (TCP_SYN | TCP_RST))
		return false;
	s = service_find(&p->tuple, &index);
	return s && accept_queue_still_full(ctx, run, &p->tuple, service_owner(s, &index));
}

/* Of a tracked connection? Then it goes to the stack, whatever the flow thinks of it. */
static __always_inline int ingress_flow(struct xdp_md *ctx, const struct run *run, struct packet *p)
{
	struct tcp_options o = {};
	struct levee_flow *f;
	__u32 index;

	f = flow_find(run, p, &index);
	if (!f)
		return GO_ON;
	if (flow_gives_way(f, p)) {
		p->replaces = 1;
		return GO_ON;
	}
	if (flow_reopens(f, p)) {
		if (f->began == LEVEE_BEGAN_COOKIE) {
			f->flags |= LEVEE_FLOW_REOPENED;
			p->replaces = 1;
			return GO_ON;
		}
		flow_remove(run, f, index, levee_tag_of_hash(p->hash), LEVEE_C_FLOW_REUSED, LEVEE_ENDED_REUSED);
		return GO_ON;
	}
	if (p->seg.flags & TCP_SYN) {
		options_xdp(ctx, p, &o);
		segment_take_options(&p->seg, &o);
	}
	if (flow_waits_for_accept(ctx, run, f, p))
		return LEVEE_PASS_FLOW;
	return reason_of_tracked(p, track(run, f, index, p, LEVEE_REMOTE));
}

/* --- known to the kernel, not to levee */

/* In place of a side: no segment brought it up. */
#define NOBODY 2

/*
 * A flow whose beginning was not seen, from this host's socket; then moved by the segment, if `sender` sent one. `was`: the
 * states of the half-open entry that was there, or 0.
 */
static __noinline int flow_adopt(const struct run *run, const struct packet *p, const struct levee_socket *k,
				 __u32 sender, __u32 was)
{
	struct levee_flow *f;
	__u32 slot;

	f = flow_new(run, &p->tuple, p->hash, was ? LEVEE_BEGAN_HANDSHAKE : LEVEE_BEGAN_ADOPTED, &slot);
	if (!f)
		return 0;
	levee_flow_adopt(f, k);
	if (sender != NOBODY && track_segment(f, &p->seg, sender) < LEVEE_TRACKED_OUTSIDE)
		flow_count(f, p, sender & 1);
	flow_publish(run, f, p->hash, slot, was);
	return 0;
}

/* May the kernel be asked about one more stranger to the service at `index`, in cookie mode? */
static __always_inline bool may_ask(const struct run *run, __u32 index)
{
	struct levee_service_counts *c = service_counts_at(index);
	__u32 tick = run->now_ms >> LEVEE_ASKS_SHIFT;

	if (!c)
		return true;
	if (c->asks_tick != tick) {
		c->asks_tick = tick;
		c->asks = 0;
	}
	if (c->asks >= LEVEE_ASKS_MAX) {
		count(run, LEVEE_C_STRANGER_UNASKED);
		return false;
	}
	c->asks++;
	return true;
}

/* Asks the kernel about a stranger. A function for its stack. The states of the half-open entry that `p` does not fit in `was`, or 0. */
static __noinline int ingress_adopt(struct xdp_md *ctx, const struct run *run, const struct packet *p, __u32 was)
{
	struct bpf_sock *sk = kernel_socket(ctx, &p->tuple);
	struct levee_socket k = {};
	__u32 state;

	if (!sk)
		return GO_ON;
	state = sk->state;
	socket_read(&k, sk);
	bpf_sk_release(sk);
	if (state == BPF_TCP_LISTEN || state == BPF_TCP_CLOSE)
		return GO_ON;
	if (state == BPF_TCP_NEW_SYN_RECV)
		return LEVEE_PASS_HALF_OPEN;
	flow_adopt(run, p, &k, LEVEE_REMOTE, was);
	return LEVEE_PASS_ADOPTED;
}

/* --- half-open */

/* The client of a flow whose handshake is complete; it has sent all before `seq` and acknowledges the SYN-ACK. */
static __always_inline void flow_open_client(struct levee_flow *f, __u32 seq, __u32 server_isn, bool scaled,
					     __u8 wscale)
{
	struct levee_end *client = &f->end[LEVEE_REMOTE];

	client->state = LEVEE_TCP_ESTABLISHED;
	client->flags = LEVEE_END_SEEN | LEVEE_END_ACK | LEVEE_END_SYN | (scaled ? LEVEE_END_SCALED : 0);
	client->wscale = wscale & 15;
	client->seq_end = seq;
	client->fin_end = seq;
	client->ack = server_isn + 1;
	client->win_end = server_isn + 1;
}

static __always_inline void flow_open_server(struct levee_flow *f, __u32 seq, __u32 server_isn, bool scaled,
					     __u8 wscale, __u32 window)
{
	struct levee_end *server = &f->end[LEVEE_LOCAL];

	server->state = LEVEE_TCP_SYN_RECEIVED;
	server->flags = LEVEE_END_SEEN | LEVEE_END_ACK | LEVEE_END_SYN | (scaled ? LEVEE_END_SCALED : 0);
	server->wscale = wscale & 15;
	server->seq_end = server_isn + 1;
	server->fin_end = server_isn + 1;
	server->ack = seq;
	server->win_end = seq + window;
}

/* The window that the SYN-ACK granted, rounded up. */
static __always_inline __u32 half_open_window(const struct levee_half_open *h)
{
	return h->server_window << 8 | 0xff;
}

static __always_inline __u32 half_open_states(const struct levee_half_open *h)
{
	return half_open_local_state(h) << 8 | LEVEE_TCP_SYN_SENT;
}

/* A flow out of a half-open entry whose SYN-ACK and third ACK have both been seen; NULL where there is no room. */
static __always_inline struct levee_flow *flow_of_half_open(const struct run *run, const struct levee_half_open *h,
							    __u32 seq, __u32 hash, __u32 *slot)
{
	bool scaled = h->options & LEVEE_OPT_WSCALE && h->flags & LEVEE_HO_SERVER_WSCALE;
	struct levee_flow *f = flow_new(run, &h->tuple, hash, LEVEE_BEGAN_HANDSHAKE, slot);

	if (!f)
		return NULL;
	flow_open_client(f, seq, h->server_isn, scaled, h->wscale);
	flow_open_server(f, seq, h->server_isn, scaled, h->server_wscale, half_open_window(h));
	if (!(h->flags & LEVEE_HO_CLIENT_KNOWN))
		f->end[LEVEE_REMOTE].flags &= ~LEVEE_END_SYN;
	f->born_ms = h->born_ms;
	f->end[LEVEE_LOCAL].syn_repeats = h->synack_repeats;
	f->end[LEVEE_REMOTE].syn_repeats = h->syn_repeats;
	return f;
}

/* The third ACK: the half-open entry becomes a flow. */
static __always_inline int half_open_complete(const struct run *run, const struct packet *p, struct levee_half_open *h,
					      __u32 index)
{
	/* Which of several SYN-ACKs is acknowledged nobody knows (Karn's algorithm, RFC 6298 section 3). */
	__u32 rtt_us = h->synack_repeats ? 0 : clock_us() - h->synack_us, service = h->service, slot;
	struct levee_flow *f;

	/* Not the number of this segment: it may have overtaken others. */
	f = flow_of_half_open(run, h, h->client_isn + 1, p->hash, &slot);
	if (f) {
		f->rtt_us = rtt_us;
		track_segment(f, &p->seg, LEVEE_REMOTE);
		flow_count(f, p, LEVEE_REMOTE);
		flow_publish(run, f, p->hash, slot, half_open_states(h));
	}
	if (half_open_remove(run, h, index, levee_tag_of_hash(p->hash), LEVEE_C_HALF_OPEN_DONE, LEVEE_ENDED_NOT))
		roundtrip_count(run, service, rtt_us);
	return LEVEE_PASS_HANDSHAKE;
}

/* Is the service of a half-open entry answering by cookies? `owner` counts for it. */
static __always_inline bool half_open_in_cookie_mode(const struct run *run, const struct levee_half_open *h)
{
	struct levee_service *owner = service_at(h->service);

	return owner && service_in_cookie_mode(run, owner, owner);
}

/* Clients repeat a SYN after 1, 1, 1, 1, 1, 2, 4 s (net.ipv4.tcp_syn_linear_timeouts): twice as often is let through. */
#define SYN_REPEATS_FREE 3
#define SYN_REPEAT_SHIFT 9 /* one more each 512 ms */

static __always_inline int half_open_syn(struct xdp_md *ctx, const struct run *run, const struct packet *p,
					 struct levee_half_open *h)
{
	__u32 allowed = SYN_REPEATS_FREE + ((run->now_ms - h->born_ms) >> SYN_REPEAT_SHIFT);
	struct tcp_options o = {};

	if (h->syn_repeats != 0xff)
		h->syn_repeats++;
	/* The kernel has dropped the first one: perhaps because nobody accept()s (tcp_conn_request). */
	if (!(h->flags & LEVEE_HO_SYNACK))
		accept_queue_watch(ctx, run, &p->tuple, service_at(h->service));
	if (h->syn_repeats > allowed && half_open_in_cookie_mode(run, h))
		return LEVEE_DROP_SYN_REPEATED;
	/* Another window scale: nobody can say which SYN the server answers. */
	options_xdp(ctx, p, &o);
	if (p->seg.seq == h->client_isn && ((o.present ^ h->options) & LEVEE_OPT_WSCALE || o.wscale != h->wscale))
		h->flags &= ~LEVEE_HO_CLIENT_KNOWN;
	return LEVEE_PASS_SYN_REPEATED;
}

/*
 * A segment that does not complete the handshake as it was watched. The kernel may know better: the SYN-ACK may
 * have left by another interface, or the server may have sent data before the third ACK (TCP Fast Open).
 */
static __always_inline int half_open_misfit(struct xdp_md *ctx, const struct run *run, const struct packet *p,
					    struct levee_half_open *h, __u32 index)
{
	bool drop = half_open_in_cookie_mode(run, h);
	int reason;

	if (drop && !may_ask(run, h->service))
		return LEVEE_DROP_HALF_OPEN;
	reason = ingress_adopt(ctx, run, p, half_open_states(h));
	if (reason == LEVEE_PASS_ADOPTED) {
		half_open_remove(run, h, index, levee_tag_of_hash(p->hash), LEVEE_C_HALF_OPEN_DONE, LEVEE_ENDED_NOT);
		return reason;
	}
	if (reason == LEVEE_PASS_HALF_OPEN && !(h->flags & LEVEE_HO_SYNACK))
		return reason;
	return drop ? LEVEE_DROP_HALF_OPEN : LEVEE_PASS_HALF_OPEN;
}

/* RFC 9293 section 3.10.7.4 second: in SYN_RECEIVED only the number that is expected next resets. */
static __always_inline int half_open_reset(const struct run *run, const struct packet *p, struct levee_half_open *h,
					   __u32 index)
{
	if (p->seg.seq == h->client_isn + 1)
		half_open_remove(run, h, index, levee_tag_of_hash(p->hash), LEVEE_C_HALF_OPEN_RESET,
				 LEVEE_ENDED_RESET_REMOTE);
	else if (half_open_in_cookie_mode(run, h))
		return LEVEE_DROP_HALF_OPEN;
	return LEVEE_PASS_HALF_OPEN;
}

/*
 * An ACK of the client, and no SYN-ACK has been seen to leave: with one CPU at XDP and another at TC the third ACK may come
 * first. What it acknowledges is remembered, and believed when a SYN-ACK says the same (half_open_synack).
 */
static __always_inline void half_open_note_ack(const struct packet *p, struct levee_half_open *h)
{
	if (h->flags & LEVEE_HO_SYNACK || !(p->seg.flags & TCP_ACK) || p->seg.flags & TCP_SYN ||
	    p->seg.seq != h->client_isn + 1)
		return;
	h->server_isn = p->seg.ack - 1;
	h->server_window = p->seg.window >> 8; /* until the SYN-ACK brings its own */
	h->flags |= LEVEE_HO_ACKED;
}

/* Of a half-open connection? */
static __always_inline int ingress_half_open(struct xdp_md *ctx, const struct run *run, const struct packet *p)
{
	struct levee_half_open *h;
	__u32 index;

	if (!READ_ONCE(run->runtime->half_open))
		return GO_ON;
	h = half_open_find(run, p, &index);
	if (!h)
		return GO_ON;
	if (is_syn(p))
		return half_open_syn(ctx, run, p, h);
	if (p->seg.flags & TCP_RST)
		return half_open_reset(run, p, h, index);
	if (p->seg.flags & TCP_SYN || !(h->flags & LEVEE_HO_SYNACK) || p->seg.ack != h->server_isn + 1 ||
	    p->seg.seq - h->client_isn - 1 > half_open_window(h)) {
		half_open_note_ack(p, h);
		return half_open_misfit(ctx, run, p, h, index);
	}
	/* The kernel drops this ACK, and the connection stays in its SYN queue. */
	if (accept_queue_still_full(ctx, run, &p->tuple, service_at(h->service)))
		return LEVEE_PASS_HALF_OPEN;
	return half_open_complete(run, p, h, index);
}

/* A new SYN to a known service in calm: remembered, and on to the stack. */
static __always_inline int half_open_begin(struct xdp_md *ctx, const struct run *run, const struct packet *p,
					   __u32 service)
{
	struct levee_half_open *h;
	struct tcp_options o = {};
	__u32 index;

	h = half_open_new(run, p, service, &index);
	if (!h)
		return GO_ON;
	options_xdp(ctx, p, &o);
	h->client_isn = p->seg.seq;
	h->options = o.present;
	h->wscale = o.wscale;
	h->flags = LEVEE_HO_CLIENT_KNOWN;
	half_open_publish(run, p, h, index);
	return LEVEE_PASS_SYN;
}

/* A service in cookie mode whose listener has just been found with a full accept queue: a cookie now would come to nothing. */
#define ACCEPT_QUEUE_FULL_MS 100

static __always_inline bool accept_queue_full(const struct run *run, const struct levee_service *owner)
{
	return owner->full_ms && run->now_ms - owner->full_ms < ACCEPT_QUEUE_FULL_MS;
}

static __always_inline int ingress_syn(struct xdp_md *ctx, const struct run *run, const struct packet *p)
{
	struct levee_service_counts *counts;
	struct levee_service *s, *owner;
	__u32 index;

	if (!is_syn(p))
		return GO_ON;
	s = service_find(&p->tuple, &index);
	if (!s || s->flags & (LEVEE_SVC_GONE | LEVEE_SVC_FORWARDED))
		return LEVEE_PASS_SYN_NO_SERVICE;
	counts = service_counts_at(index);
	if (counts)
		counts->syns++;
	service_asked_for(run, s, index);
	owner = service_owner(s, &index);
	if (owner->full_since_ms)
		accept_queue_watch(ctx, run, &p->tuple, owner);
	if (service_wants_cookie(run, s, owner))
		return accept_queue_full(run, owner) ? LEVEE_DROP_ACCEPT_QUEUE :
						       cookie_send(ctx, run, p, s, owner, index);
	if (p->replaces)
		flow_replaced(run, p);
	if (half_open_begin(ctx, run, p, index) != GO_ON)
		return LEVEE_PASS_SYN;
	count(run, LEVEE_C_HALF_OPEN_FULL);
	if (run->settings->cookies == LEVEE_COOKIES_NEVER || service_excused(s))
		return LEVEE_PASS_SYN_UNTRACKED;
	return cookie_send(ctx, run, p, s, owner, index);
}

/* --- a cookie comes back */

static __always_inline void cookie_validated(const struct run *run, __u32 index, __u32 epoch)
{
	struct levee_service_counts *c = service_counts_at(index);

	count(run, LEVEE_C_COOKIE_VALID);
	WRITE_ONCE(run->runtime->pending_ms, stamp_ms(run));
	if (!c)
		return;
	c->cookies_valid++;
	in_flight_add(c, epoch, 0, 1); /* perhaps on another CPU than the one that sent it: only sums mean something */
}

/* The flow of a validated cookie. levee_accept finds the mark and makes the socket. */
static __always_inline int cookie_flow(const struct run *run, const struct packet *p, __u16 co, __u8 server_wscale)
{
	struct levee_flow *f;
	__u32 slot;

	if (p->replaces)
		flow_replaced(run, p);
	f = flow_new(run, &p->tuple, p->hash, LEVEE_BEGAN_COOKIE, &slot);
	if (!f)
		return LEVEE_DROP_COOKIE_NO_ROOM;
	flow_open_client(f, p->seg.seq, p->seg.ack - 1, co & LEVEE_CO_HAS_WSCALE, LEVEE_CO_WSCALE(co));
	flow_open_server(f, p->seg.seq, p->seg.ack - 1, co & LEVEE_CO_HAS_WSCALE, server_wscale, 0xffff);
	track_segment(f, &p->seg, LEVEE_REMOTE);
	flow_count(f, p, LEVEE_REMOTE);
	f->flags |= LEVEE_FLOW_PENDING;
	f->cookie.options = co;
	flow_publish(run, f, p->hash, slot, 0);
	return LEVEE_PASS_COOKIE;
}

/* The options that the cookie of an ACK carries, or negative where there is none that this host made in `epoch` or the one before. */
__noinline int cookie_check(struct xdp_md *ctx, const struct packet *p, __u32 epoch, __u32 server_wscale)
{
	struct levee_secrets *secret;
	struct levee_cookie cookie;
	struct tcp_options o = {};
	__u32 zero = 0;
	__u16 co;

	secret = bpf_map_lookup_elem(&secrets, &zero);
	if (!secret || !p)
		return -1;
	options_xdp_here(ctx, p, &o);
	cookie.isn = p->seg.ack - 1;
	cookie.tsval = o.tsecr;
	if (!levee_cookie_check(&secret->cookie, &p->tuple, p->seg.seq - 1, epoch, cookie, !!(o.present & LEVEE_OPT_TS),
				server_wscale, &co))
		return -1;
	return co;
}

/* Does an ACK without a flow carry a cookie? Hashes only while this service has cookies in flight. */
static __always_inline int ingress_cookie(struct xdp_md *ctx, const struct run *run, const struct packet *p,
					  const struct levee_service *s, const struct levee_service *owner, __u32 index)
{
	struct levee_cookie cookie = { .isn = p->seg.ack - 1 };
	__u8 wscale = s->profile.wscale;
	__u32 epoch;
	int co;

	epoch = clock_epoch(run->settings);
	if (!owner->cookie_epoch || epoch - owner->cookie_epoch > 1)
		return GO_ON;
	if ((p->seg.flags & (TCP_ACK | TCP_SYN | TCP_RST)) != TCP_ACK)
		return GO_ON;
	co = cookie_check(ctx, p, epoch, wscale);
	if (co < 0) {
		count(run, LEVEE_C_COOKIE_INVALID);
		return GO_ON;
	}
	cookie_validated(run, index, levee_cookie_epoch(cookie, epoch));
	return cookie_flow(run, p, co, wscale);
}

/* --- of nobody */

static __always_inline int reason_of_stranger(const struct packet *p)
{
	return (p->seg.flags & (TCP_ACK | TCP_SYN | TCP_RST | TCP_FIN)) == TCP_ACK ? LEVEE_DROP_BAD_COOKIE :
										     LEVEE_DROP_NO_FLOW;
}

/* No flow, not half-open, no SYN. */
static __always_inline int ingress_stranger(struct xdp_md *ctx, const struct run *run, const struct packet *p)
{
	struct levee_service *s, *owner;
	bool drop = false;
	__u32 index;
	int reason;

	s = service_find(&p->tuple, &index);
	if (s) {
		owner = service_owner(s, &index);
		reason = ingress_cookie(ctx, run, p, s, owner, index);
		if (reason != GO_ON)
			return reason;
		drop = service_in_cookie_mode(run, s, owner);
	}
	if (drop && !may_ask(run, index))
		return reason_of_stranger(p);
	reason = ingress_adopt(ctx, run, p, 0);
	if (reason != GO_ON)
		return reason;
	return drop ? reason_of_stranger(p) : LEVEE_PASS_NO_FLOW;
}

#endif
