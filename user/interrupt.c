/* SPDX-License-Identifier: GPL-2.0 */
/*
 * interrupt.c - see interrupt.h.
 */
#include <signal.h>

#include "interrupt.h"

static volatile sig_atomic_t seen;

static void interrupt(int signal)
{
	(void)signal;
	seen = 1;
}

void interrupts_catch(void)
{
	/* No SA_RESTART: the wait ends at once. */
	struct sigaction action = { .sa_handler = interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool interrupted(void)
{
	return seen;
}
