/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trial.h - a second instance of levee's programs, run on one packet. Its maps are its own: settings, secrets, services and
 * counts as the attached levee has them at this moment, and of the tables of connections the one set that a connection's
 * hash leads to. What the packet does there, it would do in the attached ones, which are only read.
 */
#ifndef USER_TRIAL_H
#define USER_TRIAL_H

#include <levee/stats.h>

#include "flows.h"
#include "services.h"

struct levee_bpf;

/* What the instance's tables say of the connection and of its service. */
struct trial_state {
	bool has_flow, has_half_open;
	struct flow_row flow, half_open;
	struct levee_runtime runtime;
	struct service_list *services;
	const struct levee_service *service, *owner; /* in services; NULL: no such service */
};

struct trial {
	const struct maps *attached;
	struct maps view; /* the instance's own maps, for everything that reads maps */
	struct levee_bpf *skel;
	struct levee_hash_key hash_key;
	struct levee_tuple tuple;
	bool out;  /* a packet that this host sends: levee_egress, else levee_ingress */
	bool same_build; /* the attached program is this binary's, instruction by instruction */
	__u32 verdict;  /* of the program: XDP_*, or TC_ACT_* */
	struct levee_stats stats; /* what the packet has added */
};

/* 0, or an exit code after failed(). trial_close() is right after any answer. */
int trial_open(struct trial *t, const struct maps *attached, const struct levee_tuple *tuple, bool out);
void trial_close(struct trial *t);

/*
 * Runs the program on one frame; once, as it changes the state. The frame comes back as the program leaves it: `bytes` has
 * room for it. Negative errno.
 */
int trial_run(struct trial *t, void *bytes, unsigned int len);

/* Negative errno. trial_state_free() is right after any answer. */
int trial_state(const struct trial *t, struct trial_state *state);
void trial_state_free(struct trial_state *state);

/* The entries themselves; false if there is none. */
bool trial_flow(const struct trial *t, struct levee_flow *flow);
bool trial_half_open(const struct trial *t, struct levee_half_open *entry);

/* The one reason that was counted; negative where there is none, as for a packet that leaves. */
int trial_reason(const struct trial *t);

#define close_trial __attribute__((cleanup(trial_close)))
#define free_trial_state __attribute__((cleanup(trial_state_free)))

#endif
