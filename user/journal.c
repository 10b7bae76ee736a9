/* SPDX-License-Identifier: GPL-2.0 */
/*
 * journal.c - see journal.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"

const char *journal_level_name(enum journal_level level)
{
	switch (level) {
#define LEVEL_NAME(NAME, number, name) \
	case JOURNAL_##NAME:           \
		return #name;
		JOURNAL_LEVELS(LEVEL_NAME)
#undef LEVEL_NAME
	}
	return "?";
}

/* systemd names the stream by device and inode: the variable may have been inherited by somebody who writes elsewhere. */
bool journal_reads_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat s;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &s) == 0 &&
	       s.st_dev == device && s.st_ino == inode;
}

/* What failed and what to do next are two lines on a terminal. */
void journal_line(enum journal_level level, const char *text)
{
	fprintf(stderr, "<%d>", level);
	for (; *text; text++)
		fputs(*text == '\n' ? "; " : (char[]){ *text, '\0' }, stderr);
	fputc('\n', stderr);
}
