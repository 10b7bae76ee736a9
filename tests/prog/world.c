/* SPDX-License-Identifier: GPL-2.0 */
/*
 * world.c - the programs, loaded once with small tables, and what a row may ask of them: run a packet,
 * read an entry, age it. Every frame that levee sends is written to a capture, beside the SYN that it
 * answers, for check_packets.py.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "kernel.h"
#include "prog.h"
#include "tables.h"
/* After the contract that it uses. */
#include "levee.skel.h"

#define FLOW_SETS 64
#define HALF_OPEN_SETS 64
#define SERVICE_SETS 16
#define HALF_OPEN_MAX 512
#define BACKLOG 256
#define OTHER_IFINDEX 7 /* an interface that a forwarded packet came in by; need not exist */

#define IDLE_DEVICE "idle0" /* stays down */

#define PCAP_OUT "build/prog-out.pcap"
#define JSON_OUT "build/prog-out.json"

static const char *const reason_names[] = {
#define REASON_NAME(NAME, name, help) #NAME,
	LEVEE_REASONS(REASON_NAME)
#undef REASON_NAME
};

const char *reason_name(int reason)
{
	return reason >= 0 && reason < LEVEE_REASON_COUNT ? reason_names[reason] : "(not one reason)";
}

bool complain(struct world *w, const char *format, ...)
{
	size_t used = strlen(w->complaints);
	va_list args;
	char text[512];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	w->failures++;
	snprintf(w->complaints + used, sizeof(w->complaints) - used, "#   step %d: %s\n", w->step, text);
	return false;
}

/* --- loading */

static struct levee_bpf *load(bool handoff, void (*change)(struct levee_bpf *))
{
	static const struct levee_geometry geometry = { FLOW_SETS, HALF_OPEN_SETS, SERVICE_SETS, 0 };
	struct levee_bpf *skel = levee_bpf__open();

	if (!skel)
		return NULL;
	tables_resize(skel, &geometry);
	for (int i = 0; i < LEVEE_HASH_KEYS; i++)
		skel->rodata->hash_key.k[i] = 0x9e3779b97f4a7c15ULL * (2 * i + 1) ^ 0x5851f42d4c957f2dULL;
	bpf_program__set_autoload(skel->progs.levee_accept, handoff);
	if (change)
		change(skel);
	if (!levee_bpf__load(skel))
		return skel;
	levee_bpf__destroy(skel);
	return NULL;
}

static FILE *pcap_open(const char *path)
{
	/* Microseconds, version 2.4, Ethernet. */
	static const uint32_t header[] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1 };
	FILE *file = fopen(path, "w");

	if (file)
		fwrite(header, sizeof(header), 1, file);
	return file;
}

/*
 * The kernel patches its XDP dispatcher before and after a run of a program that is attached nowhere, and waits
 * for all CPUs to notice. On a device where nothing happens the program costs nothing and the runs are quick. Not
 * every kernel has the type.
 */
static void attach_idle(const struct levee_bpf *skel)
{
	int error;

	if (!if_nametoindex(IDLE_DEVICE) && system("ip link add " IDLE_DEVICE " type veth peer name idle1"))
		fprintf(stderr, "prog-tests: no device " IDLE_DEVICE "\n");
	error = bpf_xdp_attach(if_nametoindex(IDLE_DEVICE), bpf_program__fd(skel->progs.levee_ingress),
			       XDP_FLAGS_SKB_MODE, NULL);
	if (error)
		fprintf(stderr, "prog-tests: runs will be slow: cannot attach to " IDLE_DEVICE ": %s\n",
			strerror(-error));
}

bool world_open(struct world *w, void (*change)(struct levee_bpf *))
{
	memset(w, 0, sizeof(*w));
	w->handoff = kernel_has_handoff();
	w->skel = load(w->handoff, change);
	if (!w->skel) {
		fprintf(stderr, "prog-tests: cannot load the programs: %s; run it as root\n", strerror(errno));
		return false;
	}
	attach_idle(w->skel);
	return true;
}

bool world_capture(struct world *w)
{
	w->pcap = pcap_open(PCAP_OUT);
	w->json = fopen(JSON_OUT, "w");
	if (w->pcap && w->json)
		return true;
	fprintf(stderr, "prog-tests: cannot write " PCAP_OUT ": %s; run it in the source folder\n", strerror(errno));
	return false;
}

void world_close(struct world *w)
{
	if (w->json)
		fclose(w->json);
	if (w->pcap)
		fclose(w->pcap);
	levee_bpf__destroy(w->skel);
}

/* --- maps */

static void map_write(struct bpf_map *map, uint32_t key, const void *value)
{
	if (!bpf_map_update_elem(bpf_map__fd(map), &key, value, BPF_ANY))
		return;
	fprintf(stderr, "prog-tests: map %s, element %u: %s\n", bpf_map__name(map), key, strerror(errno));
	exit(2);
}

static void map_read(struct bpf_map *map, uint32_t key, void *value)
{
	if (!bpf_map_lookup_elem(bpf_map__fd(map), &key, value))
		return;
	fprintf(stderr, "prog-tests: map %s, element %u: %s\n", bpf_map__name(map), key, strerror(errno));
	exit(2);
}

/* Sums a per-CPU array's element of 64-bit numbers. */
static void map_read_sum(struct bpf_map *map, uint64_t *sum, size_t words)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t *each = calloc(cpus, words * 8);

	map_read(map, 0, each);
	memset(sum, 0, words * 8);
	for (int cpu = 0; cpu < cpus; cpu++)
		for (size_t i = 0; i < words; i++)
			sum[i] += each[cpu * words + i];
	free(each);
}

struct levee_stats world_stats(const struct world *w)
{
	struct levee_stats s;

	map_read_sum(w->skel->maps.stats, (uint64_t *)&s, sizeof(s) / 8);
	return s;
}

struct levee_runtime world_runtime(const struct world *w)
{
	struct levee_runtime r;

	map_read(w->skel->maps.runtime, 0, &r);
	return r;
}

uint64_t world_counted(const struct world *w, enum levee_counter counter)
{
	return world_stats(w).counter[counter] - w->at_start.counter[counter];
}

static void zero_map(struct bpf_map *map)
{
	size_t per_cpu = bpf_map__type(map) == BPF_MAP_TYPE_PERCPU_ARRAY ? libbpf_num_possible_cpus() : 1;
	void *zeros = calloc(per_cpu, (bpf_map__value_size(map) + 7) & ~7U);

	for (uint32_t i = 0; i < bpf_map__max_entries(map); i++)
		map_write(map, i, zeros);
	free(zeros);
}

void world_apply_settings(struct world *w)
{
	map_write(w->skel->maps.settings, 0, &w->settings);
}

static void default_settings(struct levee_settings *s, const struct row *row)
{
	static const uint32_t timeouts[] = {
#define TIMEOUT_MS(NAME, name, ms, elastic, why) ms,
		LEVEE_TIMEOUTS(TIMEOUT_MS)
#undef TIMEOUT_MS
	};
	uint8_t options = row->profile_options ? row->profile_options :
						 LEVEE_OPT_MSS | LEVEE_OPT_WSCALE | LEVEE_OPT_SACK | LEVEE_OPT_TS;

	*s = (struct levee_settings){
		.abi = LEVEE_ABI,
		.enabled = 1,
		.cookies = row->cookies,
		.start_percent = LEVEE_START_PERCENT_DEFAULT,
		.end_percent = LEVEE_END_PERCENT_DEFAULT,
		.half_open_max = row->half_open_max ? row->half_open_max : HALF_OPEN_MAX,
		.flows_max = FLOW_SETS * LEVEE_WAYS / 2,
		.clock = clock_now(),
		.profile = { { .mss = 1460, .window = 65160, .wscale = 7, .options = options, .ttl = 64 },
			     { .mss = 1440,
			       .window = 64800,
			       .wscale = 8,
			       .options = options,
			       .ttl = 63,
			       .tos = 0x48 } },
	};
	memcpy(s->timeout_ms, timeouts, sizeof(timeouts));
	s->clock.epoch_mult = 0; /* epochs go on when a row says so */
}

/* Nothing listens in this namespace where rows run, so what seeding found out about it is put right. */
static void seed_usual_service(struct world *w, const struct row *row)
{
	world_seed_service(w, &w->last, row->backlog ? row->backlog : BACKLOG);
	world_flag_service(w, row->not_learnt ? 0 : LEVEE_SVC_LEARNT, LEVEE_SVC_REFUSED);
}

void world_reset(struct world *w, const struct row *row, bool v6, uint32_t local_isn, uint32_t remote_isn)
{
	static const struct levee_secrets secrets = { .cookie.k = WORLD_COOKIE_KEY };
	struct levee_bpf *skel = w->skel;
	bool disabled = row->disabled;

	zero_map(skel->maps.flow_filters);
	zero_map(skel->maps.flows);
	zero_map(skel->maps.half_open_filters);
	zero_map(skel->maps.half_open);
	zero_map(skel->maps.service_filters);
	zero_map(skel->maps.services);
	zero_map(skel->maps.service_counts);
	zero_map(skel->maps.service_rtt);
	zero_map(skel->maps.runtime);
	zero_map(skel->maps.stats);
	map_write(skel->maps.secrets, 0, &secrets);
	default_settings(&w->settings, row);
	world_apply_settings(w);
	w->link = (struct link){
		.v6 = v6,
		.local_isn = local_isn,
		.remote_isn = remote_isn,
		.remote_tsval = 0x11110000,
		.local_tsval = 0x22220000,
	};
	w->last = (struct segment){ 0 };
	w->name = row->name;
	w->step = 0;
	w->failures = 0;
	w->complaints[0] = 0;
	if (!row->no_service)
		seed_usual_service(w, row);
	w->settings.enabled = !disabled;
	world_apply_settings(w);
	w->at_start = world_stats(w);
}

/* --- running */

/* `skb` says where a packet of TC comes from; NULL for an ordinary one and for XDP. */
static bool run_skb(struct world *w, struct bpf_program *prog, const void *in, uint32_t len, struct __sk_buff *skb)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_size_in = len, .data_out = w->received.data,
		    .data_size_out = sizeof(w->received.data), .repeat = 1, .ctx_in = skb,
		    .ctx_size_in = skb ? sizeof(*skb) : 0);
	int error = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);

	if (error)
		return complain(w, "%s could not be run on %u bytes: %s", bpf_program__name(prog), len,
				strerror(-error));
	w->verdict = opts.retval;
	w->received.len = opts.data_size_out;
	return true;
}

static bool run(struct world *w, struct bpf_program *prog, const void *in, uint32_t len)
{
	return run_skb(w, prog, in, len, NULL);
}

static bool unchanged(struct world *w, const char *what)
{
	if (w->received.len == w->sent.len && !memcmp(w->received.data, w->sent.data, w->sent.len))
		return true;
	return complain(w, "the packet was changed by %s", what);
}

static void hex(FILE *file, const uint8_t *data, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		fprintf(file, "%02x", data[i]);
}

static bool emit(struct world *w)
{
	uint32_t record[] = { w->emitted, 0, w->received.len, w->received.len };
	struct levee_service s;

	if (!w->pcap || !w->json)
		return true;
	if (!world_service(w, &s))
		return complain(w, "a reply for a service that is not in the table");
	fwrite(record, sizeof(record), 1, w->pcap);
	fwrite(w->received.data, w->received.len, 1, w->pcap);
	fprintf(w->json,
		"{\"name\": \"%s, %s\", \"mss\": %u, \"window\": %u, \"wscale\": %u, \"ttl\": %u, \"tos\": %u, ",
		w->name, w->link.v6 ? "IPv6" : "IPv4", s.profile.mss, s.profile.window, s.profile.wscale, s.profile.ttl,
		s.profile.tos);
	fprintf(w->json, "\"options\": %u, \"syn\": \"", s.profile.options);
	hex(w->json, w->sent.data, w->sent.len);
	fprintf(w->json, "\"}\n");
	w->emitted++;
	return true;
}

/* Takes from a reply what the client would: the server's ISN and its timestamp. */
static void reply_learn(struct world *w)
{
	const uint8_t *tcp = w->received.data + w->sent.l3 + (w->link.v6 ? 40 : 20);
	uint32_t header = (tcp[12] >> 4) * 4;

	w->link.local_isn = get32(tcp + 4);
	for (uint32_t at = 20; at + 10 <= header; at += tcp[at] == 1 ? 1 : tcp[at + 1]) {
		if (tcp[at] == 8)
			w->link.local_tsval = get32(tcp + at + 2);
		if (tcp[at] == 0 || (tcp[at] != 1 && tcp[at + 1] < 2))
			break;
	}
}

static bool check_reply(struct world *w, const char *options)
{
	const uint8_t *tcp = w->received.data + w->sent.l3 + (w->link.v6 ? 40 : 20);
	uint8_t want[64];
	uint32_t len;

	reply_learn(w);
	if (w->received.len != w->sent.len)
		complain(w, "the reply has %u bytes, the SYN had %u", w->received.len, w->sent.len);
	if (get32(tcp + 8) != get32(w->sent.data + w->sent.tcp + 4) + 1)
		complain(w, "the reply acknowledges %u", get32(tcp + 8));
	if (!options)
		return true;
	len = packet_options(want, options, w->link.local_tsval, w->link.remote_tsval);
	if ((tcp[12] >> 4) * 4U != 20 + len || memcmp(tcp + 20, want, len))
		return complain(w, "the reply's options are not \"%s\"", options);
	return true;
}

/* The one reason that was counted between two readings, or -1. */
static int one_reason(const struct levee_stats *before, const struct levee_stats *after)
{
	int found = -1;

	for (int i = 0; i < LEVEE_REASON_COUNT; i++) {
		uint64_t n = after->reason[i] - before->reason[i];

		if (n == 0)
			continue;
		if (n > 1 || found >= 0)
			return -1;
		found = i;
	}
	return found;
}

static uint32_t verdict_of(int reason)
{
	if (reason == LEVEE_TX_COOKIE)
		return XDP_TX;
	return reason >= LEVEE_DROP_IP_LENGTH ? XDP_DROP : XDP_PASS;
}

int world_in_reason(struct world *w, const struct segment *s)
{
	struct levee_stats before = world_stats(w), after;
	int reason;

	w->link.out = false;
	w->last = *s;
	packet_build(&w->sent, s, &w->link);
	if (!run(w, w->skel->progs.levee_ingress, w->sent.data, w->sent.len))
		return -1;
	after = world_stats(w);
	reason = one_reason(&before, &after);
	if (reason < 0) {
		complain(w, "not exactly one reason was counted, verdict %u", w->verdict);
		return -1;
	}
	if (w->verdict != verdict_of(reason))
		complain(w, "%s was counted, but the verdict is %u", reason_name(reason), w->verdict);
	if (w->verdict == XDP_PASS)
		unchanged(w, "levee_ingress");
	if (w->verdict == XDP_TX)
		emit(w);
	return reason;
}

bool world_in(struct world *w, const struct segment *s, int want, const char *reply)
{
	int failures = w->failures, reason = world_in_reason(w, s);

	if (reason != want)
		return complain(w, "reason %s, wanted %s", reason_name(reason), reason_name(want));
	if (reason == LEVEE_TX_COOKIE)
		check_reply(w, reply);
	return w->failures == failures;
}

int world_ingress_fd(const struct world *w)
{
	return bpf_program__fd(w->skel->progs.levee_ingress);
}

/* A program of TC: lets everything go on, unchanged, and counts no reason. */
static bool run_tc(struct world *w, struct bpf_program *prog, const struct segment *s, bool out)
{
	struct __sk_buff skb = { .ingress_ifindex = s->forwarded ? OTHER_IFINDEX : 0 };
	struct levee_stats before = world_stats(w), after;

	w->link.out = out;
	w->last = *s;
	packet_build(&w->sent, s, &w->link);
	w->link.out = false;
	if (!run_skb(w, prog, w->sent.data, w->sent.len, &skb))
		return false;
	after = world_stats(w);
	if (memcmp(before.reason, after.reason, sizeof(before.reason)))
		complain(w, "%s counted a reason", bpf_program__name(prog));
	if (w->verdict != (uint32_t)TC_ACT_UNSPEC)
		complain(w, "%s returned %d, wanted TC_ACT_UNSPEC", bpf_program__name(prog), (int)w->verdict);
	return unchanged(w, bpf_program__name(prog));
}

bool world_out(struct world *w, const struct segment *s)
{
	return run_tc(w, w->skel->progs.levee_egress, s, true);
}

bool world_accept(struct world *w, const struct segment *s)
{
	return run_tc(w, w->skel->progs.levee_accept, s, false);
}

static bool run_seed(struct world *w, struct bpf_program *prog, const void *row, uint32_t size)
{
	uint8_t data[14 + 64] = { [12] = 0x88, [13] = 0xb5 };

	memcpy(data + 14, row, size);
	if (!run(w, prog, data, 14 + size))
		return false;
	return w->verdict == TC_ACT_OK || complain(w, "%s returned %u", bpf_program__name(prog), w->verdict);
}

bool world_seed_service(struct world *w, const struct segment *s, uint32_t backlog)
{
	struct levee_tuple t = packet_tuple(s, &w->link);
	struct levee_seed_service row = { .key = { .addr = t.local, .port = t.lport }, .backlog = backlog };

	return run_seed(w, w->skel->progs.levee_seed_services, &row, sizeof(row));
}

bool world_seed_flow(struct world *w, int state)
{
	struct levee_seed_flow row = { .tuple = packet_tuple(&w->last, &w->link), .state = state };

	return run_seed(w, w->skel->progs.levee_seed_flows, &row, sizeof(row));
}

bool world_forget(struct world *w)
{
	struct levee_forget_row row = { .tuple = packet_tuple(&w->last, &w->link) };

	return run_seed(w, w->skel->progs.levee_forget, &row, sizeof(row));
}

bool world_start_housekeeping(struct world *w)
{
	uint8_t data[64] = { 0 };

	if (!run(w, w->skel->progs.levee_start, data, sizeof(data)))
		return false;
	return w->verdict == 0 || complain(w, "levee_start returned %u", w->verdict);
}

/* --- tables: found by their words and keys, not by the programs' hash */

static struct levee_head read_head(struct bpf_map *slots, uint32_t set)
{
	uint8_t place[256];
	struct levee_head head;

	map_read(slots, set * LEVEE_WAYS, place);
	memcpy(&head, place, sizeof(head));
	return head;
}

static uint32_t table_scan(struct bpf_map *slots, const void *key, size_t key_len, void *entry)
{
	uint32_t found = UINT32_MAX;
	uint8_t slot[256];

	for (uint32_t set = 0; set < bpf_map__max_entries(slots) / LEVEE_WAYS; set++) {
		struct levee_head head = read_head(slots, set);

		for (uint32_t way = LEVEE_FIRST_WAY; way < LEVEE_WAYS; way++) {
			if (!levee_tag_live(head.tag[way]))
				continue;
			map_read(slots, set * LEVEE_WAYS + way, slot);
			if (memcmp(slot, key, key_len))
				continue;
			memcpy(entry, slot, bpf_map__value_size(slots));
			found = set * LEVEE_WAYS + way;
		}
	}
	return found;
}

/* Calls `count` for every entry, or counts them where it is NULL. */
static unsigned int table_sum(struct bpf_map *slots, unsigned int (*count)(const void *slot))
{
	unsigned int n = 0;
	uint64_t slot[32];

	for (uint32_t set = 0; set < bpf_map__max_entries(slots) / LEVEE_WAYS; set++) {
		struct levee_head head = read_head(slots, set);

		for (uint32_t way = LEVEE_FIRST_WAY; way < LEVEE_WAYS; way++) {
			if (!levee_tag_live(head.tag[way]))
				continue;
			if (count)
				map_read(slots, set * LEVEE_WAYS + way, slot);
			n += count ? count(slot) : 1;
		}
	}
	return n;
}

static unsigned int table_count(struct bpf_map *slots)
{
	return table_sum(slots, NULL);
}

static unsigned int half_open_of(const void *service)
{
	return ((const struct levee_service *)service)->half_open;
}

unsigned int world_sum_half_open(const struct world *w)
{
	return table_sum(w->skel->maps.services, half_open_of);
}

unsigned int world_count_half_open(const struct world *w)
{
	return table_count(w->skel->maps.half_open);
}

unsigned int world_count_flows(const struct world *w)
{
	return table_count(w->skel->maps.flows);
}

static uint32_t find_flow(const struct world *w, struct levee_flow *flow)
{
	struct levee_tuple t = packet_tuple(&w->last, &w->link);

	return table_scan(w->skel->maps.flows, &t, sizeof(t), flow);
}

static uint32_t find_half_open(const struct world *w, struct levee_half_open *half_open)
{
	struct levee_tuple t = packet_tuple(&w->last, &w->link);

	return table_scan(w->skel->maps.half_open, &t, sizeof(t), half_open);
}

bool world_flow(const struct world *w, struct levee_flow *flow)
{
	return find_flow(w, flow) != UINT32_MAX;
}

bool world_half_open(const struct world *w, struct levee_half_open *half_open)
{
	return find_half_open(w, half_open) != UINT32_MAX;
}

static uint32_t find_service(const struct world *w, struct levee_service *service)
{
	struct levee_tuple t = packet_tuple(&w->last, &w->link);
	struct levee_service_key key = { .addr = t.local, .port = t.lport };

	return table_scan(w->skel->maps.services, &key, sizeof(key), service);
}

bool world_service(const struct world *w, struct levee_service *service)
{
	return find_service(w, service) != UINT32_MAX;
}

bool world_flag_service(struct world *w, uint8_t set, uint8_t clear)
{
	struct levee_service s;
	uint32_t at = find_service(w, &s);

	if (at == UINT32_MAX)
		return complain(w, "there is no service");
	s.flags = (s.flags & ~clear) | set;
	map_write(w->skel->maps.services, at, &s);
	return true;
}

bool world_fill_accept_queue(struct world *w, uint32_t ms)
{
	struct levee_service s;
	uint32_t at = find_service(w, &s);

	if (at == UINT32_MAX)
		return complain(w, "there is no service");
	s.full_ms = ms;
	s.asked_ms = ms;
	map_write(w->skel->maps.services, at, &s);
	return true;
}

bool world_roundtrips(const struct world *w, struct levee_service_rtt *rtt)
{
	struct levee_service s;
	uint32_t at = find_service(w, &s);

	if (at != UINT32_MAX)
		map_read(w->skel->maps.service_rtt, at, rtt);
	return at != UINT32_MAX;
}

bool world_set_roundtrips(struct world *w, const struct levee_service_rtt *rtt)
{
	struct levee_service s;
	uint32_t at = find_service(w, &s);

	if (at == UINT32_MAX)
		return complain(w, "there is no service");
	map_write(w->skel->maps.service_rtt, at, rtt);
	return true;
}

struct levee_service_counts world_service_counts(const struct world *w)
{
	struct levee_service_counts sum = { 0 }, *each = calloc(libbpf_num_possible_cpus(), sizeof(sum));
	struct levee_service s;
	uint32_t at = find_service(w, &s);

	if (at != UINT32_MAX)
		map_read(w->skel->maps.service_counts, at, each);
	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++) {
		sum.syns += each[cpu].syns;
		sum.cookies_sent += each[cpu].cookies_sent;
		sum.cookies_valid += each[cpu].cookies_valid;
		sum.cookies_refused += each[cpu].cookies_refused;
	}
	free(each);
	return sum;
}

/* Every byte of a map. */
static void spoil_map(struct bpf_map *map)
{
	size_t size = bpf_map__value_size(map) * libbpf_num_possible_cpus();
	void *junk = memset(malloc(size), 0x5a, size);

	for (uint32_t i = 0; i < bpf_map__max_entries(map); i++)
		map_write(map, i, junk);
	free(junk);
}

void world_spoil_counts(struct world *w)
{
	spoil_map(w->skel->maps.service_counts);
	spoil_map(w->skel->maps.service_rtt);
}

unsigned int world_flow_sets(void)
{
	return FLOW_SETS;
}

bool world_born_before(struct world *w, uint32_t ms)
{
	struct levee_flow flow;
	uint32_t at = find_flow(w, &flow);

	if (at == UINT32_MAX)
		return complain(w, "there is no flow");
	flow.born_ms -= ms;
	map_write(w->skel->maps.flows, at, &flow);
	return true;
}

bool world_age_with_deadline(struct world *w, uint32_t ms)
{
	struct levee_flow flow, head;
	uint32_t at = find_flow(w, &flow);

	if (at == UINT32_MAX)
		return complain(w, "there is no flow");
	map_read(w->skel->maps.flows, at - at % LEVEE_WAYS, &head);
	((struct levee_head *)&head)->deadline[at % LEVEE_WAYS] -= ms >> LEVEE_FLOW_SHIFT;
	map_write(w->skel->maps.flows, at - at % LEVEE_WAYS, &head);
	flow.seen_ms -= ms;
	map_write(w->skel->maps.flows, at, &flow);
	return true;
}

bool world_age(struct world *w, uint32_t ms)
{
	struct levee_half_open half_open;
	struct levee_flow flow;
	uint32_t at;

	at = find_flow(w, &flow);
	if (at != UINT32_MAX) {
		flow.seen_ms -= ms;
		map_write(w->skel->maps.flows, at, &flow);
		return true;
	}
	at = find_half_open(w, &half_open);
	if (at == UINT32_MAX)
		return complain(w, "nothing is there that could age");
	half_open.born_ms -= ms;
	map_write(w->skel->maps.half_open, at, &half_open);
	return true;
}

bool world_wait(struct world *w, bool (*condition)(struct world *))
{
	const struct timespec pause = { .tv_nsec = 20000000 };

	for (int i = 0; i < 500; i++) {
		if (condition(w))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}
