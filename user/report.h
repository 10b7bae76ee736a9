/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report.h - the parts of `levee report`: what is read, what it means in words, and the page made from it.
 */
#ifndef USER_REPORT_H
#define USER_REPORT_H

#include <stdio.h>
#include <jansson.h>

#include "history.h"
#include "maps.h"

/* The document levee.report/1, or NULL after failed() with its exit code in *err. Where nobody records it samples so long. */
json_t *report_model(const struct maps *maps, unsigned int sample_ms, int *err);

/*
 * "history" of the document: what the records say. `recorded`: they are the ring's, else they were taken just now. The axis
 * ends at `now_ms` of CLOCK_BOOTTIME, which is `now_unix_ms`. Pure.
 */
json_t *report_history(const struct history_list *list, bool recorded, __u64 now_ms, __u64 now_unix_ms);

/* "headline" of the document, from the rest of it: {"level", "lead", "text": [...]}. Pure. */
json_t *report_headline(const json_t *doc);

/* The document as one page. Pure. */
void report_page(const json_t *doc, FILE *to);

extern const char report_style[];

#endif
