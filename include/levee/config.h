/* SPDX-License-Identifier: GPL-2.0 */
/*
 * config.h - settings (userspace writes), runtime (BPF writes), and what a pin directory says of itself.
 *
 * Pin directory: <bpffs>/levee/<interface>, with '.' in the name written as ':' (bpffs forbids dots);
 * in another network namespace than init's, <bpffs>/levee/netns-<inode>/<interface>.
 * Maps are pinned there by name; programs and links as prog_* and link_*.
 */
#ifndef LEVEE_CONFIG_H
#define LEVEE_CONFIG_H

#include "service.h"
#include "siphash.h"
#include "table.h"
#include "timeout.h"

/* When cookies are sent. X(NAME, word on the command line, help) */
#define LEVEE_COOKIES(X)                                                                         \
	X(ADAPTIVE, "adaptive", "when the half-open table or a service's share of it is filling") \
	X(ALWAYS, "always", "for every SYN to a known service")                                   \
	X(NEVER, "never", "not at all: watch only")

#define LEVEE_COOKIES_ENUM(NAME, name, help) LEVEE_COOKIES_##NAME,
enum levee_cookies { LEVEE_COOKIES(LEVEE_COOKIES_ENUM) LEVEE_COOKIES_COUNT };
#undef LEVEE_COOKIES_ENUM

/* Where a family's settings stand in an array of two. */
enum levee_family { LEVEE_V4, LEVEE_V6 };

/*
 * Time in BPF is jiffies (3 ns to read, against 48 for bpf_ktime_get_ns). HZ is known to userspace as
 * clock_getres(CLOCK_MONOTONIC_COARSE).
 *   ms since boot = jiffies * ms_mult >> ms_shift, modulo 2^32 where it is stored
 *   epoch         = epoch_base + ((jiffies - jiffies_base) * epoch_mult >> 40)
 * with jiffies_base the jiffies at which wall-clock epoch epoch_base began; wall epoch = Unix time in ms / LEVEE_EPOCH_MS.
 */
struct levee_clock {
	__u64 jiffies_base;
	__u64 epoch_mult;
	__u32 epoch_base;
	__u32 ms_mult;
	__u32 ms_shift;
	__u32 pad;
};

/* The value of map "settings" (array, one element). Written by userspace; housekeeping only sets `enabled` to 0, see confirm_ms. */
struct levee_settings {
	__u32 abi;     /* LEVEE_ABI */
	__u32 enabled; /* the edition of levee_ingress that is on, see bpf/maps.h; 0: every packet passes untouched */
	__u32 cookies; /* enum levee_cookies */
	__u32 start_percent;
	__u32 end_percent;
	__u32 half_open_max; /* entries; more SYNs get cookies */
	__u32 flows_max;
	__u32 confirm_ms; /* unless this is 0 by then (levee confirm), every packet passes from here on: ms since boot, never 0; 0 none */
	struct levee_clock clock;
	struct levee_profile profile[2]; /* by enum levee_family, for services whose SYN-ACK was not seen yet */
	__u32 timeout_ms[LEVEE_TIMEOUT_COUNT]; /* by enum levee_timeout, 1 s to a day */
	__u32 generation; /* raised when timeouts change, so that deadlines that were set before are looked at */
};

/* Constants of the loaded programs (read-only data), set before load. Sets are powers of two; a table has 16 slots per set. */
struct levee_geometry {
	__u32 flow_sets;
	__u32 half_open_sets;
	__u32 service_sets;
	__u32 pad;
};

/* The value of map "secrets" (array, one element). Root reads; never printed. */
struct levee_secrets {
	struct levee_sip_key cookie;
	struct levee_hash_key hash; /* of the tables: programs that take the place of others need the same */
};

/* The value of map "runtime" (array, one element). Written by BPF. Each group has its own cache line. */
struct levee_runtime {
	__u32 half_open;     /* entries now, all services */
	__u32 pad0[15];
	__u8 mode;           /* enum levee_mode of the whole table */
	__u8 pad2[3];
	__u32 mode_ms;
	__u32 cookie_epoch;  /* latest epoch in which any cookie was sent, 0 never */
	__u32 pending_ms;   /* when a cookie was last validated: levee_accept has work; 0 never */
	__u32 flows;         /* flows now, as of the last tick */
	__u32 in_flight;     /* cookies in flight, as of the last tick */
	__u32 ticks;         /* housekeeping runs */
	__u32 services;      /* services now, as of the last tick */
	__u32 tick_ms;       /* when housekeeping ran last */
	__u32 pressure;      /* levee_pressure() of the flows; 0 before the first tick: none */
	__u32 tick_us;       /* how long housekeeping took, the last time */
	__u32 pad1[5];
};

/* How the XDP program is attached. */
#define LEVEE_ATTACHMENTS(X)                                                                  \
	X(DISPATCHER, "dispatcher", "libxdp's dispatcher: other XDP programs can run beside it") \
	X(SINGLE, "single", "alone on the interface: libxdp's dispatcher cannot be loaded here") \
	X(EXCLUSIVE, "exclusive", "alone on the interface, as asked")

#define LEVEE_ATTACHMENT_ENUM(NAME, name, help) LEVEE_ATTACHMENT_##NAME,
enum levee_attachment { LEVEE_ATTACHMENTS(LEVEE_ATTACHMENT_ENUM) LEVEE_ATTACHMENT_COUNT };
#undef LEVEE_ATTACHMENT_ENUM

/* What an interface can be given beside timeouts, by the name of its option. X(NAME, "name") */
#define LEVEE_SETTABLES(X)         \
	X(MODE, "mode")            \
	X(EXCLUSIVE, "exclusive")  \
	X(COOKIES, "cookies")      \
	X(START, "start")          \
	X(END, "end")              \
	X(HALF_OPEN, "half-open")  \
	X(FLOWS, "flows")

#define LEVEE_SETTABLE_ENUM(NAME, name) LEVEE_SET_##NAME,
enum levee_settable { LEVEE_SETTABLES(LEVEE_SETTABLE_ENUM) LEVEE_SETTABLE_COUNT };
#undef LEVEE_SETTABLE_ENUM

/* Where a value comes from. X(NAME, "word") */
#define LEVEE_ORIGINS(X)           \
	X(DEFAULT, "default")      \
	X(FILE, "file")            \
	X(COMMAND, "command")

#define LEVEE_ORIGIN_ENUM(NAME, word) LEVEE_FROM_##NAME,
enum levee_origin { LEVEE_ORIGINS(LEVEE_ORIGIN_ENUM) LEVEE_ORIGIN_COUNT };
#undef LEVEE_ORIGIN_ENUM

/* Where each value of an interface comes from, as enum levee_origin. */
struct levee_provenance {
	__u8 setting[16]; /* by enum levee_settable */
	__u8 timeout[16]; /* by enum levee_timeout */
};

#define LEVEE_FILE_MAX 256

/* The value of map "meta" (array, one element): written by attach and reload, read by every other command. */
struct levee_meta {
	__u32 magic; /* LEVEE_MAGIC */
	__u32 abi;
	__u32 ifindex;
	__u32 attachment; /* enum levee_attachment */
	__u32 xdp_mode;   /* XDP_FLAGS_DRV_MODE or XDP_FLAGS_SKB_MODE */
	__u32 xdp_prog_id;
	__u32 tc_priority[2]; /* ingress, egress; 0 not attached */
	__u32 tc_handle[2];
	__u32 made_clsact; /* attach created the qdisc, so detach may remove it when it is empty */
	__u32 handoff;     /* 1: bpf_sk_assign_tcp_reqsk is there; 0: cookies cannot become sockets on this kernel */
	__u64 attached_unix_ms;
	__u64 netns; /* inode of the network namespace */
	char ifname[LEVEE_IFNAME_MAX];
	char version[16]; /* of the programs that run */
	/* Of the program with xdp_prog_id; and the program that is taking its place, 0 none (user/reload.c). */
	__u32 edition;
	__u32 xdp_next_id;
	__u64 reloaded_unix_ms; /* when the programs were last replaced, 0 never */
	struct levee_geometry geometry;
	struct levee_provenance from;
	char file[LEVEE_FILE_MAX]; /* the levee.conf that was last applied; "" none */
};

/* One row for the programs that seed tables; see bpf/seed.h. */
struct levee_seed_service {
	struct levee_service_key key;
	__u32 backlog;
	__u32 closed; /* 1: its listener has gone, if the kernel agrees */
};

struct levee_seed_flow {
	struct levee_tuple tuple;
	__u8 state; /* enum levee_tcp_state of the local end */
	__u8 pad[7];
};

/* One row for levee_forget: a flow or half-open entry to remove. */
struct levee_forget_row {
	struct levee_tuple tuple;
};

#endif
