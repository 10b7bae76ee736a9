/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fields.h - what a row consists of, as one list: its JSON object and its columns of text both come from there.
 *
 * A list describes a struct by offsets. Names and words are levee's own, so nothing needs escaping.
 */
#ifndef USER_FIELDS_H
#define USER_FIELDS_H

#include <stddef.h>

#include "words.h"

enum field_type {
	FIELD_ENDPOINT, /* union levee_addr, and its port at `port`; all of it zero is "" */
	FIELD_ADDRESS,    /* union levee_addr */
	FIELD_PORT,	    /* __be16 */
	FIELD_WORD,	    /* __u8, a number of `words`; FIELD_NO_WORD is "" */
	FIELD_STATES,     /* two of those; in text one word if they are the same */
	FIELD_BYTE,	    /* __u8 */
	FIELD_U32,
	FIELD_U64,
	FIELD_MS,	  /* __u32 */
	FIELD_MICROSECONDS, /* __u32; 0 is unknown: null */
	FIELD_BYTES,	     /* __u64 */
};

#define FIELD_NO_WORD 255
#define FIELD_RANK_MAX 9

struct field {
	enum field_type type;
	const char *key; /* in JSON, with quotes and colon; NULL: only in text */
	size_t key_len;
	size_t at, port;
	const struct vocabulary *words;
	const char *title; /* of its column in text; NULL: only in JSON */
	int rank;	  /* of the column: the higher, the sooner it is left out; 0 never */
	const char *help;
};

#define FIELD_KEY(name) .key = "\"" name "\":", .key_len = sizeof("\"" name "\":") - 1

/* Bytes that one value and one object need at most. */
#define FIELD_TEXT_MAX 64
#define FIELDS_JSON_MAX 2048

/* One object in one line, without a newline. Returns where it stopped. */
char *fields_json(char *to, const struct field *fields, unsigned int count, const void *row);

/* One value as a column of text has it. Returns where it stopped. */
char *field_text(char *to, const struct field *field, const void *row);

/* "850us", "1.2ms", "120ms", "3.0s": five characters at most up to 16 minutes; 0, which is unknown, as "-". */
char *put_microseconds(char *to, __u32 us);

/* Numbers are set right, all else left. */
static inline int field_is_number(const struct field *f)
{
	return f->type >= FIELD_BYTE;
}

#endif
