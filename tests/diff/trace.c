/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace.c - a trace for the eye, and its segments as packet.c builds them.
 */
#include <string.h>

#include "diff.h"

const char *state_name(uint8_t state)
{
	static const char *const names[] = {
#define STATE_NAME(NAME, name) #NAME,
		LEVEE_TCP_STATES(STATE_NAME)
#undef STATE_NAME
	};

	return state < ARRAY_SIZE(names) ? names[state] : "?";
}

const char *nf_name(uint8_t state)
{
	static const char *const names[] = {
#define NF_NAME(NAME) #NAME,
		NF_STATES(NF_NAME)
#undef NF_NAME
	};

	return state < ARRAY_SIZE(names) ? names[state] : "?";
}

/* --- for packet.c */

/* Options of a SYN in the order that Linux uses, else the timestamp alone. */
static const char *passage_options(const struct passage *p, char *words)
{
	char *at = words;

	*at = 0;
	if (p->flags & F_SYN && p->mss)
		at += sprintf(at, "mss=1460 ");
	if (p->flags & F_SYN && p->sack)
		at += sprintf(at, "sack ");
	if (p->ts)
		at += sprintf(at, p->flags & F_SYN && p->sack ? "ts " : "nop nop ts ");
	if (p->flags & F_SYN && p->wscale != NO_WSCALE)
		sprintf(at, "nop ws=%u", p->wscale);
	return words;
}

struct segment passage_segment(const struct trace *t, const struct passage *p, struct link *link, char words[64],
			       char address[48])
{
	bool out = p->from == LEVEE_LOCAL;

	*link = (struct link){ .v6 = t->v6, .out = out };
	link->local_tsval = out ? p->tsval : p->tsecr;
	link->remote_tsval = out ? p->tsecr : p->tsval;
	if (t->v6)
		sprintf(address, "fd00:2::%x", t->number + 1);
	else
		sprintf(address, "198.19.%u.%u", t->number >> 8 & 0xff, t->number & 0xff);
	return (struct segment){
		.flags = p->flags,
		.seq = p->seq,
		.ack = p->ack,
		.window = p->window,
		.no_window = !p->window,
		.payload = p->payload,
		.options = passage_options(p, words),
		.from = address,
	};
}

/* --- for the eye */

static const char *flag_letters(uint16_t flags, char *out)
{
	static const struct {
		uint16_t bit;
		char letter;
	} letters[] = { { F_SYN, 'S' }, { F_FIN, 'F' }, { F_RST, 'R' }, { F_PSH, 'P' }, { F_ACK, 'A' } };
	char *at = out;

	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (flags & letters[i].bit)
			*at++ = letters[i].letter;
	*at = 0;
	return out;
}

/* Numbers count from the first ISN of the end that they belong to. */
static void print_passage(const struct trace *t, unsigned int i)
{
	static const char *const credits[] = { "", " (forged, may be believed)", " (not to be believed)" };
	const struct passage *p = &t->passage[i];
	char flags[8], ack[16] = "-", len[24] = "";

	if (p->flags & F_ACK)
		snprintf(ack, sizeof(ack), "%d", (int32_t)(p->ack - t->isn[!p->from]));
	if (p->payload)
		snprintf(len, sizeof(len), "+%u", p->payload);
	printf("#   %2u %s %-4s seq %d%s ack %s win %u", i + 1, p->from == LEVEE_REMOTE ? "in " : "out",
	       flag_letters(p->flags, flags), (int32_t)(p->seq - t->isn[p->from]), len, ack, p->window);
	if (p->flags & F_SYN && p->wscale != NO_WSCALE)
		printf(" ws %u", p->wscale);
	if (p->ts)
		printf(" ts %u", p->tsval);
	printf("%s%s%s\n", p->note ? "  -- " : "", p->note ? p->note : "", credits[p->credit]);
}

static void print_moment(const struct moment *m)
{
	static const char *const entries[] = { "nothing", "half-open ", "" };

	printf("#        levee: %s", entries[m->levee.entry]);
	if (m->levee.entry != ENTRY_NONE)
		printf("local %s, remote %s", state_name(m->levee.local), state_name(m->levee.remote));
	printf("   nf: %s", nf_name(m->nf));
	if (m->told)
		printf("   ends: local %s, remote %s", state_name(m->truth[LEVEE_LOCAL]),
		       state_name(m->truth[LEVEE_REMOTE]));
	printf("\n");
}

void trace_print(const struct trace *t, unsigned int steps)
{
	printf("# trace %u, %s, IPv%d, ISNs %#x local, %#x remote\n", t->number, t->name, t->v6 ? 6 : 4,
	       t->isn[LEVEE_LOCAL], t->isn[LEVEE_REMOTE]);
	for (unsigned int i = 0; i < steps && i < t->count; i++) {
		print_passage(t, i);
		print_moment(&t->after[i]);
	}
}
