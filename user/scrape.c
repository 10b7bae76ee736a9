/* SPDX-License-Identifier: GPL-2.0 */
/*
 * scrape.c - see scrape.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "errors.h"
#include "health.h"
#include "netstat.h"
#include "queues.h"
#include "scrape.h"
#include "share.h"

/* --- interfaces */

static struct scraped *find(struct scrape *s, const char *ifname)
{
	for (unsigned int i = 0; i < s->count; i++)
		if (strcmp(s->interface[i].name, ifname) == 0)
			return &s->interface[i];
	return NULL;
}

/* What does not fit is not told of; no host has so many. */
static int remember(const char *ifname, void *arg)
{
	struct scrape *s = arg;
	struct scraped *one;

	if (find(s, ifname) || s->count == SCRAPE_INTERFACES || strlen(ifname) >= sizeof(one->name))
		return 0;
	one = &s->interface[s->count++];
	memset(one, 0, sizeof(*one));
	memset(one->maps.fd, -1, sizeof(one->maps.fd));
	one->dir = -1;
	strcpy(one->name, ifname);
	return 0;
}

static void look_around(struct scrape *s)
{
	struct place place;

	if (!s->named && !place_find(&place, NULL, false))
		place_each(&place, remember, s);
}

int scrape_begin(struct scrape *s, unsigned int count, const char *const *names)
{
	struct place place;
	int err = place_find(&place, NULL, false);

	memset(s, 0, sizeof(*s));
	if (err)
		return err;
	for (unsigned int i = 0; i < count; i++) {
		if (strlen(names[i]) >= LEVEE_IFNAME_MAX)
			return failed(EXIT_USAGE, "%s: no interface has so long a name", names[i]);
		if (!if_nametoindex(names[i]))
			note("%s: there is no such interface yet", names[i]);
		remember(names[i], s);
	}
	s->named = count > 0;
	return 0;
}

/* --- opening */

/* maps_close() is right after any answer. Silent where there is nothing to open: that levee is not attached is an answer. */
static bool open_maps(struct scraped *one)
{
	struct place place;

	return !place_find(&place, one->name, false) && place_has(&place, map_names[MAP_META]) &&
	       maps_open(&one->maps, one->name) == 0;
}

static void close_one(struct scraped *one)
{
	maps_close(&one->maps);
	cleanup_fd(&one->dir);
	one->dir = -1;
}

static int keep(struct scraped *one)
{
	if (!open_maps(one)) {
		maps_close(&one->maps);
		return 0;
	}
	one->dir = open(one->maps.place.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (one->dir >= 0)
		return 0;
	return failed(EXIT_FAILED, "%s: opening %s failed: %s", one->name, one->maps.place.dir, strerror(errno));
}

int scrape_keep(struct scrape *s)
{
	int err = 0;

	look_around(s);
	for (unsigned int i = 0; !err && i < s->count; i++)
		err = keep(&s->interface[i]);
	return err;
}

/* Who may open one map may open all that are read here. */
static bool may_open(const struct scraped *one)
{
	char path[BPFFS_PATH_MAX];
	struct place place;

	return !place_find(&place, one->name, false) &&
	       access(place_pin(path, &place, map_names[MAP_STATS]), R_OK) == 0;
}

unsigned int scrape_unkeep(struct scrape *s)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < s->count; i++) {
		struct scraped *one = &s->interface[i];

		if (one->dir >= 0 && may_open(one))
			close_one(one);
		kept += one->dir >= 0;
	}
	return kept;
}

bool scrape_sees_pins(void)
{
	struct place place;

	return !place_find(&place, NULL, false) && place.root[0] && !place_hidden(&place);
}

int scrape_check_rights(void)
{
	struct place place;
	int err = place_find(&place, NULL, false);

	if (err || !place_hidden(&place))
		return err;
	return failed(EXIT_UNSUPPORTED,
		      "not permitted to look into %s\nrun levee as root, or as a member of the group \"%s\"",
		      place.root, share_group());
}

/* A directory that was removed has no links; asking needs no permission. */
static bool was_removed(int dir)
{
	struct stat st;

	return fstat(dir, &st) < 0 || st.st_nlink == 0;
}

void scrape_release(struct scrape *s)
{
	for (unsigned int i = 0; i < s->count; i++)
		if (s->interface[i].dir >= 0 && was_removed(s->interface[i].dir))
			close_one(&s->interface[i]);
}

/* The settings may have been changed since they were opened. */
static bool refresh(struct scraped *one)
{
	return maps_read(&one->maps, MAP_SETTINGS, &one->maps.settings) == 0;
}

/* --- reading */

/* What levee status calls problems. */
static void read_health(json_t *families, const struct maps *maps)
{
	struct levee_runtime run;
	struct xdp_state xdp;

	if (maps_read(maps, MAP_RUNTIME, &run) == 0)
		metrics_problems(families, maps->ifname,
				 health_check(maps, &run, health_inspect(maps, &xdp) ? NULL : &xdp));
}

/* Without them the rest is worth telling. */
static void read_queues(json_t *families, struct scraped *one)
{
	free_json json_t *list = queues_list(&one->maps);

	if (list)
		metrics_services(families, one->name, list, &one->services);
}

static bool read_interface(json_t *families, struct scraped *one)
{
	struct sample now;

	read_health(families, &one->maps);
	if (!one->maps.settings.enabled || sample_take(&one->maps, &now))
		return false;
	metrics_interface(families, &one->maps, &now);
	read_queues(families, one);
	return true;
}

static bool scrape_interface(struct scraped *one, json_t *families)
{
	bool kept = one->dir >= 0;
	bool attached = kept ? refresh(one) : open_maps(one);

	attached = attached && read_interface(families, one);
	if (!kept)
		maps_close(&one->maps);
	if (!attached)
		metrics_forget(&one->services);
	return attached;
}

json_t *scrape_model(struct scrape *s, bool *up)
{
	free_json json_t *netstat = netstat_queues();
	json_t *head = json_object(), *families = json_object(), *each = json_object();
	unsigned int attached = 0;
	__u64 begin_ns = clock_monotonic_ns();

	scrape_release(s);
	look_around(s);
	for (unsigned int i = 0; i < s->count; i++) {
		bool is = scrape_interface(&s->interface[i], families);

		metrics_attached(each, s->interface[i].name, is);
		attached += is;
	}
	*up = s->named ? attached == s->count : attached > 0;
	metrics_kernel(families, netstat);
	metrics_of_program(head, *up, (clock_monotonic_ns() - begin_ns) / 1e9);
	json_object_update_new(head, each);
	json_object_update_new(head, families);
	return json_pack("{s:s, s:I, s:o}", "schema", "levee.metrics/1", "time_unix_ms", (json_int_t)clock_unix_ms(),
			 "families", head);
}

void scrape_end(struct scrape *s)
{
	for (unsigned int i = 0; i < s->count; i++) {
		close_one(&s->interface[i]);
		metrics_forget(&s->interface[i].services);
	}
}
