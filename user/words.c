/* SPDX-License-Identifier: GPL-2.0 */
/*
 * words.c - words for numbers; a number that this version does not know is "?".
 */
#include <stdio.h>
#include <time.h>
#include <arpa/inet.h>
#include <linux/if_link.h>

#include "words.h"

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

const char *text_time(char to[32], __u64 unix_ms)
{
	time_t s = unix_ms / 1000;
	struct tm tm;

	localtime_r(&s, &tm);
	strftime(to, 32, "%Y-%m-%d %H:%M:%S", &tm);
	return to;
}
