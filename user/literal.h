/* SPDX-License-Identifier: GPL-2.0 */
/*
 * literal.h - addresses and ports as text of the command line. words.h writes them.
 */
#ifndef USER_LITERAL_H
#define USER_LITERAL_H

#include <stdbool.h>

#include <levee/addr.h>

/* "192.0.2.1" or "2001:db8::1"; nothing before or behind it. */
bool address_parse(const char *text, union levee_addr *addr);

/* "1" to "65535". Network byte order. */
bool port_parse(const char *text, __be16 *port);

/* "192.0.2.1:80" or "[2001:db8::1]:80": both are there. */
bool endpoint_parse(const char *text, union levee_addr *addr, __be16 *port);

/* Decimal digits only, 1 to `most`; -1 else. */
int digits_parse(const char *text, int most);

#endif
