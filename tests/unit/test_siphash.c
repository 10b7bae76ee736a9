/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_siphash.c - siphash.h against the 64 reference vectors of SipHash-2-4: key 00..0f, message of
 * length n is the bytes 00..n-1. The paper's own example is the one of 15 bytes.
 */
#include "unit.h"

#include <levee/siphash.h>

/* By message length, read as a little-endian number. */
static const uint64_t vectors[64] = {
	0x726fdb47dd0e0e31ULL, 0x74f839c593dc67fdULL, 0x0d6c8009d9a94f5aULL, 0x85676696d7fb7e2dULL,
	0xcf2794e0277187b7ULL, 0x18765564cd99a68dULL, 0xcbc9466e58fee3ceULL, 0xab0200f58b01d137ULL,
	0x93f5f5799a932462ULL, 0x9e0082df0ba9e4b0ULL, 0x7a5dbbc594ddb9f3ULL, 0xf4b32f46226bada7ULL,
	0x751e8fbc860ee5fbULL, 0x14ea5627c0843d90ULL, 0xf723ca908e7af2eeULL, 0xa129ca6149be45e5ULL,
	0x3f2acc7f57c29bdbULL, 0x699ae9f52cbe4794ULL, 0x4bc1b3f0968dd39cULL, 0xbb6dc91da77961bdULL,
	0xbed65cf21aa2ee98ULL, 0xd0f2cbb02e3b67c7ULL, 0x93536795e3a33e88ULL, 0xa80c038ccd5ccec8ULL,
	0xb8ad50c6f649af94ULL, 0xbce192de8a85b8eaULL, 0x17d835b85bbb15f3ULL, 0x2f2e6163076bcfadULL,
	0xde4daaaca71dc9a5ULL, 0xa6a2506687956571ULL, 0xad87a3535c49ef28ULL, 0x32d892fad841c342ULL,
	0x7127512f72f27cceULL, 0xa7f32346f95978e3ULL, 0x12e0b01abb051238ULL, 0x15e034d40fa197aeULL,
	0x314dffbe0815a3b4ULL, 0x027990f029623981ULL, 0xcadcd4e59ef40c4dULL, 0x9abfd8766a33735cULL,
	0x0e3ea96b5304a7d0ULL, 0xad0c42d6fc585992ULL, 0x187306c89bc215a9ULL, 0xd4a60abcf3792b95ULL,
	0xf935451de4f21df2ULL, 0xa9538f0419755787ULL, 0xdb9acddff56ca510ULL, 0xd06c98cd5c0975ebULL,
	0xe612a3cb9ecba951ULL, 0xc766e62cfcadaf96ULL, 0xee64435a9752fe72ULL, 0xa192d576b245165aULL,
	0x0a8787bf8ecb74b2ULL, 0x81b3e73d20b49b6fULL, 0x7fa8220ba3b2eceaULL, 0x245731c13ca42499ULL,
	0xb78dbfaf3a8d83bdULL, 0xea1ad565322a1a0bULL, 0x60e61c23a3795013ULL, 0x6606d7e446282b93ULL,
	0x6ca4ecb15c5f91e1ULL, 0x9f626da15c9625f3ULL, 0xe51b38608ef25f57ULL, 0x958a324ceb064572ULL,
};

/* As the caller of siphash.h has to: whole words, then the rest with the length in the top byte. */
static uint64_t word_at(const uint8_t *at, size_t bytes)
{
	uint64_t w = 0;

	for (size_t i = 0; i < bytes; i++)
		w |= (uint64_t)at[i] << (8 * i);
	return w;
}

static uint64_t siphash(const struct levee_sip_key *key, const uint8_t *message, size_t len)
{
	struct levee_sip s;
	size_t i;

	levee_sip_init(&s, key);
	for (i = 0; i + 8 <= len; i += 8)
		levee_sip_word(&s, word_at(message + i, 8));
	levee_sip_word(&s, word_at(message + i, len - i) | (uint64_t)len << 56);
	return levee_sip_end(&s);
}

static const uint8_t counting[64] = {
	0,  1,	2,  3,	4,  5,	6,  7,	8,  9,	10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
	22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
	44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
};

static struct levee_sip_key reference_key(void)
{
	return (struct levee_sip_key){ { word_at(counting, 8), word_at(counting + 8, 8) } };
}

static void reference_vectors(void **state)
{
	struct levee_sip_key key = reference_key();

	(void)state;
	for (size_t len = 0; len < ARRAY_SIZE(vectors); len++)
		assert_int_equal(siphash(&key, counting, len), vectors[len]);
}

static void every_key_bit_matters(void **state)
{
	struct levee_sip_key key = reference_key();

	(void)state;
	for (int bit = 0; bit < 128; bit++) {
		struct levee_sip_key other = key;

		other.k[bit / 64] ^= 1ULL << bit % 64;
		assert_int_not_equal(siphash(&other, counting, 23), vectors[23]);
	}
}

/* A good MAC changes half of its bits, 32 of 64, whichever bit of the message changes. */
static void every_message_bit_spreads(void **state)
{
	struct levee_sip_key key = reference_key();

	(void)state;
	for (int bit = 0; bit < 47 * 8; bit++) {
		uint8_t message[47];
		int changed;

		memcpy(message, counting, sizeof(message));
		message[bit / 8] ^= 1 << bit % 8;
		changed = __builtin_popcountll(siphash(&key, message, 47) ^ vectors[47]);
		assert_in_range(changed, 10, 54);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reference_vectors),
		cmocka_unit_test(every_key_bit_matters),
		cmocka_unit_test(every_message_bit_spreads),
	};

	return cmocka_run_group_tests_name("siphash", tests, NULL, NULL);
}
