/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bpffs.h - where pins live: finding or mounting a bpffs, the pin directory of an interface, removing it.
 *
 * `ip netns exec` hides /sys/fs/bpf behind a new /sys, so init's mount namespace is looked at too. Where
 * that is not allowed, LEVEE_BPFFS can name a bpffs outside of /sys, which every namespace sees.
 */
#ifndef USER_BPFFS_H
#define USER_BPFFS_H

#include <stdbool.h>
#include <levee/levee.h>

#define BPFFS_PATH_MAX 256

/* Where levee keeps its pins for one interface of this network namespace. */
struct place {
	char root[64];  /* the bpffs; "" if there is none */
	char top[72];   /* <root>/levee */
	char group[96]; /* of this network namespace: top, or <top>/netns-<inode> */
	char dir[128];  /* of the interface; "" if the place was made without one */
	unsigned long long netns; /* inode */
};

/*
 * Finds the bpffs and names the directories; nothing is made but, if `may_mount`, the mount. Without
 * may_mount a missing bpffs is no error: root is "". libxdp is told too: it would not find init's bpffs,
 * and without it an XDP hook that has a dispatcher looks empty.
 */
int place_find(struct place *place, const char *ifname, bool may_mount);

/* Makes the interface's directory and its parents. Negative errno. */
int place_make(const struct place *place);

/* Removes the interface's directory with all pins, then parents that are empty. Negative errno; -ENOENT if there is none. */
int place_remove(const struct place *place);

/* Is there a pin of this name? */
bool place_has(const struct place *place, const char *pin);

/* Path of a pin. Returns `to`. */
const char *place_pin(char to[BPFFS_PATH_MAX], const struct place *place, const char *pin);

/* One attach or detach at a time: a lock that ends with the process. Negative errno, or the descriptor. */
int place_lock(const struct place *place);

/*
 * Makes this process the one that looks after the interface, until it ends: a lock on a directory of the pins that is
 * root's alone, and goes with them. -EWOULDBLOCK: there is one, as `owner` says in lock_owner()'s words. Negative errno, or
 * the descriptor.
 */
int place_claim(const struct place *place, char owner[32]);

/* Calls `visit` with every interface that has a directory in this namespace's group. Stops at a non-zero answer. */
int place_each(const struct place *place, int (*visit)(const char *ifname, void *arg), void *arg);

/* Is there something that this process may not look at? */
bool place_hidden(const struct place *place);

/* Directories of network namespaces that no longer exist are removed; returns how many. */
int place_sweep(const struct place *place);

/* How many interfaces of other network namespaces have a directory. */
int place_elsewhere(const struct place *place);

#endif
