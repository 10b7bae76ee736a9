/* SPDX-License-Identifier: GPL-2.0 */
/*
 * why_model.c - the answer: the packet, verdict and reason, the state that led to it as numbers and as sentences, and what
 * would change.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/bpf.h>

#include "cleanup.h"
#include "output.h"
#include "why.h"
#include "words.h"

struct named {
	const char *name, *help;
};

#define NAMED_REASON(NAME, name, help) [LEVEE_##NAME] = { #name, help },
#define NAMED_COUNTER(NAME, name, help) [LEVEE_C_##NAME] = { #name, help },
static const struct named reasons[] = { LEVEE_REASONS(NAMED_REASON) };
static const struct named counters[] = { LEVEE_COUNTERS(NAMED_COUNTER) };

/* --- packets */

static json_t *packet_model(const struct frame *f)
{
	char from[64], to[64], flags[40], options[96];

	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:i, s:I, s:s}", "source",
			 text_endpoint(from, &f->from, f->port_from), "destination",
			 text_endpoint(to, &f->to, f->port_to), "flags", flags_text(flags, f->flags), "seq",
			 (json_int_t)f->seq, "ack", (json_int_t)f->ack, "window", f->window, "data",
			 (json_int_t)f->payload, "options", frame_options_text(options, f));
}

static json_t *reply_model(const struct why *w)
{
	struct frame reply;

	if (w->out || w->trial.verdict != XDP_TX || !frame_read(&reply, w->bytes, w->len))
		return json_null();
	return packet_model(&reply);
}

/* --- verdicts */

static const struct named verdicts[] = {
	{ "pass", "passes to the stack" },
	{ "answer", "is answered from the driver: the stack never sees it" },
	{ "drop", "is dropped at the driver" },
	{ "pass", "leaves as it is: levee drops nothing that this host sends" },
};

static const struct named *verdict_of(const struct why *w)
{
	if (w->out)
		return &verdicts[3];
	switch (w->trial.verdict) {
	case XDP_TX:
		return &verdicts[1];
	case XDP_DROP:
		return &verdicts[2];
	default:
		return &verdicts[0];
	}
}

/* --- the state as numbers */

static json_t *row_model(bool there, const struct flow_row *row)
{
	char text[FIELDS_JSON_MAX + 1];

	if (!there)
		return json_null();
	*fields_json(text, flow_fields, flow_field_count, row) = '\0';
	return json_loads(text, 0, NULL);
}

static json_t *socket_model(const struct why *w)
{
	const struct tcp_socket *s = &w->socket;
	char local[64];

	if (w->socket_err)
		return json_null();
	return json_pack("{s:s, s:s, s:b, s:I, s:I}", "state", word_of(&words_state, socket_state(s)), "local",
			 text_endpoint(local, &s->tuple.local, s->tuple.lport), "mptcp", s->mptcp, "accept_queue",
			 (json_int_t)s->waiting, "backlog", (json_int_t)s->backlog);
}

static json_t *state_model(const struct why *w)
{
	const struct levee_settings *set = &w->trial.view.settings;
	const struct trial_state *b = &w->before;

	return json_pack("{s:b, s:s, s:i, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "enabled", !!set->enabled,
			 "cookies", word_cookies(set->cookies), "start_percent", set->start_percent, "mode",
			 word_mode(b->runtime.mode), "half_open", (json_int_t)b->runtime.half_open, "half_open_max",
			 (json_int_t)set->half_open_max, "cookies_in_flight", (json_int_t)b->runtime.in_flight, "flow",
			 row_model(b->has_flow, &b->flow), "half_open_entry",
			 row_model(b->has_half_open, &b->half_open), "service",
			 b->service ? services_model_of(&w->trial.view, b->services, b->service) : json_null(),
			 "socket", socket_model(w));
}

/* --- the state as sentences, in the order in which the program asks */

static void because_levee(const struct why *w, json_t *list)
{
	const struct levee_settings *set = &w->trial.view.settings;
	const struct levee_runtime *run = &w->before.runtime;

	if (!set->enabled)
		model_say(list, "levee is loaded but not switched on: everything passes");
	else if (set->cookies == LEVEE_COOKIES_ADAPTIVE)
		model_say(list, "levee is on: cookies adaptive, the table %s with %u of %u half-open",
			  word_mode(run->mode), run->half_open, set->half_open_max);
	else
		model_say(list, "levee is on: cookies %s, %u of %u half-open", word_cookies(set->cookies),
			  run->half_open, set->half_open_max);
}

static void because_flow(const struct flow_row *f, json_t *list)
{
	char idle[32];

	model_say(list, "the connection is tracked: %s here, %s there, began by %s, silent for %s%s",
		  word_of(&words_state, f->state[LEVEE_LOCAL]), word_of(&words_state, f->state[LEVEE_REMOTE]),
		  word_of(&words_began, f->began), output_duration(idle, f->idle_ms),
		  f->suspect == FIELD_NO_WORD ? "" : ", under suspicion since a RST that may be forged");
}

static void because_half_open(const struct flow_row *h, json_t *list)
{
	char age[32];

	model_say(list,
		  "the connection is half-open for %s: %s here, %s there; SYN repeated %u times, SYN-ACK %u times",
		  output_duration(age, h->age_ms), word_of(&words_state, h->state[LEVEE_LOCAL]),
		  word_of(&words_state, h->state[LEVEE_REMOTE]), h->syn_repeats[LEVEE_REMOTE],
		  h->syn_repeats[LEVEE_LOCAL]);
}

static void because_connection(const struct why *w, json_t *list)
{
	if (w->before.has_flow)
		because_flow(&w->before.flow, list);
	if (w->before.has_half_open)
		because_half_open(&w->before.half_open, list);
	if (!w->before.has_flow && !w->before.has_half_open)
		model_say(list, "levee knows no connection between these two ends");
}

/* So many half-open entries begin cookie mode. */
static unsigned long long start_of(const struct why *w, unsigned int share)
{
	return ((unsigned long long)share * w->trial.view.settings.start_percent + 99) / 100;
}

static void because_queue(const struct why *w, const char *endpoint, json_t *list)
{
	const struct levee_service *s = w->before.service, *owner = w->before.owner;
	bool adaptive = w->trial.view.settings.cookies == LEVEE_COOKIES_ADAPTIVE;
	char queue[64], from[64] = "", shared[96] = "";

	if (adaptive)
		snprintf(from, sizeof(from), " (cookies from %llu)", start_of(w, owner->share));
	if (owner != s)
		snprintf(shared, sizeof(shared), " (in the queue of %s)",
			 text_endpoint(queue, &owner->key.addr, owner->key.port));
	model_say(list, "%s is a service that levee knows%s: %s%u of %u half-open%s, %u cookies in flight", endpoint,
		  shared,
		  adaptive && owner->mode == LEVEE_MODE_COOKIE ? "in cookie mode, " :
		  adaptive				       ? "calm, " :
								 "",
		  owner->half_open, owner->share, from, owner->in_flight);
}

static void because_service(const struct why *w, json_t *list)
{
	const struct levee_service *s = w->before.service;
	char endpoint[64];

	text_endpoint(endpoint, &w->tuple.local, w->tuple.lport);
	if (!s) {
		model_say(
			list,
			"%s is no service that levee knows: no listener was seen there at attach, none has answered a SYN since",
			endpoint);
		return;
	}
	because_queue(w, endpoint, list);
	if (s->flags & LEVEE_SVC_GONE)
		model_say(list, "it has refused a SYN and has no listener: its SYNs go to the stack");
	else if (s->flags & LEVEE_SVC_FORWARDED)
		model_say(list, "its SYN-ACKs are forwarded through this host: no cookies");
	else if (s->flags & LEVEE_SVC_REFUSED)
		model_say(
			list,
			"no socket can be made from a cookie for it (an MPTCP listener, or a redirected port): no cookies");
	else if (!(s->flags & LEVEE_SVC_LEARNT))
		model_say(list, "it has not answered a SYN since attach: until then its SYNs go to it");
}

static void because_kernel(const struct why *w, json_t *list)
{
	const struct tcp_socket *s = &w->socket;
	char local[64];

	if (!w->local_is_ours)
		model_say(list, "neither address is this host's: the stack would forward such a packet, or drop it");
	if (w->socket_err == -ENOENT)
		model_say(list, "the kernel has no socket there");
	else if (w->socket_err)
		model_say(list, "the kernel does not tell its sockets: %s", strerror(-w->socket_err));
	else if (socket_state(s) == LEVEE_TCP_LISTEN)
		model_say(list, "the kernel has a listener there, %s%s: accept queue %u of %u%s",
			  text_endpoint(local, &s->tuple.local, s->tuple.lport), s->mptcp ? " with MPTCP" : "",
			  s->waiting, s->backlog, s->waiting > s->backlog ? ", full" : "");
	else
		model_say(list, "the kernel has the connection, in %s", word_of(&words_state, socket_state(s)));
}

static json_t *because(const struct why *w)
{
	json_t *list = json_array();

	because_levee(w, list);
	because_connection(w, list);
	because_service(w, list);
	because_kernel(w, list);
	return list;
}

/* --- what would change */

static bool states_differ(const struct flow_row *a, const struct flow_row *b)
{
	return memcmp(a->state, b->state, sizeof(a->state)) != 0;
}

static const char *states_text(char to[40], const struct flow_row *row)
{
	snprintf(to, 40, "%s here, %s there", word_of(&words_state, row->state[LEVEE_LOCAL]),
		 word_of(&words_state, row->state[LEVEE_REMOTE]));
	return to;
}

static void change_of_half_open(const struct trial_state *b, const struct trial_state *a, json_t *list)
{
	char was[40], is[40];

	if (!b->has_half_open && a->has_half_open)
		model_say(list, "a half-open entry would be made: %s", states_text(is, &a->half_open));
	else if (b->has_half_open && !a->has_half_open)
		model_say(list, "the half-open entry would be taken out");
	else if (b->has_half_open && states_differ(&b->half_open, &a->half_open))
		model_say(list, "the half-open entry would move from %s to %s", states_text(was, &b->half_open),
			  states_text(is, &a->half_open));
}

static void change_of_flow(const struct trial_state *b, const struct trial_state *a, json_t *list)
{
	char was[40], is[40];

	if (!b->has_flow && a->has_flow)
		model_say(list, "a flow would be entered: %s, began by %s", states_text(is, &a->flow),
			  word_of(&words_began, a->flow.began));
	else if (b->has_flow && !a->has_flow)
		model_say(list, "the flow would be taken out: another connection begins");
	else if (b->has_flow && states_differ(&b->flow, &a->flow))
		model_say(list, "the flow would move from %s to %s", states_text(was, &b->flow),
			  states_text(is, &a->flow));
	else if (b->has_flow && b->flow.suspect != a->flow.suspect)
		model_say(list, "the flow would be under suspicion: it is forgotten soon if nothing else comes");
}

static void change_of_service(const struct trial_state *b, const struct trial_state *a, json_t *list)
{
	if (!b->service && a->service)
		model_say(list, "the service would be learnt");
	if (b->service && a->service && (b->service->flags ^ a->service->flags) & LEVEE_SVC_GONE)
		model_say(list, a->service->flags & LEVEE_SVC_GONE ? "the service would count as gone" :
								     "the service would count as there again");
	if (b->owner && a->owner && b->owner->mode != a->owner->mode)
		model_say(list, "the service would enter cookie mode");
	if (b->runtime.mode != a->runtime.mode)
		model_say(list, "every service would enter cookie mode: the table is that full");
}

/*
 * A packet of a trial comes from no socket, but those that leave do. Where the program then takes the connection from its
 * socket (egress_adopt, flow_is_past), the trial shows nothing of it.
 */
static bool adopts_from_socket(const struct why *w)
{
	const struct flow_row *f = &w->before.flow;
	unsigned char state = w->socket_err ? LEVEE_TCP_CLOSED : socket_state(&w->socket);

	if (!w->out || w->packet.flags & (TCP_SYN | TCP_RST) || state < LEVEE_TCP_ESTABLISHED)
		return false;
	return !w->before.has_flow || (state == LEVEE_TCP_ESTABLISHED && (f->state[LEVEE_LOCAL] == LEVEE_TCP_CLOSED ||
									  f->state[LEVEE_LOCAL] == LEVEE_TCP_SYN_SENT));
}

static json_t *changes(const struct why *w, int reason)
{
	json_t *list = json_array();

	if (adopts_from_socket(w)) {
		model_say(list, "the connection would be adopted, as this host's socket has it");
		return list;
	}
	change_of_half_open(&w->before, &w->after, list);
	change_of_flow(&w->before, &w->after, list);
	change_of_service(&w->before, &w->after, list);
	if (reason == LEVEE_PASS_COOKIE)
		model_say(list, "at TC ingress the listener would be given a socket from it");
	return list;
}

static json_t *counted(const struct why *w)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < LEVEE_COUNTER_COUNT; i++)
		if (i != LEVEE_C_BYTES && w->trial.stats.counter[i])
			json_object_set_new(object, counters[i].name,
					    json_integer((json_int_t)w->trial.stats.counter[i]));
	return object;
}

/* --- the whole */

static const char *numbers_text(const struct why *w)
{
	switch (w->numbers) {
	case NUMBERS_GIVEN:
		return "given";
	case NUMBERS_EXPECTED:
		return "expected";
	default:
		return "any";
	}
}

static json_t *program_model(const struct why *w)
{
	return json_pack("{s:s, s:s, s:b}", "attached", w->trial.attached->meta.version, "this", LEVEE_VERSION,
			 "same_build", w->trial.same_build);
}

json_t *why_model(const struct why *w)
{
	int reason = trial_reason(&w->trial);
	const struct named *verdict = verdict_of(w), *why = reason < 0 ? NULL : &reasons[reason];

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s?, s:s?, s:o, s:o, s:o, s:o, s:o, s:s?}",
			 "schema", "levee.why/1", "interface", w->ifname, "direction", w->out ? "out" : "in", "program",
			 program_model(w), "packet", packet_model(&w->packet), "numbers", numbers_text(w), "verdict",
			 verdict->name, "verdict_text", verdict->help, "reason", why ? why->name : NULL, "reason_text",
			 why ? why->help : NULL, "because", because(w), "reply", reply_model(w), "changes",
			 changes(w, reason), "counters", counted(w), "state", state_model(w), "next",
			 why ? why_next(reason) : NULL);
}
