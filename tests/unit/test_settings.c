/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_settings.c - what attach computes for the programs: the clock, default profiles, table sizes.
 */
#include "unit.h"

#include <levee/table.h>

#include "tables.h"
#include "clock.h"
#include "confirm.h"
#include "profile.h"

static const unsigned int rates[] = { 100, 250, 300, 1000, 1024 };

/* As bpf/run.h does. */
static uint64_t ms_of(const struct levee_clock *c, uint64_t jiffies)
{
	return jiffies * c->ms_mult >> c->ms_shift;
}

static uint32_t epoch_of(const struct levee_clock *c, uint64_t jiffies)
{
	return c->epoch_base + ((jiffies - c->jiffies_base) * c->epoch_mult >> 40);
}

static void milliseconds_keep_pace(void **state)
{
	const uint64_t year = 365 * 86400ULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		uint64_t hz = rates[i], start = 0xffffffffULL - 300 * hz;
		struct levee_clock c = clock_make(hz, start, 1700000000000);

		assert_in_range(ms_of(&c, start + hz * 1000) - ms_of(&c, start), 999990, 1000010);
		/* Ten years later a second is still a second, to a thousandth. */
		assert_in_range(ms_of(&c, start + hz * (10 * year + 1)) - ms_of(&c, start + hz * 10 * year), 999, 1001);
	}
}

static void epochs_begin_with_the_wall_clock(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		uint64_t hz = rates[i], now = 5000000000ULL, unix_ms = 1700000005250;
		struct levee_clock c = clock_make(hz, now, unix_ms);
		uint64_t left_ms = LEVEE_EPOCH_MS - unix_ms % LEVEE_EPOCH_MS;
		uint64_t next = now + left_ms * hz / 1000;

		assert_int_equal(epoch_of(&c, now), unix_ms / LEVEE_EPOCH_MS);
		assert_int_equal(epoch_of(&c, next - 2), unix_ms / LEVEE_EPOCH_MS);
		assert_int_equal(epoch_of(&c, next + 2), unix_ms / LEVEE_EPOCH_MS + 1);
	}
}

/* The epoch after a year is right to a second. */
static void epochs_do_not_drift(void **state)
{
	const uint64_t epochs = 365 * 86400ULL * 1000 / LEVEE_EPOCH_MS;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		uint64_t hz = rates[i], second = hz, year = epochs * LEVEE_EPOCH_MS / 1000 * hz;
		struct levee_clock c = clock_make(hz, 0xffff0000ULL, 1700000000000 / LEVEE_EPOCH_MS * LEVEE_EPOCH_MS);
		uint32_t base = 1700000000000 / LEVEE_EPOCH_MS;

		/* The kernel's jiffies may be a quarter of a second behind the ones that attach reckoned. */
		assert_int_equal(epoch_of(&c, 0xffff0000ULL - second / 4), base - 1);
		assert_int_equal(epoch_of(&c, 0xffff0000ULL + second / 4), base);
		assert_int_equal(epoch_of(&c, 0xffff0000ULL + year - second), base + epochs - 1);
		assert_int_equal(epoch_of(&c, 0xffff0000ULL + year + second), base + epochs);
	}
}

static void this_kernels_clock_runs(void **state)
{
	struct levee_clock c = clock_now();
	uint32_t before = clock_ms(&c);

	(void)state;
	assert_in_range(clock_hz(), 100, 10000);
	assert_true(clock_jiffies() > 0xffffffffULL - 300ULL * clock_hz() - 1);
	assert_in_range(clock_ms(&c) - before, 0, 1000);
}

static struct profile_inputs kernel_defaults(void)
{
	return (struct profile_inputs){
		.sack = 1,
		.timestamps = 1,
		.window_scaling = 1,
		.ecn = 2,
		.rmem_default = 131072,
		.rmem_max = 6291456,
		.mtu = 1500,
		.ttl = 64,
	};
}

/* What tcpdump shows of a Linux server with default settings on Ethernet. */
static void default_profile(void **state)
{
	struct profile_inputs in = kernel_defaults();
	struct levee_profile v4 = profile_make(&in, LEVEE_V4), v6 = profile_make(&in, LEVEE_V6);

	(void)state;
	assert_int_equal(v4.mss, 1460);
	assert_int_equal(v6.mss, 1440);
	assert_int_equal(v4.window, 65160);
	assert_int_equal(v6.window, 64260);
	assert_int_equal(v4.wscale, 7);
	assert_int_equal(v4.ttl, 64);
	assert_int_equal(v4.tos, 0);
	assert_int_equal(v4.options, LEVEE_OPT_MSS | LEVEE_OPT_SACK | LEVEE_OPT_TS | LEVEE_OPT_WSCALE | LEVEE_OPT_ECN);
	in.timestamps = 0;
	assert_int_equal(profile_make(&in, LEVEE_V4).window, 64240);
}

static void each_sysctl_takes_its_option_away(void **state)
{
	const struct profile_inputs preset = kernel_defaults();
	struct profile_inputs in = preset;
	const unsigned int all = profile_make(&preset, LEVEE_V4).options;

	(void)state;
	in.sack = 0;
	assert_int_equal(all ^ profile_make(&in, LEVEE_V4).options, LEVEE_OPT_SACK);
	in = preset;
	in.timestamps = 0;
	assert_int_equal(all ^ profile_make(&in, LEVEE_V4).options, LEVEE_OPT_TS);
	in = preset;
	in.ecn = 0;
	assert_int_equal(all ^ profile_make(&in, LEVEE_V4).options, LEVEE_OPT_ECN);
	in = preset;
	in.window_scaling = 0;
	assert_int_equal(all ^ profile_make(&in, LEVEE_V4).options, LEVEE_OPT_WSCALE);
	assert_int_equal(profile_make(&in, LEVEE_V4).wscale, 0);
}

static void odd_inputs_stay_in_range(void **state)
{
	struct profile_inputs in = kernel_defaults();
	struct levee_profile p;

	(void)state;
	in.mtu = 65536;
	in.rmem_max = 1L << 40;
	in.rmem_default = 1L << 30;
	in.ttl = 0;
	p = profile_make(&in, LEVEE_V4);
	assert_int_equal(p.mss, 65496);
	assert_int_equal(p.wscale, 14);
	assert_int_equal(p.ttl, 1);
	assert_true(p.window > 0);
	in.mtu = 68;
	in.rmem_default = 0;
	in.rmem_max = 0;
	p = profile_make(&in, LEVEE_V4);
	assert_int_equal(p.mss, 536);
	assert_int_equal(p.wscale, 0);
	assert_true(p.window > 0);
}

static void tables_hold_twice_their_limit(void **state)
{
	(void)state;
	for (unsigned int n = LEVEE_HALF_OPEN_MIN; n <= LEVEE_FLOWS_MAX; n = n * 5 / 4 + 1) {
		unsigned int sets = tables_sets(n);

		assert_int_equal(sets & (sets - 1), 0);
		assert_true((uint64_t)sets * LEVEE_WAYS >= 2ULL * n);
		assert_true((uint64_t)sets * LEVEE_WAYS < 4ULL * n);
		assert_true(tables_entries(sets) >= n);
		assert_int_equal(tables_sets(tables_entries(sets)), sets);
		assert_int_equal(tables_sets(tables_entries(sets) + 1), 2 * sets);
	}
}

/* What has passed stays so, also when the clock has gone round half way; and no mark means "none". */
static void what_waits_to_be_confirmed(void **state)
{
	struct levee_clock c = clock_now(), round = c;
	json_t *model;

	(void)state;
	assert_in_range(confirm_left_ms(&c, confirm_mark(&c, CONFIRM_MAX_MS)), 1, CONFIRM_MAX_MS);
	assert_int_equal(confirm_left_ms(&c, clock_ms(&c) - 1), 0);
	assert_int_equal(confirm_left_ms(&c, clock_ms(&c) - (1U << 31)), 0);
	assert_int_equal(confirm_left_ms(&c, clock_ms(&c) + (1U << 31)), 0);
	round.ms_mult = 0; /* it is 0 ms */
	assert_int_equal(confirm_mark(&round, 0), 1);
	model = confirm_model(&c, 0);
	assert_true(json_is_null(model));
	json_decref(model);
	model = confirm_model(&c, confirm_mark(&c, CONFIRM_MAX_MS));
	assert_in_range(json_integer_value(json_object_get(model, "left_ms")), 1, CONFIRM_MAX_MS);
	json_decref(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_to_be_confirmed),	     cmocka_unit_test(milliseconds_keep_pace),
		cmocka_unit_test(epochs_begin_with_the_wall_clock),  cmocka_unit_test(epochs_do_not_drift),
		cmocka_unit_test(this_kernels_clock_runs),	     cmocka_unit_test(default_profile),
		cmocka_unit_test(each_sysctl_takes_its_option_away), cmocka_unit_test(odd_inputs_stay_in_range),
		cmocka_unit_test(tables_hold_twice_their_limit),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
