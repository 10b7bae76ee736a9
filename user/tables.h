/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tables.h - sizes of levee's tables, set on the opened programs before they are loaded.
 */
#ifndef LEVEE_USER_TABLES_H
#define LEVEE_USER_TABLES_H

#include <levee/config.h>

struct levee_bpf;

/* Sets for a table of so many entries: a power of two, with nearly two places for each. */
unsigned int tables_sets(unsigned int entries);

/* The largest limit for which a table has so many sets. */
unsigned int tables_entries(unsigned int sets);

/* The tables for these limits, in entries. */
struct levee_geometry tables_geometry(unsigned int half_open, unsigned int flows);

/* Sizes every table map and tells the programs. Returns 0 or a negative errno. */
int tables_resize(struct levee_bpf *skel, const struct levee_geometry *geometry);

/* Bytes of kernel memory that the tables, the ring of events and the history take. */
unsigned long long tables_memory(const struct levee_geometry *geometry);

#endif
