/* SPDX-License-Identifier: GPL-2.0 */
/*
 * queues.c - what levee counts and tells of a service and its queues: round trips of handshakes, the beginning and the end
 * of cookie mode. Full accept queues need sockets: sockets.c.
 */
#include <string.h>

#include "prog.h"

#define SYN_OPTIONS "mss=1460 sack ts nop ws=7"
#define TS_OPTIONS "nop nop ts"

/* --- round trips */

/* The server answers `answers` times before the client does. */
static void handshake(struct world *w, uint16_t port, int answers)
{
	struct segment syn = { .flags = F_SYN, .options = SYN_OPTIONS, .port = port };
	struct segment synack = { .flags = F_SYN | F_ACK, .ack = 1, .options = SYN_OPTIONS, .port = port };
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .options = TS_OPTIONS, .port = port };

	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	while (answers--)
		world_out(w, &synack);
	world_in(w, &ack, LEVEE_PASS_HANDSHAKE, NULL);
}

/* All of both minutes: the test may run while one turns into the next. */
static unsigned int count_in(const struct levee_service_rtt *rtt, uint32_t bucket)
{
	return rtt->half[0].bucket[bucket] + rtt->half[1].bucket[bucket];
}

static unsigned int count_all(const struct levee_service_rtt *rtt)
{
	unsigned int sum = 0;

	for (uint32_t i = 0; i < LEVEE_RTT_BUCKETS; i++)
		sum += count_in(rtt, i);
	return sum;
}

static void handshakes_are_counted(struct world *w, const struct row *row, bool v6)
{
	struct levee_service_rtt rtt;
	struct levee_flow f;

	world_reset(w, row, v6, 1000, 2000);
	handshake(w, 0, 1);
	if (!world_flow(w, &f) || !f.rtt_us || !world_roundtrips(w, &rtt))
		complain(w, "no flow with a round trip");
	else if (count_all(&rtt) != 1 || count_in(&rtt, levee_rtt_bucket(f.rtt_us)) != 1)
		complain(w, "%u counted, %u of them in the bucket of %u us", count_all(&rtt),
			 count_in(&rtt, levee_rtt_bucket(f.rtt_us)), f.rtt_us);
	for (uint16_t port = 1; port < 5; port++)
		handshake(w, port, 1);
	world_roundtrips(w, &rtt);
	if (count_all(&rtt) != 5)
		complain(w, "%u counted of 5", count_all(&rtt));
}

/* Two SYN-ACKs, a client that gives up, one that answers a cookie: nobody knows how long those took. */
static void what_is_unknown_is_not_counted(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN, .options = SYN_OPTIONS, .port = 1 };
	struct segment rst = { .flags = F_RST, .seq = 1, .port = 1 };
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .options = TS_OPTIONS, .port = 2 };
	struct levee_service_rtt rtt;

	world_reset(w, row, v6, 1000, 2000);
	handshake(w, 0, 2);
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	world_in(w, &rst, LEVEE_PASS_HALF_OPEN, NULL);
	w->settings.cookies = LEVEE_COOKIES_ALWAYS;
	world_apply_settings(w);
	syn.port = 2;
	world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
	world_in(w, &ack, LEVEE_PASS_COOKIE, NULL);
	if (!world_roundtrips(w, &rtt) || count_all(&rtt))
		complain(w, "%u counted", count_all(&rtt));
}

/* What was counted two minutes ago makes room; what was counted in the last one stays. */
static void old_minutes_go(struct world *w, const struct row *row, bool v6)
{
	struct levee_service_rtt rtt;
	uint32_t window;
	int now;

	world_reset(w, row, v6, 1000, 2000);
	handshake(w, 0, 1);
	world_roundtrips(w, &rtt);
	now = !rtt.half[0].window;
	window = rtt.half[now].window;
	for (int i = 0; i < 2; i++)
		memset(rtt.half[i].bucket, 1, sizeof(rtt.half[i].bucket));
	rtt.half[now].window = window - 2;
	rtt.half[!now].window = window - 1;
	world_set_roundtrips(w, &rtt);
	handshake(w, 1, 1);
	world_roundtrips(w, &rtt);
	/* Of three minutes in a row at most two are there. */
	if (count_all(&rtt) != 1 + LEVEE_RTT_BUCKETS * 0x01010101U)
		complain(w, "%u counted", count_all(&rtt));
}

/* --- a place in the table */

/* A service begins with nothing, whatever the one before it at its place had. */
static void counts_begin_anew(struct world *w, const struct row *row, bool v6)
{
	struct levee_service_counts counts;
	struct levee_service_rtt rtt;

	world_reset(w, row, v6, 1000, 2000);
	world_spoil_counts(w);
	w->last = (struct segment){ .local_port = 8080 };
	world_seed_service(w, &w->last, 100);
	counts = world_service_counts(w);
	if (counts.syns || counts.cookies_sent || counts.cookies_valid || counts.cookies_refused)
		complain(w, "it begins with %llu SYNs and %llu cookies", counts.syns, counts.cookies_sent);
	if (!world_roundtrips(w, &rtt) || rtt.half[0].window || rtt.half[1].window)
		complain(w, "it begins with round trips");
}

/* --- cookie mode */

static bool is_calm(struct world *w)
{
	struct levee_service s;

	return world_service(w, &s) && s.mode == LEVEE_MODE_CALM && world_runtime(w).mode == LEVEE_MODE_CALM;
}

/* Four half-open connections, then cookies; then neither is there any more. */
static void flood_comes_and_goes(struct world *w)
{
	struct segment syn = { .flags = F_SYN, .options = SYN_OPTIONS }, rst = { .flags = F_RST, .seq = 1 };

	for (; syn.port < 4; syn.port++)
		world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	for (; syn.port < 20; syn.port++)
		world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
	for (; rst.port < 4; rst.port++)
		world_in(w, &rst, LEVEE_PASS_HALF_OPEN, NULL);
	w->settings.clock.epoch_base += 2;
	world_apply_settings(w);
	world_start_housekeeping(w);
	if (!world_wait(w, is_calm))
		complain(w, "it is not calm after 10 s");
}

#define FLOOD(max)                                                                                   \
	"NEW LI/SS, NEW LI/SS, NEW LI/SS, NEW LI/SS, COOKIES_ON 4/" max ", END LI/SS reset_remote, " \
	"END LI/SS reset_remote, END LI/SS reset_remote, END LI/SS reset_remote, COOKIES_OFF 0/" max

static void service_mode_is_told(struct world *w, const struct row *row, bool v6)
{
	world_reset(w, row, v6, 1000, 2000);
	events_begin(w);
	flood_comes_and_goes(w);
	events_expect(w, FLOOD("8"));
}

static void table_mode_is_told(struct world *w, const struct row *row, bool v6)
{
	world_reset(w, row, v6, 1000, 2000);
	/* The one service may have all of the table, and so has not half of its share. */
	w->settings.half_open_max = 8;
	world_apply_settings(w);
	events_begin(w);
	flood_comes_and_goes(w);
	events_expect(w, FLOOD("8"));
}

static const struct {
	struct row row;
	void (*run)(struct world *w, const struct row *row, bool v6);
} tests[] = {
	{ { .name = "handshakes are counted by how long they took" }, handshakes_are_counted },
	{ { .name = "handshakes of unknown length are not counted" }, what_is_unknown_is_not_counted },
	{ { .name = "round trips of old minutes make room" }, old_minutes_go },
	{ { .name = "the counts of a new service begin at nothing" }, counts_begin_anew },
	{ { .name = "a service's cookie mode is told once, and once its end", .backlog = 8 }, service_mode_is_told },
	{ { .name = "the table's cookie mode is told once, and once its end" }, table_mode_is_told },
};

void run_queue_tests(struct world *w, report_fn report)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		for (int v6 = 0; v6 <= 1 && wanted(tests[i].row.name); v6++) {
			tests[i].run(w, &tests[i].row, v6);
			report(w, w->failures == 0);
		}
}
