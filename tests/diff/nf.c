/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nf.c - traces through the kernel's nf_conntrack, step by step: segment i of all of them goes through a router, then
 * the whole table is read by ctnetlink.
 *
 *      wire0 ------ router0   routes, and tracks   router1 ------ wire1
 *     clients      (the server's MAC)            (the client's MAC)   server
 *
 * All four devices are in the namespace of the test, which makes it first. Frames go in at the outer ends by packet
 * sockets, so both directions of a tuple pass the router; nobody has the addresses. They are counted when they come
 * out on the other side, so the table is read after all of a step were tracked, and time decides nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "diff.h"
#include "netlink.h"

_Static_assert((int)NF_CLOSE == TCP_CONNTRACK_CLOSE && (int)NF_SYN_SENT2 == TCP_CONNTRACK_SYN_SENT2, "states of nf");

/* Longer than any step takes; a step that takes longer is an error. */
#define ARRIVAL_SECONDS 20
#define RECEIVE_BUFFER (64 << 20)
#define TIMEOUT_SECONDS "86400"

/* By the side whose frames enter there. */
static const char *const wire_device[] = { [LEVEE_LOCAL] = "wire1", [LEVEE_REMOTE] = "wire0" };
static int wire_socket[2] = { -1, -1 };

/* The routers have the MACs that packet.c writes as destinations. */
static const char setup_script[] =
	"set -e\n"
	"sysctl -q -w net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.default.accept_dad=0 "
	"net.ipv6.conf.default.addr_gen_mode=1 net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.all.rp_filter=0\n"
	"ip link add wire0 type veth peer name router0 address 02:00:00:00:00:01\n"
	"ip link add wire1 type veth peer name router1 address 02:00:00:00:00:02\n"
	"for device in wire0 router0 wire1 router1; do ip link set $device mtu 65535 up; done\n"
	"ip address add 198.18.1.1/30 dev router0\n"
	"ip address add 198.18.1.5/30 dev router1\n"
	"ip address add fd00:9:0::1/64 dev router0 nodad\n"
	"ip address add fd00:9:1::1/64 dev router1 nodad\n"
	"ip neighbour add 198.18.1.2 dev router0 lladdr 02:00:00:00:00:aa nud permanent\n"
	"ip neighbour add 198.18.1.6 dev router1 lladdr 02:00:00:00:00:bb nud permanent\n"
	"ip neighbour add fd00:9:0::2 dev router0 lladdr 02:00:00:00:00:aa nud permanent\n"
	"ip neighbour add fd00:9:1::2 dev router1 lladdr 02:00:00:00:00:bb nud permanent\n"
	"ip route add 198.19.0.0/16 via 198.18.1.2 dev router0\n"
	"ip route add 198.18.0.1/32 via 198.18.1.6 dev router1\n"
	"ip route add fd00:2::/32 via fd00:9:0::2 dev router0\n"
	"ip route add fd00:1::1/128 via fd00:9:1::2 dev router1\n"
	"sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1\n"
	/* The rule is what switches tracking on. Nothing is dropped. */
	"nft 'add table inet diff; add chain inet diff pass { type filter hook forward priority 0; policy accept; }; "
	"add rule inet diff pass ct state invalid counter'\n"
	"sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0 net.netfilter.nf_conntrack_tcp_be_liberal=0 "
	"net.netfilter.nf_conntrack_tcp_ignore_invalid_rst=0\n"
	/* No entry expires during a run. */
	"for timeout in /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_*; do echo " TIMEOUT_SECONDS
	" >$timeout; done\n";

/* TCP in IPv4 or IPv6, one byte of each: what arrives is counted, not read. */
static bool only_tcp(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_IP, 0, 2),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 9),
		BPF_JUMP(BPF_JMP | BPF_JA, 2, 0, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_IPV6, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

static int wire_open(const char *device)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};
	struct timeval limit = { .tv_sec = ARRIVAL_SECONDS };
	int one = 1, size = RECEIVE_BUFFER, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (!only_tcp(fd) || setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool run_script(const char *script)
{
	FILE *shell = popen("sh", "w");
	bool written = shell && fputs(script, shell) >= 0;

	return shell && pclose(shell) == 0 && written;
}

bool nf_open(void)
{
	if (!run_script(setup_script)) {
		fprintf(stderr, "diff: cannot make the router for nf_conntrack\n");
		return false;
	}
	for (int side = 0; side < 2; side++) {
		wire_socket[side] = wire_open(wire_device[side]);
		if (wire_socket[side] < 0) {
			fprintf(stderr, "diff: packet socket on %s: %s\n", wire_device[side], strerror(errno));
			return false;
		}
	}
	return true;
}

void nf_close(void)
{
	for (int side = 0; side < 2; side++)
		if (wire_socket[side] >= 0)
			close(wire_socket[side]);
}

/* --- segments */

static bool wire_send(const struct trace *t, const struct passage *p)
{
	static struct frame frame;
	char words[64], address[48];
	struct link link;
	struct segment s = passage_segment(t, p, &link, words, address);

	packet_build(&frame, &s, &link);
	if (send(wire_socket[p->from], frame.data, frame.len, 0) == (ssize_t)frame.len)
		return true;
	fprintf(stderr, "diff: sending on %s: %s\n", wire_device[p->from], strerror(errno));
	return false;
}

/* Waits until so many frames have come out at the side that did not send them. */
static bool wire_await(int from, unsigned int frames)
{
	char byte;

	for (unsigned int i = 0; i < frames; i++) {
		if (recv(wire_socket[!from], &byte, 1, MSG_TRUNC) > 0)
			continue;
		fprintf(stderr, "diff: %u of %u frames came out of the router at %s: %s\n", i, frames,
			wire_device[!from], strerror(errno));
		return false;
	}
	return true;
}

static bool send_step(const struct trace *traces, unsigned int count, unsigned int step)
{
	unsigned int sent[2] = { 0, 0 };

	for (unsigned int i = 0; i < count; i++) {
		if (step >= traces[i].count)
			continue;
		if (!wire_send(&traces[i], &traces[i].passage[step]))
			return false;
		sent[traces[i].passage[step].from]++;
	}
	return wire_await(LEVEE_LOCAL, sent[LEVEE_LOCAL]) && wire_await(LEVEE_REMOTE, sent[LEVEE_REMOTE]);
}

/* --- the table */

struct dump {
	struct trace *traces; /* with consecutive numbers */
	unsigned int count;
	unsigned int step;
	unsigned int strangers; /* entries of no trace */
};

/* One level of attributes, by type; those beyond `max` are ignored. */
struct attributes {
	const struct nlattr *by_type[32];
};

static int attribute(const struct nlattr *a, void *data)
{
	struct attributes *attributes = data;

	if (mnl_attr_get_type(a) < ARRAY_SIZE(attributes->by_type))
		attributes->by_type[mnl_attr_get_type(a)] = a;
	return MNL_CB_OK;
}

/* What is in attribute `type` of `from`; nothing where it is missing. */
static struct attributes nested(const struct attributes *from, int type)
{
	struct attributes to = { { NULL } };

	if (from->by_type[type])
		mnl_attr_parse_nested(from->by_type[type], attribute, &to);
	return to;
}

/* The trace's number in an address of a client, or -1. */
static int number_of_v4(const struct nlattr *a)
{
	uint32_t address = a ? ntohl(mnl_attr_get_u32(a)) : 0;

	return address >> 16 == (198 << 8 | 19) ? (int)(address & 0xffff) : -1;
}

static int number_of_v6(const struct nlattr *a)
{
	const uint8_t *address = a ? mnl_attr_get_payload(a) : NULL;

	return address && get32(address) == 0xfd000002 ? (int)get32(address + 12) - 1 : -1;
}

/* Either end may have opened the connection. */
static int number_of(const struct attributes *tuple)
{
	struct attributes ip = nested(tuple, CTA_TUPLE_IP);
	int numbers[] = { number_of_v4(ip.by_type[CTA_IP_V4_SRC]), number_of_v4(ip.by_type[CTA_IP_V4_DST]),
			  number_of_v6(ip.by_type[CTA_IP_V6_SRC]), number_of_v6(ip.by_type[CTA_IP_V6_DST]) };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i] >= 0)
			return numbers[i];
	return -1;
}

static int read_entry(const struct nlmsghdr *message, void *data)
{
	struct attributes all = { { NULL } }, tuple, info, tcp;
	struct dump *dump = data;
	unsigned int index;

	mnl_attr_parse(message, sizeof(struct nfgenmsg), attribute, &all);
	tuple = nested(&all, CTA_TUPLE_ORIG);
	info = nested(&all, CTA_PROTOINFO);
	tcp = nested(&info, CTA_PROTOINFO_TCP);
	index = number_of(&tuple) - dump->traces[0].number;
	if (index >= dump->count || !tcp.by_type[CTA_PROTOINFO_TCP_STATE]) {
		dump->strangers++;
		return MNL_CB_OK;
	}
	if (dump->step < dump->traces[index].count)
		dump->traces[index].after[dump->step].nf = mnl_attr_get_u8(tcp.by_type[CTA_PROTOINFO_TCP_STATE]);
	return MNL_CB_OK;
}

static struct nlmsghdr *request(char *buffer, int type, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *nf;

	message->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	nf = mnl_nlmsg_put_extra_header(message, sizeof(*nf));
	*nf = (struct nfgenmsg){ .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
	return message;
}

static bool read_step(struct trace *traces, unsigned int count, unsigned int step)
{
	struct dump dump = { .traces = traces, .count = count, .step = step };
	char buffer[256];
	int error;

	for (unsigned int i = 0; i < count; i++)
		if (step < traces[i].count)
			traces[i].after[step].nf = NF_ABSENT;
	error = netlink_ask(NETLINK_NETFILTER, request(buffer, IPCTNL_MSG_CT_GET, NLM_F_DUMP), read_entry, &dump);
	if (!error && !dump.strangers)
		return true;
	fprintf(stderr, "diff: reading nf_conntrack: %s, %u entries of no trace\n", strerror(-error), dump.strangers);
	return false;
}

/* Without a tuple, delete means all. */
static bool empty_table(void)
{
	char buffer[256];
	int error = netlink_ask(NETLINK_NETFILTER, request(buffer, IPCTNL_MSG_CT_DELETE, 0), NULL, NULL);

	if (error)
		fprintf(stderr, "diff: emptying nf_conntrack: %s\n", strerror(-error));
	return !error;
}

bool nf_run(struct trace *traces, unsigned int count)
{
	unsigned int steps = 0;

	for (unsigned int i = 0; i < count; i++)
		steps = traces[i].count > steps ? traces[i].count : steps;
	for (unsigned int step = 0; step < steps; step++)
		if (!send_step(traces, count, step) || !read_step(traces, count, step))
			return false;
	return empty_table();
}
