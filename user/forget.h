/* SPDX-License-Identifier: GPL-2.0 */
/*
 * forget.h - takes connections out of levee's tables, in batches, by the program levee_forget. The connections themselves
 * notice nothing.
 */
#ifndef USER_FORGET_H
#define USER_FORGET_H

#include <linux/if_ether.h>

#include <levee/config.h>

#define FORGET_ROWS 64 /* that one run of the program takes */

struct forgetting {
	int prog; /* descriptor of levee_forget */
	unsigned int rows;
	struct {
		struct ethhdr eth;
		struct levee_forget_row row[FORGET_ROWS];
	} __attribute__((packed)) frame;
};

void forget_begin(struct forgetting *f, int prog);

/* Negative errno. */
int forget_tuple(struct forgetting *f, const struct levee_tuple *tuple);
int forget_end(struct forgetting *f);

#endif
