/* SPDX-License-Identifier: GPL-2.0 */
/*
 * link.c - RTM_GETLINK, one interface or all.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <net/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "link.h"
#include "netlink.h"

struct walk {
	link_visit visit;
	void *arg;
	int answer;
};

static void take_text(char *to, size_t size, const struct nlattr *attr)
{
	snprintf(to, size, "%s", mnl_attr_get_str(attr));
}

static void take_kinds(struct link_info *link, const struct nlattr *info)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			take_text(link->kind, sizeof(link->kind), attr);
		else if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_KIND)
			take_text(link->port_kind, sizeof(link->port_kind), attr);
	}
}

static void take_mac(struct link_info *link, const struct nlattr *attr)
{
	if (mnl_attr_get_payload_len(attr) == sizeof(link->mac))
		memcpy(link->mac, mnl_attr_get_payload(attr), sizeof(link->mac));
}

static void take_stats(struct link_info *link, const struct nlattr *attr)
{
	struct rtnl_link_stats64 stats;
	size_t len = mnl_attr_get_payload_len(attr);

	memset(&stats, 0, sizeof(stats));
	memcpy(&stats, mnl_attr_get_payload(attr), len < sizeof(stats) ? len : sizeof(stats));
	link->rx_packets = stats.rx_packets;
}

static void take_attribute(struct link_info *link, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		take_text(link->name, sizeof(link->name), attr);
		break;
	case IFLA_LINKINFO:
		take_kinds(link, attr);
		break;
	case IFLA_MASTER:
		link->master = mnl_attr_get_u32(attr);
		break;
	case IFLA_LINK:
		link->lower = mnl_attr_get_u32(attr);
		break;
	case IFLA_LINK_NETNSID:
		link->lower_elsewhere = true;
		break;
	case IFLA_CARRIER:
		link->carrier = mnl_attr_get_u8(attr);
		break;
	case IFLA_MTU:
		link->mtu = mnl_attr_get_u32(attr);
		break;
	case IFLA_ADDRESS:
		take_mac(link, attr);
		break;
	case IFLA_NUM_RX_QUEUES:
		link->rx_queues = mnl_attr_get_u32(attr);
		break;
	case IFLA_STATS64:
		take_stats(link, attr);
		break;
	}
}

static int take_link(const struct nlmsghdr *nl, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nl);
	struct walk *walk = arg;
	struct link_info link = {
		.ifindex = info->ifi_index,
		.up = info->ifi_flags & IFF_UP,
		.loopback = info->ifi_flags & IFF_LOOPBACK,
		.type = info->ifi_type,
	};
	struct nlattr *attr;

	mnl_attr_for_each(attr, nl, sizeof(*info))
		take_attribute(&link, attr);
	/* A dump is read to its end; `visit` is not called again after an answer. */
	if (!walk->answer)
		walk->answer = walk->visit(&link, walk->arg);
	return MNL_CB_OK;
}

/* `ifindex` 0: all of them. */
static int ask(unsigned int ifindex, struct walk *walk)
{
	char buffer[NETLINK_REQUEST];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;
	int err;

	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | (ifindex ? 0 : NLM_F_DUMP);
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = ifindex;
	err = netlink_ask(NETLINK_ROUTE, request, take_link, walk);
	return walk->answer ? walk->answer : err;
}

static int copy(const struct link_info *link, void *to)
{
	*(struct link_info *)to = *link;
	return 0;
}

int link_read(unsigned int ifindex, struct link_info *link)
{
	struct walk walk = { .visit = copy, .arg = link };

	memset(link, 0, sizeof(*link));
	return ifindex ? ask(ifindex, &walk) : -ENODEV;
}

int links_each(link_visit visit, void *arg)
{
	struct walk walk = { .visit = visit, .arg = arg };

	return ask(0, &walk);
}
