/* SPDX-License-Identifier: GPL-2.0 */
/*
 * main.c - parses the command line and runs the command. Everything else is in cmd_*.c.
 */
#include <fcntl.h>
#include <unistd.h>

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

int main(int argc, char **argv)
{
	struct options options;
	int err;

	open_standard_files();
	err = options_parse(&options, argc - 1, argv + 1);

	if (err)
		return err;
	if (options.help) {
		help_command(stdout, options.command);
		return EXIT_OK;
	}
	library_log_catch();
	return commands[options.command].run(&options);
}
