/* SPDX-License-Identifier: GPL-2.0 */
/*
 * main.c - runs every row for IPv4 and IPv6 at several initial sequence numbers, and reports TAP.
 *
 * Usage: prog-tests [TEXT]   only what has TEXT in its name
 * Runs in a network namespace of its own, so that lookups find no sockets of the host.
 */
#include <sched.h>
#include <string.h>

#include "prog.h"

static unsigned int passed, failed, skipped;
static const char *filter;

static void report(const struct world *w, bool ok)
{
	if (ok)
		passed++;
	else
		failed++;
	printf("%sok %u - %s, %s\n", ok ? "" : "not ", passed + failed + skipped, w->name,
	       w->link.v6 ? "IPv6" : "IPv4");
	if (!ok)
		fputs(w->complaints, stdout);
}

static void report_skipped(const char *name, bool v6, const char *why)
{
	skipped++;
	printf("ok %u - %s, %s # SKIP %s\n", passed + failed + skipped, name, v6 ? "IPv6" : "IPv4", why);
}

bool wanted(const char *name)
{
	return !filter || strstr(name, filter);
}

/* --- steps that look */

static bool check_flow(struct world *w, const struct step *s)
{
	static const char *const states[] = {
#define STATE_NAME(NAME, name) name,
		LEVEE_TCP_STATES(STATE_NAME)
#undef STATE_NAME
	};
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "there is no flow");
	if (f.end[LEVEE_LOCAL].state == s->a && f.end[LEVEE_REMOTE].state == s->b)
		return true;
	return complain(w, "local %s, remote %s; wanted %s, %s",
			states[f.end[LEVEE_LOCAL].state % LEVEE_TCP_STATE_COUNT],
			states[f.end[LEVEE_REMOTE].state % LEVEE_TCP_STATE_COUNT], states[s->a], states[s->b]);
}

static bool check_half_open(struct world *w)
{
	struct levee_half_open h;
	struct levee_flow f;

	if (!world_half_open(w, &h))
		return complain(w, "there is no half-open entry");
	return !world_flow(w, &f) || complain(w, "there is a flow beside the half-open entry");
}

static bool check_nothing(struct world *w)
{
	struct levee_half_open h;
	struct levee_flow f;

	if (world_half_open(w, &h))
		complain(w, "there is a half-open entry");
	return !world_flow(w, &f) || complain(w, "there is a flow");
}

static bool check_mode(struct world *w, int mode)
{
	struct levee_service s;

	if (!world_service(w, &s))
		return complain(w, "there is no service");
	return s.mode == mode || complain(w, "the service's mode is %u, wanted %d", s.mode, mode);
}

static bool check_counted(struct world *w, const struct step *s)
{
	uint64_t n = world_counted(w, s->a);

	return n == (uint64_t)s->b ||
	       complain(w, "counter %d rose by %llu, wanted %d", s->a, (unsigned long long)n, s->b);
}

static bool step_in(struct world *w, const struct step *s)
{
	struct segment seg = s->seg;
	bool ok = true;

	for (int i = 0; ok && i < (s->repeat ? s->repeat : 1); i++, seg.port++)
		for (int n = 0; ok && n < (s->times ? s->times : 1); n++)
			ok = world_in(w, &seg, s->reason, s->reply);
	return ok;
}

static bool step_out(struct world *w, const struct step *s)
{
	struct segment seg = s->seg;
	bool ok = true;

	for (int i = 0; ok && i < (s->repeat ? s->repeat : 1); i++, seg.port++)
		ok = world_out(w, &seg);
	return ok;
}

static bool change_setting(struct world *w, uint32_t *setting, uint32_t value)
{
	*setting = value;
	world_apply_settings(w);
	return true;
}

static bool run_step(struct world *w, const struct step *s)
{
	switch (s->op) {
	case OP_IN:
		return step_in(w, s);
	case OP_OUT:
		return step_out(w, s);
	case OP_ACCEPT:
		return world_accept(w, &s->seg);
	case OP_FLOW:
		return check_flow(w, s);
	case OP_HALF_OPEN:
		return check_half_open(w);
	case OP_NOTHING:
		return check_nothing(w);
	case OP_SEED_FLOW:
		return world_seed_flow(w, s->a);
	case OP_EPOCH:
		return change_setting(w, &w->settings.clock.epoch_base, w->settings.clock.epoch_base + s->a);
	case OP_COOKIES:
		return change_setting(w, &w->settings.cookies, s->a);
	case OP_MODE:
		return check_mode(w, s->a);
	case OP_TABLE_MODE:
		return world_runtime(w).mode == (uint32_t)s->a || complain(w, "the table's mode is not %d", s->a);
	case OP_COUNTED:
		return check_counted(w, s);
	case OP_AGE:
		return world_age(w, s->a);
	case OP_CHECK:
		return s->check(w);
	case OP_LISTENS:
		return world_flag_service(w, LEVEE_SVC_LEARNT, LEVEE_SVC_REFUSED);
	case OP_END:
		break;
	}
	return complain(w, "no such step");
}

/* Counts that must agree with the tables after any row. */
static void check_counts(struct world *w)
{
	struct levee_stats s = world_stats(w);
	uint64_t flows = s.counter[LEVEE_C_FLOW_NEW] - s.counter[LEVEE_C_FLOW_GONE];
	uint32_t half_open = world_runtime(w).half_open;

	if (half_open != world_count_half_open(w))
		complain(w, "half-open: %u counted, %u in the table", half_open, world_count_half_open(w));
	if (world_sum_half_open(w) != half_open)
		complain(w, "half-open: %u counted, %u by services", half_open, world_sum_half_open(w));
	if (flows != world_count_flows(w))
		complain(w, "flows: %u counted, %u in the table", (unsigned int)flows, world_count_flows(w));
}

/* Initial sequence numbers, local and remote: ordinary, and about to wrap within each kind of step. */
static const uint32_t isns[][2] = {
	{ 0x12345678, 0x23456789 }, { 0xffffffff, 0xfffffffe }, { 0xfffffffe, 0xffffffff },
	{ 0x7fffffff, 0x7ffffff0 }, { 0, 0xffffffff },		{ 0xffffffc0, 0xffffff9c },
};

static bool runs_accept(const struct row *row)
{
	for (const struct step *s = row->steps; s->op != OP_END; s++)
		if (s->op == OP_ACCEPT)
			return true;
	return false;
}

/* Stops at the first ISNs that fail: the others would only say it again. */
static void run_row(struct world *w, const struct row *row, bool v6)
{
	if (!w->handoff && runs_accept(row)) {
		report_skipped(row->name, v6, "this kernel lacks bpf_sk_assign_tcp_reqsk");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(isns); i++) {
		world_reset(w, row, v6, isns[i][0], isns[i][1]);
		for (const struct step *s = row->steps; w->failures == 0 && s->op != OP_END; s++) {
			w->step++;
			run_step(w, s);
		}
		check_counts(w);
		if (w->failures) {
			complain(w, "ISNs %#x and %#x", isns[i][0], isns[i][1]);
			break;
		}
	}
	report(w, w->failures == 0);
}

static void run_rows(struct world *w, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (wanted(rows[i].name) && rows[i].family != ONLY_V6)
			run_row(w, &rows[i], false);
		if (wanted(rows[i].name) && rows[i].family != ONLY_V4)
			run_row(w, &rows[i], true);
	}
}

static void run_lists(struct world *w, const struct row_list *lists, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run_rows(w, lists[i].rows, lists[i].count);
}

int main(int argc, char **argv)
{
	static struct world w;

	filter = argc > 1 ? argv[1] : NULL;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (unshare(CLONE_NEWNET)) {
		perror("prog-tests: cannot make a network namespace; run it as root");
		return 2;
	}
	if (!sockets_setup() || !world_open(&w, NULL) || !world_capture(&w))
		return 2;
	run_lists(&w, row_lists, row_list_count);
	run_lists(&w, tracker_lists, tracker_list_count);
	run_rows(&w, attack_rows, attack_row_count);
	run_socket_tests(&w, report);
	run_sweeps(&w, report);
	run_cookie_tests(&w, report);
	run_ageing(&w, report);
	run_event_tests(&w, report);
	run_source_tests(&w, report);
	run_queue_tests(&w, report);
	run_races(&w, report);
	run_history(&w, report);
	printf("1..%u\n# %u packets sent by levee\n", passed + failed + skipped, w.emitted);
	if (skipped)
		printf("%u skipped\n", skipped);
	printf("%u passed, %u failed\n", passed, failed);
	world_close(&w);
	return failed || !passed;
}
