/* SPDX-License-Identifier: GPL-2.0 */
/*
 * remove.c - removal for detach, for the rollback of attach, and for what a killed attach has left.
 *
 * Programs are found by name on the interface, not by the pins, so any intermediate state can be
 * removed. What is not levee's stays: other filters, other XDP programs, a clsact of someone else.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "errors.h"
#include "maps.h"
#include "remove.h"
#include "tc.h"
#include "xdp.h"

bool removal_any(const struct removal *done)
{
	return done->xdp || done->clsact || done->pins || done->filters;
}

/* The pinned link of --exclusive goes first: it holds the hook against everything else. */
static int remove_xdp(const struct place *place, const char *ifname, unsigned int ifindex, struct removal *done)
{
	close_fd int prog = maps_pinned_program(place, "levee_ingress");
	char path[BPFFS_PATH_MAX];
	bool cut = place_has(place, "link_xdp") && !xdp_cut_link(place_pin(path, place, "link_xdp"));
	int answer = xdp_detach_ours(prog, ifindex);

	done->xdp = cut || answer == 1;
	if (answer >= 0)
		return 0;
	return failed(
		EXIT_FAILED,
		"%s: removing the XDP program failed: %s%s%s\n\"ip link set dev %s xdp off\" removes whatever is there",
		ifname, strerror(-answer), *library_log_last() ? ": " : "", library_log_last(), ifname);
}

static int remove_filters(const char *ifname, unsigned int ifindex, struct removal *done)
{
	int answer = tc_detach_ours(ifindex);

	if (answer < 0)
		return failed(EXIT_FAILED,
			      "%s: removing the TC filters failed: %s\nsee \"tc filter show dev %s ingress\"", ifname,
			      strerror(-answer), ifname);
	done->filters = answer;
	return 0;
}

/* Only if attach made it, and nobody has come to use it since. */
static void remove_clsact(unsigned int ifindex, struct removal *done)
{
	struct tc_state state;

	if (tc_inspect(ifindex, &state) == 0 && state.others == 0 && !state.ours_count[0] && !state.ours_count[1])
		done->clsact = tc_remove_clsact(ifindex) == 0;
}

static int remove_hooks(const struct place *place, const char *ifname, unsigned int ifindex, bool made_clsact,
			struct removal *done)
{
	int tc = remove_filters(ifname, ifindex, done);
	int xdp = remove_xdp(place, ifname, ifindex, done);

	if (made_clsact && !tc)
		remove_clsact(ifindex, done);
	return tc ? tc : xdp;
}

/* libxdp makes <bpffs>/xdp even where it then does without a dispatcher. */
static void remove_empty_libxdp_dir(const struct place *place)
{
	char path[BPFFS_PATH_MAX];

	snprintf(path, sizeof(path), "%s/xdp", place->root);
	if (place->root[0])
		rmdir(path);
}

int remove_levee(const struct place *place, const char *ifname, unsigned int ifindex, struct removal *done)
{
	struct levee_meta meta;
	bool known = maps_peek_meta(place, &meta) == 0 && meta.magic == LEVEE_MAGIC;
	int err = 0, pins;

	memset(done, 0, sizeof(*done));
	maps_disable(place);
	/* The pins of an interface that was made anew under this name tell nothing about the new one. */
	if (ifindex)
		err = remove_hooks(place, ifname, ifindex, known && meta.ifindex == ifindex && meta.made_clsact, done);
	/* Pins that would only hide what could not be removed stay for the next try. */
	if (err)
		return err;
	pins = place_remove(place);
	done->pins = pins == 0;
	remove_empty_libxdp_dir(place);
	if (pins && pins != -ENOENT)
		return failed(EXIT_FAILED, "%s: removing %s failed: %s", ifname, place->dir, strerror(-pins));
	return 0;
}
