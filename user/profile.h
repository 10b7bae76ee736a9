/* SPDX-License-Identifier: GPL-2.0 */
/*
 * profile.h - what this host's SYN-ACKs look like, as far as sysctls tell, until one has been seen.
 */
#ifndef USER_PROFILE_H
#define USER_PROFILE_H

#include <levee/config.h>

/* The settings that shape a SYN-ACK. */
struct profile_inputs {
	long sack, timestamps, window_scaling, ecn;
	long rmem_default; /* bytes, tcp_rmem[1] */
	long rmem_max;     /* the larger of tcp_rmem[2] and core.rmem_max */
	long mtu;
	long ttl; /* or hop limit */
};

/* Pure. `family` is enum levee_family. */
struct levee_profile profile_make(const struct profile_inputs *in, int family);

/* For an interface of this network namespace. */
struct levee_profile profile_of(const char *ifname, int family);

/* One number of a sysctl ("net/ipv4/tcp_rmem", counted from 0), or `preset` if it cannot be read. */
long sysctl_number(const char *path, int nth, long preset);

#endif
