/* SPDX-License-Identifier: GPL-2.0 */
/*
 * http.h - one page, /metrics, served by libmicrohttpd in the caller's thread and loop.
 *
 * Clients may be slow, many or hostile: connections are bounded in number, in time and in what they may send, and however
 * many ask, the page is made ten times a second at most.
 */
#ifndef USER_HTTP_H
#define USER_HTTP_H

#include <stddef.h>
#include <linux/types.h>

struct MHD_Daemon;
struct MHD_Response;
struct MHD_Connection;

#define HTTP_CONNECTIONS 64

/* The text of the page, which is freed after use; NULL: it cannot be made now. */
typedef char *(*http_page)(void *arg, size_t *len);

struct http {
	struct MHD_Daemon *daemon;
	struct MHD_Response *metrics; /* the page as last made */
	__u64 made_ms;      /* CLOCK_MONOTONIC */
	http_page page;
	void *arg;
	struct http_client {
		int fd; /* 0: none */
		__u64 since_ms;
	} client[HTTP_CONNECTIONS];
};

/* Serves who connects to the listening socket, which http_close() closes. After an error it is the caller's. */
int http_open(struct http *http, int listening, http_page page, void *arg);

/* Becomes readable when there is something to do; and how long http_turn() may wait at most, in ms. */
int http_descriptor(const struct http *http);
int http_patience(const struct http *http);

/* Does what can be done without waiting. */
void http_turn(struct http *http);

void http_close(struct http *http);

#endif
