/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stream.h - a buffered way to stdout for output of any length, in constant memory. Where the reader has gone, as `head`
 * does, that is no error; other errors are reported once, at the end.
 */
#ifndef USER_STREAM_H
#define USER_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "progress.h"

#define STREAM_SIZE 65536

struct stream {
	int fd;
	int error; /* errno of the first write that failed; then nothing more is written */
	struct progress *progress; /* of the work that is written; NULL: none */
	size_t used;
	char buffer[STREAM_SIZE];
};

/* stdout; SIGPIPE no longer kills. */
struct stream *stream_stdout(void);

/* Room for so many bytes, at most STREAM_SIZE. The writer moves on by stream_advance(). */
char *stream_room(struct stream *s, size_t bytes);
static inline void stream_advance(struct stream *s, const char *end)
{
	s->used = end - s->buffer;
}

void stream_text(struct stream *s, const char *text);
void stream_json(struct stream *s, const json_t *doc, bool pretty);
void stream_flush(struct stream *s);

/* Flushes. Has the reader gone away, although nothing may have been written since? Waits so long for that, or a signal. */
bool stream_closed(struct stream *s, int wait_ms);

/* Flushes. 0, also where the reader has gone, or an exit code after failed(). */
int stream_end(struct stream *s);

#endif
