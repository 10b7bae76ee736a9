/* SPDX-License-Identifier: GPL-2.0 */
/*
 * notify.h - telling systemd how a service is: the protocol of sd_notify(3), which is datagrams of text to a socket that the
 * environment names. libsystemd would do that too, but there is no static one, and levee is one file.
 */
#ifndef USER_NOTIFY_H
#define USER_NOTIFY_H

#include <levee/levee.h>

/* Lines as in sd_notify(3), "READY=1\nSTATUS=...". Without a service manager nothing happens; nor if it does not listen. */
void notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* How often the service manager wants to hear WATCHDOG=1 of this process, in ms; 0: it does not. */
unsigned int notify_watchdog_ms(void);

#endif
