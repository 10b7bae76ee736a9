/* SPDX-License-Identifier: GPL-2.0 */
/*
 * signals.h - the signals that end a process, as something to poll for.
 */
#ifndef USER_SIGNALS_H
#define USER_SIGNALS_H

/*
 * A descriptor that is readable once SIGINT or SIGTERM has come; they no longer kill, nor does SIGPIPE. Negative after
 * failed(): an exit code.
 */
int signals_open(void);

#endif
