/* SPDX-License-Identifier: GPL-2.0 */
/*
 * color.h - colour in text for people: little, by meaning, and only where it is wanted. JSON never has any.
 *
 * Wanted is what --color says. "auto", the preset, is: on a terminal that is not dumb, unless NO_COLOR is set and not
 * empty (https://no-color.org). Escapes stand around formatted text, never in it, so that widths do not count them.
 */
#ifndef USER_COLOR_H
#define USER_COLOR_H

#include <stdbool.h>
#include <stdio.h>

/* X(NAME, word on the command line): when */
#define COLOR_CHOICES(X)    \
	X(AUTO, "auto")     \
	X(ALWAYS, "always") \
	X(NEVER, "never")

#define COLOR_CHOICE_ENUM(NAME, word) COLOR_##NAME,
enum color_choice { COLOR_CHOICES(COLOR_CHOICE_ENUM) COLOR_CHOICE_COUNT };
#undef COLOR_CHOICE_ENUM

enum color {
	COLOR_PLAIN,
	COLOR_HEADING, /* bold */
	COLOR_GOOD,    /* green: as it should be */
	COLOR_ALERT,   /* yellow: levee is at work, or look at it */
	COLOR_BAD,	   /* bold red: broken, dropped, lost */
};

/* What --color says. COLOR_AUTO until then. */
void color_choose(enum color_choice choice);

/* Text in memory is on its way to stdout. */
bool color_is_on(FILE *to);

/* The escapes before and behind text of this colour; "" where there is none. */
const char *color_begin(FILE *to, enum color color);
const char *color_end(FILE *to, enum color color);

/* As fprintf. */
void color_print(FILE *to, enum color color, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Of a mode's word, "calm" or "cookie". */
enum color color_of_mode(const char *mode);

/* Of a finding's level: "ok", "warn" or "fail". */
enum color color_of_level(const char *level);

#endif
