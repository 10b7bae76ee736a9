/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_track.c - the tracker, case by case: rows of segments, and what each
 * does to a flow. Each row is walked with several pairs of initial sequence
 * numbers, so that every number wraps somewhere, and with `mirror` from the
 * other end too.
 *
 * Numbers count from the ISN of whom they are of: a SYN has 0, the first byte
 * of data 1. A test that walks at random is test_model.c.
 */
#include "unit.h"

#include <levee/tcp_track.h>
#include <levee/timeout.h>
#include <stdbool.h>

/* --- words that rows are written in */

#define S TCP_SYN
#define SA (TCP_SYN | TCP_ACK)
#define A TCP_ACK
#define FA (TCP_FIN | TCP_ACK)
#define R TCP_RST
#define RA (TCP_RST | TCP_ACK)

#define WINDOW 10000 /* where a row says nothing */
#define SHUT 0x10000 /* a window of 0 */

struct seg {
	uint8_t flags;
	int64_t seq, ack;
	uint32_t len, win;
	bool scale, stamped;
	uint8_t shift;
	int32_t stamp;
};

enum field { SEQ_END, ACKED, WIN_END, STAMP, SYN_REPEATS, FIN_REPEATS };
enum op { END, SEGMENT, STATES, NUMBER, ENDED, SUSPECT, ADOPT, ANOTHER };

struct step {
	enum op op;
	enum levee_side side;
	int want; /* enum levee_tracked; state of the local end; number; ... */
	int other;
	enum field field;
	struct seg seg;
	struct levee_socket socket;
};

struct row {
	const char *title;
	uint8_t began; /* enum levee_began */
	bool mirror;
	struct step steps[32];
};

/* clang-format off */

#define IN(result, flags_, ...) \
	{ .op = SEGMENT, .side = LEVEE_REMOTE, .want = LEVEE_TRACKED_##result, .seg = { .flags = (flags_), __VA_ARGS__ } }
#define OUT(result, flags_, ...) \
	{ .op = SEGMENT, .side = LEVEE_LOCAL, .want = LEVEE_TRACKED_##result, .seg = { .flags = (flags_), __VA_ARGS__ } }
#define IS(local, remote) { .op = STATES, .want = LEVEE_TCP_##local, .other = LEVEE_TCP_##remote }
#define HAS(side_, field_, number) { .op = NUMBER, .side = LEVEE_##side_, .field = (field_), .want = (number) }
#define ENDS(how) { .op = ENDED, .want = LEVEE_ENDED_##how }
#define SUSPECTED(side_, yes) { .op = SUSPECT, .side = LEVEE_##side_, .want = (yes) }
#define KERNEL(state_, ...) { .op = ADOPT, .socket = { .state = LEVEE_TCP_##state_, __VA_ARGS__ } }
/* Is this SYN or SYN-ACK of this host of another connection? */
#define OTHER(yes, flags_, ...) { .op = ANOTHER, .want = (yes), .seg = { .flags = (flags_), __VA_ARGS__ } }

#define SERVER .began = LEVEE_BEGAN_HANDSHAKE
#define CLIENT .began = LEVEE_BEGAN_OUTGOING
#define BOTH .mirror = true

/* The remote end opens, this host answers, the third ACK. */
#define HANDSHAKE IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1)
/* This host opens. */
#define CONNECT OUT(TAKEN, S), IN(TAKEN, SA, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 1)
/* The client closes first, the server answers: half-close. */
#define HALF_CLOSE IN(TAKEN, FA, .seq = 1, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 2)
/* This host closes first and waits in TIME_WAIT. */
#define LOCAL_CLOSES OUT(TAKEN, FA, .seq = 1, .ack = 1), IN(TAKEN, FA, .seq = 1, .ack = 2), OUT(TAKEN, A, .seq = 2, .ack = 2)

/* clang-format on */

/* --- walking a row */

struct walk {
	const struct row *row;
	uint32_t isn[2], clock;
	bool swap;
	struct levee_flow flow;
};

static const uint32_t isns[][2] = {
	{ 1000, 5000000 }, { 0xffffffff, 0xffffffff }, { 0, 0 }, { 0x7fffffff, 0x80000000 }, { 0xfffffff0, 0xffffd8f0 },
};

static const char *const state_names[] = {
#define NAME_OF(NAME, name) name,
	LEVEE_TCP_STATES(NAME_OF)
#undef NAME_OF
};

static const char *const tracked_names[] = {
#define NAME_OF(NAME, help) #NAME,
	LEVEE_TRACKED(NAME_OF)
#undef NAME_OF
};

#define WRONG(w, step, format, ...)                                                                                \
	fail_msg("%s, step %d, ISNs %#x and %#x%s: " format, (w)->row->title, (int)((step) - (w)->row->steps) + 1, \
		 (w)->isn[0], (w)->isn[1], (w)->swap ? ", mirrored" : "", __VA_ARGS__)

static enum levee_side side_of(const struct walk *w, const struct step *step)
{
	return w->swap ? !step->side : step->side;
}

static struct levee_segment segment_of(const struct walk *w, const struct seg *seg, enum levee_side side)
{
	bool acks = seg->flags & TCP_ACK;

	return (struct levee_segment){
		.seq = w->isn[side] + (uint32_t)seg->seq,
		.ack = acks ? w->isn[!side] + (uint32_t)seg->ack : 0,
		.payload = seg->len,
		.tsval = seg->stamped ? w->clock + seg->stamp : 0,
		.window = seg->win == SHUT ? 0 :
			  seg->win	   ? seg->win :
					     WINDOW,
		.flags = seg->flags,
		.options = (seg->scale ? LEVEE_OPT_WSCALE : 0) | (seg->stamped ? LEVEE_OPT_TS : 0),
		.wscale = seg->shift,
	};
}

static void walk_segment(struct walk *w, const struct step *step)
{
	enum levee_side side = side_of(w, step);
	struct levee_segment s = segment_of(w, &step->seg, side);
	struct levee_flow before = w->flow;
	enum levee_tracked t = levee_track(&w->flow, &s, side);

	if (t != (enum levee_tracked)step->want)
		WRONG(w, step, "%s, wanted %s", tracked_names[t], tracked_names[step->want]);
	if ((t == LEVEE_TRACKED_OUTSIDE || t == LEVEE_TRACKED_PAWS) && memcmp(&before, &w->flow, sizeof(before)))
		WRONG(w, step, "%s, and yet the flow has changed", tracked_names[t]);
	if (t == LEVEE_TRACKED_SUSPECT && !(w->flow.flags & LEVEE_FLOW_SUSPECT(side)))
		WRONG(w, step, "%s, and the flow does not say so", tracked_names[t]);
}

static void walk_states(struct walk *w, const struct step *step)
{
	int local = w->flow.end[w->swap].state, remote = w->flow.end[!w->swap].state;

	if (local != step->want || remote != step->other)
		WRONG(w, step, "%s/%s, wanted %s/%s", state_names[local], state_names[remote], state_names[step->want],
		      state_names[step->other]);
}

static uint32_t field_of(const struct walk *w, enum levee_side side, enum field field)
{
	const struct levee_end *e = &w->flow.end[side];

	switch (field) {
	case SEQ_END:
		return e->seq_end - w->isn[side];
	case ACKED:
		return e->ack - w->isn[!side];
	case WIN_END:
		return e->win_end - w->isn[!side];
	case STAMP:
		return e->ts_recent - w->clock;
	case SYN_REPEATS:
		return e->syn_repeats;
	default:
		return e->fin_repeats;
	}
}

static void walk_number(struct walk *w, const struct step *step)
{
	uint32_t has = field_of(w, side_of(w, step), step->field);

	if (has != (uint32_t)step->want)
		WRONG(w, step, "number %d is %d, wanted %d", step->field, (int)has, step->want);
}

static void walk_ended(struct walk *w, const struct step *step)
{
	int want = step->want;

	/* Local and remote stand side by side in enum levee_ended. */
	if (w->swap && want)
		want = ((want - 1) ^ 1) + 1;
	if (w->flow.ended != want)
		WRONG(w, step, "ended %d, wanted %d", w->flow.ended, want);
}

static void walk_suspect(struct walk *w, const struct step *step)
{
	bool suspect = w->flow.flags & LEVEE_FLOW_SUSPECT(side_of(w, step));

	if (suspect != step->want)
		WRONG(w, step, "suspect: %d, wanted %d", suspect, step->want);
}

/* The numbers of a socket in a row count from the ISNs too. */
static void walk_adopt(struct walk *w, const struct step *step)
{
	struct levee_socket k = step->socket;

	k.snd_una += w->isn[LEVEE_LOCAL];
	k.snd_nxt += w->isn[LEVEE_LOCAL];
	k.write_seq += w->isn[LEVEE_LOCAL];
	k.rcv_nxt += w->isn[LEVEE_REMOTE];
	k.rcv_wup += w->isn[LEVEE_REMOTE];
	k.ts_recent += w->clock;
	w->flow = (struct levee_flow){ .began = LEVEE_BEGAN_ADOPTED };
	levee_flow_adopt(&w->flow, &k);
}

static void walk_another(struct walk *w, const struct step *step)
{
	struct levee_segment s = segment_of(w, &step->seg, LEVEE_LOCAL);
	int another = levee_begins_another(&w->flow, &s);

	if (another != step->want)
		WRONG(w, step, "another connection's: %d, wanted %d", another, step->want);
}

static void (*const walkers[])(struct walk *, const struct step *) = {
	[SEGMENT] = walk_segment, [STATES] = walk_states, [NUMBER] = walk_number,   [ENDED] = walk_ended,
	[SUSPECT] = walk_suspect, [ADOPT] = walk_adopt,	  [ANOTHER] = walk_another,
};

static void walk(const struct row *row, const uint32_t *isn, bool swap)
{
	struct walk w = { .row = row, .isn = { isn[0], isn[1] }, .clock = isn[0] - 3, .swap = swap };

	w.flow.began = row->began;
	if (swap)
		w.flow.began = row->began == LEVEE_BEGAN_OUTGOING ? LEVEE_BEGAN_HANDSHAKE : LEVEE_BEGAN_OUTGOING;
	for (const struct step *step = row->steps; step->op != END; step++)
		walkers[step->op](&w, step);
}

static void walk_rows(const struct row *rows, size_t count)
{
	for (size_t r = 0; r < count; r++)
		for (size_t i = 0; i < ARRAY_SIZE(isns); i++) {
			walk(&rows[r], isns[i], false);
			if (rows[r].mirror)
				walk(&rows[r], isns[i], true);
		}
}

/* clang-format off */

/* --- the handshake, watched at the server and at the client */

static const struct row handshakes[] = {
	{ "three segments, watched at the server", SERVER,
	  .steps = { IN(TAKEN, S), IS(CLOSED, SYN_SENT), OUT(TAKEN, SA, .ack = 1), IS(SYN_RECEIVED, SYN_SENT),
		     IN(TAKEN, A, .seq = 1, .ack = 1), IS(ESTABLISHED, ESTABLISHED), ENDS(NOT) } },
	{ "three segments, watched at the client", CLIENT,
	  .steps = { OUT(TAKEN, S), IS(SYN_SENT, CLOSED), IN(TAKEN, SA, .ack = 1), IS(ESTABLISHED, SYN_RECEIVED),
		     OUT(TAKEN, A, .seq = 1, .ack = 1), IS(ESTABLISHED, ESTABLISHED), ENDS(NOT) } },
	{ "the SYN-ACK that this host sends may be lost", SERVER,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), OUT(SYN_AGAIN, SA, .ack = 1), IN(SYN_AGAIN, S), OUT(SYN_AGAIN, SA, .ack = 1),
		     IS(SYN_RECEIVED, SYN_SENT), HAS(LOCAL, SYN_REPEATS, 2), HAS(REMOTE, SYN_REPEATS, 1),
		     IN(TAKEN, A, .seq = 1, .ack = 1), IS(ESTABLISHED, ESTABLISHED) } },
	{ "the SYN that this host sends may be lost, also behind another one", CLIENT,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, S), IS(SYN_SENT, SYN_SENT) } },
	{ "third ACK lost, data in its place", SERVER, BOTH,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1, .len = 100), IS(ESTABLISHED, ESTABLISHED),
		     HAS(REMOTE, SEQ_END, 101), HAS(LOCAL, SEQ_END, 1) } },
	{ "third ACK and first data lost, the second comes", SERVER,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, A, .seq = 101, .ack = 1, .len = 50), IS(ESTABLISHED, ESTABLISHED),
		     HAS(REMOTE, SEQ_END, 151) } },
	{ "third ACK with a FIN", SERVER,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, FA, .seq = 1, .ack = 1), IS(ESTABLISHED, FIN_WAIT_1),
		     OUT(TAKEN, A, .seq = 1, .ack = 2), IS(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "an ACK of another ISN establishes nothing", SERVER,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(OUTSIDE, A, .seq = 1, .ack = 2), IN(TAKEN, A, .seq = 1, .ack = 0),
		     IN(OUTSIDE, A, .seq = 1, .ack = -66000), IS(SYN_RECEIVED, SYN_SENT), IN(TAKEN, A, .seq = 1, .ack = 1),
		     IS(ESTABLISHED, ESTABLISHED) } },
	{ "SYN with a new ISN, not yet answered: another attempt", SERVER, BOTH,
	  .steps = { IN(TAKEN, S, .scale = true, .shift = 7), IN(SYN_AGAIN, S), IN(TAKEN, S, .seq = 90000), HAS(REMOTE, SEQ_END, 90001),
		     HAS(REMOTE, SYN_REPEATS, 0), OUT(OUTSIDE, SA, .ack = 1), OUT(TAKEN, SA, .ack = 90001),
		     IN(TAKEN, A, .seq = 90001, .ack = 1), IS(ESTABLISHED, ESTABLISHED), HAS(REMOTE, WIN_END, 1 + WINDOW) } },
	{ "an old SYN behind one that was answered changes nothing", SERVER,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(OUTSIDE, S, .seq = 700000), IN(OUTSIDE, S, .seq = -700000),
		     OUT(TAKEN, A, .seq = 1, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1), IS(ESTABLISHED, ESTABLISHED),
		     HAS(REMOTE, SEQ_END, 1) } },
	{ "this host knows its own SYN, also behind one that was answered", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), OUT(TAKEN, S, .seq = 90000), IS(SYN_SENT, SYN_SENT),
		     HAS(LOCAL, SEQ_END, 90001) } },
	{ "stale SYN-ACK: refused, and the attempt goes on", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(OUTSIDE, SA, .ack = 500), IN(OUTSIDE, SA, .ack = 0), OUT(OLD, R, .seq = 500), IS(SYN_SENT, CLOSED),
		     IN(TAKEN, SA, .ack = 1), IS(ESTABLISHED, SYN_RECEIVED), ENDS(NOT) } },
	{ "old SYN first: the client refuses its answer, the server goes back, the new SYN is taken (figure 8)", SERVER,
	  .steps = { IN(TAKEN, S, .seq = -900), OUT(TAKEN, SA, .ack = -899), IN(TAKEN, R, .seq = -899), IS(CLOSED, CLOSED), IN(TAKEN, S),
		     OUT(TAKEN, SA, .seq = 777, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 778), IS(ESTABLISHED, ESTABLISHED) } },
	{ "repeats are counted to the last", SERVER,
	  .steps = { IN(TAKEN, S), IN(SYN_AGAIN, S), IN(SYN_AGAIN, S), IN(SYN_AGAIN, S, .len = 5), HAS(REMOTE, SYN_REPEATS, 3),
		     HAS(REMOTE, SEQ_END, 1) } },
	{ "third ACK lost: the server repeats its SYN-ACK", CLIENT,
	  .steps = { CONNECT, IN(SYN_AGAIN, SA, .ack = 1), IS(ESTABLISHED, SYN_RECEIVED), HAS(REMOTE, SYN_REPEATS, 1),
		     OUT(TAKEN, A, .seq = 1, .ack = 1), IS(ESTABLISHED, ESTABLISHED) } },
	{ "third ACK not taken: this host repeats its SYN-ACK", SERVER,
	  .steps = { HANDSHAKE, OUT(SYN_AGAIN, SA, .ack = 1), IS(SYN_RECEIVED, ESTABLISHED), HAS(LOCAL, SYN_REPEATS, 1),
		     IN(TAKEN, A, .seq = 1, .ack = 1, .len = 5), IS(ESTABLISHED, ESTABLISHED), OUT(TAKEN, A, .seq = 1, .ack = 6),
		     OUT(OUTSIDE, SA, .ack = 1), IS(ESTABLISHED, ESTABLISHED) } },
	{ "third ACK of a cookie not taken: this host repeats its SYN-ACK", .began = LEVEE_BEGAN_COOKIE,
	  .steps = { HANDSHAKE, OUT(SYN_AGAIN, SA, .ack = 1), IS(SYN_RECEIVED, ESTABLISHED) } },
	{ "the SYN-ACK again of who was not the server is an old one", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, SA, .ack = 1), OUT(OUTSIDE, SA, .ack = 1),
		     IS(ESTABLISHED, ESTABLISHED) } },
	{ "a SYN-ACK with another ISN behind the first is refused", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(TAKEN, SA, .ack = 1), IN(OUTSIDE, SA, .seq = 4000, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 1),
		     IS(ESTABLISHED, ESTABLISHED) } },
	{ "SYN on a live connection, and the SYN-ACK of nobody's SYN", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(OUTSIDE, S, .seq = 77777), IN(OUTSIDE, SA, .seq = 77777, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 1),
		     IS(ESTABLISHED, ESTABLISHED) } },
	{ "a late SYN of the connection itself", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = 9), IN(OUTSIDE, S), IS(ESTABLISHED, ESTABLISHED) } },
	{ "flags of ECN and AccECN, PSH and URG change nothing", SERVER,
	  .steps = { IN(TAKEN, S | TCP_ECE | TCP_CWR), OUT(TAKEN, SA | TCP_ECE, .ack = 1), IN(TAKEN, A | TCP_CWR | 0x28, .seq = 1, .ack = 1),
		     IS(ESTABLISHED, ESTABLISHED), IN(TAKEN, FA | TCP_ECE, .seq = 1, .ack = 1), IS(ESTABLISHED, FIN_WAIT_1) } },
};

/* --- simultaneous open, split handshakes, Fast Open */

static const struct row openings[] = {
	{ "the SYNs cross (figure 7)", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(TAKEN, S), IS(SYN_RECEIVED, SYN_SENT), OUT(TAKEN, SA, .ack = 1), IS(SYN_RECEIVED, SYN_SENT),
		     HAS(LOCAL, SYN_REPEATS, 0), IN(TAKEN, SA, .ack = 1), IS(ESTABLISHED, ESTABLISHED), HAS(REMOTE, SYN_REPEATS, 0) } },
	{ "the SYNs cross, the remote end's is lost", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(TAKEN, SA, .ack = 1), IS(ESTABLISHED, SYN_RECEIVED), OUT(TAKEN, A, .seq = 1, .ack = 1),
		     IS(ESTABLISHED, ESTABLISHED) } },
	{ "the SYNs cross, this host's SYN-ACK leaves after the other has come", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(TAKEN, S), IN(TAKEN, SA, .ack = 1), IS(ESTABLISHED, SYN_RECEIVED), OUT(TAKEN, SA, .ack = 1),
		     IS(ESTABLISHED, ESTABLISHED), HAS(LOCAL, SYN_REPEATS, 0) } },
	{ "the same, where the remote end's SYN was seen first", SERVER,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, S), IN(TAKEN, SA, .ack = 1), IS(ESTABLISHED, SYN_RECEIVED), OUT(TAKEN, SA, .ack = 1),
		     IS(ESTABLISHED, ESTABLISHED), HAS(LOCAL, SYN_REPEATS, 0) } },
	{ "the SYNs cross, everything is lost once", CLIENT,
	  .steps = { OUT(TAKEN, S), OUT(SYN_AGAIN, S), IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(SYN_AGAIN, S), OUT(SYN_AGAIN, SA, .ack = 1),
		     IN(TAKEN, SA, .ack = 1), IS(ESTABLISHED, ESTABLISHED), HAS(LOCAL, SYN_REPEATS, 2), HAS(REMOTE, SYN_REPEATS, 1),
		     OUT(TAKEN, A, .seq = 1, .ack = 1, .len = 3), IN(TAKEN, A, .seq = 1, .ack = 4, .len = 3), IS(ESTABLISHED, ESTABLISHED) } },
	{ "the SYNs cross, data comes before the SYN-ACK", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1, .len = 4), IS(ESTABLISHED, ESTABLISHED) } },
	{ "split handshake in four: an ACK that says nothing, the SYN", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(OLD, A, .seq = 4711, .ack = 1), IS(SYN_SENT, CLOSED), IN(TAKEN, S), IS(SYN_RECEIVED, SYN_SENT),
		     OUT(TAKEN, SA, .ack = 1), IS(SYN_RECEIVED, SYN_SENT), IN(TAKEN, A, .seq = 1, .ack = 1), IS(ESTABLISHED, ESTABLISHED) } },
	{ "split handshake in five: SYN, SYN-ACK, SYN-ACK, ACK", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, SA, .ack = 1), IS(ESTABLISHED, ESTABLISHED),
		     OUT(TAKEN, A, .seq = 1, .ack = 1), IS(ESTABLISHED, ESTABLISHED) } },
	{ "a bare ACK does not answer a SYN", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(OLD, A, .seq = 1, .ack = 1), IN(OLD, A, .seq = 1, .ack = 1, .len = 10), IN(OUTSIDE, A, .seq = 1, .ack = 2),
		     IS(SYN_SENT, CLOSED) } },
	{ "Fast Open: the SYN's data is acknowledged with it", SERVER,
	  .steps = { IN(TAKEN, S, .len = 50), HAS(REMOTE, SEQ_END, 51), OUT(TAKEN, SA, .ack = 51), IN(TAKEN, A, .seq = 51, .ack = 1),
		     IS(ESTABLISHED, ESTABLISHED), HAS(LOCAL, ACKED, 51) } },
	{ "Fast Open: the SYN's data is not acknowledged and comes again", SERVER,
	  .steps = { IN(TAKEN, S, .len = 50), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1, .len = 50), IS(ESTABLISHED, ESTABLISHED),
		     OUT(TAKEN, A, .seq = 1, .ack = 51), IN(TAKEN, A, .seq = 51, .ack = 1, .len = 5), HAS(REMOTE, SEQ_END, 56) } },
	{ "Fast Open: a part of the SYN's data is acknowledged, but no more than there was", CLIENT,
	  .steps = { OUT(TAKEN, S, .len = 30), IN(OUTSIDE, SA, .ack = 32), IN(OUTSIDE, SA, .ack = 0), IN(TAKEN, SA, .ack = 20),
		     IS(ESTABLISHED, SYN_RECEIVED), OUT(TAKEN, A, .seq = 20, .ack = 1, .len = 11), IS(ESTABLISHED, ESTABLISHED) } },
	{ "Fast Open: the server sends before the third ACK", SERVER,
	  .steps = { IN(TAKEN, S, .len = 50), OUT(TAKEN, SA, .ack = 51), OUT(TAKEN, A, .seq = 1, .ack = 51, .len = 700), IS(SYN_RECEIVED, SYN_SENT),
		     IN(TAKEN, A, .seq = 51, .ack = 701), IS(ESTABLISHED, ESTABLISHED), HAS(REMOTE, ACKED, 701) } },
	{ "Fast Open: the server closes before the third ACK", SERVER,
	  .steps = { IN(TAKEN, S, .len = 50), OUT(TAKEN, SA, .ack = 51), OUT(TAKEN, FA, .seq = 1, .ack = 51, .len = 700), IS(FIN_WAIT_1, SYN_SENT),
		     IN(TAKEN, A, .seq = 51, .ack = 1), IS(FIN_WAIT_1, ESTABLISHED), IN(TAKEN, A, .seq = 51, .ack = 702),
		     IS(FIN_WAIT_2, CLOSE_WAIT) } },
	{ "Fast Open: RST at what was acknowledged of the SYN alone", SERVER,
	  .steps = { IN(TAKEN, S, .len = 50), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, R, .seq = 1), IS(CLOSED, CLOSED), ENDS(RESET_REMOTE) } },
};

/* --- in the window, and outside */

#define SCALED(n) .scale = true, .shift = (n)
#define STAMPED(n) .stamped = true, .stamp = (n)

static const struct row windows[] = {
	{ "the largest offset each way", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1 + WINDOW, .ack = 1), IN(OUTSIDE, A, .seq = 2 + WINDOW, .ack = 1),
		     IN(TAKEN, A, .seq = 1, .ack = 1) } },
	{ "an acknowledgment of what was never sent", SERVER,
	  .steps = { HANDSHAKE, IN(OUTSIDE, A, .seq = 1, .ack = 2), IN(OUTSIDE, FA, .seq = 1, .ack = 0x7fffffff), OUT(TAKEN, A, .seq = 1, .ack = 1, .len = 1),
		     IN(TAKEN, A, .seq = 1, .ack = 2) } },
	{ "how far behind: no more than the least reach, or the window", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(OLD, A, .seq = 0, .ack = 1), IN(OLD, A, .seq = 1 - 66000, .ack = 1), IN(OUTSIDE, A, .seq = -66000, .ack = 1),
		     IN(OLD, A, .seq = 1 - 66010, .ack = 1, .len = 10), IN(OUTSIDE, A, .seq = 1 - 66011, .ack = 1, .len = 10),
		     IN(OUTSIDE, A, .seq = 1, .ack = -66000), IN(TAKEN, A, .seq = 1, .ack = 1 - 66000) } },
	{ "how far behind: a window that is larger counts", SERVER, BOTH,
	  .steps = { IN(TAKEN, S, SCALED(4)), OUT(TAKEN, SA, .ack = 1, SCALED(3)), IN(TAKEN, A, .seq = 1, .ack = 1, .win = 40000),
		     OUT(TAKEN, A, .seq = 1, .ack = 1, .win = 30000), HAS(REMOTE, WIN_END, 1 + 640000), HAS(LOCAL, WIN_END, 1 + 240000),
		     IN(OLD, A, .seq = 1 - 240000, .ack = 1), IN(OUTSIDE, A, .seq = -240000, .ack = 1),
		     IN(TAKEN, A, .seq = 1, .ack = 1 - 640000), IN(OUTSIDE, A, .seq = 1, .ack = -640000) } },
	{ "a SYN's window is not scaled", SERVER, BOTH,
	  .steps = { IN(TAKEN, S, SCALED(5), .win = 500), OUT(TAKEN, SA, .ack = 1, SCALED(6), .win = 600), HAS(REMOTE, WIN_END, 1 + 500),
		     HAS(LOCAL, WIN_END, 1 + 600), IN(TAKEN, A, .seq = 1, .ack = 1, .win = 500), HAS(REMOTE, WIN_END, 1 + 16000) } },
	{ "no scale where the answer has none", SERVER, BOTH,
	  .steps = { IN(TAKEN, S, SCALED(5)), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1, .win = 20000),
		     HAS(REMOTE, WIN_END, 1 + 20000) } },
	{ "no scale where the SYN has none", SERVER, BOTH,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1, SCALED(9)), IN(TAKEN, A, .seq = 1, .ack = 1),
		     OUT(TAKEN, A, .seq = 1, .ack = 1, .win = 20000), HAS(LOCAL, WIN_END, 1 + 20000) } },
	{ "a window that is taken back stays granted", SERVER, BOTH,
	  .steps = { HANDSHAKE, OUT(TAKEN, A, .seq = 1, .ack = 1, .win = 5000), HAS(LOCAL, WIN_END, 1 + WINDOW),
		     IN(TAKEN, A, .seq = 1, .ack = 1, .len = 4000), OUT(TAKEN, A, .seq = 1, .ack = 4001, .win = 5000), HAS(LOCAL, WIN_END, 1 + WINDOW),
		     OUT(TAKEN, A, .seq = 1, .ack = 4001, .win = 6001), HAS(LOCAL, WIN_END, 2 + WINDOW) } },
	{ "an older acknowledgment takes nothing back", SERVER, BOTH,
	  .steps = { HANDSHAKE, OUT(TAKEN, A, .seq = 1, .ack = 1, .len = 500), IN(TAKEN, A, .seq = 1, .ack = 501), IN(TAKEN, A, .seq = 1, .ack = 301),
		     HAS(REMOTE, ACKED, 501), HAS(REMOTE, WIN_END, 501 + WINDOW) } },
	{ "data out of order, then what was missing", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 501, .ack = 1, .len = 500), HAS(REMOTE, SEQ_END, 1001), IN(TAKEN, A, .seq = 1, .ack = 1, .len = 500),
		     HAS(REMOTE, SEQ_END, 1001), OUT(TAKEN, A, .seq = 1, .ack = 1001), HAS(LOCAL, ACKED, 1001) } },
	{ "keep-alive of no byte and of one", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = 100), OUT(TAKEN, A, .seq = 1, .ack = 101), IN(OLD, A, .seq = 100, .ack = 1),
		     IN(TAKEN, A, .seq = 100, .ack = 1, .len = 1), OUT(TAKEN, A, .seq = 1, .ack = 101), HAS(REMOTE, SEQ_END, 101),
		     OUT(OLD, A, .seq = 0, .ack = 101), IN(TAKEN, A, .seq = 101, .ack = 1), IS(ESTABLISHED, ESTABLISHED) } },
	{ "a probe of a shut window: the byte behind it, or one before", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = WINDOW), OUT(TAKEN, A, .seq = 1, .ack = 1 + WINDOW, .win = SHUT),
		     IN(TAKEN, A, .seq = 1 + WINDOW, .ack = 1, .len = 1), IN(OLD, A, .seq = WINDOW, .ack = 1),
		     IN(TAKEN, A, .seq = 2 + WINDOW, .ack = 1), IN(OUTSIDE, A, .seq = 3 + WINDOW, .ack = 1), HAS(REMOTE, SEQ_END, 2 + WINDOW), OUT(TAKEN, A, .seq = 1, .ack = 1 + WINDOW, .win = 100),
		     IN(TAKEN, A, .seq = 1 + WINDOW, .ack = 1, .len = 100) } },
	{ "the third ACK was taken after all: data has been acknowledged", SERVER,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = 10), OUT(SYN_AGAIN, SA, .ack = 1), IS(SYN_RECEIVED, ESTABLISHED),
		     OUT(TAKEN, A, .seq = 1, .ack = 1), IS(SYN_RECEIVED, ESTABLISHED), OUT(TAKEN, A, .seq = 1, .ack = 11), IS(ESTABLISHED, ESTABLISHED) } },
	{ "an ACK that overtakes the SYN-ACK moves nothing", SERVER,
	  .steps = { IN(TAKEN, S), IN(OLD, A, .seq = 1, .ack = 1), IN(OLD, FA, .seq = 1, .ack = 1), IS(CLOSED, SYN_SENT), ENDS(NOT), OUT(TAKEN, SA, .ack = 1),
		     IS(SYN_RECEIVED, SYN_SENT), IN(TAKEN, A, .seq = 1, .ack = 1), IS(ESTABLISHED, ESTABLISHED) } },
	{ "super-packets", SERVER, BOTH,
	  .steps = { IN(TAKEN, S, SCALED(7)), OUT(TAKEN, SA, .ack = 1, SCALED(7)), IN(TAKEN, A, .seq = 1, .ack = 1),
		     OUT(TAKEN, A, .seq = 1, .ack = 1, .len = 300000), HAS(LOCAL, SEQ_END, 300001), IN(TAKEN, A, .seq = 1, .ack = 300001),
		     HAS(REMOTE, ACKED, 300001) } },
	{ "PAWS: one tick is forgiven, no more, and a RST is exempt", SERVER, BOTH,
	  .steps = { IN(TAKEN, S, STAMPED(100)), OUT(TAKEN, SA, .ack = 1, STAMPED(700)), IN(TAKEN, A, .seq = 1, .ack = 1, STAMPED(110)),
		     HAS(REMOTE, STAMP, 110), IN(TAKEN, A, .seq = 1, .ack = 1, .len = 9, STAMPED(109)), HAS(REMOTE, STAMP, 110),
		     IN(PAWS, A, .seq = 10, .ack = 1, .len = 9, STAMPED(108)), IN(PAWS, FA, .seq = 10, .ack = 1, STAMPED(-5000)),
		     IN(TAKEN, A, .seq = 10, .ack = 1, .len = 9), IS(ESTABLISHED, ESTABLISHED), IN(TAKEN, R, .seq = 19, STAMPED(5)),
		     IS(CLOSED, CLOSED) } },
	{ "TS.Recent of a connection whose SYN is not known begins no earlier", SERVER,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 50, .ack = 1, .len = 9, STAMPED(150)), IN(TAKEN, A, .seq = 1, .ack = 1, STAMPED(120)),
		     HAS(REMOTE, STAMP, 120), IN(PAWS, A, .seq = 1, .ack = 1, STAMPED(100)) } },
	{ "TS.Recent follows what begins at or before the last acknowledgment", SERVER, BOTH,
	  .steps = { IN(TAKEN, S, STAMPED(100)), OUT(TAKEN, SA, .ack = 1, STAMPED(700)), IN(TAKEN, A, .seq = 1, .ack = 1, STAMPED(101)),
		     IN(TAKEN, A, .seq = 50, .ack = 1, .len = 9, STAMPED(150)), HAS(REMOTE, STAMP, 101),
		     IN(TAKEN, A, .seq = 1, .ack = 1, .len = 49, STAMPED(120)), HAS(REMOTE, STAMP, 120), OUT(TAKEN, A, .seq = 1, .ack = 59),
		     IN(TAKEN, A, .seq = 59, .ack = 1, STAMPED(151)), HAS(REMOTE, STAMP, 151), HAS(LOCAL, STAMP, 700) } },
	{ "a timestamp is no suspicion's end if it is old", SERVER,
	  .steps = { IN(TAKEN, S, STAMPED(100)), OUT(TAKEN, SA, .ack = 1, STAMPED(1)), IN(TAKEN, A, .seq = 1, .ack = 1, STAMPED(100)),
		     IN(SUSPECT, R, .seq = 500), IN(PAWS, A, .seq = 1, .ack = 1, STAMPED(9)), SUSPECTED(REMOTE, true),
		     IN(OUTSIDE, A, .seq = -99999, .ack = 1), SUSPECTED(REMOTE, true), IN(TAKEN, A, .seq = 1, .ack = 1, STAMPED(100)),
		     SUSPECTED(REMOTE, false) } },
	{ "what this host acknowledges has come, though it was not seen", SERVER,
	  .steps = { HANDSHAKE, OUT(TAKEN, A, .seq = 1, .ack = 5001), HAS(REMOTE, SEQ_END, 5001), HAS(LOCAL, ACKED, 5001),
		     IN(TAKEN, A, .seq = 5001, .ack = 1, .len = 10), IN(OUTSIDE, A, .seq = 5011, .ack = 2), IS(ESTABLISHED, ESTABLISHED) } },
	{ "what this host acknowledges in a probe counts", SERVER,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 1, .ack = 1, .len = 10), OUT(OLD, A, .seq = 0, .ack = 12), IS(CLOSE_WAIT, FIN_WAIT_2),
		     HAS(LOCAL, ACKED, 12), IN(TAKEN, R, .seq = 12), IS(CLOSED, CLOSED) } },
	{ "also the last FIN, in a keep-alive", SERVER,
	  .steps = { HANDSHAKE, OUT(TAKEN, FA, .seq = 1, .ack = 1), IN(TAKEN, FA, .seq = 1, .ack = 2), OUT(OLD, A, .seq = 1, .ack = 2),
		     IS(TIME_WAIT, CLOSED), ENDS(FIN_LOCAL) } },
};

/* --- FIN */

static const struct row closings[] = {
	{ "one end, then the other", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 1, .ack = 1), IS(ESTABLISHED, FIN_WAIT_1), OUT(TAKEN, A, .seq = 1, .ack = 2),
		     IS(CLOSE_WAIT, FIN_WAIT_2), OUT(TAKEN, A, .seq = 1, .ack = 2, .len = 70), IN(TAKEN, A, .seq = 2, .ack = 71),
		     IS(CLOSE_WAIT, FIN_WAIT_2), OUT(TAKEN, FA, .seq = 71, .ack = 2), IS(LAST_ACK, FIN_WAIT_2), ENDS(NOT),
		     IN(TAKEN, A, .seq = 2, .ack = 72), IS(CLOSED, TIME_WAIT), ENDS(FIN_REMOTE) } },
	{ "three segments: FIN, FIN with the ACK, ACK", SERVER, BOTH,
	  .steps = { HANDSHAKE, LOCAL_CLOSES, IS(TIME_WAIT, CLOSED), ENDS(FIN_LOCAL) } },
	{ "the FINs cross", SERVER, BOTH,
	  .steps = { HANDSHAKE, OUT(TAKEN, FA, .seq = 1, .ack = 1), IN(TAKEN, FA, .seq = 1, .ack = 1), IS(FIN_WAIT_1, FIN_WAIT_1),
		     OUT(TAKEN, A, .seq = 2, .ack = 2), IS(CLOSING, FIN_WAIT_2), IN(TAKEN, A, .seq = 2, .ack = 2), IS(TIME_WAIT, TIME_WAIT),
		     ENDS(FIN_LOCAL) } },
	{ "the FINs cross, and the remote end's comes behind its acknowledgment", SERVER,
	  .steps = { HANDSHAKE, OUT(TAKEN, FA, .seq = 1, .ack = 1), IN(TAKEN, A, .seq = 2, .ack = 2), IS(FIN_WAIT_2, CLOSE_WAIT),
		     IN(TAKEN, FA, .seq = 1, .ack = 1), IS(FIN_WAIT_2, CLOSING), OUT(TAKEN, A, .seq = 2, .ack = 2), IS(TIME_WAIT, TIME_WAIT) } },
	{ "the same, but the FIN acknowledges: sent after it", SERVER,
	  .steps = { HANDSHAKE, OUT(TAKEN, FA, .seq = 1, .ack = 1), IN(TAKEN, A, .seq = 2, .ack = 2), IN(TAKEN, FA, .seq = 1, .ack = 2),
		     IS(FIN_WAIT_2, LAST_ACK), OUT(TAKEN, A, .seq = 2, .ack = 2), IS(TIME_WAIT, CLOSED), ENDS(FIN_LOCAL) } },
	{ "an ACK below the FIN is not its own", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 1, .ack = 1, .len = 100), OUT(TAKEN, A, .seq = 1, .ack = 101), IS(ESTABLISHED, FIN_WAIT_1),
		     OUT(TAKEN, A, .seq = 1, .ack = 102), IS(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "a challenge ACK is not the last ACK", SERVER, BOTH,
	  .steps = { HANDSHAKE, HALF_CLOSE, OUT(TAKEN, FA, .seq = 1, .ack = 2), IN(TAKEN, A, .seq = 2, .ack = 1), IS(LAST_ACK, FIN_WAIT_2),
		     IN(TAKEN, A, .seq = 2, .ack = 2), IS(CLOSED, TIME_WAIT) } },
	{ "FIN with data comes again with less, with more, and alone", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = 10), IN(TAKEN, FA, .seq = 11, .ack = 1, .len = 10),
		     IN(TAKEN, FA, .seq = 16, .ack = 1, .len = 5), IN(TAKEN, FA, .seq = 1, .ack = 1, .len = 20), IN(TAKEN, FA, .seq = 21, .ack = 1),
		     IS(ESTABLISHED, FIN_WAIT_1), HAS(REMOTE, FIN_REPEATS, 3), OUT(TAKEN, A, .seq = 1, .ack = 22), IS(CLOSE_WAIT, FIN_WAIT_2),
		     IN(TAKEN, FA, .seq = 1, .ack = 1, .len = 20), IS(CLOSE_WAIT, FIN_WAIT_2), HAS(REMOTE, FIN_REPEATS, 4),
		     HAS(REMOTE, SEQ_END, 22) } },
	{ "last ACK lost: the FIN again, TIME_WAIT answers", SERVER, BOTH,
	  .steps = { HANDSHAKE, LOCAL_CLOSES, IN(TAKEN, FA, .seq = 1, .ack = 2), OUT(TAKEN, A, .seq = 2, .ack = 2), IS(TIME_WAIT, CLOSED),
		     HAS(REMOTE, FIN_REPEATS, 1), ENDS(FIN_LOCAL) } },
	{ "FIN again of the same side is no second FIN", SERVER, BOTH,
	  .steps = { HANDSHAKE, HALF_CLOSE, IN(TAKEN, FA, .seq = 1, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 2), IS(CLOSE_WAIT, FIN_WAIT_2), ENDS(NOT) } },
	{ "data lost before the FIN, and sent again", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 501, .ack = 1), IS(ESTABLISHED, FIN_WAIT_1), OUT(TAKEN, A, .seq = 1, .ack = 1),
		     IN(TAKEN, A, .seq = 1, .ack = 1, .len = 500), IS(ESTABLISHED, FIN_WAIT_1), OUT(TAKEN, A, .seq = 1, .ack = 502),
		     IS(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "forged FIN: data beyond it", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 101, .ack = 1), IS(ESTABLISHED, FIN_WAIT_1), IN(TAKEN, A, .seq = 1, .ack = 1, .len = 100),
		     IS(ESTABLISHED, FIN_WAIT_1), IN(TAKEN, A, .seq = 101, .ack = 1, .len = 1), IS(ESTABLISHED, ESTABLISHED),
		     OUT(TAKEN, A, .seq = 1, .ack = 102), IS(ESTABLISHED, ESTABLISHED), OUT(TAKEN, FA, .seq = 1, .ack = 102),
		     IN(TAKEN, FA, .seq = 102, .ack = 2), OUT(TAKEN, A, .seq = 2, .ack = 103), IS(TIME_WAIT, CLOSED), ENDS(FIN_LOCAL),
		     HAS(REMOTE, FIN_REPEATS, 0) } },
	{ "forged FIN: data over it", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 101, .ack = 1), IN(TAKEN, A, .seq = 51, .ack = 1, .len = 100), IS(ESTABLISHED, ESTABLISHED) } },
	{ "forged FIN of an end that has been closed to: data beyond it", SERVER, BOTH,
	  .steps = { HANDSHAKE, OUT(TAKEN, FA, .seq = 1, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 2), IN(TAKEN, FA, .seq = 101, .ack = 2),
		     IS(FIN_WAIT_2, LAST_ACK), IN(TAKEN, A, .seq = 1, .ack = 2, .len = 150), IS(FIN_WAIT_2, CLOSE_WAIT) } },
	{ "forged FIN: the acknowledgment goes beyond it", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = 900), IN(TAKEN, FA, .seq = 501, .ack = 1), IN(TAKEN, FA, .seq = 501, .ack = 1),
		     OUT(TAKEN, A, .seq = 1, .ack = 901), IS(ESTABLISHED, ESTABLISHED), HAS(REMOTE, FIN_REPEATS, 0), ENDS(NOT),
		     OUT(TAKEN, FA, .seq = 1, .ack = 901), IN(TAKEN, FA, .seq = 901, .ack = 2), OUT(TAKEN, A, .seq = 2, .ack = 902), ENDS(FIN_LOCAL) } },
	{ "forged FIN that was believed: the acknowledgment goes beyond it", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = 900), IN(TAKEN, FA, .seq = 500, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 501),
		     IS(CLOSE_WAIT, FIN_WAIT_2), OUT(TAKEN, A, .seq = 1, .ack = 901), IS(ESTABLISHED, ESTABLISHED), IN(TAKEN, FA, .seq = 901, .ack = 1),
		     OUT(TAKEN, A, .seq = 1, .ack = 902), IS(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "forged FIN that was believed and answered by a FIN", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = 900), IN(TAKEN, FA, .seq = 500, .ack = 1),
		     OUT(TAKEN, FA, .seq = 1, .ack = 501), IS(LAST_ACK, FIN_WAIT_2), OUT(TAKEN, A, .seq = 2, .ack = 901), IS(FIN_WAIT_1, ESTABLISHED),
		     IN(TAKEN, A, .seq = 901, .ack = 2), IS(FIN_WAIT_2, CLOSE_WAIT), ENDS(NOT) } },
	{ "forged FIN first, the real one below it", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 5001, .ack = 1), IN(TAKEN, FA, .seq = 5001, .ack = 1), IN(TAKEN, FA, .seq = 101, .ack = 1),
		     HAS(REMOTE, FIN_REPEATS, 0), OUT(TAKEN, A, .seq = 1, .ack = 102), IS(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "forged FIN below the real one: data over it", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 1001, .ack = 1), IN(TAKEN, FA, .seq = 501, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1, .len = 1000),
		     IS(ESTABLISHED, FIN_WAIT_1), OUT(TAKEN, A, .seq = 1, .ack = 1002), IS(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "forged FIN below the real one: both are acknowledged", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 1001, .ack = 1), IN(TAKEN, FA, .seq = 501, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 1002),
		     IS(CLOSE_WAIT, FIN_WAIT_2), OUT(TAKEN, FA, .seq = 1, .ack = 1002), IN(TAKEN, A, .seq = 1002, .ack = 2), IS(CLOSED, TIME_WAIT),
		     ENDS(FIN_REMOTE) } },
	{ "forged FIN that was believed, and the real one behind it", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = 500), IN(TAKEN, FA, .seq = 499, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 500),
		     IS(CLOSE_WAIT, FIN_WAIT_2), IN(TAKEN, FA, .seq = 501, .ack = 1, .len = 100), IS(CLOSE_WAIT, FIN_WAIT_2),
		     OUT(TAKEN, A, .seq = 1, .ack = 550), IS(ESTABLISHED, FIN_WAIT_1), OUT(TAKEN, A, .seq = 1, .ack = 602), IS(CLOSE_WAIT, FIN_WAIT_2),
		     OUT(TAKEN, FA, .seq = 1, .ack = 602), IN(TAKEN, A, .seq = 602, .ack = 2), IS(CLOSED, TIME_WAIT), ENDS(FIN_REMOTE) } },
	{ "forged FIN below the real one when the FINs have crossed", SERVER, BOTH,
	  .steps = { HANDSHAKE, OUT(TAKEN, FA, .seq = 1, .ack = 1), IN(TAKEN, FA, .seq = 101, .ack = 1), IN(TAKEN, A, .seq = 102, .ack = 2),
		     IS(FIN_WAIT_2, CLOSING), IN(TAKEN, FA, .seq = 51, .ack = 2), IN(TAKEN, A, .seq = 1, .ack = 2, .len = 100), IS(FIN_WAIT_2, CLOSING),
		     OUT(TAKEN, A, .seq = 2, .ack = 102), IS(TIME_WAIT, TIME_WAIT) } },
	{ "forged FIN below the real one, which answers the other end's", SERVER, BOTH,
	  .steps = { HANDSHAKE, OUT(TAKEN, FA, .seq = 1, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 2), IN(TAKEN, FA, .seq = 101, .ack = 2),
		     IN(TAKEN, FA, .seq = 51, .ack = 2), IN(TAKEN, A, .seq = 1, .ack = 2, .len = 100), IS(FIN_WAIT_2, LAST_ACK),
		     OUT(TAKEN, A, .seq = 2, .ack = 102), IS(TIME_WAIT, CLOSED) } },
	{ "two forged FINs: data over both", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 501, .ack = 1), IN(TAKEN, FA, .seq = 301, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1, .len = 1000),
		     IS(ESTABLISHED, ESTABLISHED), OUT(TAKEN, A, .seq = 1, .ack = 1001), IS(ESTABLISHED, ESTABLISHED) } },
	{ "two forged FINs, data over the first: what it ends with is no FIN", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 301, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1, .len = 1000), IS(ESTABLISHED, ESTABLISHED),
		     IN(TAKEN, FA, .seq = 501, .ack = 1), IS(ESTABLISHED, FIN_WAIT_1), OUT(TAKEN, A, .seq = 1, .ack = 1001),
		     IS(ESTABLISHED, ESTABLISHED) } },
	{ "forged FIN that crossed the other end's, and below it the real one that answers", SERVER, BOTH,
	  .steps = { HANDSHAKE, OUT(TAKEN, FA, .seq = 1, .ack = 1), IN(TAKEN, FA, .seq = 501, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 2),
		     IS(FIN_WAIT_2, CLOSING), IN(TAKEN, FA, .seq = 301, .ack = 2), IS(FIN_WAIT_2, LAST_ACK),
		     OUT(TAKEN, A, .seq = 2, .ack = 302), IS(TIME_WAIT, CLOSED), ENDS(FIN_LOCAL) } },
	{ "forged FIN behind the real one changes nothing", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 101, .ack = 1), IN(TAKEN, FA, .seq = 401, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 102),
		     IS(CLOSE_WAIT, FIN_WAIT_2), IN(TAKEN, FA, .seq = 301, .ack = 1), IS(CLOSE_WAIT, FIN_WAIT_2), HAS(REMOTE, FIN_REPEATS, 0) } },
	{ "a FIN below what was acknowledged is none", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = 1000), OUT(TAKEN, A, .seq = 1, .ack = 1001), IN(TAKEN, FA, .seq = 1000, .ack = 1),
		     IN(OLD, FA, .seq = 999, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 1001), IS(ESTABLISHED, ESTABLISHED) } },
	{ "nor is one at the number of the SYN", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 0, .ack = 1), OUT(TAKEN, A, .seq = 1, .ack = 1), IS(ESTABLISHED, ESTABLISHED) } },
};

/* --- RST */

static const struct row resets[] = {
	{ "exact", SERVER, BOTH, .steps = { HANDSHAKE, IN(TAKEN, R, .seq = 1), IS(CLOSED, CLOSED), ENDS(RESET_REMOTE) } },
	{ "exact, with ACK and with data", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, RA, .seq = 1, .ack = 77777, .len = 12), IS(CLOSED, CLOSED) } },
	{ "one before, one behind the window", SERVER,
	  .steps = { HANDSHAKE, IN(OUTSIDE, R, .seq = 0), IN(OUTSIDE, R, .seq = 2 + WINDOW), IN(OUTSIDE, RA, .seq = 0x40000000, .ack = 1),
		     IN(SUSPECT, R, .seq = 1 + WINDOW), IN(SUSPECT, R, .seq = 2), IS(ESTABLISHED, ESTABLISHED), ENDS(NOT) } },
	{ "suspicion ends by its sender's word, not by the other's", SERVER,
	  .steps = { HANDSHAKE, IN(SUSPECT, R, .seq = 500), SUSPECTED(REMOTE, true), SUSPECTED(LOCAL, false), OUT(TAKEN, A, .seq = 1, .ack = 1),
		     SUSPECTED(REMOTE, true), IN(OLD, A, .seq = 0, .ack = 1), SUSPECTED(REMOTE, false), IS(ESTABLISHED, ESTABLISHED) } },
	{ "the challenge ACK draws the exact one", SERVER,
	  .steps = { HANDSHAKE, IN(SUSPECT, R, .seq = 500), OUT(TAKEN, A, .seq = 1, .ack = 1), IN(TAKEN, R, .seq = 1), IS(CLOSED, CLOSED),
		     ENDS(RESET_REMOTE) } },
	{ "at the right edge of what came", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 101, .ack = 1, .len = 100), IN(TAKEN, R, .seq = 201), IS(CLOSED, CLOSED) } },
	{ "at what was acknowledged last", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = 100), IN(TAKEN, R, .seq = 1), IS(CLOSED, CLOSED) } },
	{ "at the number of a FIN that was answered, and below", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 1, .ack = 1, .len = 5), OUT(TAKEN, A, .seq = 1, .ack = 7), IN(OUTSIDE, R, .seq = 5),
		     IS(CLOSE_WAIT, FIN_WAIT_2), IN(TAKEN, R, .seq = 6), IS(CLOSED, CLOSED), ENDS(RESET_REMOTE) } },
	{ "at the number of a FIN that was not answered", SERVER,
	  .steps = { HANDSHAKE, IN(TAKEN, FA, .seq = 1, .ack = 1, .len = 5), IN(SUSPECT, R, .seq = 6), IS(ESTABLISHED, FIN_WAIT_1) } },
	{ "behind the probe of a shut window, and no further", SERVER,
	  .steps = { HANDSHAKE, IN(TAKEN, A, .seq = 1, .ack = 1, .len = WINDOW), OUT(TAKEN, A, .seq = 1, .ack = 1 + WINDOW, .win = SHUT),
		     IN(TAKEN, A, .seq = 1 + WINDOW, .ack = 1, .len = 1), IN(OUTSIDE, R, .seq = 3 + WINDOW), IN(TAKEN, R, .seq = 2 + WINDOW),
		     IS(CLOSED, CLOSED) } },
	{ "behind data of the SYN that the window does not reach", SERVER,
	  .steps = { IN(TAKEN, S, .len = 1000), OUT(TAKEN, SA, .ack = 1, .win = 100), IN(OUTSIDE, R, .seq = 1001), IS(SYN_RECEIVED, SYN_SENT),
		     IN(TAKEN, R, .seq = 1), IS(CLOSED, CLOSED) } },
	{ "to SYN_SENT: by its acknowledgment alone", CLIENT,
	  .steps = { OUT(TAKEN, S), IN(OUTSIDE, R, .seq = 1), IN(OUTSIDE, RA, .ack = 99), IN(OUTSIDE, RA, .ack = 0), IS(SYN_SENT, CLOSED),
		     IN(TAKEN, RA, .seq = 0x12345678, .ack = 1), IS(CLOSED, CLOSED), ENDS(RESET_REMOTE) } },
	{ "to SYN_SENT with data: by the acknowledgment of any of it", CLIENT,
	  .steps = { OUT(TAKEN, S, .len = 10), IN(OUTSIDE, RA, .ack = 12), IN(TAKEN, RA, .ack = 11), IS(CLOSED, CLOSED) } },
	{ "in the window of a half-open connection: suspected, as of any", SERVER,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), IN(SUSPECT, R, .seq = 100), IN(OUTSIDE, R, .seq = 0), IS(SYN_RECEIVED, SYN_SENT),
		     IN(TAKEN, R, .seq = 1), IS(CLOSED, CLOSED), ENDS(RESET_REMOTE) } },
	{ "this host refuses a SYN", SERVER,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, RA, .seq = 0x333, .ack = 1), IS(CLOSED, CLOSED), ENDS(RESET_LOCAL) } },
	{ "this host gives up half-open", SERVER,
	  .steps = { IN(TAKEN, S), OUT(TAKEN, SA, .ack = 1), OUT(TAKEN, R, .seq = 1), IS(CLOSED, CLOSED), ENDS(RESET_LOCAL) } },
	{ "this host's own: exact, in the window, at what it sends next", SERVER,
	  .steps = { HANDSHAKE, OUT(TAKEN, A, .seq = 1, .ack = 1, .len = 50), OUT(OUTSIDE, R, .seq = 0), OUT(OUTSIDE, R, .seq = 2 + WINDOW),
		     OUT(SUSPECT, R, .seq = 52), SUSPECTED(LOCAL, true), IS(ESTABLISHED, ESTABLISHED), OUT(TAKEN, R, .seq = 20), IS(CLOSED, CLOSED),
		     ENDS(RESET_LOCAL) } },
	{ "this host's own, of SYN data behind the window", CLIENT,
	  .steps = { OUT(TAKEN, S, .len = 1000), IN(TAKEN, SA, .ack = 1, .win = 100), OUT(TAKEN, R, .seq = 1001), IS(CLOSED, CLOSED), ENDS(RESET_LOCAL) } },
	{ "who reset first ended it", SERVER, BOTH,
	  .steps = { HANDSHAKE, IN(TAKEN, R, .seq = 1), OUT(TAKEN, R, .seq = 1), ENDS(RESET_REMOTE) } },
	{ "TIME_WAIT outlives it (RFC 1337)", SERVER, BOTH,
	  .steps = { HANDSHAKE, LOCAL_CLOSES, IN(TAKEN, R, .seq = 2), IS(TIME_WAIT, CLOSED), ENDS(FIN_LOCAL) } },
	{ "in every closing state", SERVER, BOTH,
	  .steps = { HANDSHAKE, HALF_CLOSE, OUT(TAKEN, FA, .seq = 1, .ack = 2), IN(OUTSIDE, R, .seq = 0x30000000), IN(TAKEN, R, .seq = 2),
		     IS(CLOSED, CLOSED), ENDS(RESET_REMOTE) } },
	{ "of an end whose numbers are not known", SERVER,
	  .steps = { KERNEL(ESTABLISHED), IN(SUSPECT, R, .seq = 4711), IS(ESTABLISHED, ESTABLISHED), OUT(TAKEN, R, .seq = 4711), IS(CLOSED, CLOSED) } },
};

/* --- after the end */

static const struct row afterwards[] = {
	{ "a SYN-ACK does not revive what is over", CLIENT,
	  .steps = { CONNECT, OUT(TAKEN, R, .seq = 1), IN(OUTSIDE, SA, .ack = 1), IN(OUTSIDE, SA, .seq = 4444, .ack = 1), IS(CLOSED, CLOSED) } },
	{ "the same SYN again after a RST begins afresh", SERVER,
	  .steps = { IN(TAKEN, S), IN(SYN_AGAIN, S), OUT(TAKEN, SA, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1), IN(TAKEN, R, .seq = 1), IN(TAKEN, S), IS(CLOSED, SYN_SENT), HAS(REMOTE, SYN_REPEATS, 0),
		     OUT(TAKEN, SA, .seq = -200000, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = -199999), IS(ESTABLISHED, ESTABLISHED) } },
	{ "TIME_WAIT takes a later SYN", SERVER,
	  .steps = { HANDSHAKE, LOCAL_CLOSES, IN(TAKEN, S, .seq = 3), IS(TIME_WAIT, SYN_SENT), IN(SYN_AGAIN, S, .seq = 3),
		     OUT(TAKEN, SA, .seq = 70000, .ack = 4), IS(SYN_RECEIVED, SYN_SENT), IN(TAKEN, A, .seq = 4, .ack = 70001),
		     IS(ESTABLISHED, ESTABLISHED) } },
	{ "TIME_WAIT takes any SYN where nothing is known", SERVER,
	  .steps = { KERNEL(TIME_WAIT), IN(TAKEN, S, .seq = -5), IS(TIME_WAIT, SYN_SENT), KERNEL(TIME_WAIT), IN(TAKEN, S, .seq = 0x70000000) } },
	{ "the next connection begins without the last one's FINs", SERVER,
	  .steps = { HANDSHAKE, LOCAL_CLOSES, IN(TAKEN, FA, .seq = 1, .ack = 2), HAS(REMOTE, FIN_REPEATS, 1), IN(TAKEN, S, .seq = 3),
		     HAS(REMOTE, FIN_REPEATS, 0) } },
	{ "TIME_WAIT refuses an earlier SYN", SERVER,
	  .steps = { HANDSHAKE, LOCAL_CLOSES, IN(OUTSIDE, S, .seq = 2), IN(OUTSIDE, S), IN(OUTSIDE, S, .seq = -90000, STAMPED(900)),
		     OUT(TAKEN, A, .seq = 2, .ack = 2), IS(TIME_WAIT, CLOSED), ENDS(FIN_LOCAL) } },
	{ "TIME_WAIT takes an earlier SYN with a later timestamp, and no later one with an earlier timestamp (RFC 6191)", SERVER,
	  .steps = { IN(TAKEN, S, STAMPED(100)), OUT(TAKEN, SA, .ack = 1, STAMPED(1)), IN(TAKEN, A, .seq = 1, .ack = 1, STAMPED(101)),
		     OUT(TAKEN, FA, .seq = 1, .ack = 1, STAMPED(2)), IN(TAKEN, FA, .seq = 1, .ack = 2, STAMPED(102)), OUT(TAKEN, A, .seq = 2, .ack = 2),
		     IN(OUTSIDE, S, .seq = 90000, STAMPED(99)), IN(OUTSIDE, S, .seq = -90000, STAMPED(102)), IN(OUTSIDE, S, .seq = -90000),
		     IN(TAKEN, S, .seq = -90000, STAMPED(103)), IS(TIME_WAIT, SYN_SENT) } },
	{ "a client in SYN_SENT refuses the ACK of TIME_WAIT", SERVER,
	  .steps = { HANDSHAKE, LOCAL_CLOSES, IN(TAKEN, S, .seq = 50000), OUT(TAKEN, A, .seq = 2, .ack = 2), IN(OLD, R, .seq = 2), IS(TIME_WAIT, SYN_SENT) } },
	{ "this host opens again from TIME_WAIT", SERVER,
	  .steps = { HANDSHAKE, LOCAL_CLOSES, OUT(TAKEN, S, .seq = -90000), IS(SYN_SENT, CLOSED) } },
	{ "another connection's SYN: over, forgotten, or a repeat", SERVER,
	  .steps = { OTHER(false, S), IN(TAKEN, S), OTHER(false, SA), OUT(TAKEN, SA, .ack = 1), OTHER(false, SA, .seq = 90000), IN(TAKEN, A, .seq = 1, .ack = 1),
		     OTHER(false, A, .seq = 1), OTHER(false, SA), OTHER(true, SA, .seq = 90000), OTHER(true, S, .seq = 90000),
		     OTHER(true, S, .seq = 2), OTHER(false, S, .seq = 1), OTHER(false, S, .seq = 1 - 66000), OTHER(true, S, .seq = -66000),
		     IN(TAKEN, R, .seq = 1), OTHER(true, S, .seq = 90000), OTHER(true, SA), OTHER(false, A, .seq = 1) } },
	{ "another connection's SYN: the flow's own attempt is none", CLIENT,
	  .steps = { OUT(TAKEN, S), OTHER(false, S, .seq = 90000), IN(TAKEN, S), OTHER(false, SA, .seq = 90000) } },
	{ "another connection's SYN: nothing is known", SERVER,
	  .steps = { KERNEL(ESTABLISHED), OTHER(true, S, .seq = 5), OTHER(false, R, .seq = 5), KERNEL(TIME_WAIT), OTHER(true, SA, .seq = 5) } },
};

/* --- from the kernel's socket, in every state, to the end */

#define NUMBERS(una, nxt, written, received) \
	.known = 1, .snd_una = (una), .snd_nxt = (nxt), .write_seq = (written), .snd_wnd = 5000, .rcv_nxt = (received), .rcv_wup = (received), .rcv_wnd = 6000

static const struct row adoptions[] = {
	{ "SYN_SENT", CLIENT,
	  .steps = { KERNEL(SYN_SENT, .known = 1, .scaled = 1, .rcv_wscale = 3, .snd_una = 0, .snd_nxt = 1, .write_seq = 1, .rcv_wnd = 4000),
		     IS(SYN_SENT, CLOSED), OUT(SYN_AGAIN, S), IN(OUTSIDE, SA, .ack = 2), IN(TAKEN, SA, .ack = 1, SCALED(2)),
		     IS(ESTABLISHED, SYN_RECEIVED), HAS(LOCAL, WIN_END, 4001), OUT(TAKEN, A, .seq = 1, .ack = 1, .win = 1000), HAS(LOCAL, WIN_END, 8001),
		     IS(ESTABLISHED, ESTABLISHED) } },
	{ "SYN_SENT, refused", CLIENT,
	  .steps = { KERNEL(SYN_SENT, .known = 1, .snd_una = 0, .snd_nxt = 1, .write_seq = 1), IN(TAKEN, RA, .ack = 1), IS(CLOSED, CLOSED) } },
	{ "SYN_RECEIVED", SERVER,
	  .steps = { KERNEL(SYN_RECEIVED, NUMBERS(1, 1, 1, 1)), IS(SYN_RECEIVED, SYN_SENT), OUT(SYN_AGAIN, SA, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 0),
		     IS(SYN_RECEIVED, SYN_SENT), IN(TAKEN, A, .seq = 1, .ack = 1), IS(ESTABLISHED, ESTABLISHED) } },
	{ "ESTABLISHED: windows, scales, timestamps", SERVER,
	  .steps = { KERNEL(ESTABLISHED, .known = 1, .scaled = 1, .rcv_wscale = 3, .snd_wscale = 4, .ts = 1, .snd_una = 101, .snd_nxt = 301, .write_seq = 900,
			    .snd_wnd = 5000, .rcv_nxt = 501, .rcv_wup = 401, .rcv_wnd = 6000, .ts_recent = 70),
		     IS(ESTABLISHED, ESTABLISHED), HAS(LOCAL, SEQ_END, 301), HAS(LOCAL, ACKED, 401), HAS(LOCAL, WIN_END, 6401), HAS(REMOTE, SEQ_END, 501),
		     HAS(REMOTE, ACKED, 101), HAS(REMOTE, WIN_END, 5101), HAS(REMOTE, STAMP, 70), IN(PAWS, A, .seq = 501, .ack = 301, STAMPED(60)),
		     IN(TAKEN, A, .seq = 501, .ack = 301, .win = 1000, STAMPED(70)), HAS(REMOTE, WIN_END, 16301),
		     OUT(TAKEN, A, .seq = 301, .ack = 501, .win = 1000), HAS(LOCAL, WIN_END, 8501), IN(TAKEN, FA, .seq = 501, .ack = 301),
		     OUT(TAKEN, FA, .seq = 301, .ack = 502), IN(TAKEN, A, .seq = 502, .ack = 302), IS(CLOSED, TIME_WAIT), ENDS(FIN_REMOTE) } },
	{ "ESTABLISHED without scale, without timestamps", SERVER,
	  .steps = { KERNEL(ESTABLISHED, NUMBERS(1, 1, 1, 1), .rcv_wscale = 3, .snd_wscale = 4), IN(TAKEN, A, .seq = 1, .ack = 1, .win = 9000),
		     HAS(REMOTE, WIN_END, 9001), OUT(TAKEN, A, .seq = 1, .ack = 1, .win = 7000), HAS(LOCAL, WIN_END, 7001),
		     IN(TAKEN, A, .seq = 1, .ack = 1, STAMPED(-9999)), IN(OUTSIDE, S, .seq = 500) } },
	{ "ESTABLISHED, the window taken back below what was sent", SERVER,
	  .steps = { KERNEL(ESTABLISHED, NUMBERS(1, 9001, 9001, 1)), HAS(REMOTE, WIN_END, 9001),
		     OUT(TAKEN, A, .seq = 9001, .ack = 1) } },
	{ "ESTABLISHED, data has come out of order before", SERVER,
	  .steps = { KERNEL(ESTABLISHED, NUMBERS(1, 1, 1, 1)), IN(TAKEN, A, .seq = 1, .ack = 1, .len = 100), OUT(TAKEN, A, .seq = 1, .ack = 3001),
		     HAS(REMOTE, SEQ_END, 3001), OUT(TAKEN, FA, .seq = 1, .ack = 3001), IN(TAKEN, FA, .seq = 3001, .ack = 2),
		     OUT(TAKEN, A, .seq = 2, .ack = 3002), IS(TIME_WAIT, CLOSED), ENDS(FIN_LOCAL) } },
	{ "FIN_WAIT_1: the FIN is the last that was written", SERVER,
	  .steps = { KERNEL(FIN_WAIT_1, NUMBERS(1, 51, 102, 1)), IS(FIN_WAIT_1, ESTABLISHED), IN(TAKEN, A, .seq = 1, .ack = 51),
		     IS(FIN_WAIT_1, ESTABLISHED), OUT(TAKEN, FA, .seq = 51, .ack = 1, .len = 50), HAS(LOCAL, FIN_REPEATS, 0),
		     OUT(TAKEN, FA, .seq = 51, .ack = 1, .len = 50), HAS(LOCAL, FIN_REPEATS, 1), IN(TAKEN, A, .seq = 1, .ack = 102),
		     IS(FIN_WAIT_2, CLOSE_WAIT), IN(TAKEN, FA, .seq = 1, .ack = 102), OUT(TAKEN, A, .seq = 102, .ack = 2), IS(TIME_WAIT, CLOSED),
		     ENDS(FIN_LOCAL) } },
	{ "FIN_WAIT_2", SERVER,
	  .steps = { KERNEL(FIN_WAIT_2, NUMBERS(2, 2, 2, 1)), IS(FIN_WAIT_2, CLOSE_WAIT),
		     IN(TAKEN, A, .seq = 1, .ack = 2, .len = 5), IS(FIN_WAIT_2, CLOSE_WAIT), IN(TAKEN, FA, .seq = 6, .ack = 2),
		     OUT(TAKEN, A, .seq = 2, .ack = 7), IS(TIME_WAIT, CLOSED), ENDS(FIN_LOCAL) } },
	{ "CLOSE_WAIT", SERVER,
	  .steps = { KERNEL(CLOSE_WAIT, NUMBERS(1, 1, 1, 2)), IS(CLOSE_WAIT, FIN_WAIT_2), IN(TAKEN, FA, .seq = 1, .ack = 1),
		     HAS(REMOTE, FIN_REPEATS, 1), OUT(TAKEN, FA, .seq = 1, .ack = 2), IS(LAST_ACK, FIN_WAIT_2), IN(TAKEN, A, .seq = 2, .ack = 2),
		     IS(CLOSED, TIME_WAIT), ENDS(FIN_REMOTE) } },
	{ "LAST_ACK", SERVER,
	  .steps = { KERNEL(LAST_ACK, NUMBERS(1, 2, 2, 2)), IS(LAST_ACK, FIN_WAIT_2),
		     IN(TAKEN, A, .seq = 2, .ack = 1), IS(LAST_ACK, FIN_WAIT_2), OUT(TAKEN, FA, .seq = 1, .ack = 2), HAS(LOCAL, FIN_REPEATS, 1),
		     IN(TAKEN, A, .seq = 2, .ack = 2), IS(CLOSED, TIME_WAIT), ENDS(FIN_REMOTE) } },
	{ "CLOSING", SERVER,
	  .steps = { KERNEL(CLOSING, NUMBERS(1, 2, 2, 2)), IS(CLOSING, FIN_WAIT_2),
		     IN(TAKEN, A, .seq = 2, .ack = 2), IS(TIME_WAIT, TIME_WAIT), ENDS(FIN_LOCAL) } },
	{ "TIME_WAIT", SERVER,
	  .steps = { KERNEL(TIME_WAIT, NUMBERS(2, 2, 2, 2)), IS(TIME_WAIT, CLOSED),
		     ENDS(FIN_LOCAL), IN(TAKEN, FA, .seq = 1, .ack = 2), OUT(TAKEN, A, .seq = 2, .ack = 2), IS(TIME_WAIT, CLOSED),
		     HAS(REMOTE, FIN_REPEATS, 1), IN(OUTSIDE, S, .seq = 1), IN(TAKEN, S, .seq = 900) } },
	{ "SYN_RECEIVED without numbers: no ACK can be told to be the third", SERVER,
	  .steps = { KERNEL(SYN_RECEIVED), IN(TAKEN, A, .seq = 1, .ack = 1), IN(TAKEN, A, .seq = 1, .ack = 1), IS(SYN_RECEIVED, SYN_SENT) } },
	{ "CLOSED", SERVER, .steps = { KERNEL(CLOSED, NUMBERS(1, 1, 1, 1)), IS(CLOSED, CLOSED) } },
	{ "LISTEN", SERVER, .steps = { KERNEL(LISTEN), IS(LISTEN, ESTABLISHED) } },
	{ "without numbers, segments are taken on trust; the scale is the largest", SERVER,
	  .steps = { KERNEL(ESTABLISHED), IS(ESTABLISHED, ESTABLISHED), IN(TAKEN, A, .seq = 900, .ack = 800, .len = 10, .win = 4),
		     HAS(REMOTE, SEQ_END, 910), HAS(REMOTE, WIN_END, 800 + (4 << LEVEE_SCALE_UNKNOWN)), IN(TAKEN, A, .seq = 910, .ack = 800, .len = 10),
		     OUT(TAKEN, A, .seq = 800, .ack = 920, .len = 30, .win = 1), HAS(LOCAL, WIN_END, 920 + (1 << LEVEE_SCALE_UNKNOWN)),
		     IN(OUTSIDE, A, .seq = 920, .ack = 831), IN(TAKEN, FA, .seq = 920, .ack = 830), OUT(TAKEN, FA, .seq = 830, .ack = 921),
		     IN(TAKEN, A, .seq = 921, .ack = 831), IS(CLOSED, TIME_WAIT), ENDS(FIN_REMOTE) } },
	{ "without numbers: FIN_WAIT_1, LAST_ACK, TIME_WAIT say who closed first", SERVER,
	  .steps = { KERNEL(FIN_WAIT_1), IS(FIN_WAIT_1, ESTABLISHED), OUT(TAKEN, FA, .seq = 5, .ack = 9), IN(TAKEN, FA, .seq = 9, .ack = 6),
		     OUT(TAKEN, A, .seq = 6, .ack = 10), IS(TIME_WAIT, CLOSED), ENDS(FIN_LOCAL), KERNEL(LAST_ACK), OUT(TAKEN, FA, .seq = 5, .ack = 9),
		     IN(TAKEN, A, .seq = 9, .ack = 6), IS(CLOSED, TIME_WAIT), ENDS(FIN_REMOTE), KERNEL(TIME_WAIT), ENDS(FIN_LOCAL) } },
};

/* clang-format on */

static void handshake(void **unused)
{
	(void)unused;
	walk_rows(handshakes, ARRAY_SIZE(handshakes));
}

static void opening(void **unused)
{
	(void)unused;
	walk_rows(openings, ARRAY_SIZE(openings));
}

static void window(void **unused)
{
	(void)unused;
	walk_rows(windows, ARRAY_SIZE(windows));
}

static void closing(void **unused)
{
	(void)unused;
	walk_rows(closings, ARRAY_SIZE(closings));
}

static void reset(void **unused)
{
	(void)unused;
	walk_rows(resets, ARRAY_SIZE(resets));
}

static void after_the_end(void **unused)
{
	(void)unused;
	walk_rows(afterwards, ARRAY_SIZE(afterwards));
}

static void adoption(void **unused)
{
	(void)unused;
	walk_rows(adoptions, ARRAY_SIZE(adoptions));
}

/* --- loops */

static void repeats_saturate(void **unused)
{
	struct levee_segment syn = { .flags = TCP_SYN, .seq = 7 },
			     fin = { .flags = TCP_FIN | TCP_ACK, .seq = 8, .ack = 21 };
	struct levee_flow f = { .began = LEVEE_BEGAN_HANDSHAKE };
	struct levee_segment synack = { .flags = TCP_SYN | TCP_ACK, .seq = 20, .ack = 8 };

	(void)unused;
	for (int i = 0; i < 400; i++)
		assert_int_equal(levee_track(&f, &syn, LEVEE_REMOTE),
				 i ? LEVEE_TRACKED_SYN_AGAIN : LEVEE_TRACKED_TAKEN);
	assert_int_equal(f.end[LEVEE_REMOTE].syn_repeats, LEVEE_REPEATS_MAX);
	levee_track(&f, &synack, LEVEE_LOCAL);
	for (int i = 0; i < 40; i++)
		assert_int_equal(levee_track(&f, &fin, LEVEE_REMOTE), LEVEE_TRACKED_TAKEN);
	assert_int_equal(f.end[LEVEE_REMOTE].fin_repeats, LEVEE_FIN_REPEATS_MAX);
	assert_int_equal(f.end[LEVEE_REMOTE].wscale, 0);
}

/* A state that cannot be, as after a lost race or in a map of another version,
 * stays where it is and breaks nothing. */
static void impossible_states_stay(void **unused)
{
	struct levee_end e = { 0 };

	(void)unused;
	for (int state = LEVEE_TCP_STATE_COUNT; state < 256; state++)
		for (int event = 0; event < LEVEE_TCP_EVENT_COUNT; event++) {
			e.state = state;
			levee_end_event(&e, event);
			assert_int_equal(e.state, state);
		}
}

/* Flags in every combination, on every pair of states: no state that is none,
 * and OUTSIDE leaves no trace. */
static void every_flag_in_every_state(void **unused)
{
	uint64_t random = 4;

	(void)unused;
	for (int n = 0; n < 11 * 11 * 256 * 16; n++) {
		struct levee_flow f = { 0 }, before;
		struct levee_segment s = { .flags = n & 0xff,
					   .seq = unit_random(&random) % 300,
					   .ack = unit_random(&random) % 300,
					   .payload = unit_random(&random) % 3,
					   .window = 100 };
		enum levee_tracked t;

		for (int side = 0; side < 2; side++) {
			f.end[side] = (struct levee_end){ .seq_end = 100 + unit_random(&random) % 50,
							  .ack = 80 + unit_random(&random) % 40,
							  .win_end = 150,
							  .fin_end = 100,
							  .flags = unit_random(&random) & 0x7f };
			f.end[side].state = (n >> 8) / (side ? 11 : 1) % 11;
		}
		before = f;
		t = levee_track(&f, &s, n >> 16 & 1);
		assert_true(f.end[0].state < LEVEE_TCP_STATE_COUNT && f.end[1].state < LEVEE_TCP_STATE_COUNT);
		assert_true(t < LEVEE_TRACKED_COUNT);
		if (t == LEVEE_TRACKED_OUTSIDE || t == LEVEE_TRACKED_PAWS)
			assert_memory_equal(&f, &before, sizeof(f));
	}
}

/* The side is masked: a number that is none does not lead outside the flow. */
static void any_side_is_one_of_two(void **unused)
{
	struct levee_segment syn = { .flags = TCP_SYN };
	struct levee_flow a = { 0 }, b = { 0 };

	(void)unused;
	levee_track(&a, &syn, LEVEE_REMOTE);
	levee_track(&b, &syn, (enum levee_side)(LEVEE_REMOTE + 2));
	assert_memory_equal(&a.end, &b.end, sizeof(a.end));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshake),
		cmocka_unit_test(opening),
		cmocka_unit_test(window),
		cmocka_unit_test(closing),
		cmocka_unit_test(reset),
		cmocka_unit_test(after_the_end),
		cmocka_unit_test(adoption),
		cmocka_unit_test(repeats_saturate),
		cmocka_unit_test(impossible_states_stay),
		cmocka_unit_test(every_flag_in_every_state),
		cmocka_unit_test(any_side_is_one_of_two),
	};

	return cmocka_run_group_tests_name("track", tests, NULL, NULL);
}
