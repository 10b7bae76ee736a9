/* SPDX-License-Identifier: GPL-2.0 */
/*
 * order.h - connections in an order: all of them, or the first N without keeping the others.
 */
#ifndef USER_ORDER_H
#define USER_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "flows.h"

/* X(NAME, name, what comes first) */
#define FLOW_ORDERS(X)                               \
	X(NONE, none, "as they stand in the table")  \
	X(AGE, age, "the oldest")                    \
	X(IDLE, idle, "the longest silent")          \
	X(LEFT, left, "the next to be forgotten")    \
	X(BYTES, bytes, "the most bytes, both ways") \
	X(PACKETS, packets, "the most packets")      \
	X(RTT, rtt, "the longest round trip")        \
	X(LOCAL, local, "by this host's end")        \
	X(REMOTE, remote, "by the remote end")       \
	X(STATE, state, "by the states of both ends")

#define FLOW_ORDER_ENUM(NAME, name, first) ORDER_##NAME,
enum flow_order { FLOW_ORDERS(FLOW_ORDER_ENUM) ORDER_COUNT };
#undef FLOW_ORDER_ENUM

/* Negative, 0 or positive, as `a` comes before `b` or behind. */
int flow_compare(enum flow_order order, const struct flow_row *a, const struct flow_row *b);

/* Rows kept for sorting. Zeroed but for the first three members it is empty. */
struct sorted {
	enum flow_order order;
	bool reverse;
	size_t limit; /* 0: none */
	struct flow_row *row;
	size_t count, room;
};

/* Negative errno. With a limit the rows beyond it are dropped as they come. */
int sorted_add(struct sorted *s, const struct flow_row *row);

/* Puts the rows in order. */
void sorted_finish(struct sorted *s);

void sorted_free(struct sorted *s);

#endif
