/* SPDX-License-Identifier: GPL-2.0 */
/*
 * html.c - escaping.
 */
#include <stdarg.h>

#include "html.h"

static const char *escaped(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t':
	case '\n':
		return NULL;
	default:
		return c < ' ' || c == 0x7f ? "\xef\xbf\xbd" : NULL;
	}
}

void html_text(FILE *to, const char *text)
{
	for (; *text; text++) {
		const char *instead = escaped(*text);

		if (instead)
			fputs(instead, to);
		else
			fputc(*text, to);
	}
}

void html_element(FILE *to, const char *name, const char *class_name, const char *text)
{
	if (class_name)
		fprintf(to, "<%s class=\"%s\">", name, class_name);
	else
		fprintf(to, "<%s>", name);
	html_text(to, text);
	fprintf(to, "</%s>", name);
}

void html_format(FILE *to, const char *name, const char *class_name, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	html_element(to, name, class_name, text);
}
