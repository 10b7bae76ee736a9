/* SPDX-License-Identifier: GPL-2.0 */
/*
 * summary.c - see summary.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "clock.h"
#include "output.h"
#include "summary.h"
#include "words.h"

/* --- groups */

/* FNV-1a: there are few groups, and nobody gains by making them meet. */
static size_t hash(const union levee_addr *addr, __be16 port, bool outgoing)
{
	__u64 h = 0xcbf29ce484222325ULL ^ (__u64)port << 1 ^ outgoing;

	for (size_t i = 0; i < sizeof(addr->b); i++)
		h = (h ^ addr->b[i]) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

/* The group of this key, or the unused place where it would be. */
static struct summary_group *find(const struct summary *s, const union levee_addr *addr, __be16 port, bool outgoing)
{
	size_t i = hash(addr, port, outgoing);

	for (;; i++) {
		struct summary_group *g = &s->group[i & (s->room - 1)];

		if (!g->used || (g->port == port && g->outgoing == outgoing && !memcmp(&g->addr, addr, sizeof(*addr))))
			return g;
	}
}

static int grow(struct summary *s)
{
	struct summary larger = *s;

	larger.room = s->room ? 2 * s->room : 256;
	larger.group = calloc(larger.room, sizeof(*larger.group));
	if (!larger.group)
		return -ENOMEM;
	for (size_t i = 0; i < s->room; i++)
		if (s->group[i].used)
			*find(&larger, &s->group[i].addr, s->group[i].port, s->group[i].outgoing) = s->group[i];
	free(s->group);
	*s = larger;
	return 0;
}

/* The group of this key, made if it is not there. NULL: out of memory. */
static struct summary_group *group_of(struct summary *s, const union levee_addr *addr, __be16 port, bool outgoing)
{
	struct summary_group *g;

	if (2 * (s->groups + 1) > s->room && grow(s))
		return NULL;
	g = find(s, addr, port, outgoing);
	if (g->used)
		return g;
	*g = (struct summary_group){ .addr = *addr, .port = port, .outgoing = outgoing, .used = true };
	s->groups++;
	return g;
}

int summary_know(struct summary *s, const union levee_addr *addr, __be16 port)
{
	return group_of(s, addr, port, false) ? 0 : -ENOMEM;
}

static bool is_outgoing(const struct summary *s, const struct flow_row *row)
{
	if (row->began == LEVEE_BEGAN_ADOPTED)
		return !s->room || !find(s, &row->tuple.local, row->tuple.lport, false)->used;
	return row->began == LEVEE_BEGAN_OUTGOING;
}

int summary_add(struct summary *s, const struct flow_row *row)
{
	static const union levee_addr none;
	const struct levee_tuple *t = &row->tuple;
	bool outgoing = is_outgoing(s, row);
	struct summary_group *g = group_of(s, outgoing ? &none : &t->local, outgoing ? t->rport : t->lport, outgoing);

	if (!g)
		return -ENOMEM;
	s->count++;
	s->half_open += row->half_open;
	g->count++;
	g->half_open += row->half_open;
	for (int side = 0; side < 2; side++) {
		s->bytes[side] += row->bytes[side];
		g->bytes[side] += row->bytes[side];
	}
	if (row->state[0] < LEVEE_TCP_STATE_COUNT && row->state[1] < LEVEE_TCP_STATE_COUNT)
		s->states[row->state[LEVEE_LOCAL]][row->state[LEVEE_REMOTE]]++;
	return 0;
}

void summary_free(struct summary *s)
{
	free(s->group);
	s->group = NULL;
}

/* --- the model */

struct pair {
	__u64 count;
	unsigned int local, remote;
};

static int by_pair_count(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->local != y->local ? (int)(x->local - y->local) : (int)(x->remote - y->remote);
}

static json_t *states_model(const struct summary *s)
{
	struct pair pair[LEVEE_TCP_STATE_COUNT * LEVEE_TCP_STATE_COUNT];
	json_t *list = json_array();
	unsigned int n = 0;

	for (unsigned int l = 0; l < LEVEE_TCP_STATE_COUNT; l++)
		for (unsigned int r = 0; r < LEVEE_TCP_STATE_COUNT; r++)
			if (s->states[l][r])
				pair[n++] = (struct pair){ s->states[l][r], l, r };
	qsort(pair, n, sizeof(pair[0]), by_pair_count);
	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:I}", "state_local", word_of(&words_state, pair[i].local),
						"state_remote", word_of(&words_state, pair[i].remote), "count",
						(json_int_t)pair[i].count));
	return list;
}

/* Used ones first, the largest of them first; equals by port and address. */
static int by_group_count(const void *a, const void *b)
{
	const struct summary_group *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->port != y->port)
		return ntohs(x->port) - ntohs(y->port);
	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

static json_t *group_model(const struct summary_group *g)
{
	char endpoint[64];

	return json_pack("{s:s*, s:i, s:I, s:I, s:I, s:I}", "service",
			 g->outgoing ? NULL : text_endpoint(endpoint, &g->addr, g->port), "port", ntohs(g->port),
			 "count", (json_int_t)g->count, "half_open", (json_int_t)g->half_open, "bytes_in",
			 (json_int_t)g->bytes[LEVEE_REMOTE], "bytes_out", (json_int_t)g->bytes[LEVEE_LOCAL]);
}

/* Of one kind. `more` is how many groups the limit left out. */
static json_t *groups_model(const struct summary *s, bool outgoing, unsigned int limit, __u64 *more)
{
	json_t *list = json_array();

	*more = 0;
	for (size_t i = 0; i < s->room && s->group[i].count; i++) {
		if (s->group[i].outgoing != outgoing)
			continue;
		if (limit && json_array_size(list) == limit)
			++*more;
		else
			json_array_append_new(list, group_model(&s->group[i]));
	}
	return list;
}

json_t *summary_model(struct summary *s, const char *ifname, unsigned int limit)
{
	__u64 more_services, more_outgoing;
	json_t *services, *outgoing;

	if (s->room)
		qsort(s->group, s->room, sizeof(*s->group), by_group_count);
	services = groups_model(s, false, limit, &more_services);
	outgoing = groups_model(s, true, limit, &more_outgoing);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:o, s:I}", "schema",
			 "levee.flows.summary/1", "interface", ifname, "time_unix_ms", (json_int_t)clock_unix_ms(),
			 "connections", (json_int_t)s->read, "matched", (json_int_t)s->count, "half_open",
			 (json_int_t)s->half_open, "bytes_in", (json_int_t)s->bytes[LEVEE_REMOTE], "bytes_out",
			 (json_int_t)s->bytes[LEVEE_LOCAL], "states", states_model(s), "services", services,
			 "services_left_out", (json_int_t)more_services, "outgoing", outgoing, "outgoing_left_out",
			 (json_int_t)more_outgoing);
}

/* --- text */

static void render_head(const json_t *doc, FILE *to)
{
	long long all = model_number(doc, "connections"), count = model_number(doc, "matched");

	fprintf(to, "%s: ", model_text(doc, "interface"));
	if (count != all)
		fprintf(to, "%lld of ", count);
	fprintf(to, "%lld connection%s, %lld half-open\n", all, all == 1 ? "" : "s", model_number(doc, "half_open"));
}

static void render_states(const json_t *states, FILE *to)
{
	const json_t *pair;
	size_t i;

	if (json_array_size(states))
		fprintf(to, "\n%-14s %-14s %10s\n", "local end", "remote end", "count");
	json_array_foreach(states, i, pair)
		fprintf(to, "%-14s %-14s %10lld\n", model_text(pair, "state_local"), model_text(pair, "state_remote"),
			model_number(pair, "count"));
}

#define NAME_WIDTH 28

static void render_group(const char *name, const json_t *g, FILE *to)
{
	char in[8], out[8];

	/* A long IPv6 address has a line of its own, so that the columns hold. */
	if (strlen(name) > NAME_WIDTH)
		fprintf(to, "%s\n", name);
	fprintf(to, "%-*s %10lld %10lld %10s %10s\n", NAME_WIDTH, strlen(name) > NAME_WIDTH ? "" : name,
		model_number(g, "count"), model_number(g, "half_open"), output_short(in, model_number(g, "bytes_in")),
		output_short(out, model_number(g, "bytes_out")));
}

static void render_groups(const char *title, const json_t *groups, long long left_out, FILE *to)
{
	const json_t *g;
	size_t i;

	if (!json_array_size(groups))
		return;
	fprintf(to, "\n%-*s %10s %10s %10s %10s\n", NAME_WIDTH, title, "count", "half-open", "bytes in", "out");
	json_array_foreach(groups, i, g) {
		char port[32];

		snprintf(port, sizeof(port), "to port %lld", model_number(g, "port"));
		render_group(json_object_get(g, "service") ? model_text(g, "service") : port, g, to);
	}
	if (left_out)
		fprintf(to, "and %lld more; --limit %lld shows them\n", left_out, left_out + (long long)i);
}

void summary_render(const json_t *doc, FILE *to)
{
	render_head(doc, to);
	render_states(json_object_get(doc, "states"), to);
	render_groups("service", json_object_get(doc, "services"), model_number(doc, "services_left_out"), to);
	render_groups("outgoing", json_object_get(doc, "outgoing"), model_number(doc, "outgoing_left_out"), to);
}
