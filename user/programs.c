/* SPDX-License-Identifier: GPL-2.0 */
/*
 * programs.c - see programs.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "errors.h"
#include "programs.h"
#include "tables.h"

#include "levee.skel.h"

struct levee_bpf *programs_open(const char *ifname, const struct program_constants *c)
{
	struct levee_bpf *skel = levee_bpf__open();
	int err;

	if (!skel) {
		failed(EXIT_FAILED, "%s: opening the BPF programs failed: %s", ifname, library_log_last());
		return NULL;
	}
	err = tables_resize(skel, &c->geometry);
	if (!err && !c->handoff)
		err = bpf_program__set_autoload(skel->progs.levee_accept, false);
	if (err) {
		failed(EXIT_FAILED, "%s: preparing the BPF programs failed: %s", ifname, strerror(-err));
		levee_bpf__destroy(skel);
		return NULL;
	}
	skel->rodata->hash_key = c->hash_key;
	skel->rodata->edition = c->edition;
	return skel;
}

int programs_refused(const char *ifname, int err)
{
	const char *why = *library_log_last() ? library_log_last() : strerror(-err);
	struct utsname kernel = {};

	uname(&kernel);
	return failed(EXIT_FAILED, "%s: kernel %s refused the programs: %s\nLEVEE_DEBUG=1 shows its log", ifname,
		      kernel.release, why);
}

const char *program_pin_name(char to[64], const char *program)
{
	snprintf(to, 64, "prog_%s", program);
	return to;
}

/* Negative errno. */
static int pin_over(int fd, const char *path)
{
	char beside[BPFFS_PATH_MAX + 8];

	if (bpf_obj_pin(fd, path) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	snprintf(beside, sizeof(beside), "%s-next", path);
	unlink(beside); /* of one that was interrupted */
	return bpf_obj_pin(fd, beside) || rename(beside, path) ? -errno : 0;
}

int programs_pin(const struct place *place, const char *ifname, const struct levee_bpf *skel)
{
	char path[BPFFS_PATH_MAX], name[64];
	struct bpf_program *prog;
	int err;

	bpf_object__for_each_program(prog, skel->obj) {
		if (bpf_program__fd(prog) < 0)
			continue;
		place_pin(path, place, program_pin_name(name, bpf_program__name(prog)));
		err = pin_over(bpf_program__fd(prog), path);
		if (err)
			return failed(EXIT_FAILED, "%s: pinning %s failed: %s", ifname, path, strerror(-err));
	}
	return 0;
}
