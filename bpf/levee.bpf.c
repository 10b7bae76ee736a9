/* SPDX-License-Identifier: GPL-2.0 */
/*
 * levee.bpf.c - the entry points, as lists of steps. docs/design.md has the picture.
 *
 *   levee_ingress  XDP         every packet from the wire
 *   levee_accept   TC ingress  gives validated cookies their sockets
 *   levee_egress   TC egress   every packet of this host
 *   levee_seed_*, levee_start  run once by userspace at attach
 *   levee_forget  run by userspace to take entries out
 */
#include "accept.h"
#include "housekeeping.h"
#include "seed.h"

char _license[] SEC("license") = "GPL";

/* Enough for Ethernet, two tags, IPv6 and a full TCP header. */
#define PULL_BYTES 128

static __always_inline int ingress_steps(struct xdp_md *ctx, const struct run *run)
{
	struct packet p = { .frame_len = bpf_xdp_get_buff_len(ctx) };
	int reason;

	run->stats->counter[LEVEE_C_BYTES] += p.frame_len;
	reason = parse_ingress_xdp(ctx, &p);
	if (reason != GO_ON)
		return reason;
	reason = check_flags(&p);
	if (reason != GO_ON)
		return reason;
	if (is_syn(&p))
		count(run, LEVEE_C_SYN);
	reason = ingress_flow(ctx, run, &p);
	if (reason != GO_ON)
		return reason;
	reason = ingress_half_open(ctx, run, &p);
	if (reason != GO_ON)
		return reason;
	reason = ingress_syn(ctx, run, &p);
	if (reason != GO_ON)
		return reason;
	return ingress_stranger(ctx, run, &p);
}

static __always_inline int verdict_of(int reason)
{
	if (reason >= LEVEE_DROP_IP_LENGTH)
		return XDP_DROP;
	return reason == LEVEE_TX_COOKIE ? XDP_TX : XDP_PASS;
}

SEC("xdp.frags")
int levee_ingress(struct xdp_md *ctx)
{
	int reason = LEVEE_PASS_DISABLED;
	struct run run;
	__u32 on;

	on = run_begin(&run);
	if (on == edition)
		reason = ingress_steps(ctx, &run);
	else if (on || !run.stats) /* another edition of this program has the packets, and counts them */
		return XDP_PASS;
	if (reason >= 0 && reason < LEVEE_REASON_COUNT)
		run.stats->reason[reason]++;
	return verdict_of(reason);
}

/* Headers that are not linear yet are made so. */
static __always_inline void pull_headers(struct __sk_buff *skb)
{
	__u32 want = skb->len < PULL_BYTES ? skb->len : PULL_BYTES;

	if ((void *)(long)skb->data + want > (void *)(long)skb->data_end)
		bpf_skb_pull_data(skb, want);
}

SEC("tc")
int levee_accept(struct __sk_buff *skb)
{
	struct packet p = { .frame_len = skb->len };
	struct run run;

	if (!run_begin(&run) || !accept_has_work(&run))
		return TC_ACT_UNSPEC;
	pull_headers(skb);
	if (parse_ingress_skb(skb, &p) != GO_ON) {
		p = (struct packet){ .frame_len = skb->len };
		if (parse_ingress_bare(skb, &p) != GO_ON)
			return TC_ACT_UNSPEC;
	}
	accept_segment(skb, &run, &p);
	return TC_ACT_UNSPEC;
}

SEC("tc")
int levee_egress(struct __sk_buff *skb)
{
	struct packet p = { .frame_len = skb->len };
	struct run run;

	if (!run_begin(&run))
		return TC_ACT_UNSPEC;
	pull_headers(skb);
	if (parse_egress_skb(skb, &p) == GO_ON) {
		count(&run, LEVEE_C_EGRESS);
		egress_segment(skb, &run, &p);
	}
	return TC_ACT_UNSPEC;
}

SEC("tc")
int levee_seed_services(struct __sk_buff *skb)
{
	return seed_rows(skb, seed_service);
}

SEC("tc")
int levee_seed_flows(struct __sk_buff *skb)
{
	return seed_rows(skb, seed_flow);
}

SEC("tc")
int levee_forget(struct __sk_buff *skb)
{
	return seed_rows(skb, forget_tuple);
}

SEC("tc")
int levee_start(struct __sk_buff *skb)
{
	(void)skb;
	return housekeeping_start();
}
