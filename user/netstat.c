/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netstat.c - /proc/net/netstat: two lines for each group, the names and the numbers.
 *
 *   TcpExt: SyncookiesSent SyncookiesRecv ...
 *   TcpExt: 0 0 ...
 */
#include <string.h>

#include "cleanup.h"
#include "netstat.h"

#define GROUP "TcpExt:"

static json_t *nothing_known(void)
{
	json_t *object = json_object();

#define UNKNOWN(name, help) json_object_set_new(object, #name, json_null());
	NETSTAT_QUEUES(UNKNOWN)
#undef UNKNOWN
	return object;
}

/* Name and number stand at the same place of their lines. */
static void take_pair(json_t *object, char *names, char *numbers)
{
	char *more_names = NULL, *more_numbers = NULL;
	char *name = strtok_r(names, " \n", &more_names), *number = strtok_r(numbers, " \n", &more_numbers);

	while (name && number) {
		if (json_object_get(object, name))
			json_object_set_new(object, name, json_integer(strtoll(number, NULL, 10)));
		name = strtok_r(NULL, " \n", &more_names);
		number = strtok_r(NULL, " \n", &more_numbers);
	}
}

json_t *netstat_read(FILE *file)
{
	free_memory char *names = NULL, *numbers = NULL;
	json_t *object = nothing_known();
	size_t size[2] = { 0, 0 };

	while (getline(&names, &size[0], file) > 0 && getline(&numbers, &size[1], file) > 0)
		if (strncmp(names, GROUP, strlen(GROUP)) == 0)
			take_pair(object, names + strlen(GROUP), numbers + strlen(GROUP));
	return object;
}

json_t *netstat_queues(void)
{
	close_file FILE *file = fopen("/proc/self/net/netstat", "re");

	return file ? netstat_read(file) : NULL;
}
