/* SPDX-License-Identifier: GPL-2.0 */
/*
 * options.h - the command line: commands, options, their defaults, checks and help, from one table each.
 */
#ifndef USER_OPTIONS_H
#define USER_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

/* X(NAME, name, arguments, fewest, most, summary) */
#define COMMANDS(X)                                                                                 \
	X(ATTACH, attach, "IFACE", 1, 1, "protect the TCP listeners behind an interface")           \
	X(DETACH, detach, "IFACE | --all", 0, 1, "remove levee from an interface")                  \
	X(STATUS, status, "[IFACE]", 0, 1, "where and how levee is attached, and what it protects") \
	X(STATS, stats, "IFACE", 1, 1, "what happened to packets: totals and rates, by reason")     \
	X(DOCTOR, doctor, "[IFACE]", 0, 1, "what this kernel, driver and interface can do")         \
	X(HELP, help, "[COMMAND]", 0, 1, "this list, or a command's options")                       \
	X(VERSION, version, "", 0, 0, "version of this program and of its maps")

#define COMMAND_ENUM(NAME, name, args, min, max, summary) CMD_##NAME,
enum command_id { COMMANDS(COMMAND_ENUM) CMD_COUNT };
#undef COMMAND_ENUM

enum xdp_choice { MODE_AUTO, MODE_NATIVE, MODE_GENERIC };

struct options {
	enum command_id command;
	const char *argument; /* IFACE, or COMMAND of help; NULL if none */
	unsigned int mode;	   /* enum xdp_choice */
	unsigned int exclusive;
	unsigned int cookies; /* enum levee_cookies */
	unsigned int start;   /* percent */
	unsigned int end;
	unsigned int half_open; /* entries */
	unsigned int flows;
	unsigned int all;
	unsigned int watch_ms; /* 0: once */
	unsigned int json;
	unsigned int help;
	unsigned int given; /* bit of each option that was on the command line, by its place in the table */
};

struct command {
	const char *name, *arguments, *summary;
	unsigned int fewest, most;
	int (*run)(const struct options *options);
};

extern const struct command commands[CMD_COUNT];

#define COMMAND_RUN(NAME, name, args, min, max, summary) int cmd_##name(const struct options *options);
COMMANDS(COMMAND_RUN)
#undef COMMAND_RUN

/* argv without the program's name. Returns 0, or EXIT_USAGE after failed(). */
int options_parse(struct options *options, int argc, char **argv);

/* Was this option on the command line? */
bool options_given(const struct options *options, const char *name);

void help_overview(FILE *to);
void help_command(FILE *to, enum command_id id);

/* The command that `word` names or begins; -1 if none, -2 if several. */
int command_find(const char *word);

/* Reports why `word` is no command; `found` is command_find()'s answer. */
int command_unknown(const char *word, int found);

#endif
