/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_rows.c - from entries of the tables and from events to rows, and what a row looks like as JSON, as a line of an event
 * and as columns of text. The lines here are what users and their scripts see.
 */
#include "capture.h"

#include "address.h"

#include <fcntl.h>
#include <jansson.h>

#include "columns.h"
#include "events.h"
#include "put.h"

/* --- values */

static const char *put(char text[64], const union levee_addr *a)
{
	*put_address(text, a) = '\0';
	return text;
}

static void numbers(void **state)
{
	uint64_t seed = 1;
	char want[32], got[32];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint64_t n = i < 64 ? (1ULL << i) - 1 : unit_random(&seed) >> i % 64;

		snprintf(want, sizeof(want), "%llu", (unsigned long long)n);
		*put_number(got, n) = '\0';
		assert_string_equal(got, want);
	}
	*put_number(got, UINT64_MAX) = '\0';
	assert_string_equal(got, "18446744073709551615");
}

static void addresses_as_inet_ntop_writes_them(void **state)
{
	static const char *const texts[] = { "::",
					     "::1",
					     "1::",
					     "fd00::1",
					     "1:0:0:2::",
					     "0:0:1::2",
					     "1:2:3:4:5:6:7:8",
					     "1:0:3:4:5:6:7:8",
					     "::1.2.3.4",
					     "::1:2",
					     "::2:0:0:0:1",
					     "2001:db8::a:0:0:1" };
	uint64_t seed = 2;
	char want[64], got[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		union levee_addr a = address(texts[i]);

		assert_string_equal(put(got, &a), inet_ntop(AF_INET6, &a, want, sizeof(want)));
	}
	for (int i = 0; i < 200000; i++) {
		union levee_addr a;

		/* Many zeros, in groups and in halves of them. */
		for (int b = 0; b < 16; b++)
			a.b[b] = unit_random(&seed) % 4 ? 0 : unit_random(&seed);
		if (i % 3 == 0)
			levee_addr_set_v4(&a, unit_random(&seed));
		if (levee_addr_is_v4(&a))
			inet_ntop(AF_INET, &a.d[3], want, sizeof(want));
		else
			inet_ntop(AF_INET6, &a, want, sizeof(want));
		assert_string_equal(put(got, &a), want);
		assert_in_range(strlen(got), 2, PUT_ADDRESS_MAX);
	}
}

/* --- rows of entries */

static const __u32 timeouts[LEVEE_TIMEOUT_COUNT] = {
#define TIMEOUT_MS(NAME, name, ms, elastic, why) ms,
	LEVEE_TIMEOUTS(TIMEOUT_MS)
#undef TIMEOUT_MS
};

#define NOW 1000000U

static const struct flow_clock noon = { timeouts, LEVEE_PRESSURE_ONE, NOW };

static struct levee_flow example_flow(void)
{
	return (struct levee_flow){
		.tuple = { .local = address("198.18.0.1"),
			   .remote = address("203.0.113.9"),
			   .lport = htons(80),
			   .rport = htons(40000) },
		.born_ms = NOW - 90500,
		.seen_ms = NOW - 300,
		.began = LEVEE_BEGAN_HANDSHAKE,
		.rtt_us = 1234,
		.packets = { [LEVEE_LOCAL] = 2000, [LEVEE_REMOTE] = 1500 },
		.bytes = { [LEVEE_LOCAL] = 5000000000, [LEVEE_REMOTE] = 123456 },
		.end = { { .state = LEVEE_TCP_CLOSE_WAIT, .syn_repeats = 3, .fin_repeats = 1 },
			 { .state = LEVEE_TCP_FIN_WAIT_2, .syn_repeats = 4, .fin_repeats = 2 } },
	};
}

static const char *json_of(char text[FIELDS_JSON_MAX], const struct flow_row *row)
{
	*fields_json(text, flow_fields, flow_field_count, row) = '\0';
	return text;
}

static void a_flow_as_json(void **state)
{
	struct levee_flow f = example_flow();
	char text[FIELDS_JSON_MAX];
	struct flow_row row;

	(void)state;
	assert_true(row_of_flow(&row, &f, &noon));
	assert_string_equal(json_of(text, &row),
			    "{\"local\":\"198.18.0.1:80\",\"local_address\":\"198.18.0.1\",\"local_port\":80,"
			    "\"remote\":\"203.0.113.9:40000\",\"remote_address\":\"203.0.113.9\",\"remote_port\":40000,"
			    "\"state_local\":\"CLOSE_WAIT\",\"state_remote\":\"FIN_WAIT_2\",\"began\":\"handshake\","
			    "\"ended\":\"\",\"suspect\":\"\",\"age_ms\":90500,\"idle_ms\":300,\"left_ms\":28799700,"
			    "\"packets_in\":1500,\"packets_out\":2000,\"bytes_in\":123456,\"bytes_out\":5000000000,"
			    "\"rtt_us\":1234,\"syn_repeats_local\":3,\"syn_repeats_remote\":4,"
			    "\"fin_repeats_local\":1,\"fin_repeats_remote\":2}");
}

static void a_flow_of_ipv6_as_json(void **state)
{
	struct levee_flow f = example_flow();
	char text[FIELDS_JSON_MAX];
	struct flow_row row;

	(void)state;
	f.tuple.local = address("fd00::1");
	f.tuple.remote = address("2001:db8:0:1:1:1:1:1");
	f.began = LEVEE_BEGAN_COOKIE; /* its round trip is not known, the field has something else */
	f.end[LEVEE_LOCAL].state = LEVEE_TCP_CLOSED;
	f.end[LEVEE_REMOTE].state = LEVEE_TCP_CLOSED;
	f.ended = LEVEE_ENDED_RESET_REMOTE;
	assert_true(row_of_flow(&row, &f, &noon));
	json_of(text, &row);
	assert_non_null(strstr(text, "{\"local\":\"[fd00::1]:80\",\"local_address\":\"fd00::1\",\"local_port\":80,"
				     "\"remote\":\"[2001:db8:0:1:1:1:1:1]:40000\","
				     "\"remote_address\":\"2001:db8:0:1:1:1:1:1\",\"remote_port\":40000,"));
	assert_non_null(strstr(text, "\"began\":\"cookie\",\"ended\":\"reset_remote\",\"suspect\":\"\","));
	assert_non_null(strstr(text, "\"left_ms\":33700,"));
	assert_non_null(strstr(text, "\"rtt_us\":null,"));
}

static void a_half_open_connection_as_json(void **state)
{
	struct levee_half_open h = {
		.tuple = { .local = address("198.18.0.1"),
			   .remote = address("203.0.113.9"),
			   .lport = htons(80),
			   .rport = htons(40000) },
		.born_ms = NOW - 7000,
		.flags = LEVEE_HO_SYNACK,
		.syn_repeats = 1,
		.synack_repeats = 2,
	};
	char text[FIELDS_JSON_MAX];
	struct flow_row row;

	(void)state;
	assert_true(row_of_half_open(&row, &h, &noon));
	json_of(text, &row);
	assert_non_null(strstr(text, "\"state_local\":\"SYN_RECEIVED\",\"state_remote\":\"SYN_SENT\","
				     "\"began\":\"handshake\",\"ended\":\"\",\"suspect\":\"\",\"age_ms\":7000,"
				     "\"idle_ms\":7000,\"left_ms\":57000,\"packets_in\":0,"));
	assert_non_null(strstr(text, "\"rtt_us\":null,\"syn_repeats_local\":2,\"syn_repeats_remote\":1,"));
	h.flags = 0;
	assert_true(row_of_half_open(&row, &h, &noon));
	assert_non_null(strstr(json_of(text, &row), "\"state_local\":\"LISTEN\","));
}

static void suspicion_has_a_side(void **state)
{
	struct levee_flow f = example_flow();
	struct flow_row row;

	(void)state;
	f.flags = LEVEE_FLOW_SUSPECT(LEVEE_REMOTE);
	assert_true(row_of_flow(&row, &f, &noon));
	assert_int_equal(row.suspect, LEVEE_REMOTE);
	assert_int_equal(row.left_ms, timeouts[LEVEE_T_SUSPECT] - 300);
	f.flags = LEVEE_FLOW_SUSPECT(LEVEE_LOCAL);
	assert_true(row_of_flow(&row, &f, &noon));
	assert_int_equal(row.suspect, LEVEE_LOCAL);
}

/* What is left is what is left under pressure; what has nothing left is not shown; nothing is older than its birth. */
static void time_left(void **state)
{
	struct flow_clock pressed = noon;
	struct levee_flow f = example_flow();
	struct levee_half_open h = { .born_ms = NOW - timeouts[LEVEE_T_HALF_OPEN] };
	struct flow_row row;

	(void)state;
	pressed.pressure = LEVEE_PRESSURE_ONE / 2;
	assert_true(row_of_flow(&row, &f, &pressed));
	assert_int_equal(row.left_ms, timeouts[LEVEE_T_HALF_CLOSED] / 2 - 300);
	f.seen_ms = NOW - timeouts[LEVEE_T_HALF_CLOSED];
	assert_false(row_of_flow(&row, &f, &noon));
	f.seen_ms++;
	assert_true(row_of_flow(&row, &f, &noon));
	assert_int_equal(row.left_ms, 1);
	assert_false(row_of_flow(&row, &f, &pressed));
	f.seen_ms = NOW + 50; /* another CPU's clock */
	f.born_ms = NOW + 50;
	assert_true(row_of_flow(&row, &f, &noon));
	assert_int_equal(row.idle_ms, 0);
	assert_int_equal(row.age_ms, 0);
	assert_false(row_of_half_open(&row, &h, &noon));
	h.born_ms++;
	assert_true(row_of_half_open(&row, &h, &pressed)); /* not elastic */
	assert_int_equal(row.left_ms, 1);
}

/* The clock wraps every 49.7 days. */
static void the_clock_wraps(void **state)
{
	struct flow_clock clock = noon;
	struct levee_flow f = example_flow();
	struct flow_row row;

	(void)state;
	clock.now_ms = 100;
	f.born_ms = 100 - 5000U;
	f.seen_ms = 100 - 200U;
	assert_true(row_of_flow(&row, &f, &clock));
	assert_int_equal(row.age_ms, 5000);
	assert_int_equal(row.idle_ms, 200);
	f.born_ms = 100 - 40 * 86400000U;
	assert_true(row_of_flow(&row, &f, &clock));
	assert_int_equal(row.age_ms, 40 * 86400000U);
}

/* The longest that a row can be, and whatever a table may hold: it stays JSON. */
static void any_row_is_json(void **state)
{
	char text[FIELDS_JSON_MAX];
	uint64_t seed = 4;
	size_t longest = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct flow_row row;
		json_t *doc;

		for (size_t b = 0; b < sizeof(row); b++)
			((unsigned char *)&row)[b] = i ? unit_random(&seed) : 0xff;
		row.bytes[0] >>= 1; /* jansson takes no more */
		row.bytes[1] >>= 1;
		json_of(text, &row);
		longest = strlen(text) > longest ? strlen(text) : longest;
		if (i % 100)
			continue;
		doc = json_loads(text, 0, NULL);
		assert_non_null(doc);
		assert_int_equal(json_object_size(doc), 23);
		json_decref(doc);
	}
	assert_in_range(longest, 400, FIELDS_JSON_MAX - 64);
}

static void field_names_are_unique(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < flow_field_count; i++) {
		assert_non_null(flow_fields[i].help);
		for (unsigned int j = 0; j < i; j++)
			if (flow_fields[i].key && flow_fields[j].key)
				assert_string_not_equal(flow_fields[i].key, flow_fields[j].key);
	}
}

/* --- events */

static struct levee_event example_event(enum levee_event_type type)
{
	return (struct levee_event){
		.ns = 5000 * 1000000ULL,
		.tuple = { .local = address("198.18.0.1"),
			   .remote = address("203.0.113.9"),
			   .lport = htons(80),
			   .rport = htons(40000) },
		.age_ms = 3250,
		.rtt_us = 850,
		.type = type,
		.began = LEVEE_BEGAN_HANDSHAKE,
		.state = { LEVEE_TCP_CLOSE_WAIT, LEVEE_TCP_FIN_WAIT_2 },
		.was = { LEVEE_TCP_ESTABLISHED, LEVEE_TCP_FIN_WAIT_1 },
		.packets = { 7, 9 },
		.bytes = { 3400000, 12345 },
	};
}

static const char *event_json(char text[FIELDS_JSON_MAX], const struct levee_event *ev)
{
	struct event_row row;

	row_of_event(&row, ev, 1700000000000 * 1000000LL);
	*fields_json(text, event_fields, event_field_count, &row) = '\0';
	return text;
}

static const char *event_line(char text[EVENT_TEXT_MAX], const struct levee_event *ev)
{
	struct event_row row;

	row_of_event(&row, ev, 1700000000000 * 1000000LL);
	*event_text(text, &row, true) = '\0';
	return text;
}

static void events_as_json(void **state)
{
	struct levee_event ev = example_event(LEVEE_EVENT_STATE);
	char text[FIELDS_JSON_MAX];

	(void)state;
	assert_string_equal(
		event_json(text, &ev),
		"{\"time_unix_ms\":1700000005000,\"event\":\"STATE\",\"local\":\"198.18.0.1:80\","
		"\"remote\":\"203.0.113.9:40000\",\"state_local\":\"CLOSE_WAIT\",\"state_remote\":\"FIN_WAIT_2\","
		"\"was_local\":\"ESTABLISHED\",\"was_remote\":\"FIN_WAIT_1\",\"began\":\"handshake\","
		"\"reason\":\"\",\"age_ms\":3250,\"packets_in\":9,\"packets_out\":7,\"bytes_in\":12345,"
		"\"bytes_out\":3400000,\"rtt_us\":850,\"queue_now\":0,\"queue_max\":0}");
	ev = example_event(LEVEE_EVENT_END);
	ev.reason = LEVEE_ENDED_EVICTED;
	ev.rtt_us = 0;
	event_json(text, &ev);
	assert_non_null(
		strstr(text, "\"was_local\":\"\",\"was_remote\":\"\",\"began\":\"handshake\",\"reason\":\"evicted\","));
	assert_non_null(strstr(text, "\"rtt_us\":null,"));
}

/* Of a listener: what a connection has and a listener has not is "" or 0. */
static struct levee_event listener_event(enum levee_event_type type)
{
	return (struct levee_event){ .ns = 5000 * 1000000ULL,
				     .tuple = { .local = address("198.18.0.1"), .lport = htons(80) },
				     .age_ms = 7900,
				     .type = type,
				     .queue = { .now = 129, .max = 128 } };
}

static void events_of_listeners_as_json(void **state)
{
	struct levee_event ev = listener_event(LEVEE_EVENT_ACCEPT_FULL);
	char text[FIELDS_JSON_MAX];

	(void)state;
	assert_string_equal(event_json(text, &ev),
			    "{\"time_unix_ms\":1700000005000,\"event\":\"ACCEPT_FULL\",\"local\":\"198.18.0.1:80\","
			    "\"remote\":\"\",\"state_local\":\"\",\"state_remote\":\"\",\"was_local\":\"\","
			    "\"was_remote\":\"\",\"began\":\"\",\"reason\":\"\",\"age_ms\":7900,\"packets_in\":0,"
			    "\"packets_out\":0,\"bytes_in\":0,\"bytes_out\":0,\"rtt_us\":null,\"queue_now\":129,"
			    "\"queue_max\":128}");
	ev = listener_event(LEVEE_EVENT_COOKIES_ON);
	memset(&ev.tuple, 0, sizeof(ev.tuple));
	assert_non_null(strstr(event_json(text, &ev), "\"event\":\"COOKIES_ON\",\"local\":\"\",\"remote\":\"\","));
}

static void events_of_listeners_as_lines(void **state)
{
	struct levee_event ev = listener_event(LEVEE_EVENT_ACCEPT_FULL);
	char text[EVENT_TEXT_MAX];

	(void)state;
	setenv("TZ", "UTC", 1);
	assert_string_equal(event_line(text, &ev), "22:13:25.000 ACCEPT_FULL 198.18.0.1:80 129 wait where 128 may: the "
						   "application accepts too slowly");
	ev = listener_event(LEVEE_EVENT_ACCEPT_DRAINED);
	assert_string_equal(event_line(text, &ev),
			    "22:13:25.000 ACCEPT_DRAINED 198.18.0.1:80 129 wait where 128 may, after 7.9s");
	ev = listener_event(LEVEE_EVENT_COOKIES_ON);
	assert_string_equal(event_line(text, &ev),
			    "22:13:25.000 COOKIES_ON 198.18.0.1:80 129 half-open where 128 may be");
	ev = listener_event(LEVEE_EVENT_COOKIES_OFF);
	memset(&ev.tuple, 0, sizeof(ev.tuple));
	assert_string_equal(event_line(text, &ev),
			    "22:13:25.000 COOKIES_OFF whole table 129 half-open where 128 may be, after 7.9s");
}

static void events_as_lines(void **state)
{
	struct levee_event ev = example_event(LEVEE_EVENT_NEW);
	char text[EVENT_TEXT_MAX];

	(void)state;
	setenv("TZ", "UTC", 1);
	ev.state[LEVEE_LOCAL] = LEVEE_TCP_LISTEN;
	ev.state[LEVEE_REMOTE] = LEVEE_TCP_SYN_SENT;
	assert_string_equal(event_line(text, &ev),
			    "22:13:25.000 NEW   198.18.0.1:80 <- 203.0.113.9:40000 LISTEN/SYN_SENT");
	ev.began = LEVEE_BEGAN_OUTGOING;
	assert_string_equal(event_line(text, &ev),
			    "22:13:25.000 NEW   198.18.0.1:80 -> 203.0.113.9:40000 LISTEN/SYN_SENT outgoing");
	ev = example_event(LEVEE_EVENT_STATE);
	assert_string_equal(event_line(text, &ev),
			    "22:13:25.000 STATE 198.18.0.1:80 <- 203.0.113.9:40000 CLOSE_WAIT/FIN_WAIT_2");
	ev = example_event(LEVEE_EVENT_END);
	ev.reason = LEVEE_ENDED_FIN_REMOTE;
	assert_string_equal(event_line(text, &ev),
			    "22:13:25.000 END   198.18.0.1:80 <- 203.0.113.9:40000 fin_remote 3.2s 12k in 3.4M out");
}

/* --- columns */

/* What is printed for `count` rows on a terminal of so many columns. */
static const char *table_of(struct capture *c, const struct flow_row *rows, unsigned int count, unsigned int terminal)
{
	struct stream *out = stream_stdout();
	struct columns table;

	capture_begin(c, stdout);
	assert_true(columns_begin(&table, flow_fields, flow_field_count, sizeof(rows[0]), terminal, out));
	for (unsigned int i = 0; i < count; i++)
		columns_row(&table, &rows[i]);
	columns_end(&table);
	assert_int_equal(stream_end(out), 0);
	return capture_end(c);
}

static void example_rows(struct flow_row rows[2])
{
	struct levee_flow f = example_flow();

	assert_true(row_of_flow(&rows[0], &f, &noon));
	f.tuple.remote = address("203.0.113.10");
	f.end[LEVEE_LOCAL].state = LEVEE_TCP_ESTABLISHED;
	f.end[LEVEE_REMOTE].state = LEVEE_TCP_ESTABLISHED;
	f.began = LEVEE_BEGAN_ADOPTED;
	assert_true(row_of_flow(&rows[1], &f, &noon));
}

static void columns_without_limit(void **state)
{
	struct flow_row rows[2];
	struct capture c;

	(void)state;
	example_rows(rows);
	assert_string_equal(
		table_of(&c, rows, 2, 0),
		"local         remote             state                 began      age idle left p.in p.out   in  out   rtt\n"
		"198.18.0.1:80 203.0.113.9:40000  CLOSE_WAIT/FIN_WAIT_2 handshake   1m 0.3s   7h 1.5k  2.0k 123k 5.0G 1.2ms\n"
		"198.18.0.1:80 203.0.113.10:40000 ESTABLISHED           adopted     1m 0.3s  23h 1.5k  2.0k 123k 5.0G     -\n");
}

static void columns_of_80(void **state)
{
	struct flow_row rows[2];
	struct capture c;

	(void)state;
	example_rows(rows);
	assert_string_equal(table_of(&c, rows, 2, 80),
			    "local         remote             state                  age idle left   in  out\n"
			    "198.18.0.1:80 203.0.113.9:40000  CLOSE_WAIT/FIN_WAIT_2   1m 0.3s   7h 123k 5.0G\n"
			    "198.18.0.1:80 203.0.113.10:40000 ESTABLISHED             1m 0.3s  23h 123k 5.0G\n");
}

static void long_ends_have_their_own_line(void **state)
{
	struct flow_row rows[2];
	struct capture c;

	(void)state;
	example_rows(rows);
	rows[0].tuple.local = address("2001:db8:1:2:3:4:5:6");
	rows[0].tuple.remote = address("2001:db8:7:8:9:a:b:c");
	assert_string_equal(table_of(&c, rows, 2, 80),
			    "local         remote             state                  age idle left   in  out\n"
			    "[2001:db8:1:2:3:4:5:6]:80 [2001:db8:7:8:9:a:b:c]:40000\n"
			    "                                 CLOSE_WAIT/FIN_WAIT_2   1m 0.3s   7h 123k 5.0G\n"
			    "198.18.0.1:80 203.0.113.10:40000 ESTABLISHED             1m 0.3s  23h 123k 5.0G\n");
}

/* Whatever the width, lines are not longer, but for ends that are. */
static void columns_fit_any_terminal(void **state)
{
	struct flow_row rows[2];
	struct capture c;

	(void)state;
	example_rows(rows);
	for (unsigned int width = 60; width < 130; width++) {
		table_of(&c, rows, 2, width);
		for (char *l = strtok(c.text, "\n"); l; l = strtok(NULL, "\n"))
			assert_in_range(strlen(l), 1, width);
	}
}

static void no_rows_no_title(void **state)
{
	struct capture c;

	(void)state;
	assert_string_equal(table_of(&c, NULL, 0, 80), "");
}

/* More rows than the sample: every one comes, in order. */
static void many_rows(void **state)
{
	enum { COUNT = COLUMNS_SAMPLE * 3 + 1 };
	static struct flow_row rows[COUNT];
	int lines = 0, pipe_ends[2];
	struct stream *out = stream_stdout();
	struct columns table;
	char line[256], want[64];
	FILE *from;

	(void)state;
	assert_int_equal(pipe(pipe_ends), 0);
	fcntl(pipe_ends[1], F_SETPIPE_SZ, 1 << 20);
	out->fd = pipe_ends[1];
	assert_true(columns_begin(&table, flow_fields, flow_field_count, sizeof(rows[0]), 80, out));
	for (int i = 0; i < COUNT; i++) {
		rows[i].tuple.local = address("198.18.0.1");
		rows[i].tuple.lport = htons(80);
		rows[i].tuple.remote = address("203.0.113.9");
		rows[i].tuple.rport = htons(10000 + i);
		columns_row(&table, &rows[i]);
	}
	columns_end(&table);
	stream_flush(out);
	out->fd = STDOUT_FILENO;
	close(pipe_ends[1]);
	from = fdopen(pipe_ends[0], "r");
	while (fgets(line, sizeof(line), from)) {
		snprintf(want, sizeof(want), " 203.0.113.9:%d ", 10000 + lines - 1);
		if (lines++)
			assert_non_null(strstr(line, want));
	}
	assert_int_equal(lines, COUNT + 1);
	fclose(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(addresses_as_inet_ntop_writes_them),
		cmocka_unit_test(a_flow_as_json),
		cmocka_unit_test(a_flow_of_ipv6_as_json),
		cmocka_unit_test(a_half_open_connection_as_json),
		cmocka_unit_test(suspicion_has_a_side),
		cmocka_unit_test(time_left),
		cmocka_unit_test(the_clock_wraps),
		cmocka_unit_test(any_row_is_json),
		cmocka_unit_test(field_names_are_unique),
		cmocka_unit_test(events_as_json),
		cmocka_unit_test(events_as_lines),
		cmocka_unit_test(events_of_listeners_as_json),
		cmocka_unit_test(events_of_listeners_as_lines),
		cmocka_unit_test(columns_without_limit),
		cmocka_unit_test(columns_of_80),
		cmocka_unit_test(long_ends_have_their_own_line),
		cmocka_unit_test(columns_fit_any_terminal),
		cmocka_unit_test(no_rows_no_title),
		cmocka_unit_test(many_rows),
	};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
