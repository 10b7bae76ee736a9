/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intact.c - see intact.h.
 */
#include <net/if.h>
#include <time.h>

#include "clock.h"
#include "intact.h"
#include "tc.h"

/* Housekeeping that is silent for so long has stopped. */
#define HOUSEKEEPING_SILENT_MS (8 * (int)LEVEE_TICK_MS)

static void problem(json_t *problems, const char *text)
{
	json_array_append_new(problems, json_string(text));
}

/* `xdp` is NULL where the hook could not be inspected. */
static void check_xdp(const struct levee_meta *m, const struct xdp_state *xdp, json_t *problems)
{
	if (!xdp)
		problem(problems, "the interface's XDP program cannot be asked for");
	else if (xdp->nameless ? xdp->hook_id == 0 : !xdp_has(xdp, m->xdp_prog_id) && !xdp_has(xdp, m->xdp_next_id))
		problem(problems,
			"the XDP program is no longer on the interface: somebody removed it, nothing is protected");
}

static void check_tc(const struct levee_meta *m, unsigned int ifindex, json_t *problems)
{
	struct tc_state tc;

	if (tc_inspect(ifindex, &tc)) {
		problem(problems, "the interface's TC filters cannot be listed");
		return;
	}
	if (!tc.ours_count[TC_EGRESS])
		problem(problems, "the TC egress filter was removed: handshakes and services are not seen");
	if (m->handoff && !tc.ours_count[TC_INGRESS])
		problem(problems, "the TC ingress filter was removed: cookies do not become connections");
}

/* Waits for the next run of housekeeping; long enough for one that is alive. */
static bool housekeeping_runs(const struct maps *maps, __u32 ticks)
{
	const struct timespec nap = { .tv_nsec = 20000000 };
	struct levee_runtime run;

	for (int ms = 0; ms < HOUSEKEEPING_SILENT_MS; ms += 20) {
		if (maps_read(maps, MAP_RUNTIME, &run) == 0 && run.ticks != ticks)
			return true;
		nanosleep(&nap, NULL);
	}
	return false;
}

static void check_housekeeping(const struct maps *maps, const struct levee_runtime *run, json_t *problems)
{
	/* clock_ms() is ahead of BPF's clock a little; on a machine that boots slowly perhaps more than that. */
	__s32 silent = clock_ms(&maps->settings.clock) - run->tick_ms;
	bool fresh = run->ticks && silent < HOUSEKEEPING_SILENT_MS;

	if (!maps->settings.enabled)
		problem(problems, "attach did not finish: levee is loaded but not switched on");
	else if (!fresh && !housekeeping_runs(maps, run->ticks))
		problem(problems, "the housekeeping timer has stopped: cookie mode and expiry are stuck");
}

json_t *intact_problems(const struct maps *maps, const struct levee_runtime *run, const struct xdp_state *xdp)
{
	unsigned int ifindex = if_nametoindex(maps->ifname);
	json_t *problems = json_array();

	if (ifindex == 0) {
		problem(problems, "the interface is gone; its tables were left");
	} else if (ifindex != maps->meta.ifindex) {
		problem(problems, "the interface was made anew under the same name: levee is not on it");
	} else {
		check_xdp(&maps->meta, xdp, problems);
		check_tc(&maps->meta, ifindex, problems);
		check_housekeeping(maps, run, problems);
		if (maps->meta.xdp_next_id)
			problem(problems, INTERRUPTED_RELOAD);
	}
	return problems;
}
