/* SPDX-License-Identifier: GPL-2.0 */
/*
 * accept.h - TC ingress: a validated cookie gets its socket.
 *
 * XDP has left a mark in the flow (LEVEE_FLOW_PENDING). Here the listener is looked up and
 * bpf_sk_assign_tcp_reqsk (Linux 6.9, net/core/filter.c) gives the segment a request socket that says
 * what was negotiated; the stack does the rest. The mark stays until the server answers, so that a
 * segment that found the accept queue full is tried again.
 */
#ifndef BPF_ACCEPT_H
#define BPF_ACCEPT_H

#include "ingress.h"

/* As in include/net/tcp.h. Timestamps in host order. */
struct bpf_tcp_req_attrs {
	__u32 rcv_tsval;
	__u32 rcv_tsecr;
	__u16 mss;
	__u8 rcv_wscale;
	__u8 snd_wscale;
	__u8 ecn_ok;
	__u8 wscale_ok;
	__u8 sack_ok;
	__u8 tstamp_ok;
	__u8 usec_ts_ok;
	__u8 reserved[3];
};

extern int bpf_sk_assign_tcp_reqsk(struct __sk_buff *skb, struct sock *sk, struct bpf_tcp_req_attrs *attrs,
				   int attrs__sz) __ksym __weak;

static __always_inline void accept_attributes(struct __sk_buff *skb, struct bpf_tcp_req_attrs *a,
					      const struct levee_flow *f, const struct packet *p)
{
	__u16 co = f->cookie.options;
	struct tcp_options o = {};

	options_skb(skb, p, &o);
	__builtin_memset(a, 0, sizeof(*a));
	a->mss = levee_class_mss(LEVEE_CO_MSS(co), p->is_v4);
	if (co & LEVEE_CO_HAS_WSCALE) {
		a->wscale_ok = 1;
		a->snd_wscale = LEVEE_CO_WSCALE(co);
		a->rcv_wscale = f->end[LEVEE_LOCAL].wscale;
	}
	a->sack_ok = !!(co & LEVEE_CO_SACK);
	a->ecn_ok = !!(co & LEVEE_CO_ECN);
	if (co & LEVEE_CO_TS) {
		a->tstamp_ok = 1;
		a->rcv_tsval = o.tsval;
		a->rcv_tsecr = o.tsecr;
	}
}

#define SAME_BATCH_MS 100

#define NAPI_BUDGET 64

/* Is the accept queue so empty that the segments of one NAPI batch will not fill it? */
static __always_inline bool accept_queue_roomy(const struct sock *listener)
{
	__u32 now = listener->sk_ack_backlog, max = listener->sk_max_ack_backlog;

	return now + NAPI_BUDGET <= max || now * 4 <= max;
}

/*
 * Has a segment of this flow just been given its request, in the same batch perhaps? A batch passes TC as a
 * whole before the stack sees its first segment, so the listener is still what a lookup finds. A second request
 * would cost the segment: the stack finds the tuple taken and drops it. Without one, the stack's own lookup
 * finds the new socket. Only if the accept queue overflows in between there is none, and the client gets a RST.
 */
static __always_inline bool accept_under_way(const struct run *run, const struct levee_flow *f,
					     const struct sock *listener)
{
	return f->flags & LEVEE_FLOW_ASSIGNED && (__u16)(run->now_ms - f->cookie.assigned_ms) < SAME_BATCH_MS &&
	       accept_queue_roomy(listener);
}

/*
 * The kernel takes a request only where skb->protocol says IP. Of two VLAN tags the inner one still stands in the
 * packet here: the outer is put aside for the moment. Invalidates pointers into the packet.
 */
static __always_inline int assign_request(struct __sk_buff *skb, struct sock *listener, struct bpf_tcp_req_attrs *attrs)
{
	bool tagged = skb->vlan_present && is_vlan(skb->protocol);
	__u32 proto = skb->vlan_proto, tci = skb->vlan_tci;
	int error;

	if (tagged && bpf_skb_vlan_pop(skb))
		return -1;
	error = bpf_sk_assign_tcp_reqsk(skb, listener, attrs, sizeof(*attrs));
	if (tagged)
		bpf_skb_vlan_push(skb, proto, tci);
	return error;
}

/* Gives the segment its request. Returns 0, or the kernel's refusal. */
static __always_inline int accept_assign(struct __sk_buff *skb, const struct run *run, struct levee_flow *f,
					 const struct packet *p, struct sock *listener)
{
	struct bpf_tcp_req_attrs attrs;
	int error;

	if (accept_under_way(run, f, listener))
		return 0;
	accept_attributes(skb, &attrs, f, p);
	error = assign_request(skb, listener, &attrs);
	if (error)
		return error;
	if (!(f->flags & LEVEE_FLOW_ASSIGNED))
		count(run, LEVEE_C_COOKIE_SOCKET);
	f->flags |= LEVEE_FLOW_ASSIGNED;
	f->cookie.assigned_ms = run->now_ms;
	return 0;
}

/* No socket can be made here (a redirected port, another namespace's listener): from now on its SYNs go to the stack. */
static __always_inline void accept_refused(const struct run *run, const struct packet *p, bool for_good)
{
	struct levee_service_counts *c;
	struct levee_service *s;
	__u32 index;

	count(run, LEVEE_C_COOKIE_REFUSED);
	s = service_find(&p->tuple, &index);
	if (!s)
		return;
	if (for_good)
		s->flags |= LEVEE_SVC_REFUSED;
	service_owner(s, &index);
	c = service_counts_at(index);
	if (c)
		c->cookies_refused++;
}

/* Is the accept queue full, as the kernel sees it (sk_acceptq_is_full)? Then no more cookies for a moment. */
static __always_inline bool accept_finds_full(const struct run *run, const struct packet *p,
					      const struct sock *listener)
{
	struct levee_service *s;
	struct listener l = {};
	__u32 index;

	listener_read(&l, listener);
	if (!l.full)
		return false;
	s = service_find(&p->tuple, &index);
	if (s)
		accept_queue_seen(run, service_owner(s, &index), &l);
	return true;
}

/* No socket comes of this segment. The client thinks that it is connected, and will say so again. */
static __always_inline void accept_not_taken(const struct run *run, struct levee_flow *f)
{
	__u32 was = flow_states(f);

	levee_end_event(&f->end[LEVEE_LOCAL], LEVEE_EV_SENT_SYNACK_AGAIN);
	if (was != flow_states(f))
		flow_moved(run, f, was, f->ended);
}

#define ENETUNREACH 101

static __always_inline void accept_pending(struct __sk_buff *skb, const struct run *run, struct levee_flow *f,
					   const struct packet *p)
{
	struct bpf_sock *sk = kernel_socket(skb, &p->tuple);
	struct sock *listener;
	int error;

	if (!sk) {
		accept_refused(run, p, true);
		accept_not_taken(run, f);
		return;
	}
	if (sk->state != BPF_TCP_LISTEN) {
		levee_flow_answered(f);
	} else {
		WRITE_ONCE(run->runtime->pending_ms, stamp_ms(run));
		listener = (struct sock *)bpf_skc_to_tcp_sock(sk);
		error = listener ? accept_assign(skb, run, f, p, listener) : -1;
		if (error)
			accept_refused(run, p, !listener || error == -ENETUNREACH || listener_is_mptcp(listener));
		if (error || accept_finds_full(run, p, listener))
			accept_not_taken(run, f);
	}
	bpf_sk_release(sk);
}

static __always_inline void accept_segment(struct __sk_buff *skb, const struct run *run, const struct packet *p)
{
	struct levee_flow *f;
	__u32 index;

	if ((p->seg.flags & (TCP_ACK | TCP_SYN | TCP_RST)) != TCP_ACK)
		return;
	f = flow_find(run, p, &index);
	if (f && f->flags & LEVEE_FLOW_PENDING)
		accept_pending(skb, run, f, p);
}

/* A validation on another CPU may be a little ahead of this one's clock. */
#define CLOCK_SLACK_MS 1000

/* Has a cookie been validated so lately that its socket may still be missing? */
static __always_inline bool accept_has_work(const struct run *run)
{
	__u32 since = READ_ONCE(run->runtime->pending_ms);

	return since &&
	       run->now_ms - since + CLOCK_SLACK_MS <= run->settings->timeout_ms[LEVEE_T_PENDING] + CLOCK_SLACK_MS;
}

#endif
