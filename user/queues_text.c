/* SPDX-License-Identifier: GPL-2.0 */
/*
 * queues_text.c - the document levee.queues/1 as text, for a terminal of 80 columns.
 */
#include <string.h>

#include "duration.h"
#include "fields.h"
#include "health.h"
#include "netstat.h"
#include "output.h"
#include "queues.h"
#include "words.h"

#define ENDPOINT_WIDTH 18

static const struct {
	const char *name, *help;
} kernel_counters[] = {
#define COUNTER(name, help) { #name, help },
	NETSTAT_QUEUES(COUNTER)
#undef COUNTER
};

#define KERNEL_COUNTERS (sizeof(kernel_counters) / sizeof(kernel_counters[0]))

static const json_t *part(const json_t *object, const char *name)
{
	return json_object_get(object, name);
}

static void render_head(const json_t *doc, FILE *to)
{
	const json_t *half_open = part(doc, "half_open");
	char when[32], since[32];

	color_print(to, COLOR_HEADING, "%s", model_text(doc, "interface"));
	fprintf(to, "  %s  cookies %s\n", text_time(when, model_number(doc, "time_unix_ms")),
		model_text(doc, "cookies"));
	health_render(json_object_get(doc, "problems"), model_text(doc, "interface"), to);
	fprintf(to, "  whole table  ");
	color_print(to, color_of_mode(model_text(doc, "mode")), "%s", model_text(doc, "mode"));
	fprintf(to, " for %s, half-open %lld of %lld, cookies in flight %lld\n",
		output_duration(since, model_number(doc, "mode_ms")), model_number(half_open, "used"),
		model_number(half_open, "max"), model_number(doc, "cookies_in_flight"));
}

/* --- one line for each */

/* Four characters at most; "-" where nobody counted. */
static const char *short_number(char to[8], const json_t *object, const char *name)
{
	if (!json_is_integer(part(object, name)))
		return strcpy(to, "-");
	return output_short(to, model_number(object, name));
}

static const char *short_time(char to[16], const json_t *rtt, const char *name)
{
	*put_microseconds(to, model_number(rtt, name)) = '\0';
	return to;
}

static void render_titles(FILE *to)
{
	fprintf(to, "%-*s %-17s%-17s%-16s%s\n", ENDPOINT_WIDTH, "", "SYN queue", "accept queue", "cookies",
		"round trip");
	color_print(to, COLOR_HEADING, "%-*s %6s %5s %4s %4s %4s %5s  %-6s %6s  %5s %5s", ENDPOINT_WIDTH, "listener",
		    "kernel", "levee", "of", "now", "max", "drops", "mode", "flight", "p50", "p99");
	fputc('\n', to);
}

static void render_queue(const json_t *q, FILE *to)
{
	const json_t *syn = part(q, "syn_queue"), *accept = part(q, "accept_queue"), *rtt = part(q, "rtt_us");
	const char *endpoint = model_text(q, "endpoint");
	char n[7][8], us[2][16];

	/* A long IPv6 address has a line of its own, so that the columns hold. */
	if (strlen(endpoint) > ENDPOINT_WIDTH) {
		fprintf(to, "%s\n", endpoint);
		endpoint = "";
	}
	fprintf(to, "%-*s %6s %5s %4s %4s %4s %5s  ", ENDPOINT_WIDTH, endpoint, short_number(n[0], syn, "kernel"),
		short_number(n[1], syn, "levee"), short_number(n[2], syn, "backlog"), short_number(n[3], accept, "now"),
		short_number(n[4], accept, "max"), short_number(n[5], accept, "drops"));
	color_print(to, color_of_mode(model_text(q, "mode")), "%-6s", model_text(q, "mode"));
	fprintf(to, " %6s  %5s %5s\n", short_number(n[6], part(q, "cookies"), "in_flight"),
		short_time(us[0], rtt, "p50"), short_time(us[1], rtt, "p99"));
}

static void render_note(const json_t *q, FILE *to)
{
	bool full = model_true(part(q, "accept_queue"), "full");
	char since[32], text[640];

	if (!*model_text(q, "note"))
		return;
	if (json_is_integer(part(part(q, "accept_queue"), "full_since_ms")))
		snprintf(text, sizeof(text), "%s It has been full for %s.", model_text(q, "note"),
			 output_duration(since, model_number(part(q, "accept_queue"), "full_since_ms")));
	else
		snprintf(text, sizeof(text), "%s", model_text(q, "note"));
	output_wrapped_color(to, full ? COLOR_BAD : COLOR_PLAIN, full ? "  FULL  " : "  ", full ? 8 : 2, text);
}

/* --- the kernel's counters */

static void render_counter(const json_t *doc, unsigned int i, FILE *to)
{
	const json_t *gained = part(doc, "kernel_gained");
	const char *name = kernel_counters[i].name;
	char first[128], more[32] = "";

	if (model_number(gained, name))
		snprintf(more, sizeof(more), " +%lld", model_number(gained, name));
	snprintf(first, sizeof(first), "  %-20s %8lld%s  ", name, model_number(part(doc, "kernel"), name), more);
	output_wrapped(to, first, strlen(first), kernel_counters[i].help);
}

/* Those at 0 in one line: nothing to be seen there. */
static void render_kernel(const json_t *doc, FILE *to)
{
	char zeros[256] = "";
	size_t used = 0;

	fprintf(to, "kernel, since this network namespace began\n");
	for (unsigned int i = 0; i < KERNEL_COUNTERS; i++) {
		const char *name = kernel_counters[i].name;

		if (model_number(part(doc, "kernel"), name))
			render_counter(doc, i, to);
		else
			used += snprintf(zeros + used, sizeof(zeros) - used, "%s%s", used ? ", " : "", name);
	}
	if (used)
		output_wrapped(to, "  0: ", 5, zeros);
}

void queues_render(const json_t *doc, FILE *to)
{
	const json_t *queues = part(doc, "queues"), *q;
	size_t i;

	render_head(doc, to);
	if (!json_array_size(queues))
		fprintf(to, "  no listener that this interface reaches\n");
	else
		render_titles(to);
	json_array_foreach(queues, i, q) {
		render_queue(q, to);
		render_note(q, to);
	}
	if (model_true(doc, "kernel_half_open_partial"))
		fprintf(to, "  the kernel holds more than %u half-open connections: its column is not complete\n",
			LISTENING_HALF_OPEN_MAX);
	render_kernel(doc, to);
}

/* --- in short */

#define PRESSURE_PERCENT 50
#define PRESSED_MAX 8

static bool is_pressed(const json_t *q)
{
	return model_number(q, "pressure_percent") >= PRESSURE_PERCENT || strcmp(model_text(q, "mode"), "cookie") == 0;
}

static void render_pressed(const json_t *q, FILE *to)
{
	const json_t *syn = part(q, "syn_queue"), *accept = part(q, "accept_queue");
	char n[5][8];

	fprintf(to, "  %s  ", model_text(q, "endpoint"));
	color_print(to, color_of_mode(model_text(q, "mode")), "%s", model_text(q, "mode"));
	fprintf(to, ", SYN queue %s of %s, accept queue %s of %s", short_number(n[0], syn, "levee"),
		short_number(n[1], syn, "share"), short_number(n[2], accept, "now"), short_number(n[3], accept, "max"));
	if (model_true(accept, "full"))
		color_print(to, COLOR_BAD, ": too slow");
	fputc('\n', to);
}

void queues_render_pressure(const json_t *queues, FILE *to)
{
	unsigned int pressed = 0;
	const json_t *q;
	size_t i;

	json_array_foreach(queues, i, q)
		pressed += is_pressed(q);
	fprintf(to, "queues: %u of %u listeners under pressure%s\n", pressed, (unsigned int)json_array_size(queues),
		pressed ? ", \"levee queues\" says more" : "");
	json_array_foreach(queues, i, q)
		if (is_pressed(q) && pressed <= PRESSED_MAX)
			render_pressed(q, to);
}
