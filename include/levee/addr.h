/* SPDX-License-Identifier: GPL-2.0 */
/*
 * addr.h - addresses and connection tuples, as keys of every table.
 *
 * An IPv4 address is stored as ::ffff:a.b.c.d, so one key serves both families.
 */
#ifndef LEVEE_ADDR_H
#define LEVEE_ADDR_H

#include "levee.h"

/* 16 bytes in network byte order. */
union levee_addr {
	__u64 w[2];
	__u32 d[4];
	__u8 b[16];
};

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LEVEE_V4MAPPED 0xffff0000U /* the third word of ::ffff:0:0/96, as stored */
#define LEVEE_V4_WORD(v4) ((__u64)(v4) << 32 | LEVEE_V4MAPPED)
#else
#define LEVEE_V4MAPPED 0x0000ffffU
#define LEVEE_V4_WORD(v4) ((__u64)LEVEE_V4MAPPED << 32 | (v4))
#endif

/*
 * A connection as this host sees it. "local" is the end behind the interface (this host), "remote"
 * the end on the wire. Ports in network byte order. `zone` is 0: it keeps room to tell networks apart.
 */
struct levee_tuple {
	union levee_addr local;
	union levee_addr remote;
	__be16 lport;
	__be16 rport;
	__u32 zone;
};

_Static_assert(sizeof(struct levee_tuple) == 40, "the tuple is a key: no hidden padding");

/* In whole words: a load as wide as the store gets its value at once, one that is wider has to wait for the cache. */
static __always_inline void levee_addr_set_v4(union levee_addr *a, __be32 v4)
{
	a->w[0] = 0;
	a->w[1] = LEVEE_V4_WORD(v4);
}

static __always_inline int levee_addr_is_v4(const union levee_addr *a)
{
	return a->w[0] == 0 && a->d[2] == LEVEE_V4MAPPED;
}

static __always_inline int levee_tuple_equal(const struct levee_tuple *a, const struct levee_tuple *b)
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;

	return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (x[4] ^ y[4])) == 0;
}

#endif
