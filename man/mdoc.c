/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mdoc.c - commands, options, reasons and the other lists of the program as mdoc(7): what stands between the sentences of
 * levee.8.in and levee.conf.5.in.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <levee/config.h>
#include <levee/event.h>
#include <levee/stats.h>

#include "duration.h"
#include "errors.h"
#include "option_table.h"
#include "sections.h"
#include "timeouts.h"

/* --- text */

static bool ends_sentence(const char *at)
{
	return strchr(".?!", at[0]) && at[1] == ' ' && isupper((unsigned char)at[2]);
}

/*
 * One or more sentences, each on lines of its own as mdoc wants it. What starts a line must not look like a request, and a
 * hyphen of an option must stay the one that can be typed.
 */
static void put_text(FILE *to, const char *text)
{
	bool begins = true;

	for (; *text; text++) {
		if (begins && (*text == '.' || *text == '\''))
			fputs("\\&", to);
		begins = ends_sentence(text);
		if (*text == '\\')
			fputs("\\e", to);
		else if (*text == '-' && text[1] != ' ')
			fputs("\\-", to);
		else
			fputc(*text, to);
		if (begins) {
			fputc('\n', to);
			text++;
		}
	}
}

/* Lists have phrases, as the tables do: some begin with a word of the command line, which is not to be changed. */
static void put_phrase(FILE *to, const char *text)
{
	put_text(to, text);
	fputc('\n', to);
}

/* A phrase as a sentence. */
static void put_sentence(FILE *to, const char *text)
{
	char first[2] = { toupper((unsigned char)*text) };
	size_t len = strlen(text);

	put_text(to, first);
	put_text(to, text + 1);
	fputs(strchr(".?!", text[len - 1]) ? "\n" : ".\n", to);
}

struct named {
	const char *name, *help;
};

#define BEGIN_OPTIONS ".Bl -tag -width Ds\n"
#define BEGIN_NAMES ".Bl -tag -compact -width syn_repeated_drop_\n"
#define END_LIST ".El\n"

static void put_list(FILE *to, const struct named *list, size_t count)
{
	fputs(BEGIN_NAMES, to);
	for (size_t i = 0; i < count; i++) {
		if (!*list[i].name)
			continue;
		fprintf(to, ".It Cm %s\n", list[i].name);
		put_phrase(to, list[i].help);
	}
	fputs(END_LIST, to);
}

/* --- commands and their options */

static size_t word_len(const char *text)
{
	return strcspn(text, " ");
}

/* "IFACE", "NAME=VALUE...", "--all", "|", "delete". */
static void put_word(FILE *to, const char *word, size_t len)
{
	bool more = len > 3 && strncmp(word + len - 3, "...", 3) == 0;

	if (more)
		len -= 3;
	if (strncmp(word, "--", 2) == 0)
		fprintf(to, " Fl Fl %.*s", (int)len - 2, word + 2);
	else if (*word == '|')
		fputs(" |", to);
	else
		fprintf(to, " %s %.*s", islower((unsigned char)*word) ? "Cm" : "Ar", (int)len, word);
	if (more)
		fputs(" ...", to);
}

/* Words in a row; in brackets those that may be left out. */
static void put_words(FILE *to, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		size_t word = word_len(text) < (size_t)(end - text) ? word_len(text) : (size_t)(end - text);
		bool closes = text[word - 1] == ']';

		if (*text == '[') {
			fputs(" Oo", to);
			text++;
			word--;
		}
		put_word(to, text, word - closes);
		if (closes)
			fputs(" Oc", to);
		text += word;
		text += text < end && *text == ' ';
	}
}

static void print_synopsis(FILE *to)
{
	for (int i = 0; i < CMD_COUNT; i++) {
		fprintf(to, ".Nm\n.Cm %s", commands[i].name);
		put_words(to, commands[i].arguments, strlen(commands[i].arguments));
		fputs(" Op Ar options\n", to);
	}
}

/* Most commands have it, so it is told once. */
static bool is_common(const struct option *opt)
{
	return 2 * __builtin_popcountll(opt->commands) > CMD_COUNT;
}

static void put_choices(FILE *to, const struct option *opt)
{
	char word[CHOICE_MAX];
	const char *bar = "";

	for (const char *words = opt->value; (words = option_next_choice(word, words)); bar = " |")
		fprintf(to, "%s Cm %s", bar, word);
}

static void put_option(FILE *to, const struct option *opt)
{
	char text[OPTION_HELP_MAX];

	fprintf(to, ".It Fl Fl %s", opt->name);
	if (opt->type == OPT_CHOICE)
		put_choices(to, opt);
	else if (opt->value)
		put_words(to, opt->value, strlen(opt->value));
	fputc('\n', to);
	put_phrase(to, option_help(text, opt));
}

static void put_options(FILE *to, int id)
{
	bool any = false;

	for (unsigned int i = 0; i < option_count; i++) {
		if (!option_is_of(&option_table[i], id) || is_common(&option_table[i]))
			continue;
		if (!any)
			fputs(BEGIN_OPTIONS, to);
		any = true;
		put_option(to, &option_table[i]);
	}
	if (any)
		fputs(END_LIST, to);
}

/* The command before this one whose notes these begin with, or a negative number. */
static int notes_before(int id)
{
	for (int i = 0; i < id; i++)
		if (command_notes[i] && strncmp(command_notes[id], command_notes[i], strlen(command_notes[i])) == 0)
			return i;
	return -1;
}

static void put_notes(FILE *to, int id)
{
	int before = command_notes[id] ? notes_before(id) : -1;
	const char *rest = command_notes[id];

	if (!rest)
		return;
	if (before < 0)
		fputs(".Pp\n", to);
	else
		fprintf(to, ".Pp\nThe notes on\n.Cm levee %s\nhold here too.\n", commands[before].name);
	if (before >= 0)
		rest += strlen(command_notes[before]);
	rest += strspn(rest, " ");
	if (*rest)
		put_sentence(to, rest);
}

static void print_commands(FILE *to)
{
	for (int i = 0; i < CMD_COUNT; i++) {
		const struct command *c = &commands[i];

		fprintf(to, ".Ss levee %s%s%s\n", c->name, *c->arguments ? " " : "", c->arguments);
		put_sentence(to, c->summary);
		put_options(to, i);
		put_notes(to, i);
	}
}

/* The commands that do not have it. */
static void put_exceptions(FILE *to, const struct option *opt)
{
	const char *before = "(not of";

	for (int i = 0; i < CMD_COUNT; i++) {
		if (option_is_of(opt, i))
			continue;
		fprintf(to, "%s\n.Cm %s", before, commands[i].name);
		before = " ,";
	}
	if (*before == ' ')
		fputs(" )\n", to);
}

static void print_common_options(FILE *to)
{
	fputs(BEGIN_OPTIONS, to);
	for (unsigned int i = 0; i < option_count; i++) {
		if (!is_common(&option_table[i]))
			continue;
		put_option(to, &option_table[i]);
		put_exceptions(to, &option_table[i]);
	}
	fputs(END_LIST, to);
}

/* --- lists of the contract */

#define NAMED(NAME, name, help, ...) { #name, help },
#define PRINT_LIST(section, LIST)                                   \
	static void print_##section(FILE *to)                       \
	{                                                           \
		static const struct named list[] = { LIST(NAMED) }; \
		put_list(to, list, sizeof(list) / sizeof(list[0])); \
	}

PRINT_LIST(passed, LEVEE_REASONS_PASS)
PRINT_LIST(answered, LEVEE_REASONS_TX)
PRINT_LIST(dropped, LEVEE_REASONS_DROP)
PRINT_LIST(counters, LEVEE_COUNTERS)
PRINT_LIST(events, LEVEE_EVENTS)
PRINT_LIST(began, LEVEE_BEGAN)
PRINT_LIST(ended, LEVEE_ENDED)

#define WORDED(NAME, word, help) { word, help },

static void print_attachments(FILE *to)
{
	static const struct named list[] = { LEVEE_ATTACHMENTS(WORDED) };

	put_list(to, list, sizeof(list) / sizeof(list[0]));
}

static void print_exit_codes(FILE *to)
{
#define EXIT_ROW(NAME, number, help) { #number, help },
	static const struct named list[] = { EXIT_CODES(EXIT_ROW) };

	put_list(to, list, sizeof(list) / sizeof(list[0]));
}

static void print_states(FILE *to)
{
	for (unsigned int i = 0; i < words_state.count; i++)
		fprintf(to, ".Cm %s%s\n", words_state.word[i], i + 1 < words_state.count ? " ," : " .");
}

static void put_timeouts(FILE *to, const char *prefix)
{
	char preset[32];

	for (int i = 0; i < LEVEE_TIMEOUT_COUNT; i++) {
		fprintf(to, ".It Cm %s%s\n", prefix, timeouts[i].name);
		fprintf(to, "%s if not set%s:\n", duration_exact(preset, timeouts[i].preset_ms),
			timeouts[i].elastic ? "; elastic" : "");
		put_phrase(to, timeouts[i].why);
	}
}

static void print_timeouts(FILE *to)
{
	fputs(BEGIN_NAMES, to);
	put_timeouts(to, "");
	fputs(END_LIST, to);
}

/* --- levee.conf */

static void put_key(FILE *to, const struct option *opt)
{
	char text[OPTION_HELP_MAX];

	fprintf(to, ".It Cm %s", opt->name);
	if (opt->type == OPT_FLAG)
		fputs(" = Cm yes | Cm no", to);
	else
		fputs(" =", to);
	if (opt->type == OPT_CHOICE)
		put_choices(to, opt);
	else if (opt->value)
		put_words(to, opt->value, strlen(opt->value));
	fputc('\n', to);
	put_phrase(to, option_help(text, opt));
}

static void print_keys(FILE *to)
{
	fputs(BEGIN_OPTIONS, to);
	for (unsigned int i = 0; i < option_count; i++)
		if (option_is_setting(&option_table[i]))
			put_key(to, &option_table[i]);
	fputs(END_LIST, to);
}

static void print_timeout_keys(FILE *to)
{
	fputs(BEGIN_OPTIONS, to);
	put_timeouts(to, "timeout.");
	fputs(END_LIST, to);
}

static void print_system(FILE *to)
{
	fprintf(to, ".Os levee %s\n", LEVEE_VERSION);
}

const struct section mdoc_sections[] = {
	{ "system", print_system },
	{ "synopsis", print_synopsis },
	{ "commands", print_commands },
	{ "common options", print_common_options },
	{ "passed", print_passed },
	{ "answered", print_answered },
	{ "dropped", print_dropped },
	{ "counters", print_counters },
	{ "events", print_events },
	{ "began", print_began },
	{ "ended", print_ended },
	{ "attachments", print_attachments },
	{ "states", print_states },
	{ "timeouts", print_timeouts },
	{ "exit codes", print_exit_codes },
	{ "keys", print_keys },
	{ "timeout keys", print_timeout_keys },
};
const size_t mdoc_section_count = sizeof(mdoc_sections) / sizeof(mdoc_sections[0]);
