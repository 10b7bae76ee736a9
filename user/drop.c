/* SPDX-License-Identifier: GPL-2.0 */
/*
 * drop.c - see drop.h. Uid and groups, then every set of capabilities: bounding, ambient, and the three of the process; at
 * last no_new_privs, so that no program that it runs has more.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/capability.h>

#include "drop.h"
#include "errors.h"
#include "share.h"

#define NOBODY "nobody"
#define GROUPS_MAX 64

/* As attach lets it read its pins. */
static gid_t pins_group(void)
{
	const struct group *g = *share_group() ? getgrnam(share_group()) : NULL;

	return g ? g->gr_gid : 0;
}

int unprivileged_find(struct unprivileged *u, const char *name)
{
	const struct passwd *account;

	*u = (struct unprivileged){ .name = name ? name : NOBODY, .pins = pins_group() };
	if (geteuid() != 0) {
		u->name = "this user";
		if (!group_member(u->pins))
			u->pins = 0;
		return name ? failed(EXIT_UNSUPPORTED, "--user %s: only root can become another user", name) : 0;
	}
	account = getpwnam(u->name);
	if (!account)
		return failed(EXIT_FAILED, "no user \"%s\"\n\"getent passwd\" lists them; --user NAME takes another",
			      u->name);
	u->uid = account->pw_uid;
	u->gid = account->pw_gid;
	return 0;
}

/* The user's groups, and that of the pins. */
static int set_groups(const struct unprivileged *u)
{
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX - 1;

	if (getgrouplist(u->name, u->gid, groups, &count) < 0)
		return failed(EXIT_FAILED, "user \"%s\" is in more than %d groups", u->name, GROUPS_MAX - 1);
	if (u->pins)
		groups[count++] = u->pins;
	return setgroups(count, groups) < 0 ? -1 : 0;
}

static int become(const struct unprivileged *u)
{
	int err = set_groups(u);

	if (err > 0)
		return err;
	if (err < 0 || setresgid(u->gid, u->gid, u->gid) < 0 || setresuid(u->uid, u->uid, u->uid) < 0)
		return failed(EXIT_FAILED, "becoming user \"%s\" failed: %s", u->name, strerror(errno));
	return 0;
}

/* Needs CAP_SETPCAP; who has no capabilities has none to bound. */
static void empty_bounding_set(void)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

static int empty_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, none) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return failed(EXIT_FAILED, "giving up privileges failed: %s", strerror(errno));
	return 0;
}

int privileges_drop(const struct unprivileged *u)
{
	int err = 0;

	empty_bounding_set();
	if (geteuid() == 0)
		err = become(u);
	return err ? err : empty_capabilities();
}
