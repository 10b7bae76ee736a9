/* SPDX-License-Identifier: GPL-2.0 */
/*
 * why_packet.c - which packet is meant: what the command line says of it, and what a known connection says of the rest.
 */
#include <arpa/inet.h>
#include <string.h>

#include "attached.h"
#include "literal.h"
#include "errors.h"
#include "link.h"
#include "route.h"
#include "why.h"

/* What a Linux client asks for, and the windows that it grants. */
#define SYN_OPTIONS (LEVEE_OPT_MSS | LEVEE_OPT_SACK | LEVEE_OPT_TS | LEVEE_OPT_WSCALE)
#define SYN_WSCALE 7
#define SYN_WINDOW 64240
#define LATER_WINDOW 502
#define MSS_V4 1460
#define MSS_V6 1440

/* Of a SYN on a flow that is there: another connection's number, beyond what the old one has sent. */
#define ISN_STEP 0x10000

static int parse_end(const char *text, const char *which, union levee_addr *addr, __be16 *port)
{
	if (endpoint_parse(text, addr, port))
		return 0;
	return failed(EXIT_USAGE, "%s: \"%s\" is no address and port\nfor example 192.0.2.7:443 or [2001:db8::7]:443",
		      which, text);
}

static int parse_ends(struct why *w, const char *const *text)
{
	struct frame *p = &w->packet;
	int err = parse_end(text[0], "SRC", &p->from, &p->port_from);

	if (!err)
		err = parse_end(text[1], "DST", &p->to, &p->port_to);
	if (!err && levee_addr_is_v4(&p->from) != levee_addr_is_v4(&p->to))
		return failed(EXIT_USAGE, "%s and %s: one is IPv4, the other IPv6", text[0], text[1]);
	return err;
}

static int parse_flags(struct why *w)
{
	const struct option_list *given = &w->options->flags;

	w->packet.flags = TCP_SYN;
	if (given->count > 1)
		return failed(EXIT_USAGE, "--flags: given more than once");
	if (given->count && !flags_parse(given->text[0], &w->packet.flags))
		return failed(EXIT_USAGE,
			      "--flags: \"%s\" has other letters than S A F R P U E C\nfor example S, SA, A, PA, FA, R",
			      given->text[0]);
	return 0;
}

static int parse_options(struct why *w)
{
	const struct option_list *given = &w->options->tcp_options;

	if (given->count > 1)
		return failed(EXIT_USAGE, "--options: given more than once");
	if (given->count && !frame_options_parse(given->text[0], &w->packet))
		return failed(
			EXIT_USAGE,
			"--options: \"%s\" is not such a list, or does not fit a header\nfor example mss=1460,sack,ts=1:0,wscale=7",
			given->text[0]);
	return 0;
}

/* The interface that is named; else the only one; else the one that leads to the other end. */
static int choose_interface(struct why *w, const char *named)
{
	const struct frame *p = &w->packet;
	struct route route;

	if (named) {
		if (snprintf(w->ifname, sizeof(w->ifname), "%s", named) >= (int)sizeof(w->ifname))
			return failed(EXIT_USAGE, "%s: no interface has so long a name", named);
		return 0;
	}
	if (route_to(w->out ? &p->to : &p->from, &route))
		route.ifindex = 0;
	return attached_only(route.ifindex, w->ifname);
}

/* In, unless only the source is this host's. */
static void choose_direction(struct why *w)
{
	const struct frame *p = &w->packet;
	bool to_us = address_is_local(&p->to);

	w->out = !to_us && address_is_local(&p->from);
	w->local_is_ours = to_us || w->out;
	w->tuple = (struct levee_tuple){
		.local = w->out ? p->from : p->to,
		.remote = w->out ? p->to : p->from,
		.lport = w->out ? p->port_from : p->port_to,
		.rport = w->out ? p->port_to : p->port_from,
	};
}

int why_packet_parse(struct why *w)
{
	const char *const *argument = w->options->argument;
	bool named = w->options->arguments == 3;
	int err = parse_ends(w, argument + named);

	if (!err)
		err = parse_flags(w);
	if (!err)
		err = parse_options(w);
	if (err)
		return err;
	w->packet.payload = w->options->data;
	choose_direction(w);
	return choose_interface(w, named ? argument[0] : NULL);
}

/* --- what was not given */

static bool is_syn(const struct frame *p)
{
	return (p->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* What the end that sends it, and its peer, have said so far. */
static void number_by_flow(struct frame *p, const struct levee_end *end, const struct levee_end *peer)
{
	p->seq = end->seq_end + (is_syn(p) ? ISN_STEP : 0);
	p->ack = peer->seq_end;
	if (end->flags & LEVEE_END_TS && !(p->flags & (TCP_SYN | TCP_RST))) {
		p->options |= LEVEE_OPT_TS;
		p->tsval = end->ts_recent;
		p->tsecr = peer->ts_recent;
	}
}

/* The client repeats its SYN or completes the handshake. */
static void number_of_client(struct frame *p, const struct levee_half_open *h)
{
	bool syn = p->flags & TCP_SYN;

	p->seq = h->client_isn + !syn;
	p->ack = h->server_isn + 1;
	if (!syn || !(h->flags & LEVEE_HO_CLIENT_KNOWN))
		return;
	p->options = h->options & ~(LEVEE_OPT_ECN | LEVEE_OPT_SIGNED);
	p->wscale = h->wscale;
}

static void number_of_server(struct frame *p, const struct levee_half_open *h)
{
	p->seq = h->server_isn + !(p->flags & TCP_SYN);
	p->ack = h->client_isn + 1;
}

static void number_by_tables(struct why *w)
{
	struct frame *p = &w->packet;
	struct levee_half_open h;
	struct levee_flow f;

	w->numbers = NUMBERS_EXPECTED;
	if (trial_flow(&w->trial, &f)) {
		number_by_flow(p, &f.end[w->out ? LEVEE_LOCAL : LEVEE_REMOTE],
			       &f.end[w->out ? LEVEE_REMOTE : LEVEE_LOCAL]);
		if (is_syn(p))
			w->numbers = NUMBERS_ANY;
	} else if (trial_half_open(&w->trial, &h)) {
		if (w->out)
			number_of_server(p, &h);
		else
			number_of_client(p, &h);
	} else {
		p->seq = 1;
		p->ack = 1;
		w->numbers = NUMBERS_ANY;
	}
}

static void offer_usual_options(struct frame *p)
{
	p->options = SYN_OPTIONS;
	p->wscale = SYN_WSCALE;
	p->tsval = 1;
}

static void take_given(struct why *w, const struct frame *given)
{
	const struct options *o = w->options;
	struct frame *p = &w->packet;

	if (o->tcp_options.count) {
		p->options = given->options;
		p->mss = given->mss;
		p->wscale = given->wscale;
		p->tsval = given->tsval;
		p->tsecr = given->tsecr;
	}
	if (options_given(o, "seq"))
		p->seq = o->seq;
	if (options_given(o, "ack"))
		p->ack = o->ack;
	if (options_given(o, "seq") && (options_given(o, "ack") || !(p->flags & TCP_ACK)))
		w->numbers = NUMBERS_GIVEN;
}

static void address_frame(struct why *w)
{
	/* Of nobody: locally administered. */
	static const unsigned char nobody[6] = { 0x02, 0, 0, 0, 0, 0xfe };
	struct frame *p = &w->packet;
	struct link_info link;

	link_read(w->trial.attached->meta.ifindex, &link);
	memcpy(w->out ? p->mac_from : p->mac_to, link.mac, sizeof(link.mac));
	memcpy(w->out ? p->mac_to : p->mac_from, nobody, sizeof(nobody));
}

void why_packet_number(struct why *w)
{
	struct frame *p = &w->packet, given = *p;

	p->options = 0;
	p->mss = levee_addr_is_v4(&p->from) ? MSS_V4 : MSS_V6;
	p->window = p->flags & TCP_SYN ? SYN_WINDOW : LATER_WINDOW;
	if (p->flags & TCP_SYN)
		offer_usual_options(p);
	number_by_tables(w);
	take_given(w, &given);
	if (!(p->flags & TCP_ACK) && !options_given(w->options, "ack"))
		p->ack = 0;
	address_frame(w);
}
