/* SPDX-License-Identifier: GPL-2.0 */
/*
 * conf.c - reads levee.conf. libinih takes lines apart; it gets them from here, cleaned and counted, since it tells its
 * caller neither of sections nor of line numbers, and would cut or join lines that it does not like.
 */
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ini.h>

#include "cleanup.h"
#include "conf.h"
#include "errors.h"
#include "near.h"
#include "option_table.h"
#include "timeouts.h"
#include "words.h"

#define TIMEOUT_PREFIX "timeout."

struct reading {
	struct conf *conf;
	FILE *file;
	unsigned int line;
	int err;
	struct options scratch; /* values are parsed into it, to see whether they are right */
};

/* --- growing lists */

/* One more element behind `count`; NULL after failed(). */
static void *grow(void *list, unsigned int count, size_t size)
{
	void *longer = realloc(list, (count + 1) * size);

	if (!longer)
		failed(EXIT_FAILED, "no memory");
	return longer;
}

static int add_section(struct conf *conf, const char *name, unsigned int line)
{
	struct conf_section *list = grow(conf->section, conf->sections, sizeof(*list));

	if (!list)
		return EXIT_FAILED;
	conf->section = list;
	list[conf->sections].line = line;
	snprintf(list[conf->sections++].name, sizeof(list->name), "%s", name);
	return 0;
}

static int add_value(struct conf *conf, const struct conf_value *value)
{
	struct conf_value *list = grow(conf->value, conf->values, sizeof(*list));

	if (!list)
		return EXIT_FAILED;
	conf->value = list;
	list[conf->values] = *value;
	list[conf->values].text = strdup(value->text);
	if (!list[conf->values++].text)
		return failed(EXIT_FAILED, "no memory");
	return 0;
}

void conf_free(struct conf *conf)
{
	for (unsigned int i = 0; i < conf->values; i++)
		free(conf->value[i].text);
	free(conf->value);
	free(conf->section);
	memset(conf, 0, sizeof(*conf));
}

/* --- sections */

/* What the kernel takes as the name of an interface (dev_valid_name). */
static bool can_be_interface(const char *name)
{
	if (!*name || strlen(name) >= IFNAMSIZ || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (; *name; name++)
		if (*name == '/' || *name == ':' || isspace((unsigned char)*name))
			return false;
	return true;
}

/* "defaults" is a slip, where no interface is called so. */
static bool is_slip_of_default(const char *name)
{
	struct near near = near_to(name);

	near_consider(&near, CONF_SECTION_ALL);
	return near.best && strcmp(name, CONF_SECTION_ALL) != 0 && !if_nametoindex(name);
}

static int check_section(const struct conf *conf, const char *name)
{
	if (!can_be_interface(name))
		return failed(EXIT_FAILED,
			      "[%s] cannot be the name of an interface\na section is [eth0], or [%s] for all", name,
			      CONF_SECTION_ALL);
	if (is_slip_of_default(name))
		return failed(EXIT_FAILED, "[%s]: there is no such interface\ndid you mean [%s]?", name,
			      CONF_SECTION_ALL);
	for (unsigned int i = 0; i < conf->sections; i++)
		if (strcmp(conf->section[i].name, name) == 0)
			return failed(EXIT_FAILED, "[%s] stands in line %u already\nput both into one", name,
				      conf->section[i].line);
	return 0;
}

/* A line that begins with [ */
static int begin_section(struct reading *r, char *line)
{
	char *end = strchr(line, ']'), *name = line + 1;
	int err;

	if (!end)
		return failed(EXIT_FAILED, "\"%s\" has no ]", line);
	if (end[1 + strspn(end + 1, " \t")])
		return failed(EXIT_FAILED, "\"%s\" stands behind a section's name\nput it into a line of its own",
			      end + 1 + strspn(end + 1, " \t"));
	*end = '\0';
	err = check_section(r->conf, name);
	if (!err)
		err = add_section(r->conf, name, r->line);
	*end = ']';
	return err;
}

/* --- values */

static int unknown_key(const char *key)
{
	struct near near = near_to(key);
	char name[64];

	if (word_find(&words_timeout, key) >= 0) {
		snprintf(name, sizeof(name), TIMEOUT_PREFIX "%s", key);
		return failed(EXIT_FAILED, "there is no setting \"%s\"\ndid you mean %s?", key, name);
	}
	for (unsigned int i = 0; i < option_count; i++)
		if (option_is_setting(&option_table[i]))
			near_consider(&near, option_table[i].name);
	if (near.best)
		return failed(EXIT_FAILED, "there is no setting \"%s\"\ndid you mean %s?", key, near.best);
	return failed(
		EXIT_FAILED,
		"there is no setting \"%s\"\n\"levee attach --help\" lists them, without the --; and %sNAME is one of \"levee config show\"",
		key, TIMEOUT_PREFIX);
}

static const struct option *find_setting(const char *key)
{
	for (unsigned int i = 0; i < option_count; i++)
		if (option_is_setting(&option_table[i]) && strcmp(option_table[i].name, key) == 0)
			return &option_table[i];
	return NULL;
}

/* What a value names: an option, or a timeout. */
static int find_key(const char *key, struct conf_value *value)
{
	int t;

	if (strncmp(key, TIMEOUT_PREFIX, strlen(TIMEOUT_PREFIX)) == 0) {
		key += strlen(TIMEOUT_PREFIX);
		t = word_find(&words_timeout, key);
		value->timeout = t;
		return t < 0 ? word_unknown(&words_timeout, "timeout", key, t) : 0;
	}
	value->option = find_setting(key);
	return value->option ? 0 : unknown_key(key);
}

static int parse_flag(const struct option *opt, const char *text, unsigned int *to)
{
	static const char *const words[][2] = { { "no", "yes" }, { "off", "on" }, { "false", "true" }, { "0", "1" } };

	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (unsigned int on = 0; on < 2; on++) {
			if (strcmp(words[i][on], text) != 0)
				continue;
			*to = on;
			return 0;
		}
	}
	return failed(EXIT_FAILED, "%s: \"%s\" is neither yes nor no", opt->name, text);
}

static int set_value(const struct conf_value *v, struct options *o)
{
	if (!v->option)
		return timeout_parse(v->timeout, v->text, &o->timeout_ms[v->timeout]);
	if (v->option->type == OPT_FLAG)
		return parse_flag(v->option, v->text, (unsigned int *)((char *)o + v->option->field));
	return option_parse(o, v->option, v->option->name, v->text);
}

static bool same_key(const struct conf_value *a, const struct conf_value *b)
{
	return a->section == b->section && a->option == b->option && (a->option || a->timeout == b->timeout);
}

static int check_twice(const struct conf *conf, const struct conf_value *value, const char *key)
{
	for (unsigned int i = 0; i < conf->values; i++)
		if (same_key(&conf->value[i], value) && (!value->option || value->option->type != OPT_LIST))
			return failed(EXIT_FAILED, "%s: [%s] has it in line %u already", key,
				      conf->section[value->section].name, conf->value[i].line);
	return 0;
}

static int take_value(struct reading *r, const char *key, const char *text)
{
	struct conf_value value = { .line = r->line, .text = (char *)text, .section = r->conf->sections - 1 };
	int err;

	if (!r->conf->sections)
		return failed(EXIT_FAILED,
			      "\"%s\" stands before any section\nbegin with [%s], or with an interface: [eth0]", key,
			      CONF_SECTION_ALL);
	err = find_key(key, &value);
	if (!err)
		err = check_twice(r->conf, &value, key);
	if (!err)
		err = set_value(&value, &r->scratch);
	return err ? err : add_value(r->conf, &value);
}

static int on_value(void *arg, const char *section, const char *key, const char *text)
{
	struct reading *r = arg;

	(void)section;
	if (!r->err)
		r->err = take_value(r, key, text);
	return !r->err;
}

/* --- lines */

/* Without the byte order mark, what surrounds it, and a comment that begins with #: libinih ends lines at " ;" alone. */
static char *strip(char *line, unsigned int number)
{
	char *end;

	if (number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	line += strspn(line, " \t");
	for (end = line; *end; end++)
		if ((*end == '#' || *end == ';') && (end == line || end[-1] == ' ' || end[-1] == '\t'))
			break;
	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return line;
}

static int check_line(struct reading *r, char *line)
{
	if (*line == '[')
		return begin_section(r, line);
	if (*line && !strpbrk(line, "=:"))
		return failed(EXIT_FAILED, "\"%s\" is neither [SECTION] nor KEY = VALUE", line);
	return 0;
}

static int prepare_line(struct reading *r, char *raw, size_t len, char *to, size_t size)
{
	char *line;

	if (memchr(raw, '\0', len))
		return failed(EXIT_FAILED, "there is a NUL character: this is no text");
	line = strip(raw, r->line);
	if (strlen(line) + 2 > size)
		return failed(EXIT_FAILED, "this line is longer than %zu characters", size - 2);
	snprintf(to, size, "%s\n", line);
	return check_line(r, line);
}

/* As fgets, for libinih. An error ends the file. */
static char *next_line(char *to, int size, void *arg)
{
	struct reading *r = arg;
	free_memory char *raw = NULL;
	size_t room = 0;
	ssize_t len = r->err ? -1 : getline(&raw, &room, r->file);

	if (len < 0)
		return NULL;
	errors_of_file(r->conf->path, ++r->line);
	r->err = prepare_line(r, raw, len, to, size);
	return r->err ? NULL : to;
}

/* --- the file */

/* Whoever can write it can switch off the protection: it must be nobody but root, or the user who runs this. */
static int check_owner(const char *path, const struct stat *s)
{
	if (!S_ISREG(s->st_mode))
		return 0;
	if (s->st_mode & S_IWOTH)
		return failed(EXIT_FAILED, "%s: everybody may write it\nchmod o-w %s", path, path);
	if (s->st_uid != 0 && s->st_uid != geteuid())
		return failed(EXIT_FAILED, "%s: it belongs to user %u, who could switch levee off\nchown root %s", path,
			      s->st_uid, path);
	return 0;
}

static int check_file(const char *path, FILE *file)
{
	struct stat s;

	if (!file || fstat(fileno(file), &s))
		return failed(EXIT_FAILED, "%s: %s", path, strerror(errno));
	if (S_ISDIR(s.st_mode))
		return failed(EXIT_FAILED, "%s: %s", path, strerror(EISDIR));
	return check_owner(path, &s);
}

/* The last line that says something of cookies' beginning or end for this section, or for all. */
static unsigned int line_of_percents(const struct conf *conf, unsigned int section)
{
	unsigned int line = conf->section[section].line;

	for (unsigned int i = 0; i < conf->values; i++) {
		const struct conf_value *v = &conf->value[i];

		if (v->section == section && v->option &&
		    (strcmp(v->option->name, "start") == 0 || strcmp(v->option->name, "end") == 0))
			line = v->line;
	}
	return line;
}

/* What only the values of a section together tell. */
static int check_sections(const struct conf *conf)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < conf->sections; i++) {
		struct options o;

		options_presets(&o);
		err = conf_apply(conf, conf->section[i].name, &o);
		errors_of_file(conf->path, line_of_percents(conf, i));
		if (!err)
			err = options_check_percents(&o, "");
		errors_of_file(NULL, 0);
	}
	return err;
}

int conf_read(struct conf *conf, const char *path)
{
	struct reading r = { .conf = conf };
	close_file FILE *file = fopen(path, "re");
	int err = check_file(path, file);

	memset(conf, 0, sizeof(*conf));
	if (err)
		return err;
	snprintf(conf->path, sizeof(conf->path), "%s", path);
	options_presets(&r.scratch);
	r.file = file;
	err = ini_parse_stream(next_line, &r, on_value, &r);
	if (err && !r.err)
		r.err = failed(EXIT_FAILED, "this line cannot be read");
	errors_of_file(NULL, 0);
	if (!r.err && ferror(file))
		r.err = failed(EXIT_FAILED, "%s: reading it failed: %s", path, strerror(errno));
	return r.err ? r.err : check_sections(conf);
}

/* --- for an interface */

static int apply_section(const struct conf *conf, const char *name, struct options *o)
{
	for (unsigned int i = 0; i < conf->values; i++) {
		const struct conf_value *v = &conf->value[i];
		int err;

		if (strcmp(conf->section[v->section].name, name) != 0 ||
		    (v->option && options_given(o, v->option->name)))
			continue;
		errors_of_file(conf->path, v->line);
		err = set_value(v, o);
		errors_of_file(NULL, 0);
		if (err)
			return err;
		if (v->option)
			options_from_file(o, v->option->name);
		else
			o->from.timeout[v->timeout] = LEVEE_FROM_FILE;
	}
	return 0;
}

int conf_apply(const struct conf *conf, const char *ifname, struct options *o)
{
	int err = apply_section(conf, CONF_SECTION_ALL, o);

	return err || strcmp(ifname, CONF_SECTION_ALL) == 0 ? err : apply_section(conf, ifname, o);
}

const char *conf_full_path(char to[LEVEE_FILE_MAX], const struct conf *conf)
{
	free_memory char *full = realpath(conf->path, NULL);
	bool fits = full && strlen(full) < LEVEE_FILE_MAX;

	snprintf(to, LEVEE_FILE_MAX, "%s", fits ? full : conf->path);
	return to;
}

static const char *default_path(void)
{
	const char *wish = getenv("LEVEE_CONF");

	return wish && *wish ? wish : CONF_DEFAULT;
}

/* A file that is no more would silently take its settings with it. */
static int read_last(struct conf *conf, const char *path)
{
	if (access(path, F_OK) == 0)
		return conf_read(conf, path);
	return failed(EXIT_FAILED, "%s, which was applied last: %s\n--file names another, --file /dev/null is none",
		      path, strerror(errno));
}

int conf_find(struct conf *conf, const struct options *o, const char *last)
{
	const char *path = default_path();

	memset(conf, 0, sizeof(*conf));
	if (o->file)
		return conf_read(conf, o->file);
	if (last && *last)
		return read_last(conf, last);
	return access(path, F_OK) == 0 || errno != ENOENT ? conf_read(conf, path) : 0;
}

int conf_need(struct conf *conf, const struct options *o, const char *last)
{
	int err = conf_find(conf, o, last);

	if (err || conf->path[0])
		return err;
	return failed(EXIT_FAILED, "there is no %s\n--file names another", default_path());
}

int conf_complete(struct options *o)
{
	static char path[LEVEE_FILE_MAX];
	static struct conf conf; /* an option may point into it */
	int err;

	conf_free(&conf);
	err = conf_find(&conf, o, NULL);
	if (!err)
		err = conf_apply(&conf, o->argument[0], o);
	if (!err)
		err = options_check_percents(o, "--");
	o->file = *conf_full_path(path, &conf) ? path : NULL;
	return err;
}
