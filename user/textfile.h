/* SPDX-License-Identifier: GPL-2.0 */
/*
 * textfile.h - a file that whoever reads it finds whole, as node_exporter's textfile collector wants it.
 */
#ifndef USER_TEXTFILE_H
#define USER_TEXTFILE_H

#include <stddef.h>

/* Replaces the file, or makes it: mode 0644, all of the text or nothing. An exit code. */
int textfile_write(const char *path, const char *text, size_t len);

#endif
