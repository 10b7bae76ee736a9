/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_doctor.c - what the doctor says of hosts that are made up; that its list of helpers is that of the programs, and
 * docs/doctor.md that of its checks. Run from the repository's root.
 *
 *   test_doctor table      prints the table of docs/doctor.md
 */
#include "unit.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <net/if_arp.h>
#include <netinet/in.h>

#include "doctor.h"
#include "helpers.h"

/* --- judges */

static const struct doctor_check judged = { .id = "judged", .scope = SCOPE_HOST, .why = "a test" };

static void begin(struct doctor *d)
{
	memset(d, 0, sizeof(*d));
	d->findings = json_array();
	d->check = &judged;
}

static const char *field(const struct doctor *d, size_t i, const char *name)
{
	const char *text = json_string_value(json_object_get(json_array_get(d->findings, i), name));

	return text ? text : "";
}

/* One finding of this level, whose text and remedy have these words in them; "" for no remedy. */
static void expect(struct doctor *d, const char *level, const char *words, const char *remedy)
{
	const char *text = field(d, 0, "text"), *next = field(d, 0, "next");

	if (json_array_size(d->findings) != 1 || strcmp(field(d, 0, "level"), level) != 0 || !strstr(text, words) ||
	    !strstr(next, remedy) || (!*remedy && *next))
		fail_msg("wanted %s \"%s\" -> \"%s\", got %zu findings, %s \"%s\" -> \"%s\"", level, words, remedy,
			 json_array_size(d->findings), field(d, 0, "level"), text, next);
	json_decref(d->findings);
	begin(d);
}

static void sysctls(void **state)
{
	struct doctor d;

	(void)state;
	begin(&d);
	judge_syncookies(&d, 0);
	expect(&d, "warn", "refuses to make connections", "tcp_syncookies=1");
	judge_syncookies(&d, 1);
	expect(&d, "ok", "is 1", "");
	judge_syncookies(&d, 2);
	expect(&d, "note", "every SYN", "tcp_syncookies=1");
	judge_retries(&d, 5, 64000);
	expect(&d, "ok", "63 s", "");
	judge_retries(&d, 0, 64000);
	expect(&d, "ok", "after 1 s", "");
	judge_retries(&d, 6, 64000);
	expect(&d, "note", "for 127 s, levee counts them for 64 s", "half_open");
	judge_retries(&d, 6, 128000);
	expect(&d, "ok", "127 s", "");
	judge_retries(&d, 255, 64000);
	expect(&d, "note", "is 255", "tcp_synack_retries=5");
	judge_conntrack(&d, -1, 0);
	expect(&d, "ok", "not loaded", "");
	judge_conntrack(&d, 0, 0);
	expect(&d, "warn", "invalid", "tcp_loose=1");
	judge_conntrack(&d, 1, 0);
	expect(&d, "ok", "tracks nothing", "");
	judge_conntrack(&d, 1, 7);
	expect(&d, "note", "\"new\" to it", "do not begin by SYN");
	json_decref(d.findings);
}

static struct tcp_socket listener(unsigned int port, unsigned int waiting, unsigned int backlog)
{
	struct tcp_socket s = { .tuple.lport = htons(port), .waiting = waiting, .backlog = backlog };

	levee_addr_set_v4(&s.tuple.local, htonl(0xc6120001));
	return s;
}

static void backlogs(void **state)
{
	struct backlog_facts f = { .somaxconn = 4096 };
	struct tcp_socket s;
	struct doctor d;

	(void)state;
	begin(&d);
	judge_backlogs(&d, &f);
	expect(&d, "ok", "0 listeners", "");
	s = listener(80, 511, 511);
	backlog_take(&f, &s);
	judge_backlogs(&d, &f);
	expect(&d, "ok", "1 listener,", "");
	for (int i = 0; i < 5; i++) {
		s = listener(1000 + i, 0, 5);
		backlog_take(&f, &s);
	}
	judge_backlogs(&d, &f);
	expect(&d, "note", "198.18.0.1:1000 has 5, 198.18.0.1:1001 has 5, 198.18.0.1:1002 has 5, ...)", "listen()");
	f = (struct backlog_facts){ .somaxconn = 4096 };
	s = listener(81, 129, 128);
	backlog_take(&f, &s);
	judge_backlogs(&d, &f);
	expect(&d, "warn", "198.18.0.1:81 is full", "accept()");
	f = (struct backlog_facts){ .somaxconn = 128 };
	s = listener(81, 128, 128);
	backlog_take(&f, &s);
	judge_backlogs(&d, &f);
	expect(&d, "note", "somaxconn is 128", "somaxconn=4096");
	json_decref(d.findings);
}

static void links(void **state)
{
	struct link_info up = { .name = "eth0", .up = true, .carrier = true, .type = ARPHRD_ETHER }, link = up;
	struct doctor d;

	(void)state;
	begin(&d);
	judge_link(&d, &link);
	expect(&d, "ok", "up", "");
	link.carrier = false;
	judge_link(&d, &link);
	expect(&d, "warn", "no carrier", "cable");
	link.up = false;
	judge_link(&d, &link);
	expect(&d, "fail", "is down", "ip link set dev eth0 up");
	judge_place(&d, &up, "", "");
	expect(&d, "ok", "part of no other", "");
	link = up;
	strcpy(link.port_kind, "bridge");
	judge_place(&d, &link, "br0", "");
	expect(&d, "warn", "port of the bridge br0", "attach to br0");
	strcpy(link.port_kind, "bond");
	judge_place(&d, &link, "bond0", "");
	expect(&d, "warn", "port of bond0 (bond)", "attach to bond0");
	link = up;
	strcpy(link.kind, "bond");
	judge_place(&d, &link, "", "");
	expect(&d, "ok", "the right place", "");
	strcpy(link.kind, "vlan");
	judge_place(&d, &link, "", "eth1");
	expect(&d, "note", "generic XDP only", "attach to eth1");
	strcpy(link.kind, "bridge");
	judge_place(&d, &link, "", "");
	expect(&d, "note", "generic XDP only", "");
	strcpy(link.kind, "veth");
	judge_place(&d, &link, "", "");
	expect(&d, "note", "its peer", "--mode generic");
	strcpy(link.kind, "wireguard");
	link.type = ARPHRD_NONE;
	judge_place(&d, &link, "", "");
	expect(&d, "fail", "no Ethernet header (a tunnel: wireguard)", "attach where");
	json_decref(d.findings);
}

static void drivers(void **state)
{
	struct queue_facts one = { .queues = 1, .queues_max = 1, .cpus = 8 }, q = one;
	struct doctor d;

	(void)state;
	begin(&d);
	judge_mtu(&d, 1500, false);
	expect(&d, "ok", "MTU 1500", "");
	judge_mtu(&d, 3498, false);
	expect(&d, "ok", "MTU 3498", "");
	judge_mtu(&d, 3499, false);
	expect(&d, "warn", "more than one buffer", "3498");
	judge_mtu(&d, 9000, true);
	expect(&d, "ok", "several buffers", "");
	judge_vlan(&d, "eth0", 0, "eth0.10");
	expect(&d, "ok", "stay in the packet, as needed for eth0.10", "");
	judge_vlan(&d, "eth0", -1, "");
	expect(&d, "ok", "stay in the packet", "");
	judge_vlan(&d, "eth0", 1, "");
	expect(&d, "note", "no VLAN interface", "rxvlan off");
	judge_vlan(&d, "eth0", 1, "eth0.10, eth0.20");
	expect(&d, "warn", "eth0.10, eth0.20 stand on this interface", "ethtool -K eth0 rxvlan off");
	judge_queues(&d, "eth0", &q);
	expect(&d, "note", "one receive queue for 8 CPUs", "");
	q.queues_max = 4;
	judge_queues(&d, "eth0", &q);
	expect(&d, "warn", "1 receive queue for 8 CPUs", "ethtool -L eth0 combined 4");
	q = (struct queue_facts){ .queues = 8, .queues_max = 16, .cpus = 8, .spread = 1 };
	judge_queues(&d, "eth0", &q);
	expect(&d, "warn", "one gets all packets", "ethtool -X eth0 equal 8");
	q.spread = 8;
	judge_queues(&d, "eth0", &q);
	expect(&d, "ok", "8 receive queues for 8 CPUs", "");
	q = (struct queue_facts){ .queues = 1, .cpus = 1 };
	judge_queues(&d, "eth0", &q);
	expect(&d, "ok", "1 receive queue for 1 CPU", "");
	json_decref(d.findings);
}

static void traffic(void **state)
{
	struct traffic_facts f = { .interval_ms = 250 };
	struct levee_stats s = {};
	struct doctor d;

	(void)state;
	begin(&d);
	judge_traffic(&d, "eth0", &f);
	expect(&d, "note", "no packet came in", "ip -s link");
	f.interface_gained = 5000;
	judge_traffic(&d, "eth0", &f);
	expect(&d, "fail", "5000 packets came in by eth0 in 250 ms, and levee saw none", "--mode generic");
	f.behind_others = true;
	judge_traffic(&d, "eth0", &f);
	expect(&d, "fail", "run before it", "xdp-loader");
	f.levee_gained = 4990;
	judge_traffic(&d, "eth0", &f);
	expect(&d, "ok", "5000 packets in 250 ms by the interface's count, 4990 by levee's", "");
	f = (struct traffic_facts){ .interval_ms = 250, .interface_gained = 2 };
	judge_traffic(&d, "eth0", &f);
	expect(&d, "ok", "2 packets", "");

	judge_handshakes(&d, "eth0", &s, 5000);
	expect(&d, "ok", "too few to tell", "");
	s.reason[LEVEE_PASS_NOT_TCP] = 70;
	s.reason[LEVEE_PASS_NOT_IP] = 30;
	judge_handshakes(&d, "eth0", &s, 5000);
	expect(&d, "warn", "none of 100 packets", "tunnel");
	s.reason[LEVEE_PASS_FRAGMENT] = 101;
	judge_handshakes(&d, "eth0", &s, 5000);
	expect(&d, "warn", "101 of 201 packets since attach were IP fragments", "MTU");
	s = (struct levee_stats){ .reason[LEVEE_PASS_SYN_NO_SERVICE] = 50, .counter[LEVEE_C_SYN] = 50 };
	judge_handshakes(&d, "eth0", &s, 5000);
	expect(&d, "warn", "all 50 SYNs", "levee why");
	s = (struct levee_stats){ .reason[LEVEE_PASS_SYN] = 50, .counter[LEVEE_C_SYN] = 50 };
	judge_handshakes(&d, "eth0", &s, 5000);
	expect(&d, "warn", "no SYN-ACK left by eth0", "ip route get");
	s.counter[LEVEE_C_SYNACK] = 50;
	judge_handshakes(&d, "eth0", &s, 5000);
	expect(&d, "ok", "50 SYNs since attach, 50 SYN-ACKs by the kernel", "");
	json_decref(d.findings);
}

/* A failure of a feature weighs more than one of the set-up; warnings weigh nothing. */
static void exit_codes(void **state)
{
	struct doctor d;

	(void)state;
	begin(&d);
	OK(&d, "a");
	NOTE(&d, "a");
	WARN(&d, "a");
	assert_int_equal(d.worst, EXIT_OK);
	FAILED(&d, "a");
	assert_int_equal(d.worst, EXIT_FAILED);
	LACKING(&d, "a\nb");
	assert_int_equal(d.worst, EXIT_UNSUPPORTED);
	FAILED(&d, "a");
	assert_int_equal(d.worst, EXIT_UNSUPPORTED);
	assert_string_equal(field(&d, 4, "next"), "b");
	assert_string_equal(field(&d, 4, "id"), "judged");
	assert_string_equal(field(&d, 4, "scope"), "host");
	json_decref(d.findings);
}

/* --- helpers */

static char *slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(text);
	if (!file)
		fail_msg("%s cannot be read: run this in the repository's root", path);
	text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* Is it called in this source: the name as a whole word, and a parenthesis? */
static bool calls(const char *source, const char *name)
{
	for (const char *at = source; (at = strstr(at, name)); at++)
		if (at[strlen(name)] == '(' && (at == source || (!isalnum((unsigned char)at[-1]) && at[-1] != '_')))
			return true;
	return false;
}

static bool any_calls(const glob_t *files, char *const *sources, const char *name)
{
	for (size_t i = 0; i < files->gl_pathc; i++)
		if (calls(sources[i], name))
			return true;
	return false;
}

static bool is_listed(const char *name)
{
	for (unsigned int i = 0; i < helper_count; i++)
		if (strcmp(helpers[i].name, name) == 0)
			return true;
	return false;
}

#define HELPER_NAME(name) "bpf_" #name
static const char *const all_helpers[] = { __BPF_FUNC_MAPPER(HELPER_NAME) };

static void helpers_are_those_of_the_programs(void **state)
{
	char *sources[64];
	glob_t files;

	(void)state;
	assert_int_equal(glob("bpf/*.[ch]", 0, NULL, &files), 0);
	assert_true(files.gl_pathc > 10 && files.gl_pathc < ARRAY_SIZE(sources));
	for (size_t i = 0; i < files.gl_pathc; i++)
		sources[i] = slurp(files.gl_pathv[i]);
	for (unsigned int i = 0; i < ARRAY_SIZE(all_helpers); i++) {
		bool called = any_calls(&files, sources, all_helpers[i]);

		if (called != is_listed(all_helpers[i]))
			fail_msg("%s is %s by bpf/, and %s in user/helpers.h", all_helpers[i],
				 called ? "called" : "not called", called ? "missing" : "listed");
	}
	for (size_t i = 0; i < files.gl_pathc; i++)
		free(sources[i]);
	globfree(&files);
}

/* --- the manual */

static void table_row(char to[1024], const struct doctor_check *check)
{
	static const char *const scopes[] = { "host", "interface", "attached" };

	snprintf(to, 1024, "| `%s` | %s | %s | %s |\n", check->id, scopes[check->scope], check->looks_at, check->why);
}

static void the_manual_has_every_check(void **state)
{
	char *manual = slurp("docs/doctor.md"), row[1024];
	static const char *const scopes[] = { "` | host |", "` | interface |", "` | attached |" };
	unsigned int rows = 0;

	(void)state;
	for (unsigned int i = 0; i < doctor_check_count; i++) {
		table_row(row, &doctor_checks[i]);
		if (!strstr(manual, row))
			fail_msg("docs/doctor.md lacks this row; build/unit/test_doctor table prints all:\n%s", row);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(scopes); i++)
		for (const char *at = manual; (at = strstr(at, scopes[i])); at++)
			rows++;
	assert_int_equal(rows, doctor_check_count);
	free(manual);
}

static int print_table(void)
{
	char row[1024];

	for (unsigned int i = 0; i < doctor_check_count; i++) {
		table_row(row, &doctor_checks[i]);
		fputs(row, stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sysctls),
		cmocka_unit_test(backlogs),
		cmocka_unit_test(links),
		cmocka_unit_test(drivers),
		cmocka_unit_test(traffic),
		cmocka_unit_test(exit_codes),
		cmocka_unit_test(helpers_are_those_of_the_programs),
		cmocka_unit_test(the_manual_has_every_check),
	};

	if (argc == 2 && strcmp(argv[1], "table") == 0)
		return print_table();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
