/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rows.c - the rows, in the order of a packet's way: parsing, flags, handshakes, flows, cookies, modes.
 *
 * words.h has the words. What was an attack or an accident once stands in attacks.c. The rows are laid
 * out by hand.
 */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <string.h>

#include "words.h"

/* While this one waits in a chain, before or after its turn: it counts nothing, and what this host sends is seen all the same. */
static bool another_edition_has_the_packets(struct world *w)
{
	const struct segment syn = { .flags = F_SYN }, synack = { .flags = F_SYN | F_ACK, .ack = 1 };
	struct levee_stats before = world_stats(w), after;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .repeat = 1);
	struct frame frame;
	int error;

	packet_build(&frame, &syn, &w->link);
	opts.data_in = frame.data;
	opts.data_size_in = frame.len;
	w->settings.enabled = 2;
	world_apply_settings(w);
	error = bpf_prog_test_run_opts(world_ingress_fd(w), &opts);
	after = world_stats(w);
	world_out(w, &synack);
	w->settings.enabled = 1;
	world_apply_settings(w);
	if (error || opts.retval != XDP_PASS)
		return complain(w, "it does not pass: error %d, verdict %u", error, opts.retval);
	return !memcmp(&before, &after, sizeof(before)) || complain(w, "it counts");
}

/* clang-format off */

/* --- what never reaches the tables */

static const struct row parsing[] = {
	{ "ARP passes", ONLY_V4, .steps = { IN(PASS_NOT_IP, S, .ethertype = 0x0806) } },
	{ "unknown ethertype passes", BOTH, .steps = { IN(PASS_NOT_IP, S, .ethertype = 0x88b5) } },
	{ "802.3 length in place of a type passes", BOTH, .steps = { IN(PASS_NOT_IP, S, .ethertype = 0x0040) } },
	{ "UDP passes", BOTH, .steps = { IN(PASS_NOT_TCP, S, .proto = 17) } },
	{ "ICMP passes", ONLY_V4, .steps = { IN(PASS_NOT_TCP, S, .proto = 1) } },
	{ "ICMPv6 passes", ONLY_V6, .steps = { IN(PASS_NOT_TCP, S, .proto = 58) } },
	{ "SCTP passes, under always too", BOTH, ALWAYS, .steps = { IN(PASS_NOT_TCP, S, .proto = 132) } },
	{ "first fragment passes", ONLY_V4, ALWAYS, .steps = { IN(PASS_FRAGMENT, S, LINUX, .fragment = 0x2000), NOTHING } },
	{ "later fragment passes", ONLY_V4, ALWAYS, .steps = { IN(PASS_FRAGMENT, S, LINUX, .fragment = 0x00b9), NOTHING } },
	{ "middle fragment passes", ONLY_V4, ALWAYS, .steps = { IN(PASS_FRAGMENT, S, LINUX, .fragment = 0x20b9), NOTHING } },
	{ "don't fragment is no fragment", ONLY_V4, .steps = { IN(PASS_SYN, S, LINUX, .fragment = 0x4000), HALF_OPEN } },
	{ "reserved bit of the fragment field is no fragment", ONLY_V4,
	  .steps = { IN(PASS_SYN, S, LINUX, .fragment = 0x8000), HALF_OPEN } },
	{ "atomic fragment is a whole packet", ONLY_V6, .steps = { IN(PASS_SYN, S, LINUX, .ext = "f"), HALF_OPEN } },
	{ "first fragment header passes", ONLY_V6, ALWAYS, .steps = { IN(PASS_FRAGMENT, S, LINUX, .ext = "F"), NOTHING } },
	{ "later fragment header passes", ONLY_V6, ALWAYS, .steps = { IN(PASS_FRAGMENT, S, LINUX, .ext = "G"), NOTHING } },
	{ "fragment header behind others passes", ONLY_V6, ALWAYS,
	  .steps = { IN(PASS_FRAGMENT, S, LINUX, .ext = "hdrF"), NOTHING } },
	{ "hop-by-hop options in front of TCP", ONLY_V6, .steps = { IN(PASS_SYN, S, LINUX, .ext = "h"), HALF_OPEN } },
	{ "routing header in front of TCP", ONLY_V6, .steps = { IN(PASS_SYN, S, LINUX, .ext = "r"), HALF_OPEN } },
	{ "destination options in front of TCP", ONLY_V6, .steps = { IN(PASS_SYN, S, LINUX, .ext = "d"), HALF_OPEN } },
	{ "long destination options in front of TCP", ONLY_V6, .steps = { IN(PASS_SYN, S, LINUX, .ext = "D"), HALF_OPEN } },
	{ "authentication header in front of TCP", ONLY_V6, .steps = { IN(PASS_SYN, S, LINUX, .ext = "a"), HALF_OPEN } },
	{ "all five extension headers in front of TCP", ONLY_V6, .steps = { IN(PASS_SYN, S, LINUX, .ext = "hrfad"), HALF_OPEN } },
	{ "eight extension headers are too many", ONLY_V6, ALWAYS,
	  .steps = { IN(PASS_TOO_DEEP, S, LINUX, .ext = "hddddddd"), NOTHING } },
	{ "ESP passes", ONLY_V6, .steps = { IN(PASS_NOT_TCP, S, LINUX, .ext = "he") } },
	{ "IPv4 options in front of TCP", ONLY_V4, .steps = { IN(PASS_SYN, S, LINUX, .ext = "o"), HALF_OPEN } },
	{ "forty bytes of IPv4 options", ONLY_V4, .steps = { IN(PASS_SYN, S, LINUX, .ext = "oooooooooo"), HALF_OPEN } },
	{ "one VLAN tag", BOTH, .steps = { IN(PASS_SYN, S, LINUX, .tags = "q"), HALF_OPEN } },
	{ "one 802.1ad tag", BOTH, .steps = { IN(PASS_SYN, S, LINUX, .tags = "a"), HALF_OPEN } },
	{ "QinQ", BOTH, .steps = { IN(PASS_SYN, S, LINUX, .tags = "aq"), HALF_OPEN } },
	{ "three tags are too many", BOTH, ALWAYS, .steps = { IN(PASS_TOO_DEEP, S, LINUX, .tags = "aqq"), NOTHING } },
	{ "ARP in a VLAN passes", ONLY_V4, .steps = { IN(PASS_NOT_IP, S, .tags = "q", .ethertype = 0x0806) } },
	{ "padding behind the packet is not payload", BOTH, .steps = { IN(PASS_SYN, S, LINUX, .pad = 18), HALF_OPEN } },
	{ "levee that is switched off passes all", BOTH, ALWAYS, .disabled = true,
	  .steps = { IN(PASS_DISABLED, S, LINUX), IN(PASS_DISABLED, S, .length_add = 999), IN(PASS_DISABLED, .flags = 0),
		     NOTHING, COUNTED(SYN, 0) } },
	{ "another edition of the program has the packets", BOTH, ALWAYS,
	  .steps = { CHECK(another_edition_has_the_packets), COUNTED(SYN, 0), COUNTED(SYNACK, 1), COOKIE(NULL, S, LINUX, .port = 1),
		     COUNTED(SYN, 1) } },
	{ "levee that is switched off learns nothing", BOTH, .disabled = true, .no_service = true,
	  .steps = { OUT(SA, .ack = 1, LINUX), NOTHING, COUNTED(SERVICE_LEARNT, 0) } },
};

static const struct row lies[] = {
	{ "IP length beyond the frame", BOTH, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .length_add = 1), NOTHING } },
	{ "IP length of 65535", BOTH, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .length_add = 65535 - 60), NOTHING } },
	{ "IP length below the IP header", ONLY_V4, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .length_add = -41), NOTHING } },
	{ "IP length of 0", ONLY_V4, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .length_add = -60), NOTHING } },
	{ "payload length of 0", ONLY_V6, .steps = { IN(DROP_TCP_LENGTH, S, LINUX, .length_add = -40), NOTHING } },
	{ "IP length ends within the TCP header", BOTH, .steps = { IN(DROP_TCP_LENGTH, S, LINUX, .length_add = -30), NOTHING } },
	{ "IP length ends within the TCP options", BOTH, .steps = { IN(DROP_TCP_LENGTH, S, LINUX, .length_add = -1), NOTHING } },
	{ "IP length ends at the IP header", ONLY_V4, .steps = { IN(DROP_TCP_LENGTH, S, LINUX, .length_add = -40), NOTHING } },
	{ "IP header of 4 words", ONLY_V4, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .ihl = 4), NOTHING } },
	{ "IP header of 15 words that are not there", ONLY_V4, .steps = { IN(DROP_IP_LENGTH, S, .ihl = 15), NOTHING } },
	{ "IP version 5", BOTH, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .version = 5), NOTHING } },
	{ "the other family's version", BOTH, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .version = 10), NOTHING } },
	{ "extension header longer than the packet", ONLY_V6, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .ext = "L"), NOTHING } },
	{ "extension headers longer than the payload length", ONLY_V6,
	  .steps = { IN(DROP_IP_LENGTH, S, LINUX, .ext = "hD", .length_add = -50), NOTHING } },
	{ "TCP offset of 4 words", BOTH, .steps = { IN(DROP_TCP_LENGTH, S, .doff = 4), NOTHING } },
	{ "TCP offset of 1 word", BOTH, .steps = { IN(DROP_TCP_LENGTH, A, LINUX, .doff = 1), NOTHING } },
	{ "TCP offset beyond the segment", BOTH, .steps = { IN(DROP_TCP_LENGTH, S, .doff = 6), NOTHING } },
	{ "TCP offset of 15 words in a short segment", BOTH, .steps = { IN(DROP_TCP_LENGTH, A, LINUX, .doff = 15), NOTHING } },
	{ "TCP offset that takes padding for options", BOTH, .steps = { IN(DROP_TCP_LENGTH, S, .doff = 9, .pad = 18), NOTHING } },
	{ "frame ends after Ethernet", BOTH, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .cut_to = 14), NOTHING } },
	{ "frame ends within the IP header", BOTH, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .cut_to = 33), NOTHING } },
	{ "frame ends one byte early", BOTH, .steps = { IN(DROP_IP_LENGTH, S, LINUX, .cut = 1), NOTHING } },
	{ "frame ends within the VLAN tag", BOTH, .steps = { IN(PASS_NOT_IP, S, LINUX, .tags = "q", .cut_to = 17), NOTHING } },
	{ "lies are dropped on a live flow too", BOTH,
	  .steps = { HANDSHAKE, IN(DROP_TCP_LENGTH, A, .seq = 1, .ack = 1, .doff = 4), FLOW(ESTABLISHED, ESTABLISHED) } },
};

/* --- the handshake, watched */

static bool half_open_is_first_hand(struct world *w)
{
	struct levee_half_open h;

	if (!world_half_open(w, &h))
		return complain(w, "no half-open entry");
	if (h.client_isn != w->link.remote_isn || h.server_isn != w->link.local_isn || !(h.flags & LEVEE_HO_SYNACK))
		complain(w, "ISNs %#x and %#x, flags %#x", h.client_isn, h.server_isn, h.flags);
	if (h.wscale != 7 || h.server_wscale != 9 || !(h.flags & LEVEE_HO_SERVER_WSCALE))
		complain(w, "window scales %u and %u", h.wscale, h.server_wscale);
	if (h.options != (LEVEE_OPT_MSS | LEVEE_OPT_WSCALE | LEVEE_OPT_SACK | LEVEE_OPT_TS))
		complain(w, "options %#x", h.options);
	return w->failures == 0;
}

static bool repeats_are_counted(struct world *w)
{
	struct levee_half_open h;

	if (!world_half_open(w, &h))
		return complain(w, "no half-open entry");
	return (h.syn_repeats == 2 && h.synack_repeats == 1) ||
	       complain(w, "%u SYNs and %u SYN-ACKs repeated, wanted 2 and 1", h.syn_repeats, h.synack_repeats);
}

static bool service_holds_one(struct world *w)
{
	struct levee_service s;

	if (!world_service(w, &s) || s.half_open != 1)
		return complain(w, "the service does not hold one half-open entry");
	return world_count_half_open(w) == 1 || complain(w, "%u half-open entries", world_count_half_open(w));
}

static bool began_by_handshake(struct world *w)
{
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "no flow");
	if (f.began != LEVEE_BEGAN_HANDSHAKE || f.flags)
		complain(w, "began %u, flags %#x", f.began, f.flags);
	if (f.end[LEVEE_LOCAL].wscale != 7 || f.end[LEVEE_REMOTE].wscale != 7)
		complain(w, "window scales %u and %u", f.end[LEVEE_LOCAL].wscale, f.end[LEVEE_REMOTE].wscale);
	if (f.end[LEVEE_REMOTE].seq_end != w->link.remote_isn + 1 || f.end[LEVEE_LOCAL].seq_end != w->link.local_isn + 1)
		complain(w, "sequence numbers do not stand behind the SYNs");
	return f.packets[LEVEE_REMOTE] == 1 || complain(w, "%u packets of the client", f.packets[LEVEE_REMOTE]);
}

static bool learnt_profile(struct world *w)
{
	struct levee_service s;

	if (!world_service(w, &s))
		return complain(w, "no service");
	if (!(s.flags & LEVEE_SVC_LEARNT))
		complain(w, "flags %#x", s.flags);
	if (s.profile.mss != 1400 || s.profile.wscale != 9 || s.profile.window != 5000 || s.profile.ttl != 123 || s.profile.tos != 0x20)
		complain(w, "profile: mss %u, wscale %u, window %u, ttl %u, tos %#x", s.profile.mss, s.profile.wscale,
			 s.profile.window, s.profile.ttl, s.profile.tos);
	return w->failures == 0;
}

static const struct row handshakes[] = {
	{ "SYN to an unknown service passes", BOTH, .no_service = true, .steps = { IN(PASS_SYN_NO_SERVICE, S, LINUX), NOTHING } },
	{ "SYN to an unknown service passes under always", BOTH, ALWAYS, .no_service = true,
	  .steps = { IN(PASS_SYN_NO_SERVICE, S, LINUX), NOTHING } },
	{ "SYN to another port of the host passes under always", BOTH, ALWAYS,
	  .steps = { IN(PASS_SYN_NO_SERVICE, S, LINUX, .local_port = 81), NOTHING } },
	{ "SYN makes a half-open entry", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), HALF_OPEN, COUNTED(HALF_OPEN_NEW, 1), COUNTED(SYN, 1), COUNTED(FLOW_NEW, 0),
		     CHECK(service_holds_one) } },
	{ "SYN-ACK completes the half-open entry", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), OUT(SA, .ack = 1, .options = "mss=1460 sack ts nop ws=9"), HALF_OPEN,
		     CHECK(half_open_is_first_hand), COUNTED(SYNACK, 1) } },
	{ "handshake to ESTABLISHED", BOTH,
	  .steps = { HANDSHAKE, FLOW(ESTABLISHED, ESTABLISHED), CHECK(began_by_handshake), COUNTED(HALF_OPEN_DONE, 1),
		     COUNTED(FLOW_HANDSHAKE, 1), COUNTED(FLOW_NEW, 1) } },
	{ "handshake without options", BOTH,
	  .steps = { IN(PASS_SYN, S), OUT(SA, .ack = 1), IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1),
		     FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "data on the third ACK", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HANDSHAKE, PA, .seq = 1, .ack = 1, .payload = 100, TS),
		     FLOW(ESTABLISHED, ESTABLISHED), OUT(A, .seq = 1, .ack = 101, TS), IN(PASS_FLOW, A, .seq = 101, .ack = 1, TS) } },
	{ "third ACK lost, then data", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HANDSHAKE, PA, .seq = 1, .ack = 1, .payload = 1000, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW, PA, .seq = 1001, .ack = 1, .payload = 500, TS) } },
	{ "third ACK and first data lost, second data comes", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HANDSHAKE, PA, .seq = 1001, .ack = 1, .payload = 500, TS),
		     FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "FIN on the third ACK", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HANDSHAKE, FA, .seq = 1, .ack = 1, .payload = 10, TS), FLOW(ESTABLISHED, FIN_WAIT_1),
		     OUT(A, .seq = 1, .ack = 12, TS), FLOW(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "ACK of another ISN does not establish", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HALF_OPEN, A, .seq = 1, .ack = 2, TS), HALF_OPEN,
		     IN(PASS_HALF_OPEN, A, .seq = 1, .ack = 0, TS), HALF_OPEN, COUNTED(FLOW_NEW, 0) } },
	{ "ACK with an old sequence number does not establish", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HALF_OPEN, A, .seq = 0, .ack = 1, TS), HALF_OPEN, COUNTED(FLOW_NEW, 0) } },
	{ "ACK before the SYN-ACK does not establish", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), IN(PASS_HALF_OPEN, A, .seq = 1, .ack = 1, TS), HALF_OPEN, COUNTED(FLOW_NEW, 0) } },
	{ "SYN-ACK from the client does not establish", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HALF_OPEN, SA, .seq = 1, .ack = 1, TS), HALF_OPEN, COUNTED(FLOW_NEW, 0) } },
	{ "repeats of SYN and SYN-ACK", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_SYN_REPEATED, S, LINUX), OUT(SA, .ack = 1, LINUX), IN(PASS_SYN_REPEATED, S, LINUX),
		     CHECK(repeats_are_counted), CHECK(service_holds_one), COUNTED(HALF_OPEN_NEW, 1),
		     IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "client starts over from its port, server answers anew", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_SYN_REPEATED, S, .seq = -50000, LINUX),
		     OUT(SA, .seq = 70000, .ack = -49999, LINUX),
		     IN(PASS_HANDSHAKE, A, .seq = -49999, .ack = 70001, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "client starts over, server answers the first SYN again", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_SYN_REPEATED, S, .seq = 50000, LINUX), OUT(SA, .ack = 1, LINUX),
		     IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "repeats do not lengthen a half-open life", BOTH,
	  .steps = { SYN_AND_ANSWER, AGE(40000), IN(PASS_SYN_REPEATED, S, LINUX), OUT(SA, .ack = 1, LINUX), AGE(25000),
		     IN(PASS_SYN, S, LINUX), HALF_OPEN, COUNTED(HALF_OPEN_EXPIRED, 1), COUNTED(HALF_OPEN_NEW, 2) } },
	{ "third ACK after the half-open life does not establish", BOTH,
	  .steps = { SYN_AND_ANSWER, AGE(64000), IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, TS), NOTHING,
		     COUNTED(HALF_OPEN_EXPIRED, 1) } },
	{ "RST with the expected number ends a half-open entry", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HALF_OPEN, R, .seq = 1), NOTHING, COUNTED(HALF_OPEN_RESET, 1) } },
	{ "RST with another number leaves a half-open entry", BOTH,
	  .steps = { SYN_AND_ANSWER, IN(PASS_HALF_OPEN, R, .seq = 2), HALF_OPEN, IN(PASS_HALF_OPEN, R, .seq = 0), HALF_OPEN,
		     IN(PASS_HALF_OPEN, R, .seq = 30000), HALF_OPEN, COUNTED(HALF_OPEN_RESET, 0) } },
	{ "the host's RST ends a half-open entry", BOTH,
	  .steps = { SYN_AND_ANSWER, OUT(R, .seq = 1), NOTHING, COUNTED(HALF_OPEN_RESET, 1) } },
	{ "service learnt from its SYN-ACK", BOTH, .no_service = true,
	  .steps = { IN(PASS_SYN_NO_SERVICE, S, LINUX), OUT(SA, .ack = 1, LINUX), COUNTED(SERVICE_LEARNT, 1), HALF_OPEN,
		     IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_SYN, S, LINUX, .port = 1), HALF_OPEN } },
	{ "profile learnt from the SYN-ACK", BOTH, .not_learnt = true,
	  .steps = { IN(PASS_SYN, S, LINUX),
		     OUT(SA, .ack = 1, .options = "mss=1400 sack ts nop ws=9", .window = 5000, .ttl = 123, .tos = 0x22),
		     CHECK(learnt_profile) } },
	{ "SYN with data is half-open", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX, .payload = 10), OUT(SA, .ack = 11, LINUX),
		     IN(PASS_HANDSHAKE, A, .seq = 11, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "simultaneous clients do not mix", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), IN(PASS_SYN, S, LINUX, .port = 1), OUT(SA, .ack = 1, LINUX),
		     IN(PASS_HALF_OPEN, A, .seq = 1, .ack = 1, .port = 1, TS), HALF_OPEN,
		     IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
};

/* --- flows */

static bool counts_both_ways(struct world *w)
{
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "no flow");
	if (f.packets[LEVEE_REMOTE] != 2 || f.packets[LEVEE_LOCAL] != 1)
		complain(w, "%u packets in, %u out", f.packets[LEVEE_REMOTE], f.packets[LEVEE_LOCAL]);
	if (f.bytes[LEVEE_REMOTE] != 32 + 132 || f.bytes[LEVEE_LOCAL] != 32)
		complain(w, "%llu bytes in, %llu out", (unsigned long long)f.bytes[LEVEE_REMOTE],
			 (unsigned long long)f.bytes[LEVEE_LOCAL]);
	return w->failures == 0;
}

static const struct row flows[] = {
	{ "packets and bytes of both ends", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, PA, .seq = 1, .ack = 1, .payload = 100, TS), OUT(A, .seq = 1, .ack = 101, TS),
		     CHECK(counts_both_ways) } },
	{ "client closes first", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, FIN_WAIT_1),
		     OUT(A, .seq = 1, .ack = 2, TS), FLOW(CLOSE_WAIT, FIN_WAIT_2), OUT(PA, .seq = 1, .ack = 2, .payload = 50, TS),
		     IN(PASS_FLOW, A, .seq = 2, .ack = 51, TS), OUT(FA, .seq = 51, .ack = 2, TS), FLOW(LAST_ACK, FIN_WAIT_2),
		     IN(PASS_FLOW, A, .seq = 2, .ack = 52, TS), FLOW(CLOSED, TIME_WAIT) } },
	{ "server closes first", BOTH,
	  .steps = { HANDSHAKE, OUT(FA, .seq = 1, .ack = 1, TS), FLOW(FIN_WAIT_1, ESTABLISHED),
		     IN(PASS_FLOW, A, .seq = 1, .ack = 2, TS), FLOW(FIN_WAIT_2, CLOSE_WAIT),
		     IN(PASS_FLOW, FA, .seq = 1, .ack = 2, TS), FLOW(FIN_WAIT_2, LAST_ACK), OUT(A, .seq = 2, .ack = 2, TS),
		     FLOW(TIME_WAIT, CLOSED), IN(PASS_FLOW_SYN, S, .seq = 100000, LINUX) } },
	{ "both close in three segments", BOTH,
	  .steps = { HANDSHAKE, OUT(FA, .seq = 1, .ack = 1, TS), IN(PASS_FLOW, FA, .seq = 1, .ack = 2, TS),
		     FLOW(FIN_WAIT_2, LAST_ACK), OUT(A, .seq = 2, .ack = 2, TS), FLOW(TIME_WAIT, CLOSED) } },
	{ "simultaneous close", BOTH,
	  .steps = { HANDSHAKE, OUT(FA, .seq = 1, .ack = 1, TS), IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS),
		     FLOW(FIN_WAIT_1, FIN_WAIT_1), OUT(A, .seq = 2, .ack = 2, TS), FLOW(CLOSING, FIN_WAIT_2),
		     IN(PASS_FLOW, A, .seq = 2, .ack = 2, TS), FLOW(TIME_WAIT, TIME_WAIT) } },
	{ "FIN with data, repeated", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, FA, .seq = 1, .ack = 1, .payload = 20, TS), FLOW(ESTABLISHED, FIN_WAIT_1),
		     IN(PASS_FLOW, FA, .seq = 1, .ack = 1, .payload = 20, TS), FLOW(ESTABLISHED, FIN_WAIT_1),
		     OUT(A, .seq = 1, .ack = 21, TS), FLOW(ESTABLISHED, FIN_WAIT_1), OUT(A, .seq = 1, .ack = 22, TS),
		     FLOW(CLOSE_WAIT, FIN_WAIT_2) } },
	{ "RST with the expected number", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, R, .seq = 1), FLOW(CLOSED, CLOSED) } },
	{ "RST with ACK and the expected number", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, RA, .seq = 1, .ack = 1), FLOW(CLOSED, CLOSED) } },
	{ "RST in the window but not exact is suspected only", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW_SUSPECT, R, .seq = 2), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW_SUSPECT, R, .seq = 1000), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "RST out of the window changes nothing", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW_OUT_OF_WINDOW, R, .seq = 0x40000000), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW_OUT_OF_WINDOW, RA, .seq = 0, .ack = 1), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "the host's RST", BOTH, .steps = { HANDSHAKE, OUT(R, .seq = 1), FLOW(CLOSED, CLOSED) } },
	{ "FIN out of the window changes nothing", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW_OUT_OF_WINDOW, FA, .seq = 0x40000000, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW_OUT_OF_WINDOW, FA, .seq = -100000, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "ACK of what was never sent changes nothing", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW_OUT_OF_WINDOW, FA, .seq = 1, .ack = 5000, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "SYN on a live flow changes nothing", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW_SYN, S, .seq = 77777, LINUX), FLOW(ESTABLISHED, ESTABLISHED),
		     OUT(A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED), IN(PASS_FLOW, A, .seq = 1, .ack = 1, TS) } },
	{ "SYN on a live flow gets no cookie under always", BOTH,
	  .steps = { HANDSHAKE, COOKIES(ALWAYS), IN(PASS_FLOW_SYN, S, LINUX), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "old segment repeated", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, PA, .seq = 1, .ack = 1, .payload = 1000, TS), OUT(A, .seq = 1, .ack = 1001, TS),
		     IN(PASS_FLOW, PA, .seq = 1, .ack = 1, .payload = 500, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW_OUT_OF_WINDOW, PA, .seq = -10000000, .ack = 1, .payload = 500, TS) } },
	{ "TIME_WAIT seeded: SYN to the stack under always", BOTH, ALWAYS,
	  .steps = { SEED_FLOW(TIME_WAIT), IN(PASS_FLOW_SYN, S, LINUX), COUNTED(COOKIE_SENT, 0) } },
	{ "TIME_WAIT seeded: reused by the server's answer", BOTH,
	  .steps = { SEED_FLOW(TIME_WAIT), IN(PASS_FLOW_SYN, S, LINUX), OUT(SA, .ack = 1, LINUX),
		     HALF_OPEN, COUNTED(FLOW_REUSED, 1), IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS),
		     FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "ESTABLISHED seeded: data passes under always", BOTH, ALWAYS,
	  .steps = { SEED_FLOW(ESTABLISHED), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW, PA, .seq = 123456, .ack = 98765, .payload = 100, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     COUNTED(FLOW_ADOPTED, 1) } },
	{ "a flow seeded twice is one flow", BOTH,
	  .steps = { SEED_FLOW(ESTABLISHED), SEED_FLOW(ESTABLISHED), COUNTED(FLOW_NEW, 1) } },
	{ "flow whose time is up is forgotten", BOTH,
	  .steps = { HANDSHAKE, AGE(86400000), IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, TS), NOTHING, COUNTED(FLOW_EXPIRED, 1) } },
	{ "closed flow: the port is free for a new SYN", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, R, .seq = 1), AGE(34000), IN(PASS_SYN, S, LINUX), HALF_OPEN } },
	{ "jumbo segment of several buffers", BOTH,
	  .steps = { HANDSHAKE, IN(PASS_FLOW, PA, .seq = 1, .ack = 1, .payload = 8900, TS),
		     OUT(A, .seq = 1, .ack = 8901, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "segments of nobody pass in calm", BOTH,
	  .steps = { IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1), IN(PASS_NO_FLOW, PA, .seq = 1, .ack = 1, .payload = 10),
		     IN(PASS_NO_FLOW, R, .seq = 1), IN(PASS_NO_FLOW, FA, .seq = 1, .ack = 1),
		     IN(PASS_NO_FLOW, SA, .seq = 1, .ack = 1), NOTHING, COUNTED(COOKIE_INVALID, 0) } },
};

/* --- this host opens */

static bool began_outgoing(struct world *w)
{
	struct levee_flow f;

	return (world_flow(w, &f) && f.began == LEVEE_BEGAN_OUTGOING) || complain(w, "no flow that began outgoing");
}

static const struct row outgoing[] = {
	{ "outgoing connection under always", BOTH, ALWAYS,
	  .steps = { OUT(S, LINUX, OUTGOING), CHECK(began_outgoing), FLOW(SYN_SENT, CLOSED),
		     IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING), FLOW(ESTABLISHED, SYN_RECEIVED),
		     OUT(A, .seq = 1, .ack = 1, TS, OUTGOING), FLOW(ESTABLISHED, ESTABLISHED),
		     IN(PASS_FLOW, PA, .seq = 1, .ack = 1, .payload = 300, TS, OUTGOING), COUNTED(FLOW_OUTGOING, 1) } },
	{ "outgoing connection from a service's own port under always", BOTH, ALWAYS,
	  .steps = { OUT(S, LINUX), IN(PASS_FLOW, SA, .ack = 1, LINUX), OUT(A, .seq = 1, .ack = 1, TS),
		     FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "SYN-ACK that answers another SYN changes nothing", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), IN(PASS_FLOW_OUT_OF_WINDOW, SA, .ack = 500, LINUX, OUTGOING), FLOW(SYN_SENT, CLOSED),
		     IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING), FLOW(ESTABLISHED, SYN_RECEIVED) } },
	{ "outgoing connection refused", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), IN(PASS_FLOW, RA, .seq = 0, .absolute = true, .ack = 1, OUTGOING), FLOW(CLOSED, CLOSED) } },
	{ "RST that answers another SYN changes nothing", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), IN(PASS_FLOW_OUT_OF_WINDOW, RA, .seq = 0, .absolute = true, .ack = 99, OUTGOING),
		     FLOW(SYN_SENT, CLOSED), IN(PASS_FLOW_OUT_OF_WINDOW, R, .seq = 1, OUTGOING), FLOW(SYN_SENT, CLOSED) } },
	{ "outgoing SYN repeated", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), OUT(S, LINUX, OUTGOING), FLOW(SYN_SENT, CLOSED), COUNTED(FLOW_NEW, 1),
		     IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING), FLOW(ESTABLISHED, SYN_RECEIVED) } },
	{ "simultaneous open", BOTH, ALWAYS,
	  .steps = { OUT(S, LINUX, OUTGOING), IN(PASS_FLOW_SYN, S, LINUX, OUTGOING), FLOW(SYN_RECEIVED, SYN_SENT),
		     OUT(SA, .ack = 1, LINUX, OUTGOING), IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING),
		     FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "outgoing connection closed by the host", BOTH,
	  .steps = { OUT(S, LINUX, OUTGOING), IN(PASS_FLOW, SA, .ack = 1, LINUX, OUTGOING), OUT(A, .seq = 1, .ack = 1, TS, OUTGOING),
		     OUT(FA, .seq = 1, .ack = 1, TS, OUTGOING), IN(PASS_FLOW, FA, .seq = 1, .ack = 2, TS, OUTGOING),
		     OUT(A, .seq = 2, .ack = 2, TS, OUTGOING), FLOW(TIME_WAIT, CLOSED) } },
	{ "outgoing SYN is no service", BOTH, .no_service = true,
	  .steps = { OUT(S, LINUX, OUTGOING), IN(PASS_SYN_NO_SERVICE, S, LINUX, .local_port = 50000, .port = 7),
		     COUNTED(SERVICE_LEARNT, 0) } },
	{ "new SYN from a TIME_WAIT of this host", BOTH,
	  .steps = { HANDSHAKE, OUT(FA, .seq = 1, .ack = 1, TS), IN(PASS_FLOW, FA, .seq = 1, .ack = 2, TS),
		     OUT(A, .seq = 2, .ack = 2, TS), FLOW(TIME_WAIT, CLOSED), IN(PASS_FLOW_SYN, S, .seq = 900000, LINUX),
		     FLOW(TIME_WAIT, SYN_SENT), OUT(SA, .seq = 800000, .ack = 900001, LINUX), HALF_OPEN,
		     IN(PASS_HANDSHAKE, A, .seq = 900001, .ack = 800001, TS), FLOW(ESTABLISHED, ESTABLISHED),
		     COUNTED(FLOW_REUSED, 1) } },
};

/* --- cookies */

static bool flow_is_pending(struct world *w)
{
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "no flow");
	if (f.began != LEVEE_BEGAN_COOKIE || !(f.flags & LEVEE_FLOW_PENDING))
		complain(w, "began %u, flags %#x", f.began, f.flags);
	return world_runtime(w).pending_ms != 0 || complain(w, "pending_ms is not set");
}

static bool flow_is_not_pending(struct world *w)
{
	struct levee_flow f;

	return (world_flow(w, &f) && !(f.flags & LEVEE_FLOW_PENDING)) || complain(w, "the flow is still pending");
}

static bool options_are_linux(struct world *w)
{
	uint16_t want = 6 | 7 << 3 | LEVEE_CO_HAS_WSCALE | LEVEE_CO_SACK | LEVEE_CO_TS;
	struct levee_flow f;

	if (!world_flow(w, &f))
		return complain(w, "no flow");
	return f.cookie.options == want || complain(w, "cookie options %#x, wanted %#x", f.cookie.options, want);
}

static bool sent_ttl(struct world *w, uint8_t ttl)
{
	uint8_t sent = w->received.data[w->sent.l3 + (w->link.v6 ? 7 : 8)];

	return sent == ttl || complain(w, "the reply's TTL is %u, wanted %u", sent, ttl);
}

static bool sent_ttl_77(struct world *w)
{
	return sent_ttl(w, 77);
}

static bool sent_ttl_99(struct world *w)
{
	return sent_ttl(w, 99);
}

static bool sent_ttl_123(struct world *w)
{
	return sent_ttl(w, 123);
}

static bool service_is_gone(struct world *w)
{
	struct levee_service s;

	return (world_service(w, &s) && s.flags & LEVEE_SVC_GONE) || complain(w, "the service is not marked GONE");
}

static const struct row cookies[] = {
	{ "SYN of a Linux client", ONLY_V4, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY, S, LINUX), NOTHING, COUNTED(COOKIE_SENT, 1), COUNTED(HALF_OPEN_NEW, 0) } },
	{ "SYN of a Linux client", ONLY_V6, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY_6, S, LINUX), NOTHING, COUNTED(COOKIE_SENT, 1), COUNTED(HALF_OPEN_NEW, 0) } },
	{ "reply offers the learnt profile", BOTH, .not_learnt = true,
	  .steps = { IN(PASS_SYN, S, LINUX),
		     OUT(SA, .ack = 1, .options = "mss=1400 sack ts nop ws=9", .window = 5000, .ttl = 123, .tos = 0x22),
		     COOKIES(ALWAYS), COOKIE("mss=1400 sack ts nop ws=9", S, LINUX, .port = 1) } },
	{ "reply offers no timestamps where the server refuses them", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), OUT(SA, .ack = 1, .options = "mss=1400 nop nop sack nop ws=9"), COOKIES(ALWAYS),
		     COOKIE("mss=1400 nop nop sack nop ws=9", S, LINUX, .port = 1),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, .port = 1), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "server with no options at all", BOTH, ALWAYS, .profile_options = LEVEE_OPT_MSS,
	  .steps = { COOKIE(NULL, S, LINUX), IN(PASS_COOKIE, A, .seq = 1, .ack = 1) } },
	{ "SYN without options", BOTH, ALWAYS,
	  .steps = { COOKIE("", S), IN(PASS_COOKIE, A, .seq = 1, .ack = 1), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "SYN without options, padded to the smallest frame", BOTH, ALWAYS, .steps = { COOKIE("", S, .pad = 6), NOTHING } },
	{ "SYN of Windows", ONLY_V4, ALWAYS,
	  .steps = { COOKIE("mss=1460 nop nop sack nop ws=7", S, .options = "mss=1460 nop ws=8 nop nop sack"),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "SYN of macOS", ONLY_V4, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY, S, .options = "mss=1460 nop ws=6 nop nop ts sack eol eol"),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "options in odd order at odd offsets", ONLY_V4, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY, S, .options = "nop ts ws=7 nop sack mss=1460"),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "unknown options are skipped", ONLY_V4, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY, S, .options = "xfe0611223344 mss=1460 xfd02 sack ts nop ws=7"), NOTHING } },
	{ "SYN with an MD5 signature is the stack's", BOTH, ALWAYS,
	  .steps = { IN(PASS_SYN_SIGNED, S, .options = "x131200112233445566778899aabbccddeeff nop nop mss=1460"),
		     COUNTED(COOKIE_SENT, 0) } },
	{ "SYN with TCP-AO is the stack's", BOTH, ALWAYS,
	  .steps = { IN(PASS_SYN_SIGNED, S, .options = "mss=1460 x1d10000000112233445566778899aabb"), COUNTED(COOKIE_SENT, 0) } },
	{ "fast open option is not answered", ONLY_V4, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY, S, .options = "mss=1460 sack ts nop ws=7 x220a1122334455667788"), NOTHING } },
	{ "options behind the end of list do not count", BOTH, ALWAYS,
	  .steps = { COOKIE("", S, .options = "eol mss=1460 sack ts"), NOTHING } },
	{ "option of length 0 ends the options", BOTH, ALWAYS,
	  .steps = { COOKIE("", S, .options = "x0500 mss=1460 sack ts"), NOTHING } },
	{ "option of length 1 ends the options", BOTH, ALWAYS,
	  .steps = { COOKIE("", S, .options = "x0501 mss=1460 sack ts"), NOTHING } },
	{ "option that runs over the header ends the options", ONLY_V4, ALWAYS,
	  .steps = { COOKIE("mss=1460", S, .options = "mss=1460 nop nop x0308"), NOTHING } },
	{ "window scale of 255 is 14", ONLY_V4, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY, S, .options = "mss=1460 sack ts nop ws=255"), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS) } },
	{ "MSS of 0", ONLY_V4, ALWAYS,
	  .steps = { COOKIE("mss=1460", S, .options = "mss=0"), IN(PASS_COOKIE, A, .seq = 1, .ack = 1) } },
	{ "MSS missing", ONLY_V4, ALWAYS,
	  .steps = { COOKIE("sack ts nop ws=7", S, .options = "sack ts nop ws=7"), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS) } },
	{ "forty bytes of options", ONLY_V4, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY, S, .options = "mss=1460 sack ts nop ws=7 xfe14000000000000000000000000000000000000"),
		     NOTHING } },
	{ "SYN in a VLAN", BOTH, ALWAYS, .steps = { COOKIE(NULL, S, LINUX, .tags = "q"), NOTHING } },
	{ "SYN in QinQ", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX, .tags = "aq"), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS, .tags = "aq") } },
	{ "SYN with IPv4 options", ONLY_V4, ALWAYS, .steps = { COOKIE(FULL_REPLY, S, LINUX, .ext = "oo"), NOTHING } },
	{ "SYN with forty bytes of IPv4 options", ONLY_V4, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY, S, LINUX, .ext = "oooooooooo"), NOTHING } },
	{ "SYN with extension headers", ONLY_V6, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY_6, S, LINUX, .ext = "hrd"), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS, .ext = "h") } },
	{ "SYN with every extension header", ONLY_V6, ALWAYS, .steps = { COOKIE(FULL_REPLY_6, S, LINUX, .ext = "hrfaD"), NOTHING } },
	{ "SYN with payload", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX, .payload = 100), NOTHING, IN(PASS_COOKIE, PA, .seq = 1, .ack = 1, .payload = 100, TS) } },
	{ "SYN with an odd payload", BOTH, ALWAYS, .steps = { COOKIE(NULL, S, LINUX, .payload = 77), NOTHING } },
	{ "SYN with a full payload", BOTH, ALWAYS, .steps = { COOKIE(NULL, S, LINUX, .payload = 1400), NOTHING } },
	{ "SYN with data whose ack counts the data is no cookie", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX, .payload = 100), IN(DROP_BAD_COOKIE, A, .seq = 101, .ack = 1, TS), NOTHING } },
	{ "SYN too long to answer", BOTH, ALWAYS, .steps = { IN(DROP_SYN_TOO_LONG, S, LINUX, .payload = 2000), NOTHING } },
	{ "SYN of several buffers", BOTH, ALWAYS, .steps = { IN(DROP_SYN_TOO_LONG, S, LINUX, .payload = 8000), NOTHING } },
	{ "SYN with a wrong IP checksum", ONLY_V4, ALWAYS,
	  .steps = { IN(DROP_CHECKSUM, S, LINUX, .bad_ip_checksum = true), NOTHING, COUNTED(COOKIE_SENT, 0) } },
	{ "SYN with a wrong TCP checksum", BOTH, ALWAYS,
	  .steps = { IN(DROP_CHECKSUM, S, LINUX, .bad_tcp_checksum = true), NOTHING, COUNTED(COOKIE_SENT, 0) } },
	{ "checksums are the stack's business in calm", BOTH, .steps = { IN(PASS_SYN, S, LINUX, .bad_tcp_checksum = true) } },
	{ "SYN with PSH and URG", BOTH, ALWAYS, .steps = { COOKIE(NULL, .flags = F_SYN | F_PSH | F_URG, LINUX), NOTHING } },
	{ "ECN asked of a server that grants it", ONLY_V4, ALWAYS,
	  .profile_options = LEVEE_OPT_MSS | LEVEE_OPT_WSCALE | LEVEE_OPT_SACK | LEVEE_OPT_TS | LEVEE_OPT_ECN,
	  .steps = { COOKIE(FULL_REPLY, .flags = F_SYN | F_ECE | F_CWR, LINUX), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS) } },
	{ "ECN asked of a server that does not", ONLY_V4, ALWAYS,
	  .steps = { COOKIE(FULL_REPLY, .flags = F_SYN | F_ECE | F_CWR, LINUX), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS) } },
	{ "ECE alone asks for nothing", ONLY_V4, ALWAYS,
	  .profile_options = LEVEE_OPT_MSS | LEVEE_OPT_ECN, .steps = { COOKIE("mss=1460", .flags = F_SYN | F_ECE, LINUX) } },

	{ "cookie comes back", BOTH, ALWAYS,
	  .steps = { BY_COOKIE, FLOW(ESTABLISHED, ESTABLISHED), CHECK(flow_is_pending), CHECK(options_are_linux),
		     COUNTED(COOKIE_VALID, 1), COUNTED(FLOW_COOKIE, 1), COUNTED(COOKIE_INVALID, 0) } },
	{ "cookie comes back with data in place of the ACK", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), IN(PASS_COOKIE, PA, .seq = 1, .ack = 1, .payload = 500, TS),
		     FLOW(ESTABLISHED, ESTABLISHED), CHECK(flow_is_pending) } },
	{ "cookie comes back with FIN", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), IN(PASS_COOKIE, FA, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, FIN_WAIT_1) } },
	{ "data that follows a cookie ACK", BOTH, ALWAYS,
	  .steps = { BY_COOKIE, IN(PASS_FLOW, PA, .seq = 1, .ack = 1, .payload = 500, TS), CHECK(flow_is_pending),
		     OUT(A, .seq = 1, .ack = 501, TS), CHECK(flow_is_not_pending), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "second data segment is no cookie", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), IN(DROP_BAD_COOKIE, PA, .seq = 501, .ack = 1, .payload = 500, TS), NOTHING,
		     COUNTED(COOKIE_INVALID, 1) } },
	{ "cookie with a wrong acknowledgment", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), IN(DROP_BAD_COOKIE, A, .seq = 1, .ack = 2, TS), NOTHING,
		     IN(DROP_BAD_COOKIE, A, .seq = 1, .ack = 0, TS), COUNTED(COOKIE_INVALID, 2), COUNTED(COOKIE_VALID, 0) } },
	{ "cookie with a wrong sequence number", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), IN(DROP_BAD_COOKIE, A, .seq = 0, .ack = 1, TS),
		     IN(DROP_BAD_COOKIE, A, .seq = 2, .ack = 1, TS), NOTHING } },
	{ "cookie without its timestamp", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), IN(DROP_BAD_COOKIE, A, .seq = 1, .ack = 1), NOTHING } },
	{ "cookie of another port", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), IN(DROP_BAD_COOKIE, A, .seq = 1, .ack = 1, .port = 1, TS), NOTHING } },
	{ "cookie of the epoch before", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), EPOCH(1), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS), FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "cookie of two epochs before", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), EPOCH(2), IN(DROP_BAD_COOKIE, A, .seq = 1, .ack = 1, TS), NOTHING,
		     COUNTED(COOKIE_INVALID, 0) } },
	{ "cookie replayed on its own flow", BOTH, ALWAYS,
	  .steps = { BY_COOKIE, IN(PASS_FLOW, A, .seq = 1, .ack = 1, TS), COUNTED(COOKIE_VALID, 1), COUNTED(FLOW_NEW, 1) } },
	{ "cookie replayed after RST meets the flow that it made", BOTH, ALWAYS,
	  .steps = { BY_COOKIE, IN(PASS_FLOW, R, .seq = 1), FLOW(CLOSED, CLOSED), AGE(32000),
		     IN(PASS_FLOW, A, .seq = 1, .ack = 1, TS), FLOW(CLOSED, CLOSED), COUNTED(COOKIE_VALID, 1) } },
	{ "cookie replayed after this host's RST", BOTH, ALWAYS,
	  .steps = { BY_COOKIE, OUT(RA, .seq = 1, .ack = 1), FLOW(CLOSED, CLOSED), AGE(32000),
		     IN(PASS_FLOW, A, .seq = 1, .ack = 1, TS), COUNTED(COOKIE_VALID, 1), COUNTED(FLOW_NEW, 1) } },
	{ "cookie replayed after the client closed first", BOTH, ALWAYS,
	  .steps = { BY_COOKIE, IN(PASS_FLOW, FA, .seq = 1, .ack = 1, TS), OUT(FA, .seq = 1, .ack = 2, TS),
		     IN(PASS_FLOW, A, .seq = 2, .ack = 2, TS), FLOW(CLOSED, TIME_WAIT), AGE(32000),
		     IN(PASS_FLOW, A, .seq = 1, .ack = 1, TS), COUNTED(COOKIE_VALID, 1), COUNTED(FLOW_NEW, 1) } },
	{ "cookie replayed after this host closed first", BOTH, ALWAYS,
	  .steps = { BY_COOKIE, OUT(FA, .seq = 1, .ack = 1, TS), IN(PASS_FLOW, FA, .seq = 1, .ack = 2, TS),
		     OUT(A, .seq = 2, .ack = 2, TS), FLOW(TIME_WAIT, CLOSED), AGE(32000),
		     IN(PASS_FLOW, A, .seq = 1, .ack = 1, TS), COUNTED(COOKIE_VALID, 1), COUNTED(FLOW_NEW, 1) } },
	{ "a clock that jumps ahead costs the cookies in flight, and no more", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), EPOCH(100), IN(DROP_BAD_COOKIE, A, .seq = 1, .ack = 1, TS), NOTHING,
		     COOKIE(NULL, S, LINUX), EPOCH(1), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS) } },
	{ "a clock that jumps back costs the cookies in flight, and no more", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), EPOCH(-1), IN(DROP_BAD_COOKIE, A, .seq = 1, .ack = 1, TS), NOTHING,
		     COOKIE(NULL, S, LINUX), EPOCH(1), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS), COOKIE(NULL, S, LINUX, .port = 1),
		     EPOCH(-100), IN(DROP_BAD_COOKIE, A, .seq = 1, .ack = 1, TS, .port = 1), COOKIE(NULL, S, LINUX, .port = 1),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS, .port = 1) } },
	{ "each listener is answered for by its own offer, and by a new one", BOTH, .not_learnt = true,
	  .steps = { OUT(SA, .ack = 1, .options = "mss=1400 sack ts nop ws=9", .ttl = 123, .window = 5000, .port = 9),
		     OUT(SA, .ack = 1, .options = "mss=1200 sack ts nop ws=3", .ttl = 77, .window = 900, .port = 9, HTTPS),
		     LISTENS, COOKIES(ALWAYS), COOKIE("mss=1200 sack ts nop ws=3", S, LINUX, HTTPS), CHECK(sent_ttl_77),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS, HTTPS), COOKIE("mss=1400 sack ts nop ws=9", S, LINUX),
		     CHECK(sent_ttl_123), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS), EPOCH(2),
		     OUT(SA, .ack = 1, .options = "mss=1300 sack ts nop ws=5", .ttl = 99, .port = 8, HTTPS),
		     COOKIE("mss=1300 sack ts nop ws=5", S, LINUX, HTTPS, .port = 1), CHECK(sent_ttl_99),
		     COOKIE("mss=1400 sack ts nop ws=9", S, LINUX, .port = 1), CHECK(sent_ttl_123) } },
	{ "without timestamps", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, .options = "mss=1460 nop nop sack nop ws=7"), IN(PASS_COOKIE, A, .seq = 1, .ack = 1),
		     FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "no cookie in flight: nothing is checked", BOTH,
	  .steps = { IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, TS), COUNTED(COOKIE_INVALID, 0), NOTHING } },
	{ "no cookie in flight, always: dropped without a check", BOTH, ALWAYS,
	  .steps = { IN(DROP_BAD_COOKIE, A, .seq = 1, .ack = 1, TS), COUNTED(COOKIE_INVALID, 0), NOTHING } },
	{ "segments of nobody under always", BOTH, ALWAYS,
	  .steps = { IN(DROP_NO_FLOW, R, .seq = 1), IN(DROP_NO_FLOW, RA, .seq = 1, .ack = 1),
		     IN(DROP_NO_FLOW, FA, .seq = 1, .ack = 1), IN(DROP_NO_FLOW, SA, .seq = 1, .ack = 1), NOTHING } },
	{ "segments of nobody to another port pass under always", BOTH, ALWAYS,
	  .steps = { IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, OUTGOING), IN(PASS_NO_FLOW, R, .seq = 1, OUTGOING),
		     IN(PASS_NO_FLOW, SA, .seq = 1, .ack = 1, OUTGOING) } },
	{ "cookie survives a switch to never", BOTH, ALWAYS,
	  .steps = { COOKIE(NULL, S, LINUX), COOKIES(NEVER), IN(PASS_COOKIE, A, .seq = 1, .ack = 1, TS) } },
	{ "accept leaves packets alone that no cookie brought", BOTH, ALWAYS,
	  .steps = { ACCEPT(A, .seq = 1, .ack = 1, TS), NOTHING, BY_COOKIE, ACCEPT(A, .seq = 1, .ack = 1, .port = 1, TS),
		     ACCEPT(S, LINUX), ACCEPT(R, .seq = 1), COUNTED(COOKIE_SOCKET, 0), COUNTED(COOKIE_REFUSED, 0) } },
	{ "cookie for a listener that is gone: SYNs to the stack, whose RST retires the service", BOTH, ALWAYS,
	  .steps = { BY_COOKIE, ACCEPT(A, .seq = 1, .ack = 1, TS), COUNTED(COOKIE_REFUSED, 1), IN(PASS_SYN, S, LINUX, .port = 1),
		     OUT(RA, .seq = 0, .absolute = true, .ack = 1, .port = 1), CHECK(service_is_gone),
		     IN(PASS_SYN_NO_SERVICE, S, LINUX, .port = 2), COUNTED(COOKIE_SENT, 1) } },
	{ "closed port: the host's RST retires the service", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), OUT(RA, .seq = 0, .absolute = true, .ack = 1), CHECK(service_is_gone),
		     COUNTED(SERVICE_GONE, 1), IN(PASS_SYN_NO_SERVICE, S, LINUX), NOTHING } },
	{ "service that comes back", BOTH,
	  .steps = { IN(PASS_SYN, S, LINUX), OUT(RA, .seq = 0, .absolute = true, .ack = 1), CHECK(service_is_gone),
		     IN(PASS_SYN_NO_SERVICE, S, LINUX), OUT(SA, .ack = 1, LINUX), IN(PASS_SYN, S, LINUX, .port = 1) } },
};

/* --- modes */

static const struct row modes[] = {
	{ "adaptive: the service's share fills, cookies start", BOTH, .backlog = 10,
	  .steps = { IN_TIMES(5, PASS_SYN, S, LINUX), MODE(CALM), COOKIE(NULL, S, LINUX, .port = 5), MODE(COOKIE), TABLE_MODE(CALM),
		     NOTHING, COUNTED(COOKIE_MODE_ON, 1), COUNTED(HALF_OPEN_NEW, 5),
		     IN(PASS_COOKIE, A, .seq = 1, .ack = 1, .port = 5, TS) } },
	{ "adaptive: the whole table fills, cookies start for all", BOTH, .half_open_max = 20,
	  .steps = { OUT(SA, .ack = 1, LINUX, HTTPS), IN_TIMES(4, PASS_SYN, S, LINUX, HTTPS, .port = 1), IN_TIMES(5, PASS_SYN, S, LINUX),
		     TABLE_MODE(CALM), COOKIE(NULL, S, LINUX, .port = 5), TABLE_MODE(COOKIE), MODE(CALM),
		     COOKIE(NULL, S, LINUX, HTTPS, .port = 5), MODE(CALM), COUNTED(COOKIE_MODE_ON, 1) } },
	{ "adaptive: SYN of a half-open client passes in cookie mode", BOTH, .backlog = 10,
	  .steps = { IN_TIMES(5, PASS_SYN, S, LINUX), COOKIE(NULL, S, LINUX, .port = 5), IN(PASS_SYN_REPEATED, S, LINUX, .port = 2),
		     OUT(SA, .ack = 1, LINUX, .port = 2) } },
	{ "adaptive: handshakes under way finish in cookie mode", BOTH, .backlog = 10,
	  .steps = { IN_TIMES(5, PASS_SYN, S, LINUX), COOKIE(NULL, S, LINUX, .port = 5), MODE(COOKIE),
		     OUT(SA, .ack = 1, LINUX, .port = 3), IN(PASS_HANDSHAKE, A, .seq = 1, .ack = 1, TS, .port = 3),
		     FLOW(ESTABLISHED, ESTABLISHED) } },
	{ "adaptive: handshakes that finish make room", BOTH, .backlog = 4,
	  .steps = { HANDSHAKE, IN(PASS_SYN, S, LINUX, .port = 1), IN(PASS_SYN, S, LINUX, .port = 2),
		     COOKIE(NULL, S, LINUX, .port = 3) } },
	{ "adaptive: another service stays calm", BOTH, .backlog = 10,
	  .steps = { IN_TIMES(5, PASS_SYN, S, LINUX), COOKIE(NULL, S, LINUX, .port = 5),
		     OUT(SA, .ack = 1, LINUX, HTTPS, .port = 9), IN(PASS_SYN, S, LINUX, HTTPS, .port = 10),
		     MODE(CALM) } },
	{ "adaptive: segments of nobody are dropped in cookie mode", BOTH, .backlog = 10,
	  .steps = { IN_TIMES(5, PASS_SYN, S, LINUX), IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, .port = 99),
		     COOKIE(NULL, S, LINUX, .port = 5), IN(DROP_BAD_COOKIE, A, .seq = 1, .ack = 9, .port = 99, TS),
		     IN(DROP_NO_FLOW, R, .seq = 1, .port = 99) } },
	{ "never: a full table answers nothing", BOTH, NEVER, .half_open_max = 16,
	  .steps = { IN_TIMES(16, PASS_SYN, S, LINUX), IN_TIMES(20, PASS_SYN_UNTRACKED, S, LINUX, .port = 16), COUNTED(COOKIE_SENT, 0),
		     COUNTED(HALF_OPEN_FULL, 20), COUNTED(COOKIE_MODE_ON, 0), IN(PASS_NO_FLOW, A, .seq = 1, .ack = 1, .port = 99) } },
	{ "never: a full share answers nothing", BOTH, NEVER, .backlog = 4,
	  .steps = { IN_TIMES(30, PASS_SYN, S, LINUX), COUNTED(COOKIE_SENT, 0), COUNTED(COOKIE_MODE_ON, 0) } },
	{ "backlog of 1: one SYN, then cookies", BOTH, .backlog = 1,
	  .steps = { IN(PASS_SYN, S, LINUX), COOKIE(NULL, S, LINUX, .port = 1) } },
	{ "backlog of 5: cookies before the sixth", BOTH, .backlog = 5,
	  .steps = { IN_TIMES(3, PASS_SYN, S, LINUX), COOKIE(NULL, S, LINUX, .port = 3), MODE(COOKIE) } },
	{ "the half-open table never holds more than its limit", BOTH, NEVER, .half_open_max = 100,
	  .steps = { IN_TIMES(100, PASS_SYN, S, LINUX), IN_TIMES(50, PASS_SYN_UNTRACKED, S, LINUX, .port = 100),
		     COUNTED(HALF_OPEN_NEW, 100) } },
};

/* clang-format on */

#define LIST(X) X(parsing) X(lies) X(handshakes) X(flows) X(outgoing) X(cookies) X(modes)
#define AS_LIST(name) { name, ARRAY_SIZE(name) },

const struct row_list row_lists[] = { LIST(AS_LIST) };
const size_t row_list_count = ARRAY_SIZE(row_lists);
