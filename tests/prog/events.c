/* SPDX-License-Identifier: GPL-2.0 */
/*
 * events.c - the ring buffer: which events a listener gets, in which order, with which reason, and that nothing is
 * written while nobody listens.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>

#include <levee/event.h>

#include "clock.h"
#include "prog.h"
#include "levee.skel.h"

#define EVENTS_MAX 64
#define SYN_OPTIONS "mss=1460 sack ts nop ws=7"
#define TS_OPTIONS "nop nop ts"

/* What came since the last reset, by the states of local and remote end, or by how full a queue was of how much. */
struct heard {
	char text[1024];
	unsigned int count;
	struct levee_event last;
};

static const char *const reasons[] = {
#define REASON(NAME, name, help) #name,
	LEVEE_ENDED(REASON)
#undef REASON
};

static const char *const types[] = {
#define TYPE(NAME, name, help) #name,
	LEVEE_EVENTS(TYPE)
#undef TYPE
};

static const char *const states[] = { "CL", "LI", "SS", "SR", "ES", "F1", "F2", "CW", "CG", "LA", "TW" };

static int hear(void *arg, void *data, size_t size)
{
	const struct levee_event *e = data;
	struct heard *h = arg;
	size_t used = strlen(h->text), room = sizeof(h->text) - used;

	if (size < sizeof(*e) || e->type >= LEVEE_EVENT_COUNT)
		return 0;
	h->count++;
	h->last = *e;
	if (levee_event_is_of_listener(e->type)) {
		snprintf(h->text + used, room, "%s%s %u/%u", used ? ", " : "", types[e->type], e->queue.now,
			 e->queue.max);
		return 0;
	}
	snprintf(h->text + used, room, "%s%s %s/%s", used ? ", " : "", types[e->type],
		 states[e->state[LEVEE_LOCAL] % 11], states[e->state[LEVEE_REMOTE] % 11]);
	used = strlen(h->text);
	if (e->type == LEVEE_EVENT_END)
		snprintf(h->text + used, sizeof(h->text) - used, " %s", reasons[e->reason % LEVEE_ENDED_COUNT]);
	return 0;
}

static struct heard heard;

static void listen_until(struct world *w, uint32_t until_ms)
{
	struct levee_listener l = { .until_ms = until_ms };
	uint32_t zero = 0;

	bpf_map_update_elem(bpf_map__fd(w->skel->maps.listener), &zero, &l, BPF_ANY);
}

void events_begin(struct world *w)
{
	listen_until(w, clock_ms(&w->settings.clock) + LEVEE_LISTEN_MAX_MS / 2);
	memset(&heard, 0, sizeof(heard));
}

static void begin(struct world *w, const struct row *row, bool v6)
{
	world_reset(w, row, v6, 0xfffffff0, 0x7ffffff0);
	events_begin(w);
}

void events_expect(struct world *w, const char *wanted)
{
	struct ring_buffer *rb = ring_buffer__new(bpf_map__fd(w->skel->maps.events), hear, &heard, NULL);

	if (!rb) {
		complain(w, "the ring buffer cannot be read");
		return;
	}
	ring_buffer__consume(rb);
	ring_buffer__free(rb);
	if (strcmp(heard.text, wanted))
		complain(w, "heard \"%s\", wanted \"%s\"", heard.text, wanted);
	memset(heard.text, 0, sizeof(heard.text));
	listen_until(w, 0);
}

static void handshake(struct world *w, uint16_t port)
{
	struct segment syn = { .flags = F_SYN, .options = SYN_OPTIONS, .port = port };
	struct segment synack = { .flags = F_SYN | F_ACK, .ack = 1, .options = SYN_OPTIONS, .port = port };
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .options = TS_OPTIONS, .port = port };

	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	world_out(w, &synack);
	world_in(w, &ack, LEVEE_PASS_HANDSHAKE, NULL);
}

static void whole_life(struct world *w, const struct row *row, bool v6)
{
	struct segment fin_in = { .flags = F_FIN | F_ACK, .seq = 1, .ack = 1, .options = TS_OPTIONS };
	struct segment fin_out = { .flags = F_FIN | F_ACK, .seq = 1, .ack = 2, .options = TS_OPTIONS };
	struct segment last_ack = { .flags = F_ACK, .seq = 2, .ack = 2, .options = TS_OPTIONS };

	begin(w, row, v6);
	handshake(w, 0);
	world_in(w, &fin_in, LEVEE_PASS_FLOW, NULL);
	world_out(w, &fin_out);
	world_in(w, &last_ack, LEVEE_PASS_FLOW, NULL);
	events_expect(
		w, "NEW LI/SS, STATE SR/SS, STATE ES/ES, STATE ES/F1, STATE LA/F2, STATE CL/TW, END CL/TW fin_remote");
	if (heard.last.packets[LEVEE_REMOTE] != 3 || heard.last.packets[LEVEE_LOCAL] != 1 || heard.last.rtt_us == 0 ||
	    heard.last.began != LEVEE_BEGAN_HANDSHAKE)
		complain(w, "END tells of %u packets in, %u out, round trip %u us", heard.last.packets[LEVEE_REMOTE],
			 heard.last.packets[LEVEE_LOCAL], heard.last.rtt_us);
}

/* The server closes first; its TIME_WAIT takes the SYN of the next connection, which begins with the answer. */
static void time_wait_reused(struct world *w, const struct row *row, bool v6)
{
	struct segment fin_out = { .flags = F_FIN | F_ACK, .seq = 1, .ack = 1, .options = TS_OPTIONS };
	struct segment fin_in = { .flags = F_FIN | F_ACK, .seq = 1, .ack = 2, .options = TS_OPTIONS };
	struct segment last_ack = { .flags = F_ACK, .seq = 2, .ack = 2, .options = TS_OPTIONS };
	struct segment syn = { .flags = F_SYN, .seq = 900000, .options = SYN_OPTIONS };
	struct segment synack = { .flags = F_SYN | F_ACK, .seq = 800000, .ack = 900001, .options = SYN_OPTIONS };

	begin(w, row, v6);
	handshake(w, 0);
	world_out(w, &fin_out);
	world_in(w, &fin_in, LEVEE_PASS_FLOW, NULL);
	world_out(w, &last_ack);
	world_in(w, &syn, LEVEE_PASS_FLOW_SYN, NULL);
	world_out(w, &synack);
	events_expect(
		w,
		"NEW LI/SS, STATE SR/SS, STATE ES/ES, STATE F1/ES, STATE F2/LA, STATE TW/CL, END TW/CL fin_local, NEW SR/SS");
}

static void reset(struct world *w, const struct row *row, bool v6)
{
	struct segment rst = { .flags = F_RST, .seq = 1 }, syn = { .flags = F_SYN, .seq = 900 };

	begin(w, row, v6);
	handshake(w, 0);
	world_in(w, &rst, LEVEE_PASS_FLOW, NULL);
	/* The flow that the SYN replaces has ended before. */
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	events_expect(w, "NEW LI/SS, STATE SR/SS, STATE ES/ES, STATE CL/CL, END CL/CL reset_remote, NEW LI/SS");
}

static void half_open_ends(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN }, rst = { .flags = F_RST, .seq = 1 };
	struct segment synack = { .flags = F_SYN | F_ACK, .ack = 1 }, later = { .flags = F_SYN, .seq = 5000 };

	begin(w, row, v6);
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	world_out(w, &synack);
	world_in(w, &rst, LEVEE_PASS_HALF_OPEN, NULL);
	world_in(w, &syn, LEVEE_PASS_SYN, NULL);
	world_age(w, 64000);
	world_in(w, &later, LEVEE_PASS_SYN, NULL);
	events_expect(w, "NEW LI/SS, STATE SR/SS, END SR/SS reset_remote, NEW LI/SS, END LI/SS timeout, NEW LI/SS");
}

static void timeout_and_deletion(struct world *w, const struct row *row, bool v6)
{
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .options = TS_OPTIONS };

	begin(w, row, v6);
	handshake(w, 0);
	world_age(w, 86400000);
	world_in(w, &ack, LEVEE_PASS_NO_FLOW, NULL);
	handshake(w, 1);
	world_forget(w);
	events_expect(
		w,
		"NEW LI/SS, STATE SR/SS, STATE ES/ES, END ES/ES timeout, NEW LI/SS, STATE SR/SS, STATE ES/ES, END ES/ES deleted");
}

static void by_cookie(struct world *w, const struct row *row, bool v6)
{
	struct segment syn = { .flags = F_SYN, .options = SYN_OPTIONS };
	struct segment ack = { .flags = F_ACK, .seq = 1, .ack = 1, .options = TS_OPTIONS };
	struct row always = *row;

	always.cookies = LEVEE_COOKIES_ALWAYS;
	begin(w, &always, v6);
	world_in(w, &syn, LEVEE_TX_COOKIE, NULL);
	world_in(w, &ack, LEVEE_PASS_COOKIE, NULL);
	events_expect(w, "NEW ES/ES");
	if (heard.last.began != LEVEE_BEGAN_COOKIE || heard.last.rtt_us)
		complain(w, "began %u, round trip %u us", heard.last.began, heard.last.rtt_us);
}

static void silence(struct world *w, const struct row *row, bool v6)
{
	begin(w, row, v6);
	listen_until(w, 0);
	handshake(w, 0);
	/* A listener that died some seconds ago. */
	listen_until(w, clock_ms(&w->settings.clock) - 3000);
	handshake(w, 1);
	events_expect(w, "");
}

/* Nobody reads: the ring fills, the rest is counted, no packet is held up. */
static void overflow(struct world *w, const struct row *row, bool v6)
{
	unsigned int fit = LEVEE_EVENT_RING / (sizeof(struct levee_event) + 8), sent = 0;

	begin(w, row, v6);
	while (sent < fit + 100) {
		struct segment syn = { .flags = F_SYN, .port = 7 }, rst = { .flags = F_RST, .seq = 1, .port = 7 };

		world_in(w, &syn, LEVEE_PASS_SYN, NULL);
		if (!world_in(w, &rst, LEVEE_PASS_HALF_OPEN, NULL))
			break;
		sent += 2;
	}
	if (!world_counted(w, LEVEE_C_EVENT_LOST))
		complain(w, "none of %u events was lost", sent);
	events_expect(w, heard.text);
	if (heard.count + world_counted(w, LEVEE_C_EVENT_LOST) != sent)
		complain(w, "%u heard and %u lost of %u", heard.count,
			 (unsigned int)world_counted(w, LEVEE_C_EVENT_LOST), sent);
}

static const struct {
	struct row row;
	bool one_family;
	void (*run)(struct world *w, const struct row *row, bool v6);
} tests[] = {
	{ { .name = "events of a whole connection" }, false, whole_life },
	{ { .name = "events of a reused TIME_WAIT" }, false, time_wait_reused },
	{ { .name = "events of a reset connection" }, false, reset },
	{ { .name = "events of half-open connections" }, false, half_open_ends },
	{ { .name = "events of timeout and deletion" }, false, timeout_and_deletion },
	{ { .name = "events of a cookie's connection" }, false, by_cookie },
	{ { .name = "no events while nobody listens" }, false, silence },
	{ { .name = "events that find no room are counted" }, true, overflow },
};

void run_event_tests(struct world *w, report_fn report)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		for (int v6 = tests[i].one_family; v6 <= 1 && wanted(tests[i].row.name); v6++) {
			tests[i].run(w, &tests[i].row, v6);
			report(w, w->failures == 0);
		}
}
