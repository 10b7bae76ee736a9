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
#include "errors.h"
#include "options.h"
#include "output.h"
#include "screen.h"
#include "top_draw.h"
#include "top_feed.h"
#include "watch.h"

/* The timer's pace, and how many turns of it are one second of the screen. */
#define TURN_MS 250
#define TURNS 4

struct top {
	struct top_feed feed;
	struct top_view view; /* what is known */
	struct top_view frozen; /* what is shown while the screen is frozen */
	struct top_state state;
	struct grid grid;
	int timer;
};

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
		top_feed_drain(&t->feed);
		if (turns >= TURNS) {
			int err = top_feed_second(&t->feed);

			if (err)
				return err;
			turns %= TURNS;
			draw(t, false);
		}
	}
	return EXIT_OK;
}

/* --- from open to close */

static int start_timer(struct top *t)
{
	const struct itimerspec pace = { .it_interval.tv_nsec = TURN_MS * 1000000,
					 .it_value.tv_nsec = TURN_MS * 1000000 };

	t->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	return t->timer < 0 || timerfd_settime(t->timer, 0, &pace, NULL) < 0 ? timer_failed() : 0;
}

static int run(struct top *t)
{
	int err = start_timer(t);

	if (!err)
		err = top_feed_second(&t->feed); /* all but the rates */
	if (err)
		return err;
	draw(t, false);
	return loop(t);
}

static int show(struct top *t)
{
	const char *ifname = t->feed.maps->ifname;
	char instead[64];
	int err;

	snprintf(instead, sizeof(instead), "levee stats %s --watch 1", ifname);
	err = screen_open(instead);
	if (!err)
		err = run(t);
	screen_close();
	return err;
}

/* --- as documents */

static void print(const struct top *t, struct watch *w)
{
	free_json json_t *doc = top_model(&t->view);

	watch_print(w, doc, NULL);
}

/* One, of the second that follows; or one each second. */
static int tell(struct top *t, const struct options *o)
{
	struct watch w;
	int err = 0;

	watch_begin(&w, o);
	for (int turn = 1; !err && watch_wait(&w, TURN_MS); turn++) {
		top_feed_drain(&t->feed);
		if (turn % TURNS)
			continue;
		err = top_feed_second(&t->feed);
		if (err)
			break;
		print(t, &w);
		if (!o->jsonl)
			break;
	}
	return watch_end(&w, err);
}

static int watch(struct top *t, struct maps *maps, const struct options *o)
{
	int err = top_feed_open(&t->feed, maps, &t->view);

	if (!err)
		err = o->json || o->jsonl ? tell(t, o) : show(t);
	top_feed_close(&t->feed);
	cleanup_fd(&t->timer);
	grid_free(&t->grid);
	return err;
}

int cmd_top(const struct options *options)
{
	close_maps struct maps maps;
	free_memory struct top *t = NULL;
	int err = maps_open(&maps, options->argument[0]);

	if (err)
		return err;
	t = calloc(1, sizeof(*t));
	if (!t)
		return failed(EXIT_FAILED, "no memory");
	t->timer = -1;
	return watch(t, &maps, options);
}
