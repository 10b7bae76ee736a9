/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stats.h - what levee counts, per CPU, since attach. Reasons (reason.h) count packets of ingress by
 * verdict; the counters here count events, and count the other direction.
 *
 * X(NAME, name, help). Append-only once released.
 */
#ifndef LEVEE_STATS_H
#define LEVEE_STATS_H

#include "reason.h"

#define LEVEE_COUNTERS(X)                                                                                                  \
	X(SYN, syns, "SYN segments received")                                                                              \
	X(BYTES, bytes, "bytes received, frames as XDP sees them")                                                         \
	X(EGRESS, egress, "TCP packets sent by this host (super-packets count once)")                                      \
	X(SYNACK, synacks, "SYN-ACK segments sent by the kernel")                                                          \
	X(COOKIE_SENT, cookies_sent, "cookie SYN-ACKs sent")                                                               \
	X(COOKIE_VALID, cookies_valid, "cookies that came back valid")                                                     \
	X(COOKIE_INVALID, cookies_invalid, "ACKs checked for a cookie that had none")                                      \
	X(COOKIE_SOCKET, cookies_socket, "sockets made from a cookie at TC ingress")                                       \
	X(COOKIE_REFUSED, cookies_refused, "valid cookies that the kernel refused (no listener, MPTCP, full accept queue)") \
	X(HALF_OPEN_NEW, half_open_new, "half-open entries made")                                                          \
	X(HALF_OPEN_DONE, half_open_done, "half-open entries that became established")                                     \
	X(HALF_OPEN_RESET, half_open_reset, "half-open entries ended by RST")                                              \
	X(HALF_OPEN_EXPIRED, half_open_expired, "half-open entries that timed out")                                        \
	X(HALF_OPEN_FORWARDED, half_open_forwarded, "half-open entries that turned out to be forwarded connections")      \
	X(HALF_OPEN_FULL, half_open_full, "SYNs that found no room in the half-open table or their share of it")           \
	X(FLOW_NEW, flows_new, "flows entered into the table")                                                             \
	X(FLOW_HANDSHAKE, flows_handshake, "flows that began by a handshake levee watched")                                \
	X(FLOW_COOKIE, flows_cookie, "flows that began by a cookie")                                                       \
	X(FLOW_OUTGOING, flows_outgoing, "flows that this host opened")                                                    \
	X(FLOW_ADOPTED, flows_adopted, "flows that were older than levee")                                                 \
	X(FLOW_GONE, flows_gone, "flows removed from the table, for whatever reason")                                      \
	X(FLOW_EXPIRED, flows_expired, "flows removed because their time was up")                                          \
	X(FLOW_EVICTED, flows_evicted, "flows removed early to make room")                                                 \
	X(FLOW_REUSED, flows_reused, "closed flows whose client began anew from the same port")                            \
	X(FLOW_NO_ROOM, flows_no_room, "connections left untracked because their set was busy")                            \
	X(FLOW_DELETED, flows_deleted, "flows and half-open entries removed by hand")                                     \
	X(FLOW_OUT_OF_WINDOW, out_of_window_sent, "segments of this host outside their flow's window: changed nothing")    \
	X(FLOW_PAWS, paws_sent, "segments of this host with a timestamp older than one before (PAWS)")                     \
	X(EVENT_LOST, events_lost, "events that found no room in the ring buffer")                                         \
	X(SERVICE_LEARNT, services_learnt, "services learnt from a SYN-ACK")                                               \
	X(SERVICE_GONE, services_gone, "services found closed")                                                            \
	X(SERVICE_NO_ROOM, services_no_room, "SYN-ACKs whose service found no room in the table")                          \
	X(COOKIE_MODE_ON, cookie_mode_on, "times that a service or the whole table entered cookie mode")                   \
	X(COOKIE_MODE_OFF, cookie_mode_off, "times that a service or the whole table left cookie mode")                    \
	X(ACCEPT_FULL, accept_queues_full, "times that an accept queue was found full that was not before")                    \
	X(STRANGER_UNASKED, strangers_unasked, "strangers dropped in cookie mode without asking the kernel, which is asked only so often")

#define LEVEE_COUNTER_ENUM(NAME, name, help) LEVEE_C_##NAME,
enum levee_counter { LEVEE_COUNTERS(LEVEE_COUNTER_ENUM) LEVEE_COUNTER_COUNT };
#undef LEVEE_COUNTER_ENUM

/* The value of map "stats" (per-CPU array, one element). */
struct levee_stats {
	__u64 reason[LEVEE_REASON_COUNT];   /* packets, by enum levee_reason */
	__u64 counter[LEVEE_COUNTER_COUNT]; /* by enum levee_counter */
};

#endif
