/* SPDX-License-Identifier: GPL-2.0 */
/*
 * maps.h - every map and every load-time constant of the BPF programs.
 *
 * Sizes that say 1 are set by userspace before load. All tables are arrays: nothing is allocated while
 * packets flow, and lookups compile to a bounds check and an addition.
 */
#ifndef BPF_MAPS_H
#define BPF_MAPS_H

#include "common.h"

/* Never 0: the verifier knows these values, and would cut away a loop of none. */
const volatile struct levee_geometry geometry = { .flow_sets = 1, .half_open_sets = 1, .service_sets = 1 };
const volatile struct levee_hash_key hash_key = {};
const volatile __u32 cpus = 1; /* possible CPUs */

/*
 * Which levee_ingress this is. Where one takes the place of another, both may stand in one chain for a moment:
 * settings.enabled says which of them has the packets. The other programs work for any.
 */
const volatile __u32 edition = 1;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct levee_settings);
} settings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct levee_secrets);
} secrets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct levee_runtime);
} runtime SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct levee_meta);
} meta SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct levee_stats);
} stats SEC(".maps");

/*
 * Tables: levee/table.h has their layout. Mappable maps keep their values on pages of their own, others begin 56
 * bytes into a cache line.
 */
#define LEVEE_TABLE(filters, slots, entry)          \
	struct {                                    \
		__uint(type, BPF_MAP_TYPE_ARRAY);   \
		__uint(map_flags, BPF_F_MMAPABLE);  \
		__uint(max_entries, 1);             \
		__type(key, __u32);                 \
		__type(value, struct levee_filter); \
	} filters SEC(".maps");                     \
	struct {                                    \
		__uint(type, BPF_MAP_TYPE_ARRAY);   \
		__uint(map_flags, BPF_F_MMAPABLE);  \
		__uint(max_entries, LEVEE_WAYS);    \
		__type(key, __u32);                 \
		__type(value, struct entry);        \
	} slots SEC(".maps")

LEVEE_TABLE(flow_filters, flows, levee_flow);
LEVEE_TABLE(half_open_filters, half_open, levee_half_open);
LEVEE_TABLE(service_filters, services, levee_service);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LEVEE_WAYS);
	__type(key, __u32);
	__type(value, struct levee_service_counts);
} service_counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LEVEE_WAYS);
	__type(key, __u32);
	__type(value, struct levee_service_rtt);
} service_rtt SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, LEVEE_EVENT_RING);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct levee_listener);
} listener SEC(".maps");

/* Userspace's own: no program looks at it. Here it lives and goes with the others. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LEVEE_HISTORY_RECORDS);
	__type(key, __u32);
	__type(value, struct levee_history);
} history SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct levee_source_watch);
} source_watch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct levee_syn_sources);
} syn_sources SEC(".maps");

struct housekeeper {
	struct bpf_timer timer;
	__u32 half_open_cursor; /* next set to sweep */
	__u32 flow_cursor;
	__u32 generation;  /* of the settings that deadlines were last checked against */
	__u32 recheck;     /* sets whose deadlines are still those of an older generation */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct housekeeper);
} housekeeping SEC(".maps");

#endif
