/* SPDX-License-Identifier: GPL-2.0 */
/*
 * why_text.c - the answer as text, and what to do where it is a surprise: one hint for each reason.
 */
#include <string.h>

#include <levee/reason.h>

#include "color.h"
#include "health.h"
#include "output.h"
#include "why.h"

static const char *const next[] = {
	[LEVEE_PASS_DISABLED] = "an attach did not finish: detach, then attach again",
	[LEVEE_PASS_NOT_IP] = "nothing: levee is about TCP",
	[LEVEE_PASS_NOT_TCP] = "nothing: levee is about TCP",
	[LEVEE_PASS_FRAGMENT] = "nothing: the stack puts fragments together; see docs/design.md, Limits",
	[LEVEE_PASS_TOO_DEEP] = "nothing: the stack looks at it; see docs/design.md, Limits",
	[LEVEE_PASS_FLOW] =
		"if it does not arrive, look behind levee: firewall (nft list ruleset), then the application (ss -tn)",
	[LEVEE_PASS_FLOW_SYN] =
		"if the client cannot connect, an old connection between the same ports is in the way; levee flows delete "
		"forgets it here, the kernel's socket (ss -tan) has to end by itself",
	[LEVEE_PASS_FLOW_OUT_OF_WINDOW] = "it passes all the same; give --seq and --ack as tcpdump -S shows them",
	[LEVEE_PASS_FLOW_PAWS] = "it passes all the same; the stack drops it if its timestamp is really old",
	[LEVEE_PASS_FLOW_SUSPECT] = "it passes all the same; the stack answers by a challenge ACK (RFC 5961)",
	[LEVEE_PASS_SYN] = "cookies are not due yet; to have them for every SYN: attach --cookies always",
	[LEVEE_PASS_SYN_REPEATED] =
		"the server's SYN-ACK or the client's ACK is lost; if nothing ever answers, look at the "
		"firewall and at the listener's queues (ss -ltn)",
	[LEVEE_PASS_SYN_NO_SERVICE] =
		"if a server should answer there: ss -ltn shows who listens; levee learns a service from its first "
		"SYN-ACK that leaves by this interface",
	[LEVEE_PASS_SYN_UNTRACKED] = "a larger --half-open, or --cookies adaptive",
	[LEVEE_PASS_SYN_SIGNED] = "nothing: cookies cannot carry a signature",
	[LEVEE_PASS_HANDSHAKE] = "if the application does not see it, its accept queue may be full (ss -ltn)",
	[LEVEE_PASS_HALF_OPEN] =
		"it passes all the same; if it should complete the handshake, give --seq and --ack as tcpdump -S shows them",
	[LEVEE_PASS_COOKIE] =
		"if the client gets a RST: another TC filter before levee's, or an MPTCP listener; levee doctor tells",
	[LEVEE_PASS_ADOPTED] = "nothing: it is tracked from here",
	[LEVEE_PASS_NO_FLOW] = "the stack answers by a RST if it knows nothing of it either",
	[LEVEE_TX_COOKIE] =
		"if the client does not connect, the answer is lost on its way: on veth in native mode the peer needs an XDP program "
		"too, and firewalls may drop the ACK that comes back; levee doctor tells",
	[LEVEE_DROP_IP_LENGTH] = "whatever sends it is broken, or scans",
	[LEVEE_DROP_TCP_LENGTH] = "whatever sends it is broken, or scans",
	[LEVEE_DROP_NO_FLAGS] = "no TCP sends such a segment: a scan",
	[LEVEE_DROP_SYN_FIN] = "no TCP sends such a segment: a scan",
	[LEVEE_DROP_SYN_RST] = "no TCP sends such a segment: a scan",
	[LEVEE_DROP_FIN_NO_ACK] = "no TCP sends such a segment: a scan",
	[LEVEE_DROP_CHECKSUM] =
		"the sender's checksum offload, or a damaged path: ethtool -K DEV tx off on the sender shows which",
	[LEVEE_DROP_SYN_TOO_LONG] = "no client sends so long a SYN",
	[LEVEE_DROP_BAD_COOKIE] =
		"of a connection that nobody here knows, or a cookie older than 32 s: the client has to connect again",
	[LEVEE_DROP_NO_FLOW] = "of a connection that nobody here knows: the client has to connect again",
	[LEVEE_DROP_COOKIE_NO_ROOM] = "a larger --flows",
	[LEVEE_DROP_SYN_REPEATED] = "a client does not repeat its SYN so fast: part of the flood",
	[LEVEE_DROP_HALF_OPEN] =
		"numbers that this connection does not expect: give --seq and --ack as tcpdump -S shows them; else forged",
	[LEVEE_DROP_ACCEPT_QUEUE] =
		"the application is too slow to accept(): more workers, or a larger backlog and net.core.somaxconn",
	[LEVEE_DROP_BAD_ADDRESS] = "an address that no packet on a wire may have: forged",
};

_Static_assert(sizeof(next) / sizeof(next[0]) == LEVEE_REASON_COUNT, "a hint for each reason");

const char *why_next(int reason)
{
	return next[reason];
}

/* Sentences under one title. */
static void render_list(const char *title, const json_t *list, FILE *to)
{
	const json_t *one;
	char first[32];
	size_t i;

	json_array_foreach(list, i, one) {
		snprintf(first, sizeof(first), "  %-11s - ", i ? "" : title);
		output_wrapped(to, first, 16, json_string_value(one));
	}
}

static void render_numbers(const char *title, const json_t *packet, const char *remark, FILE *to)
{
	char text[256];

	snprintf(text, sizeof(text), "seq %lld, ack %lld, window %lld, %lld bytes of data, options %s%s",
		 model_number(packet, "seq"), model_number(packet, "ack"), model_number(packet, "window"),
		 model_number(packet, "data"), model_text(packet, "options"), remark);
	output_wrapped(to, title, 14, text);
}

static void render_packet(const json_t *doc, FILE *to)
{
	const json_t *packet = json_object_get(doc, "packet");
	const char *numbers = model_text(doc, "numbers");

	fprintf(to, "%s  %s > %s, %s by %s\n", model_text(packet, "flags"), model_text(packet, "source"),
		model_text(packet, "destination"), model_text(doc, "direction"), model_text(doc, "interface"));
	render_numbers("  packet      ", packet,
		       strcmp(numbers, "expected") == 0 ? "; the numbers that the connection expects" : "", to);
}

static enum color color_of_verdict(const char *verdict)
{
	if (strcmp(verdict, "drop") == 0)
		return COLOR_BAD;
	return strcmp(verdict, "answer") == 0 ? COLOR_ALERT : COLOR_GOOD;
}

static void render_verdict(const json_t *doc, FILE *to)
{
	char reason[256];

	output_wrapped_color(to, color_of_verdict(model_text(doc, "verdict")), "  verdict     ", 14,
			     model_text(doc, "verdict_text"));
	if (!json_string_value(json_object_get(doc, "reason")))
		return;
	snprintf(reason, sizeof(reason), "%s: %s", model_text(doc, "reason"), model_text(doc, "reason_text"));
	output_wrapped(to, "  reason      ", 14, reason);
}

static void render_reply(const json_t *doc, FILE *to)
{
	const json_t *reply = json_object_get(doc, "reply");
	char title[64];

	if (!json_is_object(reply))
		return;
	snprintf(title, sizeof(title), "  answer      %s: ", model_text(reply, "flags"));
	render_numbers(title, reply, "", to);
}

static void render_counters(const json_t *counters, FILE *to)
{
	char text[512] = "";
	const char *name;
	json_t *count;
	size_t n = 0;

	json_object_foreach((json_t *)counters, name, count)
		if (n < sizeof(text))
			n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? ", " : "", name);
	if (n)
		output_wrapped(to, "  counts      ", 14, text);
}

static void render_program(const json_t *doc, FILE *to)
{
	const json_t *program = json_object_get(doc, "program");
	char text[256];

	if (model_true(program, "same_build"))
		return;
	snprintf(text, sizeof(text),
		 "the attached programs are of another build (levee %s) than this one (%s): they may decide otherwise",
		 model_text(program, "attached"), model_text(program, "this"));
	output_wrapped(to, "  NOTE        ", 14, text);
}

void why_render(const json_t *doc, FILE *to)
{
	render_packet(doc, to);
	render_program(doc, to);
	health_render(json_object_get(doc, "problems"), model_text(doc, "interface"), to);
	render_verdict(doc, to);
	render_reply(doc, to);
	render_list("because", json_object_get(doc, "because"), to);
	render_list("changes", json_object_get(doc, "changes"), to);
	render_counters(json_object_get(doc, "counters"), to);
	if (*model_text(doc, "next"))
		output_wrapped(to, "  surprised?  ", 14, model_text(doc, "next"));
}
