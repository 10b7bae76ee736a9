/* SPDX-License-Identifier: GPL-2.0 */
/*
 * put.h - writes values into a buffer that has room, without the cost of printf. Every function returns where it stopped,
 * and writes no NUL.
 */
#ifndef USER_PUT_H
#define USER_PUT_H

#include <string.h>

#include <levee/addr.h>

/* Bytes that the longest value of each kind takes. */
#define PUT_NUMBER_MAX 20
#define PUT_ADDRESS_MAX 45
#define PUT_ENDPOINT_MAX (PUT_ADDRESS_MAX + sizeof("[]:65535") - 1)

static inline char *put_bytes(char *to, const char *from, size_t len)
{
	memcpy(to, from, len);
	return to + len;
}

static inline char *put_text(char *to, const char *text)
{
	return put_bytes(to, text, strlen(text));
}

char *put_number(char *to, __u64 number);

/* As inet_ntop would: RFC 5952 for IPv6. */
char *put_address(char *to, const union levee_addr *addr);

/* "192.0.2.1:80" or "[2001:db8::1]:80". `port` in network byte order. */
char *put_endpoint(char *to, const union levee_addr *addr, __be16 port);

#endif
