/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doctor_kernel.c - checks of what this kernel and this process's privileges allow.
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "bpffs.h"
#include "doctor.h"
#include "helpers.h"
#include "kernel.h"
#include "profile.h"
#include "tables.h"

void check_privileges(struct doctor *d)
{
	char missing[96];

	if (*privileges_missing(missing))
		LACKING(d, "missing%s: other findings may be wrong\nrun levee as root", missing);
	else
		OK(d, "enough to load and attach programs");
}

void check_kernel(struct doctor *d)
{
	struct utsname name = {};
	char missing[96];
	bool all = true;

	uname(&name);
	if (*privileges_missing(missing)) {
		WARN(d, "Linux %s: what it can do is only found out with privileges", name.release);
		return;
	}
	for (int i = 0; i < FEATURE_COUNT; i++) {
		if (kernel_has(i))
			continue;
		all = false;
		LACKING(d, "Linux %s lacks %s\nLinux %s and later have it", name.release, kernel_features[i].what,
			kernel_features[i].since);
	}
	if (all)
		OK(d, "Linux %s has XDP with fragments, TC programs, timers and BTF", name.release);
}

void check_helpers(struct doctor *d)
{
	char missing[96];
	unsigned int n = 0;

	if (*privileges_missing(missing)) {
		WARN(d, "which helpers there are is only found out with privileges");
		return;
	}
	for (unsigned int i = 0; i < helper_count; i++) {
		if (helper_is_there(&helpers[i]))
			continue;
		n++;
		LACKING(d, "the helper %s is missing\nLinux %s and later have it", helpers[i].name, helpers[i].since);
	}
	if (!n)
		OK(d, "all %u that levee calls are there", helper_count);
}

void check_handoff(struct doctor *d)
{
	if (kernel_has_handoff())
		OK(d, "bpf_sk_assign_tcp_reqsk is there: a cookie becomes a connection of the listener");
	else
		WARN(d, "bpf_sk_assign_tcp_reqsk is missing: levee can watch, but not answer with cookies\n"
			"Linux 6.9 and later have it");
}

void check_jit(struct doctor *d)
{
	int jits = kernel_jits();

	if (jits < 0)
		NOTE(d, "whether programs are compiled is only found out with privileges");
	else if (jits)
		OK(d, "programs are compiled");
	else
		WARN(d, "programs are interpreted, which is several times slower\n"
			"sysctl net.core.bpf_jit_enable=1; if that is refused, the kernel lacks CONFIG_BPF_JIT");
}

void check_unprivileged(struct doctor *d)
{
	long n = sysctl_number("kernel/unprivileged_bpf_disabled", 0, -1);

	if (n == 0)
		NOTE(d, "kernel.unprivileged_bpf_disabled is 0: every user may load BPF programs\n"
			"levee does not need that: sysctl kernel.unprivileged_bpf_disabled=2");
	else
		OK(d, n < 0 ? "not told by this kernel" : "kernel.unprivileged_bpf_disabled is %ld", n);
}

void check_bpffs(struct doctor *d)
{
	struct place place;

	if (place_find(&place, NULL, false))
		FAILED(d, "LEVEE_BPFFS does not name a bpffs\nmount one there, or unset it");
	else if (place.root[0])
		OK(d, "at %s", place.root);
	else
		WARN(d, "not mounted\nattach mounts it at /sys/fs/bpf; to have it after a reboot: "
			"\"bpffs /sys/fs/bpf bpf mode=0700 0 0\" in /etc/fstab");
}

void check_dispatcher(struct doctor *d)
{
	if (kernel_has_dispatcher())
		OK(d, "programs of type ext load: libxdp's dispatcher lets other XDP programs run beside levee");
	else
		NOTE(d, "programs of type ext are refused: levee will be the only XDP program of an interface\n"
			"nothing, if no other is needed; kernel lockdown or a missing CONFIG_BPF_JIT may be why");
}

void check_memory(struct doctor *d)
{
	struct levee_geometry g = tables_geometry(d->options->half_open, d->options->flows);
	unsigned long long need = tables_memory(&g), have = memory_available();

	if (d->attached)
		OK(d, "the tables of levee are there; %llu MiB are left", have >> 20);
	else if (have && need >= have)
		FAILED(d,
		       "the tables need %llu MiB (--half-open %u --flows %u), %llu MiB are available\nchoose a smaller --flows",
		       need >> 20, d->options->half_open, d->options->flows, have >> 20);
	else
		OK(d, "the tables need %llu MiB (--half-open %u --flows %u), %llu MiB are available", need >> 20,
		   d->options->half_open, d->options->flows, have >> 20);
}
