/* SPDX-License-Identifier: GPL-2.0 */
/*
 * keeper.c - see keeper.h.
 *
 * Other commands may detach, attach anew or change settings at any time. So each turn reads first what is there; what it
 * changes it changes under the lock that they take, after a second look.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "cleanup.h"
#include "clock.h"
#include "conf.h"
#include "errors.h"
#include "health.h"
#include "history.h"
#include "keeper.h"
#include "notify.h"
#include "output.h"
#include "remove.h"
#include "repair.h"
#include "settings.h"
#include "share.h"
#include "transitions.h"

#define PATIENCE_MIN_MS 1000
#define PATIENCE_MAX_MS 60000
#define PATIENCE_LOST_MS 300000 /* without a problem for so long: the next one is repaired at once again */

/* --- open and closed */

void keeper_init(struct keeper *k, const struct options *options)
{
	memset(k, 0, sizeof(*k));
	memset(k->maps.fd, -1, sizeof(k->maps.fd));
	k->options = options;
	k->teller = (struct teller){ .ifname = options->argument[0], .json = options->jsonl };
	k->claim = -1;
}

static void let_go(struct keeper *k)
{
	maps_close(&k->maps);
	cleanup_fd(&k->claim);
	k->claim = -1;
}

void keeper_close(struct keeper *k)
{
	let_go(k);
	free(k->refresh);
	json_decref(k->queues);
	json_decref(k->begun);
}

static int claim(struct keeper *k)
{
	char owner[32];

	k->claim = place_claim(&k->maps.place, owner);
	if (k->claim >= 0)
		return 0;
	if (k->claim == -EWOULDBLOCK)
		return failed(EXIT_FAILED, "%s: another levee run%s looks after it already", k->maps.ifname, owner);
	return failed(EXIT_FAILED, "%s: claiming %s failed: %s", k->maps.ifname, k->maps.place.dir,
		      strerror(-k->claim));
}

int keeper_open(struct keeper *k)
{
	int err;

	if (!k->refresh)
		k->refresh = calloc(1, sizeof(*k->refresh));
	if (!k->begun)
		k->begun = json_object();
	if (!k->refresh || !k->begun)
		return failed(EXIT_FAILED, "%s: out of memory", k->teller.ifname);
	err = maps_open(&k->maps, k->teller.ifname);
	if (!err)
		err = claim(k);
	/* The group may have come after the attachment. */
	if (!err)
		share_with_group(&k->maps.place);
	return err;
}

/* --- what is there */

static int was_detached(const struct keeper *k)
{
	tell(&k->teller, JOURNAL_ERROR, "detached", NULL,
	     "levee was detached by somebody: there is nothing left to look after");
	return EXIT_NOTHING;
}

static int open_anew(struct keeper *k)
{
	tell(&k->teller, JOURNAL_NOTICE, "attached_anew", NULL, "somebody has attached levee anew");
	let_go(k);
	return keeper_open(k);
}

/* Reads again what another command may have changed. */
static int look_again(struct keeper *k)
{
	__u64 since = k->maps.meta.attached_unix_ms;
	struct levee_meta meta;

	if (maps_peek_meta(&k->maps.place, &meta))
		return was_detached(k);
	if (meta.attached_unix_ms != since)
		return open_anew(k);
	k->maps.meta = meta;
	maps_read(&k->maps, MAP_SETTINGS, &k->maps.settings);
	return 0;
}

static unsigned int check(const struct keeper *k, struct xdp_state *xdp)
{
	struct levee_runtime run = {};
	bool seen = health_inspect(&k->maps, xdp) == 0;

	maps_read(&k->maps, MAP_RUNTIME, &run);
	return health_check(&k->maps, &run, seen ? xdp : NULL);
}

/* --- problems and repairs */

static void tell_problems(struct keeper *k, unsigned int problems)
{
	for (int i = 0; i < HEALTH_COUNT; i++)
		if (problems & ~k->problems & 1U << i)
			tell(&k->teller, JOURNAL_ERROR, "problem", NULL, "%s", health_texts[i]);
	if (k->problems && !problems) {
		tell(&k->teller, JOURNAL_NOTICE, "healthy", NULL, "all is in its place again");
		k->blocked = 0;
	}
	k->problems = problems;
}

/* Its tables are of no use to anybody, and large. One that has a new name is still there by its index. */
static int interface_gone(struct keeper *k)
{
	unsigned int ifindex = k->maps.meta.ifindex;
	char name[IF_NAMESIZE];
	struct removal done;

	remove_levee(&k->maps.place, k->maps.ifname, if_indextoname(ifindex, name) ? ifindex : 0, &done);
	return EXIT_FAILED;
}

/* As its guard would have done, were that still there. */
static int not_confirmed(struct keeper *k)
{
	struct removal done;

	remove_levee(&k->maps.place, k->maps.ifname, k->maps.meta.ifindex, &done);
	tell(&k->teller, JOURNAL_ERROR, "detached", NULL, "detached, as nobody has confirmed it in time");
	return EXIT_NOTHING;
}

static void tell_blocked(struct keeper *k, int err)
{
	bool taken = err == -EBUSY || err == -EEXIST;

	if (err == k->blocked)
		return;
	k->blocked = err;
	tell(&k->teller, JOURNAL_ERROR, "blocked", NULL, "it cannot be put back: %s; trying on",
	     taken ? "somebody else's program or qdisc has taken the place" : strerror(-err));
}

/* Is there room for what only attaching anew can bring back? */
static bool hook_is_free(const struct xdp_state *xdp)
{
	return !xdp->hook_id || xdp->dispatcher || xdp->ours_id;
}

/* Returns whether only attaching anew helps. */
static bool mend(struct keeper *k, unsigned int problems, const struct xdp_state *xdp)
{
	struct repair r;

	repair_levee(&r, &k->maps, problems);
	if (r.done)
		tell(&k->teller, JOURNAL_WARNING, "repaired", NULL, "%s; the connections that it knows are kept",
		     r.err ? "a part of it was put back" : "it was put back");
	if (r.err == -EOPNOTSUPP && hook_is_free(xdp))
		return true;
	if (r.err)
		tell_blocked(k, r.err == -EOPNOTSUPP ? -EBUSY : r.err);
	return false;
}

/* Somebody who takes levee off again and again is not fought every second. */
static bool is_time_to_mend(struct keeper *k)
{
	__u64 now = clock_monotonic_ms();

	if (now < k->repair_ms)
		return false;
	k->patience_ms = k->patience_ms ? k->patience_ms * 2 : PATIENCE_MIN_MS;
	if (k->patience_ms > PATIENCE_MAX_MS)
		k->patience_ms = PATIENCE_MAX_MS;
	k->repair_ms = now + k->patience_ms;
	return true;
}

static int take_off(struct keeper *k)
{
	struct removal done;

	tell(&k->teller, JOURNAL_WARNING, "anew", NULL, "attaching anew: connections are adopted by their packets");
	return remove_levee(&k->maps.place, k->maps.ifname, k->maps.meta.ifindex, &done);
}

/* Under the lock: what looked like a problem may have been another command at work. */
static int set_right(struct keeper *k, bool *anew)
{
	close_fd int lock = maps_lock(&k->maps);
	int err = lock < 0 ? -lock : look_again(k);
	struct xdp_state xdp;
	unsigned int problems;

	if (err)
		return err;
	problems = check(k, &xdp);
	tell_problems(k, problems);
	if (problems & (HEALTH_BIT(GONE) | HEALTH_BIT(ANEW)))
		return interface_gone(k);
	if (problems & HEALTH_BIT(UNCONFIRMED))
		return not_confirmed(k);
	/* What a reload has left another reload ends; what it has not, this can still put back. */
	problems &= ~HEALTH_BIT(RELOAD);
	if (problems && is_time_to_mend(k))
		*anew = mend(k, problems, &xdp);
	return *anew ? take_off(k) : 0;
}

static int attach_anew(struct keeper *k)
{
	struct attach_result result;
	int err;

	let_go(k);
	err = attach_interface(k->options, &result);
	return err ? err : keeper_open(k);
}

static int keep_in_place(struct keeper *k)
{
	struct xdp_state xdp;
	bool anew = false;
	int err;

	if (check(k, &xdp)) {
		err = set_right(k, &anew);
		return !err && anew ? attach_anew(k) : err;
	}
	tell_problems(k, 0);
	if (clock_monotonic_ms() > k->repair_ms + PATIENCE_LOST_MS)
		k->patience_ms = 0;
	return 0;
}

/* --- listeners, queues, history */

static void refresh(struct keeper *k, const struct queues_reading *now)
{
	int err = refresh_services(k->refresh, &k->maps, now);

	if (err && err != k->refresh_error)
		tell(&k->teller, JOURNAL_WARNING, "refresh_failed", NULL, "listeners cannot be followed: %s",
		     strerror(-err));
	k->refresh_error = err;
}

/* A list of sockets that changed while it was read is read again a second later. */
static void look_at_queues(struct keeper *k)
{
	struct queues_reading now;
	json_t *queues;

	if (queues_read(&now, &k->maps, false) == 0) {
		refresh(k, &now);
		queues = queues_array(&now.view, now.queues, now.count);
		tell_all(&k->teller, transitions_find(k->begun, k->queues, queues));
		json_decref(k->queues);
		k->queues = queues;
	}
	queues_read_free(&now);
}

static void record_history(struct keeper *k)
{
	struct history history;
	int err = history_open(&k->maps, &history);

	if (!err)
		err = history_record(&history, &k->maps);
	history_close(&history);
	if (err && err != k->history_error)
		tell(&k->teller, JOURNAL_WARNING, "history_failed", NULL, "the history cannot be written: %s",
		     strerror(-err));
	k->history_error = err;
}

/* --- status */

static __u64 dropped(const struct levee_stats *s)
{
	__u64 sum = 0;

#define ADD(NAME, name, help) sum += s->reason[LEVEE_##NAME];
	LEVEE_REASONS_DROP(ADD)
#undef ADD
	return sum;
}

static unsigned int in_cookie_mode(const json_t *queues)
{
	unsigned int n = 0;
	const json_t *q;
	size_t i;

	json_array_foreach((json_t *)queues, i, q)
		n += strcmp(model_text(q, "mode"), "cookie") == 0;
	return n;
}

static void notify_status(const struct keeper *k, const struct sample *before, const struct sample *now)
{
	double s = (now->us - before->us) / 1e6;
	const struct levee_stats *a = &before->stats, *b = &now->stats;
	char syns[16], cookies[16], drops[16], mode[64] = "calm";
	unsigned int n = in_cookie_mode(k->queues);

	if (now->runtime.mode == LEVEE_MODE_COOKIE)
		snprintf(mode, sizeof(mode), "cookie mode everywhere");
	else if (n)
		snprintf(mode, sizeof(mode), "cookie mode at %u of %zu listeners", n, json_array_size(k->queues));
	notify("WATCHDOG=1\nSTATUS=%s%s; per second %s SYNs, %s cookies, %s dropped; %u half-open, %u flows",
	       k->problems ? "NOT ALL IN ITS PLACE; " : "", mode,
	       output_rate(syns, (b->counter[LEVEE_C_SYN] - a->counter[LEVEE_C_SYN]) / s),
	       output_rate(cookies, (b->counter[LEVEE_C_COOKIE_SENT] - a->counter[LEVEE_C_COOKIE_SENT]) / s),
	       output_rate(drops, (dropped(b) - dropped(a)) / s), now->runtime.half_open, now->runtime.flows);
}

static void status(struct keeper *k)
{
	struct sample now;

	if (sample_take(&k->maps, &now)) {
		notify("WATCHDOG=1");
		return;
	}
	if (k->sample.us)
		notify_status(k, &k->sample, &now);
	k->sample = now;
}

int keeper_turn(struct keeper *k)
{
	int err = look_again(k);

	if (!err)
		err = keep_in_place(k);
	if (err)
		return err;
	look_at_queues(k);
	record_history(k);
	status(k);
	return 0;
}

static void tell_change(const struct keeper *k, const json_t *change)
{
	bool applied = model_true(change, "applied");
	const char *name = model_text(change, "name"), *after = model_text(change, "after");

	tell(&k->teller, applied ? JOURNAL_NOTICE : JOURNAL_WARNING, "setting",
	     json_pack("{s:s, s:s, s:b}", "name", name, "value", after, "applied", applied),
	     applied ? "%s is %s now" : "%s is not made %s: %s", name, after, model_text(change, "why"));
}

int keeper_reload(struct keeper *k)
{
	close_plan struct settings_plan plan = {};
	close_conf struct conf conf = {};
	int err = look_again(k);
	const json_t *change;
	size_t i;

	if (err || conf_find(&conf, k->options, k->maps.meta.file) || settings_load(&k->maps, &conf, &plan))
		return err;
	tell(&k->teller, JOURNAL_NOTICE, "reloaded", json_pack("{s:s}", "file", conf.path), "%s%s",
	     *conf.path ? conf.path : "there is no " CONF_DEFAULT,
	     *conf.path ? " is applied" : ": all is as by default");
	json_array_foreach(plan.changes, i, change)
		tell_change(k, change);
	return 0;
}
