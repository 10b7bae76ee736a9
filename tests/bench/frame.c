/* SPDX-License-Identifier: GPL-2.0 */
/*
 * frame.c - builds the packets that are timed, and tells the wrapper which words of them vary.
 */
#include <arpa/inet.h>
#include <string.h>

#include "bench.h"

#define IPV4_LEN 20U
#define IPV6_LEN 40U
#define TCP_LEN 20U
#define UDP_LEN 8U
#define ETHERNET_MIN 60

/* 198.18.0.1 and fd00::1; the peers' addresses differ in their last 32 bits. */
#define LOCAL_V4 0xc6120001U
#define LOCAL_V6_LAST 1U

static const uint32_t peers_v4[] = {
	[PEERS_FLOWS] = 0xc6124000, [PEERS_STRANGERS] = 0xc6130000, [PEERS_COOKIES] = 0xc6128000
};

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/* As words in memory, so that the wrapper adds what it stores. */
static uint32_t sum_words(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;
	uint16_t word;

	for (; length > 1; bytes += 2, length -= 2) {
		memcpy(&word, bytes, 2);
		sum += word;
	}
	return length ? sum + bytes[0] : sum;
}

static void address_v6(uint8_t *at, uint32_t last)
{
	memset(at, 0, 16);
	at[0] = 0xfd;
	put32(at + 12, last);
}

/* Both return the header's length. The peer's address stays 0 where it varies. */
static uint32_t put_ipv4(uint8_t *ip, const struct frame_spec *spec, uint32_t length)
{
	ip[0] = 0x45;
	put16(ip + 2, IPV4_LEN + length);
	put16(ip + 6, 0x4000);
	ip[8] = 64;
	ip[9] = spec->udp ? IPPROTO_UDP : IPPROTO_TCP;
	put32(ip + (spec->out ? 12 : 16), LOCAL_V4);
	return IPV4_LEN;
}

static uint32_t put_ipv6(uint8_t *ip, const struct frame_spec *spec, uint32_t length)
{
	ip[0] = 0x60;
	put16(ip + 4, length);
	ip[6] = spec->udp ? IPPROTO_UDP : IPPROTO_TCP;
	ip[7] = 64;
	address_v6(ip + (spec->out ? 24 : 8), 0);
	address_v6(ip + (spec->out ? 8 : 24), LOCAL_V6_LAST);
	return IPV6_LEN;
}

static void put_transport(uint8_t *at, const struct frame_spec *spec)
{
	put16(at + (spec->out ? 0 : 2), spec->port);
	if (spec->udp) {
		put16(at + 4, UDP_LEN + spec->payload);
		return;
	}
	put32(at + 4, spec->seq);
	put32(at + 8, spec->ack);
	at[12] = (TCP_LEN + spec->options_len) / 4 << 4;
	at[13] = spec->flags;
	put16(at + 14, 502);
	if (spec->options_len)
		memcpy(at + TCP_LEN, spec->options, spec->options_len);
}

static uint32_t transport_len(const struct frame_spec *spec)
{
	return (spec->udp ? UDP_LEN : TCP_LEN + spec->options_len) + spec->payload;
}

/* The pseudo header without the peer's varying word: addresses, protocol, length. */
static uint32_t sum_pseudo(const struct frame_spec *spec, const uint8_t *ip, uint32_t length)
{
	uint32_t sum = htons(spec->udp ? IPPROTO_UDP : IPPROTO_TCP) + htons(length);

	return sum + (spec->v6 ? sum_words(ip + 8, 32) : sum_words(ip + 12, 8));
}

static uint32_t peer_address_word(const struct frame_spec *spec)
{
	if (spec->v6)
		return spec->out ? 9 : 5;
	return spec->out ? 4 : 3;
}

/* The wrapper writes both checksums; here they are 0. */
static void vary(struct wrap_state *state, const struct frame_spec *spec, uint32_t l3_word, uint32_t l3_len,
		 uint32_t sum)
{
	uint32_t tcp_word = l3_word + l3_len / 4;

	state->address = spec->v6 ? 0x10000U * (spec->peers + 1) : peers_v4[spec->peers];
	state->address_word = l3_word + peer_address_word(spec);
	if (!spec->v6) {
		state->ip_check_word = l3_word + 2;
		state->ip_check = state->body[state->ip_check_word];
		state->ip_sum = sum_words((uint8_t *)&state->body[l3_word], IPV4_LEN);
	}
	state->ports_word = tcp_word;
	state->ports = state->body[tcp_word];
	state->peer_port_shift = spec->out ? 16 : 0;
	state->sum = sum - sum_words((uint8_t *)&state->ports, 4); /* the wrapper adds the whole word */
	if (spec->udp)
		return;
	state->check_word = tcp_word + 4;
	if (!spec->tsecr_at)
		return;
	state->ack_word = tcp_word + 2;
	state->tsecr_word = tcp_word + (TCP_LEN + spec->tsecr_at) / 4;
}

void bench_frame(struct frame *f, struct wrap_state *state, const struct frame_spec *spec, uint32_t peers,
		 bool sequential)
{
	uint32_t l3 = WRAP_HEAD + (spec->vlan ? 4 : 0), length = transport_len(spec), l3_len;
	uint8_t *ip = f->data + l3;

	memset(f, 0, sizeof(*f));
	memset(state, 0, sizeof(*state));
	memcpy(f->data, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02", 12);
	put16(f->data + l3 - 2, spec->v6 ? 0x86dd : 0x0800);
	if (spec->vlan) {
		put16(f->data + 12, 0x8100);
		put16(f->data + 14, 7);
	}
	l3_len = spec->v6 ? put_ipv6(ip, spec, length) : put_ipv4(ip, spec, length);
	put_transport(ip + l3_len, spec);
	f->len = l3 + l3_len + length < ETHERNET_MIN ? ETHERNET_MIN : l3 + l3_len + length;
	memcpy(state->head, f->data, WRAP_HEAD);
	memcpy(state->body, f->data + WRAP_HEAD, sizeof(state->body));
	state->random = 0x9e3779b97f4a7c15ULL;
	state->peers = peers;
	state->sequential = sequential;
	vary(state, spec, (l3 - WRAP_HEAD) / 4, l3_len, sum_pseudo(spec, ip, length) + sum_words(ip + l3_len, length));
}

static union levee_addr tuple_address(const struct frame_spec *spec, uint32_t last)
{
	union levee_addr a = { 0 };

	if (spec->v6)
		address_v6(a.b, last);
	else
		levee_addr_set_v4(&a, htonl(last));
	return a;
}

struct levee_tuple frame_tuple(const struct frame_spec *spec, uint32_t peer)
{
	uint32_t first = spec->v6 ? 0x10000U * (spec->peers + 1) : peers_v4[spec->peers];

	return (struct levee_tuple){
		.local = tuple_address(spec, spec->v6 ? LOCAL_V6_LAST : LOCAL_V4),
		.remote = tuple_address(spec, first + (peer >> WRAP_PORT_BITS)),
		.lport = htons(spec->port),
		.rport = htons(WRAP_PORT_MIN + (peer & ((1U << WRAP_PORT_BITS) - 1))),
	};
}
