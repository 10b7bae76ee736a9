/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doctor_driver.c - checks of what driver and hardware do before XDP sees a packet.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "netdev.h"

void check_native(struct doctor *d)
{
	__u64 features = 0;
	char name[32];
	int err = netdev_xdp_features(d->link.ifindex, &features);

	netdev_driver(d->ifname, name);
	if (!*name)
		strcpy(name, "?");
	if (err)
		WARN(d,
		     "driver \"%s\": this kernel does not tell whether it has native XDP\n"
		     "attach tries native first and falls back to generic",
		     name);
	else if (!(features & NETDEV_XDP_BASIC))
		WARN(d, "driver \"%s\" has no native XDP: levee will run in generic mode, which is slower", name);
	else
		OK(d, "driver \"%s\" has native XDP%s", name,
		   features & NETDEV_XDP_RX_SG ? ", with multi-buffer packets" : "");
}

/* A page less headroom and the skb's tail: what fits one buffer in common drivers. */
#define ONE_BUFFER_MTU 3498

void judge_mtu(struct doctor *d, unsigned int mtu, bool multi_buffer)
{
	if (mtu > ONE_BUFFER_MTU && !multi_buffer)
		WARN(d,
		     "MTU %u is more than one buffer, and the driver announces no multi-buffer XDP: it may refuse native mode\n"
		     "use --mode generic, or an MTU of %d at most",
		     mtu, ONE_BUFFER_MTU);
	else
		OK(d, "MTU %u%s", mtu, mtu > ONE_BUFFER_MTU ? ", in several buffers: levee reads those" : "");
}

void check_mtu(struct doctor *d)
{
	__u64 features = 0;

	judge_mtu(d, netdev_mtu(d->ifname),
		  netdev_xdp_features(d->link.ifindex, &features) == 0 && features & NETDEV_XDP_RX_SG);
}

void check_lro(struct doctor *d)
{
	if (netdev_merges(d->ifname) == 1)
		WARN(d,
		     "large receive offload is on: many drivers refuse native XDP with it\n"
		     "ethtool -K %s lro off",
		     d->ifname);
	else
		OK(d, "large receive offload is off");
}

/* Of a veth the other end, if it is in this namespace. */
static bool peer_of(const struct link_info *link, struct link_info *peer)
{
	return strcmp(link->kind, "veth") == 0 && link->lower && !link->lower_elsewhere &&
	       link_read(link->lower, peer) == 0;
}

void check_checksum(struct doctor *d)
{
	__u64 dropped = d->attached ? d->after.stats.reason[LEVEE_DROP_CHECKSUM] : 0;
	struct link_info peer;

	if (dropped)
		WARN(d,
		     "%llu SYNs were dropped for a wrong checksum since attach\n"
		     "tcpdump -vv on the sender's side shows who sends them; on a virtual sender ethtool -K DEV tx off",
		     (unsigned long long)dropped);
	else if (peer_of(&d->link, &peer) && netdev_leaves_checksums(peer.name) == 1)
		NOTE(d,
		     "the peer %s leaves checksums to this side: levee takes those of a local sender as they are\n"
		     "nothing; to see whole checksums in tcpdump: ethtool -K %s tx off",
		     peer.name, peer.name);
	else
		OK(d, "checksums that a local sender leaves unfinished are taken as they are%s",
		   d->attached ? "; no SYN was dropped for a wrong one" : "");
}

/* --- VLAN */

void judge_vlan(struct doctor *d, const char *ifname, int strips, const char *tagged)
{
	if (strips == 1 && *tagged)
		WARN(d,
		     "VLAN tags are taken off by the hardware before XDP, and %s %s on this interface: cookies for %s leave untagged\n"
		     "ethtool -K %s rxvlan off",
		     tagged, strchr(tagged, ',') ? "stand" : "stands", strchr(tagged, ',') ? "them" : "it", ifname);
	else if (strips == 1)
		NOTE(d,
		     "VLAN tags are taken off by the hardware before XDP; no VLAN interface is here that would need them\n"
		     "behind a tagged port all the same: ethtool -K %s rxvlan off",
		     ifname);
	else
		OK(d, "VLAN tags stay in the packet%s%s", *tagged ? ", as needed for " : "", tagged);
}

struct vlan_search {
	unsigned int ifindex;
	char names[128];
};

static int take_vlan(const struct link_info *link, void *arg)
{
	struct vlan_search *s = arg;
	size_t used = strlen(s->names);

	if (strcmp(link->kind, "vlan") == 0 && link->lower == s->ifindex && !link->lower_elsewhere)
		snprintf(s->names + used, sizeof(s->names) - used, "%s%s", used ? ", " : "", link->name);
	return 0;
}

void check_vlan(struct doctor *d)
{
	struct vlan_search s = { .ifindex = d->link.ifindex };

	links_each(take_vlan, &s);
	judge_vlan(d, d->ifname, netdev_strips_vlan(d->ifname), s.names);
}

/* --- queues */

void judge_queues(struct doctor *d, const char *ifname, const struct queue_facts *f)
{
	if (f->queues > 1 && f->spread == 1)
		WARN(d,
		     "of %u receive queues one gets all packets: its CPU is all that answers a flood\n"
		     "ethtool -X %s equal %u",
		     f->queues, ifname, f->queues);
	else if (f->queues < f->cpus && f->queues < f->queues_max)
		WARN(d,
		     "%u receive queue%s for %u CPUs, and the driver can have %u: so many CPUs take packets\n"
		     "ethtool -L %s combined %u (or rx %u)",
		     f->queues, f->queues == 1 ? "" : "s", f->cpus, f->queues_max, ifname,
		     f->queues_max < f->cpus ? f->queues_max : f->cpus,
		     f->queues_max < f->cpus ? f->queues_max : f->cpus);
	else if (f->queues == 1 && f->cpus > 1)
		NOTE(d, "one receive queue for %u CPUs: one of them takes all packets", f->cpus);
	else
		OK(d, "%u receive queue%s for %u CPU%s", f->queues, f->queues == 1 ? "" : "s", f->cpus,
		   f->cpus == 1 ? "" : "s");
}

void check_queues(struct doctor *d)
{
	struct queue_facts f = { .cpus = sysconf(_SC_NPROCESSORS_ONLN) };

	if (netdev_queues(d->ifname, &f.queues, &f.queues_max))
		f.queues = d->link.rx_queues;
	f.spread = netdev_rss_queues(d->ifname);
	judge_queues(d, d->ifname, &f);
}
