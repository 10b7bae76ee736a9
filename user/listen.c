/* SPDX-License-Identifier: GPL-2.0 */
/*
 * listen.c - see listen.h. Addresses only: a name could mean another address tomorrow.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "errors.h"
#include "listen.h"
#include "literal.h"

#define BACKLOG 64

bool listen_looks_like(const char *word)
{
	return strchr(word, ':') || strspn(word, "0123456789.") == strlen(word);
}

/* Digits only, up to 65535. "": the default. */
static bool parse_port(in_port_t *port, const char *text)
{
	int n = *text ? digits_parse(text, 65535) : LISTEN_PORT;

	*port = htons(n);
	return n >= 0;
}

static bool parse_v4(struct listen_address *to, const char *address, const char *port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&to->addr;

	to->len = sizeof(*in);
	in->sin_family = AF_INET;
	return inet_pton(AF_INET, *address ? address : "127.0.0.1", &in->sin_addr) == 1 &&
	       parse_port(&in->sin_port, port);
}

static bool parse_v6(struct listen_address *to, const char *address, const char *port)
{
	struct sockaddr_in6 *in = (struct sockaddr_in6 *)&to->addr;

	to->len = sizeof(*in);
	in->sin6_family = AF_INET6;
	return inet_pton(AF_INET6, address, &in->sin6_addr) == 1 && parse_port(&in->sin6_port, port);
}

/* "[ADDRESS]" or "[ADDRESS]:PORT", cut in place. */
static bool parse_brackets(struct listen_address *to, char *text)
{
	char *end = strchr(text, ']');

	if (!end || (end[1] && end[1] != ':'))
		return false;
	*end = '\0';
	return parse_v6(to, text + 1, end[1] ? end + 2 : "");
}

static bool parse(struct listen_address *to, char *text)
{
	char *colon = strchr(text, ':');

	if (*text == '[')
		return parse_brackets(to, text);
	if (colon && strchr(colon + 1, ':')) /* an IPv6 address without brackets, so without a port */
		return parse_v6(to, text, "");
	if (!colon)
		return strchr(text, '.') ? parse_v4(to, text, "") : parse_v4(to, "", text);
	*colon = '\0';
	return parse_v4(to, text, colon + 1);
}

int listen_parse(struct listen_address *to, const char *text)
{
	char copy[64];

	memset(to, 0, sizeof(*to));
	if (strlen(text) < sizeof(copy) && parse(to, strcpy(copy, text)))
		return 0;
	return failed(EXIT_USAGE,
		      "--listen: \"%s\" is not an address and a port\n"
		      "as 127.0.0.1:4987, [::1]:4987, :8080 or 0.0.0.0 (then everybody can read it)",
		      text);
}

const char *listen_text(char to[64], const struct listen_address *address)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->addr;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->addr;
	char text[INET6_ADDRSTRLEN];

	if (address->addr.ss_family == AF_INET)
		snprintf(to, 64, "%s:%u", inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text)), ntohs(v4->sin_port));
	else
		snprintf(to, 64, "[%s]:%u", inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text)),
			 ntohs(v6->sin6_port));
	return to;
}

static int cannot_listen(const struct listen_address *address, int err)
{
	char where[64];

	listen_text(where, address);
	if (err == EADDRINUSE)
		return failed(EXIT_FAILED,
			      "--listen %s: the port is in use\n\"ss -ltnp\" tells by whom; name another port", where);
	if (err == EADDRNOTAVAIL)
		return failed(
			EXIT_FAILED,
			"--listen %s: no interface here has this address\n\"ip -br address\" lists those there are",
			where);
	if (err == EACCES)
		return failed(EXIT_UNSUPPORTED,
			      "--listen %s: not permitted: ports below 1024 are root's\nname a higher one", where);
	return failed(EXIT_FAILED, "--listen %s: %s", where, strerror(err));
}

int listen_open(struct listen_address *address)
{
	int fd = socket(address->addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr *sa = (struct sockaddr *)&address->addr;

	if (fd < 0)
		return -cannot_listen(address, errno);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, sa, address->len) == 0 && listen(fd, BACKLOG) == 0 && getsockname(fd, sa, &address->len) == 0)
		return fd;
	on = cannot_listen(address, errno);
	close(fd);
	return -on;
}
