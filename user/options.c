/* SPDX-License-Identifier: GPL-2.0 */
/*
 * options.c - parses the command line by the tables of option_table.c.
 *
 * What options mean together (end below start) is checked here too; what they mean to the kernel is not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "errors.h"
#include "listen.h"
#include "near.h"
#include "option_table.h"
#include "timeouts.h"

/* Texts are pointers, NULL where not given. */
static bool option_is_text(const struct option *opt)
{
	return opt->type == OPT_TEXT || opt->type == OPT_ADDRESS;
}

static void *field(struct options *o, const struct option *opt)
{
	return (char *)o + opt->field;
}

static int unknown_option(const struct options *o, const char *word)
{
	const char *command = commands[o->command].name;
	struct near near = near_to(word);

	for (unsigned int i = 0; i < option_count; i++)
		if (option_is_of(&option_table[i], o->command))
			near_consider(&near, option_table[i].name);
	if (near.best)
		return failed(EXIT_USAGE, "\"levee %s\" has no option --%s\ndid you mean --%s?", command, word,
			      near.best);
	return failed(EXIT_USAGE, "\"levee %s\" has no option --%s\n\"levee %s --help\" lists them", command, word,
		      command);
}

/* "\ndid you mean X?", or "" where nothing is near. */
static const char *nearest_choice(char to[64], const struct option *opt, const char *text)
{
	struct near near = near_to(text);
	char word[CHOICE_MAX];

	to[0] = '\0';
	for (const char *words = opt->value; (words = option_next_choice(word, words));) {
		unsigned int before = near.distance;

		near_consider(&near, word);
		if (near.distance < before)
			snprintf(to, 64, "\ndid you mean %s?", word);
	}
	return to;
}

static int parse_choice(const struct option *opt, const char *name, const char *text, unsigned int *to)
{
	const char *words = opt->value;
	char word[CHOICE_MAX], nearest[64];

	for (unsigned int i = 0; (words = option_next_choice(word, words)); i++) {
		if (strcmp(word, text) == 0) {
			*to = i;
			return 0;
		}
	}
	return failed(EXIT_USAGE, "%s: \"%s\" is none of %.*s%s", name, text, option_value_len(opt), opt->value,
		      nearest_choice(nearest, opt, text));
}

static int parse_number(const struct option *opt, const char *name, const char *text, unsigned int *to)
{
	unsigned long long n = 0;
	char *end = (char *)text;

	errno = 0;
	if (*text >= '0' && *text <= '9')
		n = strtoull(text, &end, 10);
	if (end != text && n <= ~0U && (*end == 'k' || *end == 'K' || *end == 'M'))
		n *= *end++ == 'M' ? 1024 * 1024 : 1024;
	if (end == text || *end || errno)
		return failed(EXIT_USAGE, "%s: \"%s\" is not a number", name, text);
	if (n < opt->least || n > opt->most)
		return failed(EXIT_USAGE, "%s: %s is not between %u and %u", name, text, opt->least, opt->most);
	*to = n;
	return 0;
}

static int parse_seconds(const struct option *opt, const char *name, const char *text, unsigned int *to)
{
	char *end = (char *)text;
	double s = 0;

	if ((*text >= '0' && *text <= '9') || *text == '.')
		s = strtod(text, &end);
	if (end == text || *end)
		return failed(EXIT_USAGE, "%s: \"%s\" is not a number of seconds", name, text);
	if (s * 1000 < opt->least || s * 1000 > opt->most)
		return failed(EXIT_USAGE, "%s: %s is not between %g and %g seconds", name, text, opt->least / 1e3,
			      opt->most / 1e3);
	*to = s * 1000;
	return 0;
}

static int parse_time(const struct option *opt, const char *name, const char *text, unsigned int *to)
{
	char least[32], most[32];
	__u64 ms;

	if (!duration_parse(text, &ms) || ms > ~0U)
		return failed(EXIT_USAGE, "%s: \"%s\" is not a time\n" DURATION_EXAMPLES, name, text);
	if (opt->most && (ms < opt->least || ms > opt->most))
		return failed(EXIT_USAGE, "%s: %s is not between %s and %s", name, text,
			      duration_exact(least, opt->least), duration_exact(most, opt->most));
	*to = ms;
	return 0;
}

static int parse_list(const char *name, const char *text, struct option_list *to)
{
	if (to->count == LIST_MAX)
		return failed(EXIT_USAGE, "%s: given more than %d times", name, LIST_MAX);
	to->text[to->count++] = text;
	return 0;
}

int option_parse(struct options *o, const struct option *opt, const char *name, const char *text)
{
	static int (*const parse[])(const struct option *, const char *, const char *, unsigned int *) = {
		[OPT_CHOICE] = parse_choice,
		[OPT_NUMBER] = parse_number,
		[OPT_SECONDS] = parse_seconds,
		[OPT_TIME] = parse_time,
	};

	if (opt->type == OPT_LIST)
		return parse_list(name, text, field(o, opt));
	if (option_is_text(opt)) {
		*(const char **)field(o, opt) = text;
		return *text ? 0 : failed(EXIT_USAGE, "--%s needs a value (%s)", opt->name, opt->value);
	}
	return parse[opt->type](opt, name, text, field(o, opt));
}

static const struct option *find_option(const struct options *o, const char *name, size_t len)
{
	for (unsigned int i = 0; i < option_count; i++)
		if (option_is_of(&option_table[i], o->command) && strlen(option_table[i].name) == len &&
		    strncmp(option_table[i].name, name, len) == 0)
			return &option_table[i];
	return NULL;
}

/* One option at argv[*at]; moves *at past its value. */
static int parse_option(struct options *o, int argc, char **argv, int *at)
{
	const char *name = argv[*at] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct option *opt = find_option(o, name, len);
	char word[34];

	snprintf(word, sizeof(word), "--%.*s", (int)(len < 31 ? len : 31), name);
	if (!opt)
		return unknown_option(o, word + 2);
	o->given |= 1ULL << (opt - option_table);
	if (opt->type == OPT_FLAG) {
		*(unsigned int *)field(o, opt) = 1;
		return equals ? failed(EXIT_USAGE, "--%s takes no value", opt->name) : 0;
	}
	if (equals)
		return option_parse(o, opt, word, equals + 1);
	if (opt->type == OPT_ADDRESS && (*at + 1 >= argc || !listen_looks_like(argv[*at + 1])))
		return option_parse(o, opt, word, LISTEN_DEFAULT);
	if (*at + 1 >= argc)
		return failed(EXIT_USAGE, "--%s needs a value (%s)", opt->name, opt->value);
	/* An option where a value is missing; --out=--json would be a file of that name. */
	if (strncmp(argv[*at + 1], "--", 2) == 0)
		return failed(EXIT_USAGE, "--%s needs a value (%s), and \"%s\" is an option", opt->name, opt->value,
			      argv[*at + 1]);
	return option_parse(o, opt, word, argv[++*at]);
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
		return failed(EXIT_USAGE, "%s?\nusage: levee %s %s",
			      o->command == CMD_WHY ? "which packet" :
			      o->arguments	    ? "to what" :
						      "which interface",
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

int options_check_percents(const struct options *o, const char *dashes)
{
	if (o->end < o->start)
		return 0;
	return failed(EXIT_USAGE, "%send %u is not below %sstart %u: cookies would flap on and off", dashes, o->end,
		      dashes, o->start);
}

static int check_together(const struct options *o)
{
	int err;

	if (o->help)
		return 0;
	err = check_arguments(o);
	if (!err)
		err = check_form(o);
	/* Where one of them was not given, levee.conf may know better: attach asks again. */
	if (!err && options_given(o, "start") && options_given(o, "end"))
		err = options_check_percents(o, "--");
	return err;
}

void options_presets(struct options *o)
{
	memset(o, 0, sizeof(*o));
	for (unsigned int i = 0; i < option_count; i++)
		if (!option_is_text(&option_table[i]))
			*(unsigned int *)field(o, &option_table[i]) = option_table[i].preset;
	for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++)
		o->timeout_ms[t] = timeouts[t].preset_ms;
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
	for (unsigned int i = 0; strncmp(word, "--", 2) == 0 && i < option_count; i++)
		if (option_table[i].type == OPT_FLAG && strcmp(option_table[i].name, word + 2) == 0)
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
	return argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) &&
	       command_group(argv[0]) >= 0;
}

int options_parse(struct options *o, int argc, char **argv)
{
	int found, used, err;

	options_presets(o);
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
	for (unsigned int i = 0; i < option_count; i++)
		if (o->given & 1ULL << i && strcmp(option_table[i].name, name) == 0)
			return true;
	return false;
}

static const char *const settable_names[LEVEE_SETTABLE_COUNT] = {
#define SETTABLE_NAME(NAME, name) [LEVEE_SET_##NAME] = name,
	LEVEE_SETTABLES(SETTABLE_NAME)
#undef SETTABLE_NAME
};

bool options_chosen(const struct options *o, enum levee_settable setting)
{
	return o->from.setting[setting] == LEVEE_FROM_FILE || options_given(o, settable_names[setting]);
}

void options_from_file(struct options *o, const char *name)
{
	for (int i = 0; i < LEVEE_SETTABLE_COUNT; i++)
		if (strcmp(settable_names[i], name) == 0)
			o->from.setting[i] = LEVEE_FROM_FILE;
}

struct levee_provenance options_provenance(const struct options *o)
{
	struct levee_provenance from = o->from;

	for (int i = 0; i < LEVEE_SETTABLE_COUNT; i++)
		if (options_given(o, settable_names[i]))
			from.setting[i] = LEVEE_FROM_COMMAND;
	return from;
}
