/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_filter.c - filters: every form that is read and what it lets through, and every form that is refused.
 */
#include "capture.h"

#include "address.h"

#include "errors.h"
#include "filter.h"

/* A connection that came in, established. */
static struct flow_row row_of(const char *local, unsigned int lport, const char *remote, unsigned int rport)
{
	return (struct flow_row){ .tuple = { .local = address(local),
					     .remote = address(remote),
					     .lport = htons(lport),
					     .rport = htons(rport) },
				  .state = { LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED },
				  .began = LEVEE_BEGAN_HANDSHAKE };
}

/* Options of one command line. */
static struct options options_of(char line[256], const char *text)
{
	char *argv[24];
	struct options o;
	int argc = 0;

	snprintf(line, 256, "flows eth0 %s", text);
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	assert_int_equal(options_parse(&o, argc, argv), EXIT_OK);
	return o;
}

static bool matches(const char *text, const struct flow_row *row)
{
	struct filter f;
	char line[256];
	struct options o = options_of(line, text);

	assert_int_equal(filter_parse(&f, &o), EXIT_OK);
	return filter_matches(&f, row);
}

struct expectation {
	const char *filter;
	bool match;
};

static void expect(const struct expectation *rows, size_t count, const struct flow_row *row)
{
	for (size_t i = 0; i < count; i++) {
		if (matches(rows[i].filter, row) != rows[i].match)
			print_message("\"%s\" %s\n", rows[i].filter, rows[i].match ? "fits not" : "fits");
		assert_int_equal(matches(rows[i].filter, row), rows[i].match);
	}
}

static void ends_of_ipv4(void **state)
{
	static const struct expectation rows[] = {
		{ "", true },
		{ "--src 203.0.113.9", true },
		{ "--src 203.0.113.8", false },
		{ "--src 203.0.113.9:40000", true },
		{ "--src 203.0.113.9:40001", false },
		{ "--src :40000", true },
		{ "--src 40000", true },
		{ "--src 80", false },
		{ "--src 203.0.113.0/24", true },
		{ "--src 203.0.113.77/24", true }, /* bits of the host do not matter */
		{ "--src 203.0.113.8/31", true },
		{ "--src 203.0.113.10/31", false },
		{ "--src 203.0.113.9/32", true },
		{ "--src 0.0.0.0/0", true },
		{ "--src 128.0.0.0/1", true },
		{ "--src 0.0.0.0/1", false },
		{ "--src 203.0.113.0/24:40000", true },
		{ "--src 203.0.113.0/24:40001", false },
		{ "--src 0.0.0.0:40000", true },
		{ "--src ::/0", false },
		{ "--src :: --src 203.0.113.9", true },
		{ "--src ::ffff:203.0.113.9", true },
		{ "--src [::ffff:203.0.113.9]:40000", true },
		{ "--dst 198.18.0.1:80", true },
		{ "--dst 203.0.113.9", false },
		{ "--service :80", true },
		{ "--service 198.18.0.1", true },
		{ "--service :443", false },
		{ "--service 0.0.0.0:80", true },
		{ "--service [::]:80", false },
		{ "--src 10.0.0.0/8 --src 203.0.0.0/8", true },
		{ "--src 203.0.0.0/8 --dst :443", false },
		{ "--src 203.0.0.0/8 --dst :443 --dst :80", true },
	};
	struct flow_row row = row_of("198.18.0.1", 80, "203.0.113.9", 40000);

	(void)state;
	expect(rows, ARRAY_SIZE(rows), &row);
}

static void ends_of_ipv6(void **state)
{
	static const struct expectation rows[] = {
		{ "--src 2001:db8::9", true },
		{ "--src 2001:0db8:0:0::0009", true },
		{ "--src 2001:db8::8", false },
		{ "--src [2001:db8::9]:40000", true },
		{ "--src [2001:db8::9]", true },
		{ "--src [2001:db8::9]:1", false },
		{ "--src 2001:db8::/32", true },
		{ "--src 2001:db9::/32", false },
		{ "--src [2001:db8::/64]:40000", true },
		{ "--src [2001:db8::/64]:40001", false },
		{ "--src 2001:db8::8/127", true },
		{ "--src 2001:db8::a/127", false },
		{ "--src 2001:db8::9/128", true },
		{ "--src ::/0", true },
		{ "--src 8000::/1", false },
		{ "--src 0.0.0.0/0", false },
		{ "--src [::]:40000", true },
		{ "--src :40000", true },
		{ "--dst [fd00::1]:80", true },
		{ "--service [fd00::/16]:80", true },
	};
	struct flow_row row = row_of("fd00::1", 80, "2001:db8::9", 40000);

	(void)state;
	expect(rows, ARRAY_SIZE(rows), &row);
}

/* Any mask, against the arithmetic on numbers. */
static void networks_of_any_length(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		uint32_t a = unit_random(&seed), b = a ^ (uint32_t)(unit_random(&seed) >> (32 + i % 32));
		unsigned int bits = unit_random(&seed) % 33;
		struct in_addr host = { htonl(a) }, net = { htonl(b) };
		char text[64], ours[16], theirs[16];
		struct flow_row row;

		snprintf(ours, sizeof(ours), "%s", inet_ntoa(host));
		snprintf(theirs, sizeof(theirs), "%s", inet_ntoa(net));
		snprintf(text, sizeof(text), "--src %s/%u:7", theirs, bits);
		row = row_of("198.18.0.1", 80, ours, 7);
		assert_int_equal(matches(text, &row), bits == 0 || (a ^ b) >> (32 - bits) == 0);
	}
}

/* Who opened it is src, wherever he is. */
static void src_is_who_opened(void **state)
{
	static const struct expectation in[] = {
		{ "--src :40000", true },
		{ "--src :80", false },
		{ "--dst :80", true },
		{ "--dst :40000", false },
	};
	static const struct expectation out[] = {
		{ "--src :40000", false }, { "--src :80", true },     { "--dst :80", false },
		{ "--dst :40000", true },  { "--service :80", true },
	};
	struct flow_row row = row_of("198.18.0.1", 80, "203.0.113.9", 40000);

	(void)state;
	for (row.began = 0; row.began < LEVEE_BEGAN_COUNT; row.began++)
		if (row.began == LEVEE_BEGAN_OUTGOING)
			expect(out, ARRAY_SIZE(out), &row);
		else
			expect(in, ARRAY_SIZE(in), &row);
}

static void states(void **state)
{
	static const struct expectation rows[] = {
		{ "--state CLOSE_WAIT", true },
		{ "--state fin-wait-2", true },
		{ "--state FINWAIT2", true },
		{ "--state close_w", true },
		{ "--state ESTABLISHED", false },
		{ "--state ESTABLISHED --state CLOSE_WAIT", true },
		{ "--state CLOSE_WAIT/FIN_WAIT_2", true },
		{ "--state FIN_WAIT_2/CLOSE_WAIT", false },
		{ "--state CLOSE_WAIT/", true },
		{ "--state /CLOSE_WAIT", false },
		{ "--state /FIN_WAIT_2", true },
		{ "--state close_wait/time_wait --state time_wait/fin_wait_2", false },
	};
	struct flow_row row = row_of("198.18.0.1", 80, "203.0.113.9", 40000);

	(void)state;
	row.state[LEVEE_LOCAL] = LEVEE_TCP_CLOSE_WAIT;
	row.state[LEVEE_REMOTE] = LEVEE_TCP_FIN_WAIT_2;
	expect(rows, ARRAY_SIZE(rows), &row);
}

static void beginnings_and_idleness(void **state)
{
	static const struct expectation rows[] = {
		{ "--began cookie", true },
		{ "--began cook", true },
		{ "--began handshake", false },
		{ "--began handshake --began cookie", true },
		{ "--idle 5", true },
		{ "--idle 5.001", false },
		{ "--idle 5000ms", true },
		{ "--idle 1min", false },
		{ "--idle 0", true },
		{ "--began cookie --idle 1min", false },
		{ "--began outgoing --idle 1", false },
	};
	struct flow_row row = row_of("198.18.0.1", 80, "203.0.113.9", 40000);

	(void)state;
	row.began = LEVEE_BEGAN_COOKIE;
	row.idle_ms = 5000;
	expect(rows, ARRAY_SIZE(rows), &row);
}

static void an_empty_filter_says_so(void **state)
{
	static const char *const filters[] = { "--state LISTEN", "--src :1",	   "--dst :1",
					       "--service :1",	 "--began cookie", "--idle 1" };
	struct filter f;
	struct options o;
	char line[256];

	(void)state;
	o = options_of(line, "--limit 3");
	assert_int_equal(filter_parse(&f, &o), EXIT_OK);
	assert_true(filter_is_empty(&f));
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		o = options_of(line, filters[i]);
		assert_int_equal(filter_parse(&f, &o), EXIT_OK);
		assert_false(filter_is_empty(&f));
	}
}

static void nonsense_is_refused(void **state)
{
	static const struct {
		const char *filter, *words;
	} rows[] = {
		{ "--src foo", "--src: \"foo\" is no address, network or port" },
		{ "--src foo", "for example 192.0.2.7, 192.0.2.0/24, :443" },
		{ "--src 1.2.3", "\"1.2.3\"" },
		{ "--src 1.2.3.256", "\"1.2.3.256\"" },
		{ "--src 01.2.3.4.5", "is no address" },
		{ "--src 1.2.3.4/33", "is no address" },
		{ "--src 1.2.3.4/", "is no address" },
		{ "--src 1.2.3.4/-1", "is no address" },
		{ "--src 1.2.3.4/8x", "is no address" },
		{ "--src 1.2.3.4/255.0.0.0", "is no address" },
		{ "--src 1.2.3.4:", "is no address" },
		{ "--src 1.2.3.4:0", "is no address" },
		{ "--src 1.2.3.4:65536", "is no address" },
		{ "--src 1.2.3.4:80x", "is no address" },
		{ "--src 1.2.3.4:http", "is no address" },
		{ "--src 0", "is no address" },
		{ "--src 65536", "is no address" },
		{ "--src 99999999999999999999", "is no address" },
		{ "--src :", "is no address" },
		{ "--src :0", "is no address" },
		{ "--dst fd00::1::2", "--dst: \"fd00::1::2\"" },
		{ "--dst fd00::/129", "is no address" },
		{ "--dst [fd00::1", "is no address" },
		{ "--dst [fd00::1]80", "is no address" },
		{ "--dst [fd00::1]:", "is no address" },
		{ "--dst [fd00::1]:0", "is no address" },
		{ "--dst [fd00::1]x", "is no address" },
		{ "--dst []:80", "is no address" },
		{ "--dst [:80]", "is no address" },
		{ "--dst fe80::1%eth0", "is no address" },
		{ "--service /24", "--service: \"/24\"" },
		{ "--service 1.2.3.4/24/24", "is no address" },
		{ "--service 1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee:ffff",
		  "is no address" },
		{ "--state ESTABLISED", "did you mean ESTABLISHED?" },
		{ "--state established/clsed", "did you mean CLOSED?" },
		{ "--state fin_wait", "could be: FIN_WAIT_1, FIN_WAIT_2" },
		{ "--state /", "--state: which?" },
		{ "--state established/closed/closed", "is no state" },
		{ "--state establishedestablishedestablishedestablished", "is no state" },
		{ "--began coookie", "did you mean cookie?" },
		{ "--began whenever", "there are: handshake, cookie, outgoing, adopted" },
	};
	struct capture c;
	struct filter f;
	struct options o;
	char line[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char flat[8192];
		size_t n = 0;
		int code;

		o = options_of(line, rows[i].filter);
		capture_begin(&c, stderr);
		code = filter_parse(&f, &o);
		capture_end(&c);
		/* Long lines are broken. */
		for (const char *p = c.text; *p; p++)
			if (!(strchr(" \n", *p) && n && flat[n - 1] == ' '))
				flat[n++] = *p == '\n' ? ' ' : *p;
		flat[n] = '\0';
		if (code != EXIT_USAGE || !strstr(flat, rows[i].words))
			print_message("\"%s\": code %d, %s\n", rows[i].filter, code, c.text);
		assert_int_equal(code, EXIT_USAGE);
		assert_non_null(strstr(flat, rows[i].words));
	}
}

/* --- events of listeners */

static bool matches_listener(const char *text, const char *at, unsigned int port)
{
	union levee_addr addr = address(at);
	struct options o;
	struct filter f;
	char line[256];

	o = options_of(line, text);
	assert_int_equal(filter_parse(&f, &o), EXIT_OK);
	return filter_matches_listener(&f, &addr, htons(port));
}

static void listeners(void **state)
{
	static const struct {
		const char *filter;
		bool one, any, any6; /* 198.18.0.1:80, 0.0.0.0:80, [::]:80 */
	} rows[] = {
		{ "", true, true, true },
		{ "--service :80", true, true, true },
		{ "--dst :80", true, true, true },
		{ "--service :443", false, false, false },
		{ "--service 198.18.0.1:80", true, true, true },
		{ "--service 198.18.0.2:80", false, true, true },
		{ "--service 198.18.0.0/24", true, true, true },
		{ "--service fd00::1", false, false, true },
		{ "--service :443 --service :80", true, true, true },
		{ "--service :80 --dst :443", false, false, false },
		{ "--src 203.0.113.9", false, false, false },
		{ "--src 198.18.0.1", false, false, false },
		{ "--state LISTEN", false, false, false },
		{ "--began cookie", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *f = rows[i].filter;

		if (matches_listener(f, "198.18.0.1", 80) != rows[i].one ||
		    matches_listener(f, "0.0.0.0", 80) != rows[i].any || matches_listener(f, "::", 80) != rows[i].any6)
			fail_msg("\"%s\"", f);
	}
}

/* It concerns every service, but no connection more than another. */
static void the_whole_table(void **state)
{
	(void)state;
	assert_true(matches_listener("", "::", 0));
	assert_true(matches_listener("--service 198.18.0.1:80", "::", 0));
	assert_true(matches_listener("--dst 198.18.0.1:80", "::", 0));
	assert_false(matches_listener("--src 198.18.0.1", "::", 0));
	assert_false(matches_listener("--state ESTABLISHED", "::", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_of_ipv4),
		cmocka_unit_test(ends_of_ipv6),
		cmocka_unit_test(networks_of_any_length),
		cmocka_unit_test(src_is_who_opened),
		cmocka_unit_test(states),
		cmocka_unit_test(beginnings_and_idleness),
		cmocka_unit_test(an_empty_filter_says_so),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(listeners),
		cmocka_unit_test(the_whole_table),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
