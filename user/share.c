/* SPDX-License-Identifier: GPL-2.0 */
/*
 * share.c - owners and modes of pins. Secrets, programs and links stay root's: who may open a program may run it, and
 * levee's write tables. To listen to events is to write, twice a second, that somebody does.
 */
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "errors.h"
#include "maps.h"
#include "share.h"

/* Besides the sticky bit, which the kernel gives it. */
#define ROOT_MODE 0700 /* as systemd mounts the bpffs, and levee */
#define SHARED_MODE 0710 /* the group may pass through, not list: others keep their pins here too */
#define DIR_MODE 0750
#define READ_MODE 0640
#define LISTEN_MODE 0660

const char *share_group(void)
{
	const char *wish = getenv("LEVEE_GROUP");

	return wish ? wish : "levee";
}

static bool group_id(gid_t *gid)
{
	const struct group *g = *share_group() ? getgrnam(share_group()) : NULL;

	if (g)
		*gid = g->gr_gid;
	return g != NULL;
}

static int give(const char *path, gid_t gid, mode_t mode)
{
	return chown(path, -1, gid) < 0 || chmod(path, mode) < 0 ? -errno : 0;
}

/* Only if nobody but its owner gets in: what an administrator has opened stays as it is. */
static int open_root(const struct place *place, gid_t gid)
{
	struct stat s;

	if (stat(place->root, &s) < 0)
		return -errno;
	return (s.st_mode & 0777) == ROOT_MODE ? give(place->root, gid, (s.st_mode & 07000) | SHARED_MODE) : 0;
}

static int give_directories(const struct place *place, gid_t gid)
{
	const char *const dirs[] = { place->top, place->group, place->dir };
	int err = open_root(place, gid);

	for (unsigned int i = 0; !err && i < sizeof(dirs) / sizeof(dirs[0]); i++)
		err = give(dirs[i], gid, DIR_MODE);
	return err;
}

static int give_maps(const struct place *place, gid_t gid)
{
	char path[BPFFS_PATH_MAX];
	int err = 0;

	for (int i = 0; !err && i < MAP_COUNT; i++)
		if (i != MAP_SECRETS)
			err = give(place_pin(path, place, map_names[i]), gid,
				   i == MAP_EVENTS || i == MAP_LISTENER ? LISTEN_MODE : READ_MODE);
	return err;
}

void share_with_group(const struct place *place)
{
	gid_t gid;
	int err;

	if (!group_id(&gid))
		return;
	err = give_directories(place, gid);
	if (!err)
		err = give_maps(place, gid);
	if (err)
		note("the group \"%s\" cannot read what is pinned in %s: %s", share_group(), place->dir,
		     strerror(-err));
}

void share_end(const struct place *place)
{
	struct stat s;
	gid_t gid;

	if (group_id(&gid) && stat(place->root, &s) == 0 && s.st_gid == gid && (s.st_mode & 0777) == SHARED_MODE)
		give(place->root, 0, (s.st_mode & 07000) | ROOT_MODE);
}
