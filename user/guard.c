/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guard.c - the process that detaches what nobody has confirmed.
 *
 * Between two looks it holds nothing open, above all no map, so that what others detach goes at once. If it is killed, the
 * datapath still lets everything pass in time, and the next attach or detach removes what is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "bpffs.h"
#include "cleanup.h"
#include "clock.h"
#include "confirm.h"
#include "errors.h"
#include "maps.h"
#include "remove.h"

/* So soon it sees that nothing waits any more. */
#define LOOK_MS 1000U
/* After detaching has failed. */
#define RETRY_MS 30000U

struct guard {
	struct place place;
	const struct levee_meta *meta;
	const struct levee_clock *clock;
	__u32 confirm_ms;
};

/* Is it still what was attached then, and not confirmed? 1, 0, or a negative errno where that cannot be told now. */
static int still_waits(const struct guard *g)
{
	struct levee_settings settings;
	struct levee_meta meta;
	int err = maps_peek_meta(&g->place, &meta);

	if (!err && meta.attached_unix_ms != g->meta->attached_unix_ms)
		return 0;
	if (!err)
		err = maps_peek_settings(&g->place, &settings);
	if (err == -ENOENT || err == -EPROTO)
		return 0;
	return err ? err : settings.confirm_ms == g->confirm_ms;
}

/* It may have another name by now; if it is gone only its tables are left. */
static unsigned int index_now(const struct guard *g)
{
	char name[IF_NAMESIZE];

	return if_indextoname(g->meta->ifindex, name) ? g->meta->ifindex : 0;
}

static bool detach(const struct guard *g)
{
	char why[256] = "";
	struct removal done;
	int err;

	errors_keep(why, sizeof(why));
	err = remove_levee(&g->place, g->meta->ifname, index_now(g), &done);
	if (err)
		syslog(LOG_ERR, "%s: not confirmed in time; levee lets everything pass, but detaching failed: %s",
		       g->meta->ifname, why);
	else
		syslog(LOG_WARNING, "%s: not confirmed in time; levee has detached", g->meta->ifname);
	return !err;
}

/* Under the lock, as another command may be confirming, detaching or attaching. Is there nothing left to do? */
static bool end_it(const struct guard *g)
{
	close_fd int lock = place_lock(&g->place);
	int waits = lock < 0 ? lock : still_waits(g);

	return waits > 0 ? detach(g) : !waits;
}

static void guard(const struct guard *g)
{
	malloc_trim(0); /* what loading the programs took */
	while (still_waits(g)) {
		__u32 left = confirm_left_ms(g->clock, g->confirm_ms);

		if (!left && end_it(g))
			return;
		clock_sleep_ms(!left ? RETRY_MS : left < LOOK_MS ? left : LOOK_MS);
	}
}

/* --- becoming it */

/* Nothing of the session is left open: it would keep ssh waiting for the end of its output. */
static void leave_session(void)
{
	int null = open("/dev/null", O_RDWR);

	signal(SIGHUP, SIG_IGN);
	openlog("levee", LOG_PID, LOG_DAEMON);
	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	close_range(3, ~0U, 0);
	if (chdir("/"))
		syslog(LOG_WARNING, "cannot leave the working directory: %m");
}

/* The first child makes a session of its own; its child leads none, so it can never come by a terminal. */
static void become_guard(const struct guard *g)
{
	pid_t pid = setsid() < 0 ? -1 : fork();

	if (pid)
		_exit(pid < 0 ? errno : 0);
	leave_session();
	guard(g);
	_exit(0);
}

int guard_start(const struct levee_meta *meta, const struct levee_clock *clock, __u32 confirm_ms)
{
	struct guard g = { .meta = meta, .clock = clock, .confirm_ms = confirm_ms };
	int status = 0;
	pid_t pid;

	if (place_find(&g.place, meta->ifname, false))
		return -ENOENT;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		become_guard(&g);
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}
