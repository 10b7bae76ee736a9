/* SPDX-License-Identifier: GPL-2.0 */
/*
 * share.h - what the members of a group may do with an attached levee's pins: read, and listen to events. The group is
 * "levee", or what LEVEE_GROUP names; where there is none, the pins are root's alone.
 */
#ifndef USER_SHARE_H
#define USER_SHARE_H

#include "bpffs.h"

/* Of the group in force, whether it exists or not. "" if LEVEE_GROUP is empty: none is wanted. */
const char *share_group(void);

/* Lets the group in. Says so in a note where it cannot be done, which is no error. */
void share_with_group(const struct place *place);

/* When the last pin is gone: the bpffs itself becomes again what it was, if share_with_group() had changed it. */
void share_end(const struct place *place);

#endif
