/* SPDX-License-Identifier: GPL-2.0 */
/*
 * siphash.h - SipHash-2-4 (Aumasson and Bernstein, 2012) over whole 64-bit words.
 *
 * The caller builds the last word: the message's last 0 to 7 bytes, and its length in the top byte.
 */
#ifndef LEVEE_SIPHASH_H
#define LEVEE_SIPHASH_H

#include "levee.h"

struct levee_sip_key {
	__u64 k[2];
};

struct levee_sip {
	__u64 v0, v1, v2, v3;
};

static __always_inline __u64 levee_rotl(__u64 x, int by)
{
	return x << by | x >> (64 - by);
}

static __always_inline void levee_sip_round(struct levee_sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = levee_rotl(s->v1, 13) ^ s->v0;
	s->v3 = levee_rotl(s->v3, 16) ^ s->v2;
	s->v0 = levee_rotl(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = levee_rotl(s->v1, 17) ^ s->v2;
	s->v3 = levee_rotl(s->v3, 21) ^ s->v0;
	s->v2 = levee_rotl(s->v2, 32);
}

static __always_inline void levee_sip_init(struct levee_sip *s, const struct levee_sip_key *key)
{
	s->v0 = 0x736f6d6570736575ULL ^ key->k[0];
	s->v1 = 0x646f72616e646f6dULL ^ key->k[1];
	s->v2 = 0x6c7967656e657261ULL ^ key->k[0];
	s->v3 = 0x7465646279746573ULL ^ key->k[1];
}

/* Absorbs one word of the message, the last one included. */
static __always_inline void levee_sip_word(struct levee_sip *s, __u64 m)
{
	s->v3 ^= m;
	levee_sip_round(s);
	levee_sip_round(s);
	s->v0 ^= m;
}

static __always_inline __u64 levee_sip_end(struct levee_sip *s)
{
	s->v2 ^= 0xff;
	levee_sip_round(s);
	levee_sip_round(s);
	levee_sip_round(s);
	levee_sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

#endif
