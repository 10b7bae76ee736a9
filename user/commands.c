/* SPDX-License-Identifier: GPL-2.0 */
/*
 * commands.c - which command the first words of a command line name, shortened or misspelt.
 */
#include <stdio.h>
#include <string.h>

#include "errors.h"
#include "near.h"
#include "option_table.h"

static bool in_group(unsigned int group, unsigned int i)
{
	return i < CMD_COUNT && strcmp(commands[i].first, commands[group].first) == 0;
}

static bool begins(const char *part, const char *word)
{
	return *part && strncmp(word, part, strlen(part)) == 0;
}

enum not_found { NO_COMMAND = -1, SEVERAL_COMMANDS = -2, NO_SECOND_WORD = -3 };

static int find_group(const char *word)
{
	int found = NO_COMMAND;

	for (int i = 0; i < CMD_COUNT; i++) {
		if (!command_leads_group(i) || !begins(word, commands[i].first))
			continue;
		if (strcmp(word, commands[i].first) == 0)
			return i;
		found = found == NO_COMMAND ? i : SEVERAL_COMMANDS;
	}
	return found;
}

/* A second word stands where an interface could: it may be shortened only where no interface can stand. */
static int find_second(unsigned int group, const char *word)
{
	bool needed = *commands[group].second;
	int found = NO_SECOND_WORD, matches = 0;

	for (unsigned int i = group; in_group(group, i); i++) {
		if (strcmp(word, command_second(&commands[i])) == 0)
			return i;
		if (!needed || !begins(word, command_second(&commands[i])))
			continue;
		found = i;
		matches++;
	}
	return matches == 1 ? found : NO_SECOND_WORD;
}

int command_find(unsigned int count, const char *const *words, bool *second)
{
	int group = find_group(words[0]), found = NO_SECOND_WORD;

	*second = false;
	if (group < 0)
		return group;
	if (count > 1 && *words[1])
		found = find_second(group, words[1]);
	*second = found >= 0;
	return found < 0 && !*commands[group].second ? group : found;
}

static int no_command(const char *word)
{
	struct near near = near_to(word);

	for (int i = 0; i < CMD_COUNT; i++)
		near_consider(&near, commands[i].first);
	if (near.best)
		return failed(EXIT_USAGE, "no command \"%s\"\ndid you mean \"levee %s\"?", word, near.best);
	return failed(EXIT_USAGE, "no command \"%s\"\n\"levee help\" lists them", word);
}

static int several_commands(const char *word)
{
	char list[128] = "";

	for (int i = 0; i < CMD_COUNT; i++) {
		size_t used = strlen(list);

		if (command_leads_group(i) && begins(word, commands[i].first))
			snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", commands[i].first);
	}
	return failed(EXIT_USAGE, "command \"%s\" could be: %s\ntype more of it", word, list);
}

static int no_second_word(unsigned int group, const char *word)
{
	const char *first = commands[group].first;
	struct near near = near_to(word);
	char list[256] = "";

	for (unsigned int i = group; in_group(group, i); i++) {
		size_t used = strlen(list);

		near_consider(&near, command_second(&commands[i]));
		snprintf(list + used, sizeof(list) - used, "%slevee %s%s%s", used ? ", or " : "", commands[i].name,
			 *commands[i].arguments ? " " : "", commands[i].arguments);
	}
	if (near.best)
		return failed(EXIT_USAGE, "no command \"%s %s\"\ndid you mean \"levee %s %s\"?", first, word, first,
			      near.best);
	return failed(EXIT_USAGE, "\"levee %s\": what of it?\nusage: %s", first, list);
}

int command_group(const char *word)
{
	int group = find_group(word);

	return group >= 0 && *commands[group].second ? group : NO_COMMAND;
}

int command_unknown(unsigned int count, const char *const *words, int found)
{
	if (found == NO_SECOND_WORD)
		return no_second_word(find_group(words[0]), count > 1 ? words[1] : "");
	return found == SEVERAL_COMMANDS ? several_commands(words[0]) : no_command(words[0]);
}
