/* SPDX-License-Identifier: GPL-2.0 */
/*
 * timeline.c - rates are differences of totals, and only of neighbours: see levee/history.h.
 */
#include <arpa/inet.h>

#include "rates.h"
#include "timeline.h"

typedef const struct levee_history record;

static __s64 unix_ms(const struct timeline *t, unsigned int i)
{
	return t->record[i].boot_ms + t->unix_minus_boot_ms;
}

/* Is record i not the next one after i - 1? Totals that fell are of counters that began anew. */
static bool gap_before(const struct timeline *t, unsigned int i)
{
	record *now = &t->record[i], *before = now - 1;

	return i == 0 || now->boot_ms - before->boot_ms > TIMELINE_GAP_MS ||
	       now->stats.counter[LEVEE_C_SYN] < before->stats.counter[LEVEE_C_SYN];
}

/* --- totals, by the names of TIMELINE_RATES */

enum drop_group { GROUP_OTHER, GROUP_STRANGERS, GROUP_SYNS, GROUP_FULL, GROUP_MALFORMED };

static const unsigned char drop_groups[LEVEE_REASON_COUNT] = {
	[LEVEE_DROP_IP_LENGTH] = GROUP_MALFORMED,   [LEVEE_DROP_TCP_LENGTH] = GROUP_MALFORMED,
	[LEVEE_DROP_NO_FLAGS] = GROUP_MALFORMED,    [LEVEE_DROP_SYN_FIN] = GROUP_MALFORMED,
	[LEVEE_DROP_SYN_RST] = GROUP_MALFORMED,	    [LEVEE_DROP_FIN_NO_ACK] = GROUP_MALFORMED,
	[LEVEE_DROP_BAD_ADDRESS] = GROUP_MALFORMED, [LEVEE_DROP_CHECKSUM] = GROUP_SYNS,
	[LEVEE_DROP_SYN_TOO_LONG] = GROUP_SYNS,	    [LEVEE_DROP_SYN_REPEATED] = GROUP_SYNS,
	[LEVEE_DROP_BAD_COOKIE] = GROUP_STRANGERS,  [LEVEE_DROP_NO_FLOW] = GROUP_STRANGERS,
	[LEVEE_DROP_HALF_OPEN] = GROUP_STRANGERS,   [LEVEE_DROP_COOKIE_NO_ROOM] = GROUP_FULL,
	[LEVEE_DROP_ACCEPT_QUEUE] = GROUP_FULL,
};

static __u64 group_total(record *r, enum drop_group group)
{
	__u64 sum = 0;

	for (unsigned int i = LEVEE_DROP_IP_LENGTH; i < LEVEE_REASON_COUNT; i++)
		if (drop_groups[i] == group)
			sum += r->stats.reason[i];
	return sum;
}

static __u64 reasons_total(record *r, unsigned int first, unsigned int end)
{
	__u64 sum = 0;

	for (unsigned int i = first; i < end; i++)
		sum += r->stats.reason[i];
	return sum;
}

#define COUNTER(name, COUNTER)                              \
	static __u64 total_##name(record *r)                \
	{                                                   \
		return r->stats.counter[LEVEE_C_##COUNTER]; \
	}
COUNTER(syns, SYN)
COUNTER(handshakes, FLOW_HANDSHAKE)
COUNTER(cookie_flows, FLOW_COOKIE)
COUNTER(cookies_sent, COOKIE_SENT)
COUNTER(cookies_valid, COOKIE_VALID)
COUNTER(cookies_invalid, COOKIE_INVALID)
COUNTER(cookies_socket, COOKIE_SOCKET)
#undef COUNTER

#define DROPS(name, GROUP)                            \
	static __u64 total_##name(record *r)          \
	{                                             \
		return group_total(r, GROUP_##GROUP); \
	}
DROPS(drops_strangers, STRANGERS)
DROPS(drops_syns, SYNS)
DROPS(drops_full, FULL)
DROPS(drops_malformed, MALFORMED)
DROPS(drops_other, OTHER)
#undef DROPS

static __u64 total_passes(record *r)
{
	return reasons_total(r, 0, LEVEE_TX_COOKIE);
}

static __u64 total_drops(record *r)
{
	return reasons_total(r, LEVEE_DROP_IP_LENGTH, LEVEE_REASON_COUNT);
}

static __u64 total_listen_overflows(record *r)
{
	return r->listen_overflows;
}

static __u64 total_listen_drops(record *r)
{
	return r->listen_drops;
}

typedef __u64 (*total_of)(record *r);

static double per_second(record *before, record *now, total_of total)
{
	__s64 gained = total(now) - total(before);

	return gained > 0 ? gained * 1000.0 / (now->boot_ms - before->boot_ms) : 0;
}

#define RATE(name)                                             \
	static double rate_##name(record *before, record *now) \
	{                                                      \
		return per_second(before, now, total_##name);  \
	}
RATE(syns)
RATE(handshakes)
RATE(cookie_flows)
RATE(cookies_sent)
RATE(cookies_valid)
RATE(cookies_invalid)
RATE(cookies_socket)
RATE(passes)
RATE(drops)
RATE(drops_strangers)
RATE(drops_syns)
RATE(drops_full)
RATE(drops_malformed)
RATE(drops_other)
RATE(listen_overflows)
RATE(listen_drops)
#undef RATE

/* A connection is made a round trip after its SYN, so that a second may make more of them than it has SYNs. */
static double rate_unfinished(record *before, record *now)
{
	double made = rate_handshakes(before, now) + rate_cookie_flows(before, now);
	double syns = rate_syns(before, now);

	return syns > made ? syns - made : 0;
}

/* --- gauges, by the names of TIMELINE_GAUGES */

static double percent(__u32 used, __u32 of)
{
	return of ? 100.0 * used / of : 0;
}

static double gauge_half_open(record *r)
{
	return r->half_open;
}

static double gauge_share_percent(record *r)
{
	return percent(r->share_used, r->share);
}

static double gauge_share_port(record *r)
{
	return ntohs(r->share_port);
}

static double gauge_flows(record *r)
{
	return r->flows;
}

static double gauge_in_flight(record *r)
{
	return r->in_flight;
}

static double gauge_accept_percent(record *r)
{
	return percent(r->accept_used, r->accept_backlog);
}

static double gauge_accept_port(record *r)
{
	return ntohs(r->accept_port);
}

static double gauge_cookie_mode(record *r)
{
	return r->services_in_cookie_mode + (r->mode == LEVEE_MODE_COOKIE);
}

/* --- columns */

/* Whole numbers stand as such: half of a page is digits. */
static json_t *number(double value)
{
	long long tenths = value * 10 + 0.5;

	return tenths % 10 == 0 ? json_integer(tenths / 10) : json_real(tenths / 10.0);
}

static json_t *times(const struct timeline *t)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < t->count; i++)
		json_array_append_new(list, json_integer(unix_ms(t, i)));
	return list;
}

static json_t *rates(const struct timeline *t, double (*rate)(record *before, record *now))
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < t->count; i++)
		json_array_append_new(list,
				      gap_before(t, i) ? json_null() : number(rate(&t->record[i - 1], &t->record[i])));
	return list;
}

static json_t *gauges(const struct timeline *t, double (*gauge)(record *r))
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < t->count; i++)
		json_array_append_new(list, number(gauge(&t->record[i])));
	return list;
}

json_t *timeline_columns(const struct timeline *t)
{
	json_t *columns = json_pack("{s:o}", "time_unix_ms", times(t));

#define ADD_RATE(name, help) json_object_set_new(columns, #name, rates(t, rate_##name));
#define ADD_GAUGE(name, help) json_object_set_new(columns, #name, gauges(t, gauge_##name));
	TIMELINE_RATES(ADD_RATE)
	TIMELINE_GAUGES(ADD_GAUGE)
	return columns;
}

json_t *timeline_help(void)
{
	json_t *all = json_object();

#define ADD_HELP(name, help) json_object_set_new(all, #name, json_string(help));
	TIMELINE_RATES(ADD_HELP)
	TIMELINE_GAUGES(ADD_HELP)
	return all;
}

/* --- spans */

static json_t *span(__s64 from, __s64 to)
{
	return json_pack("{s:I, s:I}", "from_unix_ms", (json_int_t)from, "to_unix_ms", (json_int_t)to);
}

json_t *timeline_gaps(const struct timeline *t)
{
	json_t *list = json_array();

	for (unsigned int i = 1; i < t->count; i++)
		if (gap_before(t, i))
			json_array_append_new(list, span(unix_ms(t, i - 1), unix_ms(t, i)));
	return list;
}

__u64 timeline_covered_ms(const struct timeline *t)
{
	__u64 sum = 0;

	for (unsigned int i = 1; i < t->count; i++)
		if (!gap_before(t, i))
			sum += t->record[i].boot_ms - t->record[i - 1].boot_ms;
	return sum;
}

static bool in_cookie_mode(record *r)
{
	return r->services_in_cookie_mode || r->mode == LEVEE_MODE_COOKIE;
}

/* The first record at or after `i` that is in cookie mode; count if there is none. */
static unsigned int next_on(const struct timeline *t, unsigned int i)
{
	while (i < t->count && !in_cookie_mode(&t->record[i]))
		i++;
	return i;
}

json_t *timeline_cookie_mode(const struct timeline *t)
{
	json_t *list = json_array();

	for (unsigned int i = next_on(t, 0), last; i < t->count; i = next_on(t, last + 1)) {
		for (last = i; last + 1 < t->count && in_cookie_mode(&t->record[last + 1]); last++)
			if (gap_before(t, last + 1))
				break;
		json_array_append_new(list, span(unix_ms(t, i), unix_ms(t, last)));
	}
	return list;
}

/* --- attacks */

/* Records `base` to `last`; cookie mode was on from base + 1, or base if that is the first one or stands behind a gap. */
struct attack {
	const struct timeline *t;
	unsigned int base, last;
	unsigned int peak; /* with most SYNs; 0 if there is no rate at all */
	double syns, unfinished; /* the most per second of each */
	unsigned int from, to; /* of the flood */
};

static void measure_peak(struct attack *a)
{
	for (unsigned int i = a->base + 1; i <= a->last; i++) {
		record *r = &a->t->record[i];

		if (gap_before(a->t, i))
			continue;
		if (!a->peak || rate_syns(r - 1, r) > a->syns) {
			a->syns = rate_syns(r - 1, r);
			a->peak = i;
		}
		if (rate_unfinished(r - 1, r) > a->unfinished)
			a->unfinished = rate_unfinished(r - 1, r);
	}
}

static void measure_flood(struct attack *a)
{
	double least = a->unfinished > 10 ? a->unfinished / 10 : 1;
	bool found = false;

	a->from = a->base;
	a->to = a->last;
	for (unsigned int i = a->base + 1; i <= a->last; i++) {
		record *r = &a->t->record[i];

		if (gap_before(a->t, i) || rate_unfinished(r - 1, r) < least)
			continue;
		if (!found)
			a->from = i - 1;
		found = true;
		a->to = i;
	}
}

static json_int_t gained(const struct attack *a, total_of total)
{
	return total(&a->t->record[a->last]) - total(&a->t->record[a->base]);
}

/* Where the beginning was not recorded and clients get through, it is what a flood from before has left. */
static const char *kind_of(const struct attack *a)
{
	json_int_t made = gained(a, total_handshakes) + gained(a, total_cookie_flows), syns = gained(a, total_syns);

	if (made * 2 < syns)
		return "flood";
	return in_cookie_mode(&a->t->record[a->base]) ? "ended" : "burst";
}

static json_t *attack_model(const struct attack *a)
{
	const struct timeline *t = a->t;

	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "kind", kind_of(a),
			 "from_unix_ms", (json_int_t)unix_ms(t, a->from), "to_unix_ms", (json_int_t)unix_ms(t, a->to),
			 "cookie_mode_from_unix_ms", (json_int_t)unix_ms(t, a->base), "cookie_mode_to_unix_ms",
			 (json_int_t)unix_ms(t, a->last), "peak_unix_ms",
			 (json_int_t)unix_ms(t, a->peak ? a->peak : a->last), "peak_syns_per_s", a->syns, "syns",
			 gained(a, total_syns), "cookies_sent", gained(a, total_cookies_sent), "cookies_valid",
			 gained(a, total_cookies_valid), "handshakes", gained(a, total_handshakes), "cookie_flows",
			 gained(a, total_cookie_flows), "drops", gained(a, total_drops), "dropped",
			 stats_gained(&t->record[a->base].stats, &t->record[a->last].stats, "drop"));
}

/* The last record in cookie mode that belongs to the attack which record `i` begins. */
static unsigned int attack_end(const struct timeline *t, unsigned int i)
{
	for (unsigned int next; (next = next_on(t, i + 1)) < t->count; i = next)
		if (t->record[next].boot_ms - t->record[i].boot_ms > TIMELINE_ATTACK_APART_MS)
			break;
	return i;
}

json_t *timeline_attacks(const struct timeline *t)
{
	json_t *list = json_array();

	for (unsigned int i = next_on(t, 0); i < t->count;) {
		struct attack a = { .t = t, .base = gap_before(t, i) ? i : i - 1, .last = attack_end(t, i) };

		measure_peak(&a);
		measure_flood(&a);
		json_array_append_new(list, attack_model(&a));
		i = next_on(t, a.last + 1);
	}
	return list;
}
