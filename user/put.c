/* SPDX-License-Identifier: GPL-2.0 */
/*
 * put.c - see put.h. A million rows have some twenty million values: this is what listing them costs.
 */
#include <arpa/inet.h>

#include "put.h"

char *put_number(char *to, __u64 number)
{
	char digits[PUT_NUMBER_MAX], *at = digits + sizeof(digits);

	do {
		*--at = '0' + number % 10;
		number /= 10;
	} while (number);
	return put_bytes(to, at, digits + sizeof(digits) - at);
}

static char *put_octet(char *to, __u8 octet)
{
	if (octet >= 100)
		*to++ = '0' + octet / 100;
	if (octet >= 10)
		*to++ = '0' + octet / 10 % 10;
	*to++ = '0' + octet % 10;
	return to;
}

static char *put_v4(char *to, const __u8 *octets)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = put_octet(to, octets[i]);
	}
	return to;
}

/* Of one group of an IPv6 address, without leading zeros. */
static char *put_hex(char *to, unsigned int group)
{
	static const char digits[] = "0123456789abcdef";

	for (int shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0; shift >= 0; shift -= 4)
		*to++ = digits[group >> shift & 15];
	return to;
}

struct zeros {
	int first, count;
};

/* The longest run of zero groups, the first of equals; RFC 5952 section 4.2. One alone is not shortened. */
static struct zeros longest_zeros(const unsigned int *group)
{
	struct zeros best = { -1, 1 }, run = { 0, 0 };

	for (int i = 0; i < 8; i++) {
		if (group[i]) {
			run.count = 0;
			continue;
		}
		if (!run.count++)
			run.first = i;
		if (run.count > best.count)
			best = run;
	}
	return best;
}

static char *put_v6(char *to, const __u8 *bytes)
{
	unsigned int group[8];
	struct zeros zeros;

	for (int i = 0; i < 8; i++)
		group[i] = bytes[2 * i] << 8 | bytes[2 * i + 1];
	zeros = longest_zeros(group);
	for (int i = 0; i < 8; i++) {
		if (i == zeros.first) {
			*to++ = ':';
			i += zeros.count - 1;
			if (i == 7)
				*to++ = ':';
			continue;
		}
		if (i)
			*to++ = ':';
		if (i == 6 && zeros.first == 0 && zeros.count == 6)
			return put_v4(to, bytes + 12);
		to = put_hex(to, group[i]);
	}
	return to;
}

char *put_address(char *to, const union levee_addr *addr)
{
	return levee_addr_is_v4(addr) ? put_v4(to, addr->b + 12) : put_v6(to, addr->b);
}

char *put_endpoint(char *to, const union levee_addr *addr, __be16 port)
{
	if (levee_addr_is_v4(addr)) {
		to = put_v4(to, addr->b + 12);
	} else {
		*to++ = '[';
		to = put_v6(to, addr->b);
		*to++ = ']';
	}
	*to++ = ':';
	return put_number(to, ntohs(port));
}
