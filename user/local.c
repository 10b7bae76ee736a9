/* SPDX-License-Identifier: GPL-2.0 */
/*
 * local.c - see local.h.
 */
#include <errno.h>
#include <ifaddrs.h>
#include <stddef.h>
#include <string.h>
#include <netinet/in.h>

#include "local.h"

static void take(struct local_addresses *list, const struct ifaddrs *ifa, unsigned int ifindex)
{
	union levee_addr *to = &list->addr[list->count];

	if (!ifa->ifa_addr || list->count == LOCAL_ADDRESSES_MAX)
		return;
	if (ifa->ifa_addr->sa_family == AF_INET) {
		levee_addr_set_v4(to, ((struct sockaddr_in *)ifa->ifa_addr)->sin_addr.s_addr);
	} else if (ifa->ifa_addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)ifa->ifa_addr;

		/* A link-local address belongs to its interface alone. */
		if (IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr) && six->sin6_scope_id != ifindex)
			return;
		memcpy(to, &six->sin6_addr, sizeof(*to));
	} else {
		return;
	}
	list->count++;
}

int local_addresses_read(struct local_addresses *list, unsigned int ifindex)
{
	struct ifaddrs *all;

	list->count = 0;
	if (getifaddrs(&all) < 0)
		return -errno;
	for (const struct ifaddrs *ifa = all; ifa; ifa = ifa->ifa_next)
		take(list, ifa, ifindex);
	freeifaddrs(all);
	return 0;
}
