/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cookie.h - SYN cookies: what the SYN-ACK's sequence number (and TSval) say, and how they are checked.
 *
 * ISN, from the top:   23 bits MAC | 1 bit epoch parity | 3 bits MSS class | 5 bits option code
 * With timestamps the option code is MAC too (28 bits in all), and the TSval of the SYN-ACK carries
 *   26 bits MAC | 6 bits options, exact.
 * Without timestamps the option code is one of 32 combinations of window scale, SACK and ECN; rare
 * combinations round the client's window scale down, which only makes the server send less at once.
 *
 * The MAC is SipHash-2-4 over both addresses, both ports, the client's ISN, the epoch, all options and
 * the window scale that the server offered. A blind ACK passes with probability 2^-23 without
 * timestamps and 2^-54 with them. docs/cookies.md has the reasoning.
 *
 * Pure functions: key and epoch are arguments. Sequence numbers and timestamps in host order.
 */
#ifndef LEVEE_COOKIE_H
#define LEVEE_COOKIE_H

#include "flow.h"
#include "siphash.h"

/* The client's options as a cookie keeps them, 11 bits: MSS class | wscale << 3 | flags << 7. */
#define LEVEE_CO_MSS(co) ((co) & 7)
#define LEVEE_CO_WSCALE(co) (((co) >> 3) & 15)
#define LEVEE_CO_HAS_WSCALE (1U << 7)
#define LEVEE_CO_SACK (1U << 8)
#define LEVEE_CO_TS (1U << 9)
#define LEVEE_CO_ECN (1U << 10)

#define LEVEE_MSS_CLASSES 8
#define LEVEE_WSCALE_MAX 14 /* RFC 7323 section 2.3 */

/* MSS that the server will assume, largest class that is not above the client's MSS. The smallest is what every host must take. */
static const __u16 levee_mss_v4[LEVEE_MSS_CLASSES] = { 536, 1220, 1360, 1400, 1440, 1452, 1460, 8960 };
static const __u16 levee_mss_v6[LEVEE_MSS_CLASSES] = { 1220, 1280, 1360, 1400, 1420, 1432, 1440, 8940 };

struct levee_cookie {
	__u32 isn;
	__u32 tsval; /* meaningful with LEVEE_CO_TS */
};

static __always_inline __u32 levee_mss_class(__u16 mss, int v4)
{
	__u32 class = 0;

	for (__u32 i = 1; i < LEVEE_MSS_CLASSES; i++)
		class += mss >= (v4 ? levee_mss_v4[i] : levee_mss_v6[i]);
	return class;
}

static __always_inline __u16 levee_class_mss(__u32 class, int v4)
{
	class &= LEVEE_MSS_CLASSES - 1;
	return v4 ? levee_mss_v4[class] : levee_mss_v6[class];
}

/*
 * The 32 option codes of a cookie without timestamps, each as (wscale << 3 | flags) of a packed option word.
 * Codes 0 to 15: SACK, every window scale. The other three groups know the scales that clients use.
 */
#define LEVEE_NO_WS(flags) (flags)
#define LEVEE_WS(scale, flags) ((scale) << 3 | LEVEE_CO_HAS_WSCALE | (flags))
#define LEVEE_S LEVEE_CO_SACK
#define LEVEE_E LEVEE_CO_ECN
#define LEVEE_OPTION_CODES 32
#define LEVEE_CODES_SACK 0
#define LEVEE_CODES_SACK_ECN 16
#define LEVEE_CODES_PLAIN 23
#define LEVEE_CODES_ECN 29

static const __u16 levee_option_code[LEVEE_OPTION_CODES] = {
	LEVEE_NO_WS(LEVEE_S), LEVEE_WS(0, LEVEE_S), LEVEE_WS(1, LEVEE_S), LEVEE_WS(2, LEVEE_S),
	LEVEE_WS(3, LEVEE_S), LEVEE_WS(4, LEVEE_S), LEVEE_WS(5, LEVEE_S), LEVEE_WS(6, LEVEE_S),
	LEVEE_WS(7, LEVEE_S), LEVEE_WS(8, LEVEE_S), LEVEE_WS(9, LEVEE_S), LEVEE_WS(10, LEVEE_S),
	LEVEE_WS(11, LEVEE_S), LEVEE_WS(12, LEVEE_S), LEVEE_WS(13, LEVEE_S), LEVEE_WS(14, LEVEE_S),
	/* SACK and ECN */
	LEVEE_NO_WS(LEVEE_S | LEVEE_E), LEVEE_WS(0, LEVEE_S | LEVEE_E), LEVEE_WS(4, LEVEE_S | LEVEE_E),
	LEVEE_WS(6, LEVEE_S | LEVEE_E), LEVEE_WS(7, LEVEE_S | LEVEE_E), LEVEE_WS(8, LEVEE_S | LEVEE_E),
	LEVEE_WS(10, LEVEE_S | LEVEE_E),
	/* neither */
	LEVEE_NO_WS(0), LEVEE_WS(0, 0), LEVEE_WS(4, 0), LEVEE_WS(6, 0), LEVEE_WS(7, 0), LEVEE_WS(8, 0),
	/* ECN alone */
	LEVEE_NO_WS(LEVEE_E), LEVEE_WS(0, LEVEE_E), LEVEE_WS(7, LEVEE_E),
};

#undef LEVEE_NO_WS
#undef LEVEE_WS
#undef LEVEE_S
#undef LEVEE_E

/* The code whose options are `co`, or come closest from below. Not for options with timestamps. */
static __always_inline __u32 levee_option_encode(__u16 co)
{
	__u32 scale = LEVEE_CO_WSCALE(co);
	int ws = !!(co & LEVEE_CO_HAS_WSCALE);

	switch (co & (LEVEE_CO_SACK | LEVEE_CO_ECN)) {
	case LEVEE_CO_SACK:
		return LEVEE_CODES_SACK + (ws ? 1 + scale : 0);
	case LEVEE_CO_SACK | LEVEE_CO_ECN:
		return LEVEE_CODES_SACK_ECN + ws +
		       (ws ? (scale >= 4) + (scale >= 6) + (scale >= 7) + (scale >= 8) + (scale >= 10) : 0);
	case LEVEE_CO_ECN:
		return LEVEE_CODES_ECN + ws + (ws && scale >= 7);
	default:
		return LEVEE_CODES_PLAIN + ws + (ws ? (scale >= 4) + (scale >= 6) + (scale >= 7) + (scale >= 8) : 0);
	}
}

/* MAC of one cookie; `co` is what the receiver will read back, `server_wscale` 0 to 14. */
static __always_inline __u64 levee_cookie_mac(const struct levee_sip_key *key, const struct levee_tuple *t,
					      __u32 client_isn, __u32 epoch, __u16 co, __u8 server_wscale)
{
	int v4 = levee_addr_is_v4(&t->local);
	__u64 options = co | (co & LEVEE_CO_HAS_WSCALE ? (__u64)(server_wscale & 15) << 11 : 0);
	__u64 last = epoch | options << 32 | (__u64)(v4 ? 4 : 6) << 48;
	__u64 ports = ((__u64)t->lport << 16 | t->rport) | (__u64)client_isn << 32;
	struct levee_sip s;

	levee_sip_init(&s, key);
	if (v4) {
		levee_sip_word(&s, (__u64)t->local.d[3] << 32 | t->remote.d[3]);
		levee_sip_word(&s, ports);
		levee_sip_word(&s, last | 23ULL << 56);
	} else {
		levee_sip_word(&s, t->local.w[0]);
		levee_sip_word(&s, t->local.w[1]);
		levee_sip_word(&s, t->remote.w[0]);
		levee_sip_word(&s, t->remote.w[1]);
		levee_sip_word(&s, ports);
		levee_sip_word(&s, last | 47ULL << 56);
	}
	return levee_sip_end(&s);
}

/* Bits of the ISN that are not MAC, and of the TSval. */
#define LEVEE_ISN_PLAIN 0x1ffU
#define LEVEE_ISN_PLAIN_TS 0x1e0U
#define LEVEE_TSVAL_PLAIN 0x3fU

static __always_inline struct levee_cookie levee_cookie_assemble(__u64 mac, __u32 epoch, __u16 co)
{
	__u32 mac_isn = (__u32)mac, mac_tsval = mac >> 32;
	__u32 plain = (epoch & 1) << 8 | LEVEE_CO_MSS(co) << 5;
	struct levee_cookie c;

	if (co & LEVEE_CO_TS) {
		__u32 scale = co & LEVEE_CO_HAS_WSCALE ? LEVEE_CO_WSCALE(co) : 15;

		c.isn = (mac_isn & ~LEVEE_ISN_PLAIN_TS) | plain;
		c.tsval = (mac_tsval & ~LEVEE_TSVAL_PLAIN) | scale | (co & LEVEE_CO_SACK ? 16 : 0) |
			  (co & LEVEE_CO_ECN ? 32 : 0);
	} else {
		c.isn = (mac_isn & ~LEVEE_ISN_PLAIN) | plain | levee_option_encode(co);
		c.tsval = 0;
	}
	return c;
}

/* The options as they survive a cookie: unchanged with timestamps, else rounded to a code. */
static __always_inline __u16 levee_cookie_options(__u16 co)
{
	if (co & LEVEE_CO_TS)
		return co;
	return levee_option_code[levee_option_encode(co) & (LEVEE_OPTION_CODES - 1)] | LEVEE_CO_MSS(co);
}

/* `co` must come from levee_cookie_options(). */
static __always_inline struct levee_cookie levee_cookie_make(const struct levee_sip_key *key, const struct levee_tuple *t,
							     __u32 client_isn, __u32 epoch, __u16 co, __u8 server_wscale)
{
	return levee_cookie_assemble(levee_cookie_mac(key, t, client_isn, epoch, co, server_wscale), epoch, co);
}

/* The options that an arriving cookie claims to carry. Not to be trusted before levee_cookie_check. */
static __always_inline __u16 levee_cookie_claims(struct levee_cookie c, int has_ts)
{
	__u16 co = (c.isn >> 5) & 7;

	if (!has_ts)
		return co | levee_option_code[c.isn & (LEVEE_OPTION_CODES - 1)];
	co |= LEVEE_CO_TS | (c.tsval & 16 ? LEVEE_CO_SACK : 0) | (c.tsval & 32 ? LEVEE_CO_ECN : 0);
	return (c.tsval & 15) == 15 ? co : co | LEVEE_CO_HAS_WSCALE | (c.tsval & 15) << 3;
}

/* The epoch that a cookie's parity bit names: `now` or the one before. */
static __always_inline __u32 levee_cookie_epoch(struct levee_cookie c, __u32 now)
{
	return now - (((c.isn >> 8) ^ now) & 1);
}

/*
 * Is `c` (the ACK's acknowledgment number minus one, and its TSecr if has_ts) a cookie that this key
 * made for client_isn (the ACK's sequence number minus one) in the epoch `now` or the one before?
 * Returns 1 and the options in *co, or 0.
 */
static __always_inline int levee_cookie_check(const struct levee_sip_key *key, const struct levee_tuple *t, __u32 client_isn,
					      __u32 now, struct levee_cookie c, int has_ts, __u8 server_wscale, __u16 *co)
{
	__u32 epoch = levee_cookie_epoch(c, now);
	struct levee_cookie want;

	*co = levee_cookie_claims(c, has_ts);
	want = levee_cookie_make(key, t, client_isn, epoch, *co, server_wscale);
	return want.isn == c.isn && (!has_ts || want.tsval == c.tsval);
}

#endif
