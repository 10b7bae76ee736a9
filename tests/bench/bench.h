/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench.h - ns per packet: the loaded programs (world.c), the packets (frame.c), the paths that are timed
 * (cases.c), rounds and medians (main.c), serial clients for the lab (client.c), and what a program costs on
 * a device (live.c).
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

/* Local ports of the bench's own network namespace, by what stands there. */
enum bench_port {
	PORT_CLOSED = 9,	 /* no service */
	PORT_COOKIE = 80,	  /* a listener in cookie mode */
	PORT_CALM = 81, /* a listener, no cookie was ever sent for it */
	PORT_HALF_OPEN = 82, /* a listener whose share the bench does not fill */
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
void frame_build(struct frame *f, struct wrap_state *state, const struct frame_spec *spec, uint32_t peers,
		 bool sequential);

/* The tuple of peer number `peer`, as levee keys it. */
struct levee_tuple frame_tuple(const struct frame_spec *spec, uint32_t peer);

/* --- the programs */

enum bench_program { PROGRAM_LEVEE, PROGRAM_BARE };

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
};

/* All return false, with a message printed, where the kernel refuses. */
bool world_open(struct world *w);
void world_close(struct world *w);
bool world_seed_flows(struct world *w, uint32_t flows);
bool world_enter_cookie_mode(struct world *w, const struct frame_spec *syn4, const struct frame_spec *syn6);
bool world_make_answers(struct world *w, const struct frame_spec *ack);
void world_save(struct world *w);
void world_restore(struct world *w);
struct levee_stats world_stats(const struct world *w);

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

struct bench_case {
	const char *name; /* in JSON */
	const char *text;
	struct frame_spec spec;
	uint32_t peers;
	int reason;	    /* enum levee_reason that every packet must end with; of TC: -1 */
	uint32_t verdict;
	bool sequential;
	bool changes;    /* tables are restored after each round */
	uint32_t plain; /* also timed without the wrapper */
	uint32_t strays; /* packets per thousand that may end otherwise: a set of the table can be full */
	uint32_t flows; /* only with so many flows, 0 always */
};

extern const struct bench_case bench_cases[];
extern const size_t bench_case_count;

struct quartiles {
	double low, median, high;
};

struct bench_result {
	struct quartiles above; /* levee minus the program that does nothing */
	struct quartiles bare;  /* that program, with the wrapper */
	struct quartiles plain; /* levee minus bare without the wrapper */
};

/* For qsort. */
int compare_doubles(const void *a, const void *b);
struct quartiles quartiles_of(double *samples, size_t count);

/* `bench client` and `bench live`: see client.c and live.c. Exit codes. */
int client_main(int argc, char **argv);
int live_main(int argc, char **argv);

#endif
