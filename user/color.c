/* SPDX-License-Identifier: GPL-2.0 */
/*
 * color.c - see color.h.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <levee/service.h>

#include "color.h"
#include "words.h"

static enum color_choice chosen = COLOR_AUTO;
/* What is known of stdout and stderr: events ask for every line. */
static enum { NOT_KNOWN, OFF, ON } known[2];

void color_choose(enum color_choice choice)
{
	chosen = choice;
	known[0] = known[1] = NOT_KNOWN;
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

/* A terminal that does not say what it is can do nothing, as a dumb one. */
static bool can_color(int fd)
{
	const char *term = getenv("TERM");

	return is_set("TERM") && strcmp(term, "dumb") != 0 && isatty(fd);
}

static bool decide(int fd)
{
	if (chosen == COLOR_AUTO)
		return !is_set("NO_COLOR") && can_color(fd);
	return chosen == COLOR_ALWAYS;
}

bool color_is_on(FILE *to)
{
	int i = to == stderr;

	if (known[i] == NOT_KNOWN)
		known[i] = decide(i ? STDERR_FILENO : STDOUT_FILENO) ? ON : OFF;
	return known[i] == ON;
}

const char *color_begin(FILE *to, enum color color)
{
	static const char *const escape[] = {
		[COLOR_PLAIN] = "",	    [COLOR_HEADING] = "\033[1m", [COLOR_GOOD] = "\033[32m",
		[COLOR_ALERT] = "\033[33m", [COLOR_BAD] = "\033[1;31m",
	};

	return color_is_on(to) ? escape[color] : "";
}

const char *color_end(FILE *to, enum color color)
{
	return color != COLOR_PLAIN && color_is_on(to) ? "\033[0m" : "";
}

void color_print(FILE *to, enum color color, const char *fmt, ...)
{
	va_list args;

	fputs(color_begin(to, color), to);
	va_start(args, fmt);
	vfprintf(to, fmt, args);
	va_end(args);
	fputs(color_end(to, color), to);
}

enum color color_of_level(const char *level)
{
	if (strcmp(level, "ok") == 0)
		return COLOR_GOOD;
	return strcmp(level, "warn") == 0 ? COLOR_ALERT : COLOR_BAD;
}

enum color color_of_mode(const char *mode)
{
	return strcmp(mode, word_mode(LEVEE_MODE_COOKIE)) == 0 ? COLOR_ALERT : COLOR_GOOD;
}
