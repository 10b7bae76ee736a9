/* SPDX-License-Identifier: GPL-2.0 */
/*
 * filter.c - reading filters and matching rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "literal.h"
#include "errors.h"
#include "filter.h"
#include "sockets.h"

/* --- ends */

#define ENDS_EXAMPLES "for example 192.0.2.7, 192.0.2.0/24, :443, 192.0.2.7:443 or [2001:db8::/32]:443"

/* The longest that can be right: an address with bits, in brackets, with a port. */
#define ENDS_TEXT_MAX 64

/* Bits of the address as it is stored: those of an IPv4 address come behind ::ffff:0:0/96. */
static void set_mask(union levee_addr *mask, unsigned int bits)
{
	for (unsigned int i = 0; i < sizeof(mask->b); i++) {
		unsigned int here = bits > 8 ? 8 : bits;

		mask->b[i] = 0xff00 >> here;
		bits -= here;
	}
}

static bool parse_bare_address(struct filter_ends *e, const char *text)
{
	if (!address_parse(text, &e->address))
		return false;
	e->family = levee_addr_is_v4(&e->address) ? AF_INET : AF_INET6;
	return true;
}

/* ADDRESS or ADDRESS/BITS. What no connection has, 0.0.0.0 and ::, stands for any address of its family. */
static bool parse_network(struct filter_ends *e, char *text)
{
	static const union levee_addr any6;
	char *slash = strchr(text, '/');
	int most, bits;

	if (slash)
		*slash = '\0';
	if (!parse_bare_address(e, text))
		return false;
	most = e->family == AF_INET ? 32 : 128;
	bits = slash ? digits_parse(slash + 1, most) : most;
	if (bits < 0)
		return false;
	if (!slash && (e->family == AF_INET ? e->address.d[3] == 0 : memcmp(&e->address, &any6, sizeof(any6)) == 0))
		bits = 0;
	set_mask(&e->mask, bits + 128 - most);
	return true;
}

/* [IPV6], [IPV6/BITS], either with :PORT behind it. */
static bool parse_bracketed(struct filter_ends *e, char *text)
{
	char *end = strchr(text, ']');

	if (!end || (end[1] && end[1] != ':'))
		return false;
	*end = '\0';
	return parse_network(e, text + 1) && (!end[1] || port_parse(end + 2, &e->port));
}

/* Two colons make an IPv6 address, one a port. */
static bool parse_ends(struct filter_ends *e, char *text)
{
	char *colon = strchr(text, ':');

	if (text[0] == '[')
		return parse_bracketed(e, text);
	if (!colon && strspn(text, "0123456789") == strlen(text))
		return port_parse(text, &e->port);
	if (!colon || strchr(colon + 1, ':'))
		return parse_network(e, text);
	*colon = '\0';
	return port_parse(colon + 1, &e->port) && (colon == text || parse_network(e, text));
}

static int parse_ends_list(struct filter_ends_list *list, const struct option_list *texts, const char *option)
{
	for (unsigned int i = 0; i < texts->count; i++) {
		struct filter_ends *e = &list->ends[list->count++];
		char text[ENDS_TEXT_MAX];

		if (snprintf(text, sizeof(text), "%s", texts->text[i]) >= (int)sizeof(text) || !parse_ends(e, text))
			return failed(EXIT_USAGE, "%s: \"%s\" is no address, network or port\n" ENDS_EXAMPLES, option,
				      texts->text[i]);
	}
	return 0;
}

static bool ends_match(const struct filter_ends *e, const union levee_addr *addr, __be16 port)
{
	if (e->port && e->port != port)
		return false;
	if (e->family && (e->family == AF_INET) != levee_addr_is_v4(addr))
		return false;
	return !(((addr->w[0] ^ e->address.w[0]) & e->mask.w[0]) | ((addr->w[1] ^ e->address.w[1]) & e->mask.w[1]));
}

static bool list_matches(const struct filter_ends_list *list, const union levee_addr *addr, __be16 port)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (ends_match(&list->ends[i], addr, port))
			return true;
	return !list->count;
}

/* --- states and beginnings */

static int parse_state(__u8 *state, const char *word)
{
	int n = *word ? word_find(&words_state, word) : FIELD_NO_WORD;

	if (n < 0)
		return word_unknown(&words_state, "--state", word, n);
	*state = n;
	return 0;
}

/* STATE, or LOCAL/REMOTE, of which one may be missing. */
static int parse_states(struct filter_states *s, const char *text)
{
	const char *slash = strchr(text, '/');
	char local[32];
	int err;

	s->either = !slash;
	if (!*text || strcmp(text, "/") == 0)
		return failed(EXIT_USAGE, "--state: which?\nfor example ESTABLISHED, or CLOSE_WAIT/FIN_WAIT_2");
	snprintf(local, sizeof(local), "%.*s", slash ? (int)(slash - text) : (int)strlen(text), text);
	err = parse_state(&s->local, local);
	if (err || !slash)
		return err;
	return parse_state(&s->remote, slash + 1);
}

static int parse_states_list(struct filter *f, const struct option_list *texts)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < texts->count; i++)
		err = parse_states(&f->state[f->states++], texts->text[i]);
	return err;
}

static int parse_began(struct filter *f, const struct option_list *texts)
{
	for (unsigned int i = 0; i < texts->count; i++) {
		int n = word_find(&words_began, texts->text[i]);

		if (n < 0)
			return word_unknown(&words_began, "--began", texts->text[i], n);
		f->began |= 1U << n;
	}
	return 0;
}

static bool state_is(__u8 wanted, __u8 state)
{
	return wanted == FIELD_NO_WORD || wanted == state;
}

static bool states_match(const struct filter *f, const __u8 *state)
{
	for (unsigned int i = 0; i < f->states; i++) {
		const struct filter_states *s = &f->state[i];

		if (s->either && (s->local == state[LEVEE_LOCAL] || s->local == state[LEVEE_REMOTE]))
			return true;
		if (!s->either && state_is(s->local, state[LEVEE_LOCAL]) && state_is(s->remote, state[LEVEE_REMOTE]))
			return true;
	}
	return !f->states;
}

/* --- all of it */

int filter_parse(struct filter *f, const struct options *o)
{
	int err;

	memset(f, 0, sizeof(*f));
	f->idle_ms = o->idle_ms;
	err = parse_states_list(f, &o->state);
	if (!err)
		err = parse_ends_list(&f->src, &o->src, "--src");
	if (!err)
		err = parse_ends_list(&f->dst, &o->dst, "--dst");
	if (!err)
		err = parse_ends_list(&f->service, &o->service, "--service");
	return err ? err : parse_began(f, &o->began);
}

bool filter_is_empty(const struct filter *f)
{
	return !(f->states || f->src.count || f->dst.count || f->service.count || f->began || f->idle_ms);
}

bool filter_matches(const struct filter *f, const struct flow_row *row)
{
	const struct levee_tuple *t = &row->tuple;
	bool out = row->began == LEVEE_BEGAN_OUTGOING;

	return row->idle_ms >= f->idle_ms && (!f->began || f->began >> row->began & 1) && states_match(f, row->state) &&
	       list_matches(&f->service, &t->local, t->lport) &&
	       list_matches(out ? &f->dst : &f->src, &t->remote, t->rport) &&
	       list_matches(out ? &f->src : &f->dst, &t->local, t->lport);
}

static bool ends_match_listener(const struct filter_ends *e, const union levee_addr *addr, __be16 port)
{
	if (!socket_is_wildcard(addr))
		return ends_match(e, addr, port);
	/* One on :: may serve both families. */
	return (!e->port || e->port == port) && (!levee_addr_is_v4(addr) || e->family != AF_INET6);
}

static bool list_matches_listener(const struct filter_ends_list *list, const union levee_addr *addr, __be16 port)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (!port || ends_match_listener(&list->ends[i], addr, port))
			return true;
	return !list->count;
}

bool filter_matches_listener(const struct filter *f, const union levee_addr *addr, __be16 port)
{
	return !f->states && !f->src.count && !f->began && list_matches_listener(&f->service, addr, port) &&
	       list_matches_listener(&f->dst, addr, port);
}
