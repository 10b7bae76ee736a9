/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bash.c - the tables of commands and options as branches of the case statements of levee.bash.in. Nothing of them needs
 * quoting but spaces.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "option_table.h"
#include "sections.h"
#include "timeouts.h"
#include "words.h"

static void print_commands(FILE *to)
{
	for (int i = 0; i < CMD_COUNT; i++)
		fprintf(to, "\t'%s'\n", commands[i].name);
}

static void print_options(FILE *to)
{
	for (int id = 0; id < CMD_COUNT; id++) {
		fprintf(to, "\t'%s') echo", commands[id].name);
		for (unsigned int i = 0; i < option_count; i++)
			if (option_is_of(&option_table[i], id))
				fprintf(to, " --%s", option_table[i].name);
		fputs(" ;;\n", to);
	}
}

/* What a command's arguments are, by their names in its usage: "IFACE NAME=VALUE...". Options and filters are no arguments. */
static void print_arguments(FILE *to)
{
	for (int id = 0; id < CMD_COUNT; id++) {
		const char *text = commands[id].arguments;

		fprintf(to, "\t'%s') echo", commands[id].name);
		for (size_t len; *text; text += len, text += strspn(text, " ")) {
			len = strcspn(text, " ");
			if (*text != '|' && *text != '-' && strncmp(text, "FILTER", strlen("FILTER")) != 0)
				fprintf(to, " '%.*s'", (int)(len - (*text == '[') - (text[len - 1] == ']')),
					text + (*text == '['));
		}
		fputs(" ;;\n", to);
	}
}

/* "FIN_WAIT_1" as "fin-wait-1": the parser takes both. */
static void put_words(FILE *to, const struct vocabulary *v)
{
	for (unsigned int i = 0; i < v->count; i++) {
		fputs(i ? " " : "", to);
		for (const char *c = v->word[i]; *c; c++)
			fputc(*c == '_' ? '-' : tolower((unsigned char)*c), to);
	}
}

static void put_choices(FILE *to, const struct option *opt)
{
	char word[CHOICE_MAX];
	const char *space = "";

	for (const char *words = opt->value; (words = option_next_choice(word, words)); space = " ")
		fprintf(to, "%s%s", space, word);
}

/* One in brackets may be left out, so that nothing is known of the word behind the option. */
static bool needs_value(const struct option *opt)
{
	return opt->type != OPT_FLAG && *opt->value != '[';
}

/* A branch for each option that takes a value: the words it may have, or its name in help, from which the script knows it. */
static void print_values(FILE *to)
{
	for (unsigned int i = 0; i < option_count; i++) {
		const struct option *opt = &option_table[i];
		const char *bar = "\t";

		if (!needs_value(opt))
			continue;
		for (int id = 0; id < CMD_COUNT; id++) {
			if (!option_is_of(opt, id))
				continue;
			fprintf(to, "%s'%s --%s'", bar, commands[id].name, opt->name);
			bar = " | ";
		}
		fputs(") echo '", to);
		if (option_words(opt))
			put_words(to, option_words(opt));
		else if (opt->type == OPT_CHOICE)
			put_choices(to, opt);
		else
			fputs(opt->value, to);
		fputs("' ;;\n", to);
	}
}

static void print_timeouts(FILE *to)
{
	for (int i = 0; i < LEVEE_TIMEOUT_COUNT; i++)
		fprintf(to, "\t%s\n", timeouts[i].name);
}

const struct section bash_sections[] = {
	{ "names of commands", print_commands },      { "options of commands", print_options },
	{ "arguments of commands", print_arguments }, { "values of options", print_values },
	{ "names of timeouts", print_timeouts },
};
const size_t bash_section_count = sizeof(bash_sections) / sizeof(bash_sections[0]);
