/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_run.c - what `levee run` decides without a kernel: which services are not in step with listeners, what is worth a
 * line in the log, and how that line and the word to systemd look.
 */
#include "capture.h"

#include <stdlib.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "errors.h"
#include "journal.h"
#include "notify.h"
#include "output.h"
#include "refresh.h"
#include "tell.h"
#include "transitions.h"

/* --- listeners and services */

static union levee_addr address(const char *text)
{
	union levee_addr a;
	struct in_addr four;

	if (inet_pton(AF_INET, text, &four) == 1)
		levee_addr_set_v4(&a, four.s_addr);
	else
		assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

struct world {
	struct listening_list listening;
	struct service_list *services;
	struct local_addresses local;
	struct refresh *plan;
};

static struct world world_of(const char *first, const char *second)
{
	struct world w = { .services = calloc(1, sizeof(*w.services)), .plan = calloc(1, sizeof(*w.plan)) };

	w.services->all = calloc(LEVEE_SERVICES_MAX, sizeof(w.services->all[0]));
	w.local.count = 3;
	w.local.addr[0] = address("127.0.0.1");
	w.local.addr[1] = address(first);
	w.local.addr[2] = address(second);
	return w;
}

static void world_end(struct world *w)
{
	listening_free(&w->listening);
	services_free(w->services);
	free(w->plan);
}

static void listens(struct world *w, const char *text, unsigned int port, unsigned int backlog, bool reached)
{
	struct tcp_socket s = { .backlog = backlog, .ipv6 = strchr(text, ':') != NULL, .ipv6_only = true };

	s.tuple.local = address(text);
	s.tuple.lport = htons(port);
	assert_int_equal(listening_add(&w->listening, &s, reached), 0);
	listening_sort(&w->listening);
}

/* Services by port and address, as the table is read. Each counts for itself. */
static void knows(struct world *w, const char *text, unsigned int port, unsigned int backlog, unsigned int flags)
{
	struct levee_service *s = &w->services->all[w->services->count];

	s->key.addr = address(text);
	s->key.port = htons(port);
	s->backlog = backlog;
	s->flags = flags;
	s->owner = w->services->count;
	w->services->known[w->services->count++] = s;
}

static unsigned int planned(struct world *w)
{
	refresh_plan(w->plan, &w->listening, w->services, &w->local, false);
	return w->plan->count;
}

static void assert_row(const struct world *w, unsigned int i, const char *text, unsigned int port, bool closed)
{
	union levee_addr a = address(text);

	assert_true(i < w->plan->count);
	assert_memory_equal(&w->plan->row[i].key.addr, &a, sizeof(a));
	assert_int_equal(w->plan->row[i].key.port, htons(port));
	assert_int_equal(w->plan->row[i].closed, closed);
}

static void in_step_nothing_is_written(void **state)
{
	struct world w = world_of("192.0.2.1", "2001:db8::1");

	(void)state;
	listens(&w, "192.0.2.1", 80, 128, true);
	knows(&w, "192.0.2.1", 80, 128, LEVEE_SVC_SEEDED | LEVEE_SVC_LEARNT);
	assert_int_equal(planned(&w), 0);
	world_end(&w);
}

static void a_new_listener_is_a_service(void **state)
{
	struct world w = world_of("192.0.2.1", "2001:db8::1");

	(void)state;
	listens(&w, "192.0.2.1", 80, 128, true);
	assert_int_equal(planned(&w), 1);
	assert_row(&w, 0, "192.0.2.1", 80, false);
	assert_int_equal(w.plan->row[0].backlog, 128);
	assert_int_equal(w.plan->come, 1);
	/* Learnt from its SYN-ACK alone, or gone before: the socket is still news. */
	knows(&w, "192.0.2.1", 80, 128, LEVEE_SVC_LEARNT);
	assert_int_equal(planned(&w), 1);
	w.services->all[0].flags = LEVEE_SVC_SEEDED | LEVEE_SVC_GONE;
	assert_int_equal(planned(&w), 1);
	/* listen() again with another backlog. */
	w.services->all[0].flags = LEVEE_SVC_SEEDED;
	w.services->all[0].backlog = 511;
	assert_int_equal(planned(&w), 1);
	assert_int_equal(w.plan->come, 0);
	world_end(&w);
}

/* A wildcard serves its family's addresses, but for those of loopback and those with a listener of their own. */
static void a_wildcard_serves_what_is_left(void **state)
{
	struct world w = world_of("192.0.2.1", "192.0.2.2");

	(void)state;
	listens(&w, "0.0.0.0", 80, 128, true);
	assert_int_equal(planned(&w), 2);
	assert_row(&w, 0, "192.0.2.1", 80, false);
	assert_row(&w, 1, "192.0.2.2", 80, false);
	listens(&w, "192.0.2.2", 80, 16, true);
	assert_int_equal(planned(&w), 2);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(w.plan->row[i].backlog, w.plan->row[i].key.addr.b[15] == 2 ? 16 : 128);
	listens(&w, "::", 81, 128, true);
	assert_int_equal(planned(&w), 2);
	world_end(&w);
}

static void a_closed_listener_is_none(void **state)
{
	struct world w = world_of("192.0.2.1", "2001:db8::1");

	(void)state;
	knows(&w, "192.0.2.1", 80, 128, LEVEE_SVC_SEEDED | LEVEE_SVC_LEARNT);
	assert_int_equal(planned(&w), 1);
	assert_row(&w, 0, "192.0.2.1", 80, true);
	assert_int_equal(w.plan->gone, 1);
	/* What never was a socket here, or is gone already, stays as it is. */
	w.services->all[0].flags = LEVEE_SVC_LEARNT | LEVEE_SVC_FORWARDED;
	assert_int_equal(planned(&w), 0);
	w.services->all[0].flags = LEVEE_SVC_SEEDED | LEVEE_SVC_GONE;
	assert_int_equal(planned(&w), 0);
	/* Served by a wildcard, or by a socket of another interface: not closed. An address that has left does not matter. */
	w.services->all[0].flags = LEVEE_SVC_SEEDED;
	listens(&w, "0.0.0.0", 80, 128, false);
	assert_int_equal(planned(&w), 0);
	world_end(&w);
}

/* --- transitions */

static json_t *queue(const char *endpoint, const char *mode, long long sent, bool full)
{
	return json_pack("{s:s, s:s, s:i, s:{s:i, s:i}, s:{s:i, s:i, s:b}, s:{s:I, s:I, s:i}}", "endpoint", endpoint,
			 "mode", mode, "mode_ms", 130000, "syn_queue", "levee", 300, "share", 511, "accept_queue",
			 "now", full ? 129 : 3, "max", 128, "full", full, "cookies", "sent", (json_int_t)sent, "valid",
			 (json_int_t)sent / 10, "in_flight", 40);
}

/* What is said of one queue that was `before` (NULL: was not there) and is `now`; both are taken. */
static json_t *said(json_t *begun, json_t *before, json_t *now)
{
	json_t *was = json_array(), *is = json_pack("[o]", now), *messages;

	if (before)
		json_array_append_new(was, before);
	messages = transitions_find(begun, was, is);
	json_decref(was);
	json_decref(is);
	return messages;
}

static void assert_said(json_t *messages, const char *event, const char *text)
{
	if (!event) {
		assert_int_equal(json_array_size(messages), 0);
	} else {
		assert_int_equal(json_array_size(messages), 1);
		assert_string_equal(model_text(json_array_get(messages, 0), "event"), event);
		assert_string_equal(model_text(json_array_get(messages, 0), "text"), text);
	}
	json_decref(messages);
}

static void cookie_mode_is_told_with_figures(void **state)
{
	json_t *begun = json_object();

	(void)state;
	assert_said(said(begun, NULL, queue("a:80", "calm", 0, false)), NULL, NULL);
	assert_said(said(begun, queue("a:80", "calm", 7, false), queue("a:80", "cookie", 1000, false)), "cookies_on",
		    "a:80: cookie mode: 300 of 511 half-open, 40 cookies in flight");
	assert_said(said(begun, queue("a:80", "cookie", 1000, false), queue("a:80", "cookie", 5000, false)), NULL,
		    NULL);
	assert_said(said(begun, queue("a:80", "cookie", 9000, false), queue("a:80", "calm", 9100, false)),
		    "cookies_off", "a:80: calm again after 2 min 10 s: 8100 cookies sent, 810 came back");
	assert_int_equal(json_object_size(begun), 0);
	/* It was in cookie mode when run came. */
	assert_said(said(begun, NULL, queue("a:80", "cookie", 5, false)), "cookies_on",
		    "a:80: cookie mode: 300 of 511 half-open, 40 cookies in flight");
	json_decref(begun);
}

static void a_full_accept_queue_is_told_once(void **state)
{
	json_t *begun = json_object();

	(void)state;
	assert_said(said(begun, NULL, queue("a:80", "calm", 0, true)), "accept_queue_full",
		    "a:80: the accept queue is full, 129 wait: the application accepts too slowly");
	assert_said(said(begun, queue("a:80", "calm", 0, true), queue("a:80", "calm", 0, true)), NULL, NULL);
	assert_said(said(begun, queue("a:80", "calm", 0, true), queue("a:80", "calm", 0, false)), "accept_queue_room",
		    "a:80: the accept queue has room again");
	/* Another queue's state is not this one's. */
	assert_said(said(begun, queue("b:80", "calm", 0, true), queue("a:80", "calm", 0, false)), NULL, NULL);
	json_decref(begun);
}

/* --- how it is said */

/* Makes stderr look like the journal's stream. */
static void pretend_journal(void)
{
	char text[64];
	struct stat s;

	assert_int_equal(fstat(STDERR_FILENO, &s), 0);
	snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)s.st_dev, (unsigned long long)s.st_ino);
	setenv("JOURNAL_STREAM", text, 1);
}

static void one_line_with_its_priority_for_the_journal(void **state)
{
	const struct teller t = { .ifname = "eth0" };
	struct capture c;
	const char *text;

	(void)state;
	capture_begin(&c, stderr);
	pretend_journal();
	tell(&t, JOURNAL_WARNING, "x", NULL, "cookie mode");
	failed(EXIT_FAILED, "eth0: no such thing\nlook elsewhere");
	note("mind the gap");
	text = capture_end(&c);
	assert_string_equal(text, "<4>eth0: cookie mode\n<3>eth0: no such thing; look elsewhere\n<5>mind the gap\n");
	/* The variable was inherited, and stderr is another file. */
	setenv("JOURNAL_STREAM", "1:1", 1);
	capture_begin(&c, stderr);
	failed(EXIT_FAILED, "eth0: no such thing");
	assert_string_equal(capture_end(&c), "levee: eth0: no such thing\n");
	unsetenv("JOURNAL_STREAM");
}

static void json_lines_have_time_level_event_and_text(void **state)
{
	const struct teller t = { .ifname = "eth0", .json = true };
	struct capture c;
	json_t *line;

	(void)state;
	capture_begin(&c, stdout);
	tell(&t, JOURNAL_NOTICE, "cookies_off", json_pack("{s:i}", "sent", 12), "calm again");
	line = json_loads(capture_end(&c), 0, NULL);
	assert_non_null(line);
	assert_true(model_number(line, "time_unix_ms") > 1500000000000LL);
	assert_string_equal(model_text(line, "interface"), "eth0");
	assert_string_equal(model_text(line, "level"), "notice");
	assert_string_equal(model_text(line, "event"), "cookies_off");
	assert_int_equal(model_number(line, "sent"), 12);
	assert_string_equal(model_text(line, "text"), "calm again");
	json_decref(line);
}

static int listen_as_systemd(const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	strcpy(addr.sun_path + 1, name);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name)),
			 0);
	return fd;
}

static void systemd_hears(void **state)
{
	char name[64], variable[66], text[64] = "";
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "levee-test-%d", getpid());
	snprintf(variable, sizeof(variable), "@%s", name);
	fd = listen_as_systemd(name);
	setenv("NOTIFY_SOCKET", variable, 1);
	notify("READY=1\nSTATUS=%s", "calm");
	assert_int_equal(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT), strlen("READY=1\nSTATUS=calm"));
	assert_string_equal(text, "READY=1\nSTATUS=calm");
	close(fd);
	notify("READY=1"); /* nobody listens: no harm */
	setenv("NOTIFY_SOCKET", "relative", 1);
	notify("READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify("READY=1");
}

static void the_watchdog_is_this_process_own(void **state)
{
	char pid[32];

	(void)state;
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_watchdog_ms(), 30000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_ms(), 30000);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_step_nothing_is_written),
		cmocka_unit_test(a_new_listener_is_a_service),
		cmocka_unit_test(a_wildcard_serves_what_is_left),
		cmocka_unit_test(a_closed_listener_is_none),
		cmocka_unit_test(cookie_mode_is_told_with_figures),
		cmocka_unit_test(a_full_accept_queue_is_told_once),
		cmocka_unit_test(one_line_with_its_priority_for_the_journal),
		cmocka_unit_test(json_lines_have_time_level_event_and_text),
		cmocka_unit_test(systemd_hears),
		cmocka_unit_test(the_watchdog_is_this_process_own),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
