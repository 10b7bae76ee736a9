/* SPDX-License-Identifier: GPL-2.0 */
/*
 * literal.c - see literal.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "literal.h"

int digits_parse(const char *text, int most)
{
	size_t len = strlen(text);

	if (len == 0 || len > 5 || strspn(text, "0123456789") != len || atoi(text) > most)
		return -1;
	return atoi(text);
}

bool port_parse(const char *text, __be16 *port)
{
	int n = digits_parse(text, 65535);

	*port = htons(n);
	return n > 0;
}

bool address_parse(const char *text, union levee_addr *addr)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		levee_addr_set_v4(addr, v4.s_addr);
		return true;
	}
	return inet_pton(AF_INET6, text, addr) == 1;
}

bool endpoint_parse(const char *text, union levee_addr *addr, __be16 *port)
{
	const char *colon = strrchr(text, ':');
	bool bracketed = text[0] == '[';
	char address[INET6_ADDRSTRLEN + 1];
	int len;

	if (!colon || !port_parse(colon + 1, port))
		return false;
	len = colon - text;
	if (bracketed && (len < 2 || text[len - 1] != ']'))
		return false;
	len -= 2 * bracketed;
	if (len >= (int)sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", len, text + bracketed);
	/* "2001:db8::1:80" may be an address and a port or an address alone. */
	return !strchr(address, ':') == !bracketed && address_parse(address, addr);
}
