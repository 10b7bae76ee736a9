/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netstat.h - counters that the kernel keeps for this network namespace, as nstat shows them.
 */
#ifndef USER_NETSTAT_H
#define USER_NETSTAT_H

#include <stdio.h>
#include <linux/types.h>

/*
 * Counters of /proc/net/netstat by name ("ListenDrops"), of the protocol whose lines begin with `group` ("TcpExt").
 * One that this kernel does not have reads as 0. Negative errno.
 */
int netstat_read(const char *group, const char *const *names, unsigned int count, __u64 *values);

/* The same from any file of this form. */
int netstat_parse(FILE *from, const char *group, const char *const *names, unsigned int count, __u64 *values);

#endif
