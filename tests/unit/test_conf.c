/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_conf.c - levee.conf: every setting and what it becomes, what is refused and where, and what a file changes on an
 * interface that is attached.
 */
#include "capture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "conf.h"
#include "errors.h"
#include "option_table.h"
#include "settings.h"
#include "tables.h"
#include "timeouts.h"

#define EXAMPLE "contrib/levee.conf"

static char path[] = "/tmp/levee-test-conf-XXXXXX";

static void write_bytes(const char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	close(fd);
}

static void write_text(const char *text)
{
	write_bytes(text, strlen(text));
}

/* Reads a file of this text; `said` takes what was reported. */
static int read_text(struct conf *conf, const char *text, struct capture *said)
{
	int err;

	write_text(text);
	capture_begin(said, stderr);
	err = conf_read(conf, path);
	capture_end(said);
	return err;
}

/* The options that attach would have for an interface, with nothing on the command line. */
static struct options options_of(const char *text, const char *ifname)
{
	struct conf conf;
	struct capture said;
	struct options o;

	assert_int_equal(read_text(&conf, text, &said), 0);
	assert_string_equal(said.text, "");
	options_presets(&o);
	assert_int_equal(conf_apply(&conf, ifname, &o), 0);
	conf_free(&conf);
	return o;
}

static void nothing_is_the_defaults(void **state)
{
	static const char *const texts[] = { "", "\n\n", "# only a comment\n", "[default]\n", "[eth0]", "; x\n\t\n" };
	struct options preset, o;

	(void)state;
	options_presets(&preset);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		o = options_of(texts[i], "eth0");
		assert_memory_equal(&o, &preset, sizeof(o));
	}
}

static void every_setting(void **state)
{
	struct options o = options_of("[eth0]\nmode = generic\nexclusive = yes\ncookies = never\nstart = 90\nend = 10\n"
				      "half-open = 16\nflows = 2M\n",
				      "eth0");

	(void)state;
	assert_int_equal(o.mode, MODE_GENERIC);
	assert_int_equal(o.exclusive, 1);
	assert_int_equal(o.cookies, LEVEE_COOKIES_NEVER);
	assert_int_equal(o.start, 90);
	assert_int_equal(o.end, 10);
	assert_int_equal(o.half_open, 16);
	assert_int_equal(o.flows, 2 * 1024 * 1024);
	for (int i = 0; i < LEVEE_SETTABLE_COUNT; i++) {
		assert_int_equal(o.from.setting[i], LEVEE_FROM_FILE);
		assert_true(options_chosen(&o, i));
	}
}

/*
 * Whatever attach takes the file takes. The form of its output and the file's name are no settings, nor is what is for a
 * hand at the keyboard.
 */
static void the_options_of_attach(void **state)
{
	unsigned int settings = 0;

	(void)state;
	for (unsigned int i = 0; i < option_count; i++) {
		const struct option *opt = &option_table[i];

		if (!option_is_of(opt, CMD_ATTACH))
			continue;
		settings += option_is_setting(opt);
		assert_int_equal(option_is_setting(opt),
				 strcmp(opt->name, "json") && strcmp(opt->name, "help") && strcmp(opt->name, "file") &&
					 strcmp(opt->name, "confirm") && strcmp(opt->name, "color"));
	}
	assert_true(settings >= LEVEE_SETTABLE_COUNT);
}

static void every_timeout(void **state)
{
	(void)state;
	for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++) {
		struct options preset, o;
		char text[64];

		snprintf(text, sizeof(text), "[eth0]\ntimeout.%s = 61s\n", timeouts[t].name);
		o = options_of(text, "eth0");
		options_presets(&preset);
		preset.timeout_ms[t] = 61000;
		preset.from.timeout[t] = LEVEE_FROM_FILE;
		assert_memory_equal(&o, &preset, sizeof(o));
	}
}

static void sections_come_over_each_other(void **state)
{
	static const char text[] = "[default]\nstart = 60\nend = 20\nexclusive = yes\ntimeout.closing = 3min\n"
				   "[eth1]\nstart = 70\n[eth0]\nstart = 80\nexclusive = no\ntimeout.closing = 1min\n";
	struct options a = options_of(text, "eth0"), b = options_of(text, "eth1"), c = options_of(text, "eth2");

	(void)state;
	assert_int_equal(a.start, 80);
	assert_int_equal(b.start, 70);
	assert_int_equal(c.start, 60);
	assert_int_equal(a.end, 20);
	assert_false(a.exclusive);
	assert_true(b.exclusive);
	assert_int_equal(a.timeout_ms[LEVEE_T_CLOSING], 60000);
	assert_int_equal(b.timeout_ms[LEVEE_T_CLOSING], 180000);
}

static void how_lines_may_look(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf[eth0] # of the uplink\r\n  start=60\t; a comment\r\n\tend : 20 # another\n"
		"#flows = 1\n;flows = 1\nhalf-open=1k\nflows   =\t4k";
	struct options o = options_of(text, "eth0");

	(void)state;
	assert_int_equal(o.start, 60);
	assert_int_equal(o.end, 20);
	assert_int_equal(o.half_open, 1024);
	assert_int_equal(o.flows, 4096);
}

static void flags(void **state)
{
	static const char *const words[][2] = { { "yes", "no" }, { "on", "off" }, { "true", "false" }, { "1", "0" } };
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		for (int off = 0; off < 2; off++) {
			snprintf(text, sizeof(text), "[eth0]\nexclusive = %s\n", words[i][off]);
			assert_int_equal(options_of(text, "eth0").exclusive, !off);
		}
	}
}

static void the_command_line_wins(void **state)
{
	char *argv[] = { "attach", "eth0", "--start", "90", "--file", path };
	struct levee_provenance from;
	struct options o;

	(void)state;
	write_text("[default]\nstart = 60\nend = 20\n");
	assert_int_equal(options_parse(&o, ARRAY_SIZE(argv), argv), 0);
	assert_int_equal(conf_complete(&o), 0);
	assert_int_equal(o.start, 90);
	assert_int_equal(o.end, 20);
	assert_string_equal(o.file, path);
	from = options_provenance(&o);
	assert_int_equal(from.setting[LEVEE_SET_START], LEVEE_FROM_COMMAND);
	assert_int_equal(from.setting[LEVEE_SET_END], LEVEE_FROM_FILE);
	assert_int_equal(from.setting[LEVEE_SET_FLOWS], LEVEE_FROM_DEFAULT);
}

/* What is wrong only together: which of the two was on the command line does not matter. */
static void percents_of_both(void **state)
{
	char *argv[] = { "attach", "eth0", "--start", "10", "--file", path };
	struct capture said;
	struct options o;
	int code;

	(void)state;
	write_text("[eth0]\nend = 5\n");
	assert_int_equal(options_parse(&o, ARRAY_SIZE(argv), argv), 0);
	assert_int_equal(conf_complete(&o), 0);
	write_text("");
	assert_int_equal(options_parse(&o, ARRAY_SIZE(argv), argv), 0);
	capture_begin(&said, stderr);
	code = conf_complete(&o);
	capture_end(&said);
	assert_int_equal(code, EXIT_USAGE);
	assert_non_null(strstr(said.text, "--end 25 is not below --start 10"));
}

static void the_default_file_need_not_be(void **state)
{
	char *argv[] = { "attach", "eth0" };
	struct capture said;
	struct conf conf;
	struct options o;
	int code;

	(void)state;
	setenv("LEVEE_CONF", "/nowhere/levee.conf", 1);
	assert_int_equal(options_parse(&o, ARRAY_SIZE(argv), argv), 0);
	assert_int_equal(conf_complete(&o), 0);
	assert_null(o.file);
	capture_begin(&said, stderr);
	code = conf_need(&conf, &o, "");
	capture_end(&said);
	assert_int_equal(code, EXIT_FAILED);
	assert_non_null(strstr(said.text, "there is no /nowhere/levee.conf"));
	capture_begin(&said, stderr);
	code = conf_find(&conf, &o, "/nowhere/last.conf");
	capture_end(&said);
	assert_int_equal(code, EXIT_FAILED);
	assert_non_null(strstr(said.text, "/nowhere/last.conf, which was applied last"));
	write_text("[eth0]\nstart = 77\n");
	assert_int_equal(conf_find(&conf, &o, path), 0);
	assert_int_equal(conf.sections, 1);
	conf_free(&conf);
	setenv("LEVEE_CONF", path, 1);
	assert_int_equal(conf_complete(&o), 0);
	assert_int_equal(o.start, 77);
	assert_string_equal(o.file, path);
	unsetenv("LEVEE_CONF");
}

/* Each text is refused with exit code 1, and the report has these words behind the name of the file and this line. */
static void refused(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
		const char *words;
	} rows[] = {
		{ "start = 50\n", 1, "\"start\" stands before any section" },
		{ "\n[eth0]\nstart = 101\n", 3, "start: 101 is not between 1 and 100" },
		{ "[eth0]\nstart = x\n", 2, "start: \"x\" is not a number" },
		{ "[eth0]\nstart =\n", 2, "start: \"\" is not a number" },
		{ "[eth0]\nflows = 1023\n", 2, "flows: 1023 is not between 1024 and 16777216" },
		{ "[eth0]\ncookies = alwys\n", 2,
		  "cookies: \"alwys\" is none of adaptive|always|never did you mean always?" },
		{ "[eth0]\nmode = fast\n", 2, "mode: \"fast\" is none of auto|native|generic" },
		{ "[eth0]\nexclusive = maybe\n", 2, "exclusive: \"maybe\" is neither yes nor no" },
		{ "[eth0]\ncookes = never\n", 2, "there is no setting \"cookes\" did you mean cookies?" },
		{ "[eth0]\nhalf_open = 16\n", 2, "did you mean timeout.half_open?" },
		{ "[eth0]\nhalfopen = 16\n", 2, "there is no setting \"halfopen\"" },
		{ "[eth0]\n--start = 16\n", 2, "did you mean start?" },
		{ "[eth0]\nestablished = 2h\n", 2, "did you mean timeout.established?" },
		{ "[eth0]\njson = yes\n", 2, "there is no setting \"json\"" },
		{ "[eth0]\nconfirm = 30s\n", 2, "there is no setting \"confirm\"" },
		{ "[eth0]\nfile = x\n", 2, "there is no setting \"file\"" },
		{ "[eth0]\nall = yes\n", 2, "there is no setting \"all\"" },
		{ "[eth0]\nzzzzzzzzzzzz = 1\n", 2, "\"levee attach --help\" lists them" },
		{ "[eth0]\n= 1\n", 2, "there is no setting \"\"" },
		{ "[eth0]\ntimeout.estblished = 2h\n", 2, "\"estblished\" is no timeout did you mean established?" },
		{ "[eth0]\ntimeout. = 2h\n", 2, "timeout" },
		{ "[eth0]\ntimeout.closing = soon\n", 2, "closing: \"soon\" is not a time" },
		{ "[eth0]\ntimeout.closed = 1s\n", 2, "closed: 1s is less than 32s" },
		{ "[eth0]\ntimeout.established = 25h\n", 2, "established: 1d1h is more than" },
		{ "[eth0]\nstart = 50\n\nstart = 60\n", 4, "start: [eth0] has it in line 2 already" },
		{ "[eth0]\ntimeout.closing = 1h\ntimeout.closing = 2h\n", 3, "[eth0] has it in line 2 already" },
		{ "[eth0]\n[eth1]\n[eth0]\n", 3, "[eth0] stands in line 1 already" },
		{ "[eth0]\n[eth0]\n", 2, "[eth0] stands in line 1 already" },
		{ "[eth0\n", 1, "\"[eth0\" has no ]" },
		{ "[eth0] start = 50\n", 1, "\"start = 50\" stands behind a section's name" },
		{ "[]\n", 1, "[] cannot be the name of an interface" },
		{ "[eth 0]\n", 1, "[eth 0] cannot be the name of an interface" },
		{ "[an-interface-too-long]\n", 1, "cannot be the name of an interface" },
		{ "[defaults]\n", 1, "did you mean [default]?" },
		{ "[Default]\n", 1, "did you mean [default]?" },
		{ "[eth0]\nnonsense\n", 2, "\"nonsense\" is neither [SECTION] nor KEY = VALUE" },
		{ "[eth0]\nmode\n", 2, "\"mode\" is neither [SECTION] nor KEY = VALUE" },
		{ "[eth0]\nend = 50\n", 2, "end 50 is not below start 50" },
		{ "[default]\nend = 40\n[eth0]\nstart = 40\n", 4, "end 40 is not below start 40" },
		{ "[default]\nend = 40\nstart = 30\n[eth0]\nend = 20\n", 3, "end 40 is not below start 30" },
	};
	char flat[sizeof(((struct capture *)0)->text)], where[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct capture said;
		struct conf conf;
		size_t n = 0;

		assert_int_equal(read_text(&conf, rows[i].text, &said), EXIT_FAILED);
		conf_free(&conf);
		/* Words may be parted by line breaks and indentation. */
		for (const char *p = said.text; *p; p++)
			if (!(strchr(" \n", *p) && n && flat[n - 1] == ' '))
				flat[n++] = *p == '\n' ? ' ' : *p;
		flat[n] = '\0';
		snprintf(where, sizeof(where), "levee: %s:%u: ", path, rows[i].line);
		if (strncmp(flat, where, strlen(where)) != 0 || !strstr(flat, rows[i].words))
			fail_msg("%s: got %s", rows[i].text, flat);
	}
}

/* A file of `size` bytes is refused with these words. */
static void refused_bytes(const char *text, size_t size, const char *words)
{
	struct capture said;
	struct conf conf;
	int code;

	write_bytes(text, size);
	capture_begin(&said, stderr);
	code = conf_read(&conf, path);
	capture_end(&said);
	conf_free(&conf);
	assert_int_equal(code, EXIT_FAILED);
	assert_non_null(strstr(said.text, words));
}

static void junk(void **state)
{
	char text[4096];
	uint64_t random = 1;

	(void)state;
	refused_bytes("[eth0]\0\nstart = 50\n", 19, ":1: there is a NUL character");
	memset(text, 'x', sizeof(text));
	refused_bytes(text, sizeof(text), ":1: this line is longer than 198 characters");
	memcpy(text, "[eth0]\nflows = 4k\n", 18);
	memset(text + 18, '0', sizeof(text) - 18);
	refused_bytes(text, sizeof(text), ":3: this line is longer than 198 characters");
	/* Whatever the bytes are: an answer, and a report where it is no. */
	for (int i = 0; i < 2000; i++) {
		struct capture said;
		struct conf conf;
		size_t size = unit_random(&random) % 64;
		int code;

		for (size_t n = 0; n < size; n++)
			text[n] = "[]=:;# \n\r\tetdh0startk1.\0\xff"[unit_random(&random) % 26];
		write_bytes(text, size);
		capture_begin(&said, stderr);
		code = conf_read(&conf, path);
		capture_end(&said);
		conf_free(&conf);
		assert_int_equal(code == 0, said.text[0] == '\0');
	}
}

static void files_that_cannot_be(void **state)
{
	static const struct {
		const char *name, *words;
	} rows[] = { { "/nowhere/levee.conf", "No such file" }, { "/tmp", "Is a directory" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct capture said;
		struct conf conf;
		int code;

		capture_begin(&said, stderr);
		code = conf_read(&conf, rows[i].name);
		capture_end(&said);
		conf_free(&conf);
		assert_int_equal(code, EXIT_FAILED);
		assert_non_null(strstr(said.text, rows[i].words));
		assert_non_null(strstr(said.text, rows[i].name));
	}
	assert_int_equal(chmod(path, 0666), 0);
	refused_bytes("", 0, "everybody may write it");
	assert_int_equal(chmod(path, 0664), 0);
	options_of("", "eth0");
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65534, -1), 0);
		refused_bytes("", 0, "belongs to user 65534");
		assert_int_equal(chown(path, 0, -1), 0);
	}
	assert_int_equal(chmod(path, 0600), 0);
}

/* --- the example */

/* Each setting stands in it, behind a #; with the # taken away it is right, and changes nothing. */
static void the_example_names_every_setting(void **state)
{
	FILE *file = fopen(EXAMPLE, "re");
	char text[8192], all[8192] = "", line[256], key[64];
	struct options preset, o;

	(void)state;
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "#[", 2) == 0)
			break;
		strcat(all, line[0] == '#' && line[1] >= 'a' && line[1] <= 'z' ? line + 1 : line);
	}
	fclose(file);
	o = options_of(text, "eth0");
	options_presets(&preset);
	assert_memory_equal(&o, &preset, sizeof(o));
	o = options_of(all, "eth0");
	for (unsigned int i = 0; i < option_count; i++) {
		snprintf(key, sizeof(key), "\n#%s = ", option_table[i].name);
		if (option_is_setting(&option_table[i]) && !strstr(text, key))
			fail_msg("%s has no %s", EXAMPLE, option_table[i].name);
	}
	for (int i = 0; i < LEVEE_SETTABLE_COUNT; i++)
		assert_int_equal(o.from.setting[i], LEVEE_FROM_FILE);
	for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++)
		assert_int_equal(o.from.timeout[t], LEVEE_FROM_FILE);
	memset(&o.from, 0, sizeof(o.from));
	assert_memory_equal(&o, &preset, sizeof(o));
}

/* --- on an interface that is attached */

static struct maps attached(void)
{
	struct maps maps = { .ifname = "eth0" };
	struct options preset;

	options_presets(&preset);
	memset(maps.fd, -1, sizeof(maps.fd));
	maps.meta.handoff = 1;
	maps.meta.xdp_mode = 1U << 2; /* XDP_FLAGS_DRV_MODE */
	maps.meta.geometry = tables_geometry(1024, 4096);
	maps.settings = (struct levee_settings){
		.enabled = 1,
		.cookies = LEVEE_COOKIES_NEVER,
		.start_percent = preset.start,
		.end_percent = preset.end,
		.half_open_max = 1024,
		.flows_max = 4096,
	};
	memcpy(maps.settings.timeout_ms, preset.timeout_ms, sizeof(preset.timeout_ms));
	maps.meta.from.setting[LEVEE_SET_COOKIES] = LEVEE_FROM_COMMAND;
	maps.meta.from.setting[LEVEE_SET_HALF_OPEN] = LEVEE_FROM_COMMAND;
	maps.meta.from.setting[LEVEE_SET_FLOWS] = LEVEE_FROM_COMMAND;
	return maps;
}

/* What a file changes there, as "name before after, ..."; with ! what needs another attach. */
static const char *changes_of(struct maps *maps, const char *text, struct settings_plan *plan)
{
	static char list[1024];
	struct capture said;
	struct conf conf;
	json_t *c;
	size_t i;

	list[0] = '\0';
	assert_int_equal(read_text(&conf, text, &said), 0);
	assert_int_equal(settings_plan(maps, &conf, plan), 0);
	json_array_foreach(plan->changes, i, c)
		sprintf(list + strlen(list), "%s%s%s %s %s", i ? ", " : "",
			json_is_true(json_object_get(c, "applied")) ? "" : "!",
			json_string_value(json_object_get(c, "name")), json_string_value(json_object_get(c, "before")),
			json_string_value(json_object_get(c, "after")));
	conf_free(&conf);
	return list;
}

static void what_a_file_changes(void **state)
{
	static const struct {
		const char *text, *changes;
	} rows[] = {
		{ "", "" },
		{ "[eth1]\nstart = 60\n", "" },
		{ "[eth0]\nstart = 50\n", "" },
		{ "[eth0]\nstart = 60\n", "start 50 60" },
		{ "[default]\nstart = 60\nend = 10\n", "start 50 60, end 25 10" },
		{ "[eth0]\ncookies = never\n", "" },
		{ "[eth0]\ntimeout.established = 2h\n", "timeout.established 1d 2h" },
		/* As far as the tables have room: sets come in powers of two. */
		{ "[eth0]\nflows = 1024\nhalf-open = 16\n", "half-open 1024 16, flows 4096 1024" },
		{ "[eth0]\nflows = 4097\n", "!flows 4096 4097" },
		{ "[eth0]\nhalf-open = 1025\nend = 10\n", "end 25 10, !half-open 1024 1025" },
		{ "[eth0]\nmode = native\nexclusive = no\n", "" },
		{ "[eth0]\nmode = auto\n", "" },
		{ "[eth0]\nmode = generic\nexclusive = yes\n", "!mode native generic, !exclusive no yes" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct maps maps = attached();
		struct settings_plan plan;

		assert_string_equal(changes_of(&maps, rows[i].text, &plan), rows[i].changes);
		settings_plan_free(&plan);
	}
}

/* A file, and then one that says less: what it had said is the default again, what a command had said stays. */
static void what_a_file_no_longer_says(void **state)
{
	struct maps maps = attached();
	struct settings_plan plan;

	(void)state;
	changes_of(&maps, "[eth0]\nstart = 60\nflows = 2048\ntimeout.closing = 1min\n", &plan);
	assert_string_equal(plan.file, path);
	assert_int_equal(plan.from.setting[LEVEE_SET_FLOWS], LEVEE_FROM_FILE);
	maps.settings = plan.settings;
	maps.meta.from = plan.from;
	settings_plan_free(&plan);
	maps.settings.timeout_ms[LEVEE_T_SUSPECT] = 60000;
	maps.meta.from.timeout[LEVEE_T_SUSPECT] = LEVEE_FROM_COMMAND;
	assert_string_equal(changes_of(&maps, "[eth0]\nflows = 2048\n", &plan),
			    "start 60 50, timeout.closing 1min 2min");
	assert_int_equal(plan.from.setting[LEVEE_SET_START], LEVEE_FROM_DEFAULT);
	assert_int_equal(plan.from.setting[LEVEE_SET_COOKIES], LEVEE_FROM_COMMAND);
	assert_int_equal(plan.from.timeout[LEVEE_T_SUSPECT], LEVEE_FROM_COMMAND);
	settings_plan_free(&plan);
	assert_string_equal(changes_of(&maps, "", &plan), "start 60 50, flows 2048 4096, timeout.closing 1min 2min");
	settings_plan_free(&plan);
}

/* A percentage that a command had set may not fit one of the file. */
static void percents_of_file_and_command(void **state)
{
	struct maps maps = attached();
	struct settings_plan plan;
	struct capture said;
	struct conf conf;

	(void)state;
	maps.settings.start_percent = 20;
	maps.settings.end_percent = 10;
	maps.meta.from.setting[LEVEE_SET_START] = LEVEE_FROM_COMMAND;
	assert_int_equal(read_text(&conf, "[eth0]\nend = 40\n", &said), 0);
	capture_begin(&said, stderr);
	assert_int_not_equal(settings_plan(&maps, &conf, &plan), 0);
	capture_end(&said);
	assert_non_null(strstr(said.text, "end 40 is not below start 20"));
	settings_plan_free(&plan);
	conf_free(&conf);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	return fd < 0 ? -1 : 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_the_defaults),
		cmocka_unit_test(every_setting),
		cmocka_unit_test(the_options_of_attach),
		cmocka_unit_test(every_timeout),
		cmocka_unit_test(sections_come_over_each_other),
		cmocka_unit_test(how_lines_may_look),
		cmocka_unit_test(flags),
		cmocka_unit_test(the_command_line_wins),
		cmocka_unit_test(percents_of_both),
		cmocka_unit_test(the_default_file_need_not_be),
		cmocka_unit_test(refused),
		cmocka_unit_test(junk),
		cmocka_unit_test(files_that_cannot_be),
		cmocka_unit_test(the_example_names_every_setting),
		cmocka_unit_test(what_a_file_changes),
		cmocka_unit_test(what_a_file_no_longer_says),
		cmocka_unit_test(percents_of_file_and_command),
	};

	return cmocka_run_group_tests_name("conf", tests, make_file, remove_file);
}
