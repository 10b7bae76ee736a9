/* SPDX-License-Identifier: GPL-2.0 */
/*
 * network.c - events in the order of time, and the way of a segment from one end by the interface to the other.
 */
#include <string.h>

#include "network.h"

#define LATENCY 10 /* ticks from the remote end to the interface; the local end is next to it */
#define LATE_MIN 15
#define LATE_MAX 160

/* --- the queue */

static struct event *add_event(struct network *n, uint32_t at, enum event_kind kind, uint8_t side)
{
	static struct event overflow;
	struct event *e = n->event_count < EVENTS_MAX ? &n->events[n->event_count++] : &overflow;

	*e = (struct event){ .at = at, .order = n->order++, .kind = kind, .side = side };
	return e;
}

static bool sooner(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static bool take_event(struct network *n, struct event *out)
{
	unsigned int first = 0;

	if (!n->event_count)
		return false;
	for (unsigned int i = 1; i < n->event_count; i++)
		if (sooner(&n->events[i], &n->events[first]))
			first = i;
	*out = n->events[first];
	n->events[first] = n->events[--n->event_count];
	return true;
}

void network_timer(struct network *n, uint8_t side, uint32_t delay, uint32_t generation)
{
	add_event(n, n->now + delay, EVENT_TIMER, side)->number = generation;
}

void network_action(struct network *n, uint32_t at, uint8_t side, enum action action, uint32_t number)
{
	struct event *e = add_event(n, at, EVENT_ACTION, side);

	e->action = action;
	e->number = number;
}

void network_attack(struct network *n, uint32_t at)
{
	add_event(n, at, EVENT_ATTACK, LEVEE_REMOTE);
}

/* --- the way of a segment */

static uint32_t delay(struct network *n, uint8_t chance, uint32_t latency)
{
	return dice_chance(&n->dice, chance) ? latency + dice_between(&n->dice, LATE_MIN, LATE_MAX) : latency;
}

static void add_segment(struct network *n, enum event_kind kind, const struct passage *p, uint32_t after)
{
	add_event(n, n->now + after, kind, p->from)->passage = *p;
	n->under_way++;
}

static void half_way(struct network *n, enum event_kind kind, const struct passage *p, uint8_t lost, uint8_t repeated,
		     uint8_t late, uint32_t latency)
{
	uint32_t way = delay(n, late, latency);

	if (!dice_chance(&n->dice, lost))
		add_segment(n, kind, p, way);
	else
		way = UINT32_MAX;
	if (kind == EVENT_PASS && p->flags & F_FIN && way != latency)
		n->fin_missed = true;
	if (dice_chance(&n->dice, repeated))
		add_segment(n, kind, p, delay(n, 50, latency + 1));
}

/* The segment is on its way, and the interface hears of it with the answer. */
static void send_unseen(struct network *n, const struct passage *p)
{
	n->unseen = *p;
	n->unseen.note = "overtaken";
	n->unseen_waits = true;
	add_segment(n, EVENT_ARRIVE, p, LATENCY);
	add_event(n, n->now + 2 * LATENCY + 1, EVENT_SHOW, p->from);
}

void network_send(struct network *n, const struct passage *p)
{
	const struct weather *w = &n->weather;

	if (n->overtaken && p->from == LEVEE_LOCAL && (p->flags & (F_SYN | F_ACK)) == (F_SYN | F_ACK)) {
		n->overtaken = false;
		send_unseen(n, p);
		return;
	}
	half_way(n, EVENT_PASS, p, w->lost_before[p->from], w->repeated_before[p->from], w->late_before[p->from],
		 p->from == LEVEE_LOCAL ? 0 : LATENCY);
}

static bool trace_full(const struct network *n)
{
	return n->trace->count == TRACE_MAX;
}

static void show(struct network *n, const struct passage *p)
{
	if (trace_full(n))
		return;
	n->trace->passage[n->trace->count++] = *p;
	observer_see(&n->observer, p);
}

static void show_unseen(struct network *n)
{
	if (n->unseen_waits)
		show(n, &n->unseen);
	n->unseen_waits = false;
}

static void pass(struct network *n, const struct passage *p)
{
	const struct weather *w = &n->weather;

	if (p->from == LEVEE_LOCAL && p->flags & F_SYN)
		n->unseen_waits = false; /* another of its kind was faster */
	/* Only the third ACK overtakes, or what stands for it. */
	if (p->seq != n->unseen.ack)
		show_unseen(n);
	show(n, p);
	if (p->from == LEVEE_REMOTE && !(p->flags & F_SYN))
		show_unseen(n);
	half_way(n, EVENT_ARRIVE, p, w->lost_after[p->from], w->repeated_after[p->from], w->late_after[p->from],
		 p->from == LEVEE_LOCAL ? LATENCY : 1);
}

static void attack(struct network *n)
{
	struct passage p;

	if (!attack_forge(n, &p))
		return;
	if (p.credit != CREDIT_NONE)
		n->disturbed = true;
	pass(n, &p);
}

/* --- events */

static void act(struct network *n, const struct event *event)
{
	struct end *e = &n->end[event->side];

	switch (event->action) {
	case ACTION_CONNECT:
		if (e->state != LEVEE_TCP_CLOSED && e->state != LEVEE_TCP_TIME_WAIT)
			return;
		n->connection[event->side] = n->trace->count;
		/* What it refuses of the old connection ends the other end, which nobody can see. */
		n->disturbed |= !end_settled(&n->end[!event->side]);
		n->overtaken &= !n->trace->count;
		end_connect(e, event->number);
		return;
	case ACTION_WRITE:
		end_write(e, event->number);
		return;
	case ACTION_CLOSE:
		end_close(e);
		return;
	case ACTION_ABORT:
		end_abort(e);
		return;
	case ACTION_CRASH:
		end_crash(e);
		return;
	case ACTION_STOP_READING:
	case ACTION_READ:
		end_read(e, event->action == ACTION_READ);
		return;
	case ACTION_KEEPALIVE:
		end_keepalive(e);
		return;
	}
}

static void happen(struct network *n, const struct event *e)
{
	switch (e->kind) {
	case EVENT_PASS:
		n->under_way--;
		pass(n, &e->passage);
		return;
	case EVENT_SHOW:
		show_unseen(n);
		return;
	case EVENT_ARRIVE:
		n->under_way--;
		end_arrival(&n->end[!e->side], &e->passage);
		return;
	case EVENT_TIMER:
		if (n->end[e->side].timer == e->number)
			end_timeout(&n->end[e->side]);
		return;
	case EVENT_ACTION:
		act(n, e);
		return;
	case EVENT_ATTACK:
		attack(n);
		return;
	}
}

/* States that two ends are in when neither waits for anything of the other's. */
static bool at_rest(uint8_t a, uint8_t b)
{
	static const uint8_t pairs[][2] = {
		{ LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED }, { LEVEE_TCP_FIN_WAIT_2, LEVEE_TCP_CLOSE_WAIT },
		{ LEVEE_TCP_CLOSE_WAIT, LEVEE_TCP_FIN_WAIT_2 },	  { LEVEE_TCP_TIME_WAIT, LEVEE_TCP_CLOSED },
		{ LEVEE_TCP_CLOSED, LEVEE_TCP_TIME_WAIT },	  { LEVEE_TCP_TIME_WAIT, LEVEE_TCP_TIME_WAIT },
		{ LEVEE_TCP_CLOSED, LEVEE_TCP_CLOSED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (a == pairs[i][0] && b == pairs[i][1])
			return true;
	return false;
}

/* Where nothing is under way and all is acknowledged, both ends know what passed the interface, and no more. */
static void tell(struct network *n)
{
	const struct end *local = &n->end[LEVEE_LOCAL], *remote = &n->end[LEVEE_REMOTE];
	bool closed = local->state == LEVEE_TCP_TIME_WAIT || remote->state == LEVEE_TCP_TIME_WAIT ||
		      local->state == LEVEE_TCP_CLOSED || remote->state == LEVEE_TCP_CLOSED;
	struct moment *m;

	/* A SYN-ACK that comes again may be its sender's, or the network's. */
	if (n->trace->count && n->trace->passage[n->trace->count - 1].flags & F_SYN)
		return;
	if (n->under_way || n->unseen_waits || n->disturbed || (closed && n->fin_missed) || !n->trace->count ||
	    !end_settled(local) || !end_settled(remote) || !at_rest(local->state, remote->state))
		return;
	m = &n->trace->after[n->trace->count - 1];
	m->told = true;
	m->truth[LEVEE_LOCAL] = local->state;
	m->truth[LEVEE_REMOTE] = remote->state;
}

void network_run(struct network *n)
{
	struct event e;

	while (!trace_full(n) && take_event(n, &e)) {
		n->now = e.at;
		happen(n, &e);
		tell(n);
	}
}
