/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sources.c - rounds of sampling, and who sent the most.
 *
 * An answer covers the round that runs and the one before it, so that it never begins from nothing. Under a flood a round
 * lasts one call; where SYNs are rare it goes on, up to ten seconds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cleanup.h"
#include "clock.h"
#include "errors.h"
#include "sources.h"
#include "words.h"

/* So long does a mark hold: some calls of sources_read() may come late. */
#define WATCH_MS 3000

/* A round has told enough. */
#define ROUND_SYNS 512
#define ROUND_MS 10000

_Static_assert(WATCH_MS < LEVEE_LISTEN_MAX_MS, "else the datapath takes the mark for an old one");
_Static_assert(sizeof(struct levee_syn_sources) % 8 == 0, "the kernel rounds per-CPU values up to 8 bytes");

/* --- by prefix */

static void cut_to_prefix(union levee_addr *addr)
{
	if (levee_addr_is_v4(addr))
		addr->b[15] = 0;
	else
		addr->w[1] = 0;
}

static int by_address(const void *a, const void *b)
{
	const struct source_weight *x = a, *y = b;

	return memcmp(&x->source, &y->source, sizeof(x->source));
}

/* Keeps the rows sorted; what is less than the last of a full list goes. */
static void insert_row(struct source_list *list, const struct source_row *row)
{
	unsigned int i = SOURCES_MAX - 1;

	if (list->count < SOURCES_MAX)
		i = list->count++;
	else if (list->row[i].per_s >= row->per_s)
		return;
	for (; i > 0 && list->row[i - 1].per_s < row->per_s; i--)
		list->row[i] = list->row[i - 1];
	list->row[i] = *row;
}

/* Adds up what has the prefix of all[0]; returns how many that are. */
static unsigned int add_prefix(struct source_list *list, const struct source_weight *all, unsigned int count)
{
	struct source_row row = { .prefix = all[0].source };
	double syns = 0;
	unsigned int n;

	cut_to_prefix(&row.prefix);
	for (n = 0; n < count; n++) {
		union levee_addr prefix = all[n].source;

		cut_to_prefix(&prefix);
		if (memcmp(&prefix, &row.prefix, sizeof(prefix)))
			break;
		row.hosts += n == 0 || by_address(&all[n], &all[n - 1]);
		syns += all[n].syns;
	}
	row.per_s = list->span_ms ? syns * 1000 / list->span_ms : 0;
	row.share = list->seen ? syns / list->seen : 0;
	list->prefixes++;
	insert_row(list, &row);
	return n;
}

void sources_rank(struct source_list *list, struct source_weight *all, unsigned int count)
{
	list->count = 0;
	list->prefixes = 0;
	list->sampled = count;
	if (count)
		qsort(all, count, sizeof(*all), by_address);
	for (unsigned int i = 0; i < count;)
		i += add_prefix(list, &all[i], count - i);
}

void sources_collect(struct source_round *round, const struct levee_syn_sources *cpu, unsigned int cpus)
{
	round->seen = 0;
	round->count = 0;
	for (unsigned int c = 0; c < cpus; c++) {
		unsigned int n = cpu[c].seen < LEVEE_SOURCE_SAMPLES ? cpu[c].seen : LEVEE_SOURCE_SAMPLES;

		if (cpu[c].round_ms != round->round_ms)
			continue;
		round->seen += cpu[c].seen;
		for (unsigned int i = 0; i < n; i++)
			round->sample[round->count++] = (struct source_weight){ cpu[c].source[i],
										(double)cpu[c].seen / n };
	}
}

const char *text_prefix(char to[56], const union levee_addr *prefix)
{
	char address[48];

	snprintf(to, 56, "%s/%d", text_address(address, prefix),
		 levee_addr_is_v4(prefix) ? SOURCE_PREFIX_V4 : SOURCE_PREFIX_V6);
	return to;
}

/* --- rounds */

static __u32 now_ms(const struct sources *s)
{
	__u32 now = clock_ms(&s->maps->settings.clock);

	return now ? now : 1;
}

static int say(const struct sources *s, __u32 round_ms)
{
	__u32 until = now_ms(s) + WATCH_MS;
	struct levee_source_watch mark = { .until_ms = until ? until : 1, .round_ms = round_ms };

	return maps_write(s->watch, &mark);
}

/* Does somebody look already? Then his round goes on. */
static __u32 round_to_join(const struct sources *s)
{
	struct levee_source_watch mark;

	if (maps_read(s->maps, MAP_SOURCE_WATCH, &mark) == 0 && mark.until_ms &&
	    mark.until_ms - now_ms(s) < LEVEE_LISTEN_MAX_MS)
		return mark.round_ms;
	return now_ms(s);
}

static int take_memory(struct sources *s)
{
	int cpus = libbpf_num_possible_cpus();
	unsigned int most;

	if (cpus < 0)
		return cpus;
	s->cpus = cpus;
	most = s->cpus * LEVEE_SOURCE_SAMPLES;
	s->cpu = calloc(s->cpus, sizeof(*s->cpu));
	s->both = calloc(2 * most, sizeof(*s->both));
	for (int i = 0; i < 2; i++)
		s->round[i].sample = calloc(most, sizeof(*s->round[i].sample));
	return s->cpu && s->both && s->round[0].sample && s->round[1].sample ? 0 : -ENOMEM;
}

int sources_open(struct sources *s, const struct maps *maps)
{
	int err;

	*s = (struct sources){ .maps = maps, .watch = maps_open_writable(maps, MAP_SOURCE_WATCH) };
	if (s->watch < 0)
		return -s->watch;
	err = take_memory(s);
	if (!err) {
		s->round[1].round_ms = round_to_join(s);
		err = say(s, s->round[1].round_ms);
	}
	return err ? failed(EXIT_FAILED, "%s: sampling sources failed: %s", maps->ifname, strerror(-err)) : 0;
}

/* The latest round has ended, by us or by another who looks: what was read of it last is what we know. */
static void next_round(struct sources *s, __u32 round_ms)
{
	struct source_round before = s->round[0];

	s->round[0] = s->round[1];
	s->round[1] = before;
	s->round[1].round_ms = round_ms;
}

static bool has_told_enough(const struct source_round *r)
{
	return r->seen >= ROUND_SYNS || r->span_ms >= ROUND_MS;
}

static void answer(struct sources *s, struct source_list *list)
{
	const struct source_round *a = &s->round[0], *b = &s->round[1];

	memcpy(s->both, a->sample, a->count * sizeof(*a->sample));
	memcpy(s->both + a->count, b->sample, b->count * sizeof(*b->sample));
	list->seen = a->seen + b->seen;
	list->span_ms = a->span_ms + b->span_ms;
	sources_rank(list, s->both, a->count + b->count);
}

int sources_read(struct sources *s, struct source_list *list)
{
	static const __u32 first;
	struct levee_source_watch mark;
	int err = maps_read(s->maps, MAP_SOURCE_WATCH, &mark);

	if (err)
		return err;
	if (bpf_map_lookup_elem(s->maps->fd[MAP_SYN_SOURCES], &first, s->cpu))
		return -errno;
	if (mark.round_ms != s->round[1].round_ms)
		next_round(s, mark.round_ms);
	s->round[1].span_ms = now_ms(s) - mark.round_ms;
	sources_collect(&s->round[1], s->cpu, s->cpus);
	answer(s, list);
	return say(s, has_told_enough(&s->round[1]) ? now_ms(s) : mark.round_ms);
}

void sources_close(struct sources *s)
{
	cleanup_fd(&s->watch);
	s->watch = -1;
	free(s->cpu);
	free(s->both);
	for (int i = 0; i < 2; i++)
		free(s->round[i].sample);
}
