/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_top.c - levee top IFACE: reads what there is once a second, draws it, and waits for keys.
 *
 * A timer sets the pace, so that seconds do not drift on a busy machine: what was late is made good with the true interval.
 * Nothing waits for long: the ring of events is emptied at the timer's pace and never waited for.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "errors.h"
#include "events.h"
#include "listener.h"
#include "options.h"
#include "output.h"
#include "queues.h"
#include "rates.h"
#include "screen.h"
#include "sources.h"
#include "top_draw.h"

/* The timer's pace, and how many turns of it are one second of the screen. */
#define TURN_MS 250
#define TURNS 4

/* A turn takes that often what the ring holds, at most. */
#define DRAINS 4

struct top {
	const struct options *options;
	struct maps *maps;
	int timer;
	struct sample before;
	struct listener listener;
	bool listening;
	__s64 unix_minus_monotonic_ns;
	struct sources sources;
	bool sampling;
	struct top_view view;  /* what is known */
	struct top_view frozen; /* what is shown while the screen is frozen */
	struct top_state state;
	struct grid grid;
};

/* --- what is known */

static int hear(const struct levee_event *event, void *arg)
{
	struct top *t = arg;
	char text[EVENT_TEXT_MAX];
	struct event_row row;

	if (event->type != LEVEE_EVENT_NEW && event->type != LEVEE_EVENT_END)
		return 0;
	row_of_event(&row, event, t->unix_minus_monotonic_ns);
	*event_text(text, &row) = '\0';
	/* Its time stands in the pane already. */
	top_event_add(&t->view.connections, row.time_unix_ms, STYLE_PLAIN, strchr(text, ' ') + 1);
	return 0;
}

static void drain_events(struct top *t)
{
	t->unix_minus_monotonic_ns = clock_unix_minus_monotonic_ns();
	for (int i = 0; t->listening && i < DRAINS; i++)
		if (listener_turn(&t->listener, 0) || t->listener.taken == 0)
			break;
}

static void read_queues(struct top *t)
{
	free_json json_t *queues = queues_list(t->maps);
	struct top_view *v = &t->view;

	v->no_listeners[0] = '\0';
	if (queues)
		top_view_queues(v, clock_unix_ms(), queues);
	else
		snprintf(v->no_listeners, sizeof(v->no_listeners), "reading the listeners failed: %s", strerror(errno));
}

static void read_sources(struct top *t)
{
	struct top_view *v = &t->view;
	int err = t->sampling ? sources_read(&t->sources, &v->sources) : 0;

	if (err)
		snprintf(v->no_sources, sizeof(v->no_sources), "reading the sample failed: %s", strerror(-err));
	else if (t->sampling)
		v->no_sources[0] = '\0';
}

/* What the documents do not have. */
static void read_rest(struct top *t, const struct sample *now)
{
	const struct maps *maps = t->maps;
	struct top_view *v = &t->view;

	v->up_ms = now->unix_ms - maps->meta.attached_unix_ms;
	v->handoff = maps->meta.handoff;
	v->start_percent = maps->settings.start_percent;
	v->end_percent = maps->settings.end_percent;
	v->upkeep = now->runtime.tick_us / (LEVEE_TICK_MS * 1000.0);
}

/* Still the levee that the maps are of? */
static int check_attached(const struct maps *maps)
{
	struct levee_meta meta;
	int err = maps_peek_meta(&maps->place, &meta);

	if (err == -ENOENT)
		return failed(EXIT_NOTHING, "%s: levee was detached", maps->ifname);
	if (!err && meta.attached_unix_ms != maps->meta.attached_unix_ms)
		return failed(EXIT_NOTHING, "%s: levee was detached and attached again\nrun \"levee top %s\" again",
			      maps->ifname, maps->ifname);
	return 0;
}

static int second(struct top *t)
{
	free_json json_t *stats = NULL;
	struct sample now;
	int err = check_attached(t->maps);

	if (err)
		return err;
	err = maps_read(t->maps, MAP_SETTINGS, &t->maps->settings);
	if (!err)
		err = sample_take(t->maps, &now);
	if (err)
		return failed(EXIT_FAILED, "%s: reading the counters failed: %s", t->maps->ifname, strerror(-err));
	stats = stats_model(t->maps, &t->before, &now);
	top_view_stats(&t->view, stats);
	read_rest(t, &now);
	read_queues(t);
	read_sources(t);
	t->before = now;
	return 0;
}

/* --- the screen */

static void draw(struct top *t, bool anew)
{
	const struct top_view *v = t->state.frozen ? &t->frozen : &t->view;
	int rows, cols;

	screen_size(&rows, &cols);
	t->grid.unicode = screen_unicode();
	if (grid_resize(&t->grid, rows, cols))
		return;
	top_draw(&t->grid, v, &t->state);
	if (anew)
		screen_repaint(&t->grid);
	else
		screen_paint(&t->grid);
}

/* True: enough. */
static bool take_keys(struct top *t)
{
	bool anew = screen_suspended(), any = anew;
	int key;

	while ((key = screen_key()) >= 0) {
		bool frozen = t->state.frozen;
		enum top_action action = top_key(&t->state, key);

		if (action == TOP_QUIT)
			return true;
		if (t->state.frozen && !frozen)
			t->frozen = t->view;
		anew |= action == TOP_REDRAW;
		any = true;
	}
	if (any)
		draw(t, anew);
	return screen_ended();
}

static int timer_failed(void)
{
	return failed(EXIT_FAILED, "waiting for the timer failed: %s", strerror(errno));
}

/* How many turns have begun since the last question. */
static unsigned int turns_begun(const struct top *t)
{
	__u64 n;

	return read(t->timer, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static int loop(struct top *t)
{
	struct pollfd wait[] = { { STDIN_FILENO, POLLIN, 0 }, { t->timer, POLLIN, 0 } };
	unsigned int turns = 0;

	while (!take_keys(t)) {
		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			return timer_failed();
		if (wait[0].revents & (POLLHUP | POLLERR | POLLNVAL)) /* the terminal is gone */
			return EXIT_OK;
		turns += turns_begun(t);
		drain_events(t);
		if (turns >= TURNS) {
			int err = second(t);

			if (err)
				return err;
			turns %= TURNS;
			draw(t, false);
		}
	}
	return EXIT_OK;
}

/* --- from open to close */

/* Two of the panes are for those who may write: the others do without. */
static void open_optional(struct top *t)
{
	struct top_view *v = &t->view;

	errors_keep(v->no_connections, sizeof(v->no_connections));
	t->listening = listener_open(&t->listener, t->maps, hear, t) == 0;
	errors_keep(v->no_sources, sizeof(v->no_sources));
	t->sampling = sources_open(&t->sources, t->maps) == 0;
	errors_keep(NULL, 0);
}

static int start_timer(struct top *t)
{
	const struct itimerspec pace = { .it_interval.tv_nsec = TURN_MS * 1000000,
					 .it_value.tv_nsec = TURN_MS * 1000000 };

	t->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	return t->timer < 0 || timerfd_settime(t->timer, 0, &pace, NULL) < 0 ? timer_failed() : 0;
}

static int run(struct top *t)
{
	int err = sample_take(t->maps, &t->before);

	if (err)
		return failed(EXIT_FAILED, "%s: reading the counters failed: %s", t->maps->ifname, strerror(-err));
	err = start_timer(t);
	if (!err)
		err = second(t);
	if (err)
		return err;
	draw(t, false);
	return loop(t);
}

static int watch(struct top *t)
{
	char instead[64];
	int err;

	snprintf(instead, sizeof(instead), "levee stats %s --watch 1", t->maps->ifname);
	err = screen_open(instead);
	if (!err)
		err = run(t);
	screen_close();
	return err;
}

static void close_all(struct top *t)
{
	listener_close(&t->listener);
	sources_close(&t->sources);
	cleanup_fd(&t->timer);
	grid_free(&t->grid);
}

int cmd_top(const struct options *options)
{
	close_maps struct maps maps;
	free_memory struct top *t = calloc(1, sizeof(*t));
	int err = maps_open(&maps, options->argument[0]);

	if (err)
		return err;
	if (!t)
		return failed(EXIT_FAILED, "no memory");
	t->options = options;
	t->maps = &maps;
	t->timer = -1;
	snprintf(t->view.ifname, sizeof(t->view.ifname), "%s", maps.ifname);
	open_optional(t);
	err = watch(t);
	close_all(t);
	return err;
}
