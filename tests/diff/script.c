/* SPDX-License-Identifier: GPL-2.0 */
/*
 * script.c - from a script to a trace, and whether both trackers held what it says.
 */
#include <string.h>

#include "compare.h"
#include "script.h"

static struct passage absolute(const struct line *l, const uint32_t isn[2])
{
	struct passage p = l->p;

	p.seq = l->numberless ? 0 : p.seq + isn[p.from];
	if (p.flags & F_ACK)
		p.ack += isn[!p.from];
	p.window = l->closed ? 0 : p.window ? p.window : 64240;
	if (!(p.flags & F_SYN) || !p.mss)
		p.wscale = NO_WSCALE;
	return p;
}

void script_trace(struct trace *t, const struct script *s, uint32_t number, uint32_t local_isn, uint32_t remote_isn)
{
	memset(t, 0, sizeof(*t));
	snprintf(t->name, sizeof(t->name), "%s", s->name);
	t->number = number;
	t->v6 = number & 1;
	t->isn[LEVEE_LOCAL] = local_isn;
	t->isn[LEVEE_REMOTE] = remote_isn;
	for (const struct line *l = s->lines; l->kind != LINE_END; l++)
		if (l->kind == LINE_SEGMENT)
			t->passage[t->count++] = absolute(l, t->isn);
}

static bool same_pair(struct pair a, struct pair b)
{
	if (a.local == LEVEE_TCP_CLOSED && a.remote == LEVEE_TCP_CLOSED)
		return b.local == LEVEE_TCP_CLOSED && b.remote == LEVEE_TCP_CLOSED;
	return a.local == b.local && a.remote == b.remote &&
	       (a.entry == ENTRY_HALF_OPEN) == (b.entry == ENTRY_HALF_OPEN);
}

static bool check_states(const struct trace *t, const struct line *l, unsigned int step, char *why, size_t size)
{
	const struct moment *m = &t->after[step - 1];

	if (!same_pair(m->levee, l->levee))
		snprintf(why, size, "after segment %u levee holds %s, %s; wanted %s, %s", step,
			 state_name(m->levee.local), state_name(m->levee.remote), state_name(l->levee.local),
			 state_name(l->levee.remote));
	else if (m->nf != l->nf)
		snprintf(why, size, "after segment %u nf holds %s; wanted %s", step, nf_name(m->nf), nf_name(l->nf));
	else
		return true;
	return false;
}

/* The rules of this name, or of these names joined by " + ". All bits where one is misspelt. */
static uint64_t rules_of(const char *names)
{
	uint64_t found = 0;

	while (names && *names) {
		size_t len = strstr(names, " + ") ? (size_t)(strstr(names, " + ") - names) : strlen(names);
		unsigned int r = 0;

		while (r < rule_count && (strlen(rules[r].name) != len || strncmp(rules[r].name, names, len)))
			r++;
		if (r == rule_count)
			return UINT64_MAX;
		found |= 1ULL << r;
		names += len;
		names += *names ? 3 : 0;
	}
	return found;
}

/* Exactly the rules that the script names, or none. */
static bool check_rules(const struct script *s, const struct verdict *v, char *why, size_t size)
{
	if (v->finding != FOUND_NOTHING)
		snprintf(why, size, "segment %u: %s", v->step + 1, finding_text(v->finding));
	else if (v->rules != rules_of(s->rules))
		snprintf(why, size, "differences are claimed by other rules than \"%s\"", s->rules ? s->rules : "none");
	else
		return true;
	return false;
}

bool script_check(const struct trace *t, const struct script *s, char *why, size_t size)
{
	struct verdict verdict = compare(t);
	unsigned int step = 0;

	for (const struct line *l = s->lines; l->kind != LINE_END; l++) {
		step += l->kind == LINE_SEGMENT;
		if (l->kind == LINE_STATES && !check_states(t, l, step, why, size))
			return false;
	}
	return check_rules(s, &verdict, why, size);
}
