/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reload.c - reload as a list of steps. Up to the XDP program each is undone if a later one fails.
 *
 * What keeps every packet covered: old and new programs work on the same maps with the same keys, so any mixture of them
 * is a whole levee. A TC filter, a program alone on the XDP hook and one that a link holds are replaced in place by the
 * kernel. libxdp's dispatcher cannot do that: there the new program is added behind the old one, one write to the
 * settings hands the packets over (bpf/maps.h, edition), and the old one is taken out. A packet that is between the two at
 * that very moment may be seen by both, as if it had come twice; none is seen by neither.
 *
 * Killed anywhere, it leaves a levee that works: meta names the program that is on and the one that was to follow, and
 * `edition` tells which of them has the packets. The next reload begins by taking out what has not, and then does all of
 * its steps again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cleanup.h"
#include "clock.h"
#include "conf.h"
#include "errors.h"
#include "kernel.h"
#include "netdev.h"
#include "programs.h"
#include "reload.h"
#include "repair.h"
#include "seed.h"
#include "settings.h"
#include "tc.h"
#include "xdp.h"

#include "levee.skel.h"

struct reload {
	const struct options *options;
	const char *ifname;
	unsigned int ifindex;
	int lock;
	struct maps maps;
	struct conf conf;
	struct settings_plan plan;
	struct xdp_state xdp;
	struct tc_state tc;
	struct levee_bpf *skel;
	/* Descriptors of what runs, to go back to; -1 none. */
	int old_xdp, old_tc[2], old_start;
	/* What has been done of it. */
	bool started, filtered[2];
	struct reload_result *result;
};

static const char *const direction_name[] = { [TC_INGRESS] = "ingress", [TC_EGRESS] = "egress" };

static struct levee_meta *meta(struct reload *r)
{
	return &r->maps.meta;
}

/* --- before anything is changed */

/* Maps of another version belong to other programs. The levee that made them goes on, or has to go first. */
static int check_abi(const struct reload *r, const struct place *place)
{
	struct levee_meta m;

	if (maps_peek_meta(place, &m) || m.magic != LEVEE_MAGIC || m.abi == LEVEE_ABI)
		return 0;
	return failed(
		EXIT_FAILED,
		"%s: attached by a levee with maps of version %u; this one's programs need version %u: they cannot take over\n"
		"it goes on protecting. Use that levee; or \"levee detach %s\" and \"levee attach %s\" with this one: that "
		"forgets flows (they are adopted again), counters and cookies in flight (those clients are reset and try again), "
		"and nothing is protected in between",
		r->ifname, m.abi, LEVEE_ABI, r->ifname, r->ifname);
}

static int take_place(struct reload *r)
{
	struct place place;
	int err = kernel_check();

	if (!err)
		err = place_find(&place, r->ifname, false);
	if (err)
		return err;
	if (place.root[0]) {
		r->lock = place_lock(&place);
		if (r->lock < 0)
			return failed(EXIT_FAILED, "%s: locking %s failed: %s", r->ifname, place.root,
				      strerror(-r->lock));
	}
	err = check_abi(r, &place);
	return err ? err : maps_open(&r->maps, r->ifname);
}

static int read_file(struct reload *r)
{
	int err = conf_find(&r->conf, r->options, meta(r)->file);

	return err ? err : settings_plan(&r->maps, &r->conf, &r->plan);
}

static int not_whole(const struct reload *r, const char *what)
{
	return failed(EXIT_FAILED,
		      "%s: %s: there is nothing whole to reload\nrun \"levee detach %s\", then attach again", r->ifname,
		      what, r->ifname);
}

/* The id of the levee_ingress that has the packets. */
static __u32 id_on(struct reload *r)
{
	const struct levee_meta *m = meta(r);

	if (r->xdp.dispatcher)
		return r->maps.settings.enabled == m->edition ? m->xdp_prog_id : m->xdp_next_id;
	return xdp_has(&r->xdp, m->xdp_next_id) ? m->xdp_next_id : m->xdp_prog_id;
}

static int check_hooks(struct reload *r)
{
	int err, index = netdev_index(r->ifname);

	if (index < 0)
		return -index;
	r->ifindex = index;
	if (r->ifindex != meta(r)->ifindex)
		return not_whole(r, "the interface was made anew under the same name");
	if (!r->maps.settings.enabled)
		return not_whole(r, r->maps.settings.confirm_ms ? "nobody has confirmed it in time" :
								  "attach did not finish");
	err = xdp_inspect(r->ifindex, &r->xdp);
	if (!err)
		err = tc_inspect(r->ifindex, &r->tc);
	if (err)
		return failed(EXIT_FAILED, "%s: asking for its programs failed: %s", r->ifname, strerror(-err));
	if (!xdp_has(&r->xdp, id_on(r)) || r->xdp.dispatcher != (meta(r)->attachment == LEVEE_ATTACHMENT_DISPATCHER))
		return not_whole(r, "levee's XDP program is no longer on the interface as it was");
	return 0;
}

/* Of a reload that was interrupted: programs in the chain that have no packets. */
static int take_out_strays(struct reload *r)
{
	__u32 on = id_on(r);
	int err = 0;

	for (unsigned int i = 0; !err && r->xdp.dispatcher && i < r->xdp.ours_count; i++)
		if (r->xdp.ours[i] != on)
			err = xdp_detach_dispatched(r->ifindex, r->xdp.ours[i]);
	if (err)
		return failed(EXIT_FAILED, "%s: removing what an interrupted reload had left failed: %s", r->ifname,
			      strerror(-err));
	if (meta(r)->xdp_next_id)
		note("%s: an interrupted reload is finished by this one", r->ifname);
	meta(r)->xdp_prog_id = on;
	meta(r)->edition = r->maps.settings.enabled;
	meta(r)->xdp_next_id = 0;
	return 0;
}

static int open_id(__u32 id)
{
	return id ? bpf_prog_get_fd_by_id(id) : -1;
}

static int open_former(struct reload *r)
{
	r->old_xdp = open_id(meta(r)->xdp_prog_id);
	for (int d = TC_INGRESS; d <= TC_EGRESS; d++)
		r->old_tc[d] = open_id(r->tc.ours[d].prog_id);
	if (r->old_xdp < 0)
		return failed(EXIT_FAILED, "%s: opening the XDP program that runs failed: %s", r->ifname,
			      strerror(errno));
	r->old_start = maps_open_program(&r->maps, "levee_start");
	return r->old_start < 0 ? -r->old_start : 0;
}

/* --- the new programs */

static int read_secrets(const struct reload *r, struct levee_secrets *secrets)
{
	close_fd int fd = maps_open_writable(&r->maps, MAP_SECRETS);
	const __u32 first = 0;

	if (fd < 0)
		return -fd;
	if (bpf_map_lookup_elem(fd, &first, secrets) == 0)
		return 0;
	return failed(EXIT_FAILED, "%s: reading the tables' key failed: %s", r->ifname, strerror(errno));
}

/* In a chain the new program waits for its turn, alone it has it at once. */
static int open_programs(struct reload *r)
{
	struct program_constants constants = {
		.geometry = meta(r)->geometry,
		.edition = meta(r)->edition + r->xdp.dispatcher,
		.handoff = meta(r)->handoff,
	};
	struct levee_secrets secrets;
	int err = read_secrets(r, &secrets);

	if (err)
		return err;
	constants.hash_key = secrets.hash;
	if (!constants.edition) /* 0 is nobody's */
		constants.edition = 1;
	r->skel = programs_open(r->ifname, &constants);
	explicit_bzero(&secrets, sizeof(secrets));
	explicit_bzero(&constants, sizeof(constants));
	return r->skel ? 0 : EXIT_FAILED;
}

/* Is the pinned map what these programs take it for? */
static bool is_same_map(const struct bpf_map *map, int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == bpf_map__type(map) &&
	       info.key_size == bpf_map__key_size(map) && info.value_size == bpf_map__value_size(map) &&
	       info.map_flags == bpf_map__map_flags(map);
}

static int reuse_map(const struct reload *r, struct bpf_map *map)
{
	char path[BPFFS_PATH_MAX];
	close_fd int fd = bpf_obj_get(place_pin(path, &r->maps.place, bpf_map__name(map)));
	int err;

	if (fd < 0 || !is_same_map(map, fd))
		return failed(EXIT_FAILED,
			      "%s: map %s is %s: this levee's programs cannot take over\n"
			      "use the levee that attached it (%s), or detach and attach with this one",
			      r->ifname, bpf_map__name(map), fd < 0 ? strerror(errno) : "laid out otherwise",
			      r->maps.meta.version);
	err = bpf_map__reuse_fd(map, fd);
	return err ? failed(EXIT_FAILED, "%s: taking map %s over failed: %s", r->ifname, bpf_map__name(map),
			    strerror(-err)) :
		     0;
}

static int reuse_maps(struct reload *r)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, r->skel->obj) {
		if (bpf_map__is_internal(map))
			continue;
		err = reuse_map(r, map);
		if (err)
			break;
	}
	return err;
}

/* libxdp loads what it adds to a chain itself, all of it at once; that step then is the first that changes anything. */
static int load_programs(struct reload *r)
{
	int err;

	library_log_clear();
	if (r->xdp.dispatcher)
		return 0;
	err = levee_bpf__load(r->skel);
	return err ? programs_refused(r->ifname, err) : 0;
}

static int write_meta(struct reload *r)
{
	int err = maps_write(bpf_map__fd(r->skel->maps.meta), meta(r));

	return err ? failed(EXIT_FAILED, "%s: writing map meta failed: %s", r->ifname, strerror(-err)) : 0;
}

/* Nothing has the packets but the old one yet. */
static int add_to_chain(struct reload *r)
{
	int err;

	if (!r->xdp.dispatcher)
		return 0;
	err = xdp_attach(r->skel->obj, r->ifindex, meta(r)->xdp_mode);
	return err ? programs_refused(r->ifname, err) : 0;
}

/* The new levee_ingress; 0 while it is not loaded. In a chain it is libxdp that has loaded it: the one that has no packets. */
static __u32 new_ingress(const struct reload *r)
{
	struct xdp_state now;

	if (!r->xdp.dispatcher)
		return xdp_program_id(bpf_program__fd(r->skel->progs.levee_ingress));
	if (xdp_inspect(r->ifindex, &now))
		return 0;
	for (unsigned int i = 0; i < now.ours_count; i++)
		if (now.ours[i] != r->maps.meta.xdp_prog_id)
			return now.ours[i];
	return 0;
}

static int announce(struct reload *r)
{
	meta(r)->xdp_next_id = new_ingress(r);
	if (meta(r)->xdp_next_id)
		return write_meta(r);
	return failed(EXIT_FAILED, "%s: the new XDP program cannot be found", r->ifname);
}

/* --- the change */

/* The timer calls the new program from its next tick on. */
static int take_timer(struct reload *r)
{
	int err = seed_start(bpf_program__fd(r->skel->progs.levee_start));

	r->started = !err;
	return err ? failed(EXIT_FAILED, "%s: handing over the housekeeping timer failed: %s", r->ifname,
			    strerror(-err)) :
		     0;
}

/* A filter that somebody has removed comes back. */
static int attach_missing(struct reload *r, enum tc_direction d, int fd)
{
	int err = repair_filter(&r->maps, d, fd);

	if (!err)
		note("%s: levee's TC %s filter had been removed; it is there again", r->ifname, direction_name[d]);
	return err;
}

static int take_filter(struct reload *r, enum tc_direction d, const struct bpf_program *prog)
{
	int fd = bpf_program__fd(prog), err;

	if (fd < 0)
		return 0;
	library_log_clear();
	if (r->tc.ours_count[d])
		err = tc_replace(r->ifindex, d, fd, &r->tc.ours[d]);
	else
		err = attach_missing(r, d, fd);
	r->filtered[d] = !err;
	return err ? failed(EXIT_FAILED, "%s: replacing the TC %s filter failed: %s%s%s", r->ifname, direction_name[d],
			    strerror(-err), *library_log_last() ? ": " : "", library_log_last()) :
		     0;
}

static int take_filters(struct reload *r)
{
	int err = take_filter(r, TC_EGRESS, r->skel->progs.levee_egress);

	return err ? err : take_filter(r, TC_INGRESS, r->skel->progs.levee_accept);
}

/* One write hands the packets to the program that waits in the chain. */
static int hand_over(struct reload *r)
{
	struct levee_settings *set = &r->maps.settings;
	__u32 was = set->enabled;
	int err;

	set->enabled = r->skel->rodata->edition;
	err = maps_write(bpf_map__fd(r->skel->maps.settings), set);
	if (err)
		set->enabled = was;
	return err;
}

static int replace_exclusive(struct reload *r, int fd)
{
	char path[BPFFS_PATH_MAX];
	close_fd int link = bpf_obj_get(place_pin(path, &r->maps.place, "link_xdp"));

	return link < 0 ? -errno : xdp_replace_exclusive(link, r->old_xdp, fd);
}

static int take_xdp(struct reload *r)
{
	int fd = bpf_program__fd(r->skel->progs.levee_ingress), err;

	library_log_clear();
	switch (meta(r)->attachment) {
	case LEVEE_ATTACHMENT_DISPATCHER:
		err = hand_over(r);
		break;
	case LEVEE_ATTACHMENT_EXCLUSIVE:
		err = replace_exclusive(r, fd);
		break;
	default:
		err = xdp_replace(r->ifindex, meta(r)->xdp_mode, r->old_xdp, fd);
	}
	return err ? failed(EXIT_FAILED, "%s: replacing the XDP program failed: %s%s%s", r->ifname, strerror(-err),
			    *library_log_last() ? ": " : "", library_log_last()) :
		     0;
}

/* --- afterwards: the new programs run, whatever happens now */

static int write_down(struct reload *r)
{
	__u32 former = meta(r)->xdp_prog_id;

	meta(r)->xdp_prog_id = meta(r)->xdp_next_id;
	meta(r)->xdp_next_id = 0;
	meta(r)->edition = r->skel->rodata->edition;
	meta(r)->reloaded_unix_ms = clock_unix_ms();
	snprintf(meta(r)->version, sizeof(meta(r)->version), "%s", LEVEE_VERSION);
	if (r->xdp.dispatcher && xdp_detach_dispatched(r->ifindex, former))
		note("%s: the former program stays in the chain, where it lets everything pass; the next reload or detach removes it",
		     r->ifname);
	return write_meta(r);
}

static int pin_programs(struct reload *r)
{
	return programs_pin(&r->maps.place, r->ifname, r->skel);
}

static int apply_file(struct reload *r)
{
	r->plan.settings.enabled = r->maps.settings.enabled;
	return settings_apply(&r->maps, &r->plan);
}

/* --- all of it */

/* Back to the programs that ran before. What cannot be undone is said by status. */
static void roll_back(struct reload *r)
{
	for (int d = TC_INGRESS; d <= TC_EGRESS; d++)
		if (r->filtered[d] && r->old_tc[d] >= 0)
			tc_replace(r->ifindex, d, r->old_tc[d], &r->tc.ours[d]);
	if (r->started)
		seed_start(r->old_start);
	if (r->xdp.dispatcher && r->skel && new_ingress(r))
		xdp_detach_dispatched(r->ifindex, new_ingress(r));
	if (meta(r)->xdp_next_id && r->skel) {
		meta(r)->xdp_next_id = 0;
		maps_write(bpf_map__fd(r->skel->maps.meta), meta(r));
	}
	note("%s: the programs of levee %s go on as before", r->ifname, meta(r)->version);
}

static void see_former(struct reload *r)
{
	struct reload_programs *p = &r->result->before;

	p->ingress = meta(r)->xdp_prog_id;
	p->accept = r->tc.ours[TC_INGRESS].prog_id;
	p->egress = r->tc.ours[TC_EGRESS].prog_id;
	memcpy(p->version, meta(r)->version, sizeof(p->version));
}

static void see_result(struct reload *r)
{
	struct reload_programs *p = &r->result->after;

	p->ingress = meta(r)->xdp_prog_id;
	p->accept = xdp_program_id(bpf_program__fd(r->skel->progs.levee_accept));
	p->egress = xdp_program_id(bpf_program__fd(r->skel->progs.levee_egress));
	snprintf(p->version, sizeof(p->version), "%s", LEVEE_VERSION);
	memcpy(r->result->file, r->plan.file, sizeof(r->result->file));
	r->result->changes = json_incref(r->plan.changes);
}

typedef int (*step)(struct reload *r);

static int run_steps(struct reload *r, const step *steps, unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < count; i++)
		err = steps[i](r);
	return err;
}

#define RUN(r, steps) run_steps(r, steps, sizeof(steps) / sizeof((steps)[0]))

static int replace_programs(struct reload *r)
{
	static const step change[] = { open_programs, reuse_maps, load_programs, add_to_chain,
				       announce,      take_timer, take_filters,	 take_xdp };
	static const step afterwards[] = { write_down, pin_programs, apply_file };
	int err;

	see_former(r);
	err = RUN(r, change);
	if (err) {
		roll_back(r);
		return err;
	}
	err = RUN(r, afterwards);
	see_result(r);
	return err;
}

static void release(struct reload *r)
{
	levee_bpf__destroy(r->skel);
	cleanup_fd(&r->old_xdp);
	cleanup_fd(&r->old_tc[TC_INGRESS]);
	cleanup_fd(&r->old_tc[TC_EGRESS]);
	cleanup_fd(&r->old_start);
	settings_plan_free(&r->plan);
	conf_free(&r->conf);
	maps_close(&r->maps);
	cleanup_fd(&r->lock);
}

int reload_interface(const struct options *options, struct reload_result *result)
{
	static const step before[] = { take_place, check_hooks, read_file, take_out_strays, open_former };
	struct reload r = {
		.options = options,
		.ifname = options->argument[0],
		.lock = -1,
		.old_xdp = -1,
		.old_tc = { -1, -1 },
		.old_start = -1,
		.result = result,
	};
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	int err;

	memset(result, 0, sizeof(*result));
	memset(r.maps.fd, -1, sizeof(r.maps.fd));
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	err = RUN(&r, before);
	if (!err)
		err = replace_programs(&r);
	release(&r);
	return err;
}
