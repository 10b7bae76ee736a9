/* SPDX-License-Identifier: GPL-2.0 */
/*
 * order.c - comparing rows, a heap of the first N, and sorting.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "order.h"

static int more_first(__u64 a, __u64 b)
{
	return a == b ? 0 : a > b ? -1 : 1;
}

static int by_end(const union levee_addr *a, __be16 a_port, const union levee_addr *b, __be16 b_port)
{
	int addresses = memcmp(a, b, sizeof(*a));

	return addresses ? addresses : ntohs(a_port) - ntohs(b_port);
}

static int by_local(const struct flow_row *a, const struct flow_row *b)
{
	return by_end(&a->tuple.local, a->tuple.lport, &b->tuple.local, b->tuple.lport);
}

static int by_remote(const struct flow_row *a, const struct flow_row *b)
{
	return by_end(&a->tuple.remote, a->tuple.rport, &b->tuple.remote, b->tuple.rport);
}

static int by_state(const struct flow_row *a, const struct flow_row *b)
{
	return memcmp(a->state, b->state, sizeof(a->state));
}

static int by_key(enum flow_order order, const struct flow_row *a, const struct flow_row *b)
{
	switch (order) {
	case ORDER_AGE:
		return more_first(a->age_ms, b->age_ms);
	case ORDER_IDLE:
		return more_first(a->idle_ms, b->idle_ms);
	case ORDER_LEFT:
		return more_first(b->left_ms, a->left_ms);
	case ORDER_BYTES:
		return more_first(a->bytes[0] + a->bytes[1], b->bytes[0] + b->bytes[1]);
	case ORDER_PACKETS:
		return more_first((__u64)a->packets[0] + a->packets[1], (__u64)b->packets[0] + b->packets[1]);
	case ORDER_RTT:
		return more_first(a->rtt_us, b->rtt_us);
	case ORDER_REMOTE:
		return by_remote(a, b);
	case ORDER_STATE:
		return by_state(a, b);
	default:
		return 0;
	}
}

/* Equals stand by their ends, so that two listings of the same are the same. */
int flow_compare(enum flow_order order, const struct flow_row *a, const struct flow_row *b)
{
	int c = by_key(order, a, b);

	if (!c)
		c = by_local(a, b);
	return c ? c : by_remote(a, b);
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct sorted *s = arg;

	return s->reverse ? flow_compare(s->order, b, a) : flow_compare(s->order, a, b);
}

/* --- a heap with the row that comes last on top */

static bool is_behind(struct sorted *s, size_t a, size_t b)
{
	return compare(&s->row[a], &s->row[b], s) > 0;
}

static void swap(struct sorted *s, size_t a, size_t b)
{
	struct flow_row keep = s->row[a];

	s->row[a] = s->row[b];
	s->row[b] = keep;
}

static void sift_up(struct sorted *s, size_t i)
{
	for (; i > 0 && is_behind(s, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(s, i, (i - 1) / 2);
}

static void sift_down(struct sorted *s, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= s->count)
			return;
		if (child + 1 < s->count && is_behind(s, child + 1, child))
			child++;
		if (!is_behind(s, child, i))
			return;
		swap(s, child, i);
		i = child;
	}
}

static int make_room(struct sorted *s)
{
	size_t room = s->room ? 2 * s->room : 1024;
	void *row = realloc(s->row, room * sizeof(*s->row));

	if (!row)
		return -ENOMEM;
	s->row = row;
	s->room = room;
	return 0;
}

int sorted_add(struct sorted *s, const struct flow_row *row)
{
	if (s->limit && s->count == s->limit) {
		if (compare(row, &s->row[0], s) >= 0)
			return 0;
		s->row[0] = *row;
		sift_down(s, 0);
		return 0;
	}
	if (s->count == s->room && make_room(s))
		return -ENOMEM;
	s->row[s->count++] = *row;
	if (s->limit)
		sift_up(s, s->count - 1);
	return 0;
}

void sorted_finish(struct sorted *s)
{
	if (s->count)
		qsort_r(s->row, s->count, sizeof(*s->row), compare, s);
}

void sorted_free(struct sorted *s)
{
	free(s->row);
	s->row = NULL;
}
