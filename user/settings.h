/* SPDX-License-Identifier: GPL-2.0 */
/*
 * settings.h - the settings as `levee config show` has them.
 */
#ifndef USER_SETTINGS_H
#define USER_SETTINGS_H

#include <jansson.h>

#include "maps.h"

/* The document levee.config/1, or NULL after failed(). */
json_t *settings_model(const struct maps *maps);

#endif
