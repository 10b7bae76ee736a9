/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_fsm.c - every cell of tcp_fsm.h against the rules of RFC 9293 written as sentences, and whole
 * connections walked through both ends. Windows and sequence numbers are not here: tests/prog has them.
 */
#include "unit.h"

#include <levee/tcp_fsm.h>

typedef enum levee_tcp_state state_t;

#define IS(name) (s == LEVEE_TCP_##name)

static const char *const state_names[] = {
#define NAME_OF(NAME, name) name,
	LEVEE_TCP_STATES(NAME_OF)
#undef NAME_OF
};

static state_t next(state_t s, enum levee_tcp_event event)
{
	return levee_tcp_next[event][s];
}

/* 3.3.2: the synchronized states, in which both ends have agreed on sequence numbers. */
static int synchronized(state_t s)
{
	return !(IS(CLOSED) || IS(LISTEN) || IS(SYN_SENT) || IS(SYN_RECEIVED));
}

/* An end that has sent its FIN already: sending it again is a repeat. */
static int has_closed(state_t s)
{
	return IS(FIN_WAIT_1) || IS(FIN_WAIT_2) || IS(CLOSING) || IS(LAST_ACK) || IS(TIME_WAIT);
}

/* 3.10.1 OPEN: an active open leaves CLOSED and LISTEN; a new connection may follow TIME-WAIT. */
static state_t rule_sent_syn(state_t s)
{
	if (IS(CLOSED) || IS(LISTEN) || IS(TIME_WAIT))
		return LEVEE_TCP_SYN_SENT;
	return s;
}

/* 3.10.7.2, 3.10.7.3: the answer to a SYN is sent by SYN-RECEIVED. Whoever sends it was listening, though levee did not know. */
static state_t rule_sent_synack(state_t s)
{
	if (!synchronized(s) || IS(TIME_WAIT))
		return LEVEE_TCP_SYN_RECEIVED;
	return s;
}

/* Only SYN-RECEIVED repeats it, so that is where the end still is, whatever has been sent to it. */
static state_t rule_sent_synack_again(state_t s)
{
	return IS(ESTABLISHED) ? LEVEE_TCP_SYN_RECEIVED : s;
}

/* 3.10.4 CLOSE. An end that sends FIN has been synchronized, also if levee missed the segment that did it. */
static state_t rule_sent_fin(state_t s)
{
	if (IS(CLOSED) || IS(LISTEN) || has_closed(s))
		return s;
	return IS(CLOSE_WAIT) ? LEVEE_TCP_LAST_ACK : LEVEE_TCP_FIN_WAIT_1;
}

/* Nothing follows a FIN (3.10.4): an end that sends more before its FIN was acknowledged has not sent that FIN. */
static state_t rule_sent_more(state_t s)
{
	if (IS(FIN_WAIT_1))
		return LEVEE_TCP_ESTABLISHED;
	return IS(LAST_ACK) || IS(CLOSING) ? LEVEE_TCP_CLOSE_WAIT : s;
}

/* 3.10.7.2 third, 3.10.7.3 fourth (simultaneous open). In all other states it moves nothing: the end answers RST or a challenge ACK. */
static state_t rule_rcvd_syn(state_t s)
{
	if (IS(LISTEN) || IS(SYN_SENT))
		return LEVEE_TCP_SYN_RECEIVED;
	return s;
}

/* 3.10.7.3 fourth: our SYN is acknowledged. Also what ends a simultaneous open, figure 7 of section 3.5. */
static state_t rule_rcvd_synack(state_t s)
{
	if (IS(SYN_SENT) || IS(SYN_RECEIVED))
		return LEVEE_TCP_ESTABLISHED;
	return s;
}

/* 3.10.7.4 fifth: only SYN-RECEIVED waits for it; 3.10.7.3: SYN-SENT drops an ACK without SYN. */
static state_t rule_rcvd_ack_of_syn(state_t s)
{
	return IS(SYN_RECEIVED) ? LEVEE_TCP_ESTABLISHED : s;
}

/* 3.10.7.4 fifth, for the three states that have sent a FIN and wait for its acknowledgment. */
static state_t rule_rcvd_ack_of_fin(state_t s)
{
	if (IS(FIN_WAIT_1))
		return LEVEE_TCP_FIN_WAIT_2;
	if (IS(CLOSING))
		return LEVEE_TCP_TIME_WAIT;
	if (IS(LAST_ACK))
		return LEVEE_TCP_CLOSED;
	return s;
}

/* 3.10.7.4 eighth: CLOSED, LISTEN and SYN-SENT drop it, who has not closed waits to, who has goes on. */
static state_t rule_rcvd_fin(state_t s)
{
	if (IS(SYN_RECEIVED) || IS(ESTABLISHED))
		return LEVEE_TCP_CLOSE_WAIT;
	if (IS(FIN_WAIT_1))
		return LEVEE_TCP_CLOSING;
	if (IS(FIN_WAIT_2))
		return LEVEE_TCP_TIME_WAIT;
	return s;
}

/* 3.10.7.4 second; TIME-WAIT outlives a RST (RFC 1337), a listener does not notice one (3.10.7.2 first). */
static state_t rule_rst(state_t s)
{
	if (IS(LISTEN) || IS(TIME_WAIT))
		return s;
	return LEVEE_TCP_CLOSED;
}

static state_t (*const rules[])(state_t) = {
	[LEVEE_EV_SENT_SYN] = rule_sent_syn,
	[LEVEE_EV_SENT_SYNACK] = rule_sent_synack,
	[LEVEE_EV_SENT_SYNACK_AGAIN] = rule_sent_synack_again,
	[LEVEE_EV_SENT_FIN] = rule_sent_fin,
	[LEVEE_EV_SENT_MORE] = rule_sent_more,
	[LEVEE_EV_RCVD_SYN] = rule_rcvd_syn,
	[LEVEE_EV_RCVD_SYNACK] = rule_rcvd_synack,
	[LEVEE_EV_RCVD_ACK_OF_SYN] = rule_rcvd_ack_of_syn,
	[LEVEE_EV_RCVD_ACK_OF_FIN] = rule_rcvd_ack_of_fin,
	[LEVEE_EV_RCVD_FIN] = rule_rcvd_fin,
	[LEVEE_EV_RST] = rule_rst,
};

static void every_cell(void **unused)
{
	(void)unused;
	assert_int_equal(ARRAY_SIZE(rules), LEVEE_TCP_EVENT_COUNT);
	for (int event = 0; event < LEVEE_TCP_EVENT_COUNT; event++)
		for (int s = 0; s < LEVEE_TCP_STATE_COUNT; s++) {
			if (next(s, event) != rules[event](s))
				fail_msg("event %d in %s: table says %s, RFC 9293 says %s", event, state_names[s],
					 state_names[next(s, event)], state_names[rules[event](s)]);
		}
}

/* A segment that comes twice must not move an end twice (the network repeats segments). */
static void a_repeated_event_changes_nothing(void **unused)
{
	(void)unused;
	for (int event = 0; event < LEVEE_TCP_EVENT_COUNT; event++)
		for (int s = 0; s < LEVEE_TCP_STATE_COUNT; s++) {
			state_t once = next(s, event);
			state_t twice = next(once, event);

			assert_int_equal(once, twice);
		}
}

/* Nothing but an acknowledged SYN makes a connection: no row leads to ESTABLISHED from before it otherwise. */
static void only_acknowledgments_establish(void **unused)
{
	(void)unused;
	for (int event = 0; event < LEVEE_TCP_EVENT_COUNT; event++)
		for (int s = 0; s < LEVEE_TCP_STATE_COUNT; s++) {
			if (IS(ESTABLISHED) || next(s, event) != LEVEE_TCP_ESTABLISHED)
				continue;
			/* A FIN that was none is taken back. */
			assert_true(event == LEVEE_EV_RCVD_SYNACK || event == LEVEE_EV_RCVD_ACK_OF_SYN ||
				    (event == LEVEE_EV_SENT_MORE && IS(FIN_WAIT_1)));
		}
}

/* --- whole connections: events at the client and at the server, as their segments cause them */

struct pair {
	state_t client;
	state_t server;
};

static void at(struct pair *p, int client_event, int server_event)
{
	p->client = next(p->client, client_event);
	p->server = next(p->server, server_event);
}

static void expect(const struct pair *p, state_t client, state_t server)
{
	assert_string_equal(state_names[p->client], state_names[client]);
	assert_string_equal(state_names[p->server], state_names[server]);
}

static struct pair opened(void)
{
	struct pair p = { LEVEE_TCP_CLOSED, LEVEE_TCP_LISTEN };

	at(&p, LEVEE_EV_SENT_SYN, LEVEE_EV_RCVD_SYN);
	expect(&p, LEVEE_TCP_SYN_SENT, LEVEE_TCP_SYN_RECEIVED);
	at(&p, LEVEE_EV_RCVD_SYNACK, LEVEE_EV_SENT_SYNACK);
	expect(&p, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_SYN_RECEIVED);
	p.server = next(p.server, LEVEE_EV_RCVD_ACK_OF_SYN);
	expect(&p, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED);
	return p;
}

/* Figure 12 of RFC 9293, the client closes first. */
static void normal_close(void **unused)
{
	struct pair p = opened();

	(void)unused;
	at(&p, LEVEE_EV_SENT_FIN, LEVEE_EV_RCVD_FIN);
	expect(&p, LEVEE_TCP_FIN_WAIT_1, LEVEE_TCP_CLOSE_WAIT);
	p.client = next(p.client, LEVEE_EV_RCVD_ACK_OF_FIN);
	expect(&p, LEVEE_TCP_FIN_WAIT_2, LEVEE_TCP_CLOSE_WAIT);
	at(&p, LEVEE_EV_RCVD_FIN, LEVEE_EV_SENT_FIN);
	expect(&p, LEVEE_TCP_TIME_WAIT, LEVEE_TCP_LAST_ACK);
	p.server = next(p.server, LEVEE_EV_RCVD_ACK_OF_FIN);
	expect(&p, LEVEE_TCP_TIME_WAIT, LEVEE_TCP_CLOSED);
}

/* Figure 13: the FINs cross. */
static void simultaneous_close(void **unused)
{
	struct pair p = opened();

	(void)unused;
	at(&p, LEVEE_EV_SENT_FIN, LEVEE_EV_SENT_FIN);
	expect(&p, LEVEE_TCP_FIN_WAIT_1, LEVEE_TCP_FIN_WAIT_1);
	at(&p, LEVEE_EV_RCVD_FIN, LEVEE_EV_RCVD_FIN);
	expect(&p, LEVEE_TCP_CLOSING, LEVEE_TCP_CLOSING);
	at(&p, LEVEE_EV_RCVD_ACK_OF_FIN, LEVEE_EV_RCVD_ACK_OF_FIN);
	expect(&p, LEVEE_TCP_TIME_WAIT, LEVEE_TCP_TIME_WAIT);
}

/* Figure 7: the SYNs cross. */
static void simultaneous_open(void **unused)
{
	struct pair p = { LEVEE_TCP_CLOSED, LEVEE_TCP_CLOSED };

	(void)unused;
	at(&p, LEVEE_EV_SENT_SYN, LEVEE_EV_SENT_SYN);
	at(&p, LEVEE_EV_RCVD_SYN, LEVEE_EV_RCVD_SYN);
	expect(&p, LEVEE_TCP_SYN_RECEIVED, LEVEE_TCP_SYN_RECEIVED);
	at(&p, LEVEE_EV_SENT_SYNACK, LEVEE_EV_SENT_SYNACK);
	expect(&p, LEVEE_TCP_SYN_RECEIVED, LEVEE_TCP_SYN_RECEIVED);
	at(&p, LEVEE_EV_RCVD_SYNACK, LEVEE_EV_RCVD_SYNACK);
	expect(&p, LEVEE_TCP_ESTABLISHED, LEVEE_TCP_ESTABLISHED);
}

/* One segment with the FIN and the ACK of the other's FIN: acknowledgment first, 3.10.7.4 fifth before eighth. */
static void fin_and_ack_in_one_segment(void **unused)
{
	struct pair p = opened();

	(void)unused;
	at(&p, LEVEE_EV_SENT_FIN, LEVEE_EV_RCVD_FIN);
	at(&p, LEVEE_EV_RCVD_ACK_OF_FIN, LEVEE_EV_SENT_FIN);
	p.client = next(p.client, LEVEE_EV_RCVD_FIN);
	expect(&p, LEVEE_TCP_TIME_WAIT, LEVEE_TCP_LAST_ACK);
}

static void reset_ends_both(void **unused)
{
	struct pair p = opened();

	(void)unused;
	at(&p, LEVEE_EV_RST, LEVEE_EV_RST);
	expect(&p, LEVEE_TCP_CLOSED, LEVEE_TCP_CLOSED);
}

/* RFC 6191: the server in TIME_WAIT answers a new SYN. */
static void time_wait_is_reused_by_the_answer(void **unused)
{
	state_t s = LEVEE_TCP_TIME_WAIT;

	(void)unused;
	s = next(s, LEVEE_EV_RCVD_SYN);
	assert_int_equal(s, LEVEE_TCP_TIME_WAIT);
	s = next(s, LEVEE_EV_SENT_SYNACK);
	assert_int_equal(s, LEVEE_TCP_SYN_RECEIVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell),
		cmocka_unit_test(a_repeated_event_changes_nothing),
		cmocka_unit_test(only_acknowledgments_establish),
		cmocka_unit_test(normal_close),
		cmocka_unit_test(simultaneous_close),
		cmocka_unit_test(simultaneous_open),
		cmocka_unit_test(fin_and_ack_in_one_segment),
		cmocka_unit_test(reset_ends_both),
		cmocka_unit_test(time_wait_is_reused_by_the_answer),
	};

	return cmocka_run_group_tests_name("fsm", tests, NULL, NULL);
}
