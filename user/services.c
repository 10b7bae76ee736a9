/* SPDX-License-Identifier: GPL-2.0 */
/*
 * services.c - reading the service table. Its layout is levee/table.h's.
 */
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include <levee/table.h>

#include "cleanup.h"
#include "output.h"
#include "services.h"
#include "words.h"

static int by_port(const void *a, const void *b)
{
	const struct levee_service_key *x = &(*(const struct levee_service *const *)a)->key;
	const struct levee_service_key *y = &(*(const struct levee_service *const *)b)->key;
	int ports = ntohs(x->port) - ntohs(y->port);

	return ports ? ports : memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

static json_t *options_model(const struct levee_profile *p)
{
	static const struct {
		unsigned char bit;
		const char *name;
	} names[] = {
		{ LEVEE_OPT_WSCALE, "wscale" },
		{ LEVEE_OPT_SACK, "sack" },
		{ LEVEE_OPT_TS, "timestamps" },
		{ LEVEE_OPT_ECN, "ecn" },
	};
	json_t *list = json_array();

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (p->options & names[i].bit)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static json_t *profile_model(const struct levee_profile *p)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:o}", "mss", p->mss, "window", p->window, "wscale", p->wscale,
			 "ttl", p->ttl, "tos", p->tos, "options", options_model(p));
}

/* Not learnt yet: cookies use the family's profile from the settings. */
static const struct levee_profile *profile_in_force(const struct maps *maps, const struct levee_service *s)
{
	if (s->flags & LEVEE_SVC_LEARNT)
		return &s->profile;
	return &maps->settings.profile[levee_addr_is_v4(&s->key.addr) ? LEVEE_V4 : LEVEE_V6];
}

/* `owner` counts for `s`: it is the service itself, or the entry of its wildcard listener. */
static json_t *service_model(const struct maps *maps, const struct levee_service *s, const struct levee_service *owner)
{
	char endpoint[64], address[48], queue[64];

	return json_pack("{s:s, s:s, s:i, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:b, s:b, s:b, s:o}",
			 "endpoint", text_endpoint(endpoint, &s->key.addr, s->key.port), "address",
			 text_address(address, &s->key.addr), "port", ntohs(s->key.port), "queue",
			 text_endpoint(queue, &owner->key.addr, owner->key.port), "mode", word_mode(owner->mode),
			 "mode_ms", (json_int_t)maps_mode_age(maps, owner->mode_ms), "mode_changes",
			 (json_int_t)owner->mode_changes, "share", (json_int_t)owner->share, "half_open",
			 (json_int_t)owner->half_open, "in_flight", (json_int_t)owner->in_flight, "backlog",
			 (json_int_t)owner->backlog, "forwarded", !!(s->flags & LEVEE_SVC_FORWARDED), "gone",
			 !!(s->flags & LEVEE_SVC_GONE), "refused", !!(s->flags & LEVEE_SVC_REFUSED), "seeded",
			 !!(s->flags & LEVEE_SVC_SEEDED), "learnt", !!(s->flags & LEVEE_SVC_LEARNT), "profile",
			 profile_model(profile_in_force(maps, s)));
}

/* The head of its set says so. */
bool service_is_live(const struct service_list *list, unsigned int i)
{
	const struct levee_head *head = (const struct levee_head *)&list->all[i - i % LEVEE_WAYS];

	return i % LEVEE_WAYS >= LEVEE_FIRST_WAY && levee_tag_live(head->tag[i % LEVEE_WAYS]);
}

/* As service_owner() of the datapath: an owner's entry may have been given to another since. */
const struct levee_service *service_owner_of(const struct service_list *list, const struct levee_service *s)
{
	const struct levee_service *owner = &list->all[s->owner % LEVEE_SERVICES_MAX];

	return owner->flags & LEVEE_SVC_LISTENER && owner->key.port == s->key.port ? owner : s;
}

struct service_list *services_read(const struct maps *maps)
{
	struct service_list *list = calloc(1, sizeof(*list));

	if (!list)
		return NULL;
	list->all = maps_read_array(maps, MAP_SERVICES, LEVEE_SERVICES_MAX, sizeof(*list->all));
	for (unsigned int i = 0; list->all && i < LEVEE_SERVICES_MAX; i++)
		if (service_is_live(list, i) && !(list->all[i].flags & LEVEE_SVC_LISTENER))
			list->known[list->count++] = &list->all[i];
	qsort(list->known, list->count, sizeof(list->known[0]), by_port);
	if (list->all)
		return list;
	free(list);
	return NULL;
}

const struct levee_service *services_find(const struct service_list *list, const struct levee_service_key *key)
{
	const struct levee_service like = { .key = *key }, *wanted = &like;
	const struct levee_service *const *found = bsearch(&wanted, list->known, list->count, sizeof(list->known[0]),
							   by_port);

	return found ? *found : NULL;
}

void services_free(struct service_list *list)
{
	if (list)
		free(list->all);
	free(list);
}

json_t *services_model(const struct maps *maps)
{
	struct service_list *list = services_read(maps);
	json_t *array;

	if (!list)
		return NULL;
	array = json_array();
	for (unsigned int i = 0; i < list->count; i++) {
		const struct levee_service *s = list->known[i];

		json_array_append_new(array, service_model(maps, s, service_owner_of(list, s)));
	}
	services_free(list);
	return array;
}

/* What is unusual about a service. */
static void render_remarks(const json_t *service, FILE *to)
{
	if (model_true(service, "gone"))
		fprintf(to, "    its listener is closed: SYNs go to the stack\n");
	if (model_true(service, "refused"))
		fprintf(to, "    no cookies: the kernel makes no connection from one (an MPTCP listener, or a\n"
			    "    redirected port)\n");
	if (model_true(service, "forwarded"))
		fprintf(to, "    no cookies: its answers come from elsewhere (forwarded to a container?)\n");
	if (strcmp(model_text(service, "queue"), model_text(service, "endpoint")))
		fprintf(to, "    shares the queue of %s\n", model_text(service, "queue"));
}

static void render_profile(const json_t *service, FILE *to)
{
	const json_t *p = json_object_get(service, "profile"), *option;
	bool wscale = false;
	size_t i;

	fprintf(to, "    %s; answers with mss %lld, window %lld",
		model_true(service, "learnt") ? "learnt from its SYN-ACK" : "not seen answering yet",
		model_number(p, "mss"), model_number(p, "window"));
	json_array_foreach(json_object_get(p, "options"), i, option) {
		wscale = strcmp(json_string_value(option), "wscale") == 0;
		if (wscale)
			fprintf(to, ", scale %lld", model_number(p, "wscale"));
		else
			fprintf(to, ", %s", json_string_value(option));
	}
	fputc('\n', to);
}

void services_render(const json_t *services, FILE *to)
{
	const json_t *s;
	char since[32];
	size_t i;

	color_print(to, COLOR_HEADING, "  %-26s %-6s %-14s %9s %9s %9s", "service", "mode", "for", "half-open", "share",
		    "in flight");
	fputc('\n', to);
	json_array_foreach(services, i, s) {
		const char *endpoint = model_text(s, "endpoint");

		/* A long IPv6 address has a line of its own, so that the columns hold. */
		if (strlen(endpoint) > 26)
			fprintf(to, "  %s\n", endpoint);
		fprintf(to, "  %-26s ", strlen(endpoint) > 26 ? "" : endpoint);
		color_print(to, color_of_mode(model_text(s, "mode")), "%-6s", model_text(s, "mode"));
		fprintf(to, " %-14s %9lld %9lld %9lld\n", output_duration(since, model_number(s, "mode_ms")),
			model_number(s, "half_open"), model_number(s, "share"), model_number(s, "in_flight"));
		render_profile(s, to);
		render_remarks(s, to);
	}
}
