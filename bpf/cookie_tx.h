/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cookie_tx.h - a SYN becomes its own cookie SYN-ACK, in place: same frame, same length.
 *
 * The reply offers what the server itself offers (levee_profile) of what the client asked for, so it is
 * never longer than the SYN. The IP length says where it ends; what is left of the frame is zeroed.
 * Nothing is stored but counts. Never bpf_xdp_adjust_*: levee must load under libxdp's dispatcher.
 */
#ifndef BPF_COOKIE_TX_H
#define BPF_COOKIE_TX_H

#include "checksum.h"
#include "service.h"

#define ZERO_CHUNK 64
#define REPLY_WORDS 10 /* TCP header without the ports, and 20 bytes of options, is 9; with ports 10 */

static const __u8 zeros[ZERO_CHUNK];

/* What the client asked for and the server grants, as a cookie keeps it. */
static __always_inline __u16 cookie_offer(const struct packet *p, const struct tcp_options *o,
					  const struct levee_profile *server)
{
	__u8 granted = o->present & server->options;
	__u16 mss = o->present & LEVEE_OPT_MSS ? o->mss :
						 0; /* without the option: the smallest, RFC 9293 section 3.7.1 */
	__u16 co = levee_mss_class(mss, p->is_v4);

	if (granted & LEVEE_OPT_WSCALE)
		co |= LEVEE_CO_HAS_WSCALE | o->wscale << 3;
	if (granted & LEVEE_OPT_SACK)
		co |= LEVEE_CO_SACK;
	if (granted & LEVEE_OPT_TS)
		co |= LEVEE_CO_TS;
	if (granted & LEVEE_OPT_ECN)
		co |= LEVEE_CO_ECN;
	return levee_cookie_options(co);
}

/* Writes the options of the SYN-ACK as words; returns how many. The layouts are those of Linux. */
static __always_inline __u32 cookie_reply_options(__u32 *w, const struct tcp_options *o,
						  const struct levee_profile *server, __u16 co, __u32 tsval)
{
	__u32 n = 0;

	if (o->present & LEVEE_OPT_MSS)
		w[n++] = WORD_MSS(server->mss);
	if (co & LEVEE_CO_TS) {
		w[n++] = co & LEVEE_CO_SACK ? WORD_SACK_TS : WORD_NOP_TS;
		w[n++] = bpf_htonl(tsval);
		w[n++] = bpf_htonl(o->tsval);
	} else if (co & LEVEE_CO_SACK) {
		w[n++] = WORD_NOP_SACK;
	}
	if (co & LEVEE_CO_HAS_WSCALE)
		w[n++] = WORD_NOP_WSCALE(server->wscale);
	return n;
}

static __always_inline void swap_ethernet(struct ethhdr *eth)
{
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
}

/* Both return where the TCP header goes. */
static __always_inline void *reply_ipv4(struct span at, const struct packet *p, const struct levee_profile *server,
					__u32 tcp_len)
{
	struct iphdr *ip = at.data + (p->l3_offset & TCP_OFFSET_MAX);
	__u32 *w = (__u32 *)ip;

	if ((void *)(ip + 1) > at.data_end)
		return NULL;
	ip->ihl = sizeof(*ip) / 4;
	ip->tos = server->tos;
	ip->tot_len = bpf_htons(sizeof(*ip) + tcp_len);
	ip->id = 0;
	ip->frag_off = bpf_htons(0x4000); /* don't fragment: the identification may be 0, RFC 6864 */
	ip->ttl = server->ttl;
	ip->check = 0;
	ip->saddr = p->tuple.local.d[3];
	ip->daddr = p->tuple.remote.d[3];
	ip->check = csum_fold((__u64)w[0] + w[1] + w[2] + w[3] + w[4]);
	return ip + 1;
}

static __always_inline void *reply_ipv6(struct span at, const struct packet *p, const struct levee_profile *server,
					__u32 tcp_len)
{
	struct ipv6hdr *ip = at.data + (p->l3_offset & TCP_OFFSET_MAX);

	if ((void *)(ip + 1) > at.data_end)
		return NULL;
	*(__be32 *)ip = bpf_htonl(6U << 28 | (__u32)server->tos << 20);
	ip->payload_len = bpf_htons(tcp_len);
	ip->nexthdr = IPPROTO_TCP;
	ip->hop_limit = server->ttl;
	__builtin_memcpy(&ip->saddr, &p->tuple.local, 16);
	__builtin_memcpy(&ip->daddr, &p->tuple.remote, 16);
	return ip + 1;
}

#define PADDING 6 /* bytes behind IPv4 and TCP headers without options in the shortest frame */

static __always_inline bool zero_padding(struct span frame, __u32 at, __u32 end)
{
	__u16 *to = frame.data + (at & TCP_OFFSET_MAX);

	if (end - at != PADDING || (void *)to + PADDING > frame.data_end)
		return false;
	to[0] = 0;
	to[1] = 0;
	to[2] = 0;
	return true;
}

/* Zeroes the frame from `at` to its end. */
static __always_inline void zero_tail(struct xdp_md *ctx, __u32 at, __u32 end)
{
	if (at == end || zero_padding(xdp_span(ctx), at, end))
		return;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < LEVEE_COOKIE_SYN_MAX / ZERO_CHUNK; i++) {
		__u32 left = end - at;

		if (at >= end)
			return;
		left = left > ZERO_CHUNK ? ZERO_CHUNK : left;
		/* Not zero, and the verifier of Linux 6.1 shall see it. */
		if (bpf_xdp_store_bytes(ctx, at, (void *)zeros, ((left - 1) & (ZERO_CHUNK - 1)) + 1))
			return;
		at += left;
	}
}

/* Adds up the words and writes them; false where they do not fit the frame. */
static __always_inline bool reply_words(void *at, void *data_end, const __u32 *w, __u32 words, __u64 *sum)
{
	__u32 *to = at;

	/* Not `break`: so the loop unrolls, and every index of w is a constant. */
#pragma unroll
	for (__u32 i = 0; i < REPLY_WORDS; i++) {
		if (i < words) {
			if ((void *)(to + i + 1) > data_end)
				return false;
			to[i] = w[i];
			*sum += w[i];
		}
	}
	return true;
}

/* What a reply says. */
struct reply {
	struct levee_profile server;
	struct tcp_options client;
	struct levee_cookie cookie;
	__u16 options; /* packed, levee/cookie.h */
	__u16 pad;
};

/* Turns the frame into the SYN-ACK. False, with the frame spoilt, only where lengths lied. */
static __always_inline bool cookie_reply(struct xdp_md *ctx, const struct packet *p, const struct reply *r)
{
	__u32 w[REPLY_WORDS] = {}, words, tcp_len, l3_len;
	struct span at = xdp_span(ctx);
	__u64 sum;
	void *tcp;

	if (at.data + sizeof(struct ethhdr) > at.data_end)
		return false;
	words = 5 + cookie_reply_options(&w[5], &r->client, &r->server, r->options, r->cookie.tsval);
	tcp_len = words * 4;
	w[0] = (__u32)p->tuple.lport | (__u32)p->tuple.rport << 16;
	w[1] = bpf_htonl(r->cookie.isn);
	w[2] = bpf_htonl(p->seg.seq + 1);
	w[3] = bpf_htonl(words << 28 | (TCP_SYN | TCP_ACK | (r->options & LEVEE_CO_ECN ? TCP_ECE : 0)) << 16 |
			 r->server.window);
	if (p->is_v4) {
		tcp = reply_ipv4(at, p, &r->server, tcp_len);
		l3_len = sizeof(struct iphdr);
	} else {
		tcp = reply_ipv6(at, p, &r->server, tcp_len);
		l3_len = sizeof(struct ipv6hdr);
	}
	if (!tcp)
		return false;
	sum = csum_pseudo(&p->tuple, tcp_len);
	if (!reply_words(tcp, at.data_end, w, words, &sum))
		return false;
	((struct tcp_header *)tcp)->check = csum_fold(sum);
	swap_ethernet(at.data);
	zero_tail(ctx, p->l3_offset + l3_len + tcp_len, p->frame_len);
	return true;
}

/* A cookie of this epoch goes out: every later ACK to the listener is worth a look, and it counts as half-open. */
static __always_inline void cookie_count(const struct run *run, struct levee_service *owner, __u32 index, __u32 epoch)
{
	struct levee_service_counts *c = service_counts_at(index);

	count(run, LEVEE_C_COOKIE_SENT);
	if (READ_ONCE(owner->cookie_epoch) != epoch)
		WRITE_ONCE(owner->cookie_epoch, epoch);
	if (READ_ONCE(run->runtime->cookie_epoch) != epoch) {
		WRITE_ONCE(run->runtime->cookie_epoch, epoch);
		/* The next tick will count them; until then it is known that there are some. */
		if (!READ_ONCE(run->runtime->in_flight))
			WRITE_ONCE(run->runtime->in_flight, 1);
	}
	if (!c)
		return;
	c->cookies_sent++;
	in_flight_add(c, epoch, 1, 0);
}

/* No reply to multicast, broadcast, loopback, the unspecified address or ourselves: the stack would not send one either. */
static __always_inline bool source_plausible(const struct packet *p)
{
	const union levee_addr *a = &p->tuple.remote;
	__u8 first = a->b[12];

	if (p->is_v4)
		return a->d[3] != p->tuple.local.d[3] && first != 0 && first != 127 && first < 224;
	return a->b[0] != 0xff && (a->w[0] != p->tuple.local.w[0] || a->w[1] != p->tuple.local.w[1]) &&
	       (a->w[0] || a->w[1] & ~bpf_cpu_to_be64(1));
}

/*
 * Answers a SYN by a cookie of this epoch, or says why not: a reason. A function of its own for the verifier, and one only:
 * where the kernel guards returns against speculation (AMD's SRSO), each costs dozens of instructions.
 */
__noinline int cookie_answer(struct xdp_md *ctx, const struct packet *p, const struct levee_profile *server,
			     __u32 epoch)
{
	struct levee_secrets *secret;
	struct reply r = {};
	__u32 zero = 0;

	if (!p || !server)
		return LEVEE_PASS_SYN_UNTRACKED;
	if (p->frame_len > LEVEE_COOKIE_SYN_MAX)
		return LEVEE_DROP_SYN_TOO_LONG;
	if (!source_plausible(p))
		return LEVEE_DROP_BAD_ADDRESS;
	if (!checksums_ok(ctx, p))
		return LEVEE_DROP_CHECKSUM;
	secret = bpf_map_lookup_elem(&secrets, &zero);
	if (!secret)
		return LEVEE_PASS_SYN_UNTRACKED;
	options_xdp_here(ctx, p, &r.client);
	if (r.client.present & LEVEE_OPT_SIGNED)
		return LEVEE_PASS_SYN_SIGNED;
	r.server = *server;
	r.options = cookie_offer(p, &r.client, &r.server);
	r.cookie = levee_cookie_make(&secret->cookie, &p->tuple, p->seg.seq, epoch, r.options, r.server.wscale);
	return cookie_reply(ctx, p, &r) ? LEVEE_TX_COOKIE : LEVEE_DROP_TCP_LENGTH;
}

/* Answers a SYN to `s` by a cookie, or says why not. `owner`, at `index`, counts for it. */
static __always_inline int cookie_send(struct xdp_md *ctx, const struct run *run, const struct packet *p,
				       const struct levee_service *s, struct levee_service *owner, __u32 index)
{
	struct levee_profile server = s->profile;
	__u32 epoch = clock_epoch(run->settings);
	int reason = cookie_answer(ctx, p, &server, epoch);

	if (reason == LEVEE_TX_COOKIE)
		cookie_count(run, owner, index, epoch);
	return reason;
}

#endif
