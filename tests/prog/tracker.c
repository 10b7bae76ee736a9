/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracker.c - rows of the connection tracker: each case in which trackers go wrong, and what comes of it here. The whole
 * life of ordinary connections is in rows.c; docs/tracker.md tells of the cases in the same order.
 */
#include <string.h>

#include "words.h"

/* clang-format off */

/* Timestamps of a segment whose TSval is older than those of the handshake by 16. */
#define TS_OLD .options = "nop nop x080a1110fff022220000"
/* The same by 1: Linux forgives one tick. */
#define TS_LATE .options = "nop nop x080a1110ffff22220000"
#define DATA_IN(...) IN(PASS_FLOW, PA, TS, __VA_ARGS__)
#define DATA_OUT(...) OUT(PA, TS, __VA_ARGS__)

/* Client FIN, its ACK, server FIN: the server waits for the last ACK. */
#define CLIENT_CLOSES IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS), OUT(A, .seq = 1, .ack = 2, TS), OUT(FA, .seq = 1, .ack = 2, TS)
/* Server FIN, its ACK, client FIN, its ACK: the server is in TIME_WAIT. */
#define SERVER_CLOSES OUT(FA, .seq = 1, .ack = 1, TS), IN(PASS_FLOW, A, .seq = 1, .ack = 2, TS), \
	IN(PASS_FLOW, FA, .seq = 1, .ack = 2, TS), OUT(A, .seq = 2, .ack = 2, TS)
/* This host's connection to the remote end's port. */
#define CONNECT OUT(S, LINUX, OUTGOING), IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING), OUT(A, .seq = 1, .ack = 1, TS, OUTGOING)

/* --- looking closer */

static struct levee_flow remembered;

static bool remember(struct world *w)
{
	return world_flow(w, &remembered) || complain(w, "there is no flow");
}

/* A segment outside the window leaves nothing behind, not even its count. */
static bool unchanged_since(struct world *w)
{
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "there is no flow");
	return !memcmp(&f, &remembered, sizeof(f)) || complain(w, "the flow has changed");
}

static bool ended_is(struct world *w, enum levee_ended want)
{
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "there is no flow");
	return f.ended == want || complain(w, "ended %u, wanted %u", f.ended, want);
}

static bool lives(struct world *w) { return ended_is(w, LEVEE_ENDED_NOT); }
static bool ended_fin_local(struct world *w) { return ended_is(w, LEVEE_ENDED_FIN_LOCAL); }
static bool ended_fin_remote(struct world *w) { return ended_is(w, LEVEE_ENDED_FIN_REMOTE); }
static bool ended_reset_local(struct world *w) { return ended_is(w, LEVEE_ENDED_RESET_LOCAL); }
static bool ended_reset_remote(struct world *w) { return ended_is(w, LEVEE_ENDED_RESET_REMOTE); }

static bool repeats_are(struct world *w, unsigned int syn_local, unsigned int syn_remote, unsigned int fin_local,
			unsigned int fin_remote)
{
	const struct levee_end *l, *r;
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "there is no flow");
	l = &f.end[LEVEE_LOCAL];
	r = &f.end[LEVEE_REMOTE];
	if (l->syn_repeats == syn_local && r->syn_repeats == syn_remote && l->fin_repeats == fin_local && r->fin_repeats == fin_remote)
		return true;
	return complain(w, "SYN again %u and %u, FIN again %u and %u", l->syn_repeats, r->syn_repeats, l->fin_repeats, r->fin_repeats);
}

static bool one_syn_repeat_each(struct world *w) { return repeats_are(w, 1, 2, 0, 0); }
static bool no_repeats(struct world *w) { return repeats_are(w, 0, 0, 0, 0); }
static bool two_fin_repeats_of_client(struct world *w) { return repeats_are(w, 0, 0, 0, 2); }
static bool one_fin_repeat_of_server(struct world *w) { return repeats_are(w, 0, 0, 1, 0); }
static bool two_syn_repeats_of_this_host(struct world *w) { return repeats_are(w, 2, 0, 0, 0); }
static bool one_syn_repeat_of_the_remote_end(struct world *w) { return repeats_are(w, 0, 1, 0, 0); }
static bool one_syn_repeat_of_this_host(struct world *w) { return repeats_are(w, 1, 0, 0, 0); }

static bool is_suspect(struct world *w)
{
	struct levee_flow f;

	return (world_flow(w, &f) && f.flags & LEVEE_FLOW_SUSPECT(LEVEE_REMOTE)) || complain(w, "the flow is not suspect");
}

static bool is_not_suspect(struct world *w)
{
	struct levee_flow f;

	return (world_flow(w, &f) && !(f.flags & LEVEE_FLOW_SUSPECTS)) || complain(w, "the flow is still suspect");
}

static bool round_trip_is_known(struct world *w)
{
	struct levee_flow f;

	/* Two runs of a program lie between them. */
	return (world_flow(w, &f) && f.rtt_us && f.rtt_us < 10000000) || complain(w, "round trip %u us", f.rtt_us);
}

static bool round_trip_is_unknown(struct world *w)
{
	struct levee_flow f;

	return (world_flow(w, &f) && !f.rtt_us) || complain(w, "round trip %u us", f.rtt_us);
}

static bool is_windowed(struct world *w)
{
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "there is no flow");
	/* Of the handshake 64240 << 7 from the third ACK; the server's SYN-ACK was not scaled. */
	return f.end[LEVEE_REMOTE].win_end == w->link.local_isn + 1 + (64240U << 7) ||
	       complain(w, "the client's window ends at %u", f.end[LEVEE_REMOTE].win_end - w->link.local_isn);
}

static bool client_has_sent_126000(struct world *w)
{
	struct levee_flow f;

	return (world_flow(w, &f) && f.end[LEVEE_REMOTE].seq_end == w->link.remote_isn + 126001) ||
	       complain(w, "the client has sent up to %u", f.end[LEVEE_REMOTE].seq_end - w->link.remote_isn);
}

static bool both_scales_are_known(struct world *w)
{
	const uint8_t known = LEVEE_END_SYN | LEVEE_END_SCALED;
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "there is no flow");
	for (int i = 0; i < 2; i++)
		if ((f.end[i].flags & known) != known || f.end[i].wscale != 7)
			complain(w, "end %d: flags %#x, scale %u", i, f.end[i].flags, f.end[i].wscale);
	return w->failures == 0;
}

static bool make_older(struct world *w) { return world_born_before(w, 5000); }

static bool was_born_just_now(struct world *w)
{
	struct levee_flow f;

	return (world_flow(w, &f) && (int32_t)(f.seen_ms - f.born_ms) <= 0) || complain(w, "the flow is older than its attempt");
}

static bool began_by_handshake(struct world *w)
{
	struct levee_flow f;

	return (world_flow(w, &f) && f.began == LEVEE_BEGAN_HANDSHAKE) || complain(w, "the flow did not begin by a handshake");
}

/* --- the handshake */

static const struct row handshake[] = {
	{ "third ACK overtakes the SYN-ACK", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), IN(PASS_HALF_OPEN, A, .seq = 1, .ack = 1, TS), HALF_OPEN, OUT(SA, .ack = 1, LINUX),
		     FLOW(ESTABLISHED, ESTABLISHED), CHECK(began_by_handshake), COUNTED(HALF_OPEN_DONE, 1),
		     DATA_IN(.seq = 1, .ack = 1, .payload = 10), DATA_OUT(.seq = 1, .ack = 11, .payload = 10), CHECK(lives) } },
	{ "data overtakes the SYN-ACK", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), IN(PASS_HALF_OPEN, PA, .seq = 1, .ack = 1, .payload = 5, TS), OUT(SA, .ack = 1, LINUX),
		     FLOW(ESTABLISHED, ESTABLISHED), DATA_IN(.seq = 6, .ack = 1, .payload = 10) } },
	{ "an early ACK that the SYN-ACK does not bear out", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), IN(PASS_HALF_OPEN, A, .seq = 1, .ack = 2, TS), OUT(SA, .ack = 1, LINUX), HALF_OPEN,
		     COUNTED(FLOW_NEW, 0), IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "an early ACK of another sequence number", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), IN(PASS_HALF_OPEN, A, .seq = 9, .ack = 1, TS), OUT(SA, .ack = 1, LINUX), HALF_OPEN } },
	{ "repeats of the handshake are counted on the flow", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_SYN_REPEATED, S, LINUX), OUT(SA, .ack = 1, LINUX), IN(PASS_SYN_REPEATED, S, LINUX),
		     IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS), CHECK(one_syn_repeat_each), CHECK(round_trip_is_unknown) } },
	{ "round trip from SYN-ACK to third ACK", BOTH, .steps = { HANDSHAKE, CHECK(no_repeats), CHECK(round_trip_is_known) } },
	{ "repeats never promote a half-open connection", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_SYN_REPEATED, S, LINUX), OUT(SA, .ack = 1, LINUX), AGE(30000),
		     IN(PASS_SYN_REPEATED, S, LINUX), OUT(SA, .ack = 1, LINUX), AGE(30000), IN(PASS_SYN_REPEATED, S, LINUX),
		     OUT(SA, .ack = 1, LINUX), HALF_OPEN, COUNTED(FLOW_NEW, 0), COUNTED(HALF_OPEN_NEW, 1), AGE(4000),
		     IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, TS), NOTHING } },
	{ "ECN: SYN with ECE and CWR, SYN-ACK with ECE", BOTH,
	  .steps = { IN(PASS_SYN, .flags = F_SYN | F_ECE | F_CWR, LINUX), OUT(.flags = F_SYN | F_ACK | F_ECE, .ack = 1, LINUX),
		     IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW, .flags = F_PSH | F_ACK | F_ECE | F_CWR, .seq = 1, .ack = 1, .payload = 9, TS) } },
	{ "AccECN: SYN with AE, CWR and ECE, any ACE in the answers", BOTH,
	  .steps = { IN(PASS_SYN, .flags = F_SYN | F_ECE | F_CWR | F_NS, LINUX), OUT(.flags = F_SYN | F_ACK | F_CWR | F_NS, .ack = 1, LINUX),
		     IN(PASS_HANDSHAKE, .flags = F_ACK | F_ECE | F_NS, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW, .flags = F_FIN | F_ACK | F_ECE | F_NS, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, FIN_WAIT_1) } },
	{ "Fast Open: the SYN's data is acknowledged with it", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX, .payload = 50), OUT(SA, .ack = 51, LINUX), IN(PASS_HANDSHAKE, A, .seq = 51, .ack = 1, TS),
		     FLOW(ESTABLISHED, ESTABLISHED), DATA_OUT(.seq = 1, .ack = 51, .payload = 20), DATA_IN(.seq = 51, .ack = 21, .payload = 5) } },
	{ "Fast Open: the SYN's data is not acknowledged and comes again", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX, .payload = 50), OUT(SA, .ack = 1, LINUX),
		     IN(PASS_HANDSHAKE, PA, .seq = 1, .ack = 1, .payload = 50, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     OUT(A, .seq = 1, .ack = 51, TS), DATA_IN(.seq = 51, .ack = 1, .payload = 5) } },
	{ "third ACK with URG and PSH", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HANDSHAKE, .flags = F_ACK | F_PSH | F_URG, .seq = 1, .ack = 1, .payload = 1, TS),
		     FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "the third ACK is not taken: SYN-ACK again, until data shows that it was", BOTH,
	  .steps = { HANDSHAKE, FLOW(ESTABLISHED, ESTABLISHED), OUT(SA, .ack = 1, LINUX), FLOW(SYN_RECEIVED, ESTABLISHED),
		     IN(PASS_FLOW, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED), OUT(SA, .ack = 1, LINUX),
		     FLOW(SYN_RECEIVED, ESTABLISHED), DATA_IN(.seq = 1, .ack = 1, .payload = 10), OUT(A, .seq = 1, .ack = 11, TS),
		     FLOW(ESTABLISHED, ESTABLISHED), CHECK(two_syn_repeats_of_this_host), OUT(SA, .ack = 1, LINUX), FLOW(ESTABLISHED, ESTABLISHED),
		     COUNTED(FLOW_OUT_OF_WINDOW, 1) } },
	{ "RST for a half-open connection must be exact", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HALF_OPEN, RA, .seq = 1000, .ack = 1), HALF_OPEN, IN(PASS_HALF_OPEN, RA, .seq = 1, .ack = 1),
		     NOTHING, COUNTED(HALF_OPEN_RESET, 1) } },
	{ "a SYN after a RST begins afresh", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, R, .seq = 1), FLOW(CLOSED, CLOSED), IN(PASS_SYN, S, .seq = 5000, LINUX), HALF_OPEN,
		     COUNTED(FLOW_REUSED, 1), OUT(SA, .seq = 7000, .ack = 5001, LINUX),
		     IN(PASS_HANDSHAKE, A, .seq = 5001, .ack = 7001, TS), FLOW(ESTABLISHED, ESTABLISHED), CHECK(no_repeats), CHECK(lives) } },
	{ "TIME_WAIT reused: the SYN that it took is the client's", BOTH,
	  .steps = { HANDSHAKE, SERVER_CLOSES, IN(PASS_FLOW_SYN, S, .seq = 900000, LINUX), FLOW(TIME_WAIT, SYN_SENT), CHECK(ended_fin_local),
		     OUT(SA, .seq = 800000, .ack = 900001, LINUX), HALF_OPEN, IN(PASS_HANDSHAKE, A, .seq = 900001, .ack = 800001, TS),
		     FLOW(ESTABLISHED, ESTABLISHED), CHECK(both_scales_are_known), CHECK(lives) } },
	{ "a connection that this host has given up without a word: the client's SYN is a new one's", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW_SYN, S, .seq = 900000, LINUX), FLOW(ESTABLISHED, ESTABLISHED), OUT(SA, .seq = 800000, .ack = 900001, LINUX),
		     HALF_OPEN, COUNTED(FLOW_REUSED, 1), IN(PASS_HANDSHAKE, A, .seq = 900001, .ack = 800001, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     CHECK(no_repeats), CHECK(lives) } },
	{ "an old SYN on TIME_WAIT comes to nothing (RFC 6191)", BOTH,
	  .steps = { HANDSHAKE, SERVER_CLOSES, CHECK(remember), IN(PASS_FLOW_SYN, S, .options = "mss=1460 sack nop ws=7"), CHECK(unchanged_since),
		     IN(PASS_FLOW_SYN, S, .seq = -90000), CHECK(unchanged_since), FLOW(TIME_WAIT, CLOSED) } },
	{ "two connections of two clients with the ports exchanged do not meet", BOTH,
	  .steps = { HANDSHAKE, OUT(S, LINUX, .local_port = CLIENT_PORT, .port = (uint16_t)(SERVICE_PORT - CLIENT_PORT)), FLOW(SYN_SENT, CLOSED),
		     COUNTED(FLOW_NEW, 2) } },
};

/* --- this host opens */

static const struct row opening[] = {
	{ "round trip from SYN to SYN-ACK", BOTH,
	  .steps = { CONNECT, FLOW(ESTABLISHED, ESTABLISHED), CHECK(round_trip_is_known), CHECK(no_repeats) } },
	{ "SYN repeated: counted, and no round trip", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), CONNECT, CHECK(one_syn_repeat_of_this_host), CHECK(round_trip_is_unknown) } },
	{ "SYN repeats do not prolong the attempt", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), AGE(100000), OUT(S, LINUX, OUTGOING), AGE(32000),
		     IN(PASS_NO_FLOW, SA, .ack = 1, LINUX, OUTGOING), NOTHING, COUNTED(FLOW_EXPIRED, 1) } },
	{ "SYN with a new ISN is another attempt", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), CHECK(make_older), OUT(S, .seq = 90000, LINUX, OUTGOING), FLOW(SYN_SENT, CLOSED), CHECK(no_repeats),
		     CHECK(was_born_just_now), IN(PASS_FLOW_OUT_OF_WINDOW, SA, .ack = 1, LINUX, OUTGOING), FLOW(SYN_SENT, CLOSED),
		     IN(PASS_FLOW, SA, .ack = 90001, LINUX, OUTGOING), FLOW(ESTABLISHED, SYN_RECEIVED), COUNTED(FLOW_NEW, 1) } },
	{ "a stale SYN-ACK is refused by RST, the attempt goes on", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), IN(PASS_FLOW_OUT_OF_WINDOW, SA, .seq = 500, .ack = 77, LINUX, OUTGOING),
		     OUT(R, .seq = 77, OUTGOING), FLOW(SYN_SENT, CLOSED), CHECK(lives), IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING),
		     FLOW(ESTABLISHED, SYN_RECEIVED) } },
	{ "SYN-ACK repeated because the third ACK was lost", BOTH,
	  .steps = { CONNECT, FLOW(ESTABLISHED, ESTABLISHED), IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING), FLOW(ESTABLISHED, SYN_RECEIVED),
		     CHECK(one_syn_repeat_of_the_remote_end), OUT(A, .seq = 1, .ack = 1, TS, OUTGOING), FLOW(ESTABLISHED, ESTABLISHED),
		     DATA_IN(.seq = 1, .ack = 1, .payload = 9, OUTGOING) } },
	{ "split handshake in four: ACK, then SYN", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), IN(PASS_FLOW, A, .seq = 0, .ack = 1, OUTGOING), FLOW(SYN_SENT, CLOSED),
		     IN(PASS_FLOW_SYN, S, LINUX, OUTGOING), FLOW(SYN_RECEIVED, SYN_SENT), OUT(SA, .ack = 1, LINUX, OUTGOING),
		     IN(PASS_FLOW, A, .seq = 1, .ack = 1, TS, OUTGOING), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "split handshake in five: SYN, SYN-ACK, ACK of it", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), IN(PASS_FLOW_SYN, S, LINUX, OUTGOING), OUT(SA, .ack = 1, LINUX, OUTGOING),
		     FLOW(SYN_RECEIVED, SYN_SENT), IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING), FLOW(ESTABLISHED, ESTABLISHED),
		     OUT(A, .seq = 1, .ack = 1, TS, OUTGOING), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "simultaneous open, SYN and SYN-ACK lost and repeated", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), OUT(S, LINUX, OUTGOING), IN(PASS_FLOW_SYN, S, LINUX, OUTGOING), FLOW(SYN_RECEIVED, SYN_SENT),
		     OUT(SA, .ack = 1, LINUX, OUTGOING), IN(PASS_FLOW_SYN, S, LINUX, OUTGOING), OUT(SA, .ack = 1, LINUX, OUTGOING),
		     IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING), FLOW(ESTABLISHED, ESTABLISHED),
		     DATA_OUT(.seq = 1, .ack = 1, .payload = 3, OUTGOING), DATA_IN(.seq = 1, .ack = 4, .payload = 3, OUTGOING) } },
	{ "Fast Open of this host: SYN-ACK acknowledges the SYN alone, or its data", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING, .payload = 30), IN(PASS_FLOW_OUT_OF_WINDOW, SA, .ack = 32, LINUX, OUTGOING),
		     IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING), FLOW(ESTABLISHED, SYN_RECEIVED),
		     DATA_OUT(.seq = 1, .ack = 1, .payload = 30, OUTGOING), FLOW(ESTABLISHED, ESTABLISHED),
		     OUT(S, LINUX, OUTGOING, .payload = 30, .port = 1), IN(PASS_FLOW, SA, .ack = 31, LINUX, OUTGOING, .port = 1),
		     FLOW(ESTABLISHED, SYN_RECEIVED) } },
	{ "a connection that this host has given up in FIN_WAIT_2, and opens again", BOTH,
	  .steps = { CONNECT, OUT(FA, .seq = 1, .ack = 1, TS, OUTGOING), IN(PASS_FLOW, A, .seq = 1, .ack = 2, TS, OUTGOING), FLOW(FIN_WAIT_2, CLOSE_WAIT),
		     OUT(S, .seq = 900000, LINUX, OUTGOING), FLOW(SYN_SENT, CLOSED), COUNTED(FLOW_REUSED, 1), COUNTED(FLOW_OUTGOING, 2),
		     IN(PASS_FLOW, SA, .seq = 70000, .ack = 900001, LINUX, OUTGOING), OUT(A, .seq = 900001, .ack = 70001, TS, OUTGOING),
		     FLOW(ESTABLISHED, ESTABLISHED), CHECK(lives) } },
	{ "Fast Open: this host closes while its SYN-ACK is not acknowledged, and repeats it", BOTH,
	  .steps = { HANDSHAKE, OUT(FA, .seq = 1, .ack = 1, TS), FLOW(FIN_WAIT_1, ESTABLISHED), OUT(SA, .ack = 1, LINUX),
		     FLOW(FIN_WAIT_1, ESTABLISHED), COUNTED(FLOW_REUSED, 0) } },
	{ "refused: ended by the remote end's RST", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), IN(PASS_FLOW, RA, .seq = 0, .absolute = true, .ack = 1, OUTGOING), FLOW(CLOSED, CLOSED),
		     CHECK(ended_reset_remote) } },
};

/* --- in the window, and outside */

static const struct row windows[] = {
	{ "the window is scaled but not in the SYN", BOTH, .steps = { HANDSHAKE, CHECK(is_windowed) } },
	{ "no scale where one SYN lacks it", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), OUT(SA, .ack = 1, .options = "mss=1460 sack ts"), IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS),
		     DATA_OUT(.seq = 1, .ack = 1, .payload = 1000), OUT(PA, .seq = 64241, .ack = 1, .payload = 9, TS), COUNTED(FLOW_OUT_OF_WINDOW, 0),
		     OUT(PA, .seq = 64242, .ack = 1, .payload = 9, TS), COUNTED(FLOW_OUT_OF_WINDOW, 1) } },
	{ "outside the window: to the stack, counted, no trace", BOTH,
	  .steps = { HANDSHAKE, DATA_OUT(.seq = 1, .ack = 1, .payload = 100), CHECK(remember),
		     IN(PASS_FLOW_OUT_OF_WINDOW, PA, .seq = 0x20000000, .ack = 1, .payload = 9, TS), CHECK(unchanged_since),
		     IN(PASS_FLOW_OUT_OF_WINDOW, PA, .seq = 1, .ack = 102, .payload = 9, TS), CHECK(unchanged_since),
		     IN(PASS_FLOW_OUT_OF_WINDOW, A, .seq = 1, .ack = -10000000, TS), CHECK(unchanged_since),
		     IN(PASS_FLOW_OUT_OF_WINDOW, FA, .seq = -10000000, .ack = 1, TS), CHECK(unchanged_since),
		     IN(PASS_FLOW_OUT_OF_WINDOW, R, .seq = 0x20000000), CHECK(unchanged_since),
		     IN(PASS_FLOW_OUT_OF_WINDOW, R, .seq = 0), CHECK(unchanged_since),
		     IN(PASS_FLOW_OUT_OF_WINDOW, SA, .seq = 0, .ack = 1, LINUX), CHECK(unchanged_since),
		     IN(PASS_FLOW_SYN, S, .seq = 4711, LINUX), CHECK(unchanged_since) } },
	{ "data up to the window's last byte, and a probe of a closed one", BOTH,
	  .steps = { IN(PASS_SYN, S), OUT(SA, .ack = 1, .window = 1000), IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1),
		     OUT(A, .seq = 1, .ack = 1, .window = 1000), IN(PASS_FLOW, PA, .seq = 1, .ack = 1, .payload = 1000),
		     OUT(A, .seq = 1, .ack = 1001, .window = 0), IN(PASS_FLOW, A, .seq = 1000, .ack = 1),
		     IN(PASS_FLOW, PA, .seq = 1001, .ack = 1, .payload = 1), OUT(A, .seq = 1, .ack = 1001, .window = 0),
		     FLOW(ESTABLISHED, ESTABLISHED), OUT(A, .seq = 1, .ack = 1001, .window = 5000),
		     IN(PASS_FLOW, PA, .seq = 1001, .ack = 1, .payload = 1000), COUNTED(FLOW_OUT_OF_WINDOW, 0) } },
	{ "keep-alive of no byte and of one", BOTH,
	  .steps = { HANDSHAKE, DATA_IN(.seq = 1, .ack = 1, .payload = 100), OUT(A, .seq = 1, .ack = 101, TS), AGE(7200000),
		     IN(PASS_FLOW, A, .seq = 100, .ack = 1, TS), OUT(A, .seq = 1, .ack = 101, TS), AGE(80000000),
		     IN(PASS_FLOW, A, .seq = 100, .ack = 1, .payload = 1, TS), AGE(80000000), OUT(A, .seq = 0, .ack = 101, TS),
		     FLOW(ESTABLISHED, ESTABLISHED), COUNTED(FLOW_OUT_OF_WINDOW, 0) } },
	{ "PAWS: an old timestamp changes nothing", BOTH,
	  .steps = { HANDSHAKE, CHECK(remember), IN(PASS_FLOW_PAWS, FA, .seq = 1, .ack = 1, TS_OLD), CHECK(unchanged_since),
		     FLOW(ESTABLISHED, ESTABLISHED), IN(PASS_FLOW, PA, .seq = 1, .ack = 1, .payload = 1, TS_LATE),
		     DATA_IN(.seq = 2, .ack = 1, .payload = 10) } },
	{ "PAWS of this host's segments is counted", BOTH,
	  .steps = { HANDSHAKE, DATA_OUT(.seq = 1, .ack = 1, .payload = 5),
		     OUT(PA, .seq = 6, .ack = 1, .payload = 5, .options = "nop nop x080a1111000011110000"), COUNTED(FLOW_PAWS, 1) } },
	{ "super-packets: 60000 bytes, and more than IP can say", BOTH,
	  .steps = { HANDSHAKE, DATA_IN(.seq = 1, .ack = 1, .payload = 60000), OUT(A, .seq = 1, .ack = 60001, TS),
		     DATA_IN(.seq = 60001, .ack = 1, .payload = 66000, .no_length = true), OUT(A, .seq = 1, .ack = 126001, TS),
		     CHECK(client_has_sent_126000), COUNTED(FLOW_OUT_OF_WINDOW, 0) } },
	{ "what this host acknowledges has come, though levee has not seen it", BOTH,
	  .steps = { HANDSHAKE, OUT(A, .seq = 1, .ack = 126001, TS), COUNTED(FLOW_OUT_OF_WINDOW, 0), CHECK(client_has_sent_126000) } },
	{ "a flow without known numbers takes segments on trust", BOTH,
	  .steps = { SEED_FLOW(ESTABLISHED), IN(PASS_FLOW, PA, .seq = 5, .ack = 9, .payload = 3, TS), DATA_OUT(.seq = 9, .ack = 8, .payload = 4),
		     IN(PASS_FLOW, A, .seq = 8, .ack = 13, TS), IN(PASS_FLOW_OUT_OF_WINDOW, A, .seq = 8, .ack = 14, TS) } },
};

/* --- closing */

static const struct row closing[] = {
	{ "half-close: the other side goes on for hours", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS), OUT(A, .seq = 1, .ack = 2, TS), FLOW(CLOSE_WAIT, FIN_WAIT_2),
		     AGE(25200000), DATA_OUT(.seq = 1, .ack = 2, .payload = 500), AGE(25200000), IN(PASS_FLOW, A, .seq = 2, .ack = 501, TS),
		     FLOW(CLOSE_WAIT, FIN_WAIT_2), CHECK(lives), OUT(FA, .seq = 501, .ack = 2, TS), FLOW(LAST_ACK, FIN_WAIT_2),
		     IN(PASS_FLOW, A, .seq = 2, .ack = 502, TS), FLOW(CLOSED, TIME_WAIT), CHECK(ended_fin_remote) } },
	{ "half-close by this host", BOTH,
	  .steps = { HANDSHAKE, OUT(FA, .seq = 1, .ack = 1, TS), IN(PASS_FLOW, A, .seq = 1, .ack = 2, TS), AGE(25200000),
		     DATA_IN(.seq = 1, .ack = 2, .payload = 700), OUT(A, .seq = 2, .ack = 701, TS), FLOW(FIN_WAIT_2, CLOSE_WAIT) } },
	{ "FIN again of the same side is no second FIN", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS), IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS),
		     FLOW(ESTABLISHED, FIN_WAIT_1), OUT(A, .seq = 1, .ack = 2, TS), IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS),
		     OUT(A, .seq = 1, .ack = 2, TS), FLOW(CLOSE_WAIT, FIN_WAIT_2), CHECK(two_fin_repeats_of_client), AGE(25200000),
		     DATA_OUT(.seq = 1, .ack = 2, .payload = 5), FLOW(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "an ACK below the FIN does not acknowledge it", BOTH,
	  .steps = { HANDSHAKE, DATA_OUT(.seq = 1, .ack = 1, .payload = 100), OUT(FA, .seq = 101, .ack = 1, TS),
		     IN(PASS_FLOW, A, .seq = 1, .ack = 101, TS), FLOW(FIN_WAIT_1, ESTABLISHED), IN(PASS_FLOW, A, .seq = 1, .ack = 102, TS),
		     FLOW(FIN_WAIT_2, CLOSE_WAIT) } },
	{ "a challenge ACK is not the last ACK", BOTH,
	  .steps = { HANDSHAKE, CLIENT_CLOSES, FLOW(LAST_ACK, FIN_WAIT_2), IN(PASS_FLOW, A, .seq = 2, .ack = 1, TS),
		     FLOW(LAST_ACK, FIN_WAIT_2), CHECK(lives), IN(PASS_FLOW, A, .seq = 2, .ack = 2, TS), FLOW(CLOSED, TIME_WAIT) } },
	{ "last ACK lost: FIN again, 2 MSL begin again", BOTH,
	  .steps = { HANDSHAKE, SERVER_CLOSES, FLOW(TIME_WAIT, CLOSED), CHECK(ended_fin_local), AGE(50000),
		     IN(PASS_FLOW, FA, .seq = 1, .ack = 2, TS), OUT(A, .seq = 2, .ack = 2, TS), FLOW(TIME_WAIT, CLOSED), AGE(50000),
		     IN(PASS_FLOW, FA, .seq = 1, .ack = 2, TS), FLOW(TIME_WAIT, CLOSED), CHECK(two_fin_repeats_of_client), AGE(64000),
		     IN(PASS_NO_FLOW, FA, .seq = 1, .ack = 2, TS), NOTHING } },
	{ "last ACK lost: this host sends its FIN again", BOTH,
	  .steps = { HANDSHAKE, CLIENT_CLOSES, AGE(100000), OUT(FA, .seq = 1, .ack = 2, TS), FLOW(LAST_ACK, FIN_WAIT_2), AGE(100000),
		     IN(PASS_FLOW, A, .seq = 2, .ack = 2, TS), FLOW(CLOSED, TIME_WAIT), CHECK(one_fin_repeat_of_server) } },
	{ "simultaneous close, both FINs again", BOTH,
	  .steps = { HANDSHAKE, OUT(FA, .seq = 1, .ack = 1, TS), IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS), FLOW(FIN_WAIT_1, FIN_WAIT_1),
		     OUT(FA, .seq = 1, .ack = 2, TS), FLOW(CLOSING, FIN_WAIT_2), IN(PASS_FLOW, FA, .seq = 1, .ack = 2, TS),
		     FLOW(TIME_WAIT, TIME_WAIT), CHECK(ended_fin_local) } },
	{ "three-segment close by the client", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS), OUT(FA, .seq = 1, .ack = 2, TS), FLOW(LAST_ACK, FIN_WAIT_2),
		     IN(PASS_FLOW, A, .seq = 2, .ack = 2, TS), FLOW(CLOSED, TIME_WAIT), CHECK(ended_fin_remote) } },
	{ "FIN with data comes again with less", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, FA, .seq = 1, .ack = 1, .payload = 20, TS), OUT(A, .seq = 1, .ack = 11, TS),
		     FLOW(ESTABLISHED, FIN_WAIT_1), IN(PASS_FLOW, FA, .seq = 11, .ack = 1, .payload = 10, TS), OUT(A, .seq = 1, .ack = 22, TS),
		     FLOW(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "a forged FIN is taken back by data beyond it", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, FIN_WAIT_1),
		     DATA_IN(.seq = 1, .ack = 1, .payload = 400), FLOW(ESTABLISHED, ESTABLISHED), OUT(A, .seq = 1, .ack = 401, TS),
		     FLOW(ESTABLISHED, ESTABLISHED), IN(PASS_FLOW, FA, .seq = 401, .ack = 1, TS), OUT(A, .seq = 1, .ack = 402, TS),
		     FLOW(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "a forged FIN within unacknowledged data is taken back by the acknowledgment beyond it", BOTH,
	  .steps = { HANDSHAKE, DATA_IN(.seq = 1, .ack = 1, .payload = 1000), IN(PASS_FLOW, FA, .seq = 501, .ack = 1, TS),
		     FLOW(ESTABLISHED, FIN_WAIT_1), OUT(A, .seq = 1, .ack = 1001, TS), FLOW(ESTABLISHED, ESTABLISHED), CHECK(lives) } },
	{ "a forged FIN ahead of the real one", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, FA, .seq = 5001, .ack = 1, TS), FLOW(ESTABLISHED, FIN_WAIT_1),
		     DATA_IN(.seq = 1, .ack = 1, .payload = 100), IN(PASS_FLOW, FA, .seq = 101, .ack = 1, TS),
		     OUT(A, .seq = 1, .ack = 102, TS), FLOW(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "a FIN below what was acknowledged is none", BOTH,
	  .steps = { HANDSHAKE, DATA_IN(.seq = 1, .ack = 1, .payload = 1000), OUT(A, .seq = 1, .ack = 1001, TS),
		     IN(PASS_FLOW, FA, .seq = 1000, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW, FA, .seq = 500, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "strays do not keep what is over", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, R, .seq = 1), AGE(20000), IN(PASS_FLOW, A, .seq = 1, .ack = 1, TS), FLOW(CLOSED, CLOSED),
		     AGE(14000), IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, TS), NOTHING } },
};

/* --- RST */

static const struct row resets[] = {
	{ "RST exact: ended by the remote end", BOTH,
	  .steps = { HANDSHAKE, DATA_IN(.seq = 1, .ack = 1, .payload = 100), IN(PASS_FLOW, R, .seq = 101), FLOW(CLOSED, CLOSED),
		     CHECK(ended_reset_remote) } },
	{ "RST at what was acknowledged last, data in flight behind it", BOTH,
	  .steps = { HANDSHAKE, DATA_IN(.seq = 1, .ack = 1, .payload = 100), IN(PASS_FLOW, R, .seq = 1), FLOW(CLOSED, CLOSED) } },
	{ "RST with ACK of 0, and with data", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, RA, .seq = 1, .ack = 0, .payload = 12), FLOW(CLOSED, CLOSED), CHECK(ended_reset_remote) } },
	{ "RST in the window: suspect, until its sender says more", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW_SUSPECT, R, .seq = 1000), CHECK(is_suspect), FLOW(ESTABLISHED, ESTABLISHED),
		     OUT(A, .seq = 1, .ack = 1, TS), CHECK(is_suspect), IN(PASS_FLOW, A, .seq = 1, .ack = 1, TS), CHECK(is_not_suspect),
		     AGE(3600000), DATA_IN(.seq = 1, .ack = 1, .payload = 5), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "RST in the window and silence: forgotten after two minutes", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW_SUSPECT, R, .seq = 1000), AGE(119000), FLOW(ESTABLISHED, ESTABLISHED), AGE(1000),
		     IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, TS), NOTHING, COUNTED(FLOW_EXPIRED, 1) } },
	{ "RST in the window, the challenge ACK, the exact RST", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW_SUSPECT, R, .seq = 1000), OUT(A, .seq = 1, .ack = 1, TS), IN(PASS_FLOW, R, .seq = 1),
		     FLOW(CLOSED, CLOSED), CHECK(ended_reset_remote) } },
	{ "SYN on a live connection, the challenge ACK, the RST of a peer that has lost it", BOTH,
	  .steps = { HANDSHAKE, DATA_IN(.seq = 1, .ack = 1, .payload = 100), OUT(A, .seq = 1, .ack = 101, TS),
		     IN(PASS_FLOW_SYN, S, .seq = 990000, LINUX), OUT(A, .seq = 1, .ack = 101, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW, R, .seq = 101), FLOW(CLOSED, CLOSED), IN(PASS_SYN, S, .seq = 990000, LINUX), HALF_OPEN } },
	{ "RST at the number of a FIN that was answered", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS), OUT(A, .seq = 1, .ack = 2, TS), IN(PASS_FLOW, R, .seq = 1),
		     FLOW(CLOSED, CLOSED) } },
	{ "RST below a FIN that was answered", BOTH,
	  .steps = { HANDSHAKE, DATA_IN(.seq = 1, .ack = 1, .payload = 50), IN(PASS_FLOW, FA, .seq = 51, .ack = 1, TS),
		     OUT(A, .seq = 1, .ack = 52, TS), IN(PASS_FLOW_OUT_OF_WINDOW, R, .seq = 50), FLOW(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "RST outside the window in a closing state", BOTH,
	  .steps = { HANDSHAKE, CLIENT_CLOSES, IN(PASS_FLOW_OUT_OF_WINDOW, R, .seq = 0x30000000), FLOW(LAST_ACK, FIN_WAIT_2),
		     IN(PASS_FLOW, R, .seq = 2), FLOW(CLOSED, CLOSED), CHECK(ended_reset_remote) } },
	{ "RST does not end TIME_WAIT", BOTH,
	  .steps = { HANDSHAKE, SERVER_CLOSES, IN(PASS_FLOW, R, .seq = 2), FLOW(TIME_WAIT, CLOSED), CHECK(ended_fin_local) } },
	{ "the host's RST: ended by this host", BOTH,
	  .steps = { HANDSHAKE, DATA_OUT(.seq = 1, .ack = 1, .payload = 40), OUT(RA, .seq = 41, .ack = 1), FLOW(CLOSED, CLOSED),
		     CHECK(ended_reset_local) } },
	{ "the host's RST answers data it did not read", BOTH,
	  .steps = { HANDSHAKE, DATA_IN(.seq = 1, .ack = 1, .payload = 40), OUT(RA, .seq = 1, .ack = 41), FLOW(CLOSED, CLOSED) } },
	{ "RST on a flow without known numbers is suspected only", BOTH,
	  .steps = { SEED_FLOW(ESTABLISHED), IN(PASS_FLOW_SUSPECT, R, .seq = 77), FLOW(ESTABLISHED, ESTABLISHED), CHECK(is_suspect) } },
};

/* clang-format on */

#define LIST(X) X(handshake) X(opening) X(windows) X(closing) X(resets)
#define AS_LIST(name) { name, ARRAY_SIZE(name) },

const struct row_list tracker_lists[] = { LIST(AS_LIST) };
const size_t tracker_list_count = ARRAY_SIZE(tracker_lists);
