/* SPDX-License-Identifier: GPL-2.0 */
/*
 * watch.c - see watch.h.
 */
#include <errno.h>
#include <signal.h>

#include "watch.h"

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

void watch_begin(struct timespec *at)
{
	/* No SA_RESTART: the wait ends at once. */
	struct sigaction action = { .sa_handler = interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	clock_gettime(CLOCK_MONOTONIC, at);
}

bool watch_wait(struct timespec *at, unsigned int ms)
{
	at->tv_sec += ms / 1000;
	at->tv_nsec += ms % 1000 * 1000000L;
	if (at->tv_nsec >= 1000000000L) {
		at->tv_sec++;
		at->tv_nsec -= 1000000000L;
	}
	while (!interrupted && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, at, NULL) == EINTR)
		;
	return !interrupted;
}
