/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compare.c - levee's pair beside nf's state, the observer's pair and the ends' own, after every segment of a trace.
 *
 * nf has one state for two ends; `meanings` says which it may be. Where it is another one, levee must say what the
 * observer says, and exactly one rule must know why nf does not. The rule that claimed a difference when it began goes
 * on to hold until both agree again or nf moves once more for a reason that another rule knows.
 */
#include "compare.h"

#define BIT(state) (1U << NF_##state)

/* The names of nf's states are not the RFC's: its FIN_WAIT is a FIN seen, its CLOSE_WAIT that FIN acknowledged. */
static const struct meaning {
	uint8_t a, b; /* of either end */
	uint16_t nf;
} meanings[] = {
	{ LEVEE_TCP_CLOSED, LEVEE_TCP_CLOSED, BIT(ABSENT) | BIT(CLOSE) | BIT(NONE) },
	{ LEVEE_TCP_SYN_SENT, LEVEE_TCP_CLOSED, BIT(SYN_SENT) },
	{ LEVEE_TCP_SYN_SENT, LEVEE_TCP_LISTEN, BIT(SYN_SENT) },
	{ LEVEE_TCP_SYN_SENT, LEVEE_TCP_TIME_WAIT, BIT(SYN_SENT) },
	{ LEVEE_TCP_SYN_SENT, LEVEE_TCP_SYN_RECEIVED, BIT(SYN_SENT2) | BIT(SYN_RECV) }, /* its SYN-ACK may have left */
	{ LEVEE_TCP_SYN_RECEIVED, LEVEE_TCP_SYN_RECEIVED, BIT(SYN_SENT2) },
	{ LEVEE_TCP_SYN_RECEIVED, LEVEE_TCP_FIN_WAIT_1, BIT(FIN_WAIT) },
	{ LEVEE_TCP_ESTABLISHED, LEVEE_TCP_SYN_RECEIVED, BIT(SYN_RECV) },
	{ LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED, BIT(ESTABLISHED) },
	{ LEVEE_TCP_ESTABLISHED, LEVEE_TCP_FIN_WAIT_1, BIT(FIN_WAIT) },
	{ LEVEE_TCP_CLOSE_WAIT, LEVEE_TCP_FIN_WAIT_2, BIT(CLOSE_WAIT) },
	{ LEVEE_TCP_FIN_WAIT_1, LEVEE_TCP_FIN_WAIT_1, BIT(LAST_ACK) },
	{ LEVEE_TCP_LAST_ACK, LEVEE_TCP_FIN_WAIT_2, BIT(LAST_ACK) },
	{ LEVEE_TCP_CLOSING, LEVEE_TCP_FIN_WAIT_2, BIT(LAST_ACK) },
	{ LEVEE_TCP_CLOSED, LEVEE_TCP_TIME_WAIT, BIT(TIME_WAIT) },
	{ LEVEE_TCP_TIME_WAIT, LEVEE_TCP_TIME_WAIT, BIT(TIME_WAIT) },
};

/* A half-open entry knows that the SYN-ACK has left, not whether it has come: its client may be ESTABLISHED. */
static struct pair plain(struct pair pair)
{
	if (pair.entry == ENTRY_HALF_OPEN && pair.local == LEVEE_TCP_SYN_RECEIVED)
		pair.remote = LEVEE_TCP_ESTABLISHED;
	return pair;
}

unsigned int pair_means(struct pair pair)
{
	return pair.local << 8 | pair.remote;
}

bool means_same(struct pair pair, uint8_t nf)
{
	pair = plain(pair);
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		const struct meaning *m = &meanings[i];

		if ((m->a == pair.local && m->b == pair.remote) || (m->b == pair.local && m->a == pair.remote))
			return m->nf >> nf & 1;
	}
	return false;
}

static bool same_but_for_order(uint8_t a, uint8_t b)
{
	return (a == LEVEE_TCP_CLOSING && b == LEVEE_TCP_LAST_ACK) ||
	       (a == LEVEE_TCP_TIME_WAIT && b == LEVEE_TCP_CLOSED);
}

/* An end that has said nothing yet is CLOSED or listens: nobody can see which. */
static bool same_state(uint8_t levee, uint8_t observer, bool doubted)
{
	if (doubted && (same_but_for_order(levee, observer) || same_but_for_order(observer, levee)))
		return true;
	return levee == observer || (levee == LEVEE_TCP_CLOSED && observer == LEVEE_TCP_LISTEN) ||
	       (levee == LEVEE_TCP_LISTEN && observer == LEVEE_TCP_CLOSED);
}

/*
 * Where a forged FIN was believed, nobody can say any more whether the genuine one came before or after the other end's:
 * CLOSING is LAST_ACK then, and TIME_WAIT CLOSED.
 */
bool pair_is(const struct view *v, const struct observer *o)
{
	struct pair pair = v->after.levee;

	if (v->refused && pair.entry == ENTRY_NONE && observer_state(o, LEVEE_REMOTE) == LEVEE_TCP_SYN_SENT)
		return true;
	return same_state(pair.local, observer_state(o, LEVEE_LOCAL), v->doubted) &&
	       same_state(pair.remote, observer_state(o, LEVEE_REMOTE), v->doubted);
}

const char *finding_text(enum finding finding)
{
	static const char *const texts[] = {
		[FOUND_NOTHING] = "nothing",
		[FOUND_WRONG] = "levee's states are not those that the segments show",
		[FOUND_UNTRUE] = "levee's states are not those of the ends",
		[FOUND_OBSERVER_WRONG] = "the observer's states are not those of the ends: the test is wrong",
		[FOUND_UNCLAIMED] = "levee and nf differ, and no rule says why",
		[FOUND_CLAIMED_TWICE] = "levee and nf differ, and more than one rule says why",
	};

	return texts[finding];
}

static bool pair_equals(struct pair pair, const uint8_t truth[2])
{
	pair = plain(pair);
	return pair.local == truth[LEVEE_LOCAL] && pair.remote == truth[LEVEE_REMOTE];
}

static struct pair pair_of(const struct observer *o)
{
	return (struct pair){ observer_state(o, LEVEE_LOCAL), observer_state(o, LEVEE_REMOTE), ENTRY_FLOW };
}

static enum finding check_levee(const struct view *v)
{
	if (v->after.told && !pair_equals(pair_of(&v->sceptic), v->after.truth))
		return FOUND_OBSERVER_WRONG;
	if (v->after.told && !pair_equals(v->after.levee, v->after.truth))
		return FOUND_UNTRUE;
	if (!pair_is(v, &v->sceptic) && !pair_is(v, &v->credulous))
		return FOUND_WRONG;
	return FOUND_NOTHING;
}

static uint64_t claiming_rules(const struct view *v)
{
	uint64_t claims = 0;

	for (unsigned int r = 0; r < rule_count; r++)
		claims |= (uint64_t)rules[r].claims(v) << r;
	return claims;
}

static bool moved(const struct view *v)
{
	return v->before.nf != v->after.nf || v->before.levee.local != v->after.levee.local ||
	       v->before.levee.remote != v->after.levee.remote;
}

/* `holding` is the rule of a difference that began earlier, as a bit; 0 for none. */
static enum finding check_nf(const struct view *v, struct verdict *verdict, uint64_t *holding)
{
	uint64_t claims;

	if (means_same(v->after.levee, v->after.nf)) {
		verdict->agreements++;
		*holding = 0;
		return FOUND_NOTHING;
	}
	verdict->differences++;
	if (*holding && !moved(v))
		return FOUND_NOTHING;
	claims = claiming_rules(v);
	if (*holding && claims & (claims - 1))
		claims = 0;
	if (claims & (claims - 1)) {
		verdict->twice = claims;
		return FOUND_CLAIMED_TWICE;
	}
	if (!claims && !*holding)
		return FOUND_UNCLAIMED;
	*holding = claims ? claims : *holding;
	verdict->rules |= *holding;
	return FOUND_NOTHING;
}

/* A segment beyond a FIN that was in doubt shows that it was forged. */
static bool contradicts(const struct view *v)
{
	const struct watched *believed = &v->credulous.end[v->p->from], *known = &v->sceptic.end[v->p->from];
	const struct passage *p = v->p;

	return p->credit != CREDIT_NONE && observer_takes(&v->sceptic_before, p) && p->payload &&
	       !(p->flags & (F_SYN | F_RST)) && believed->fin && !believed->fin_acked && !known->fin &&
	       number_before(believed->fin_end - 1, p->seq + p->payload);
}

/* Is it another connection, or another attempt at one, than before the segment? */
static bool began_anew(const struct view *v)
{
	for (int side = 0; side < 2; side++) {
		const struct watched *before = &v->sceptic_before.end[side], *after = &v->sceptic.end[side];

		if (before->syn && (!after->syn || before->isn != after->isn))
			return true;
	}
	return false;
}

/* What was seen in a connection that makes the rest of it less certain. */
static void note_history(struct view *v)
{
	const struct watched *y = &v->sceptic_before.end[!v->p->from];

	if (began_anew(v))
		v->overshot = v->doubted = false;
	v->doubted |= v->p->flags & F_FIN && v->p->credit == CREDIT_DOUBT;
	if (!(v->p->flags & F_SYN) && y->acked && number_before(y->win_end, v->p->seq))
		v->overshot = true;
}

/* RFC 9293 section 3.10.7.1: what answers a SYN at a closed port has number 0. A SYN-ACK opens the port. */
static void note_refusal(struct view *v)
{
	if (v->p->from != LEVEE_LOCAL)
		return;
	if ((v->p->flags & (F_RST | F_ACK)) == (F_RST | F_ACK) && !v->p->seq)
		v->refused = true;
	if (v->p->flags & F_SYN)
		v->refused = false;
}

static void note_deafness(struct view *v)
{
	const struct watched *y = &v->sceptic_before.end[!v->p->from];

	if (!(v->p->flags & F_SYN))
		return;
	if (v->p->flags & F_ACK && y->acked && y->ack == v->p->seq + 1 && v->before.nf == NF_SYN_SENT)
		v->deaf = true; /* the third ACK came before it */
	else if (v->p->flags & F_ACK && v->before.nf == NF_SYN_RECV && v->after.nf == NF_SYN_RECV && moved(v))
		v->deaf = true; /* with the window that it grants */
	else if (v->before.nf != v->after.nf)
		v->deaf = false;
	else if (began_anew(v) && !means_same(v->after.levee, v->after.nf))
		v->deaf = true;
}

static void choose(struct view *v)
{
	bool sceptic = pair_is(v, &v->sceptic);

	v->known = sceptic ? &v->sceptic : &v->credulous;
	v->known_before = sceptic ? &v->sceptic_before : &v->credulous_before;
}

/* The FIN that was believed was none; another one, behind it, may still be. */
static void believe_the_other(struct view *v)
{
	uint32_t other = v->credulous.end[v->p->from].other_fin_end;

	v->credulous = v->sceptic;
	if (!other || !number_before(v->p->seq + v->p->payload, other))
		return;
	v->credulous.end[v->p->from].fin = true;
	v->credulous.end[v->p->from].fin_end = other;
}

static void see(struct view *v, const struct trace *t, unsigned int i)
{
	v->step = i;
	v->p = &t->passage[i];
	v->before = v->after;
	v->after = t->after[i];
	v->sceptic_before = v->sceptic;
	v->credulous_before = v->credulous;
	observer_see(&v->sceptic, v->p);
	if (contradicts(v))
		believe_the_other(v);
	v->credulous.credulous = true;
	observer_see(&v->credulous, v->p);
	note_history(v);
	note_deafness(v);
	note_refusal(v);
	choose(v);
}

/*
 * A forged segment that was believed leaves a tracker no choice but to forget something genuine: which of two FINs there was,
 * and how far its sender has got, which a RST has to match. What follows is judged by nobody.
 */
static bool undecidable(const struct view *v)
{
	const struct watched *x = &v->sceptic_before.end[v->p->from], *y = &v->sceptic_before.end[!v->p->from];
	const struct watched *believed = &v->credulous_before.end[v->p->from],
			     *known = &v->sceptic_before.end[v->p->from];

	if (v->p->credit != CREDIT_FULL)
		return false;
	/* Of two SYNs only the answer tells which is meant, and there is none yet. */
	if (x->syn && !y->syn && x->syns[1].known && x->syns[1].isn != x->isn && !(v->p->flags & F_SYN))
		return true;
	if (v->p->flags & F_RST)
		return observer_reset_exact(&v->credulous_before, v->p) !=
		       observer_reset_exact(&v->sceptic_before, v->p);
	return v->p->flags & F_FIN && believed->fin && !believed->fin_acked && !known->fin &&
	       number_before(believed->fin_end, v->p->seq + v->p->payload + 1);
}

struct verdict compare(const struct trace *t)
{
	struct view v = { .trace = t, .after = { .nf = NF_ABSENT } };
	struct verdict verdict = { .finding = FOUND_NOTHING };
	uint64_t holding = 0;

	for (unsigned int i = 0; i < t->count; i++) {
		see(&v, t, i);
		verdict.step = i;
		verdict.left = undecidable(&v);
		if (verdict.left)
			break;
		verdict.finding = check_levee(&v);
		if (verdict.finding == FOUND_NOTHING)
			verdict.finding = check_nf(&v, &verdict, &holding);
		if (verdict.finding != FOUND_NOTHING)
			break;
	}
	return verdict;
}
