/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attack.c - segments that pretend to come from the remote end, with numbers that are exactly right, in the window, or
 * outside; and segments of the remote end that come again much later.
 *
 * The numbers are those that can be seen at the interface, so `credit` is exact for whoever watches there. A kind that
 * does not fit the moment (nothing in the window, no FIN to acknowledge) is passed over.
 */
#include <string.h>

#include "network.h"

/* What the attacker has overheard. */
struct target {
	const struct watched *local, *remote;
	uint32_t next; /* RCV.NXT of the local end */
	uint32_t edge; /* right edge of its window, as it was seen */
	uint32_t true_edge; /* and as it is */
	uint32_t sent; /* the remote end's SND.NXT */
	uint32_t peer_sent; /* the local end's SND.NXT */
	bool open; /* both ends have sent SYN */
	bool quiet; /* the local end has acknowledged all that was seen */
	uint8_t local_state;
};

static struct target overhear(const struct network *n)
{
	const struct watched *local = &n->observer.end[LEVEE_LOCAL], *remote = &n->observer.end[LEVEE_REMOTE];
	struct target t = {
		.local = local,
		.remote = remote,
		.next = local->acked ? local->ack : remote->seq_end,
		.sent = remote->seq_end,
		.peer_sent = local->seq_end,
		.open = local->syn && remote->syn && local->acked && !remote->reborn && !remote->reset,
		.local_state = observer_state(&n->observer, LEVEE_LOCAL),
	};

	t.edge = local->acked ? local->win_end : t.next;
	t.true_edge = n->end[LEVEE_LOCAL].offered;
	if (number_before(t.true_edge, t.edge) || number_before(t.edge + (1 << 30), t.true_edge))
		t.true_edge = t.edge;
	t.quiet = t.next == t.sent;
	return t;
}

static bool window_open(const struct target *t)
{
	return t->open && t->quiet && t->edge - t->next > 8 && t->edge - t->next < 0x40000000;
}

static uint32_t inside(struct network *n, const struct target *t)
{
	uint32_t reach = t->edge - t->next - 2;

	/* Of a half-open connection only the window of its SYN-ACK is known. */
	if (t->local_state == LEVEE_TCP_SYN_RECEIVED && reach > 900)
		reach = 900;
	return t->next + 1 + dice_below(&n->dice, reach);
}

/* A half-open entry may round the window that its SYN-ACK granted. */
static uint32_t above(struct network *n, const struct target *t)
{
	return t->true_edge + 300 + dice_below(&n->dice, 200000);
}

/* Further back than any window of a trace reaches. */
static uint32_t far_below(struct network *n, const struct target *t)
{
	return t->next - (32U << 20) - dice_below(&n->dice, 200000);
}

/* Just before what is expected: old, though a lenient window still covers it. */
static uint32_t below(struct network *n, const struct target *t)
{
	return t->next - 3 - dice_below(&n->dice, 400);
}

/* --- kinds: each completes a segment that is right in all else, and says whether it fits */

static bool reset_exact(struct network *n, const struct target *t, struct passage *p)
{
	p->flags = F_RST;
	p->seq = t->next;
	/* What a RST does to one that opens at the same time depends on what is under way. */
	return t->remote->syn && t->quiet &&
	       ((t->local_state >= LEVEE_TCP_ESTABLISHED && t->remote->syn_acked) ||
		n->end[LEVEE_LOCAL].manner.listens);
}

static bool reset_inside(struct network *n, const struct target *t, struct passage *p)
{
	if (!window_open(t))
		return false;
	p->flags = F_RST | (dice_chance(&n->dice, 30) ? F_ACK : 0);
	p->seq = inside(n, t);
	return true;
}

static bool reset_outside(struct network *n, const struct target *t, struct passage *p)
{
	p->flags = F_RST | (dice_chance(&n->dice, 30) ? F_ACK : 0);
	p->seq = dice_chance(&n->dice, 50) ? above(n, t) : far_below(n, t);
	p->credit = CREDIT_NONE;
	return t->remote->syn;
}

static bool reset_below(struct network *n, const struct target *t, struct passage *p)
{
	p->flags = F_RST;
	p->seq = below(n, t);
	p->credit = CREDIT_NONE;
	return t->open && t->quiet;
}

/* RFC 9293 section 3.10.7.4: of a RST only the sequence number is looked at. */
static bool reset_bad_ack(struct network *n, const struct target *t, struct passage *p)
{
	p->flags = F_RST | F_ACK;
	p->seq = t->next;
	p->ack = t->peer_sent + 1 + dice_below(&n->dice, 1 << 20);
	return t->open && t->quiet;
}

static bool syn_anywhere(struct network *n, const struct target *t, struct passage *p)
{
	p->flags = F_SYN;
	p->ack = 0;
	p->seq = dice_chance(&n->dice, 40) ? t->next + dice_below(&n->dice, 1000) : dice_word(&n->dice);
	/* One of a half-open connection's own numbers may be the data of its SYN, RFC 7413. */
	if (t->local_state < LEVEE_TCP_ESTABLISHED || t->local_state == LEVEE_TCP_TIME_WAIT)
		p->seq = t->next + 70000 + dice_below(&n->dice, 1 << 30);
	p->mss = true;
	p->wscale = dice_chance(&n->dice, 50) ? dice_below(&n->dice, 15) : NO_WSCALE;
	p->tsecr = 0;
	/* Two handshakes at once are told apart by the answer alone; a SYN to a closed port is not tracked. */
	return n->end[LEVEE_LOCAL].manner.listens && t->remote->syn && (t->remote->syn_acked || t->remote->reset);
}

static bool synack_anywhere(struct network *n, const struct target *t, struct passage *p)
{
	p->flags = F_SYN | F_ACK;
	p->seq = dice_word(&n->dice);
	p->ack = t->peer_sent + (dice_chance(&n->dice, 50) ? 0 : dice_word(&n->dice) | 1);
	p->credit = CREDIT_NONE;
	return t->open && t->local_state >= LEVEE_TCP_ESTABLISHED && t->remote->syn_acked;
}

static bool ack_of_future(struct network *n, const struct target *t, struct passage *p)
{
	p->ack = t->peer_sent + 1 + dice_below(&n->dice, 1 << 20);
	p->credit = CREDIT_NONE;
	return t->open;
}

static bool ack_outside(struct network *n, const struct target *t, struct passage *p)
{
	p->seq = dice_chance(&n->dice, 50) ? above(n, t) : far_below(n, t);
	p->credit = CREDIT_NONE;
	return t->open;
}

static bool ack_exact(struct network *n, const struct target *t, struct passage *p)
{
	(void)n;
	p->ack = t->peer_sent; /* of a FIN that the remote end has not received, perhaps */
	return t->open && t->quiet && (!t->remote->acked || t->peer_sent - t->remote->ack <= 1);
}

/* In sequence, but acknowledging nothing new: what keeps nf going in the closing states. */
static bool ack_of_old(struct network *n, const struct target *t, struct passage *p)
{
	p->ack = t->local->isn + 1;
	return t->open && t->quiet && t->peer_sent - p->ack < 60000 && dice_chance(&n->dice, 70);
}

static bool ack_too_old(struct network *n, const struct target *t, struct passage *p)
{
	p->ack = t->local->isn - (64U << 20) - dice_below(&n->dice, 1000);
	p->credit = CREDIT_NONE;
	return t->open;
}

static bool data_inside(struct network *n, const struct target *t, struct passage *p)
{
	if (!window_open(t))
		return false;
	p->seq = inside(n, t);
	p->payload = 1 + dice_below(&n->dice, 20);
	p->credit = CREDIT_DOUBT;
	return true;
}

/* The receiver takes it; but data of the end itself has the same number, and whoever watches may believe either. */
static bool fin_exact(struct network *n, const struct target *t, struct passage *p)
{
	(void)n;
	p->flags = F_FIN | F_ACK;
	p->credit = CREDIT_DOUBT;
	return t->open && t->quiet && !t->remote->fin;
}

static bool fin_inside(struct network *n, const struct target *t, struct passage *p)
{
	if (!window_open(t))
		return false;
	p->flags = F_FIN | F_ACK;
	p->seq = inside(n, t);
	p->credit = CREDIT_DOUBT;
	return !t->remote->fin;
}

static bool fin_outside(struct network *n, const struct target *t, struct passage *p)
{
	p->flags = F_FIN | F_ACK;
	p->seq = dice_chance(&n->dice, 50) ? above(n, t) : far_below(n, t);
	p->credit = CREDIT_NONE;
	return t->open;
}

static bool fin_below(struct network *n, const struct target *t, struct passage *p)
{
	p->flags = F_FIN | F_ACK;
	p->seq = below(n, t);
	p->credit = CREDIT_NONE;
	return t->open;
}

static bool fin_of_future(struct network *n, const struct target *t, struct passage *p)
{
	p->flags = F_FIN | F_ACK;
	p->ack = t->peer_sent + 1 + dice_below(&n->dice, 1 << 20);
	p->credit = CREDIT_NONE;
	return t->open;
}

/* Has the remote end said anything after the last SYN-ACK of this host? Else levee knows no timestamp of it yet. */
static bool spoken_since_synack(const struct trace *t)
{
	for (unsigned int i = t->count; i-- > 0;) {
		if (t->passage[i].flags & F_SYN)
			return false;
		if (t->passage[i].from == LEVEE_REMOTE && t->passage[i].ts && t->passage[i].credit == CREDIT_FULL)
			return true;
	}
	return false;
}

/*
 * PAWS, RFC 7323 section 5: the numbers are right, the timestamp is of long ago. Not in a handshake: who knows a number that
 * was never acknowledged has no old duplicate, and half-open entries keep no timestamp.
 */
static bool stale(struct network *n, const struct target *t, struct passage *p)
{
	p->tsval -= 1000 + dice_below(&n->dice, 1000);
	p->credit = CREDIT_NONE;
	return p->ts && t->open && t->quiet && t->local_state >= LEVEE_TCP_ESTABLISHED && spoken_since_synack(n->trace);
}

static bool stale_fin(struct network *n, const struct target *t, struct passage *p)
{
	p->flags = F_FIN | F_ACK;
	return stale(n, t, p);
}

static bool stale_ack(struct network *n, const struct target *t, struct passage *p)
{
	return stale(n, t, p);
}

/* A segment of the remote end, once more. One of another connection is worth nothing, unless it opens one. */
static bool old_segment(struct network *n, const struct target *t, struct passage *p)
{
	const struct trace *trace = n->trace;
	unsigned int which;

	if (!trace->count)
		return false;
	which = dice_below(&n->dice, trace->count);
	*p = trace->passage[which];
	if (which < n->connection[LEVEE_REMOTE] && (p->flags & (F_SYN | F_ACK)) != F_SYN)
		p->credit = CREDIT_NONE;
	if (p->from != LEVEE_REMOTE || trace->passage[which].credit != CREDIT_FULL)
		return false;
	if ((p->flags & (F_SYN | F_ACK)) != F_SYN)
		return true;
	/* Which of two SYNs a half-open connection is of, only the answer tells; a SYN to a closed port is not tracked. */
	return n->end[LEVEE_LOCAL].manner.listens && t->local_state >= LEVEE_TCP_ESTABLISHED;
}

static const struct kind {
	const char *note;
	bool (*complete)(struct network *n, const struct target *t, struct passage *p);
} kinds[] = {
	{ "forged RST, exact", reset_exact },
	{ "forged RST, in the window", reset_inside },
	{ "forged RST, outside", reset_outside },
	{ "forged RST, just below the window", reset_below },
	{ "forged RST, exact, acknowledging what was not sent", reset_bad_ack },
	{ "forged SYN", syn_anywhere },
	{ "forged SYN-ACK", synack_anywhere },
	{ "forged ACK of what was not sent", ack_of_future },
	{ "forged ACK, outside", ack_outside },
	{ "forged ACK, exact", ack_exact },
	{ "forged ACK, exact, of nothing new", ack_of_old },
	{ "forged ACK, of long ago", ack_too_old },
	{ "forged data, in the window", data_inside },
	{ "forged FIN, exact", fin_exact },
	{ "forged FIN, in the window", fin_inside },
	{ "forged FIN, outside", fin_outside },
	{ "forged FIN, just below the window", fin_below },
	{ "forged FIN, acknowledging what was not sent", fin_of_future },
	{ "forged FIN with an old timestamp", stale_fin },
	{ "forged ACK with an old timestamp", stale_ack },
	{ "old segment, again", old_segment },
};

#define ATTEMPTS 12

/* An ACK that is right in all: kinds change what they are about. */
static struct passage usual(const struct target *t, const struct passage *last, bool stamped)
{
	return (struct passage){
		.from = LEVEE_REMOTE,
		.flags = F_ACK,
		.seq = t->next,
		.ack = t->remote->acked ? t->remote->ack : t->peer_sent,
		.window = 500,
		.wscale = NO_WSCALE,
		.credit = CREDIT_FULL,
		.ts = last && last->ts && stamped,
		.tsval = t->remote->tsval_known ? t->remote->tsval : 0,
		.tsecr = last ? last->tsecr : 0,
	};
}

/* The last genuine segment of the remote end, which shows whether it uses timestamps. */
static const struct passage *last_of_remote(const struct trace *t)
{
	for (unsigned int i = t->count; i-- > 0;)
		if (t->passage[i].from == LEVEE_REMOTE && !(t->passage[i].flags & F_RST) &&
		    t->passage[i].credit == CREDIT_FULL)
			return &t->passage[i];
	return NULL;
}

bool attack_forge(struct network *n, struct passage *p)
{
	struct target t = overhear(n);
	const struct passage *last = last_of_remote(n->trace);

	for (int i = 0; i < ATTEMPTS; i++) {
		const struct kind *kind = &kinds[dice_below(&n->dice, ARRAY_SIZE(kinds))];

		*p = usual(&t, last, n->end[LEVEE_LOCAL].stamped && t.remote->tsval_known);
		p->note = kind->note;
		if (!kind->complete(n, &t, p))
			continue;
		p->note = kind->note;
		if (p->flags & F_RST)
			p->ts = false;
		return true;
	}
	return false;
}
