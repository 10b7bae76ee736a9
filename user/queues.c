/* SPDX-License-Identifier: GPL-2.0 */
/*
 * queues.c - the document levee.queues/1 from what is known of each queue. queues_read.c finds out, queues_text.c prints.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "clock.h"
#include "netstat.h"
#include "output.h"
#include "queues.h"
#include "queues_read.h"
#include "words.h"

/* --- how full */

static bool is_full(const struct queue *q)
{
	return q->kernel && q->kernel->full;
}

/* Full, when a connection came that it could not take, less than a minute ago. */
static bool was_full(const struct queues_view *v, const struct queue *q)
{
	return q->owner && q->owner->full_ms && v->now_ms - q->owner->full_ms < LEVEE_FULL_MINDED_MS;
}

/* As service_in_cookie_mode() of the datapath. */
static bool has_cookies(const struct queues_view *v, const struct queue *q)
{
	if (!q->owner || q->flags & (LEVEE_SVC_GONE | LEVEE_SVC_REFUSED | LEVEE_SVC_FORWARDED))
		return false;
	switch (v->maps->settings.cookies) {
	case LEVEE_COOKIES_ALWAYS:
		return true;
	case LEVEE_COOKIES_ADAPTIVE:
		return q->owner->mode == LEVEE_MODE_COOKIE || v->runtime.mode == LEVEE_MODE_COOKIE;
	default:
		return false;
	}
}

/* Since when: its own mode, or that of the whole table. */
static __u32 mode_age(const struct queues_view *v, const struct queue *q)
{
	bool table = v->maps->settings.cookies == LEVEE_COOKIES_ADAPTIVE && has_cookies(v, q) &&
		     q->owner->mode == LEVEE_MODE_CALM;

	if (!q->owner)
		return 0;
	return maps_mode_age(v->maps, table ? v->runtime.mode_ms : q->owner->mode_ms);
}

static unsigned int percent(unsigned long long part, unsigned long long whole)
{
	unsigned long long p = part * 100 / (whole ? whole : 1);

	return p < 100 ? p : 100;
}

/* Of the fullest of: the accept queue, the kernel's SYN queue, levee's share. */
static unsigned int pressure(const struct queue *q)
{
	unsigned int most = 0, p;

	if (q->kernel) {
		p = percent(q->kernel->socket.waiting, q->kernel->socket.backlog + 1ULL);
		most = p > most ? p : most;
		p = percent(q->kernel->half_open, q->kernel->socket.backlog);
		most = p > most ? p : most;
	}
	p = q->owner ? percent(q->owner->half_open, q->owner->share) : 0;
	most = p > most ? p : most;
	return is_full(q) ? 100 : most;
}

/* --- order */

/* What is worst: an application that does not accept, then an attack, then what is filling. */
static unsigned int rank(const struct queues_view *v, const struct queue *q)
{
	return is_full(q) * 4000 + has_cookies(v, q) * 2000 + was_full(v, q) * 1000 + pressure(q);
}

static const union levee_addr *address(const struct queue *q)
{
	return q->kernel ? &q->kernel->socket.tuple.local : &q->owner->key.addr;
}

static __be16 port(const struct queue *q)
{
	return q->kernel ? q->kernel->socket.tuple.lport : q->owner->key.port;
}

static int by_rank(const void *a, const void *b, void *arg)
{
	const struct queue *x = a, *y = b;
	unsigned int of_x = rank(arg, x), of_y = rank(arg, y);
	int ports = ntohs(port(x)) - ntohs(port(y));

	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	return ports ? ports : memcmp(address(x), address(y), sizeof(union levee_addr));
}

/* --- what to say of one */

#define TOO_SLOW                                                                                                    \
	"the application accepts too slowly, and no SYN flood defence helps against that. Look at the application " \
	"(stuck? out of workers?); a larger backlog (listen(), net.core.somaxconn) helps against bursts only."

static void note_full(char *to, size_t size, const struct queue *q)
{
	const struct listening *l = q->kernel;

	if (l->sockets > 1)
		snprintf(to, size, "the accept queues of %u of its %u sockets are full: " TOO_SLOW, l->full,
			 l->sockets);
	else
		snprintf(to, size, "its accept queue is full, %u wait where %u may: " TOO_SLOW, l->socket.waiting,
			 l->socket.backlog);
}

static const char *note_without_listener(const struct queue *q)
{
	if (q->flags & LEVEE_SVC_FORWARDED)
		return "no listener in this network namespace: its answers come from elsewhere (a container behind "
		       "DNAT?), and so its queues are not here either";
	if (q->flags & LEVEE_SVC_GONE)
		return "its listener is closed; what is left of it is still counted";
	return "no listener in this network namespace: it has closed, or another one answers for it";
}

static const char *note_calm(const struct queue *q)
{
	if (!q->owner)
		return "levee does not know it yet: it will with its next SYN-ACK that leaves by this interface";
	if (q->flags & LEVEE_SVC_FORWARDED)
		return "no cookies: its answers come from elsewhere (a container behind DNAT?)";
	if (q->flags & LEVEE_SVC_REFUSED)
		return "no cookies: the kernel makes no connection from one (an MPTCP listener, or a redirected port)";
	if (q->kernel->half_open >= q->kernel->socket.backlog && q->kernel->half_open)
		return "its SYN queue is full: the kernel drops further SYNs, or answers them by cookies of its own";
	return "";
}

static void note(char *to, size_t size, const struct queues_view *v, const struct queue *q)
{
	if (is_full(q))
		note_full(to, size, q);
	else if (!q->kernel)
		snprintf(to, size, "%s", note_without_listener(q));
	else if (was_full(v, q))
		snprintf(to, size, "its accept queue was full %u s ago: " TOO_SLOW,
			 (v->now_ms - q->owner->full_ms) / 1000);
	else
		snprintf(to, size, "%s", note_calm(q));
}

/* --- the document */

static json_t *flags_model(unsigned char flags)
{
	static const struct {
		unsigned char bit;
		const char *name;
	} names[] = {
		{ LEVEE_SVC_FORWARDED, "forwarded" }, { LEVEE_SVC_GONE, "gone" },     { LEVEE_SVC_REFUSED, "refused" },
		{ LEVEE_SVC_SEEDED, "seeded" },	      { LEVEE_SVC_LEARNT, "learnt" },
	};
	json_t *list = json_array();

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].bit)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static json_t *number_or_null(bool known, unsigned long long number)
{
	return known ? json_integer(number) : json_null();
}

static json_t *syn_queue_model(const struct queues_view *v, const struct queue *q)
{
	const struct levee_service *owner = q->owner;

	return json_pack("{s:o, s:I, s:I, s:I}", "kernel",
			 number_or_null(v->half_open_counted, q->kernel ? q->kernel->half_open : 0), "levee",
			 (json_int_t)(owner ? owner->half_open : 0), "share", (json_int_t)(owner ? owner->share : 0),
			 "backlog", (json_int_t)(q->kernel ? q->kernel->socket.backlog : owner->backlog));
}

static json_t *accept_queue_model(const struct queues_view *v, const struct queue *q)
{
	const struct listening *l = q->kernel;
	bool since = is_full(q) && q->owner && q->owner->full_since_ms;

	return json_pack("{s:I, s:I, s:I, s:b, s:o}", "now", (json_int_t)(l ? l->socket.waiting : 0), "max",
			 (json_int_t)(l ? l->socket.backlog : 0), "drops", (json_int_t)(l ? l->socket.drops : 0),
			 "full", is_full(q), "full_since_ms",
			 number_or_null(since, since ? v->now_ms - q->owner->full_since_ms : 0));
}

static json_t *rtt_model(const struct roundtrips *r)
{
	return json_pack("{s:I, s:o, s:o}", "count", (json_int_t)r->count, "p50",
			 number_or_null(r->count, roundtrips_percentile(r, 50)), "p99",
			 number_or_null(r->count, roundtrips_percentile(r, 99)));
}

static json_t *queue_model(const struct queues_view *v, const struct queue *q)
{
	char endpoint[64], addr[48], text[512];

	note(text, sizeof(text), v, q);
	return json_pack("{s:s, s:s, s:i, s:s, s:I, s:o, s:i, s:i, s:o, s:o, s:{s:I, s:I, s:I, s:I}, s:I, s:o, s:s}",
			 "endpoint", text_endpoint(endpoint, address(q), port(q)), "address",
			 text_address(addr, address(q)), "port", ntohs(port(q)), "mode",
			 word_mode(has_cookies(v, q) ? LEVEE_MODE_COOKIE : LEVEE_MODE_CALM), "mode_ms",
			 (json_int_t)mode_age(v, q), "flags", flags_model(q->flags), "listeners",
			 q->kernel ? q->kernel->sockets : 0, "pressure_percent", pressure(q), "syn_queue",
			 syn_queue_model(v, q), "accept_queue", accept_queue_model(v, q), "cookies", "sent",
			 (json_int_t)q->sent, "valid", (json_int_t)q->valid, "refused", (json_int_t)q->refused,
			 "in_flight", (json_int_t)(q->owner ? q->owner->in_flight : 0), "syns", (json_int_t)q->syns,
			 "rtt_us", rtt_model(&q->rtt), "note", text);
}

json_t *queues_array(const struct queues_view *view, struct queue *queues, unsigned int count)
{
	json_t *array = json_array();

	if (count)
		qsort_r(queues, count, sizeof(queues[0]), by_rank, (void *)view);
	for (unsigned int i = 0; i < count; i++)
		json_array_append_new(array, queue_model(view, &queues[i]));
	return array;
}

static json_t *document(const struct queues_view *v, struct queue *queues, unsigned int count)
{
	const struct levee_settings *set = &v->maps->settings;
	json_t *kernel = netstat_queues();

	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:I, s:{s:I, s:I}, s:I, s:b, s:o, s:o}", "schema", "levee.queues/1",
			 "interface", v->maps->ifname, "time_unix_ms", (json_int_t)clock_unix_ms(), "cookies",
			 word_cookies(set->cookies), "mode", word_mode(v->runtime.mode), "mode_ms",
			 (json_int_t)maps_mode_age(v->maps, v->runtime.mode_ms), "half_open", "used",
			 (json_int_t)v->runtime.half_open, "max", (json_int_t)set->half_open_max, "cookies_in_flight",
			 (json_int_t)v->runtime.in_flight, "kernel_half_open_partial", v->half_open_partial, "kernel",
			 kernel ? kernel : json_object(), "queues", queues_array(v, queues, count));
}

json_t *queues_model(const struct maps *maps)
{
	struct queues_reading r;
	json_t *doc = NULL;

	if (queues_read(&r, maps, true) == 0)
		doc = document(&r.view, r.queues, r.count);
	queues_read_free(&r);
	return doc;
}

json_t *queues_list(const struct maps *maps)
{
	struct queues_reading r;
	json_t *array = NULL;

	if (queues_read(&r, maps, false) == 0)
		array = queues_array(&r.view, r.queues, r.count);
	queues_read_free(&r);
	return array;
}

void queues_compare(json_t *doc, const json_t *before)
{
	const json_t *now = json_object_get(doc, "kernel"), *then = json_object_get(before, "kernel");
	json_t *gained = json_object(), *number;
	const char *name;

	json_object_foreach((json_t *)now, name, number)
		json_object_set_new(
			gained, name,
			number_or_null(json_is_integer(number), model_number(now, name) - model_number(then, name)));
	json_object_set_new(doc, "kernel_gained", gained);
	json_object_set_new(
		doc, "interval_s",
		json_real((model_number(doc, "time_unix_ms") - model_number(before, "time_unix_ms")) / 1000.0));
}
