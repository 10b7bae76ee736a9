/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mutate.c - levee with one wrong cell in its table of states, and states that were never levee's.
 */
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "mutate.h"
/* After the contract that it uses. */
#include "levee.skel.h"

const struct mutant mutants[] = {
	{ "the ACK of a FIN leaves FIN_WAIT_1", LEVEE_EV_RCVD_ACK_OF_FIN, LEVEE_TCP_FIN_WAIT_1, LEVEE_TCP_FIN_WAIT_1 },
	{ "the ACK of a FIN ends CLOSING", LEVEE_EV_RCVD_ACK_OF_FIN, LEVEE_TCP_CLOSING, LEVEE_TCP_CLOSED },
	{ "a FIN leaves ESTABLISHED", LEVEE_EV_RCVD_FIN, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED },
	{ "a FIN in CLOSE_WAIT is taken for the first", LEVEE_EV_SENT_FIN, LEVEE_TCP_CLOSE_WAIT, LEVEE_TCP_FIN_WAIT_1 },
	{ "data behind a FIN does not take it back", LEVEE_EV_SENT_MORE, LEVEE_TCP_FIN_WAIT_1, LEVEE_TCP_FIN_WAIT_1 },
	{ "RST ends TIME_WAIT", LEVEE_EV_RST, LEVEE_TCP_TIME_WAIT, LEVEE_TCP_CLOSED },
	{ "SYN in SYN_SENT is no simultaneous open", LEVEE_EV_RCVD_SYN, LEVEE_TCP_SYN_SENT, LEVEE_TCP_SYN_SENT },
};

const unsigned int mutant_count = ARRAY_SIZE(mutants);

/* --- a wrong cell */

static const struct mutant *loading;
static bool planted;

/* The table stands in the programs' read-only data, byte for byte. There must be exactly one. */
static uint8_t *find_table(uint8_t *data, size_t size)
{
	uint8_t *found = memmem(data, size, levee_tcp_next, sizeof(levee_tcp_next));

	if (!found || memmem(found + 1, data + size - found - 1, levee_tcp_next, sizeof(levee_tcp_next)))
		return NULL;
	return found;
}

static void plant(struct levee_bpf *skel)
{
	uint8_t *table = find_table((uint8_t *)skel->rodata, bpf_map__value_size(skel->maps.rodata));

	levee_shape(skel);
	planted = table != NULL;
	if (table)
		table[loading->event * LEVEE_TCP_STATE_COUNT + loading->state] = loading->next;
}

bool mutant_open(struct world *w, const struct mutant *m)
{
	loading = m;
	return world_open(w, plant) && planted;
}

bool mutant_found(struct world *w, const struct trace *traces, unsigned int count, unsigned int *by)
{
	struct trace *t = malloc(sizeof(*t));
	bool found = false;

	for (unsigned int i = 0; t && i < count && !found; i++) {
		*t = traces[i];
		*by = i;
		if (levee_run(w, t))
			found = compare(t).finding != FOUND_NOTHING;
	}
	free(t);
	return found;
}

/* --- a wrong state */

/* Pairs that occur, to be put where they do not belong. */
static struct pair draw_pair(struct dice *d)
{
	static const struct pair pairs[] = {
		{ LEVEE_TCP_CLOSED, LEVEE_TCP_CLOSED, ENTRY_NONE },
		{ LEVEE_TCP_LISTEN, LEVEE_TCP_SYN_SENT, ENTRY_HALF_OPEN },
		{ LEVEE_TCP_SYN_RECEIVED, LEVEE_TCP_SYN_SENT, ENTRY_HALF_OPEN },
		{ LEVEE_TCP_SYN_SENT, LEVEE_TCP_CLOSED, ENTRY_FLOW },
		{ LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED, ENTRY_FLOW },
		{ LEVEE_TCP_FIN_WAIT_1, LEVEE_TCP_ESTABLISHED, ENTRY_FLOW },
		{ LEVEE_TCP_ESTABLISHED, LEVEE_TCP_FIN_WAIT_1, ENTRY_FLOW },
		{ LEVEE_TCP_FIN_WAIT_2, LEVEE_TCP_CLOSE_WAIT, ENTRY_FLOW },
		{ LEVEE_TCP_CLOSE_WAIT, LEVEE_TCP_FIN_WAIT_2, ENTRY_FLOW },
		{ LEVEE_TCP_LAST_ACK, LEVEE_TCP_FIN_WAIT_2, ENTRY_FLOW },
		{ LEVEE_TCP_FIN_WAIT_2, LEVEE_TCP_LAST_ACK, ENTRY_FLOW },
		{ LEVEE_TCP_CLOSING, LEVEE_TCP_FIN_WAIT_2, ENTRY_FLOW },
		{ LEVEE_TCP_TIME_WAIT, LEVEE_TCP_CLOSED, ENTRY_FLOW },
		{ LEVEE_TCP_CLOSED, LEVEE_TCP_TIME_WAIT, ENTRY_FLOW },
		{ LEVEE_TCP_TIME_WAIT, LEVEE_TCP_TIME_WAIT, ENTRY_FLOW },
	};

	return pairs[dice_below(d, ARRAY_SIZE(pairs))];
}

/* With a doubtful FIN two pairs may be right; those traces are left out. */
static bool certain(const struct trace *t)
{
	for (unsigned int i = 0; i < t->count; i++)
		if (t->passage[i].credit == CREDIT_DOUBT)
			return false;
	return t->count > 0;
}

void forge_states(struct forgeries *f, const struct trace *t, struct dice *d)
{
	struct trace *copy;
	struct moment *m;
	struct pair right;
	unsigned int step;

	if (!certain(t) || compare(t).finding != FOUND_NOTHING || compare(t).left)
		return;
	copy = malloc(sizeof(*copy));
	*copy = *t;
	step = dice_below(d, t->count);
	m = &copy->after[step];
	right = m->levee;
	m->levee = draw_pair(d);
	if (pair_means(m->levee) != pair_means(right)) {
		struct verdict v = compare(copy);

		f->made++;
		f->noticed += v.finding != FOUND_NOTHING && v.step <= step + 1;
		f->noticed_by_nf += means_same(right, m->nf) && !means_same(m->levee, m->nf);
	}
	free(copy);
}
