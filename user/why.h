/* SPDX-License-Identifier: GPL-2.0 */
/*
 * why.h - levee why: one packet, what levee would do with it, and the state that leads to that.
 *
 *   why_packet.c  what the packet is: its ends, direction, numbers
 *   why_model.c   the answer as a document
 *   why_text.c    the document as text; what to do where the answer is a surprise
 */
#ifndef USER_WHY_H
#define USER_WHY_H

#include <stdio.h>
#include <jansson.h>

#include "frame.h"
#include "options.h"
#include "sockets.h"
#include "trial.h"

/* Where the numbers of the packet come from. */
enum why_numbers { NUMBERS_GIVEN, NUMBERS_EXPECTED, NUMBERS_ANY };

struct why {
	const struct options *options;
	char ifname[LEVEE_IFNAME_MAX];
	struct frame packet;
	enum why_numbers numbers;
	struct levee_tuple tuple;
	bool out;	  /* this host sends it */
	bool local_is_ours; /* the local end's address is this host's */
	struct trial trial;
	struct trial_state before, after;
	int socket_err; /* of sockets_find() */
	struct tcp_socket socket;
	unsigned char bytes[FRAME_MAX]; /* as it goes in, then as the program leaves it */
	unsigned int len;
};

/* The command line: ends, control bits, options; the interface; the direction. 0, or an exit code after failed(). */
int why_packet_parse(struct why *w);

/* Sequence and acknowledgment number, timestamps and options that were not given, from what the trial's tables know. */
void why_packet_number(struct why *w);

/* "levee.why/1". The caller owns it. */
json_t *why_model(const struct why *w);

void why_render(const json_t *doc, FILE *to);

/* What to do where this reason is a surprise. */
const char *why_next(int reason);

#endif
