/* SPDX-License-Identifier: GPL-2.0 */
/*
 * words.h - the words that rows are written in.
 *
 * A, S, ... are flags of segments; sequence numbers count from the ISN, so a SYN has 0 and the first
 * byte of data has 1. `.port` is added to the client's. Laid out by hand.
 */
#ifndef WORDS_H
#define WORDS_H

#include "prog.h"

/* clang-format off */

#define IN(why, ...) { .op = OP_IN, .reason = LEVEE_##why, .seg = { __VA_ARGS__ } }
#define IN_TIMES(n, why, ...) { .op = OP_IN, .reason = LEVEE_##why, .repeat = (n), .seg = { __VA_ARGS__ } }
#define COOKIE(options_, ...) { .op = OP_IN, .reason = LEVEE_TX_COOKIE, .reply = (options_), .seg = { __VA_ARGS__ } }
#define IN_AGAIN(n, why, ...) { .op = OP_IN, .reason = LEVEE_##why, .times = (n), .seg = { __VA_ARGS__ } }
#define OUT(...) { .op = OP_OUT, .seg = { __VA_ARGS__ } }
#define OUT_TIMES(n, ...) { .op = OP_OUT, .repeat = (n), .seg = { __VA_ARGS__ } }
#define ACCEPT(...) { .op = OP_ACCEPT, .seg = { __VA_ARGS__ } }
#define FLOW(local, remote) { .op = OP_FLOW, .a = LEVEE_TCP_##local, .b = LEVEE_TCP_##remote }
#define HALF_OPEN { .op = OP_HALF_OPEN }
#define NOTHING { .op = OP_NOTHING }
#define SEED_FLOW(state) { .op = OP_SEED_FLOW, .a = LEVEE_TCP_##state }
#define EPOCH(n) { .op = OP_EPOCH, .a = (n) }
#define COOKIES(when) { .op = OP_COOKIES, .a = LEVEE_COOKIES_##when }
#define MODE(mode) { .op = OP_MODE, .a = LEVEE_MODE_##mode }
#define TABLE_MODE(mode) { .op = OP_TABLE_MODE, .a = LEVEE_MODE_##mode }
#define COUNTED(counter, n) { .op = OP_COUNTED, .a = LEVEE_C_##counter, .b = (n) }
#define AGE(ms) { .op = OP_AGE, .a = (ms) }
#define CHECK(function) { .op = OP_CHECK, .check = (function) }
#define LISTENS { .op = OP_LISTENS }

#define S .flags = F_SYN
#define SA .flags = F_SYN | F_ACK
#define A .flags = F_ACK
#define PA .flags = F_PSH | F_ACK
#define FA .flags = F_FIN | F_ACK
#define R .flags = F_RST
#define RA .flags = F_RST | F_ACK

#define LINUX .options = "mss=1460 sack ts nop ws=7"
#define TS .options = "nop nop ts"
#define ALWAYS .cookies = LEVEE_COOKIES_ALWAYS
#define NEVER .cookies = LEVEE_COOKIES_NEVER

/* Client's SYN, server's SYN-ACK, third ACK. */
#define SYN_AND_ANSWER IN(PASS_SYN, S, LINUX), OUT(SA, .ack = 1, LINUX)
#define HANDSHAKE SYN_AND_ANSWER, IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS)
/* The same by a cookie. */
#define BY_COOKIE COOKIE(NULL, S, LINUX), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS)

#define OUTGOING .local_port = 50000
#define HTTPS .local_port = 443

#define FULL_REPLY "mss=1460 sack ts nop ws=7"
#define FULL_REPLY_6 "mss=1440 sack ts nop ws=8"

/* clang-format on */

#endif
