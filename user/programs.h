/* SPDX-License-Identifier: GPL-2.0 */
/*
 * programs.h - the BPF programs of this binary: made ready to be loaded, and pinned.
 */
#ifndef USER_PROGRAMS_H
#define USER_PROGRAMS_H

#include <stdbool.h>
#include <levee/config.h>

#include "bpffs.h"

struct levee_bpf;

/* What programs are told before they are loaded, and cannot be told afterwards. */
struct program_constants {
	struct levee_geometry geometry;
	struct levee_hash_key hash_key;
	__u32 edition;
	bool handoff; /* the kernel has what levee_accept calls */
};

/* Opened and sized, not loaded. NULL after failed(). */
struct levee_bpf *programs_open(const char *ifname, const struct program_constants *constants);

/* The kernel did not take them: failed(), with what the library says of it. */
int programs_refused(const char *ifname, int err);

/*
 * Pins every program that is loaded, as prog_NAME. A pin that is there already is replaced in one step: at no moment is
 * there none.
 */
int programs_pin(const struct place *place, const char *ifname, const struct levee_bpf *skel);

/* Name of a program's pin. Returns `to`. */
const char *program_pin_name(char to[64], const char *program);

#endif
