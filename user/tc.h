/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tc.h - levee's two filters on the clsact qdisc, beside those of others.
 */
#ifndef USER_TC_H
#define USER_TC_H

#include <levee/levee.h>

enum tc_direction { TC_INGRESS, TC_EGRESS };

struct tc_filter {
	__u32 priority, handle, prog_id;
};

/* What is on an interface's clsact. */
struct tc_state {
	struct tc_filter ours[2]; /* by tc_direction; prog_id 0: none */
	unsigned int ours_count[2];
	unsigned int others;	     /* filters of others, both directions */
	unsigned int others_first;   /* of these, on ingress with a lower priority number than ours */
};

/* The qdisc where filters hang. The older ingress qdisc takes the place of clsact but has no egress. */
enum tc_qdisc { TC_QDISC_NONE, TC_QDISC_CLSACT, TC_QDISC_INGRESS };

/* All negative errno. */
int tc_inspect(unsigned int ifindex, struct tc_state *state);
int tc_qdisc(unsigned int ifindex);
int tc_make_clsact(unsigned int ifindex);
int tc_remove_clsact(unsigned int ifindex);
int tc_attach(unsigned int ifindex, enum tc_direction direction, int prog_fd, struct tc_filter *filter);

/* Puts another program in the place of a filter's, which is named by priority and handle: every packet meets one of the two. */
int tc_replace(unsigned int ifindex, enum tc_direction direction, int prog_fd, const struct tc_filter *filter);

/* Removes every filter of levee; returns how many, or a negative errno. */
int tc_detach_ours(unsigned int ifindex);

#endif
