/* SPDX-License-Identifier: GPL-2.0 */
/*
 * service.h - the table of services: finding, learning and retiring them, and their cookie mode.
 *
 * A service is known from its listening socket (seeded at attach) or from a SYN-ACK that left. Its
 * profile is what its own SYN-ACKs offer. Entries are never removed, only marked GONE, so that an index
 * kept in a half-open entry stays good.
 */
#ifndef BPF_SERVICE_H
#define BPF_SERVICE_H

#include "parse.h"

#define SERVICE_KEY_WORDS 3
#define SERVICE_REFRESH_MS 10000

static __always_inline void service_key(struct levee_service_key *key, const struct levee_tuple *t)
{
	key->addr = t->local;
	key->port = t->lport;
	key->pad = 0;
	key->zone = 0;
}

static __always_inline struct table service_table(void)
{
	return (struct table){ &service_filters, &service_heads, &services, geometry.service_sets - 1 };
}

/* Searches, claims and releases are global functions: the verifier checks each once, not at every call. */
__noinline int service_lookup(const struct levee_service_key *key, __u32 hash)
{
	struct table t = service_table();

	return table_find(&t, hash, key, SERVICE_KEY_WORDS, LEVEE_WAYS);
}

/* A service has no deadline: all stand at tick 0 of "now" 0, and never expire. */
__noinline __u64 service_claim(__u32 hash)
{
	struct table t = service_table();

	return table_claim(&t, hash, 0, LEVEE_FLOW_SHIFT, CLAIM_FREE);
}

__noinline int service_publish(__u32 index, __u32 hash)
{
	struct table t = service_table();

	table_publish(&t, index, hash, 0, LEVEE_FLOW_SHIFT);
	return 0;
}

static __always_inline struct levee_service *service_at(__u32 index)
{
	return bpf_map_lookup_elem(&services, &index);
}

static __always_inline struct levee_service *service_find_key(const struct levee_service_key *key, __u32 *index)
{
	int slot = service_lookup(key, service_hash(key));

	if (slot < 0)
		return NULL;
	*index = slot;
	return service_at(slot);
}

/* The service that a packet's local end names, also when it is GONE. */
static __always_inline struct levee_service *service_find(const struct levee_tuple *t, __u32 *index)
{
	struct levee_service_key key;

	service_key(&key, t);
	return service_find_key(&key, index);
}

static __always_inline struct levee_service_counts *service_counts_at(__u32 index)
{
	return bpf_map_lookup_elem(&service_counts, &index);
}

/* Where cookies of an epoch are counted on this CPU; a cell that an older epoch left is emptied. */
static __always_inline void in_flight_add(struct levee_service_counts *c, __u32 epoch, __u32 sent, __u32 valid)
{
	__u32 cell = epoch & 1;

	if (c->in_flight[cell].epoch != epoch) {
		c->in_flight[cell].epoch = epoch;
		c->in_flight[cell].sent = 0;
		c->in_flight[cell].valid = 0;
	}
	c->in_flight[cell].sent += sent;
	c->in_flight[cell].valid += valid;
}

/* A new entry with the default profile of its family; finds the old one if it is there already. */
static __noinline struct levee_service *service_add(const struct run *run, const struct levee_service_key *key,
						    __u32 *index)
{
	__u32 hash = service_hash(key);
	struct levee_service *s = service_find_key(key, index);
	int v4 = key->addr.w[0] == 0 && key->addr.d[2] == LEVEE_V4MAPPED;
	__u64 claim;

	if (s)
		return s;
	claim = service_claim(hash);
	if (claim == NO_CLAIM)
		return NULL;
	s = service_at(CLAIM_SLOT(claim));
	if (!s)
		return NULL;
	__builtin_memset(s, 0, sizeof(*s));
	s->key = *key;
	s->profile = run->settings->profile[v4 ? LEVEE_V4 : LEVEE_V6];
	s->share = run->settings->half_open_max;
	s->mode_ms = run->now_ms;
	service_publish(CLAIM_SLOT(claim), hash);
	*index = CLAIM_SLOT(claim);
	return s;
}

/* --- its listener, as the kernel has it */

/* Fields of the kernel's own structures, found by CO-RE. */
struct sock {
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
} __attribute__((preserve_access_index));

struct tcp_sock {
	bool is_mptcp;
} __attribute__((preserve_access_index));

static __always_inline void service_tuple(struct bpf_sock_tuple *out, const struct levee_tuple *t, __u32 *size)
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

	service_tuple(&tuple, t, &size);
	if (size == sizeof(tuple.ipv4))
		return bpf_skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	return bpf_skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
}

/* Takes the share from the listener's backlog, which is where the kernel's own queue overflows (tcp_conn_request). */
static __always_inline void service_set_backlog(const struct run *run, struct levee_service *s, __u32 backlog)
{
	__u32 share = backlog ? backlog : 1; /* listen(fd, 0) admits one */

	s->backlog = backlog;
	s->share = share < run->settings->half_open_max ? share : run->settings->half_open_max;
}

/* Looks at the listener: backlog, and whether it can take a socket made from a cookie. Returns false if there is none. */
static __noinline bool service_refresh(struct __sk_buff *skb, const struct run *run, struct levee_service *s)
{
	struct levee_tuple t = { .local = s->key.addr, .lport = s->key.port };
	struct bpf_sock *sk;
	bool listening = false;

	if (levee_addr_is_v4(&t.local))
		levee_addr_set_v4(&t.remote, 0);
	s->refreshed_ms = run->now_ms;
	sk = kernel_socket(skb, &t);
	if (!sk)
		return false;
	if (sk->state == BPF_TCP_LISTEN) {
		void *tcp = bpf_skc_to_tcp_sock(sk);

		listening = true;
		if (tcp) {
			service_set_backlog(run, s, ((struct sock *)tcp)->sk_max_ack_backlog);
			s->flags &= ~LEVEE_SVC_REFUSED;
			if (bpf_core_field_exists(struct tcp_sock, is_mptcp) && ((struct tcp_sock *)tcp)->is_mptcp)
				s->flags |= LEVEE_SVC_REFUSED;
		}
	}
	bpf_sk_release(sk);
	return listening;
}

/* --- cookie mode */

static __always_inline void mode_switch(const struct run *run, __u8 mode, __u8 *at, __u32 *since_ms)
{
	if (READ_ONCE(*at) == mode)
		return;
	WRITE_ONCE(*at, mode);
	*since_ms = run->now_ms;
	count(run, mode == LEVEE_MODE_COOKIE ? LEVEE_C_COOKIE_MODE_ON : LEVEE_C_COOKIE_MODE_OFF);
}

static __always_inline void service_mode(const struct run *run, struct levee_service *s, __u8 mode)
{
	if (s->mode != mode)
		s->mode_changes++;
	mode_switch(run, mode, &s->mode, &s->mode_ms);
}

static __always_inline void table_mode(const struct run *run, __u8 mode)
{
	mode_switch(run, mode, &run->runtime->mode, &run->runtime->mode_ms);
}

/* The service's SYNs are being answered by cookies: what is neither a flow nor a cookie may be dropped. */
static __always_inline bool service_in_cookie_mode(const struct run *run, const struct levee_service *s)
{
	if (s->flags & (LEVEE_SVC_GONE | LEVEE_SVC_REFUSED))
		return false;
	switch (run->settings->cookies) {
	case LEVEE_COOKIES_ALWAYS:
		return true;
	case LEVEE_COOKIES_ADAPTIVE:
		return s->mode == LEVEE_MODE_COOKIE || run->runtime->mode == LEVEE_MODE_COOKIE;
	default:
		return false;
	}
}

/* Is the table, or the service's share of it, as full as `start` percent? Enters cookie mode on the packet that finds it so. */
static __always_inline bool service_wants_cookie(const struct run *run, struct levee_service *s)
{
	__u64 start = run->settings->start_percent;

	if (service_in_cookie_mode(run, s))
		return true;
	if (run->settings->cookies != LEVEE_COOKIES_ADAPTIVE || s->flags & LEVEE_SVC_REFUSED)
		return false;
	if (READ_ONCE(s->half_open) * 100ULL >= s->share * start)
		service_mode(run, s, LEVEE_MODE_COOKIE);
	else if (READ_ONCE(run->runtime->half_open) * 100ULL >= run->settings->half_open_max * start)
		table_mode(run, LEVEE_MODE_COOKIE);
	else
		return false;
	return true;
}

#endif
