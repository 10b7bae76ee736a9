/* SPDX-License-Identifier: GPL-2.0 */
/*
 * remove.h - taking levee off an interface: whole, half attached, or with its pins gone.
 */
#ifndef USER_REMOVE_H
#define USER_REMOVE_H

#include <stdbool.h>
#include "bpffs.h"

struct removal {
	bool xdp, clsact, pins;
	int filters;
};

/*
 * Removes what is levee's, in the reverse order of attach; `ifindex` 0: the interface is gone. It goes
 * on after an error and reports the first.
 */
int remove_levee(const struct place *place, const char *ifname, unsigned int ifindex, struct removal *done);

/* Was there anything to remove? */
bool removal_any(const struct removal *done);

#endif
