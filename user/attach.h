/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attach.h - putting levee on an interface.
 */
#ifndef USER_ATTACH_H
#define USER_ATTACH_H

#include <levee/config.h>

#include "options.h"
#include "seed.h"

struct attach_result {
	struct levee_meta meta;
	struct seed_result seeded;
	__u32 cookies;    /* enum levee_cookies, as it is in force */
	__u32 confirm_ms; /* of the settings: 0, or when it detaches by itself */
	bool already;   /* attach_unless_attached() has found levee there: the others say nothing */
};

/* All or nothing: after an error the interface is as it was. */
int attach_interface(const struct options *options, struct attach_result *result);

/* The same, but levee that is attached already, perhaps only since this was called, is no error. */
int attach_unless_attached(const struct options *options, struct attach_result *result);

#endif
