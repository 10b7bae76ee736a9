/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_attach.c - levee attach IFACE: the result in words. The work is attach.c's.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "cleanup.h"
#include "clock.h"
#include "conf.h"
#include "confirm.h"
#include "errors.h"
#include "output.h"
#include "settings.h"
#include "words.h"

static json_t *model(const struct options *o, const struct attach_result *r, const struct levee_clock *clock)
{
	return json_pack(
		"{s:s, s:s, s:i, s:s, s:o, s:s, s:s, s:s, s:s, s:i, s:i, s:b, s:i, s:i, s:i, s:i, s:i, s:o, s:o}",
		"schema", "levee.attach/1", "interface", r->meta.ifname, "ifindex", r->meta.ifindex, "file",
		r->meta.file, "from", settings_from_model(&r->meta.from), "xdp_mode", word_xdp_mode(r->meta.xdp_mode),
		"attachment", word_attachment(r->meta.attachment), "attachment_help",
		help_attachment(r->meta.attachment), "cookies", word_cookies(r->cookies), "start_percent", o->start,
		"end_percent", o->end, "handoff", r->meta.handoff, "half_open_max", o->half_open, "flows_max", o->flows,
		"services", r->seeded.services, "services_mptcp", r->seeded.mptcp, "connections", r->seeded.connections,
		"confirm", confirm_model(clock, r->confirm_ms), "notes", notes_take());
}

static void print_cookies(const json_t *m)
{
	if (strcmp(model_text(m, "cookies"), "adaptive") == 0)
		printf("  cookies   adaptive: on from %lld %% half-open, off below %lld %%\n",
		       model_number(m, "start_percent"), model_number(m, "end_percent"));
	else
		printf("  cookies   %s\n", model_text(m, "cookies"));
	output_wrapped(stdout, "  handoff   ", 12,
		       model_true(m, "handoff") ?
			       "available: a cookie that comes back becomes a connection of the listener" :
			       "not available: this kernel lacks bpf_sk_assign_tcp_reqsk (Linux 6.9)");
}

static void print_confirm(const json_t *confirm, const char *ifname)
{
	char line[160], at[32];

	if (!json_is_object(confirm))
		return;
	snprintf(line, sizeof(line), "it detaches by itself at %s unless: levee confirm %s",
		 text_clock(at, model_number(confirm, "detaches_unix_ms")), ifname);
	output_wrapped(stdout, "  confirm   ", 12, line);
	output_wrapped(stdout, "            ", 12, "best from a new login: that one has then come through");
}

static void render(const json_t *m)
{
	const char *ifname = model_text(m, "interface");

	printf("%s: levee is attached and switched on\n", ifname);
	printf("  XDP       %s, %s\n", model_text(m, "xdp_mode"), model_text(m, "attachment"));
	output_wrapped(stdout, "            ", 12, model_text(m, "attachment_help"));
	print_cookies(m);
	printf("  tables    %lld half-open, %lld flows\n", model_number(m, "half_open_max"),
	       model_number(m, "flows_max"));
	if (*model_text(m, "file"))
		printf("  settings  as in %s\n", model_text(m, "file"));
	printf("  known     %lld services, %lld connections\n", model_number(m, "services"),
	       model_number(m, "connections"));
	print_confirm(json_object_get(m, "confirm"), ifname);
	printf("next: levee status %s, levee stats %s --watch 1, levee detach %s\n", ifname, ifname, ifname);
}

/* From here on somebody has to confirm. */
static void await(const struct attach_result *r, const struct levee_clock *clock)
{
	int err = r->confirm_ms ? guard_start(&r->meta, clock, r->confirm_ms) : 0;

	if (err)
		note("%s: the process that would detach could not be started (%s): unless it is confirmed, every packet "
		     "passes then, but \"levee detach %s\" is left to you",
		     r->meta.ifname, strerror(-err), r->meta.ifname);
}

int cmd_attach(const struct options *given)
{
	struct options options = *given;
	struct levee_clock clock = clock_now();
	struct attach_result result;
	free_json json_t *doc = NULL;
	int err = conf_complete(&options);

	/* A terminal that hangs up must not end this before the guard is there. */
	if (options.confirm_ms)
		signal(SIGHUP, SIG_IGN);
	if (!err)
		err = attach_interface(&options, &result);
	if (err)
		return err;
	await(&result, &clock);
	doc = model(&options, &result, &clock);
	if (options.json)
		output_json(doc, true);
	else
		render(doc);
	return EXIT_OK;
}
