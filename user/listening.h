/* SPDX-License-Identifier: GPL-2.0 */
/*
 * listening.h - the listeners of this network namespace and their two queues, as the kernel has them.
 */
#ifndef USER_LISTENING_H
#define USER_LISTENING_H

#include "sockets.h"

/* Several sockets that share a port (SO_REUSEPORT) have queues of their own, but are one listener here. */
struct listening {
	struct tcp_socket socket; /* the first; sums of all in backlog, waiting and drops */
	unsigned int sockets;
	unsigned int full;	   /* of those, with a full accept queue */
	unsigned int half_open; /* the SYN queue */
	bool reached;    /* packets of the interface can be for it */
};

/* More half-open connections than this are not counted. Their listeners' backlogs bound them, so it takes many large ones. */
#define LISTENING_HALF_OPEN_MAX (1U << 20)

struct listening_list {
	unsigned int count, room;
	struct listening *all; /* by port */
	unsigned int half_open; /* of all */
	bool partial; /* not all were counted */
};

/*
 * Negative errno. `half_open`: count those too; else they are 0. That looks at every TCP socket of the machine: some 0.1 s
 * for a million. To be freed after any answer.
 */
int listening_read(struct listening_list *list, const char *ifname, unsigned int ifindex, bool half_open);
void listening_free(struct listening_list *list);

/* One socket more. Negative errno. Pure, as are the next two. */
int listening_add(struct listening_list *list, const struct tcp_socket *socket, bool reached);

/* By port, and what is one listener becomes one. */
void listening_sort(struct listening_list *list);

/* The listener that has this half-open connection in its queue, as the kernel finds it; NULL if there is none any more. */
struct listening *listening_of(const struct listening_list *list, const struct tcp_socket *half_open);

#endif
