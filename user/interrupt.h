/* SPDX-License-Identifier: GPL-2.0 */
/*
 * interrupt.h - Ctrl-C and SIGTERM end a command that goes on by itself, in good order.
 */
#ifndef USER_INTERRUPT_H
#define USER_INTERRUPT_H

#include <stdbool.h>

/* From here on the two signals do not kill; they end whatever call the process waits in. */
void interrupts_catch(void);

/* Was there one? */
bool interrupted(void);

#endif
