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

void stream_flush(struct stream *s)
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

char *stream_room(struct stream *s, size_t bytes)
{
	if (s->used + bytes > sizeof(s->buffer))
		stream_flush(s);
	return s->buffer + s->used;
}

void stream_text(struct stream *s, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		size_t part = len < STREAM_SIZE ? len : STREAM_SIZE;

		memcpy(stream_room(s, part), text, part);
		s->used += part;
		text += part;
		len -= part;
	}
}

bool stream_closed(struct stream *s)
{
	struct pollfd out = { .fd = s->fd };

	stream_flush(s);
	return s->error || (poll(&out, 1, 0) > 0 && out.revents & (POLLERR | POLLNVAL));
}

int stream_end(struct stream *s)
{
	stream_flush(s);
	if (!s->error || s->error == EPIPE)
		return EXIT_OK;
	errors_as_json(false);
	return failed(EXIT_FAILED, "writing the output failed: %s", strerror(s->error));
}
