/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_cookie.c - cookie.h: which options survive, that every covered bit counts, which epochs are
 * accepted, and the odds of a blind guess. How packets carry cookies is tested by tests/prog.
 *
 * A flipped input passes by chance with probability 2^-23 (2^-54 with timestamps). Key, tuple and
 * random seed are fixed, so these tests give the same answer on every run: a chance hit among the
 * checks here would have shown when they were written.
 */
#include <stdbool.h>

#include "unit.h"

#include <levee/cookie.h>

#define ISN 0x89abcdefU
#define EPOCH 0x06543210U
#define SERVER_WSCALE 7

static const struct levee_sip_key key = { { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL } };

static struct levee_tuple tuple_v4(void)
{
	struct levee_tuple t = { .lport = 0x5000, .rport = 0x39d4 };

	levee_addr_set_v4(&t.local, 0x010012c6);
	levee_addr_set_v4(&t.remote, 0x020013c6);
	return t;
}

static struct levee_tuple tuple_v6(void)
{
	struct levee_tuple t = { .lport = 0x5000, .rport = 0x39d4 };

	for (int i = 0; i < 16; i++) {
		t.local.b[i] = 0xfd - 3 * i;
		t.remote.b[i] = 0xfc - 5 * i;
	}
	return t;
}

static int check_at(const struct levee_tuple *t, struct levee_cookie c, int has_ts, uint32_t now, uint16_t *co)
{
	return levee_cookie_check(&key, t, ISN, now, c, has_ts, SERVER_WSCALE, co);
}

static int check(const struct levee_tuple *t, struct levee_cookie c, int has_ts)
{
	uint16_t co;

	return check_at(t, c, has_ts, EPOCH, &co);
}

/* Every option word that a SYN can give rise to: wscale 0 to 14, and none. */
#define MAX_WORDS (8 * 16 * 8)

static size_t all_options(uint16_t *words)
{
	size_t n = 0;

	for (uint16_t flags = 0; flags < 8; flags++)
		for (uint16_t scale = 0; scale <= 15; scale++)
			for (uint16_t mss = 0; mss < LEVEE_MSS_CLASSES; mss++) {
				uint16_t ws = scale == 15 ? 0 : LEVEE_CO_HAS_WSCALE | scale << 3;

				words[n++] = mss | ws | flags << 8;
			}
	assert_int_equal(n, MAX_WORDS);
	return n;
}

/* --- options */

static void rounding_is_idempotent(void **state)
{
	uint16_t words[MAX_WORDS];
	size_t n = all_options(words);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint16_t kept = levee_cookie_options(words[i]);

		assert_int_equal(levee_cookie_options(kept), kept);
	}
}

static void rounding_loses_only_scale(void **state)
{
	const uint16_t exact = LEVEE_CO_SACK | LEVEE_CO_TS | LEVEE_CO_ECN | LEVEE_CO_HAS_WSCALE | 7;
	uint16_t words[MAX_WORDS];
	size_t n = all_options(words);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint16_t kept = levee_cookie_options(words[i]);

		assert_int_equal(kept & exact, words[i] & exact);
		assert_true(LEVEE_CO_WSCALE(kept) <= LEVEE_CO_WSCALE(words[i]));
		assert_int_equal(kept >> 11, 0);
	}
}

/* With timestamps nothing is rounded; without, SACK alone (nearly every client) keeps every scale, and 7 (Linux) is always kept. */
static void what_must_be_exact_is_exact(void **state)
{
	uint16_t words[MAX_WORDS];
	size_t n = all_options(words);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint16_t co = words[i];
		int sack_alone = (co & (LEVEE_CO_SACK | LEVEE_CO_ECN)) == LEVEE_CO_SACK;

		if (co & LEVEE_CO_TS || sack_alone || LEVEE_CO_WSCALE(co) == 7 || LEVEE_CO_WSCALE(co) == 0)
			assert_int_equal(levee_cookie_options(co), co);
	}
}

static void codes_are_distinct_and_decode(void **state)
{
	(void)state;
	for (int i = 0; i < LEVEE_OPTION_CODES; i++) {
		assert_int_equal(levee_option_encode(levee_option_code[i]), i);
		assert_int_equal(LEVEE_CO_MSS(levee_option_code[i]), 0);
		assert_true(LEVEE_CO_WSCALE(levee_option_code[i]) <= LEVEE_WSCALE_MAX);
		for (int j = 0; j < i; j++)
			assert_int_not_equal(levee_option_code[i], levee_option_code[j]);
	}
}

/* From the documented rule, not from the code: the largest scale on the list that is not above the client's. */
static void rounding_takes_the_nearest_code_below(void **state)
{
	uint16_t words[MAX_WORDS];
	size_t n = all_options(words);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint16_t co = words[i], best = 0;

		if (co & LEVEE_CO_TS || !(co & LEVEE_CO_HAS_WSCALE))
			continue;
		for (int c = 0; c < LEVEE_OPTION_CODES; c++) {
			uint16_t code = levee_option_code[c], same = LEVEE_CO_SACK | LEVEE_CO_ECN | LEVEE_CO_HAS_WSCALE;

			if ((code & same) == (co & same) && LEVEE_CO_WSCALE(code) <= LEVEE_CO_WSCALE(co) &&
			    LEVEE_CO_WSCALE(code) >= best)
				best = LEVEE_CO_WSCALE(code);
		}
		assert_int_equal(LEVEE_CO_WSCALE(levee_cookie_options(co)), best);
	}
}

static void options_survive(const struct levee_tuple *t)
{
	uint16_t words[MAX_WORDS];
	size_t n = all_options(words);

	for (size_t i = 0; i < n; i++) {
		uint16_t kept = levee_cookie_options(words[i]), read = 0xffff;
		struct levee_cookie c = levee_cookie_make(&key, t, ISN, EPOCH, kept, SERVER_WSCALE);

		assert_true(check_at(t, c, !!(kept & LEVEE_CO_TS), EPOCH, &read));
		assert_int_equal(read, kept);
	}
}

static void every_combination_survives(void **state)
{
	struct levee_tuple v4 = tuple_v4(), v6 = tuple_v6();

	(void)state;
	options_survive(&v4);
	options_survive(&v6);
}

static void mss_class_is_the_largest_not_above(void **state)
{
	(void)state;
	for (int v4 = 0; v4 <= 1; v4++)
		for (uint32_t mss = 0; mss <= 0xffff; mss++) {
			const uint16_t *table = v4 ? levee_mss_v4 : levee_mss_v6;
			uint32_t class = levee_mss_class(mss, v4);

			assert_true(class < LEVEE_MSS_CLASSES);
			assert_true(class == 0 || table[class] <= mss);
			assert_true(class == LEVEE_MSS_CLASSES - 1 || table[class + 1] > mss);
			assert_int_equal(levee_class_mss(class, v4), table[class]);
		}
}

/* bpf_sk_assign_tcp_reqsk refuses less than 536 (IPv4) and 1220 (IPv6). */
static void smallest_mss_is_what_the_kernel_takes(void **state)
{
	(void)state;
	assert_int_equal(levee_class_mss(0, 1), 536);
	assert_int_equal(levee_class_mss(0, 0), 1220);
}

/* --- the MAC is SipHash-2-4 of what docs/cookies.md says */

/*
 * By another implementation: openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:8 -in FILE SIPHASH,
 * its answer read as a little-endian number. FILE holds, numbers with their least byte first: remote and local address
 * (in IPv6 the local one first), remote and local port as in the header, client's ISN, epoch, two bytes of options with the
 * server's window scale from bit 11 on, 4 or 6. Here c6130002c6120001d4390050efcdab8910325406be3b04
 * and fdfaf7f4f1eeebe8e5e2dfdcd9d6d3d0fcf7f2ede8e3ded9d4cfcac5c0bbb6b1d4390050efcdab8910325406be3b06.
 */
#define OPENSSL_V4 0xb8a4fcfdee08af63ULL
#define OPENSSL_V6 0x6c9e9b1d864847a0ULL

static void mac_is_siphash_of_the_message(void **state)
{
	struct levee_tuple v4 = tuple_v4(), v6 = tuple_v6();
	uint16_t co = 6 | LEVEE_CO_HAS_WSCALE | 7 << 3 | LEVEE_CO_SACK | LEVEE_CO_TS;

	(void)state;
	assert_int_equal(levee_cookie_mac(&key, &v4, ISN, EPOCH, co, SERVER_WSCALE), OPENSSL_V4);
	assert_int_equal(levee_cookie_mac(&key, &v6, ISN, EPOCH, co, SERVER_WSCALE), OPENSSL_V6);
}

/* --- every covered bit */

static const uint16_t sample_options[] = {
	0,
	6 | LEVEE_CO_SACK,
	6 | LEVEE_CO_SACK | LEVEE_CO_HAS_WSCALE | 7 << 3,
	3 | LEVEE_CO_HAS_WSCALE | 8 << 3,
	6 | LEVEE_CO_SACK | LEVEE_CO_HAS_WSCALE | 7 << 3 | LEVEE_CO_TS,
	6 | LEVEE_CO_SACK | LEVEE_CO_HAS_WSCALE | 7 << 3 | LEVEE_CO_TS | LEVEE_CO_ECN,
	7 | LEVEE_CO_TS,
};

static void flip(void *at, unsigned int bit)
{
	((uint8_t *)at)[bit / 8] ^= 1 << bit % 8;
}

static void refused_with(const struct levee_tuple *t, struct levee_cookie c, int ts, size_t offset, unsigned int bits)
{
	for (unsigned int bit = 0; bit < bits; bit++) {
		struct levee_tuple other = *t;

		flip((uint8_t *)&other + offset, bit);
		assert_false(check(&other, c, ts));
	}
}

static void flipped_tuple_refused(const struct levee_tuple *t, uint16_t co)
{
	struct levee_cookie c = levee_cookie_make(&key, t, ISN, EPOCH, co, SERVER_WSCALE);
	int v4 = levee_addr_is_v4(&t->local), ts = !!(co & LEVEE_CO_TS);
	size_t skip = v4 ? 12 : 0, bits = v4 ? 32 : 128;

	assert_true(check(t, c, ts));
	refused_with(t, c, ts, offsetof(struct levee_tuple, local) + skip, bits);
	refused_with(t, c, ts, offsetof(struct levee_tuple, remote) + skip, bits);
	refused_with(t, c, ts, offsetof(struct levee_tuple, lport), 16);
	refused_with(t, c, ts, offsetof(struct levee_tuple, rport), 16);
}

static void flipped_number_refused(const struct levee_tuple *t, uint16_t co)
{
	struct levee_cookie c = levee_cookie_make(&key, t, ISN, EPOCH, co, SERVER_WSCALE);
	int ts = !!(co & LEVEE_CO_TS);
	uint16_t read;

	for (int bit = 0; bit < 32; bit++) {
		struct levee_cookie isn = c, tsval = c;

		assert_false(levee_cookie_check(&key, t, ISN ^ 1U << bit, EPOCH, c, ts, SERVER_WSCALE, &read));
		isn.isn ^= 1U << bit;
		assert_false(check(t, isn, ts));
		tsval.tsval ^= 1U << bit;
		assert_int_equal(check(t, tsval, ts), !ts);
		/* Bit 0 of the clock is the neighbouring epoch, which is valid: see the tests of epochs. */
		if (bit > 0)
			assert_false(check_at(t, c, ts, EPOCH ^ 1U << bit, &read));
	}
	for (int bit = 0; bit < 4; bit++)
		if (co & LEVEE_CO_HAS_WSCALE)
			assert_false(levee_cookie_check(&key, t, ISN, EPOCH, c, ts, SERVER_WSCALE ^ 1 << bit, &read));
}

static void flipped_key_refused(const struct levee_tuple *t, uint16_t co)
{
	struct levee_cookie c = levee_cookie_make(&key, t, ISN, EPOCH, co, SERVER_WSCALE);
	uint16_t read;

	for (int bit = 0; bit < 128; bit++) {
		struct levee_sip_key other = key;

		flip(&other, bit);
		assert_false(levee_cookie_check(&other, t, ISN, EPOCH, c, !!(co & LEVEE_CO_TS), SERVER_WSCALE, &read));
	}
}

static void every_flipped_bit_is_refused(void **state)
{
	struct levee_tuple tuples[] = { tuple_v4(), tuple_v6() };
	uint16_t words[MAX_WORDS];
	size_t n = all_options(words), kept = 0;

	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(tuples); t++)
		for (size_t i = 0; i < n; i++) {
			if (levee_cookie_options(words[i]) != words[i])
				continue; /* no cookie says that */
			kept++;
			flipped_tuple_refused(&tuples[t], words[i]);
			flipped_number_refused(&tuples[t], words[i]);
			flipped_key_refused(&tuples[t], words[i]);
		}
	/* 64 combinations of window scale, SACK and ECN with timestamps, 32 without; 8 classes of MSS; 2 families. */
	assert_int_equal(kept, 2 * (64 + 32) * 8);
}

/* A cookie is for one direction and one pairing: swapped ends, swapped ports and moved bytes are other connections. */
static void rearranged_inputs_are_refused(void **state)
{
	struct levee_tuple tuples[] = { tuple_v4(), tuple_v6() };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tuples); i++) {
		struct levee_tuple t = tuples[i], ends = t, ports = t, both = t;
		struct levee_cookie c = levee_cookie_make(&key, &t, ISN, EPOCH, 6 | LEVEE_CO_SACK, 0);

		ends.local = t.remote;
		ends.remote = t.local;
		ports.lport = t.rport;
		ports.rport = t.lport;
		both = ends;
		both.lport = t.rport;
		both.rport = t.lport;
		assert_true(check(&t, c, 0));
		assert_false(check(&ends, c, 0));
		assert_false(check(&ports, c, 0));
		assert_false(check(&both, c, 0));
	}
}

/* A cookie made with timestamps and sent back without them (or the reverse) says other options than it was made for. */
static void timestamps_cannot_be_added_or_taken_away(void **state)
{
	struct levee_tuple t = tuple_v4();
	struct levee_cookie with = levee_cookie_make(&key, &t, ISN, EPOCH, 6 | LEVEE_CO_SACK | LEVEE_CO_TS, 7);
	struct levee_cookie without = levee_cookie_make(&key, &t, ISN, EPOCH, 6 | LEVEE_CO_SACK, 7);

	(void)state;
	assert_true(check(&t, with, 1));
	assert_false(check(&t, with, 0));
	assert_true(check(&t, without, 0));
	for (uint32_t tsval = 0; tsval < 1000; tsval++) {
		without.tsval = tsval;
		assert_false(check(&t, without, 1));
	}
}

/* --- epochs */

static void this_epoch_and_the_one_before(void **state)
{
	static const uint32_t epochs[] = { 1, 2, 3, EPOCH, EPOCH + 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
	struct levee_tuple tuples[] = { tuple_v4(), tuple_v6() };
	uint16_t co;

	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(tuples); t++)
		for (size_t i = 0; i < ARRAY_SIZE(epochs); i++)
			for (size_t o = 0; o < ARRAY_SIZE(sample_options); o++) {
				uint16_t made = sample_options[o];
				int ts = !!(made & LEVEE_CO_TS);
				uint32_t e = epochs[i];
				struct levee_cookie c = levee_cookie_make(&key, &tuples[t], ISN, e, made,
									  SERVER_WSCALE);

				assert_true(check_at(&tuples[t], c, ts, e, &co));
				assert_int_equal(co, made);
				assert_true(check_at(&tuples[t], c, ts, e + 1, &co));
				assert_int_equal(co, made);
				for (uint32_t later = 2; later < 40; later++)
					assert_false(check_at(&tuples[t], c, ts, e + later, &co));
				for (uint32_t sooner = 1; sooner < 40; sooner++)
					assert_false(check_at(&tuples[t], c, ts, e - sooner, &co));
			}
}

static void parity_bit_is_the_epoch(void **state)
{
	struct levee_tuple t = tuple_v4();

	(void)state;
	for (uint32_t e = EPOCH; e < EPOCH + 64; e++)
		for (size_t o = 0; o < ARRAY_SIZE(sample_options); o++) {
			struct levee_cookie c = levee_cookie_make(&key, &t, ISN, e, sample_options[o], 0);

			assert_int_equal((c.isn >> 8) & 1, e & 1);
			assert_int_equal((c.isn >> 5) & 7, LEVEE_CO_MSS(sample_options[o]));
		}
}

/* --- odds */

#define MILLION 1000000

static void a_million_random_acks(const struct levee_tuple *t, int ts, uint64_t seed)
{
	for (int i = 0; i < MILLION; i++) {
		uint64_t r = unit_random(&seed);
		struct levee_cookie c = { .isn = (uint32_t)r, .tsval = r >> 32 };
		uint16_t co;

		assert_false(levee_cookie_check(&key, t, (uint32_t)unit_random(&seed), EPOCH, c, ts, 7, &co));
	}
}

static void a_million_random_acks_with_timestamps(void **state)
{
	struct levee_tuple t = tuple_v4();

	(void)state;
	a_million_random_acks(&t, 1, 1);
}

/* One such million in nine has a hit: this is one that has none. */
static void a_million_random_acks_without_timestamps(void **state)
{
	struct levee_tuple t = tuple_v4();

	(void)state;
	a_million_random_acks(&t, 0, 3);
}

/* --- docs/cookies.md: its numbers, out of the code */

/* How many pass for one connection and one client ISN: every value of the bits that are no MAC, with one MAC each. */
static unsigned int acks_that_pass(const struct levee_tuple *t, int ts, unsigned int options)
{
	unsigned int passed = 0;

	for (uint32_t epoch = EPOCH - 1; epoch <= EPOCH; epoch++)
		for (unsigned int i = 0; i < options * LEVEE_MSS_CLASSES; i++) {
			uint32_t mss = i % LEVEE_MSS_CLASSES, rest = i / LEVEE_MSS_CLASSES;
			struct levee_cookie claim = { .isn = mss << 5 | (ts ? 0 : rest), .tsval = ts ? rest : 0 };
			uint16_t claimed = levee_cookie_claims(claim, ts), co;
			struct levee_cookie c = levee_cookie_make(&key, t, ISN, epoch, claimed, SERVER_WSCALE);

			passed += check_at(t, c, ts, EPOCH, &co) && co == claimed;
		}
	return passed;
}

static bool doc_says(const char *words)
{
	static char text[65536];
	FILE *doc = fopen("docs/cookies.md", "r");
	size_t n = doc ? fread(text, 1, sizeof(text) - 1, doc) : 0;

	if (doc)
		fclose(doc);
	text[n] = 0;
	return strstr(text, words);
}

__attribute__((format(printf, 1, 2))) static void assert_doc_says(const char *format, ...)
{
	char words[256];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	if (!doc_says(words))
		fail_msg("docs/cookies.md does not say: %s", words);
}

/* n in 2^n */
static int log2_of(unsigned int power)
{
	assert_int_equal(__builtin_popcount(power), 1);
	return __builtin_ctz(power);
}

static void odds_are_as_documented(void **state)
{
	struct levee_tuple t = tuple_v4();
	unsigned int without = acks_that_pass(&t, 0, LEVEE_OPTION_CODES),
		     with = acks_that_pass(&t, 1, LEVEE_TSVAL_PLAIN + 1);
	int odds = 32 - log2_of(without), odds_ts = 64 - log2_of(with);
	double frames = 1e10 / (84 * 8); /* a second at 10 Gbit/s: 64 bytes, preamble, gap */

	(void)state;
	assert_true(odds >= 23 && odds_ts >= 40);
	assert_doc_says("2 epochs x 8 MSS x 32 option codes = %u of 2^32 = 2^-%d", without, odds);
	assert_doc_says("2 epochs x 8 MSS x 64 options = %u of 2^64 = 2^-%d", with, odds_ts);
	assert_doc_says("a million ACKs a second make one connection every %.1f s", (1 << odds) / 1e6);
	assert_doc_says("%.2f million a second, make %.2f a second", frames / 1e6, frames / (1 << odds));
	assert_doc_says("once in %.0f years", (double)(1ULL << odds_ts) / 1e6 / (365.25 * 86400));
	assert_doc_says("lives %u to %u s", LEVEE_EPOCH_MS / 1000, 2 * LEVEE_EPOCH_MS / 1000);
}

/* The odds of others, from how many numbers pass there: docs/cookies.md says where that is read from. */
static void odds_of_others_are_as_documented(void **state)
{
	static const struct {
		const char *who;
		unsigned int pass;
		int of;
	} others[] = {
		{ "Linux, tcp_syncookies", 2 * 4, 32 },
		{ "OpenBSD pf", 256, 32 },
		{ "selftest, without timestamps", 256, 32 },
		{ "selftest, with timestamps", 256, 40 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_doc_says("| %s | %u of 2^%d | 2^-%d |", others[i].who, others[i].pass, others[i].of,
				others[i].of - log2_of(others[i].pass));
}

/*
 * 2^24 guesses at odds of 2^-23 pass twice on average; ten or more would come up once in 20000 seeds.
 * With three bits of MAC less, sixteen would pass.
 */
static void random_acks_without_timestamps(void **state)
{
	struct levee_tuple t = tuple_v6();
	uint64_t seed = 2;
	int passed = 0;

	(void)state;
	for (int i = 0; i < 1 << 24; i++) {
		uint64_t r = unit_random(&seed);
		struct levee_cookie c = { .isn = (uint32_t)r };
		uint16_t co;

		passed += levee_cookie_check(&key, &t, (uint32_t)(r >> 32), EPOCH, c, 0, 7, &co);
	}
	assert_true(passed < 10);
}

/* MAC bits must look random over connections: each is set in about half of the cookies. */
static void mac_bits_are_even(void **state)
{
	struct levee_tuple t = tuple_v4();
	int ones[64] = { 0 };
	const int rounds = 40000;

	(void)state;
	for (int i = 0; i < rounds; i++) {
		struct levee_cookie c;

		t.rport = i;
		c = levee_cookie_make(&key, &t, ISN + i, EPOCH, 6 | LEVEE_CO_SACK | LEVEE_CO_TS, 0);
		for (int bit = 0; bit < 64; bit++)
			ones[bit] += (((uint64_t)c.tsval << 32 | c.isn) >> bit) & 1;
	}
	for (int bit = 0; bit < 64; bit++) {
		if ((1ULL << bit) & (LEVEE_ISN_PLAIN_TS | (uint64_t)LEVEE_TSVAL_PLAIN << 32))
			continue;
		/* Seven standard deviations of sqrt(rounds) / 2 to either side. */
		assert_in_range(ones[bit], rounds / 2 - 700, rounds / 2 + 700);
	}
}

/* 23 bits of MAC without timestamps, 28 + 26 with: what the documented odds rest on. */
static void plain_bits_are_as_documented(void **state)
{
	(void)state;
	assert_int_equal(__builtin_popcount(~LEVEE_ISN_PLAIN), 23);
	assert_int_equal(__builtin_popcount(~LEVEE_ISN_PLAIN_TS) + __builtin_popcount(~LEVEE_TSVAL_PLAIN), 54);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounding_is_idempotent),
		cmocka_unit_test(rounding_loses_only_scale),
		cmocka_unit_test(what_must_be_exact_is_exact),
		cmocka_unit_test(codes_are_distinct_and_decode),
		cmocka_unit_test(rounding_takes_the_nearest_code_below),
		cmocka_unit_test(every_combination_survives),
		cmocka_unit_test(mss_class_is_the_largest_not_above),
		cmocka_unit_test(smallest_mss_is_what_the_kernel_takes),
		cmocka_unit_test(mac_is_siphash_of_the_message),
		cmocka_unit_test(every_flipped_bit_is_refused),
		cmocka_unit_test(rearranged_inputs_are_refused),
		cmocka_unit_test(timestamps_cannot_be_added_or_taken_away),
		cmocka_unit_test(this_epoch_and_the_one_before),
		cmocka_unit_test(parity_bit_is_the_epoch),
		cmocka_unit_test(a_million_random_acks_with_timestamps),
		cmocka_unit_test(a_million_random_acks_without_timestamps),
		cmocka_unit_test(random_acks_without_timestamps),
		cmocka_unit_test(odds_are_as_documented),
		cmocka_unit_test(odds_of_others_are_as_documented),
		cmocka_unit_test(mac_bits_are_even),
		cmocka_unit_test(plain_bits_are_as_documented),
	};

	return cmocka_run_group_tests_name("cookie", tests, NULL, NULL);
}
