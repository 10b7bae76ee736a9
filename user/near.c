/* SPDX-License-Identifier: GPL-2.0 */
/*
 * near.c - Levenshtein distance between what was typed and what could have been.
 */
#include <ctype.h>
#include <string.h>

#include "near.h"

#define LONGEST 31

static int letter(char c)
{
	return c == '-' ? '_' : tolower((unsigned char)c);
}

static unsigned int smallest(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Longer words are as far as can be. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[LONGEST + 1], la = strlen(a), lb = strlen(b);

	if (la > LONGEST || lb > LONGEST)
		return ~0U;
	for (unsigned int j = 0; j <= lb; j++)
		row[j] = j;
	for (unsigned int i = 1; i <= la; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= lb; j++) {
			unsigned int up = row[j];

			row[j] = smallest(row[j - 1] + 1, up + 1, diagonal + (letter(a[i - 1]) != letter(b[j - 1])));
			diagonal = up;
		}
	}
	return row[lb];
}

struct near near_to(const char *word)
{
	return (struct near){ .word = word, .distance = ~0U };
}

void near_consider(struct near *near, const char *candidate)
{
	unsigned int d = distance(near->word, candidate);

	if (d < near->distance && d <= 1 + strlen(candidate) / 3) {
		near->best = candidate;
		near->distance = d;
	}
}
