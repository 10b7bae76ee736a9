/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_events.c - levee events IFACE: what is printed, and when to stop.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "color.h"
#include "errors.h"
#include "events.h"
#include "filter.h"
#include "health.h"
#include "interrupt.h"
#include "listener.h"
#include "options.h"
#include "stream.h"

/* How long a turn waits for events: signals end it at once, a detach or a reader that has gone is found after it. */
#define TURN_MS 250
#define LOST_EVERY_MS 1000

struct telling {
	const struct options *options;
	struct filter filter;
	struct stream *out;
	__s64 unix_minus_monotonic_ns;
	int day;	 /* of the month, as of the last line of text */
	__u64 shown, lost;
	__u64 asked_ms; /* for lost ones */
};

static bool has_enough(const struct telling *t)
{
	return t->options->count && t->shown >= t->options->count;
}

/* The wall's clock may be set while we listen; what is less is the time between two readings, and would reorder events. */
#define CLOCK_SET_NS 1000000

static void follow_clock(struct telling *t)
{
	__s64 now = clock_unix_minus_monotonic_ns();

	if (llabs(now - t->unix_minus_monotonic_ns) > CLOCK_SET_NS)
		t->unix_minus_monotonic_ns = now;
}

/* Lines have the time of day; a line before the first of a day has the date. */
static void print_day(struct telling *t, __u64 unix_ms)
{
	time_t s = unix_ms / 1000;
	char text[32];
	struct tm tm;

	localtime_r(&s, &tm);
	if (tm.tm_mday == t->day)
		return;
	t->day = tm.tm_mday;
	strftime(text, sizeof(text), "%Y-%m-%d\n", &tm);
	stream_text(t->out, text);
}

static bool matches(const struct filter *filter, const struct event_row *row)
{
	const struct levee_tuple *t = &row->flow.tuple;

	return levee_event_is_of_listener(row->event) ? filter_matches_listener(filter, &t->local, t->lport) :
							filter_matches(filter, &row->flow);
}

static int show(const struct levee_event *event, void *arg)
{
	struct telling *t = arg;
	struct event_row row;
	char *to;

	row_of_event(&row, event, t->unix_minus_monotonic_ns);
	if (!matches(&t->filter, &row))
		return 0;
	if (!t->options->jsonl)
		print_day(t, row.time_unix_ms);
	to = stream_room(t->out, FIELDS_JSON_MAX);
	to = t->options->jsonl ? fields_json(to, event_fields, event_field_count, &row) : event_text(to, &row, true);
	*to++ = '\n';
	stream_advance(t->out, to);
	t->shown++;
	return t->out->error || has_enough(t);
}

static void show_lost(struct telling *t, __u64 count)
{
	char text[128];

	if (!count)
		return;
	t->lost += count;
	if (t->options->jsonl)
		snprintf(text, sizeof(text), "{\"time_unix_ms\":%llu,\"event\":\"LOST\",\"count\":%llu}\n",
			 clock_unix_ms(), count);
	else
		snprintf(text, sizeof(text), "%sLOST%s %llu events: they came faster than they could be told\n",
			 color_begin(stdout, COLOR_BAD), color_end(stdout, COLOR_BAD), count);
	stream_text(t->out, text);
}

static void ask_for_lost(struct telling *t, struct listener *l)
{
	__u64 now = clock_unix_ms();

	if (now - t->asked_ms < LOST_EVERY_MS)
		return;
	t->asked_ms = now;
	show_lost(t, listener_lost(l));
}

static int tell(struct telling *t, struct listener *l)
{
	while (!interrupted() && !has_enough(t)) {
		int err;

		follow_clock(t);
		err = listener_turn(l, TURN_MS);
		if (err)
			return failed(EXIT_FAILED, "%s: listening failed: %s", l->maps->ifname, strerror(-err));
		ask_for_lost(t, l);
		if (stream_closed(t->out, 0))
			break;
		if (listener_detached(l))
			return failed(EXIT_NOTHING, "%s: levee was detached", l->maps->ifname);
	}
	show_lost(t, listener_lost(l));
	return EXIT_OK;
}

static int listen_to(struct telling *t, const struct maps *maps)
{
	struct listener l;
	int err = listener_open(&l, maps, show, t), end;

	if (!err) {
		health_note(maps);
		if (!err)
			fprintf(stderr, "listening to %s\n", maps->ifname);
		err = tell(t, &l);
	}
	listener_close(&l);
	end = stream_end(t->out);
	return err ? err : end;
}

static int open_and_listen(struct telling *t)
{
	close_maps struct maps maps;
	int err = maps_open(&maps, t->options->argument[0]);

	return err ? err : listen_to(t, &maps);
}

int cmd_events(const struct options *options)
{
	struct telling t = { .options = options, .out = stream_stdout() };
	int err = filter_parse(&t.filter, options);

	interrupts_catch();
	return err ? err : open_and_listen(&t);
}
