/* SPDX-License-Identifier: GPL-2.0 */
/*
 * socket.h - this host's own sockets: finding the one of a tuple, and what the kernel knows of a connection. Fields of the
 * kernel's structures are found by CO-RE, so their layout here says nothing but names.
 */
#ifndef BPF_SOCKET_H
#define BPF_SOCKET_H

#include "events.h"

struct sock_common {
	unsigned short skc_family;
	__be32 skc_rcv_saddr;
	struct in6_addr skc_v6_rcv_saddr;
	__u32 skc_tw_rcv_nxt;
	__u32 skc_tw_snd_nxt;
} __attribute__((preserve_access_index));

struct sock {
	struct sock_common __sk_common;
	__u32 sk_max_ack_backlog;
	__u32 sk_ack_backlog;
} __attribute__((preserve_access_index));

struct tcp_options_received {
	__u32 ts_recent;
	__u16 tstamp_ok : 1, wscale_ok : 1, snd_wscale : 4, rcv_wscale : 4;
} __attribute__((preserve_access_index));

struct tcp_sock {
	__u32 rcv_nxt;
	__u32 rcv_wup;
	__u32 rcv_wnd;
	__u32 snd_nxt;
	__u32 snd_una;
	__u32 snd_wnd;
	__u32 write_seq;
	struct tcp_options_received rx_opt;
	bool is_mptcp;
} __attribute__((preserve_access_index));

struct inet_timewait_sock {
	struct sock_common __tw_common;
	volatile unsigned char tw_substate;
} __attribute__((preserve_access_index));

struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk;
	__u32 tw_rcv_wnd;
	__u32 tw_ts_recent;
} __attribute__((preserve_access_index));

struct inet_request_sock {
	__u16 snd_wscale : 4, rcv_wscale : 4, tstamp_ok : 1, wscale_ok : 1;
} __attribute__((preserve_access_index));

struct tcp_request_sock {
	struct inet_request_sock req;
	__u32 rcv_isn;
	__u32 snt_isn;
} __attribute__((preserve_access_index));

static __always_inline void socket_tuple(struct bpf_sock_tuple *out, const struct levee_tuple *t, __u32 *size)
{
	if (levee_addr_is_v4(&t->local)) {
		out->ipv4.saddr = t->remote.d[3];
		out->ipv4.daddr = t->local.d[3];
		out->ipv4.sport = t->rport;
		out->ipv4.dport = t->lport;
		*size = sizeof(out->ipv4);
	} else {
		__builtin_memcpy(out->ipv6.saddr, &t->remote, 16);
		__builtin_memcpy(out->ipv6.daddr, &t->local, 16);
		out->ipv6.sport = t->rport;
		out->ipv6.dport = t->lport;
		*size = sizeof(out->ipv6);
	}
}

/* The kernel's socket for a tuple, or its listener; to be released. `ctx` is of XDP or TC. */
static __always_inline struct bpf_sock *kernel_socket(void *ctx, const struct levee_tuple *t)
{
	struct bpf_sock_tuple tuple = {};
	__u32 size;

	socket_tuple(&tuple, t, &size);
	if (size == sizeof(tuple.ipv4))
		return bpf_skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	return bpf_skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
}

/* The kernel's TCP states (include/net/tcp_states.h) in ours. */
static __always_inline __u8 state_of_kernel(__u32 state)
{
	switch (state) {
	case BPF_TCP_ESTABLISHED:
		return LEVEE_TCP_ESTABLISHED;
	case BPF_TCP_SYN_SENT:
		return LEVEE_TCP_SYN_SENT;
	case BPF_TCP_SYN_RECV:
	case BPF_TCP_NEW_SYN_RECV:
		return LEVEE_TCP_SYN_RECEIVED;
	case BPF_TCP_FIN_WAIT1:
		return LEVEE_TCP_FIN_WAIT_1;
	case BPF_TCP_FIN_WAIT2:
		return LEVEE_TCP_FIN_WAIT_2;
	case BPF_TCP_TIME_WAIT:
		return LEVEE_TCP_TIME_WAIT;
	case BPF_TCP_CLOSE_WAIT:
		return LEVEE_TCP_CLOSE_WAIT;
	case BPF_TCP_LAST_ACK:
		return LEVEE_TCP_LAST_ACK;
	case BPF_TCP_CLOSING:
		return LEVEE_TCP_CLOSING;
	case BPF_TCP_LISTEN:
		return LEVEE_TCP_LISTEN;
	default:
		return LEVEE_TCP_CLOSED;
	}
}

/* A TIME_WAIT socket may stand for an orphan in FIN_WAIT_2 too (tw_substate). */
static __always_inline void socket_read_timewait(struct levee_socket *k, const struct tcp_timewait_sock *tw)
{
	k->known = 1;
	k->state = state_of_kernel(tw->tw_sk.tw_substate);
	k->snd_nxt = tw->tw_sk.__tw_common.skc_tw_snd_nxt;
	k->snd_una = k->snd_nxt;
	k->write_seq = k->snd_nxt;
	k->rcv_nxt = tw->tw_sk.__tw_common.skc_tw_rcv_nxt;
	k->rcv_wup = k->rcv_nxt;
	k->rcv_wnd = tw->tw_rcv_wnd;
	k->ts_recent = tw->tw_ts_recent;
	k->ts = !!k->ts_recent;
}

static __always_inline void socket_read_tcp(struct levee_socket *k, const struct tcp_sock *tp)
{
	k->known = 1;
	k->snd_una = tp->snd_una;
	k->snd_nxt = tp->snd_nxt;
	k->write_seq = tp->write_seq;
	k->snd_wnd = tp->snd_wnd;
	k->rcv_nxt = tp->rcv_nxt;
	k->rcv_wup = tp->rcv_wup;
	k->rcv_wnd = tp->rcv_wnd;
	k->snd_wscale = BPF_CORE_READ_BITFIELD(tp, rx_opt.snd_wscale);
	k->rcv_wscale = BPF_CORE_READ_BITFIELD(tp, rx_opt.rcv_wscale);
	/* In SYN_SENT nothing is agreed on: what was asked for counts. */
	k->scaled = k->state == LEVEE_TCP_SYN_SENT ? 1 : BPF_CORE_READ_BITFIELD(tp, rx_opt.wscale_ok);
	k->ts_recent = tp->rx_opt.ts_recent;
	k->ts = BPF_CORE_READ_BITFIELD(tp, rx_opt.tstamp_ok);
}

/* What the kernel knows of a connection; *k is zero. Of a request socket only the state. */
static __always_inline void socket_read(struct levee_socket *k, struct bpf_sock *sk)
{
	struct tcp_timewait_sock *tw;
	struct tcp_sock *tp;

	k->state = state_of_kernel(sk->state);
	if (k->state == LEVEE_TCP_TIME_WAIT) {
		tw = bpf_skc_to_tcp_timewait_sock(sk);
		if (tw)
			socket_read_timewait(k, tw);
		return;
	}
	tp = bpf_skc_to_tcp_sock(sk);
	if (tp)
		socket_read_tcp(k, tp);
}

#endif
