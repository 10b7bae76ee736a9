/* SPDX-License-Identifier: GPL-2.0 */
/*
 * events.h - events of connections and listeners as `levee events` shows them.
 */
#ifndef USER_EVENTS_H
#define USER_EVENTS_H

#include <levee/event.h>

#include "flows.h"

struct event_row {
	struct flow_row flow; /* without idle_ms, left_ms and repeats, which events do not tell */
	__u64 time_unix_ms;
	__u8 event;  /* enum levee_event_type */
	__u8 reason; /* of END: enum levee_ended */
	__u8 was[2]; /* of STATE: enum levee_tcp_state; else FIELD_NO_WORD */
	__u32 queue_now, queue_max; /* of a listener: connections in its queue, and how many may be; else 0 */
};

/* What a row consists of in JSON. */
extern const struct field event_fields[];
extern const unsigned int event_field_count;

#define EVENT_TEXT_MAX 256

/* `unix_minus_monotonic_ns` turns the event's clock into the wall's. Pure. */
void row_of_event(struct event_row *row, const struct levee_event *event, __s64 unix_minus_monotonic_ns);

/* One line without its newline; colored: where text on stdout is. Returns where it stopped. */
char *event_text(char *to, const struct event_row *row, bool colored);

#endif
