/* SPDX-License-Identifier: GPL-2.0 */
/*
 * queues_read.h - the kernel's listeners and levee's services, brought together: one queue for each listener, and one for
 * each service that has none here.
 */
#ifndef USER_QUEUES_READ_H
#define USER_QUEUES_READ_H

#include "queues.h"
#include "services.h"

struct queues_reading {
	struct queues_view view;
	struct listening_list listening;
	struct service_list *services;
	unsigned int count;
	struct queue *queues;
};

/*
 * Negative errno, which stands in errno too. `thorough`: count the kernel's half-open connections, whatever it costs; else
 * only where the machine has not too many sockets. To be freed after any answer.
 */
int queues_read(struct queues_reading *r, const struct maps *maps, bool thorough);
void queues_read_free(struct queues_reading *r);

#endif
