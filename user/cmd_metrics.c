/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_metrics.c - levee metrics [IFACE...]: once to stdout or into a file, again and again into a file, or served.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "drop.h"
#include "errors.h"
#include "http.h"
#include "listen.h"
#include "options.h"
#include "output.h"
#include "scrape.h"
#include "signals.h"
#include "textfile.h"

/* Kept maps of a detached interface are let go so soon. */
#define LOOK_MS 1000

static char *page(void *arg, size_t *len)
{
	bool up;
	free_json json_t *doc = scrape_model(arg, &up);
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	if (!to)
		return NULL;
	families_render(json_object_get(doc, "families"), to);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

/* --- once */

/* Exit code 3 tells a script what levee_up tells a Prometheus. */
static int print(struct scrape *s, const struct options *o)
{
	bool up;
	free_json json_t *doc = scrape_model(s, &up);

	if (o->json)
		output_json(doc, true);
	else
		families_render(json_object_get(doc, "families"), stdout);
	return up ? EXIT_OK : EXIT_NOTHING;
}

/* --- into a file */

static int write_file(struct scrape *s, const struct options *o)
{
	free_memory char *text = NULL;
	size_t len;

	text = page(s, &len);
	return text ? textfile_write(o->textfile, text, len) : failed(EXIT_FAILED, "out of memory");
}

/* Not by watch.h, which ends with the reader of stdout: nothing is printed here. */
static int write_files(struct scrape *s, const struct options *o)
{
	close_fd int signals = o->watch_ms ? signals_open() : -1;
	struct pollfd end = { .fd = signals, .events = POLLIN };
	int err;

	if (o->watch_ms && signals < 0)
		return -signals;
	do
		err = write_file(s, o);
	while (!err && o->watch_ms && poll(&end, 1, o->watch_ms) == 0);
	return err;
}

/* --- served */

static void serve(struct scrape *s, struct http *http, int signals)
{
	struct pollfd fds[] = { { .fd = signals, .events = POLLIN },
				{ .fd = http_descriptor(http), .events = POLLIN } };

	while (!(fds[0].revents & POLLIN)) {
		int wait = http_patience(http);

		if (poll(fds, 2, wait >= 0 && wait < LOOK_MS ? wait : LOOK_MS) < 0 && errno != EINTR)
			return;
		http_turn(http);
		scrape_release(s);
	}
}

/* What is attached from now on will not be told of, or nothing that is attached again. */
static void note_blindness(const struct unprivileged *who, unsigned int kept)
{
	if (kept)
		note("%s may not open levee's pins: what is attached now is told of until it is detached, and what is "
		     "attached later is not. Make a group \"levee\", attach again, then start this again",
		     who->name);
	else if (!who->pins && !scrape_sees_pins())
		note("%s may not open levee's pins and levee is not attached yet: nothing will be told of. Make a group "
		     "\"levee\" before levee is attached, then start this again",
		     who->name);
}

/* Root's part is over once the port is open and the maps are. */
static int become_unprivileged(struct scrape *s, const struct options *o)
{
	struct unprivileged who;
	int err = unprivileged_find(&who, o->user);

	if (!err)
		err = scrape_keep(s);
	if (!err)
		err = privileges_drop(&who);
	if (!err)
		note_blindness(&who, scrape_unkeep(s));
	return err;
}

static int open_port(const struct options *o, struct listen_address *address)
{
	int err = listen_parse(address, o->listen);

	return err ? -err : listen_open(address);
}

static int listen_and_serve(struct scrape *s, const struct options *o)
{
	close_fd int signals = signals_open();
	struct listen_address address;
	struct http http = {};
	char where[64];
	int err, port;

	if (signals < 0)
		return -signals;
	port = open_port(o, &address);
	if (port < 0)
		return -port;
	err = http_open(&http, port, page, s);
	if (!err)
		err = become_unprivileged(s, o);
	if (!err) {
		fprintf(stderr, "listening on http://%s/metrics\n", listen_text(where, &address));
		serve(s, &http, signals);
	}
	http_close(&http);
	return err;
}

static int tell(struct scrape *s, const struct options *o)
{
	if (o->listen)
		return listen_and_serve(s, o);
	return o->textfile ? write_files(s, o) : print(s, o);
}

static int check(const struct options *o)
{
	if (o->listen && o->textfile)
		return failed(EXIT_USAGE, "--listen and --textfile: which of them?");
	if (o->json && (o->listen || o->textfile))
		return failed(EXIT_USAGE, "--json goes to stdout: not with --listen or --textfile");
	if (o->watch_ms && !o->textfile)
		return failed(EXIT_USAGE, "--watch: again and again into what?\nsay --textfile FILE");
	if (o->user && !o->listen)
		return failed(EXIT_USAGE, "--user: only who listens becomes another user");
	return 0;
}

int cmd_metrics(const struct options *options)
{
	static struct scrape s;
	int err = check(options);

	if (!err)
		err = scrape_begin(&s, options->arguments, options->argument);
	if (err)
		return err;
	err = tell(&s, options);
	scrape_end(&s);
	return err;
}
