/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_replace_file.c - a file is there whole or as it was before, and nothing is left beside it.
 */
#include "capture.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "errors.h"
#include "replace_file.h"

static char dir[64];
static char path[128];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/levee-replace-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/page.html", dir);
	return 0;
}

static int remove_dir(void **state)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	(void)state;
	while ((e = readdir(d)))
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	return rmdir(dir);
}

static unsigned int files(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned int n = 0;

	while ((e = readdir(d)))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void holds(const char *name, const char *wanted)
{
	char text[64] = "";
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) == strlen(wanted));
	fclose(f);
	assert_string_equal(text, wanted);
}

static int replace_quietly(const char *name, const char *data, size_t size)
{
	struct capture c;
	int err;

	capture_begin(&c, stderr);
	err = replace_file(name, data, size);
	capture_end(&c);
	if (err)
		assert_non_null(strstr(c.text, "failed: "));
	return err;
}

static void new_and_old(void **state)
{
	struct stat s;

	(void)state;
	umask(027);
	assert_int_equal(replace_file(path, "one", 3), 0);
	holds(path, "one");
	assert_int_equal(stat(path, &s), 0);
	assert_int_equal(s.st_mode & 0777, 0640);
	assert_int_equal(replace_file(path, "another", 7), 0);
	holds(path, "another");
	assert_int_equal(files(), 1);
}

/* Of a process that may write four bytes and no more. */
static int replace_in_little_room(void)
{
	struct rlimit little = { 4, 4 };
	pid_t child = fork();
	int status;

	if (child == 0) {
		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &little) || !freopen("/dev/null", "w", stderr))
			_exit(99);
		_exit(replace_file(path, "more than fits", 14));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* As on a disk that is full: the old file stays as it was. */
static void no_room(void **state)
{
	(void)state;
	assert_int_equal(replace_file(path, "old", 3), 0);
	assert_int_equal(replace_in_little_room(), EXIT_FAILED);
	holds(path, "old");
	assert_int_equal(files(), 1);
}

static void a_link_is_followed(void **state)
{
	char link[160];
	struct stat s;

	(void)state;
	snprintf(link, sizeof(link), "%s/latest.html", dir);
	assert_int_equal(replace_file(path, "one", 3), 0);
	assert_int_equal(symlink("page.html", link), 0);
	assert_int_equal(replace_file(link, "two", 3), 0);
	holds(path, "two");
	assert_int_equal(lstat(link, &s), 0);
	assert_true(S_ISLNK(s.st_mode));
	assert_int_equal(files(), 2);
}

static bool links_are_protected(void)
{
	FILE *f = fopen("/proc/sys/fs/protected_symlinks", "re");
	int c = f ? fgetc(f) : '0';

	if (f)
		fclose(f);
	return c == '1';
}

/* Somebody has laid a link where everybody may lay one: root's file that it names stays as it is. */
static void a_trap_is_not_followed(void **state)
{
	char trap[160];

	(void)state;
	if (geteuid() != 0 || !links_are_protected())
		skip();
	assert_int_equal(replace_file(path, "precious", 8), 0);
	assert_int_equal(chmod(dir, 01777), 0);
	assert_int_equal(chown(dir, 65533, -1), 0);
	snprintf(trap, sizeof(trap), "%s/report.html", dir);
	assert_int_equal(symlink("page.html", trap), 0);
	assert_int_equal(lchown(trap, 65534, 65534), 0);
	assert_int_equal(replace_quietly(trap, "x", 1), EXIT_UNSUPPORTED);
	holds(path, "precious");
	assert_int_equal(files(), 2);
}

static void a_device_stays_one(void **state)
{
	struct stat s;

	(void)state;
	assert_int_equal(replace_file("/dev/null", "gone", 4), 0);
	assert_int_equal(stat("/dev/null", &s), 0);
	assert_true(S_ISCHR(s.st_mode));
}

static void where_nothing_can_be_written(void **state)
{
	char name[160];

	(void)state;
	assert_int_equal(replace_quietly(dir, "x", 1), EXIT_FAILED);
	snprintf(name, sizeof(name), "%s/no/page.html", dir);
	assert_int_equal(replace_quietly(name, "x", 1), EXIT_FAILED);
	assert_int_equal(files(), 0);
}

/* Said before there is anything to write, and without making anything. */
static void what_can_be_told_before(void **state)
{
	char name[160];
	struct capture c;

	(void)state;
	snprintf(name, sizeof(name), "%s/no/page.html", dir);
	assert_int_equal(replace_file_check(path), 0);
	assert_int_equal(replace_file_check("/dev/null"), 0);
	capture_begin(&c, stderr);
	assert_int_equal(replace_file_check(name), EXIT_FAILED);
	assert_int_equal(replace_file_check(dir), EXIT_FAILED);
	capture_end(&c);
	assert_int_equal(strncmp(c.text, "levee: /tmp/levee-replace-", 26), 0);
	assert_non_null(strstr(c.text, "/no/page.html: "));
	assert_int_equal(files(), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		TEST(new_and_old),
		TEST(no_room),
		TEST(a_link_is_followed),
		TEST(a_trap_is_not_followed),
		TEST(a_device_stays_one),
		TEST(where_nothing_can_be_written),
		TEST(what_can_be_told_before),
	};

	return cmocka_run_group_tests_name("replace_file", tests, NULL, NULL);
}
