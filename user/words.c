/* SPDX-License-Identifier: GPL-2.0 */
/*
 * words.c - words for numbers; a number that this version does not know is "?". And numbers for words.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <arpa/inet.h>
#include <linux/if_link.h>

#include "errors.h"
#include "near.h"
#include "words.h"

#define STATE_WORD(NAME, name) name,
#define NAME_WORD(NAME, name, ...) #name,
#define VOCABULARY(words, what, LIST, WORD)                       \
	static const char *const words##_list[] = { LIST(WORD) }; \
	const struct vocabulary words = { what, words##_list, sizeof(words##_list) / sizeof(words##_list[0]) }

VOCABULARY(words_state, "state", LEVEE_TCP_STATES, STATE_WORD);
VOCABULARY(words_began, "way to begin", LEVEE_BEGAN, NAME_WORD);
VOCABULARY(words_ended, "way to end", LEVEE_ENDED, NAME_WORD);
VOCABULARY(words_event, "event", LEVEE_EVENTS, NAME_WORD);
VOCABULARY(words_timeout, "timeout", LEVEE_TIMEOUTS, NAME_WORD);

const char *word_of(const struct vocabulary *v, unsigned int number)
{
	return number < v->count ? v->word[number] : "?";
}

/* What ss, netstat and conntrack call a state, where the RFC's name does not begin like that. */
static const char *rfc_name(const char *text)
{
	return strcasecmp(text, "SYN_RECV") == 0 || strcasecmp(text, "SYN-RECV") == 0 ? "SYN_RECEIVED" : text;
}

static const char *skip_dashes(const char *text)
{
	return text + strspn(text, "-_");
}

enum likeness { LIKE_NOTHING, LIKE_BEGINNING, LIKE_ALL };

static enum likeness likeness(const char *text, const char *word)
{
	for (text = skip_dashes(text); *text; text = skip_dashes(text + 1), word++) {
		word = skip_dashes(word);
		if (tolower((unsigned char)*text) != tolower((unsigned char)*word))
			return LIKE_NOTHING;
	}
	return *word ? LIKE_BEGINNING : LIKE_ALL;
}

int word_find(const struct vocabulary *v, const char *text)
{
	int found = -1;

	if (v == &words_state)
		text = rfc_name(text);
	for (unsigned int i = 0; *text && i < v->count; i++) {
		enum likeness like = *v->word[i] ? likeness(text, v->word[i]) : LIKE_NOTHING;

		if (like == LIKE_ALL)
			return i;
		if (like == LIKE_BEGINNING)
			found = found == -1 ? (int)i : -2;
	}
	return found;
}

/* "A, B, C": the words that `text` begins, or all. */
static const char *word_list(char to[256], const struct vocabulary *v, const char *text)
{
	size_t used = 0;

	to[0] = '\0';
	for (unsigned int i = 0; i < v->count && used < 256; i++)
		if (*v->word[i] && likeness(text, v->word[i]) != LIKE_NOTHING)
			used += snprintf(to + used, 256 - used, "%s%s", used ? ", " : "", v->word[i]);
	return to;
}

int word_unknown(const struct vocabulary *v, const char *where, const char *text, int found)
{
	struct near near = near_to(text);
	char list[256];

	if (found == -2)
		return failed(EXIT_USAGE, "%s: \"%s\" could be: %s\ntype more of it", where, text,
			      word_list(list, v, text));
	for (unsigned int i = 0; i < v->count; i++)
		near_consider(&near, v->word[i]);
	if (near.best && *near.best)
		return failed(EXIT_USAGE, "%s: \"%s\" is no %s\ndid you mean %s?", where, text, v->what, near.best);
	return failed(EXIT_USAGE, "%s: \"%s\" is no %s\nthere are: %s", where, text, v->what, word_list(list, v, ""));
}

static const char *word(const char *const *words, unsigned int count, unsigned int n)
{
	return n < count ? words[n] : "?";
}

#define SECOND(NAME, name, help) name,
#define THIRD(NAME, name, help) help,

const char *word_cookies(unsigned int cookies)
{
	static const char *const words[] = { LEVEE_COOKIES(SECOND) };

	return word(words, LEVEE_COOKIES_COUNT, cookies);
}

const char *word_attachment(unsigned int attachment)
{
	static const char *const words[] = { LEVEE_ATTACHMENTS(SECOND) };

	return word(words, LEVEE_ATTACHMENT_COUNT, attachment);
}

const char *help_attachment(unsigned int attachment)
{
	static const char *const words[] = { LEVEE_ATTACHMENTS(THIRD) };

	return word(words, LEVEE_ATTACHMENT_COUNT, attachment);
}

const char *word_mode(unsigned int mode)
{
	static const char *const words[] = { [LEVEE_MODE_CALM] = "calm", [LEVEE_MODE_COOKIE] = "cookie" };

	return word(words, 2, mode);
}

const char *word_xdp_mode(unsigned int flags)
{
	return flags & XDP_FLAGS_DRV_MODE ? "native" : flags & XDP_FLAGS_SKB_MODE ? "generic" : "?";
}

const char *text_address(char to[48], const union levee_addr *addr)
{
	if (levee_addr_is_v4(addr))
		inet_ntop(AF_INET, &addr->d[3], to, 48);
	else
		inet_ntop(AF_INET6, addr, to, 48);
	return to;
}

const char *text_endpoint(char to[64], const union levee_addr *addr, __be16 port)
{
	char address[48];

	snprintf(to, 64, levee_addr_is_v4(addr) ? "%s:%u" : "[%s]:%u", text_address(address, addr), ntohs(port));
	return to;
}

static const char *time_as(char to[32], const char *form, __u64 unix_ms)
{
	time_t s = unix_ms / 1000;
	struct tm tm;

	localtime_r(&s, &tm);
	strftime(to, 32, form, &tm);
	return to;
}

const char *text_time(char to[32], __u64 unix_ms)
{
	return time_as(to, "%Y-%m-%d %H:%M:%S", unix_ms);
}

const char *text_clock(char to[32], __u64 unix_ms)
{
	return time_as(to, "%H:%M:%S", unix_ms);
}
