/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doctor_link.c - checks of what kind of interface it is, and whether anything that levee could answer arrives by it.
 */
#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>

#include "doctor.h"
#include "profile.h"
#include "route.h"

void judge_link(struct doctor *d, const struct link_info *link)
{
	if (!link->up)
		FAILED(d, "%s is down: nothing arrives by it\nip link set dev %s up", link->name, link->name);
	else if (!link->carrier)
		WARN(d, "%s is up, but has no carrier\nlook at the cable, or at the other end", link->name);
	else
		OK(d, "%s is up and has a carrier", link->name);
}

void check_link(struct doctor *d)
{
	judge_link(d, &d->link);
}

/* --- place */

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* Of another device: packets pass here, but addresses and sockets are behind that one. */
static void judge_port(struct doctor *d, const struct link_info *link, const char *master)
{
	if (strcmp(link->port_kind, "bridge") == 0)
		WARN(d,
		     "%s is a port of the bridge %s, on whose way the kernel may lose connections from cookies: there are none here\n"
		     "attach to %s itself",
		     link->name, master, master);
	else
		WARN(d,
		     "%s is a port of %s (%s): others of its ports carry the same connections\n"
		     "attach to %s itself, which sees all of them",
		     link->name, master, link->port_kind, master);
}

static void judge_kind(struct doctor *d, const struct link_info *link, const char *lower)
{
	static const char *const stacked[] = { "vlan", "macvlan", "ipvlan", "macsec", NULL };
	static const char *const generic[] = { "bridge", "team", "vxlan", "geneve", "gretap", "dummy", "ifb", NULL };

	if (is_one_of(link->kind, stacked) && *lower)
		NOTE(d,
		     "%s is a %s interface, which has generic XDP only\n"
		     "attach to %s, on which it stands: levee reads tags, and there its driver's native XDP can be used",
		     link->name, link->kind, lower);
	else if (is_one_of(link->kind, stacked) || is_one_of(link->kind, generic))
		NOTE(d, "%s is a %s interface, which has generic XDP only: it works, slower", link->name, link->kind);
	else if (strcmp(link->kind, "veth") == 0)
		NOTE(d,
		     "%s is a veth: in native mode what levee answers gets lost unless its peer runs an XDP program too\n"
		     "--mode generic needs none; or any program that passes everything, on the peer",
		     link->name);
	else if (strcmp(link->kind, "bond") == 0)
		OK(d, "%s is a bond, and the right place: it sees the packets of all its ports", link->name);
	else
		OK(d, link->loopback ? "%s is the loopback device" : "%s is part of no other device", link->name);
}

void judge_place(struct doctor *d, const struct link_info *link, const char *master, const char *lower)
{
	if (link->type != ARPHRD_ETHER && link->type != ARPHRD_LOOPBACK)
		FAILED(d,
		       "%s has no Ethernet header (a tunnel%s%s): levee reads none of its packets, all of them pass\n"
		       "attach where the packets inside come in, or on the server behind it",
		       link->name, link->kind[0] ? ": " : "", link->kind);
	else if (link->port_kind[0])
		judge_port(d, link, master);
	else
		judge_kind(d, link, lower);
}

static const char *name_of(unsigned int ifindex, char to[IF_NAMESIZE])
{
	to[0] = '\0';
	return ifindex && if_indextoname(ifindex, to) ? to : "";
}

void check_place(struct doctor *d)
{
	char master[IF_NAMESIZE], lower[IF_NAMESIZE];
	const struct link_info *link = &d->link;

	judge_place(d, link, name_of(link->master, master),
		    link->lower_elsewhere || link->lower == link->ifindex ? "" : name_of(link->lower, lower));
}

/* --- addresses */

struct upper_search {
	unsigned int ifindex;
	char names[128]; /* of interfaces that stand on it, or that it is a port of */
};

static int take_upper(const struct link_info *link, void *arg)
{
	struct upper_search *s = arg;
	size_t used = strlen(s->names);

	if (link->lower == s->ifindex && link->ifindex != s->ifindex && !link->lower_elsewhere &&
	    strcmp(link->kind, "veth") != 0)
		snprintf(s->names + used, sizeof(s->names) - used, "%s%s", used ? ", " : "", link->name);
	return 0;
}

/* Can a client of elsewhere mean it? */
static bool is_usable(const struct sockaddr *addr)
{
	if (!addr)
		return false;
	if (addr->sa_family == AF_INET6)
		return !IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)addr)->sin6_addr);
	return addr->sa_family == AF_INET;
}

/* Addresses of this name, and of all other interfaces but lo. Negative errno. */
static int count_addresses(const char *ifname, unsigned int *here, unsigned int *elsewhere)
{
	struct ifaddrs *list;

	*here = *elsewhere = 0;
	if (getifaddrs(&list) < 0)
		return -errno;
	for (const struct ifaddrs *ifa = list; ifa; ifa = ifa->ifa_next) {
		if (!is_usable(ifa->ifa_addr))
			continue;
		*here += strcmp(ifa->ifa_name, ifname) == 0;
		*elsewhere += strcmp(ifa->ifa_name, ifname) != 0 && !(ifa->ifa_flags & IFF_LOOPBACK);
	}
	freeifaddrs(list);
	return 0;
}

void check_addresses(struct doctor *d)
{
	struct upper_search upper = { .ifindex = d->link.ifindex };
	unsigned int here, elsewhere;

	if (count_addresses(d->ifname, &here, &elsewhere)) {
		WARN(d, "the addresses of this host cannot be listed: %s", strerror(errno));
		return;
	}
	links_each(take_upper, &upper);
	if (here)
		OK(d, "%u on %s", here, d->ifname);
	else if (upper.names[0])
		OK(d, "none on %s itself; %s %s on it", d->ifname, upper.names,
		   strchr(upper.names, ',') ? "stand" : "stands");
	else if (elsewhere)
		WARN(d,
		     "%s has no address: only what comes in by it for addresses of other interfaces is protected\n"
		     "\"ip -br address\" shows where they are; attach to the interface by which clients come",
		     d->ifname);
	else
		WARN(d,
		     "no interface of this network namespace has an address: what passes here is for others, and passes untouched\n"
		     "attach where the servers' sockets are, in their namespace");
}

/* --- routing */

/* Of networks for documentation (RFC 5737, RFC 3849): nobody routes them apart, so they go where the world is. */
static bool world_route(bool v4, struct route *route)
{
	union levee_addr addr = { .b = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };

	if (v4)
		levee_addr_set_v4(&addr, htonl(0xc0000201));
	return route_to(&addr, route) == 0 && route->ifindex;
}

static void judge_world(struct doctor *d, const char *family, const struct route *route)
{
	char name[IF_NAMESIZE];
	struct link_info out;

	if (route->ifindex == d->link.ifindex)
		OK(d, "answers to the world leave by %s (%s)", d->ifname, family);
	else if (link_read(route->ifindex, &out) == 0 &&
		 (out.lower == d->link.ifindex || d->link.master == out.ifindex))
		OK(d, "answers to the world leave by %s, which is one with %s (%s)", out.name, d->ifname, family);
	else
		NOTE(d,
		     "answers to the world leave by %s, not by %s (%s): of clients whose SYNs come in here levee does not see the answers\n"
		     "nothing, if %s serves its own networks only; else attach where answers leave, or route them back here",
		     name_of(route->ifindex, name), d->ifname, family, d->ifname);
}

static void check_rp_filter(struct doctor *d)
{
	char path[64];
	long own, all;

	snprintf(path, sizeof(path), "net/ipv4/conf/%s/rp_filter", d->ifname);
	own = sysctl_number(path, 0, 0);
	all = sysctl_number("net/ipv4/conf/all/rp_filter", 0, 0);
	if (own == 1 || all == 1)
		NOTE(d,
		     "rp_filter is strict: the kernel drops what it would not answer by %s. levee answers SYNs before that\n"
		     "nothing, if routes are symmetric; else sysctl net.ipv4.conf.%s.rp_filter=2",
		     d->ifname, d->ifname);
}

void check_routing(struct doctor *d)
{
	static const char *const family[] = { "IPv6", "IPv4" };
	struct route route;
	bool any = false;

	for (int v4 = 1; v4 >= 0; v4--) {
		if (!world_route(v4, &route))
			continue;
		any = true;
		judge_world(d, family[v4], &route);
	}
	if (!any)
		OK(d, "no route leads to the world: only the networks on this host's interfaces are answered");
	check_rp_filter(d);
}
