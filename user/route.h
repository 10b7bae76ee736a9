/* SPDX-License-Identifier: GPL-2.0 */
/*
 * route.h - where this network namespace would send a packet.
 */
#ifndef USER_ROUTE_H
#define USER_ROUTE_H

#include <stdbool.h>

#include <levee/addr.h>

struct route {
	bool local;	    /* the address is this host's own, as its table of local routes has it */
	unsigned int ifindex; /* where the packet would leave; of a local address that of lo */
};

/* Negative errno: -ENETUNREACH where there is no route. */
int route_to(const union levee_addr *addr, struct route *route);

/* Is it this host's own? False too where that cannot be found out. */
bool address_is_local(const union levee_addr *addr);

#endif
