/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flood.bpf.c - the lab's packet generator and two small XDP programs for the ends of its veth pair.
 *
 * flood_generate is run by BPF_PROG_RUN with BPF_F_TEST_XDP_LIVE_FRAMES: each run makes one packet, or drops its frame
 * while it is ahead of schedule. Frames come back from the receiver with whatever that left in them, so every
 * packet is written whole. flood_stub sits on the attackers' end: without a program there, frames sent by XDP_TX on
 * the other end vanish. flood_reflect sends the flood straight back: the most that any responder could do.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "flood.h"

#define IP4_ID 18
#define IP4_SUM 24
#define IP4_SRC 26
#define IP4_DST 30
#define IP6_SRC 22
#define IP6_DST 38
#define TCP4 34
#define TCP6 54
#define TCP_SEQ 4
#define TCP_ACK 8
#define TCP_SUM 16
#define TCP_SYN_TSVAL 28 /* MSS 4, SACK permitted 2, then the timestamp's kind and length */
#define PORT_MIN 1024

const volatile struct flood_plan plan;
struct flood_progress progress;

static __always_inline __u64 draw(void)
{
	__u64 x = progress.random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	progress.random = x;
	return x * 0x2545F4914F6CDD1DULL;
}

static __always_inline __u32 sum32(__u32 word)
{
	return (word & 0xffff) + (word >> 16);
}

static __always_inline __u16 checksum(__u32 sum)
{
	sum = sum32(sum);
	sum = sum32(sum);
	return ~sum;
}

/* A stall is caught up at no more than twice the rate: a burst would only overflow the veth's ring. */
static __always_inline int ahead_of_schedule(__u64 now)
{
	if (!plan.interval)
		return 0;
	if (now < progress.next || now < progress.last + plan.interval / 2)
		return 1;
	progress.next += plan.interval;
	progress.last = now;
	return 0;
}

static __always_inline int wait_or_stop(void)
{
	__u64 now = bpf_ktime_get_ns();

	if (!progress.start_ns)
		progress.start_ns = now;
	if (progress.sent >= plan.packets || now - progress.start_ns >= plan.duration_ns) {
		progress.done = 1;
		return 1;
	}
	if (ahead_of_schedule((now - progress.start_ns) << FLOOD_TIME_SHIFT))
		return 1;
	progress.end_ns = now;
	return 0;
}

/* No remainder by FLOOD_KINDS: the compiler takes it in 32 bits, and the verifier then fears for the upper half. */
static __always_inline __u64 pick_kind(__u64 lot)
{
	__u64 byte = lot >> 56;

	if (plan.kinds == 1)
		return plan.first_kind < FLOOD_KINDS ? plan.first_kind : FLOOD_SYN;
	if (byte < 86)
		return FLOOD_SYN;
	return byte < 171 ? FLOOD_ACK : FLOOD_RST;
}

/* Ports, sequence numbers and the checksum; sum is that of the random part of the addresses. */
static __always_inline void finish_tcp(void *tcp, __u64 kind, __u32 sum)
{
	__u64 lot = draw();
	__u32 seq = lot;
	__u16 port = bpf_htons(PORT_MIN + (__u32)(lot >> 32) % (65536 - PORT_MIN));

	*(__u16 *)tcp = port;
	*(__u32 *)(tcp + TCP_SEQ) = seq;
	sum += plan.kind[kind].tcp_sum + port + sum32(seq);
	lot = draw();
	if (kind == FLOOD_SYN) {
		*(__u32 *)(tcp + TCP_SYN_TSVAL) = lot;
		sum += sum32(lot);
	} else if (kind == FLOOD_ACK) {
		*(__u32 *)(tcp + TCP_ACK) = lot;
		sum += sum32(lot);
	}
	*(__u16 *)(tcp + TCP_SUM) = checksum(sum);
}

static __always_inline int make_ipv4(struct xdp_md *ctx, __u64 kind, __u64 lot)
{
	void *data = (void *)(long)ctx->data;
	__u32 src;
	__u16 id = lot >> 32;

	if (data + FLOOD_FRAME_V4 > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	for (int i = 0; i < FLOOD_FRAME_V4 / 8; i++)
		((__u64 *)data)[i] = plan.kind[kind].frame[i];
	*(__u16 *)(data + 72) = plan.kind[kind].frame[9];
	src = plan.src_net[0] | ((__u32)lot & plan.src_random[0]);
	*(__u32 *)(data + IP4_SRC) = src;
	*(__u16 *)(data + IP4_ID) = id;
	*(__u16 *)(data + IP4_SUM) = checksum(plan.kind[kind].ip_sum + sum32(src) + id);
	finish_tcp(data + TCP4, kind, sum32(src));
	return XDP_REDIRECT;
}

static __always_inline int make_ipv6(struct xdp_md *ctx, __u64 kind, __u64 lot)
{
	void *data = (void *)(long)ctx->data;
	__u32 sum = 0;

	if (data + FLOOD_FRAME_V6 > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	for (int i = 0; i < FLOOD_FRAME_V6 / 8; i++)
		((__u64 *)data)[i] = plan.kind[kind].frame[i];
	*(__u32 *)(data + 88) = plan.kind[kind].frame[11];
	*(__u16 *)(data + 92) = plan.kind[kind].frame[11] >> 32;
	for (int i = 0; i < 4; i++) {
		__u32 word = plan.src_net[i] | ((__u32)(i & 1 ? lot >> 32 : lot) & plan.src_random[i]);

		*(__u32 *)(data + IP6_SRC + 4 * i) = word;
		sum += sum32(word);
	}
	finish_tcp(data + TCP6, kind, sum);
	return XDP_REDIRECT;
}

SEC("xdp")
int flood_generate(struct xdp_md *ctx)
{
	__u64 lot, kind;
	int verdict;

	if (wait_or_stop())
		return XDP_DROP;
	lot = draw();
	kind = pick_kind(lot);
	verdict = plan.ipv6 ? make_ipv6(ctx, kind, lot) : make_ipv4(ctx, kind, lot);
	if (verdict != XDP_REDIRECT)
		return verdict;
	progress.sent++;
	return bpf_redirect(plan.ifindex, 0);
}

/* 198.18.128.0/17, 198.19.0.0/16 and fd00:0:0:1::/64 belong to nobody: the lab's spoofed sources. */
static __always_inline int spoofed_ipv4(__u32 address)
{
	__u32 host = bpf_ntohl(address);

	return host >= 0xc6128000 && host <= 0xc613ffff;
}

static __always_inline int spoofed_ipv6(const __u32 *address)
{
	return address[0] == bpf_htonl(0xfd000000) && address[1] == bpf_htonl(1);
}

static __always_inline int spoofed(struct xdp_md *ctx, __u32 at_ipv4, __u32 at_ipv6)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	if (data + TCP4 > end)
		return 0;
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		return spoofed_ipv4(*(__u32 *)(data + at_ipv4));
	if (eth->h_proto != bpf_htons(ETH_P_IPV6) || data + TCP6 > end)
		return 0;
	return spoofed_ipv6(data + at_ipv6);
}

/* Answers to spoofed sources end here, as they would somewhere in the Internet; they never reach a socket. */
SEC("xdp.frags")
int flood_stub(struct xdp_md *ctx)
{
	return spoofed(ctx, IP4_DST, IP6_DST) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int flood_reflect(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	__u8 mac[ETH_ALEN];
	__u32 address;

	if (!spoofed(ctx, IP4_SRC, IP6_SRC) || data + FLOOD_FRAME_V4 > end)
		return XDP_PASS;
	__builtin_memcpy(mac, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, mac, ETH_ALEN);
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		address = *(__u32 *)(data + IP4_SRC);
		*(__u32 *)(data + IP4_SRC) = *(__u32 *)(data + IP4_DST);
		*(__u32 *)(data + IP4_DST) = address;
		return XDP_TX;
	}
	for (int i = 0; i < 16; i += 4) {
		address = *(__u32 *)(data + IP6_SRC + i);
		*(__u32 *)(data + IP6_SRC + i) = *(__u32 *)(data + IP6_DST + i);
		*(__u32 *)(data + IP6_DST + i) = address;
	}
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
