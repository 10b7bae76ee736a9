/* SPDX-License-Identifier: GPL-2.0 */
/*
 * scrape.c - see scrape.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cleanup.h"
#include "clock.h"
#include "errors.h"
#include "scrape.h"
#include "tc.h"
#include "xdp.h"

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
	if (place_hidden(&place))
		return failed(EXIT_UNSUPPORTED, "not permitted to look into %s\nrun levee as root", place.root);
	for (unsigned int i = 0; i < count; i++) {
		if (strlen(names[i]) >= LEVEE_IFNAME_MAX)
			return failed(EXIT_USAGE, "%s: no interface has so long a name", names[i]);
		remember(names[i], s);
	}
	s->named = count > 0;
	return 0;
}

/* --- opening */

/* Silent where there is nothing to open: that levee is not attached is an answer. */
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

int scrape_keep(struct scrape *s)
{
	look_around(s);
	s->kept = true;
	for (unsigned int i = 0; i < s->count; i++) {
		struct scraped *one = &s->interface[i];

		if (!open_maps(one)) {
			close_one(one);
			continue;
		}
		one->dir = open(one->maps.place.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (one->dir < 0)
			return failed(EXIT_FAILED, "%s: opening %s failed: %s", one->name, one->maps.place.dir,
				      strerror(errno));
	}
	return 0;
}

/* Could this process open pins, if there were any? */
static bool sees_pins(void)
{
	struct place place;

	return !place_find(&place, NULL, false) && place.root[0] && !place_hidden(&place);
}

void scrape_unkeep(struct scrape *s, bool *blind)
{
	*blind = !sees_pins();
	if (*blind)
		return;
	for (unsigned int i = 0; i < s->count; i++)
		close_one(&s->interface[i]);
	s->kept = false;
}

/* A directory that was removed has no links; asking needs no permission. */
static bool was_removed(int dir)
{
	struct stat st;

	return fstat(dir, &st) < 0 || st.st_nlink == 0;
}

void scrape_release(struct scrape *s)
{
	for (unsigned int i = 0; s->kept && i < s->count; i++)
		if (s->interface[i].dir >= 0 && was_removed(s->interface[i].dir))
			close_one(&s->interface[i]);
}

/* The settings may have been changed since they were opened. */
static bool refresh_kept(struct scraped *one)
{
	return one->dir >= 0 && maps_read(&one->maps, MAP_SETTINGS, &one->maps.settings) == 0;
}

/* --- reading */

/* Where names of programs are root's to read, any program will do; so says levee status. */
static struct metrics_hooks read_hooks(const struct maps *maps)
{
	unsigned int ifindex = if_nametoindex(maps->ifname);
	struct metrics_hooks hooks = {};
	struct xdp_state xdp;
	struct tc_state tc;

	if (ifindex == 0 || ifindex != maps->meta.ifindex)
		return hooks;
	if (!xdp_inspect(ifindex, &xdp))
		hooks.xdp = xdp.nameless ? xdp.hook_id != 0 : xdp.ours_id == maps->meta.xdp_prog_id;
	if (!tc_inspect(ifindex, &tc)) {
		hooks.tc_ingress = tc.ours_count[TC_INGRESS] > 0;
		hooks.tc_egress = tc.ours_count[TC_EGRESS] > 0;
	}
	return hooks;
}

static bool read_interface(json_t *families, struct scraped *one)
{
	struct metrics_hooks hooks = read_hooks(&one->maps);
	struct sample now;

	if (!one->maps.settings.enabled || sample_take(&one->maps, &now))
		return false;
	metrics_interface(families, &one->maps, &now, &hooks);
	return true;
}

/* Into families of its own: levee_attached comes first, and is known last. */
static bool scrape_interface(struct scrape *s, struct scraped *one, json_t *families)
{
	bool attached = s->kept ? refresh_kept(one) : open_maps(one);

	attached = attached && read_interface(families, one);
	if (!s->kept)
		maps_close(&one->maps);
	if (!attached)
		metrics_forget(&one->services);
	return attached;
}

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - then->tv_sec + (now.tv_nsec - then->tv_nsec) / 1e9;
}

json_t *scrape_model(struct scrape *s, bool *up)
{
	json_t *head = json_object(), *families = json_object();
	unsigned int attached = 0;
	struct timespec begin;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (s->kept)
		scrape_release(s);
	else
		look_around(s);
	for (unsigned int i = 0; i < s->count; i++) {
		bool is = scrape_interface(s, &s->interface[i], families);

		metrics_attached(head, s->interface[i].name, is);
		attached += is;
	}
	*up = s->named ? attached == s->count : attached > 0;
	metrics_of_program(head, *up, seconds_since(&begin));
	json_object_update(head, families);
	json_decref(families);
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
