/* SPDX-License-Identifier: GPL-2.0 */
/*
 * checksum.h - Internet checksums (RFC 1071) of what is verified and of what is built.
 *
 * Sums are 64-bit sums of 32-bit words as they stand in memory; folding gives network byte order.
 */
#ifndef BPF_CHECKSUM_H
#define BPF_CHECKSUM_H

#include "parse.h"

static __always_inline __u16 csum_fold(__u64 sum)
{
	/* At most 0x3fffc, then 0x10001, then 0xffff. */
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32 & 0xffff) + (sum >> 48);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Addresses, protocol and length of the segment: symmetric, so it serves a packet and its reply. */
static __always_inline __u64 csum_pseudo(const struct levee_tuple *t, __u32 tcp_len)
{
	__u64 sum = (__u64)t->local.d[3] + t->remote.d[3] + bpf_htonl(IPPROTO_TCP) + bpf_htonl(tcp_len);

	if (!levee_addr_is_v4(&t->local))
		sum += (__u64)t->local.d[0] + t->local.d[1] + t->local.d[2] + t->remote.d[0] + t->remote.d[1] +
		       t->remote.d[2];
	return sum;
}

/* Sum of `words` 32-bit words at `w`, between 5 and 15: an IPv4 or a TCP header. */
static __noinline __u64 csum_header_any(const __u32 *w, const void *data_end, __u32 words)
{
	__u64 sum = 0;

#pragma unroll
	for (__u32 i = 0; i < 15; i++)
		if (i < words && (const void *)(w + i + 1) <= data_end)
			sum += w[i];
	return sum;
}

/* The same of an IPv4 header, without a call where it has no options. */
static __always_inline __u64 csum_ip_header(const __u32 *w, const void *data_end, __u32 words)
{
	if (words != 5 || (const void *)(w + 5) > data_end)
		return csum_header_any(w, data_end, words);
	return (__u64)w[0] + w[1] + w[2] + w[3] + w[4];
}

/* Of a TCP header, without a call for the SYNs of Linux, of Windows and of what makes floods. */
static __always_inline __u64 csum_tcp_header(const __u32 *w, const void *data_end, __u32 words)
{
	__u64 sum = 0;

	if (words == 10 && (const void *)(w + 10) <= data_end)
		sum = (__u64)w[5] + w[6] + w[7] + w[8] + w[9];
	else if (words == 8 && (const void *)(w + 8) <= data_end)
		sum = (__u64)w[5] + w[6] + w[7];
	else if (words == 6 && (const void *)(w + 6) <= data_end)
		sum = w[5];
	else if (words != 5 || (const void *)(w + 5) > data_end)
		return csum_header_any(w, data_end, words);
	return sum + w[0] + w[1] + w[2] + w[3] + w[4];
}

#define CSUM_CHUNK 64

/* Folded sum of `len` bytes of the frame, at most LEVEE_COOKIE_SYN_MAX, or negative. */
__noinline int csum_frame(struct xdp_md *ctx, __u32 at, __u32 len)
{
	__s64 sum = 0;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < LEVEE_COOKIE_SYN_MAX / CSUM_CHUNK; i++) {
		__u32 chunk[CSUM_CHUNK / 4] = {}, n = len < CSUM_CHUNK ? len : CSUM_CHUNK;

		if (!len)
			break;
		if (bpf_xdp_load_bytes(ctx, at, chunk, ((n - 1) & (CSUM_CHUNK - 1)) + 1))
			return -1;
		sum = bpf_csum_diff(NULL, 0, chunk, sizeof(chunk), sum);
		at += n;
		len -= n;
	}
	return (__u16)~csum_fold((__u64)sum);
}

/* Are the checksums of the IPv4 header and of the TCP segment right? The frame is at most LEVEE_COOKIE_SYN_MAX long. */
static __always_inline bool checksums_ok(struct xdp_md *ctx, const struct packet *p)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	struct tcp_header *tcp;
	__u64 sum;
	int rest;

	if (p->is_v4 && csum_fold(csum_ip_header(data + (p->l3_offset & TCP_OFFSET_MAX), data_end, p->l3_len / 4)))
		return false;
	sum = csum_pseudo(&p->tuple, p->tcp_len + p->seg.payload);
	tcp = data + (p->tcp_offset & TCP_OFFSET_MAX);
	if ((void *)(tcp + 1) > data_end)
		return false;
	/* A local sender (veth, virtio) leaves the sum of the pseudo-header for its device to complete. */
	if (tcp->check == (__u16)~csum_fold(sum))
		return true;
	sum += csum_tcp_header(data + (p->tcp_offset & TCP_OFFSET_MAX), data_end, p->tcp_len / 4);
	if (!p->seg.payload)
		return csum_fold(sum) == 0;
	rest = csum_frame(ctx, p->tcp_offset + p->tcp_len, p->seg.payload);
	return rest >= 0 && csum_fold(sum + rest) == 0;
}

#endif
