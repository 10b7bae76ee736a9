/* SPDX-License-Identifier: GPL-2.0 */
/*
 * words.h - the contract's enums as words, words as numbers again, and values as text: addresses, options, times.
 */
#ifndef USER_WORDS_H
#define USER_WORDS_H

#include <levee/config.h>
#include <levee/event.h>

/* The words of one enum, by its numbers; a word may be "". */
struct vocabulary {
	const char *what; /* what such a word is: "state" */
	const char *const *word;
	unsigned int count;
};

extern const struct vocabulary words_state, words_began, words_ended, words_event, words_timeout;

/* "?" for a number that this version does not know. */
const char *word_of(const struct vocabulary *v, unsigned int number);

/*
 * The number of a word that `text` is or, if it is the only one, begins. Capitals, - and _ do not matter:
 * "finwait1" is FIN_WAIT_1. Negative: see word_unknown.
 */
int word_find(const struct vocabulary *v, const char *text);

/* Reports why `text` is none of these words; `found` is word_find's answer. `where` comes first: "--state". */
int word_unknown(const struct vocabulary *v, const char *where, const char *text, int found);

const char *word_cookies(unsigned int cookies);
const char *word_attachment(unsigned int attachment);
const char *help_attachment(unsigned int attachment);
const char *word_mode(unsigned int mode);
const char *word_xdp_mode(unsigned int flags);

/* "192.0.2.1" or "2001:db8::1". Returns `to`. */
const char *text_address(char to[48], const union levee_addr *addr);

/* "192.0.2.1:80" or "[2001:db8::1]:80". `port` in network byte order. Returns `to`. */
const char *text_endpoint(char to[64], const union levee_addr *addr, __be16 port);

/* Local time, "2025-01-31 12:00:00". Returns `to`. */
const char *text_time(char to[32], __u64 unix_ms);

/* Its time of day alone, "12:00:00". Returns `to`. */
const char *text_clock(char to[32], __u64 unix_ms);

#endif
