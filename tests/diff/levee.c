/* SPDX-License-Identifier: GPL-2.0 */
/*
 * levee.c - a trace through levee_ingress and levee_egress, one after the other, with the tables emptied before.
 *
 * The service is known and never answers by cookies, no socket exists: what levee knows it has from the segments.
 */
#include <string.h>

#include "diff.h"
#include "tables.h"

static const struct row calm = { .name = "trace", .cookies = LEVEE_COOKIES_NEVER };

/* One connection at a time: small tables are emptied and searched quickly. */
void levee_shape(struct levee_bpf *skel)
{
	static const struct levee_geometry geometry = { .flow_sets = 1, .half_open_sets = 1, .service_sets = 1 };

	tables_resize(skel, &geometry);
}

bool levee_open(struct world *w)
{
	return world_open(w, levee_shape);
}

static struct pair read_pair(const struct world *w)
{
	struct levee_half_open half_open;
	struct levee_flow flow;

	if (world_flow(w, &flow))
		return (struct pair){ .local = flow.end[LEVEE_LOCAL].state,
				      .remote = flow.end[LEVEE_REMOTE].state,
				      .entry = ENTRY_FLOW };
	if (world_half_open(w, &half_open))
		return (struct pair){
			.local = half_open.flags & LEVEE_HO_SYNACK ? LEVEE_TCP_SYN_RECEIVED : LEVEE_TCP_LISTEN,
			.remote = LEVEE_TCP_SYN_SENT,
			.entry = ENTRY_HALF_OPEN,
		};
	return (struct pair){ .local = LEVEE_TCP_CLOSED, .remote = LEVEE_TCP_CLOSED, .entry = ENTRY_NONE };
}

static bool run_passage(struct world *w, const struct trace *t, const struct passage *p)
{
	char words[64], address[48];
	struct segment s = passage_segment(t, p, &w->link, words, address);
	bool ok = p->from == LEVEE_LOCAL ? world_out(w, &s) : world_in_reason(w, &s) >= 0;

	return ok && w->failures == 0;
}

bool levee_run(struct world *w, struct trace *t)
{
	world_reset(w, &calm, t->v6, 0, 0);
	for (unsigned int i = 0; i < t->count; i++) {
		w->step = i + 1;
		if (!run_passage(w, t, &t->passage[i])) {
			fprintf(stderr, "diff: levee, trace %u, %s:\n%s", t->number, t->name, w->complaints);
			return false;
		}
		t->after[i].levee = read_pair(w);
	}
	return true;
}
