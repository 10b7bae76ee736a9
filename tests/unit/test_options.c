/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_options.c - the command line: what is accepted and what it becomes, and what is refused in which words.
 */
#include "capture.h"

#include <levee/config.h>

#include "errors.h"
#include "listen.h"
#include "options.h"
#include "order.h"

#define ARGS_MAX 24

/* Splits at spaces. */
static int split(char *line, char **argv)
{
	int argc = 0;

	for (char *word = strtok(line, " "); word && argc < ARGS_MAX; word = strtok(NULL, " "))
		argv[argc++] = word;
	return argc;
}

/* The words stay in `line` as long as the options that point into it. */
static int parse(struct options *o, char line[192], const char *text)
{
	char *argv[ARGS_MAX];

	snprintf(line, 192, "%s", text);
	return options_parse(o, split(line, argv), argv);
}

static void presets(void **state)
{
	struct options o;
	char line[192];

	(void)state;
	assert_int_equal(parse(&o, line, "attach eth0"), EXIT_OK);
	assert_int_equal(o.command, CMD_ATTACH);
	assert_string_equal(o.argument[0], "eth0");
	assert_int_equal(o.mode, MODE_AUTO);
	assert_int_equal(o.cookies, LEVEE_COOKIES_ADAPTIVE);
	assert_int_equal(o.start, LEVEE_START_PERCENT_DEFAULT);
	assert_int_equal(o.end, LEVEE_END_PERCENT_DEFAULT);
	assert_int_equal(o.half_open, LEVEE_HALF_OPEN_DEFAULT);
	assert_int_equal(o.flows, LEVEE_FLOWS_DEFAULT);
	assert_false(o.exclusive || o.json || o.help || o.all || o.watch_ms);
	assert_false(options_given(&o, "cookies"));
}

static void every_option(void **state)
{
	struct options o;
	char line[192];

	(void)state;
	assert_int_equal(parse(&o, line,
			       "attach --mode generic --exclusive --cookies=never eth0.5 --start 90 --end=10 "
			       "--half-open 16 --flows 2M --json"),
			 EXIT_OK);
	assert_string_equal(o.argument[0], "eth0.5");
	assert_int_equal(o.mode, MODE_GENERIC);
	assert_int_equal(o.cookies, LEVEE_COOKIES_NEVER);
	assert_int_equal(o.start, 90);
	assert_int_equal(o.end, 10);
	assert_int_equal(o.half_open, 16);
	assert_int_equal(o.flows, 2 * 1024 * 1024);
	assert_true(o.exclusive && o.json);
	assert_true(options_given(&o, "cookies"));
	assert_false(options_given(&o, "watch"));
	errors_as_json(false);
}

static void watch_is_in_seconds(void **state)
{
	struct options o;
	char line[192];

	(void)state;
	assert_int_equal(parse(&o, line, "stats eth0 --watch 0.5"), EXIT_OK);
	assert_int_equal(o.watch_ms, 500);
	assert_int_equal(parse(&o, line, "stats eth0 --watch 2"), EXIT_OK);
	assert_int_equal(o.watch_ms, 2000);
}

static void to_be_confirmed(void **state)
{
	struct options o;
	char line[192];

	(void)state;
	assert_int_equal(parse(&o, line, "attach eth0"), EXIT_OK);
	assert_int_equal(o.confirm_ms, 0);
	assert_int_equal(parse(&o, line, "attach eth0 --confirm 30s"), EXIT_OK);
	assert_int_equal(o.confirm_ms, 30000);
	assert_int_equal(parse(&o, line, "attach eth0 --confirm 1h"), EXIT_OK);
	assert_int_equal(o.confirm_ms, 3600000);
	assert_int_equal(parse(&o, line, "attach eth0 --confirm=1"), EXIT_OK);
	assert_int_equal(o.confirm_ms, 1000);
}

static void shortened_commands(void **state)
{
	static const struct {
		const char *line;
		enum command_id command;
	} rows[] = {
		{ "a eth0", CMD_ATTACH },
		{ "det eth0", CMD_DETACH },
		{ "statu", CMD_STATUS },
		{ "stats eth0", CMD_STATS },
		{ "do", CMD_DOCTOR },
		{ "h", CMD_HELP },
		{ "v", CMD_VERSION },
		{ "--help", CMD_HELP },
		{ "config --help", CMD_HELP },
		{ "help config", CMD_HELP },
		{ "--version", CMD_VERSION },
		{ "-h", CMD_HELP },
		{ "f eth0", CMD_FLOWS },
		{ "flo delete eth0", CMD_FLOWS_DELETE },
		{ "e eth0", CMD_EVENTS },
		{ "config sh eth0", CMD_CONFIG_SHOW },
		{ "config se eth0 a=1", CMD_CONFIG_SET },
		{ "confir eth0", CMD_CONFIRM },
	};
	struct options o;
	char line[192];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(parse(&o, line, rows[i].line), EXIT_OK);
		assert_int_equal(o.command, rows[i].command);
	}
}

static void dashes_end_options(void **state)
{
	struct options o;
	char line[192];

	(void)state;
	assert_int_equal(parse(&o, line, "status -- --odd"), EXIT_OK);
	assert_string_equal(o.argument[0], "--odd");
}

static void commands_of_two_words(void **state)
{
	static const struct {
		const char *line;
		enum command_id command;
		const char *interface;
	} rows[] = {
		{ "flows eth0", CMD_FLOWS, "eth0" },
		{ "flows delete eth0", CMD_FLOWS_DELETE, "eth0" },
		{ "flows --json delete eth0", CMD_FLOWS_DELETE, "eth0" },
		{ "--json flows delete eth0", CMD_FLOWS_DELETE, "eth0" },
		{ "flows delete delete", CMD_FLOWS_DELETE, "delete" },
		{ "flows -- delete", CMD_FLOWS, "delete" },
		{ "flows del", CMD_FLOWS, "del" }, /* where an interface can stand, nothing is shortened */
		{ "flows eth0 --sort age", CMD_FLOWS, "eth0" },
		{ "config show eth0", CMD_CONFIG_SHOW, "eth0" },
		{ "config show set", CMD_CONFIG_SHOW, "set" },
		{ "config set eth0 closed=40s", CMD_CONFIG_SET, "eth0" },
		{ "config --json set eth0 closed=40s", CMD_CONFIG_SET, "eth0" },
	};
	struct options o;
	char line[192];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(parse(&o, line, rows[i].line), EXIT_OK);
		assert_int_equal(o.command, rows[i].command);
		assert_string_equal(o.argument[0], rows[i].interface);
		assert_int_equal(!!strstr(rows[i].line, "--json"), o.json);
	}
	errors_as_json(false);
}

static void several_arguments(void **state)
{
	struct options o;
	char line[192];

	(void)state;
	assert_int_equal(parse(&o, line, "config set eth0 a=1 b=2 --json c=3"), EXIT_OK);
	errors_as_json(false);
	assert_int_equal(o.arguments, 4);
	assert_string_equal(o.argument[1], "a=1");
	assert_string_equal(o.argument[3], "c=3");
	assert_null(o.argument[4]);
	assert_int_equal(parse(&o, line, "help flows delete"), EXIT_OK);
	assert_int_equal(o.command, CMD_HELP);
	assert_int_equal(o.arguments, 2);
}

static void lists_times_and_orders(void **state)
{
	struct options o;
	char line[192];

	(void)state;
	assert_int_equal(
		parse(&o, line,
		      "flows eth0 --state a --state=b --src 1.2.3.4 --idle 1min --sort bytes --reverse --limit 5 "
		      "--jsonl"),
		EXIT_OK);
	assert_int_equal(o.state.count, 2);
	assert_string_equal(o.state.text[0], "a");
	assert_string_equal(o.state.text[1], "b");
	assert_int_equal(o.src.count, 1);
	assert_int_equal(o.dst.count, 0);
	assert_int_equal(o.idle_ms, 60000);
	assert_int_equal(o.sort, ORDER_BYTES);
	assert_int_equal(o.limit, 5);
	assert_true(o.reverse && o.jsonl && !o.json && !o.summary);
	assert_int_equal(parse(&o, line, "events eth0 --json --count 3"), EXIT_OK);
	errors_as_json(false);
	assert_true(o.jsonl && !o.json);
	assert_int_equal(o.count, 3);
	assert_int_equal(parse(&o, line, "flows delete eth0 --all"), EXIT_OK);
	assert_true(o.all && options_given(&o, "all"));
}

/* So many values are taken, and one more is not. */
/* --listen takes the next word only if that could be an address. */
static void where_metrics_go(void **state)
{
	static const struct {
		const char *line, *listen, *interface;
	} rows[] = {
		{ "metrics", NULL, NULL },
		{ "metrics --listen", LISTEN_DEFAULT, NULL },
		{ "metrics --listen eth0.5", LISTEN_DEFAULT, "eth0.5" },
		{ "metrics --listen --user me eth0", LISTEN_DEFAULT, "eth0" },
		{ "metrics --listen :80 eth0", ":80", "eth0" },
		{ "metrics --listen=[::1] eth0", "[::1]", "eth0" },
		{ "metrics eth0 --listen 10.0.0.1", "10.0.0.1", "eth0" },
	};
	struct options o;
	char line[192];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(parse(&o, line, rows[i].line), EXIT_OK);
		assert_int_equal(!!o.listen, !!rows[i].listen);
		assert_int_equal(!!o.argument[0], !!rows[i].interface);
		if (rows[i].listen)
			assert_string_equal(o.listen, rows[i].listen);
		if (rows[i].interface)
			assert_string_equal(o.argument[0], rows[i].interface);
	}
	assert_int_equal(parse(&o, line, "metrics --textfile /x/y.prom --watch 15 eth0 eth1"), EXIT_OK);
	assert_string_equal(o.textfile, "/x/y.prom");
	assert_int_equal(o.watch_ms, 15000);
	assert_int_equal(o.arguments, 2);
}

static void lists_have_an_end(void **state)
{
	char *argv[2 + 2 * (LIST_MAX + 1)] = { "flows", "eth0" };
	struct capture c;
	struct options o;
	int code;

	(void)state;
	for (int i = 0; i <= LIST_MAX; i++) {
		argv[2 + 2 * i] = "--src";
		argv[3 + 2 * i] = "1.2.3.4";
	}
	assert_int_equal(options_parse(&o, 2 + 2 * LIST_MAX, argv), EXIT_OK);
	assert_int_equal(o.src.count, LIST_MAX);
	capture_begin(&c, stderr);
	code = options_parse(&o, 2 + 2 * (LIST_MAX + 1), argv);
	capture_end(&c);
	assert_int_equal(code, EXIT_USAGE);
	assert_non_null(strstr(c.text, "more than 32 times"));
}

/* Each line is refused with exit code 2, and the message has these words. */
static void refused(void **state)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{ "", "which command?" },
		{ "st", "status, stats" },
		{ "confi sh eth0", "confirm, config" },
		{ "atach eth0", "did you mean \"levee attach\"?" },
		{ "frobnicate", "\"levee help\" lists them" },
		{ "attach", "usage: levee attach IFACE" },
		{ "attach eth0 eth1", "\"eth1\" is one argument too many" },
		{ "version eth0", "one argument too many" },
		{ "detach", "levee detach --all" },
		{ "detach eth0 --all", "which interface?" },
		{ "attach eth0 --cookes never", "did you mean --cookies?" },
		{ "attach eth0 --zzz", "\"levee attach --help\" lists them" },
		{ "status --cookies never", "has no option --cookies" },
		{ "attach eth0 -x", "has no option" },
		{ "attach eth0 --cookies", "needs a value" },
		{ "report eth0 --out --color", "--out needs a value (FILE), and \"--color\" is an option" },
		{ "attach eth0 --cookies maybe", "\"maybe\" is none of adaptive|always|never" },
		{ "attach eth0 --mode=", "is none of auto|native|generic" },
		{ "attach eth0 --exclusive=yes", "--exclusive takes no value" },
		{ "attach eth0 --start 0", "between 1 and 100" },
		{ "attach eth0 --start 101", "between 1 and 100" },
		{ "attach eth0 --start 20 --end 20", "--end 20 is not below --start 20" },
		{ "attach eth0 --flows -1", "is not a number" },
		{ "attach eth0 --flows 12x", "is not a number" },
		{ "attach eth0 --flows 1023", "between 1024 and" },
		{ "attach eth0 --flows 99999999999999999999", "--flows" },
		{ "attach eth0 --flows 4194304k", "between 1024 and" },
		{ "attach eth0 --half-open 15", "between 16 and" },
		{ "attach eth0 --confirm 999ms", "--confirm: 999ms is not between 1s and 1h" },
		{ "attach eth0 --confirm 0", "between 1s and 1h" },
		{ "attach eth0 --confirm 61min", "between 1s and 1h" },
		{ "attach eth0 --confirm soon", "\"soon\" is not a time" },
		{ "run eth0 --confirm 30s", "\"levee run\" has no option --confirm" },
		{ "confirm", "usage: levee confirm IFACE" },
		{ "stats eth0 --watch 0", "between 0.1 and 3600 seconds" },
		{ "stats eth0 --watch nan", "is not a number of seconds" },
		{ "stats eth0 --watch 1s", "is not a number of seconds" },
		{ "flwos eth0", "did you mean \"levee flows\"?" },
		{ "evnts eth0", "did you mean \"levee events\"?" },
		{ "flows", "which interface?" },
		{ "flows delete", "usage: levee flows delete IFACE FILTER..." },
		{ "flows eth0 delete", "\"delete\" is one argument too many" },
		{ "config", "usage: levee config show IFACE, or levee config set IFACE NAME=VALUE..." },
		{ "config eth0", "usage: levee config show IFACE" },
		{ "config sohw eth0", "did you mean \"levee config show\"?" },
		{ "config s eth0", "did you mean \"levee config s" },
		{ "config show", "which interface?" },
		{ "config set eth0", "usage: levee config set IFACE NAME=VALUE..." },
		{ "config -- show eth0", "usage: levee config show IFACE" },
		{ "flows eth0 --sort agee", "none|age|idle|left|bytes" },
		{ "flows eth0 --sort agee", "did you mean age?" },
		{ "flows eth0 --limit 0", "--limit" },
		{ "flows eth0 --idle 5mins", "\"5mins\" is not a time" },
		{ "flows eth0 --idle 60d", "\"60d\" is not a time" },
		{ "flows eth0 --stat established", "did you mean --state?" },
		{ "flows eth0 --summary --sort age", "--summary has an order of its own" },
		{ "flows eth0 --reverse", "say --sort too" },
		{ "flows delete eth0 --sort age", "has no option --sort" },
		{ "events eth0 --idle 5", "\"levee events\" has no option --idle" },
		{ "events eth0 --count 0", "--count" },
	};
	struct capture c;
	struct options o;
	char line[192];
	int code;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		capture_begin(&c, stderr);
		code = parse(&o, line, rows[i].line);
		capture_end(&c);
		if (code != EXIT_USAGE || !strstr(c.text, rows[i].words))
			print_message("\"%s\": code %d, text:\n%s", rows[i].line, code, c.text);
		assert_int_equal(code, EXIT_USAGE);
		assert_non_null(strstr(c.text, rows[i].words));
		assert_int_equal(strncmp(c.text, "levee: ", 7), 0);
	}
}

static void errors_are_json_wherever_json_stands(void **state)
{
	static const char *const lines[] = { "attach --json",
					     "--json attach",
					     "attach eth0 --start 0 --json",
					     "nope --json",
					     "flows eth0 --json --jsonl",
					     "config --json" };
	struct capture c;
	struct options o;
	char line[192];
	json_t *doc;
	int code;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		capture_begin(&c, stdout);
		code = parse(&o, line, lines[i]);
		capture_end(&c);
		assert_int_equal(code, EXIT_USAGE);
		doc = json_loads(c.text, 0, NULL);
		assert_non_null(doc);
		assert_string_equal(json_string_value(json_object_get(doc, "schema")), "levee.error/1");
		assert_int_equal(json_integer_value(json_object_get(doc, "exit")), EXIT_USAGE);
		json_decref(doc);
	}
	errors_as_json(false);
}

/* --help wins over what else is missing or wrong together. */
static void help_needs_no_interface(void **state)
{
	struct options o;
	char line[192];

	(void)state;
	for (int i = 0; i < CMD_COUNT; i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s --help", commands[i].name);
		assert_int_equal(parse(&o, line, text), EXIT_OK);
		assert_true(o.help);
	}
}

static void help_fits_the_terminal(void **state)
{
	struct capture c;

	(void)state;
	for (int i = -1; i < CMD_COUNT; i++) {
		capture_begin(&c, stdout);
		if (i < 0)
			help_overview(stdout);
		else
			help_command(stdout, i);
		capture_end(&c);
		assert_non_null(strstr(c.text, "levee"));
		for (char *l = strtok(c.text, "\n"); l; l = strtok(NULL, "\n"))
			assert_in_range(strlen(l), 0, 80);
	}
}

static void help_names_every_option_and_preset(void **state)
{
	static const char *const words[] = { "--mode auto|native|generic",
					     "--exclusive",
					     "--cookies adaptive|always|never",
					     "--start PCT",
					     "--end PCT",
					     "--half-open N",
					     "--flows N",
					     "--json",
					     "--help",
					     "65536 if",
					     "1048576 if",
					     "adaptive if not" };
	struct capture c;
	char flat[8192];
	size_t n = 0;

	(void)state;
	capture_begin(&c, stdout);
	help_command(stdout, CMD_ATTACH);
	capture_end(&c);
	/* Words may be parted by line breaks and indentation. */
	for (const char *p = c.text; *p; p++)
		if (!(strchr(" \n", *p) && n && flat[n - 1] == ' '))
			flat[n++] = *p == '\n' ? ' ' : *p;
	flat[n] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_non_null(strstr(flat, words[i]));
	assert_null(strstr(flat, "--watch"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presets),
		cmocka_unit_test(every_option),
		cmocka_unit_test(watch_is_in_seconds),
		cmocka_unit_test(to_be_confirmed),
		cmocka_unit_test(shortened_commands),
		cmocka_unit_test(dashes_end_options),
		cmocka_unit_test(commands_of_two_words),
		cmocka_unit_test(several_arguments),
		cmocka_unit_test(lists_times_and_orders),
		cmocka_unit_test(where_metrics_go),
		cmocka_unit_test(lists_have_an_end),
		cmocka_unit_test(refused),
		cmocka_unit_test(errors_are_json_wherever_json_stands),
		cmocka_unit_test(help_needs_no_interface),
		cmocka_unit_test(help_fits_the_terminal),
		cmocka_unit_test(help_names_every_option_and_preset),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
