/* SPDX-License-Identifier: GPL-2.0 */
/*
 * profile.c - default profiles. The arithmetic follows the kernel's tcp_select_initial_window().
 *
 * Defaults given to sysctl_number() are the kernel's own, for a sysctl that a namespace does not show.
 */
#include <stdio.h>

#include "cleanup.h"
#include "netdev.h"
#include "profile.h"

#define TCP_TS_SPACE 12 /* a timestamps option and its padding, in every segment */

static int log2_floor(unsigned long n)
{
	return n ? 63 - __builtin_clzl(n) : 0;
}

static long clamp(long n, long low, long high)
{
	return n < low ? low : n > high ? high : n;
}

/* Half of the receive buffer is window (tcp_adv_win_scale 1, or the scaling ratio of newer kernels), in whole segments. */
static __u16 initial_window(const struct profile_inputs *in, long mss)
{
	long segment = in->timestamps ? mss - TCP_TS_SPACE : mss;
	long space = in->rmem_default / 2;

	if (space > segment)
		space -= space % segment;
	return clamp(space, 1, 65535);
}

struct levee_profile profile_make(const struct profile_inputs *in, int family)
{
	long headers = family == LEVEE_V4 ? 40 : 60;
	long mss = clamp(in->mtu - headers, family == LEVEE_V4 ? 536 : 1220, 65535);
	struct levee_profile p = {
		.mss = mss,
		.window = initial_window(in, mss),
		.options = LEVEE_OPT_MSS,
		.ttl = clamp(in->ttl, 1, 255),
	};

	if (in->sack)
		p.options |= LEVEE_OPT_SACK;
	if (in->timestamps)
		p.options |= LEVEE_OPT_TS;
	if (in->ecn)
		p.options |= LEVEE_OPT_ECN;
	if (in->window_scaling) {
		p.options |= LEVEE_OPT_WSCALE;
		p.wscale = clamp(log2_floor(in->rmem_max) - 15, 0, 14);
	}
	return p;
}

long sysctl_number(const char *path, int nth, long preset)
{
	char file[128];
	long n = preset;
	close_file FILE *f = NULL;

	snprintf(file, sizeof(file), "/proc/sys/%s", path);
	f = fopen(file, "re");
	for (int i = 0; f && i <= nth; i++)
		if (fscanf(f, "%ld", &n) != 1)
			return preset;
	return n;
}

static long hop_limit(const char *ifname, int family)
{
	char path[64];

	if (family == LEVEE_V4)
		return sysctl_number("net/ipv4/ip_default_ttl", 0, 64);
	/* A path under /proc, unlike sysctl(8), keeps dots in the name. */
	snprintf(path, sizeof(path), "net/ipv6/conf/%s/hop_limit", ifname);
	return sysctl_number(path, 0, 64);
}

struct levee_profile profile_of(const char *ifname, int family)
{
	long tcp_max = sysctl_number("net/ipv4/tcp_rmem", 2, 6291456);
	long core_max = sysctl_number("net/core/rmem_max", 0, 212992);
	struct profile_inputs in = {
		.sack = sysctl_number("net/ipv4/tcp_sack", 0, 1),
		.timestamps = sysctl_number("net/ipv4/tcp_timestamps", 0, 1),
		.window_scaling = sysctl_number("net/ipv4/tcp_window_scaling", 0, 1),
		.ecn = sysctl_number("net/ipv4/tcp_ecn", 0, 2),
		.rmem_default = sysctl_number("net/ipv4/tcp_rmem", 1, 131072),
		.rmem_max = tcp_max > core_max ? tcp_max : core_max,
		.mtu = netdev_mtu(ifname),
		.ttl = hop_limit(ifname, family),
	};

	return profile_make(&in, family);
}
