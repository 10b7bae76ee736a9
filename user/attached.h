/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attached.h - which interfaces levee is attached to.
 */
#ifndef USER_ATTACHED_H
#define USER_ATTACHED_H

#include "bpffs.h"

/* Says that there is none where `place` is, or why it cannot be seen. Returns the exit code. */
int attached_none(const struct place *place);

/*
 * The one interface of this network namespace that levee is attached to; of several the one with index `preferred`, if it is
 * among them. 0, or an exit code after failed().
 */
int attached_only(unsigned int preferred, char ifname[LEVEE_IFNAME_MAX]);

#endif
