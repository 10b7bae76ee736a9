/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flows.h - connections as `levee flows` shows them: rows made from entries of the flow table and the half-open table.
 */
#ifndef USER_FLOWS_H
#define USER_FLOWS_H

#include <stdbool.h>

#include "fields.h"
#include "maps.h"

/* From the contract's numbers: pairs are by enum levee_side, of what that side has sent or is. */
struct flow_row {
	struct levee_tuple tuple;
	__u32 age_ms;
	__u32 idle_ms;
	__u32 left_ms; /* until it is forgotten if nothing comes */
	__u32 rtt_us;  /* 0 unknown */
	__u32 packets[2];
	__u64 bytes[2];
	__u8 state[2]; /* enum levee_tcp_state */
	__u8 syn_repeats[2];
	__u8 fin_repeats[2];
	__u8 began; /* enum levee_began */
	__u8 ended; /* enum levee_ended */
	__u8 suspect;   /* enum levee_side of the side that sent the RST; or FIELD_NO_WORD */
	__u8 half_open; /* an entry of the half-open table */
};

/* What a row consists of, in the order of JSON and of text. */
extern const struct field flow_fields[];
extern const unsigned int flow_field_count;

/* What it takes to tell how old an entry is and how long it stays. */
struct flow_clock {
	const __u32 *timeout_ms; /* by enum levee_timeout */
	__u32 pressure; /* levee_pressure() */
	__u32 now_ms;
};

/* False if its time is up. Pure. */
bool row_of_flow(struct flow_row *row, const struct levee_flow *flow, const struct flow_clock *clock);
bool row_of_half_open(struct flow_row *row, const struct levee_half_open *entry, const struct flow_clock *clock);

/*
 * Calls `visit` with every connection: first the half-open ones, then the flows. One that is established meanwhile may
 * so be seen twice, but never not at all. Stops at an answer that is not 0 and returns it; negative errno if the tables
 * cannot be read.
 */
typedef int (*flow_visit)(const struct flow_row *row, void *arg);
int flows_each(const struct maps *maps, flow_visit visit, void *arg);

/* How many that will be, about: for progress, told once in so many rows. 0: not known. */
#define PROGRESS_ROWS 4096
__u64 flows_expected(const struct maps *maps);

#endif
