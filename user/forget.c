/* SPDX-License-Identifier: GPL-2.0 */
/*
 * forget.c - see forget.h.
 */
#include <string.h>
#include <arpa/inet.h>

#include "forget.h"
#include "seed.h"

void forget_begin(struct forgetting *f, int prog)
{
	memset(f, 0, sizeof(*f));
	f->prog = prog;
	f->frame.eth.h_proto = htons(SEED_FRAME_TYPE);
}

static int flush(struct forgetting *f)
{
	unsigned int rows = f->rows;

	f->rows = 0;
	return rows ? seed_run(f->prog, &f->frame, sizeof(f->frame.eth) + rows * sizeof(f->frame.row[0])) : 0;
}

int forget_tuple(struct forgetting *f, const struct levee_tuple *tuple)
{
	f->frame.row[f->rows++].tuple = *tuple;
	return f->rows == FORGET_ROWS ? flush(f) : 0;
}

int forget_end(struct forgetting *f)
{
	return flush(f);
}
