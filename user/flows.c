/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flows.c - reading both tables, a block of sets at a time, in constant memory. Their layout is levee/table.h's.
 *
 * Nothing is locked. Sets that their filter calls empty are not read. A set's head comes with its entries and is read
 * again after them: an entry counts if it had the same tag both times. Accepted races: an entry that was written while it
 * was copied has numbers of both moments; one that was replaced by another of the same tag (one in 65534) while it was
 * copied may be half the one and half the other.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <bpf/bpf.h>

#include <levee/table.h>

#include "cleanup.h"
#include "clock.h"
#include "flows.h"

/* --- what a row consists of */

#define ROW(member) offsetof(struct flow_row, member)
#define LOCAL_END .at = ROW(tuple.local), .port = ROW(tuple.lport)
#define REMOTE_END .at = ROW(tuple.remote), .port = ROW(tuple.rport)
#define BY_LOCAL(member) (ROW(member) + LEVEE_LOCAL * sizeof(((struct flow_row *)0)->member[0]))
#define BY_REMOTE(member) (ROW(member) + LEVEE_REMOTE * sizeof(((struct flow_row *)0)->member[0]))

static const char *const side_words[] = { [LEVEE_LOCAL] = "local", [LEVEE_REMOTE] = "remote" };
static const struct vocabulary words_side = { "end", side_words, 2 };

const struct field flow_fields[] = {
	{ FIELD_ENDPOINT, FIELD_KEY("local"), LOCAL_END, .title = "local", .help = "the end behind the interface" },
	{ FIELD_ADDRESS, FIELD_KEY("local_address"), LOCAL_END, .help = "its address" },
	{ FIELD_PORT, FIELD_KEY("local_port"), .at = ROW(tuple.lport), .help = "its port" },
	{ FIELD_ENDPOINT, FIELD_KEY("remote"), REMOTE_END, .title = "remote", .help = "the end on the wire" },
	{ FIELD_ADDRESS, FIELD_KEY("remote_address"), REMOTE_END, .help = "its address" },
	{ FIELD_PORT, FIELD_KEY("remote_port"), .at = ROW(tuple.rport), .help = "its port" },
	{ FIELD_WORD, FIELD_KEY("state_local"), .at = BY_LOCAL(state), .words = &words_state,
	  .help = "state of the local end, RFC 9293" },
	{ FIELD_WORD, FIELD_KEY("state_remote"), .at = BY_REMOTE(state), .words = &words_state,
	  .help = "state of the remote end" },
	{ FIELD_STATES, .at = ROW(state), .words = &words_state, .title = "state", .help = "local/remote, or both" },
	{ FIELD_WORD, FIELD_KEY("began"), .at = ROW(began), .words = &words_began, .title = "began", .rank = 2,
	  .help = "how it began" },
	{ FIELD_WORD, FIELD_KEY("ended"), .at = ROW(ended), .words = &words_ended, .title = "ended", .rank = 3,
	  .help = "how it ended, \"\" while it lives" },
	{ FIELD_WORD, FIELD_KEY("suspect"), .at = ROW(suspect), .words = &words_side, .title = "suspect", .rank = 4,
	  .help = "a RST that may be forged came from there" },
	{ FIELD_MS, FIELD_KEY("age_ms"), .at = ROW(age_ms), .title = "age", .help = "since it began" },
	{ FIELD_MS, FIELD_KEY("idle_ms"), .at = ROW(idle_ms), .title = "idle",
	  .help = "since the last segment that counts" },
	{ FIELD_MS, FIELD_KEY("left_ms"), .at = ROW(left_ms), .title = "left",
	  .help = "until it is forgotten if nothing comes" },
	{ FIELD_U32, FIELD_KEY("packets_in"), .at = BY_REMOTE(packets), .title = "p.in", .rank = 5,
	  .help = "packets received" },
	{ FIELD_U32, FIELD_KEY("packets_out"), .at = BY_LOCAL(packets), .title = "p.out", .rank = 5,
	  .help = "packets sent, super-packets count once" },
	{ FIELD_BYTES, FIELD_KEY("bytes_in"), .at = BY_REMOTE(bytes), .title = "in",
	  .help = "bytes received, TCP headers and data" },
	{ FIELD_BYTES, FIELD_KEY("bytes_out"), .at = BY_LOCAL(bytes), .title = "out", .help = "bytes sent" },
	{ FIELD_MICROSECONDS, FIELD_KEY("rtt_us"), .at = ROW(rtt_us), .title = "rtt", .rank = 1,
	  .help = "round trip of the handshake, null if unknown" },
	{ FIELD_BYTE, FIELD_KEY("syn_repeats_local"), .at = BY_LOCAL(syn_repeats),
	  .help = "SYN or SYN-ACK sent again" },
	{ FIELD_BYTE, FIELD_KEY("syn_repeats_remote"), .at = BY_REMOTE(syn_repeats), .help = "by the remote end" },
	{ FIELD_BYTE, FIELD_KEY("fin_repeats_local"), .at = BY_LOCAL(fin_repeats), .help = "FIN sent again" },
	{ FIELD_BYTE, FIELD_KEY("fin_repeats_remote"), .at = BY_REMOTE(fin_repeats), .help = "by the remote end" },
};
const unsigned int flow_field_count = sizeof(flow_fields) / sizeof(flow_fields[0]);

/* --- from an entry to a row */

/* Marks of time are so far ahead at most: another CPU's clock, or an entry that was written after the clock was read. */
#define NOT_YET_MS 60000U

/* Not before `then`. Connections live long: all but the last minute of the 49 days that 32 bits of ms hold is in the past. */
static __u32 since(__u32 now_ms, __u32 then_ms)
{
	__u32 ms = now_ms - then_ms;

	return ms <= UINT32_MAX - NOT_YET_MS ? ms : 0;
}

static bool set_left(struct flow_row *row, enum levee_timeout timeout, const struct flow_clock *clock)
{
	__u32 ms = levee_timeout_under(clock->timeout_ms, timeout, clock->pressure);

	row->left_ms = ms > row->idle_ms ? ms - row->idle_ms : 0;
	return row->left_ms > 0;
}

static __u8 suspect_side(const struct levee_flow *f)
{
	if (f->flags & LEVEE_FLOW_SUSPECT(LEVEE_REMOTE))
		return LEVEE_REMOTE;
	return f->flags & LEVEE_FLOW_SUSPECT(LEVEE_LOCAL) ? LEVEE_LOCAL : FIELD_NO_WORD;
}

bool row_of_flow(struct flow_row *row, const struct levee_flow *f, const struct flow_clock *clock)
{
	*row = (struct flow_row){
		.tuple = f->tuple,
		.age_ms = since(clock->now_ms, f->born_ms),
		.idle_ms = since(clock->now_ms, f->seen_ms),
		.rtt_us = levee_flow_rtt_us(f),
		.began = f->began,
		.ended = f->ended,
		.suspect = suspect_side(f),
	};
	for (int side = 0; side < 2; side++) {
		row->packets[side] = f->packets[side];
		row->bytes[side] = f->bytes[side];
		row->state[side] = f->end[side].state;
		row->syn_repeats[side] = f->end[side].syn_repeats;
		row->fin_repeats[side] = f->end[side].fin_repeats;
	}
	return set_left(row, levee_flow_timeout(f), clock);
}

/* Repeats do not renew a half-open entry, so it is as idle as it is old. */
bool row_of_half_open(struct flow_row *row, const struct levee_half_open *h, const struct flow_clock *clock)
{
	__u32 age = since(clock->now_ms, h->born_ms);

	*row = (struct flow_row){
		.tuple = h->tuple,
		.age_ms = age,
		.idle_ms = age,
		.state = { half_open_local_state(h), LEVEE_TCP_SYN_SENT },
		.syn_repeats = { h->synack_repeats, h->syn_repeats },
		.began = LEVEE_BEGAN_HANDSHAKE,
		.suspect = FIELD_NO_WORD,
		.half_open = 1,
	};
	return set_left(row, LEVEE_T_HALF_OPEN, clock);
}

/* --- reading */

#define BLOCK_SETS 64

struct reading {
	const struct maps *maps;
	struct levee_runtime runtime;
	__u32 ahead_ms; /* this process's clock, of BPF's */
	flow_visit visit;
	void *arg;
	struct levee_filter filters[BLOCK_SETS / LEVEE_FILTER_SETS];
	__u32 keys[BLOCK_SETS * LEVEE_WAYS];
	struct levee_flow slots[BLOCK_SETS * LEVEE_WAYS]; /* or half-open entries, which are smaller */
};

/* One of the two tables. */
struct shape {
	enum map_id filters, slots;
	size_t entry;
	bool (*row)(struct flow_row *row, const void *entry, const struct flow_clock *clock);
};

static bool flow_entry(struct flow_row *row, const void *entry, const struct flow_clock *clock)
{
	return row_of_flow(row, entry, clock);
}

static bool half_open_entry(struct flow_row *row, const void *entry, const struct flow_clock *clock)
{
	return row_of_half_open(row, entry, clock);
}

static const struct shape half_open_table = { MAP_HALF_OPEN_FILTERS, MAP_HALF_OPEN, sizeof(struct levee_half_open),
					      half_open_entry };
static const struct shape flow_table = { MAP_FLOW_FILTERS, MAP_FLOWS, sizeof(struct levee_flow), flow_entry };

/* The clock of the last tick is at most this far behind BPF's while housekeeping runs. */
#define TICK_LATE_MS (2 * LEVEE_TICK_MS)
#define AHEAD_MAX_MS 1000U

/* How far clock_ms() is ahead of BPF's clock, at least: see clock.c. Nothing is known where housekeeping has stopped. */
static __u32 clock_ahead(const struct maps *maps, const struct levee_runtime *run)
{
	__u32 ahead = since(clock_ms(&maps->settings.clock), run->tick_ms + TICK_LATE_MS);

	return run->ticks && ahead <= AHEAD_MAX_MS ? ahead : 0;
}

static struct flow_clock clock_of(const struct reading *r)
{
	return (struct flow_clock){
		.timeout_ms = r->maps->settings.timeout_ms,
		.pressure = r->runtime.pressure ? r->runtime.pressure : LEVEE_PRESSURE_ONE,
		.now_ms = clock_ms(&r->maps->settings.clock) - r->ahead_ms,
	};
}

static int read_range(struct reading *r, enum map_id map, __u32 first, __u32 count, void *values)
{
	__u32 before = first - 1, behind, n = count;
	int err = bpf_map_lookup_batch(r->maps->fd[map], first ? &before : NULL, &behind, r->keys, values, &n, NULL);

	/* The end of the map is reported as an error too. */
	return n == count ? 0 : err ? err : -EIO;
}

static bool set_is_empty(const struct reading *r, __u32 set)
{
	return !(r->filters[set / LEVEE_FILTER_SETS].word[set % LEVEE_FILTER_SETS] & LEVEE_FILTER_MASK);
}

/* The entries of one set, whose places stand at `places`; its number in the table is `set`. */
static int visit_set(struct reading *r, const struct shape *shape, __u32 set, const char *places,
		     const struct flow_clock *clock)
{
	const struct levee_head *before = (const struct levee_head *)places, *after;
	__u32 first = set * LEVEE_WAYS;
	struct levee_flow head;
	struct flow_row row;
	int err = bpf_map_lookup_elem(r->maps->fd[shape->slots], &first, &head) ? -errno : 0;

	after = (const struct levee_head *)&head;
	for (__u32 way = LEVEE_FIRST_WAY; !err && way < LEVEE_WAYS; way++) {
		if (!levee_tag_live(before->tag[way]) || before->tag[way] != after->tag[way])
			continue;
		if (shape->row(&row, places + way * shape->entry, clock))
			err = r->visit(&row, r->arg);
	}
	return err;
}

/* `count` sets of the table, from `first` on. */
static int visit_sets(struct reading *r, const struct shape *shape, __u32 first, __u32 count)
{
	const struct flow_clock clock = clock_of(r);
	int err = read_range(r, shape->slots, first * LEVEE_WAYS, count * LEVEE_WAYS, r->slots);

	for (__u32 i = 0; !err && i < count; i++)
		err = visit_set(r, shape, first + i, (const char *)r->slots + i * LEVEE_WAYS * shape->entry, &clock);
	return err;
}

static int visit_block(struct reading *r, const struct shape *shape, __u32 block, __u32 sets)
{
	__u32 words = (sets + LEVEE_FILTER_SETS - 1) / LEVEE_FILTER_SETS;
	int err = read_range(r, shape->filters, block / LEVEE_FILTER_SETS, words, r->filters);

	for (__u32 first = 0, end; !err && first < sets; first = end) {
		for (end = first; end < sets && !set_is_empty(r, end); end++)
			;
		if (end > first)
			err = visit_sets(r, shape, block + first, end - first);
		else
			end++;
	}
	return err;
}

static int visit_table(struct reading *r, const struct shape *shape)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info), sets, all;
	int err = bpf_obj_get_info_by_fd(r->maps->fd[shape->slots], &info, &size) ? -errno : 0;

	all = info.max_entries / LEVEE_WAYS;
	for (__u32 block = 0; !err && block < all; block += sets) {
		sets = all - block < BLOCK_SETS ? all - block : BLOCK_SETS;
		err = visit_block(r, shape, block, sets);
	}
	return err;
}

int flows_each(const struct maps *maps, flow_visit visit, void *arg)
{
	free_memory struct reading *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->maps = maps;
	r->visit = visit;
	r->arg = arg;
	err = maps_read(maps, MAP_RUNTIME, &r->runtime);
	r->ahead_ms = clock_ahead(maps, &r->runtime);
	if (!err)
		err = visit_table(r, &half_open_table);
	return err ? err : visit_table(r, &flow_table);
}

__u64 flows_expected(const struct maps *maps)
{
	struct levee_runtime run;

	return maps_read(maps, MAP_RUNTIME, &run) ? 0 : (__u64)run.half_open + run.flows;
}
