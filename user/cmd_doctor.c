/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_doctor.c - levee doctor [IFACE]: doctor.h has the checks.
 */
#include "cleanup.h"
#include "doctor.h"
#include "output.h"

int cmd_doctor(const struct options *options)
{
	enum exit_code worst = EXIT_OK;
	free_json json_t *doc = NULL;
	int err = doctor_model(options, &doc, &worst);

	if (err)
		return err;
	if (options->json)
		output_json(doc, true);
	else
		doctor_render(doc, stdout);
	return worst;
}
