/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replace_file.c - temporary file, write, sync, rename.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "errors.h"
#include "replace_file.h"

static int could_not(const char *path, const char *what, int err)
{
	bool permission = err == EACCES || err == EPERM || err == EROFS;

	if (err == ENOENT || err == ENOTDIR)
		return failed(EXIT_FAILED, "%s: %s failed: its directory is not there\nmake it, or name another file",
			      path, what);
	return failed(permission ? EXIT_UNSUPPORTED : EXIT_FAILED, "%s: %s failed: %s", path, what, strerror(err));
}

int write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0) {
			data += n;
			size -= n;
		}
	}
	return 0;
}

/* mkstemp() makes files for their owner alone; this one gets what any other would. */
static void set_usual_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	fchmod(fd, 0666 & ~mask);
}

/* errno, or 0. Nothing is left behind but a file that is whole. */
static int write_beside(const char *path, const void *data, size_t size)
{
	char temporary[PATH_MAX + 16];
	close_fd int fd = -1;
	int err;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return errno;
	set_usual_mode(fd);
	err = write_all(fd, data, size);
	if (!err && fsync(fd) < 0)
		err = errno;
	if (!err && rename(temporary, path) < 0)
		err = errno;
	if (err)
		unlink(temporary);
	return err;
}

static int write_into(const char *path, const void *data, size_t size)
{
	close_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? errno : write_all(fd, data, size);
}

/*
 * The file itself where a link leads to it. It is the kernel that follows, which does not follow what somebody else has laid
 * where everybody may lay one (fs.protected_symlinks); realpath() would. errno, or 0.
 */
static int resolve(const char *path, char to[PATH_MAX])
{
	close_fd int fd = open(path, O_PATH | O_CLOEXEC);
	char descriptor[32];
	ssize_t len;

	if (fd < 0 && errno == EACCES)
		return errno;
	snprintf(descriptor, sizeof(descriptor), "/proc/self/fd/%d", fd);
	len = fd < 0 ? -1 : readlink(descriptor, to, PATH_MAX - 1);
	if (len < 0)
		snprintf(to, PATH_MAX, "%s", path);
	else
		to[len] = '\0';
	return 0;
}

static bool is_special(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && !S_ISREG(s.st_mode);
}

int replace_file_check(const char *path)
{
	char resolved[PATH_MAX];
	struct stat s;
	int err = resolve(path, resolved);

	if (err)
		return could_not(path, "writing", err);
	if (stat(path, &s) == 0 && S_ISDIR(s.st_mode))
		return could_not(path, "writing", EISDIR);
	if (access(is_special(path) ? path : dirname(resolved), W_OK) < 0)
		return could_not(path, "writing", errno);
	return 0;
}

int replace_file(const char *path, const void *data, size_t size)
{
	sigset_t ending, before;
	char resolved[PATH_MAX];
	int err;

	if (is_special(path)) {
		err = write_into(path, data, size);
		return err ? could_not(path, "writing", err) : 0;
	}
	err = resolve(path, resolved);
	if (err)
		return could_not(path, "writing", err);
	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, &before);
	err = write_beside(resolved, data, size);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err ? could_not(path, "writing", err) : 0;
}
