/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_doctor.c - levee doctor [IFACE]: one function per finding, two lists of them. It changes nothing.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <sys/utsname.h>

#include "attach.h"
#include "bpffs.h"
#include "cleanup.h"
#include "errors.h"
#include "kernel.h"
#include "netdev.h"
#include "output.h"
#include "profile.h"
#include "sockets.h"
#include "tables.h"
#include "tc.h"
#include "words.h"
#include "xdp.h"

enum level { LEVEL_OK, LEVEL_WARN, LEVEL_FAIL };

static const char *const level_names[] = { "ok", "warn", "fail" };

struct doctor {
	const struct options *options;
	const char *ifname; /* NULL: no interface was named */
	unsigned int ifindex;
	json_t *findings;
	enum exit_code worst;
};

/* One finding. The text may have a second line: what to do. `code` is the exit code if level is fail. */
__attribute__((format(printf, 5, 6))) static void find(struct doctor *d, const char *id, enum level level,
						       enum exit_code code, const char *fmt, ...)
{
	char text[1024], *next;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	next = strchr(text, '\n');
	if (next)
		*next++ = '\0';
	json_array_append_new(d->findings, json_pack("{s:s, s:s, s:s, s:s*}", "id", id, "level", level_names[level],
						     "text", text, "next", next));
	/* A missing feature or privilege says more than another failure. */
	if (level == LEVEL_FAIL && code > d->worst)
		d->worst = code;
}

#define OK(d, id, ...) find(d, id, LEVEL_OK, EXIT_OK, __VA_ARGS__)
#define WARN(d, id, ...) find(d, id, LEVEL_WARN, EXIT_OK, __VA_ARGS__)
#define FAILED(d, id, ...) find(d, id, LEVEL_FAIL, EXIT_FAILED, __VA_ARGS__)
#define LACKING(d, id, ...) find(d, id, LEVEL_FAIL, EXIT_UNSUPPORTED, __VA_ARGS__)

/* --- the host */

static void privileges(struct doctor *d)
{
	char missing[96];

	if (*privileges_missing(missing))
		LACKING(d, "privileges", "missing%s: other findings may be wrong\nrun levee as root", missing);
	else
		OK(d, "privileges", "enough to load and attach programs");
}

static void features(struct doctor *d)
{
	struct utsname name = {};
	char missing[96];
	bool all = true;

	uname(&name);
	if (*privileges_missing(missing)) {
		WARN(d, "kernel", "Linux %s: what it can do is only found out with privileges", name.release);
		return;
	}
	for (int i = 0; i < FEATURE_COUNT; i++) {
		if (kernel_has(i))
			continue;
		all = false;
		LACKING(d, "kernel", "Linux %s lacks %s\nLinux %s and later have it", name.release,
			kernel_features[i].what, kernel_features[i].since);
	}
	if (all)
		OK(d, "kernel", "Linux %s has XDP with fragments, TC programs, timers and BTF", name.release);
}

static void handoff(struct doctor *d)
{
	if (kernel_has_handoff())
		OK(d, "handoff", "bpf_sk_assign_tcp_reqsk is there: a cookie becomes a connection of the listener");
	else
		WARN(d, "handoff",
		     "bpf_sk_assign_tcp_reqsk is missing: levee can watch, but not answer with cookies\n"
		     "Linux 6.9 and later have it");
}

static void syncookies(struct doctor *d)
{
	long n = sysctl_number("net/ipv4/tcp_syncookies", 0, 1);

	if (n == 0)
		WARN(d, "syncookies",
		     "net.ipv4.tcp_syncookies is 0: the kernel refuses to make connections from cookies\n"
		     "set it to 1, its default (sysctl net.ipv4.tcp_syncookies=1)");
	else
		OK(d, "syncookies", "net.ipv4.tcp_syncookies is %ld", n);
}

static void bpffs(struct doctor *d)
{
	struct place place;

	if (place_find(&place, NULL, false))
		FAILED(d, "bpffs", "LEVEE_BPFFS does not name a bpffs\nmount one there, or unset it");
	else if (place.root[0])
		OK(d, "bpffs", "at %s", place.root);
	else
		WARN(d, "bpffs",
		     "not mounted\nattach mounts it at /sys/fs/bpf; to have it after a reboot: "
		     "\"bpffs /sys/fs/bpf bpf mode=0700 0 0\" in /etc/fstab");
}

static void dispatcher(struct doctor *d)
{
	if (kernel_has_dispatcher())
		OK(d, "dispatcher",
		   "programs of type ext load: libxdp's dispatcher lets other XDP programs run beside levee");
	else
		WARN(d, "dispatcher",
		     "programs of type ext are refused: levee will be the only XDP program of an interface\n"
		     "nothing, if no other is needed; kernel lockdown or a missing CONFIG_BPF_JIT may be why");
}

static void memory(struct doctor *d)
{
	struct levee_geometry g = tables_geometry(d->options->half_open, d->options->flows);
	unsigned long long need = tables_memory(&g), have = memory_available();

	if (have && need >= have)
		FAILED(d, "memory",
		       "the tables need %llu MiB (--half-open %u --flows %u), %llu MiB are available\nchoose a smaller --flows",
		       need >> 20, d->options->half_open, d->options->flows, have >> 20);
	else
		OK(d, "memory", "the tables need %llu MiB (--half-open %u --flows %u), %llu MiB are available",
		   need >> 20, d->options->half_open, d->options->flows, have >> 20);
}

struct listeners {
	unsigned int all, mptcp;
	char named[256]; /* the first few with MPTCP */
};

static int count_listener(const struct tcp_socket *s, void *arg)
{
	struct listeners *l = arg;
	size_t used = strlen(l->named);
	char endpoint[64];

	l->all++;
	if (!s->mptcp)
		return 0;
	l->mptcp++;
	if (l->mptcp <= 3)
		snprintf(l->named + used, sizeof(l->named) - used, "%s%s", used ? ", " : "",
			 text_endpoint(endpoint, &s->tuple.local, s->tuple.lport));
	return 0;
}

static void listeners(struct doctor *d)
{
	struct listeners l = {};
	int err = sockets_each_listener(count_listener, &l);

	if (err)
		WARN(d, "listeners",
		     "the kernel does not list its TCP sockets (%s): services are learnt from traffic only\n"
		     "modprobe tcp_diag",
		     strerror(-err));
	else if (l.mptcp)
		WARN(d, "listeners",
		     "%u of %u listen with MPTCP (%s%s): the kernel makes no connection from a cookie for them\n"
		     "turn MPTCP off in that server (Go: GODEBUG=multipathtcp=0) or with sysctl net.mptcp.enabled=0",
		     l.mptcp, l.all, l.named, l.mptcp > 3 ? ", ..." : "");
	else
		OK(d, "listeners", "%u, none with MPTCP", l.all);
}

/* --- the interface */

static void driver(struct doctor *d)
{
	__u64 features = 0;
	char name[32];
	int err = netdev_xdp_features(d->ifindex, &features);

	netdev_driver(d->ifname, name);
	if (!*name)
		strcpy(name, "?");
	if (err)
		WARN(d, "native",
		     "driver \"%s\": this kernel does not tell whether it has native XDP\n"
		     "attach tries native first and falls back to generic",
		     name);
	else if (!(features & NETDEV_XDP_BASIC))
		WARN(d, "native", "driver \"%s\" has no native XDP: levee will run in generic mode, which is slower",
		     name);
	else
		OK(d, "native", "driver \"%s\" has native XDP%s", name,
		   features & NETDEV_XDP_RX_SG ? ", with multi-buffer packets" : "");
}

static void mtu(struct doctor *d)
{
	int bytes = netdev_mtu(d->ifname);
	__u64 features = 0;

	/* A page less headroom and the skb's tail: what fits one buffer in common drivers. */
	if (bytes > 3498 && (netdev_xdp_features(d->ifindex, &features) || !(features & NETDEV_XDP_RX_SG)))
		WARN(d, "mtu",
		     "MTU %d is more than one buffer, and the driver announces no multi-buffer XDP: it may refuse native mode\n"
		     "use --mode generic, or an MTU of 3498 at most",
		     bytes);
	else
		OK(d, "mtu", "MTU %d", bytes);
}

static void vlan(struct doctor *d)
{
	if (netdev_strips_vlan(d->ifname) == 1)
		WARN(d, "vlan",
		     "VLAN tags are taken off by the hardware: behind a tagged port, cookies would leave untagged\n"
		     "if VLANs are used here: ethtool -K %s rxvlan off",
		     d->ifname);
	else
		OK(d, "vlan", "VLAN tags stay in the packet");
}

static void hook(struct doctor *d)
{
	struct xdp_state xdp;
	int err = xdp_inspect(d->ifindex, &xdp);

	if (err)
		WARN(d, "hook", "asking for the interface's XDP program failed: %s", strerror(-err));
	else if (xdp.nameless)
		WARN(d, "hook", "an XDP program is on the interface; its name can only be read by root");
	else if (xdp.ours_id)
		OK(d, "hook", "levee is attached (%s)", word_xdp_mode(xdp.flags));
	else if (xdp.others && !xdp.dispatcher)
		FAILED(d, "hook",
		       "the XDP program \"%s\" is on the interface, and not in libxdp's dispatcher: nothing can run beside it\n"
		       "ip link set dev %s xdp off",
		       xdp.other_name, d->ifname);
	else if (xdp.others)
		OK(d, "hook", "%u other XDP program%s in libxdp's dispatcher: levee can run beside", xdp.others,
		   xdp.others == 1 ? "" : "s");
	else
		OK(d, "hook", "no XDP program is on the interface");
}

static void filters(struct doctor *d)
{
	struct tc_state tc;
	int err = tc_inspect(d->ifindex, &tc);

	if (err)
		WARN(d, "tc", "listing the TC filters failed: %s", strerror(-err));
	else if (tc.others_first)
		WARN(d, "tc",
		     "another TC filter comes before levee's on ingress: where it ends with anything but \"continue\", cookies "
		     "do not become connections\nsee tc filter show dev %s ingress",
		     d->ifname);
	else
		OK(d, "tc", "%u TC filter%s of others", tc.others, tc.others == 1 ? "" : "s");
}

typedef void (*finding)(struct doctor *d);

static void collect(struct doctor *d)
{
	static const finding host[] = {
		privileges, features, handoff, syncookies, bpffs, dispatcher, memory, listeners
	};
	static const finding interface[] = { driver, mtu, vlan, hook, filters };

	for (unsigned int i = 0; i < sizeof(host) / sizeof(host[0]); i++)
		host[i](d);
	for (unsigned int i = 0; d->ifname && i < sizeof(interface) / sizeof(interface[0]); i++)
		interface[i](d);
}

static void render(const json_t *findings)
{
	const json_t *f;
	char first[32];
	size_t i;

	json_array_foreach(findings, i, f) {
		snprintf(first, sizeof(first), "%-4s  %-11s ", model_text(f, "level"), model_text(f, "id"));
		output_wrapped_color(stdout, color_of_level(model_text(f, "level")), first, 18, model_text(f, "text"));
		if (*model_text(f, "next"))
			output_wrapped(stdout, "                  -> ", 21, model_text(f, "next"));
	}
}

int cmd_doctor(const struct options *options)
{
	struct doctor d = { .options = options, .ifname = options->argument[0], .findings = json_array() };
	free_json json_t *doc = json_pack("{s:s, s:s*, s:o}", "schema", "levee.doctor/1", "interface", d.ifname,
					  "findings", d.findings);
	int index = d.ifname ? netdev_index(d.ifname) : 0;

	if (index < 0)
		return -index;
	d.ifindex = index;
	collect(&d);
	json_object_set_new(doc, "ok", json_boolean(d.worst == EXIT_OK));
	if (options->json)
		output_json(doc, true);
	else
		render(d.findings);
	return d.worst;
}
