/* SPDX-License-Identifier: GPL-2.0 */
/*
 * help.c - what --help and "levee help" print, from the tables of commands and options.
 */
#include <stdio.h>
#include <string.h>

#include "duration.h"
#include "errors.h"
#include "option_table.h"
#include "output.h"

#define OVERVIEW_COLUMN 26
#define EXIT_CODE_HELP(NAME, number, help) #number " " help ", "

/* What stands left of a column of text, on a line of its own if it reaches into it. */
static const char *help_left(FILE *to, char left[96], int column)
{
	int len = strlen(left);

	if (len >= column) {
		fprintf(to, "%s\n", left);
		len = 0;
	}
	snprintf(left + len, 96 - len, "%*s", column - len, "");
	return left;
}

void help_overview(FILE *to)
{
	char left[96];

	fprintf(to, "levee: protects TCP listeners from SYN floods, in the driver, without sysctls\n\n");
	fprintf(to, "usage: levee COMMAND ...\n\n");
	for (int i = 0; i < CMD_COUNT; i++) {
		snprintf(left, sizeof(left), "  %-8s %s", commands[i].name, commands[i].arguments);
		output_wrapped(to, help_left(to, left, OVERVIEW_COLUMN), OVERVIEW_COLUMN, commands[i].summary);
	}
	fprintf(to, "\nA command may be shortened while it stays unique: levee det eth0.\n");
	fprintf(to, "Options: levee COMMAND --help\n");
	output_wrapped(to, "", 0, "Exit codes: " EXIT_CODES(EXIT_CODE_HELP) "see levee(8).");
}

/* The words of a choice without the last |, and its preset; the bounds of a number. */
static void help_values(const struct option *opt, char *to, size_t size)
{
	const char *word = opt->value;
	char least[32], most[32];

	to[0] = '\0';
	if (opt->type == OPT_NUMBER && opt->preset)
		snprintf(to, size, " (%u to %u; %u if not given)", opt->least, opt->most, opt->preset);
	if (opt->type == OPT_SECONDS)
		snprintf(to, size, " (%g to %g)", opt->least / 1e3, opt->most / 1e3);
	if (opt->type == OPT_TIME && opt->most)
		snprintf(to, size, " (%s to %s)", duration_exact(least, opt->least), duration_exact(most, opt->most));
	if (opt->type != OPT_CHOICE)
		return;
	for (unsigned int i = 0; i < opt->preset; i++)
		word += strcspn(word, "|") + 1;
	snprintf(to, size, " (%.*s if not given)", (int)strcspn(word, "|"), word);
}

const char *option_help(char to[OPTION_HELP_MAX], const struct option *opt)
{
	size_t len = strlen(opt->help);
	char values[80];

	while (opt->help[len - 1] == ' ' || opt->help[len - 1] == ';')
		len--;
	help_values(opt, values, sizeof(values));
	snprintf(to, OPTION_HELP_MAX, "%.*s%s", (int)len, opt->help, values);
	return to;
}

#define HELP_COLUMN 18

static void help_option(FILE *to, const struct option *opt)
{
	char left[96], text[OPTION_HELP_MAX];

	snprintf(left, sizeof(left), "  --%s%s%.*s", opt->name, option_value_len(opt) ? " " : "", option_value_len(opt),
		 opt->value ? opt->value : "");
	output_wrapped(to, help_left(to, left, HELP_COLUMN), HELP_COLUMN, option_help(text, opt));
}

void help_command(FILE *to, enum command_id id)
{
	const struct command *c = &commands[id];

	fprintf(to, "usage: levee %s%s%s [options]\n\n", c->name, *c->arguments ? " " : "", c->arguments);
	output_wrapped(to, "", 0, c->summary);
	fputc('\n', to);
	for (unsigned int i = 0; i < option_count; i++)
		if (option_is_of(&option_table[i], id))
			help_option(to, &option_table[i]);
	if (!command_notes[id])
		return;
	fputc('\n', to);
	output_wrapped(to, "", 0, command_notes[id]);
}

bool help_group(FILE *to, const char *word)
{
	size_t first;
	int group = command_group(word);

	if (group < 0)
		return false;
	first = strcspn(commands[group].name, " ");
	for (int i = 0, printed = 0; i < CMD_COUNT; i++) {
		if (strncmp(commands[i].name, commands[group].name, first) != 0)
			continue;
		if (printed++)
			fputs("\n\n", to);
		help_command(to, i);
	}
	return true;
}