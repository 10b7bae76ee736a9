/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stream.c - see stream.h.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "errors.h"
#include "stream.h"

struct stream *stream_stdout(void)
{
	static struct stream s = { .fd = STDOUT_FILENO };

	signal(SIGPIPE, SIG_IGN);
	fflush(stdout);
	return &s;
}

static void write_all(struct stream *s)
{
	for (size_t done = 0; done < s->used && !s->error;) {
		ssize_t n = write(s->fd, s->buffer + done, s->used - done);

		if (n < 0 && errno != EINTR)
			s->error = errno;
		if (n > 0)
			done += n;
	}
	s->used = 0;
}

/* Behind a line that has not ended there is no place for another: such output stands alone from here on. */
void stream_flush(struct stream *s)
{
	bool beside = s->progress && s->used && isatty(s->fd), ends = s->used && s->buffer[s->used - 1] == '\n';

	if (beside)
		progress_hide(s->progress);
	write_all(s);
	if (beside && ends)
		progress_show(s->progress);
	else if (beside)
		s->progress->on = false;
}

char *stream_room(struct stream *s, size_t bytes)
{
	if (s->used + bytes > sizeof(s->buffer))
		stream_flush(s);
	return s->buffer + s->used;
}

static int add(const char *text, size_t len, void *arg)
{
	struct stream *s = arg;

	for (size_t part; len; text += part, len -= part) {
		part = len < STREAM_SIZE ? len : STREAM_SIZE;
		memcpy(stream_room(s, part), text, part);
		s->used += part;
	}
	return 0;
}

void stream_text(struct stream *s, const char *text)
{
	add(text, strlen(text), s);
}

void stream_json(struct stream *s, const json_t *doc, bool pretty)
{
	json_dump_callback(doc, add, s, pretty ? JSON_INDENT(2) : JSON_COMPACT);
	stream_text(s, "\n");
}

bool stream_closed(struct stream *s, int wait_ms)
{
	struct pollfd out = { .fd = s->fd };

	stream_flush(s);
	return s->error || (poll(&out, 1, wait_ms) > 0 && out.revents & (POLLERR | POLLHUP | POLLNVAL));
}

int stream_end(struct stream *s)
{
	stream_flush(s);
	if (!s->error || s->error == EPIPE)
		return EXIT_OK;
	errors_as_json(false);
	return failed(EXIT_FAILED, "writing the output failed: %s", strerror(s->error));
}
