/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report_model.c - everything that `levee report` says, as the document levee.report/1. The documents of other commands are
 * part of it as they are.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/utsname.h>

#include "clock.h"
#include "errors.h"
#include "netdev.h"
#include "output.h"
#include "profile.h"
#include "queues.h"
#include "rates.h"
#include "report.h"
#include "settings.h"
#include "status.h"
#include "timeline.h"
#include "words.h"

/* Rates of now are taken over this long. */
#define GLANCE_MS 250

/* Of what was recorded the axis shows as much as there is, but not less than this. */
#define AXIS_LEAST_MS 60000

/* --- history */

static __u64 axis_begin(const struct history_list *list, bool recorded, __u64 now_ms)
{
	__u64 first = list->count ? list->record[0].boot_ms : now_ms;

	return recorded && now_ms - first < AXIS_LEAST_MS ? now_ms - AXIS_LEAST_MS : first;
}

json_t *report_history(const struct history_list *list, bool recorded, __u64 now_ms, __u64 now_unix_ms)
{
	struct timeline t = { list->record, list->count, (__s64)now_unix_ms - (__s64)now_ms };
	__u64 last = list->count ? list->record[list->count - 1].boot_ms : 0;
	__u64 first = list->count ? list->record[0].boot_ms : 0;

	return json_pack("{s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:o, s:o, s:o, s:o, s:o}", "source",
			 recorded ? "recorded" : "live", "recording", recorded && now_ms - last <= TIMELINE_GAP_MS,
			 "records", (json_int_t)list->count, "covered_ms", (json_int_t)timeline_covered_ms(&t),
			 "axis_from_unix_ms", (json_int_t)(axis_begin(list, recorded, now_ms) + t.unix_minus_boot_ms),
			 "axis_to_unix_ms", (json_int_t)now_unix_ms, "first_unix_ms",
			 (json_int_t)(first + t.unix_minus_boot_ms), "last_unix_ms",
			 (json_int_t)(last + t.unix_minus_boot_ms), "gap_ms", TIMELINE_GAP_MS, "gaps",
			 timeline_gaps(&t), "cookie_mode", timeline_cookie_mode(&t), "attacks", timeline_attacks(&t),
			 "help", timeline_help(), "columns", timeline_columns(&t));
}

/* Nobody records: so many seconds from now on are better than nothing. Negative errno. */
static int sample_live(const struct maps *maps, unsigned int ms, struct history_list *list)
{
	unsigned int seconds = (ms + LEVEE_HISTORY_PERIOD_MS - 1) / LEVEE_HISTORY_PERIOD_MS;
	int err;

	note("%s: nobody records, so that the graphs show the %u s from now on; \"levee run %s\" records", maps->ifname,
	     seconds, maps->ifname);
	for (list->count = 0; list->count <= seconds; list->count++) {
		if (list->count)
			clock_sleep_ms(LEVEE_HISTORY_PERIOD_MS);
		err = history_take(maps, &list->record[list->count]);
		if (err)
			return err;
	}
	return 0;
}

/* A rate takes two records. */
static json_t *read_history(const struct maps *maps, unsigned int sample_ms)
{
	struct history_list list = {};
	int err = history_read(maps, &list);
	bool recorded = list.count >= 2;
	json_t *history = NULL;

	if (!err && !recorded)
		err = sample_live(maps, sample_ms, &list);
	if (!err)
		history = report_history(&list, recorded, history_now(), clock_unix_ms());
	history_free(&list);
	errno = -err;
	return history;
}

/* --- now */

static json_t *glance(const struct maps *maps)
{
	struct sample before, now;
	int err = sample_take(maps, &before);

	clock_sleep_ms(GLANCE_MS);
	if (!err)
		err = sample_take(maps, &now);
	errno = -err;
	return err ? NULL : stats_model(maps, &before, &now);
}

static json_t *host_model(const char *ifname)
{
	struct utsname host = {};
	char driver[32];

	uname(&host);
	netdev_driver(ifname, driver);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:i, s:{s:I, s:I, s:I}}", "hostname", host.nodename, "kernel",
			 host.release, "kernel_build", host.version, "machine", host.machine, "cpus",
			 (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "driver", driver, "mtu", netdev_mtu(ifname),
			 "sysctls", "net.ipv4.tcp_syncookies",
			 (json_int_t)sysctl_number("net/ipv4/tcp_syncookies", 0, -1), "net.ipv4.tcp_max_syn_backlog",
			 (json_int_t)sysctl_number("net/ipv4/tcp_max_syn_backlog", 0, -1), "net.core.somaxconn",
			 (json_int_t)sysctl_number("net/core/somaxconn", 0, -1));
}

static json_t *frame(const char *ifname)
{
	__u64 now = clock_unix_ms();
	time_t second = now / 1000;
	char at[32], offset[16];
	struct tm tm;

	localtime_r(&second, &tm);
	strftime(offset, sizeof(offset), "%z", &tm);
	return json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "schema", "levee.report/1", "version", LEVEE_VERSION,
			 "interface", ifname, "time_unix_ms", (json_int_t)now, "time", text_time(at, now), "utc_offset",
			 offset);
}

/* Adds a part, or says that it could not be read. */
static int add(json_t *doc, const char *ifname, const char *name, json_t *part)
{
	if (part && json_object_set_new(doc, name, part) == 0)
		return 0;
	return failed(EXIT_FAILED, "%s: reading the %s failed: %s", ifname, name, strerror(errno ? errno : ENOMEM));
}

static int add_parts(json_t *doc, const struct maps *maps, unsigned int sample_ms)
{
	json_t *part;
	int err = add(doc, maps->ifname, "history", read_history(maps, sample_ms));

	if (!err)
		err = add(doc, maps->ifname, "stats", glance(maps));
	if (err)
		return err;
	part = status_model(maps->ifname, &err);
	if (!part)
		return err;
	json_object_set_new(doc, "status", part);
	part = settings_model(maps);
	if (!part)
		return EXIT_FAILED;
	json_object_set_new(doc, "settings", part);
	err = add(doc, maps->ifname, "queues", queues_model(maps));
	if (!err)
		err = add(doc, maps->ifname, "host", host_model(maps->ifname));
	return err;
}

json_t *report_model(const struct maps *maps, unsigned int sample_ms, int *err)
{
	json_t *doc = frame(maps->ifname);

	*err = add_parts(doc, maps, sample_ms);
	if (*err) {
		json_decref(doc);
		return NULL;
	}
	json_object_set_new(doc, "help", stats_help());
	json_object_set_new(doc, "headline", report_headline(doc));
	return doc;
}
