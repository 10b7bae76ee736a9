/* SPDX-License-Identifier: GPL-2.0 */
/*
 * main.c - parses the command line and runs the command. Everything else is in cmd_*.c.
 */
#include <fcntl.h>
#include <stdio.h>
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

/* What has not been written was not said: a disk that is full, say. Commands that stream look for themselves (stream.c). */
static int check_output(int code)
{
	if ((fflush(stdout) == 0 && !ferror(stdout)) || code)
		return code;
	errors_as_json(false);
	return failed(EXIT_FAILED, "writing the output failed");
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
		return check_output(EXIT_OK);
	}
	library_log_catch();
	return check_output(commands[options.command].run(&options));
}
