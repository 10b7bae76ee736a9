/* SPDX-License-Identifier: GPL-2.0 */
/*
 * watch.c - see watch.h.
 */
#include <errno.h>

#include "cleanup.h"
#include "clock.h"
#include "interrupt.h"
#include "watch.h"

void watch_begin(struct watch *w, const struct options *options)
{
	*w = (struct watch){ .options = options, .out = stream_stdout(), .at_ns = clock_monotonic_ns() };
	interrupts_catch();
}

bool watch_wait(struct watch *w, unsigned int ms)
{
	w->at_ns += ms * 1000000ULL;
	while (!interrupted()) {
		__u64 now_ns = clock_monotonic_ns();

		if (now_ns >= w->at_ns)
			return !w->out->error;
		if (stream_closed(w->out, (w->at_ns - now_ns + 999999) / 1000000))
			return false;
	}
	return false;
}

static void print_text(struct watch *w, const json_t *doc, void (*render)(const json_t *doc, FILE *to))
{
	free_memory char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory) {
		w->out->error = errno;
		return;
	}
	render(doc, memory);
	if (w->options->watch_ms)
		fputc('\n', memory);
	fclose(memory);
	stream_text(w->out, text);
}

void watch_print(struct watch *w, const json_t *doc, void (*render)(const json_t *doc, FILE *to))
{
	const struct options *o = w->options;

	if (o->json || o->jsonl)
		stream_json(w->out, doc, !o->jsonl && !o->watch_ms);
	else
		print_text(w, doc, render);
	stream_flush(w->out);
}

int watch_end(struct watch *w, int err)
{
	int end = stream_end(w->out);

	return err ? err : end;
}
