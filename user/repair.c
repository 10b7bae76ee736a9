/* SPDX-License-Identifier: GPL-2.0 */
/*
 * repair.c - see repair.h.
 *
 * A dispatcher is libxdp's to build, from programs that it loads itself: where that one is gone, nothing can be put back.
 */
#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cleanup.h"
#include "health.h"
#include "repair.h"
#include "seed.h"
#include "tc.h"

static int write_meta(const struct maps *maps)
{
	close_fd int fd = maps_open_writable(maps, MAP_META);

	return fd < 0 ? -EPERM : maps_write(fd, &maps->meta);
}

/* A new link takes the place of the pinned one, which holds nothing any more. */
static int put_link_back(const struct maps *maps, int prog)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = maps->meta.xdp_mode);
	close_fd int link = bpf_link_create(prog, maps->meta.ifindex, BPF_XDP, &opts);
	char path[BPFFS_PATH_MAX];

	if (link < 0)
		return link;
	unlink(place_pin(path, &maps->place, "link_xdp"));
	return bpf_obj_pin(link, path) ? -errno : 0;
}

static int put_xdp_back(struct maps *maps)
{
	close_fd int prog = maps_pinned_program(&maps->place, "levee_ingress");

	if (prog < 0)
		return prog;
	switch (maps->meta.attachment) {
	case LEVEE_ATTACHMENT_SINGLE:
		return xdp_put(prog, maps->meta.ifindex, maps->meta.xdp_mode);
	case LEVEE_ATTACHMENT_EXCLUSIVE:
		return put_link_back(maps, prog);
	default:
		return -EOPNOTSUPP;
	}
}

static int have_clsact(struct maps *maps)
{
	int qdisc = tc_qdisc(maps->meta.ifindex);

	if (qdisc == TC_QDISC_INGRESS)
		return -EBUSY;
	if (qdisc != TC_QDISC_NONE)
		return qdisc < 0 ? qdisc : 0;
	maps->meta.made_clsact = 1;
	return tc_make_clsact(maps->meta.ifindex);
}

int repair_filter(struct maps *maps, enum tc_direction direction, int prog)
{
	struct tc_filter filter = {};
	int err = have_clsact(maps);

	if (!err)
		err = tc_attach(maps->meta.ifindex, direction, prog, &filter);
	if (err)
		return err;
	maps->meta.tc_priority[direction] = filter.priority;
	maps->meta.tc_handle[direction] = filter.handle;
	return 0;
}

static int put_filter_back(struct maps *maps, enum tc_direction direction, const char *program)
{
	close_fd int prog = maps_pinned_program(&maps->place, program);
	int err = prog < 0 ? prog : repair_filter(maps, direction, prog);

	return err ? err : write_meta(maps);
}

static int start_housekeeping(const struct maps *maps)
{
	close_fd int prog = maps_pinned_program(&maps->place, "levee_start");

	return prog < 0 ? prog : seed_start(prog);
}

static int mend(struct maps *maps, enum health_problem problem)
{
	switch (problem) {
	case HEALTH_XDP_GONE:
		return put_xdp_back(maps);
	case HEALTH_EGRESS_GONE:
		return put_filter_back(maps, TC_EGRESS, "levee_egress");
	case HEALTH_INGRESS_GONE:
		return put_filter_back(maps, TC_INGRESS, "levee_accept");
	case HEALTH_STUCK:
		return start_housekeeping(maps);
	default:
		return -EOPNOTSUPP;
	}
}

void repair_levee(struct repair *repair, struct maps *maps, unsigned int problems)
{
	*repair = (struct repair){};
	for (int i = 0; i < HEALTH_COUNT; i++) {
		int err = problems & 1U << i ? mend(maps, i) : 0;

		if (problems & 1U << i && !err)
			repair->done |= 1U << i;
		if (err && !repair->err)
			repair->err = err;
	}
}
