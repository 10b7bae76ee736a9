/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top_view.h - what `levee top` shows, in numbers and text: made once a second from the documents of other commands
 * (levee.stats/1, the list of levee.queues/1) and from the sources of SYNs. Pure: no terminal, no map.
 *
 * A view has no pointers, so that freezing the screen is copying it.
 */
#ifndef USER_TOP_VIEW_H
#define USER_TOP_VIEW_H

#include <jansson.h>

#include <levee/event.h>

#include "sources.h"

/* Rates with a history. X(NAME, group of levee.stats/1, its member, title); a member of "" is the sum of the group. */
#define TOP_RATES(X)                                       \
	X(SYN, "events", "syns", "SYN")                    \
	X(SENT, "events", "cookies_sent", "cookies sent")  \
	X(VALID, "events", "cookies_valid", "valid")       \
	X(INVALID, "events", "cookies_invalid", "invalid") \
	X(DROP, "drop", "", "dropped")

#define TOP_RATE_ENUM(NAME, group, member, title) TOP_##NAME,
enum top_rate { TOP_RATES(TOP_RATE_ENUM) TOP_RATE_COUNT };
#undef TOP_RATE_ENUM

extern const char *const top_rate_title[TOP_RATE_COUNT];

#define TOP_HISTORY 512 /* values, one a second: eight minutes and a half; as wide as terminals get */
#define TOP_REASONS 32 /* of drops: more than there are */
#define TOP_DROPS 3    /* of those, shown */
#define TOP_RECENT 12  /* seconds by which they are chosen */
#define TOP_LISTENERS 256
#define TOP_EVENTS 128
#define TOP_TEXT 256

struct top_drop {
	char name[32];
	float history[TOP_HISTORY];
};

/* Totals of a listener, to make rates of. */
struct top_totals {
	long long syns, sent, valid, refused, drops;
};

struct top_listener {
	char endpoint[64];
	char address[48];
	int port;
	bool cookie; /* mode */
	bool full;   /* its accept queue */
	int rank;	  /* in the order of the document: 0 is under the most pressure */
	long long mode_ms;
	long long kernel, levee, share; /* SYN queue; kernel -1: not counted */
	long long accept, accept_max;
	long long in_flight;
	long long p50_us, p99_us; /* -1: unknown */
	int pressure; /* percent: of what is fullest */
	struct top_totals total;
	double syns, sent, valid, refused, drops; /* per second */
	char note[TOP_TEXT];
};

struct top_event {
	__u64 unix_ms;
	__u8 type;	   /* enum levee_event_type; of a listener: */
	char who[64]; /* its endpoint, "" of others */
	char text[TOP_TEXT];
};

/* The latest so many, by time. */
struct top_events {
	unsigned int count; /* all that ever came */
	struct top_event event[TOP_EVENTS];
};

struct top_view {
	char ifname[LEVEE_IFNAME_MAX];
	char cookies[16]; /* when they are sent: "adaptive" */
	bool handoff; /* this kernel can make connections from cookies */
	int start_percent, end_percent;
	__u64 unix_ms, up_ms;
	double upkeep; /* share of one CPU that housekeeping takes */
	/* rates, see top_ago() */
	unsigned int seconds;
	float history[TOP_RATE_COUNT][TOP_HISTORY];
	unsigned int drops;
	struct top_drop drop[TOP_REASONS];
	double flows_new; /* per second */
	/* gauges */
	bool table_cookie; /* mode of the whole table */
	long long table_mode_ms;
	long long half_open, half_open_max, flows, flows_max, in_flight;
	char problem[TOP_TEXT]; /* why levee does not protect, the first of the reasons; or "" */
	/* panes */
	__u64 queues_unix_ms; /* when they were read last; 0: never */
	unsigned int listeners, listeners_known; /* in the list, and all */
	struct top_listener listener[TOP_LISTENERS];
	struct source_list sources;
	struct top_events told; /* what becomes of listeners */
	struct top_events connections;
	/* what is wrong with a pane, or "" */
	char no_listeners[TOP_TEXT], no_sources[TOP_TEXT], no_connections[TOP_TEXT];
};

/* Of a history, what was so many seconds ago, 0 is the latest; and the most of the last so many seconds. */
double top_ago(const struct top_view *v, const float *history, unsigned int seconds);
double top_most(const struct top_view *v, const float *history, unsigned int seconds);

/* The most frequent reasons of drops, of the last seconds. Returns how many: not those that were none. */
unsigned int top_drops(const struct top_view *v, const struct top_drop *most[TOP_DROPS]);

/* A second has gone by: takes the document levee.stats/1. */
void top_view_stats(struct top_view *v, const json_t *stats);

/*
 * Takes the member "queues" of levee.queues/1 as of then; tells of listeners that came or went, whose mode has changed, or
 * whose accept queue has filled.
 */
void top_view_queues(struct top_view *v, __u64 unix_ms, const json_t *queues);

/* Adds one; the text is cut off. */
void top_event_add(struct top_events *events, __u64 unix_ms, enum levee_event_type type, const char *text);

/*
 * Tells what became of a listener: of `who`, "whole table" for that. The ring of events says so, and what is read once a second
 * does: told is what is told first.
 */
void top_tell(struct top_view *v, __u64 unix_ms, enum levee_event_type type, const char *who, const char *text);

/* The n-th latest; NULL where there are no more. */
const struct top_event *top_event_back(const struct top_events *events, unsigned int n);

/* The document levee.top/1. */
json_t *top_model(const struct top_view *v);

#endif
