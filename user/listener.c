/* SPDX-License-Identifier: GPL-2.0 */
/*
 * listener.c - see listener.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "cleanup.h"
#include "clock.h"
#include "errors.h"
#include "listener.h"
#include "lock.h"

/* A word that somebody listens holds for so long, and is given so often. */
#define LISTEN_MS 2000
#define SAY_MS 500

_Static_assert(LISTEN_MS < LEVEE_LISTEN_MAX_MS, "else the datapath takes the mark for an old one");

/* Events of one turn: under a flood of them the rest of the work must get its turn too. */
#define TURN_EVENTS 4096

/* --- one listener at a time */

static int take_lock(struct listener *l)
{
	char who[32];

	l->lock = open(l->maps->place.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->lock >= 0 && flock(l->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (l->lock < 0 || errno != EWOULDBLOCK)
		return failed(EXIT_FAILED, "%s: locking %s failed: %s", l->maps->ifname, l->maps->place.dir,
			      strerror(errno));
	return failed(EXIT_FAILED, "%s: somebody%s listens already\nevents have one listener at a time",
		      l->maps->ifname, lock_owner(who, l->lock));
}

/* --- the mark */

static int say(struct listener *l, __u32 until_ms)
{
	struct levee_listener mark = { .until_ms = until_ms };

	return maps_write(l->mark, &mark);
}

/* 0 stands for nobody. */
static int say_listening(struct listener *l)
{
	__u32 until = clock_ms(&l->maps->settings.clock) + LISTEN_MS;

	l->said_ms = clock_monotonic_ns() / 1000000;
	return say(l, until ? until : 1);
}

static int say_again(struct listener *l)
{
	return clock_monotonic_ns() / 1000000 - l->said_ms < SAY_MS ? 0 : say_listening(l);
}

/* --- the ring */

static int take(void *arg, void *data, size_t size)
{
	const struct levee_event *event = data;
	struct listener *l = arg;

	if (size < sizeof(*event) || event->ns < l->since_ns)
		return 0;
	if (l->each(event, l->arg))
		return -ECANCELED;
	return ++l->taken == TURN_EVENTS ? -EAGAIN : 0;
}

static int open_maps(struct listener *l)
{
	l->ring = maps_open_writable(l->maps, MAP_EVENTS);
	if (l->ring < 0)
		return -l->ring;
	l->mark = maps_open_writable(l->maps, MAP_LISTENER);
	return l->mark < 0 ? -l->mark : 0;
}

static int begin(struct listener *l)
{
	int err;

	l->reader = ring_buffer__new(l->ring, take, l, NULL);
	if (!l->reader)
		return failed(EXIT_FAILED, "%s: reading the ring buffer failed: %s", l->maps->ifname, strerror(errno));
	listener_lost(l);
	l->since_ns = clock_monotonic_ns();
	err = say_listening(l);
	return err ? failed(EXIT_FAILED, "%s: writing map %s failed: %s", l->maps->ifname, map_names[MAP_LISTENER],
			    strerror(-err)) :
		     0;
}

int listener_open(struct listener *l, const struct maps *maps, int (*each)(const struct levee_event *, void *),
		  void *arg)
{
	int err;

	*l = (struct listener){ .maps = maps, .lock = -1, .mark = -1, .ring = -1, .each = each, .arg = arg };
	err = open_maps(l);
	if (!err)
		err = take_lock(l);
	return err ? err : begin(l);
}

int listener_turn(struct listener *l, int wait_ms)
{
	int err = say_again(l);

	l->taken = 0;
	if (!err)
		err = ring_buffer__poll(l->reader, wait_ms);
	return err < 0 && err != -EAGAIN && err != -ECANCELED && err != -EINTR ? err : 0;
}

__u64 listener_lost(struct listener *l)
{
	__u64 before = l->lost;
	struct levee_stats stats;

	if (maps_read_stats(l->maps, &stats))
		return 0;
	l->lost = stats.counter[LEVEE_C_EVENT_LOST];
	return l->lost - before;
}

bool listener_detached(const struct listener *l)
{
	return faccessat(l->lock, map_names[MAP_LISTENER], F_OK, 0) < 0;
}

void listener_close(struct listener *l)
{
	/* Only the one that has the ring had said so. */
	if (l->reader)
		say(l, 0);
	ring_buffer__free(l->reader);
	l->reader = NULL;
	cleanup_fd(&l->ring);
	cleanup_fd(&l->mark);
	cleanup_fd(&l->lock);
}
