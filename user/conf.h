/* SPDX-License-Identifier: GPL-2.0 */
/*
 * conf.h - levee.conf: what attach takes on its command line, as a file with a section for each interface.
 *
 * INI: [eth0] for one interface, [default] for all. Keys are attach's long options as the option table has them, and
 * timeout.NAME for each timeout. docs/config.md has the rest.
 */
#ifndef USER_CONF_H
#define USER_CONF_H

#include <stdbool.h>

#include <levee/config.h>

/* Where it is, unless --file or LEVEE_CONF names another. */
#define CONF_DEFAULT "/etc/levee/levee.conf"

/* The section that all interfaces begin with. */
#define CONF_SECTION_ALL "default"

struct option;
struct options;

struct conf_section {
	char name[LEVEE_IFNAME_MAX];
	unsigned int line;
};

struct conf_value {
	unsigned int section, line;
	const struct option *option; /* NULL: a timeout */
	unsigned int timeout;      /* enum levee_timeout */
	char *text;
};

struct conf {
	char path[LEVEE_FILE_MAX]; /* as it was named; "" where there is no file and none is needed */
	unsigned int sections, values;
	struct conf_section *section;
	struct conf_value *value;
};

/*
 * Reads a file and checks all of it: every section, also those of interfaces that are not there. conf_free() is right
 * after any answer.
 */
int conf_read(struct conf *conf, const char *path);
void conf_free(struct conf *conf);

/* The file's name from the root on, as far as it fits. Returns `to`. */
const char *conf_full_path(char to[LEVEE_FILE_MAX], const struct conf *conf);

/*
 * The file that the options name; else `last`, which was applied to the interface before; else the one that is read without
 * being named, which need not be there. `last` may be NULL or "".
 */
int conf_find(struct conf *conf, const struct options *options, const char *last);

/* The same, and it is an error if there is none. */
int conf_need(struct conf *conf, const struct options *options, const char *last);

/* Sets what the file says for an interface, and from where it is; what the command line had said stays. */
int conf_apply(const struct conf *conf, const char *ifname, struct options *options);

/*
 * For commands that attach: fills options whose first argument is the interface from the file, if there is one, and
 * checks what only both together tell. options->file then is the file that was read, NULL none.
 */
int conf_complete(struct options *options);

#define close_conf __attribute__((cleanup(conf_free)))

#endif
