/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_metrics.c - every reason and counter of the contract is told; the text format is well formed; listeners are bounded
 * and "other" never falls; addresses to listen to. docs/metrics.md has the same lists. Run from the repository's root.
 *
 *   test_metrics families      the table of docs/metrics.md anew
 *   test_metrics problems      and the others
 *   test_metrics reasons
 */
#include "capture.h"

#include <stdlib.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include "errors.h"
#include "health.h"
#include "listen.h"
#include "metrics.h"

/* --- a host with everything that can be told */

static json_t *listener(const char *endpoint, int n)
{
	return json_pack("{s:s, s:s, s:i, s:{s:i, s:i, s:i, s:i}, s:{s:i, s:i, s:i, s:b, s:n}, "
			 "s:{s:i, s:i, s:i, s:i}, s:{s:i, s:i, s:i}}",
			 "endpoint", endpoint, "mode", n % 2 ? "cookie" : "calm", "syns", 1000 + n, "syn_queue",
			 "kernel", 1, "levee", n, "share", 100, "backlog", 128, "accept_queue", "now", 2, "max", 128,
			 "drops", 3, "full", n % 2, "full_since_ms", "cookies", "sent", 10 * n, "valid", 4, "refused",
			 0, "in_flight", 5, "rtt_us", "count", 7, "p50", 1500, "p99", 20000);
}

/* The last one is under most pressure, and comes first. */
static json_t *queues_of(unsigned int count)
{
	json_t *list = json_array();
	char endpoint[32];

	for (unsigned int i = count; i-- > 0;) {
		snprintf(endpoint, sizeof(endpoint), "198.18.0.1:%u", i + 1);
		json_array_append_new(list, listener(endpoint, i));
	}
	return list;
}

static const struct maps maps = {
	.ifname = "eth0",
	.meta = { .attached_unix_ms = 1700000000250, .version = "9.8.7" },
	.settings = { .start_percent = 50, .end_percent = 25, .half_open_max = 64, .flows_max = 1024 },
};

/* Every counter has its own value: reasons from 1000, events from 5000. */
static json_t *everything(void)
{
	struct sample now = { .runtime = { .half_open = 3, .mode = LEVEE_MODE_COOKIE, .ticks = 77, .tick_us = 250 } };
	struct metrics_memory memory = {};
	json_t *families = json_object(), *queues = queues_of(1);
	json_t *netstat = json_pack("{s:i, s:n}", "ListenOverflows", 11, "TCPReqQFullDrop");

	for (int i = 0; i < LEVEE_REASON_COUNT; i++)
		now.stats.reason[i] = 1000 + i;
	for (int i = 0; i < LEVEE_COUNTER_COUNT; i++)
		now.stats.counter[i] = 5000 + i;
	metrics_of_program(families, true, 0.25);
	metrics_attached(families, "eth0", true);
	metrics_problems(families, "eth0", HEALTH_BIT(INGRESS_GONE));
	metrics_interface(families, &maps, &now);
	metrics_services(families, "eth0", queues, &memory);
	metrics_kernel(families, netstat);
	metrics_forget(&memory);
	json_decref(netstat);
	json_decref(queues);
	return families;
}

static char *text_of(json_t *families)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	families_render(families, to);
	fclose(to);
	json_decref(families);
	return text;
}

/* A whole line. */
static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (const char *at = text; (at = strstr(at, line)); at += len)
		if ((at == text || at[-1] == '\n') && at[len] == '\n')
			return true;
	return false;
}

static void wants_line(const char *text, const char *line)
{
	if (!has_line(text, line))
		fail_msg("no line: %s", line);
}

/* --- the contract */

static void every_reason_is_told(void **state)
{
	static const struct {
		const char *verdict, *name;
		int index;
	} rows[] = {
#define PASS(NAME, name, help) { "pass", #name, LEVEE_##NAME },
#define ANSWER(NAME, name, help) { "answer", #name, LEVEE_##NAME },
#define DROP(NAME, name, help) { "drop", #name, LEVEE_##NAME },
		LEVEE_REASONS_PASS(PASS) LEVEE_REASONS_TX(ANSWER) LEVEE_REASONS_DROP(DROP)
	};
	char *text = text_of(everything()), line[200];

	(void)state;
	assert_int_equal(ARRAY_SIZE(rows), LEVEE_REASON_COUNT);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(line, sizeof(line), "levee_packets_total{interface=\"eth0\",verdict=\"%s\",reason=\"%s\"} %d",
			 rows[i].verdict, rows[i].name, 1000 + rows[i].index);
		wants_line(text, line);
	}
	free(text);
}

static void every_counter_is_told(void **state)
{
	static const struct {
		const char *name, *help;
	} rows[] = {
#define ROW(NAME, name, help) [LEVEE_C_##NAME] = { #name, help },
		LEVEE_COUNTERS(ROW)
	};
	char *text = text_of(everything()), line[300];

	(void)state;
	assert_int_equal(ARRAY_SIZE(rows), LEVEE_COUNTER_COUNT);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(line, sizeof(line), "# HELP levee_%s_total %s", rows[i].name, rows[i].help);
		wants_line(text, line);
		snprintf(line, sizeof(line), "# TYPE levee_%s_total counter", rows[i].name);
		wants_line(text, line);
		snprintf(line, sizeof(line), "levee_%s_total{interface=\"eth0\"} %zu", rows[i].name, 5000 + i);
		wants_line(text, line);
	}
	free(text);
}

static void gauges_are_told(void **state)
{
	char *text = text_of(everything());

	(void)state;
	wants_line(text, "levee_up 1");
	wants_line(text, "levee_scrape_duration_seconds 0.25");
	wants_line(text, "levee_attached{interface=\"eth0\"} 1");
	wants_line(text, "levee_problem{interface=\"eth0\",problem=\"ingress_gone\"} 1");
	wants_line(text, "levee_problem{interface=\"eth0\",problem=\"xdp_gone\"} 0");
	wants_line(text, "levee_attach_timestamp_seconds{interface=\"eth0\"} 1700000000.25");
	wants_line(text, "levee_cookie_mode{interface=\"eth0\"} 1");
	wants_line(text, "levee_cookie_start_ratio{interface=\"eth0\"} 0.5");
	wants_line(text, "levee_half_open{interface=\"eth0\"} 3");
	wants_line(text, "levee_half_open_max{interface=\"eth0\"} 64");
	wants_line(text, "levee_housekeeping_runs_total{interface=\"eth0\"} 77");
	wants_line(text, "levee_housekeeping_duration_seconds{interface=\"eth0\"} 0.00025");
	wants_line(text, "levee_timeout_scale_ratio{interface=\"eth0\"} 1");
	wants_line(text, "levee_kernel_events_total{event=\"ListenOverflows\"} 11");
	wants_line(text, "levee_service_syns_total{interface=\"eth0\",endpoint=\"198.18.0.1:1\"} 1000");
	wants_line(text,
		   "levee_service_rtt_seconds{interface=\"eth0\",endpoint=\"198.18.0.1:1\",quantile=\"0.99\"} 0.02");
	wants_line(text, "levee_service_rtt_samples{interface=\"eth0\",endpoint=\"198.18.0.1:1\"} 7");
	free(text);
}

/* --- the format */

/* The family that a sample's line belongs to is the one whose TYPE came last. */
static void check_line(const char *line, char family[128], json_t *seen)
{
	char series[512];

	if (strncmp(line, "# HELP ", 7) == 0) {
		sscanf(line + 7, "%127s", family);
		snprintf(series, sizeof(series), "HELP %s", family);
	} else if (strncmp(line, "# TYPE ", 7) == 0) {
		assert_true(strncmp(line + 7, family, strlen(family)) == 0);
		snprintf(series, sizeof(series), "TYPE %s", family);
	} else {
		const char *end = strrchr(line, ' ');

		assert_true(strncmp(line, family, strlen(family)) == 0);
		snprintf(series, sizeof(series), "%.*s", (int)(end - line), line);
	}
	if (json_object_get(seen, series))
		fail_msg("twice: %s", series);
	json_object_set_new(seen, series, json_true());
}

static void each_family_and_series_is_there_once(void **state)
{
	json_t *families = everything(), *seen = json_object();
	struct metrics_memory memory = {};
	json_t *queues = queues_of(METRICS_SERVICES + 30);
	char *text, family[128] = "", *rest;

	(void)state;
	metrics_attached(families, "eth1", false);
	metrics_services(families, "eth1", queues, &memory);
	text = text_of(families);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		check_line(line, family, seen);
	assert_true(json_object_size(seen) > 100);
	metrics_forget(&memory);
	json_decref(queues);
	json_decref(seen);
	free(text);
}

static void special_characters_are_escaped(void **state)
{
	static const struct family family = { "x", "gauge", "a\\b\nc \"d\"" };
	json_t *families = json_object();
	char *text;

	(void)state;
	family_add(families, &family, "", json_pack("{s:s}", "l", "a\\b\nc \"d\""), json_real(0.1));
	family_add(families, &family, "_count", NULL, json_integer(1LL << 62));
	family_add(families, &family, "", json_pack("{s:s, s:s}", "a", "1", "b", "2"), json_real(1.5e300));
	text = text_of(families);
	assert_string_equal(text, "# HELP x a\\\\b\\nc \"d\"\n# TYPE x gauge\nx{l=\"a\\\\b\\nc \\\"d\\\"\"} 0.1\n"
				  "x_count 4611686018427387904\nx{a=\"1\",b=\"2\"} 1.5e+300\n");
	free(text);
}

/* --- listeners */

static json_int_t value_at(json_t *families, const char *name, const char *endpoint)
{
	const json_t *sample;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(families, name), "samples"), i, sample)
		if (strcmp(json_string_value(json_object_get(json_object_get(sample, "labels"), "endpoint")),
			   endpoint) == 0)
			return json_integer_value(json_object_get(sample, "value"));
	return -1;
}

static size_t series(json_t *families, const char *name)
{
	return json_array_size(json_object_get(json_object_get(families, name), "samples"));
}

static json_t *services(json_t *queues, struct metrics_memory *memory)
{
	json_t *families = json_object();

	metrics_services(families, "eth0", queues, memory);
	return families;
}

#define SYNS "levee_service_syns_total"

static void few_listeners_have_no_other(void **state)
{
	struct metrics_memory memory = {};
	json_t *queues = queues_of(METRICS_SERVICES), *families = services(queues, &memory);

	(void)state;
	assert_int_equal(series(families, SYNS), METRICS_SERVICES);
	assert_int_equal(value_at(families, SYNS, "other"), -1);
	metrics_forget(&memory);
	json_decref(families);
	json_decref(queues);
}

/* listener(..., n): SYNs are 1000 + n. The calmest three are the others. */
static void those_under_pressure_have_labels(void **state)
{
	struct metrics_memory memory = {};
	json_t *queues = queues_of(METRICS_SERVICES + 3), *families = services(queues, &memory);

	(void)state;
	assert_int_equal(series(families, SYNS), METRICS_SERVICES + 1);
	assert_int_equal(value_at(families, SYNS, "198.18.0.1:67"), 1066);
	assert_int_equal(value_at(families, SYNS, "198.18.0.1:3"), -1);
	assert_int_equal(value_at(families, SYNS, "other"), 1000 + 1001 + 1002);
	assert_int_equal(value_at(families, "levee_service_half_open", "other"), 0 + 1 + 2);
	assert_int_equal(value_at(families, "levee_service_cookie_mode", "other"), 1);
	assert_int_equal(series(families, "levee_service_rtt_seconds"), 2 * METRICS_SERVICES);
	metrics_forget(&memory);
	json_decref(families);
	json_decref(queues);
}

/* Port 1 comes to be pressed hardest, but labels are kept; when port 67 goes, port 1 gets its label. */
static void labels_are_kept(void **state)
{
	struct metrics_memory memory = {};
	json_t *list = queues_of(METRICS_SERVICES + 3), *families = services(list, &memory);

	(void)state;
	json_decref(families);
	json_array_remove(list, METRICS_SERVICES + 2);
	json_array_insert_new(list, 0, listener("198.18.0.1:1", 99));
	families = services(list, &memory);
	assert_int_equal(value_at(families, SYNS, "198.18.0.1:1"), -1);
	assert_int_equal(value_at(families, SYNS, "other"), 1099 + 1001 + 1002);
	json_decref(families);
	json_array_remove(list, 1);
	families = services(list, &memory);
	assert_int_equal(value_at(families, SYNS, "198.18.0.1:1"), 1099);
	assert_int_equal(value_at(families, SYNS, "198.18.0.1:67"), -1);
	/* The sum fell to 1001 + 1002; what was told does not. */
	assert_int_equal(value_at(families, SYNS, "other"), 1099 + 1001 + 1002);
	assert_int_equal(value_at(families, "levee_service_half_open", "other"), 1 + 2);
	json_decref(families);
	json_array_remove(list, METRICS_SERVICES + 1);
	json_array_append_new(list, listener("198.18.0.1:2", 11));
	families = services(list, &memory);
	assert_int_equal(value_at(families, SYNS, "other"), 1099 + 1001 + 1002 + 10);
	metrics_forget(&memory);
	json_decref(families);
	json_decref(list);
}

static void what_is_not_known_is_not_told(void **state)
{
	struct metrics_memory memory = {};
	json_t *queues = queues_of(1), *one = json_array_get(queues, 0), *families;

	(void)state;
	json_object_set_new(json_object_get(one, "rtt_us"), "p50", json_null());
	json_object_set_new(json_object_get(one, "accept_queue"), "now", json_null());
	families = services(queues, &memory);
	assert_int_equal(series(families, "levee_service_rtt_seconds"), 1);
	assert_int_equal(series(families, "levee_service_accept_queue"), 0);
	metrics_forget(&memory);
	json_decref(families);
	json_decref(queues);
}

/* --- where to listen */

static void addresses_to_listen_to(void **state)
{
	static const struct {
		const char *text, *is; /* NULL: refused */
	} rows[] = {
		{ "127.0.0.1:80", "127.0.0.1:80" },
		{ "0.0.0.0", "0.0.0.0:4987" },
		{ ":8080", "127.0.0.1:8080" },
		{ "8080", "127.0.0.1:8080" },
		{ ":", "127.0.0.1:4987" },
		{ "10.0.0.1:0", "10.0.0.1:0" },
		{ "[::1]:80", "[::1]:80" },
		{ "[::1]", "[::1]:4987" },
		{ "::", "[::]:4987" },
		{ "fd00::1", "[fd00::1]:4987" },
		{ LISTEN_DEFAULT, "127.0.0.1:4987" },
		{ "localhost:80", NULL },
		{ "1.2.3:80", NULL },
		{ "1.2.3.4:65536", NULL },
		{ "1.2.3.4:-1", NULL },
		{ "1.2.3.4:8a", NULL },
		{ "[::1", NULL },
		{ "[::1]80", NULL },
		{ "[1.2.3.4]:80", NULL },
		{ "123456", NULL },
		{ "1.2.3.4:111111111111111111111111111111111111111111111111111111111111111111", NULL },
	};
	struct listen_address address;
	struct capture c;
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		capture_begin(&c, stderr);
		if (listen_parse(&address, rows[i].text))
			snprintf(text, sizeof(text), "refused");
		else
			listen_text(text, &address);
		capture_end(&c);
		assert_string_equal(text, rows[i].is ? rows[i].is : "refused");
	}
}

static void interfaces_are_no_addresses(void **state)
{
	(void)state;
	assert_false(listen_looks_like("eth0"));
	assert_false(listen_looks_like("eth0.100"));
	assert_false(listen_looks_like("--user"));
	assert_true(listen_looks_like("localhost:80"));
	assert_true(listen_looks_like("4987"));
	assert_true(listen_looks_like("1.2.3.4"));
}

static void a_port_in_use_is_told(void **state)
{
	struct listen_address one, two;
	struct capture c;
	int fd;

	(void)state;
	assert_int_equal(listen_parse(&one, "127.0.0.1:0"), 0);
	fd = listen_open(&one);
	assert_true(fd >= 0);
	two = one;
	capture_begin(&c, stderr);
	assert_int_equal(listen_open(&two), -EXIT_FAILED);
	assert_non_null(strstr(capture_end(&c), "the port is in use"));
	close(fd);
}

/* --- the documentation */

static void document_families(FILE *to)
{
	json_t *families = everything();

	families_document(families, to);
	json_decref(families);
}

static char *documented(void (*print)(FILE *))
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	print(to);
	fclose(to);
	return text;
}

static void the_documentation_is_current(void **state)
{
	static void (*const print[])(FILE *) = { document_families, metrics_document_problems,
						 metrics_document_reasons };
	char *page = calloc(1, 1 << 20);
	FILE *file = fopen("docs/metrics.md", "r");

	(void)state;
	assert_non_null(file);
	assert_true(fread(page, 1, (1 << 20) - 1, file) > 1000);
	fclose(file);
	for (size_t i = 0; i < ARRAY_SIZE(print); i++) {
		char *want = documented(print[i]), *found = strstr(page, want);

		if (!found)
			fail_msg("docs/metrics.md lacks this table:\n%s", want);
		if (found[strlen(want)] == '|')
			fail_msg("docs/metrics.md has a row more than this table:\n%s", want);
		free(want);
	}
	free(page);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_is_told),
		cmocka_unit_test(every_counter_is_told),
		cmocka_unit_test(gauges_are_told),
		cmocka_unit_test(each_family_and_series_is_there_once),
		cmocka_unit_test(special_characters_are_escaped),
		cmocka_unit_test(few_listeners_have_no_other),
		cmocka_unit_test(those_under_pressure_have_labels),
		cmocka_unit_test(labels_are_kept),
		cmocka_unit_test(what_is_not_known_is_not_told),
		cmocka_unit_test(addresses_to_listen_to),
		cmocka_unit_test(interfaces_are_no_addresses),
		cmocka_unit_test(a_port_in_use_is_told),
		cmocka_unit_test(the_documentation_is_current),
	};

	if (argc == 2) {
		void (*print)(FILE *) = document_families;

		if (strcmp(argv[1], "problems") == 0)
			print = metrics_document_problems;
		if (strcmp(argv[1], "reasons") == 0)
			print = metrics_document_reasons;
		print(stdout);
		return 0;
	}
	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
