/* SPDX-License-Identifier: GPL-2.0 */
/*
 * repair.h - putting back what somebody has taken off an attached levee: the same programs over the same maps, so that no
 * connection is forgotten.
 */
#ifndef USER_REPAIR_H
#define USER_REPAIR_H

#include "maps.h"

/* Under place_lock(), with `problems` as health_check() found them there. */
struct repair {
	unsigned int done; /* bits of health.h */
	int err;	 /* why not all: a negative errno. -EOPNOTSUPP: only attaching anew helps */
};

void repair_levee(struct repair *repair, struct maps *maps, unsigned int problems);

/*
 * Makes the qdisc that the filters hang on, where it is gone. meta then says that it is levee's: the caller writes it.
 * Negative errno; -EBUSY where an "ingress" qdisc stands in its place.
 */
int repair_clsact(struct maps *maps);

#endif
