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

#include "errors.h"
#include "options.h"
#include "output.h"

#define COMMAND_ROW(NAME, name, args, min, max, summary) [CMD_##NAME] = { #name, args, summary, min, max, cmd_##name },
const struct command commands[CMD_COUNT] = { COMMANDS(COMMAND_ROW) };
#undef COMMAND_ROW

enum option_type {
	OPT_FLAG,
	OPT_CHOICE,
	OPT_NUMBER,  /* digits, or digits and k or M for 1024 and its square */
	OPT_SECONDS, /* decimal; stored as ms */
};

#define ON(NAME) (1U << CMD_##NAME)
#define ON_ALL ((1U << CMD_COUNT) - 1)

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
	{ "json", OPT_FLAG, offsetof(struct options, json), ON_ALL, 0, 0, 0, NULL,
	  "print one JSON document instead of text; errors too" },
	{ "help", OPT_FLAG, offsetof(struct options, help), ON_ALL, 0, 0, 0, NULL, "print this and exit" },
};

#define OPTIONS (sizeof(table) / sizeof(table[0]))

static unsigned int *field(struct options *o, const struct option *opt)
{
	return (unsigned int *)((char *)o + opt->field);
}

static unsigned int smallest(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein distance; words longer than 31 characters are as far as can be. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[32], la = strlen(a), lb = strlen(b);

	if (la > 31 || lb > 31)
		return ~0U;
	for (unsigned int j = 0; j <= lb; j++)
		row[j] = j;
	for (unsigned int i = 1; i <= la; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= lb; j++) {
			unsigned int up = row[j];

			row[j] = smallest(row[j - 1] + 1, up + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = up;
		}
	}
	return row[lb];
}

/* Keeps the nearer of *best and `candidate`, if it is near enough to be a slip of the finger. */
static void consider(const char **best, unsigned int *best_distance, const char *word, const char *candidate)
{
	unsigned int d = distance(word, candidate);

	if (d < *best_distance && d <= 1 + strlen(candidate) / 3) {
		*best = candidate;
		*best_distance = d;
	}
}

static int unknown_command(const char *word)
{
	const char *best = NULL;
	unsigned int d = ~0U;

	for (int i = 0; i < CMD_COUNT; i++)
		consider(&best, &d, word, commands[i].name);
	if (best)
		return failed(EXIT_USAGE, "no command \"%s\"\ndid you mean \"levee %s\"?", word, best);
	return failed(EXIT_USAGE, "no command \"%s\"\n\"levee help\" lists them", word);
}

static int unknown_option(const struct options *o, const char *word)
{
	const char *command = commands[o->command].name, *best = NULL;
	unsigned int d = ~0U;

	for (unsigned int i = 0; i < OPTIONS; i++)
		if (table[i].commands & 1U << o->command)
			consider(&best, &d, word, table[i].name);
	if (best)
		return failed(EXIT_USAGE, "\"levee %s\" has no option --%s\ndid you mean --%s?", command, word, best);
	return failed(EXIT_USAGE, "\"levee %s\" has no option --%s\n\"levee %s --help\" lists them", command, word,
		      command);
}

int command_find(const char *word)
{
	size_t len = strlen(word);
	int found = -1;

	for (int i = 0; i < CMD_COUNT; i++) {
		if (strcmp(commands[i].name, word) == 0)
			return i;
		if (len == 0 || strncmp(commands[i].name, word, len) != 0)
			continue;
		if (found >= 0)
			return -2;
		found = i;
	}
	return found;
}

int command_unknown(const char *word, int found)
{
	char list[128] = "";

	if (found == -1)
		return unknown_command(word);
	for (int i = 0; i < CMD_COUNT; i++) {
		size_t used = strlen(list);

		if (strncmp(commands[i].name, word, strlen(word)) == 0)
			snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", commands[i].name);
	}
	return failed(EXIT_USAGE, "command \"%s\" could be: %s\ntype one letter more", word, list);
}

static int parse_choice(const struct option *opt, const char *text, unsigned int *to)
{
	size_t len = strlen(text);
	const char *word = opt->value;

	for (unsigned int i = 0; *word; i++) {
		size_t word_len = strcspn(word, "|");

		if (word_len == len && strncmp(word, text, len) == 0) {
			*to = i;
			return 0;
		}
		word += word_len + (word[word_len] == '|');
	}
	return failed(EXIT_USAGE, "--%s: \"%s\" is none of %.*s", opt->name, text,
		      (int)(strlen(opt->value) - (opt->value[strlen(opt->value) - 1] == '|')), opt->value);
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

static int parse_value(struct options *o, const struct option *opt, const char *text)
{
	static int (*const parse[])(const struct option *, const char *, unsigned int *) = {
		[OPT_CHOICE] = parse_choice,
		[OPT_NUMBER] = parse_number,
		[OPT_SECONDS] = parse_seconds,
	};

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

	if (o->argument || c->most == 0)
		return failed(EXIT_USAGE, "\"%s\" is one argument too many\nusage: levee %s %s", word, c->name,
			      c->arguments);
	o->argument = word;
	return 0;
}

static int check_together(const struct options *o)
{
	const struct command *c = &commands[o->command];

	if (o->help)
		return 0;
	if (o->command == CMD_DETACH && !o->argument == !o->all)
		return failed(EXIT_USAGE, "which interface?\nusage: levee detach IFACE, or levee detach --all");
	if (!o->argument && c->fewest > 0)
		return failed(EXIT_USAGE, "which interface?\nusage: levee %s %s", c->name, c->arguments);
	if (o->end >= o->start)
		return failed(EXIT_USAGE, "--end %u is not below --start %u: cookies would flap on and off", o->end,
			      o->start);
	return 0;
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

int options_parse(struct options *o, int argc, char **argv)
{
	const char *word;
	int found, err;

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
	word = command_word(argv[0]);
	found = command_find(word);
	if (found < 0)
		return command_unknown(word, found);
	o->command = found;
	err = parse_rest(o, argc - 1, argv + 1);
	return err ? err : check_together(o);
}

bool options_given(const struct options *o, const char *name)
{
	for (unsigned int i = 0; i < OPTIONS; i++)
		if (strcmp(table[i].name, name) == 0)
			return o->given & 1U << i;
	return false;
}

void help_overview(FILE *to)
{
	char left[32];

	fprintf(to, "levee: protects TCP listeners from SYN floods, in the driver, without sysctls\n\n");
	fprintf(to, "usage: levee COMMAND ...\n\n");
	for (int i = 0; i < CMD_COUNT; i++) {
		snprintf(left, sizeof(left), "  %-8s %-14s ", commands[i].name, commands[i].arguments);
		output_wrapped(to, left, 26, commands[i].summary);
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
	if (opt->type == OPT_NUMBER)
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
	char left[48], values[80], text[512];
	int len;
	size_t help_len = strlen(opt->help), value_len = opt->value ? strlen(opt->value) : 0;

	while (value_len && opt->value[value_len - 1] == '|')
		value_len--;
	while (opt->help[help_len - 1] == ' ' || opt->help[help_len - 1] == ';')
		help_len--;
	help_values(opt, values, sizeof(values));
	snprintf(text, sizeof(text), "%.*s%s", (int)help_len, opt->help, values);
	len = snprintf(left, sizeof(left), "  --%s%s%.*s", opt->name, value_len ? " " : "", (int)value_len,
		       opt->value ? opt->value : "");
	if (len < HELP_COLUMN) {
		snprintf(left + len, sizeof(left) - len, "%*s", HELP_COLUMN - len, "");
	} else {
		fprintf(to, "%s\n", left);
		snprintf(left, sizeof(left), "%*s", HELP_COLUMN, "");
	}
	output_wrapped(to, left, HELP_COLUMN, text);
}

void help_command(FILE *to, enum command_id id)
{
	const struct command *c = &commands[id];

	fprintf(to, "usage: levee %s%s%s [options]\n\n", c->name, *c->arguments ? " " : "", c->arguments);
	output_wrapped(to, "", 0, c->summary);
	fputc('\n', to);
	for (unsigned int i = 0; i < OPTIONS; i++)
		if (table[i].commands & 1U << id)
			help_option(to, &table[i]);
}
