/* SPDX-License-Identifier: GPL-2.0 */
/*
 * history.c - one second of history: what levee counts, what the kernel counts, and the fullest of all queues.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "history.h"
#include "listening.h"
#include "netstat.h"
#include "output.h"
#include "services.h"

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

/* Several services may have one owner, who counts once. */
static int take_services(const struct maps *maps, struct levee_history *h)
{
	bool seen[LEVEE_SERVICES_MAX] = {};
	struct service_list *list = services_read(maps);

	if (!list)
		return -errno;
	for (unsigned int i = 0; i < list->count; i++) {
		const struct levee_service *owner = service_owner_of(list, list->known[i]);

		if (!seen[owner - list->all])
			take_owner(h, owner);
		seen[owner - list->all] = true;
	}
	services_free(list);
	return 0;
}

/* --- the kernel: accept queues, and what it counts itself */

static void take_accept_queue(struct levee_history *h, const struct tcp_socket *s)
{
	if (!fuller(s->waiting, s->backlog, h->accept_used, h->accept_backlog))
		return;
	h->accept_used = s->waiting;
	h->accept_backlog = s->backlog;
	h->accept_port = s->tuple.lport;
}

/* A kernel that does not tell its sockets (no tcp_diag) leaves the queue unknown: that is no reason to record nothing. */
static void take_listeners(const struct maps *maps, struct levee_history *h)
{
	struct listening_list list;

	listening_read(&list, maps->ifname, maps->meta.ifindex, false);
	for (unsigned int i = 0; i < list.count; i++)
		if (list.all[i].reached)
			take_accept_queue(h, &list.all[i].socket);
	listening_free(&list);
}

static void take_kernel(struct levee_history *h)
{
	free_json json_t *kernel = netstat_queues();

	h->listen_overflows = model_number(kernel, "ListenOverflows");
	h->listen_drops = model_number(kernel, "ListenDrops");
}

int history_take(const struct maps *maps, struct levee_history *h)
{
	struct levee_runtime run;
	int err;

	memset(h, 0, sizeof(*h));
	err = maps_read(maps, MAP_RUNTIME, &run);
	if (!err)
		err = maps_read_stats(maps, &h->stats);
	/* The time of the counters: rates are made from them. */
	h->boot_ms = history_now();
	if (!err)
		err = take_services(maps, h);
	if (err)
		return err;
	h->half_open = run.half_open;
	h->flows = run.flows;
	h->in_flight = run.in_flight;
	h->mode = run.mode;
	take_listeners(maps, h);
	take_kernel(h);
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
