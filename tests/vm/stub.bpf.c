/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stub.bpf.c - an XDP program of somebody else: counts packets and passes them. Built twice, to run before
 * and after levee in libxdp's dispatcher, whose default priority is 50.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <xdp/xdp_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} STUB_COUNT SEC(".maps");

struct {
	__uint(priority, STUB_PRIORITY);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(STUB);

SEC("xdp")
int STUB(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&STUB_COUNT, &zero);

	(void)ctx;
	if (count)
		__sync_fetch_and_add(count, 1);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
