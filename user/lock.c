/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lock.c - see lock.h.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "lock.h"

const char *lock_owner(char to[32], int fd)
{
	close_file FILE *locks = fopen("/proc/locks", "re");
	char line[256], want[64];
	struct stat s;
	int pid;

	to[0] = '\0';
	if (!locks || fstat(fd, &s) < 0)
		return to;
	snprintf(want, sizeof(want), " %02x:%02x:%lu ", major(s.st_dev), minor(s.st_dev), (unsigned long)s.st_ino);
	while (fgets(line, sizeof(line), locks))
		if (strstr(line, want) && sscanf(line, "%*d: FLOCK %*s %*s %d", &pid) == 1 && pid > 0)
			snprintf(to, 32, " (pid %d)", pid);
	return to;
}
