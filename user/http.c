/* SPDX-License-Identifier: GPL-2.0 */
/*
 * http.c - see http.h.
 *
 * libmicrohttpd is loaded when it is needed, and not linked: levee has to run on machines that do not have it (and what it
 * needs, GnuTLS above all), where everything else is one file that was copied there.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include <levee/levee.h>

#include "clock.h"
#include "errors.h"
#include "http.h"

#define LIBRARY "libmicrohttpd.so.12"

/* A scrape takes milliseconds. Who has not got his answer after so long is not let to hold the place of another. */
#define CLIENT_MS 5000
#define SILENT_S 2
#define CLIENT_MEMORY 8192 /* for what he sends and the head of the answer */

/* The datapath writes its gauges so often. */
#define PAGE_MS LEVEE_TICK_MS

#define FUNCTIONS(X)                       \
	X(MHD_start_daemon)                \
	X(MHD_stop_daemon)                 \
	X(MHD_run)                         \
	X(MHD_get_timeout)                 \
	X(MHD_get_daemon_info)             \
	X(MHD_get_connection_info)         \
	X(MHD_create_response_from_buffer) \
	X(MHD_add_response_header)         \
	X(MHD_queue_response)              \
	X(MHD_destroy_response)

static struct {
#define POINTER(name) typeof(name) *name;
	FUNCTIONS(POINTER)
#undef POINTER
} mhd;

static int load_library(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return failed(EXIT_UNSUPPORTED,
			      "--listen needs %s: %s\n"
			      "\"apt-get install libmicrohttpd12\" installs it; --textfile does without",
			      LIBRARY, dlerror());
#define FIND(name)                                          \
	mhd.name = (typeof(mhd.name))dlsym(library, #name); \
	if (!mhd.name)                                      \
		return failed(EXIT_UNSUPPORTED, "%s has no %s: it is another version", LIBRARY, #name);
	FUNCTIONS(FIND)
#undef FIND
	return 0;
}

/* --- answers */

static struct MHD_Response *response(char *text, size_t len, enum MHD_ResponseMemoryMode mode, const char *type)
{
	struct MHD_Response *r = mhd.MHD_create_response_from_buffer(len, text, mode);

	if (!r)
		return NULL;
	mhd.MHD_add_response_header(r, "Content-Type", type);
	/* Who is answered goes: a place is free again. */
	mhd.MHD_add_response_header(r, "Connection", "close");
	return r;
}

static enum MHD_Result answer_text(struct MHD_Connection *c, unsigned int status, const char *type, const char *text)
{
	struct MHD_Response *r = response((char *)text, strlen(text), MHD_RESPMEM_PERSISTENT, type);
	enum MHD_Result done;

	if (!r)
		return MHD_NO;
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		mhd.MHD_add_response_header(r, "Allow", "GET, HEAD");
	done = mhd.MHD_queue_response(c, status, r);
	mhd.MHD_destroy_response(r);
	return done;
}

/* Others who still read the old one keep it. */
static void make_page(struct http *http)
{
	size_t len;
	char *text;

	if (http->metrics && clock_monotonic_ms() - http->made_ms < PAGE_MS)
		return;
	if (http->metrics)
		mhd.MHD_destroy_response(http->metrics);
	text = http->page(http->arg, &len);
	http->metrics = text ? response(text, len, MHD_RESPMEM_MUST_FREE, "text/plain; version=0.0.4; charset=utf-8") :
			       NULL;
	http->made_ms = clock_monotonic_ms();
}

static enum MHD_Result answer_metrics(struct http *http, struct MHD_Connection *c)
{
	make_page(http);
	if (!http->metrics)
		return answer_text(c, MHD_HTTP_INTERNAL_SERVER_ERROR, "text/plain", "out of memory\n");
	return mhd.MHD_queue_response(c, MHD_HTTP_OK, http->metrics);
}

static enum MHD_Result answer(void *arg, struct MHD_Connection *c, const char *url, const char *method,
			      const char *version, const char *upload, size_t *upload_size, void **request)
{
	(void)version;
	(void)upload;
	(void)upload_size;
	(void)request;
	if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		return answer_text(c, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", "only GET and HEAD\n");
	if (strcmp(url, "/metrics") == 0)
		return answer_metrics(arg, c);
	if (strcmp(url, "/") == 0)
		return answer_text(
			c, MHD_HTTP_OK, "text/html; charset=utf-8",
			"<!DOCTYPE html><title>levee</title><h1>levee</h1><p><a href=\"/metrics\">Metrics</a>\n");
	return answer_text(c, MHD_HTTP_NOT_FOUND, "text/plain", "not found: there is /metrics\n");
}

/* --- clients */

static int descriptor_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = mhd.MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : 0;
}

static void came_or_went(void *arg, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode what)
{
	struct http_client *client = *context;
	struct http *http = arg;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED && client)
		client->fd = 0;
	if (what != MHD_CONNECTION_NOTIFY_STARTED)
		return;
	for (client = http->client; client < http->client + HTTP_CONNECTIONS; client++) {
		if (client->fd)
			continue;
		*client = (struct http_client){ descriptor_of(c), clock_monotonic_ms() };
		*context = client;
		return;
	}
}

/* The library's own limit begins anew with every byte. */
static void end_slow_clients(struct http *http)
{
	__u64 now = clock_monotonic_ms();

	for (int i = 0; i < HTTP_CONNECTIONS; i++)
		if (http->client[i].fd && now - http->client[i].since_ms > CLIENT_MS)
			shutdown(http->client[i].fd, SHUT_RDWR);
}

/* --- the daemon */

int http_open(struct http *http, int listening, http_page page, void *arg)
{
	int err = load_library();

	memset(http, 0, sizeof(*http));
	if (err)
		return err;
	http->page = page;
	http->arg = arg;
	http->daemon = mhd.MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, http, MHD_OPTION_LISTEN_SOCKET,
					    listening, MHD_OPTION_CONNECTION_LIMIT, HTTP_CONNECTIONS,
					    MHD_OPTION_CONNECTION_TIMEOUT, SILENT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
					    (size_t)CLIENT_MEMORY, MHD_OPTION_NOTIFY_CONNECTION, came_or_went, http,
					    MHD_OPTION_END);
	return http->daemon ? 0 : failed(EXIT_FAILED, "starting the HTTP server failed: %s", strerror(errno));
}

int http_descriptor(const struct http *http)
{
	const union MHD_DaemonInfo *info = mhd.MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	return info ? info->epoll_fd : -1;
}

int http_patience(const struct http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (mhd.MHD_get_timeout(http->daemon, &ms) != MHD_YES)
		return -1;
	return ms < CLIENT_MS ? ms : CLIENT_MS;
}

void http_turn(struct http *http)
{
	end_slow_clients(http);
	mhd.MHD_run(http->daemon);
}

void http_close(struct http *http)
{
	if (http->daemon)
		mhd.MHD_stop_daemon(http->daemon);
	if (http->metrics)
		mhd.MHD_destroy_response(http->metrics);
	memset(http, 0, sizeof(*http));
}
