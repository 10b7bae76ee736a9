/* SPDX-License-Identifier: GPL-2.0 */
/*
 * metrics.h - what levee tells Prometheus: counters and gauges as metric families (families.h). Pure; scrape.h reads.
 */
#ifndef USER_METRICS_H
#define USER_METRICS_H

#include "families.h"
#include "rates.h"

/* Of this program, and of a scrape as a whole: it took so long. */
void metrics_of_program(json_t *families, bool up, double seconds);

/* Is levee attached to the interface, and switched on? Of one that is not, this is all. */
void metrics_attached(json_t *families, const char *ifname, bool attached);

/* Of an interface whose pins are there: what is wrong with it, the bits of health.h. */
void metrics_problems(json_t *families, const char *ifname, unsigned int problems);

/* Of an attached interface. */
void metrics_interface(json_t *families, const struct maps *maps, const struct sample *now);

/* Markdown: every reason and every problem with its help, for docs/metrics.md. */
void metrics_document_reasons(FILE *to);
void metrics_document_problems(FILE *to);

/*
 * Of the listeners in `list`, the member "queues" of a document levee.queues/1, by endpoint. There may be thousands: this
 * many have a label of their own, those under most pressure first; the others are one, "other", with sums.
 */
#define METRICS_SERVICES 64

/* Which endpoints have labels of their own, and what "other" has told. */
struct metrics_memory {
	json_t *own;   /* endpoint: true. Who has a label keeps it for as long as it is there */
	json_t *other; /* counter: [as last summed, what to add so that it never falls] */
};

void metrics_services(json_t *families, const char *ifname, const json_t *list, struct metrics_memory *memory);
void metrics_forget(struct metrics_memory *memory);

/* Of the kernel, as netstat.h has them: the network namespace's, not an interface's. */
void metrics_kernel(json_t *families, const json_t *netstat);

#endif
