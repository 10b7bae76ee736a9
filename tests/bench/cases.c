/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cases.c - the paths that are timed, one row each.
 *
 * "any" is a peer of its own per packet: what a flood is, and what finds no table line in a cache. A case with
 * one peer finds all of them there, so the difference is memory.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include "bench.h"

#define SYN 2
#define ACK 16

#define ANY (1U << 30)

/* As Linux sends them. */
#define OPTIONS_TS "\x02\x04\x05\xb4\x04\x02\x08\x0a\0\1\0\0\0\0\0\0\x01\x03\x03\x07"
#define OPTIONS_NO_TS "\x02\x04\x05\xb4\x01\x01\x04\x02\x01\x03\x03\x07"
#define OPTIONS_ACK "\x01\x01\x08\x0a\0\1\0\0\0\2\0\0"
#define OPTIONS_SYNACK "\x02\x04\x05\xb4\x04\x02\x08\x0a\0\2\0\0\0\1\0\0\x01\x03\x03\x07"

#define OPTIONS(text) .options = text, .options_len = sizeof(text) - 1

#define SYN_TO(to) .flags = SYN, .port = to, .seq = 1000, .peers = PEERS_STRANGERS
#define ACK_TO(to) .flags = ACK, .port = to, .seq = 1000, .ack = 5000, OPTIONS(OPTIONS_ACK)
#define DATA_IN .flags = ACK, .port = PORT_COOKIE, .seq = 1000, .ack = 5000, .payload = 1448, OPTIONS(OPTIONS_ACK)
#define DATA_OUT \
	.flags = ACK, .port = PORT_COOKIE, .seq = 5000, .ack = 1000, .payload = 1448, .out = true, OPTIONS(OPTIONS_ACK)
#define SYN_OUT \
	.flags = SYN, .port = PORT_OUTGOING, .seq = 5000, .out = true, .peers = PEERS_STRANGERS, OPTIONS(OPTIONS_TS)
#define THIRD_ACK \
	.flags = ACK, .port = PORT_HALF_OPEN, .seq = 1001, .ack = 5001, .peers = PEERS_STRANGERS, OPTIONS(OPTIONS_ACK)

#define COOKIE .reason = LEVEE_TX_COOKIE, .verdict = XDP_TX
#define PASS(why) .reason = LEVEE_PASS_##why, .verdict = XDP_PASS
#define DROP(why) .reason = LEVEE_DROP_##why, .verdict = XDP_DROP
#define EGRESS .reason = -1, .verdict = (uint32_t)TC_ACT_UNSPEC
#define LOOKUP .program = PROGRAM_LOOKUP, .verdict = XDP_PASS

/* Every packet of a case that changes tables is also counted as this. */
#define CHANGES(what) .changes = true, .counter = LEVEE_C_##what
#define HALF_OPENED .before = handshake

/* What comes before a third ACK. */
static const struct frame_spec handshake[BENCH_BEFORE] = {
	{ SYN_TO(PORT_HALF_OPEN), OPTIONS(OPTIONS_TS) },
	{ .flags = SYN | ACK,
	  .port = PORT_HALF_OPEN,
	  .seq = 5000,
	  .ack = 1001,
	  .out = true,
	  .peers = PEERS_STRANGERS,
	  OPTIONS(OPTIONS_SYNACK) },
};

/* clang-format off */
const struct bench_case bench_cases[] = {
	{ "syn_cookie_v4", "SYN to cookie, IPv4, timestamps", { SYN_TO(PORT_COOKIE), OPTIONS(OPTIONS_TS) }, ANY, COOKIE },
	{ "syn_cookie_v4_hot", "  the same, one peer", { SYN_TO(PORT_COOKIE), OPTIONS(OPTIONS_TS) }, 1, COOKIE },
	{ "syn_cookie_v4_1m", "  the same, 1 M flows in the table", { SYN_TO(PORT_COOKIE), OPTIONS(OPTIONS_TS) }, ANY, COOKIE, .flows = 1000000 },
	{ "syn_cookie_v4_no_ts", "SYN to cookie, IPv4, no timestamps", { SYN_TO(PORT_COOKIE), OPTIONS(OPTIONS_NO_TS) }, ANY, COOKIE },
	{ "syn_cookie_v4_bare", "SYN to cookie, IPv4, no options", { SYN_TO(PORT_COOKIE) }, ANY, COOKIE },
	{ "syn_cookie_v6", "SYN to cookie, IPv6, timestamps", { SYN_TO(PORT_COOKIE), OPTIONS(OPTIONS_TS), .v6 = true }, ANY, COOKIE },
	{ "syn_cookie_vlan", "SYN to cookie, VLAN, IPv4, timestamps", { SYN_TO(PORT_COOKIE), OPTIONS(OPTIONS_TS), .vlan = true }, ANY, COOKIE },
	{ "cookie_ack_good", "good cookie ACK (XDP: validated, flow made)",
	  { ACK_TO(PORT_COOKIE), .tsecr_at = 8, .peers = PEERS_COOKIES }, WRAP_ANSWERS, PASS(COOKIE), .sequential = true, CHANGES(FLOW_NEW), .attacked = true },
	{ "cookie_ack_bad", "bad cookie ACK, service in cookie mode", { ACK_TO(PORT_COOKIE), .peers = PEERS_STRANGERS }, ANY, DROP(BAD_COOKIE), .attacked = true },
	{ "ack_calm", "ACK of no flow, no cookie in flight", { ACK_TO(PORT_CALM), .peers = PEERS_STRANGERS }, ANY, PASS(NO_FLOW) },
	{ "data_in_1", "established data in, 1 flow", { DATA_IN }, 1, PASS(FLOW), .plain = 1 },
	{ "data_in_1k", "established data in, 1 k flows", { DATA_IN }, 1000, PASS(FLOW) },
	{ "data_in_100k", "established data in, 100 k flows", { DATA_IN }, 100000, PASS(FLOW) },
	{ "data_in_1m", "established data in, 1 M flows", { DATA_IN }, 1000000, PASS(FLOW), .strays = 10, .flows = 1000000 },
	{ "lookup_1", "bare HASH lookup, 1 flow", { DATA_IN }, 1, LOOKUP, .plain = 1 },
	{ "lookup_1k", "bare HASH lookup, 1 k flows", { DATA_IN }, 1000, LOOKUP },
	{ "lookup_100k", "bare HASH lookup, 100 k flows", { DATA_IN }, 100000, LOOKUP },
	{ "lookup_1m", "bare HASH lookup, 1 M flows", { DATA_IN }, 1000000, LOOKUP, .flows = 1000000 },
	{ "data_out_1", "established data out, 1 flow", { DATA_OUT }, 1, EGRESS, .plain = 1 },
	{ "data_out_1k", "established data out, 1 k flows", { DATA_OUT }, 1000, EGRESS },
	{ "data_out_100k", "established data out, 100 k flows", { DATA_OUT }, 100000, EGRESS },
	{ "data_out_1m", "established data out, 1 M flows", { DATA_OUT }, 1000000, EGRESS, .flows = 1000000 },
	{ "syn_half_open", "SYN to half-open entry", { SYN_TO(PORT_HALF_OPEN), OPTIONS(OPTIONS_TS) }, ANY, PASS(SYN), CHANGES(HALF_OPEN_NEW) },
	{ "third_ack_1k", "third ACK to new flow, 1 k flows", { THIRD_ACK }, ANY, PASS(HANDSHAKE), CHANGES(FLOW_NEW), HALF_OPENED, .flows = 1000 },
	{ "third_ack_100k", "third ACK to new flow, 100 k flows", { THIRD_ACK }, ANY, PASS(HANDSHAKE), CHANGES(FLOW_NEW), HALF_OPENED },
	{ "third_ack_1m", "third ACK to new flow, 1 M flows", { THIRD_ACK }, ANY, PASS(HANDSHAKE), CHANGES(FLOW_NEW), HALF_OPENED, .flows = 1000000 },
	{ "third_ack_full", "  the same at the limit: replaces a flow", { THIRD_ACK }, ANY, PASS(HANDSHAKE), CHANGES(FLOW_EVICTED), HALF_OPENED, .strays = 10, .flows = 1000000, .full = true },
	{ "syn_out_1k", "outgoing SYN to new flow, 1 k flows", { SYN_OUT }, ANY, EGRESS, CHANGES(FLOW_NEW), .flows = 1000 },
	{ "syn_out_100k", "outgoing SYN to new flow, 100 k flows", { SYN_OUT }, ANY, EGRESS, CHANGES(FLOW_NEW) },
	{ "syn_out_1m", "outgoing SYN to new flow, 1 M flows", { SYN_OUT }, ANY, EGRESS, CHANGES(FLOW_NEW), .flows = 1000000 },
	{ "syn_out_full", "  the same at the limit: replaces a flow", { SYN_OUT }, ANY, EGRESS, CHANGES(FLOW_EVICTED), .strays = 10, .flows = 1000000, .full = true },
	{ "expired", "data out, its flow has expired: removed", { DATA_OUT }, ANY, EGRESS, CHANGES(FLOW_EXPIRED), .sequential = true, .strays = 30, .flows = 1000000, .aged = true },
	{ "syn_closed", "SYN to an unknown service", { SYN_TO(PORT_CLOSED), OPTIONS(OPTIONS_TS) }, ANY, PASS(SYN_NO_SERVICE) },
	{ "syn_closed_hot", "  the same, one peer", { SYN_TO(PORT_CLOSED), OPTIONS(OPTIONS_TS) }, 1, PASS(SYN_NO_SERVICE), .plain = 1 },
	{ "udp", "foreign packet (UDP)", { .udp = true, .port = 53, .payload = 40, .peers = PEERS_STRANGERS }, ANY, PASS(NOT_TCP) },
	{ "udp_hot", "  the same, one peer", { .udp = true, .port = 53, .payload = 40, .peers = PEERS_STRANGERS }, 1, PASS(NOT_TCP), .plain = 1 },
};
/* clang-format on */

const size_t bench_case_count = ARRAY_SIZE(bench_cases);
