/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sweeps.c - tests that are loops and not rows: all flags against a statement of the rules, all
 * combinations of options there and back, options of any layout, blind guesses, full tables, and what the housekeeping timer does.
 */
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "prog.h"

/* --- flags */

/* RFC 9293 as sentences. Where a segment breaks two of them, either reason is true of it. */
static bool reason_fits(uint16_t flags, int reason)
{
	bool syn = flags & F_SYN, fin = flags & F_FIN, rst = flags & F_RST, ack = flags & F_ACK;
	bool sane = (syn || rst || ack) && !(syn && (fin || rst)) && (ack || !fin);

	switch (reason) {
	case LEVEE_DROP_SYN_FIN:
		return syn && fin;
	case LEVEE_DROP_SYN_RST:
		return syn && rst;
	case LEVEE_DROP_FIN_NO_ACK:
		return fin && !ack;
	case LEVEE_DROP_NO_FLAGS:
		return !syn && !ack && !rst;
	case LEVEE_PASS_SYN_NO_SERVICE:
		return sane && syn && !ack;
	case LEVEE_PASS_NO_FLOW:
		return sane && (!syn || ack);
	default:
		return false;
	}
}

static void all_flags(struct world *w, const struct row *row, bool v6)
{
	world_reset(w, row, v6, 1000, 2000);
	for (uint16_t flags = 0; flags < 512; flags++) {
		struct segment s = { .flags = flags, .seq = 1, .ack = 1 };
		int reason = world_in_reason(w, &s);

		if (!reason_fits(flags, reason))
			complain(w, "flags %#x: %s", flags, reason_name(reason));
	}
}

/* --- options there and back */

static const char *const words[] = { "mss=1452", "sack", "ts", "ws=6" };

/* The chosen words, forwards or backwards, with or without a NOP before each. */
static void option_words(char *out, unsigned int chosen, bool backwards, bool nops)
{
	out[0] = 0;
	for (int i = 0; i < 4; i++) {
		int which = backwards ? 3 - i : i;

		if (!(chosen & 1U << which))
			continue;
		if (nops)
			strcat(out, "nop ");
		strcat(out, words[which]);
		strcat(out, " ");
	}
}

/* What the socket must be told, from what the client said; the wscale of a cookie without timestamps is exact for 6 but with ECN alone. */
static uint16_t options_wanted(unsigned int chosen, bool ecn)
{
	uint16_t co = 0;

	co |= chosen & 1 ? 5 : 0; /* 1452 is class 5 in IPv4; in IPv6, where 1440 is the largest below, class 6 */
	co |= chosen & 2 ? LEVEE_CO_SACK : 0;
	co |= chosen & 4 ? LEVEE_CO_TS : 0;
	co |= chosen & 8 ? LEVEE_CO_HAS_WSCALE | 6 << 3 : 0;
	co |= ecn ? LEVEE_CO_ECN : 0;
	if (ecn && !(chosen & 6) && chosen & 8)
		co &= ~(6 << 3);
	return co;
}

static void there_and_back(struct world *w, unsigned int chosen, bool backwards, bool nops, bool ecn)
{
	uint16_t want = options_wanted(chosen, ecn);
	char text[64];
	struct segment syn = { .flags = F_SYN | (ecn ? F_ECE | F_CWR : 0),
			       .options = text,
			       .port = w->emitted % 20000 };
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .port = syn.port };
	struct levee_flow f;

	option_words(text, chosen, backwards, nops);
	ack.options = chosen & 4 ? "nop nop ts" : NULL;
	if (w->link.v6 && chosen & 1)
		want += 1;
	if (!world_in(w, &syn, LEVEE_TX_COOKIE, NULL) || !world_in(w, &ack, LEVEE_PASS_COOKIE, NULL)) {
		complain(w, "SYN with \"%s\"%s", text, ecn ? " and ECN" : "");
		return;
	}
	if (!world_flow(w, &f) || f.cookie.options != want)
		complain(w, "SYN with \"%s\"%s: options %#x, wanted %#x", text, ecn ? " and ECN" : "", f.cookie.options,
			 want);
}

static void all_options(struct world *w, const struct row *row, bool v6)
{
	world_reset(w, row, v6, 0, 0x01020304);
	for (unsigned int i = 0; i < 16 * 8; i++) {
		w->link.remote_isn += 0x01010101;
		there_and_back(w, i & 15, i & 16, i & 32, i & 64);
	}
}

/* --- options of any layout, against a plain walk over them */

#define OPTION_BYTES 40

struct said {
	uint16_t mss;
	uint8_t wscale;
	uint8_t present; /* LEVEE_OPT_* */
};

static void take_option(struct said *said, const uint8_t *option)
{
	switch (option[0] << 8 | option[1]) {
	case 2 << 8 | 4:
		said->mss = get16(option + 2);
		said->present |= LEVEE_OPT_MSS;
		break;
	case 3 << 8 | 3:
		said->wscale = option[2] > 14 ? 14 : option[2];
		said->present |= LEVEE_OPT_WSCALE;
		break;
	case 4 << 8 | 2:
		said->present |= LEVEE_OPT_SACK;
		break;
	case 8 << 8 | 10:
		said->present |= LEVEE_OPT_TS;
		break;
	default:
		if (option[0] == 19 || option[0] == 29)
			said->present |= LEVEE_OPT_SIGNED;
	}
}

/* RFC 9293 section 3.1: ends at the end, or at what makes no sense. */
static struct said walk_options(const uint8_t *at, uint32_t len)
{
	struct said said = { 0 };

	for (uint32_t i = 0; i < len && at[i] != 0;) {
		if (at[i] == 1) {
			i++;
			continue;
		}
		if (i + 1 == len || at[i + 1] < 2 || i + at[i + 1] > len)
			break;
		take_option(&said, at + i);
		i += at[i + 1];
	}
	return said;
}

/* What the cookie keeps of it, for a server that offers all. */
static uint16_t cookie_keeps(const struct said *said, bool v4)
{
	uint16_t co = levee_mss_class(said->mss, v4);

	co |= said->present & LEVEE_OPT_WSCALE ? LEVEE_CO_HAS_WSCALE | said->wscale << 3 : 0;
	co |= said->present & LEVEE_OPT_SACK ? LEVEE_CO_SACK : 0;
	co |= said->present & LEVEE_OPT_TS ? LEVEE_CO_TS : 0;
	return levee_cookie_options(co);
}

static void answered_as_walked(struct world *w, const uint8_t *options, uint32_t len, uint16_t port)
{
	const struct said said = walk_options(options, len);
	const uint16_t want = cookie_keeps(&said, !w->link.v6);
	char text[2 + 2 * OPTION_BYTES + 1] = "x";
	const struct segment syn = { .flags = F_SYN, .options = text, .port = port };
	const struct segment broken = { .flags = F_SYN, .options = text, .port = port, .bad_tcp_checksum = true };
	const struct segment ack = { .flags = F_ACK,
				     .seq = 1,
				     .ack = 1,
				     .port = port,
				     .options = said.present & LEVEE_OPT_TS ? "nop nop ts" : NULL };
	struct levee_flow f = { 0 };

	for (uint32_t i = 0; i < len; i++)
		sprintf(text + 1 + 2 * i, "%02x", options[i]);
	if (said.present & LEVEE_OPT_SIGNED) {
		world_in(w, &syn, LEVEE_PASS_SYN_SIGNED, NULL);
		return;
	}
	if (!world_in(w, &broken, LEVEE_DROP_CHECKSUM, NULL) || !world_in(w, &syn, LEVEE_TX_COOKIE, NULL) ||
	    !world_in(w, &ack, LEVEE_PASS_COOKIE, NULL) || !world_flow(w, &f) || f.cookie.options != want)
		complain(w, "SYN with the options %s: %#x, wanted %#x", text + 1, f.cookie.options, want);
}

/* Those of common systems, and others that are almost the same. */
static const uint8_t option_quads[][4] = {
	{ 2, 4, 5, 0xb4 },
	{ 1, 3, 3, 7 },
	{ 3, 3, 200, 1 },
	{ 1, 1, 4, 2 },
	{ 4, 2, 0, 0 },
	{ 4, 2, 1, 1 },
	{ 1, 1, 1, 1 },
	{ 0, 3, 3, 7 },
	{ 2, 3, 4, 2 },
	{ 1, 1, 8, 10 },
	{ 4, 2, 8, 10 },
	{ 1, 1, 19, 2 },
	{ 0xff, 0xff, 0xff, 0xff },
};

#define QUADS ARRAY_SIZE(option_quads)
#define SHORT_QUADS 9 /* the first of them, whose options do not reach beyond */

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* One quad, and all sequences of three short ones; then as many as fit, of which each third is random. */
static void any_layout(struct world *w, const struct row *row, bool v6)
{
	uint32_t random = 1, triples = SHORT_QUADS * SHORT_QUADS * SHORT_QUADS;
	uint8_t options[OPTION_BYTES];

	world_reset(w, row, v6, 100, 200);
	for (uint32_t i = 0; i < QUADS && !w->failures; i++)
		answered_as_walked(w, option_quads[i], 4, i);
	for (uint32_t i = 0; i < triples && !w->failures; i++) {
		memcpy(options, option_quads[i % SHORT_QUADS], 4);
		memcpy(options + 4, option_quads[i / SHORT_QUADS % SHORT_QUADS], 4);
		memcpy(options + 8, option_quads[i / SHORT_QUADS / SHORT_QUADS], 4);
		answered_as_walked(w, options, 12, 1000 + i);
	}
	for (uint32_t i = 0; i < 500 && !w->failures; i++) {
		for (uint32_t at = 0; at < OPTION_BYTES; at += 4) {
			uint32_t any = next_random(&random) * 257;

			memcpy(options + at, next_random(&random) % 3 ? option_quads[any % QUADS] : (uint8_t *)&any, 4);
		}
		answered_as_walked(w, options, i % 11 * 4, 10000 + i);
	}
}

/* IPv4 headers of every length: right, and wrong. */
static void any_ip_header(struct world *w, const struct row *row, bool v6)
{
	static const char most[] = "oooooooooo";

	world_reset(w, row, v6, 100, 200);
	for (uint16_t words = 0; words < sizeof(most); words++) {
		const struct segment syn = { .flags = F_SYN, .ext = most + sizeof(most) - 1 - words, .port = words };
		struct segment broken = syn;

		broken.bad_ip_checksum = true;
		world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
		world_in(w, &broken, LEVEE_DROP_CHECKSUM, NULL);
	}
}

/* --- guesses and full tables */

static void blind_guesses(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN }, guess = { .flags = F_ACK, .seq = 1 };

	world_reset(w, row, v6, 7, 7);
	world_in(w, &syn, LEVEE_TX_COOKIE, "");
	for (uint32_t i = 1; i <= 5000; i++) {
		guess.ack = 1 + i * 0x9e3779b1U;
		guess.port = i;
		world_in(w, &guess, LEVEE_DROP_BAD_COOKIE, NULL);
	}
}

/* More connections than the flow table has slots: all pass, the oldest go, the counts stay true. */
static void flow_table_overflows(struct world *w, const struct row *row, bool v6)
{
	uint32_t connections = 3000;

	world_reset(w, row, v6, 100, 200);
	for (uint32_t i = 0; i < connections; i++) {
		struct segment syn = { .flags = F_SYN, .port = i };
		struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .port = i };

		world_in(w, &syn, LEVEE_TX_COOKIE, "");
		world_in(w, &ack, LEVEE_PASS_COOKIE, NULL);
	}
	if (world_counted(w, LEVEE_C_FLOW_NEW) != connections)
		complain(w, "%u flows were made", (unsigned int)world_counted(w, LEVEE_C_FLOW_NEW));
	if (world_counted(w, LEVEE_C_FLOW_NEW) - world_counted(w, LEVEE_C_FLOW_GONE) != world_count_flows(w))
		complain(w, "%u flows in the table", world_count_flows(w));
	if (!world_counted(w, LEVEE_C_FLOW_EVICTED))
		complain(w, "none was evicted");
}

/* --- services come and go */

#define MANY_SERVICES 1000 /* more than there is room for */

static void answer_from(struct world *w, uint16_t port)
{
	struct segment synack = { .flags = F_SYN | F_ACK, .ack = 1, .local_port = port };

	world_out(w, &synack);
}

static void refuse_from(struct world *w, uint16_t port)
{
	struct segment rst = { .flags = F_RST | F_ACK, .absolute = true, .ack = 1, .local_port = port };

	world_out(w, &rst);
}

/* A program that listens on ever new ports leaves no room for services; once they are closed there is room again. */
static void closed_services_make_room(struct world *w, const struct row *row, bool v6)
{
	uint64_t refused;

	world_reset(w, row, v6, 100, 200);
	for (uint16_t port = 1000; port < 1000 + MANY_SERVICES; port++)
		answer_from(w, port);
	refused = world_counted(w, LEVEE_C_SERVICE_NO_ROOM);
	if (!refused)
		complain(w, "the table of services took them all: nothing is tested");
	for (uint16_t port = 1000; port < 1000 + MANY_SERVICES; port++)
		refuse_from(w, port);
	for (uint16_t port = 10000; port < 10100; port++)
		answer_from(w, port);
	if (world_counted(w, LEVEE_C_SERVICE_NO_ROOM) != refused)
		complain(w, "%u services found no room though the old ones are gone",
			 (unsigned int)(world_counted(w, LEVEE_C_SERVICE_NO_ROOM) - refused));
	/* Those that live are not pushed out. */
	for (uint16_t port = 20000; port < 20000 + MANY_SERVICES; port++)
		answer_from(w, port);
	w->last.local_port = 10000;
	if (!world_service(w, &(struct levee_service){ 0 }))
		complain(w, "a live service was replaced");
}

/* --- time */

static bool is_calm(struct world *w)
{
	struct levee_service s;

	return world_service(w, &s) && s.mode == LEVEE_MODE_CALM && world_count_half_open(w) == 0;
}

static bool has_ticked(struct world *w)
{
	return world_runtime(w).ticks >= 2;
}

static bool tables_are_empty(struct world *w)
{
	return world_count_flows(w) == 0 && world_count_half_open(w) == 0;
}

static bool in_flight_is_one(struct world *w)
{
	return world_runtime(w).in_flight == 1;
}

static void fill_share(struct world *w)
{
	struct segment syn = { .flags = F_SYN };

	for (syn.port = 0; syn.port < 5; syn.port++)
		world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	world_in(w, &syn, LEVEE_TX_COOKIE, "");
}

/* After the flood: entries have gone, cookies grow old, and the timer makes the service calm again. */
static void flood_ends(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN, .port = 1000 };
	struct levee_service s;

	world_reset(w, row, v6, 300, 400);
	fill_share(w);
	if (!world_start_housekeeping(w))
		return;
	if (!world_wait(w, in_flight_is_one))
		complain(w, "%u cookies in flight, wanted 1", world_runtime(w).in_flight);
	if (!world_service(w, &s) || s.mode != LEVEE_MODE_COOKIE)
		complain(w, "the service was calm too early");
	w->settings.timeout_ms[LEVEE_T_HALF_OPEN] = 1;
	w->settings.clock.epoch_base += 2;
	world_apply_settings(w);
	/* The sweep waits for the deadline that the entries were made with; a packet finds out at once. */
	for (uint16_t port = 0; port < 5; port++) {
		struct segment again = { .flags = F_RST, .seq = 1, .port = port };

		world_in_reason(w, &again);
	}
	if (!world_wait(w, is_calm))
		complain(w, "after 10 s still %u half-open, mode not calm", world_count_half_open(w));
	w->settings.timeout_ms[LEVEE_T_HALF_OPEN] = 64000;
	world_apply_settings(w);
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
}

/* Entries leave the tables without any packet. */
static void timer_sweeps(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN };

	world_reset(w, row, v6, 500, 600);
	w->settings.timeout_ms[LEVEE_T_HALF_OPEN] = 1;
	world_apply_settings(w);
	for (syn.port = 0; syn.port < 4; syn.port++)
		world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	if (!world_start_housekeeping(w))
		return;
	if (!world_wait(w, has_ticked))
		complain(w, "the timer does not run");
	if (!world_wait(w, tables_are_empty))
		complain(w, "%u half-open entries stayed", world_count_half_open(w));
	if (world_runtime(w).half_open != 0)
		complain(w, "%u half-open counted", world_runtime(w).half_open);
}

static const struct {
	struct row row;
	void (*run)(struct world *w, const struct row *row, bool v6);
} sweeps[] = {
	{ { .name = "all 512 combinations of flags", .no_service = true }, all_flags },
	{ { .name = "all options and orders there and back",
	    .cookies = LEVEE_COOKIES_ALWAYS,
	    .profile_options = LEVEE_OPT_MSS | LEVEE_OPT_WSCALE | LEVEE_OPT_SACK | LEVEE_OPT_TS | LEVEE_OPT_ECN },
	  all_options },
	{ { .name = "options of any layout are read as a plain walk reads them",
	    .cookies = LEVEE_COOKIES_ALWAYS,
	    .profile_options = LEVEE_OPT_MSS | LEVEE_OPT_WSCALE | LEVEE_OPT_SACK | LEVEE_OPT_TS },
	  any_layout },
	{ { .name = "IP headers of every length are summed", .family = ONLY_V4, .cookies = LEVEE_COOKIES_ALWAYS },
	  any_ip_header },
	{ { .name = "5000 blind guesses", .cookies = LEVEE_COOKIES_ALWAYS }, blind_guesses },
	{ { .name = "the flow table overflows", .cookies = LEVEE_COOKIES_ALWAYS }, flow_table_overflows },
	{ { .name = "closed services make room for new ones", .no_service = true }, closed_services_make_room },
	{ { .name = "the timer sweeps", .backlog = 100 }, timer_sweeps },
	{ { .name = "the flood ends, cookies stop", .backlog = 10 }, flood_ends },
};

void run_sweeps(struct world *w, report_fn report)
{
	for (size_t i = 0; i < ARRAY_SIZE(sweeps); i++)
		for (int v6 = 0; v6 <= (sweeps[i].row.family != ONLY_V4) && wanted(sweeps[i].row.name); v6++) {
			sweeps[i].run(w, &sweeps[i].row, v6);
			report(w, w->failures == 0);
		}
}
