/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cleanup.h - attributes that release a local variable when it goes out of scope.
 */
#ifndef USER_CLEANUP_H
#define USER_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <jansson.h>

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static inline void cleanup_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_json(json_t **json)
{
	json_decref(*json);
}

#define close_fd __attribute__((cleanup(cleanup_fd)))
#define close_dir __attribute__((cleanup(cleanup_dir)))
#define close_file __attribute__((cleanup(cleanup_file)))
#define free_memory __attribute__((cleanup(cleanup_free)))
#define free_json __attribute__((cleanup(cleanup_json)))

#endif
