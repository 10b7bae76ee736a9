/* SPDX-License-Identifier: GPL-2.0 */
/*
 * scrape.h - reading everything that metrics.h tells, of the interfaces that were named or of all where levee is attached.
 *
 * Each scrape finds interfaces and opens their maps anew, and keeps none: a detach frees what it can. Only maps that could
 * not be opened again after privileges were dropped (their pins are root's alone) are kept, until levee is detached.
 */
#ifndef USER_SCRAPE_H
#define USER_SCRAPE_H

#include "maps.h"
#include "metrics.h"

#define SCRAPE_INTERFACES 64

struct scraped {
	char name[LEVEE_IFNAME_MAX];
	struct maps maps; /* kept: open all the time; else while they are read */
	int dir;	 /* of the pins, while maps are kept; else -1 */
	struct metrics_memory services;
};

struct scrape {
	bool named; /* only these; else those that are attached, and those that were */
	unsigned int count;
	struct scraped interface[SCRAPE_INTERFACES];
};

int scrape_begin(struct scrape *s, unsigned int count, const char *const *names);

/*
 * Before and after privileges are dropped: opens what is there now, then lets go of what can be opened again. How many
 * interfaces had to be kept.
 */
int scrape_keep(struct scrape *s);
unsigned int scrape_unkeep(struct scrape *s);

/* Could this process open pins, if there were any? */
bool scrape_sees_pins(void);

/* Exit code 4 if it may not even look for them. */
int scrape_check_rights(void);

/* Lets go of kept maps whose interface was detached. */
void scrape_release(struct scrape *s);

/* The document levee.metrics/1. *up as levee_up in it. The caller owns it. */
json_t *scrape_model(struct scrape *s, bool *up);

void scrape_end(struct scrape *s);

#endif
