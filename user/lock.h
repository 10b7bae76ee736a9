/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lock.h - who has locked a file by flock().
 */
#ifndef USER_LOCK_H
#define USER_LOCK_H

/* " (pid 123)" of whoever has it locked, from /proc/locks; "" if that cannot be seen from here. Returns `to`. */
const char *lock_owner(char to[32], int fd);

#endif
