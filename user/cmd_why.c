/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_why.c - levee why [IFACE] SRC:PORT DST:PORT: runs such a packet through levee's programs, beside the attached ones.
 */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "errors.h"
#include "health.h"
#include "kernel.h"
#include "output.h"
#include "why.h"

static int check_privileges(const struct why *w)
{
	char missing[96];

	if (*privileges_missing(missing))
		return failed(EXIT_UNSUPPORTED,
			      "%s: not permitted to run a packet through programs: missing%s\nrun levee as root",
			      w->ifname, missing);
	return 0;
}

/* Every step of the question; the answer stands in `w` then. */
static int ask(struct why *w, const struct maps *maps)
{
	int err;

	library_log_clear();
	err = trial_open(&w->trial, maps, &w->tuple, w->out);
	if (err)
		return err;
	why_packet_number(w);
	w->len = frame_build(w->bytes, &w->packet);
	w->socket_err = sockets_find(&w->tuple, maps->meta.ifindex, &w->socket);
	err = trial_state(&w->trial, &w->before);
	if (!err)
		err = trial_run(&w->trial, w->bytes, w->len);
	if (!err)
		err = trial_state(&w->trial, &w->after);
	return err ? failed(EXIT_FAILED, "%s: running the packet failed: %s", w->ifname, strerror(-err)) : 0;
}

static void answer(const struct why *w, const struct maps *maps)
{
	free_json json_t *doc = why_model(w);

	json_object_set_new(doc, "problems", health_now(maps));
	if (w->options->json)
		output_json(doc, true);
	else
		why_render(doc, stdout);
}

int cmd_why(const struct options *options)
{
	struct why w = { .options = options };
	close_maps struct maps maps;
	int err = why_packet_parse(&w);

	memset(maps.fd, -1, sizeof(maps.fd));
	if (!err)
		err = check_privileges(&w);
	if (!err)
		err = maps_open(&maps, w.ifname);
	if (!err)
		err = ask(&w, &maps);
	if (!err)
		answer(&w, &maps);
	trial_state_free(&w.before);
	trial_state_free(&w.after);
	trial_close(&w.trial);
	return err;
}
