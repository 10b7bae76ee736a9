/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tell.c - see tell.h. On a terminal lines have the time of day in front, which the journal adds by itself.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cleanup.h"
#include "clock.h"
#include "output.h"
#include "tell.h"
#include "words.h"

static void say_json(const struct teller *t, enum journal_level level, const char *event, json_t *figures,
		     const char *text)
{
	free_json json_t *line = json_pack("{s:I, s:s, s:s, s:s}", "time_unix_ms", (json_int_t)clock_unix_ms(),
					   "interface", t->ifname, "level", journal_level_name(level), "event", event);

	if (figures)
		json_object_update_missing(line, figures);
	json_object_set_new(line, "text", json_string(text));
	output_json(line, false);
}

static void say(const struct teller *t, enum journal_level level, const char *event, json_t *figures, const char *text)
{
	char line[1024], when[32];

	snprintf(line, sizeof(line), "%s: %s", t->ifname, text);
	if (t->json)
		say_json(t, level, event, figures, text);
	else if (journal_reads_stderr())
		journal_line(level, line);
	else
		fprintf(stderr, "%s %s\n", text_time(when, clock_unix_ms()), line);
	json_decref(figures);
}

void tell(const struct teller *t, enum journal_level level, const char *event, json_t *figures, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say(t, level, event, figures, text);
}

void tell_all(const struct teller *t, json_t *messages)
{
	json_t *m;
	size_t i;

	json_array_foreach(messages, i, m)
		say(t, model_number(m, "level"), model_text(m, "event"), json_deep_copy(m), model_text(m, "text"));
	json_decref(messages);
}
