/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_help.c - levee help [COMMAND]
 */
#include "errors.h"
#include "options.h"

int cmd_help(const struct options *options)
{
	int id;

	if (!options->argument) {
		help_overview(stdout);
		return EXIT_OK;
	}
	id = command_find(options->argument);
	if (id < 0)
		return command_unknown(options->argument, id);
	help_command(stdout, id);
	return EXIT_OK;
}
