/* SPDX-License-Identifier: GPL-2.0 */
/*
 * watch.h - doing something again and again until Ctrl-C, at a pace that does not drift.
 */
#ifndef USER_WATCH_H
#define USER_WATCH_H

#include <stdbool.h>
#include <time.h>

/* From now on SIGINT and SIGTERM end a wait instead of the process. */
void watch_begin(struct timespec *at);

/* Sleeps until so many ms after *at, which moves on. False if there was a signal. */
bool watch_wait(struct timespec *at, unsigned int ms);

#endif
