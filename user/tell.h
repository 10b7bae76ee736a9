/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tell.h - what `levee run` says while it runs: a line each, for the journal, for a terminal, or as JSON.
 */
#ifndef USER_TELL_H
#define USER_TELL_H

#include <stdbool.h>
#include <jansson.h>

#include "journal.h"

struct teller {
	const char *ifname;
	bool json; /* one object per line on stdout */
};

/*
 * Says it, and takes `figures` (an object, or NULL): members of the JSON line, between its time and its text. `event` names
 * what kind of message this is.
 */
void tell(const struct teller *t, enum journal_level level, const char *event, json_t *figures, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* The messages of transitions_find(), which are taken. */
void tell_all(const struct teller *t, json_t *messages);

#endif
