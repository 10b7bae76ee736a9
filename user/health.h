/* SPDX-License-Identifier: GPL-2.0 */
/*
 * health.h - whether all of an attached levee is still in its place: what "levee status" calls problems.
 */
#ifndef USER_HEALTH_H
#define USER_HEALTH_H

#include <stdio.h>
#include <jansson.h>

#include "maps.h"
#include "xdp.h"

/* X(NAME, text) */
#define HEALTH_PROBLEMS(X)                                                                                      \
	X(GONE, "the interface is gone; its tables were left")                                                  \
	X(ANEW, "the interface was made anew under the same name: levee is not on it")                          \
	X(XDP_HIDDEN, "the interface's XDP program cannot be asked for")                                        \
	X(XDP_GONE, "the XDP program is no longer on the interface: somebody removed it, nothing is protected") \
	X(TC_HIDDEN, "the interface's TC filters cannot be listed")                                             \
	X(EGRESS_GONE, "the TC egress filter was removed: handshakes and services are not seen")                \
	X(INGRESS_GONE, "the TC ingress filter was removed: cookies do not become connections")                 \
	X(RELOAD, "a reload was interrupted: what it has replaced and what it has not protect together")        \
	X(OFF, "attach did not finish: levee is loaded but not switched on")                                    \
	X(UNCONFIRMED, "nobody has confirmed it in time: every packet passes as if levee were not there")       \
	X(STUCK, "the housekeeping timer has stopped: cookie mode and expiry are stuck")

#define HEALTH_ENUM(NAME, text) HEALTH_##NAME,
enum health_problem { HEALTH_PROBLEMS(HEALTH_ENUM) HEALTH_COUNT };
#undef HEALTH_ENUM

#define HEALTH_BIT(NAME) (1U << HEALTH_##NAME)

extern const char *const health_texts[HEALTH_COUNT];

/* What is on the hook of an attached levee, as far as this process may know. Negative errno. */
int health_inspect(const struct maps *maps, struct xdp_state *xdp);

/* A bit for each problem. `xdp` is NULL where the hook could not be inspected. May wait for the housekeeping, shortly. */
unsigned int health_check(const struct maps *maps, const struct levee_runtime *run, const struct xdp_state *xdp);

/* Waits for the run of housekeeping behind the one that counted `ticks`; long enough for one that is alive. */
bool housekeeping_runs(const struct maps *maps, __u32 ticks);

/* The same as texts: a JSON array that the caller owns. */
json_t *health_model(unsigned int problems);

/*
 * For commands that show what levee does: why it does not do it, as health_model(). Looks at meta and settings anew, so
 * that a command that goes on for long sees what others have done since. A reload that was interrupted, or is just going on,
 * is not among them: all is protected then.
 */
json_t *health_now(const struct maps *maps);

/* Texts of health_model() and what to do, each under its title. */
void health_render(const json_t *problems, const char *ifname, FILE *to);

/* The same as notes. */
void health_note(const struct maps *maps);

#endif
