/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_manual.c - --help, the man pages and the completion, as they are installed, have the options of the table and no
 * others, of every command; and levee(8) explains every word that the program says by itself.
 */
#include "capture.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#include <levee/event.h>
#include <levee/stats.h>

#include "errors.h"
#include "option_table.h"
#include "timeouts.h"

#define NAMES_MAX 64

/* Names of options, each once. */
struct names {
	unsigned int count;
	char name[NAMES_MAX][32];
};

static bool has(const struct names *set, const char *name)
{
	for (unsigned int i = 0; i < set->count; i++)
		if (strcmp(set->name[i], name) == 0)
			return true;
	return false;
}

/* A name of so many characters. */
static void add(struct names *set, const char *name, size_t len)
{
	assert_in_range(set->count, 0, NAMES_MAX - 1);
	snprintf(set->name[set->count], sizeof(set->name[0]), "%.*s", (int)len, name);
	if (has(set, set->name[set->count]))
		fail_msg("%s stands there twice", set->name[set->count]);
	set->count++;
}

static size_t name_len(const char *name)
{
	size_t len = 0;

	while (isalnum((unsigned char)name[len]) || name[len] == '-' || name[len] == '_' || name[len] == '.')
		len++;
	return len;
}

static struct names of_table(int command)
{
	struct names set = {};

	for (unsigned int i = 0; i < option_count; i++)
		if (option_is_of(&option_table[i], command))
			add(&set, option_table[i].name, strlen(option_table[i].name));
	return set;
}

static void assert_same(const char *where, int command, const struct names *got)
{
	struct names wanted = of_table(command);

	for (unsigned int i = 0; i < wanted.count; i++)
		if (!has(got, wanted.name[i]))
			fail_msg("%s, levee %s: --%s is missing", where, commands[command].name, wanted.name[i]);
	for (unsigned int i = 0; i < got->count; i++)
		if (!has(&wanted, got->name[i]))
			fail_msg("%s, levee %s: there is no --%s", where, commands[command].name, got->name[i]);
}

/* --- files */

/* The caller frees. */
static char *read_file(const char *path)
{
	char *text = calloc(1, 1 << 18);
	FILE *file = fopen(path, "r");

	assert_non_null(text);
	if (!file)
		fail_msg("%s: is it built? make man", path);
	assert_in_range(fread(text, 1, (1 << 18) - 1, file), 1, (1 << 18) - 2);
	fclose(file);
	return text;
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

static const char *after(const char *line, const char *beginning)
{
	size_t len = strlen(beginning);

	return strncmp(line, beginning, len) == 0 ? line + len : NULL;
}

/* The part of a text behind the line `beginning`. */
static const char *part(const char *text, const char *beginning)
{
	for (; *text; text = next_line(text))
		if (after(text, beginning))
			return next_line(text);
	fail_msg("no line \"%s\"", beginning);
	return NULL;
}

/* --- levee(8) */

/* "levee flows delete IFACE" is of the command with the longest name that fits. */
static int command_of_heading(const char *heading)
{
	int found = -1;

	for (int i = 0; i < CMD_COUNT; i++) {
		const char *rest = after(heading, commands[i].name);

		if (rest && strchr(" \n", *rest) &&
		    (found < 0 || strlen(commands[i].name) > strlen(commands[found].name)))
			found = i;
	}
	return found;
}

/* The options of every command's section. */
static void read_sections(const char *page, struct names of[CMD_COUNT])
{
	int command = -1, sections = 0;

	for (const char *line = part(page, ".Sh COMMANDS"); !after(line, ".Sh"); line = next_line(line)) {
		const char *heading = after(line, ".Ss levee "), *name = after(line, ".It Fl Fl ");

		if (heading) {
			command = command_of_heading(heading);
			assert_int_equal(command, sections++);
		}
		if (name)
			add(&of[command], name, name_len(name));
	}
	assert_int_equal(sections, CMD_COUNT);
}

/* Adds an option that stands for all commands to each, but for those that its text excepts. */
static void spread(const char *option, const char *text, struct names of[CMD_COUNT])
{
	bool excepted[CMD_COUNT] = {};

	for (; !after(text, ".It") && !after(text, ".El"); text = next_line(text)) {
		const char *name = after(text, ".Cm ");

		if (name)
			excepted[command_of_heading(name)] = true;
	}
	for (int i = 0; i < CMD_COUNT; i++)
		if (!excepted[i])
			add(&of[i], option, name_len(option));
}

static void read_common(const char *page, struct names of[CMD_COUNT])
{
	for (const char *line = part(page, ".Sh COMMON OPTIONS"); !after(line, ".Sh"); line = next_line(line)) {
		const char *name = after(line, ".It Fl Fl ");

		if (name)
			spread(name, next_line(line), of);
	}
}

static void page_has_the_options_of_the_table(void **state)
{
	char *page = read_file("build/man/levee.8");
	struct names of[CMD_COUNT] = {};

	(void)state;
	read_sections(page, of);
	read_common(page, of);
	for (int i = 0; i < CMD_COUNT; i++)
		assert_same("levee(8)", i, &of[i]);
	free(page);
}

static bool is_any_option(const char *name, size_t len)
{
	for (unsigned int i = 0; i < option_count; i++)
		if (strlen(option_table[i].name) == len && strncmp(option_table[i].name, name, len) == 0)
			return true;
	return false;
}

/* In sentences and examples, too. */
static void pages_name_no_other_options(void **state)
{
	static const char *const files[] = { "build/man/levee.8", "build/man/levee.conf.5" };
	unsigned int found = 0;

	(void)state;
	for (size_t f = 0; f < ARRAY_SIZE(files); f++) {
		char *page = read_file(files[f]);

		for (const char *at = page; (at = strstr(at, "Fl Fl ")); found++) {
			at += strlen("Fl Fl ");
			if (!is_any_option(at, name_len(at)))
				fail_msg("%s: there is no --%.*s", files[f], (int)name_len(at), at);
		}
		for (const char *at = page; (at = strstr(at, " --")); found++) {
			at += strlen(" --");
			if (islower((unsigned char)*at) && !is_any_option(at, name_len(at)))
				fail_msg("%s: there is no --%.*s", files[f], (int)name_len(at), at);
		}
		free(page);
	}
	assert_true(found > 0);
}

static void page_explains_every_word(void **state)
{
#define NAME(NAME_, name, ...) #name,
#define WORD(NAME_, word, ...) word,
#define NUMBER(NAME_, number, help) #number,
	static const char *const words[] = { LEVEE_REASONS(NAME) LEVEE_COUNTERS(NAME) LEVEE_EVENTS(NAME) LEVEE_BEGAN(
		NAME) LEVEE_ENDED(NAME) LEVEE_TIMEOUTS(NAME) LEVEE_ATTACHMENTS(WORD) EXIT_CODES(NUMBER) };
	char *page = read_file("build/man/levee.8"), line[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		snprintf(line, sizeof(line), "\n.It Cm %s\n", words[i]);
		if (*words[i] && !strstr(page, line))
			fail_msg("levee(8) does not explain \"%s\"", words[i]);
	}
	free(page);
}

/* --- levee.conf(5) */

static void keys_are_the_options_of_attach(void **state)
{
	char *page = read_file("build/man/levee.conf.5");
	struct names keys = {}, timeout_keys = {}, all = of_table(CMD_ATTACH), form = of_table(CMD_VERSION);

	(void)state;
	for (const char *line = part(page, ".Sh DESCRIPTION"); *line; line = next_line(line)) {
		const char *key = after(line, ".It Cm "), *timeout = key ? after(key, "timeout.") : NULL;

		if (timeout)
			add(&timeout_keys, timeout, name_len(timeout));
		else if (key)
			add(&keys, key, name_len(key));
	}
	/*
	 * What levee version has too is the form of the output; --file names the file itself, and --confirm is for a hand at the
	 * keyboard.
	 */
	add(&form, "file", strlen("file"));
	add(&form, "confirm", strlen("confirm"));
	for (unsigned int i = 0; i < all.count; i++)
		assert_int_equal(has(&keys, all.name[i]), !has(&form, all.name[i]));
	for (unsigned int i = 0; i < keys.count; i++)
		assert_true(has(&all, keys.name[i]));
	assert_int_equal(timeout_keys.count, LEVEE_TIMEOUT_COUNT);
	for (int i = 0; i < LEVEE_TIMEOUT_COUNT; i++)
		assert_string_equal(timeout_keys.name[i], timeouts[i].name);
	free(page);
}

/* --- completion */

static void completion_has_the_options_of_the_table(void **state)
{
	char *script = read_file("build/man/levee.bash"), quoted[64];
	const char *line = part(script, "_levee_options()");

	(void)state;
	line = part(line, "\tcase ");
	for (int i = 0; i < CMD_COUNT; i++, line = next_line(line)) {
		struct names set = {};
		const char *end = next_line(line);

		snprintf(quoted, sizeof(quoted), "\t'%s') echo ", commands[i].name);
		assert_non_null(after(line, quoted));
		for (const char *at = line; (at = strstr(at, " --")) && at < end; at += name_len(at + 3))
			add(&set, at + 3, name_len(at + 3));
		assert_same("levee.bash", i, &set);
	}
	assert_non_null(after(line, "\tesac"));
	free(script);
}

static void completion_has_every_command(void **state)
{
	char *script = read_file("build/man/levee.bash"), quoted[64];
	const char *line = part(script, "_levee_commands=(");

	(void)state;
	for (int i = 0; i < CMD_COUNT; i++, line = next_line(line)) {
		snprintf(quoted, sizeof(quoted), "\t'%s'\n", commands[i].name);
		assert_non_null(after(line, quoted));
	}
	assert_int_equal(*line, ')');
	free(script);
}

/* --- --help */

static void help_has_the_options_of_the_table(void **state)
{
	struct capture c;

	(void)state;
	for (int i = 0; i < CMD_COUNT; i++) {
		struct names set = {};

		capture_begin(&c, stdout);
		help_command(stdout, i);
		capture_end(&c);
		for (const char *line = c.text; *line; line = next_line(line)) {
			const char *name = after(line, "  --");

			if (name)
				add(&set, name, name_len(name));
		}
		assert_same("--help", i, &set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_has_the_options_of_the_table),
		cmocka_unit_test(pages_name_no_other_options),
		cmocka_unit_test(page_explains_every_word),
		cmocka_unit_test(keys_are_the_options_of_attach),
		cmocka_unit_test(completion_has_the_options_of_the_table),
		cmocka_unit_test(completion_has_every_command),
		cmocka_unit_test(help_has_the_options_of_the_table),
	};

	return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
