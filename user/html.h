/* SPDX-License-Identifier: GPL-2.0 */
/*
 * html.h - text into a page. Whatever comes from outside of this program (names of interfaces, hosts, processes) goes through
 * here, and through nothing else. What is written is XML too, so that any parser can check it.
 */
#ifndef USER_HTML_H
#define USER_HTML_H

#include <stdio.h>

/* Escaped, for text and for attributes in double quotes. Control characters, which XML forbids, become U+FFFD. */
void html_text(FILE *to, const char *text);

/* <NAME class="CLASS">text</NAME>; `class_name` may be NULL. Only `text` is escaped. */
void html_element(FILE *to, const char *name, const char *class_name, const char *text);

/* The same of formatted text. */
void html_format(FILE *to, const char *name, const char *class_name, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
