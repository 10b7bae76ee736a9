/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bpffs.c - the bpffs and the directories in it. What is pinned there is not known here.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/magic.h>

#include "bpffs.h"
#include "cleanup.h"
#include "clock.h"
#include "errors.h"
#include "lock.h"
#include "share.h"
#include "xdp.h"

#define BPFFS "/sys/fs/bpf"
#define INIT_BPFFS "/proc/1/root" BPFFS

#define LOCK_PATIENCE_MS 1000
#define LOCK_NAP_MS 10

static unsigned long long ns_inode(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 ? s.st_ino : 0;
}

static bool is_bpffs(const char *path)
{
	struct statfs s;

	return statfs(path, &s) == 0 && (unsigned long)s.f_type == BPF_FS_MAGIC;
}

/*
 * Is this process in the mount namespace that the system booted with? Its inode is fixed since Linux
 * 6.18 and has been the first or second of the dynamic ones before.
 */
static bool in_initial_mount_ns(void)
{
	unsigned long long inode = ns_inode("/proc/self/ns/mnt");

	return inode == 0xeffffff8ULL || inode == 0xf0000000ULL || inode == 0xf0000001ULL;
}

/* Goes to init's mount namespace. Where init may not be touched, this one will do if it is the same. */
static int enter_init_mount_ns(void)
{
	close_fd int ns = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (ns < 0)
		return in_initial_mount_ns() ? 0 : errno;
	return setns(ns, CLONE_NEWNS) < 0 ? errno : 0;
}

/*
 * Mounts a bpffs where init sees it, so that pins outlive this process's mount namespace. The lock is
 * on the directory under the mount: of two that come here at once the second finds the mount of the first.
 */
static int mount_for_init(void)
{
	close_fd int dir = -1;
	int err = enter_init_mount_ns();

	if (err)
		return err;
	dir = open(BPFFS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || flock(dir, LOCK_EX) < 0)
		return errno;
	if (is_bpffs(BPFFS))
		return 0;
	return mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RELATIME, "mode=0700") < 0 ? errno : 0;
}

/* In a child: a process cannot come back from init's mount namespace. */
static int mount_bpffs(void)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return errno;
	if (child == 0)
		_exit(mount_for_init());
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static const char *existing_bpffs(void)
{
	if (is_bpffs(BPFFS))
		return BPFFS;
	return is_bpffs(INIT_BPFFS) ? INIT_BPFFS : NULL;
}

static int find_root(struct place *place, bool may_mount)
{
	const char *wish = getenv("LEVEE_BPFFS"), *root;
	int err = 0;

	if (wish && *wish) {
		if (!is_bpffs(wish) || strlen(wish) >= sizeof(place->root))
			return failed(EXIT_FAILED,
				      "LEVEE_BPFFS names %s, which is not a bpffs or too long a path\n"
				      "mount one (mount -t bpf -o mode=0700 bpf %s) or unset LEVEE_BPFFS",
				      wish, wish);
		strcpy(place->root, wish);
		return 0;
	}
	root = existing_bpffs();
	if (!root && may_mount) {
		err = mount_bpffs();
		root = existing_bpffs();
	}
	if (root)
		strcpy(place->root, root);
	else if (may_mount)
		return failed(
			err == EPERM || err == EACCES ? EXIT_UNSUPPORTED : EXIT_FAILED,
			"no bpffs at %s, and mounting one failed: %s\n"
			"in a namespace: mount one outside of /sys (mkdir /run/bpf; mount -t bpf -o mode=0700 bpf /run/bpf) and set LEVEE_BPFFS to it",
			BPFFS, strerror(err ? err : ENOENT));
	return 0;
}

/* A sysctl that only the initial network namespace shows; needs no privilege, unlike asking for init's namespace. */
static bool in_initial_netns(void)
{
	return access("/proc/sys/net/core/netdev_max_backlog", F_OK) == 0;
}

/*
 * A bpffs may be one where everybody makes directories and links. Who has made levee's says what is removed, and what is
 * given to the group, by paths in it.
 */
static bool top_is_trusted(const struct place *place)
{
	struct stat s;

	return lstat(place->top, &s) < 0 || (S_ISDIR(s.st_mode) && (s.st_uid == 0 || s.st_uid == geteuid()));
}

static int check_top(const struct place *place)
{
	if (top_is_trusted(place))
		return 0;
	return failed(EXIT_FAILED,
		      "%s is not root's directory: somebody else may have made it as a trap\n"
		      "look at it (ls -ld %s) and remove it",
		      place->top, place->top);
}

int place_find(struct place *place, const char *ifname, bool may_mount)
{
	char name[LEVEE_IFNAME_MAX];
	int err;

	memset(place, 0, sizeof(*place));
	place->netns = ns_inode("/proc/self/ns/net");
	err = find_root(place, may_mount);
	if (err || !place->root[0])
		return err;
	xdp_use_bpffs(place->root);
	snprintf(place->top, sizeof(place->top), "%s/levee", place->root);
	if (in_initial_netns())
		snprintf(place->group, sizeof(place->group), "%s", place->top);
	else
		snprintf(place->group, sizeof(place->group), "%s/netns-%llu", place->top, place->netns);
	err = check_top(place);
	if (err || !ifname)
		return err;
	snprintf(name, sizeof(name), "%s", ifname);
	for (char *c = name; *c; c++)
		if (*c == '.')
			*c = ':'; /* bpffs refuses dots; an interface's name cannot have a colon */
	snprintf(place->dir, sizeof(place->dir), "%s/%s", place->group, name);
	return 0;
}

static int make_dir(const char *path)
{
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

int place_make(const struct place *place)
{
	int err = make_dir(place->top);

	if (!err && !top_is_trusted(place)) /* made by somebody since place_find() */
		err = -EPERM;
	if (!err)
		err = make_dir(place->group);
	return err ? err : make_dir(place->dir);
}

const char *place_pin(char to[BPFFS_PATH_MAX], const struct place *place, const char *pin)
{
	snprintf(to, BPFFS_PATH_MAX, "%s/%s", place->dir, pin);
	return to;
}

bool place_has(const struct place *place, const char *pin)
{
	char path[BPFFS_PATH_MAX];

	return place->dir[0] && access(place_pin(path, place, pin), F_OK) == 0;
}

/* A directory of files and empty directories, without going deeper. Negative errno. */
static int remove_dir(const char *path)
{
	close_dir DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	return rmdir(path) < 0 ? -errno : 0;
}

/* Was there one? A detach may have been killed before it came to them. */
static bool remove_empty_parents(const struct place *place)
{
	bool group = strcmp(place->group, place->top) != 0 && rmdir(place->group) == 0;
	bool top = rmdir(place->top) == 0;

	if (top)
		share_end(place);
	return group || top;
}

int place_remove(const struct place *place)
{
	int err = place->dir[0] ? remove_dir(place->dir) : -ENOENT;

	if (place->root[0] && remove_empty_parents(place) && err == -ENOENT)
		return 0;
	return err;
}

int place_claim(const struct place *place, char owner[32])
{
	char path[BPFFS_PATH_MAX];
	int fd, err = make_dir(place_pin(path, place, "run"));

	if (err)
		return err;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	err = -errno;
	lock_owner(owner, fd);
	close(fd);
	return err;
}

/* As long as a command works that is not in trouble itself, then the user hears who has to be waited for. */
static int wait_for_lock(int fd)
{
	char owner[32];

	for (int ms = 0; ms < LOCK_PATIENCE_MS; ms += LOCK_NAP_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			return -1;
		clock_sleep_ms(LOCK_NAP_MS);
	}
	note("waiting for another levee command%s, which is at work; if it is stopped (Ctrl-Z), continue it or kill it",
	     lock_owner(owner, fd));
	return flock(fd, LOCK_EX);
}

int place_lock(const struct place *place)
{
	int fd = open(place->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (wait_for_lock(fd) == 0)
		return fd;
	close(fd);
	return -errno;
}

static bool is_netns_dir(const char *name)
{
	return strncmp(name, "netns-", 6) == 0 && strspn(name + 6, "0123456789") == strlen(name + 6);
}

int place_each(const struct place *place, int (*visit)(const char *ifname, void *arg), void *arg)
{
	close_dir DIR *dir = place->root[0] ? opendir(place->group) : NULL;
	struct dirent *entry;
	int answer = 0;

	if (!dir)
		return 0;
	while (!answer && (entry = readdir(dir))) {
		char name[sizeof(entry->d_name)];

		if (entry->d_name[0] == '.' || is_netns_dir(entry->d_name))
			continue;
		strcpy(name, entry->d_name);
		for (char *c = name; *c; c++)
			if (*c == ':')
				*c = '.';
		answer = visit(name, arg);
	}
	return answer;
}

/* Is the namespace bind-mounted somewhere, as `ip netns add` and container engines do? Yes, if nobody tells. */
static bool netns_is_mounted(unsigned long long inode)
{
	close_file FILE *mounts = fopen("/proc/1/mountinfo", "re");
	char line[4096], want[48];

	if (!mounts && in_initial_mount_ns())
		mounts = fopen("/proc/self/mountinfo", "re");
	if (!mounts)
		return true;
	snprintf(want, sizeof(want), " net:[%llu] ", inode);
	while (fgets(line, sizeof(line), mounts))
		if (strstr(line, want))
			return true;
	return false;
}

/* Yes, if a process is there that this one may not look at. */
static bool netns_is_alive(unsigned long long inode)
{
	close_dir DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300];

	if (!proc)
		return true;
	while ((entry = readdir(proc))) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		errno = 0;
		if (ns_inode(path) == inode || errno == EACCES || errno == EPERM)
			return true;
	}
	return netns_is_mounted(inode);
}

/* Removes a directory of directories; returns how many were in it. */
static int remove_group(const char *path)
{
	close_dir DIR *dir = opendir(path);
	char sub[BPFFS_PATH_MAX * 2];
	struct dirent *entry;
	int removed = 0;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(sub, sizeof(sub), "%s/%s", path, entry->d_name);
		removed += remove_dir(sub) == 0;
	}
	rmdir(path);
	return removed;
}

static int count_group(const char *path)
{
	close_dir DIR *dir = opendir(path);
	struct dirent *entry;
	int n = 0;

	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.' && !is_netns_dir(entry->d_name);
	return n;
}

/* Sums what `each` says of every other namespace's group; `dead` chooses the groups of gone namespaces only. */
static int other_groups(const struct place *place, bool dead, int (*each)(const char *path))
{
	close_dir DIR *dir = place->root[0] ? opendir(place->top) : NULL;
	struct dirent *entry;
	char path[BPFFS_PATH_MAX * 2];
	int sum = 0;

	while (dir && (entry = readdir(dir))) {
		unsigned long long inode;

		if (!is_netns_dir(entry->d_name))
			continue;
		inode = strtoull(entry->d_name + 6, NULL, 10);
		if (inode == place->netns || (dead && netns_is_alive(inode)))
			continue;
		snprintf(path, sizeof(path), "%s/%s", place->top, entry->d_name);
		sum += each(path);
	}
	return sum;
}

int place_sweep(const struct place *place)
{
	int removed = other_groups(place, true, remove_group);

	if (removed)
		remove_empty_parents(place);
	return removed;
}

int place_elsewhere(const struct place *place)
{
	int n = other_groups(place, false, count_group);

	return strcmp(place->group, place->top) == 0 || !place->root[0] ? n : n + count_group(place->top);
}

bool place_hidden(const struct place *place)
{
	return (place->root[0] && access(place->root, X_OK) < 0) ||
	       (place->top[0] && access(place->top, R_OK | X_OK) < 0 && errno == EACCES);
}
