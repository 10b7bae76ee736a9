/* SPDX-License-Identifier: GPL-2.0 */
/*
 * events.c - from records of the ring buffer to JSON and to lines of text.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "color.h"
#include "duration.h"
#include "events.h"
#include "output.h"
#include "put.h"

#define ROW(member) offsetof(struct event_row, member)
#define BY_LOCAL(member) (ROW(member) + LEVEE_LOCAL * sizeof(((struct event_row *)0)->member[0]))
#define BY_REMOTE(member) (ROW(member) + LEVEE_REMOTE * sizeof(((struct event_row *)0)->member[0]))

const struct field event_fields[] = {
	{ FIELD_U64, FIELD_KEY("time_unix_ms"), .at = ROW(time_unix_ms), .help = "when" },
	{ FIELD_WORD, FIELD_KEY("event"), .at = ROW(event), .words = &words_event,
	  .help = "NEW, STATE or END of a connection; of a listener ACCEPT_FULL, ACCEPT_DRAINED, COOKIES_ON, COOKIES_OFF" },
	{ FIELD_ENDPOINT, FIELD_KEY("local"), .at = ROW(flow.tuple.local), .port = ROW(flow.tuple.lport),
	  .help = "the end behind the interface, or the listener; \"\" for the whole table" },
	{ FIELD_ENDPOINT, FIELD_KEY("remote"), .at = ROW(flow.tuple.remote), .port = ROW(flow.tuple.rport),
	  .help = "the end on the wire; of a listener \"\"" },
	{ FIELD_WORD, FIELD_KEY("state_local"), .at = BY_LOCAL(flow.state), .words = &words_state,
	  .help = "state of the local end, RFC 9293; of a listener \"\"" },
	{ FIELD_WORD, FIELD_KEY("state_remote"), .at = BY_REMOTE(flow.state), .words = &words_state,
	  .help = "state of the remote end; of a listener \"\"" },
	{ FIELD_WORD, FIELD_KEY("was_local"), .at = BY_LOCAL(was), .words = &words_state,
	  .help = "of STATE: the local end's before, else \"\"" },
	{ FIELD_WORD, FIELD_KEY("was_remote"), .at = BY_REMOTE(was), .words = &words_state,
	  .help = "of STATE: the remote end's before, else \"\"" },
	{ FIELD_WORD, FIELD_KEY("began"), .at = ROW(flow.began), .words = &words_began,
	  .help = "how it began; of a listener \"\"" },
	{ FIELD_WORD, FIELD_KEY("reason"), .at = ROW(reason), .words = &words_ended, .help = "of END: why, else \"\"" },
	{ FIELD_MS, FIELD_KEY("age_ms"), .at = ROW(flow.age_ms),
	  .help = "since it began; of a listener: since it was otherwise" },
	{ FIELD_U32, FIELD_KEY("packets_in"), .at = BY_REMOTE(flow.packets), .help = "packets received" },
	{ FIELD_U32, FIELD_KEY("packets_out"), .at = BY_LOCAL(flow.packets), .help = "packets sent" },
	{ FIELD_BYTES, FIELD_KEY("bytes_in"), .at = BY_REMOTE(flow.bytes),
	  .help = "bytes received, TCP headers and data" },
	{ FIELD_BYTES, FIELD_KEY("bytes_out"), .at = BY_LOCAL(flow.bytes), .help = "bytes sent" },
	{ FIELD_MICROSECONDS, FIELD_KEY("rtt_us"), .at = ROW(flow.rtt_us),
	  .help = "round trip of the handshake, null if unknown" },
	{ FIELD_U32, FIELD_KEY("queue_now"), .at = ROW(queue_now),
	  .help = "of ACCEPT_*: connections that wait for accept(); of COOKIES_*: half-open ones; else 0" },
	{ FIELD_U32, FIELD_KEY("queue_max"), .at = ROW(queue_max),
	  .help = "of ACCEPT_*: the backlog; of COOKIES_*: the share; else 0" },
};
const unsigned int event_field_count = sizeof(event_fields) / sizeof(event_fields[0]);

/* It has no remote end, and no life. */
static void take_listener(struct event_row *row, const struct levee_event *ev)
{
	row->flow.began = FIELD_NO_WORD;
	memset(row->flow.state, FIELD_NO_WORD, sizeof(row->flow.state));
	memset(row->was, FIELD_NO_WORD, sizeof(row->was));
	row->queue_now = ev->queue.now;
	row->queue_max = ev->queue.max;
}

static void take_connection(struct event_row *row, const struct levee_event *ev)
{
	bool moved = ev->type == LEVEE_EVENT_STATE;

	for (int side = 0; side < 2; side++) {
		row->flow.packets[side] = ev->packets[side];
		row->flow.bytes[side] = ev->bytes[side];
		row->flow.state[side] = ev->state[side];
		row->was[side] = moved ? ev->was[side] : FIELD_NO_WORD;
	}
}

void row_of_event(struct event_row *row, const struct levee_event *ev, __s64 unix_minus_monotonic_ns)
{
	*row = (struct event_row){
		.flow = { .tuple = ev->tuple,
			  .age_ms = ev->age_ms,
			  .rtt_us = ev->rtt_us,
			  .began = ev->began,
			  .suspect = FIELD_NO_WORD },
		.time_unix_ms = (ev->ns + unix_minus_monotonic_ns) / 1000000,
		.event = ev->type,
		.reason = ev->reason,
	};
	if (levee_event_is_of_listener(ev->type))
		take_listener(row, ev);
	else
		take_connection(row, ev);
}

/* --- text */

/* "12:00:01.234" */
static char *put_time(char *to, __u64 unix_ms)
{
	time_t s = unix_ms / 1000;
	struct tm tm;

	localtime_r(&s, &tm);
	return to +
	       sprintf(to, "%02d:%02d:%02d.%03u", tm.tm_hour, tm.tm_min, tm.tm_sec, (unsigned int)(unix_ms % 1000));
}

/* The local end first, as everywhere; the arrow points from who opened to who was asked. */
static char *put_ends(char *to, const struct flow_row *f)
{
	to = put_endpoint(to, &f->tuple.local, f->tuple.lport);
	to = put_text(to, f->began == LEVEE_BEGAN_OUTGOING ? " -> " : " <- ");
	return put_endpoint(to, &f->tuple.remote, f->tuple.rport);
}

static char *put_states(char *to, const __u8 *state)
{
	to = put_text(to, word_of(&words_state, state[LEVEE_LOCAL]));
	if (state[LEVEE_LOCAL] == state[LEVEE_REMOTE])
		return to;
	*to++ = '/';
	return put_text(to, word_of(&words_state, state[LEVEE_REMOTE]));
}

/* "fin_remote 3.2s 12k in 3.4M out" */
static char *put_end(char *to, const struct event_row *row)
{
	char age[8], in[8], out[8];

	return to + sprintf(to, "%s %s %s in %s out", word_of(&words_ended, row->reason),
			    duration_short(age, row->flow.age_ms), output_short(in, row->flow.bytes[LEVEE_REMOTE]),
			    output_short(out, row->flow.bytes[LEVEE_LOCAL]));
}

/* What begins and ends stands out between changes of state, and trouble from both. */
static char *put_event(char *to, unsigned int event, bool colored)
{
	static const enum color colors[LEVEE_EVENT_COUNT] = {
		[LEVEE_EVENT_NEW] = COLOR_GOOD,		[LEVEE_EVENT_END] = COLOR_HEADING,
		[LEVEE_EVENT_ACCEPT_FULL] = COLOR_BAD,	[LEVEE_EVENT_ACCEPT_DRAINED] = COLOR_GOOD,
		[LEVEE_EVENT_COOKIES_ON] = COLOR_ALERT, [LEVEE_EVENT_COOKIES_OFF] = COLOR_GOOD,
	};
	enum color color = colored && event < LEVEE_EVENT_COUNT ? colors[event] : COLOR_PLAIN;

	return to + sprintf(to, " %s%-5s%s ", color_begin(stdout, color), word_of(&words_event, event),
			    color_end(stdout, color));
}

/* "0.0.0.0:80 129 wait where 128 may: the application accepts too slowly" */
static char *put_listener(char *to, const struct event_row *row)
{
	char age[8];

	if (row->flow.tuple.lport)
		to = put_endpoint(to, &row->flow.tuple.local, row->flow.tuple.lport);
	else
		to = put_text(to, "whole table");
	duration_short(age, row->flow.age_ms);
	switch (row->event) {
	case LEVEE_EVENT_ACCEPT_FULL:
		return to + sprintf(to, " %u wait where %u may: the application accepts too slowly", row->queue_now,
				    row->queue_max);
	case LEVEE_EVENT_ACCEPT_DRAINED:
		return to + sprintf(to, " %u wait where %u may, after %s", row->queue_now, row->queue_max, age);
	case LEVEE_EVENT_COOKIES_ON:
		return to + sprintf(to, " %u half-open where %u may be", row->queue_now, row->queue_max);
	default:
		return to + sprintf(to, " %u half-open where %u may be, after %s", row->queue_now, row->queue_max, age);
	}
}

char *event_text(char *to, const struct event_row *row, bool colored)
{
	to = put_time(to, row->time_unix_ms);
	to = put_event(to, row->event, colored);
	if (levee_event_is_of_listener(row->event))
		return put_listener(to, row);
	to = put_ends(to, &row->flow);
	*to++ = ' ';
	if (row->event == LEVEE_EVENT_END)
		return put_end(to, row);
	to = put_states(to, row->flow.state);
	if (row->event == LEVEE_EVENT_NEW && row->flow.began != LEVEE_BEGAN_HANDSHAKE) {
		*to++ = ' ';
		to = put_text(to, word_of(&words_began, row->flow.began));
	}
	return to;
}
