/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_order.c - sorting connections, with and without a limit, and the summary.
 */
#include "capture.h"

#include <stdlib.h>
#include <arpa/inet.h>

#include "order.h"
#include "output.h"
#include "summary.h"

#define COUNT 1000

static struct flow_row random_row(uint64_t *seed)
{
	struct flow_row row = { .age_ms = unit_random(seed) % 50,
				.idle_ms = unit_random(seed) % 50,
				.left_ms = unit_random(seed) % 50,
				.rtt_us = unit_random(seed) % 50,
				.packets = { unit_random(seed) >> 33, unit_random(seed) >> 33 },
				.bytes = { unit_random(seed) % 50, unit_random(seed) % 50 },
				.state = { unit_random(seed) % LEVEE_TCP_STATE_COUNT,
					   unit_random(seed) % LEVEE_TCP_STATE_COUNT } };

	levee_addr_set_v4(&row.tuple.local, htonl(0xc6120000 + unit_random(seed) % 4));
	levee_addr_set_v4(&row.tuple.remote, unit_random(seed));
	row.tuple.lport = unit_random(seed);
	row.tuple.rport = unit_random(seed);
	return row;
}

/* The number that an order goes by, the first of an order having the largest. */
static double weight(enum flow_order order, const struct flow_row *r)
{
	switch (order) {
	case ORDER_AGE:
		return r->age_ms;
	case ORDER_IDLE:
		return r->idle_ms;
	case ORDER_LEFT:
		return -(double)r->left_ms;
	case ORDER_BYTES:
		return (double)r->bytes[0] + (double)r->bytes[1];
	case ORDER_PACKETS:
		return (double)r->packets[0] + (double)r->packets[1];
	case ORDER_RTT:
		return r->rtt_us;
	case ORDER_LOCAL:
		return -(ntohl(r->tuple.local.d[3]) * 65536.0 + ntohs(r->tuple.lport));
	case ORDER_REMOTE:
		return -(ntohl(r->tuple.remote.d[3]) * 65536.0 + ntohs(r->tuple.rport));
	case ORDER_STATE:
		return -(r->state[LEVEE_LOCAL] * 16.0 + r->state[LEVEE_REMOTE]);
	default:
		return 0;
	}
}

static struct sorted sort(const struct flow_row *rows, enum flow_order order, bool reverse, size_t limit)
{
	struct sorted s = { .order = order, .reverse = reverse, .limit = limit };

	for (int i = 0; i < COUNT; i++)
		assert_int_equal(sorted_add(&s, &rows[i]), 0);
	sorted_finish(&s);
	return s;
}

static void every_order(void **state)
{
	static struct flow_row rows[COUNT];
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		rows[i] = random_row(&seed);
	for (int order = 1; order < ORDER_COUNT; order++) {
		struct sorted all = sort(rows, order, false, 0), back = sort(rows, order, true, 0);

		assert_int_equal(all.count, COUNT);
		for (int i = 1; i < COUNT; i++) {
			assert_true(weight(order, &all.row[i - 1]) >= weight(order, &all.row[i]));
			assert_true(flow_compare(order, &all.row[i - 1], &all.row[i]) < 0);
		}
		for (int i = 0; i < COUNT; i++)
			assert_memory_equal(&back.row[i], &all.row[COUNT - 1 - i], sizeof(all.row[0]));
		sorted_free(&all);
		sorted_free(&back);
	}
}

/* The first N of all, and no memory for more. */
static void a_limit_keeps_the_first(void **state)
{
	static const size_t limits[] = { 1, 2, 3, 10, 999, 1000, 1001, 5000 };
	static struct flow_row rows[COUNT];
	uint64_t seed = 6;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		rows[i] = random_row(&seed);
	for (int order = 1; order < ORDER_COUNT; order++) {
		for (size_t l = 0; l < ARRAY_SIZE(limits); l++) {
			bool reverse = l % 2;
			struct sorted all = sort(rows, order, reverse, 0), some = sort(rows, order, reverse, limits[l]);

			assert_int_equal(some.count, limits[l] < COUNT ? limits[l] : COUNT);
			assert_true(some.room <= 1024);
			assert_memory_equal(some.row, all.row, some.count * sizeof(some.row[0]));
			sorted_free(&all);
			sorted_free(&some);
		}
	}
}

static void nothing_is_sorted_too(void **state)
{
	struct sorted s = { .order = ORDER_AGE };

	(void)state;
	sorted_finish(&s);
	assert_int_equal(s.count, 0);
	sorted_free(&s);
}

/* --- the summary */

static void add(struct summary *s, unsigned int lport, unsigned int rport, enum levee_began began,
		enum levee_tcp_state local, enum levee_tcp_state remote)
{
	struct flow_row row = { .began = began,
				.state = { local, remote },
				.bytes = { 1000, 10 },
				.half_open = remote == LEVEE_TCP_SYN_SENT };

	levee_addr_set_v4(&row.tuple.local, htonl(0xc6120001));
	row.tuple.lport = htons(lport);
	row.tuple.rport = htons(rport);
	s->read++;
	assert_int_equal(summary_add(s, &row), 0);
}

static struct summary example(void)
{
	struct summary s = { .read = 1 }; /* one that a filter kept out */
	union levee_addr addr;

	levee_addr_set_v4(&addr, htonl(0xc6120001));
	assert_int_equal(summary_know(&s, &addr, htons(22)), 0);
	assert_int_equal(summary_know(&s, &addr, htons(25)), 0);
	for (int i = 0; i < 5; i++)
		add(&s, 80, 40000 + i, LEVEE_BEGAN_HANDSHAKE, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED);
	add(&s, 80, 50000, LEVEE_BEGAN_HANDSHAKE, LEVEE_TCP_SYN_RECEIVED, LEVEE_TCP_SYN_SENT);
	add(&s, 443, 50001, LEVEE_BEGAN_COOKIE, LEVEE_TCP_CLOSE_WAIT, LEVEE_TCP_FIN_WAIT_2);
	add(&s, 22, 50002, LEVEE_BEGAN_ADOPTED, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED);
	/* This host's own, whoever saw it begin. */
	add(&s, 40001, 5432, LEVEE_BEGAN_OUTGOING, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED);
	add(&s, 40002, 5432, LEVEE_BEGAN_ADOPTED, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED);
	add(&s, 40003, 53, LEVEE_BEGAN_OUTGOING, LEVEE_TCP_TIME_WAIT, LEVEE_TCP_CLOSED);
	return s;
}

static const json_t *at(const json_t *doc, const char *list, size_t i)
{
	return json_array_get(json_object_get(doc, list), i);
}

static void summary_counts(void **state)
{
	struct summary s = example();
	json_t *doc = summary_model(&s, "eth0", 0);

	(void)state;
	assert_non_null(doc);
	assert_string_equal(model_text(doc, "schema"), "levee.flows.summary/1");
	assert_int_equal(model_number(doc, "connections"), 12);
	assert_int_equal(model_number(doc, "matched"), 11);
	assert_int_equal(model_number(doc, "half_open"), 1);
	assert_int_equal(model_number(doc, "bytes_in"), 110);
	assert_int_equal(model_number(doc, "bytes_out"), 11000);
	assert_int_equal(json_array_size(json_object_get(doc, "states")), 4);
	assert_string_equal(model_text(at(doc, "states", 0), "state_local"), "ESTABLISHED");
	assert_int_equal(model_number(at(doc, "states", 0), "count"), 8);
	assert_int_equal(json_array_size(json_object_get(doc, "services")), 3);
	assert_string_equal(model_text(at(doc, "services", 0), "service"), "198.18.0.1:80");
	assert_int_equal(model_number(at(doc, "services", 0), "count"), 6);
	assert_int_equal(model_number(at(doc, "services", 0), "half_open"), 1);
	assert_int_equal(model_number(at(doc, "services", 0), "bytes_out"), 6000);
	assert_string_equal(model_text(at(doc, "services", 1), "service"), "198.18.0.1:22");
	assert_int_equal(json_array_size(json_object_get(doc, "outgoing")), 2);
	assert_int_equal(model_number(at(doc, "outgoing", 0), "port"), 5432);
	assert_int_equal(model_number(at(doc, "outgoing", 0), "count"), 2);
	json_decref(doc);
	summary_free(&s);
}

static void summary_as_text(void **state)
{
	struct summary s = example();
	json_t *doc = summary_model(&s, "eth0", 2);
	struct capture c;

	(void)state;
	capture_begin(&c, stdout);
	summary_render(doc, stdout);
	assert_string_equal(capture_end(&c),
			    "eth0: 11 of 12 connections, 1 half-open\n"
			    "\n"
			    "local end      remote end          count\n"
			    "ESTABLISHED    ESTABLISHED             8\n"
			    "SYN_RECEIVED   SYN_SENT                1\n"
			    "CLOSE_WAIT     FIN_WAIT_2              1\n"
			    "TIME_WAIT      CLOSED                  1\n"
			    "\n"
			    "service                           count  half-open   bytes in        out\n"
			    "198.18.0.1:80                         6          1         60       6.0k\n"
			    "198.18.0.1:22                         1          0         10       1.0k\n"
			    "and 1 more; --limit 3 shows them\n"
			    "\n"
			    "outgoing                          count  half-open   bytes in        out\n"
			    "to port 5432                          2          0         20       2.0k\n"
			    "to port 53                            1          0         10       1.0k\n");
	json_decref(doc);
	summary_free(&s);
}

static void an_empty_summary(void **state)
{
	struct summary s = { .read = 0 };
	json_t *doc = summary_model(&s, "eth0", 0);
	struct capture c;

	(void)state;
	capture_begin(&c, stdout);
	summary_render(doc, stdout);
	assert_string_equal(capture_end(&c), "eth0: 0 connections, 0 half-open\n");
	json_decref(doc);
	summary_free(&s);
}

/* More groups than the table began with. */
static void many_groups(void **state)
{
	struct summary s = { .read = 0 };
	json_t *doc;

	(void)state;
	for (int turn = 0; turn < 2; turn++)
		for (unsigned int port = 1; port <= 20000; port++)
			add(&s, port, 1, LEVEE_BEGAN_HANDSHAKE, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED);
	assert_int_equal(s.groups, 20000);
	doc = summary_model(&s, "eth0", 0);
	assert_int_equal(json_array_size(json_object_get(doc, "services")), 20000);
	for (size_t i = 0; i < 20000; i++) {
		assert_int_equal(model_number(at(doc, "services", i), "count"), 2);
		assert_int_equal(model_number(at(doc, "services", i), "port"), i + 1);
	}
	json_decref(doc);
	summary_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order),		 cmocka_unit_test(a_limit_keeps_the_first),
		cmocka_unit_test(nothing_is_sorted_too), cmocka_unit_test(summary_counts),
		cmocka_unit_test(summary_as_text),	 cmocka_unit_test(an_empty_summary),
		cmocka_unit_test(many_groups),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
