/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_queues.c - round trips in buckets and out of them again, which listener has a half-open connection, the kernel's
 * counters, and the document levee.queues/1 with its text.
 */
#include "capture.h"

#include "address.h"

#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "netstat.h"
#include "output.h"
#include "queues.h"
#include "words.h"

/* --- buckets */

static void every_time_has_its_bucket(void **state)
{
	(void)state;
	assert_int_equal(levee_rtt_bucket(0), 0);
	assert_int_equal(levee_rtt_bucket(15), 0);
	assert_int_equal(levee_rtt_bucket(16), 1);
	assert_int_equal(levee_rtt_bucket(127), 7);
	assert_int_equal(levee_rtt_bucket(128), 8);
	assert_int_equal(levee_rtt_bucket(159), 8);
	assert_int_equal(levee_rtt_bucket(160), 9);
	assert_int_equal(levee_rtt_bucket(1835008), LEVEE_RTT_BUCKETS - 1);
	assert_int_equal(levee_rtt_bucket(~0U), LEVEE_RTT_BUCKETS - 1);
	for (unsigned int b = 0; b < LEVEE_RTT_BUCKETS; b++) {
		assert_int_equal(levee_rtt_bucket(levee_rtt_bucket_low(b)), b);
		if (b > 0)
			assert_int_equal(levee_rtt_bucket(levee_rtt_bucket_low(b) - 1), b - 1);
	}
}

/* No time is farther from the middle of its bucket than rtt.h says. */
static void buckets_are_narrow(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint32_t us = unit_random(&seed) % 1835008 >> unit_random(&seed) % 20, b = levee_rtt_bucket(us);
		uint32_t middle = (levee_rtt_bucket_low(b) + levee_rtt_bucket_low(b + 1)) / 2;

		assert_true(labs((long)us - middle) <= (us < 128 ? 8 : us / 8 + 1));
	}
}

static void add(struct levee_service_rtt *rtt, uint32_t now_ms, uint32_t us, uint32_t times)
{
	uint32_t window = levee_rtt_window_at(now_ms);

	rtt->half[window & 1].window = window;
	rtt->half[window & 1].bucket[levee_rtt_bucket(us)] += times;
}

static uint32_t percentile(const struct levee_service_rtt *rtt, uint32_t now_ms, unsigned int percent)
{
	struct roundtrips r;

	roundtrips_of(&r, rtt, now_ms);
	return roundtrips_percentile(&r, percent);
}

static void percentiles(void **state)
{
	struct levee_service_rtt rtt = { 0 };
	const uint32_t now = 5 * LEVEE_RTT_WINDOW_MS;

	(void)state;
	assert_int_equal(percentile(&rtt, now, 50), 0);
	add(&rtt, now, 20000, 1);
	assert_in_range(percentile(&rtt, now, 50), 17500, 22500);
	assert_int_equal(percentile(&rtt, now, 50), percentile(&rtt, now, 99));
	add(&rtt, now, 20000, 97);
	add(&rtt, now, 300000, 2);
	assert_in_range(percentile(&rtt, now, 50), 17500, 22500);
	assert_in_range(percentile(&rtt, now, 98), 17500, 22500);
	assert_in_range(percentile(&rtt, now, 99), 262500, 337500);
	/* The last bucket has no middle. */
	add(&rtt, now, 60000000, 1000);
	assert_int_equal(percentile(&rtt, now, 50), 1835008);
}

/* Percentiles of any list are what sorting it gives, within the error of a bucket. */
static int by_number(const void *a, const void *b)
{
	return (*(const uint32_t *)a > *(const uint32_t *)b) - (*(const uint32_t *)a < *(const uint32_t *)b);
}

static void percentiles_are_those_of_a_sorted_list(void **state)
{
	static const unsigned int percents[] = { 1, 50, 90, 99, 100 };
	uint64_t seed = 3;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct levee_service_rtt rtt = { 0 };
		unsigned int count = 1 + unit_random(&seed) % 300;
		uint32_t us[300];

		for (unsigned int i = 0; i < count; i++) {
			us[i] = unit_random(&seed) % 1800000 >> unit_random(&seed) % 16;
			add(&rtt, 0, us[i], 1);
		}
		qsort(us, count, sizeof(us[0]), by_number);
		for (size_t p = 0; p < ARRAY_SIZE(percents); p++) {
			uint32_t exact = us[(count * percents[p] + 99) / 100 - 1];

			assert_true(labs((long)percentile(&rtt, 0, percents[p]) - exact) <=
				    (exact < 128 ? 8 : exact / 8 + 1));
		}
	}
}

/* This minute and the one before count, older ones do not; a reader's clock may be a little behind. */
static void minutes_pass(void **state)
{
	const uint32_t now = 5 * LEVEE_RTT_WINDOW_MS;
	struct levee_service_rtt rtt = { 0 };
	struct roundtrips r;

	(void)state;
	add(&rtt, now, 100, 3);
	add(&rtt, now + LEVEE_RTT_WINDOW_MS, 100, 4);
	roundtrips_of(&r, &rtt, now + LEVEE_RTT_WINDOW_MS);
	assert_int_equal(r.count, 7);
	roundtrips_of(&r, &rtt, now + 2 * LEVEE_RTT_WINDOW_MS);
	assert_int_equal(r.count, 4);
	roundtrips_of(&r, &rtt, now + 3 * LEVEE_RTT_WINDOW_MS);
	assert_int_equal(r.count, 0);
	roundtrips_of(&r, &rtt, now + LEVEE_RTT_WINDOW_MS - 1);
	assert_int_equal(r.count, 7);
}

/* --- listeners */

static struct tcp_socket at(const char *where, uint16_t port, unsigned int waiting, unsigned int backlog)
{
	return (struct tcp_socket){ .tuple = { .local = address(where), .lport = htons(port) },
				    .waiting = waiting,
				    .backlog = backlog,
				    .ipv6 = strchr(where, ':') };
}

static void listen_at(struct listening_list *list, const char *where, uint16_t port, unsigned int waiting,
		      unsigned int backlog)
{
	struct tcp_socket s = at(where, port, waiting, backlog);

	assert_int_equal(listening_add(list, &s, true), 0);
}

static const char *found(const struct listening_list *list, const struct tcp_socket *half_open)
{
	static char text[64];
	struct listening *l = listening_of(list, half_open);

	return l ? text_endpoint(text, &l->socket.tuple.local, l->socket.tuple.lport) : "none";
}

static const char *found_at(const struct listening_list *list, const char *where, uint16_t port)
{
	struct tcp_socket s = at(where, port, 0, 0);

	return found(list, &s);
}

static void half_open_connections_find_their_listener(void **state)
{
	struct listening_list list = { 0 };
	struct tcp_socket s;

	(void)state;
	listen_at(&list, "0.0.0.0", 80, 0, 1);
	listen_at(&list, "198.18.0.1", 80, 0, 1);
	listen_at(&list, "::", 443, 0, 1);
	listen_at(&list, "fd00::1", 80, 0, 1);
	s = at("0.0.0.0", 80, 0, 1);
	s.ifindex = 7;
	listening_add(&list, &s, false);
	listening_sort(&list);
	assert_int_equal(list.count, 5);
	assert_string_equal(found_at(&list, "198.18.0.1", 80), "198.18.0.1:80");
	assert_string_equal(found_at(&list, "198.18.0.2", 80), "0.0.0.0:80");
	assert_string_equal(found_at(&list, "fd00::1", 80), "[fd00::1]:80");
	assert_string_equal(found_at(&list, "fd00::2", 80), "none");
	assert_string_equal(found_at(&list, "198.18.0.2", 443), "[::]:443");
	assert_string_equal(found_at(&list, "198.18.0.2", 81), "none");
	s = at("198.18.0.1", 80, 0, 0);
	s.ifindex = 7; /* its listener is bound to that interface */
	assert_string_equal(found(&list, &s), "0.0.0.0:80");
	assert_int_equal(listening_of(&list, &s)->socket.ifindex, 7);
	list.all[0].socket.ipv6_only = true; /* no effect on IPv4's */
	listening_free(&list);
}

static void sockets_of_one_port_are_one_listener(void **state)
{
	struct listening_list list = { 0 };

	(void)state;
	listen_at(&list, "0.0.0.0", 80, 11, 10);
	listen_at(&list, "0.0.0.0", 8080, 0, 10);
	listen_at(&list, "0.0.0.0", 80, 10, 10);
	listen_at(&list, "::", 80, 0, 10);
	listen_at(&list, "0.0.0.0", 80, 0, 10);
	listening_sort(&list);
	assert_int_equal(list.count, 3);
	assert_string_equal(found_at(&list, "198.18.0.1", 80), "0.0.0.0:80");
	for (unsigned int i = 0; i < list.count; i++) {
		if (list.all[i].sockets == 1)
			continue;
		assert_int_equal(list.all[i].sockets, 3);
		assert_int_equal(list.all[i].full, 1);
		assert_int_equal(list.all[i].socket.waiting, 21);
		assert_int_equal(list.all[i].socket.backlog, 30);
	}
	listening_free(&list);
}

/* --- the kernel's counters */

static json_t *netstat(const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	json_t *object = netstat_read(file);

	fclose(file);
	return object;
}

static void counters_of_the_kernel(void **state)
{
	json_t *k = netstat("TcpExt: SyncookiesSent Other ListenDrops\nTcpExt: 7 8 9000000000\n"
			    "IpExt: ListenOverflows\nIpExt: 5\n");

	(void)state;
	assert_int_equal(json_object_size(k), 7);
	assert_int_equal(model_number(k, "SyncookiesSent"), 7);
	assert_int_equal(model_number(k, "ListenDrops"), 9000000000);
	/* Not the group's, and one that this kernel does not have. */
	assert_true(json_is_null(json_object_get(k, "ListenOverflows")));
	assert_true(json_is_null(json_object_get(k, "TCPReqQFullDrop")));
	json_decref(k);
	k = netstat("");
	assert_int_equal(json_object_size(k), 7);
	json_decref(k);
}

static void counters_gain(void **state)
{
	json_t *before = json_pack("{s:I, s:{s:i, s:n}}", "time_unix_ms", (json_int_t)1000, "kernel", "ListenDrops", 5,
				   "ListenOverflows");
	json_t *now = json_pack("{s:I, s:{s:i, s:n}}", "time_unix_ms", (json_int_t)3500, "kernel", "ListenDrops", 12,
				"ListenOverflows");

	(void)state;
	queues_compare(now, before);
	assert_int_equal(model_number(json_object_get(now, "kernel_gained"), "ListenDrops"), 7);
	assert_true(json_is_null(json_object_get(json_object_get(now, "kernel_gained"), "ListenOverflows")));
	assert_true(model_real(now, "interval_s") == 2.5);
	json_decref(before);
	json_decref(now);
}

/* --- the document */

#define NOW 10000000U

static struct levee_service service(const char *where, uint16_t port)
{
	return (struct levee_service){ .key = { .addr = address(where), .port = htons(port) },
				       .share = 100,
				       .backlog = 100,
				       .mode_ms = NOW - 5000 };
}

static struct listening listener(const char *where, uint16_t port, unsigned int waiting)
{
	return (struct listening){
		.socket = at(where, port, waiting, 100), .sockets = 1, .full = waiting > 100, .reached = true
	};
}

static struct maps fake_maps;

static struct queues_view view(void)
{
	fake_maps.ifname = "eth0";
	fake_maps.settings.clock = clock_now();
	fake_maps.settings.cookies = LEVEE_COOKIES_ADAPTIVE;
	return (struct queues_view){ .maps = &fake_maps, .now_ms = NOW, .half_open_counted = true };
}

static const json_t *queue_at(const json_t *array, size_t i, const char *endpoint)
{
	const json_t *q = json_array_get(array, i);

	assert_string_equal(model_text(q, "endpoint"), endpoint);
	return q;
}

static void the_worst_comes_first(void **state)
{
	struct listening idle = listener("0.0.0.0", 1, 0), half = listener("0.0.0.0", 2, 50),
			 full = listener("0.0.0.0", 3, 101), attacked = listener("0.0.0.0", 4, 0),
			 filling = listener("0.0.0.0", 5, 0), again = listener("fd00::1", 1, 0);
	struct levee_service mode = service("0.0.0.0", 4);
	struct queues_view v = view();
	struct queue q[] = { { .kernel = &idle },  { .kernel = &half },
			     { .kernel = &full },  { .kernel = &attacked, .owner = &mode },
			     { .kernel = &again }, { .kernel = &filling } };
	json_t *array;

	(void)state;
	mode.mode = LEVEE_MODE_COOKIE;
	filling.half_open = 80;
	array = queues_array(&v, q, ARRAY_SIZE(q));
	queue_at(array, 0, "0.0.0.0:3");
	assert_int_equal(model_number(json_array_get(array, 0), "pressure_percent"), 100);
	queue_at(array, 1, "0.0.0.0:4");
	queue_at(array, 2, "0.0.0.0:5");
	assert_int_equal(model_number(json_array_get(array, 2), "pressure_percent"), 80);
	queue_at(array, 3, "0.0.0.0:2");
	/* Nothing to choose between them: by port, then by address. */
	queue_at(array, 4, "0.0.0.0:1");
	queue_at(array, 5, "[fd00::1]:1");
	json_decref(array);
}

static void numbers_of_both(void **state)
{
	struct listening l = listener("198.18.0.1", 80, 101);
	struct levee_service s = service("198.18.0.1", 80);
	struct queues_view v = view();
	struct queue q = { .kernel = &l,
			   .owner = &s,
			   .flags = LEVEE_SVC_LEARNT | LEVEE_SVC_SEEDED,
			   .syns = 900,
			   .sent = 70,
			   .valid = 60,
			   .refused = 5 };
	const json_t *one, *part;
	json_t *array;

	(void)state;
	l.half_open = 33;
	l.socket.drops = 17;
	s.half_open = 44;
	s.in_flight = 10;
	s.full_ms = NOW - 100;
	s.full_since_ms = NOW - 7000;
	array = queues_array(&v, &q, 1);
	one = queue_at(array, 0, "198.18.0.1:80");
	assert_string_equal(model_text(one, "address"), "198.18.0.1");
	assert_int_equal(model_number(one, "port"), 80);
	assert_string_equal(model_text(one, "mode"), "calm");
	assert_int_equal(json_array_size(json_object_get(one, "flags")), 2);
	assert_int_equal(model_number(one, "listeners"), 1);
	assert_int_equal(model_number(one, "syns"), 900);
	part = json_object_get(one, "syn_queue");
	assert_int_equal(model_number(part, "kernel"), 33);
	assert_int_equal(model_number(part, "levee"), 44);
	assert_int_equal(model_number(part, "share"), 100);
	assert_int_equal(model_number(part, "backlog"), 100);
	part = json_object_get(one, "accept_queue");
	assert_int_equal(model_number(part, "now"), 101);
	assert_int_equal(model_number(part, "max"), 100);
	assert_int_equal(model_number(part, "drops"), 17);
	assert_true(model_true(part, "full"));
	assert_int_equal(model_number(part, "full_since_ms"), 7000);
	part = json_object_get(one, "cookies");
	assert_int_equal(model_number(part, "sent"), 70);
	assert_int_equal(model_number(part, "valid"), 60);
	assert_int_equal(model_number(part, "refused"), 5);
	assert_int_equal(model_number(part, "in_flight"), 10);
	assert_true(json_is_null(json_object_get(json_object_get(one, "rtt_us"), "p50")));
	assert_non_null(strstr(model_text(one, "note"), "the application accepts too slowly"));
	json_decref(array);
}

/* The note of a queue, "" for most. */
static const char *note_of(const struct queues_view *v, struct queue q)
{
	static char text[640];
	json_t *array = queues_array(v, &q, 1);

	snprintf(text, sizeof(text), "%s", model_text(json_array_get(array, 0), "note"));
	json_decref(array);
	return text;
}

static void notes(void **state)
{
	struct listening l = listener("198.18.0.1", 80, 100);
	struct levee_service s = service("198.18.0.1", 80);
	struct queues_view v = view();
	struct queue q = { .kernel = &l, .owner = &s };

	(void)state;
	/* One more than the backlog is admitted: at it the queue is not full. */
	assert_string_equal(note_of(&v, q), "");
	s.full_ms = NOW - 12000;
	assert_non_null(strstr(note_of(&v, q), "was full 12 s ago: the application accepts too slowly"));
	s.full_ms = NOW - LEVEE_FULL_MINDED_MS;
	assert_string_equal(note_of(&v, q), "");
	l.half_open = 100;
	assert_non_null(strstr(note_of(&v, q), "its SYN queue is full"));
	q.flags = LEVEE_SVC_REFUSED;
	assert_non_null(strstr(note_of(&v, q), "no cookies: the kernel makes no connection"));
	l.sockets = 4;
	l.full = 2;
	assert_non_null(strstr(note_of(&v, q), "of 2 of its 4 sockets are full: the application"));
	q.owner = NULL;
	l.full = 0;
	assert_non_null(strstr(note_of(&v, q), "levee does not know it yet"));
	q = (struct queue){ .owner = &s, .flags = LEVEE_SVC_FORWARDED };
	assert_non_null(
		strstr(note_of(&v, q), "no listener in this network namespace: its answers come from elsewhere"));
	q.flags = LEVEE_SVC_GONE;
	assert_non_null(strstr(note_of(&v, q), "its listener is closed"));
	q.flags = 0;
	assert_non_null(strstr(note_of(&v, q), "no listener in this network namespace"));
}

static const char *mode_of(const struct queues_view *v, struct queue q, long long *ms)
{
	static char text[16];
	json_t *array = queues_array(v, &q, 1);

	snprintf(text, sizeof(text), "%s", model_text(json_array_get(array, 0), "mode"));
	*ms = model_number(json_array_get(array, 0), "mode_ms");
	json_decref(array);
	return text;
}

/* What its SYNs get, whether by its own mode, by that of the whole table, or always. */
static void modes(void **state)
{
	struct levee_service s = service("198.18.0.1", 80);
	struct queues_view v = view();
	struct queue q = { .owner = &s };
	uint32_t now = clock_ms(&fake_maps.settings.clock);
	long long ms;

	(void)state;
	s.mode_ms = now - 50000;
	assert_string_equal(mode_of(&v, q, &ms), "calm");
	assert_in_range(ms, 50000, 60000);
	v.runtime.mode = LEVEE_MODE_COOKIE;
	v.runtime.mode_ms = now - 3000;
	assert_string_equal(mode_of(&v, q, &ms), "cookie");
	assert_in_range(ms, 3000, 13000);
	s.mode = LEVEE_MODE_COOKIE;
	assert_string_equal(mode_of(&v, q, &ms), "cookie");
	assert_in_range(ms, 50000, 60000);
	q.flags = LEVEE_SVC_FORWARDED;
	assert_string_equal(mode_of(&v, q, &ms), "calm");
	q.flags = 0;
	fake_maps.settings.cookies = LEVEE_COOKIES_NEVER;
	assert_string_equal(mode_of(&v, q, &ms), "calm");
	s.mode = LEVEE_MODE_CALM;
	v.runtime.mode = LEVEE_MODE_CALM;
	fake_maps.settings.cookies = LEVEE_COOKIES_ALWAYS;
	assert_string_equal(mode_of(&v, q, &ms), "cookie");
}

/* What was not looked at is not told as nothing. */
static void half_open_that_nobody_counted(void **state)
{
	struct listening l = listener("0.0.0.0", 80, 0);
	struct queues_view v = view();
	struct queue q = { .kernel = &l };
	json_t *array;

	(void)state;
	v.half_open_counted = false;
	array = queues_array(&v, &q, 1);
	assert_true(json_is_null(json_object_get(json_object_get(json_array_get(array, 0), "syn_queue"), "kernel")));
	json_decref(array);
}

/* --- text */

static json_t *document(json_t *queues)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:i, s:{s:i, s:i}, s:i, s:{s:i, s:i, s:i}, s:{s:i}, s:o}", "interface",
			 "eth0", "time_unix_ms", (json_int_t)1700000000000, "cookies", "adaptive", "mode", "calm",
			 "mode_ms", 61000, "half_open", "used", 7, "max", 65536, "cookies_in_flight", 3, "kernel",
			 "ListenOverflows", 1234567, "ListenDrops", 0, "SyncookiesSent", 0, "kernel_gained",
			 "ListenOverflows", 12, "queues", queues);
}

static void text_of_queues(void **state)
{
	struct listening full = listener("198.18.0.1", 8080, 101), idle = listener("2001:db8:1:2:3:4:5:6", 443, 0);
	struct levee_service s = service("198.18.0.1", 8080);
	struct queues_view v = view();
	struct queue q[] = { { .kernel = &idle, .owner = &s, .flags = LEVEE_SVC_LEARNT },
			     { .kernel = &full, .owner = &s, .flags = LEVEE_SVC_LEARNT } };
	struct levee_service_rtt rtt = { 0 };
	struct capture c;
	json_t *doc;

	(void)state;
	setenv("TZ", "UTC", 1);
	s.full_since_ms = NOW - 61000;
	full.half_open = 12;
	full.socket.drops = 123456;
	s.half_open = 9;
	s.in_flight = 31000;
	add(&rtt, NOW, 1200, 98);
	add(&rtt, NOW, 80000, 2);
	roundtrips_of(&q[1].rtt, &rtt, NOW);
	doc = document(queues_array(&v, q, ARRAY_SIZE(q)));
	capture_begin(&c, stdout);
	queues_render(doc, stdout);
	capture_end(&c);
	json_decref(doc);
	assert_string_equal(c.text, "eth0  2023-11-14 22:13:20  cookies adaptive\n"
				    "  whole table  calm for 1 min 1 s, half-open 7 of 65536, cookies in flight 3\n"
				    "                   SYN queue        accept queue     cookies         round trip\n"
				    "listener           kernel levee   of  now  max drops  mode   flight    p50   p99\n"
				    "198.18.0.1:8080        12     9  100  101  100  123k  calm      31k  1.1ms  73ms\n"
				    "  FULL  its accept queue is full, 101 wait where 100 may: the application\n"
				    "        accepts too slowly, and no SYN flood defence helps against that. Look at\n"
				    "        the application (stuck? out of workers?); a larger backlog (listen(),\n"
				    "        net.core.somaxconn) helps against bursts only. It has been full for 1\n"
				    "        min 1 s.\n"
				    "[2001:db8:1:2:3:4:5:6]:443\n"
				    "                        0     9  100    0  100     0  calm      31k      -     -\n"
				    "kernel, since this network namespace began\n"
				    "  ListenOverflows       1234567 +12  SYN or third ACK found a full accept queue\n"
				    "  0: ListenDrops, TCPReqQFullDoCookies, TCPReqQFullDrop, SyncookiesSent,\n"
				    "     SyncookiesRecv, SyncookiesFailed\n");
	for (char *l = strtok(c.text, "\n"); l; l = strtok(NULL, "\n"))
		assert_in_range(strlen(l), 1, OUTPUT_COLUMNS);
}

static void text_of_none(void **state)
{
	json_t *doc = document(json_array());
	struct capture c;

	(void)state;
	capture_begin(&c, stdout);
	queues_render(doc, stdout);
	capture_end(&c);
	json_decref(doc);
	assert_non_null(strstr(c.text, "\n  no listener that this interface reaches\n"));
}

/* The lines that `levee stats` has of it. */
static void text_of_pressure(void **state)
{
	struct listening full = listener("198.18.0.1", 8080, 101), idle = listener("0.0.0.0", 80, 10);
	struct queues_view v = view();
	struct queue q[] = { { .kernel = &idle }, { .kernel = &full } };
	json_t *array = queues_array(&v, q, 2);
	struct capture c;

	(void)state;
	capture_begin(&c, stdout);
	queues_render_pressure(array, stdout);
	assert_string_equal(capture_end(&c),
			    "queues: 1 of 2 listeners under pressure, \"levee queues\" says more\n"
			    "  198.18.0.1:8080  calm, SYN queue 0 of 0, accept queue 101 of 100: too slow\n");
	json_array_remove(array, 0);
	capture_begin(&c, stdout);
	queues_render_pressure(array, stdout);
	assert_string_equal(capture_end(&c), "queues: 0 of 1 listeners under pressure\n");
	json_decref(array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_time_has_its_bucket),
		cmocka_unit_test(buckets_are_narrow),
		cmocka_unit_test(percentiles),
		cmocka_unit_test(percentiles_are_those_of_a_sorted_list),
		cmocka_unit_test(minutes_pass),
		cmocka_unit_test(half_open_connections_find_their_listener),
		cmocka_unit_test(sockets_of_one_port_are_one_listener),
		cmocka_unit_test(counters_of_the_kernel),
		cmocka_unit_test(counters_gain),
		cmocka_unit_test(the_worst_comes_first),
		cmocka_unit_test(numbers_of_both),
		cmocka_unit_test(notes),
		cmocka_unit_test(modes),
		cmocka_unit_test(half_open_that_nobody_counted),
		cmocka_unit_test(text_of_queues),
		cmocka_unit_test(text_of_none),
		cmocka_unit_test(text_of_pressure),
	};

	return cmocka_run_group_tests_name("queues", tests, NULL, NULL);
}
