/* SPDX-License-Identifier: GPL-2.0 */
/*
 * client.c - serial HTTP clients for the lab: each connects, asks for one page, reads to the end, closes, again;
 * together they say how many connections they got and how long those took. curl costs several times the CPU of the
 * connection that it measures; on the one core that clients, server and receive side share, it would be the bottleneck.
 *
 * A lost SYN stops a serial client for a second, as it stops a person; so there are several.
 */
#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define REQUEST "GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n"
#define SAMPLES_MAX 1000000
#define CLIENTS_MAX 64
#define PORTS 13000U /* of one client: a port is not used twice, so that no SYN meets its predecessor's TIME_WAIT */
#define GIVE_UP_S 3 /* a client that waits longer goes away */

struct route {
	struct sockaddr_in from, to;
	double settled, end;
	unsigned int first_port;
};

/* Shared by the clients, each a process. */
struct tally {
	atomic_uint served, failed;
	double ms[SAMPLES_MAX];
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Reads to the end; a page counts if it begins as a success does. */
static bool read_page(int fd)
{
	char page[4096];
	ssize_t n = recv(fd, page, sizeof(page), 0);
	bool good = n >= 12 && !memcmp(page + 8, " 200", 4);

	while (n > 0)
		n = recv(fd, page, sizeof(page), 0);
	return good && n == 0;
}

static bool fetch(const struct route *r, unsigned int number)
{
	struct sockaddr_in from = r->from;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	struct timeval limit = { .tv_sec = GIVE_UP_S };
	bool good;

	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)); /* of connect() too */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	from.sin_port = htons(r->first_port + number % PORTS);
	good = !bind(fd, (const void *)&from, sizeof(from)) && !connect(fd, (const void *)&r->to, sizeof(r->to)) &&
	       send(fd, REQUEST, sizeof(REQUEST) - 1, MSG_NOSIGNAL) > 0 && read_page(fd);
	close(fd);
	return good;
}

/* What ends while it counts is counted, whenever it began: a client that was stalled shows its stall. */
static void client(const struct route *r, struct tally *tally)
{
	unsigned int number = 0;
	double began, ended;

	for (began = now(); began < r->end; began = ended) {
		bool good = fetch(r, number++);
		unsigned int i;

		ended = now();
		if (ended < r->settled || ended > r->end)
			continue;
		if (!good) {
			tally->failed++;
			continue;
		}
		i = tally->served++;
		if (i < SAMPLES_MAX)
			tally->ms[i] = (ended - began) * 1000;
	}
}

/* All of them, each from an address of its own. */
static bool run_clients(struct route r, unsigned int clients, struct tally *tally)
{
	uint32_t first = ntohl(r.from.sin_addr.s_addr);
	unsigned int started = 0;

	for (; started < clients; started++) {
		pid_t pid;

		r.from.sin_addr.s_addr = htonl(first + started);
		pid = fork();
		if (pid < 0)
			break;
		if (!pid) {
			client(&r, tally);
			_exit(0);
		}
	}
	for (unsigned int i = 0; i < started; i++)
		wait(NULL);
	return started == clients;
}

static const char usage[] =
	"Usage: bench client FROM CLIENTS FIRST_PORT TO PORT SETTLE SECONDS\n"
	"CLIENTS serial clients, from address FROM and port FIRST_PORT on, connect for SETTLE seconds uncounted and SECONDS counted.\n"
	"Prints: connections/s, p50 ms, p99 ms, failed.\n";

static bool parse(char **argv, struct route *r, unsigned int *clients)
{
	r->from = r->to = (struct sockaddr_in){ .sin_family = AF_INET };
	*clients = atoi(argv[2]);
	r->first_port = atoi(argv[3]);
	r->to.sin_port = htons(atoi(argv[5]));
	r->settled = now() + atof(argv[6]);
	r->end = r->settled + atof(argv[7]);
	return r->first_port && r->first_port + PORTS <= 65536 && *clients >= 1 && *clients <= CLIENTS_MAX &&
	       r->end > r->settled && inet_pton(AF_INET, argv[1], &r->from.sin_addr) == 1 &&
	       inet_pton(AF_INET, argv[4], &r->to.sin_addr) == 1;
}

int client_main(int argc, char **argv)
{
	struct tally *tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int clients, served;
	struct route r;

	if (argc != 8 || !parse(argv, &r, &clients)) {
		fputs(usage, stderr);
		return 2;
	}
	if (tally == MAP_FAILED || !run_clients(r, clients, tally)) {
		perror("bench client");
		return 1;
	}
	served = tally->served < SAMPLES_MAX ? tally->served : SAMPLES_MAX;
	qsort(tally->ms, served, sizeof(tally->ms[0]), compare_doubles);
	printf("%.0f %.3f %.3f %u\n", tally->served / (r.end - r.settled), served ? tally->ms[served / 2] : 0,
	       served ? tally->ms[served * 99ULL / 100] : 0, (unsigned int)tally->failed);
	return 0;
}
