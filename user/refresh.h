/* SPDX-License-Identifier: GPL-2.0 */
/*
 * refresh.h - services in step with listening sockets: a new listener is a service before its first SYN-ACK, one that was
 * closed is none at once. Without this, the datapath learns the one from a SYN-ACK and the other from a RST.
 */
#ifndef USER_REFRESH_H
#define USER_REFRESH_H

#include "local.h"
#include "queues_read.h"

/* Enough for every listener on every address, as far as the table of services reaches. */
#define REFRESH_ROWS_MAX (2 * LEVEE_SERVICES_MAX)

struct refresh {
	unsigned int count;
	unsigned int come, gone; /* of those */
	struct levee_seed_service row[REFRESH_ROWS_MAX];
};

/* Where sockets and services differ. `loopback`: the interface is lo. Pure. */
void refresh_plan(struct refresh *plan, const struct listening_list *listening, const struct service_list *services,
		  const struct local_addresses *local, bool loopback);

/* Makes that so, in the tables; plan->come and gone tell how many. Negative errno. */
int refresh_services(struct refresh *plan, const struct maps *maps, const struct queues_reading *now);

#endif
