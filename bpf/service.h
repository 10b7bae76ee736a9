/* SPDX-License-Identifier: GPL-2.0 */
/*
 * service.h - the table of services: finding, learning and retiring them, and their cookie mode.
 *
 * A service is known from its listening socket (seeded at attach) or from a SYN-ACK that left. Its
 * profile is what its own SYN-ACKs offer. A service that is GONE keeps its entry until another needs the room.
 */
#ifndef BPF_SERVICE_H
#define BPF_SERVICE_H

#include "roundtrip.h"
#include "socket.h"

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
	return (struct table){ &service_filters, &services, geometry.service_sets - 1 };
}

/* Searches, claims and releases are global functions: the verifier checks each once, not at every call. */
__noinline int service_lookup(const struct levee_service_key *key, __u32 hash)
{
	struct table t = service_table();

	return table_find(&t, hash, key, SERVICE_KEY_WORDS, ALL_WAYS);
}

/* The same by a packet's local end: the key does not stand on the caller's stack, of which Linux 6.1 has little. */
__noinline int service_lookup_local(const struct levee_tuple *tuple)
{
	struct levee_service_key key;

	if (!tuple)
		return NO_SLOT;
	service_key(&key, tuple);
	return service_lookup(&key, service_hash(&key));
}

/* A service that has not been looked at for so long gives its entry to whoever needs it. It is learnt again in time. */
#define SERVICE_IDLE_MS 3600000U

__noinline __u64 service_claim(__u32 hash, __u32 now_ms)
{
	struct table t = service_table();

	return table_claim(&t, hash, now_ms, LEVEE_FLOW_SHIFT, CLAIM_FREE);
}

__noinline int service_publish(__u32 index, __u32 hash, __u32 deadline_ms)
{
	struct table t = service_table();

	table_publish(&t, index, hash, deadline_ms, LEVEE_FLOW_SHIFT);
	return 0;
}

static __always_inline void service_touch(__u32 index, __u32 deadline_ms)
{
	struct table t = service_table();

	table_touch(&t, index, deadline_ms, LEVEE_FLOW_SHIFT);
}

static __always_inline void service_keep(const struct run *run, __u32 index)
{
	service_touch(index, run->now_ms + SERVICE_IDLE_MS);
}

/* The entry may be replaced at once. */
static __always_inline void service_give_up(const struct run *run, __u32 index)
{
	service_touch(index, run->now_ms - (2U << LEVEE_FLOW_SHIFT));
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
	int slot = service_lookup_local(t);

	if (slot < 0)
		return NULL;
	*index = slot;
	return service_at(slot);
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

/*
 * The entry that counts for service `s`, which stands at *index: itself, or that of its wildcard listener, whose
 * index then takes the place of *index. An owner's entry may have been given to another since.
 */
static __always_inline struct levee_service *service_owner(struct levee_service *s, __u32 *index)
{
	struct levee_service *owner;
	__u32 at = s->owner;

	if (at == *index)
		return s;
	owner = service_at(at);
	if (!owner || !(owner->flags & LEVEE_SVC_LISTENER) || owner->key.port != s->key.port)
		return s;
	*index = at;
	return owner;
}

static long counts_clear(__u32 cpu, __u32 *index)
{
	struct levee_service_counts *c = bpf_map_lookup_percpu_elem(&service_counts, index, cpu);

	if (c)
		__builtin_memset(c, 0, sizeof(*c));
	return 0;
}

/* What was counted for the service that had this place before. */
static __always_inline void service_clear(__u32 index)
{
	bpf_loop(cpus, counts_clear, &index, 0);
	roundtrip_clear(index);
}

/* A new entry with the default profile of its family; finds the old one if it is there already. */
static __noinline struct levee_service *service_add(const struct run *run, const struct levee_service_key *key,
						    __u32 *index)
{
	__u32 hash = service_hash(key);
	struct levee_service *s = service_find_key(key, index);
	int v4 = levee_addr_is_v4(&key->addr);
	__u64 claim;

	if (s)
		return s;
	claim = service_claim(hash, run->now_ms);
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
	s->owner = CLAIM_SLOT(claim);
	service_clear(CLAIM_SLOT(claim));
	service_publish(CLAIM_SLOT(claim), hash, run->now_ms + SERVICE_IDLE_MS);
	*index = CLAIM_SLOT(claim);
	return s;
}

/* --- its listener, as the kernel has it */

/* Takes the share from the listener's backlog, which is where the kernel's own queue overflows (tcp_conn_request). */
static __always_inline void service_set_backlog(const struct run *run, struct levee_service *s, __u32 backlog)
{
	__u32 share = backlog ? backlog : 1; /* listen(fd, 0) admits one */

	s->backlog = backlog;
	s->share = share < run->settings->half_open_max ? share : run->settings->half_open_max;
}

/* What there is to know of a listener. */
struct listener {
	__u32 backlog;
	__u32 waiting; /* for accept() */
	bool wildcard;
	bool wildcard_v6; /* the wildcard is ::, and may serve both families */
	bool mptcp;
	bool full; /* its accept queue, as sk_acceptq_is_full() has it: a third ACK is dropped */
};

static __always_inline bool listener_is_mptcp(const struct sock *sk)
{
	return bpf_core_field_exists(struct tcp_sock, is_mptcp) && ((const struct tcp_sock *)sk)->is_mptcp;
}

static __always_inline void listener_read(struct listener *l, const struct sock *sk)
{
	struct in6_addr v6 = {};

	if (bpf_core_field_exists(struct sock_common, skc_v6_rcv_saddr))
		v6 = sk->__sk_common.skc_v6_rcv_saddr;
	l->backlog = sk->sk_max_ack_backlog;
	l->wildcard_v6 = sk->__sk_common.skc_family == AF_INET6;
	l->wildcard = l->wildcard_v6 ? !(v6.in6_u.u6_addr32[0] | v6.in6_u.u6_addr32[1] | v6.in6_u.u6_addr32[2] |
					 v6.in6_u.u6_addr32[3]) :
				       !sk->__sk_common.skc_rcv_saddr;
	l->mptcp = listener_is_mptcp(sk);
	l->waiting = sk->sk_ack_backlog;
	l->full = l->waiting > l->backlog;
}

/*
 * The listener at an address and port of this host. Returns false if there is none. `ctx` is of XDP or TC. A function for its
 * stack: Linux 6.1 counts that of all callers together.
 */
static __noinline bool listener_find(void *ctx, const union levee_addr *addr, __be16 port, struct listener *l)
{
	struct levee_tuple t = { .local = *addr, .lport = port };
	struct bpf_sock *sk;
	struct sock *tcp;
	bool found = false;

	if (levee_addr_is_v4(&t.local))
		levee_addr_set_v4(&t.remote, 0);
	sk = kernel_socket(ctx, &t);
	if (!sk)
		return false;
	if (sk->state == BPF_TCP_LISTEN) {
		tcp = (struct sock *)bpf_skc_to_tcp_sock(sk);
		if (tcp) {
			listener_read(l, tcp);
			found = true;
		}
	}
	bpf_sk_release(sk);
	return found;
}

/* The entry of a wildcard listener, made if there is none; its slot in *index. NULL where there is no room. */
static __always_inline struct levee_service *service_of_listener(const struct run *run, const struct levee_service *s,
								 const struct listener *l, __u32 *index)
{
	struct levee_service_key key = { .port = s->key.port };
	struct levee_service *owner;

	if (!l->wildcard_v6)
		levee_addr_set_v4(&key.addr, 0);
	owner = service_add(run, &key, index);
	if (!owner)
		return NULL;
	owner->flags |= LEVEE_SVC_LISTENER;
	service_keep(run, *index);
	return owner;
}

/*
 * Looks at the listener: its backlog, whether it serves other addresses too, and whether it can take a socket
 * made from a cookie. A service without one has its SYN-ACKs sent by a listener elsewhere (a redirected port):
 * no cookies for it either. Returns false then.
 */
static __noinline bool service_refresh(struct __sk_buff *skb, const struct run *run, struct levee_service *s,
				       __u32 index)
{
	struct levee_service *owner = NULL;
	struct listener l = {};
	__u32 at = index;

	s->refreshed_ms = run->now_ms;
	service_keep(run, index);
	if (!listener_find(skb, &s->key.addr, s->key.port, &l)) {
		s->flags |= LEVEE_SVC_REFUSED;
		return false;
	}
	if (l.mptcp)
		s->flags |= LEVEE_SVC_REFUSED;
	else
		s->flags &= ~LEVEE_SVC_REFUSED;
	if (l.wildcard)
		owner = service_of_listener(run, s, &l, &at);
	s->owner = owner ? at : index;
	service_set_backlog(run, owner ? owner : s, l.backlog);
	return true;
}

/* --- its accept queue */

/* Another CPU, which has just found it full, may be a little ahead of this one's clock. */
#define FULL_SLACK_MS 1000

static __always_inline bool accept_queue_just_full(const struct run *run, const struct levee_service *owner)
{
	return run->now_ms - owner->full_ms + FULL_SLACK_MS < LEVEE_FULL_OVER_MS + FULL_SLACK_MS;
}

/* It was looked at. When that changes what is known of it, one CPU tells of it. */
static __noinline int accept_queue_seen(const struct run *run, struct levee_service *owner, const struct listener *l)
{
	__u32 since = READ_ONCE(owner->full_since_ms), next = l->full ? stamp_ms(run) : 0;

	if (l->full)
		owner->full_ms = next;
	if (!since == !next || (since && accept_queue_just_full(run, owner)))
		return 0;
	if (__sync_val_compare_and_swap(&owner->full_since_ms, since, next) != since)
		return 0;
	if (l->full)
		count(run, LEVEE_C_ACCEPT_FULL);
	return event_of_listener(run, owner, l->full ? LEVEE_EVENT_ACCEPT_FULL : LEVEE_EVENT_ACCEPT_DRAINED,
				 since ? run->now_ms - since : 0, (__u64)l->waiting << 32 | l->backlog);
}

/*
 * Is the accept queue that a connection would go to full? Only asked, and the answer noted, where it was full before or may
 * be. The queue of a listener that is closed has nobody in it.
 */
static __noinline bool accept_queue_is_full(void *ctx, const struct run *run, const struct levee_tuple *t,
					    struct levee_service *owner)
{
	struct listener l = {};

	listener_find(ctx, &t->local, t->lport, &l);
	accept_queue_seen(run, owner, &l);
	return l.full;
}

/* A SYN, which says nothing of the queue by itself: ten of them a second ask. The owner of the service may be NULL. */
#define ACCEPT_QUEUE_ASK_MS 100

static __always_inline void accept_queue_watch(void *ctx, const struct run *run, const struct levee_tuple *t,
					       struct levee_service *owner)
{
	if (!owner || run->now_ms - READ_ONCE(owner->asked_ms) < ACCEPT_QUEUE_ASK_MS)
		return;
	WRITE_ONCE(owner->asked_ms, run->now_ms);
	accept_queue_is_full(ctx, run, t, owner);
}

/* The same, asking only if it was full a minute ago. The owner of the service may be NULL. */
static __always_inline bool accept_queue_still_full(void *ctx, const struct run *run, const struct levee_tuple *t,
						    struct levee_service *owner)
{
	return owner && owner->full_ms && run->now_ms - owner->full_ms < LEVEE_FULL_MINDED_MS &&
	       accept_queue_is_full(ctx, run, t, owner);
}

/* The service is closed: SYNs go to the stack, and its entry, and that of its listener, to whoever needs them. */
static __always_inline void service_retire(const struct run *run, struct levee_service *s, __u32 index)
{
	if (s->flags & LEVEE_SVC_GONE)
		return;
	s->flags |= LEVEE_SVC_GONE;
	service_give_up(run, index);
	if (s->owner != index)
		service_give_up(run, s->owner);
	count(run, LEVEE_C_SERVICE_GONE);
}

/* --- cookie mode */

_Static_assert(offsetof(struct levee_service, mode) % 4 == 0 && offsetof(struct levee_runtime, mode) % 4 == 0,
	       "a mode and what stands beside it are one word");

/* `word` holds the mode in its first byte, and what others may change beside it. True for the one CPU that switched it. */
static __always_inline bool mode_switch(const struct run *run, __u8 mode, __u32 *word)
{
	__u32 was = READ_ONCE(*word), next = was;

	if (*(__u8 *)&was == mode)
		return false;
	*(__u8 *)&next = mode;
	if (__sync_val_compare_and_swap(word, was, next) != was)
		return false; /* by another CPU, or the next packet tries again */
	count(run, mode == LEVEE_MODE_COOKIE ? LEVEE_C_COOKIE_MODE_ON : LEVEE_C_COOKIE_MODE_OFF);
	return true;
}

/* Notes when, and tells. `s` is NULL for the whole table. */
static __always_inline void mode_switched(const struct run *run, const struct levee_service *s, __u8 mode,
					  __u32 *since_ms, __u32 entries, __u32 share)
{
	__u32 since = *since_ms;

	*since_ms = stamp_ms(run);
	event_of_listener(run, s, mode == LEVEE_MODE_COOKIE ? LEVEE_EVENT_COOKIES_ON : LEVEE_EVENT_COOKIES_OFF,
			  since ? run->now_ms - since : 0, (__u64)entries << 32 | share);
}

static __always_inline void service_mode(const struct run *run, struct levee_service *s, __u8 mode)
{
	if (!mode_switch(run, mode, (__u32 *)&s->mode))
		return;
	s->mode_changes++;
	mode_switched(run, s, mode, &s->mode_ms, s->half_open, s->share);
}

static __always_inline void table_mode(const struct run *run, __u8 mode)
{
	struct levee_runtime *rt = run->runtime;

	if (mode_switch(run, mode, (__u32 *)&rt->mode))
		mode_switched(run, NULL, mode, &rt->mode_ms, rt->half_open, run->settings->half_open_max);
}

/* A service in cookie mode sends no SYN-ACK that would refresh it: while SYNs come, it keeps its entry. */
static __always_inline void service_asked_for(const struct run *run, struct levee_service *s, __u32 index)
{
	if (run->now_ms - s->refreshed_ms < SERVICE_IDLE_MS / 2)
		return;
	s->refreshed_ms = run->now_ms;
	service_keep(run, index);
	service_keep(run, s->owner);
}

/* Cookies for this service would end in nothing, or its listener is closed. */
static __always_inline bool service_excused(const struct levee_service *s)
{
	return s->flags & (LEVEE_SVC_GONE | LEVEE_SVC_REFUSED | LEVEE_SVC_FORWARDED);
}

/* The service's SYNs are being answered by cookies: what is neither a flow nor a cookie may be dropped. */
static __always_inline bool service_in_cookie_mode(const struct run *run, const struct levee_service *s,
						   const struct levee_service *owner)
{
	if (service_excused(s))
		return false;
	switch (run->settings->cookies) {
	case LEVEE_COOKIES_ALWAYS:
		return true;
	case LEVEE_COOKIES_ADAPTIVE:
		return owner->mode == LEVEE_MODE_COOKIE || run->runtime->mode == LEVEE_MODE_COOKIE;
	default:
		return false;
	}
}

/* Is the table, or the listener's share of it, as full as `start` percent? Enters cookie mode on the packet that finds it so. */
static __always_inline bool queue_filling(const struct run *run, struct levee_service *owner)
{
	__u64 start = run->settings->start_percent;

	if (READ_ONCE(owner->half_open) * 100ULL >= owner->share * start)
		service_mode(run, owner, LEVEE_MODE_COOKIE);
	else if (READ_ONCE(run->runtime->half_open) * 100ULL >= run->settings->half_open_max * start)
		table_mode(run, LEVEE_MODE_COOKIE);
	else
		return false;
	return true;
}

/*
 * Shall this SYN be answered by a cookie? A service that has not answered a SYN yet since attach is given the
 * chance, within its share: the SYN-ACK tells what it offers, and whether it is this host's own at all.
 */
static __always_inline bool service_wants_cookie(const struct run *run, const struct levee_service *s,
						 struct levee_service *owner)
{
	if (service_excused(s) || run->settings->cookies == LEVEE_COOKIES_NEVER)
		return false;
	if (!(s->flags & LEVEE_SVC_LEARNT) && READ_ONCE(owner->half_open) < owner->share)
		return false;
	return service_in_cookie_mode(run, s, owner) ||
	       (run->settings->cookies == LEVEE_COOKIES_ADAPTIVE && queue_filling(run, owner));
}

#endif
