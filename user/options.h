/* SPDX-License-Identifier: GPL-2.0 */
/*
 * options.h - the command line, parsed: the commands, and what options say to them. option_table.c has the options.
 */
#ifndef USER_OPTIONS_H
#define USER_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include <levee/config.h>

/*
 * In the order of help. The second word, with the space before it, is "" for most; commands of the same first word stand
 * together, and one that has no second word comes first of those.
 * X(NAME, name, first word, second word, arguments, fewest, most, summary)
 */
#define COMMANDS(X)                                                                                                  \
	X(ATTACH, attach, "attach", "", "IFACE", 1, 1, "protect the TCP listeners behind an interface")              \
	X(CONFIRM, confirm, "confirm", "", "IFACE", 1, 1,                                                            \
	  "keep what \"attach --confirm\" would detach again by itself")                                             \
	X(DETACH, detach, "detach", "", "IFACE | --all", 0, 1, "remove levee from an interface")                     \
	X(RUN, run, "run", "", "IFACE", 1, 1,                                                                        \
	  "attach or adopt, and stay: fresh listeners, history, repairs, a log; what systemd starts")                \
	X(RELOAD, reload, "reload", "", "IFACE", 1, 1,                                                               \
	  "apply levee.conf, and put this levee's programs in the place of those that run")                          \
	X(STATUS, status, "status", "", "[IFACE]", 0, 1, "where and how levee is attached, and what it protects")    \
	X(STATS, stats, "stats", "", "IFACE", 1, 1, "what happened to packets: totals and rates, by reason")         \
	X(QUEUES, queues, "queues", "", "IFACE", 1, 1, "SYN queue and accept queue of every listener")               \
	X(TOP, top, "top", "", "IFACE", 1, 1, "a live screen: rates, tables, listeners, sources of SYNs, events")    \
	X(FLOWS, flows, "flows", "", "IFACE", 1, 1, "connections, half-open ones too, with the states of both ends") \
	X(FLOWS_DELETE, flows_delete, "flows", " delete", "IFACE FILTER...", 1, 1,                                   \
	  "forget connections; they themselves go on")                                                               \
	X(EVENTS, events, "events", "", "IFACE", 1, 1, "connections as they begin, change their state and end")      \
	X(REPORT, report, "report", "", "IFACE", 1, 1,                                                               \
	  "one page to keep: state, graphs of the last hour, tables; for a post-mortem")                             \
	X(METRICS, metrics, "metrics", "", "[IFACE...]", 0, ARGUMENTS_MAX,                                           \
	  "counters and gauges for Prometheus: printed, into a file, or served")                                     \
	X(CONFIG_SHOW, config_show, "config", " show", "IFACE", 1, 1, "settings, and every timeout with its reason") \
	X(CONFIG_SET, config_set, "config", " set", "IFACE NAME=VALUE...", 2, ARGUMENTS_MAX,                         \
	  "change timeouts while levee runs")                                                                        \
	X(CONFIG_CHECK, config_check, "config", " check", "", 0, 0, "is levee.conf right, and what does it say?")    \
	X(CONFIG_LOAD, config_load, "config", " load", "IFACE", 1, 1, "apply levee.conf while levee runs")           \
	X(DOCTOR, doctor, "doctor", "", "[IFACE]", 0, 1, "what this kernel, driver and interface can do")            \
	X(WHY, why, "why", "", "[IFACE] SRC:PORT DST:PORT", 2, 3,                                                    \
	  "what levee would do with such a packet, and the state that leads to it")                                  \
	X(HELP, help, "help", "", "[COMMAND]", 0, 2, "this list, or a command's options")                            \
	X(VERSION, version, "version", "", "", 0, 0, "version of this program and of its maps")

#define COMMAND_ENUM(NAME, name, first, second, args, min, max, summary) CMD_##NAME,
enum command_id { COMMANDS(COMMAND_ENUM) CMD_COUNT };
#undef COMMAND_ENUM

enum xdp_choice { MODE_AUTO, MODE_NATIVE, MODE_GENERIC };

#define ARGUMENTS_MAX 16

/* The values of an option that may be given several times. */
#define LIST_MAX 32

struct option_list {
	unsigned int count;
	const char *text[LIST_MAX];
};

struct options {
	enum command_id command;
	unsigned int arguments;
	const char *argument[ARGUMENTS_MAX]; /* IFACE first; or COMMAND of help; NULL behind the last */
	unsigned int mode;	   /* enum xdp_choice */
	unsigned int exclusive;
	unsigned int cookies; /* enum levee_cookies */
	unsigned int start;   /* percent */
	unsigned int end;
	unsigned int half_open; /* entries */
	unsigned int flows;
	unsigned int confirm_ms; /* 0: it stays */
	unsigned int detach_on_exit;
	unsigned int all;
	unsigned int watch_ms; /* 0: once */
	struct option_list state, src, dst, service, began;
	struct option_list flags, tcp_options; /* one of each */
	unsigned int seq, ack, data;
	unsigned int idle_ms;
	unsigned int sort; /* enum flow_order */
	unsigned int reverse;
	unsigned int limit; /* 0: none */
	unsigned int count;
	const char *out;	 /* NULL: not given */
	unsigned int sample_ms;
	const char *listen;   /* NULL: not asked for */
	const char *textfile; /* the same */
	const char *user;	  /* the same */
	unsigned int summary;
	unsigned int jsonl;
	unsigned int json;
	unsigned int color; /* enum color_choice */
	unsigned int help;
	const char *file; /* --file; once levee.conf was read, its name; NULL none */
	__u32 timeout_ms[LEVEE_TIMEOUT_COUNT];
	struct levee_provenance from; /* of what levee.conf said (user/conf.c) */
	__u64 given;	     /* bit of each option that was on the command line, by its place in the table */
};

struct command {
	const char *name; /* in full */
	const char *first, *second;
	const char *arguments, *summary;
	unsigned int fewest, most;
	int (*run)(const struct options *options);
};

extern const struct command commands[CMD_COUNT];

#define COMMAND_RUN(NAME, name, first, second, args, min, max, summary) int cmd_##name(const struct options *options);
COMMANDS(COMMAND_RUN)
#undef COMMAND_RUN

/* What options are where nobody has said anything. */
void options_presets(struct options *options);

/* argv without the program's name. Returns 0, or EXIT_USAGE after failed(). */
int options_parse(struct options *options, int argc, char **argv);

/* Was this option on the command line? */
bool options_given(const struct options *options, const char *name);

/* Did somebody choose this setting, on the command line or in levee.conf? */
bool options_chosen(const struct options *options, enum levee_settable setting);

/* Notes that this option's value is the file's. */
void options_from_file(struct options *options, const char *name);

/* Where each setting of these options comes from. */
struct levee_provenance options_provenance(const struct options *options);

/* Cookies must end below where they start. `dashes` stands before the options' names: "--", or "" for keys of a file. */
int options_check_percents(const struct options *options, const char *dashes);

void help_overview(FILE *to);
void help_command(FILE *to, enum command_id id);

/* The same of all commands of two words that begin with `word`; false if there are none. */
bool help_group(FILE *to, const char *word);

/*
 * The command that the first one or two of `count` words name: the first may be shortened while it stays unique, the
 * second where the first alone is no command. Sets *second to whether both were used. Negative: see command_unknown.
 */
int command_find(unsigned int count, const char *const *words, bool *second);

/* Reports why there is no such command; `found` is command_find()'s answer. */
int command_unknown(unsigned int count, const char *const *words, int found);

#endif
