/* SPDX-License-Identifier: GPL-2.0 */
/*
 * progress.c - see progress.h.
 */
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "columns.h"
#include "progress.h"

/* Work that is done sooner says nothing; work that goes on says it so often. */
#define QUIET_MS 1000
#define EVERY_MS 200

static __u64 now_ms(void)
{
	return clock_monotonic_ns() / 1000000;
}

const char *progress_text(char to[PROGRESS_TEXT_MAX], const struct progress *p)
{
	/* What was counted before may be less than what is there now. */
	__u64 total = p->total && p->done > p->total ? p->done : p->total;
	const char *comma = *p->detail ? ", " : "";

	if (total)
		snprintf(to, PROGRESS_TEXT_MAX, "%llu of %llu %s, %llu %%%s%s", p->done, total, p->what,
			 p->done * 100 / total, comma, p->detail);
	else
		snprintf(to, PROGRESS_TEXT_MAX, "%llu %s%s%s", p->done, p->what, comma, p->detail);
	return to;
}

void progress_begin(struct progress *p, const char *what, __u64 total)
{
	*p = (struct progress){ .what = what, .detail = "", .total = total, .begun_ms = now_ms() };
	p->on = isatty(STDERR_FILENO);
}

void progress_hide(struct progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r%*s\r", p->shown, "");
	p->shown = 0;
}

/* A line that were longer than the terminal is wide could not be written over. */
void progress_show(struct progress *p)
{
	unsigned int width = columns_of_terminal(STDERR_FILENO);
	char text[PROGRESS_TEXT_MAX], line[PROGRESS_TEXT_MAX];

	if (!p->on || now_ms() - p->begun_ms < QUIET_MS)
		return;
	snprintf(line, width && width < sizeof(line) ? width : sizeof(line), "%s", progress_text(text, p));
	progress_hide(p);
	p->shown = fprintf(stderr, "%s", line);
}

void progress_tell(struct progress *p, __u64 done, const char *detail)
{
	__u64 now = p->on ? now_ms() : 0;

	p->done = done;
	p->detail = detail ? detail : "";
	if (!p->on || now - p->told_ms < EVERY_MS)
		return;
	p->told_ms = now;
	progress_show(p);
}

void progress_end(struct progress *p)
{
	progress_hide(p);
	p->on = false;
}
