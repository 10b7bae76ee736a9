/* SPDX-License-Identifier: GPL-2.0 */
/*
 * helpers.h - the BPF helpers that levee's programs call.
 */
#ifndef USER_HELPERS_H
#define USER_HELPERS_H

#include <stdbool.h>
#include <linux/bpf.h>

/* X(number's suffix and name, a program type that levee calls it from, the Linux version that has it) */
#define HELPERS(X)                                   \
	X(map_lookup_elem, XDP, "3.19")              \
	X(ktime_get_ns, SCHED_CLS, "4.1")            \
	X(get_prandom_u32, XDP, "4.1")               \
	X(skb_vlan_push, SCHED_CLS, "4.3")           \
	X(skb_vlan_pop, SCHED_CLS, "4.3")            \
	X(skb_load_bytes, SCHED_CLS, "4.5")          \
	X(csum_diff, XDP, "4.6")                     \
	X(skb_pull_data, SCHED_CLS, "4.9")           \
	X(sk_release, XDP, "4.20")                   \
	X(skc_lookup_tcp, XDP, "5.2")                \
	X(jiffies64, XDP, "5.5")                     \
	X(ringbuf_reserve, XDP, "5.8")               \
	X(ringbuf_submit, XDP, "5.8")                \
	X(skc_to_tcp_sock, XDP, "5.9")               \
	X(skc_to_tcp_timewait_sock, XDP, "5.9")      \
	X(skc_to_tcp_request_sock, SCHED_CLS, "5.9") \
	X(timer_init, SCHED_CLS, "5.15")             \
	X(timer_set_callback, SCHED_CLS, "5.15")     \
	X(timer_start, SCHED_CLS, "5.15")            \
	X(loop, SCHED_CLS, "5.17")                   \
	X(xdp_get_buff_len, XDP, "5.18")             \
	X(xdp_load_bytes, XDP, "5.18")               \
	X(xdp_store_bytes, XDP, "5.18")              \
	X(map_lookup_percpu_elem, SCHED_CLS, "5.19")

struct helper {
	enum bpf_func_id id;
	enum bpf_prog_type type;
	const char *name, *since;
};

extern const struct helper helpers[];
extern const unsigned int helper_count;

/* Asks the kernel by loading a program that calls it; needs privileges. */
bool helper_is_there(const struct helper *helper);

#endif
