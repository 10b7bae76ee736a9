/* SPDX-License-Identifier: GPL-2.0 */
/*
 * queues_read.c - see queues_read.h. A service belongs to the queue of its owner (levee/service.h): a wildcard listener's
 * has many.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "cleanup.h"
#include "clock.h"
#include "netdev.h"
#include "queues_read.h"

/* So many TCP sockets are looked at without asking what it costs: some 10 ms. */
#define SOCKETS_CHEAP 100000

/* TCP sockets of the machine, from /proc/net/sockstat; many if it cannot be read. */
static unsigned int tcp_sockets(void)
{
	close_file FILE *file = fopen("/proc/self/net/sockstat", "re");
	unsigned int inuse, orphan, timewait;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "TCP: inuse %u orphan %u tw %u", &inuse, &orphan, &timewait) == 3)
			return inuse + orphan + timewait;
	return ~0U;
}

/* --- levee's numbers of one service */

static int read_counts(const struct maps *maps, __u32 index, struct levee_service_counts *sum)
{
	int cpus = libbpf_num_possible_cpus();
	free_memory struct levee_service_counts *each = cpus > 0 ? calloc(cpus, sizeof(*each)) : NULL;
	int err = each ? maps_read_at(maps, MAP_SERVICE_COUNTS, index, each) : -ENOMEM;

	memset(sum, 0, sizeof(*sum));
	for (int i = 0; !err && i < cpus; i++) {
		sum->syns += each[i].syns;
		sum->cookies_sent += each[i].cookies_sent;
		sum->cookies_valid += each[i].cookies_valid;
		sum->cookies_refused += each[i].cookies_refused;
	}
	return err;
}

/* Cookies and round trips are counted at the owner. */
static int add_owner(struct queues_reading *r, struct queue *q, const struct levee_service *owner)
{
	__u32 index = owner - r->services->all;
	struct levee_service_counts counts;
	struct levee_service_rtt rtt;
	int err = read_counts(r->view.maps, index, &counts);

	if (!err)
		err = maps_read_at(r->view.maps, MAP_SERVICE_RTT, index, &rtt);
	if (err)
		return err;
	q->owner = owner;
	q->flags = LEVEE_SVC_GONE;
	q->sent = counts.cookies_sent;
	q->valid = counts.cookies_valid;
	q->refused = counts.cookies_refused;
	roundtrips_of(&q->rtt, &rtt, r->view.now_ms);
	return 0;
}

/* SYNs are counted at the service that they were addressed to. */
static int add_service(struct queues_reading *r, struct queue *q, const struct levee_service *s)
{
	unsigned char gone = q->flags & s->flags & LEVEE_SVC_GONE;
	struct levee_service_counts counts;
	int err = read_counts(r->view.maps, s - r->services->all, &counts);

	q->flags = ((q->flags | s->flags) & ~(LEVEE_SVC_GONE | LEVEE_SVC_LISTENER)) | gone;
	q->syns += counts.syns;
	return err;
}

/* --- bringing together */

/* Nothing of it is left but its entry, which waits for somebody who needs the place. */
static bool is_of_the_past(const struct levee_service *s, const struct levee_service *owner)
{
	return s->flags & LEVEE_SVC_GONE && !owner->half_open && !owner->in_flight;
}

static bool is_at(const struct listening *l, const struct levee_service *owner)
{
	return l && l->socket.tuple.lport == owner->key.port &&
	       memcmp(&l->socket.tuple.local, &owner->key.addr, sizeof(owner->key.addr)) == 0;
}

/* The queue of an owner: one that has it, or its listener's, or a new one. Of several listeners at an address the first. */
static struct queue *queue_of(struct queues_reading *r, const struct levee_service *owner, bool make)
{
	for (unsigned int i = 0; i < r->count; i++)
		if (r->queues[i].owner == owner || (!r->queues[i].owner && is_at(r->queues[i].kernel, owner)))
			return &r->queues[i];
	return make ? &r->queues[r->count++] : NULL;
}

static int bring_together(struct queues_reading *r)
{
	for (unsigned int i = 0; i < r->listening.count; i++)
		if (r->listening.all[i].reached)
			r->queues[r->count++].kernel = &r->listening.all[i];
	for (unsigned int i = 0; i < r->services->count; i++) {
		const struct levee_service *s = r->services->known[i], *owner = service_owner_of(r->services, s);
		struct queue *q = queue_of(r, owner, !is_of_the_past(s, owner));
		int err = q && !q->owner ? add_owner(r, q, owner) : 0;

		if (q && !err)
			err = add_service(r, q, s);
		if (err)
			return err;
	}
	return 0;
}

static int read_all(struct queues_reading *r)
{
	const struct maps *maps = r->view.maps;
	int err = maps_read(maps, MAP_RUNTIME, &r->view.runtime);

	if (!err)
		r->services = services_read(maps);
	if (!err && !r->services)
		err = -errno;
	if (!err)
		err = listening_read(&r->listening, maps->ifname, maps->meta.ifindex, r->view.half_open_counted);
	if (err)
		return err;
	r->view.half_open_partial = r->listening.partial;
	r->queues = calloc(r->listening.count + r->services->count + 1, sizeof(*r->queues));
	return r->queues ? bring_together(r) : -ENOMEM;
}

int queues_read(struct queues_reading *r, const struct maps *maps, bool thorough)
{
	int err;

	memset(r, 0, sizeof(*r));
	r->view.maps = maps;
	r->view.now_ms = clock_ms(&maps->settings.clock);
	r->view.half_open_counted = thorough || tcp_sockets() <= SOCKETS_CHEAP;
	err = read_all(r);
	errno = -err;
	return err;
}

void queues_read_free(struct queues_reading *r)
{
	int err = errno;

	free(r->queues);
	services_free(r->services);
	listening_free(&r->listening);
	errno = err;
}
