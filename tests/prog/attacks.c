/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attacks.c - rows of what somebody did to levee, or what happened to it, and must not work again.
 *
 * Each name says what was tried. Ordinary ways of a packet are in rows.c.
 */
#include <linux/bpf.h>

#include "words.h"

/* --- what rows look at */

#define BY_DEFAULT (LEVEE_OPT_MSS | LEVEE_OPT_WSCALE | LEVEE_OPT_SACK | LEVEE_OPT_TS)

static bool offers_all_options(struct world *w)
{
	struct levee_service s;

	return (world_service(w, &s) && s.profile.options == BY_DEFAULT) ||
	       complain(w, "the profile offers %#x, wanted %#x", s.profile.options, BY_DEFAULT);
}

static bool offers_no_options(struct world *w)
{
	struct levee_service s;

	return (world_service(w, &s) && s.profile.options == LEVEE_OPT_MSS) ||
	       complain(w, "the profile offers %#x, wanted only the MSS", s.profile.options);
}

static bool offers_window(struct world *w, uint16_t window)
{
	struct levee_service s;

	return (world_service(w, &s) && s.profile.window == window) ||
	       complain(w, "the profile's window is %u, wanted %u", s.profile.window, window);
}

static bool offers_window_40000(struct world *w)
{
	return offers_window(w, 40000);
}

static bool offers_window_50000(struct world *w)
{
	return offers_window(w, 50000);
}

static bool offers_window_500(struct world *w)
{
	return offers_window(w, 500);
}

static bool offers_scale_11(struct world *w)
{
	struct levee_service s;

	return (world_service(w, &s) && s.profile.wscale == 11) ||
	       complain(w, "the profile's window scale is %u, wanted 11", s.profile.wscale);
}

static bool service_has(struct world *w, uint8_t flag)
{
	struct levee_service s;

	return (world_service(w, &s) && s.flags & flag) || complain(w, "the service has no flag %#x", flag);
}

static bool service_is_forwarded(struct world *w)
{
	return service_has(w, LEVEE_SVC_FORWARDED);
}

static bool service_is_refused(struct world *w)
{
	return service_has(w, LEVEE_SVC_REFUSED);
}

/* The accept queue was found full just now. Tries again where this process was held up for longer than that lasts. */
static bool full_queue_drops_syns(struct world *w)
{
	struct segment syn = { .flags = F_SYN, .options = "mss=1460 sack ts nop ws=7", .port = 1 };
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .options = "nop nop ts", .port = 1 };
	int reason = -1;

	for (int i = 0; i < 20 && reason != LEVEE_DROP_ACCEPT_QUEUE; i++, syn.port++, ack.port++) {
		world_fill_accept_queue(w, 0);
		if (!world_in(w, &syn, LEVEE_TX_COOKIE, NULL) || !world_in(w, &ack, LEVEE_PASS_COOKIE, NULL))
			return false;
		world_fill_accept_queue(w, world_runtime(w).pending_ms);
		syn.port++;
		ack.port++;
		reason = world_in_reason(w, &syn);
	}
	return reason == LEVEE_DROP_ACCEPT_QUEUE || complain(w, "reason %s", reason_name(reason));
}

/* Has had room again for longer than a moment. */
static bool queue_was_full_before(struct world *w)
{
	return world_fill_accept_queue(w, world_runtime(w).pending_ms - 100);
}

/* Whatever the reason is called: SYNs pass and none is answered. */
static bool syns_pass(struct world *w)
{
	struct segment syn = { .flags = F_SYN, .port = 500 };

	for (; syn.port < 530; syn.port++) {
		int reason = world_in_reason(w, &syn);

		if (w->verdict != XDP_PASS)
			return complain(w, "reason %s", reason_name(reason));
	}
	return true;
}

/* The SYN-ACKs pass elsewhere, so nothing would ever complete them. */
static bool syns_pass_untracked(struct world *w)
{
	return syns_pass(w) && (world_count_half_open(w) == 0 ||
				complain(w, "30 SYNs left %u half-open entries", world_count_half_open(w)));
}

static bool flow_counts_a_big_segment(struct world *w)
{
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "no flow");
	return f.end[LEVEE_REMOTE].seq_end == w->link.remote_isn + 1 + 65535 ||
	       complain(w, "the flow did not see the end of the segment");
}

/* clang-format off */

/* --- rows */

#define ALL_OPTIONS .options = "mss=1460 sack ts nop ws=7"
#define V6_MAPPED "::ffff:198.19.200.7"

/* Five clients that complete their handshakes. */
#define FIVE_HANDSHAKES \
	IN_TIMES(5, PASS_SYN, S, LINUX), OUT_TIMES(5, SA, .ack = 1, LINUX), \
	IN_TIMES(5, PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS)

const struct row attack_rows[] = {
	/* resets that the kernel sends but does not mean */
	{ "a wrong ACK after each SYN: the host's RST does not make room for more", BOTH, .backlog = 10,
	  .steps = { IN_TIMES(5, PASS_SYN, S, LINUX), OUT_TIMES(5, SA, .ack = 1, LINUX),
		     IN_TIMES(5, PASS_HALF_OPEN, A, .seq = 1, .ack = 2, TS), OUT_TIMES(5, R, .seq = 2), HALF_OPEN,
		     COUNTED(HALF_OPEN_RESET, 0), COOKIE(NULL, S, LINUX, .port = 5), MODE(COOKIE) } },
	{ "the host's RST with a number from anywhere leaves the entry", BOTH,
	  .steps = { SYN_AND_ANSWER, OUT(R, .seq = 0), HALF_OPEN, OUT(R, .seq = 1000), HALF_OPEN, OUT(R, .seq = -1), HALF_OPEN,
		     OUT(R, .seq = 0x80000001), HALF_OPEN, COUNTED(HALF_OPEN_RESET, 0), OUT(R, .seq = 1), NOTHING,
		     COUNTED(HALF_OPEN_RESET, 1) } },
	{ "the host refuses a SYN that was half-open: the entry goes", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), OUT(RA, .seq = 0, .absolute = true, .ack = 1), NOTHING, COUNTED(HALF_OPEN_RESET, 1) } },
	{ "the host's RST before its SYN-ACK was seen leaves the entry", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), OUT(R, .seq = 12345), HALF_OPEN, COUNTED(HALF_OPEN_RESET, 0) } },

	/* SYNs on flows that are over */
	{ "closed connections do not hide the SYNs from their ports", BOTH, .backlog = 10,
	  .steps = { FIVE_HANDSHAKES, IN_TIMES(5, PASS_FLOW, R, .seq = 1), FLOW(CLOSED, CLOSED),
		     IN_TIMES(5, PASS_SYN, S, .seq = 100000, LINUX), HALF_OPEN, COUNTED(FLOW_REUSED, 5),
		     COOKIE(NULL, S, LINUX, .port = 5), MODE(COOKIE) } },
	{ "a closed connection's port gets a cookie like any", BOTH, .backlog = 1000,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, R, .seq = 1), COOKIES(ALWAYS), COOKIE(NULL, S, .seq = 100000, LINUX), NOTHING,
		     COUNTED(FLOW_REUSED, 1), IN(PASS_COOKIE, A, .seq = 100001, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "a connection that the client closed last is over at once", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS), OUT(FA, .seq = 1, .ack = 2, TS),
		     IN(PASS_FLOW, A, .seq = 2, .ack = 2, TS), FLOW(CLOSED, TIME_WAIT), IN(PASS_SYN, S, .seq = 100000, LINUX),
		     HALF_OPEN, COUNTED(FLOW_REUSED, 1) } },
	{ "a SYN on this host's TIME_WAIT is the stack's, and forgets nothing", BOTH, ALWAYS,
	  .steps = { SEED_FLOW(TIME_WAIT), IN_AGAIN(5, PASS_FLOW_SYN, S, LINUX), FLOW(TIME_WAIT, SYN_SENT), COUNTED(FLOW_REUSED, 0),
		     OUT(SA, .ack = 1, LINUX), HALF_OPEN, COUNTED(FLOW_REUSED, 1) } },

	/* one SYN over and over */
	{ "one SYN over and over is dropped in cookie mode", BOTH, .backlog = 10,
	  .steps = { IN_TIMES(5, PASS_SYN, S, LINUX), COOKIE(NULL, S, LINUX, .port = 5), IN_AGAIN(3, PASS_SYN_REPEATED, S, LINUX),
		     IN_AGAIN(20, DROP_SYN_REPEATED, S, LINUX), HALF_OPEN, IN_AGAIN(3, PASS_SYN_REPEATED, S, LINUX, .port = 1),
		     IN(DROP_SYN_REPEATED, S, LINUX, .port = 1) } },
	{ "a client that repeats its SYN as Linux does is let through in cookie mode", BOTH, .backlog = 10,
	  .steps = { IN_TIMES(5, PASS_SYN, S, LINUX), COOKIE(NULL, S, LINUX, .port = 5), IN(PASS_SYN_REPEATED, S, LINUX),
		     AGE(1000), IN(PASS_SYN_REPEATED, S, LINUX), AGE(1000), IN(PASS_SYN_REPEATED, S, LINUX), AGE(1000),
		     IN(PASS_SYN_REPEATED, S, LINUX), AGE(1000), IN(PASS_SYN_REPEATED, S, LINUX), AGE(1000),
		     IN(PASS_SYN_REPEATED, S, LINUX), AGE(2000), IN(PASS_SYN_REPEATED, S, LINUX), AGE(4000),
		     IN(PASS_SYN_REPEATED, S, LINUX), OUT(SA, .ack = 1, LINUX),
		     IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS) } },
	{ "one SYN over and over is the stack's in calm", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), IN_AGAIN(30, PASS_SYN_REPEATED, S, LINUX), HALF_OPEN } },

	/* what does not fit a half-open connection */
	{ "a flood of wrong ACKs behind a half-open SYN is dropped in cookie mode", BOTH, .backlog = 10,
	  .steps = { IN_TIMES(5, PASS_SYN, S, LINUX), OUT_TIMES(5, SA, .ack = 1, LINUX), COOKIE(NULL, S, LINUX, .port = 5),
		     IN(DROP_HALF_OPEN, A, .seq = 1, .ack = 77, TS), IN(DROP_HALF_OPEN, PA, .seq = 1, .ack = 77, .payload = 1000, TS),
		     IN(DROP_HALF_OPEN, SA, .seq = 0, .ack = 77, LINUX), IN(DROP_HALF_OPEN, A, .seq = 0, .ack = 77, TS), HALF_OPEN,
		     COUNTED(FLOW_NEW, 0) } },

	/* teaching a service what it does not refuse */
	{ "SYN with all options, then without: the SYN-ACK teaches no refusals", BOTH,
	  .steps = { IN(PASS_SYN, S, ALL_OPTIONS), IN(PASS_SYN_REPEATED, S), OUT(SA, .ack = 1, .options = "mss=1460"),
		     CHECK(offers_all_options), COOKIES(ALWAYS), COOKIE(NULL, S, ALL_OPTIONS, .port = 1),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS, .port = 1) } },
	{ "SYN without options, then with all: the SYN-ACK teaches no refusals", BOTH,
	  .steps = { IN(PASS_SYN, S), IN(PASS_SYN_REPEATED, S, ALL_OPTIONS), OUT(SA, .ack = 1, .options = "mss=1460"),
		     CHECK(offers_all_options) } },
	{ "the answer to another SYN teaches no refusals", BOTH,
	  .steps = { IN(PASS_SYN, S, ALL_OPTIONS), OUT(SA, .ack = 50001, .options = "mss=1460"), CHECK(offers_all_options) } },
	{ "a forged SYN without options does not spoil the windows of a handshake under way", BOTH,
	  .steps = { IN(PASS_SYN, S, ALL_OPTIONS), OUT(SA, .ack = 1, ALL_OPTIONS), IN(PASS_SYN_REPEATED, S),
		     OUT(SA, .ack = 1, ALL_OPTIONS), IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, .window = 500, TS),
		     OUT(PA, .seq = 1, .ack = 1, .payload = 1400, TS), OUT(FA, .seq = 1401, .ack = 1, TS),
		     FLOW(FIN_WAIT_1, ESTABLISHED), IN(PASS_FLOW, A, .seq = 1, .ack = 1402, .window = 500, TS),
		     FLOW(FIN_WAIT_2, CLOSE_WAIT) } },
	{ "a server that refuses all options does teach it", BOTH,
	  .steps = { IN(PASS_SYN, S, ALL_OPTIONS), OUT(SA, .ack = 1, .options = "mss=1460"), CHECK(offers_no_options) } },
	{ "a client with a tiny MSS does not shrink the window of all others", BOTH, .not_learnt = true,
	  .steps = { IN(PASS_SYN, S, LINUX), OUT(SA, .ack = 1, LINUX, .window = 40000), CHECK(offers_window_40000),
		     IN(PASS_SYN, S, .options = "mss=88", .port = 1), OUT(SA, .ack = 1, .options = "mss=1460", .window = 500, .port = 1),
		     CHECK(offers_window_40000), IN(PASS_SYN, S, LINUX, .port = 2),
		     OUT(SA, .ack = 1, LINUX, .window = 50000, .port = 2), CHECK(offers_window_50000) } },
	{ "a new window scale of the server does not spoil cookies in flight", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), OUT(SA, .ack = 1, .options = "mss=1460 sack ts nop ws=11", .port = 9), EPOCH(1),
		     OUT(SA, .ack = 1, .options = "mss=1460 sack ts nop ws=11", .port = 8),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "a new window scale of the server is learnt when no cookie is in flight", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), EPOCH(2), OUT(SA, .seq = 5, .ack = 1, .options = "mss=1460 sack ts nop ws=11", .port = 9),
		     CHECK(offers_scale_11) } },

	{ "a listener that comes back offers what it offers now", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), OUT(RA, .seq = 0, .absolute = true, .ack = 1, .port = 1),
		     OUT(SA, .ack = 1, .options = "mss=1300 sack ts nop ws=11", .window = 500, .port = 9), LISTENS,
		     CHECK(offers_scale_11), CHECK(offers_window_500), COOKIE("mss=1300 sack ts nop ws=11", S, LINUX, .port = 2),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS, .port = 2) } },

	/* services that levee has not seen answer */
	{ "a service that never answered here gets its first SYN under always", BOTH, ALWAYS, .not_learnt = true,
	  .steps = { IN(PASS_SYN, S, LINUX), HALF_OPEN, COUNTED(COOKIE_SENT, 0), OUT(SA, .ack = 1, LINUX),
		     COOKIE(NULL, S, LINUX, .port = 1), COUNTED(COOKIE_SENT, 1) } },
	{ "a flood before the first answer: cookies with the default profile when the share is full", BOTH, .backlog = 10,
	  .not_learnt = true,
	  .steps = { IN_TIMES(10, PASS_SYN, S, LINUX), MODE(CALM), COOKIE(NULL, S, LINUX, .port = 10), MODE(COOKIE),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS, .port = 10) } },
	{ "a flood before the first answer, always", BOTH, ALWAYS, .backlog = 10, .not_learnt = true,
	  .steps = { IN_TIMES(10, PASS_SYN, S, LINUX), COOKIE(NULL, S, LINUX, .port = 10) } },

	/* connections of others that are routed here */
	{ "a forwarded connection leaves no trace", BOTH, .no_service = true,
	  .steps = { OUT(S, LINUX, OUTGOING, .forwarded = true), NOTHING, OUT(SA, .ack = 1, LINUX, .forwarded = true), NOTHING,
		     OUT(A, .seq = 1, .ack = 1, TS, .forwarded = true), NOTHING, OUT(R, .seq = 1, .forwarded = true),
		     COUNTED(SERVICE_LEARNT, 0), COUNTED(FLOW_NEW, 0), COUNTED(SYNACK, 0) } },
	{ "a port published from a container gets no cookies once it answered", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), OUT(SA, .ack = 1, LINUX, .port = 1, .forwarded = true), CHECK(service_is_forwarded),
		     CHECK(syns_pass), COUNTED(COOKIE_SENT, 1) } },
	{ "a port published from a container gets no cookies, whatever its load", BOTH, .half_open_max = 16, .backlog = 4,
	  .steps = { OUT(SA, .ack = 1, LINUX, .port = 99, .forwarded = true), CHECK(syns_pass), CHECK(syns_pass),
		     COUNTED(COOKIE_SENT, 0) } },
	{ "the first connection to a published port, seen before its answer, leaves no entry", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), HALF_OPEN, OUT(SA, .ack = 1, LINUX, .forwarded = true), NOTHING,
		     COUNTED(HALF_OPEN_FORWARDED, 1), IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, TS), NOTHING } },
	{ "connections to a published port do not fill the half-open table", BOTH,
	  .steps = { OUT(SA, .ack = 1, LINUX, .port = 99, .forwarded = true), CHECK(syns_pass_untracked) } },
	{ "a forwarded RST ends nothing of ours", BOTH,
	  .steps = { SYN_AND_ANSWER, OUT(R, .seq = 1, .forwarded = true), HALF_OPEN,
		     OUT(RA, .seq = 0, .absolute = true, .ack = 1, .port = 1, .forwarded = true), COUNTED(SERVICE_GONE, 0) } },
	{ "a redirected port, answered by a listener on another, is only watched", BOTH, .no_service = true,
	  .steps = { IN(PASS_SYN_NO_SERVICE, S, LINUX), OUT(SA, .ack = 1, LINUX), CHECK(service_is_refused), COOKIES(ALWAYS),
		     IN(PASS_SYN, S, LINUX, .port = 1), HALF_OPEN, OUT(SA, .ack = 1, LINUX, .port = 1),
		     IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS, .port = 1), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, TS, .port = 2), COUNTED(COOKIE_SENT, 0) } },

	/* addresses that are nobody's */
	{ "mapped source in IPv6 is taken for no IPv4 flow", ONLY_V6,
	  .steps = { IN(DROP_BAD_ADDRESS, S, LINUX, .from = V6_MAPPED), IN(DROP_BAD_ADDRESS, A, .seq = 1, .ack = 1, .from = V6_MAPPED),
		     IN(DROP_BAD_ADDRESS, R, .seq = 1, .from = V6_MAPPED), IN(DROP_BAD_ADDRESS, SA, .ack = 1, .from = V6_MAPPED),
		     NOTHING } },
	{ "mapped destination in IPv6 is taken for no IPv4 service", ONLY_V6, .no_service = true,
	  .steps = { IN(DROP_BAD_ADDRESS, S, LINUX, .to = "::ffff:198.18.0.1"),
		     IN(DROP_BAD_ADDRESS, A, .seq = 1, .ack = 1, .to = "::ffff:198.18.0.1"),
		     IN(PASS_SYN_NO_SERVICE, S, LINUX, .to = "::fffe:198.18.0.1"),
		     IN(PASS_SYN_NO_SERVICE, S, LINUX, .to = "64:ff9b::198.18.0.1") } },
	{ "no cookie goes to everybody or to nobody", ONLY_V4, ALWAYS,
	  .steps = { IN(DROP_BAD_ADDRESS, S, LINUX, .from = "224.0.0.1"), IN(DROP_BAD_ADDRESS, S, LINUX, .from = "239.255.255.255"),
		     IN(DROP_BAD_ADDRESS, S, LINUX, .from = "255.255.255.255"), IN(DROP_BAD_ADDRESS, S, LINUX, .from = "240.0.0.1"),
		     IN(DROP_BAD_ADDRESS, S, LINUX, .from = "0.0.0.0"), IN(DROP_BAD_ADDRESS, S, LINUX, .from = "0.255.255.255"),
		     IN(DROP_BAD_ADDRESS, S, LINUX, .from = "127.0.0.1"), IN(DROP_BAD_ADDRESS, S, LINUX, .from = "127.255.0.9"),
		     IN(DROP_BAD_ADDRESS, S, LINUX, .from = "198.18.0.1"), COUNTED(COOKIE_SENT, 0) } },
	{ "no cookie goes to everybody or to nobody", ONLY_V6, ALWAYS,
	  .steps = { IN(DROP_BAD_ADDRESS, S, LINUX, .from = "ff02::1"), IN(DROP_BAD_ADDRESS, S, LINUX, .from = "ff0e::1234"),
		     IN(DROP_BAD_ADDRESS, S, LINUX, .from = "::"), IN(DROP_BAD_ADDRESS, S, LINUX, .from = "::1"),
		     IN(DROP_BAD_ADDRESS, S, LINUX, .from = "fd00:1::1"), COUNTED(COOKIE_SENT, 0) } },
	{ "addresses next to those do get cookies", ONLY_V4, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX, .from = "223.255.255.255"), COOKIE(NULL, S, LINUX, .from = "1.0.0.0"),
		     COOKIE(NULL, S, LINUX, .from = "126.255.255.255"), COOKIE(NULL, S, LINUX, .from = "128.0.0.0"),
		     COOKIE(NULL, S, LINUX, .from = "198.18.0.2") } },
	{ "addresses next to those do get cookies", ONLY_V6, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX, .from = "::2"), COOKIE(NULL, S, LINUX, .from = "feff::1"),
		     COOKIE(NULL, S, LINUX, .from = "1::"), COOKIE(NULL, S, LINUX, .from = "fd00:1::2"),
		     COOKIE(NULL, S, LINUX, .from = "fd00:1::1:0:0:1") } },
	{ "odd sources are the stack's business in calm", ONLY_V4,
	  .steps = { IN(PASS_SYN, S, LINUX, .from = "224.0.0.1"), HALF_OPEN } },
	{ "odd sources are the stack's business in calm", ONLY_V6,
	  .steps = { IN(PASS_SYN, S, LINUX, .from = "ff02::1"), HALF_OPEN } },

	/* checksums and lengths that are another's to fill in */
	{ "a SYN from the same machine, whose checksum a device would have completed", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX, .partial_checksum = true), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS, .partial_checksum = true) } },
	{ "a SYN with data, whose checksum a device would have completed", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX, .payload = 33, .partial_checksum = true) } },
	{ "almost the checksum that a device would have completed", BOTH, ALWAYS,
	  .steps = { IN(DROP_CHECKSUM, S, LINUX, .partial_checksum = true, .bad_tcp_checksum = true) } },
	{ "a segment too big for the length field", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, PA, .seq = 1, .ack = 1, .payload = 65535, .no_length = true, TS),
		     CHECK(flow_counts_a_big_segment), FLOW(ESTABLISHED, ESTABLISHED), OUT(A, .seq = 1, .ack = 65536, TS),
		     IN(PASS_FLOW, A, .seq = 65536, .ack = 1, TS) } },
	{ "a small segment that claims to be too big for the length field", ONLY_V4,
	  .steps = { HANDSHAKE, IN(DROP_IP_LENGTH, PA, .seq = 1, .ack = 1, .payload = 1000, .no_length = true, TS),
		     IN(DROP_IP_LENGTH, PA, .seq = 1, .ack = 1, .payload = 60000, .no_length = true, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "a small segment that claims to be too big for the length field", ONLY_V6,
	  .steps = { HANDSHAKE, IN(DROP_TCP_LENGTH, PA, .seq = 1, .ack = 1, .payload = 1000, .no_length = true, TS),
		     IN(DROP_TCP_LENGTH, PA, .seq = 1, .ack = 1, .payload = 60000, .no_length = true, TS),
		     FLOW(ESTABLISHED, ESTABLISHED) } },

	/* an application that does not accept() */
	{ "a full accept queue: no cookie that would come to nothing", BOTH, ALWAYS,
	  .steps = { CHECK(full_queue_drops_syns) } },
	{ "an accept queue that was full before: cookies again", BOTH, ALWAYS,
	  .steps = { BY_COOKIE, CHECK(queue_was_full_before), COOKIE(NULL, S, LINUX, .port = 1),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS, .port = 1) } },
};

const size_t attack_row_count = ARRAY_SIZE(attack_rows);
