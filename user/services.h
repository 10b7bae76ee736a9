/* SPDX-License-Identifier: GPL-2.0 */
/*
 * services.h - the services that an attached levee knows, as a model and as text.
 */
#ifndef USER_SERVICES_H
#define USER_SERVICES_H

#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>

#include "maps.h"

/* The services that are known, by port and address. */
struct service_list {
	struct levee_service *all; /* the table, which owners are indices of */
	unsigned int count;
	const struct levee_service *known[LEVEE_SERVICES_MAX];
};

/* NULL and errno if the table cannot be read. */
struct service_list *services_read(const struct maps *maps);
void services_free(struct service_list *list);

/* The service of an address and port, also one that is gone; NULL: not known. */
const struct levee_service *services_find(const struct service_list *list, const struct levee_service_key *key);

/* Does a place of the table hold a service, or the entry of a wildcard listener? */
bool service_is_live(const struct service_list *list, unsigned int index);

/* The entry that counts for a service: itself, or that of its wildcard listener. */
const struct levee_service *service_owner_of(const struct service_list *list, const struct levee_service *s);

/* A JSON array, in that order; NULL and errno. The caller owns it. */
json_t *services_model(const struct maps *maps);

/* One service of a list, as services_model() has it. The caller owns it. */
json_t *services_model_of(const struct maps *maps, const struct service_list *list, const struct levee_service *s);

void services_render(const json_t *services, FILE *to);

#endif
