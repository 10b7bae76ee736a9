/* SPDX-License-Identifier: GPL-2.0 */
/*
 * options.c - one table of options: from it come parsing, defaults, checks and --help.
 *
 * What options mean together (end below start) is checked here too; what they mean to the kernel is not.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <levee/config.h>

#include "duration.h"
#include "errors.h"
#include "near.h"
#include "options.h"
#include "order.h"
#include "output.h"

#define COMMAND_ROW(NAME, name, first, second, args, min, max, summary) \
	[CMD_##NAME] = { first second, first, second, args, summary, min, max, cmd_##name },
const struct command commands[CMD_COUNT] = { COMMANDS(COMMAND_ROW) };
#undef COMMAND_ROW

enum option_type {
	OPT_FLAG,
	OPT_CHOICE,
	OPT_NUMBER,  /* digits, or digits and k or M for 1024 and its square */
	OPT_SECONDS, /* decimal; stored as ms */
	OPT_TIME,	  /* as duration.h reads it; stored as ms */
	OPT_LIST,	  /* any text, several times */
};

#define ON(NAME) (1U << CMD_##NAME)
#define ON_ALL ((1U << CMD_COUNT) - 1)
#define ON_FILTERED (ON(FLOWS) | ON(FLOWS_DELETE) | ON(EVENTS))

struct option {
	const char *name;
	enum option_type type;
	size_t field;
	unsigned int commands;
	unsigned int preset, least, most;
	const char *value; /* its name in help; choices: the words, separated by | */
	const char *help;
};

#define COOKIES_WORD(NAME, word, help) word "|"
#define COOKIES_HELP(NAME, word, help) word ": " help "; "
#define BEGAN_HELP(NAME, name, help) #name ": " help "; "
#define ORDER_WORD(NAME, name, help) #name "|"

static const struct option table[] = {
	{ "mode", OPT_CHOICE, offsetof(struct options, mode), ON(ATTACH), MODE_AUTO, 0, 0, "auto|native|generic",
	  "native: XDP in the driver; generic: XDP in the stack, slower, any driver; auto: native, else generic" },
	{ "exclusive", OPT_FLAG, offsetof(struct options, exclusive), ON(ATTACH), 0, 0, 0, NULL,
	  "no libxdp dispatcher: levee is the only XDP program of the interface, held by a pinned BPF link" },
	{ "cookies", OPT_CHOICE, offsetof(struct options, cookies), ON(ATTACH), LEVEE_COOKIES_ADAPTIVE, 0, 0,
	  LEVEE_COOKIES(COOKIES_WORD), "when SYNs are answered by cookies. " LEVEE_COOKIES(COOKIES_HELP) },
	{ "start", OPT_NUMBER, offsetof(struct options, start), ON(ATTACH), LEVEE_START_PERCENT_DEFAULT, 1, 100, "PCT",
	  "adaptive: cookies start when half-open connections fill this share, in percent" },
	{ "end", OPT_NUMBER, offsetof(struct options, end), ON(ATTACH), LEVEE_END_PERCENT_DEFAULT, 0, 99, "PCT",
	  "adaptive: cookies end below this share, cookies in flight counted; below --start" },
	{ "half-open", OPT_NUMBER, offsetof(struct options, half_open), ON(ATTACH) | ON(DOCTOR),
	  LEVEE_HALF_OPEN_DEFAULT, LEVEE_HALF_OPEN_MIN, LEVEE_HALF_OPEN_MAX, "N",
	  "size of the half-open table, in connections" },
	{ "flows", OPT_NUMBER, offsetof(struct options, flows), ON(ATTACH) | ON(DOCTOR), LEVEE_FLOWS_DEFAULT,
	  LEVEE_FLOWS_MIN, LEVEE_FLOWS_MAX, "N", "size of the flow table, in connections" },
	{ "all", OPT_FLAG, offsetof(struct options, all), ON(DETACH), 0, 0, 0, NULL,
	  "every interface of this network namespace, and what namespaces that are gone have left" },
	{ "watch", OPT_SECONDS, offsetof(struct options, watch_ms), ON(STATS), 0, 100, 3600000, "SEC",
	  "print again every SEC seconds until interrupted; with --json one document per line" },
	{ "state", OPT_LIST, offsetof(struct options, state), ON_FILTERED, 0, 0, 0, "STATE | LOCAL/REMOTE",
	  "an end is in this state, or this host's end is in LOCAL and the other in REMOTE (either may be left out)" },
	{ "src", OPT_LIST, offsetof(struct options, src), ON_FILTERED, 0, 0, 0, "ENDS", "who opened the connection" },
	{ "dst", OPT_LIST, offsetof(struct options, dst), ON_FILTERED, 0, 0, 0, "ENDS", "who was asked for it" },
	{ "service", OPT_LIST, offsetof(struct options, service), ON_FILTERED, 0, 0, 0, "ENDS",
	  "this host's end, whoever opened it" },
	{ "began", OPT_LIST, offsetof(struct options, began), ON_FILTERED, 0, 0, 0, "WORD", LEVEE_BEGAN(BEGAN_HELP) },
	{ "idle", OPT_TIME, offsetof(struct options, idle_ms), ON(FLOWS) | ON(FLOWS_DELETE), 0, 0, 0, "TIME",
	  "silent for so long at least: 30 (seconds), 500ms, 5min, 2h, 1d" },
	{ "sort", OPT_CHOICE, offsetof(struct options, sort), ON(FLOWS), ORDER_NONE, 0, 0, FLOW_ORDERS(ORDER_WORD),
	  "none: as they stand in the table, in constant memory; others: the oldest, biggest or slowest first" },
	{ "reverse", OPT_FLAG, offsetof(struct options, reverse), ON(FLOWS), 0, 0, 0, NULL, "with --sort: last first" },
	{ "limit", OPT_NUMBER, offsetof(struct options, limit), ON(FLOWS), 0, 1, ~0U, "N",
	  "show so many rows at most" },
	{ "summary", OPT_FLAG, offsetof(struct options, summary), ON(FLOWS), 0, 0, 0, NULL,
	  "count by state and by service instead" },
	{ "all", OPT_FLAG, offsetof(struct options, all), ON(FLOWS_DELETE), 0, 0, 0, NULL,
	  "all of them, where no filter is given" },
	{ "count", OPT_NUMBER, offsetof(struct options, count), ON(EVENTS), 0, 1, ~0U, "N",
	  "stop after so many events" },
	{ "jsonl", OPT_FLAG, offsetof(struct options, jsonl), ON(FLOWS) | ON(EVENTS), 0, 0, 0, NULL,
	  "print one JSON object per line; errors as text on stderr" },
	{ "json", OPT_FLAG, offsetof(struct options, json), ON_ALL & ~ON(EVENTS), 0, 0, 0, NULL,
	  "print one JSON document instead of text; errors too" },
	{ "json", OPT_FLAG, offsetof(struct options, jsonl), ON(EVENTS), 0, 0, 0, NULL, "the same as --jsonl" },
	{ "help", OPT_FLAG, offsetof(struct options, help), ON_ALL, 0, 0, 0, NULL, "print this and exit" },
};

#define OPTIONS (sizeof(table) / sizeof(table[0]))

_Static_assert(OPTIONS <= 32, "options.given has a bit for each");

static unsigned int *field(struct options *o, const struct option *opt)
{
	return (unsigned int *)((char *)o + opt->field);
}

/* --- which command */

/* "" of a command of one word. */
static const char *second_word(const struct command *c)
{
	return c->second + (*c->second == ' ');
}

/* Is this the first of the commands that begin with its first word? */
static bool leads_group(unsigned int i)
{
	return i == 0 || strcmp(commands[i].first, commands[i - 1].first) != 0;
}

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
		if (!leads_group(i) || !begins(word, commands[i].first))
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
		if (strcmp(word, second_word(&commands[i])) == 0)
			return i;
		if (!needed || !begins(word, second_word(&commands[i])))
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

		if (leads_group(i) && begins(word, commands[i].first))
			snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", commands[i].first);
	}
	return failed(EXIT_USAGE, "command \"%s\" could be: %s\ntype more of it", word, list);
}

static int no_second_word(unsigned int group, const char *word)
{
	const char *first = commands[group].first;
	struct near near = near_to(word);
	char list[192] = "";

	for (unsigned int i = group; in_group(group, i); i++) {
		size_t used = strlen(list);

		near_consider(&near, second_word(&commands[i]));
		snprintf(list + used, sizeof(list) - used, "%slevee %s %s", used ? ", or " : "", commands[i].name,
			 commands[i].arguments);
	}
	if (near.best)
		return failed(EXIT_USAGE, "no command \"%s %s\"\ndid you mean \"levee %s %s\"?", first, word, first,
			      near.best);
	return failed(EXIT_USAGE, "\"levee %s\": what of it?\nusage: %s", first, list);
}

/* Does `word` name commands of two words, and no command by itself? */
static bool is_group(const char *word)
{
	int group = find_group(word);

	return group >= 0 && *commands[group].second;
}

int command_unknown(unsigned int count, const char *const *words, int found)
{
	if (found == NO_SECOND_WORD)
		return no_second_word(find_group(words[0]), count > 1 ? words[1] : "");
	return found == SEVERAL_COMMANDS ? several_commands(words[0]) : no_command(words[0]);
}

/* --- options */

static int unknown_option(const struct options *o, const char *word)
{
	const char *command = commands[o->command].name;
	struct near near = near_to(word);

	for (unsigned int i = 0; i < OPTIONS; i++)
		if (table[i].commands & 1U << o->command)
			near_consider(&near, table[i].name);
	if (near.best)
		return failed(EXIT_USAGE, "\"levee %s\" has no option --%s\ndid you mean --%s?", command, word,
			      near.best);
	return failed(EXIT_USAGE, "\"levee %s\" has no option --%s\n\"levee %s --help\" lists them", command, word,
		      command);
}

/* Length of an option's value in help: choices that come from a list end in one | too many. */
static int value_len(const struct option *opt)
{
	size_t len = opt->value ? strlen(opt->value) : 0;

	return len - (len && opt->value[len - 1] == '|');
}

#define CHOICE_MAX 32

/* The next of an option's words, and where the one behind it begins; NULL behind the last. */
static const char *next_choice(char word[CHOICE_MAX], const char *words)
{
	size_t len = strcspn(words, "|");

	if (!len)
		return NULL;
	snprintf(word, CHOICE_MAX, "%.*s", (int)len, words);
	return words + len + (words[len] == '|');
}

/* "\ndid you mean X?", or "" where nothing is near. */
static const char *nearest_choice(char to[64], const struct option *opt, const char *text)
{
	struct near near = near_to(text);
	char word[CHOICE_MAX];

	to[0] = '\0';
	for (const char *words = opt->value; (words = next_choice(word, words));) {
		unsigned int before = near.distance;

		near_consider(&near, word);
		if (near.distance < before)
			snprintf(to, 64, "\ndid you mean %s?", word);
	}
	return to;
}

static int parse_choice(const struct option *opt, const char *text, unsigned int *to)
{
	const char *words = opt->value;
	char word[CHOICE_MAX], nearest[64];

	for (unsigned int i = 0; (words = next_choice(word, words)); i++) {
		if (strcmp(word, text) == 0) {
			*to = i;
			return 0;
		}
	}
	return failed(EXIT_USAGE, "--%s: \"%s\" is none of %.*s%s", opt->name, text, value_len(opt), opt->value,
		      nearest_choice(nearest, opt, text));
}

static int parse_number(const struct option *opt, const char *text, unsigned int *to)
{
	unsigned long long n = 0;
	char *end = (char *)text;

	errno = 0;
	if (*text >= '0' && *text <= '9')
		n = strtoull(text, &end, 10);
	if (end != text && n <= ~0U && (*end == 'k' || *end == 'K' || *end == 'M'))
		n *= *end++ == 'M' ? 1024 * 1024 : 1024;
	if (end == text || *end || errno)
		return failed(EXIT_USAGE, "--%s: \"%s\" is not a number", opt->name, text);
	if (n < opt->least || n > opt->most)
		return failed(EXIT_USAGE, "--%s: %s is not between %u and %u", opt->name, text, opt->least, opt->most);
	*to = n;
	return 0;
}

static int parse_seconds(const struct option *opt, const char *text, unsigned int *to)
{
	char *end = (char *)text;
	double s = 0;

	if ((*text >= '0' && *text <= '9') || *text == '.')
		s = strtod(text, &end);
	if (end == text || *end)
		return failed(EXIT_USAGE, "--%s: \"%s\" is not a number of seconds", opt->name, text);
	if (s * 1000 < opt->least || s * 1000 > opt->most)
		return failed(EXIT_USAGE, "--%s: %s is not between %g and %g seconds", opt->name, text,
			      opt->least / 1e3, opt->most / 1e3);
	*to = s * 1000;
	return 0;
}

static int parse_time(const struct option *opt, const char *text, unsigned int *to)
{
	__u64 ms;

	if (!duration_parse(text, &ms) || ms > ~0U)
		return failed(EXIT_USAGE, "--%s: \"%s\" is not a time\n" DURATION_EXAMPLES, opt->name, text);
	*to = ms;
	return 0;
}

static int parse_list(const struct option *opt, const char *text, struct option_list *to)
{
	if (to->count == LIST_MAX)
		return failed(EXIT_USAGE, "--%s: given more than %d times", opt->name, LIST_MAX);
	to->text[to->count++] = text;
	return 0;
}

static int parse_value(struct options *o, const struct option *opt, const char *text)
{
	static int (*const parse[])(const struct option *, const char *, unsigned int *) = {
		[OPT_CHOICE] = parse_choice,
		[OPT_NUMBER] = parse_number,
		[OPT_SECONDS] = parse_seconds,
		[OPT_TIME] = parse_time,
	};

	if (opt->type == OPT_LIST)
		return parse_list(opt, text, (struct option_list *)field(o, opt));
	return parse[opt->type](opt, text, field(o, opt));
}

static const struct option *find_option(const struct options *o, const char *name, size_t len)
{
	for (unsigned int i = 0; i < OPTIONS; i++)
		if ((table[i].commands & 1U << o->command) && strlen(table[i].name) == len &&
		    strncmp(table[i].name, name, len) == 0)
			return &table[i];
	return NULL;
}

/* One option at argv[*at]; moves *at past its value. */
static int parse_option(struct options *o, int argc, char **argv, int *at)
{
	const char *name = argv[*at] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct option *opt = find_option(o, name, len);
	char word[32];

	if (!opt) {
		snprintf(word, sizeof(word), "%.*s", (int)len, name);
		return unknown_option(o, word);
	}
	o->given |= 1U << (opt - table);
	if (opt->type == OPT_FLAG) {
		*field(o, opt) = 1;
		return equals ? failed(EXIT_USAGE, "--%s takes no value", opt->name) : 0;
	}
	if (equals)
		return parse_value(o, opt, equals + 1);
	if (*at + 1 >= argc)
		return failed(EXIT_USAGE, "--%s needs a value (%s)", opt->name, opt->value);
	return parse_value(o, opt, argv[++*at]);
}

static int parse_argument(struct options *o, const char *word)
{
	const struct command *c = &commands[o->command];

	if (o->arguments == c->most)
		return failed(EXIT_USAGE, "\"%s\" is one argument too many\nusage: levee %s %s", word, c->name,
			      c->arguments);
	o->argument[o->arguments++] = word;
	return 0;
}

static int check_arguments(const struct options *o)
{
	const struct command *c = &commands[o->command];

	if (o->command == CMD_DETACH && !o->arguments == !o->all)
		return failed(EXIT_USAGE, "which interface?\nusage: levee detach IFACE, or levee detach --all");
	if (o->arguments < c->fewest)
		return failed(EXIT_USAGE, "%s?\nusage: levee %s %s", o->arguments ? "to what" : "which interface",
			      c->name, c->arguments);
	return 0;
}

/* Forms of output that exclude each other. */
static int check_form(const struct options *o)
{
	if (o->json && o->jsonl)
		return failed(EXIT_USAGE, "--json and --jsonl: which of them?");
	if (o->summary && (o->jsonl || o->sort || o->reverse))
		return failed(EXIT_USAGE, "--summary has an order of its own, and no --jsonl");
	if (o->reverse && !o->sort)
		return failed(EXIT_USAGE, "--reverse of what order?\nsay --sort too");
	return 0;
}

static int check_together(const struct options *o)
{
	int err;

	if (o->help)
		return 0;
	err = check_arguments(o);
	if (!err)
		err = check_form(o);
	if (!err && o->end >= o->start)
		return failed(EXIT_USAGE, "--end %u is not below --start %u: cookies would flap on and off", o->end,
			      o->start);
	return err;
}

static void set_presets(struct options *o)
{
	for (unsigned int i = 0; i < OPTIONS; i++)
		*field(o, &table[i]) = table[i].preset;
}

static bool wants_json(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

/* Options that may stand where a command is expected. */
static const char *command_word(const char *word)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return "help";
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return "version";
	return word;
}

static int parse_rest(struct options *o, int argc, char **argv)
{
	bool only_arguments = false;

	for (int i = 0; i < argc; i++) {
		int err = 0;

		if (!only_arguments && strcmp(argv[i], "--") == 0) {
			only_arguments = true;
			continue;
		}
		if (!only_arguments && strcmp(argv[i], "-h") == 0)
			o->help = 1;
		else if (!only_arguments && strncmp(argv[i], "--", 2) == 0)
			err = parse_option(o, argc, argv, &i);
		else if (!only_arguments && argv[i][0] == '-')
			err = unknown_option(o, argv[i] + 1);
		else
			err = parse_argument(o, argv[i]);
		if (err)
			return err;
	}
	return 0;
}

static bool is_flag(const char *word)
{
	if (strcmp(word, "-h") == 0)
		return true;
	for (unsigned int i = 0; strncmp(word, "--", 2) == 0 && i < OPTIONS; i++)
		if (table[i].type == OPT_FLAG && strcmp(table[i].name, word + 2) == 0)
			return true;
	return false;
}

/*
 * Which command argv begins with. Flags may stand before a second word: it comes forward, behind the first, and is
 * counted in *used.
 */
static int take_command(int argc, char **argv, int *used)
{
	const char *words[2] = { command_word(argv[0]) };
	int at = 1, found;
	bool second;

	while (at < argc && is_flag(argv[at]))
		at++;
	if (at < argc)
		words[1] = argv[at];
	found = command_find(at < argc ? 2 : 1, words, &second);
	*used = 1 + second;
	if (second) {
		memmove(&argv[2], &argv[1], (at - 1) * sizeof(argv[0]));
		argv[1] = (char *)words[1];
	}
	return found < 0 ? -command_unknown(at < argc ? 2 : 1, words, found) : found;
}

/* "levee config --help": of all the commands that begin so. */
static bool asks_for_group(int argc, char **argv)
{
	return argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) && is_group(argv[0]);
}

int options_parse(struct options *o, int argc, char **argv)
{
	int found, used, err;

	memset(o, 0, sizeof(*o));
	set_presets(o);
	errors_as_json(wants_json(argc, argv));
	while (argc > 0 && strcmp(argv[0], "--json") == 0) {
		o->json = 1;
		argc--;
		argv++;
	}
	if (argc == 0)
		return failed(EXIT_USAGE, "which command?\n\"levee help\" lists them");
	if (asks_for_group(argc, argv)) {
		o->command = CMD_HELP;
		o->argument[o->arguments++] = argv[0];
		return 0;
	}
	found = take_command(argc, argv, &used);
	if (found < 0)
		return -found;
	o->command = found;
	err = parse_rest(o, argc - used, argv + used);
	return err ? err : check_together(o);
}

bool options_given(const struct options *o, const char *name)
{
	for (unsigned int i = 0; i < OPTIONS; i++)
		if (o->given & 1U << i && strcmp(table[i].name, name) == 0)
			return true;
	return false;
}

#define OVERVIEW_COLUMN 26

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
	fprintf(to, "Exit codes: 0 ok, 1 failed, 2 usage, 3 not attached or nothing matched,\n"
		    "4 a privilege or a kernel feature is missing.\n");
}

/* The words of a choice without the last |, and its preset; the bounds of a number. */
static void help_values(const struct option *opt, char *to, size_t size)
{
	const char *word = opt->value;

	to[0] = '\0';
	if (opt->type == OPT_NUMBER && opt->preset)
		snprintf(to, size, " (%u to %u; %u if not given)", opt->least, opt->most, opt->preset);
	if (opt->type == OPT_SECONDS)
		snprintf(to, size, " (%g to %g)", opt->least / 1e3, opt->most / 1e3);
	if (opt->type != OPT_CHOICE)
		return;
	for (unsigned int i = 0; i < opt->preset; i++)
		word += strcspn(word, "|") + 1;
	snprintf(to, size, " (%.*s if not given)", (int)strcspn(word, "|"), word);
}

#define HELP_COLUMN 18

static void help_option(FILE *to, const struct option *opt)
{
	size_t help_len = strlen(opt->help);
	char left[96], values[80], text[512];

	while (opt->help[help_len - 1] == ' ' || opt->help[help_len - 1] == ';')
		help_len--;
	help_values(opt, values, sizeof(values));
	snprintf(text, sizeof(text), "%.*s%s", (int)help_len, opt->help, values);
	snprintf(left, sizeof(left), "  --%s%s%.*s", opt->name, value_len(opt) ? " " : "", value_len(opt),
		 opt->value ? opt->value : "");
	output_wrapped(to, help_left(to, left, HELP_COLUMN), HELP_COLUMN, text);
}

#define FILTER_NOTES                                                                                                \
	"ENDS is ADDRESS, NETWORK/BITS, :PORT, ADDRESS:PORT, NETWORK/BITS:PORT, [IPV6]:PORT or "                    \
	"[NETWORK/BITS]:PORT. Of a connection that came in (handshake, cookie, adopted) the remote end opened "     \
	"it, of an outgoing one this host. A filter may be given several times: any of its values may fit, but of " \
	"different filters all must. Words may be shortened, and - and _ are the same."

/* What stands below the options. */
static const char *const notes[CMD_COUNT] = {
	[CMD_FLOWS] = FILTER_NOTES,
	[CMD_FLOWS_DELETE] = FILTER_NOTES
	" A connection that is deleted but goes on is adopted again by its next packet.",
	[CMD_EVENTS] = FILTER_NOTES " One process at a time can listen to an interface.",
	[CMD_CONFIG_SET] =
		"NAME is a timeout of \"levee config show\", VALUE a time as 30s, 5min, 2h or 1d, or "
		"\"default\". Of several, all are changed or none. What is set holds until levee is detached.",
};

void help_command(FILE *to, enum command_id id)
{
	const struct command *c = &commands[id];

	fprintf(to, "usage: levee %s%s%s [options]\n\n", c->name, *c->arguments ? " " : "", c->arguments);
	output_wrapped(to, "", 0, c->summary);
	fputc('\n', to);
	for (unsigned int i = 0; i < OPTIONS; i++)
		if (table[i].commands & 1U << id)
			help_option(to, &table[i]);
	if (!notes[id])
		return;
	fputc('\n', to);
	output_wrapped(to, "", 0, notes[id]);
}

bool help_group(FILE *to, const char *word)
{
	size_t first;
	int group = find_group(word);

	if (!is_group(word))
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
