/* SPDX-License-Identifier: GPL-2.0 */
/*
 * end.h - one textbook TCP end (RFC 9293 with RFC 5961, 6191 and 7323), as the generator simulates it. Two of them, a
 * network (network.h) and time in ticks; no bytes, only their numbers.
 */
#ifndef DIFF_END_H
#define DIFF_END_H

#include "diff.h"

struct network;

/* How an end behaves. */
struct manner {
	uint16_t mss;
	uint8_t wscale; /* that it asks for, or NO_WSCALE */
	bool ts, sack;
	uint32_t window; /* bytes that it offers while its application reads */
	bool listens;
	bool closes_on_eof; /* its application closes when the other end's FIN has come */
	bool lingers; /* it takes its time between EOF and close: ACK and FIN are two segments */
	bool resets_late_data; /* data after its close draws a RST, as from an orphaned socket */
	bool fin_with_data;
	bool delays_ack;
	bool probes_with_data; /* keep-alive and window probes carry a byte */
};

struct end {
	struct network *network;
	uint8_t side; /* enum levee_side */
	struct manner manner;
	uint8_t state; /* enum levee_tcp_state */
	uint32_t iss, una, nxt; /* RFC 9293 section 3.3.1: ISS, SND.UNA, SND.NXT */
	uint32_t irs, rcv_nxt;
	uint32_t wnd; /* what the other end offers, in bytes */
	uint32_t offered; /* right edge of what was offered to it */
	bool scaled, stamped; /* agreed on */
	uint8_t peer_wscale;
	uint32_t ts_recent, ts_base;
	uint32_t queued; /* bytes that its application has written and that were not sent yet */
	bool shut; /* its application has closed */
	bool fin_sent;
	uint32_t fin; /* number of its FIN */
	bool reading; /* else its window is closed */
	bool owes_ack;
	bool forgot; /* it has crashed: answers RST to what it does not know */
	uint32_t timer; /* generation of the running timer */
	uint8_t tries;
	uint32_t spoken; /* segments sent, a bound on storms */
};

void end_init(struct end *e, struct network *n, uint8_t side, const struct manner *m);

/* What an application does. */
void end_connect(struct end *e, uint32_t iss);
void end_write(struct end *e, uint32_t bytes);
void end_close(struct end *e);
void end_abort(struct end *e);
void end_crash(struct end *e);
void end_read(struct end *e, bool reading);
void end_keepalive(struct end *e);

void end_arrival(struct end *e, const struct passage *p);
void end_timeout(struct end *e);

/* Has it nothing to say and nothing to wait for? */
bool end_settled(const struct end *e);

#endif
