/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fields.c - values of a row as JSON and as text.
 */
#include <stdbool.h>
#include <stdio.h>
#include <arpa/inet.h>

#include "duration.h"
#include "fields.h"
#include "output.h"
#include "put.h"

static const void *value(const struct field *f, const void *row)
{
	return (const char *)row + f->at;
}

static __be16 port(const struct field *f, const void *row)
{
	return *(const __be16 *)((const char *)row + f->port);
}

static __u64 number(const struct field *f, const void *row)
{
	switch (f->type) {
	case FIELD_PORT:
		return ntohs(*(const __be16 *)value(f, row));
	case FIELD_BYTE:
		return *(const __u8 *)value(f, row);
	case FIELD_U64:
	case FIELD_BYTES:
		return *(const __u64 *)value(f, row);
	default:
		return *(const __u32 *)value(f, row);
	}
}

static const char *word(const struct field *f, __u8 n)
{
	return n == FIELD_NO_WORD ? "" : word_of(f->words, n);
}

/* What no connection has stands for an end that is not there. */
static bool is_no_end(const union levee_addr *addr, __be16 port)
{
	return !port && !addr->w[0] && !addr->w[1];
}

static char *put_states(char *to, const struct field *f, const __u8 *state)
{
	to = put_text(to, word(f, state[0]));
	if (state[0] == state[1])
		return to;
	*to++ = '/';
	return put_text(to, word(f, state[1]));
}

/* The kinds that are text in JSON too, without quotes. */
static char *put_string(char *to, const struct field *f, const void *row)
{
	switch (f->type) {
	case FIELD_ENDPOINT:
		return is_no_end(value(f, row), port(f, row)) ? to : put_endpoint(to, value(f, row), port(f, row));
	case FIELD_ADDRESS:
		return put_address(to, value(f, row));
	case FIELD_STATES:
		return put_states(to, f, value(f, row));
	default:
		return put_text(to, word(f, *(const __u8 *)value(f, row)));
	}
}

static char *put_json(char *to, const struct field *f, const void *row)
{
	if (f->type == FIELD_PORT || field_is_number(f)) {
		__u64 n = number(f, row);

		return f->type == FIELD_MICROSECONDS && !n ? put_text(to, "null") : put_number(to, n);
	}
	*to++ = '"';
	to = put_string(to, f, row);
	*to++ = '"';
	return to;
}

char *fields_json(char *to, const struct field *fields, unsigned int count, const void *row)
{
	char next = '{';

	for (const struct field *f = fields; f < fields + count; f++) {
		if (!f->key)
			continue;
		*to++ = next;
		next = ',';
		to = put_bytes(to, f->key, f->key_len);
		to = put_json(to, f, row);
	}
	*to++ = '}';
	return to;
}

char *put_microseconds(char *to, __u32 us)
{
	if (!us)
		return put_text(to, "-");
	if (us < 1000)
		return put_text(put_number(to, us), "us");
	if (us < 10000)
		return to + sprintf(to, "%u.%ums", us / 1000, us / 100 % 10);
	if (us < 1000000)
		return put_text(put_number(to, us / 1000), "ms");
	return to + sprintf(to, "%u.%us", us / 1000000, us / 100000 % 10);
}

char *field_text(char *to, const struct field *f, const void *row)
{
	char text[8];

	switch (f->type) {
	case FIELD_MS:
		return put_text(to, duration_short(text, number(f, row)));
	case FIELD_MICROSECONDS:
		return put_microseconds(to, number(f, row));
	case FIELD_U32:
	case FIELD_BYTES:
		return put_text(to, output_short(text, number(f, row)));
	default:
		return field_is_number(f) || f->type == FIELD_PORT ? put_number(to, number(f, row)) :
								     put_string(to, f, row);
	}
}
