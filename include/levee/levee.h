/* SPDX-License-Identifier: GPL-2.0 */
/*
 * levee.h - numbers that both halves of levee agree on.
 *
 * Everything under include/levee/ is the contract between the BPF programs and userspace, and the
 * pure logic that both compilers build. Nothing here calls a helper or a system call.
 */
#ifndef LEVEE_LEVEE_H
#define LEVEE_LEVEE_H

#include <linux/types.h>

/* Raised whenever the layout or the meaning of a pinned map changes. */
#define LEVEE_ABI 3

#define LEVEE_MAGIC 0x6c657665U /* "leve" */

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/* Largest name of an interface with its NUL, as IFNAMSIZ. */
#define LEVEE_IFNAME_MAX 16

/* Limits of the tables, in entries. */
#define LEVEE_FLOWS_DEFAULT (1024U * 1024)
#define LEVEE_FLOWS_MIN 1024U
#define LEVEE_FLOWS_MAX (16U * 1024 * 1024)
#define LEVEE_HALF_OPEN_DEFAULT 65536U
#define LEVEE_HALF_OPEN_MIN 16U
#define LEVEE_HALF_OPEN_MAX (4U * 1024 * 1024)
#define LEVEE_SERVICES_MAX 4096U

/* Cookie mode turns on at `start` percent of a share and off below `end` percent. */
#define LEVEE_START_PERCENT_DEFAULT 50U
#define LEVEE_END_PERCENT_DEFAULT 25U

/* Length of a cookie epoch in ms. A cookie of the current and of the previous epoch is valid, so a cookie lives one to two epochs. */
#define LEVEE_EPOCH_MS 16000U

/* How often the housekeeping timer runs. */
#define LEVEE_TICK_MS 100U

/* The largest SYN, in bytes of the frame, that is answered by a cookie: its tail is zeroed and this bounds the work. */
#define LEVEE_COOKIE_SYN_MAX 2048U

#endif
