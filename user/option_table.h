/* SPDX-License-Identifier: GPL-2.0 */
/*
 * option_table.h - what commands and options there are. Parsing, --help, man pages and completion all read these tables.
 */
#ifndef USER_OPTION_TABLE_H
#define USER_OPTION_TABLE_H

#include <stddef.h>

#include "options.h"
#include "words.h"

enum option_type {
	OPT_FLAG,
	OPT_CHOICE,
	OPT_NUMBER,  /* digits, or digits and k or M for 1024 and its square */
	OPT_SECONDS, /* decimal; stored as ms */
	OPT_TIME,	  /* as duration.h reads it; stored as ms; `most` of 0: no bounds */
	OPT_TEXT,	  /* any text */
	OPT_ADDRESS, /* as listen.h reads it; where the next word is none, the default: a text too */
	OPT_LIST,	  /* any text, several times */
};

struct option {
	const char *name;
	enum option_type type;
	size_t field;
	__u64 commands; /* a bit for each, by enum command_id */
	unsigned int preset, least, most;
	const char *
		value; /* its name in help; choices: the words, separated by | ; FILE and IFACE are completed as such */
	const char *help;
};

extern const struct option option_table[];
extern const unsigned int option_count;

/* What stands below a command's options in its help; NULL for most. */
extern const char *const command_notes[CMD_COUNT];

/*
 * Parses a value of an option that is no flag. `name` is what an error calls it: "--start" on the command line, the key
 * in levee.conf.
 */
int option_parse(struct options *o, const struct option *opt, const char *name, const char *text);

static inline bool option_is_of(const struct option *opt, enum command_id command)
{
	return opt->commands >> command & 1;
}

/*
 * Is it a setting of an interface, which levee.conf may have too? Those that attach and run take, but for the form of their
 * output. What attach alone takes is for a hand at the keyboard.
 */
static inline bool option_is_setting(const struct option *opt)
{
	return option_is_of(opt, CMD_ATTACH) && option_is_of(opt, CMD_RUN) && !option_is_of(opt, CMD_CONFIG_CHECK);
}

/* Length of an option's value in help: choices that come from a list end in one | too many. */
int option_value_len(const struct option *opt);

/* The words that a value may have or begin with, where a vocabulary has them; NULL elsewhere. */
const struct vocabulary *option_words(const struct option *opt);

#define OPTION_HELP_MAX 768

/* What an option does, with its bounds and preset, as --help and the man pages say it. Returns `to`. */
const char *option_help(char to[OPTION_HELP_MAX], const struct option *opt);

#define CHOICE_MAX 32

/* The next of a choice's words, and where the one behind it begins; NULL behind the last. */
const char *option_next_choice(char word[CHOICE_MAX], const char *words);

/* "" of a command of one word. */
const char *command_second(const struct command *c);

/* The first of the commands of two words that begin with `word`; negative where there are none, or it is a command by itself. */
int command_group(const char *word);

/* Is this the first of the commands that begin with its first word? */
bool command_leads_group(unsigned int id);

#endif
