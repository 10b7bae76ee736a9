/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intact.h - is all of an attached levee still there: programs on their hooks, the timer that keeps house?
 */
#ifndef USER_INTACT_H
#define USER_INTACT_H

#include <jansson.h>

#include "maps.h"
#include "xdp.h"

/* The one problem that a reload mends; all others want levee detached and attached. */
#define INTERRUPTED_RELOAD "a reload was interrupted: what it has replaced and what it has not protect together"

/*
 * What is wrong, one sentence each; an empty array if nothing. `xdp` is NULL where the hook could not be inspected. Waits for
 * the timer a little if it has been silent. The caller owns the array.
 */
json_t *intact_problems(const struct maps *maps, const struct levee_runtime *run, const struct xdp_state *xdp);

#endif
