/* SPDX-License-Identifier: GPL-2.0 */
/*
 * textfile.c - see textfile.h. The text goes to a file beside it that is then renamed. Its name does not end in .prom, so
 * that a collector never takes it for one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "errors.h"
#include "replace_file.h"
#include "textfile.h"

static int cannot(const char *path, const char *what)
{
	const char *why = strerror(errno);

	if (errno == ENOENT || errno == ENOTDIR)
		return failed(EXIT_FAILED, "--textfile %s: its directory is not there\nmake it, or name another file",
			      path);
	return failed(errno == EACCES || errno == EPERM || errno == EROFS ? EXIT_UNSUPPORTED : EXIT_FAILED,
		      "--textfile %s: %s failed: %s", path, what, why);
}

int textfile_write(const char *path, const char *text, size_t len)
{
	char beside[4096];
	close_fd int fd = -1;
	int err;

	if (snprintf(beside, sizeof(beside), "%s.XXXXXX", path) >= (int)sizeof(beside))
		return failed(EXIT_USAGE, "--textfile: the path is too long");
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return cannot(path, "making a file beside it");
	if (!(errno = write_all(fd, text, len)) && fchmod(fd, 0644) == 0 && rename(beside, path) == 0)
		return 0;
	err = cannot(path, "writing");
	unlink(beside);
	return err;
}
