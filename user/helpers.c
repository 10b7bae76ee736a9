/* SPDX-License-Identifier: GPL-2.0 */
/*
 * helpers.c - see helpers.h. That the list is complete is a test's business (tests/unit/test_doctor.c).
 */
#include <bpf/libbpf.h>

#include "helpers.h"

#define HELPER_ROW(name, type, since) { BPF_FUNC_##name, BPF_PROG_TYPE_##type, "bpf_" #name, since },
const struct helper helpers[] = { HELPERS(HELPER_ROW) };
#undef HELPER_ROW
const unsigned int helper_count = sizeof(helpers) / sizeof(helpers[0]);

bool helper_is_there(const struct helper *helper)
{
	/* Negative: it could not be found out; then attach will tell. */
	return libbpf_probe_bpf_helper(helper->type, helper->id, NULL) != 0;
}
