/* SPDX-License-Identifier: GPL-2.0 */
/*
 * packet.c - building frames: Ethernet with VLAN tags, IPv4 and IPv6 with what may stand in front of
 * TCP, TCP options from words, and lies on request. Knows nothing of levee but the tuple.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

static const uint8_t remote_mac[6] = { 0x02, 0, 0, 0, 0, 0x02 };
static const uint8_t local_mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };
static const uint8_t local_v4[4] = { 198, 18, 0, 1 };
static const uint8_t remote_v4[4] = { 198, 19, 200, 7 };
static const uint8_t local_v6[16] = { 0xfd, 0, 0, 1, [15] = 0x01 };
static const uint8_t remote_v6[16] = { 0xfd, 0,	   0,	 2,    0xca, 0xfe, 0xba, 0xbe,
				       0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0 };

uint16_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, uint16_t v)
{
	at[0] = v >> 8;
	at[1] = v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v);
}

static uint32_t sum_bytes(const uint8_t *at, uint32_t len, uint32_t sum)
{
	for (uint32_t i = 0; i + 1 < len; i += 2)
		sum += get16(at + i);
	return len & 1 ? sum + (at[len - 1] << 8) : sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* --- addresses, as in the header: 4 bytes or 16 */

static void end_address(uint8_t *out, const char *text, const uint8_t *usual, bool v6)
{
	memcpy(out, usual, v6 ? 16 : 4);
	if (!text || inet_pton(v6 ? AF_INET6 : AF_INET, text, out) == 1)
		return;
	fprintf(stderr, "packet.c: \"%s\" is no address of IPv%d\n", text, v6 ? 6 : 4);
	abort();
}

static void local_address(uint8_t *out, const struct segment *s, bool v6)
{
	end_address(out, s->to, v6 ? local_v6 : local_v4, v6);
}

static void remote_address(uint8_t *out, const struct segment *s, bool v6)
{
	end_address(out, s->from, v6 ? remote_v6 : remote_v4, v6);
}

/* --- TCP */

static uint32_t hex_bytes(uint8_t *at, const char *hex)
{
	uint32_t n = 0;

	for (; hex[0] && hex[1] && hex[0] != ' '; hex += 2) {
		char byte[3] = { hex[0], hex[1], 0 };

		at[n++] = strtoul(byte, NULL, 16);
	}
	return n;
}

static uint32_t option(uint8_t *at, const char *word, size_t len, uint32_t tsval, uint32_t tsecr)
{
	if (word[0] == 'x')
		return hex_bytes(at, word + 1);
	if (!strncmp(word, "nop", len)) {
		at[0] = 1;
		return 1;
	}
	if (!strncmp(word, "eol", len)) {
		at[0] = 0;
		return 1;
	}
	if (!strncmp(word, "sack", len)) {
		put16(at, 4 << 8 | 2);
		return 2;
	}
	if (!strncmp(word, "ts", len)) {
		put16(at, 8 << 8 | 10);
		put32(at + 2, tsval);
		put32(at + 6, tsecr);
		return 10;
	}
	if (!strncmp(word, "mss=", 4)) {
		put16(at, 2 << 8 | 4);
		put16(at + 2, strtoul(word + 4, NULL, 10));
		return 4;
	}
	if (!strncmp(word, "ws=", 3)) {
		put16(at, 3 << 8 | 3);
		at[2] = strtoul(word + 3, NULL, 10);
		return 3;
	}
	fprintf(stderr, "packet.c: no option is called \"%.*s\"\n", (int)len, word);
	abort();
}

uint32_t packet_options(uint8_t *at, const char *words, uint32_t tsval, uint32_t tsecr)
{
	uint32_t n = 0;

	while (words && *words) {
		size_t len = strcspn(words, " ");

		n += option(at + n, words, len, tsval, tsecr);
		words += len;
		words += strspn(words, " ");
	}
	while (n & 3)
		at[n++] = 0;
	return n;
}

static uint32_t build_tcp(uint8_t *at, const struct segment *s, const struct link *l)
{
	uint32_t from = l->out ? l->local_isn : l->remote_isn, to = l->out ? l->remote_isn : l->local_isn;
	uint16_t local = s->local_port ? s->local_port : SERVICE_PORT, remote = CLIENT_PORT + s->port;
	uint32_t tsval = l->out ? l->local_tsval : l->remote_tsval, tsecr = l->out ? l->remote_tsval : l->local_tsval;
	uint32_t header = 20 + packet_options(at + 20, s->options, tsval, s->flags & F_ACK ? tsecr : 0);

	put16(at, l->out ? local : remote);
	put16(at + 2, l->out ? remote : local);
	put32(at + 4, s->absolute ? s->seq : from + s->seq);
	put32(at + 8, s->flags & F_ACK ? to + s->ack : 0);
	at[12] = (s->doff ? s->doff : header / 4) << 4 | (s->flags & F_NS ? 1 : 0);
	at[13] = s->flags;
	put16(at + 14, s->no_window ? 0 : s->window ? s->window : 64240);
	put32(at + 16, 0);
	for (uint32_t i = 0; i < s->payload; i++)
		at[header + i] = 'a' + i % 26;
	return header + s->payload;
}

static void tcp_checksum(uint8_t *tcp, uint32_t len, const uint8_t *addresses, uint32_t address_bytes,
			 const struct segment *s)
{
	uint32_t pseudo = sum_bytes(addresses, address_bytes, 6 + len);
	uint16_t sum = s->partial_checksum ? ~fold(pseudo) : fold(sum_bytes(tcp, len, pseudo));

	put16(tcp + 16, sum ^ (s->bad_tcp_checksum ? 0x0100 : 0));
}

/* --- IP */

static uint32_t build_ipv4(uint8_t *at, const struct segment *s, const struct link *l)
{
	uint32_t options = s->ext ? strlen(s->ext) * 4 : 0, header = 20 + options;
	uint32_t tcp_len = build_tcp(at + header, s, l);

	memset(at, 0, header);
	memset(at + 20, 1, options); /* no-operation, RFC 791 */
	at[0] = (s->version ? s->version : 4) << 4 | (s->ihl ? s->ihl : header / 4);
	at[1] = s->tos;
	put16(at + 2, s->no_length ? 0 : header + tcp_len + s->length_add);
	put16(at + 4, 0x1234);
	put16(at + 6, s->fragment);
	at[8] = s->ttl ? s->ttl : 61;
	at[9] = s->proto ? s->proto : 6;
	local_address(at + (l->out ? 12 : 16), s, false);
	remote_address(at + (l->out ? 16 : 12), s, false);
	tcp_checksum(at + header, tcp_len, at + 12, 8, s);
	put16(at + 10, fold(sum_bytes(at, header, 0)) ^ (s->bad_ip_checksum ? 0x0100 : 0));
	return header;
}

/* One extension header by its letter. Returns its length; its protocol number goes to *number. */
static uint32_t build_extension(uint8_t *at, char letter, uint8_t *number)
{
	memset(at, 0, 24);
	switch (letter) {
	case 'h': /* hop-by-hop, PadN */
	case 'd': /* destination options */
		at[2] = 1;
		at[3] = 4;
		*number = letter == 'h' ? 0 : 60;
		return 8;
	case 'D': /* 24 bytes of them */
		at[1] = 2;
		at[2] = 1;
		at[3] = 20;
		*number = 60;
		return 24;
	case 'r': /* routing, no segments left */
		at[2] = 4;
		*number = 43;
		return 8;
	case 'a': /* authentication header, 12 bytes of value */
		at[1] = 4;
		*number = 51;
		return 24;
	case 'f': /* atomic fragment */
	case 'F': /* first fragment */
	case 'G': /* later fragment */
		put16(at + 2, letter == 'f' ? 0 : letter == 'F' ? 1 : 185 << 3);
		put32(at + 4, 0xabcd);
		*number = 44;
		return 8;
	case 'L': /* destination options that claim 2048 bytes */
		at[1] = 255;
		*number = 60;
		return 8;
	case 'e': /* encapsulated: what follows cannot be read */
		*number = 50;
		return 8;
	}
	fprintf(stderr, "packet.c: no extension header is called '%c'\n", letter);
	abort();
}

static uint32_t build_ipv6(uint8_t *at, const struct segment *s, const struct link *l)
{
	uint8_t *next = at + 6;
	uint32_t header = 40, tcp_len;

	memset(at, 0, 40);
	for (const char *e = s->ext; e && *e; e++) {
		uint8_t *ext = at + header;

		header += build_extension(ext, *e, next);
		next = ext;
	}
	*next = s->proto ? s->proto : 6;
	tcp_len = build_tcp(at + header, s, l);
	put32(at, (uint32_t)(s->version ? s->version : 6) << 28 | (uint32_t)s->tos << 20 | 0x54321);
	put16(at + 4, s->no_length ? 0 : header - 40 + tcp_len + s->length_add);
	at[7] = s->ttl ? s->ttl : 61;
	local_address(at + (l->out ? 8 : 24), s, true);
	remote_address(at + (l->out ? 24 : 8), s, true);
	tcp_checksum(at + header, tcp_len, at + 8, 32, s);
	return header;
}

void packet_build(struct frame *f, const struct segment *s, const struct link *l)
{
	uint32_t at = 12;

	memset(f, 0, sizeof(*f));
	memcpy(f->data, l->out ? remote_mac : local_mac, 6);
	memcpy(f->data + 6, l->out ? local_mac : remote_mac, 6);
	for (const char *t = s->tags; t && *t; t++, at += 4) {
		put16(f->data + at, *t == 'a' ? ETH_P_8021AD : ETH_P_8021Q);
		put16(f->data + at + 2, 0x6000 | (100 + at));
	}
	put16(f->data + at, s->ethertype ? s->ethertype : l->v6 ? ETH_P_IPV6 : ETH_P_IP);
	f->l3 = at + 2;
	f->tcp = f->l3 + (l->v6 ? build_ipv6 : build_ipv4)(f->data + f->l3, s, l);
	f->len = f->tcp + 20 + s->payload + packet_options((uint8_t[64]){ 0 }, s->options, 0, 0);
	f->len += s->pad;
	f->len -= s->cut;
	if (s->cut_to && s->cut_to < f->len)
		f->len = s->cut_to;
}

struct levee_tuple packet_tuple(const struct segment *s, const struct link *l)
{
	struct levee_tuple t = {
		.lport = htons(s->local_port ? s->local_port : SERVICE_PORT),
		.rport = htons(CLIENT_PORT + s->port),
	};
	uint8_t *local = t.local.b + (l->v6 ? 0 : 12), *remote = t.remote.b + (l->v6 ? 0 : 12);

	if (!l->v6) {
		levee_addr_set_v4(&t.local, 0);
		levee_addr_set_v4(&t.remote, 0);
	}
	local_address(local, s, l->v6);
	remote_address(remote, s, l->v6);
	return t;
}
