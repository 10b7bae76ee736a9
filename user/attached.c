/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attached.c - see attached.h.
 */
#include <stdio.h>
#include <string.h>
#include <net/if.h>

#include "attached.h"
#include "errors.h"
#include "share.h"

int attached_none(const struct place *place)
{
	int elsewhere = place_elsewhere(place);

	if (place_hidden(place))
		return failed(EXIT_UNSUPPORTED,
			      "not permitted to look into %s\n"
			      "run levee as root, or as a member of the group \"%s\" (which is let in at attach)",
			      place->root, share_group());
	if (!place->root[0])
		return failed(EXIT_NOTHING,
			      "no bpffs can be seen from here, so levee cannot be found\n"
			      "if it was attached with LEVEE_BPFFS set, or outside of a namespace, look there");
	if (elsewhere)
		return failed(EXIT_NOTHING,
			      "levee is attached to no interface of this network namespace, but to %d in others\n"
			      "run \"ip netns exec NAME levee status\"",
			      elsewhere);
	return failed(EXIT_NOTHING, "levee is attached to no interface\n\"levee attach IFACE\" attaches it");
}

struct search {
	unsigned int preferred, found;
	bool sure; /* the preferred one is among them */
	char *ifname;
};

static int visit(const char *ifname, void *arg)
{
	struct search *s = arg;

	s->found++;
	if (s->sure)
		return 0;
	s->sure = s->preferred && if_nametoindex(ifname) == s->preferred;
	snprintf(s->ifname, LEVEE_IFNAME_MAX, "%s", ifname);
	return 0;
}

int attached_only(unsigned int preferred, char ifname[LEVEE_IFNAME_MAX])
{
	struct search s = { .preferred = preferred, .ifname = ifname };
	struct place place;
	int err = place_find(&place, NULL, false);

	ifname[0] = '\0';
	if (err)
		return err;
	place_each(&place, visit, &s);
	if (!s.found)
		return attached_none(&place);
	if (s.found > 1 && !s.sure)
		return failed(EXIT_USAGE, "levee is attached to %u interfaces: which one?\n\"levee status\" lists them",
			      s.found);
	return 0;
}
