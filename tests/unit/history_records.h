/* SPDX-License-Identifier: GPL-2.0 */
/*
 * history_records.h - records made up for tests: what a levee would have written that counted so much.
 */
#ifndef UNIT_HISTORY_RECORDS_H
#define UNIT_HISTORY_RECORDS_H

#include "unit.h"

#include <stdlib.h>

#include "report.h"
#include "timeline.h"

#define NOW_UNIX_MS 1790000000000LL
#define HOUR_MS 3600000ULL

/* A levee whose counters go on from one record to the next. */
struct teller {
	struct history_list list;
	struct levee_history now; /* what the next record is made from */
};

static inline void teller_begin(struct teller *t, uint64_t boot_ms)
{
	memset(t, 0, sizeof(*t));
	t->list.record = calloc(LEVEE_HISTORY_RECORDS + 1, sizeof(struct levee_history));
	assert_non_null(t->list.record);
	t->now.boot_ms = boot_ms;
}

static inline void teller_record(struct teller *t)
{
	assert_true(t->list.count <= LEVEE_HISTORY_RECORDS);
	t->list.record[t->list.count++] = t->now;
}

/* So many more of each, and a record, `ms` later. */
static inline void teller_second(struct teller *t, unsigned int ms, unsigned int syns, unsigned int handshakes,
				 unsigned int cookies, unsigned int valid)
{
	__u64 *c = t->now.stats.counter;

	t->now.boot_ms += ms;
	c[LEVEE_C_SYN] += syns;
	c[LEVEE_C_FLOW_HANDSHAKE] += handshakes;
	c[LEVEE_C_COOKIE_SENT] += cookies;
	c[LEVEE_C_COOKIE_VALID] += valid;
	c[LEVEE_C_COOKIE_SOCKET] += valid;
	c[LEVEE_C_FLOW_COOKIE] += valid;
	t->now.stats.reason[LEVEE_TX_COOKIE] += cookies;
	t->now.stats.reason[LEVEE_PASS_SYN] += syns - cookies;
	teller_record(t);
}

static inline void teller_end(struct teller *t)
{
	history_free(&t->list);
}

/* "history" of the document, as of the last record. */
static inline json_t *teller_history(const struct teller *t)
{
	json_t *history = report_history(&t->list, true, t->now.boot_ms, NOW_UNIX_MS);

	assert_non_null(history);
	return history;
}

#endif
