/* SPDX-License-Identifier: GPL-2.0 */
/*
 * generate.c - copies a template to stdout, and puts what the program's own tables say where it has a line "@name@". So
 * what people read and what completes cannot differ from what the parser takes.
 *
 *   generate TEMPLATE
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sections.h"

static const struct section *find_in(const struct section *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

static const struct section *find(const char *name)
{
	const struct section *found = find_in(mdoc_sections, mdoc_section_count, name);

	return found ? found : find_in(bash_sections, bash_section_count, name);
}

/* The name between two @ that are all of a line, or NULL. Ends the line there. */
static const char *section_name(char *line)
{
	size_t len = strcspn(line, "\n");

	if (len < 3 || line[0] != '@' || line[len - 1] != '@')
		return NULL;
	line[len - 1] = '\0';
	return line + 1;
}

static bool copy_line(char *line, FILE *to)
{
	const char *name = section_name(line);
	const struct section *section = name ? find(name) : NULL;

	if (section)
		section->print(to);
	else if (!name)
		fputs(line, to);
	else
		fprintf(stderr, "generate: there is no @%s@\n", name);
	return section || !name;
}

int main(int argc, char **argv)
{
	FILE *from = argc == 2 ? fopen(argv[1], "r") : NULL;
	char *line = NULL;
	size_t size = 0;
	bool ok = true;

	if (!from) {
		fprintf(stderr, "usage: generate TEMPLATE\n");
		return 2;
	}
	while (ok && getline(&line, &size, from) >= 0)
		ok = copy_line(line, stdout);
	ok = ok && !ferror(from) && fflush(stdout) == 0;
	free(line);
	fclose(from);
	return ok ? 0 : 1;
}
