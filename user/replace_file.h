/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replace_file.h - a file that is written whole or not at all.
 */
#ifndef USER_REPLACE_FILE_H
#define USER_REPLACE_FILE_H

#include <stddef.h>

/*
 * Writes `size` bytes beside `path`, and renames that to `path` when all of it is on disk: who looks sees the old file or
 * the new one. A symbolic link is followed; what is no regular file (/dev/null, a pipe) is written into. Signals that would
 * end the process wait until it is done. 0, or an exit code after failed().
 */
int replace_file(const char *path, const void *data, size_t size);

/* All of it, however many writes that takes. errno, or 0. */
int write_all(int fd, const char *data, size_t size);

/* Can it be written at all, as far as can be told now? 0, or an exit code after failed(). */
int replace_file_check(const char *path);

#endif
