/* SPDX-License-Identifier: GPL-2.0 */
/*
 * drop.h - giving up privileges for good.
 */
#ifndef USER_DROP_H
#define USER_DROP_H

#include <sys/types.h>

/* Who a process becomes that gives up root. */
struct unprivileged {
	const char *name;
	uid_t uid;
	gid_t gid;
	gid_t pins; /* the group that may read levee's pins, which is his then too; 0: there is none, or it is not */
};

/* Looks `name` up; NULL: nobody, or who runs this if that is not root. */
int unprivileged_find(struct unprivileged *u, const char *name);

/* From root to this user; from any other user, no change of that. Then no capability is left and none can be got again. */
int privileges_drop(const struct unprivileged *u);

#endif
