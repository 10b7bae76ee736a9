/* SPDX-License-Identifier: GPL-2.0 */
/*
 * repair.h - putting back what somebody has taken off an attached levee: the same programs over the same maps, so that no
 * connection is forgotten.
 */
#ifndef USER_REPAIR_H
#define USER_REPAIR_H

#include "maps.h"
#include "tc.h"

/* Under place_lock(), with `problems` as health_check() found them there. */
struct repair {
	unsigned int done; /* bits of health.h */
	int err;	 /* why not all: a negative errno. -EOPNOTSUPP: only attaching anew helps */
};

void repair_levee(struct repair *repair, struct maps *maps, unsigned int problems);

/*
 * Attaches a filter that is gone, and makes the qdisc that it hangs on where that is gone too. Both change what meta says:
 * the caller writes it. Negative errno; -EBUSY where an "ingress" qdisc stands in the place of clsact.
 */
int repair_filter(struct maps *maps, enum tc_direction direction, int prog);

#endif
