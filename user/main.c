/* SPDX-License-Identifier: GPL-2.0 */
/*
 * main.c - parses the command line and runs the command. Everything else is in cmd_*.c.
 */
#include "errors.h"
#include "options.h"

int main(int argc, char **argv)
{
	struct options options;
	int err = options_parse(&options, argc - 1, argv + 1);

	if (err)
		return err;
	if (options.help) {
		help_command(stdout, options.command);
		return EXIT_OK;
	}
	library_log_catch();
	return commands[options.command].run(&options);
}
