/* SPDX-License-Identifier: GPL-2.0 */
/*
 * metrics_services.c - the families of listeners, from what levee.queues/1 says of them. The label "endpoint" is bounded: a host
 * may have thousands of listeners, and whoever attacks must not choose how many series a Prometheus has to keep.
 *
 * An endpoint that has a label of its own keeps it, so that its series has no gaps; a label that gets free goes to the
 * listener under most pressure. "other" is a sum over a set that changes: where it would fall, what it lost is added, as
 * a counter that falls is taken for one that began anew, and all of it for growth.
 */
#include <string.h>

#include "metrics.h"
#include "output.h"

#define OTHER "other"

/* --- what is told of a listener */

static const struct service_family {
	struct family family;
	const char *group, *member; /* where in the document; group NULL: at the top */
} service_families[] = {
	{ { "levee_service_syns_total", "counter", "SYN segments received by the listener" }, NULL, "syns" },
	{ { "levee_service_half_open", "gauge", "Half-open connections of the listener, as levee counts them" },
	  "syn_queue",
	  "levee" },
	{ { "levee_service_half_open_max", "gauge", "Half-open connections that the listener may have: its share" },
	  "syn_queue",
	  "share" },
	{ { "levee_service_syn_queue", "gauge", "Half-open connections in the kernel's SYN queue of the listener" },
	  "syn_queue",
	  "kernel" },
	{ { "levee_service_backlog", "gauge", "Backlog of the listener, as it asked for by listen()" },
	  "syn_queue",
	  "backlog" },
	{ { "levee_service_accept_queue", "gauge", "Connections that wait for the application's accept()" },
	  "accept_queue",
	  "now" },
	{ { "levee_service_accept_queue_max", "gauge", "Connections that may wait for accept()" },
	  "accept_queue",
	  "max" },
	{ { "levee_service_accept_queue_full", "gauge",
	    "1 while the accept queue is full: the application is too slow" },
	  "accept_queue",
	  "full" },
	{ { "levee_service_accept_queue_drops_total", "counter", "Connections dropped as the accept queue was full" },
	  "accept_queue",
	  "drops" },
	{ { "levee_service_cookies_sent_total", "counter", "Cookie SYN-ACKs sent for the listener" },
	  "cookies",
	  "sent" },
	{ { "levee_service_cookies_valid_total", "counter", "Cookies that came back valid" }, "cookies", "valid" },
	{ { "levee_service_cookies_refused_total", "counter", "Valid cookies that the kernel refused" },
	  "cookies",
	  "refused" },
	{ { "levee_service_cookies_in_flight", "gauge", "Cookies sent that may still come back" },
	  "cookies",
	  "in_flight" },
};

#define FAMILIES (sizeof(service_families) / sizeof(service_families[0]))

static const struct family cookie_mode = { "levee_service_cookie_mode", "gauge",
					   "1 while the listener's SYNs are answered by cookies" };
static const struct family rtt = { "levee_service_rtt_seconds", "summary",
				   "Round trip of handshakes with the listener, of the last one to two minutes" };
static const struct family rtt_samples = { "levee_service_rtt_samples", "gauge",
					   "Handshakes that the round trips are of" };

static json_t *labels_of(const char *ifname, const char *endpoint)
{
	return json_pack("{s:s, s:s}", "interface", ifname, "endpoint", endpoint);
}

/* NULL where the document does not know. */
static const json_t *member_of(const json_t *queue, const struct service_family *f)
{
	const json_t *value = json_object_get(f->group ? json_object_get(queue, f->group) : queue, f->member);

	return json_is_null(value) ? NULL : value;
}

/* A boolean is 1 or 0. */
static json_int_t number_of(const json_t *value)
{
	return json_is_boolean(value) ? json_is_true(value) : json_integer_value(value);
}

static bool in_cookie_mode(const json_t *queue)
{
	return strcmp(model_text(queue, "mode"), "cookie") == 0;
}

static void add_quantile(json_t *families, json_t *labels, const char *quantile, const json_t *us)
{
	if (json_is_number(us)) {
		json_object_set_new(labels, "quantile", json_string(quantile));
		family_add(families, &rtt, "", labels, json_real(json_number_value(us) / 1e6));
	} else {
		json_decref(labels);
	}
}

static void add_rtt(json_t *families, const char *ifname, const char *endpoint, const json_t *us)
{
	if (!json_is_object(us))
		return;
	add_quantile(families, labels_of(ifname, endpoint), "0.5", json_object_get(us, "p50"));
	add_quantile(families, labels_of(ifname, endpoint), "0.99", json_object_get(us, "p99"));
	family_add(families, &rtt_samples, "", labels_of(ifname, endpoint), json_integer(model_number(us, "count")));
}

static void add_listener(json_t *families, const char *ifname, const json_t *queue)
{
	const char *endpoint = model_text(queue, "endpoint");

	for (unsigned int i = 0; i < FAMILIES; i++) {
		const json_t *value = member_of(queue, &service_families[i]);

		if (value)
			family_add(families, &service_families[i].family, "", labels_of(ifname, endpoint),
				   json_integer(number_of(value)));
	}
	family_add(families, &cookie_mode, "", labels_of(ifname, endpoint), json_integer(in_cookie_mode(queue)));
	add_rtt(families, ifname, endpoint, json_object_get(queue, "rtt_us"));
}

/* --- which of them */

static bool has_label(const struct metrics_memory *memory, const json_t *queue)
{
	return json_object_get(memory->own, model_text(queue, "endpoint")) != NULL;
}

/* Labels of listeners that are gone are free again. */
static void free_labels(struct metrics_memory *memory, const json_t *list)
{
	json_t *kept = json_object();
	const json_t *queue;
	size_t i;

	json_array_foreach(list, i, queue)
		if (has_label(memory, queue))
			json_object_set_new(kept, model_text(queue, "endpoint"), json_true());
	json_decref(memory->own);
	memory->own = kept;
}

/* The list has the one under most pressure first. */
static void give_labels(struct metrics_memory *memory, const json_t *list)
{
	const json_t *queue;
	size_t i;

	free_labels(memory, list);
	json_array_foreach(list, i, queue)
		if (json_object_size(memory->own) < METRICS_SERVICES)
			json_object_set_new(memory->own, model_text(queue, "endpoint"), json_true());
}

/* --- the others */

static json_int_t never_falling(struct metrics_memory *memory, const char *name, json_int_t sum)
{
	const json_t *told = json_object_get(memory->other, name);
	json_int_t last = json_integer_value(json_array_get(told, 0));
	json_int_t lost = json_integer_value(json_array_get(told, 1));

	if (sum < last)
		lost += last - sum;
	json_object_set_new(memory->other, name, json_pack("[I,I]", sum, lost));
	return sum + lost;
}

static void add_others(json_t *families, const char *ifname, const json_t *list, struct metrics_memory *memory)
{
	json_int_t sum[FAMILIES] = {}, modes = 0;
	const json_t *queue;
	size_t i;

	json_array_foreach(list, i, queue) {
		if (has_label(memory, queue))
			continue;
		for (unsigned int f = 0; f < FAMILIES; f++)
			sum[f] += number_of(member_of(queue, &service_families[f]));
		modes += in_cookie_mode(queue);
	}
	for (unsigned int f = 0; f < FAMILIES; f++) {
		const struct family *family = &service_families[f].family;

		if (strcmp(family->type, "counter") == 0)
			sum[f] = never_falling(memory, family->name, sum[f]);
		family_add(families, family, "", labels_of(ifname, OTHER), json_integer(sum[f]));
	}
	family_add(families, &cookie_mode, "", labels_of(ifname, OTHER), json_integer(modes));
}

void metrics_services(json_t *families, const char *ifname, const json_t *list, struct metrics_memory *memory)
{
	const json_t *queue;
	size_t i;

	if (!memory->own)
		*memory = (struct metrics_memory){ json_object(), json_object() };
	give_labels(memory, list);
	json_array_foreach(list, i, queue)
		if (has_label(memory, queue))
			add_listener(families, ifname, queue);
	/* Once it was there it stays: its counters go on. */
	if (json_array_size(list) > METRICS_SERVICES || json_object_size(memory->other))
		add_others(families, ifname, list, memory);
}

void metrics_forget(struct metrics_memory *memory)
{
	json_decref(memory->own);
	json_decref(memory->other);
	memset(memory, 0, sizeof(*memory));
}
