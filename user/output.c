/* SPDX-License-Identifier: GPL-2.0 */
/*
 * output.c - line breaking, durations, rates, and JSON documents.
 */
#include <stdarg.h>
#include <string.h>

#include "output.h"

/* Bytes of `text` that fit into `room` columns: up to the last space, or a whole word that is too long. */
static size_t fitting(const char *text, size_t room)
{
	size_t len = strlen(text), end;

	if (len <= room)
		return len;
	for (end = room; end > 0; end--)
		if (text[end] == ' ')
			return end;
	return strcspn(text, " ");
}

void output_wrapped_color(FILE *to, enum color color, const char *first, int indent, const char *text)
{
	size_t column = strlen(first);

	color_print(to, color, "%s", first);
	do {
		size_t room = column < OUTPUT_COLUMNS ? OUTPUT_COLUMNS - column : 0;
		size_t line = fitting(text, room);

		fprintf(to, "%.*s\n", (int)line, text);
		text += line;
		text += strspn(text, " ");
		if (*text)
			fprintf(to, "%*s", indent, "");
		column = indent;
	} while (*text);
}

void output_wrapped(FILE *to, const char *first, int indent, const char *text)
{
	output_wrapped_color(to, COLOR_PLAIN, first, indent, text);
}

void output_json(const json_t *doc, bool pretty)
{
	json_dumpf(doc, stdout, pretty ? JSON_INDENT(2) : JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
}

void model_say(json_t *list, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	json_array_append_new(list, json_vsprintf(fmt, args));
	va_end(args);
}

const char *model_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

long long model_number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

double model_real(const json_t *object, const char *name)
{
	return json_number_value(json_object_get(object, name));
}

bool model_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

const char *output_duration(char to[32], unsigned long long ms)
{
	unsigned long long s = ms / 1000, min = s / 60, h = min / 60;

	if (s < 60)
		snprintf(to, 32, "%llu.%llu s", s, ms % 1000 / 100);
	else if (min < 60)
		snprintf(to, 32, "%llu min %llu s", min, s % 60);
	else if (h < 48)
		snprintf(to, 32, "%llu h %llu min", h, min % 60);
	else
		snprintf(to, 32, "%llu d %llu h", h / 24, h % 24);
	return to;
}

const char *output_rate(char to[16], double per_second)
{
	if (per_second < 9999.5)
		snprintf(to, 16, "%.0f", per_second);
	else if (per_second < 999950)
		snprintf(to, 16, "%.1f k", per_second / 1e3);
	else
		snprintf(to, 16, "%.2f M", per_second / 1e6);
	return to;
}

const char *output_short(char to[8], unsigned long long number)
{
	static const char units[] = "kMGTPE";
	unsigned long long tenths = number / 100;
	unsigned int unit = 0;

	for (; tenths >= 10000; tenths /= 1000)
		unit++;
	if (number < 1000)
		snprintf(to, 8, "%llu", number);
	else if (tenths < 100)
		snprintf(to, 8, "%llu.%llu%c", tenths / 10, tenths % 10, units[unit]);
	else
		snprintf(to, 8, "%llu%c", tenths / 10, units[unit]);
	return to;
}
