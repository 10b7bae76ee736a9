/* SPDX-License-Identifier: GPL-2.0 */
/*
 * main.c - parses the command line and runs the command. Everything else is in cmd_*.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "color.h"
#include "errors.h"
#include "options.h"

/* Where stdout is closed, the first map that is opened would be it, and be printed into. */
static void open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Somebody who reads that the command failed must not believe that nothing was changed. */
static bool changes_something(enum command_id command)
{
	switch (command) {
	case CMD_ATTACH:
	case CMD_DETACH:
	case CMD_RELOAD:
	case CMD_CONFIG_SET:
	case CMD_CONFIG_LOAD:
	case CMD_FLOWS_DELETE:
		return true;
	default:
		return false;
	}
}

/* What has not been written was not said: a disk that is full, say. Commands that stream look for themselves (stream.c). */
static int check_output(enum command_id command, bool done, int code)
{
	errno = 0;
	if ((fflush(stdout) == 0 && !ferror(stdout)) || code)
		return code;
	errors_as_json(false);
	return failed(EXIT_FAILED, "writing the output failed%s%s%s", errno ? ": " : "", errno ? strerror(errno) : "",
		      done && changes_something(command) ? "\nall that was asked for is done, only not told" : "");
}

int main(int argc, char **argv)
{
	struct options options;
	int err;

	open_standard_files();
	err = options_parse(&options, argc - 1, argv + 1);

	if (err)
		return err;
	color_choose(options.color);
	if (options.help) {
		help_command(stdout, options.command);
		return check_output(options.command, false, EXIT_OK);
	}
	library_log_catch();
	return check_output(options.command, true, commands[options.command].run(&options));
}
