/* SPDX-License-Identifier: GPL-2.0 */
/*
 * listen.h - where a server listens: "127.0.0.1:4987", "[::1]:4987", "0.0.0.0", ":8080", "8080". Whatever is left out has
 * its default.
 */
#ifndef USER_LISTEN_H
#define USER_LISTEN_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * RFC 4987 is the one on SYN floods. Exporters of Prometheus have 9100 to 9999 and from 10000 up, by its wiki's list, and
 * the kernel gives connections ports from 32768 up: this one is in nobody's way.
 */
#define LISTEN_PORT 4987
#define LISTEN_DEFAULT "127.0.0.1:4987"

struct listen_address {
	struct sockaddr_storage addr;
	socklen_t len;
};

/* Could this be one, right or wrong? Else it is another word of the command line. */
bool listen_looks_like(const char *word);

/* Exit code 2 if it is none. */
int listen_parse(struct listen_address *to, const char *text);

/* "127.0.0.1:4987" or "[::1]:4987". Returns `to`. */
const char *listen_text(char to[64], const struct listen_address *address);

/* A listening socket, not blocking; the address gets the port that it has, if it was 0. Negative: an exit code. */
int listen_open(struct listen_address *address);

#endif
