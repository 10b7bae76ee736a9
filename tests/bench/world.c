/* SPDX-License-Identifier: GPL-2.0 */
/*
 * world.c - the programs, loaded as `levee attach` sizes them, in a network namespace of the bench's own
 * with listeners that they find; tables filled, and put back after rounds that change them.
 *
 * Epochs stand still, so that cookies made in advance stay good. Housekeeping does not run until it is started.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "clock.h"
#include "tables.h"
#include "levee.skel.h"
#include "wrap.skel.h"

#define HALF_OPEN_SETS 8192
#define SERVICE_SETS (LEVEE_SERVICES_MAX / LEVEE_WAYS)
#define BACKLOG 511 /* nginx */
#define BACKLOG_HALF_OPEN 65535
#define SEED_ROWS 64
#define EPOCH 1000000
#define LOT 2654435761U /* a number times this is as good as drawn by lot */

static bool fail(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	return false;
}

/* --- loading */

/* The maps that rounds change and that are put back. Userspace maps their memory, which changes nothing for the programs. */
static struct bpf_map *area_map(const struct world *w, enum bench_area_name name)
{
	struct bpf_map *const maps[] = {
		[AREA_FLOW_FILTERS] = w->levee->maps.flow_filters,
		[AREA_FLOWS] = w->levee->maps.flows,
		[AREA_HALF_OPEN_FILTERS] = w->levee->maps.half_open_filters,
		[AREA_HALF_OPEN] = w->levee->maps.half_open,
		[AREA_SERVICES] = w->levee->maps.services,
		[AREA_RUNTIME] = w->levee->maps.runtime,
	};

	return maps[name];
}

static bool levee_load(struct world *w)
{
	static const struct levee_geometry geometry = { FLOW_SETS, HALF_OPEN_SETS, SERVICE_SETS, 0 };
	struct levee_hash_key *key = &w->levee->rodata->hash_key;

	if (tables_resize(w->levee, &geometry))
		return fail("the tables cannot be sized");
	if (getrandom(key, sizeof(*key), 0) < 0)
		return fail("getrandom");
	for (int i = 0; i < AREA_COUNT; i++) {
		struct bpf_map *map = area_map(w, i);

		bpf_map__set_map_flags(map, bpf_map__map_flags(map) | BPF_F_MMAPABLE);
	}
	return !levee_bpf__load(w->levee) || fail("cannot load levee's programs; run as root");
}

static bool map_area(struct bench_area *area, struct bpf_map *map)
{
	size_t page = sysconf(_SC_PAGESIZE);

	area->size = (size_t)bpf_map__max_entries(map) * ((bpf_map__value_size(map) + 7) & ~7U);
	area->size = (area->size + page - 1) / page * page;
	area->live = mmap(NULL, area->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, bpf_map__fd(map), 0);
	area->saved = malloc(area->size);
	return (area->live != MAP_FAILED && area->saved) || fail(bpf_map__name(map));
}

static bool map_areas(struct world *w)
{
	w->saved_stats = calloc(libbpf_num_possible_cpus(), sizeof(*w->saved_stats));
	if (!w->saved_stats)
		return fail("memory");
	for (int i = 0; i < AREA_COUNT; i++)
		if (!map_area(&w->areas[i], area_map(w, i)))
			return false;
	return true;
}

static bool write_map(struct bpf_map *map, const void *value)
{
	uint32_t zero = 0;

	return !bpf_map_update_elem(bpf_map__fd(map), &zero, value, BPF_ANY) || fail(bpf_map__name(map));
}

static bool write_settings(struct world *w)
{
	static const uint32_t timeouts[] = {
#define TIMEOUT_MS(NAME, name, ms, elastic, why) ms,
		LEVEE_TIMEOUTS(TIMEOUT_MS)
#undef TIMEOUT_MS
	};
	uint8_t options = LEVEE_OPT_MSS | LEVEE_OPT_WSCALE | LEVEE_OPT_SACK | LEVEE_OPT_TS;

	w->settings = (struct levee_settings){
		.abi = LEVEE_ABI,
		.enabled = 1,
		.cookies = LEVEE_COOKIES_ADAPTIVE,
		.start_percent = LEVEE_START_PERCENT_DEFAULT,
		.end_percent = LEVEE_END_PERCENT_DEFAULT,
		.half_open_max = LEVEE_HALF_OPEN_DEFAULT,
		.flows_max = LEVEE_FLOWS_DEFAULT,
		.clock = clock_now(),
		.profile = { { .mss = 1460, .window = 65160, .wscale = 7, .options = options, .ttl = 64 },
			     { .mss = 1440, .window = 64800, .wscale = 7, .options = options, .ttl = 64 } },
	};
	w->settings.clock.epoch_mult = 0;
	w->settings.clock.epoch_base = EPOCH;
	memcpy(w->settings.timeout_ms, timeouts, sizeof(timeouts));
	if (getrandom(&w->secrets, sizeof(w->secrets), 0) < 0)
		return fail("getrandom");
	return write_map(w->levee->maps.secrets, &w->secrets) && write_map(w->levee->maps.settings, &w->settings);
}

/* Of this namespace. */
static bool allow_backlog(void)
{
	FILE *file = fopen("/proc/sys/net/core/somaxconn", "we");
	bool ok = file && fprintf(file, "%d", BACKLOG_HALF_OPEN) > 0;

	return (file && !fclose(file) && ok) || fail("net.core.somaxconn");
}

static bool listen_on(int family, uint16_t port, int backlog)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	const void *address = family == AF_INET ? (void *)&v4 : (void *)&v6;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP), one = 1;

	/* The descriptor stays open as long as the bench runs. */
	if (fd < 0 || (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one))) ||
	    bind(fd, address, family == AF_INET ? sizeof(v4) : sizeof(v6)) || listen(fd, backlog))
		return fail("cannot listen in the bench's own namespace");
	return true;
}

static bool run_rows(struct bpf_program *prog, const void *rows, size_t bytes)
{
	uint8_t data[14 + SEED_ROWS * 48] = { [12] = 0x88, [13] = 0xb5 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = 14 + bytes, .repeat = 1);

	if (bytes)
		memcpy(data + 14, rows, bytes);
	errno = -bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
	return (!errno && opts.retval == TC_ACT_OK) || fail(bpf_program__name(prog));
}

/* The SYN-ACK of a service, as levee_egress sees it: that is how services are learnt. */
static bool learn_service(struct world *w, bool v6, uint16_t port)
{
	static const char options[] = "\x02\x04\x05\xb4\x04\x02\x08\x0a\0\1\0\0\0\0\0\0\x01\x03\x03\x07";
	struct frame_spec synack = { .v6 = v6,
				     .out = true,
				     .flags = 0x12,
				     .port = port,
				     .seq = 5000,
				     .ack = 1001,
				     .options = options,
				     .options_len = sizeof(options) - 1,
				     .peers = PEERS_FLOWS };
	struct run_spec run = { .tc = true, .plain = true, .verdict = (uint32_t)TC_ACT_UNSPEC, .repeat = 1 };
	struct frame f;

	bench_frame(&f, &w->wrap->bss->state, &synack, 1, false);
	return world_prime(w, &f, true) && world_time(w, &f, &run) >= 0;
}

/* Listens on a port of the bench's own namespace, and has levee learn that it does. */
static bool serve(struct world *w, int family, uint16_t port, int backlog)
{
	return listen_on(family, port, backlog) && learn_service(w, family == AF_INET6, port);
}

bool world_open(struct world *w)
{
	memset(w, 0, sizeof(*w));
	if (unshare(CLONE_NEWNET))
		return fail("cannot make a network namespace; run as root");
	w->levee = levee_bpf__open();
	w->wrap = wrap_bpf__open_and_load();
	if (!w->levee || !w->wrap)
		return fail("cannot open the programs; run as root");
	return levee_load(w) && map_areas(w) && write_settings(w) && allow_backlog() &&
	       serve(w, AF_INET, PORT_COOKIE, BACKLOG) && serve(w, AF_INET6, PORT_COOKIE, BACKLOG) &&
	       serve(w, AF_INET, PORT_CALM, BACKLOG) && serve(w, AF_INET, PORT_HALF_OPEN, BACKLOG_HALF_OPEN);
}

void world_close(struct world *w)
{
	levee_bpf__destroy(w->levee);
	wrap_bpf__destroy(w->wrap);
}

/* --- filling */

/* Levee's table and the hash map get the same flows. */
static bool seed_rows(struct world *w, const struct levee_seed_flow *rows, uint32_t count)
{
	static const uint8_t values[SEED_ROWS][sizeof(struct levee_flow) - sizeof(struct levee_tuple)];
	struct levee_tuple keys[SEED_ROWS];

	for (uint32_t i = 0; i < count; i++)
		keys[i] = rows[i].tuple;
	if (bpf_map_update_batch(bpf_map__fd(w->wrap->maps.lookup_flows), keys, values, &count, NULL))
		return fail("the hash map to compare with");
	return run_rows(w->levee->progs.levee_seed_flows, rows, count * sizeof(rows[0]));
}

bool world_seed_flows(struct world *w, uint32_t flows)
{
	static const struct frame_spec spec = { .port = PORT_COOKIE, .peers = PEERS_FLOWS };
	struct levee_seed_flow rows[SEED_ROWS];

	while (w->flows < flows) {
		uint32_t n = 0;

		for (; n < SEED_ROWS && w->flows < flows; n++)
			rows[n] = (struct levee_seed_flow){ .tuple = frame_tuple(&spec, w->flows++),
							    .state = LEVEE_TCP_ESTABLISHED };
		if (!seed_rows(w, rows, n))
			return false;
	}
	((struct levee_runtime *)w->areas[AREA_RUNTIME].live)->flows = flows;
	return true;
}

static bool send_syns(struct world *w, const struct frame_spec *syn)
{
	struct run_spec run = { .program = PROGRAM_LEVEE, .verdict = XDP_TX, .repeat = BACKLOG };
	struct frame f;

	bench_frame(&f, &w->wrap->bss->state, syn, UINT32_MAX, false);
	return world_prime(w, &f, false) && world_time(w, &f, &run) >= 0;
}

/* As a flood would: SYNs until the service's share is full. The last of them must be answered. */
bool world_enter_cookie_mode(struct world *w, const struct frame_spec *syn4, const struct frame_spec *syn6)
{
	return send_syns(w, syn4) && send_syns(w, syn6);
}

/* The ACKs that clients would send: the SYN was one below their sequence number, the cookie says MSS 1460 and all options. */
bool world_make_answers(struct world *w, const struct frame_spec *ack)
{
	uint16_t co = LEVEE_CO_TS | LEVEE_CO_SACK | LEVEE_CO_HAS_WSCALE | 7 << 3 | levee_mss_class(1460, 1);
	uint8_t wscale = w->settings.profile[LEVEE_V4].wscale;

	for (uint32_t i = 0; i < WRAP_ANSWERS; i++) {
		struct levee_tuple t = frame_tuple(ack, i);
		struct levee_cookie c = levee_cookie_make(&w->secrets.cookie, &t, ack->seq - 1, EPOCH, co, wscale);
		struct wrap_answer a = { .ack = htonl(c.isn + 1), .tsecr = htonl(c.tsval) };

		if (bpf_map_update_elem(bpf_map__fd(w->wrap->maps.answers), &i, &a, BPF_ANY))
			return fail("answers");
	}
	return true;
}

static void copy_areas(struct world *w, bool restore)
{
	for (int i = 0; i < AREA_COUNT; i++) {
		struct bench_area *a = &w->areas[i];

		memcpy(restore ? a->live : a->saved, restore ? a->saved : a->live, a->size);
	}
}

bool world_save(struct world *w)
{
	uint32_t zero = 0;

	copy_areas(w, false);
	return !bpf_map_lookup_elem(bpf_map__fd(w->levee->maps.stats), &zero, w->saved_stats) || fail("stats");
}

bool world_restore(struct world *w)
{
	copy_areas(w, true);
	return write_map(w->levee->maps.stats, w->saved_stats);
}

uint32_t world_age(struct world *w, uint32_t idle_ms)
{
	uint32_t timeout_ms = w->settings.timeout_ms[LEVEE_T_ESTABLISHED], flows = 0;
	uint32_t newest_ms = clock_ms(&w->settings.clock) - idle_ms;
	struct levee_flow *slots = w->areas[AREA_FLOWS].live;

	for (uint32_t i = 0; i < FLOW_SETS * LEVEE_WAYS; i++) {
		struct levee_head *head = (void *)(slots + (i & ~(LEVEE_WAYS - 1)));
		uint32_t way = i % LEVEE_WAYS;

		if (way < LEVEE_FIRST_WAY || !levee_tag_live(head->tag[way]))
			continue;
		slots[i].seen_ms = newest_ms - ((uint64_t)(i * LOT) * BENCH_AGES_MS >> 32);
		head->deadline[way] = levee_deadline(slots[i].seen_ms + timeout_ms, LEVEE_FLOW_SHIFT);
		flows++;
	}
	return flows;
}

/* --- settings */

void world_attacked(struct world *w, bool attacked)
{
	((struct levee_runtime *)w->areas[AREA_RUNTIME].live)->in_flight = attacked;
}

bool world_limit_flows(struct world *w, uint32_t flows_max)
{
	w->settings.flows_max = flows_max;
	return write_map(w->levee->maps.settings, &w->settings);
}

bool world_enable(struct world *w, bool enabled)
{
	w->settings.enabled = enabled;
	return write_map(w->levee->maps.settings, &w->settings);
}

bool world_renew_timeouts(struct world *w)
{
	w->settings.generation++;
	return write_map(w->levee->maps.settings, &w->settings);
}

/* --- housekeeping */

/* As in bpf/maps.h. */
struct housekeeper {
	struct bpf_timer timer;
	uint32_t half_open_cursor;
	uint32_t flow_cursor;
	uint32_t generation;
	uint32_t recheck;
};

bool world_start_housekeeping(struct world *w)
{
	return run_rows(w->levee->progs.levee_start, NULL, 0);
}

bool world_cursor(const struct world *w, uint32_t *cursor)
{
	const struct bpf_map *map = w->levee->maps.housekeeping;
	struct housekeeper keeper;
	uint32_t zero = 0;

	errno = EINVAL;
	if (bpf_map__value_size(map) != sizeof(keeper) || bpf_map_lookup_elem(bpf_map__fd(map), &zero, &keeper))
		return fail("housekeeping");
	*cursor = keeper.flow_cursor;
	return true;
}

const volatile struct levee_runtime *world_runtime(const struct world *w)
{
	return w->areas[AREA_RUNTIME].live;
}

/* --- running */

uint64_t world_lookups_missed(const struct world *w)
{
	return w->wrap->bss->lookups_missed;
}

struct levee_stats world_stats(const struct world *w)
{
	int cpus = libbpf_num_possible_cpus();
	struct levee_stats each[cpus], sum = { 0 };
	uint32_t zero = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(w->levee->maps.stats), &zero, each)) {
		fail("stats");
		return sum;
	}
	for (int cpu = 0; cpu < cpus; cpu++)
		for (size_t i = 0; i < sizeof(sum) / 8; i++)
			((uint64_t *)&sum)[i] += ((uint64_t *)&each[cpu])[i];
	return sum;
}

static int bare_program(const struct world *w, const struct run_spec *run)
{
	if (run->tc)
		return bpf_program__fd(w->wrap->progs.bare_unspec);
	if (run->verdict == XDP_TX)
		return bpf_program__fd(w->wrap->progs.bare_tx);
	return bpf_program__fd(run->verdict == XDP_DROP ? w->wrap->progs.bare_drop : w->wrap->progs.bare_pass);
}

static int target_program(const struct world *w, const struct run_spec *run)
{
	if (run->program == PROGRAM_BARE)
		return bare_program(w, run);
	if (run->program == PROGRAM_LOOKUP)
		return bpf_program__fd(w->wrap->progs.bare_lookup);
	return bpf_program__fd(run->tc ? w->levee->progs.levee_egress : w->levee->progs.levee_ingress);
}

/* What to run: the program itself, or the wrapper with its jump set to it. */
static int entry_program(struct world *w, const struct run_spec *run)
{
	struct bpf_map *jump = run->tc ? w->wrap->maps.tc_target : w->wrap->maps.xdp_target;
	int target = target_program(w, run);
	uint32_t zero = 0;

	if (run->plain)
		return target;
	if (bpf_map_update_elem(bpf_map__fd(jump), &zero, &target, BPF_ANY)) {
		fail("cannot point the wrapper at a program");
		return -1;
	}
	return bpf_program__fd(run->tc ? w->wrap->progs.wrap_tc : w->wrap->progs.wrap_xdp);
}

static int run_program(int fd, const struct frame *f, uint32_t repeat, struct bpf_test_run_opts *opts)
{
	*opts = (struct bpf_test_run_opts){
		.sz = sizeof(*opts), .data_in = f->data, .data_size_in = f->len, .repeat = repeat
	};
	errno = -bpf_prog_test_run_opts(fd, opts);
	return errno ? -1 : 0;
}

bool world_prime(struct world *w, struct frame *f, bool tc)
{
	struct run_spec run = { .tc = tc, .program = PROGRAM_BARE, .verdict = XDP_PASS };
	struct wrap_state *state = &w->wrap->bss->state;
	uint32_t body = f->len - WRAP_HEAD;
	struct bpf_test_run_opts opts;
	int fd = entry_program(w, &run);

	if (fd < 0 || run_program(fd, f, 1, &opts))
		return fail("the wrapper does not run");
	memcpy(f->data + WRAP_HEAD, state->body, body < sizeof(state->body) ? body : sizeof(state->body));
	return true;
}

double world_time(struct world *w, const struct frame *f, const struct run_spec *run)
{
	struct bpf_test_run_opts opts;
	int fd = entry_program(w, run);

	if (fd < 0)
		return -1;
	if (run_program(fd, f, run->repeat, &opts)) {
		fail("BPF_PROG_TEST_RUN");
		return -1;
	}
	if (opts.retval == run->verdict)
		return opts.duration;
	fprintf(stderr, "bench: the last packet's verdict is %u, expected %u\n", opts.retval, run->verdict);
	return -1;
}
