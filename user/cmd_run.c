/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_run.c - levee run IFACE: attaches or adopts, then looks after the interface once a second until it is told to stop.
 *
 * Nothing that protects depends on it: what it adds is that services follow listening sockets at once, that the history is
 * written, that what somebody takes off comes back, and that what happens is in the log.
 */
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "attach.h"
#include "cleanup.h"
#include "clock.h"
#include "conf.h"
#include "confirm.h"
#include "errors.h"
#include "keeper.h"
#include "kernel.h"
#include "notify.h"
#include "options.h"
#include "output.h"
#include "remove.h"

#define TURN_MS 1000

static sigset_t wanted_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return set;
}

/* --- beginning */

/* Is there an attachment of this very interface to adopt? What an interrupted one left is attach's to clean up. */
static bool is_attached(const char *ifname, struct place *place)
{
	struct levee_meta meta;

	return maps_peek_meta(place, &meta) == 0 && meta.magic == LEVEE_MAGIC && maps_enabled(place) &&
	       meta.ifindex == if_nametoindex(ifname);
}

static void tell_attached(const struct keeper *k, const struct attach_result *r)
{
	tell(&k->teller, JOURNAL_INFO, "attached",
	     json_pack("{s:i, s:i}", "services", r->seeded.services, "connections", r->seeded.connections),
	     "attached; %u services and %u connections were there", r->seeded.services, r->seeded.connections);
}

static bool any_attach_option(const struct options *o)
{
	static const char *const names[] = { "mode", "exclusive", "cookies", "start", "end", "half-open", "flows" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (options_given(o, names[i]))
			return true;
	return false;
}

static void tell_adopted(const struct keeper *k)
{
	const struct levee_meta *m = &k->maps.meta;
	char up[32];

	tell(&k->teller, JOURNAL_INFO, "adopted",
	     json_pack("{s:I, s:s}", "since_unix_ms", (json_int_t)m->attached_unix_ms, "version", m->version),
	     "adopted what levee %s attached %s ago", m->version,
	     output_duration(up, clock_unix_ms() - m->attached_unix_ms));
	if (any_attach_option(k->options))
		tell(&k->teller, JOURNAL_NOTICE, "options_ignored", NULL,
		     "options of attach count only where levee attaches; levee detach %s first", k->teller.ifname);
	if (k->maps.settings.confirm_ms)
		tell(&k->teller, JOURNAL_WARNING, "unconfirmed", NULL,
		     "it waits for \"levee confirm %s\", and detaches by itself in %s", k->teller.ifname,
		     output_duration(up, confirm_left_ms(&k->maps.settings.clock, k->maps.settings.confirm_ms)));
	if (strcmp(m->version, LEVEE_VERSION) != 0)
		tell(&k->teller, JOURNAL_NOTICE, "other_version", NULL,
		     "the programs are those of levee %s, this is %s; \"levee reload %s\" replaces them", m->version,
		     LEVEE_VERSION, k->teller.ifname);
}

static int begin(struct keeper *k)
{
	const char *ifname = k->options->argument[0];
	struct attach_result result;
	struct place place;
	int err = privileges_check();
	bool adopt;

	if (!err)
		err = place_find(&place, ifname, true);
	adopt = !err && is_attached(ifname, &place);

	if (!err && !adopt) {
		err = attach_unless_attached(k->options, &result);
		adopt = !err && result.already;
	}
	if (!err)
		err = keeper_open(k);
	if (err)
		return err;
	if (adopt)
		tell_adopted(k);
	else
		tell_attached(k, &result);
	return 0;
}

/* --- going on */

/* Waits until then for a signal; 0 if none came. */
static int wait_until(__u64 ms)
{
	const sigset_t set = wanted_signals();
	__u64 now = clock_monotonic_ms(), left = ms > now ? ms - now : 0;
	const struct timespec time = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };
	int signal = sigtimedwait(&set, NULL, &time);

	return signal > 0 ? signal : 0;
}

static int reload(struct keeper *k)
{
	int err;

	notify("RELOADING=1\nMONOTONIC_USEC=%llu", clock_monotonic_ms() * 1000);
	err = keeper_reload(k);
	notify("READY=1");
	return err;
}

static unsigned int turn_ms(void)
{
	unsigned int watchdog = notify_watchdog_ms();

	return watchdog && watchdog / 2 < TURN_MS ? watchdog / 2 : TURN_MS;
}

/* Until a signal, or something that cannot be gone on with. A turn that took longer than it may is not made up for. */
static int go_on(struct keeper *k)
{
	unsigned int period = turn_ms();
	__u64 next = clock_monotonic_ms();
	int err = 0, signal = 0;

	for (;;) {
		err = keeper_turn(k);
		if (err)
			return err;
		next = next + period > clock_monotonic_ms() ? next + period : clock_monotonic_ms();
		while (!err && (signal = wait_until(next)) == SIGHUP)
			err = reload(k);
		if (err || signal)
			return err;
	}
}

/* --- end */

static int detach(struct keeper *k)
{
	close_fd int lock = maps_lock(&k->maps);
	struct removal done;
	int err = lock < 0 ? -lock : remove_levee(&k->maps.place, k->maps.ifname, k->maps.meta.ifindex, &done);

	if (!err)
		tell(&k->teller, JOURNAL_INFO, "detached", NULL, "detached");
	return err;
}

static int end(struct keeper *k)
{
	notify("STOPPING=1");
	if (k->options->detach_on_exit)
		return detach(k);
	tell(&k->teller, JOURNAL_INFO, "stopped", NULL, "stopped; the protection stays");
	return 0;
}

int cmd_run(const struct options *given)
{
	struct options options = *given;
	struct keeper k;
	const sigset_t set = wanted_signals();
	int err;

	/* Its messages are lines; errors are text on stderr, with --json too. */
	errors_as_json(false);
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigprocmask(SIG_BLOCK, &set, NULL);
	keeper_init(&k, &options);
	err = conf_complete(&options);
	if (!err)
		err = begin(&k);
	if (!err) {
		notify("READY=1");
		err = go_on(&k);
	}
	if (!err)
		err = end(&k);
	keeper_close(&k);
	return err;
}
