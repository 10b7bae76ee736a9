/* SPDX-License-Identifier: GPL-2.0 */
/*
 * handoff.h - can a cookie that comes back become a connection here? Where it cannot, none is sent.
 */
#ifndef USER_HANDOFF_H
#define USER_HANDOFF_H

#include <stdbool.h>
#include <linux/types.h>

/*
 * Which enum levee_cookies holds on this interface if `wanted` was wished for. `kernel`: it has bpf_sk_assign_tcp_reqsk.
 * Where an answered cookie would end in a RST levee only watches; if somebody `asked` for cookies, it refuses.
 */
int handoff_choose_cookies(const char *ifname, bool kernel, unsigned int wanted, bool asked, __u32 *cookies);

#endif
