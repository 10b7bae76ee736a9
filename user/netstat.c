/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netstat.c - reading /proc/net/netstat: per protocol one line of names, and below it one of values.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "netstat.h"

/* Is this a line of that protocol? Returns where its words begin, or NULL. */
static char *words_of(char *line, const char *group)
{
	size_t len = strlen(group);

	return strncmp(line, group, len) == 0 && line[len] == ':' ? line + len + 1 : NULL;
}

static void take(const char *name, const char *value, const char *const *names, unsigned int count, __u64 *values)
{
	for (unsigned int i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			values[i] = strtoull(value, NULL, 10);
}

/* Both lines side by side. */
static void match(char *heads, char *numbers, const char *const *names, unsigned int count, __u64 *values)
{
	char *at_heads, *at_numbers;
	char *name = strtok_r(heads, " \n", &at_heads), *value = strtok_r(numbers, " \n", &at_numbers);

	while (name && value) {
		take(name, value, names, count, values);
		name = strtok_r(NULL, " \n", &at_heads);
		value = strtok_r(NULL, " \n", &at_numbers);
	}
}

int netstat_parse(FILE *from, const char *group, const char *const *names, unsigned int count, __u64 *values)
{
	free_memory char *heads = NULL, *numbers = NULL;
	size_t heads_size = 0, numbers_size = 0;

	memset(values, 0, count * sizeof(*values));
	while (getline(&heads, &heads_size, from) > 0) {
		char *names_of = words_of(heads, group), *numbers_of;

		if (!names_of)
			continue;
		if (getline(&numbers, &numbers_size, from) <= 0 || !(numbers_of = words_of(numbers, group)))
			break;
		match(names_of, numbers_of, names, count, values);
		return 0;
	}
	return -EPROTO;
}

int netstat_read(const char *group, const char *const *names, unsigned int count, __u64 *values)
{
	close_file FILE *file = fopen("/proc/net/netstat", "re");

	return file ? netstat_parse(file, group, names, count, values) : -errno;
}
