/* SPDX-License-Identifier: GPL-2.0 */
/*
 * health.c - see health.h.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "clock.h"
#include "errors.h"
#include "health.h"
#include "output.h"
#include "tc.h"

/* Housekeeping that is silent for so long has stopped. */
#define HOUSEKEEPING_SILENT_MS (8 * (int)LEVEE_TICK_MS)

#define HEALTH_TEXT(NAME, text) [HEALTH_##NAME] = text,
const char *const health_texts[HEALTH_COUNT] = { HEALTH_PROBLEMS(HEALTH_TEXT) };
#undef HEALTH_TEXT

int health_inspect(const struct maps *maps, struct xdp_state *xdp)
{
	close_fd int prog = maps_pinned_program(&maps->place, "levee_ingress");

	return xdp_inspect_by(prog, maps->meta.ifindex, xdp);
}

/* Where names may not be read, the number of the program tells as much, but for one behind a dispatcher. */
static bool xdp_is_gone(const struct levee_meta *m, const struct xdp_state *xdp)
{
	if (!xdp->nameless)
		return !xdp_has(xdp, m->xdp_prog_id) && !xdp_has(xdp, m->xdp_next_id);
	if (m->attachment == LEVEE_ATTACHMENT_DISPATCHER)
		return !xdp->hook_id;
	return !xdp->hook_id || (xdp->hook_id != m->xdp_prog_id && xdp->hook_id != m->xdp_next_id);
}

static unsigned int check_xdp(const struct levee_meta *m, const struct xdp_state *xdp)
{
	if (!xdp)
		return HEALTH_BIT(XDP_HIDDEN);
	return xdp_is_gone(m, xdp) ? HEALTH_BIT(XDP_GONE) : 0;
}

static unsigned int check_tc(const struct levee_meta *m)
{
	struct tc_state tc;

	if (tc_inspect(m->ifindex, &tc))
		return HEALTH_BIT(TC_HIDDEN);
	return (tc.ours_count[TC_EGRESS] ? 0 : HEALTH_BIT(EGRESS_GONE)) |
	       (tc.ours_count[TC_INGRESS] || !m->handoff ? 0 : HEALTH_BIT(INGRESS_GONE));
}

bool housekeeping_runs(const struct maps *maps, __u32 ticks)
{
	struct levee_runtime run;

	for (int ms = 0; ms < HOUSEKEEPING_SILENT_MS; ms += 20) {
		if (maps_read(maps, MAP_RUNTIME, &run) == 0 && run.ticks != ticks)
			return true;
		clock_sleep_ms(20);
	}
	return false;
}

static unsigned int check_housekeeping(const struct maps *maps, const struct levee_runtime *run)
{
	/* clock_ms() is ahead of BPF's clock a little; on a machine that boots slowly perhaps more than that. */
	__s32 silent = clock_ms(&maps->settings.clock) - run->tick_ms;
	bool fresh = run->ticks && silent < HOUSEKEEPING_SILENT_MS;

	if (!maps->settings.enabled)
		return maps->settings.confirm_ms ? HEALTH_BIT(UNCONFIRMED) : HEALTH_BIT(OFF);
	return fresh || housekeeping_runs(maps, run->ticks) ? 0 : HEALTH_BIT(STUCK);
}

unsigned int health_check(const struct maps *maps, const struct levee_runtime *run, const struct xdp_state *xdp)
{
	unsigned int ifindex = if_nametoindex(maps->ifname);

	if (ifindex == 0)
		return HEALTH_BIT(GONE);
	if (ifindex != maps->meta.ifindex)
		return HEALTH_BIT(ANEW);
	return check_xdp(&maps->meta, xdp) | check_tc(&maps->meta) | check_housekeeping(maps, run) |
	       (maps->meta.xdp_next_id ? HEALTH_BIT(RELOAD) : 0);
}

json_t *health_model(unsigned int problems)
{
	json_t *list = json_array();

	for (int i = 0; i < HEALTH_COUNT; i++)
		if (problems & 1U << i)
			json_array_append_new(list, json_string(health_texts[i]));
	return list;
}

static unsigned int problems_now(const struct maps *maps)
{
	struct maps now = *maps; /* its descriptors stay those of `maps` */
	struct levee_runtime run = {};
	struct xdp_state xdp;
	bool seen;

	maps_read(&now, MAP_META, &now.meta);
	maps_read(&now, MAP_SETTINGS, &now.settings);
	maps_read(&now, MAP_RUNTIME, &run);
	seen = health_inspect(&now, &xdp) == 0;
	return health_check(&now, &run, seen ? &xdp : NULL) & ~HEALTH_BIT(RELOAD);
}

json_t *health_now(const struct maps *maps)
{
	return health_model(problems_now(maps));
}

void health_render(const json_t *problems, const char *ifname, FILE *to)
{
	bool only_reload = true;
	const json_t *p;
	char next[128];
	size_t i;

	json_array_foreach((json_t *)problems, i, p) {
		only_reload = only_reload && strcmp(json_string_value(p), health_texts[HEALTH_RELOAD]) == 0;
		output_wrapped_color(to, COLOR_BAD, "  PROBLEM     ", 14, json_string_value(p));
	}
	snprintf(next, sizeof(next),
		 only_reload ? "run \"levee reload %s\" again" : "run \"levee detach %s\", then attach again", ifname);
	if (json_array_size(problems))
		output_wrapped(to, "  what to do  ", 14, next);
}

void health_note(const struct maps *maps)
{
	unsigned int problems = problems_now(maps);

	for (int i = 0; i < HEALTH_COUNT; i++)
		if (problems & 1U << i)
			note("%s: %s; see \"levee status %s\"", maps->ifname, health_texts[i], maps->ifname);
}
