/* SPDX-License-Identifier: GPL-2.0 */
/*
 * errors.c - error and note texts, as text or JSON, and the log of libbpf and libxdp, kept back.
 *
 * Libraries log a lot that is not an error to the user (a dispatcher that cannot load, a filter that
 * exists): only when levee itself gives up are their last words part of its message.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include "errors.h"
#include "journal.h"
#include "output.h"

static bool as_json;
static json_t *notes;
static const char *in_file;
static unsigned int in_line;
static char last_warning[512];

void errors_as_json(bool on)
{
	as_json = on;
}

static void fail_json(enum exit_code code, const char *what, const char *next)
{
	json_t *doc = json_pack("{s:s, s:i, s:s, s:s*}", "schema", "levee.error/1", "exit", code, "error", what, "next",
				next);

	output_json(doc, true);
	json_decref(doc);
}

void errors_of_file(const char *file, unsigned int line)
{
	in_file = file;
	in_line = line;
}

int failed(enum exit_code code, const char *fmt, ...)
{
	char text[1536], *next;
	va_list args;
	int used = 0;

	if (in_file) {
		code = EXIT_FAILED;
		used = snprintf(text, sizeof(text) / 2, "%s:%u: ", in_file, in_line);
	}
	va_start(args, fmt);
	vsnprintf(text + used, sizeof(text) - used, fmt, args);
	va_end(args);
	if (!as_json && journal_reads_stderr()) {
		journal_line(JOURNAL_ERROR, text);
		return code;
	}
	next = strchr(text, '\n');
	if (next)
		*next++ = '\0';
	if (as_json) {
		fail_json(code, text, next);
		return code;
	}
	output_wrapped_color(stderr, COLOR_BAD, "levee: ", 7, text);
	if (next)
		output_wrapped(stderr, "       ", 7, next);
	return code;
}

void note(const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!as_json && journal_reads_stderr()) {
		journal_line(JOURNAL_NOTICE, text);
		return;
	}
	if (!as_json) {
		output_wrapped_color(stderr, COLOR_ALERT, "note: ", 6, text);
		return;
	}
	if (!notes)
		notes = json_array();
	json_array_append_new(notes, json_string(text));
}

json_t *notes_take(void)
{
	json_t *taken = notes ? notes : json_array();

	notes = NULL;
	return taken;
}

/* Keeps the first line of a warning, without what the library says before it. */
static void keep_warning(const char *text)
{
	static const char *const noise[] = { "libbpf: ", "libxdp: ", "Kernel error message: " };
	size_t len;

	for (unsigned int i = 0; i < sizeof(noise) / sizeof(noise[0]); i++)
		if (strncmp(text, noise[i], strlen(noise[i])) == 0)
			text += strlen(noise[i]);
	len = strcspn(text, "\n");
	if (len == 0)
		return;
	snprintf(last_warning, sizeof(last_warning), "%.*s", (int)(len < 400 ? len : 400), text);
}

static void catch (bool warning, const char *fmt, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, args);
	if (getenv("LEVEE_DEBUG"))
		fputs(text, stderr);
	/* A refused program is logged as "prog 'x': BEGIN PROG LOAD LOG": the line before it says more. */
	if (warning && !strstr(text, "PROG LOAD LOG"))
		keep_warning(text);
}

static int catch_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	catch (level == LIBBPF_WARN, fmt, args);
	return 0;
}

static int catch_libxdp(enum libxdp_print_level level, const char *fmt, va_list args)
{
	catch (level == LIBXDP_WARN, fmt, args);
	return 0;
}

void library_log_catch(void)
{
	libbpf_set_print(catch_libbpf);
	libxdp_set_print(catch_libxdp);
}

const char *library_log_last(void)
{
	return last_warning;
}

void library_log_clear(void)
{
	last_warning[0] = '\0';
}
