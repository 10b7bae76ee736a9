/* SPDX-License-Identifier: GPL-2.0 */
/*
 * route.c - RTM_GETROUTE of one address.
 */
#include <string.h>
#include <linux/rtnetlink.h>

#include "netlink.h"
#include "route.h"

static int take_route(const struct nlmsghdr *nl, void *arg)
{
	const struct rtmsg *rt = mnl_nlmsg_get_payload(nl);
	struct route *route = arg;
	struct nlattr *attr;

	route->local = rt->rtm_type == RTN_LOCAL;
	mnl_attr_for_each(attr, nl, sizeof(*rt))
		if (mnl_attr_get_type(attr) == RTA_OIF)
			route->ifindex = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

int route_to(const union levee_addr *addr, struct route *route)
{
	char buffer[NETLINK_REQUEST];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	bool v4 = levee_addr_is_v4(addr);
	struct rtmsg *rt;

	memset(route, 0, sizeof(*route));
	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST;
	rt = mnl_nlmsg_put_extra_header(request, sizeof(*rt));
	rt->rtm_family = v4 ? AF_INET : AF_INET6;
	rt->rtm_dst_len = v4 ? 32 : 128;
	mnl_attr_put(request, RTA_DST, v4 ? 4 : 16, v4 ? (const void *)&addr->d[3] : (const void *)addr);
	return netlink_ask(NETLINK_ROUTE, request, take_route, route);
}

bool address_is_local(const union levee_addr *addr)
{
	struct route route;

	return route_to(addr, &route) == 0 && route.local;
}
