/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netstat.h - the kernel's own counters of full queues and of its own SYN cookies, of this network namespace.
 */
#ifndef USER_NETSTAT_H
#define USER_NETSTAT_H

#include <stdio.h>
#include <jansson.h>

/* Names as `nstat` has them, without "TcpExt". X(name, help) */
#define NETSTAT_QUEUES(X)                                                   \
	X(ListenOverflows, "SYN or third ACK found a full accept queue")    \
	X(ListenDrops, "SYNs and third ACKs that listeners dropped")        \
	X(TCPReqQFullDoCookies, "SYN queue full: the kernel's own cookies") \
	X(TCPReqQFullDrop, "SYN queue full: dropped")                       \
	X(SyncookiesSent, "the kernel's own cookies, not levee's")          \
	X(SyncookiesRecv, "of those, came back valid")                      \
	X(SyncookiesFailed, "ACKs that were no cookie of the kernel's")

/* An object with a number by each name, null where this kernel does not count it; NULL and errno. */
json_t *netstat_queues(void);

/* The same from an open file of that format. Pure. */
json_t *netstat_read(FILE *file);

#endif
