/* SPDX-License-Identifier: GPL-2.0 */
/*
 * timeout.h - how long a connection may be silent before levee forgets it: by the states of its two ends, as one table.
 *
 * Forgetting costs nothing but knowledge: a connection that outlives its entry is adopted again by its next packet.
 */
#ifndef LEVEE_TIMEOUT_H
#define LEVEE_TIMEOUT_H

#include "flow.h"
#include "table.h"

/*
 * Silence after which an entry goes, in ms; `levee config` changes them. An elastic one shrinks while the flow table
 * is filling. The others must outlast what the kernel remembers: a TIME_WAIT that is forgotten too early would have
 * its next SYN answered by a cookie. X(NAME, name, ms, elastic, why)
 */
#define LEVEE_TIMEOUTS(X)                                                                                                            \
	X(HALF_OPEN, half_open, 64000, 0, "Linux gives up after 5 SYN-ACK repeats, 1+2+4+8+16+32 s (net.ipv4.tcp_synack_retries); repeats do not renew it") \
	X(SYN_SENT, syn_sent, 132000, 1, "Linux repeats a SYN for 131 s (net.ipv4.tcp_syn_retries); repeats do not renew it")       \
	X(ESTABLISHED, established, 86400000, 1, "a day, as pf; a live one that outlasts it is adopted again")                      \
	X(HALF_CLOSED, half_closed, 28800000, 1, "one FIN acknowledged: the other side may send for hours, RFC 9293 section 3.6")   \
	X(CLOSING, closing, 120000, 1, "FIN sent but not acknowledged: Linux repeats it for about 100 s (net.ipv4.tcp_orphan_retries)") \
	X(TIME_WAIT, time_wait, 64000, 0, "60 s in Linux (TCP_TIMEWAIT_LEN), and a tick")                                            \
	X(CLOSED, closed, 34000, 0, "longer than a cookie lives, so that its replay meets the flow that it made")                    \
	X(PENDING, pending, 64000, 0, "a cookie came back but the kernel has not answered yet")                                      \
	X(SUSPECT, suspect, 120000, 1, "a RST in the window but not exact, and silence since: RFC 5961 section 3 draws an exact one if it was real")

#define LEVEE_TIMEOUT_ENUM(NAME, name, ms, elastic, why) LEVEE_T_##NAME,
enum levee_timeout { LEVEE_TIMEOUTS(LEVEE_TIMEOUT_ENUM) LEVEE_TIMEOUT_COUNT };
#undef LEVEE_TIMEOUT_ENUM

/* Bit t is set where timeout t is elastic. */
#define LEVEE_TIMEOUT_ELASTIC(NAME, name, ms, elastic, why) | (__u32)(elastic) << LEVEE_T_##NAME
#define LEVEE_TIMEOUTS_ELASTIC (0U LEVEE_TIMEOUTS(LEVEE_TIMEOUT_ELASTIC))

#define LEVEE_TIMEOUT_MIN_MS 1000U

/*
 * Adaptive ageing, as pf's adaptive.start and adaptive.end: from so many percent of the limit on, elastic timeouts shrink in a
 * straight line that would reach 0 at LEVEE_PRESSURE_END. A full table so keeps a third of each.
 */
#define LEVEE_PRESSURE_START 60U
#define LEVEE_PRESSURE_END 120U
#define LEVEE_PRESSURE_ONE 1024U /* timeouts are multiplied by pressure / this */

static __always_inline __u32 levee_pressure(__u32 flows, __u32 flows_max)
{
	__u64 percent = flows_max ? (__u64)flows * 100 / flows_max : 0;

	if (percent <= LEVEE_PRESSURE_START)
		return LEVEE_PRESSURE_ONE;
	if (percent > 100)
		percent = 100;
	return LEVEE_PRESSURE_ONE * (LEVEE_PRESSURE_END - percent) / (LEVEE_PRESSURE_END - LEVEE_PRESSURE_START);
}

/* clang-format off */
#define oP LEVEE_T_SYN_SENT    /* somebody has sent a SYN, somebody has not acknowledged one yet */
#define ES LEVEE_T_ESTABLISHED
#define HC LEVEE_T_HALF_CLOSED /* RFC 9293 section 3.6 case 2: one direction is closed and acknowledged, the other is open */
#define CG LEVEE_T_CLOSING     /* a FIN waits for its acknowledgment */
#define TW LEVEE_T_TIME_WAIT   /* RFC 9293 section 3.6.1: one end waits 2 MSL */
#define CL LEVEE_T_CLOSED      /* reset, refused, or closed where no end has to wait */

/* The timeout of a flow by the local end's state (row) and the remote end's (column); 16 wide, so that an index needs a mask alone. */
static const __u8 levee_timeout_by_states[16][16] = {
/*                            CL  LI  SS  SR  ES  F1  F2  CW  CG  LA  TW */
[LEVEE_TCP_CLOSED]       = {  CL, CL, oP, oP, CL, CL, CL, CL, CL, CL, TW },
[LEVEE_TCP_LISTEN]       = {  CL, CL, oP, oP, oP, CG, CG, CG, CG, CG, TW },
[LEVEE_TCP_SYN_SENT]     = {  oP, oP, oP, oP, oP, CG, CG, CG, CG, CG, TW },
[LEVEE_TCP_SYN_RECEIVED] = {  oP, oP, oP, oP, oP, CG, CG, CG, CG, CG, TW },
[LEVEE_TCP_ESTABLISHED]  = {  CL, oP, oP, oP, ES, CG, HC, HC, CG, CG, TW },
[LEVEE_TCP_FIN_WAIT_1]   = {  CL, CG, CG, CG, CG, CG, CG, CG, CG, CG, TW },
[LEVEE_TCP_FIN_WAIT_2]   = {  CL, CG, CG, CG, HC, CG, CG, HC, CG, CG, TW },
[LEVEE_TCP_CLOSE_WAIT]   = {  CL, CG, CG, CG, HC, CG, HC, CG, CG, CG, TW },
[LEVEE_TCP_CLOSING]      = {  CL, CG, CG, CG, CG, CG, CG, CG, CG, CG, TW },
[LEVEE_TCP_LAST_ACK]     = {  CL, CG, CG, CG, CG, CG, CG, CG, CG, CG, TW },
[LEVEE_TCP_TIME_WAIT]    = {  TW, TW, TW, TW, TW, TW, TW, TW, TW, TW, TW },
};
/* clang-format on */

#undef oP
#undef ES
#undef HC
#undef CG
#undef TW
#undef CL

/* Which timeout holds for a flow now. */
static __always_inline enum levee_timeout levee_flow_timeout(const struct levee_flow *f)
{
	if (f->flags & LEVEE_FLOW_PENDING)
		return LEVEE_T_PENDING;
	if (f->flags & LEVEE_FLOW_SUSPECTS && !f->ended)
		return LEVEE_T_SUSPECT;
	return (enum levee_timeout)levee_timeout_by_states[f->end[LEVEE_LOCAL].state & 15][f->end[LEVEE_REMOTE].state & 15];
}

/* How long it is, under this pressure (levee_pressure). */
static __always_inline __u32 levee_timeout_under(const __u32 *timeout_ms, enum levee_timeout which, __u32 pressure)
{
	__u32 t = (__u32)which & 15, ms = t < LEVEE_TIMEOUT_COUNT ? timeout_ms[t] : 0;

	if (pressure == LEVEE_PRESSURE_ONE || !(LEVEE_TIMEOUTS_ELASTIC >> t & 1))
		return ms;
	return (__u64)ms * pressure / LEVEE_PRESSURE_ONE;
}

#endif
