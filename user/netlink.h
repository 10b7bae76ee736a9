/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netlink.h - one request, its answers to a callback. What the messages mean is up to the callers.
 */
#ifndef USER_NETLINK_H
#define USER_NETLINK_H

#include <libmnl/libmnl.h>

/* Room for any request that levee makes. */
#define NETLINK_REQUEST 1024

/* Sends `request` on a socket of `bus` and gives every answer to `each` until done. Negative errno, -EINTR: a dump changed underway. */
int netlink_ask(int bus, struct nlmsghdr *request, mnl_cb_t each, void *arg);

#endif
