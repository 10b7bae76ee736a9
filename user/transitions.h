/* SPDX-License-Identifier: GPL-2.0 */
/*
 * transitions.h - what has changed between two looks at the queues that somebody will want to read in the log.
 */
#ifndef USER_TRANSITIONS_H
#define USER_TRANSITIONS_H

#include <jansson.h>

/*
 * `before` and `now` are the "queues" of levee.queues/1; a queue that is not in `before` was calm and had room. `begun`
 * keeps between calls what cookie mode began with: an object that the caller makes and frees. Returns an array of messages,
 * which the caller owns: {"level": n, "event": "cookies_on", "text": "...", and figures}. Pure.
 */
json_t *transitions_find(json_t *begun, const json_t *before, const json_t *now);

#endif
