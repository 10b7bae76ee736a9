/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top_feed.c - reads what a view of `levee top` is made of: counters, listeners, the sample of sources, the ring of events.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "clock.h"
#include "errors.h"
#include "events.h"
#include "health.h"
#include "queues.h"
#include "top_feed.h"
#include "words.h"

/* How often a turn takes what the ring holds, at most: some thousand events each time. */
#define DRAINS 4

/* --- while it runs */

static void hear_of_listener(struct top_view *v, const struct levee_event *event, __u64 unix_ms, const char *text)
{
	char endpoint[64] = "whole table";

	if (event->tuple.lport)
		text_endpoint(endpoint, &event->tuple.local, event->tuple.lport);
	top_tell(v, unix_ms, event->type, endpoint, text);
}

static int hear(const struct levee_event *event, void *arg)
{
	struct top_feed *f = arg;
	char line[EVENT_TEXT_MAX];
	struct event_row row;
	const char *text;

	if (event->type == LEVEE_EVENT_STATE)
		return 0;
	row_of_event(&row, event, f->unix_minus_monotonic_ns);
	*event_text(line, &row, false) = '\0';
	text = strchr(line, ' ') + 1; /* its time stands in the pane already */
	if (levee_event_is_of_listener(event->type))
		hear_of_listener(f->view, event, row.time_unix_ms, text);
	else
		top_event_add(&f->view->connections, row.time_unix_ms, event->type, text);
	return 0;
}

void top_feed_drain(struct top_feed *f)
{
	f->unix_minus_monotonic_ns = clock_unix_minus_monotonic_ns();
	for (int i = 0; f->listening && i < DRAINS; i++)
		if (listener_turn(&f->listener, 0) || f->listener.taken == 0)
			break;
}

static void read_queues(struct top_feed *f)
{
	free_json json_t *queues = queues_list(f->maps);
	struct top_view *v = f->view;

	v->no_listeners[0] = '\0';
	if (queues)
		top_view_queues(v, clock_unix_ms(), queues);
	else
		snprintf(v->no_listeners, sizeof(v->no_listeners), "reading the listeners failed: %s", strerror(errno));
}

static void read_sources(struct top_feed *f)
{
	struct top_view *v = f->view;
	int err = f->sampling ? sources_read(&f->sources, &v->sources) : 0;

	if (err)
		snprintf(v->no_sources, sizeof(v->no_sources), "reading the sample failed: %s", strerror(-err));
	else if (f->sampling)
		v->no_sources[0] = '\0';
}

/* What the documents do not have. */
static void read_rest(struct top_feed *f, const struct sample *now)
{
	const struct maps *maps = f->maps;
	struct top_view *v = f->view;

	v->up_ms = now->unix_ms - maps->meta.attached_unix_ms;
	v->handoff = maps->meta.handoff;
	v->start_percent = maps->settings.start_percent;
	v->end_percent = maps->settings.end_percent;
	v->upkeep = now->runtime.tick_us / (LEVEE_TICK_MS * 1000.0);
}

static int check_attached(const struct maps *maps)
{
	switch (maps_check(maps)) {
	case -ENOENT:
		return failed(EXIT_NOTHING, "%s: levee was detached", maps->ifname);
	case -ESTALE:
		return failed(EXIT_NOTHING, "%s: levee was detached and attached again\nrun \"levee top %s\" again",
			      maps->ifname, maps->ifname);
	default:
		return 0;
	}
}

static int counters_failed(const struct top_feed *f, int err)
{
	return failed(EXIT_FAILED, "%s: reading the counters failed: %s", f->maps->ifname, strerror(-err));
}

int top_feed_second(struct top_feed *f)
{
	free_json json_t *stats = NULL;
	struct sample now;
	int err = check_attached(f->maps);

	if (err)
		return err;
	err = maps_read(f->maps, MAP_SETTINGS, &f->maps->settings);
	if (!err)
		err = sample_take(f->maps, &now);
	if (err)
		return counters_failed(f, err);
	stats = stats_model(f->maps, &f->before, &now);
	json_object_set_new(stats, "problems", health_now(f->maps));
	top_view_stats(f->view, stats);
	read_rest(f, &now);
	read_queues(f);
	read_sources(f);
	f->before = now;
	return 0;
}

/* --- from open to close */

/* A pane has no room to say of which interface; the first line does. */
static void without_interface(char *text, const char *ifname)
{
	size_t len = strlen(ifname);

	if (strncmp(text, ifname, len) == 0 && strncmp(text + len, ": ", 2) == 0)
		memmove(text, text + len + 2, strlen(text + len + 2) + 1);
}

/* Two of the panes are for those who may write: the others do without. */
static void open_optional(struct top_feed *f)
{
	struct top_view *v = f->view;

	errors_keep(v->no_connections, sizeof(v->no_connections));
	f->listening = listener_open(&f->listener, f->maps, hear, f) == 0;
	errors_keep(v->no_sources, sizeof(v->no_sources));
	f->sampling = sources_open(&f->sources, f->maps) == 0;
	errors_keep(NULL, 0);
	without_interface(v->no_connections, f->maps->ifname);
	without_interface(v->no_sources, f->maps->ifname);
}

int top_feed_open(struct top_feed *f, struct maps *maps, struct top_view *view)
{
	int err;

	*f = (struct top_feed){ .maps = maps, .view = view };
	snprintf(view->ifname, sizeof(view->ifname), "%s", maps->ifname);
	open_optional(f);
	err = sample_take(maps, &f->before);
	return err ? counters_failed(f, err) : 0;
}

void top_feed_close(struct top_feed *f)
{
	listener_close(&f->listener);
	sources_close(&f->sources);
}
