/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_version.c - levee version
 */
#include <stdio.h>
#include <bpf/libbpf.h>

#include <levee/levee.h>

#include "cleanup.h"
#include "errors.h"
#include "options.h"
#include "output.h"

int cmd_version(const struct options *options)
{
	free_json json_t *doc = json_pack("{s:s, s:s, s:i, s:s}", "schema", "levee.version/1", "version", LEVEE_VERSION,
					  "abi", LEVEE_ABI, "libbpf", libbpf_version_string());

	if (options->json)
		output_json(doc, true);
	else
		printf("levee %s (maps version %lld, libbpf %s)\n", model_text(doc, "version"),
		       model_number(doc, "abi"), model_text(doc, "libbpf"));
	return EXIT_OK;
}
