/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top_state.h - what the one at the keyboard has chosen: order, filter, focus, and where each pane is scrolled to. Pure.
 */
#ifndef USER_TOP_STATE_H
#define USER_TOP_STATE_H

#include <stdbool.h>

#include "top_view.h"

/* Orders of the listeners. X(NAME, word, what comes first) */
#define TOP_ORDERS(X)                                                                     \
	X(PRESSURE, "pressure", "accept queue full, cookie mode, then the fullest queue") \
	X(ADDRESS, "address", "by port and address")                                      \
	X(SYN_QUEUE, "syn queue", "most half-open connections")                           \
	X(ACCEPT_QUEUE, "accept queue", "most connections not accepted yet")              \
	X(SENT, "cookies sent", "most cookies sent a second")                             \
	X(DROPS, "drops", "most connections dropped by a full accept queue")              \
	X(RTT, "rtt", "slowest median round trip")

#define TOP_ORDER_ENUM(NAME, word, help) TOP_BY_##NAME,
enum top_order { TOP_ORDERS(TOP_ORDER_ENUM) TOP_ORDER_COUNT };
#undef TOP_ORDER_ENUM

extern const char *const top_order_word[TOP_ORDER_COUNT];
extern const char *const top_order_help[TOP_ORDER_COUNT];

enum top_pane { PANE_LISTENERS, PANE_SOURCES, PANE_EVENTS, PANE_COUNT };

enum top_dialog { DIALOG_NONE, DIALOG_HELP, DIALOG_SORT, DIALOG_FILTER };

#define TOP_FILTER_MAX 40

struct top_state {
	enum top_order order;
	bool reverse;
	bool frozen;
	enum top_dialog dialog;
	enum top_order menu; /* the line of DIALOG_SORT that is picked */
	char filter[TOP_FILTER_MAX];
	enum top_pane focus;
	int top[PANE_COUNT]; /* the first line that is shown */
	/* As of the last drawing, for keys that scroll. */
	int lines[PANE_COUNT], rows[PANE_COUNT]; /* there are, and fit */
};

enum top_action { TOP_GO_ON, TOP_QUIT, TOP_REDRAW };

/* A key, by curses' numbers. TOP_REDRAW: also where the terminal may have been garbled. */
enum top_action top_key(struct top_state *s, int key);

/* Does this text pass the filter? Capitals do not matter. */
bool top_passes(const struct top_state *s, const char *text);

/* The listeners that pass, in order; `row` has room for TOP_LISTENERS. Returns how many. */
unsigned int top_sorted(const struct top_state *s, const struct top_view *v, const struct top_listener **row);

#endif
