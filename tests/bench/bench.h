/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench.h - ns per packet: the loaded programs (world.c), the packets (frame.c), the paths that are timed
 * (cases.c), rounds and medians (main.c), housekeeping (ageing.c), tables and JSON (report.c), serial clients for
 * the lab (client.c), and what a program costs on a device (live.c).
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <levee/config.h>
#include <levee/cookie.h>
#include <levee/stats.h>
#include <levee/table.h>

#include "wrap.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define FRAME_BYTES 1514
#define BENCH_AGES_MS \
	28800000U /* flows differ in age by up to 8 hours, so that one to evict can stand anywhere in its set */
#define FLOW_SETS 131072U /* as `levee attach` sizes a table for LEVEE_FLOWS_DEFAULT */

/* Local ports of the bench's own network namespace, by what stands there. */
enum bench_port {
	PORT_CLOSED = 9,	 /* no service */
	PORT_COOKIE = 80,	  /* a listener in cookie mode */
	PORT_CALM = 81, /* a listener, no cookie was ever sent for it */
	PORT_HALF_OPEN = 82, /* a listener whose share the bench does not fill */
	PORT_OUTGOING = 40000, /* what this host connects from */
};

/* The peers of each kind, so that none meets another's entries. */
enum bench_peers { PEERS_FLOWS, PEERS_STRANGERS, PEERS_COOKIES };

/* A packet to time: what is restored, and what of it varies. */
struct frame_spec {
	bool v6;
	bool vlan;
	bool udp;
	bool out;	  /* sent by this host */
	uint8_t flags;       /* of TCP */
	uint16_t port;       /* local, enum bench_port */
	const char *options; /* of TCP, as bytes; a multiple of 4 */
	uint32_t options_len;
	uint32_t tsecr_at; /* offset in the options of a TSecr that carries a cookie, 0 none */
	uint32_t seq, ack;
	uint16_t payload;
	enum bench_peers peers;
};

struct frame {
	uint8_t data[FRAME_BYTES];
	uint32_t len;
};

/* Builds the frame, and how the wrapper varies it. */
void bench_frame(struct frame *f, struct wrap_state *state, const struct frame_spec *spec, uint32_t peers,
		 bool sequential);

/* The tuple of peer number `peer`, as levee keys it. */
struct levee_tuple frame_tuple(const struct frame_spec *spec, uint32_t peer);

/* --- the programs */

enum bench_program {
	PROGRAM_LEVEE,
	PROGRAM_BARE, /* does nothing */
	PROGRAM_LOOKUP, /* looks the flow up in a hash map, and does nothing else */
};

struct levee_bpf;
struct wrap_bpf;

enum bench_area_name {
	AREA_FLOW_FILTERS,
	AREA_FLOWS,
	AREA_HALF_OPEN_FILTERS,
	AREA_HALF_OPEN,
	AREA_SERVICES,
	AREA_RUNTIME,
	AREA_COUNT
};

/* A map's memory, and what it held when it was saved. */
struct bench_area {
	void *live;
	void *saved;
	size_t size;
};

struct world {
	struct levee_bpf *levee;
	struct wrap_bpf *wrap;
	struct levee_settings settings;
	struct levee_secrets secrets;
	uint32_t flows; /* seeded */
	struct bench_area areas[AREA_COUNT];
	struct levee_stats *saved_stats; /* by CPU */
};

/* All return false, with a message printed, where the kernel refuses. */
bool world_open(struct world *w);
void world_close(struct world *w);
bool world_seed_flows(struct world *w, uint32_t flows);
bool world_enter_cookie_mode(struct world *w, const struct frame_spec *syn4, const struct frame_spec *syn6);
bool world_make_answers(struct world *w, const struct frame_spec *ack);
struct levee_stats world_stats(const struct world *w);

/* Tables and counts, put back as they were. So much memory is read that no cache keeps any of the tables. */
bool world_save(struct world *w);
bool world_restore(struct world *w);

/* Every flow has been silent for so long, and up to BENCH_AGES_MS more. Returns how many there are. */
uint32_t world_age(struct world *w, uint32_t idle_ms);

/* What the settings say from now on. */
/* Are cookies in flight, as far as housekeeping has said? It does not run before the rows are through. */
void world_attacked(struct world *w, bool attacked);

bool world_limit_flows(struct world *w, uint32_t flows_max);
bool world_enable(struct world *w, bool enabled);
bool world_renew_timeouts(struct world *w);

/* Housekeeping, which then runs until the world is closed; while levee is not enabled it does nothing. */
bool world_start_housekeeping(struct world *w);

/* How many sets housekeeping has looked at, modulo 2^32. */
bool world_cursor(const struct world *w, uint32_t *cursor);

/* Changes while it is looked at. */
const volatile struct levee_runtime *world_runtime(const struct world *w);

/* Lookups in the hash map that found nothing, since the programs were loaded. */
uint64_t world_lookups_missed(const struct world *w);

/* Which program a run ends in, and the way there. */
struct run_spec {
	bool tc;
	bool plain; /* without the wrapper */
	enum bench_program program;
	uint32_t verdict;
	uint32_t repeat;
};

/* Has the wrapper prepare its first packet, which is then also the frame's. */
bool world_prime(struct world *w, struct frame *f, bool tc);

/* Mean ns of one run, or a negative number. */
double world_time(struct world *w, const struct frame *f, const struct run_spec *run);

/* --- what is timed */

#define BENCH_BEFORE 2

struct bench_case {
	const char *name; /* in JSON */
	const char *text;
	struct frame_spec spec;
	uint32_t peers;
	int reason;	    /* enum levee_reason that every packet must end with; of TC: -1 */
	uint32_t verdict;
	bool sequential;
	enum bench_program program;
	bool changes;    /* tables are restored after each round */
	int counter;    /* with changes: enum levee_counter that every packet must be counted as, 0 none */
	const struct frame_spec *before; /* BENCH_BEFORE packets of every peer that levee has seen, in this order */
	uint32_t plain; /* also timed without the wrapper */
	uint32_t strays; /* packets per thousand that may end otherwise: a set of the table can be full */
	uint32_t flows; /* in the table, 0 for 100 000 */
	bool full;	   /* and that is its limit */
	bool aged;	   /* and all of them have expired */
	bool attacked;    /* cookies are in flight: strangers are likelier than flows */
};

/* Longer than any timeout. */
#define BENCH_EXPIRED_MS (LEVEE_TIMEOUT_MAX_MS + 60000)

extern const struct bench_case bench_cases[];
extern const size_t bench_case_count;

struct quartiles {
	double low, median, high;
};

struct bench_result {
	bool measured;
	struct quartiles above; /* levee minus the program that does nothing */
	struct quartiles bare;  /* that program, with the wrapper */
	struct quartiles plain; /* levee minus bare without the wrapper */
};

#define BENCH_REPEAT 20000 /* packets that are timed, each round */
#define BENCH_ROUNDS_MAX 1001

struct bench_samples {
	double above[BENCH_ROUNDS_MAX];
	double bare[BENCH_ROUNDS_MAX];
	double plain[BENCH_ROUNDS_MAX];
	unsigned int count;
};

struct bench_options {
	unsigned int rounds;
	unsigned int cpu;
	const char *only;
	const char *save;
	bool json;
};

/* Is the case or phase of that name to be measured? */
bool bench_wanted(const struct bench_options *o, const char *name);

/* --- housekeeping */

#define AGEING_PHASES 4

struct ageing_phase {
	const char *name; /* in JSON */
	const char *text;
	uint32_t idle_ms;	  /* of every flow */
	uint32_t flows_max;
	bool renew; /* timeouts have changed: every deadline is looked at */
};

struct ageing_result {
	bool measured;
	struct quartiles tick_us;
	double sets; /* a tick */
	double flows; /* in these */
	double sweep_s; /* until all sets have been looked at */
};

extern const struct ageing_phase ageing_phases[AGEING_PHASES];

bool ageing_wanted(const struct bench_options *o);

/* Starts housekeeping: nothing else can be measured after it. The tables are as they were saved. */
bool ageing_measure(struct world *w, const struct bench_options *o, struct ageing_result results[AGEING_PHASES]);

/* --- what is printed */

struct bench_report {
	const struct bench_options *options;
	struct bench_result *results; /* by case */
	bool has_ratio;
	struct quartiles ratio; /* of an established segment to a bare lookup, a million flows each */
	struct ageing_result ageing[AGEING_PHASES];
};

/* The case of that name, which exists. */
size_t bench_case_number(const char *name);

bool report(const struct bench_report *r);

/* For qsort. */
int compare_doubles(const void *a, const void *b);
struct quartiles quartiles_of(double *samples, size_t count);

/* `bench client` and `bench live`: see client.c and live.c. Exit codes. */
int client_main(int argc, char **argv);
int live_main(int argc, char **argv);

#endif
