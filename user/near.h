/* SPDX-License-Identifier: GPL-2.0 */
/*
 * near.h - which of the words that were possible did the user mean?
 */
#ifndef USER_NEAR_H
#define USER_NEAR_H

/* The search for the candidate that is nearest to `word`. Capitals do not matter to it, and - and _ are the same. */
struct near {
	const char *word;
	const char *best; /* NULL: none is near enough to be a slip of the finger */
	unsigned int distance;
};

struct near near_to(const char *word);
void near_consider(struct near *near, const char *candidate);

#endif
