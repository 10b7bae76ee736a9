/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kernel.c - probes of the kernel: they try, they do not compare version numbers.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <linux/capability.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "cleanup.h"
#include "errors.h"
#include "kernel.h"

#ifndef BPF_F_XDP_HAS_FRAGS
#define BPF_F_XDP_HAS_FRAGS (1U << 5)
#endif

#define FEATURE_ROW(NAME, what, since) [FEATURE_##NAME] = { what, since },
const struct kernel_feature_info kernel_features[FEATURE_COUNT] = { KERNEL_FEATURES(FEATURE_ROW) };
#undef FEATURE_ROW

/* Loads "return XDP_PASS" as an xdp.frags program. */
static bool frags_load(void)
{
	struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	close_fd int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "levee_probe", "GPL", pass, 2, &opts);

	return fd >= 0;
}

bool kernel_has(enum kernel_feature feature)
{
	switch (feature) {
	case FEATURE_BTF:
		return access("/sys/kernel/btf/vmlinux", R_OK) == 0;
	case FEATURE_XDP:
		return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_XDP, NULL) == 1;
	case FEATURE_TC:
		return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_SCHED_CLS, NULL) == 1;
	case FEATURE_TIMER:
		return libbpf_probe_bpf_helper(BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_timer_init, NULL) == 1;
	case FEATURE_FRAGS:
		return frags_load();
	default:
		return false;
	}
}

bool kernel_has_handoff(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool found = btf && btf__find_by_name_kind(btf, "bpf_sk_assign_tcp_reqsk", BTF_KIND_FUNC) > 0;

	btf__free(btf);
	return found;
}

bool kernel_has_dispatcher(void)
{
	return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_EXT, NULL) == 1;
}

static unsigned long long effective_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	syscall(SYS_capget, &head, data);
	return data[0].effective | (unsigned long long)data[1].effective << 32;
}

bool privileges_admin(void)
{
	return effective_capabilities() & 1ULL << CAP_SYS_ADMIN;
}

/* CAP_SYS_ADMIN contains BPF and PERFMON, for the kernel too. */
const char *privileges_missing(char to[96])
{
	unsigned long long have = effective_capabilities();
	bool admin = privileges_admin();

	snprintf(to, 96, "%s%s%s", admin || have & 1ULL << CAP_BPF ? "" : " CAP_BPF",
		 have & 1ULL << CAP_NET_ADMIN ? "" : " CAP_NET_ADMIN",
		 admin || have & 1ULL << CAP_PERFMON ? "" : " CAP_PERFMON");
	return to;
}

int privileges_check(void)
{
	char missing[96];

	if (!*privileges_missing(missing))
		return 0;
	return failed(EXIT_UNSUPPORTED, "not permitted: missing%s\nrun levee as root", missing);
}

int kernel_check(void)
{
	struct utsname name = {};
	int err = privileges_check();

	if (err)
		return err;
	for (int i = 0; i < FEATURE_COUNT; i++) {
		if (kernel_has(i))
			continue;
		uname(&name);
		return failed(EXIT_UNSUPPORTED,
			      "this kernel (%s) lacks %s\nLinux %s and later have it; see levee doctor", name.release,
			      kernel_features[i].what, kernel_features[i].since);
	}
	return 0;
}

unsigned long long memory_available(void)
{
	close_file FILE *f = fopen("/proc/meminfo", "re");
	unsigned long long kb = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu kB", &kb) == 1)
			break;
	return kb * 1024;
}
