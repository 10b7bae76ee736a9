/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sockets.h - the TCP sockets of this network namespace, by SOCK_DIAG.
 */
#ifndef USER_SOCKETS_H
#define USER_SOCKETS_H

#include <stdbool.h>
#include <levee/addr.h>

struct tcp_socket {
	struct levee_tuple tuple; /* IPv4 is mapped; a listener has no remote end */
	unsigned int ifindex;     /* bound to this interface, 0 to none */
	unsigned int backlog;     /* of a listener: connections that may wait for accept() */
	unsigned int waiting;     /* of a listener: connections that do */
	unsigned int drops; /* of a listener: SYNs and third ACKs that it had to drop, since it listens, modulo 2^32 */
	unsigned char state; /* the kernel's, TCP_LISTEN etc. of netinet/tcp.h */
	bool ipv6; /* an AF_INET6 socket; its address may be mapped all the same */
	bool ipv6_only;
	bool mptcp;
};

/* tcp_socket.state as enum levee_tcp_state. */
unsigned char socket_state(const struct tcp_socket *socket);

/* A non-zero answer ends the walk and is its result. */
typedef int (*socket_visit)(const struct tcp_socket *socket, void *arg);

/* Negative errno, or what `visit` answered. -EINTR: sockets changed underway, some may be missing. */
int sockets_each_listener(socket_visit visit, void *arg);
int sockets_each_connection(socket_visit visit, void *arg);

/* The kernel's half-open connections. It looks at every TCP socket for that, twice. */
int sockets_each_half_open(socket_visit visit, void *arg);

bool socket_is_wildcard(const union levee_addr *addr);
bool socket_is_loopback(const union levee_addr *addr);

/* Does a listener on a wildcard address take connections to this one? */
bool socket_serves(const struct tcp_socket *listener, const union levee_addr *addr);

/*
 * The socket that a segment from the tuple's remote end would meet, as the kernel looks it up: the connection's, else a
 * listener, bound to no other interface than `ifindex`. -ENOENT if there is none, other negative errno.
 */
int sockets_find(const struct levee_tuple *tuple, unsigned int ifindex, struct tcp_socket *socket);

#endif
