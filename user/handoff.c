/* SPDX-License-Identifier: GPL-2.0 */
/*
 * handoff.c - see handoff.h.
 */
#include <stddef.h>

#include <levee/config.h>

#include "errors.h"
#include "handoff.h"
#include "netdev.h"
#include "profile.h"

/* Why a cookie could not become a connection here, and in *remedy what to do; NULL if it can. */
static const char *no_handoff(const char *ifname, bool kernel, const char **remedy)
{
	if (!kernel) {
		*remedy = "Linux 6.9 and later have it";
		return "this kernel lacks bpf_sk_assign_tcp_reqsk";
	}
	if (sysctl_number("net/ipv4/tcp_syncookies", 0, 1) == 0) {
		*remedy = "set it to 1 and attach again";
		return "net.ipv4.tcp_syncookies is 0";
	}
	/* Seen on 6.18, not on 6.12: the socket is lost between the port and the bridge. */
	if (netdev_is_bridge_port(ifname)) {
		*remedy = "attach to the bridge itself";
		return "it is a port of a bridge, on whose way the kernel may lose the connection";
	}
	return NULL;
}

int handoff_choose_cookies(const char *ifname, bool kernel, unsigned int wanted, bool asked, __u32 *cookies)
{
	const char *remedy = NULL, *why = no_handoff(ifname, kernel, &remedy);

	*cookies = wanted;
	if (!why || wanted == LEVEE_COOKIES_NEVER)
		return 0;
	if (asked)
		return failed(EXIT_UNSUPPORTED,
			      "%s: cookies cannot become connections here: %s\n%s, or use --cookies never", ifname, why,
			      remedy);
	*cookies = LEVEE_COOKIES_NEVER;
	note("%s: cookies are off, levee only watches: %s; %s", ifname, why, remedy);
	return 0;
}
