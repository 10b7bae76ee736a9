/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reason.h - why a packet got its verdict. Every packet that levee sees ends with exactly one reason.
 *
 * One line per reason makes the enum, the name in `levee stats`, the JSON field, the metric label and
 * the help text. Numbers are append-only once released: add at the end of a list.
 *
 * X(NAME, name, help)
 */
#ifndef LEVEE_REASON_H
#define LEVEE_REASON_H

#include "levee.h"

/* XDP: the packet goes on to the stack, unchanged. */
#define LEVEE_REASONS_PASS(X)                                                                                                   \
	X(PASS_DISABLED, disabled, "levee is loaded but not switched on")                                                       \
	X(PASS_NOT_IP, not_ip, "neither IPv4 nor IPv6 (ARP, ...)")                                                              \
	X(PASS_NOT_TCP, not_tcp, "IP, but not TCP")                                                                             \
	X(PASS_FRAGMENT, fragment, "an IP fragment: the stack reassembles it")                                                  \
	X(PASS_TOO_DEEP, too_deep, "more VLAN tags or IPv6 extension headers than levee parses")                                \
	X(PASS_FLOW, flow, "belongs to a tracked connection")                                                                   \
	X(PASS_FLOW_SYN, flow_syn, "SYN on a tracked connection or TIME_WAIT: the stack decides (RFC 9293, RFC 6191)")          \
	X(PASS_FLOW_OUT_OF_WINDOW, out_of_window, "on a tracked connection but outside its window: changed nothing here")       \
	X(PASS_FLOW_PAWS, paws, "on a tracked connection with a timestamp older than one before (RFC 7323): changed nothing")  \
	X(PASS_FLOW_SUSPECT, suspect_rst, "RST in the window of a tracked connection but not exact (RFC 5961): suspicion only") \
	X(PASS_SYN, syn, "SYN to a known service: half-open entry made")                                                        \
	X(PASS_SYN_REPEATED, syn_repeated, "SYN of a connection that is half-open already")                                     \
	X(PASS_SYN_NO_SERVICE, syn_no_service, "SYN to an address and port that has not answered one yet")                      \
	X(PASS_SYN_UNTRACKED, syn_untracked, "SYN with a full half-open table and cookies set to never")                        \
	X(PASS_SYN_SIGNED, syn_signed, "SYN with TCP-MD5 or TCP-AO: the stack checks it before it takes room")                  \
	X(PASS_HANDSHAKE, handshake, "the third ACK (or data in its place): half-open became established")                      \
	X(PASS_HALF_OPEN, half_open, "other segment of a half-open connection")                                                 \
	X(PASS_COOKIE, cookie, "a valid cookie came back: handed to the listener")                                              \
	X(PASS_ADOPTED, adopted, "of a connection that the kernel knows and levee did not: adopted")                            \
	X(PASS_NO_FLOW, no_flow, "of no known connection while the service is calm: the stack answers")

/* XDP: answered from the driver. */
#define LEVEE_REASONS_TX(X) X(TX_COOKIE, cookie_sent, "SYN answered by a cookie SYN-ACK")

/* XDP: dropped at the driver. */
#define LEVEE_REASONS_DROP(X)                                                                                                   \
	X(DROP_IP_LENGTH, ip_length, "IP header or length that does not fit the frame")                                         \
	X(DROP_TCP_LENGTH, tcp_length, "TCP header shorter than 20 bytes or longer than the segment")                           \
	X(DROP_NO_FLAGS, no_flags, "segment with neither SYN, ACK nor RST")                                                     \
	X(DROP_SYN_FIN, syn_fin, "segment with SYN and FIN")                                                                    \
	X(DROP_SYN_RST, syn_rst, "segment with SYN and RST")                                                                    \
	X(DROP_FIN_NO_ACK, fin_no_ack, "segment with FIN but no ACK")                                                           \
	X(DROP_CHECKSUM, checksum, "SYN with a wrong IP or TCP checksum, in cookie mode")                                       \
	X(DROP_SYN_TOO_LONG, syn_too_long, "SYN in a frame too large to answer in place, in cookie mode")                       \
	X(DROP_BAD_COOKIE, bad_cookie, "ACK without connection whose cookie is wrong or too old, in cookie mode")               \
	X(DROP_NO_FLOW, no_flow_drop, "segment without connection to a service in cookie mode")                                 \
	X(DROP_COOKIE_NO_ROOM, cookie_no_room, "valid cookie, but no room for its flow: the client sends again")                \
	X(DROP_SYN_REPEATED, syn_repeated_drop, "SYN repeated faster than any client does, in cookie mode")                     \
	X(DROP_HALF_OPEN, half_open_drop, "segment that does not fit its half-open connection, in cookie mode")                 \
	X(DROP_ACCEPT_QUEUE, accept_queue_full, "SYN to a service in cookie mode whose accept queue is full")                   \
	X(DROP_BAD_ADDRESS, bad_address, "source or destination address that no packet on the wire may have")

#define LEVEE_REASONS(X)      \
	LEVEE_REASONS_PASS(X) \
	LEVEE_REASONS_TX(X)   \
	LEVEE_REASONS_DROP(X)

#define LEVEE_REASON_ENUM(NAME, name, help) LEVEE_##NAME,
enum levee_reason { LEVEE_REASONS(LEVEE_REASON_ENUM) LEVEE_REASON_COUNT };
#undef LEVEE_REASON_ENUM

#endif
