/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sockets.c - SOCK_DIAG dumps. IPv4 and IPv6 are two dumps of the same kind.
 */
#include <errno.h>
#include <string.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include <levee/tcp_fsm.h>

#include "netlink.h"
#include "sockets.h"

#define LISTENERS (1U << TCP_LISTEN)
#define CONNECTIONS (~(1U << TCP_LISTEN | 1U << TCP_CLOSE))
#define HALF_OPEN (1U << TCP_SYN_RECV) /* the kernel's own TCP_NEW_SYN_RECV goes by this one outside */

struct walk {
	socket_visit visit;
	void *arg;
	int answer;
};

static void take_address(union levee_addr *to, const __be32 *from, int family)
{
	if (family == AF_INET)
		levee_addr_set_v4(to, from[0]);
	else
		memcpy(to, from, sizeof(*to));
}

static bool names_mptcp(const struct nlattr *ulp)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested(attr, ulp)
		if (mnl_attr_get_type(attr) == INET_ULP_INFO_NAME)
			return strcmp(mnl_attr_get_str(attr), "mptcp") == 0;
	return false;
}

/* One word of those that the kernel tells; 0 where it is older than the word. */
static __u32 meminfo(const struct nlattr *attr, unsigned int index)
{
	const __u32 *words = mnl_attr_get_payload(attr);

	return index < mnl_attr_get_payload_len(attr) / sizeof(*words) ? words[index] : 0;
}

static void take_attributes(struct tcp_socket *s, const struct nlmsghdr *nl)
{
	struct nlattr *attr;

	mnl_attr_for_each(attr, nl, sizeof(struct inet_diag_msg)) {
		if (mnl_attr_get_type(attr) == INET_DIAG_SKV6ONLY)
			s->ipv6_only = mnl_attr_get_u8(attr);
		else if (mnl_attr_get_type(attr) == INET_DIAG_ULP_INFO)
			s->mptcp = names_mptcp(attr);
		else if (mnl_attr_get_type(attr) == INET_DIAG_SKMEMINFO)
			s->drops = meminfo(attr, SK_MEMINFO_DROPS);
	}
}

unsigned char socket_state(const struct tcp_socket *socket)
{
	static const unsigned char state[] = {
		[TCP_ESTABLISHED] = LEVEE_TCP_ESTABLISHED, [TCP_SYN_SENT] = LEVEE_TCP_SYN_SENT,
		[TCP_SYN_RECV] = LEVEE_TCP_SYN_RECEIVED,   [TCP_FIN_WAIT1] = LEVEE_TCP_FIN_WAIT_1,
		[TCP_FIN_WAIT2] = LEVEE_TCP_FIN_WAIT_2,	   [TCP_TIME_WAIT] = LEVEE_TCP_TIME_WAIT,
		[TCP_CLOSE_WAIT] = LEVEE_TCP_CLOSE_WAIT,   [TCP_LAST_ACK] = LEVEE_TCP_LAST_ACK,
		[TCP_LISTEN] = LEVEE_TCP_LISTEN,	   [TCP_CLOSING] = LEVEE_TCP_CLOSING,
	};

	return socket->state < sizeof(state) ? state[socket->state] : LEVEE_TCP_CLOSED;
}

static int take_socket(const struct nlmsghdr *nl, void *arg)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nl);
	struct walk *walk = arg;
	struct tcp_socket s = {
		.tuple.lport = msg->id.idiag_sport,
		.tuple.rport = msg->id.idiag_dport,
		.ifindex = msg->id.idiag_if,
		.state = msg->idiag_state,
		.ipv6 = msg->idiag_family == AF_INET6,
	};

	/* Of a listener the kernel tells its accept queue in place of bytes. */
	if (s.state == TCP_LISTEN) {
		s.backlog = msg->idiag_wqueue;
		s.waiting = msg->idiag_rqueue;
	}
	take_address(&s.tuple.local, msg->id.idiag_src, msg->idiag_family);
	take_address(&s.tuple.remote, msg->id.idiag_dst, msg->idiag_family);
	take_attributes(&s, nl);
	walk->answer = walk->visit(&s, walk->arg);
	return walk->answer ? MNL_CB_STOP : MNL_CB_OK;
}

static int dump(int family, unsigned int states, struct walk *walk)
{
	char buffer[NETLINK_REQUEST];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *query;

	request->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	query = mnl_nlmsg_put_extra_header(request, sizeof(*query));
	query->sdiag_family = family;
	query->sdiag_protocol = IPPROTO_TCP;
	query->idiag_states = states;
	/* The kernel names the upper protocol (MPTCP) only to those who ask for tcp_info. */
	if (states == LISTENERS)
		query->idiag_ext = 1 << (INET_DIAG_INFO - 1) | 1 << (INET_DIAG_SKMEMINFO - 1);
	return netlink_ask(NETLINK_SOCK_DIAG, request, take_socket, walk);
}

static int each(unsigned int states, socket_visit visit, void *arg)
{
	struct walk walk = { .visit = visit, .arg = arg };
	int v4 = dump(AF_INET, states, &walk);
	int v6 = walk.answer ? 0 : dump(AF_INET6, states, &walk);

	if (walk.answer)
		return walk.answer;
	return v4 ? v4 : v6;
}

int sockets_each_listener(socket_visit visit, void *arg)
{
	return each(LISTENERS, visit, arg);
}

int sockets_each_connection(socket_visit visit, void *arg)
{
	return each(CONNECTIONS, visit, arg);
}

static int copy(const struct tcp_socket *socket, void *to)
{
	*(struct tcp_socket *)to = *socket;
	return 0;
}

static void put_address(__be32 *to, const union levee_addr *addr)
{
	if (levee_addr_is_v4(addr))
		to[0] = addr->d[3];
	else
		memcpy(to, addr, sizeof(*addr));
}

int sockets_find(const struct levee_tuple *tuple, unsigned int ifindex, struct tcp_socket *socket)
{
	char buffer[NETLINK_REQUEST];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct walk walk = { .visit = copy, .arg = socket };
	struct inet_diag_req_v2 *query;
	int err;

	memset(socket, 0, sizeof(*socket));
	request->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	request->nlmsg_flags = NLM_F_REQUEST;
	query = mnl_nlmsg_put_extra_header(request, sizeof(*query));
	query->sdiag_family = levee_addr_is_v4(&tuple->local) ? AF_INET : AF_INET6;
	query->sdiag_protocol = IPPROTO_TCP;
	query->idiag_states = ~0U;
	query->idiag_ext = 1 << (INET_DIAG_INFO - 1);
	query->id.idiag_sport = tuple->lport;
	query->id.idiag_dport = tuple->rport;
	put_address(query->id.idiag_src, &tuple->local);
	put_address(query->id.idiag_dst, &tuple->remote);
	query->id.idiag_if = ifindex;
	query->id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	query->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	err = netlink_ask(NETLINK_SOCK_DIAG, request, take_socket, &walk);
	return err ? err : socket->state ? 0 : -ENOENT;
}

int sockets_each_half_open(socket_visit visit, void *arg)
{
	return each(HALF_OPEN, visit, arg);
}

bool socket_is_loopback(const union levee_addr *addr)
{
	static const union levee_addr six = { .b = { [15] = 1 } };

	return levee_addr_is_v4(addr) ? addr->b[12] == 127 : memcmp(addr, &six, sizeof(six)) == 0;
}

bool socket_is_wildcard(const union levee_addr *addr)
{
	static const union levee_addr any6;

	return memcmp(addr, &any6, sizeof(any6)) == 0 || (levee_addr_is_v4(addr) && addr->d[3] == 0);
}

bool socket_serves(const struct tcp_socket *listener, const union levee_addr *addr)
{
	if (!levee_addr_is_v4(addr))
		return listener->ipv6;
	return !listener->ipv6 || !listener->ipv6_only;
}
