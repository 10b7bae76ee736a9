/* SPDX-License-Identifier: GPL-2.0 */
/*
 * seed.h - filling tables at attach from what userspace has read of the kernel's sockets, and taking entries out by hand.
 *
 * Userspace runs these programs once by BPF_PROG_RUN: an Ethernet header, then rows (levee/config.h).
 * That way the one hash and the one insert of bpf/table.h are used, at any time, under traffic.
 */
#ifndef BPF_SEED_H
#define BPF_SEED_H

#include "egress.h"

#define SEED_ROWS_MAX 64

struct seeding {
	struct run run;
	struct __sk_buff *skb;
};

/* Row `i` of the packet, or NULL behind the last. */
static __always_inline void *seed_row(struct __sk_buff *skb, __u32 i, __u32 size)
{
	void *row = (void *)(long)skb->data + sizeof(struct ethhdr) + (__u64)(i & (SEED_ROWS_MAX - 1)) * size;

	return row + size > (void *)(long)skb->data_end ? NULL : row;
}

/* Userspace saw no listener any more: nor does the kernel, or one has come meanwhile. */
static __always_inline void seed_closed(struct seeding *seeding, const struct levee_service_key *key)
{
	struct listener l = {};
	struct levee_service *s;
	__u32 index;

	s = service_find_key(key, &index);
	if (s && !listener_find(seeding->skb, &key->addr, key->port, &l))
		service_retire(&seeding->run, s, index);
}

/* Returns 1 behind the last row. */
static long seed_service(__u32 i, struct seeding *seeding)
{
	struct levee_seed_service *row = seed_row(seeding->skb, i, sizeof(*row));
	struct levee_service_key key;
	struct levee_service *s;
	__u32 index, backlog;

	if (!row)
		return 1;
	key = row->key;
	backlog = row->backlog;
	if (row->closed) {
		seed_closed(seeding, &key);
		return 0;
	}
	s = service_add(&seeding->run, &key, &index);
	if (!s)
		return 0;
	s->flags = (s->flags & ~LEVEE_SVC_GONE) | LEVEE_SVC_SEEDED;
	service_set_backlog(&seeding->run, s, backlog);
	service_refresh(seeding->skb, &seeding->run, s, index);
	return 0;
}

/* A connection in SYN_RECEIVED is half-open: as the kernel's request has it. */
static __always_inline void seed_half_open(const struct run *run, const struct packet *p,
					   const struct tcp_request_sock *request)
{
	struct levee_half_open *h;
	__u32 index, service;

	if (half_open_lookup(&p->tuple, p->hash, ALL_WAYS) >= 0 || !service_find(&p->tuple, &service))
		return;
	h = half_open_new(run, p, service, &index);
	if (!h)
		return;
	h->client_isn = request->rcv_isn;
	h->server_isn = request->snt_isn;
	h->wscale = BPF_CORE_READ_BITFIELD(request, req.snd_wscale);
	h->server_wscale = BPF_CORE_READ_BITFIELD(request, req.rcv_wscale);
	h->server_window = 0xff;
	h->flags = LEVEE_HO_SYNACK | LEVEE_HO_CLIENT_KNOWN;
	if (BPF_CORE_READ_BITFIELD(request, req.wscale_ok)) {
		h->options = LEVEE_OPT_WSCALE;
		h->flags |= LEVEE_HO_SERVER_WSCALE;
	}
	/* When its SYN-ACK left is not known: no round trip. */
	h->synack_repeats = 1;
	half_open_publish(run, p, h, index);
}

/* The connection of a row, as the kernel has it now; else, as for a socket that has gone, the row's word for it. */
static __always_inline void seed_connection(struct seeding *seeding, const struct packet *p, __u8 state)
{
	struct bpf_sock *sk = kernel_socket(seeding->skb, &p->tuple);
	struct tcp_request_sock *request = NULL;
	struct levee_socket k = { .state = state };

	if (sk && sk->state != BPF_TCP_LISTEN && sk->state != BPF_TCP_CLOSE) {
		socket_read(&k, sk);
		request = bpf_skc_to_tcp_request_sock(sk);
		if (request)
			seed_half_open(&seeding->run, p, request);
	}
	if (sk)
		bpf_sk_release(sk);
	if (k.state != LEVEE_TCP_CLOSED && (k.state != LEVEE_TCP_SYN_RECEIVED || k.known))
		flow_adopt(&seeding->run, p, &k, NOBODY, 0);
}

static long seed_flow(__u32 i, struct seeding *seeding)
{
	struct levee_seed_flow *row = seed_row(seeding->skb, i, sizeof(*row));
	struct packet p = {};
	__u8 state;

	if (!row)
		return 1;
	p.tuple = row->tuple;
	p.hash = tuple_hash(&p.tuple);
	state = row->state;
	if (flow_lookup(&p.tuple, p.hash, ALL_WAYS) < 0)
		seed_connection(seeding, &p, state);
	return 0;
}

/* Takes a flow and a half-open entry out of the tables, by hand. The connection itself notices nothing. */
static long forget_tuple(__u32 i, struct seeding *seeding)
{
	struct levee_forget_row *row = seed_row(seeding->skb, i, sizeof(*row));
	struct packet p = {};
	struct levee_half_open *h;
	struct levee_flow *f;
	__u32 index;

	if (!row)
		return 1;
	p.tuple = row->tuple;
	p.hash = tuple_hash(&p.tuple);
	f = flow_find(&seeding->run, &p, &index);
	if (f)
		flow_remove(&seeding->run, f, index, levee_tag_of_hash(p.hash), LEVEE_C_FLOW_DELETED,
			    LEVEE_ENDED_DELETED);
	h = half_open_find(&seeding->run, &p, &index);
	if (h)
		half_open_remove(&seeding->run, h, index, levee_tag_of_hash(p.hash), LEVEE_C_FLOW_DELETED,
				 LEVEE_ENDED_DELETED);
	return 0;
}

/* Runs `step` on every row. Works while levee is still switched off. */
static __always_inline int seed_rows(struct __sk_buff *skb, long (*step)(__u32, struct seeding *))
{
	struct seeding seeding = { .skb = skb };

	run_begin(&seeding.run);
	if (!seeding.run.settings || !seeding.run.runtime || !seeding.run.stats)
		return 1;
	bpf_loop(SEED_ROWS_MAX, step, &seeding, 0);
	return 0;
}

#endif
