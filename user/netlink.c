/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netlink.c - request and answers over libmnl.
 */
#include <errno.h>

#include "cleanup.h"
#include "netlink.h"

static void close_socket(struct mnl_socket **socket)
{
	if (*socket)
		mnl_socket_close(*socket);
}

int netlink_ask(int bus, struct nlmsghdr *request, mnl_cb_t each, void *arg)
{
	__attribute__((cleanup(close_socket))) struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	size_t size = 65536;
	free_memory char *buffer = malloc(size);
	int more = 1;

	if (!socket || !buffer)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	request->nlmsg_seq = 1;
	/* An acknowledgment ends the answer of a request that is no dump. */
	if (!(request->nlmsg_flags & NLM_F_DUMP))
		request->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	while (more > 0) {
		ssize_t len = mnl_socket_recvfrom(socket, buffer, size);

		if (len < 0)
			return -errno;
		more = mnl_cb_run(buffer, len, 1, mnl_socket_get_portid(socket), each, arg);
	}
	return more < 0 ? -errno : 0;
}
