/* SPDX-License-Identifier: GPL-2.0 */
/*
 * transitions.c - see transitions.h. Queues are told apart by their endpoints.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "journal.h"
#include "output.h"
#include "transitions.h"

static const json_t *queue_at(const json_t *queues, const char *endpoint)
{
	const json_t *q;
	size_t i;

	json_array_foreach((json_t *)queues, i, q)
		if (strcmp(model_text(q, "endpoint"), endpoint) == 0)
			return q;
	return NULL;
}

static bool in_cookie_mode(const json_t *queue)
{
	return queue && strcmp(model_text(queue, "mode"), "cookie") == 0;
}

static bool is_full(const json_t *queue)
{
	return queue && model_true(json_object_get(queue, "accept_queue"), "full");
}

static long long figure(const json_t *queue, const char *group, const char *name)
{
	return model_number(json_object_get(queue, group), name);
}

static __attribute__((format(printf, 5, 6))) void add(json_t *messages, enum journal_level level, const char *event,
						      json_t *figures, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	json_object_set_new(figures, "level", json_integer(level));
	json_object_set_new(figures, "event", json_string(event));
	json_object_set_new(figures, "text", json_string(text));
	json_array_append_new(messages, figures);
}

static void cookies_begin(json_t *messages, json_t *begun, const json_t *q, const char *endpoint)
{
	long long half_open = figure(q, "syn_queue", "levee"), share = figure(q, "syn_queue", "share");
	long long in_flight = figure(q, "cookies", "in_flight");

	json_object_set_new(begun, endpoint, json_deep_copy(json_object_get(q, "cookies")));
	add(messages, JOURNAL_WARNING, "cookies_on",
	    json_pack("{s:s, s:I, s:I, s:I}", "endpoint", endpoint, "half_open", (json_int_t)half_open, "share",
		      (json_int_t)share, "in_flight", (json_int_t)in_flight),
	    "%s: cookie mode: %lld of %lld half-open, %lld cookies in flight", endpoint, half_open, share, in_flight);
}

/* How long it was: as long as the queue was in the mode that it had before, at the last look. */
static void cookies_end(json_t *messages, json_t *begun, const json_t *was, const json_t *q, const char *endpoint)
{
	const json_t *first = json_object_get(begun, endpoint);
	long long ms = model_number(was, "mode_ms");
	long long sent = figure(q, "cookies", "sent") - model_number(first, "sent");
	long long valid = figure(q, "cookies", "valid") - model_number(first, "valid");
	char time[32];

	add(messages, JOURNAL_NOTICE, "cookies_off",
	    json_pack("{s:s, s:I, s:I, s:I}", "endpoint", endpoint, "after_ms", (json_int_t)ms, "sent",
		      (json_int_t)sent, "valid", (json_int_t)valid),
	    "%s: calm again after %s: %lld cookies sent, %lld came back", endpoint, output_duration(time, ms), sent,
	    valid);
	json_object_del(begun, endpoint);
}

static void queue_full(json_t *messages, const json_t *q, const char *endpoint)
{
	long long now = figure(q, "accept_queue", "now"), max = figure(q, "accept_queue", "max");

	add(messages, JOURNAL_WARNING, "accept_queue_full",
	    json_pack("{s:s, s:I, s:I}", "endpoint", endpoint, "waiting", (json_int_t)now, "max", (json_int_t)max),
	    "%s: the accept queue is full, %lld wait: the application accepts too slowly", endpoint, now);
}

static void queue_has_room(json_t *messages, const json_t *q, const char *endpoint)
{
	add(messages, JOURNAL_NOTICE, "accept_queue_room",
	    json_pack("{s:s, s:I}", "endpoint", endpoint, "waiting", (json_int_t)figure(q, "accept_queue", "now")),
	    "%s: the accept queue has room again", endpoint);
}

json_t *transitions_find(json_t *begun, const json_t *before, const json_t *now)
{
	json_t *messages = json_array();
	const json_t *q;
	size_t i;

	json_array_foreach((json_t *)now, i, q) {
		const char *endpoint = model_text(q, "endpoint");
		const json_t *was = queue_at(before, endpoint);

		if (in_cookie_mode(q) && !in_cookie_mode(was))
			cookies_begin(messages, begun, q, endpoint);
		else if (!in_cookie_mode(q) && in_cookie_mode(was))
			cookies_end(messages, begun, was, q, endpoint);
		if (is_full(q) && !is_full(was))
			queue_full(messages, q, endpoint);
		else if (!is_full(q) && is_full(was))
			queue_has_room(messages, q, endpoint);
	}
	return messages;
}
