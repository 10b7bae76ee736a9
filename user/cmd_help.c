/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_help.c - levee help [COMMAND]
 */
#include "errors.h"
#include "options.h"

int cmd_help(const struct options *options)
{
	bool second;
	int id;

	if (!options->arguments) {
		help_overview(stdout);
		return EXIT_OK;
	}
	id = command_find(options->arguments, options->argument, &second);
	if (id < 0 && options->arguments == 1 && help_group(stdout, options->argument[0]))
		return EXIT_OK;
	if (id < 0)
		return command_unknown(options->arguments, options->argument, id);
	if (options->arguments > 1 && !second)
		return command_unknown(1, options->argument + 1, -1);
	help_command(stdout, id);
	return EXIT_OK;
}
