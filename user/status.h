/* SPDX-License-Identifier: GPL-2.0 */
/*
 * status.h - one interface as `levee status` shows it.
 */
#ifndef USER_STATUS_H
#define USER_STATUS_H

#include <jansson.h>

/* An element of "interfaces" of levee.status/1, or NULL after failed() with its exit code in *err. */
json_t *status_model(const char *ifname, int *err);

#endif
