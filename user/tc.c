/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tc.c - clsact and its filters. libbpf attaches and detaches; the lists are read by netlink, since a
 * filter must be found by its name when nothing but the interface is known.
 */
#include <errno.h>
#include <string.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <bpf/libbpf.h>

#include "netlink.h"
#include "tc.h"

/* libbpf names a filter "program:[id]" */
static const char *const filter_name[] = { [TC_INGRESS] = "levee_accept:[", [TC_EGRESS] = "levee_egress:[" };
static const enum bpf_tc_attach_point hook_point[] = { [TC_INGRESS] = BPF_TC_INGRESS, [TC_EGRESS] = BPF_TC_EGRESS };

struct listing {
	struct tc_state *state;
	enum tc_direction direction;
	unsigned int lowest_other; /* priority */
};

static __u32 parent_of(enum tc_direction direction)
{
	return TC_H_MAKE(TC_H_CLSACT, direction == TC_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
}

/* The name and program of a cls_bpf filter. */
static void read_bpf_options(const struct nlattr *options, const char **name, __u32 *id)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested(attr, options) {
		if (mnl_attr_get_type(attr) == TCA_BPF_NAME)
			*name = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == TCA_BPF_ID)
			*id = mnl_attr_get_u32(attr);
	}
}

static int take_filter(const struct nlmsghdr *nl, void *arg)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nl);
	struct listing *l = arg;
	struct tc_filter filter = { .priority = TC_H_MAJ(tc->tcm_info) >> 16, .handle = tc->tcm_handle };
	const char *kind = "", *name = "";
	struct nlattr *attr;

	mnl_attr_for_each(attr, nl, sizeof(*tc)) {
		if (mnl_attr_get_type(attr) == TCA_KIND)
			kind = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == TCA_OPTIONS && strcmp(kind, "bpf") == 0)
			read_bpf_options(attr, &name, &filter.prog_id);
	}
	/* Handle 0 is the line of the filter's chain, not a filter. */
	if (tc->tcm_handle == 0)
		return MNL_CB_OK;
	if (strncmp(name, filter_name[l->direction], strlen(filter_name[l->direction])) == 0) {
		l->state->ours[l->direction] = filter;
		l->state->ours_count[l->direction]++;
		return MNL_CB_OK;
	}
	l->state->others++;
	if (filter.priority < l->lowest_other)
		l->lowest_other = filter.priority;
	return MNL_CB_OK;
}

static int list_filters(unsigned int ifindex, struct listing *l)
{
	char buffer[NETLINK_REQUEST];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct tcmsg *tc;
	int err;

	request->nlmsg_type = RTM_GETTFILTER;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	tc = mnl_nlmsg_put_extra_header(request, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = ifindex;
	tc->tcm_parent = parent_of(l->direction);
	err = netlink_ask(NETLINK_ROUTE, request, take_filter, l);
	/* No such qdisc: no filter. */
	return err == -EINVAL || err == -ENOENT || err == -EOPNOTSUPP ? 0 : err;
}

int tc_inspect(unsigned int ifindex, struct tc_state *state)
{
	struct listing l = { .state = state, .direction = TC_EGRESS };
	int err;

	memset(state, 0, sizeof(*state));
	err = list_filters(ifindex, &l);
	if (err)
		return err;
	l.direction = TC_INGRESS;
	l.lowest_other = ~0U;
	err = list_filters(ifindex, &l);
	state->others_first = state->ours[TC_INGRESS].prog_id && l.lowest_other < state->ours[TC_INGRESS].priority;
	return err;
}

struct qdisc_search {
	unsigned int ifindex;
	enum tc_qdisc found;
};

static int take_qdisc(const struct nlmsghdr *nl, void *arg)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nl);
	struct qdisc_search *search = arg;
	struct nlattr *attr;

	if (tc->tcm_ifindex != (int)search->ifindex)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nl, sizeof(*tc)) {
		if (mnl_attr_get_type(attr) != TCA_KIND)
			continue;
		if (strcmp(mnl_attr_get_str(attr), "clsact") == 0)
			search->found = TC_QDISC_CLSACT;
		else if (strcmp(mnl_attr_get_str(attr), "ingress") == 0)
			search->found = TC_QDISC_INGRESS;
	}
	return MNL_CB_OK;
}

int tc_qdisc(unsigned int ifindex)
{
	struct qdisc_search search = { .ifindex = ifindex };
	char buffer[NETLINK_REQUEST];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct tcmsg *tc;
	int err;

	request->nlmsg_type = RTM_GETQDISC;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	tc = mnl_nlmsg_put_extra_header(request, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = ifindex;
	err = netlink_ask(NETLINK_ROUTE, request, take_qdisc, &search);
	return err ? err : (int)search.found;
}

int tc_make_clsact(unsigned int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	return bpf_tc_hook_create(&hook);
}

int tc_remove_clsact(unsigned int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	return bpf_tc_hook_destroy(&hook);
}

int tc_attach(unsigned int ifindex, enum tc_direction direction, int prog_fd, struct tc_filter *filter)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = hook_point[direction]);
	LIBBPF_OPTS(bpf_tc_opts, first, .prog_fd = prog_fd, .priority = 1, .handle = 1);
	LIBBPF_OPTS(bpf_tc_opts, later, .prog_fd = prog_fd);
	struct bpf_tc_opts *taken = &first;
	int err = bpf_tc_attach(&hook, &first);

	if (err) {
		taken = &later;
		err = bpf_tc_attach(&hook, &later);
	}
	if (!err)
		*filter = (struct tc_filter){ taken->priority, taken->handle, taken->prog_id };
	return err;
}

int tc_replace(unsigned int ifindex, enum tc_direction direction, int prog_fd, const struct tc_filter *filter)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = hook_point[direction]);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .priority = filter->priority, .handle = filter->handle,
		    .flags = BPF_TC_F_REPLACE);

	return bpf_tc_attach(&hook, &opts);
}

static int detach_one(unsigned int ifindex, enum tc_direction direction, const struct tc_filter *filter)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = hook_point[direction]);
	LIBBPF_OPTS(bpf_tc_opts, opts, .priority = filter->priority, .handle = filter->handle);

	return bpf_tc_detach(&hook, &opts);
}

int tc_detach_ours(unsigned int ifindex)
{
	struct tc_state state;
	int err = tc_inspect(ifindex, &state), removed = 0;

	/* An inspection shows one filter per direction; an interrupted attach may have left more. */
	while (!err && (state.ours_count[TC_INGRESS] || state.ours_count[TC_EGRESS])) {
		for (int d = TC_INGRESS; !err && d <= TC_EGRESS; d++) {
			if (!state.ours_count[d])
				continue;
			err = detach_one(ifindex, d, &state.ours[d]);
			removed += !err;
		}
		if (!err)
			err = tc_inspect(ifindex, &state);
	}
	return err ? err : removed;
}
