/* SPDX-License-Identifier: GPL-2.0 */
/*
 * listening.c - see listening.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "listening.h"
#include "netdev.h"

/* --- listeners */

static struct listening *append(struct listening_list *list)
{
	unsigned int room = list->room ? 2 * list->room : 64;
	struct listening *all = list->all;

	if (list->count == list->room) {
		all = reallocarray(all, room, sizeof(*all));
		if (!all)
			return NULL;
		list->all = all;
		list->room = room;
	}
	memset(&all[list->count], 0, sizeof(*all));
	return &all[list->count++];
}

int listening_add(struct listening_list *list, const struct tcp_socket *socket, bool reached)
{
	struct listening *l = append(list);

	if (!l)
		return -ENOMEM;
	l->socket = *socket;
	l->sockets = 1;
	l->full = socket->waiting > socket->backlog; /* sk_acceptq_is_full(): it admits one more than its backlog */
	l->reached = reached;
	return 0;
}

/* By port; 0 for sockets that are one listener. */
static int order(const void *a, const void *b)
{
	const struct tcp_socket *x = &((const struct listening *)a)->socket,
				*y = &((const struct listening *)b)->socket;
	int d = ntohs(x->tuple.lport) - ntohs(y->tuple.lport);

	if (!d)
		d = memcmp(&x->tuple.local, &y->tuple.local, sizeof(x->tuple.local));
	if (!d)
		d = x->ipv6 - y->ipv6;
	return d ? d : (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static void merge(struct listening *into, const struct listening *l)
{
	into->socket.backlog += l->socket.backlog;
	into->socket.waiting += l->socket.waiting;
	into->socket.drops += l->socket.drops;
	into->sockets += l->sockets;
	into->full += l->full;
}

void listening_sort(struct listening_list *list)
{
	unsigned int kept = 0;

	if (!list->count)
		return;
	qsort(list->all, list->count, sizeof(list->all[0]), order);
	for (unsigned int i = 1; i < list->count; i++)
		if (order(&list->all[kept], &list->all[i]) == 0)
			merge(&list->all[kept], &list->all[i]);
		else
			list->all[++kept] = list->all[i];
	list->count = kept + 1;
}

void listening_free(struct listening_list *list)
{
	free(list->all);
	list->all = NULL;
}

/* --- half-open connections */

/* The first listener of a port. */
static unsigned int lower_bound(const struct listening_list *list, __be16 port)
{
	unsigned int low = 0, high = list->count;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (ntohs(list->all[mid].socket.tuple.lport) < ntohs(port))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* As compute_score() of the kernel: the address itself before all addresses. A request keeps its listener's interface. */
static int score(const struct tcp_socket *listener, const struct tcp_socket *half_open)
{
	if (listener->ifindex != half_open->ifindex)
		return 0;
	if (memcmp(&listener->tuple.local, &half_open->tuple.local, sizeof(half_open->tuple.local)) == 0)
		return 3;
	if (!socket_is_wildcard(&listener->tuple.local) || !socket_serves(listener, &half_open->tuple.local))
		return 0;
	return listener->ipv6 == half_open->ipv6 ? 2 : 1;
}

struct listening *listening_of(const struct listening_list *list, const struct tcp_socket *half_open)
{
	struct listening *best = NULL;
	int most = 0;

	for (unsigned int i = lower_bound(list, half_open->tuple.lport);
	     i < list->count && list->all[i].socket.tuple.lport == half_open->tuple.lport; i++) {
		int s = score(&list->all[i].socket, half_open);

		if (s > most) {
			most = s;
			best = &list->all[i];
		}
	}
	return best;
}

/* --- reading */

struct reading {
	struct listening_list *list;
	unsigned int ifindex;
	bool loopback; /* the interface is lo */
};

static int take_listener(const struct tcp_socket *socket, void *arg)
{
	struct reading *r = arg;
	bool reached = (!socket->ifindex || socket->ifindex == r->ifindex) &&
		       (r->loopback || !socket_is_loopback(&socket->tuple.local));

	return listening_add(r->list, socket, reached);
}

/* Ends the walk, by an answer that no errno has. */
#define ENOUGH 1

static int take_half_open(const struct tcp_socket *socket, void *arg)
{
	struct listening_list *list = arg;
	struct listening *l = listening_of(list, socket);

	if (l)
		l->half_open++;
	return ++list->half_open == LISTENING_HALF_OPEN_MAX ? ENOUGH : 0;
}

int listening_read(struct listening_list *list, const char *ifname, unsigned int ifindex, bool half_open)
{
	struct reading r = { .list = list, .ifindex = ifindex, .loopback = netdev_is_loopback(ifname) };
	int err;

	memset(list, 0, sizeof(*list));
	err = sockets_each_listener(take_listener, &r);
	listening_sort(list);
	if ((err && err != -EINTR) || !half_open)
		return err == -EINTR ? 0 : err;
	err = sockets_each_half_open(take_half_open, list);
	list->partial = err == ENOUGH;
	/* Sockets came and went while they were counted, as under a flood they always do. */
	return err == ENOUGH || err == -EINTR ? 0 : err;
}
