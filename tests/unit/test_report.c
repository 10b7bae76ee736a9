/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_report.c - the headline at each level, the page of a whole hour, and names that would be markup.
 *
 *   test_report page > hour.html      the page of an hour that is made up, to look at; and so now, hostile
 */
#include "history_records.h"

#include "rates.h"
#include "output.h"

/* --- documents */

/* Under a name that may be anything. */
static json_t *made_up(const char *name, json_t *history)
{
	static const char text[] =
		"{\"schema\": \"levee.report/1\", \"version\": \"0.1.0\", \"time\": \"2026-09-21 14:13:20\","
		"\"utc_offset\": \"+0200\", \"host\": {\"hostname\": \"web1\", \"kernel\": \"6.12.1\", \"kernel_build\": \"#1 SMP\","
		"  \"machine\": \"x86_64\", \"cpus\": 8, \"driver\": \"ixgbe\", \"mtu\": 1500,"
		"  \"sysctls\": {\"net.ipv4.tcp_syncookies\": 1, \"net.core.somaxconn\": 4096}},"
		"\"status\": {\"cookies\": \"adaptive\", \"mode\": \"calm\", \"mode_ms\": 5000, \"xdp_mode\": \"native\","
		"  \"attachment\": \"dispatcher\", \"attachment_help\": \"libxdp's dispatcher\", \"since\": \"2026-09-19 08:00:00\","
		"  \"up_ms\": 195200000, \"version\": \"0.1.0\", \"handoff\": true, \"problems\": [], \"services\": ["
		"  {\"endpoint\": \"198.18.0.1:80\", \"mode\": \"calm\", \"mode_ms\": 5000, \"half_open\": 3, \"share\": 511,"
		"   \"learnt\": true, \"profile\": {\"mss\": 1460, \"window\": 65535, \"wscale\": 7, \"options\": [\"wscale\", \"sack\"]}}]},"
		"\"settings\": {\"cookies\": \"adaptive\", \"start_percent\": 50, \"end_percent\": 25, \"half_open_max\": 65536,"
		"  \"flows_max\": 1048576, \"elastic_percent\": 100.0, \"timeouts\": [{\"name\": \"half_open\", \"ms\": 64000,"
		"  \"now_ms\": 64000, \"why\": \"as long as the kernel\"}]},"
		"\"stats\": {\"gauges\": {\"half_open\": 3, \"half_open_max\": 65536, \"flows\": 812, \"flows_max\": 1048576,"
		"  \"in_flight\": 0}, \"pass\": {\"syn\": {\"total\": 4711, \"per_s\": 50.0}}, \"answer\": {}, \"drop\": "
		"  {\"bad_cookie\": {\"total\": 123456789, \"per_s\": 1.0}, \"checksum\": {\"total\": 0, \"per_s\": 0.0}},"
		"  \"events\": {\"cookie_mode_on\": {\"total\": 2, \"per_s\": 0.0}}},"
		"\"queues\": {\"kernel\": {\"ListenOverflows\": 12, \"ListenDrops\": null}, \"queues\": [{\"endpoint\": \"0.0.0.0:80\","
		"  \"mode\": \"cookie\", \"syn_queue\": {\"kernel\": 3, \"levee\": 3, \"share\": 511, \"backlog\": 511},"
		"  \"accept_queue\": {\"now\": 512, \"max\": 511, \"drops\": 7, \"full\": true}, \"syns\": 4711,"
		"  \"cookies\": {\"sent\": 9, \"valid\": 8, \"refused\": 1}, \"rtt_us\": {\"count\": 8, \"p50\": 1234, \"p99\": null},"
		"  \"note\": \"the application is too slow to accept\"}]}}";
	json_t *doc = json_loads(text, 0, NULL);

	assert_non_null(doc);
	json_object_set_new(doc, "interface", json_string(name));
	json_object_set_new(doc, "time_unix_ms", json_integer(NOW_UNIX_MS));
	json_object_set_new(doc, "help", stats_help());
	json_object_set_new(doc, "history", history);
	json_object_set_new(doc, "headline", report_headline(doc));
	return doc;
}

static void set_cookies(json_t *doc, const char *cookies)
{
	json_object_set_new(json_object_get(doc, "status"), "cookies", json_string(cookies));
	json_object_set_new(json_object_get(doc, "settings"), "cookies", json_string(cookies));
	json_object_set_new(doc, "headline", report_headline(doc));
}

/* Traffic that sways, a bit of chance in it. */
static void clients(struct teller *t, unsigned int n, uint64_t *random)
{
	while (n--) {
		unsigned int i = t->list.count, syns = 60 + (i % 600) / 20 + unit_random(random) % 30;

		t->now.share_used = 2 + unit_random(random) % 9;
		t->now.half_open = t->now.share_used + 3;
		t->now.flows = 3000 + i / 2 + unit_random(random) % 60;
		t->now.accept_used = unit_random(random) % 3;
		t->now.stats.reason[LEVEE_PASS_FLOW] += 9000;
		t->now.stats.reason[LEVEE_DROP_BAD_ADDRESS] += unit_random(random) % 3;
		teller_second(t, 1000, syns, syns, 0, 0);
	}
}

static void flood(struct teller *t, unsigned int n, unsigned int rate, uint64_t *random)
{
	t->now.services_in_cookie_mode = 1;
	while (n--) {
		unsigned int syns = rate + unit_random(random) % (rate / 5);

		t->now.share_used = 256 + unit_random(random) % 20;
		t->now.half_open = t->now.share_used + 4;
		t->now.in_flight = syns * 12;
		t->now.flows += 10;
		t->now.accept_used = 20 + unit_random(random) % 200;
		t->now.stats.reason[LEVEE_DROP_BAD_COOKIE] += syns / 6;
		t->now.stats.reason[LEVEE_DROP_CHECKSUM] += syns / 90;
		t->now.stats.counter[LEVEE_C_COOKIE_INVALID] += syns / 6;
		t->now.listen_overflows += n % 7 == 0;
		teller_second(t, 1000, syns, 0, syns - 9, 70 + unit_random(random) % 20);
	}
	t->now.services_in_cookie_mode = 0;
	t->now.in_flight = 0;
}

/* Calm, a gap of four minutes, a flood of seven minutes, calm, and another that goes on if `now`. */
static json_t *hour(bool now)
{
	uint64_t random = 4711;
	json_t *history;
	struct teller t;

	teller_begin(&t, 50 * HOUR_MS);
	t.now.share = 511;
	t.now.accept_backlog = 511;
	clients(&t, 700, &random);
	t.now.boot_ms += 240000;
	clients(&t, 500, &random);
	flood(&t, 420, 180000, &random);
	clients(&t, now ? 1600 : 1700, &random);
	if (now)
		flood(&t, 100, 40000, &random);
	history = teller_history(&t);
	teller_end(&t);
	return history;
}

static json_t *calm_minute(void)
{
	uint64_t random = 1;
	json_t *history;
	struct teller t;

	teller_begin(&t, 50 * HOUR_MS);
	clients(&t, 60, &random);
	history = teller_history(&t);
	teller_end(&t);
	return history;
}

/* A name that ends whatever it stands in, with a control character. An interface's cannot be so long, a host's can. */
#define HOSTILE "\"'></title></style><script>alert(1)</script><svg onload=x>&amp;\x01"

static json_t *hostile(void)
{
	json_t *doc = made_up(HOSTILE, hour(false)), *queue;

	json_object_set_new(json_object_get(doc, "host"), "hostname", json_string(HOSTILE));
	json_object_set_new(json_object_get(doc, "host"), "driver", json_string(HOSTILE));
	queue = json_array_get(json_object_get(json_object_get(doc, "queues"), "queues"), 0);
	json_object_set_new(queue, "note", json_string(HOSTILE));
	json_object_set_new(queue, "endpoint", json_string(HOSTILE));
	return doc;
}

/* To be freed. */
static char *page(json_t *doc)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	report_page(doc, to);
	fclose(to);
	json_decref(doc);
	return text;
}

/* --- the headline */

static const char *level(const json_t *doc)
{
	return model_text(json_object_get(doc, "headline"), "level");
}

static bool says(const json_t *doc, const char *words)
{
	const json_t *h = json_object_get(doc, "headline"), *sentence;
	size_t i;

	if (strstr(model_text(h, "lead"), words))
		return true;
	json_array_foreach(json_object_get(h, "text"), i, sentence)
		if (strstr(json_string_value(sentence), words))
			return true;
	return false;
}

static void an_attack_that_is_over(void **state)
{
	json_t *doc = made_up("eth0", hour(false));

	(void)state;
	assert_string_equal(level(doc), "over");
	assert_true(says(doc, "There is no attack now. There was a SYN flood from "));
	assert_true(says(doc, "(7 min 0 s)"));
	assert_true(says(doc, "SYNs per second"));
	assert_true(says(doc, "connections were made by a cookie that came back valid"));
	assert_true(says(doc, "ACK without connection whose cookie is wrong or too old"));
	assert_false(says(doc, "Cookie mode is still on"));
	json_object_set_new(json_object_get(doc, "status"), "mode", json_string("cookie"));
	json_object_set_new(doc, "headline", report_headline(doc));
	assert_string_equal(level(doc), "over");
	assert_true(says(doc, "Cookie mode is still on"));
	json_decref(doc);
}

static void an_attack_now(void **state)
{
	json_t *doc = made_up("eth0", hour(true));
	json_t *service = json_array_get(json_object_get(json_object_get(doc, "status"), "services"), 0);

	(void)state;
	json_object_set_new(service, "mode", json_string("cookie"));
	json_object_set_new(doc, "headline", report_headline(doc));
	assert_string_equal(level(doc), "attack");
	assert_true(says(doc, "There is a SYN flood now, since "));
	assert_true(says(doc, "(1 min 40 s)"));
	json_decref(doc);
}

static void calm_and_how_long_that_is_known(void **state)
{
	json_t *doc = made_up("eth0", calm_minute());

	(void)state;
	assert_string_equal(level(doc), "calm");
	assert_true(says(doc, "there was none in what was recorded"));
	assert_true(says(doc, "59.0 s of the last hour were recorded"));
	json_decref(doc);
}

static void nobody_recorded(void **state)
{
	struct levee_history record[3] = { { .boot_ms = 1000 }, { .boot_ms = 2000 }, { .boot_ms = 3000 } };
	struct history_list list = { 3, record };
	json_t *doc = made_up("eth0", report_history(&list, false, 3000, NOW_UNIX_MS));

	(void)state;
	assert_string_equal(level(doc), "calm");
	assert_true(says(doc, "Nobody has recorded the last hour: the graphs show 2.0 s"));
	assert_true(says(doc, "\"levee run eth0\" records"));
	assert_true(says(doc, "Since attach, cookie mode was entered 2 times."));
	assert_false(says(doc, "there was none"));
	json_decref(doc);
}

/* Cookie mode is on, but nobody asks for anything. */
static void what_a_flood_has_left(void **state)
{
	struct levee_history record[3] = {
		{ .boot_ms = 1000, .mode = LEVEE_MODE_COOKIE },
		{ .boot_ms = 2000, .mode = LEVEE_MODE_COOKIE },
		{ .boot_ms = 3000, .mode = LEVEE_MODE_COOKIE },
	};
	struct history_list list = { 3, record };
	json_t *doc = made_up("eth0", report_history(&list, false, 3000, NOW_UNIX_MS));

	(void)state;
	json_object_set_new(json_object_get(doc, "status"), "mode", json_string("cookie"));
	json_object_set_new(doc, "headline", report_headline(doc));
	assert_string_equal(level(doc), "over");
	assert_true(says(doc, "There is no attack now, but there was one: cookie mode is still on."));
	json_decref(doc);
}

static void somebody_recorded_and_stopped(void **state)
{
	struct levee_history record[2] = { { .boot_ms = HOUR_MS }, { .boot_ms = HOUR_MS + 1000 } };
	struct history_list list = { 2, record };
	json_t *doc = made_up("eth0", report_history(&list, true, HOUR_MS + 61000, NOW_UNIX_MS));

	(void)state;
	assert_true(says(doc, "Nobody records now: the last record is of "));
	json_decref(doc);
}

static void cookies_always_or_never_tell_no_attack(void **state)
{
	json_t *doc = made_up("eth0", hour(false));

	(void)state;
	set_cookies(doc, "always");
	assert_string_equal(level(doc), "watch");
	assert_true(says(doc, "Every SYN is answered by a cookie"));
	set_cookies(doc, "never");
	assert_string_equal(level(doc), "watch");
	assert_true(says(doc, "Cookies are off"));
	json_decref(doc);
}

static void problems_come_first(void **state)
{
	json_t *doc = made_up("eth0", hour(false));
	json_t *problems = json_object_get(json_object_get(doc, "status"), "problems");

	(void)state;
	json_array_append_new(problems, json_string("the TC egress filter was removed"));
	json_object_set_new(doc, "headline", report_headline(doc));
	assert_string_equal(level(doc), "broken");
	assert_true(says(doc, "the TC egress filter was removed"));
	json_decref(doc);
}

/* --- the page */

static size_t occurrences(const char *text, const char *part)
{
	size_t n = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		n++;
	return n;
}

/* Elements open and close as XML wants it. */
static void is_balanced(const char *text)
{
	char open[32][24];
	int depth = 0;

	for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
		const char *end = strchr(at, '>');
		char name[24];

		assert_non_null(end);
		if (at[1] == '!')
			continue;
		if (at[1] == '/') {
			assert_true(depth > 0);
			snprintf(name, sizeof(name), "%.*s", (int)(end - at - 2), at + 2);
			assert_string_equal(name, open[--depth]);
			continue;
		}
		if (end[-1] == '/')
			continue;
		assert_true(depth < 32);
		snprintf(open[depth++], sizeof(open[0]), "%.*s", (int)strcspn(at + 1, " >\n"), at + 1);
	}
	assert_int_equal(depth, 0);
}

static void a_page_is_whole_and_needs_nothing(void **state)
{
	char *text = page(made_up("eth0", hour(false)));

	(void)state;
	is_balanced(text);
	assert_non_null(strstr(text, "<!DOCTYPE html>"));
	assert_non_null(strstr(text, "default-src 'none'"));
	assert_non_null(strstr(text, "</html>\n"));
	assert_int_equal(occurrences(text, "<svg "), 10);
	assert_null(strstr(text, "://"));
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "<link"));
	assert_null(strstr(text, "url("));
	assert_null(strstr(text, "@import"));
	assert_null(strstr(text, "src="));
	assert_null(strstr(text, "href="));
	/* An hour of it is small enough to mail. */
	assert_in_range(strlen(text), 20000, 400000);
	free(text);
}

static void a_page_says_what_the_document_says(void **state)
{
	char *text = page(made_up("eth0", hour(false)));

	(void)state;
	assert_non_null(strstr(text, "<td class=\"n\">123<i>456</i><i>789</i></td>"));
	assert_non_null(
		strstr(text, "<td>ACK without connection whose cookie is wrong or too old, in cookie mode</td>"));
	assert_null(strstr(text, "<td class=\"name\">checksum</td>")); /* it is 0 */
	assert_non_null(strstr(text, "<td class=\"n\">1.23 ms</td><td class=\"n\">–</td>"));
	assert_non_null(strstr(text, "The accept queue is full. </span>the application is too slow to accept"));
	assert_non_null(strstr(text, "ListenOverflows 12, ListenDrops unknown."));
	assert_non_null(strstr(text, "cookies begin: 50 %"));
	assert_non_null(strstr(text, "UTC+02:00"));
	assert_non_null(strstr(text, "wscale 7, sack"));
	free(text);
}

static void names_are_no_markup(void **state)
{
	char *text = page(hostile());

	(void)state;
	is_balanced(text);
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "onload=x>"));
	assert_null(strchr(text, '\x01'));
	assert_int_equal(occurrences(text, "</style>"), 1);
	assert_int_equal(occurrences(text, "</title>\n"), 1);
	assert_true(occurrences(text, "&lt;script&gt;alert(1)&lt;/script&gt;") >= 6);
	assert_non_null(strstr(text, "&quot;&#39;&gt;"));
	assert_non_null(strstr(text, "&amp;amp;\xef\xbf\xbd"));
	free(text);
}

static void a_page_of_nothing(void **state)
{
	struct history_list none = {};
	char *text = page(made_up("eth0", report_history(&none, false, 1000, NOW_UNIX_MS)));

	(void)state;
	is_balanced(text);
	assert_int_equal(occurrences(text, "<svg "), 10);
	assert_null(strstr(text, "nan"));
	free(text);
}

static json_t *by_name(const char *name)
{
	if (strcmp(name, "hostile") == 0)
		return hostile();
	return made_up("eth0", hour(strcmp(name, "now") == 0));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attack_that_is_over),
		cmocka_unit_test(an_attack_now),
		cmocka_unit_test(calm_and_how_long_that_is_known),
		cmocka_unit_test(nobody_recorded),
		cmocka_unit_test(what_a_flood_has_left),
		cmocka_unit_test(somebody_recorded_and_stopped),
		cmocka_unit_test(cookies_always_or_never_tell_no_attack),
		cmocka_unit_test(problems_come_first),
		cmocka_unit_test(a_page_is_whole_and_needs_nothing),
		cmocka_unit_test(a_page_says_what_the_document_says),
		cmocka_unit_test(names_are_no_markup),
		cmocka_unit_test(a_page_of_nothing),
	};

	if (argc == 2) {
		char *text = page(by_name(argv[1]));

		fputs(text, stdout);
		free(text);
		return 0;
	}
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
