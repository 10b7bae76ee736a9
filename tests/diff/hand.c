/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hand.c - the traces by hand, laid out by hand: openings, closes, resets, windows; those that tell the same story as the six
 * scripts of the kernel's own selftests; and one for every rule of rules.c.
 *
 * IN is from the wire, OUT leaves this host. Numbers count from the ISNs, so a SYN has 0 and the first byte 1. ARE names
 * levee's local and remote state and nf's; where nf is wrong, the script names the rule that says so.
 */
#include "script.h"

/* clang-format off */

#define IN(...) { .kind = LINE_SEGMENT, .p = { .from = LEVEE_REMOTE, __VA_ARGS__ } }
#define OUT(...) { .kind = LINE_SEGMENT, .p = { .from = LEVEE_LOCAL, __VA_ARGS__ } }
#define IN_CLOSED(...) { .kind = LINE_SEGMENT, .closed = true, .p = { .from = LEVEE_REMOTE, __VA_ARGS__ } }
#define OUT_CLOSED(...) { .kind = LINE_SEGMENT, .closed = true, .p = { .from = LEVEE_LOCAL, __VA_ARGS__ } }
#define IN_NUMBERLESS(...) { .kind = LINE_SEGMENT, .numberless = true, .p = { .from = LEVEE_REMOTE, __VA_ARGS__ } }
#define OUT_NUMBERLESS(...) { .kind = LINE_SEGMENT, .numberless = true, .p = { .from = LEVEE_LOCAL, __VA_ARGS__ } }
#define STATES(l, r, e, n) { .kind = LINE_STATES, .levee = { LEVEE_TCP_##l, LEVEE_TCP_##r, e }, .nf = NF_##n }
#define ARE(l, r, n) STATES(l, r, ENTRY_FLOW, n)
#define HALF_OPEN(l, n) STATES(l, SYN_SENT, ENTRY_HALF_OPEN, n)
#define GONE(n) STATES(CLOSED, CLOSED, ENTRY_NONE, n)

#define S .flags = F_SYN
#define SA .flags = F_SYN | F_ACK
#define A .flags = F_ACK
#define PA .flags = F_PSH | F_ACK
#define FA .flags = F_FIN | F_ACK
#define R .flags = F_RST
#define RA .flags = F_RST | F_ACK
#define BYTES(n) .payload = (n)
#define OPTS .mss = true, .sack = true, .wscale = 7
#define UNSCALED .mss = true, .wscale = NO_WSCALE
#define SCALED(n) .mss = true, .wscale = (n)
#define TS(n) .ts = true, .tsval = (n)
#define FORGED .credit = CREDIT_NONE
#define DOUBTFUL .credit = CREDIT_DOUBT

#define SYN_AND_ANSWER IN(S, OPTS), OUT(SA, .ack = 1, OPTS)
#define HANDSHAKE SYN_AND_ANSWER, IN(A, .seq = 1, .ack = 1)
#define OUTGOING OUT(S, OPTS), IN(SA, .ack = 1, OPTS), OUT(A, .seq = 1, .ack = 1)
#define SIMULTANEOUS OUT(S, OPTS), IN(S, OPTS)
#define REMOTE_CLOSES HANDSHAKE, IN(FA, .seq = 1, .ack = 1)
#define HALF_CLOSED REMOTE_CLOSES, OUT(A, .seq = 1, .ack = 2)
#define BOTH_CLOSED HALF_CLOSED, OUT(FA, .seq = 1, .ack = 2)
#define ALL_OVER BOTH_CLOSED, IN(A, .seq = 2, .ack = 2)

const struct script scripts[] = {

/* --- opening */

{ "three-way handshake", NULL, {
	IN(S, OPTS), HALF_OPEN(LISTEN, SYN_SENT),
	OUT(SA, .ack = 1, OPTS), HALF_OPEN(SYN_RECEIVED, SYN_RECV),
	IN(A, .seq = 1, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "three-way handshake, outgoing", NULL, {
	OUT(S, OPTS), ARE(SYN_SENT, CLOSED, SYN_SENT),
	IN(SA, .ack = 1, OPTS), ARE(ESTABLISHED, SYN_RECEIVED, SYN_RECV),
	OUT(A, .seq = 1, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "SYN and SYN-ACK again", NULL, {
	IN(S, OPTS), IN(S, OPTS), HALF_OPEN(LISTEN, SYN_SENT), OUT(SA, .ack = 1, OPTS), OUT(SA, .ack = 1, OPTS),
	HALF_OPEN(SYN_RECEIVED, SYN_RECV), IN(S, OPTS), HALF_OPEN(SYN_RECEIVED, SYN_RECV),
	IN(A, .seq = 1, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "third ACK lost, data instead", NULL, {
	SYN_AND_ANSWER, IN(PA, .seq = 1, .ack = 1, BYTES(100)), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	OUT(A, .seq = 1, .ack = 101), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "third ACK lost, the second data segment instead", NULL, {
	SYN_AND_ANSWER, IN(PA, .seq = 101, .ack = 1, BYTES(100)), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	OUT(A, .seq = 1, .ack = 1), IN(PA, .seq = 1, .ack = 1, BYTES(100)), OUT(A, .seq = 1, .ack = 201),
	IN(FA, .seq = 201, .ack = 1), ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT) } },
{ "third ACK lost, the second data segment instead, then RST at what was received", NULL, {
	SYN_AND_ANSWER, IN(PA, .seq = 101, .ack = 1, BYTES(100)), OUT(A, .seq = 1, .ack = 1),
	IN(R, .seq = 1), GONE(CLOSE) } },
{ "FIN on the third ACK", NULL, {
	SYN_AND_ANSWER, IN(FA, .seq = 1, .ack = 1), ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT),
	OUT(A, .seq = 1, .ack = 2), ARE(CLOSE_WAIT, FIN_WAIT_2, CLOSE_WAIT) } },
{ "new ISN, higher", NULL, {
	IN(S, OPTS), IN(S, .seq = 5000, OPTS), HALF_OPEN(LISTEN, SYN_SENT), OUT(SA, .ack = 5001, OPTS),
	HALF_OPEN(SYN_RECEIVED, SYN_RECV), IN(A, .seq = 5001, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "new ISN, lower", "another ISN", {
	IN(S, OPTS), IN(S, .seq = -500000, OPTS), HALF_OPEN(LISTEN, SYN_SENT), OUT(SA, .ack = -499999, OPTS),
	HALF_OPEN(SYN_RECEIVED, SYN_SENT), IN(A, .seq = -499999, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, SYN_SENT) } },
{ "stale SYN-ACK to this host, of numbers nearby", "stale SYN-ACK", {
	OUT(S, OPTS), IN(SA, .seq = 77777, .ack = -5000, OPTS, FORGED), ARE(SYN_SENT, CLOSED, SYN_RECV) } },
{ "stale SYN-ACK to this host", NULL, {
	OUT(S, OPTS), IN(SA, .seq = -77777, .ack = -500000, OPTS, FORGED), ARE(SYN_SENT, CLOSED, SYN_SENT),
	IN(SA, .ack = 1, OPTS), ARE(ESTABLISHED, SYN_RECEIVED, SYN_RECV),
	OUT(A, .seq = 1, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "this host is refused", NULL, {
	OUT(S, OPTS), IN_NUMBERLESS(RA, .ack = 1), GONE(ABSENT) } },
{ "a stale SYN comes to nothing", NULL, {
	IN(S, OPTS), OUT(SA, .ack = 1, OPTS), HALF_OPEN(SYN_RECEIVED, SYN_RECV), IN(R, .seq = 1), GONE(CLOSE) } },
{ "simultaneous open", "crossing SYN-ACKs", {
	OUT(S, OPTS), IN(S, OPTS), ARE(SYN_RECEIVED, SYN_SENT, SYN_SENT2),
	OUT(SA, .ack = 1, OPTS), ARE(SYN_RECEIVED, SYN_SENT, SYN_RECV),
	IN(SA, .ack = 1, OPTS), ARE(ESTABLISHED, ESTABLISHED, SYN_RECV) } },
{ "simultaneous open, ended by an ACK", NULL, {
	SIMULTANEOUS, OUT(SA, .ack = 1, OPTS), ARE(SYN_RECEIVED, SYN_SENT, SYN_RECV),
	IN(A, .seq = 1, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "ACK of the wrong end in simultaneous open", "ACK in simultaneous open", {
	SIMULTANEOUS, OUT(SA, .ack = 1, OPTS), OUT(A, .seq = 1, .ack = 1), ARE(SYN_RECEIVED, SYN_SENT, ESTABLISHED) } },
{ "third ACK before its SYN-ACK", "overtaken SYN-ACK", {
	IN(S, OPTS), IN(A, .seq = 1, .ack = 1), HALF_OPEN(LISTEN, SYN_SENT),
	OUT(SA, .ack = 1, OPTS), ARE(ESTABLISHED, ESTABLISHED, SYN_RECV),
	OUT(PA, .seq = 1, .ack = 1, BYTES(100)), OUT(PA, .seq = 101, .ack = 1, BYTES(100)),
	ARE(ESTABLISHED, ESTABLISHED, SYN_RECV), IN(A, .seq = 1, .ack = 201), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	OUT(FA, .seq = 201, .ack = 1), ARE(FIN_WAIT_1, ESTABLISHED, FIN_WAIT) } },
{ "data on the third ACK, before its SYN-ACK", "overtaken SYN-ACK + after a miss", {
	IN(S, OPTS), IN(PA, .seq = 1, .ack = 1, BYTES(50)), OUT(SA, .ack = 1, OPTS), ARE(ESTABLISHED, ESTABLISHED, SYN_RECV),
	OUT(PA, .seq = 1, .ack = 51, BYTES(100)), IN(A, .seq = 51, .ack = 101), OUT(FA, .seq = 101, .ack = 51),
	ARE(FIN_WAIT_1, ESTABLISHED, SYN_RECV) } },
{ "keep-alive in SYN_RECEIVED", "wrong third ACK", {
	SYN_AND_ANSWER, IN(A, .seq = 0, .ack = 1), HALF_OPEN(SYN_RECEIVED, ESTABLISHED) } },
{ "ACK of the connection before in SYN_RECEIVED", "wrong third ACK", {
	SYN_AND_ANSWER, IN(A, .seq = 5, .ack = -60000, FORGED), HALF_OPEN(SYN_RECEIVED, ESTABLISHED) } },
{ "ACK outside the window in SYN_RECEIVED", NULL, {
	SYN_AND_ANSWER, IN(A, .seq = 200000, .ack = 1, FORGED), HALF_OPEN(SYN_RECEIVED, SYN_RECV),
	IN(A, .seq = 1, .ack = 2, FORGED), HALF_OPEN(SYN_RECEIVED, SYN_RECV),
	IN(A, .seq = 1, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "third ACK not taken", "SYN-ACK again", {
	HANDSHAKE, OUT(SA, .ack = 1, OPTS), ARE(SYN_RECEIVED, ESTABLISHED, ESTABLISHED),
	IN(A, .seq = 1, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "third ACK taken after all", "SYN-ACK again", {
	HANDSHAKE, IN(PA, .seq = 1, .ack = 1, BYTES(100)), OUT(SA, .ack = 1, OPTS), ARE(SYN_RECEIVED, ESTABLISHED, ESTABLISHED),
	OUT(A, .seq = 1, .ack = 101), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "repeats of a handshake that is over", "late SYN-ACK", {
	HANDSHAKE, OUT(PA, .seq = 1, .ack = 1, BYTES(10)), IN(S, OPTS), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	OUT(SA, .ack = 1, OPTS), ARE(ESTABLISHED, ESTABLISHED, SYN_RECV),
	IN(A, .seq = 1, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "SYN-ACK of a SYN that a RST took away", "SYN-ACK alone", {
	IN(S, OPTS), IN(R, .seq = 1), GONE(ABSENT), OUT(SA, .ack = 1, OPTS), HALF_OPEN(SYN_RECEIVED, ABSENT) } },
{ "SYN to a port that refuses", "closed port", {
	IN(S, OPTS), OUT_NUMBERLESS(RA, .ack = 1), GONE(ABSENT), IN(S, .seq = 9000, OPTS), GONE(SYN_SENT) } },

/* --- closing */

{ "four segments", NULL, {
	HANDSHAKE, IN(FA, .seq = 1, .ack = 1), ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT),
	OUT(A, .seq = 1, .ack = 2), ARE(CLOSE_WAIT, FIN_WAIT_2, CLOSE_WAIT),
	OUT(FA, .seq = 1, .ack = 2), ARE(LAST_ACK, FIN_WAIT_2, LAST_ACK),
	IN(A, .seq = 2, .ack = 2), ARE(CLOSED, TIME_WAIT, TIME_WAIT) } },
{ "four segments, this host first", NULL, {
	HANDSHAKE, OUT(FA, .seq = 1, .ack = 1), ARE(FIN_WAIT_1, ESTABLISHED, FIN_WAIT),
	IN(A, .seq = 1, .ack = 2), ARE(FIN_WAIT_2, CLOSE_WAIT, CLOSE_WAIT),
	IN(FA, .seq = 1, .ack = 2), ARE(FIN_WAIT_2, LAST_ACK, LAST_ACK),
	OUT(A, .seq = 2, .ack = 2), ARE(TIME_WAIT, CLOSED, TIME_WAIT) } },
{ "three segments", NULL, {
	HANDSHAKE, IN(FA, .seq = 1, .ack = 1), OUT(FA, .seq = 1, .ack = 2), ARE(LAST_ACK, FIN_WAIT_2, LAST_ACK),
	IN(A, .seq = 2, .ack = 2), ARE(CLOSED, TIME_WAIT, TIME_WAIT) } },
{ "simultaneous close", "any ACK in LAST_ACK", {
	HANDSHAKE, IN(FA, .seq = 1, .ack = 1), OUT(FA, .seq = 1, .ack = 1), ARE(FIN_WAIT_1, FIN_WAIT_1, LAST_ACK),
	IN(A, .seq = 2, .ack = 2), ARE(FIN_WAIT_2, CLOSING, TIME_WAIT),
	OUT(A, .seq = 2, .ack = 2), ARE(TIME_WAIT, TIME_WAIT, TIME_WAIT) } },
{ "FIN with data", NULL, {
	HANDSHAKE, IN(FA, .seq = 1, .ack = 1, BYTES(500)), ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT),
	OUT(A, .seq = 1, .ack = 502), ARE(CLOSE_WAIT, FIN_WAIT_2, CLOSE_WAIT) } },
{ "FIN with data, acknowledged up to the data", "any ACK in FIN_WAIT", {
	HANDSHAKE, IN(FA, .seq = 1, .ack = 1, BYTES(500)), OUT(A, .seq = 1, .ack = 501), ARE(ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT),
	OUT(A, .seq = 1, .ack = 502), ARE(CLOSE_WAIT, FIN_WAIT_2, CLOSE_WAIT) } },
{ "half-close with data", NULL, {
	HALF_CLOSED, OUT(PA, .seq = 1, .ack = 2, BYTES(1000)), IN(A, .seq = 2, .ack = 1001),
	ARE(CLOSE_WAIT, FIN_WAIT_2, CLOSE_WAIT), OUT(PA, .seq = 1001, .ack = 2, BYTES(1000)), IN(A, .seq = 2, .ack = 2001),
	ARE(CLOSE_WAIT, FIN_WAIT_2, CLOSE_WAIT), OUT(FA, .seq = 2001, .ack = 2), ARE(LAST_ACK, FIN_WAIT_2, LAST_ACK),
	IN(A, .seq = 2, .ack = 2002), ARE(CLOSED, TIME_WAIT, TIME_WAIT) } },
{ "FIN again before it is acknowledged", "FIN again", {
	REMOTE_CLOSES, IN(FA, .seq = 1, .ack = 1), ARE(ESTABLISHED, FIN_WAIT_1, LAST_ACK),
	OUT(A, .seq = 1, .ack = 2), ARE(CLOSE_WAIT, FIN_WAIT_2, TIME_WAIT) } },
{ "FIN again in a half-closed connection", "FIN again", {
	HALF_CLOSED, IN(FA, .seq = 1, .ack = 1), ARE(CLOSE_WAIT, FIN_WAIT_2, LAST_ACK),
	OUT(A, .seq = 1, .ack = 2), ARE(CLOSE_WAIT, FIN_WAIT_2, TIME_WAIT) } },
{ "last ACK lost", NULL, {
	BOTH_CLOSED, IN(A, .seq = 2, .ack = 2), ARE(CLOSED, TIME_WAIT, TIME_WAIT), OUT(FA, .seq = 1, .ack = 2),
	ARE(CLOSED, TIME_WAIT, TIME_WAIT), IN(A, .seq = 2, .ack = 2), ARE(CLOSED, TIME_WAIT, TIME_WAIT) } },
{ "last ACK on a repeated FIN", "last ACK on a FIN", {
	HANDSHAKE, IN(FA, .seq = 1, .ack = 1), OUT(FA, .seq = 1, .ack = 1), ARE(FIN_WAIT_1, FIN_WAIT_1, LAST_ACK),
	IN(FA, .seq = 1, .ack = 2), ARE(FIN_WAIT_2, CLOSING, LAST_ACK),
	OUT(FA, .seq = 1, .ack = 2), ARE(TIME_WAIT, TIME_WAIT, LAST_ACK) } },
{ "last ACK after a SYN", "last ACK after a SYN", {
	HANDSHAKE, OUT(FA, .seq = 1, .ack = 1), IN(A, .seq = 1, .ack = 2), IN(FA, .seq = 1, .ack = 2),
	ARE(FIN_WAIT_2, LAST_ACK, LAST_ACK), IN(S, .seq = 400000, OPTS), ARE(FIN_WAIT_2, LAST_ACK, LAST_ACK),
	OUT(A, .seq = 2, .ack = 2), ARE(TIME_WAIT, CLOSED, LAST_ACK) } },
{ "TIME_WAIT reused by a higher ISN", NULL, {
	HANDSHAKE, OUT(FA, .seq = 1, .ack = 1), IN(FA, .seq = 1, .ack = 2), OUT(A, .seq = 2, .ack = 2),
	ARE(TIME_WAIT, CLOSED, TIME_WAIT), IN(S, .seq = 70000, OPTS), ARE(TIME_WAIT, SYN_SENT, SYN_SENT),
	OUT(SA, .seq = 65600, .ack = 70001, OPTS), HALF_OPEN(SYN_RECEIVED, SYN_RECV),
	IN(A, .seq = 70001, .ack = 65601), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "TIME_WAIT not reused by a lower ISN", "old SYN in TIME_WAIT + RST in TIME_WAIT", {
	HANDSHAKE, OUT(FA, .seq = 1, .ack = 1), IN(FA, .seq = 1, .ack = 2), OUT(A, .seq = 2, .ack = 2),
	IN(S, .seq = -70000, OPTS), ARE(TIME_WAIT, CLOSED, SYN_SENT), OUT(A, .seq = 2, .ack = 2),
	IN(R, .seq = 2), ARE(TIME_WAIT, CLOSED, CLOSE) } },
{ "another connection after the close", NULL, {
	ALL_OVER, IN(S, .seq = 3000, OPTS), HALF_OPEN(LISTEN, SYN_SENT), OUT(SA, .seq = 90000, .ack = 3001, OPTS),
	IN(A, .seq = 3001, .ack = 90001), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },

/* --- FIN that is none */

{ "FIN below what was acknowledged", "FIN below the window", {
	HANDSHAKE, IN(PA, .seq = 1, .ack = 1, BYTES(1000)), OUT(A, .seq = 1, .ack = 1001),
	IN(FA, .seq = 500, .ack = 1, FORGED), ARE(ESTABLISHED, ESTABLISHED, FIN_WAIT) } },
{ "FIN outside the window", NULL, {
	IN(S, UNSCALED), OUT(SA, .ack = 1, UNSCALED), IN(A, .seq = 1, .ack = 1),
	IN(FA, .seq = 200000, .ack = 1, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "FIN outside the window that the SYN-ACK granted", NULL, {
	IN(S, UNSCALED), OUT(SA, .ack = 1, UNSCALED, .window = 4000), IN(A, .seq = 1, .ack = 1),
	IN(FA, .seq = 12000, .ack = 1, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "FIN that acknowledges what was not sent", NULL, {
	HANDSHAKE, IN(FA, .seq = 1, .ack = 2, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "FIN behind a gap, and data beyond it", "FIN taken back", {
	HANDSHAKE, IN(FA, .seq = 1000, .ack = 1, DOUBTFUL), ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT),
	IN(PA, .seq = 1, .ack = 1, BYTES(1400)), ARE(ESTABLISHED, ESTABLISHED, CLOSE_WAIT) } },
{ "FIN behind a gap in a half-closed connection", "FIN again", {
	HALF_CLOSED, IN(FA, .seq = 900, .ack = 1, DOUBTFUL), ARE(CLOSE_WAIT, FIN_WAIT_2, LAST_ACK) } },
{ "lower FIN after one behind a gap", "any ACK in LAST_ACK", {
	HANDSHAKE, IN(FA, .seq = 900, .ack = 1, DOUBTFUL), ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT),
	OUT(FA, .seq = 1, .ack = 1), ARE(FIN_WAIT_1, FIN_WAIT_1, LAST_ACK), IN(A, .seq = 1, .ack = 2),
	ARE(FIN_WAIT_2, CLOSING, TIME_WAIT), IN(FA, .seq = 1, .ack = 2), ARE(FIN_WAIT_2, LAST_ACK, TIME_WAIT),
	OUT(A, .seq = 2, .ack = 2), ARE(TIME_WAIT, CLOSED, TIME_WAIT) } },
{ "FIN that comes late, with the timestamp of its time", NULL, {
	IN(S, OPTS, TS(1000)), OUT(SA, .ack = 1, OPTS, TS(9000)), IN(A, .seq = 2, .ack = 1, TS(1200)),
	ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED), IN(FA, .seq = 1, .ack = 1, TS(1100)),
	ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT) } },
{ "FIN with an old timestamp", "old timestamp", {
	IN(S, OPTS, TS(1000)), OUT(SA, .ack = 1, OPTS, TS(9000)), IN(A, .seq = 1, .ack = 1, TS(1100)),
	OUT(A, .seq = 1, .ack = 1, TS(9100)), IN(FA, .seq = 1, .ack = 1, TS(500), FORGED),
	ARE(ESTABLISHED, ESTABLISHED, FIN_WAIT) } },

/* --- RST */

{ "RST exact", NULL, { HANDSHAKE, IN(R, .seq = 1), GONE(CLOSE) } },
{ "RST exact, of this host", NULL, { HANDSHAKE, OUT(R, .seq = 1), GONE(CLOSE) } },
{ "RST in the window, outside, below", NULL, {
	HANDSHAKE, IN(PA, .seq = 1, .ack = 1, BYTES(1000)), OUT(A, .seq = 1, .ack = 1001),
	IN(R, .seq = 1500), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	IN(R, .seq = 900000000, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	IN(R, .seq = 900, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	IN(PA, .seq = 1001, .ack = 1, BYTES(1000)), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "RST right behind data that is not acknowledged yet", NULL, {
	HANDSHAKE, IN(PA, .seq = 1, .ack = 1, BYTES(1000)), IN(R, .seq = 1001), GONE(CLOSE) } },
{ "RST behind data, with something in between", "RST behind data", {
	HANDSHAKE, IN(PA, .seq = 1, .ack = 1, BYTES(1000)), OUT(PA, .seq = 1, .ack = 1, BYTES(10)),
	IN(R, .seq = 1001), GONE(ESTABLISHED) } },
{ "RST exact, acknowledging what was not sent", "RST with a bad ACK", {
	HANDSHAKE, IN(RA, .seq = 1, .ack = 5000), GONE(ESTABLISHED) } },
{ "RST of this host, not exact", "RST of this host", {
	HANDSHAKE, OUT(PA, .seq = 1, .ack = 1, BYTES(100)), OUT(PA, .seq = 101, .ack = 1, BYTES(100)),
	IN(A, .seq = 1, .ack = 1), OUT(R, .seq = 101), GONE(ESTABLISHED) } },
{ "RST of this host beyond what it has sent", NULL, {
	HANDSHAKE, OUT(R, .seq = 1000), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "RST at what a window probe acknowledged", NULL, {
	IN(S, UNSCALED), OUT(SA, .ack = 1, UNSCALED), IN(A, .seq = 1, .ack = 1), IN(PA, .seq = 1, .ack = 1, BYTES(500)),
	OUT(A, .seq = 0, .ack = 501), IN(PA, .seq = 501, .ack = 1, BYTES(500)), IN(R, .seq = 501), GONE(CLOSE) } },
{ "RST outside while closing", "RST while closing", {
	HALF_CLOSED, IN(R, .seq = 900000000, FORGED), ARE(CLOSE_WAIT, FIN_WAIT_2, CLOSE) } },
{ "RST in the window while closing", "RST while closing", {
	BOTH_CLOSED, IN(R, .seq = 1000), ARE(LAST_ACK, FIN_WAIT_2, CLOSE) } },
{ "RST in TIME_WAIT", "RST in TIME_WAIT", { ALL_OVER, OUT(R, .seq = 2), ARE(CLOSED, TIME_WAIT, CLOSE) } },
{ "RST in the window of SYN_RECEIVED", "RST while opening", {
	SYN_AND_ANSWER, IN(R, .seq = 1000), HALF_OPEN(SYN_RECEIVED, CLOSE) } },
{ "RST of another connection to a SYN", "RST while opening", {
	IN(S, OPTS), IN(R, .seq = -900000, FORGED), HALF_OPEN(LISTEN, ABSENT) } },
{ "RST in the window after a SYN", "RST after a SYN", {
	HANDSHAKE, IN(S, .seq = 1000, OPTS), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	IN(R, .seq = 2000), ARE(ESTABLISHED, ESTABLISHED, CLOSE) } },
{ "refusal in simultaneous open", "refusal", {
	SIMULTANEOUS, ARE(SYN_RECEIVED, SYN_SENT, SYN_SENT2), OUT(RA, .seq = 900000000, .ack = 1), GONE(SYN_SENT2) } },
{ "SYN after the RST of the other end", "SYN after RST", {
	HANDSHAKE, OUT(R, .seq = 1), GONE(CLOSE), IN(S, .seq = 5000, OPTS), HALF_OPEN(LISTEN, CLOSE),
	OUT(SA, .seq = 90000, .ack = 5001, OPTS), HALF_OPEN(SYN_RECEIVED, SYN_RECV) } },
{ "SYN after its own RST", NULL, {
	HANDSHAKE, IN(R, .seq = 1), GONE(CLOSE), IN(S, .seq = 5000, OPTS), HALF_OPEN(LISTEN, SYN_SENT) } },
{ "SYN-ACK from the wire after the close", NULL, {
	ALL_OVER, IN(SA, .seq = 5000, .ack = 2, OPTS, FORGED), ARE(CLOSED, TIME_WAIT, TIME_WAIT) } },
{ "RST and SYN-ACK from the wire, outgoing", NULL, {
	OUTGOING, IN(R, .seq = 1), GONE(CLOSE), IN(SA, .ack = 1, OPTS, FORGED), GONE(CLOSE) } },

/* --- windows */

{ "keep-alive", NULL, {
	HANDSHAKE, IN(PA, .seq = 1, .ack = 1, BYTES(100)), OUT(A, .seq = 1, .ack = 101),
	IN(A, .seq = 100, .ack = 1), OUT(A, .seq = 1, .ack = 101), IN(A, .seq = 100, .ack = 1, BYTES(1)),
	OUT(A, .seq = 1, .ack = 101), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	IN(FA, .seq = 101, .ack = 1), ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT) } },
{ "closed window, probe with a byte, close", NULL, {
	IN(S, UNSCALED), OUT(SA, .ack = 1, UNSCALED, .window = 1000), IN(A, .seq = 1, .ack = 1),
	IN(PA, .seq = 1, .ack = 1, BYTES(1000)), OUT_CLOSED(A, .seq = 1, .ack = 1001),
	IN(A, .seq = 1001, .ack = 1, BYTES(1)), OUT_CLOSED(A, .seq = 1, .ack = 1001),
	OUT(FA, .seq = 1, .ack = 1001), ARE(FIN_WAIT_1, ESTABLISHED, FIN_WAIT),
	IN(A, .seq = 1002, .ack = 2), ARE(FIN_WAIT_2, CLOSE_WAIT, CLOSE_WAIT) } },
{ "FIN into a closed window", "any ACK in LAST_ACK", {
	IN(S, UNSCALED, .window = 100), OUT(SA, .ack = 1, UNSCALED), IN(A, .seq = 1, .ack = 1, .window = 100),
	OUT(PA, .seq = 1, .ack = 1, BYTES(100)), IN_CLOSED(A, .seq = 1, .ack = 101), OUT(FA, .seq = 101, .ack = 1),
	IN_CLOSED(FA, .seq = 1, .ack = 101), ARE(FIN_WAIT_1, FIN_WAIT_1, LAST_ACK),
	OUT(A, .seq = 102, .ack = 2), ARE(CLOSING, FIN_WAIT_2, TIME_WAIT),
	IN(A, .seq = 2, .ack = 102), ARE(TIME_WAIT, TIME_WAIT, TIME_WAIT) } },
{ "window scaling: in the scaled window", NULL, {
	IN(S, SCALED(3)), OUT(SA, .ack = 1, SCALED(4)), IN(A, .seq = 1, .ack = 1), OUT(A, .seq = 1, .ack = 1, .window = 60000),
	IN(FA, .seq = 500000, .ack = 1, DOUBTFUL), ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT) } },
{ "window scaling: another SYN says otherwise", NULL, {
	IN(S, SCALED(3)), OUT(SA, .ack = 1, SCALED(4)), IN(S, .seq = 700000, UNSCALED), IN(A, .seq = 1, .ack = 1),
	OUT(A, .seq = 1, .ack = 1, .window = 60000), IN(FA, .seq = 5000000, .ack = 1, FORGED),
	ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "window scaling: one end without it", NULL, {
	IN(S, UNSCALED), OUT(SA, .ack = 1, UNSCALED), IN(A, .seq = 1, .ack = 1), OUT(A, .seq = 1, .ack = 1, .window = 60000),
	IN(FA, .seq = 500000, .ack = 1, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
{ "after a forged segment beyond the window", "after an overshoot", {
	IN(S, UNSCALED), OUT(SA, .ack = 1, UNSCALED), IN(A, .seq = 1, .ack = 1),
	IN(A, .seq = 100000, .ack = 1, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	IN(FA, .seq = 1, .ack = 1), ARE(ESTABLISHED, FIN_WAIT_1, ESTABLISHED) } },
{ "this host has lost the connection, and opens another", "SYN of this host", {
	OUTGOING, OUT(S, .seq = 800000000, OPTS), ARE(SYN_SENT, CLOSED, ESTABLISHED) } },
{ "and closes that one", "SYN of this host + after a miss", {
	HANDSHAKE, OUT(S, .seq = 800000000, OPTS), ARE(SYN_SENT, CLOSED, ESTABLISHED), IN(SA, .seq = 70000, .ack = 800000001, OPTS),
	OUT(A, .seq = 800000001, .ack = 70001), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	OUT(FA, .seq = 800000001, .ack = 70001), ARE(FIN_WAIT_1, ESTABLISHED, ESTABLISHED) } },
{ "this host has lost the connection, and answers another SYN", NULL, {
	HANDSHAKE, IN(S, .seq = 700000, OPTS), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	OUT(SA, .seq = 800000000, .ack = 700001, OPTS), HALF_OPEN(SYN_RECEIVED, SYN_RECV),
	IN(A, .seq = 700001, .ack = 800000001), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },

/* --- the stories of the kernel's own conntrack selftests (tools/testing/selftests/net/netfilter/packetdrill, Linux 6.12) */

/* conntrack_ack_loss_stall: what was acknowledged long ago comes once more, and does no harm. */
{ "selftest: old data again", NULL, {
	IN(S, UNSCALED, .window = 32792), OUT(SA, .ack = 1, UNSCALED), IN(A, .seq = 1, .ack = 1, .window = 65535),
	IN(PA, .seq = 1, .ack = 1, BYTES(20000)), OUT(A, .seq = 1, .ack = 20001, .window = 65535),
	IN(PA, .seq = 20001, .ack = 1, BYTES(20000)), OUT(A, .seq = 1, .ack = 40001, .window = 65535),
	IN(PA, .seq = 40001, .ack = 1, BYTES(20000)), OUT(A, .seq = 1, .ack = 60001, .window = 65535),
	IN(PA, .seq = 60001, .ack = 1, BYTES(7160)), OUT(A, .seq = 1, .ack = 67161, .window = 65535),
	IN(PA, .seq = 1, .ack = 1, BYTES(1460)), OUT(A, .seq = 1, .ack = 67161, .window = 65535),
	ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED), IN(FA, .seq = 67161, .ack = 1), ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT) } },
/* conntrack_inexact_rst: this host resets a half-closed connection, and the other end's stray RST changes nothing more. */
{ "selftest: inexact RST after the end", NULL, {
	OUT(S, OPTS), IN(SA, .seq = 1, .ack = 1, UNSCALED), OUT(A, .seq = 1, .ack = 2),
	IN(PA, .seq = 2, .ack = 1, BYTES(3000)), OUT(A, .seq = 1, .ack = 3002),
	OUT(PA, .seq = 1, .ack = 3002, BYTES(1000)), IN(FA, .seq = 3002, .ack = 1001), ARE(ESTABLISHED, FIN_WAIT_1, FIN_WAIT),
	OUT(A, .seq = 1001, .ack = 3003), ARE(CLOSE_WAIT, FIN_WAIT_2, CLOSE_WAIT),
	OUT(RA, .seq = 1001, .ack = 3003), GONE(CLOSE), IN(R, .seq = 2002, FORGED), GONE(CLOSE) } },
/* conntrack_rst_invalid: RSTs outside and inside the window leave it ESTABLISHED, the exact one ends it. */
{ "selftest: invalid RSTs", NULL, {
	OUT(S, OPTS), IN(SA, .seq = 1, .ack = 1, UNSCALED), OUT(A, .seq = 1, .ack = 2),
	IN(PA, .seq = 2, .ack = 1, BYTES(3000)), OUT(A, .seq = 1, .ack = 3002),
	IN(R, .seq = 0, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	IN(R, .seq = 1000000, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	IN(R, .seq = 42, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	OUT(PA, .seq = 1, .ack = 3002, BYTES(1000)), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	IN(A, .seq = 3002, .ack = 1001), IN(RA, .seq = 3001, .ack = 1001, FORGED), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	IN(RA, .seq = 3002, .ack = 1001), GONE(CLOSE) } },
/* conntrack_syn_challenge_ack: an old incarnation answers the SYN, is reset, and the SYN that comes again is answered. */
{ "selftest: challenge ACK to a SYN", "RST of a stale ACK", {
	OUT(S, OPTS), IN(A, .seq = 145824453, .ack = 643160523, FORGED), ARE(SYN_SENT, CLOSED, SYN_SENT),
	OUT(R, .seq = 643160523), ARE(SYN_SENT, CLOSED, CLOSE), OUT(S, OPTS), ARE(SYN_SENT, CLOSED, SYN_SENT),
	IN(SA, .ack = 1, OPTS), OUT(A, .seq = 1, .ack = 1), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
/* conntrack_synack_old: an old SYN-ACK is refused, the right one with another number is taken. */
{ "selftest: old SYN-ACK", NULL, {
	OUT(S, OPTS, .window = 65535), IN(SA, .seq = 145824453, .ack = 643160523, OPTS, FORGED), ARE(SYN_SENT, CLOSED, SYN_SENT),
	OUT(S, OPTS, .window = 65535), ARE(SYN_SENT, CLOSED, SYN_SENT), IN(SA, .seq = 145758918, .ack = 1, OPTS),
	OUT(A, .seq = 1, .ack = 145758919), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED),
	OUT(PA, .seq = 1, .ack = 145758919, BYTES(1)), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED) } },
/* conntrack_synack_reuse: a SYN on a live connection is challenged, the RST ends it, the SYN that comes again begins another. */
{ "selftest: SYN on a live connection", NULL, {
	HANDSHAKE, IN(PA, .seq = 1, .ack = 1, BYTES(100)), OUT(A, .seq = 1, .ack = 101),
	IN(S, .seq = 2000, OPTS), ARE(ESTABLISHED, ESTABLISHED, ESTABLISHED), OUT(A, .seq = 1, .ack = 101),
	IN(RA, .seq = 101, .ack = 1), GONE(CLOSE), IN(S, .seq = 2000, OPTS), HALF_OPEN(LISTEN, SYN_SENT),
	OUT(SA, .seq = 300000, .ack = 2001, OPTS), HALF_OPEN(SYN_RECEIVED, SYN_RECV) } },
};

const unsigned int script_count = ARRAY_SIZE(scripts);
