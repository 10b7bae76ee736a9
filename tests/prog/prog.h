/* SPDX-License-Identifier: GPL-2.0 */
/*
 * prog.h - rows: packets in and out of the real programs by BPF_PROG_RUN, and what must come of each.
 *
 * A row is a list of steps. IN and OUT send one segment through levee_ingress and levee_egress; the
 * steps in between say what the tables must hold. Earlier steps are the state before later ones.
 * Sequence numbers count from the two ends' initial ones, so a row runs at any ISN and in both families.
 */
#ifndef PROG_H
#define PROG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <levee/config.h>
#include <levee/cookie.h>
#include <levee/stats.h>
#include <levee/table.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define FRAME_MAX 70000 /* what does not fit a 16-bit length, too */
#define HEADROOM 256 /* of headers before the TCP header, at most */

#define SERVICE_PORT 80
#define CLIENT_PORT 40000

enum tcp_flag {
	F_FIN = 1,
	F_SYN = 2,
	F_RST = 4,
	F_PSH = 8,
	F_ACK = 16,
	F_URG = 32,
	F_ECE = 64,
	F_CWR = 128,
	F_NS = 256
};

/* One segment to build. What is 0 or NULL is ordinary. */
struct segment {
	uint16_t flags; /* enum tcp_flag */
	uint32_t seq; /* from the sender's ISN */
	uint32_t ack; /* from the receiver's ISN, with F_ACK */
	bool absolute; /* seq is the number itself */
	uint16_t window; /* 0: 64240 */
	bool no_window; /* 0 in the header: a closed window */
	uint32_t payload;
	const char *options; /* words: mss=N ws=N sack ts nop eol, and xHH... for bytes in hex */
	const char *tags; /* one letter per VLAN tag: q (802.1Q) or a (802.1ad) */
	const char *ext; /* IPv6 extension headers, see packet.c; in IPv4 'o' is a word of options */
	uint16_t port; /* added to the remote port */
	uint16_t local_port; /* instead of SERVICE_PORT */
	const char *from; /* the remote end's address, instead of the usual one of the family */
	const char *to; /* the local end's */
	bool forwarded; /* OUT: came in by another interface and is only routed */
	uint16_t ethertype;
	uint8_t proto;
	uint8_t ttl;
	uint8_t tos;
	uint16_t fragment; /* IPv4 flags and offset, as in the header */
	/* lies */
	int length_add; /* to the length in the IP header */
	uint8_t ihl; /* in words */
	uint8_t doff; /* in words */
	uint8_t version;
	uint16_t cut; /* bytes taken off the frame's end */
	uint16_t cut_to; /* bytes of the frame that are left */
	uint16_t pad; /* bytes behind the packet, as Ethernet pads short frames */
	bool bad_ip_checksum;
	bool bad_tcp_checksum;
	bool partial_checksum; /* the sum of the pseudo-header, for a device to complete */
	bool no_length; /* 0 in the IP header */
};

/* A built frame. */
struct frame {
	uint8_t data[FRAME_MAX];
	uint32_t len;
	uint32_t l3; /* offset of the IP header */
	uint32_t tcp; /* of the TCP header */
};

/* What a frame is built for. */
struct link {
	bool v6;
	bool out; /* sent by this host */
	uint32_t local_isn;
	uint32_t remote_isn;
	uint32_t remote_tsval; /* next TSval of the remote end */
	uint32_t local_tsval; /* last TSval of the local end, as the remote end echoes it */
};

void packet_build(struct frame *f, const struct segment *s, const struct link *link);

/* Writes the options that `words` name; returns their length. */
uint32_t packet_options(uint8_t *at, const char *words, uint32_t tsval, uint32_t tsecr);

/* The tuple of a segment, as the tables key it. */
struct levee_tuple packet_tuple(const struct segment *s, const struct link *link);

uint16_t get16(const uint8_t *at);
uint32_t get32(const uint8_t *at);

/* --- rows */

enum op {
	OP_END,
	OP_IN,
	OP_OUT,
	OP_ACCEPT, /* the segment through levee_accept; a row with it is skipped where the kernel lacks the handoff */
	OP_FLOW, /* a flow is there, with these states of the local and remote end */
	OP_HALF_OPEN, /* a half-open entry is there */
	OP_NOTHING, /* neither */
	OP_SEED_FLOW, /* one row through levee_seed_flows */
	OP_EPOCH, /* the cookie clock goes on by so many epochs */
	OP_COOKIES, /* the setting changes */
	OP_MODE, /* the service's mode is */
	OP_TABLE_MODE,
	OP_COUNTED, /* a counter has risen since the row began, by exactly */
	OP_AGE, /* flow and half-open entry get older by so many ms */
	OP_CHECK, /* a function looks closer */
	OP_LISTENS, /* the service is as if it had a listener that has answered before */
};

struct world;

struct step {
	enum op op;
	struct segment seg;
	int reason; /* IN: enum levee_reason */
	const char *reply; /* IN with TX_COOKIE: options of the reply */
	int a, b; /* of the other steps */
	uint16_t repeat; /* IN and OUT: send it from so many ports, one after the other */
	uint16_t times; /* IN: send it so often */
	bool (*check)(struct world *);
};

#define STEPS_MAX 28

struct row {
	const char *name;
	enum { BOTH, ONLY_V4, ONLY_V6 } family;
	/* settings; 0 is the default: adaptive, 50 %, 25 %, 512, one service seeded with a backlog of 256 */
	int cookies; /* enum levee_cookies */
	uint32_t half_open_max;
	uint32_t backlog;
	uint8_t profile_options; /* LEVEE_OPT_* */
	bool no_service;
	bool not_learnt; /* the service has not answered a SYN yet; else it has, with the default profile */
	bool disabled;
	struct step steps[STEPS_MAX];
};

struct row_list {
	const struct row *rows;
	size_t count;
};

extern const struct row_list row_lists[];
extern const size_t row_list_count;
/* The connection tracker, case by case, see tracker.c. */
extern const struct row_list tracker_lists[];
extern const size_t tracker_list_count;
/* Attacks and accidents, see attacks.c. */
extern const struct row attack_rows[];
extern const size_t attack_row_count;

/* --- the loaded programs, and one row's view of them */

struct world {
	struct levee_bpf *skel;
	bool handoff; /* this kernel can load levee_accept, and it is loaded */
	struct link link;
	struct segment last; /* the segment sent last: whose tuple the steps ask for */
	struct frame sent;
	struct frame received; /* what the program made of it */
	uint32_t verdict;
	struct levee_settings settings;
	struct levee_stats at_start;
	const char *name;
	int step;
	int failures;
	char complaints[4096];
	FILE *pcap;
	FILE *json;
	unsigned int emitted;
};

/* Of the programs' cookies, so that a test can make one that was never sent. */
#define WORLD_COOKIE_KEY { 0x0123456789abcdefULL, 0xfedcba9876543210ULL }

/* Loads the programs. `change`, or NULL, may change their read-only data before that. */
bool world_open(struct world *w, void (*change)(struct levee_bpf *));
/* From now on, frames that levee sends are written down for check_packets.py. */
bool world_capture(struct world *w);
void world_close(struct world *w);

/* Empties all tables and counters and applies the row's settings. */
void world_reset(struct world *w, const struct row *row, bool v6, uint32_t local_isn, uint32_t remote_isn);
void world_apply_settings(struct world *w);

/* Records a failure of the row, and returns false. */
bool complain(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sends a segment and checks verdict, reason and what must not have changed. */
bool world_in(struct world *w, const struct segment *s, int reason, const char *reply);
/* As world_in, but only tells the reason; -1 if not exactly one was counted. */
int world_in_reason(struct world *w, const struct segment *s);
bool world_out(struct world *w, const struct segment *s);
/* For those who send segments without looking at each. */
int world_ingress_fd(const struct world *w);
bool world_accept(struct world *w, const struct segment *s);
bool world_seed_service(struct world *w, const struct segment *s, uint32_t backlog);
bool world_seed_flow(struct world *w, int state);
bool world_start_housekeeping(struct world *w);

struct levee_stats world_stats(const struct world *w);
struct levee_runtime world_runtime(const struct world *w);
uint64_t world_counted(const struct world *w, enum levee_counter counter);

/* Entries of the tuple of the segment sent last. */
bool world_flow(const struct world *w, struct levee_flow *flow);
bool world_half_open(const struct world *w, struct levee_half_open *half_open);
bool world_service(const struct world *w, struct levee_service *service);
unsigned int world_count_half_open(const struct world *w);
unsigned int world_count_flows(const struct world *w);
/* Half-open entries as the services count them. */
unsigned int world_sum_half_open(const struct world *w);
bool world_age(struct world *w, uint32_t ms);
/* As if the flow had begun so much earlier. */
bool world_born_before(struct world *w, uint32_t ms);
/* As if the flow had last been touched so long ago: the table's deadline too. */
bool world_age_with_deadline(struct world *w, uint32_t ms);
/* Takes the entries of the segment sent last out, as userspace does. */
bool world_forget(struct world *w);
unsigned int world_flow_sets(void);

/* Changes the flags of the service of the segment sent last, as the programs would. */
bool world_flag_service(struct world *w, uint8_t set, uint8_t clear);
/* What the service had found: its accept queue full, at this time, when it was also asked last. */
bool world_fill_accept_queue(struct world *w, uint32_t ms);

/* What was counted of the service of the segment sent last. */
bool world_roundtrips(const struct world *w, struct levee_service_rtt *rtt);
bool world_set_roundtrips(struct world *w, const struct levee_service_rtt *rtt);
struct levee_service_counts world_service_counts(const struct world *w);
/* What services that are gone may have left at any place. */
void world_spoil_counts(struct world *w);

/* Waits for up to 10 s. */
bool world_wait(struct world *w, bool (*condition)(struct world *));

const char *reason_name(int reason);

/* Was a test of this name asked for? */
bool wanted(const char *name);

/* What does not fit a row: loops over all flags, all options, and time. Each reports its own TAP line. */
typedef void (*report_fn)(const struct world *w, bool passed);
void run_sweeps(struct world *w, report_fn report);

/* Flows that leave the table: by age, under pressure, by hand. */
void run_ageing(struct world *w, report_fn report);

/* What a listener is told: what came since events_begin(), as "NEW LI/SS, END LI/SS reset_remote, COOKIES_ON 4/8". */
void run_event_tests(struct world *w, report_fn report);
void events_begin(struct world *w);
void events_expect(struct world *w, const char *wanted);

/* What is counted and told of a service and its queues. */
void run_queue_tests(struct world *w, report_fn report);

/* Cookies in flight, and what is not in flight. */
void run_cookie_tests(struct world *w, report_fn report);

/* The sample of SYN sources. */
void run_source_tests(struct world *w, report_fn report);

/* The same segment on two CPUs at once. */
void run_races(struct world *w, report_fn report);

/* The map "history" under writers and a reader. */
void run_history(struct world *w, report_fn report);

/*
 * What needs sockets of the kernel. Setup gives the loopback device the addresses of both ends, and opens a
 * listener on each family's port 443, for rows with a second service.
 */
bool sockets_setup(void);
void run_socket_tests(struct world *w, report_fn report);

#endif
