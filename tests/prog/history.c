/* SPDX-License-Identifier: GPL-2.0 */
/*
 * history.c - the map of history itself: two that write the same places at once, and one that reads meanwhile. Every record
 * that is read is one that was written, whole.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "history.h"
#include "prog.h"

#include "levee.skel.h"

#define WRITERS 2
#define READS 300
#define NOW_MS 7000000000ULL /* the ring has gone round often */

struct writer {
	struct history history;
	uint64_t mark; /* of its own */
	int error;
	atomic_bool *stop;
};

/* Every word of a record says when and by whom it was written. */
static void fill(struct levee_history *h, uint64_t ms, uint64_t mark)
{
	uint64_t *word = (uint64_t *)&h->stats;

	*h = (struct levee_history){ .boot_ms = ms, .listen_overflows = mark, .flows = mark };
	for (size_t i = 0; i < sizeof(h->stats) / sizeof(*word); i++)
		word[i] = ms * 1000 + mark;
}

static bool whole(const struct levee_history *h)
{
	struct levee_history wanted;

	fill(&wanted, h->boot_ms, h->listen_overflows);
	return memcmp(&wanted, h, sizeof(wanted)) == 0;
}

static void *write_along(void *arg)
{
	struct levee_history record;
	struct writer *w = arg;

	for (uint64_t n = 0; !w->error && !atomic_load(w->stop); n++) {
		fill(&record, NOW_MS, w->mark + 10 * (n % 1000));
		w->error = history_write(&w->history, &record);
	}
	return NULL;
}

/* How many records there are, all of them looked at. */
static unsigned int read_all(struct world *w, int fd)
{
	struct history_list list;
	int err = history_read_map(fd, NOW_MS, &list);
	unsigned int count = list.count;

	if (err)
		complain(w, "reading failed: %s", strerror(-err));
	for (unsigned int i = 0; i < list.count; i++)
		if (!whole(&list.record[i]))
			complain(w, "record %u is half of one and half of another", i);
	history_free(&list);
	return count;
}

static void race(struct world *w)
{
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	int fd = bpf_map__fd(w->skel->maps.history);
	atomic_bool stop = false;

	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){ .history.fd = fd, .mark = i + 1, .stop = &stop };
		if (pthread_create(&threads[i], NULL, write_along, &writers[i])) {
			perror("prog-tests: cannot start a thread");
			_exit(2);
		}
	}
	for (int i = 0; i < READS && !w->failures; i++)
		read_all(w, fd);
	atomic_store(&stop, true);
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(threads[i], NULL);
		if (writers[i].error)
			complain(w, "writing failed: %s", strerror(-writers[i].error));
	}
	if (read_all(w, fd) != 1)
		complain(w, "one second was written, and there is not one record");
}

/* An hour later the same places have other records, and the old ones are nobody's. */
static void go_round(struct world *w)
{
	struct history history = { bpf_map__fd(w->skel->maps.history) };
	const uint64_t hour = LEVEE_HISTORY_RECORDS * 1000ULL;
	struct history_list list;
	struct levee_history record;

	for (int i = 0; i < 2; i++) {
		fill(&record, NOW_MS + i * hour, 1);
		history_write(&history, &record);
	}
	if (history_read_map(history.fd, NOW_MS + hour, &list) || !list.count ||
	    list.record[list.count - 1].boot_ms != NOW_MS + hour)
		complain(w, "the new record is not there");
	for (unsigned int i = 0; i < list.count; i++)
		if (list.record[i].boot_ms == NOW_MS)
			complain(w, "the old record is still there");
	history_free(&list);
}

static const struct {
	struct row row;
	void (*run)(struct world *w);
} tests[] = {
	{ { .name = "history: two write the same second, a third reads whole records" }, race },
	{ { .name = "history: after an hour the ring goes round" }, go_round },
};

void run_history(struct world *w, report_fn report)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		if (!wanted(tests[i].row.name))
			continue;
		world_reset(w, &tests[i].row, false, 4000, 5000);
		tests[i].run(w);
		report(w, w->failures == 0);
	}
}
