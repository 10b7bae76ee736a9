/* SPDX-License-Identifier: GPL-2.0 */
/*
 * local.h - the addresses of this network namespace, as far as packets of one interface can be for them.
 */
#ifndef USER_LOCAL_H
#define USER_LOCAL_H

#include <levee/addr.h>

#define LOCAL_ADDRESSES_MAX 1024

struct local_addresses {
	unsigned int count;
	union levee_addr addr[LOCAL_ADDRESSES_MAX];
};

/* Negative errno. */
int local_addresses_read(struct local_addresses *list, unsigned int ifindex);

#endif
