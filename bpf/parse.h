/* SPDX-License-Identifier: GPL-2.0 */
/*
 * parse.h - from a frame to a struct packet: Ethernet, up to two VLAN tags, IPv4 with options, IPv6 with
 * extension headers, TCP. Also the options of a SYN and the timestamps of any segment.
 *
 * parse() returns a reason (levee/reason.h) for what is not an ordinary TCP segment, or GO_ON.
 * Nothing here looks at tables.
 */
#ifndef BPF_PARSE_H
#define BPF_PARSE_H

#include "table.h"

/* A step's answer when it has no verdict. */
#define GO_ON LEVEE_REASON_COUNT

/* <linux/tcp.h> has the flags as bit-fields; levee masks them, so that ECN and AccECN bits never matter. */
struct tcp_header {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack;
	__u8 offset; /* data offset << 4 | reserved | AE */
	__u8 flags;
	__be16 window;
	__u16 check;
	__be16 urgent;
};

#define TCPOPT_END 0
#define TCPOPT_NOP 1
#define TCPOPT_MSS 2
#define TCPOPT_WSCALE 3
#define TCPOPT_SACK_PERMITTED 4
#define TCPOPT_TIMESTAMP 8
#define TCPOPT_MD5 19
#define TCPOPT_AO 29
#define TCP_OPTIONS_MAX 40

/* Option words as they stand in memory. */
#define WORD_MSS(mss) bpf_htonl(TCPOPT_MSS << 24 | 4 << 16 | (mss))
#define WORD_SACK_TS bpf_htonl(TCPOPT_SACK_PERMITTED << 24 | 2 << 16 | TCPOPT_TIMESTAMP << 8 | 10)
#define WORD_NOP_TS bpf_htonl(TCPOPT_NOP << 24 | TCPOPT_NOP << 16 | TCPOPT_TIMESTAMP << 8 | 10)
#define WORD_NOP_SACK bpf_htonl(TCPOPT_NOP << 24 | TCPOPT_NOP << 16 | TCPOPT_SACK_PERMITTED << 8 | 2)
#define WORD_SACK_END bpf_htonl(TCPOPT_SACK_PERMITTED << 24 | 2 << 16)
#define WORD_NOP_WSCALE(shift) bpf_htonl(TCPOPT_NOP << 24 | TCPOPT_WSCALE << 16 | 3 << 8 | (shift))

#define VLAN_DEPTH 2
#define IPV6_EXTENSIONS 6
#define IP_FRAGMENT_BITS 0x3fff /* more fragments, or an offset */

struct vlan_tag {
	__be16 tci;
	__be16 proto;
};

struct ipv6_ext {
	__u8 next;
	__u8 len;
	__be16 offset; /* of a fragment header */
};

/* packet.client_scale: what is known of the window scale that the client of a SYN-ACK has asked for. */
#define CLIENT_SCALE_UNKNOWN 0
#define CLIENT_SCALE_NONE 1
#define CLIENT_SCALE(shift) (2 + (shift))

/* One TCP segment: offsets into the frame, numbers in host order. No pointers, so that global functions can take it. */
struct packet {
	struct levee_tuple tuple;
	__u32 hash; /* of the tuple */
	__u32 frame_len; /* whole frame, also where it is not linear */
	__u32 l3_offset; /* of the IP header in the frame */
	__u32 l3_len; /* IP header with options, or with extension headers */
	__u32 tcp_offset; /* of the TCP header in the frame */
	__u32 tcp_len; /* header, bytes */
	__u8 is_v4;
	__u8 ttl; /* or hop limit */
	__u8 tos; /* or traffic class */
	union {
		__u8 client_scale; /* egress: of a SYN-ACK whose SYN a flow that was over has taken: CLIENT_SCALE_* */
		__u8 replaces; /* ingress: a flow that is only remembered stands in the way of this packet's connection */
	};
	struct levee_segment seg;
};

_Static_assert(sizeof(struct packet) == 96, "no hidden padding: it is zeroed by hand");

/* A TCP header can stand this far into a frame: Ethernet, tags, IPv6 and all extension headers that are followed. */
#define TCP_OFFSET_MAX 0xfff

/* Where a frame's linear part begins and ends. */
struct span {
	void *data;
	void *data_end;
};

static __always_inline struct span xdp_span(struct xdp_md *ctx)
{
	return (struct span){ (void *)(long)ctx->data, (void *)(long)ctx->data_end };
}

static __always_inline struct span skb_span(struct __sk_buff *skb)
{
	return (struct span){ (void *)(long)skb->data, (void *)(long)skb->data_end };
}

enum direction { INGRESS, EGRESS };

static __always_inline bool is_vlan(__be16 proto)
{
	return proto == bpf_htons(ETH_P_8021Q) || proto == bpf_htons(ETH_P_8021AD);
}

static __always_inline bool is_syn(const struct packet *p)
{
	return segment_is_syn(&p->seg);
}

static __always_inline bool is_synack(const struct packet *p)
{
	return segment_is_synack(&p->seg);
}

/* Walks to the transport header. Returns its protocol in *proto, adds the bytes walked over to *length. */
static __always_inline int parse_ipv6_extensions(void **cursor, void *data_end, __u8 *proto, __u32 *length)
{
#pragma clang loop unroll(disable)
	for (int i = 0; i <= IPV6_EXTENSIONS; i++) {
		struct ipv6_ext *ext = *cursor;
		__u32 len;

		switch (*proto) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
		case IPPROTO_AH:
		case IPPROTO_FRAGMENT:
			break;
		default:
			return GO_ON;
		}
		if (i == IPV6_EXTENSIONS)
			break;
		if ((void *)(ext + 1) > data_end)
			return LEVEE_DROP_IP_LENGTH;
		if (*proto == IPPROTO_FRAGMENT) {
			/* An atomic fragment (RFC 6946) is a whole packet. */
			if (ext->offset & bpf_htons(0xfff9))
				return LEVEE_PASS_FRAGMENT;
			len = 8;
		} else if (*proto == IPPROTO_AH) {
			len = (ext->len + 2) * 4;
		} else {
			len = (ext->len + 1) * 8;
		}
		*proto = ext->next;
		*cursor += len;
		*length += len;
	}
	return LEVEE_PASS_TOO_DEEP;
}

/* Steps of parse(): each moves *cursor behind its header and leaves in *length the bytes that IP vouches for. */
static __always_inline int parse_ipv4(struct packet *p, struct span at, void **cursor, enum direction dir,
				      __u32 *length)
{
	__u32 room = p->frame_len - p->l3_offset, header, total;
	struct iphdr *ip = *cursor;

	if ((void *)(ip + 1) > at.data_end)
		return LEVEE_DROP_IP_LENGTH;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (total == 0 && room > 0xffff) /* BIG TCP: the length does not fit the header */
		total = room;
	if (ip->version != 4 || header < sizeof(*ip) || total < header || total > room)
		return LEVEE_DROP_IP_LENGTH;
	if (ip->protocol != IPPROTO_TCP)
		return LEVEE_PASS_NOT_TCP;
	if (ip->frag_off & bpf_htons(IP_FRAGMENT_BITS))
		return LEVEE_PASS_FRAGMENT;
	p->is_v4 = 1;
	p->ttl = ip->ttl;
	p->tos = ip->tos;
	levee_addr_set_v4(dir == INGRESS ? &p->tuple.local : &p->tuple.remote, ip->daddr);
	levee_addr_set_v4(dir == INGRESS ? &p->tuple.remote : &p->tuple.local, ip->saddr);
	p->l3_len = header;
	*cursor += header;
	*length = total - header;
	return GO_ON;
}

static __always_inline int parse_ipv6(struct packet *p, struct span at, void **cursor, enum direction dir,
				      __u32 *length)
{
	__u32 room = p->frame_len - p->l3_offset, total, extensions = 0;
	struct ipv6hdr *ip = *cursor;
	__u8 proto;
	int reason;

	if ((void *)(ip + 1) > at.data_end || ip->version != 6)
		return LEVEE_DROP_IP_LENGTH;
	total = bpf_ntohs(ip->payload_len);
	if (total == 0 && room > 0xffff)
		total = room - sizeof(*ip);
	if (total + sizeof(*ip) > room)
		return LEVEE_DROP_IP_LENGTH;
	proto = ip->nexthdr;
	*cursor += sizeof(*ip);
	reason = parse_ipv6_extensions(cursor, at.data_end, &proto, &extensions);
	if (reason != GO_ON)
		return reason;
	if (proto != IPPROTO_TCP)
		return LEVEE_PASS_NOT_TCP;
	if (extensions > total)
		return LEVEE_DROP_IP_LENGTH;
	p->ttl = ip->hop_limit;
	p->tos = bpf_ntohl(*(__be32 *)ip) >> 20;
	__builtin_memcpy(dir == INGRESS ? &p->tuple.local : &p->tuple.remote, &ip->daddr, 16);
	__builtin_memcpy(dir == INGRESS ? &p->tuple.remote : &p->tuple.local, &ip->saddr, 16);
	/* ::ffff:a.b.c.d would be taken for an IPv4 flow, and no packet may carry it (as ip6_rcv_core). */
	if (levee_addr_is_v4(&p->tuple.local) || levee_addr_is_v4(&p->tuple.remote))
		return LEVEE_DROP_BAD_ADDRESS;
	p->l3_len = sizeof(*ip) + extensions;
	*length = total - extensions;
	return GO_ON;
}

/* The timestamp of a segment without SYN, where every common system puts it: first of all options. */
static __always_inline void parse_timestamp(struct packet *p, struct span at, const struct tcp_header *tcp)
{
	const __u32 *w = (const __u32 *)(tcp + 1);

	if (p->tcp_len < sizeof(*tcp) + 12 || p->seg.flags & TCP_SYN || (const void *)(w + 2) > at.data_end ||
	    w[0] != WORD_NOP_TS)
		return;
	p->seg.tsval = bpf_ntohl(w[1]);
	p->seg.options = LEVEE_OPT_TS;
}

/* `length` bytes of TCP stand at `tcp`. */
static __always_inline int parse_tcp(struct packet *p, struct span at, const struct tcp_header *tcp, __u32 length,
				     enum direction dir)
{
	if (length < sizeof(*tcp) || (void *)(tcp + 1) > at.data_end)
		return LEVEE_DROP_TCP_LENGTH;
	p->tcp_len = (tcp->offset >> 4) * 4;
	if (p->tcp_len < sizeof(*tcp) || p->tcp_len > length)
		return LEVEE_DROP_TCP_LENGTH;
	p->seg.payload = length - p->tcp_len;
	p->tuple.lport = dir == INGRESS ? tcp->dest : tcp->source;
	p->tuple.rport = dir == INGRESS ? tcp->source : tcp->dest;
	p->seg.seq = bpf_ntohl(tcp->seq);
	p->seg.ack = bpf_ntohl(tcp->ack);
	p->seg.window = bpf_ntohs(tcp->window);
	p->seg.flags = tcp->flags;
	parse_timestamp(p, at, tcp);
	p->tcp_offset = p->l3_offset + p->l3_len;
	p->hash = tuple_hash(&p->tuple);
	return GO_ON;
}

/* From the network header on, which stands at p->l3_offset. */
static __always_inline int parse_network(struct packet *p, struct span at, void *cursor, __be16 proto,
					 enum direction dir)
{
	__u32 length;
	int reason;

	if (proto == bpf_htons(ETH_P_IP))
		reason = parse_ipv4(p, at, &cursor, dir, &length);
	else if (proto == bpf_htons(ETH_P_IPV6))
		reason = parse_ipv6(p, at, &cursor, dir, &length);
	else if (is_vlan(proto))
		reason = LEVEE_PASS_TOO_DEEP;
	else
		reason = LEVEE_PASS_NOT_IP;
	return reason == GO_ON ? parse_tcp(p, at, cursor, length, dir) : reason;
}

/* *p is zero but for frame_len. */
static __always_inline int parse(struct packet *p, struct span at, enum direction dir)
{
	struct ethhdr *eth = at.data;
	void *cursor = eth + 1;
	__be16 proto;

	if (cursor > at.data_end)
		return LEVEE_PASS_NOT_IP;
	proto = eth->h_proto;
	p->l3_offset = sizeof(*eth);
#pragma unroll
	for (int i = 0; i < VLAN_DEPTH; i++) {
		struct vlan_tag *tag = cursor;

		if (!is_vlan(proto))
			break;
		if ((void *)(tag + 1) > at.data_end)
			return LEVEE_PASS_NOT_IP;
		proto = tag->proto;
		cursor += sizeof(*tag);
		p->l3_offset += sizeof(*tag);
	}
	return parse_network(p, at, cursor, proto, dir);
}

/* Global functions are verified once, whatever their callers have been through. */
__noinline int parse_ingress_xdp(struct xdp_md *ctx, struct packet *p)
{
	return p ? parse(p, xdp_span(ctx), INGRESS) : LEVEE_PASS_NOT_IP;
}

__noinline int parse_ingress_skb(struct __sk_buff *skb, struct packet *p)
{
	return p ? parse(p, skb_span(skb), INGRESS) : LEVEE_PASS_NOT_IP;
}

/*
 * An skb without its Ethernet header. At TC ingress that is what generic XDP leaves where it had to copy the
 * packet: the copy's mac_len is 0 (seen on Linux 6.18, netif_skb_check_for_xdp).
 */
__noinline int parse_ingress_bare(struct __sk_buff *skb, struct packet *p)
{
	struct span at = skb_span(skb);

	return p ? parse_network(p, at, at.data, skb->protocol, INGRESS) : LEVEE_PASS_NOT_IP;
}

__noinline int parse_egress_skb(struct __sk_buff *skb, struct packet *p)
{
	return p ? parse(p, skb_span(skb), EGRESS) : LEVEE_PASS_NOT_IP;
}

/* Segments that no TCP may send (RFC 9293 section 3.10.7.4 needs ACK on all but SYN and RST). */
static __always_inline int check_flags(const struct packet *p)
{
	__u8 flags = p->seg.flags;

	if ((flags & (TCP_SYN | TCP_FIN)) == (TCP_SYN | TCP_FIN))
		return LEVEE_DROP_SYN_FIN;
	if ((flags & (TCP_SYN | TCP_RST)) == (TCP_SYN | TCP_RST))
		return LEVEE_DROP_SYN_RST;
	if ((flags & (TCP_FIN | TCP_ACK)) == TCP_FIN)
		return LEVEE_DROP_FIN_NO_ACK;
	if (!(flags & (TCP_SYN | TCP_RST | TCP_ACK)))
		return LEVEE_DROP_NO_FLAGS;
	return GO_ON;
}

/* --- TCP options */

struct tcp_options {
	__u16 mss; /* with LEVEE_OPT_MSS */
	__u8 wscale; /* with LEVEE_OPT_WSCALE, at most 14 */
	__u8 present; /* LEVEE_OPT_* */
	__u32 tsval; /* with LEVEE_OPT_TS */
	__u32 tsecr;
};

/* The tracker is told of a SYN's options too. */
static __always_inline void segment_take_options(struct levee_segment *s, const struct tcp_options *o)
{
	s->options = o->present;
	s->wscale = o->wscale;
	s->tsval = o->tsval;
}

static __always_inline void option_wscale(struct tcp_options *o, __u8 shift)
{
	o->wscale = shift > LEVEE_WSCALE_MAX ? LEVEE_WSCALE_MAX : shift; /* RFC 7323 section 2.3 */
	o->present |= LEVEE_OPT_WSCALE;
}

static __always_inline void option_ts(struct tcp_options *o, __u32 tsval, __u32 tsecr)
{
	o->tsval = bpf_ntohl(tsval);
	o->tsecr = bpf_ntohl(tsecr);
	o->present |= LEVEE_OPT_TS;
}

/* Options copied out of a frame. The slack lets any option be read whole, from wherever a masked index can point (Linux 6.1). */
struct option_bytes {
	__u32 w[(64 + 12) / 4];
	__u32 len;
	__u32 start; /* 0 */
};

static __always_inline void option_take(struct tcp_options *o, const __u8 *opt)
{
	__u8 kind = opt[0], len = opt[1];

	if (kind == TCPOPT_MSS && len == 4) {
		o->mss = opt[2] << 8 | opt[3];
		o->present |= LEVEE_OPT_MSS;
	} else if (kind == TCPOPT_WSCALE && len == 3) {
		option_wscale(o, opt[2]);
	} else if (kind == TCPOPT_SACK_PERMITTED && len == 2) {
		o->present |= LEVEE_OPT_SACK;
	} else if (kind == TCPOPT_TIMESTAMP && len == 10) {
		o->tsval = (__u32)opt[2] << 24 | opt[3] << 16 | opt[4] << 8 | opt[5];
		o->tsecr = (__u32)opt[6] << 24 | opt[7] << 16 | opt[8] << 8 | opt[9];
		o->present |= LEVEE_OPT_TS;
	} else if (kind == TCPOPT_MD5 || kind == TCPOPT_AO) {
		o->present |= LEVEE_OPT_SIGNED;
	}
}

/* Any order, any padding. Stops at what makes no sense, as the stack does (tcp_parse_options). */
__noinline int parse_options_any(const struct option_bytes *in, struct tcp_options *o)
{
	const __u8 *b;
	__u32 at;

	if (!in || !o)
		return 0;
	b = (const __u8 *)in->w;
	/* Read, not set to 0: a number that the verifier does not know needs no second look in the next round. */
	at = in->start & 63;
#pragma clang loop unroll(disable)
	for (int i = 0; i < TCP_OPTIONS_MAX; i++) {
		__u32 len = 1;

		if (at >= TCP_OPTIONS_MAX || at >= in->len || b[at] == TCPOPT_END)
			break;
		if (b[at] != TCPOPT_NOP) {
			len = b[at + 1];
			if (len < 2 || at + len > in->len)
				break;
			option_take(o, b + at);
		}
		at = (at + len) & 63;
	}
	return 0;
}

static __always_inline void option_mss(struct tcp_options *o, __u32 word)
{
	o->mss = bpf_ntohl(word);
	o->present |= LEVEE_OPT_MSS;
}

static __always_inline bool is_mss(__u32 word)
{
	return (word & bpf_htonl(0xffff0000)) == WORD_MSS(0);
}

static __always_inline bool is_wscale(__u32 word)
{
	return (word & bpf_htonl(0xffffff00)) == WORD_NOP_WSCALE(0);
}

/* A word that is one of the short options of a SYN. False: something else. */
static __always_inline bool parse_option_word(__u32 word, struct tcp_options *o)
{
	if (is_wscale(word))
		option_wscale(o, bpf_ntohl(word));
	else if (word == WORD_NOP_SACK)
		o->present |= LEVEE_OPT_SACK;
	else
		return false;
	return true;
}

/*
 * Options that stand in whole words, as every common system sends them: Linux, Windows, BSD, macOS. Returns
 * false at the first word that is none of theirs. `w` is zero behind the last option.
 */
static __always_inline bool parse_options_words(const __u32 *w, __u32 len, __u32 start, struct tcp_options *o)
{
	__u32 i = start & 15;

#pragma clang loop unroll(disable)
	for (int round = 0; round < TCP_OPTIONS_MAX / 4; round++) {
		__u32 word;

		if (i * 4 >= len || i >= TCP_OPTIONS_MAX / 4)
			return true;
		word = w[i];
		i = (i + 1) & 15;
		if (is_mss(word)) {
			option_mss(o, word);
		} else if (word == WORD_SACK_TS || word == WORD_NOP_TS) {
			if (i > TCP_OPTIONS_MAX / 4 - 2 || i * 4 + 8 > len)
				return false;
			option_ts(o, w[i], w[i + 1]);
			o->present |= word == WORD_SACK_TS ? LEVEE_OPT_SACK : 0;
			i = (i + 2) & 15;
		} else if (word == WORD_SACK_END) {
			o->present |= LEVEE_OPT_SACK;
		} else if (word && !parse_option_word(word, o)) {
			return false;
		}
		if (word == WORD_SACK_END || !word)
			return true;
	}
	return true;
}

/* The layouts of Linux, straight from the frame: SYN with timestamps, and any later segment. */
static __always_inline bool parse_options_linux(const __u32 *w, const void *data_end, __u32 len, struct tcp_options *o)
{
	if (len == 12 && (const void *)(w + 3) <= data_end && w[0] == WORD_NOP_TS) {
		option_ts(o, w[1], w[2]);
		return true;
	}
	if (len == 20 && (const void *)(w + 5) <= data_end && w[1] == WORD_SACK_TS && is_mss(w[0]) && is_wscale(w[4])) {
		option_mss(o, w[0]);
		option_ts(o, w[2], w[3]);
		option_wscale(o, bpf_ntohl(w[4]));
		o->present |= LEVEE_OPT_SACK;
		return true;
	}
	return false;
}

/* SYNs without timestamps: of Windows, of Linux, and of what makes floods. What was noted before it gives up is true all the same. */
static __always_inline bool parse_options_plain(const __u32 *w, const void *data_end, __u32 len, struct tcp_options *o)
{
	if (len == 4 && (const void *)(w + 1) <= data_end && is_mss(w[0])) {
		option_mss(o, w[0]);
		return true;
	}
	if (len == 12 && (const void *)(w + 3) <= data_end && is_mss(w[0]) && parse_option_word(w[1], o) &&
	    parse_option_word(w[2], o)) {
		option_mss(o, w[0]);
		return true;
	}
	return false;
}

/* The options of a segment, as far as they stand in a layout that Linux sends. True: that was all. */
static __always_inline bool parse_options_fast(const struct packet *p, struct span at, struct tcp_options *o)
{
	const __u32 *w = at.data + ((p->tcp_offset + sizeof(struct tcp_header)) & TCP_OFFSET_MAX);
	__u32 len = p->tcp_len - sizeof(struct tcp_header);

	__builtin_memset(o, 0, sizeof(*o));
	if ((p->seg.flags & (TCP_SYN | TCP_ECE | TCP_CWR)) == (TCP_SYN | TCP_ECE | TCP_CWR))
		o->present |= LEVEE_OPT_ECN;
	return !len || parse_options_linux(w, at.data_end, len, o) || parse_options_plain(w, at.data_end, len, o);
}

/* Where the options are, and how many bytes: at least one, which the verifier of Linux 6.1 shall see. */
#define OPTIONS_AT(p) ((p)->tcp_offset + sizeof(struct tcp_header))
#define OPTIONS_LEN(p) ((((p)->tcp_len - sizeof(struct tcp_header) - 1) & 63) + 1)

static __always_inline int parse_options_copied(const struct option_bytes *in, struct tcp_options *o)
{
	if (!parse_options_words(in->w, in->len, in->start, o))
		parse_options_any(in, o);
	return 0;
}

/* Functions of their own, for the copy takes stack: with it in their callers Linux 6.1 counts more than 512 bytes. */
static __noinline int options_xdp_copy(struct xdp_md *ctx, const struct packet *p, struct tcp_options *o)
{
	struct option_bytes in = { .len = p->tcp_len - sizeof(struct tcp_header) };

	return bpf_xdp_load_bytes(ctx, OPTIONS_AT(p), in.w, OPTIONS_LEN(p)) ? 0 : parse_options_copied(&in, o);
}

static __noinline int options_skb_copy(struct __sk_buff *skb, const struct packet *p, struct tcp_options *o)
{
	struct option_bytes in = { .len = p->tcp_len - sizeof(struct tcp_header) };

	return bpf_skb_load_bytes(skb, OPTIONS_AT(p), in.w, OPTIONS_LEN(p)) ? 0 : parse_options_copied(&in, o);
}

/* The options of a segment; in a SYN also the ECN request. */
static __always_inline void options_xdp_here(struct xdp_md *ctx, const struct packet *p, struct tcp_options *o)
{
	if (!parse_options_fast(p, xdp_span(ctx), o))
		options_xdp_copy(ctx, p, o);
}

__noinline int options_xdp(struct xdp_md *ctx, const struct packet *p, struct tcp_options *o)
{
	if (p && o)
		options_xdp_here(ctx, p, o);
	return 0;
}

__noinline int options_skb(struct __sk_buff *skb, const struct packet *p, struct tcp_options *o)
{
	if (!p || !o || parse_options_fast(p, skb_span(skb), o))
		return 0;
	return options_skb_copy(skb, p, o);
}

#endif
