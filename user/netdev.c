/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netdev.c - interface facts by ioctl, ethtool and generic netlink.
 */
#include <errno.h>
#include <string.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/sockios.h>

#include "cleanup.h"
#include "errors.h"
#include "netdev.h"
#include "netlink.h"

/* linux/netdev.h, since Linux 6.3 */
#define NETDEV_CMD_DEV_GET 1
#define NETDEV_A_DEV_IFINDEX 1
#define NETDEV_A_DEV_XDP_FEATURES 3

static unsigned int index_of(const char *ifname)
{
	return strlen(ifname) < IFNAMSIZ ? if_nametoindex(ifname) : 0;
}

bool netdev_exists(const char *ifname)
{
	return index_of(ifname) != 0;
}

int netdev_index(const char *ifname)
{
	unsigned int index = index_of(ifname);

	if (index)
		return index;
	return -failed(EXIT_FAILED, "%s: no such interface in this network namespace\n\"ip -br link\" lists them",
		       ifname);
}

static int interface_ioctl(unsigned long what, const char *ifname, struct ifreq *request)
{
	close_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request->ifr_name, IFNAMSIZ, "%s", ifname);
	return fd < 0 || ioctl(fd, what, request) < 0 ? -errno : 0;
}

int netdev_mtu(const char *ifname)
{
	struct ifreq request = {};

	return interface_ioctl(SIOCGIFMTU, ifname, &request) ? 1500 : request.ifr_mtu;
}

bool netdev_is_loopback(const char *ifname)
{
	struct ifreq request = {};

	return !interface_ioctl(SIOCGIFFLAGS, ifname, &request) && (request.ifr_flags & IFF_LOOPBACK);
}

bool netdev_is_bridge_port(const char *ifname)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/brport", ifname);
	return access(path, F_OK) == 0;
}

static int ethtool(const char *ifname, void *command)
{
	struct ifreq request = { .ifr_data = command };

	return interface_ioctl(SIOCETHTOOL, ifname, &request);
}

void netdev_driver(const char *ifname, char driver[32])
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	driver[0] = '\0';
	if (!ethtool(ifname, &info))
		snprintf(driver, 32, "%.31s", info.driver);
}

static int ethtool_bit(const char *ifname, __u32 command, __u32 bit)
{
	struct ethtool_value value = { .cmd = command };

	return ethtool(ifname, &value) ? -1 : !!(value.data & bit);
}

int netdev_strips_vlan(const char *ifname)
{
	return ethtool_bit(ifname, ETHTOOL_GFLAGS, ETH_FLAG_RXVLAN);
}

int netdev_merges(const char *ifname)
{
	return ethtool_bit(ifname, ETHTOOL_GFLAGS, ETH_FLAG_LRO);
}

int netdev_leaves_checksums(const char *ifname)
{
	return ethtool_bit(ifname, ETHTOOL_GTXCSUM, ~0U);
}

int netdev_queues(const char *ifname, unsigned int *now, unsigned int *most)
{
	struct ethtool_channels c = { .cmd = ETHTOOL_GCHANNELS };
	int err = ethtool(ifname, &c);

	*now = c.rx_count + c.combined_count;
	*most = c.max_combined > c.max_rx ? c.max_combined : c.max_rx;
	return err ? err : *now ? 0 : -ENODATA;
}

/* More queues than that are not told apart. */
#define RSS_QUEUES_MAX 1024

static unsigned int count_different(const __u32 *queue, unsigned int count)
{
	bool seen[RSS_QUEUES_MAX] = {};
	unsigned int n = 0;

	for (unsigned int i = 0; i < count; i++) {
		bool *this = &seen[queue[i] % RSS_QUEUES_MAX];

		n += !*this;
		*this = true;
	}
	return n;
}

unsigned int netdev_rss_queues(const char *ifname)
{
	struct ethtool_rxfh_indir ask = { .cmd = ETHTOOL_GRXFHINDIR };
	free_memory struct ethtool_rxfh_indir *table = NULL;

	if (ethtool(ifname, &ask) || !ask.size)
		return 0;
	table = calloc(1, sizeof(*table) + ask.size * sizeof(table->ring_index[0]));
	if (!table)
		return 0;
	table->cmd = ETHTOOL_GRXFHINDIR;
	table->size = ask.size;
	return ethtool(ifname, table) ? 0 : count_different(table->ring_index, ask.size);
}

static struct nlmsghdr *generic_request(void *buffer, __u16 family, __u8 command, __u8 version)
{
	struct nlmsghdr *nl = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nl->nlmsg_type = family;
	nl->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(nl, sizeof(*genl));
	genl->cmd = command;
	genl->version = version;
	return nl;
}

static int take_family(const struct nlmsghdr *nl, void *family)
{
	struct nlattr *attr;

	mnl_attr_for_each(attr, nl, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*(__u16 *)family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int take_features(const struct nlmsghdr *nl, void *features)
{
	struct nlattr *attr;

	mnl_attr_for_each(attr, nl, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == NETDEV_A_DEV_XDP_FEATURES)
			*(__u64 *)features = mnl_attr_get_u64(attr);
	return MNL_CB_OK;
}

int netdev_xdp_features(unsigned int ifindex, __u64 *features)
{
	char buffer[NETLINK_REQUEST];
	struct nlmsghdr *request = generic_request(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	__u16 family = 0;
	int err;

	*features = 0;
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, "netdev");
	err = netlink_ask(NETLINK_GENERIC, request, take_family, &family);
	if (err)
		return err;
	request = generic_request(buffer, family, NETDEV_CMD_DEV_GET, 1);
	mnl_attr_put_u32(request, NETDEV_A_DEV_IFINDEX, ifindex);
	return netlink_ask(NETLINK_GENERIC, request, take_features, features);
}
