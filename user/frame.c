/* SPDX-License-Identifier: GPL-2.0 */
/*
 * frame.c - building and reading frames (RFC 791, 8200, 9293), their control bits and options as text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/if_ether.h>

#include "frame.h"

#define IPV4_HEADER 20U
#define IPV6_HEADER 40U
#define TCP_HEADER 20U
#define DONT_FRAGMENT 0x4000
#define HOPS 64
#define MD5_OPTION 19 /* RFC 2385 */
#define MD5_OPTION_LEN 18

/* --- bytes */

static void put16(unsigned char *at, __u16 n)
{
	at[0] = n >> 8;
	at[1] = n;
}

static void put32(unsigned char *at, __u32 n)
{
	put16(at, n >> 16);
	put16(at + 2, n);
}

static __u16 get16(const unsigned char *at)
{
	return at[0] << 8 | at[1];
}

static __u32 get32(const unsigned char *at)
{
	return (__u32)get16(at) << 16 | get16(at + 2);
}

/* RFC 1071. */
static __u32 sum(const unsigned char *at, unsigned int len, __u32 so_far)
{
	for (unsigned int i = 0; i + 1 < len; i += 2)
		so_far += get16(at + i);
	return len & 1 ? so_far + (at[len - 1] << 8) : so_far;
}

static __u16 fold(__u32 n)
{
	while (n >> 16)
		n = (n & 0xffff) + (n >> 16);
	return ~n;
}

/* Of a segment behind its IP header: 0 if its checksum stands in it and is right. Addresses stand at the end of either header. */
static __u16 tcp_checksum(const unsigned char *tcp, unsigned int len, bool v4)
{
	unsigned int addresses = v4 ? 8 : 32;

	return fold(sum(tcp, len, sum(tcp - addresses, addresses, IPPROTO_TCP + len)));
}

/* --- options */

static unsigned int put_options(unsigned char *at, const struct frame *f)
{
	unsigned int n = 0;

	if (f->options & LEVEE_OPT_MSS) {
		put32(at + n, 2U << 24 | 4U << 16 | f->mss);
		n += 4;
	}
	if (f->options & LEVEE_OPT_TS) {
		put32(at + n, f->options & LEVEE_OPT_SACK ? 0x0402080a : 0x0101080a);
		put32(at + n + 4, f->tsval);
		put32(at + n + 8, f->tsecr);
		n += 12;
	} else if (f->options & LEVEE_OPT_SACK) {
		put32(at + n, 0x01010402);
		n += 4;
	}
	if (f->options & LEVEE_OPT_WSCALE) {
		put32(at + n, 0x01030300 | f->wscale);
		n += 4;
	}
	if (f->options & LEVEE_OPT_SIGNED) {
		memset(at + n, 0, MD5_OPTION_LEN + 2);
		at[n] = MD5_OPTION;
		at[n + 1] = MD5_OPTION_LEN;
		n += MD5_OPTION_LEN + 2;
	}
	return n;
}

static void take_option(struct frame *f, const unsigned char *at, unsigned int len)
{
	if (at[0] == 2 && len == 4) {
		f->options |= LEVEE_OPT_MSS;
		f->mss = get16(at + 2);
	} else if (at[0] == 3 && len == 3) {
		f->options |= LEVEE_OPT_WSCALE;
		f->wscale = at[2];
	} else if (at[0] == 4 && len == 2) {
		f->options |= LEVEE_OPT_SACK;
	} else if (at[0] == 8 && len == 10) {
		f->options |= LEVEE_OPT_TS;
		f->tsval = get32(at + 2);
		f->tsecr = get32(at + 6);
	} else if (at[0] == MD5_OPTION && len == MD5_OPTION_LEN) {
		f->options |= LEVEE_OPT_SIGNED;
	}
}

/* False where a length lies. */
static bool take_options(struct frame *f, const unsigned char *at, unsigned int left)
{
	while (left && at[0] != 0) {
		unsigned int len = at[0] == 1 ? 1 : left > 1 ? at[1] : 0;

		if (len == 0 || len > left || (len == 1 && at[0] != 1))
			return false;
		take_option(f, at, len);
		at += len;
		left -= len;
	}
	return true;
}

/* --- building */

/* Addresses must stand before it already. Returns its length. */
static unsigned int put_tcp(unsigned char *at, const struct frame *f)
{
	unsigned int header = TCP_HEADER + put_options(at + TCP_HEADER, f), len = header + f->payload;

	memcpy(at, &f->port_from, 2);
	memcpy(at + 2, &f->port_to, 2);
	put32(at + 4, f->seq);
	put32(at + 8, f->ack);
	put16(at + 12, header / 4 << 12 | f->flags);
	put16(at + 14, f->window);
	put32(at + 16, 0);
	memset(at + header, 'x', f->payload);
	put16(at + 16, tcp_checksum(at, len, levee_addr_is_v4(&f->from)));
	return len;
}

static unsigned int put_ipv4(unsigned char *at, const struct frame *f)
{
	unsigned int len;

	memset(at, 0, IPV4_HEADER);
	memcpy(at + 12, &f->from.d[3], 4);
	memcpy(at + 16, &f->to.d[3], 4);
	len = IPV4_HEADER + put_tcp(at + IPV4_HEADER, f);
	at[0] = 0x45;
	put16(at + 2, len);
	put16(at + 6, DONT_FRAGMENT);
	at[8] = HOPS;
	at[9] = IPPROTO_TCP;
	put16(at + 10, fold(sum(at, IPV4_HEADER, 0)));
	return len;
}

static unsigned int put_ipv6(unsigned char *at, const struct frame *f)
{
	unsigned int len;

	memset(at, 0, IPV6_HEADER);
	memcpy(at + 8, &f->from, 16);
	memcpy(at + 24, &f->to, 16);
	len = put_tcp(at + IPV6_HEADER, f);
	put32(at, 6U << 28);
	put16(at + 4, len);
	at[6] = IPPROTO_TCP;
	at[7] = HOPS;
	return IPV6_HEADER + len;
}

unsigned int frame_build(unsigned char to[FRAME_MAX], const struct frame *f)
{
	bool v4 = levee_addr_is_v4(&f->from);

	memcpy(to, f->mac_to, ETH_ALEN);
	memcpy(to + ETH_ALEN, f->mac_from, ETH_ALEN);
	put16(to + 2 * ETH_ALEN, v4 ? ETH_P_IP : ETH_P_IPV6);
	return ETH_HLEN + (v4 ? put_ipv4 : put_ipv6)(to + ETH_HLEN, f);
}

/* --- reading */

static bool take_tcp(struct frame *f, const unsigned char *at, unsigned int len, bool v4)
{
	unsigned int header = len < TCP_HEADER ? 0 : (at[12] >> 4) * 4;

	if (header < TCP_HEADER || header > len || tcp_checksum(at, len, v4))
		return false;
	memcpy(&f->port_from, at, 2);
	memcpy(&f->port_to, at + 2, 2);
	f->seq = get32(at + 4);
	f->ack = get32(at + 8);
	f->flags = at[13];
	f->window = get16(at + 14);
	f->payload = len - header;
	return take_options(f, at + TCP_HEADER, header - TCP_HEADER);
}

static bool take_ipv4(struct frame *f, const unsigned char *at, unsigned int len)
{
	unsigned int total = len < IPV4_HEADER ? 0 : get16(at + 2);
	__be32 from, to;

	if (total < IPV4_HEADER || total > len || at[0] != 0x45 || at[9] != IPPROTO_TCP ||
	    fold(sum(at, IPV4_HEADER, 0)))
		return false;
	memcpy(&from, at + 12, 4);
	memcpy(&to, at + 16, 4);
	levee_addr_set_v4(&f->from, from);
	levee_addr_set_v4(&f->to, to);
	return take_tcp(f, at + IPV4_HEADER, total - IPV4_HEADER, true);
}

static bool take_ipv6(struct frame *f, const unsigned char *at, unsigned int len)
{
	unsigned int payload = len < IPV6_HEADER ? 0 : get16(at + 4);

	if (len < IPV6_HEADER || payload > len - IPV6_HEADER || at[0] >> 4 != 6 || at[6] != IPPROTO_TCP)
		return false;
	memcpy(&f->from, at + 8, 16);
	memcpy(&f->to, at + 24, 16);
	return take_tcp(f, at + IPV6_HEADER, payload, false);
}

bool frame_read(struct frame *f, const unsigned char *bytes, unsigned int len)
{
	memset(f, 0, sizeof(*f));
	if (len < ETH_HLEN)
		return false;
	memcpy(f->mac_to, bytes, ETH_ALEN);
	memcpy(f->mac_from, bytes + ETH_ALEN, ETH_ALEN);
	switch (get16(bytes + 2 * ETH_ALEN)) {
	case ETH_P_IP:
		return take_ipv4(f, bytes + ETH_HLEN, len - ETH_HLEN);
	case ETH_P_IPV6:
		return take_ipv6(f, bytes + ETH_HLEN, len - ETH_HLEN);
	default:
		return false;
	}
}

/* --- control bits as text */

static const struct {
	__u8 bit;
	const char *letters; /* any of them */
	const char *name;
} control_bits[] = {
	{ TCP_SYN, "Ss", "SYN" },  { TCP_FIN, "Ff", "FIN" }, { TCP_RST, "Rr", "RST" }, { TCP_PSH, "Pp", "PSH" },
	{ TCP_ACK, "Aa.", "ACK" }, { TCP_URG, "Uu", "URG" }, { TCP_ECE, "Ee", "ECE" }, { TCP_CWR, "CcWw", "CWR" },
};

#define CONTROL_BITS (sizeof(control_bits) / sizeof(control_bits[0]))

static __u8 bit_of(char letter)
{
	for (unsigned int i = 0; letter && i < CONTROL_BITS; i++)
		if (strchr(control_bits[i].letters, letter))
			return control_bits[i].bit;
	return 0;
}

bool flags_parse(const char *text, __u8 *flags)
{
	*flags = 0;
	if (strcmp(text, "none") == 0)
		return true;
	for (const char *c = text; *c; c++) {
		if (!bit_of(*c))
			return false;
		*flags |= bit_of(*c);
	}
	return *text;
}

const char *flags_text(char to[40], __u8 flags)
{
	unsigned int n = 0;

	snprintf(to, 40, "no flags");
	for (unsigned int i = 0; i < CONTROL_BITS; i++)
		if (flags & control_bits[i].bit)
			n += snprintf(to + n, 40 - n, "%s%s", n ? "," : "", control_bits[i].name);
	return to;
}

/* --- options as text */

/* Digits alone, up to `most`. */
static bool number_parse(const char *text, unsigned long most, __u32 *to)
{
	size_t len = strspn(text, "0123456789");
	unsigned long long n = strtoull(text, NULL, 10);

	*to = n;
	return len > 0 && len <= 10 && !text[len] && n <= most;
}

static bool timestamps_parse(char *text, struct frame *f)
{
	char *colon = strchr(text, ':');

	if (colon)
		*colon = '\0';
	f->options |= LEVEE_OPT_TS;
	return number_parse(text, ~0U, &f->tsval) && (!colon || number_parse(colon + 1, ~0U, &f->tsecr));
}

static bool option_parse(char *word, struct frame *f)
{
	__u32 n = 0;

	if (strncmp(word, "mss=", 4) == 0 && number_parse(word + 4, 65535, &n)) {
		f->options |= LEVEE_OPT_MSS;
		f->mss = n;
	} else if (strncmp(word, "wscale=", 7) == 0 && number_parse(word + 7, 255, &n)) {
		f->options |= LEVEE_OPT_WSCALE;
		f->wscale = n;
	} else if (strcmp(word, "sack") == 0) {
		f->options |= LEVEE_OPT_SACK;
	} else if (strcmp(word, "md5") == 0) {
		f->options |= LEVEE_OPT_SIGNED;
	} else {
		return strncmp(word, "ts=", 3) == 0 && timestamps_parse(word + 3, f);
	}
	return true;
}

bool frame_options_parse(const char *text, struct frame *f)
{
	char copy[96], *rest = copy, *word;

	f->options = 0;
	if (strcmp(text, "none") == 0)
		return true;
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return false;
	while ((word = strsep(&rest, ",")))
		if (!option_parse(word, f))
			return false;
	/* With MD5 there is no room for all of them: 40 bytes. */
	return !(f->options & LEVEE_OPT_SIGNED && f->options & LEVEE_OPT_TS && f->options & LEVEE_OPT_WSCALE &&
		 f->options & LEVEE_OPT_MSS);
}

const char *frame_options_text(char to[96], const struct frame *f)
{
	unsigned int n = 0;

	snprintf(to, 96, "none");
	if (f->options & LEVEE_OPT_MSS)
		n += snprintf(to + n, 96 - n, "mss=%u,", f->mss);
	if (f->options & LEVEE_OPT_SACK)
		n += snprintf(to + n, 96 - n, "sack,");
	if (f->options & LEVEE_OPT_TS)
		n += snprintf(to + n, 96 - n, "ts=%u:%u,", f->tsval, f->tsecr);
	if (f->options & LEVEE_OPT_WSCALE)
		n += snprintf(to + n, 96 - n, "wscale=%u,", f->wscale);
	if (f->options & LEVEE_OPT_SIGNED)
		n += snprintf(to + n, 96 - n, "md5,");
	if (n)
		to[n - 1] = '\0';
	return to;
}
