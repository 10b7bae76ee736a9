/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attach.c - attach as a list of steps. A step that fails has reported why; what was done is removed.
 *
 * libxdp loads and attaches in one go, so the XDP program runs before its maps are filled. Until the
 * last step sets settings.enabled it passes everything.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <levee/stats.h>
#include <levee/table.h>

#include "attach.h"
#include "bpffs.h"
#include "cleanup.h"
#include "clock.h"
#include "confirm.h"
#include "errors.h"
#include "handoff.h"
#include "kernel.h"
#include "maps.h"
#include "netdev.h"
#include "profile.h"
#include "programs.h"
#include "remove.h"
#include "share.h"
#include "tables.h"
#include "tc.h"
#include "xdp.h"

#include "levee.skel.h"

struct session {
	const struct options *options;
	const char *ifname;
	unsigned int ifindex;
	struct place place;
	int lock;
	struct levee_bpf *skel;
	int link; /* of --exclusive */
	struct levee_secrets secrets;
	struct levee_settings settings;
	struct attach_result *result;
	bool may_be_attached; /* that levee is there already is no error */
};

#define FIRST_EDITION 1

static const __u32 first;

static struct levee_meta *meta(const struct session *s)
{
	return &s->result->meta;
}

/* --- before anything is changed */

static int check_memory(const struct session *s)
{
	struct levee_geometry g = tables_geometry(s->options->half_open, s->options->flows);
	unsigned long long need = tables_memory(&g), have = memory_available();

	if (have == 0 || need < have)
		return 0;
	return failed(EXIT_FAILED, "%s: the tables need %llu MiB, %llu MiB are available\nchoose a smaller --%s",
		      s->ifname, need >> 20, have >> 20,
		      s->options->half_open > s->options->flows ? "half-open" : "flows");
}

static int check_host(struct session *s)
{
	int index = privileges_check();

	if (index)
		return index;
	index = netdev_index(s->ifname);
	if (index < 0)
		return -index;
	s->ifindex = index;
	index = kernel_check();
	return index ? index : check_memory(s);
}

static int take_place(struct session *s)
{
	int err = place_find(&s->place, s->ifname, true);

	if (err)
		return err;
	s->lock = place_lock(&s->place);
	if (s->lock < 0)
		return failed(EXIT_FAILED, "%s: locking %s failed: %s", s->ifname, s->place.root, strerror(-s->lock));
	return 0;
}

/* Is everything that meta speaks of still in its place? */
static bool is_attached(struct session *s, const struct xdp_state *xdp)
{
	struct levee_meta old;

	return maps_peek_meta(&s->place, &old) == 0 && old.ifindex == s->ifindex &&
	       (xdp_has(xdp, old.xdp_prog_id) || xdp_has(xdp, old.xdp_next_id)) && maps_enabled(&s->place);
}

static int remove_remains(struct session *s)
{
	struct removal done;
	int err = remove_levee(&s->place, s->ifname, s->ifindex, &done);

	if (!err && removal_any(&done))
		note("%s: removed what an interrupted attach, one that was not confirmed, or a former interface of this name had left",
		     s->ifname);
	return err;
}

/* Pins whose interface is gone, here, and all pins of namespaces that are gone. */
static int remove_if_gone(const char *ifname, void *arg)
{
	struct removal done;
	struct place place;

	if (netdev_exists(ifname) || place_find(&place, ifname, false) || remove_levee(&place, ifname, 0, &done))
		return 0;
	note("%s: the interface is gone; removed the tables that levee had for it", ifname);
	(void)arg;
	return 0;
}

/* Without CAP_SYS_ADMIN the kernel shows neither libxdp nor levee what is there. */
static int hook_is_hidden(const struct session *s, const struct xdp_state *xdp)
{
	return failed(EXIT_UNSUPPORTED,
		      "%s: %s is on this interface, and to run beside it takes CAP_SYS_ADMIN\n"
		      "run \"levee attach %s\" once as root with all capabilities; levee run adopts what is attached",
		      s->ifname, xdp->dispatcher ? "libxdp's dispatcher" : "an XDP program", s->ifname);
}

static int check_hook(const struct session *s, const struct xdp_state *xdp)
{
	if (xdp->hook_id && !s->options->exclusive && !privileges_admin())
		return hook_is_hidden(s, xdp);
	if (!xdp->others || (xdp->dispatcher && !s->options->exclusive))
		return 0;
	if (s->options->exclusive)
		return failed(EXIT_FAILED,
			      "%s: the XDP program \"%s\" is on this interface, and --exclusive wants it alone\n"
			      "remove it (ip link set dev %s xdp off) or leave --exclusive out",
			      s->ifname, xdp->other_name, s->ifname);
	return failed(
		EXIT_FAILED,
		"%s: the XDP program \"%s\" is on this interface, and it was not attached by libxdp, so nothing can run beside it\n"
		"remove it (ip link set dev %s xdp off), attach levee, then load it again with xdp-loader where the kernel allows it",
		s->ifname, xdp->other_name, s->ifname);
}

static int inspect(const struct session *s, struct xdp_state *xdp)
{
	close_fd int prog = maps_pinned_program(&s->place, "levee_ingress");
	int err = xdp_inspect_by(prog, s->ifindex, xdp);

	return err ? failed(EXIT_FAILED, "%s: asking for its XDP program failed: %s", s->ifname, strerror(-err)) : 0;
}

static int attached_already(struct session *s)
{
	s->result->already = s->may_be_attached;
	if (s->may_be_attached)
		return EXIT_FAILED;
	return failed(EXIT_FAILED,
		      "%s: levee is attached already\n\"levee status %s\" shows it; \"levee detach %s\" removes it",
		      s->ifname, s->ifname, s->ifname);
}

static int clear_hook(struct session *s)
{
	struct xdp_state xdp;
	int err, swept;

	place_each(&s->place, remove_if_gone, NULL);
	swept = place_sweep(&s->place);
	if (swept)
		note("removed the tables of %d interface%s whose network namespace is gone", swept,
		     swept == 1 ? "" : "s");
	err = inspect(s, &xdp);
	if (err)
		return err;
	if (is_attached(s, &xdp))
		return attached_already(s);
	err = remove_remains(s);
	if (err)
		return err;
	err = inspect(s, &xdp);
	return err ? err : check_hook(s, &xdp);
}

/* --- the programs */

static int choose_cookies(struct session *s)
{
	meta(s)->handoff = kernel_has_handoff();
	return handoff_choose_cookies(s->ifname, meta(s)->handoff, s->options->cookies,
				      options_chosen(s->options, LEVEE_SET_COOKIES), &s->result->cookies);
}

static int make_secrets(struct session *s)
{
	meta(s)->geometry = tables_geometry(s->options->half_open, s->options->flows);
	meta(s)->edition = FIRST_EDITION;
	if (getrandom(&s->secrets, sizeof(s->secrets), 0) == sizeof(s->secrets))
		return 0;
	return failed(EXIT_FAILED, "%s: getrandom gave no secret: %s", s->ifname, strerror(errno));
}

static int open_programs(struct session *s)
{
	struct program_constants constants = {
		.geometry = meta(s)->geometry,
		.hash_key = s->secrets.hash,
		.edition = meta(s)->edition,
		.handoff = meta(s)->handoff,
	};

	s->skel = programs_open(s->ifname, &constants);
	return s->skel ? 0 : EXIT_FAILED;
}

static bool is_loaded(const struct session *s)
{
	return bpf_map__fd(s->skel->maps.settings) >= 0 && bpf_program__fd(s->skel->progs.levee_egress) >= 0;
}

static int hook_failed(const struct session *s, __u32 flags, int err)
{
	const char *why = *library_log_last() ? library_log_last() : strerror(-err);
	char driver[32];

	if (!is_loaded(s) && (err == -ENOMEM || err == -E2BIG))
		return failed(EXIT_FAILED, "%s: no memory for a table: %s\nchoose a smaller --%s", s->ifname, why,
			      strstr(why, "half_open") ? "half-open" : "flows");
	if (!is_loaded(s))
		return programs_refused(s->ifname, err);
	netdev_driver(s->ifname, driver);
	if (flags == XDP_FLAGS_DRV_MODE)
		return failed(
			EXIT_FAILED,
			"%s: the driver%s%s took no native XDP program: %s\nuse --mode generic (slower), see levee doctor %s",
			s->ifname, *driver ? " " : "", driver, why, s->ifname);
	return failed(EXIT_FAILED, "%s: attaching the XDP program failed: %s\nsee levee doctor %s", s->ifname, why,
		      s->ifname);
}

static int make_place(struct session *s)
{
	int err = place_make(&s->place);

	return err ? failed(EXIT_FAILED, "%s: making %s failed: %s", s->ifname, s->place.dir, strerror(-err)) : 0;
}

/*
 * Without CAP_SYS_ADMIN: no libxdp. The pin comes before the hook, since by it alone the program is known again, should
 * this attach be killed.
 */
static int hook_alone(struct session *s, __u32 flags)
{
	char path[BPFFS_PATH_MAX];
	int prog, err = bpf_object__load(s->skel->obj);

	if (err)
		return err;
	prog = bpf_program__fd(s->skel->progs.levee_ingress);
	unlink(place_pin(path, &s->place, "prog_levee_ingress")); /* of a first try */
	return bpf_obj_pin(prog, path) ? -errno : xdp_put(prog, s->ifindex, flags);
}

static int hook(struct session *s, __u32 flags)
{
	if (!s->options->exclusive && !privileges_admin())
		return hook_alone(s, flags);
	if (!s->options->exclusive)
		return xdp_attach(s->skel->obj, s->ifindex, flags);
	s->link = xdp_attach_exclusive(s->skel->obj, s->ifindex, flags);
	return s->link < 0 ? s->link : 0;
}

/* Native first, unless told otherwise. A second try needs programs that were not loaded yet. */
static int attach_xdp(struct session *s)
{
	__u32 flags = s->options->mode == MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	int err;

	library_log_clear();
	err = hook(s, flags);
	if (err && s->options->mode == MODE_AUTO && is_loaded(s)) {
		note("%s: no native XDP here (%s): this is generic XDP, which is slower", s->ifname,
		     library_log_last());
		levee_bpf__destroy(s->skel);
		err = open_programs(s);
		if (err)
			return err;
		flags = XDP_FLAGS_SKB_MODE;
		library_log_clear();
		err = hook(s, flags);
	}
	if (!err && !s->options->exclusive && !privileges_admin() && kernel_has_dispatcher())
		note("%s: no other XDP program can run beside levee's: libxdp's dispatcher takes CAP_SYS_ADMIN",
		     s->ifname);
	return err ? hook_failed(s, flags, err) : 0;
}

/* --- the maps */

static int write_map(const struct session *s, const struct bpf_map *map, const void *value)
{
	if (bpf_map_update_elem(bpf_map__fd(map), &first, value, BPF_ANY) == 0)
		return 0;
	return failed(EXIT_FAILED, "%s: writing map %s failed: %s", s->ifname, bpf_map__name(map), strerror(errno));
}

static int pin(const struct session *s, int fd, const char *name)
{
	char path[BPFFS_PATH_MAX];

	if (bpf_obj_pin(fd, place_pin(path, &s->place, name)) == 0)
		return 0;
	return failed(EXIT_FAILED, "%s: pinning %s failed: %s", s->ifname, path, strerror(errno));
}

/* What is known once the XDP program is there; first of all pins, so that detach knows what this is. */
static int write_meta(struct session *s)
{
	struct levee_meta *m = meta(s);
	struct xdp_state xdp;
	int err = xdp_inspect_by(bpf_program__fd(s->skel->progs.levee_ingress), s->ifindex, &xdp);

	if (err || !xdp.ours_id)
		return failed(EXIT_FAILED, "%s: the XDP program has disappeared right after attaching: %s", s->ifname,
			      err ? strerror(-err) : "somebody else removed it");
	m->magic = LEVEE_MAGIC;
	m->abi = LEVEE_ABI;
	m->ifindex = s->ifindex;
	m->attachment = s->options->exclusive ? LEVEE_ATTACHMENT_EXCLUSIVE :
			xdp.dispatcher	      ? LEVEE_ATTACHMENT_DISPATCHER :
						LEVEE_ATTACHMENT_SINGLE;
	m->xdp_mode = xdp.flags;
	m->xdp_prog_id = xdp.ours_id;
	m->attached_unix_ms = clock_unix_ms();
	m->netns = s->place.netns;
	snprintf(m->ifname, sizeof(m->ifname), "%s", s->ifname);
	snprintf(m->version, sizeof(m->version), "%s", LEVEE_VERSION);
	m->from = options_provenance(s->options);
	snprintf(m->file, sizeof(m->file), "%s", s->options->file ? s->options->file : "");
	err = write_map(s, s->skel->maps.meta, m);
	if (!err)
		err = pin(s, bpf_map__fd(s->skel->maps.meta), map_names[MAP_META]);
	if (!err && s->options->exclusive)
		err = pin(s, s->link, "link_xdp");
	return err;
}

static int write_settings(struct session *s)
{
	struct levee_settings *set = &s->settings;
	int err = write_map(s, s->skel->maps.secrets, &s->secrets);

	*set = (struct levee_settings){
		.abi = LEVEE_ABI,
		.cookies = s->result->cookies,
		.start_percent = s->options->start,
		.end_percent = s->options->end,
		.half_open_max = s->options->half_open,
		.flows_max = s->options->flows,
		.clock = clock_now(),
		.profile = { profile_of(s->ifname, LEVEE_V4), profile_of(s->ifname, LEVEE_V6) },
	};
	memcpy(set->timeout_ms, s->options->timeout_ms, sizeof(set->timeout_ms));
	return err ? err : write_map(s, s->skel->maps.settings, set);
}

static int pin_all(struct session *s)
{
	int err = 0;

	for (int i = 0; !err && i < MAP_COUNT; i++)
		if (i != MAP_META)
			err = pin(s, bpf_object__find_map_fd_by_name(s->skel->obj, map_names[i]), map_names[i]);
	return err ? err : programs_pin(&s->place, s->ifname, s->skel);
}

/* --- TC and the start */

/* Meta says that clsact is ours before it is: killed in between, detach finds it empty and removes it. */
static int make_clsact(struct session *s)
{
	int err;

	meta(s)->made_clsact = 1;
	err = write_map(s, s->skel->maps.meta, meta(s));
	if (err)
		return err;
	err = tc_make_clsact(s->ifindex);
	if (err == -EEXIST)
		meta(s)->made_clsact = 0;
	else if (err)
		return failed(
			err == -EOPNOTSUPP || err == -ENOENT ? EXIT_UNSUPPORTED : EXIT_FAILED,
			"%s: making the clsact qdisc failed: %s%s%s\nthe kernel needs CONFIG_NET_SCH_INGRESS (modprobe sch_ingress)",
			s->ifname, strerror(-err), *library_log_last() ? ": " : "", library_log_last());
	return 0;
}

static int have_clsact(struct session *s)
{
	int qdisc = tc_qdisc(s->ifindex);

	if (qdisc < 0)
		return failed(EXIT_FAILED, "%s: listing its qdiscs failed: %s", s->ifname, strerror(-qdisc));
	if (qdisc == TC_QDISC_INGRESS)
		return failed(
			EXIT_FAILED,
			"%s: an \"ingress\" qdisc is on this interface; levee needs \"clsact\", which does the same and egress too\n"
			"replace it: tc qdisc del dev %s ingress; tc qdisc add dev %s clsact; then add its filters again",
			s->ifname, s->ifname, s->ifname);
	return qdisc == TC_QDISC_CLSACT ? 0 : make_clsact(s);
}

static int attach_filter(struct session *s, enum tc_direction direction, struct bpf_program *prog)
{
	static const char *const name[] = { "ingress", "egress" };
	struct tc_filter filter = {};
	int err;

	if (bpf_program__fd(prog) < 0)
		return 0;
	err = tc_attach(s->ifindex, direction, bpf_program__fd(prog), &filter);
	if (err)
		return failed(EXIT_FAILED, "%s: attaching the TC %s filter failed: %s%s%s", s->ifname, name[direction],
			      strerror(-err), *library_log_last() ? ": " : "", library_log_last());
	meta(s)->tc_priority[direction] = filter.priority;
	meta(s)->tc_handle[direction] = filter.handle;
	return 0;
}

static int attach_tc(struct session *s)
{
	struct tc_state state;
	int err;

	library_log_clear();
	err = have_clsact(s);
	if (!err)
		err = attach_filter(s, TC_EGRESS, s->skel->progs.levee_egress);
	if (!err)
		err = attach_filter(s, TC_INGRESS, s->skel->progs.levee_accept);
	if (err)
		return err;
	if (tc_inspect(s->ifindex, &state) == 0 && state.others_first)
		note("%s: another TC filter comes before levee's on ingress. Where it ends with anything but \"continue\" (TC_ACT_UNSPEC), "
		     "cookies do not become connections",
		     s->ifname);
	return write_map(s, s->skel->maps.meta, meta(s));
}

static int seed(struct session *s)
{
	struct seed_result *r = &s->result->seeded;
	int err = seed_tables(s->ifname, s->ifindex, bpf_program__fd(s->skel->progs.levee_seed_services),
			      bpf_program__fd(s->skel->progs.levee_seed_flows), r);

	if (!err && r->mptcp && s->result->cookies != LEVEE_COOKIES_NEVER)
		note("%s: %u of %u services listen with MPTCP, where a cookie cannot become a connection; see levee doctor",
		     s->ifname, r->mptcp, r->services);
	return err;
}

static int share(struct session *s)
{
	share_with_group(&s->place);
	return 0;
}

static int start(struct session *s)
{
	int err = seed_start(bpf_program__fd(s->skel->progs.levee_start));

	if (err)
		return failed(EXIT_FAILED, "%s: starting the housekeeping timer failed: %s", s->ifname, strerror(-err));
	s->settings.enabled = meta(s)->edition;
	if (s->options->confirm_ms)
		s->settings.confirm_ms = confirm_mark(&s->settings.clock, s->options->confirm_ms);
	s->result->confirm_ms = s->settings.confirm_ms;
	return write_map(s, s->skel->maps.settings, &s->settings);
}

typedef int (*step)(struct session *s);

static int run_steps(struct session *s, const step *steps, unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < count; i++)
		err = steps[i](s);
	return err;
}

#define RUN(s, steps) run_steps(s, steps, sizeof(steps) / sizeof((steps)[0]))

static void roll_back(struct session *s)
{
	struct removal done;

	if (s->link >= 0)
		close(s->link);
	s->link = -1;
	remove_levee(&s->place, s->ifname, s->ifindex, &done);
}

static int attach(const struct options *options, struct attach_result *result, bool may_be_attached)
{
	static const step before[] = {
		check_host, take_place, clear_hook, choose_cookies, make_secrets, open_programs
	};
	static const step change[] = { make_place, attach_xdp, write_meta, write_settings, pin_all,
				       share,	   attach_tc,  seed,	   start };
	struct session s = { .options = options,
			     .ifname = options->argument[0],
			     .lock = -1,
			     .link = -1,
			     .result = result,
			     .may_be_attached = may_be_attached };
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	int err;

	memset(result, 0, sizeof(*result));
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	err = RUN(&s, before);
	if (!err) {
		err = RUN(&s, change);
		if (err)
			roll_back(&s);
	}
	explicit_bzero(&s.secrets, sizeof(s.secrets));
	levee_bpf__destroy(s.skel);
	cleanup_fd(&s.link);
	cleanup_fd(&s.lock);
	return err;
}

int attach_interface(const struct options *options, struct attach_result *result)
{
	return attach(options, result, false);
}

int attach_unless_attached(const struct options *options, struct attach_result *result)
{
	int err = attach(options, result, true);

	return result->already ? 0 : err;
}
