/* SPDX-License-Identifier: GPL-2.0 */
/*
 * services.h - the services that an attached levee knows, as a model and as text.
 */
#ifndef USER_SERVICES_H
#define USER_SERVICES_H

#include <stdio.h>
#include <jansson.h>

#include "maps.h"

/* A JSON array, by port and address; NULL and errno. The caller owns it. */
json_t *services_model(const struct maps *maps);

void services_render(const json_t *services, FILE *to);

#endif
