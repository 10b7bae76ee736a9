/* SPDX-License-Identifier: GPL-2.0 */
/*
 * families.c - see families.h.
 */
#include <stdlib.h>
#include <string.h>

#include "families.h"
#include "output.h"

static json_t *samples_of(json_t *families, const struct family *f)
{
	json_t *family = json_object_get(families, f->name);

	if (!family) {
		family = json_pack("{s:s, s:s, s:[]}", "type", f->type, "help", f->help, "samples");
		json_object_set_new(families, f->name, family);
	}
	return json_object_get(family, "samples");
}

void family_add(json_t *families, const struct family *f, const char *suffix, json_t *labels, json_t *value)
{
	json_t *sample = json_pack("{s:o, s:o}", "labels", labels ? labels : json_object(), "value", value);

	if (*suffix)
		json_object_set_new(sample, "suffix", json_string(suffix));
	json_array_append_new(samples_of(families, f), sample);
}

/* A backslash and a newline would end or change the line; in a label's value, a quote too. */
static void put_escaped(const char *text, const char *special, FILE *to)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			fputc('\\', to);
		fputc(*text == '\n' ? 'n' : *text, to);
	}
}

static void render_labels(const json_t *labels, FILE *to)
{
	const char *before = "{", *name;
	json_t *value;

	json_object_foreach((json_t *)labels, name, value) {
		fprintf(to, "%s%s=\"", before, name);
		put_escaped(json_string_value(value), "\\\n\"", to);
		fputc('"', to);
		before = ",";
	}
	if (*before == ',')
		fputc('}', to);
}

/* The shortest form that reads back as the same number. */
static void render_value(const json_t *value, FILE *to)
{
	double number = json_number_value(value);
	char text[32];

	if (json_is_integer(value)) {
		fprintf(to, "%lld", (long long)json_integer_value(value));
		return;
	}
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	fputs(text, to);
}

static void render_family(const char *name, const json_t *family, FILE *to)
{
	const json_t *sample;
	size_t i;

	fprintf(to, "# HELP %s ", name);
	put_escaped(model_text(family, "help"), "\\\n", to);
	fprintf(to, "\n# TYPE %s %s\n", name, model_text(family, "type"));
	json_array_foreach(json_object_get(family, "samples"), i, sample) {
		fprintf(to, "%s%s", name, model_text(sample, "suffix"));
		render_labels(json_object_get(sample, "labels"), to);
		fputc(' ', to);
		render_value(json_object_get(sample, "value"), to);
		fputc('\n', to);
	}
}

void families_render(const json_t *families, FILE *to)
{
	const char *name;
	json_t *family;

	json_object_foreach((json_t *)families, name, family)
		render_family(name, family, to);
}

static void document_labels(const json_t *family, FILE *to)
{
	const json_t *labels = json_object_get(json_array_get(json_object_get(family, "samples"), 0), "labels");
	const char *before = "", *name;
	json_t *value;

	json_object_foreach((json_t *)labels, name, value) {
		fprintf(to, "%s%s", before, name);
		before = ", ";
	}
}

void families_document(const json_t *families, FILE *to)
{
	const char *name;
	json_t *family;

	fputs("| family | type | labels | what it says |\n| --- | --- | --- | --- |\n", to);
	json_object_foreach((json_t *)families, name, family) {
		fprintf(to, "| `%s` | %s | ", name, model_text(family, "type"));
		document_labels(family, to);
		fprintf(to, " | %s |\n", model_text(family, "help"));
	}
}
