/* SPDX-License-Identifier: GPL-2.0 */
/*
 * queues.h - the SYN queue and the accept queue of every listener that an interface reaches, as the kernel has them and as
 * levee counts them, side by side; and how long handshakes take.
 */
#ifndef USER_QUEUES_H
#define USER_QUEUES_H

#include <stdio.h>
#include <jansson.h>

#include "listening.h"
#include "maps.h"
#include "roundtrips.h"

/* The document levee.queues/1; NULL and errno. The caller owns it. */
json_t *queues_model(const struct maps *maps);

/*
 * Its member "queues" alone, for `levee stats`. Where the machine has so many sockets that looking at each would cost too
 * much, the kernel's half-open connections are not counted: null.
 */
json_t *queues_list(const struct maps *maps);

/* What the kernel's counters have gained since the document before, as "kernel_gained" and "interval_s". */
void queues_compare(json_t *doc, const json_t *before);

void queues_render(const json_t *doc, FILE *to);

/* Those that are under pressure, a line each, or that none is. */
void queues_render_pressure(const json_t *queues, FILE *to);

/* --- pure, for tests */

/* One listener, or one service that has none here. */
struct queue {
	const struct listening *kernel; /* NULL: none */
	const struct levee_service *owner; /* NULL: levee does not know it */
	unsigned char flags;	     /* LEVEE_SVC_* of all its services; GONE only if all are */
	__u64 syns, sent, valid, refused;
	struct roundtrips rtt;
};

struct queues_view {
	const struct maps *maps;
	struct levee_runtime runtime;
	__u32 now_ms;   /* as clock_ms() has it */
	bool half_open_counted; /* the kernel's */
	bool half_open_partial; /* there are more than LISTENING_HALF_OPEN_MAX: not all of them */
};

/* The member "queues": sorts `queues`, the one under most pressure first. */
json_t *queues_array(const struct queues_view *view, struct queue *queues, unsigned int count);

#endif
