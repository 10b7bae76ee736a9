/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wrap.bpf.c - programs that run in front of the program under test: each restores the packet, varies the
 * peer's address and port, and tail-calls. The same wrapper in front of a program that does nothing is what
 * the bench subtracts. bare_lookup is what levee is compared with: one lookup in a hash map of the kernel's.
 *
 * The packet of the next run is prepared after this one's was copied, so that no load meets a store of half
 * its size that has not left the store buffer yet.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <levee/flow.h>

#include "wrap.h"

struct wrap_state state;
__u64 lookups_missed;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} xdp_target SEC(".maps"), tc_target SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WRAP_ANSWERS);
	__type(key, __u32);
	__type(value, struct wrap_answer);
} answers SEC(".maps");

/* What levee keeps of a flow, less its key, which is the map's. */
struct lookup_value {
	__u8 bytes[sizeof(struct levee_flow) - sizeof(struct levee_tuple)];
};

/* Preallocated, as hash maps are without another word. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WRAP_LOOKUP_FLOWS);
	__type(key, struct levee_tuple);
	__type(value, struct lookup_value);
} lookup_flows SEC(".maps");

static __always_inline __u32 draw(void)
{
	__u64 x = state.random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	state.random = x;
	return x >> 32;
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

static __always_inline void set_word(__u32 at, __u32 word)
{
	if (at < WRAP_BODY_WORDS)
		state.body[at] = word;
}

static __always_inline __u32 answer(__u32 peer)
{
	struct wrap_answer *a = bpf_map_lookup_elem(&answers, &peer);

	if (!a)
		return 0;
	set_word(state.ack_word, a->ack);
	set_word(state.tsecr_word, a->tsecr);
	return sum32(a->ack) + sum32(a->tsecr);
}

static __always_inline void prepare_next(void)
{
	__u32 peer = state.sequential ? state.next++ : (__u32)((__u64)draw() * state.peers >> 32);
	__u32 address = bpf_htonl(state.address + (peer >> WRAP_PORT_BITS));
	__u32 port = bpf_htons(WRAP_PORT_MIN + (peer & ((1U << WRAP_PORT_BITS) - 1)));
	__u32 ports = state.ports | port << (state.peer_port_shift & 31),
	      sum = state.sum + sum32(address) + sum32(ports);

	set_word(state.address_word, address);
	set_word(state.ports_word, ports);
	if (state.ip_check_word)
		set_word(state.ip_check_word, state.ip_check | (__u32)checksum(state.ip_sum + sum32(address)) << 16);
	if (state.ack_word)
		sum += answer(peer);
	if (state.check_word)
		set_word(state.check_word, checksum(sum));
}

static __always_inline void restore(void *data, void *data_end)
{
	__u32 *head = data, *body = data + WRAP_HEAD;

	if ((void *)body > data_end)
		return;
	head[0] = state.head[0];
	head[1] = state.head[1];
	head[2] = state.head[2];
	*(__u16 *)(head + 3) = state.head[3];
#pragma unroll
	for (int i = 0; i < WRAP_BODY_WORDS; i++) {
		if ((void *)(body + i + 1) > data_end)
			return;
		body[i] = state.body[i];
	}
}

SEC("xdp.frags")
int wrap_xdp(struct xdp_md *ctx)
{
	restore((void *)(long)ctx->data, (void *)(long)ctx->data_end);
	prepare_next();
	bpf_tail_call(ctx, &xdp_target, 0);
	return XDP_ABORTED;
}

SEC("tc")
int wrap_tc(struct __sk_buff *skb)
{
	restore((void *)(long)skb->data, (void *)(long)skb->data_end);
	prepare_next();
	bpf_tail_call(skb, &tc_target, 0);
	return TC_ACT_SHOT;
}

SEC("xdp.frags")
int bare_tx(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_TX;
}

SEC("xdp.frags")
int bare_pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

SEC("xdp.frags")
int bare_drop(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

/* TCP in IPv4 without options, at offsets that are taken on trust. */
SEC("xdp.frags")
int bare_lookup(struct xdp_md *ctx)
{
	const struct iphdr *ip = (void *)(long)ctx->data + ETH_HLEN;
	const struct tcphdr *tcp = (const void *)(ip + 1);
	struct levee_tuple t = {};

	if ((void *)(tcp + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	levee_addr_set_v4(&t.local, ip->daddr);
	levee_addr_set_v4(&t.remote, ip->saddr);
	t.lport = tcp->dest;
	t.rport = tcp->source;
	if (bpf_map_lookup_elem(&lookup_flows, &t))
		return XDP_PASS;
	lookups_missed++;
	return XDP_DROP;
}

SEC("tc")
int bare_unspec(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
