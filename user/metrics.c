/* SPDX-License-Identifier: GPL-2.0 */
/*
 * metrics.c - the families of an interface and of the program. Reasons and counters come from the contract (counted.h): a
 * new one is a metric by itself.
 *
 * Names: levee_THING_UNIT, counters end in _total, times are in seconds, shares of a whole are ratios from 0 to 1.
 */
#include <ctype.h>
#include <string.h>

#include "clock.h"
#include "counted.h"
#include "health.h"
#include "metrics.h"
#include "output.h"
#include "words.h"

static json_t *of_interface(const char *ifname)
{
	return json_pack("{s:s}", "interface", ifname);
}

/* What every sample of an interface is added with. */
struct place_of {
	json_t *families;
	const char *ifname;
};

static void add(const struct place_of *at, const char *name, const char *type, const char *help, json_t *value)
{
	const struct family family = { name, type, help };

	family_add(at->families, &family, "", of_interface(at->ifname), value);
}

static void gauge(const struct place_of *at, const char *name, __u64 value, const char *help)
{
	add(at, name, "gauge", help, json_integer(value));
}

static void gauge_real(const struct place_of *at, const char *name, double value, const char *help)
{
	add(at, name, "gauge", help, json_real(value));
}

/* --- the program */

void metrics_of_program(json_t *families, bool up, double seconds)
{
	static const struct family is_up = {
		"levee_up", "gauge", "1 if levee is attached to every interface asked for, to any if none was"
	};
	static const struct family build = {
		"levee_build_info", "gauge", "The levee that tells these metrics, and the version of its maps; always 1"
	};
	static const struct family took = { "levee_scrape_duration_seconds", "gauge",
					    "How long reading all this took" };
	char abi[16];

	snprintf(abi, sizeof(abi), "%d", LEVEE_ABI);
	family_add(families, &is_up, "", NULL, json_integer(up));
	family_add(families, &build, "", json_pack("{s:s, s:s}", "version", LEVEE_VERSION, "abi", abi),
		   json_integer(1));
	family_add(families, &took, "", NULL, json_real(seconds));
}

void metrics_attached(json_t *families, const char *ifname, bool attached)
{
	const struct place_of at = { families, ifname };

	gauge(&at, "levee_attached", attached, "1 if levee is attached to the interface and switched on");
}

/* --- an interface: how it is attached */

/* "XDP_GONE" is a label "xdp_gone". Returns `to`. */
static const char *problem_name(char to[32], int problem)
{
#define PROBLEM_NAME(NAME, text) [HEALTH_##NAME] = #NAME,
	static const char *const names[HEALTH_COUNT] = { HEALTH_PROBLEMS(PROBLEM_NAME) };
#undef PROBLEM_NAME
	int i = 0;

	for (const char *c = names[problem]; *c && i < 31; c++)
		to[i++] = tolower((unsigned char)*c);
	to[i] = '\0';
	return to;
}

void metrics_problems(json_t *families, const char *ifname, unsigned int problems)
{
	static const struct family family = {
		"levee_problem", "gauge", "1 if this is wrong with an attached levee; levee status says it in words"
	};
	char name[32];

	for (int i = 0; i < HEALTH_COUNT; i++)
		family_add(families, &family, "",
			   json_pack("{s:s, s:s}", "interface", ifname, "problem", problem_name(name, i)),
			   json_integer(problems >> i & 1));
}

void metrics_document_problems(FILE *to)
{
	char name[32];

	fputs("| problem | what it says |\n| --- | --- |\n", to);
	for (int i = 0; i < HEALTH_COUNT; i++)
		fprintf(to, "| `%s` | %s |\n", problem_name(name, i), health_texts[i]);
}

static void add_attachment(const struct place_of *at, const struct maps *maps)
{
	static const struct family family = {
		"levee_attach_info", "gauge", "How levee is attached, by which version, when cookies are sent; always 1"
	};
	const struct levee_meta *m = &maps->meta;

	family_add(at->families, &family, "",
		   json_pack("{s:s, s:s, s:s, s:s, s:s}", "interface", at->ifname, "version", m->version, "xdp_mode",
			     word_xdp_mode(m->xdp_mode), "attachment", word_attachment(m->attachment), "cookies",
			     word_cookies(maps->settings.cookies)),
		   json_integer(1));
	gauge_real(at, "levee_attach_timestamp_seconds", m->attached_unix_ms / 1e3,
		   "When levee was attached, in Unix time; counters are 0 then");
	gauge(at, "levee_handoff_available", m->handoff,
	      "1 if the kernel can make connections from cookies (Linux 6.9), without which none are sent");
}

/* --- an interface: gauges */

static void add_tables(const struct place_of *at, const struct levee_settings *set, const struct levee_runtime *run)
{
	gauge(at, "levee_half_open", run->half_open, "Half-open connections now, of all services");
	gauge(at, "levee_half_open_max", set->half_open_max, "Half-open connections that the table holds");
	gauge(at, "levee_flows", run->flows, "Connections in the flow table now");
	gauge(at, "levee_flows_max", set->flows_max, "Connections that the flow table holds");
	gauge(at, "levee_services", run->services, "Services known now");
	gauge(at, "levee_services_max", LEVEE_SERVICES_MAX, "Services that the table holds");
}

static void add_mode(const struct place_of *at, const struct maps *maps, const struct levee_runtime *run)
{
	const struct levee_settings *set = &maps->settings;

	gauge(at, "levee_cookie_mode", run->mode == LEVEE_MODE_COOKIE,
	      "1 while the whole half-open table is in cookie mode; levee_service_cookie_mode has each service");
	gauge_real(at, "levee_mode_age_seconds", maps_mode_age(maps, run->mode_ms) / 1e3,
		   "How long the whole table has been in its mode");
	gauge(at, "levee_cookies_in_flight", run->in_flight, "Cookies sent that may still come back");
	gauge_real(at, "levee_cookie_start_ratio", set->start_percent / 1e2,
		   "Cookie mode begins when half-open connections fill this part of a service's share");
	gauge_real(
		at, "levee_cookie_end_ratio", set->end_percent / 1e2,
		"Cookie mode ends when half-open connections and cookies in flight are below this part of the share");
}

static void add_housekeeping(const struct place_of *at, const struct levee_runtime *run)
{
	__u32 pressure = run->pressure ? run->pressure : LEVEE_PRESSURE_ONE;

	add(at, "levee_housekeeping_runs_total", "counter", "Runs of the housekeeping timer: ten a second",
	    json_integer(run->ticks));
	gauge_real(at, "levee_housekeeping_duration_seconds", run->tick_us / 1e6,
		   "How long the last run of housekeeping took");
	gauge_real(at, "levee_timeout_scale_ratio", (double)pressure / LEVEE_PRESSURE_ONE,
		   "What is left of elastic timeouts as the flow table fills; 1: their full length");
}

/* --- an interface: counters */

static void add_packets(const struct place_of *at, const struct counted_group *g, const struct levee_stats *stats)
{
	static const struct family family = { "levee_packets_total", "counter",
					      "Packets received, by verdict and reason; each has exactly one" };

	for (unsigned int i = 0; i < g->count; i++)
		family_add(at->families, &family, "",
			   json_pack("{s:s, s:s, s:s}", "interface", at->ifname, "verdict", g->name, "reason",
				     g->list[i].name),
			   json_integer(counted_value(stats, g, g->list[i].index)));
}

static void add_events(const struct place_of *at, const struct counted_group *g, const struct levee_stats *stats)
{
	char name[64];

	for (unsigned int i = 0; i < g->count; i++) {
		snprintf(name, sizeof(name), "levee_%s_total", g->list[i].name);
		add(at, name, "counter", g->list[i].help, json_integer(counted_value(stats, g, g->list[i].index)));
	}
}

void metrics_interface(json_t *families, const struct maps *maps, const struct sample *now)
{
	const struct place_of at = { families, maps->ifname };

	add_attachment(&at, maps);
	add_mode(&at, maps, &now->runtime);
	add_tables(&at, &maps->settings, &now->runtime);
	add_housekeeping(&at, &now->runtime);
	for (unsigned int i = 0; i < COUNTED_GROUPS; i++) {
		const struct counted_group *g = &counted_groups[i];

		(g->is_reason ? add_packets : add_events)(&at, g, &now->stats);
	}
}

void metrics_kernel(json_t *families, const json_t *netstat)
{
	static const struct family family = {
		"levee_kernel_events_total", "counter",
		"The kernel's own counters of full queues, as nstat has them, of the network namespace since its start"
	};
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)netstat, name, value)
		if (json_is_integer(value))
			family_add(families, &family, "", json_pack("{s:s}", "event", name),
				   json_integer(json_integer_value(value)));
}

void metrics_document_reasons(FILE *to)
{
	fputs("| verdict | reason | what it says |\n| --- | --- | --- |\n", to);
	for (unsigned int i = 0; i < COUNTED_GROUPS; i++)
		for (unsigned int j = 0; counted_groups[i].is_reason && j < counted_groups[i].count; j++)
			fprintf(to, "| %s | `%s` | %s |\n", counted_groups[i].name, counted_groups[i].list[j].name,
				counted_groups[i].list[j].help);
}
