/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report_page.c - the document as a page: sections in the order in which a tired reader asks. What happened; how is it now;
 * when did what happen; which listener; which counters; on what machine.
 */
#include <stdarg.h>
#include <string.h>

#include "chart.h"
#include "duration.h"
#include "html.h"
#include "output.h"
#include "report.h"
#include "words.h"

static const json_t *part(const json_t *doc, const char *first, const char *second)
{
	return json_object_get(json_object_get(doc, first), second);
}

/* --- the beginning */

static void write_head(const json_t *doc, FILE *to)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
	      "base-uri 'none'; form-action 'none'\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"/>\n",
	      to);
	html_format(to, "title", NULL, "levee report: %s on %s, %s", model_text(doc, "interface"),
		    model_text(json_object_get(doc, "host"), "hostname"), model_text(doc, "time"));
	fprintf(to, "\n<style>\n%s</style>\n</head>\n<body>\n", report_style);
}

/* "+02:00" of "+0200". */
static const char *offset_text(char to[16], const json_t *doc)
{
	const char *offset = model_text(doc, "utc_offset");

	snprintf(to, 16, "%.3s:%s", offset, strlen(offset) > 3 ? offset + 3 : "");
	return to;
}

static void write_headline(const json_t *doc, FILE *to)
{
	const json_t *headline = json_object_get(doc, "headline"), *sentence;
	char offset[16];
	size_t i;

	html_format(to, "h1", NULL, "%s on %s", model_text(doc, "interface"),
		    model_text(json_object_get(doc, "host"), "hostname"));
	html_format(to, "p", "made", "levee report of %s, UTC%s; all times are local to this host",
		    model_text(doc, "time"), offset_text(offset, doc));
	fprintf(to, "\n<section class=\"headline %s\">\n", model_text(headline, "level"));
	html_element(to, "p", "lead", model_text(headline, "lead"));
	json_array_foreach(json_object_get(headline, "text"), i, sentence)
		html_element(to, "p", NULL, json_string_value(sentence));
	fputs("\n</section>\n", to);
}

/* --- tiles */

static void tile(FILE *to, const char *title, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void tile(FILE *to, const char *title, const char *fmt, ...)
{
	char text[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fputs("<div class=\"tile\">", to);
	html_element(to, "b", NULL, text);
	html_element(to, "span", NULL, title);
	fputs("</div>\n", to);
}

static double rate_of(const json_t *stats, const char *group, const char *name)
{
	return model_real(part(stats, group, name), "per_s");
}

static double group_rate(const json_t *stats, const char *group)
{
	const char *name;
	double sum = 0;
	json_t *row;

	json_object_foreach(json_object_get(stats, group), name, row)
		sum += model_real(row, "per_s");
	return sum;
}

static unsigned int in_cookie_mode(const json_t *queues)
{
	const json_t *queue;
	unsigned int n = 0;
	size_t i;

	json_array_foreach(json_object_get(queues, "queues"), i, queue)
		n += strcmp(model_text(queue, "mode"), "cookie") == 0;
	return n;
}

/* The mode of the whole table or, where that is calm, of as many listeners as there are. */
static void mode_tile(const json_t *doc, FILE *to)
{
	unsigned int listeners = in_cookie_mode(json_object_get(doc, "queues"));
	const json_t *status = json_object_get(doc, "status");

	if (strcmp(model_text(status, "mode"), "cookie") == 0)
		tile(to, "mode of the whole table", "cookie");
	else if (listeners)
		tile(to, listeners == 1 ? "one listener in mode" : "listeners in mode",
		     listeners == 1 ? "cookie" : "%u × cookie", listeners);
	else
		tile(to, "mode of every listener", "calm");
}

static void write_tiles(const json_t *doc, FILE *to)
{
	const json_t *stats = json_object_get(doc, "stats"), *gauges = json_object_get(stats, "gauges");
	char rate[16], max[8], used[8];

	fputs("<section>\n<h2>Now</h2>\n<div class=\"tiles\">\n", to);
	mode_tile(doc, to);
	tile(to, "SYNs per second", "%s", output_rate(rate, rate_of(stats, "events", "syns")));
	tile(to, "cookies sent per second", "%s", output_rate(rate, rate_of(stats, "events", "cookies_sent")));
	tile(to, "dropped per second", "%s", output_rate(rate, group_rate(stats, "drop")));
	tile(to, "half-open entries, and room for", "%s / %s", output_short(used, model_number(gauges, "half_open")),
	     output_short(max, model_number(gauges, "half_open_max")));
	tile(to, "flows, and room for", "%s / %s", output_short(used, model_number(gauges, "flows")),
	     output_short(max, model_number(gauges, "flows_max")));
	tile(to, "cookies in flight", "%s", output_short(used, model_number(gauges, "in_flight")));
	fputs("</div>\n</section>\n", to);
}

/* --- graphs */

struct graph {
	const char *title, *unit;
	double top;
	struct {
		const char *title, *column;
	} series[CHART_SERIES_MAX];
};

static const struct graph graphs[] = {
	{ "SYNs received", "per second", 0, { { "SYNs", "syns" }, { "made no connection", "unfinished" } } },
	{ "Connections made", "per second", 0, { { "by handshake", "handshakes" }, { "by cookie", "cookie_flows" } } },
	{ "Cookies",
	  "per second",
	  0,
	  { { "sent", "cookies_sent" }, { "came back valid", "cookies_valid" }, { "invalid", "cookies_invalid" } } },
	{ "Dropped at the driver",
	  "per second",
	  0,
	  { { "of no connection", "drops_strangers" },
	    { "bad SYNs", "drops_syns" },
	    { "queue full", "drops_full" },
	    { "malformed", "drops_malformed" },
	    { "other", "drops_other" } } },
	{ "Fullest SYN queue", "% of the listener's share", 100, { { "half-open", "share_percent" } } },
	{ "Half-open entries", "of all listeners", 0, { { "half-open", "half_open" } } },
	{ "Cookies in flight", "that may still come back", 0, { { "in flight", "in_flight" } } },
	{ "Fullest accept queue",
	  "% of the listener's backlog",
	  100,
	  { { "waiting for accept()", "accept_percent" } } },
	{ "Flows tracked", "", 0, { { "flows", "flows" } } },
	{ "Dropped by the kernel's listeners",
	  "per second",
	  0,
	  { { "ListenOverflows", "listen_overflows" }, { "ListenDrops", "listen_drops" } } },
};

#define NEARLY_AN_HOUR_MS 3540000

static bool any(const json_t *values)
{
	const json_t *value;
	size_t i;

	json_array_foreach(values, i, value)
		if (json_number_value(value) > 0)
			return true;
	return false;
}

/* Thresholds where they can be reached. */
static void set_lines(struct chart *c, const struct graph *g, const json_t *doc, char text[2][64])
{
	const json_t *settings = json_object_get(doc, "settings"), *gauges = part(doc, "stats", "gauges");
	long long start = model_number(settings, "start_percent"), end = model_number(settings, "end_percent");
	bool adaptive = strcmp(model_text(settings, "cookies"), "adaptive") == 0;

	if (strcmp(g->series[0].column, "share_percent") == 0 && adaptive) {
		snprintf(text[0], 64, "cookies begin: %lld %%", start);
		snprintf(text[1], 64, "cookies end: %lld %%", end);
		c->line[0].at = start;
		c->line[1].at = end;
	} else if (strcmp(g->series[0].column, "half_open") == 0) {
		snprintf(text[0], 64, "the table is full");
		c->line[0].at = model_number(gauges, "half_open_max");
	} else if (strcmp(g->series[0].column, "flows") == 0) {
		snprintf(text[0], 64, "the table is full");
		c->line[0].at = model_number(gauges, "flows_max");
	} else {
		return;
	}
	c->line[0].title = text[0];
	c->line[1].title = c->line[1].at > 0 ? text[1] : NULL;
}

/* Series that were 0 all the time, but for the first, say nothing. */
static void write_graph(const struct graph *g, const json_t *doc, const struct chart_axis *axis, FILE *to)
{
	const json_t *columns = part(doc, "history", "columns");
	struct chart c = { .title = g->title, .unit = g->unit, .axis = axis, .top = g->top };
	char text[2][64];

	for (unsigned int i = 0; i < CHART_SERIES_MAX && g->series[i].title; i++) {
		const json_t *values = json_object_get(columns, g->series[i].column);

		if (i == 0 || any(values))
			c.series[c.count++] = (struct chart_series){ g->series[i].title, values };
	}
	set_lines(&c, g, doc, text);
	chart_write(&c, to);
}

static void write_span(const json_t *history, long long ms, FILE *to)
{
	char span[32];

	output_duration(span, ms);
	if (strcmp(model_text(history, "source"), "live") == 0)
		html_format(to, "h2", NULL, "The %s while this report was made", span);
	else
		html_format(to, "h2", NULL, "The last %s", ms > NEARLY_AN_HOUR_MS ? "hour" : span);
}

static void write_graphs(const json_t *doc, FILE *to)
{
	const json_t *history = json_object_get(doc, "history");
	struct chart_axis axis = {
		.times = json_object_get(json_object_get(history, "columns"), "time_unix_ms"),
		.from = model_number(history, "axis_from_unix_ms"),
		.to = model_number(history, "axis_to_unix_ms"),
		.gap_ms = model_number(history, "gap_ms"),
		.bands = json_object_get(history, "cookie_mode"),
		.band_title = "cookie mode",
	};
	char offset[16];

	write_span(history, axis.to - axis.from, to);
	fputs("<p class=\"dim\"><i class=\"band-key\"></i> cookie mode. A line breaks where nobody recorded. ", to);
	html_format(to, "span", NULL, "Local time, UTC%s.", offset_text(offset, doc));
	fputs("</p>\n", to);
	for (unsigned int i = 0; i < sizeof(graphs) / sizeof(graphs[0]); i++)
		write_graph(&graphs[i], doc, &axis, to);
}

/* --- tables */

/* Columns: titles of numbers begin with #, the others are text. */
static void begin_table(FILE *to, const char *const *titles)
{
	fputs("<div class=\"wide\"><table>\n<thead><tr>", to);
	for (; *titles; titles++)
		html_element(to, "th", **titles == '#' ? "n" : NULL, *titles + (**titles == '#'));
	fputs("</tr></thead>\n<tbody>\n", to);
}

static void end_table(FILE *to)
{
	fputs("</tbody>\n</table></div>\n", to);
}

/* Thousands stand apart, but the digits are one word: who copies them has the number. */
static void number_cell(FILE *to, long long n)
{
	char digits[24];
	size_t len = snprintf(digits, sizeof(digits), "%lld", n), first = (len - 1) % 3 + 1;

	fprintf(to, "<td class=\"n\">%.*s", (int)first, digits);
	for (size_t at = first; at < len; at += 3)
		fprintf(to, "<i>%.3s</i>", digits + at);
	fputs("</td>", to);
}

static void time_cell(FILE *to, long long unix_ms)
{
	char text[32];

	html_element(to, "td", "n", text_clock(text, unix_ms));
}

static void write_attacks(const json_t *doc, FILE *to)
{
	static const char *const titles[] = {
		"what",		 "#from",  "#to",	  "#cookie mode until", "#peak SYN/s", "#SYNs",
		"#cookies sent", "#valid", "#handshakes", "#dropped",		NULL,
	};
	const json_t *attacks = part(doc, "history", "attacks"), *a;
	char rate[16];
	size_t i;

	if (!json_array_size(attacks))
		return;
	html_element(to, "h2", NULL, "Attacks");
	begin_table(to, titles);
	json_array_foreach(attacks, i, a) {
		fputs("<tr>", to);
		html_element(to, "td", NULL, model_text(a, "kind"));
		time_cell(to, model_number(a, "from_unix_ms"));
		time_cell(to, model_number(a, "to_unix_ms"));
		time_cell(to, model_number(a, "cookie_mode_to_unix_ms"));
		html_element(to, "td", "n", output_rate(rate, model_real(a, "peak_syns_per_s")));
		number_cell(to, model_number(a, "syns"));
		number_cell(to, model_number(a, "cookies_sent"));
		number_cell(to, model_number(a, "cookies_valid"));
		number_cell(to, model_number(a, "handshakes"));
		number_cell(to, model_number(a, "drops"));
		fputs("</tr>\n", to);
	}
	end_table(to);
}

/* null is unknown */
static void maybe_cell(FILE *to, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_integer(value))
		number_cell(to, json_integer_value(value));
	else
		html_element(to, "td", "n", "–");
}

static void round_trip_cell(FILE *to, const json_t *rtt, const char *name)
{
	const json_t *value = json_object_get(rtt, name);

	if (json_is_number(value))
		html_format(to, "td", "n", "%.2f ms", json_number_value(value) / 1000);
	else
		html_element(to, "td", "n", "–");
}

static void write_queue(const json_t *q, FILE *to)
{
	const json_t *syn = json_object_get(q, "syn_queue"), *accept = json_object_get(q, "accept_queue");
	const json_t *cookies = json_object_get(q, "cookies"), *rtt = json_object_get(q, "rtt_us");
	bool cookie = strcmp(model_text(q, "mode"), "cookie") == 0, full = model_true(accept, "full");

	fputs("<tr>", to);
	html_element(to, "td", "name", model_text(q, "endpoint"));
	html_element(to, "td", cookie ? "flag" : NULL, model_text(q, "mode"));
	maybe_cell(to, syn, "levee");
	maybe_cell(to, syn, "share");
	maybe_cell(to, syn, "kernel");
	maybe_cell(to, accept, "now");
	maybe_cell(to, accept, "max");
	maybe_cell(to, accept, "drops");
	maybe_cell(to, q, "syns");
	maybe_cell(to, cookies, "sent");
	maybe_cell(to, cookies, "valid");
	maybe_cell(to, cookies, "refused");
	round_trip_cell(to, rtt, "p50");
	round_trip_cell(to, rtt, "p99");
	fputs("</tr>\n", to);
	if (!full && !*model_text(q, "note"))
		return;
	fputs("<tr><td></td><td colspan=\"13\">", to);
	if (full)
		html_element(to, "span", "flag", "The accept queue is full. ");
	html_text(to, model_text(q, "note"));
	fputs("</td></tr>\n", to);
}

static void write_kernel(const json_t *kernel, FILE *to)
{
	const char *name, *between = "";
	json_t *value;

	fputs("<p class=\"dim\">Half-open: levee's entries, and what they may be; the kernel's SYN queue beside it. "
	      "The kernel's own counters of this network namespace: ",
	      to);
	json_object_foreach((json_t *)kernel, name, value) {
		fputs(between, to);
		html_text(to, name);
		if (json_is_integer(value))
			fprintf(to, " %lld", (long long)json_integer_value(value));
		else
			fputs(" unknown", to);
		between = ", ";
	}
	fputs(".</p>\n", to);
}

static void write_queues(const json_t *doc, FILE *to)
{
	static const char *const titles[] = { "listener",   "mode",	"#half-open",  "#share", "#kernel's",
					      "#to accept", "#backlog", "#drops",      "#SYNs",	 "#cookies",
					      "#valid",	    "#refused", "#RTT median", "#99 %",	 NULL };
	const json_t *queue;
	size_t i;

	html_element(to, "h2", "tables", "Listeners and their queues");
	begin_table(to, titles);
	json_array_foreach(part(doc, "queues", "queues"), i, queue)
		write_queue(queue, to);
	end_table(to);
	write_kernel(part(doc, "queues", "kernel"), to);
}

/* --- services: what cookies would offer */

/* "mss 1460, window 65535, wscale 7, sack, timestamps" */
static void write_profile(const json_t *profile, FILE *to)
{
	const json_t *option;
	size_t i;

	fprintf(to, "<td>mss %lld, window %lld", model_number(profile, "mss"), model_number(profile, "window"));
	json_array_foreach(json_object_get(profile, "options"), i, option) {
		fputs(", ", to);
		html_text(to, json_string_value(option));
		if (strcmp(json_string_value(option), "wscale") == 0)
			fprintf(to, " %lld", model_number(profile, "wscale"));
	}
	fputs("</td>", to);
}

static const char *why_no_cookies(const json_t *service)
{
	if (model_true(service, "gone"))
		return "its listener is closed: SYNs go to the stack";
	if (model_true(service, "refused"))
		return "no cookies: an MPTCP listener, or a redirected port";
	if (model_true(service, "forwarded"))
		return "no cookies: its answers come from elsewhere";
	return model_true(service, "learnt") ? "learnt from its SYN-ACK" : "not seen answering yet";
}

static void write_services(const json_t *doc, FILE *to)
{
	static const char *const titles[] = { "service", "mode", "#for", "#half-open", "#share", "offers", "", NULL };
	const json_t *service;
	char since[32];
	size_t i;

	html_element(to, "h2", NULL, "Services");
	begin_table(to, titles);
	json_array_foreach(part(doc, "status", "services"), i, service) {
		fputs("<tr>", to);
		html_element(to, "td", "name", model_text(service, "endpoint"));
		html_element(to, "td", strcmp(model_text(service, "mode"), "cookie") == 0 ? "flag" : NULL,
			     model_text(service, "mode"));
		html_element(to, "td", "n", output_duration(since, model_number(service, "mode_ms")));
		number_cell(to, model_number(service, "half_open"));
		number_cell(to, model_number(service, "share"));
		write_profile(json_object_get(service, "profile"), to);
		html_element(to, "td", NULL, why_no_cookies(service));
		fputs("</tr>\n", to);
	}
	end_table(to);
}

/* --- counters */

static void write_counter(const char *name, const json_t *row, const char *help, FILE *to)
{
	char rate[16];

	if (!model_number(row, "total"))
		return;
	fputs("<tr>", to);
	html_element(to, "td", "name", name);
	number_cell(to, model_number(row, "total"));
	html_element(to, "td", "n", output_rate(rate, model_real(row, "per_s")));
	html_element(to, "td", NULL, help);
	fputs("</tr>\n", to);
}

static void write_counters(const json_t *doc, FILE *to)
{
	static const char *const titles[] = { "counter", "#since attach", "#per second now", "what it counts", NULL };
	static const char *const groups[][2] = {
		{ "pass", "Packets passed to the stack" },
		{ "answer", "Packets answered from the driver" },
		{ "drop", "Packets dropped at the driver" },
		{ "events", "Events" },
	};
	const char *name;
	json_t *row;

	html_element(to, "h2", NULL, "Counters");
	fputs("<p class=\"dim\">Those that are 0 are left out.</p>\n", to);
	begin_table(to, titles);
	for (unsigned int i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		fputs("<tr class=\"group\">", to);
		fprintf(to, "<th colspan=\"4\">%s</th></tr>\n", groups[i][1]);
		json_object_foreach((json_t *)part(doc, "stats", groups[i][0]), name, row)
			write_counter(name, row, model_text(part(doc, "help", groups[i][0]), name), to);
	}
	end_table(to);
}

/* --- settings and facts */

static void fact(FILE *to, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void fact(FILE *to, const char *name, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fputs("<tr>", to);
	html_element(to, "th", NULL, name);
	html_element(to, "td", NULL, text);
	fputs("</tr>\n", to);
}

static void write_timeouts(const json_t *settings, FILE *to)
{
	static const char *const titles[] = { "timeout", "#set", "#in force now", "why", NULL };
	const json_t *t;
	char text[32];
	size_t i;

	begin_table(to, titles);
	json_array_foreach(json_object_get(settings, "timeouts"), i, t) {
		fputs("<tr>", to);
		html_element(to, "td", "name", model_text(t, "name"));
		html_element(to, "td", "n", duration_exact(text, model_number(t, "ms")));
		html_element(to, "td", "n", duration_exact(text, model_number(t, "now_ms") / 1000 * 1000));
		html_element(to, "td", NULL, model_text(t, "why"));
		fputs("</tr>\n", to);
	}
	end_table(to);
}

static void write_settings(const json_t *doc, FILE *to)
{
	const json_t *s = json_object_get(doc, "settings");

	html_element(to, "h2", NULL, "Settings");
	fputs("<div class=\"wide\"><table>\n<tbody>\n", to);
	fact(to, "cookies", "%s", model_text(s, "cookies"));
	fact(to, "cookies begin and end", "at %lld %% of a listener's share or of the table, and below %lld %%",
	     model_number(s, "start_percent"), model_number(s, "end_percent"));
	fact(to, "room", "%lld half-open entries, %lld flows", model_number(s, "half_open_max"),
	     model_number(s, "flows_max"));
	fact(to, "elastic timeouts", "have %.0f %% of their length", model_real(s, "elastic_percent"));
	end_table(to);
	write_timeouts(s, to);
}

static void write_host(const json_t *doc, FILE *to)
{
	const json_t *host = json_object_get(doc, "host"), *status = json_object_get(doc, "status"), *value;
	const char *name;
	char up[32];

	html_element(to, "h2", NULL, "Host and attachment");
	fputs("<div class=\"wide\"><table>\n<tbody>\n", to);
	fact(to, "host", "%s, %lld CPUs, %s", model_text(host, "hostname"), model_number(host, "cpus"),
	     model_text(host, "machine"));
	fact(to, "kernel", "Linux %s, %s", model_text(host, "kernel"), model_text(host, "kernel_build"));
	fact(to, "interface", "%s, driver %s, MTU %lld", model_text(doc, "interface"),
	     *model_text(host, "driver") ? model_text(host, "driver") : "unknown", model_number(host, "mtu"));
	fact(to, "attached", "%s XDP, %s: %s", model_text(status, "xdp_mode"), model_text(status, "attachment"),
	     model_text(status, "attachment_help"));
	fact(to, "since", "%s, %s, by levee %s", model_text(status, "since"),
	     output_duration(up, model_number(status, "up_ms")), model_text(status, "version"));
	fact(to, "connections from cookies", "%s",
	     model_true(status, "handoff") ? "yes" : "no: this kernel cannot make them");
	json_object_foreach(json_object_get(host, "sysctls"), name, value)
		fact(to, name, "%lld", (long long)json_integer_value(value));
	fact(to, "this report", "levee %s", model_text(doc, "version"));
	end_table(to);
}

void report_page(const json_t *doc, FILE *to)
{
	write_head(doc, to);
	write_headline(doc, to);
	write_tiles(doc, to);
	write_attacks(doc, to);
	write_graphs(doc, to);
	write_queues(doc, to);
	write_services(doc, to);
	write_counters(doc, to);
	write_settings(doc, to);
	write_host(doc, to);
	html_format(to, "footer", NULL, "Made by levee %s. This page needs no network and has no script.",
		    model_text(doc, "version"));
	fputs("\n</body>\n</html>\n", to);
}
