/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tcp_fsm.h - the RFC 9293 state machine of one end of a connection, as data.
 *
 * levee keeps the state of both ends. A segment from A to B is an event "sent" at A and an event
 * "received" at B; this table moves each end by its own event. It is built by both compilers and
 * holds no time and no sequence numbers: tcp_track.h decides whether a segment counts at all.
 */
#ifndef LEVEE_TCP_FSM_H
#define LEVEE_TCP_FSM_H

#include "levee.h"

/* RFC 9293 section 3.3.2. X(NAME, name as the RFC has it, with _ for -) */
#define LEVEE_TCP_STATES(X)              \
	X(CLOSED, "CLOSED")              \
	X(LISTEN, "LISTEN")              \
	X(SYN_SENT, "SYN_SENT")          \
	X(SYN_RECEIVED, "SYN_RECEIVED")  \
	X(ESTABLISHED, "ESTABLISHED")    \
	X(FIN_WAIT_1, "FIN_WAIT_1")      \
	X(FIN_WAIT_2, "FIN_WAIT_2")      \
	X(CLOSE_WAIT, "CLOSE_WAIT")      \
	X(CLOSING, "CLOSING")            \
	X(LAST_ACK, "LAST_ACK")          \
	X(TIME_WAIT, "TIME_WAIT")

#define LEVEE_STATE_ENUM(NAME, name) LEVEE_TCP_##NAME,
enum levee_tcp_state { LEVEE_TCP_STATES(LEVEE_STATE_ENUM) LEVEE_TCP_STATE_COUNT };
#undef LEVEE_STATE_ENUM

enum levee_tcp_event {
	LEVEE_EV_SENT_SYN,
	LEVEE_EV_SENT_SYNACK,
	LEVEE_EV_SENT_SYNACK_AGAIN, /* and nothing since the first one */
	LEVEE_EV_SENT_FIN,
	LEVEE_EV_SENT_MORE,       /* more than a FIN of it that was forged */
	LEVEE_EV_RCVD_MORE,       /* more than a FIN of the other end that was forged */
	LEVEE_EV_RCVD_SYN,        /* SYN without ACK */
	LEVEE_EV_RCVD_SYNACK,     /* SYN and ACK that acknowledges this end's SYN */
	LEVEE_EV_RCVD_ACK_OF_SYN, /* no SYN, acknowledges this end's SYN */
	LEVEE_EV_RCVD_ACK_OF_FIN, /* acknowledges this end's FIN */
	LEVEE_EV_RCVD_FIN,
	LEVEE_EV_RST,             /* sent, or received and acceptable */
	LEVEE_TCP_EVENT_COUNT
};

/* Short names, for a table that can be read at a glance. */
#define sCL LEVEE_TCP_CLOSED
#define sLI LEVEE_TCP_LISTEN
#define sSS LEVEE_TCP_SYN_SENT
#define sSR LEVEE_TCP_SYN_RECEIVED
#define sES LEVEE_TCP_ESTABLISHED
#define sF1 LEVEE_TCP_FIN_WAIT_1
#define sF2 LEVEE_TCP_FIN_WAIT_2
#define sCW LEVEE_TCP_CLOSE_WAIT
#define sCG LEVEE_TCP_CLOSING
#define sLA LEVEE_TCP_LAST_ACK
#define sTW LEVEE_TCP_TIME_WAIT

/* clang-format off */
static const __u8 levee_tcp_next[LEVEE_TCP_EVENT_COUNT][LEVEE_TCP_STATE_COUNT] = {
/* state now:                     CL   LI   SS   SR   ES   F1   F2   CW   CG   LA   TW  */
/* 3.10.1 OPEN, and an end in TIME_WAIT or CLOSED that opens anew. A repeated SYN changes nothing. */
[LEVEE_EV_SENT_SYN]        = { sSS, sSS, sSS, sSR, sES, sF1, sF2, sCW, sCG, sLA, sSS },
/* 3.10.7.2 LISTEN answers; 3.10.7.4 first: SYN in SYN_SENT is simultaneous open and is answered too. */
[LEVEE_EV_SENT_SYNACK]     = { sSR, sSR, sSR, sSR, sES, sF1, sF2, sCW, sCG, sLA, sSR },
/* 3.10.7.4: an end that is established does not repeat its SYN-ACK; this one has not taken the third ACK (its accept queue is full). */
[LEVEE_EV_SENT_SYNACK_AGAIN] = { sCL, sLI, sSS, sSR, sSR, sF1, sF2, sCW, sCG, sLA, sTW },
/* 3.10.4 CLOSE: from SYN_RECEIVED and ESTABLISHED to FIN_WAIT_1, from CLOSE_WAIT to LAST_ACK. */
[LEVEE_EV_SENT_FIN]        = { sCL, sLI, sF1, sF1, sF1, sF1, sF2, sLA, sCG, sLA, sTW },
/* 3.10.4: nothing follows a FIN, so what is followed was none; both ends are where they were before it. */
[LEVEE_EV_SENT_MORE]       = { sCL, sLI, sSS, sSR, sES, sES, sES, sCW, sCW, sCW, sCW },
[LEVEE_EV_RCVD_MORE]       = { sCL, sLI, sSS, sSR, sES, sF1, sF2, sES, sF1, sF1, sF2 },
/* 3.10.7.2 LISTEN and 3.10.7.3 SYN_SENT go to SYN_RECEIVED; TIME_WAIT by RFC 6191; others: challenge ACK, RFC 5961 section 4. */
[LEVEE_EV_RCVD_SYN]        = { sCL, sSR, sSR, sSR, sES, sF1, sF2, sCW, sCG, sLA, sTW },
/* 3.10.7.3 fourth: our SYN has been acknowledged. In SYN_RECEIVED it is the ACK of simultaneous open. */
[LEVEE_EV_RCVD_SYNACK]     = { sCL, sLI, sES, sES, sES, sF1, sF2, sCW, sCG, sLA, sTW },
/* 3.10.7.4 fifth, SYN_RECEIVED. In SYN_SENT a bare ACK establishes nothing. */
[LEVEE_EV_RCVD_ACK_OF_SYN] = { sCL, sLI, sSS, sES, sES, sF1, sF2, sCW, sCG, sLA, sTW },
/* 3.10.7.4 fifth, FIN_WAIT_1, CLOSING, LAST_ACK. */
[LEVEE_EV_RCVD_ACK_OF_FIN] = { sCL, sLI, sSS, sSR, sES, sF2, sF2, sCW, sTW, sCL, sTW },
/* 3.10.7.4 eighth. An acknowledgment in the same segment has moved FIN_WAIT_1 on before. */
[LEVEE_EV_RCVD_FIN]        = { sCL, sLI, sSS, sCW, sCW, sCG, sTW, sCW, sCG, sLA, sTW },
/* 3.10.7.4 second; TIME_WAIT stays, RFC 1337 section 3 (the kernel's tcp_rfc1337 may differ: the flow only ages). */
[LEVEE_EV_RST]             = { sCL, sLI, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sTW },
};
/* clang-format on */

#undef sCL
#undef sLI
#undef sSS
#undef sSR
#undef sES
#undef sF1
#undef sF2
#undef sCW
#undef sCG
#undef sLA
#undef sTW

#endif
