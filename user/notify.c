/* SPDX-License-Identifier: GPL-2.0 */
/*
 * notify.c - see notify.h.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "cleanup.h"
#include "notify.h"

/* A path, or a name in the abstract namespace, which begins with @. Returns the address's length, 0: none that is known. */
static socklen_t manager(struct sockaddr_un *to)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path ? strlen(path) : 0;

	if (len < 2 || len >= sizeof(to->sun_path) || (path[0] != '/' && path[0] != '@'))
		return 0;
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(to->sun_path, path, len);
	if (path[0] == '@')
		to->sun_path[0] = '\0';
	return offsetof(struct sockaddr_un, sun_path) + len + (path[0] == '/');
}

void notify(const char *fmt, ...)
{
	struct sockaddr_un to;
	socklen_t len = manager(&to);
	close_fd int fd = len ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	char text[1024];
	va_list args;

	if (fd < 0)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&to, len);
}

unsigned int notify_watchdog_ms(void)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!us || (pid && atoi(pid) != getpid()))
		return 0;
	return strtoull(us, NULL, 10) / 1000;
}
