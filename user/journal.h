/* SPDX-License-Identifier: GPL-2.0 */
/*
 * journal.h - stderr as the systemd journal reads it: one line for each message, with its priority in front.
 */
#ifndef USER_JOURNAL_H
#define USER_JOURNAL_H

#include <stdbool.h>

/* The numbers are syslog's, and sd-daemon(3)'s. X(NAME, number, name) */
#define JOURNAL_LEVELS(X)      \
	X(ERROR, 3, error)     \
	X(WARNING, 4, warning) \
	X(NOTICE, 5, notice)   \
	X(INFO, 6, info)

#define JOURNAL_ENUM(NAME, number, name) JOURNAL_##NAME = number,
enum journal_level { JOURNAL_LEVELS(JOURNAL_ENUM) };
#undef JOURNAL_ENUM

const char *journal_level_name(enum journal_level level);

/* Does the journal, or whatever the service manager has in its place, read this process's stderr? */
bool journal_reads_stderr(void);

/* One line on stderr, for the journal. Line breaks of the text become semicolons. */
void journal_line(enum journal_level level, const char *text);

#endif
