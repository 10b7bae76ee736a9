/* SPDX-License-Identifier: GPL-2.0 */
/*
 * history.c - one second of history: what levee counts, what the kernel counts, and the fullest of all queues.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "history.h"
#include "netstat.h"
#include "services.h"
#include "sockets.h"

__u64 history_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

/* Is a of b more than c of d? Nothing of nothing is less than anything. */
static bool fuller(__u32 a, __u32 b, __u32 c, __u32 d)
{
	return b && (!d || (__u64)a * d > (__u64)c * b);
}

/* --- the services: cookie mode, and the fullest share */

static void take_owner(struct levee_history *h, const struct levee_service *owner)
{
	h->services_in_cookie_mode += owner->mode == LEVEE_MODE_COOKIE;
	if (!fuller(owner->half_open, owner->share, h->share_used, h->share))
		return;
	h->share_used = owner->half_open;
	h->share = owner->share;
	h->share_port = owner->key.port;
}

/* Ports of services: a listener of another port is not behind this interface. */
struct ports {
	__u64 known[65536 / 64];
};

static void ports_add(struct ports *p, __be16 port)
{
	p->known[ntohs(port) / 64] |= 1ULL << ntohs(port) % 64;
}

static bool ports_have(const struct ports *p, __be16 port)
{
	return p->known[ntohs(port) / 64] >> ntohs(port) % 64 & 1;
}

/* Several services may have one owner, who counts once. */
static int take_services(const struct maps *maps, struct levee_history *h, struct ports *ports)
{
	bool seen[LEVEE_SERVICES_MAX] = {};
	struct service_list *list = services_read(maps);

	if (!list)
		return -errno;
	for (unsigned int i = 0; i < list->count; i++) {
		unsigned int owner = list->known[i]->owner % LEVEE_SERVICES_MAX;

		ports_add(ports, list->known[i]->key.port);
		if (!seen[owner])
			take_owner(h, &list->all[owner]);
		seen[owner] = true;
	}
	services_free(list);
	return 0;
}

/* --- the kernel: accept queues, and what it counts itself */

struct accepting {
	struct levee_history *history;
	const struct ports *ports;
};

static int take_listener(const struct tcp_socket *s, void *arg)
{
	struct accepting *a = arg;
	struct levee_history *h = a->history;

	if (!ports_have(a->ports, s->tuple.lport) || !fuller(s->waiting, s->backlog, h->accept_used, h->accept_backlog))
		return 0;
	h->accept_used = s->waiting;
	h->accept_backlog = s->backlog;
	h->accept_port = s->tuple.lport;
	return 0;
}

/* A kernel that does not tell its sockets (no tcp_diag) leaves the queue unknown: that is no reason to record nothing. */
static void take_kernel(struct levee_history *h, const struct ports *ports)
{
	static const char *const names[] = { "ListenOverflows", "ListenDrops" };
	struct accepting a = { h, ports };
	__u64 values[2] = {};

	netstat_read("TcpExt", names, 2, values);
	h->listen_overflows = values[0];
	h->listen_drops = values[1];
	sockets_each_listener(take_listener, &a);
}

int history_take(const struct maps *maps, struct levee_history *h)
{
	struct ports ports = {};
	struct levee_runtime run;
	int err;

	memset(h, 0, sizeof(*h));
	err = maps_read(maps, MAP_RUNTIME, &run);
	if (!err)
		err = maps_read_stats(maps, &h->stats);
	/* The time of the counters: rates are made from them. */
	h->boot_ms = history_now();
	if (!err)
		err = take_services(maps, h, &ports);
	if (err)
		return err;
	h->half_open = run.half_open;
	h->flows = run.flows;
	h->in_flight = run.in_flight;
	h->mode = run.mode;
	take_kernel(h, &ports);
	return 0;
}

/* --- the ring */

int history_open(const struct maps *maps, struct history *history)
{
	char path[BPFFS_PATH_MAX];

	history->fd = bpf_obj_get(place_pin(path, &maps->place, map_names[MAP_HISTORY]));
	return history->fd < 0 ? -errno : 0;
}

void history_close(struct history *history)
{
	cleanup_fd(&history->fd);
	history->fd = -1;
}

int history_write(const struct history *history, const struct levee_history *record)
{
	__u32 place = levee_history_place(record->boot_ms);

	return bpf_map_update_elem(history->fd, &place, record, BPF_EXIST | BPF_F_LOCK) ? -errno : 0;
}

int history_record(struct history *history, const struct maps *maps)
{
	struct levee_history record;
	int err = history_take(maps, &record);

	return err ? err : history_write(history, &record);
}

static int by_time(const void *a, const void *b)
{
	const struct levee_history *x = a, *y = b;

	return x->boot_ms < y->boot_ms ? -1 : x->boot_ms > y->boot_ms;
}

void history_sort(struct history_list *list, __u64 now_ms)
{
	const __u64 hour = (__u64)LEVEE_HISTORY_RECORDS * LEVEE_HISTORY_PERIOD_MS;
	unsigned int kept = 0;

	for (unsigned int i = 0; i < list->count; i++) {
		__u64 at = list->record[i].boot_ms;

		if (at && at <= now_ms && now_ms - at <= hour)
			list->record[kept++] = list->record[i];
	}
	list->count = kept;
	qsort(list->record, kept, sizeof(list->record[0]), by_time);
}

int history_read_map(int fd, __u64 now_ms, struct history_list *list)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = BPF_F_LOCK);
	free_memory __u32 *keys = calloc(LEVEE_HISTORY_RECORDS, sizeof(__u32));
	__u32 at = 0;

	list->count = LEVEE_HISTORY_RECORDS;
	list->record = calloc(LEVEE_HISTORY_RECORDS, sizeof(list->record[0]));
	if (!keys || !list->record)
		return -ENOMEM;
	/* Having come to the end it says ENOENT. */
	if (bpf_map_lookup_batch(fd, NULL, &at, keys, list->record, &list->count, &opts) &&
	    list->count != LEVEE_HISTORY_RECORDS)
		return -errno;
	history_sort(list, now_ms);
	return 0;
}

int history_read(const struct maps *maps, struct history_list *list)
{
	return history_read_map(maps->fd[MAP_HISTORY], history_now(), list);
}

void history_free(struct history_list *list)
{
	free(list->record);
	list->record = NULL;
	list->count = 0;
}
