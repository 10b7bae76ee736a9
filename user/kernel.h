/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kernel.h - what the running kernel and this process's privileges allow.
 */
#ifndef USER_KERNEL_H
#define USER_KERNEL_H

#include <stdbool.h>

/* What levee cannot do without. X(NAME, what it is, the Linux version that has it) */
#define KERNEL_FEATURES(X)                                         \
	X(BTF, "BTF of the kernel (CONFIG_DEBUG_INFO_BTF)", "5.4") \
	X(XDP, "XDP programs", "4.8")                              \
	X(TC, "BPF programs in TC (CONFIG_NET_CLS_BPF)", "4.4")    \
	X(TIMER, "BPF timers", "5.15")                             \
	X(FRAGS, "XDP programs for multi-buffer packets (xdp.frags)", "5.18")

#define KERNEL_FEATURE_ENUM(NAME, what, since) FEATURE_##NAME,
enum kernel_feature { KERNEL_FEATURES(KERNEL_FEATURE_ENUM) FEATURE_COUNT };
#undef KERNEL_FEATURE_ENUM

struct kernel_feature_info {
	const char *what, *since;
};

extern const struct kernel_feature_info kernel_features[FEATURE_COUNT];

bool kernel_has(enum kernel_feature feature);

/* bpf_sk_assign_tcp_reqsk, Linux 6.9: a cookie can become a socket. */
bool kernel_has_handoff(void);

/* May programs of type ext be loaded, as libxdp's dispatcher needs? */
bool kernel_has_dispatcher(void);

/* Names of the capabilities that are missing, "" if none. Returns `to`. */
const char *privileges_missing(char to[96]);

/* CAP_SYS_ADMIN: the kernel opens programs by their id, so libxdp's dispatcher can be used. */
bool privileges_admin(void);

/* May this process change what is attached? 0, or an exit code after failed(). */
int privileges_check(void);

/* The three checks of attach: privileges and features. */
int kernel_check(void);

/* Bytes that can be allocated now, 0 unknown. */
unsigned long long memory_available(void);

#endif
