/* SPDX-License-Identifier: GPL-2.0 */
/*
 * words.h - the contract's enums as words, and values as text: addresses, options, times.
 */
#ifndef USER_WORDS_H
#define USER_WORDS_H

#include <levee/config.h>

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

#endif
