/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rules.c - where nf_conntrack is known to be imprecise. Each row claims the segment at which levee and nf part.
 *
 * A rule is only asked where levee's pair is the one that the observer derives from the genuine segments, so none can
 * excuse a state of levee's that is wrong; each then names, as narrowly as it can, what nf made of this one segment and
 * which facts speak against it. `v->known` is the observer that levee agrees with, `before` and `after` the segment.
 * Two rules that claim the same segment are a failure too.
 */
#include "compare.h"

/* --- words */

static bool nf_moved(const struct view *v, uint8_t from, uint8_t to)
{
	return v->before.nf == from && v->after.nf == to;
}

static bool nf_stayed(const struct view *v)
{
	return v->before.nf == v->after.nf;
}

static bool levee_stayed(const struct view *v)
{
	return v->before.levee.local == v->after.levee.local && v->before.levee.remote == v->after.levee.remote;
}

static bool is_reset(const struct view *v)
{
	return v->p->flags & F_RST;
}

static bool is_synack(const struct view *v)
{
	return (v->p->flags & (F_SYN | F_ACK | F_RST)) == (F_SYN | F_ACK);
}

static bool is_syn(const struct view *v)
{
	return (v->p->flags & (F_SYN | F_ACK | F_RST)) == F_SYN;
}

static bool is_fin(const struct view *v)
{
	return (v->p->flags & (F_FIN | F_SYN | F_RST)) == F_FIN;
}

/* With ACK and without what moves a state: data or not. */
static bool is_ack(const struct view *v)
{
	return (v->p->flags & (F_ACK | F_FIN | F_SYN | F_RST)) == F_ACK;
}

static uint32_t end_of(const struct passage *p)
{
	return p->seq + p->payload + !!(p->flags & F_SYN) + !!(p->flags & F_FIN);
}

/* The end that sent the segment, and the other, as they were known before it and are known after it. */
static const struct watched *sender_before(const struct view *v)
{
	return &v->known_before->end[v->p->from];
}

static const struct watched *receiver_before(const struct view *v)
{
	return &v->known_before->end[!v->p->from];
}

static const struct watched *sender(const struct view *v)
{
	return &v->known->end[v->p->from];
}

static const struct watched *receiver(const struct view *v)
{
	return &v->known->end[!v->p->from];
}

/* nf goes by other numbers than those of this connection, for a reason of its own. */
static bool hindered(const struct view *v)
{
	return v->overshot || v->deaf;
}

static bool levee_in(const struct view *v, uint8_t state)
{
	return v->after.levee.local == state || v->after.levee.remote == state;
}

static bool unacknowledged_fin(const struct watched *x)
{
	return x->fin && !x->fin_acked;
}

/* Nothing of it is new to the receiver. */
static bool below_window(const struct view *v)
{
	return receiver_before(v)->acked && !number_before(receiver_before(v)->ack, end_of(v->p));
}

static bool taken(const struct view *v)
{
	return v->p->credit == CREDIT_FULL && observer_takes(v->known_before, v->p);
}

/* Its timestamp is older than the latest in sequence: PAWS. */
static bool too_old(const struct view *v)
{
	return v->p->ts && sender_before(v)->tsval_known && number_before(v->p->tsval + 1, sender_before(v)->ts_recent);
}

/* A state of nf in which it takes a RST without looking at its number (tcp_can_early_drop). */
static bool nf_closing(uint8_t nf)
{
	return nf >= NF_FIN_WAIT && nf <= NF_CLOSE;
}

/* Has a SYN passed while nf was in this state? */
static bool syn_seen_in(const struct view *v, uint8_t nf)
{
	for (unsigned int i = 0; i < v->step; i++)
		if ((v->trace->passage[i].flags & (F_SYN | F_ACK)) == F_SYN && v->trace->after[i].nf == nf)
			return true;
	return false;
}

/* A FIN that nf took for the first or second of its connection. */
static bool nf_took_fin(const struct view *v)
{
	bool first = v->after.nf == NF_FIN_WAIT && (v->before.nf == NF_ESTABLISHED || v->before.nf == NF_SYN_RECV);
	bool second = v->after.nf == NF_LAST_ACK && (v->before.nf == NF_FIN_WAIT || v->before.nf == NF_CLOSE_WAIT);

	return is_fin(v) && (first || second);
}

/* A FIN of the same end, genuine or not, that may have been believed. */
static bool sent_fin_before(const struct view *v)
{
	return sender_before(v)->fin || v->credulous_before.end[v->p->from].fin;
}

/* --- closing */

/*
 * Would swallow: levee missing the ACK of a FIN. It does not, because then the FIN would not be unacknowledged for the
 * observer, who counts every genuine acknowledgment that reaches behind it.
 */
static bool any_ack_in_fin_wait(const struct view *v)
{
	bool one = sender(v)->fin != receiver(v)->fin;

	return nf_moved(v, NF_FIN_WAIT, NF_CLOSE_WAIT) && is_ack(v) && !too_old(v) && one &&
	       (unacknowledged_fin(sender(v)) || unacknowledged_fin(receiver(v)));
}

/* As above, with both FINs sent: at least one of them waits. */
static bool any_ack_in_last_ack(const struct view *v)
{
	return nf_moved(v, NF_LAST_ACK, NF_TIME_WAIT) && is_ack(v) && !too_old(v) && sender(v)->fin &&
	       receiver(v)->fin && (unacknowledged_fin(sender(v)) || unacknowledged_fin(receiver(v)));
}

/* nf sees the FIN of a segment and not its acknowledgment; a FIN that comes again brings a newer one along. */
static bool last_ack_on_fin(const struct view *v)
{
	return is_fin(v) && nf_moved(v, NF_LAST_ACK, NF_LAST_ACK) && !levee_stayed(v) && sender_before(v)->fin &&
	       receiver_before(v)->fin && !receiver_before(v)->fin_acked && receiver(v)->fin_acked && !hindered(v);
}

/* A SYN that came in LAST_ACK: nf takes the next ACK of the other end for its answer. */
static bool last_ack_after_syn(const struct view *v)
{
	return is_ack(v) && nf_moved(v, NF_LAST_ACK, NF_LAST_ACK) && !levee_stayed(v) && syn_seen_in(v, NF_LAST_ACK) &&
	       !receiver_before(v)->fin_acked && receiver(v)->fin_acked && !hindered(v);
}

/* Would swallow: levee missing the other end's FIN. Here the same end sent one before, and the other none. */
static bool fin_again(const struct view *v)
{
	return nf_took_fin(v) && v->after.nf == NF_LAST_ACK && sent_fin_before(v) && !receiver(v)->fin &&
	       v->p->credit != CREDIT_NONE;
}

/* Would swallow: levee missing a FIN. A FIN whose number was acknowledged before as another's is none. */
static bool fin_below_window(const struct view *v)
{
	return nf_took_fin(v) && below_window(v) && !taken(v) && !too_old(v) && levee_stayed(v) &&
	       !(sender_before(v)->fin && end_of(v->p) == sender_before(v)->fin_end);
}

/* The segment at which data goes beyond a FIN that was in doubt. nf moved at the FIN, levee moves back here. */
static bool fin_taken_back(const struct view *v)
{
	const struct watched *doubted = &v->credulous_before.end[v->p->from];

	return doubted->fin && !v->sceptic.end[v->p->from].fin && is_ack(v) && v->p->payload &&
	       number_before(doubted->fin_end - 1, end_of(v->p)) && nf_closing(v->after.nf) && !levee_stayed(v);
}

/* --- RST */

/* Would swallow: levee ignoring a RST that counts. One that counts is exact, or in the window and of this host. */
static bool reset_while_closing(const struct view *v)
{
	return is_reset(v) && v->after.nf == NF_CLOSE && nf_closing(v->before.nf) && levee_stayed(v) &&
	       !levee_in(v, LEVEE_TCP_TIME_WAIT) && !observer_reset_exact(v->known_before, v->p);
}

/* An end in SYN_SENT that is offered a stale acknowledgment answers RST with its number, and stays in SYN_SENT. */
static bool reset_of_stale_ack(const struct view *v)
{
	bool offered = false;

	for (unsigned int i = 0; i < v->step; i++) {
		const struct passage *p = &v->trace->passage[i];

		offered |= p->from != v->p->from && p->flags & F_ACK && p->ack == v->p->seq;
	}
	return is_reset(v) && offered && v->before.nf == NF_SYN_SENT &&
	       (v->after.nf == NF_CLOSE || v->after.nf == NF_ABSENT) && levee_stayed(v) &&
	       observer_state(v->known, v->p->from) == LEVEE_TCP_SYN_SENT;
}

/* TIME_WAIT is what RFC 1337 is about; an end in CLOSED has nothing to lose. */
static bool reset_in_time_wait(const struct view *v)
{
	return is_reset(v) && (v->after.nf == NF_CLOSE || v->after.nf == NF_ABSENT) &&
	       levee_in(v, LEVEE_TCP_TIME_WAIT) && !reset_of_stale_ack(v);
}

/* nf does not trust what was acknowledged before a SYN that it has let through, and takes any RST in the window. */
static bool reset_after_syn(const struct view *v)
{
	return is_reset(v) && nf_moved(v, NF_ESTABLISHED, NF_CLOSE) && levee_stayed(v) &&
	       syn_seen_in(v, NF_ESTABLISHED) && !observer_reset_exact(v->known_before, v->p);
}

/* Before the connection is established, nf takes what is in its window, which has no left edge yet. */
static bool reset_while_opening(const struct view *v)
{
	bool opening = v->before.nf == NF_SYN_SENT || v->before.nf == NF_SYN_RECV || v->before.nf == NF_SYN_SENT2;

	return is_reset(v) && !reset_of_stale_ack(v) && opening &&
	       (v->after.nf == NF_CLOSE || v->after.nf == NF_ABSENT) && levee_stayed(v) &&
	       !levee_in(v, LEVEE_TCP_TIME_WAIT) && !observer_reset_exact(v->known_before, v->p);
}

static bool bad_ack(const struct view *v)
{
	const struct watched *y = receiver_before(v);

	return v->p->flags & F_ACK && v->p->ack - y->isn - 1 > y->seq_end - y->isn - 1;
}

/* Would swallow: levee closing on any RST. The observer found the number exact. */
static bool reset_with_bad_ack(const struct view *v)
{
	return is_reset(v) && nf_stayed(v) && v->after.nf != NF_SYN_SENT2 && bad_ack(v) && !hindered(v) &&
	       observer_reset_exact(v->known_before, v->p) && !levee_stayed(v);
}

/* What is on its way to the receiver has not been acknowledged yet; nf compares with what was acknowledged. */
static bool reset_behind_data(const struct view *v)
{
	return is_reset(v) && nf_stayed(v) && !bad_ack(v) && !levee_stayed(v) && !hindered(v) &&
	       v->p->seq == sender_before(v)->seq_end && v->p->seq != receiver_before(v)->ack;
}

static bool reset_of_this_host(const struct view *v)
{
	return is_reset(v) && nf_stayed(v) && !levee_stayed(v) && !hindered(v) && v->p->from == LEVEE_LOCAL &&
	       v->p->credit == CREDIT_FULL && !observer_reset_exact(v->known_before, v->p);
}

/* The answer to a SYN at a closed port carries no number of its own; the SYN that it acknowledges is what counts. */
static bool refusal(const struct view *v)
{
	const struct watched *y = receiver_before(v);

	return is_reset(v) && nf_moved(v, NF_SYN_SENT2, NF_SYN_SENT2) && !levee_stayed(v) && v->p->flags & F_ACK &&
	       y->syn && !y->got_syn && v->p->ack == y->seq_end;
}

/* --- windows and timestamps */

/* Would swallow: levee missing a segment. One with an older timestamp than its end has sent in sequence is dropped. */
static bool old_timestamp(const struct view *v)
{
	return too_old(v) && !nf_stayed(v) && levee_stayed(v) && !fin_again(v);
}

/*
 * nf notes the end of a segment beyond the window, in case the receiver takes it all the same; all that is genuine lies
 * then below its window. Would swallow: levee going ahead of nf for another reason, which the observer would not share.
 */
static bool after_overshoot(const struct view *v)
{
	bool exact = is_reset(v) && observer_reset_exact(v->known_before, v->p);

	return v->overshot && nf_stayed(v) && !levee_stayed(v) && !fin_taken_back(v) && v->p->credit != CREDIT_NONE &&
	       (is_ack(v) || is_fin(v) || exact);
}

/* levee knows that this host has nobody there, and keeps no half-open entry for it. */
static bool closed_port(const struct view *v)
{
	return is_syn(v) && v->refused && v->after.levee.entry == ENTRY_NONE && v->after.nf == NF_SYN_SENT;
}

/* nf went on with the numbers before a SYN, a SYN-ACK or a third ACK that counted. */
static bool after_a_miss(const struct view *v)
{
	return v->deaf && !v->overshot && nf_stayed(v) && !levee_stayed(v) && !fin_taken_back(v) &&
	       !(v->p->flags & F_SYN) && v->p->credit != CREDIT_NONE;
}

/* --- opening */

static bool syn_after_reset(const struct view *v)
{
	return is_syn(v) && nf_moved(v, NF_CLOSE, NF_CLOSE) && !levee_stayed(v) &&
	       observer_state(v->known_before, LEVEE_LOCAL) == LEVEE_TCP_CLOSED &&
	       observer_state(v->known_before, LEVEE_REMOTE) == LEVEE_TCP_CLOSED;
}

/* Several attempts were made. nf follows one of them, and this SYN-ACK is of another. */
static bool another_isn(const struct view *v)
{
	const struct watched *x = sender_before(v), *y = receiver_before(v);
	bool other = x->syn && x->isn != v->p->seq;

	for (int i = 0; i < SYNS_REMEMBERED; i++)
		other |= y->syns[i].known && y->syns[i].isn + 1 != v->p->ack;
	return is_synack(v) && nf_stayed(v) && (v->after.nf == NF_SYN_SENT || v->after.nf == NF_SYN_SENT2) &&
	       !levee_stayed(v) && other;
}

/* A SYN-ACK in a connection that both ends have opened by SYN: it establishes its receiver. */
static bool crossing_synacks(const struct view *v)
{
	return is_synack(v) && nf_moved(v, NF_SYN_RECV, NF_SYN_RECV) && !levee_stayed(v) && sender_before(v)->syn &&
	       receiver_before(v)->syn && v->p->seq == sender_before(v)->isn && receiver(v)->syn_acked &&
	       sender(v)->syn_acked;
}

/* Of two ends that open at once, one is in SYN_RECEIVED until its own SYN is acknowledged. */
static bool ack_in_simultaneous_open(const struct view *v)
{
	return is_ack(v) && nf_moved(v, NF_SYN_RECV, NF_ESTABLISHED) && levee_stayed(v) &&
	       v->after.levee.entry == ENTRY_FLOW && sender(v)->syn && !sender(v)->syn_acked;
}

/* A SYN that is neither of a higher number nor of a later time than what TIME_WAIT remembers is not another connection's. */
static bool old_syn_in_time_wait(const struct view *v)
{
	return is_syn(v) && nf_moved(v, NF_TIME_WAIT, NF_SYN_SENT) && levee_stayed(v) &&
	       observer_state(v->known_before, !v->p->from) == LEVEE_TCP_TIME_WAIT && !sender(v)->reborn &&
	       !old_timestamp(v);
}

/* In SYN_RECEIVED a segment that is not acceptable is dropped, and one that acknowledges another number draws a RST. */
static bool wrong_third_ack(const struct view *v)
{
	bool old = below_window(v) && v->p->seq != receiver_before(v)->ack;

	return is_ack(v) && nf_moved(v, NF_SYN_RECV, NF_ESTABLISHED) && levee_stayed(v) && !receiver(v)->syn_acked &&
	       (old || bad_ack(v));
}

/* The third ACK has come before; now both ends are ESTABLISHED, but nf has thrown it away. */
static bool overtaken_synack(const struct view *v)
{
	bool now = is_synack(v) && nf_moved(v, NF_SYN_SENT, NF_SYN_RECV) && receiver_before(v)->acked &&
		   receiver_before(v)->ack == v->p->seq + 1;
	/* In simultaneous open the ACK alone tells: only a SYN-ACK brings an end in SYN_SENT to send it. */
	bool before = is_ack(v) && nf_moved(v, NF_SYN_SENT2, NF_SYN_SENT2) &&
		      observer_state(v->known_before, v->p->from) == LEVEE_TCP_SYN_SENT;

	return !levee_stayed(v) && (now || before);
}

/* Of numbers that nf still takes for a late acknowledgment: what it acknowledges is no SYN. */
static bool stale_synack(const struct view *v)
{
	return is_synack(v) && nf_moved(v, NF_SYN_SENT, NF_SYN_RECV) && levee_stayed(v) &&
	       v->p->credit == CREDIT_NONE && v->p->ack != receiver_before(v)->isn + 1;
}

/* nf has forgotten the SYN, or took it for nothing, and wants one to begin with; levee takes the SYN-ACK of this host for it. */
static bool synack_alone(const struct view *v)
{
	return is_synack(v) && v->p->from == LEVEE_LOCAL && nf_stayed(v) && v->after.nf != NF_SYN_SENT &&
	       v->after.nf != NF_SYN_SENT2 && v->after.levee.entry == ENTRY_HALF_OPEN && !levee_stayed(v);
}

/* nf remembers a SYN that it took for nothing and believes the SYN-ACK that answers it; but it was a repeat, and so is this. */
static bool late_synack(const struct view *v)
{
	return is_synack(v) && v->after.nf == NF_SYN_RECV && v->before.nf >= NF_ESTABLISHED &&
	       v->after.levee.entry == ENTRY_FLOW && v->p->seq == sender_before(v)->isn &&
	       v->p->ack == receiver_before(v)->isn + 1;
}

/* This host opens anew what nf takes for a connection. Its stack has given that up without a word. */
static bool syn_of_this_host(const struct view *v)
{
	return is_syn(v) && v->p->from == LEVEE_LOCAL && nf_stayed(v) && !levee_stayed(v) &&
	       observer_state(v->known_before, LEVEE_LOCAL) >= LEVEE_TCP_ESTABLISHED;
}

/* Who repeats a SYN-ACK and has said nothing since is in SYN_RECEIVED: it has not taken the third ACK. */
static bool synack_again(const struct view *v)
{
	return is_synack(v) && nf_stayed(v) && v->after.levee.entry == ENTRY_FLOW && !levee_stayed(v) &&
	       !another_isn(v) && sender_before(v)->syn_acked && !sender(v)->syn_acked &&
	       v->p->seq == sender_before(v)->isn;
}

/* --- the table */

const struct rule rules[] = {
	{ "any ACK in FIN_WAIT", "RFC 9293 3.10.7.4 fifth",
	  "nf takes any ACK for the one of the FIN; only one that covers it moves FIN_WAIT_1 to FIN_WAIT_2",
	  any_ack_in_fin_wait },
	{ "any ACK in LAST_ACK", "RFC 9293 3.10.7.4 fifth",
	  "nf takes any ACK for the last; LAST_ACK and CLOSING wait for the one that covers their FIN",
	  any_ack_in_last_ack },
	{ "last ACK on a FIN", "RFC 9293 3.10.7.4 fifth",
	  "a repeated FIN that acknowledges the other's ends LAST_ACK; nf sees only that it is a FIN",
	  last_ack_on_fin },
	{ "last ACK after a SYN", "RFC 5961 4.2",
	  "a SYN in LAST_ACK makes nf take the ACK that follows for a challenge, though it covers the FIN",
	  last_ack_after_syn },
	{ "FIN again", "RFC 9293 3.10.7.4 eighth",
	  "nf takes a repeated FIN for the other end's; half-closed connections end so after 30 s", fin_again },
	{ "FIN below the window", "RFC 9293 3.10.7.4 first",
	  "nf accepts a whole window to the left of RCV.NXT; the receiver drops what is not new", fin_below_window },
	{ "FIN taken back", "RFC 9293 3.10.4 CLOSE",
	  "data behind a FIN shows that it was forged: nothing follows a FIN; nf keeps it", fin_taken_back },
	{ "RST while closing", "RFC 5961 3.2",
	  "nf takes any RST once a FIN was seen; the receiver takes only the exact number", reset_while_closing },
	{ "RST in TIME_WAIT", "RFC 1337 3", "nf forgets TIME_WAIT for any RST; it has to outlast it",
	  reset_in_time_wait },
	{ "old SYN in TIME_WAIT", "RFC 6191 2",
	  "nf takes any SYN for the next connection; TIME_WAIT takes one that is newer", old_syn_in_time_wait },
	{ "RST while opening", "RFC 5961 3.2", "nf takes a RST in its window, which is wide open during the handshake",
	  reset_while_opening },
	{ "RST after a SYN", "RFC 5961 3.2", "after a SYN on a live connection nf takes any RST in the window",
	  reset_after_syn },
	{ "RST of a stale ACK", "RFC 9293 3.10.7.3 first",
	  "an end in SYN_SENT refuses a stale acknowledgment by RST and goes on; nf ends", reset_of_stale_ack },
	{ "RST with a bad ACK", "RFC 9293 3.10.7.4 second",
	  "of a RST only the sequence number is checked; nf also wants its acknowledgment in the window",
	  reset_with_bad_ack },
	{ "RST behind data", "RFC 9293 3.10.7.4 second",
	  "RCV.NXT is what was received, not what was acknowledged so far; nf wants the latter", reset_behind_data },
	{ "RST of this host", "RFC 9293 3.10.7.1",
	  "a RST that this host sends ends its own end, wherever it falls in the other's window", reset_of_this_host },
	{ "refusal", "RFC 9293 3.10.7.3 second",
	  "in SYN_SENT a RST counts that acknowledges the SYN, whatever its number; nf looks at the number", refusal },
	{ "old timestamp", "RFC 7323 5.3", "nf does not look at timestamps; PAWS drops the segment", old_timestamp },
	{ "after an overshoot", "RFC 9293 3.10.7.4 first",
	  "a forged segment beyond the window moves nf's idea of what was sent; it is blind to what is genuine then",
	  after_overshoot },
	{ "after a miss", "RFC 9293 3.5.1",
	  "nf has missed a SYN, a SYN-ACK or a third ACK that counted, and measures what follows by the numbers before it",
	  after_a_miss },
	{ "closed port", "RFC 9293 3.10.7.1",
	  "a port that has refused a SYN by RST is CLOSED, and a SYN to it opens nothing", closed_port },
	{ "SYN after RST", "RFC 9293 3.10.7.1",
	  "after the other end's RST nf ignores a SYN until it is answered; both ends are CLOSED", syn_after_reset },
	{ "SYN of this host", "RFC 9293 3.5.1",
	  "a SYN that leaves shows that this host has lost the connection; nf waits for the answer", syn_of_this_host },
	{ "another ISN", "RFC 9293 3.4.1", "of several attempts nf sticks to the one with the highest ISN",
	  another_isn },
	{ "crossing SYN-ACKs", "RFC 9293 3.5 figure 7",
	  "in simultaneous open a SYN-ACK establishes its receiver; nf waits for an ACK", crossing_synacks },
	{ "ACK in simultaneous open", "RFC 9293 3.10.7.4 fifth",
	  "nf takes any ACK; its sender is in SYN_RECEIVED until its own SYN is acknowledged",
	  ack_in_simultaneous_open },
	{ "overtaken SYN-ACK", "RFC 9293 3.10.7.4 fifth",
	  "the third ACK was seen before the SYN-ACK, as with two CPUs; nf has refused it and waits for another",
	  overtaken_synack },
	{ "wrong third ACK", "RFC 9293 3.10.7.4 first, fifth",
	  "SYN_RECEIVED takes neither a keep-alive nor an ACK of the connection before; nf takes both",
	  wrong_third_ack },
	{ "stale SYN-ACK", "RFC 9293 3.10.7.3 first",
	  "in SYN_SENT only the SYN's own number is acknowledged; nf takes any of the 66000 below", stale_synack },
	{ "SYN-ACK alone", "RFC 9293 3.10.7.2",
	  "a SYN-ACK of this host shows SYN_RECEIVED though its SYN is forgotten; nf begins by SYN only",
	  synack_alone },
	{ "SYN-ACK again", "RFC 9293 3.10.7.4 fifth",
	  "an end that repeats its SYN-ACK has not taken the third ACK; nf goes on in ESTABLISHED", synack_again },
	{ "late SYN-ACK", "RFC 9293 3.10.7.4 fourth",
	  "nf takes a repeated SYN and a repeated SYN-ACK for a new handshake", late_synack },
};

const unsigned int rule_count = ARRAY_SIZE(rules);
