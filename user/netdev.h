/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netdev.h - facts about a network interface, read only.
 */
#ifndef USER_NETDEV_H
#define USER_NETDEV_H

#include <stdbool.h>
#include <levee/levee.h>

/* NETDEV_XDP_ACT_* of linux/netdev.h, which Debian 12 does not have. */
#define NETDEV_XDP_BASIC (1U << 0)
#define NETDEV_XDP_RX_SG (1U << 5)

/* The interface's index, or an exit code after failed() as its negative. */
int netdev_index(const char *ifname);

bool netdev_exists(const char *ifname);

/* Bytes; 1500 if it cannot be read. */
int netdev_mtu(const char *ifname);

bool netdev_is_loopback(const char *ifname);

bool netdev_is_bridge_port(const char *ifname);

/* The driver's name; "" if unknown. */
void netdev_driver(const char *ifname, char driver[32]);

/* Does it take VLAN tags off before XDP sees them? -1 unknown */
int netdev_strips_vlan(const char *ifname);

/* Does large receive offload merge segments? -1 unknown */
int netdev_merges(const char *ifname);

/* Does it leave the checksums of what it sends to the receiving side or the hardware? -1 unknown */
int netdev_leaves_checksums(const char *ifname);

/* Receive queues, those shared with sending included: now, and at most. Negative errno where the driver does not tell. */
int netdev_queues(const char *ifname, unsigned int *now, unsigned int *most);

/* How many queues the table of receive side scaling names; 0 unknown. */
unsigned int netdev_rss_queues(const char *ifname);

/* XDP features as the driver tells them, NETDEV_XDP_*. Negative errno: the kernel (before 6.3) does not say. */
int netdev_xdp_features(unsigned int ifindex, __u64 *features);

#endif
