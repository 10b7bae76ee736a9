/* SPDX-License-Identifier: GPL-2.0 */
/*
 * families.h - metric families as a JSON model, and the model as Prometheus' text format.
 *
 *   {"levee_up": {"type": "gauge", "help": "...", "samples": [{"labels": {"interface": "eth0"}, "value": 1}]}}
 *
 * A family's samples stand together whoever adds them and when, so HELP and TYPE are there once.
 */
#ifndef USER_FAMILIES_H
#define USER_FAMILIES_H

#include <stdio.h>
#include <jansson.h>

struct family {
	const char *name;
	const char *type; /* counter, gauge, summary, histogram */
	const char *help; /* one line, without a full stop */
};

/*
 * Adds a sample, and the family if it is not there yet. `suffix` is "" or, of a summary or histogram, "_count" and so
 * on. Takes `labels` (an object of strings, or NULL) and `value` (a number).
 */
void family_add(json_t *families, const struct family *family, const char *suffix, json_t *labels, json_t *value);

/* Text format 0.0.4. */
void families_render(const json_t *families, FILE *to);

/* One table of Markdown: what each family is, for docs/metrics.md. */
void families_document(const json_t *families, FILE *to);

#endif
