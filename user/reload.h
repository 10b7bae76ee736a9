/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reload.h - this binary's programs in the place of those that run, over the same maps; and levee.conf applied.
 */
#ifndef USER_RELOAD_H
#define USER_RELOAD_H

#include <jansson.h>

#include "maps.h"
#include "options.h"

/* The programs that are attached. */
struct reload_programs {
	__u32 ingress, accept, egress; /* ids, 0 none */
	char version[16];
};

struct reload_result {
	struct reload_programs before, after;
	char file[LEVEE_FILE_MAX]; /* the levee.conf that was applied, "" none */
	json_t *changes;	 /* of settings, as in settings_plan; the caller's */
};

/* Nothing is changed where the file is wrong, or the kernel refuses the programs. */
int reload_interface(const struct options *options, struct reload_result *result);

#endif
