/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sections.h - what the tables of the program put into its man pages (mdoc.c) and its completion (bash.c).
 */
#ifndef MAN_SECTIONS_H
#define MAN_SECTIONS_H

#include <stddef.h>
#include <stdio.h>

/* A line "@name@" of a template stands for what `print` prints. */
struct section {
	const char *name;
	void (*print)(FILE *to);
};

extern const struct section mdoc_sections[], bash_sections[];
extern const size_t mdoc_section_count, bash_section_count;

#endif
