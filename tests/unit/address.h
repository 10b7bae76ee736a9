/* SPDX-License-Identifier: GPL-2.0 */
/*
 * address.h - addresses as tests write them.
 */
#ifndef UNIT_ADDRESS_H
#define UNIT_ADDRESS_H

#include "unit.h"

#include <arpa/inet.h>

#include <levee/addr.h>

static inline union levee_addr address(const char *text)
{
	union levee_addr a;
	struct in_addr v4;

	if (inet_pton(AF_INET, text, &v4) == 1)
		levee_addr_set_v4(&a, v4.s_addr);
	else
		assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

#endif
