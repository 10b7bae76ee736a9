/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doctor.c - runs the checks that apply, and lists the interfaces where none was named. It changes nothing.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "clock.h"
#include "color.h"
#include "doctor.h"
#include "netdev.h"
#include "output.h"
#include "words.h"

#define CHECK_ROW(name, scope, looks_at, why) { #name, SCOPE_##scope, looks_at, why, check_##name },
const struct doctor_check doctor_checks[] = { DOCTOR_CHECKS(CHECK_ROW) };
#undef CHECK_ROW
const unsigned int doctor_check_count = sizeof(doctor_checks) / sizeof(doctor_checks[0]);

static const char *const level_names[] = { "ok", "note", "warn", "fail" };
static const char *const scope_names[] = { "host", "interface", "attached" };

/* How long packets are counted. */
#define TRAFFIC_MS 250

void doctor_find(struct doctor *d, enum level level, enum exit_code code, const char *fmt, ...)
{
	char text[1024], *next;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	next = strchr(text, '\n');
	if (next)
		*next++ = '\0';
	json_array_append_new(d->findings, json_pack("{s:s, s:s, s:s, s:s*, s:s, s:s}", "id", d->check->id, "level",
						     level_names[level], "text", text, "next", next, "scope",
						     scope_names[d->check->scope], "why", d->check->why));
	/* A missing feature or privilege says more than another failure. */
	if (level == LEVEL_FAIL && code > d->worst)
		d->worst = code;
}

/* --- what several checks look at */

/* The interface's window lies within levee's: what is counted in between must not look as if levee had missed it. */
static void sample_once(struct doctor *d)
{
	struct link_info link;

	if (sample_take(&d->maps, &d->before))
		return;
	d->rx_before = link_read(d->link.ifindex, &link) ? 0 : link.rx_packets;
	clock_sleep_ms(TRAFFIC_MS);
	d->rx_after = link_read(d->link.ifindex, &link) ? 0 : link.rx_packets;
	sample_take(&d->maps, &d->after);
}

/* Some drivers bring their counts up to date but once a second or two: what looks wrong is looked at again. */
static void sample_traffic(struct doctor *d)
{
	sample_once(d);
	if (traffic_is_missed(d))
		sample_once(d);
}

/* Quietly: that levee is not attached is no error here. */
static void open_attached(struct doctor *d)
{
	struct levee_meta meta;

	memset(d->maps.fd, -1, sizeof(d->maps.fd));
	if (place_find(&d->maps.place, d->ifname, false) || maps_peek_meta(&d->maps.place, &meta) ||
	    meta.magic != LEVEE_MAGIC || meta.abi != LEVEE_ABI)
		return;
	d->attached = maps_open(&d->maps, d->ifname) == 0 && maps_read(&d->maps, MAP_RUNTIME, &d->runtime) == 0;
	if (d->attached)
		sample_traffic(d);
}

static int look(struct doctor *d)
{
	int index = netdev_index(d->ifname);

	if (index < 0)
		return -index;
	if (link_read(index, &d->link))
		return failed(EXIT_FAILED, "%s: the kernel does not tell about it", d->ifname);
	/* In this order: finding the bpffs tells libxdp of it, without which a dispatcher's hook looks empty. */
	open_attached(d);
	d->xdp_err = xdp_inspect(index, &d->xdp);
	return 0;
}

static bool applies(const struct doctor *d, const struct doctor_check *check)
{
	switch (check->scope) {
	case SCOPE_INTERFACE:
		return d->ifname;
	case SCOPE_ATTACHED:
		return d->attached;
	default:
		return true;
	}
}

static void run_checks(struct doctor *d)
{
	for (unsigned int i = 0; i < doctor_check_count; i++) {
		d->check = &doctor_checks[i];
		if (applies(d, d->check))
			d->check->run(d);
	}
}

/* --- every interface in one line */

static const char *interface_state(const struct link_info *link, const struct xdp_state *xdp)
{
	if (!link->up)
		return "down";
	if (!link->carrier)
		return "no carrier";
	if (xdp->ours_id)
		return "levee is attached";
	if (link->port_kind[0])
		return "a port of another device";
	return "up";
}

static int add_interface(const struct link_info *link, void *list)
{
	__u64 features = 0;
	struct xdp_state xdp;
	char driver[32];
	int told;

	if (xdp_inspect(link->ifindex, &xdp))
		memset(&xdp, 0, sizeof(xdp));
	told = netdev_xdp_features(link->ifindex, &features) == 0;
	netdev_driver(link->name, driver);
	json_array_append_new(list,
			      json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?}", "interface", link->name, "kind", link->kind,
					"driver", driver, "state", interface_state(link, &xdp), "native",
					!told			    ? "unknown" :
					features & NETDEV_XDP_BASIC ? "yes" :
								      "no",
					"xdp_mode", xdp.ours_id ? word_xdp_mode(xdp.flags) : NULL));
	return 0;
}

int doctor_model(const struct options *options, json_t **doc, enum exit_code *worst)
{
	struct doctor d = { .options = options, .ifname = options->argument[0], .findings = json_array() };
	json_t *interfaces;
	int err = d.ifname ? look(&d) : 0;

	if (err) {
		json_decref(d.findings);
		return err;
	}
	run_checks(&d);
	if (d.ifname)
		maps_close(&d.maps);
	*doc = json_pack("{s:s, s:s*, s:o, s:b}", "schema", "levee.doctor/1", "interface", d.ifname, "findings",
			 d.findings, "ok", d.worst == EXIT_OK);
	if (!d.ifname) {
		interfaces = json_array();
		links_each(add_interface, interfaces);
		json_object_set_new(*doc, "interfaces", interfaces);
	}
	*worst = d.worst;
	return 0;
}

/* --- text */

static void render_finding(const json_t *f, FILE *to)
{
	char first[32];

	snprintf(first, sizeof(first), "%-4s  %-12s ", model_text(f, "level"), model_text(f, "id"));
	output_wrapped_color(to, color_of_level(model_text(f, "level")), first, 19, model_text(f, "text"));
	if (*model_text(f, "next"))
		output_wrapped(to, "                   -> ", 22, model_text(f, "next"));
}

static void render_interfaces(const json_t *list, FILE *to)
{
	const json_t *one;
	size_t i;

	if (json_array_size(list))
		fprintf(to, "\n%-16s %-20s %-11s %s\n", "interface", "driver", "native XDP", "state");
	json_array_foreach(list, i, one) {
		const char *mode = model_text(one, "xdp_mode");

		fprintf(to, "%-16s %-20s %-11s %s%s%s%s\n", model_text(one, "interface"),
			*model_text(one, "driver") ? model_text(one, "driver") : "?", model_text(one, "native"),
			model_text(one, "state"), *mode ? " (" : "", mode, *mode ? ")" : "");
	}
	if (json_array_size(list))
		fprintf(to, "\"levee doctor IFACE\" looks at one of them\n");
}

static unsigned int count_level(const json_t *findings, enum level level)
{
	unsigned int n = 0;
	const json_t *f;
	size_t i;

	json_array_foreach(findings, i, f)
		n += strcmp(model_text(f, "level"), level_names[level]) == 0;
	return n;
}

void doctor_render(const json_t *doc, FILE *to)
{
	const json_t *findings = json_object_get(doc, "findings"), *f;
	unsigned int problems = count_level(findings, LEVEL_FAIL), warnings = count_level(findings, LEVEL_WARN);
	size_t i;

	json_array_foreach(findings, i, f)
		render_finding(f, to);
	render_interfaces(json_object_get(doc, "interfaces"), to);
	fprintf(to, "%u problem%s, %u warning%s\n", problems, problems == 1 ? "" : "s", warnings,
		warnings == 1 ? "" : "s");
}
