/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_fsm.c - the tables by state. Every cell of tcp_fsm.h against the rules of RFC 9293 written as sentences, and whole
 * connections walked through both ends; every cell of timeout.h against its rules, and what shortens a timeout. Windows
 * and sequence numbers are not here: test_track.c and test_model.c have them.
 */
#include "unit.h"

#include <stdbool.h>
#include <levee/tcp_fsm.h>
#include <levee/timeout.h>

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

/* The other end's FIN has been received. */
static int has_been_closed_to(state_t s)
{
	return IS(CLOSE_WAIT) || IS(CLOSING) || IS(LAST_ACK) || IS(TIME_WAIT);
}

/* Nothing follows a FIN (3.10.4): an end that has sent more has not sent that FIN, whatever became of it. CLOSED tells nothing. */
static state_t rule_sent_more(state_t s)
{
	if (!has_closed(s))
		return s;
	return has_been_closed_to(s) ? LEVEE_TCP_CLOSE_WAIT : LEVEE_TCP_ESTABLISHED;
}

/* And its other end has not received one. What it has sent itself, and whether that was acknowledged, stays. */
static state_t rule_rcvd_more(state_t s)
{
	if (!has_been_closed_to(s))
		return s;
	if (!has_closed(s))
		return LEVEE_TCP_ESTABLISHED;
	return IS(TIME_WAIT) ? LEVEE_TCP_FIN_WAIT_2 : LEVEE_TCP_FIN_WAIT_1;
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
	[LEVEE_EV_RCVD_MORE] = rule_rcvd_more,
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

/* What a forged FIN does is undone by what shows that it was one: before and behind its acknowledgment. */
static void a_forged_fin_is_undone(void **unused)
{
	(void)unused;
	for (int s = 0; s < LEVEE_TCP_STATE_COUNT; s++) {
		if (!synchronized(s) || IS(TIME_WAIT))
			continue;
		if (!has_closed(s)) {
			assert_int_equal(next(next(s, LEVEE_EV_SENT_FIN), LEVEE_EV_SENT_MORE), s);
			if (!has_been_closed_to(s))
				assert_int_equal(next(next(next(s, LEVEE_EV_SENT_FIN), LEVEE_EV_RCVD_ACK_OF_FIN),
						      LEVEE_EV_SENT_MORE),
						 s);
		}
		if (!has_been_closed_to(s))
			assert_int_equal(next(next(s, LEVEE_EV_RCVD_FIN), LEVEE_EV_RCVD_MORE), s);
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
				    (event == LEVEE_EV_SENT_MORE && synchronized(s)) ||
				    (event == LEVEE_EV_RCVD_MORE && synchronized(s)));
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

/* --- timeouts by both ends' states */

static bool opening(state_t s)
{
	return IS(SYN_SENT) || IS(SYN_RECEIVED);
}

static bool any_of(state_t a, state_t b, bool (*is)(state_t))
{
	return is(a) || is(b);
}

static bool is_time_wait(state_t s)
{
	return IS(TIME_WAIT);
}

static bool is_closed(state_t s)
{
	return IS(CLOSED);
}

static bool is_listening(state_t s)
{
	return IS(LISTEN);
}

/* A FIN has been sent or received. */
static bool is_closing(state_t s)
{
	return has_closed(s) || has_been_closed_to(s);
}

/* A FIN has been sent and waits for its acknowledgment. */
static bool waits_for_ack(state_t s)
{
	return IS(FIN_WAIT_1) || IS(CLOSING) || IS(LAST_ACK);
}

/* The direction from `from` to `to` is closed and acknowledged, as either end tells. */
static bool direction_done(state_t from, state_t to)
{
	return from == LEVEE_TCP_FIN_WAIT_2 || to == LEVEE_TCP_CLOSE_WAIT;
}

/* Both ends are past their handshake and none waits 2 MSL: which directions are closed decides. */
static enum levee_timeout rule_synchronized(state_t a, state_t b)
{
	if (any_of(a, b, waits_for_ack) || (direction_done(a, b) && direction_done(b, a)))
		return LEVEE_T_CLOSING;
	return direction_done(a, b) || direction_done(b, a) ? LEVEE_T_HALF_CLOSED : LEVEE_T_ESTABLISHED;
}

/* In this order: who waits 2 MSL; a FIN of an end that is not known to be established; an attempt; what is over. */
static enum levee_timeout rule_timeout(state_t a, state_t b)
{
	bool attempt = any_of(a, b, opening), listens = any_of(a, b, is_listening), over = any_of(a, b, is_closed);

	if (any_of(a, b, is_time_wait))
		return LEVEE_T_TIME_WAIT;
	if ((attempt || listens) && any_of(a, b, is_closing))
		return LEVEE_T_CLOSING;
	if (attempt)
		return LEVEE_T_SYN_SENT;
	if (over || (is_listening(a) && is_listening(b)))
		return LEVEE_T_CLOSED;
	return listens ? LEVEE_T_SYN_SENT : rule_synchronized(a, b);
}

static const char *const timeout_names[] = {
#define NAME_OF(NAME, name, ms, elastic, why) #name,
	LEVEE_TIMEOUTS(NAME_OF)
#undef NAME_OF
};

static enum levee_timeout timeout_of(state_t local, state_t remote)
{
	struct levee_flow f = { 0 };

	f.end[LEVEE_LOCAL].state = local;
	f.end[LEVEE_REMOTE].state = remote;
	return levee_flow_timeout(&f);
}

static void every_pair_of_states(void **unused)
{
	(void)unused;
	for (int local = 0; local < LEVEE_TCP_STATE_COUNT; local++)
		for (int remote = 0; remote < LEVEE_TCP_STATE_COUNT; remote++) {
			enum levee_timeout table = levee_timeout_by_states[local][remote];

			if (table != rule_timeout(local, remote))
				fail_msg("%s/%s: table says %s, the rules say %s", state_names[local],
					 state_names[remote], timeout_names[table],
					 timeout_names[rule_timeout(local, remote)]);
			assert_int_equal(table, levee_timeout_by_states[remote][local]);
			assert_int_equal(table, timeout_of(local, remote));
		}
}

/* Numbers that are no state end in the table all the same, at the first of the timeouts: that is a short one. */
static void numbers_that_are_no_state(void **unused)
{
	(void)unused;
	for (int local = 0; local < 256; local++)
		for (int remote = 0; remote < 256; remote++)
			assert_true(timeout_of(local, remote) < LEVEE_TIMEOUT_COUNT);
	assert_int_equal(timeout_of(LEVEE_TCP_STATE_COUNT, LEVEE_TCP_ESTABLISHED), LEVEE_T_HALF_OPEN);
}

/* Each is of some pair, but for half_open, which is of another table, and the two that flags bring. */
static void every_timeout_is_of_something(void **unused)
{
	bool reached[LEVEE_TIMEOUT_COUNT] = {
		[LEVEE_T_HALF_OPEN] = true, [LEVEE_T_PENDING] = true, [LEVEE_T_SUSPECT] = true
	};

	(void)unused;
	for (int local = 0; local < LEVEE_TCP_STATE_COUNT; local++)
		for (int remote = 0; remote < LEVEE_TCP_STATE_COUNT; remote++) {
			enum levee_timeout t = timeout_of(local, remote);

			assert_true(t != LEVEE_T_HALF_OPEN && t != LEVEE_T_PENDING && t != LEVEE_T_SUSPECT);
			reached[t] = true;
		}
	for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++)
		assert_true(reached[t]);
}

/* A cookie's flow waits for its socket first; a suspicion ends with the connection. */
static void flags_come_before_states(void **unused)
{
	struct levee_flow f = { .flags = LEVEE_FLOW_PENDING | LEVEE_FLOW_SUSPECTS, .ended = LEVEE_ENDED_RESET_LOCAL };

	(void)unused;
	f.end[LEVEE_LOCAL].state = f.end[LEVEE_REMOTE].state = LEVEE_TCP_ESTABLISHED;
	assert_int_equal(levee_flow_timeout(&f), LEVEE_T_PENDING);
	f.flags = LEVEE_FLOW_SUSPECTS;
	assert_int_equal(levee_flow_timeout(&f), LEVEE_T_ESTABLISHED);
	f.ended = LEVEE_ENDED_NOT;
	for (int side = 0; side < 2; side++) {
		f.flags = LEVEE_FLOW_SUSPECT(side);
		assert_int_equal(levee_flow_timeout(&f), LEVEE_T_SUSPECT);
	}
	f.flags = (uint16_t)~(LEVEE_FLOW_SUSPECTS | LEVEE_FLOW_PENDING);
	assert_int_equal(levee_flow_timeout(&f), LEVEE_T_ESTABLISHED);
}

/* --- under pressure */

#define TIMEOUT_MS(NAME, name, ms, elastic, why) ms,
static const uint32_t defaults[LEVEE_TIMEOUT_COUNT] = { LEVEE_TIMEOUTS(TIMEOUT_MS) };
#undef TIMEOUT_MS

/* What the kernel remembers, levee may not forget first; what only levee wants to know, it may. */
static void what_shrinks(void **unused)
{
	uint32_t elastic = 1U << LEVEE_T_SYN_SENT | 1U << LEVEE_T_ESTABLISHED | 1U << LEVEE_T_HALF_CLOSED |
			   1U << LEVEE_T_CLOSING | 1U << LEVEE_T_SUSPECT;

	(void)unused;
	assert_int_equal(LEVEE_TIMEOUTS_ELASTIC, elastic);
	for (int t = 0; t < LEVEE_TIMEOUT_COUNT; t++) {
		uint32_t half = elastic >> t & 1 ? defaults[t] / 2 : defaults[t];

		assert_int_equal(levee_timeout_under(defaults, t, LEVEE_PRESSURE_ONE), defaults[t]);
		assert_int_equal(levee_timeout_under(defaults, t, LEVEE_PRESSURE_ONE / 2), half);
		assert_true(defaults[t] >= LEVEE_TIMEOUT_MIN_MS && defaults[t] <= LEVEE_TIMEOUT_MAX_MS);
	}
}

static void timeouts_at_their_edges(void **unused)
{
	uint32_t most[16]; /* longer than any table of timeouts */

	(void)unused;
	memset(most, 0xff, sizeof(most));
	assert_int_equal(levee_timeout_under(most, LEVEE_T_ESTABLISHED, LEVEE_PRESSURE_ONE), 0xffffffff);
	assert_int_equal(levee_timeout_under(most, LEVEE_T_ESTABLISHED, LEVEE_PRESSURE_ONE - 1), 0xffbfffff);
	assert_int_equal(levee_timeout_under(most, LEVEE_T_ESTABLISHED, 1), 0xffffffff / LEVEE_PRESSURE_ONE);
	assert_int_equal(levee_timeout_under(most, LEVEE_T_ESTABLISHED, 0), 0);
	assert_int_equal(levee_timeout_under(most, LEVEE_T_TIME_WAIT, 0), 0xffffffff);
	for (int t = LEVEE_TIMEOUT_COUNT; t < 16; t++) {
		assert_int_equal(levee_timeout_under(most, t, LEVEE_PRESSURE_ONE), 0);
		assert_int_equal(levee_timeout_under(most, t, 7), 0);
	}
	assert_int_equal(levee_timeout_under(most, 16 + LEVEE_T_CLOSED, 7), 0xffffffff);
}

/* None up to 60 percent; then a straight line towards 0 at 120, which a full table does not reach. */
static void pressure_of_a_filling_table(void **unused)
{
	static const struct {
		uint32_t flows, max, pressure;
	} rows[] = {
		{ 0, 0, 1024 },
		{ 5, 0, 1024 },
		{ 0, 100, 1024 },
		{ 59, 100, 1024 },
		{ 60, 100, 1024 },
		{ 60999, 100000, 1024 },
		{ 61, 100, 1024 * 59 / 60 },
		{ 90, 100, 512 },
		{ 99, 100, 1024 * 21 / 60 },
		{ 100, 100, 341 },
		{ 101, 100, 341 },
		{ 0xffffffff, 100, 341 },
		{ 0xffffffff, 0xffffffff, 341 },
		{ 1, 1, 341 },
		{ LEVEE_FLOWS_MAX * 9 / 10, LEVEE_FLOWS_MAX, 1024 * 31 / 60 },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(levee_pressure(rows[i].flows, rows[i].max), rows[i].pressure);
}

static void pressure_never_eases_while_the_table_fills(void **unused)
{
	uint32_t last = LEVEE_PRESSURE_ONE;

	(void)unused;
	for (uint32_t flows = 0; flows < 3000; flows++) {
		uint32_t now = levee_pressure(flows, 2000);

		assert_true(now <= last && last - now <= LEVEE_PRESSURE_ONE / 60 + 1 && now > 0);
		last = now;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell),
		cmocka_unit_test(a_repeated_event_changes_nothing),
		cmocka_unit_test(a_forged_fin_is_undone),
		cmocka_unit_test(only_acknowledgments_establish),
		cmocka_unit_test(normal_close),
		cmocka_unit_test(simultaneous_close),
		cmocka_unit_test(simultaneous_open),
		cmocka_unit_test(fin_and_ack_in_one_segment),
		cmocka_unit_test(reset_ends_both),
		cmocka_unit_test(time_wait_is_reused_by_the_answer),
		cmocka_unit_test(every_pair_of_states),
		cmocka_unit_test(numbers_that_are_no_state),
		cmocka_unit_test(every_timeout_is_of_something),
		cmocka_unit_test(flags_come_before_states),
		cmocka_unit_test(what_shrinks),
		cmocka_unit_test(timeouts_at_their_edges),
		cmocka_unit_test(pressure_of_a_filling_table),
		cmocka_unit_test(pressure_never_eases_while_the_table_fills),
	};

	return cmocka_run_group_tests_name("fsm", tests, NULL, NULL);
}
