/* SPDX-License-Identifier: GPL-2.0 */
/*
 * link.h - interfaces as rtnetlink knows them: what kind they are, what they stand on and below, what they have received.
 */
#ifndef USER_LINK_H
#define USER_LINK_H

#include <stdbool.h>
#include <levee/levee.h>

struct link_info {
	unsigned int ifindex;
	char name[LEVEE_IFNAME_MAX];
	char kind[16];     /* "veth", "bond", "vlan", ...; "" of hardware and lo */
	char port_kind[16]; /* of the device that it is a port of: "bond", "bridge"; "" if of none */
	unsigned int master; /* its index */
	unsigned int lower;  /* index of the device that it stands on, or of a veth's peer; 0 none */
	bool lower_elsewhere; /* in another network namespace, where `lower` is an index of */
	bool up;	 /* administratively */
	bool carrier;
	bool loopback;
	unsigned int mtu;
	unsigned short type; /* ARPHRD_* */
	unsigned char mac[6]; /* zero if it has none of that length */
	unsigned int rx_queues;
	__u64 rx_packets;
};

/* Negative errno; -ENODEV if there is no such interface. */
int link_read(unsigned int ifindex, struct link_info *link);

/* Every interface of this network namespace. A non-zero answer ends the walk and is its result. Negative errno. */
typedef int (*link_visit)(const struct link_info *link, void *arg);
int links_each(link_visit visit, void *arg);

#endif
