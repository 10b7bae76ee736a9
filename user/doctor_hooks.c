/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doctor_hooks.c - checks of who else is on the interface's XDP and TC hooks.
 */
#include <string.h>

#include "doctor.h"
#include "tc.h"
#include "words.h"

static void hook_of_ours(struct doctor *d)
{
	const struct xdp_state *x = &d->xdp;

	if (!d->attached)
		WARN(d,
		     "levee is attached (%s), but this levee cannot read its tables: another version, or pins elsewhere\n"
		     "levee status %s says which; where LEVEE_BPFFS was set at attach, set it again",
		     word_xdp_mode(x->flags), d->ifname);
	else if (x->chain_position > 1)
		NOTE(d,
		     "levee is attached (%s), but %u other XDP program%s before it: what they take levee does not see\n"
		     "xdp-loader status %s shows them, and their order",
		     word_xdp_mode(x->flags), x->chain_position - 1, x->chain_position == 2 ? " runs" : "s run",
		     d->ifname);
	else
		OK(d, "levee is attached (%s)", word_xdp_mode(x->flags));
}

void check_hook(struct doctor *d)
{
	const struct xdp_state *x = &d->xdp;

	if (d->xdp_err)
		WARN(d, "asking for the interface's XDP program failed: %s", strerror(-d->xdp_err));
	else if (x->nameless)
		WARN(d, "an XDP program is on the interface; its name can only be read by root");
	else if (x->ours_id)
		hook_of_ours(d);
	else if (x->others && !x->dispatcher)
		FAILED(d,
		       "the XDP program \"%s\" is on the interface, and not in libxdp's dispatcher: nothing can run beside it\n"
		       "ip link set dev %s xdp off",
		       x->other_name, d->ifname);
	else if (x->others)
		OK(d, "%u other XDP program%s in libxdp's dispatcher: levee can run beside", x->others,
		   x->others == 1 ? "" : "s");
	else
		OK(d, "no XDP program is on the interface");
}

void check_tc(struct doctor *d)
{
	struct tc_state tc;
	int err = tc_inspect(d->link.ifindex, &tc);

	if (err)
		WARN(d, "listing the TC filters failed: %s", strerror(-err));
	else if (tc_qdisc(d->link.ifindex) == TC_QDISC_INGRESS)
		FAILED(d,
		       "an \"ingress\" qdisc is on this interface; levee needs \"clsact\", which does the same and egress too\n"
		       "tc qdisc del dev %s ingress; tc qdisc add dev %s clsact; then add its filters again",
		       d->ifname, d->ifname);
	else if (tc.others_first)
		WARN(d,
		     "another TC filter comes before levee's on ingress: where it ends with anything but \"continue\", cookies "
		     "do not become connections\nsee tc filter show dev %s ingress",
		     d->ifname);
	else if (tc.others && !tc.ours_count[TC_INGRESS])
		NOTE(d,
		     "%u TC filter%s of others: levee's comes first if priority 1 is free, else behind them\n"
		     "see tc filter show dev %s ingress; one that ends with anything but \"continue\" keeps packets from levee",
		     tc.others, tc.others == 1 ? "" : "s", d->ifname);
	else
		OK(d, "%u TC filter%s of others", tc.others, tc.others == 1 ? "" : "s");
}
