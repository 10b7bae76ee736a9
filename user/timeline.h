/* SPDX-License-Identifier: GPL-2.0 */
/*
 * timeline.h - records of history as what they mean: rates and gauges over time, gaps, times of cookie mode, attacks.
 * All of it is pure.
 */
#ifndef USER_TIMELINE_H
#define USER_TIMELINE_H

#include <jansson.h>

#include <levee/history.h>

/* Records further apart than this have a gap between them: nobody wrote. */
#define TIMELINE_GAP_MS 5000

/* Times of cookie mode that are closer than this belong to one attack. */
#define TIMELINE_ATTACK_APART_MS 60000

struct timeline {
	const struct levee_history *record; /* by time */
	unsigned int count;
	__s64 unix_minus_boot_ms; /* what the wall's clock says now, less CLOCK_BOOTTIME */
};

/*
 * What the columns are, one value per record each. Rates are per second since the record before; null for the first one
 * and behind a gap. X(name, help)
 */
#define TIMELINE_RATES(X)                                                                              \
	X(syns, "SYN segments received")                                                               \
	X(handshakes, "connections made by a handshake that levee watched")                            \
	X(cookie_flows, "connections made by a cookie that came back")                                 \
	X(unfinished, "SYN segments that made no connection; repeated ones count")                     \
	X(cookies_sent, "cookie SYN-ACKs sent")                                                        \
	X(cookies_valid, "cookies that came back valid")                                               \
	X(cookies_invalid, "ACKs checked for a cookie that had none")                                  \
	X(cookies_socket, "sockets made from a cookie")                                                \
	X(passes, "packets passed to the stack")                                                       \
	X(drops, "packets dropped")                                                                    \
	X(drops_strangers, "dropped: of no connection, no cookie or a wrong one")                      \
	X(drops_syns, "dropped: SYNs with a wrong checksum, too long, or repeated too fast")           \
	X(drops_full, "dropped: the accept queue was full, or there was no room for the flow")         \
	X(drops_malformed, "dropped: malformed")                                                       \
	X(drops_other, "dropped for another reason")                                                   \
	X(listen_overflows, "ListenOverflows: connections lost to a full accept queue, by the kernel") \
	X(listen_drops, "ListenDrops: SYNs and ACKs that the kernel's listeners dropped")

#define TIMELINE_GAUGES(X)                                                         \
	X(half_open, "half-open entries in the table")                             \
	X(share_percent, "the fullest listener's half-open entries, of its share") \
	X(share_port, "port of that listener, 0 none")                             \
	X(flows, "flows in the table")                                             \
	X(in_flight, "cookies that may still come back")                           \
	X(accept_percent, "the fullest accept queue, of its backlog")              \
	X(accept_port, "port of that listener, 0 none")                            \
	X(cookie_mode, "listeners in cookie mode; the whole table counts as one")

/* {"time_unix_ms": [...], "syns": [...], ...} */
json_t *timeline_columns(const struct timeline *t);

/* {"syns": "SYN segments received", ...} */
json_t *timeline_help(void);

/* [{"from_unix_ms": n, "to_unix_ms": n}, ...]: between records that are too far apart; of cookie mode, as far as recorded. */
json_t *timeline_gaps(const struct timeline *t);
json_t *timeline_cookie_mode(const struct timeline *t);

/*
 * Times of cookie mode, and the flood in each: from the first to the last second in which at least a tenth as many SYNs
 * as at the worst led to no connection. "kind" is flood; burst, if at least half of the SYNs became connections; or ended,
 * if it was on before recording began and clients get through.
 */
json_t *timeline_attacks(const struct timeline *t);

/* ms that lie between records without a gap. */
__u64 timeline_covered_ms(const struct timeline *t);

#endif
