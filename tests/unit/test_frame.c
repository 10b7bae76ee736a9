/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_frame.c - frames: what is built is what the standards say, byte by byte; what is read again is what was built; what
 * lies is refused. Control bits, options and endpoints as text.
 */
#include "unit.h"

#include <arpa/inet.h>

#include "literal.h"
#include "frame.h"

static struct frame frame_between(const char *from, const char *to)
{
	struct frame f = { .mac_from = { 2, 0, 0, 0, 0, 2 }, .mac_to = { 2, 0, 0, 0, 0, 1 } };

	assert_true(endpoint_parse(from, &f.from, &f.port_from));
	assert_true(endpoint_parse(to, &f.to, &f.port_to));
	return f;
}

/* Computed by hand from RFC 791 and RFC 9293; checksums by python3's struct and a loop. */
static void a_syn_byte_by_byte(void **state)
{
	static const unsigned char want[] = {
		0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x08, 0x00, /* Ethernet */
		0x45, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x40, 0x00, 0x40, 0x06, 0xae, 0xa4, /* IPv4 */
		198,  18,   0,	  2,	198,  18,   0,	  1, /* addresses */
		0x9c, 0x40, 0x00, 0x50, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x60, 0x02,
		0xfa, 0xf0, 0x74, 0x7c, 0x00, 0x00, /* TCP */
		0x02, 0x04, 0x05, 0xb4, /* MSS 1460 */
	};
	struct frame f = frame_between("198.18.0.2:40000", "198.18.0.1:80");
	unsigned char bytes[FRAME_MAX];

	(void)state;
	f.flags = TCP_SYN;
	f.seq = 1;
	f.window = 64240;
	f.options = LEVEE_OPT_MSS;
	f.mss = 1460;
	assert_int_equal(frame_build(bytes, &f), sizeof(want));
	assert_memory_equal(bytes, want, sizeof(want));
}

static void reads_what_it_builds(const char *from, const char *to)
{
	uint64_t seed = 7;

	for (int i = 0; i < 2000; i++) {
		struct frame f = frame_between(from, to), read;
		unsigned char bytes[FRAME_MAX];
		unsigned int len;

		f.seq = unit_random(&seed);
		f.ack = unit_random(&seed);
		f.window = unit_random(&seed);
		f.flags = unit_random(&seed);
		f.payload = unit_random(&seed) % (FRAME_DATA_MAX + 1);
		f.options = unit_random(&seed) & (LEVEE_OPT_MSS | LEVEE_OPT_SACK | LEVEE_OPT_TS | LEVEE_OPT_WSCALE);
		f.mss = f.options & LEVEE_OPT_MSS ? unit_random(&seed) : 0;
		f.wscale = f.options & LEVEE_OPT_WSCALE ? unit_random(&seed) : 0;
		f.tsval = f.options & LEVEE_OPT_TS ? unit_random(&seed) : 0;
		f.tsecr = f.options & LEVEE_OPT_TS ? unit_random(&seed) : 0;
		len = frame_build(bytes, &f);
		assert_true(len <= FRAME_MAX);
		assert_true(frame_read(&read, bytes, len));
		assert_memory_equal(&read, &f, sizeof(f));
		/* One bit anywhere behind the Ethernet header: a checksum tells, or the length. */
		bytes[14 + unit_random(&seed) % (len - 14)] ^= 1U << (i % 8);
		if (levee_addr_is_v4(&f.from))
			assert_false(frame_read(&read, bytes, len));
	}
}

static void frames_are_read_again(void **state)
{
	(void)state;
	reads_what_it_builds("198.18.0.2:40000", "198.18.0.1:80");
	reads_what_it_builds("[fd00::2]:40000", "[fd00::1]:80");
}

static void what_is_cut_is_refused(void **state)
{
	struct frame f = frame_between("[fd00::2]:40000", "[fd00::1]:80"), read;
	unsigned char bytes[FRAME_MAX];
	unsigned int len;

	(void)state;
	f.flags = TCP_ACK;
	f.options = LEVEE_OPT_TS | LEVEE_OPT_SIGNED;
	f.payload = 3;
	len = frame_build(bytes, &f);
	assert_true(frame_read(&read, bytes, len));
	assert_int_equal(read.options, f.options);
	for (unsigned int short_len = 0; short_len < len; short_len++)
		assert_false(frame_read(&read, bytes, short_len));
}

static void control_bits(void **state)
{
	static const struct {
		const char *text;
		__u8 flags;
		const char *name;
	} good[] = {
		{ "S", TCP_SYN, "SYN" },
		{ "SA", TCP_SYN | TCP_ACK, "SYN,ACK" },
		{ "as", TCP_SYN | TCP_ACK, "SYN,ACK" },
		{ "S.", TCP_SYN | TCP_ACK, "SYN,ACK" },
		{ "PA", TCP_PSH | TCP_ACK, "PSH,ACK" },
		{ "FA", TCP_FIN | TCP_ACK, "FIN,ACK" },
		{ "R", TCP_RST, "RST" },
		{ "SEW", TCP_SYN | TCP_ECE | TCP_CWR, "SYN,ECE,CWR" },
		{ "none", 0, "no flags" },
		{ "SFRPAUEC", 0xff, "SYN,FIN,RST,PSH,ACK,URG,ECE,CWR" },
	};
	static const char *const bad[] = { "", "X", "S A", "SYN", "S,A", "0" };
	char text[40];
	__u8 flags;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(flags_parse(good[i].text, &flags));
		assert_int_equal(flags, good[i].flags);
		assert_string_equal(flags_text(text, flags), good[i].name);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(flags_parse(bad[i], &flags));
}

static void options_as_text(void **state)
{
	static const char *const good[] = { "none", "mss=1460", "sack", "mss=1460,sack,ts=1:4294967295,wscale=7",
					    "md5",  "ts=0:0" };
	static const char *const bad[] = { "",		"mss",	      "mss=",  "mss=65536",
					   "mss=1460,", "wscale=256", "ts",    "ts=1:x",
					   "ts=1:2:3",	"mss=-1",     "sacks", "mss=1460,sack,ts=1:0,wscale=7,md5" };
	char text[96];

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++) {
		struct frame f = { .options = 0xff };

		assert_true(frame_options_parse(good[i], &f));
		assert_string_equal(frame_options_text(text, &f), good[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct frame f = { .options = 0 };

		assert_false(frame_options_parse(bad[i], &f));
	}
}

static void endpoints(void **state)
{
	static const char *const bad[] = { "",
					   ":80",
					   "198.18.0.1",
					   "198.18.0.1:",
					   "198.18.0.1:0",
					   "198.18.0.1:65536",
					   "198.18.0.1:http",
					   "198.18.0:80",
					   "[198.18.0.1]:80",
					   "fd00::1:80",
					   "[fd00::1]",
					   "[fd00::1]80",
					   "fd00::1]:80",
					   "[fd00::1:80",
					   "[]:80",
					   "[:80",
					   "[fd00:1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb]:80",
					   "198.18.0.1:080808" };
	union levee_addr addr;
	__be16 port;

	(void)state;
	assert_true(endpoint_parse("198.18.0.1:65535", &addr, &port));
	assert_true(levee_addr_is_v4(&addr));
	assert_int_equal(addr.d[3], htonl(0xc6120001));
	assert_int_equal(port, htons(65535));
	assert_true(endpoint_parse("[fd00::1]:80", &addr, &port));
	assert_int_equal(addr.b[0], 0xfd);
	assert_int_equal(addr.b[15], 1);
	assert_int_equal(port, htons(80));
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		if (endpoint_parse(bad[i], &addr, &port))
			fail_msg("\"%s\" was taken for an endpoint", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_byte_by_byte),	  cmocka_unit_test(frames_are_read_again),
		cmocka_unit_test(what_is_cut_is_refused), cmocka_unit_test(control_bits),
		cmocka_unit_test(options_as_text),	  cmocka_unit_test(endpoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
