/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top_view.c - from documents to what the screen shows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "top_view.h"
#include "words.h"

#define RATE_TITLE(NAME, group, member, title) [TOP_##NAME] = title,
const char *const top_rate_title[TOP_RATE_COUNT] = { TOP_RATES(RATE_TITLE) };
#undef RATE_TITLE

/* --- events */

#define EVENT(events, number) (&(events)->event[(number) % TOP_EVENTS])

/* What is told late, of before the screen was there, stands where it belongs. */
static void insert(struct top_events *events, const struct top_event *one)
{
	unsigned int at = events->count++;

	while (at > 0 && events->count - at < TOP_EVENTS && EVENT(events, at - 1)->unix_ms > one->unix_ms) {
		*EVENT(events, at) = *EVENT(events, at - 1);
		at--;
	}
	*EVENT(events, at) = *one;
}

static void add(struct top_events *events, __u64 unix_ms, enum levee_event_type type, const char *who, const char *text)
{
	struct top_event one = { .unix_ms = unix_ms, .type = type };

	snprintf(one.who, sizeof(one.who), "%s", who);
	snprintf(one.text, sizeof(one.text), "%s", text);
	insert(events, &one);
}

void top_event_add(struct top_events *events, __u64 unix_ms, enum levee_event_type type, const char *text)
{
	add(events, unix_ms, type, "", text);
}

const struct top_event *top_event_back(const struct top_events *events, unsigned int n)
{
	if (n >= events->count || n >= TOP_EVENTS)
		return NULL;
	return EVENT(events, events->count - 1 - n);
}

/* Of an accept queue; else of cookies. */
static bool is_of_accept(unsigned int type)
{
	return type == LEVEE_EVENT_ACCEPT_FULL || type == LEVEE_EVENT_ACCEPT_DRAINED;
}

/* Is this what was told last of the listener's queue, or mode? */
static bool is_told(const struct top_view *v, enum levee_event_type type, const char *who)
{
	const struct top_event *e;

	for (unsigned int i = 0; (e = top_event_back(&v->told, i)); i++)
		if (strcmp(e->who, who) == 0 && is_of_accept(e->type) == is_of_accept(type))
			return e->type == type;
	return false;
}

void top_tell(struct top_view *v, __u64 unix_ms, enum levee_event_type type, const char *who, const char *text)
{
	if (!is_told(v, type, who))
		add(&v->told, unix_ms, type, who, text);
}

/* Without an event, in the words of event_text(). */
static void tell(struct top_view *v, __u64 unix_ms, enum levee_event_type type, const char *who, const char *what)
{
	char text[TOP_TEXT];

	snprintf(text, sizeof(text), "%s %s%s", word_of(&words_event, type), who, what);
	top_tell(v, unix_ms, type, who, text);
}

/* --- rates */

#define INTERVAL_MIN 0.05 /* s */

double top_ago(const struct top_view *v, const float *history, unsigned int seconds)
{
	if (seconds >= v->seconds || seconds >= TOP_HISTORY)
		return 0;
	return history[(v->seconds - 1 - seconds) % TOP_HISTORY];
}

double top_most(const struct top_view *v, const float *history, unsigned int seconds)
{
	double most = 0;

	for (unsigned int i = 0; i < seconds; i++)
		if (top_ago(v, history, i) > most)
			most = top_ago(v, history, i);
	return most;
}

static double sum_recent(const struct top_view *v, const struct top_drop *drop)
{
	double sum = 0;

	for (unsigned int i = 0; i < TOP_RECENT; i++)
		sum += top_ago(v, drop->history, i);
	return sum;
}

/* Puts it among the `count` that are sorted; returns how many they are now. */
static unsigned int insert_drop(const struct top_view *v, const struct top_drop **most, unsigned int count,
				const struct top_drop *drop)
{
	unsigned int at = count;

	while (at > 0 && sum_recent(v, most[at - 1]) < sum_recent(v, drop)) {
		if (at < TOP_DROPS)
			most[at] = most[at - 1];
		at--;
	}
	if (at < TOP_DROPS)
		most[at] = drop;
	return count < TOP_DROPS ? count + 1 : count;
}

unsigned int top_drops(const struct top_view *v, const struct top_drop *most[TOP_DROPS])
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < v->drops; i++)
		if (sum_recent(v, &v->drop[i]) > 0)
			n = insert_drop(v, most, n, &v->drop[i]);
	return n;
}

static double per_s(const json_t *stats, const char *group, const char *member)
{
	const json_t *rows = json_object_get(stats, group), *row;
	const char *name;
	double sum = 0;

	if (*member)
		return model_real(json_object_get(rows, member), "per_s");
	json_object_foreach((json_t *)rows, name, row)
		sum += model_real(row, "per_s");
	return sum;
}

static void keep_rates(struct top_view *v, const json_t *stats)
{
	static const char *const from[TOP_RATE_COUNT][2] = {
#define RATE_FROM(NAME, group, member, title) [TOP_##NAME] = { group, member },
		TOP_RATES(RATE_FROM)
#undef RATE_FROM
	};

	for (int i = 0; i < TOP_RATE_COUNT; i++)
		v->history[i][v->seconds % TOP_HISTORY] = per_s(stats, from[i][0], from[i][1]);
	v->flows_new = per_s(stats, "events", "flows_new");
}

static struct top_drop *drop_find(struct top_view *v, const char *name)
{
	for (unsigned int i = 0; i < v->drops; i++)
		if (strcmp(v->drop[i].name, name) == 0)
			return &v->drop[i];
	if (v->drops == TOP_REASONS)
		return NULL;
	snprintf(v->drop[v->drops].name, sizeof(v->drop[0].name), "%s", name);
	return &v->drop[v->drops++];
}

/* At the same place as the other rates of the second. */
static void keep_drops(struct top_view *v, const json_t *stats)
{
	unsigned int at = v->seconds % TOP_HISTORY;
	const char *name;
	json_t *row;

	for (unsigned int i = 0; i < v->drops; i++)
		v->drop[i].history[at] = 0;
	json_object_foreach(json_object_get(stats, "drop"), name, row) {
		struct top_drop *drop = drop_find(v, name);

		if (drop)
			drop->history[at] = model_real(row, "per_s");
	}
}

static void keep_table_mode(struct top_view *v, const json_t *gauges)
{
	bool cookie = strcmp(model_text(gauges, "mode"), "cookie") == 0;
	__u64 since = v->unix_ms - model_number(gauges, "mode_ms");

	if (cookie != v->table_cookie)
		tell(v, since, cookie ? LEVEE_EVENT_COOKIES_ON : LEVEE_EVENT_COOKIES_OFF, "whole table", "");
	v->table_cookie = cookie;
	v->table_mode_ms = model_number(gauges, "mode_ms");
}

static void keep_problem(struct top_view *v, const json_t *problems)
{
	const char *first = json_string_value(json_array_get(problems, 0));

	snprintf(v->problem, sizeof(v->problem), "%s", first ? first : "");
}

void top_view_stats(struct top_view *v, const json_t *stats)
{
	const json_t *g = json_object_get(stats, "gauges");

	v->unix_ms = model_number(stats, "time_unix_ms");
	snprintf(v->cookies, sizeof(v->cookies), "%s", model_text(g, "cookies"));
	v->half_open = model_number(g, "half_open");
	v->half_open_max = model_number(g, "half_open_max");
	v->flows = model_number(g, "flows");
	v->flows_max = model_number(g, "flows_max");
	v->in_flight = model_number(g, "in_flight");
	keep_table_mode(v, g);
	keep_problem(v, json_object_get(stats, "problems"));
	/* Two samples right after each other make no rates. */
	if (model_real(stats, "interval_s") < INTERVAL_MIN)
		return;
	keep_rates(v, stats);
	keep_drops(v, stats);
	v->seconds++;
}

/* --- listeners */

static long long number_or(const json_t *object, const char *name, long long absent)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) ? json_integer_value(value) : absent;
}

static void listener_queues(struct top_listener *l, const json_t *q)
{
	const json_t *syn = json_object_get(q, "syn_queue"), *accept = json_object_get(q, "accept_queue");

	l->kernel = number_or(syn, "kernel", -1);
	l->levee = model_number(syn, "levee");
	l->share = model_number(syn, "share");
	l->accept = model_number(accept, "now");
	l->accept_max = model_number(accept, "max");
	l->full = model_true(accept, "full");
	l->total.drops = model_number(accept, "drops");
}

static struct top_listener listener_of(const json_t *q, int rank)
{
	const json_t *cookies = json_object_get(q, "cookies"), *rtt = json_object_get(q, "rtt_us");
	struct top_listener l = {
		.rank = rank,
		.port = model_number(q, "port"),
		.pressure = model_number(q, "pressure_percent"),
		.cookie = strcmp(model_text(q, "mode"), "cookie") == 0,
		.mode_ms = model_number(q, "mode_ms"),
		.in_flight = model_number(cookies, "in_flight"),
		.p50_us = number_or(rtt, "p50", -1),
		.p99_us = number_or(rtt, "p99", -1),
		.total = { .syns = model_number(q, "syns"),
			   .sent = model_number(cookies, "sent"),
			   .valid = model_number(cookies, "valid"),
			   .refused = model_number(cookies, "refused") },
	};

	snprintf(l.endpoint, sizeof(l.endpoint), "%s", model_text(q, "endpoint"));
	snprintf(l.address, sizeof(l.address), "%s", model_text(q, "address"));
	snprintf(l.note, sizeof(l.note), "%s", model_text(q, "note"));
	listener_queues(&l, q);
	return l;
}

/* Counters of a listener that was closed and opened again begin anew. */
static double rate(long long before, long long now, double seconds)
{
	return now > before ? (now - before) / seconds : 0;
}

static void listener_rates(struct top_listener *l, const struct top_listener *before, double seconds)
{
	const struct top_totals *a = &before->total, *b = &l->total;

	l->syns = rate(a->syns, b->syns, seconds);
	l->sent = rate(a->sent, b->sent, seconds);
	l->valid = rate(a->valid, b->valid, seconds);
	l->refused = rate(a->refused, b->refused, seconds);
	l->drops = rate(a->drops, b->drops, seconds);
}

static const struct top_listener *listener_find(const struct top_view *v, const char *endpoint)
{
	for (unsigned int i = 0; i < v->listeners; i++)
		if (strcmp(v->listener[i].endpoint, endpoint) == 0)
			return &v->listener[i];
	return NULL;
}

static void tell_mode(struct top_view *v, const struct top_listener *l)
{
	char what[96];

	snprintf(what, sizeof(what), " %lld half-open where %lld may be", l->levee, l->share);
	tell(v, v->queues_unix_ms - l->mode_ms, l->cookie ? LEVEE_EVENT_COOKIES_ON : LEVEE_EVENT_COOKIES_OFF,
	     l->endpoint, what);
}

static void tell_accept_queue(struct top_view *v, const struct top_listener *l)
{
	char what[96];

	snprintf(what, sizeof(what), " %lld wait where %lld may", l->accept, l->accept_max);
	tell(v, v->queues_unix_ms, l->full ? LEVEE_EVENT_ACCEPT_FULL : LEVEE_EVENT_ACCEPT_DRAINED, l->endpoint, what);
}

/* What has become of a listener; of a new one, `before` is all zeroes. */
static void tell_changes(struct top_view *v, const struct top_listener *before, const struct top_listener *l)
{
	if (before->cookie != l->cookie)
		tell_mode(v, l);
	if (before->full != l->full)
		tell_accept_queue(v, l);
}

/* The document has those under the most pressure first: what does not fit is the least. */
static void listener_add(struct top_view *v, const struct top_listener *l)
{
	v->listeners_known++;
	if (v->listeners < TOP_LISTENERS)
		v->listener[v->listeners++] = *l;
}

static void tell_coming(struct top_view *v, const char *endpoint, const char *what)
{
	char text[TOP_TEXT];

	snprintf(text, sizeof(text), "%s %s", endpoint, what);
	top_event_add(&v->told, v->queues_unix_ms, LEVEE_EVENT_NEW, text);
}

static void tell_comings(struct top_view *v, const struct top_view *before)
{
	/* Where lists do not hold all, one that is missing may only have been left out. */
	if (!before->queues_unix_ms || before->listeners != before->listeners_known ||
	    v->listeners != v->listeners_known)
		return;
	for (unsigned int i = 0; i < v->listeners; i++)
		if (!listener_find(before, v->listener[i].endpoint))
			tell_coming(v, v->listener[i].endpoint, "is a new listener");
	for (unsigned int i = 0; i < before->listeners; i++)
		if (!listener_find(v, before->listener[i].endpoint))
			tell_coming(v, before->listener[i].endpoint, "is gone");
}

/* The wall's clock may be set meanwhile. */
static double seconds_between(__u64 before_ms, __u64 now_ms)
{
	double s = ((double)now_ms - (double)before_ms) / 1000;

	return s > 0.05 && s < 3600 ? s : 1;
}

void top_view_queues(struct top_view *v, __u64 unix_ms, const json_t *queues)
{
	static const struct top_listener unknown;
	struct top_view *before;
	const json_t *q;
	size_t i;

	before = malloc(sizeof(*before));
	if (!before)
		return;
	*before = *v;
	v->queues_unix_ms = unix_ms;
	v->listeners = 0;
	v->listeners_known = 0;
	json_array_foreach(queues, i, q) {
		struct top_listener l = listener_of(q, i);
		const struct top_listener *was = listener_find(before, l.endpoint);

		if (was)
			listener_rates(&l, was, seconds_between(before->queues_unix_ms, v->queues_unix_ms));
		tell_changes(v, was ? was : &unknown, &l);
		listener_add(v, &l);
	}
	tell_comings(v, before);
	free(before);
}

/* --- as a document */

static double now(const struct top_view *v, enum top_rate rate)
{
	return top_ago(v, v->history[rate], 0);
}

static json_t *rates_model(const struct top_view *v)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "syns", now(v, TOP_SYN), "cookies_sent", now(v, TOP_SENT),
			 "cookies_valid", now(v, TOP_VALID), "cookies_invalid", now(v, TOP_INVALID), "dropped",
			 now(v, TOP_DROP), "flows_new", v->flows_new);
}

static json_t *drops_model(const struct top_view *v)
{
	const struct top_drop *most[TOP_DROPS];
	unsigned int n = top_drops(v, most);
	json_t *list = json_array();

	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:s, s:f}", "reason", most[i]->name, "per_s",
						      top_ago(v, most[i]->history, 0)));
	return list;
}

static json_t *gauges_model(const struct top_view *v)
{
	return json_pack("{s:s, s:s, s:I, s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:f}", "cookies", v->cookies, "mode",
			 word_mode(v->table_cookie), "mode_ms", (json_int_t)v->table_mode_ms, "start_percent",
			 v->start_percent, "end_percent", v->end_percent, "half_open", (json_int_t)v->half_open,
			 "half_open_max", (json_int_t)v->half_open_max, "flows", (json_int_t)v->flows, "flows_max",
			 (json_int_t)v->flows_max, "in_flight", (json_int_t)v->in_flight, "upkeep_share", v->upkeep);
}

static json_t *listeners_model(const struct top_view *v)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < v->listeners; i++) {
		const struct top_listener *l = &v->listener[i];

		json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:I, s:f, s:f, s:f, s:f, s:f, s:s}", "endpoint",
						      l->endpoint, "pressure_percent", l->pressure, "mode",
						      word_mode(l->cookie), "mode_ms", (json_int_t)l->mode_ms,
						      "syns_per_s", l->syns, "sent_per_s", l->sent, "valid_per_s",
						      l->valid, "refused_per_s", l->refused, "accept_drops_per_s",
						      l->drops, "note", l->note));
	}
	return list;
}

static json_t *sources_model(const struct source_list *s)
{
	json_t *rows = json_array();
	char prefix[56];

	for (unsigned int i = 0; i < s->count; i++)
		json_array_append_new(rows, json_pack("{s:s, s:f, s:f, s:i}", "prefix",
						      text_prefix(prefix, &s->row[i].prefix), "per_s", s->row[i].per_s,
						      "share", s->row[i].share, "hosts_in_sample", s->row[i].hosts));
	return json_pack("{s:I, s:i, s:i, s:i, s:o}", "syns", (json_int_t)s->seen, "sampled", s->sampled, "span_ms",
			 s->span_ms, "prefixes", s->prefixes, "top", rows);
}

static json_t *events_model(const struct top_events *events)
{
	const struct top_event *e;
	json_t *list = json_array();

	for (unsigned int i = 0; (e = top_event_back(events, i)); i++)
		json_array_append_new(list,
				      json_pack("{s:I, s:s}", "time_unix_ms", (json_int_t)e->unix_ms, "text", e->text));
	return list;
}

json_t *top_model(const struct top_view *v)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "schema", "levee.top/1",
			 "interface", v->ifname, "problem", v->problem, "time_unix_ms", (json_int_t)v->unix_ms, "up_ms",
			 (json_int_t)v->up_ms, "per_s", rates_model(v), "drops", drops_model(v), "gauges",
			 gauges_model(v), "listeners", listeners_model(v), "sources", sources_model(&v->sources),
			 "events", events_model(&v->told));
}
