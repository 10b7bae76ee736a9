/* SPDX-License-Identifier: GPL-2.0 */
/*
 * duration.c - see duration.h.
 */
#include <stdio.h>
#include <string.h>

#include "duration.h"

#define SECOND 1000ULL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define DIGITS_MAX 12

/* Longest first, and each unit's own name first. */
static const struct unit {
	const char *name;
	__u64 ms;
} units[] = {
	{ "d", DAY },	 { "day", DAY },  { "days", DAY },   { "h", HOUR }, { "min", MINUTE },
	{ "m", MINUTE }, { "s", SECOND }, { "sec", SECOND }, { "ms", 1 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number and up to three decimals, times 1000. NULL if there is none; else what follows. */
static const char *parse_thousandths(const char *text, __u64 *value)
{
	unsigned int digits = 0, decimals = 0;

	*value = 0;
	for (; is_digit(*text) && digits < DIGITS_MAX; text++, digits++)
		*value = *value * 10 + (*text - '0');
	if (digits && *text == '.')
		for (text++; is_digit(*text) && decimals < 3; text++, decimals++)
			*value = *value * 10 + (*text - '0');
	for (unsigned int i = decimals; i < 3; i++)
		*value *= 10;
	return digits && !is_digit(*text) && text[-1] != '.' ? text : NULL;
}

static const struct unit *parse_unit(const char *text, size_t len)
{
	for (unsigned int i = 0; i < UNITS; i++)
		if (strlen(units[i].name) == len && strncmp(units[i].name, text, len) == 0)
			return &units[i];
	return NULL;
}

bool duration_parse(const char *text, __u64 *ms)
{
	const char *rest = text;
	__u64 value, sum = 0;

	do {
		const struct unit *unit;
		size_t len;

		rest = parse_thousandths(rest, &value);
		if (!rest)
			return false;
		len = strcspn(rest, "0123456789.");
		unit = parse_unit(len ? rest : "s", len ? len : 1);
		/* A number alone is seconds; one that follows a unit needs its own. */
		if (!unit || (!len && sum) || value > (1ULL << 63) / unit->ms)
			return false;
		sum += value * unit->ms / 1000;
		rest += len;
	} while (*rest);
	*ms = sum;
	return true;
}

const char *duration_exact(char to[32], __u64 ms)
{
	static const struct unit parts[] = {
		{ "d", DAY }, { "h", HOUR }, { "min", MINUTE }, { "s", SECOND }, { "ms", 1 }
	};
	size_t used = 0;

	if (ms == 0)
		snprintf(to, 32, "0s");
	for (unsigned int i = 0; ms && i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (ms >= parts[i].ms)
			used += snprintf(to + used, 32 - used, "%llu%s", ms / parts[i].ms, parts[i].name);
		ms %= parts[i].ms;
	}
	return to;
}

const char *duration_short(char to[8], __u64 ms)
{
	if (ms < 100)
		snprintf(to, 8, "%llums", ms);
	else if (ms < 10 * SECOND)
		snprintf(to, 8, "%llu.%llus", ms / SECOND, ms % SECOND / 100);
	else if (ms < MINUTE)
		snprintf(to, 8, "%llus", ms / SECOND);
	else if (ms < 100 * MINUTE)
		snprintf(to, 8, "%llum", ms / MINUTE);
	else if (ms < 100 * HOUR)
		snprintf(to, 8, "%lluh", ms / HOUR);
	else
		snprintf(to, 8, "%llud", ms / DAY % 1000);
	return to;
}
