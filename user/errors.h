/* SPDX-License-Identifier: GPL-2.0 */
/*
 * errors.h - exit codes, and how a command says what failed, on what, why, and what to do next.
 *
 * Functions of userspace that return int return 0, or an exit code that has been reported by failed(),
 * unless their comment says that they return a negative errno.
 */
#ifndef USER_ERRORS_H
#define USER_ERRORS_H

#include <stdbool.h>
#include <jansson.h>

/* X(NAME, number, what it says) */
#define EXIT_CODES(X)                                    \
	X(OK, 0, "ok")                                   \
	X(FAILED, 1, "failed")                           \
	X(USAGE, 2, "usage")                             \
	X(NOTHING, 3, "not attached or nothing matched") \
	X(UNSUPPORTED, 4, "a privilege or a kernel feature is missing")

#define EXIT_CODE_ENUM(NAME, number, help) EXIT_##NAME = number,
enum exit_code { EXIT_CODES(EXIT_CODE_ENUM) };
#undef EXIT_CODE_ENUM

/* Errors go to stdout as one JSON document instead of to stderr as text. */
void errors_as_json(bool on);

/*
 * What is wrong is wrong in this line of this file, until it is called with NULL: reports begin with both, and the exit
 * code is EXIT_FAILED, as it is the file that is to be mended and not the command line.
 */
void errors_of_file(const char *file, unsigned int line);

/*
 * Reports an error and returns `code`. The text may have two lines: what failed and why, then what to
 * do next. No newline at its end.
 */
int failed(enum exit_code code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Something the user should know although the command goes on. Text: on stderr at once; JSON: in "notes". */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The notes so far, as a JSON array that the caller owns. */
json_t *notes_take(void);

/* Catches what libbpf and libxdp log. With LEVEE_DEBUG in the environment it goes to stderr as well. */
void library_log_catch(void);

/* The last warnings that a library logged, in one line, or "" */
const char *library_log_last(void);
void library_log_clear(void);

#endif
