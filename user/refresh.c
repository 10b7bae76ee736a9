/* SPDX-License-Identifier: GPL-2.0 */
/*
 * refresh.c - see refresh.h. What is written here is only what has changed: a turn in which nothing has changed costs two
 * readings and no write.
 */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "netdev.h"
#include "refresh.h"
#include "seed.h"

struct planning {
	struct refresh *plan;
	const struct listening_list *listening;
	const struct service_list *services;
};

static bool add_row(struct refresh *plan, const struct levee_service_key *key, unsigned int backlog, bool closed)
{
	struct levee_seed_service row = { .key = *key, .backlog = backlog, .closed = closed };

	if (plan->count == REFRESH_ROWS_MAX)
		return false;
	plan->row[plan->count++] = row;
	return true;
}

/* Of several sockets on one port the kernel tells the sum of their backlogs: each may have another. */
static bool backlog_differs(const struct listening *l, const struct levee_service *owner)
{
	return l->sockets == 1 && owner->backlog != l->socket.backlog;
}

static void plan_address(struct planning *p, const struct listening *l, const union levee_addr *addr)
{
	struct levee_service_key key = { .addr = *addr, .port = l->socket.tuple.lport };
	const struct levee_service *s = services_find(p->services, &key);
	bool known = s && s->flags & LEVEE_SVC_SEEDED && !(s->flags & LEVEE_SVC_GONE);

	if (known && !backlog_differs(l, service_owner_of(p->services, s)))
		return;
	if (add_row(p->plan, &key, l->socket.backlog / (l->sockets ? l->sockets : 1), false))
		p->plan->come += !known;
}

static bool is_at(const struct listening *l, const union levee_addr *addr, __be16 port)
{
	return l->socket.tuple.lport == port && memcmp(&l->socket.tuple.local, addr, sizeof(*addr)) == 0;
}

/* Has this very address a listener of its own, which comes before the wildcard's? */
static bool has_its_own(const struct planning *p, const union levee_addr *addr, __be16 port)
{
	for (unsigned int i = 0; i < p->listening->count; i++)
		if (is_at(&p->listening->all[i], addr, port))
			return true;
	return false;
}

static void plan_listener(struct planning *p, const struct listening *l, const struct local_addresses *local,
			  bool loopback)
{
	if (!l->reached)
		return;
	if (!socket_is_wildcard(&l->socket.tuple.local)) {
		plan_address(p, l, &l->socket.tuple.local);
		return;
	}
	for (unsigned int i = 0; i < local->count; i++)
		if ((loopback || !socket_is_loopback(&local->addr[i])) && socket_serves(&l->socket, &local->addr[i]) &&
		    !has_its_own(p, &local->addr[i], l->socket.tuple.lport))
			plan_address(p, l, &local->addr[i]);
}

/* Also by a listener that this interface does not reach: the service may be another's then, but is not gone. */
static bool is_served(const struct planning *p, const struct levee_service_key *key)
{
	for (unsigned int i = 0; i < p->listening->count; i++) {
		const struct tcp_socket *s = &p->listening->all[i].socket;

		if (s->tuple.lport == key->port &&
		    (is_at(&p->listening->all[i], &key->addr, key->port) ||
		     (socket_is_wildcard(&s->tuple.local) && socket_serves(s, &key->addr))))
			return true;
	}
	return false;
}

/* Only what was a socket here: others (a redirected port, a container's) have never had one. */
static void plan_service(struct planning *p, const struct levee_service *s)
{
	if (!(s->flags & LEVEE_SVC_SEEDED) || s->flags & LEVEE_SVC_GONE || is_served(p, &s->key))
		return;
	if (add_row(p->plan, &s->key, 0, true))
		p->plan->gone++;
}

void refresh_plan(struct refresh *plan, const struct listening_list *listening, const struct service_list *services,
		  const struct local_addresses *local, bool loopback)
{
	struct planning p = { .plan = plan, .listening = listening, .services = services };

	plan->count = plan->come = plan->gone = 0;
	for (unsigned int i = 0; i < listening->count; i++)
		plan_listener(&p, &listening->all[i], local, loopback);
	for (unsigned int i = 0; i < services->count; i++)
		plan_service(&p, services->known[i]);
}

int refresh_services(struct refresh *plan, const struct maps *maps, const struct queues_reading *now)
{
	close_fd int prog = maps_pinned_program(&maps->place, "levee_seed_services");
	struct local_addresses local;
	int err = local_addresses_read(&local, maps->meta.ifindex);

	if (prog < 0 || err)
		return prog < 0 ? prog : err;
	refresh_plan(plan, &now->listening, now->services, &local, netdev_is_loopback(maps->ifname));
	return plan->count ? seed_services(prog, plan->row, plan->count) : 0;
}
