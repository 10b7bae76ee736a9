/* SPDX-License-Identifier: GPL-2.0 */
/*
 * common.h - what every BPF file needs: includes, serial arithmetic of sequence numbers, plain loads.
 */
#ifndef BPF_COMMON_H
#define BPF_COMMON_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_core_read.h>

#include <levee/config.h>
#include <levee/cookie.h>
#include <levee/event.h>
#include <levee/history.h>
#include <levee/source.h>
#include <levee/stats.h>
#include <levee/table.h>
#include <levee/tcp_track.h>

#define AF_INET6 10 /* <sys/socket.h> does not compile for BPF */

#define READ_ONCE(x) (*(volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile typeof(x) *)&(x) = (v))

/* Keeps the compiler from turning arithmetic on x into branches. */
#ifndef barrier_var
#define barrier_var(x) asm volatile("" : "+r"(x))
#endif

#endif
