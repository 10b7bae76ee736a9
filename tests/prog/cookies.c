/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cookies.c - cookies that rows cannot express: right ones that nobody was sent, thousands in flight while the epoch goes
 * on, and the counts of those in flight.
 */
#include <stdlib.h>

#include "prog.h"

#define SYN_OPTIONS "mss=1460 sack ts nop ws=7"
#define TS_OPTIONS "nop nop ts"
#define HTTPS 443

static void next_epoch(struct world *w)
{
	w->settings.clock.epoch_base++;
	world_apply_settings(w);
}

/* --- nothing in flight, nothing validated */

/* The ACK of a client that was sent no cookie, but knows the key. */
static struct segment forged(struct world *w, uint16_t local_port, uint16_t port)
{
	static const struct levee_sip_key key = { WORLD_COOKIE_KEY };
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .local_port = local_port, .port = port };
	struct levee_tuple t = packet_tuple(&ack, &w->link);
	struct levee_service s = { 0 };

	w->last = ack;
	if (!world_service(w, &s))
		complain(w, "there is no service");
	w->link.local_isn = levee_cookie_make(&key, &t, w->link.remote_isn, w->settings.clock.epoch_base, LEVEE_CO_SACK,
					      s.profile.wscale)
				    .isn;
	return ack;
}

static void forged_is(struct world *w, int reason, uint16_t local_port, uint16_t port)
{
	struct segment ack = forged(w, local_port, port);

	world_in(w, &ack, reason, NULL);
}

/* A guess that is right is of no use where no cookie has been sent: to this service, in this epoch or the one before. */
static void nothing_in_flight(struct world *w, const struct row *row, bool v6)
{
	struct segment synack = {
		.flags = F_SYN | F_ACK, .ack = 1, .options = SYN_OPTIONS, .local_port = HTTPS, .port = 99
	};
	struct segment syn = { .flags = F_SYN, .options = SYN_OPTIONS, .port = 1 };
	struct segment https_syn = { .flags = F_SYN, .options = SYN_OPTIONS, .local_port = HTTPS, .port = 2 };

	world_reset(w, row, v6, 1000, 2000);
	world_out(w, &synack);
	forged_is(w, LEVEE_DROP_BAD_COOKIE, 0, 3);
	world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
	forged_is(w, LEVEE_DROP_BAD_COOKIE, HTTPS, 3);
	if (world_counted(w, LEVEE_C_COOKIE_INVALID))
		complain(w, "an ACK was checked where nothing was in flight");
	forged_is(w, LEVEE_PASS_COOKIE, 0, 3); /* it is right */
	world_in(w, &https_syn, LEVEE_TX_COOKIE, NULL);
	forged_is(w, LEVEE_PASS_COOKIE, HTTPS, 4);
	next_epoch(w);
	forged_is(w, LEVEE_PASS_COOKIE, HTTPS, 5);
	next_epoch(w);
	forged_is(w, LEVEE_DROP_BAD_COOKIE, HTTPS, 6);
	forged_is(w, LEVEE_DROP_BAD_COOKIE, 0, 6);
	if (world_counted(w, LEVEE_C_COOKIE_INVALID) || world_counted(w, LEVEE_C_COOKIE_VALID) != 3)
		complain(w, "an ACK was checked two epochs after the last cookie");
}

/* --- counts, by service and epoch */

static unsigned int wanted_in_flight[2];

static bool in_flight_as_wanted(struct world *w)
{
	struct levee_service http = { 0 }, https = { 0 };

	w->last.local_port = 0;
	world_service(w, &http);
	w->last.local_port = HTTPS;
	world_service(w, &https);
	return http.in_flight == wanted_in_flight[0] && https.in_flight == wanted_in_flight[1] &&
	       world_runtime(w).in_flight == wanted_in_flight[0] + wanted_in_flight[1];
}

static void in_flight_becomes(struct world *w, unsigned int http, unsigned int https)
{
	wanted_in_flight[0] = http;
	wanted_in_flight[1] = https;
	if (!world_wait(w, in_flight_as_wanted))
		complain(w, "%u in flight, wanted %u and %u", world_runtime(w).in_flight, http, https);
}

/* Clients that come by a cookie; the first `answers` of them answer it. */
static void clients(struct world *w, uint16_t local_port, uint16_t first, int count, int answers)
{
	struct segment syn = { .flags = F_SYN, .options = SYN_OPTIONS, .local_port = local_port, .port = first };
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .options = TS_OPTIONS, .local_port = local_port };

	for (int i = 0; i < count; i++, syn.port++) {
		world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
		ack.port = syn.port;
		if (i < answers)
			world_in(w, &ack, LEVEE_PASS_COOKIE, NULL);
	}
}

static void in_flight_is_counted(struct world *w, const struct row *row, bool v6)
{
	struct segment synack = {
		.flags = F_SYN | F_ACK, .ack = 1, .options = SYN_OPTIONS, .local_port = HTTPS, .port = 99
	};

	world_reset(w, row, v6, 1000, 2000);
	world_out(w, &synack);
	world_start_housekeeping(w);
	clients(w, 0, 0, 5, 2);
	clients(w, HTTPS, 0, 7, 3);
	in_flight_becomes(w, 3, 4);
	next_epoch(w);
	clients(w, 0, 100, 2, 1);
	in_flight_becomes(w, 4, 4);
	next_epoch(w);
	clients(w, 0, 200, 3, 0); /* where those of the first epoch were counted */
	in_flight_becomes(w, 4, 0);
	next_epoch(w);
	in_flight_becomes(w, 3, 0);
	next_epoch(w);
	in_flight_becomes(w, 0, 0);
}

/* --- the epoch goes on */

#define CLIENTS 3000
#define UNDER_WAY 500 /* clients between SYN and ACK at any time */
#define PER_EPOCH 700 /* SYNs: more than are under way, so that no cookie sees two rollovers */

struct under_way {
	uint32_t isn, tsval;
};

/* Sent in answer to this cookie. */
static void client_sends(struct world *w, const struct under_way *c, const struct segment *s, int reason)
{
	w->link.local_isn = c->isn;
	w->link.local_tsval = c->tsval;
	world_in(w, s, reason, NULL);
}

/* With the epoch the set of valid cookies changes, as by a new key. Of thousands who connect meanwhile none is lost. */
static void epochs_roll_over(struct world *w, const struct row *row, bool v6)
{
	struct under_way *sent = calloc(CLIENTS, sizeof(*sent));
	FILE *pcap = w->pcap;

	world_reset(w, row, v6, 1000, 2000);
	w->pcap = NULL; /* these packets are like those of other tests */
	for (int i = 0; i < CLIENTS + UNDER_WAY && !w->failures; i++) {
		struct segment syn = { .flags = F_SYN, .port = i, .options = i & 1 ? SYN_OPTIONS : "mss=1460" };
		struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .port = i - UNDER_WAY };

		if (i % PER_EPOCH == PER_EPOCH - 1)
			next_epoch(w);
		if (i < CLIENTS) {
			world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
			sent[i] = (struct under_way){ w->link.local_isn, w->link.local_tsval };
		}
		ack.options = ack.port & 1 ? TS_OPTIONS : NULL;
		if (i >= UNDER_WAY)
			client_sends(w, &sent[i - UNDER_WAY], &ack, LEVEE_PASS_COOKIE);
	}
	w->pcap = pcap;
	if (world_counted(w, LEVEE_C_COOKIE_VALID) != CLIENTS || world_counted(w, LEVEE_C_COOKIE_INVALID))
		complain(w, "%u of %u cookies came back valid", (unsigned int)world_counted(w, LEVEE_C_COOKIE_VALID),
			 CLIENTS);
	free(sent);
}

/* A SYN from the port of a closed connection does not bring its cookie back to life, and gets one of its own. */
static void replay_behind_a_syn(struct world *w, const struct row *row, bool v6, bool answered)
{
	struct segment syn = { .flags = F_SYN, .options = SYN_OPTIONS }, rst = { .flags = F_RST, .seq = 1 };
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .options = TS_OPTIONS };
	struct segment data = { .flags = F_PSH | F_ACK, .seq = 1, .ack = 1, .payload = 100, .options = TS_OPTIONS };
	struct segment next = { .flags = F_SYN, .seq = 100000, .options = SYN_OPTIONS };
	struct under_way first, second;
	struct levee_flow f;

	world_reset(w, row, v6, 1000, 2000);
	world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
	first = (struct under_way){ w->link.local_isn, w->link.local_tsval };
	world_in(w, &ack, LEVEE_PASS_COOKIE, NULL);
	if (answered)
		world_out(w, &data);
	world_in(w, &rst, LEVEE_PASS_FLOW, NULL);
	world_in(w, &next, LEVEE_TX_COOKIE, NULL);
	second = (struct under_way){ w->link.local_isn, w->link.local_tsval };
	client_sends(w, &first, &ack, LEVEE_PASS_FLOW);
	client_sends(w, &first, &data, LEVEE_PASS_FLOW);
	if (world_counted(w, LEVEE_C_COOKIE_VALID) != 1 || world_count_flows(w) != 1)
		complain(w, "the cookie was taken twice");
	ack.seq = 100001;
	client_sends(w, &second, &ack, LEVEE_PASS_COOKIE);
	if (!world_flow(w, &f) || !(f.flags & LEVEE_FLOW_PENDING) || world_count_flows(w) != 1 ||
	    world_counted(w, LEVEE_C_FLOW_REUSED) != 1)
		complain(w, "the second cookie did not take the place of the first");
}

static void replay_behind_a_syn_unanswered(struct world *w, const struct row *row, bool v6)
{
	replay_behind_a_syn(w, row, v6, false);
}

static void replay_behind_a_syn_answered(struct world *w, const struct row *row, bool v6)
{
	replay_behind_a_syn(w, row, v6, true);
}

/* The same where the next SYN finds calm: its handshake is as any. */
static void calm_behind_a_cookie(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN, .options = SYN_OPTIONS }, rst = { .flags = F_RST, .seq = 1 };
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .options = TS_OPTIONS };
	struct segment next = { .flags = F_SYN, .seq = 100000, .options = SYN_OPTIONS };
	struct segment synack = { .flags = F_SYN | F_ACK, .ack = 100001, .options = SYN_OPTIONS };

	world_reset(w, row, v6, 1000, 2000);
	world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
	world_in(w, &ack, LEVEE_PASS_COOKIE, NULL);
	world_in(w, &rst, LEVEE_PASS_FLOW, NULL);
	w->settings.cookies = LEVEE_COOKIES_ADAPTIVE;
	world_apply_settings(w);
	world_in(w, &next, LEVEE_PASS_SYN, NULL);
	if (world_count_flows(w) || world_count_half_open(w) != 1)
		complain(w, "the SYN did not take the place of the flow");
	world_in(w, &ack, LEVEE_PASS_HALF_OPEN, NULL); /* the replay */
	world_out(w, &synack);
	ack.seq = 100001;
	world_in(w, &ack, LEVEE_PASS_HANDSHAKE, NULL);
	if (world_counted(w, LEVEE_C_COOKIE_VALID) != 1)
		complain(w, "the cookie was taken twice");
}

static const struct {
	struct row row;
	void (*run)(struct world *w, const struct row *row, bool v6);
} tests[] = {
	{ { .name = "nothing in flight, nothing validated", .cookies = LEVEE_COOKIES_ALWAYS }, nothing_in_flight },
	{ { .name = "cookies in flight by service and epoch", .cookies = LEVEE_COOKIES_ALWAYS }, in_flight_is_counted },
	{ { .name = "a cookie replayed behind a new SYN", .cookies = LEVEE_COOKIES_ALWAYS },
	  replay_behind_a_syn_answered },
	{ { .name = "a cookie replayed behind a new SYN, the first was not answered", .cookies = LEVEE_COOKIES_ALWAYS },
	  replay_behind_a_syn_unanswered },
	{ { .name = "a cookie replayed behind a new SYN in calm", .cookies = LEVEE_COOKIES_ALWAYS },
	  calm_behind_a_cookie },
	{ { .name = "epochs roll over while thousands connect", .cookies = LEVEE_COOKIES_ALWAYS }, epochs_roll_over },
};

void run_cookie_tests(struct world *w, report_fn report)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		for (int v6 = 0; v6 <= 1 && wanted(tests[i].row.name); v6++) {
			tests[i].run(w, &tests[i].row, v6);
			report(w, w->failures == 0);
		}
}
