/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xdp.c - libxdp where there may be a dispatcher, libbpf and links where there is none.
 *
 * levee's program is known by its name, so that it is found when nothing is pinned any more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <xdp/libxdp.h>

#include "cleanup.h"
#include "xdp.h"

#define OUR_PROGRAM "levee_ingress"
#define DISPATCHER "xdp_dispatcher"

static void close_multiprog(struct xdp_multiprog **mp)
{
	if (*mp && !libxdp_get_error(*mp))
		xdp_multiprog__close(*mp);
}

#define close_mp __attribute__((cleanup(close_multiprog)))

#define BPFFS_VARIABLE "LIBXDP_BPFFS"

void xdp_use_bpffs(const char *root)
{
	setenv(BPFFS_VARIABLE, root, 1);
}

static int program_info(int fd, struct bpf_prog_info *info)
{
	__u32 size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	if (fd < 0)
		return fd;
	return bpf_obj_get_info_by_fd(fd, info, &size) ? -errno : 0;
}

__u32 xdp_program_id(int prog)
{
	struct bpf_prog_info info;

	return program_info(prog, &info) ? 0 : info.id;
}

static int program_name(__u32 id, char name[BPF_OBJ_NAME_LEN])
{
	close_fd int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info;
	int err = program_info(fd, &info);

	if (!err)
		memcpy(name, info.name, BPF_OBJ_NAME_LEN);
	return err;
}

static void see_program(struct xdp_state *state, const char *name, __u32 id)
{
	if (strcmp(name, OUR_PROGRAM) == 0) {
		state->ours_id = id;
		if (state->ours_count < XDP_OURS_MAX)
			state->ours[state->ours_count++] = id;
		return;
	}
	state->others++;
	snprintf(state->other_name, sizeof(state->other_name), "%s", name);
}

static void see_dispatched(unsigned int ifindex, struct xdp_state *state)
{
	close_mp struct xdp_multiprog *mp = xdp_multiprog__get_from_ifindex(ifindex);
	struct xdp_program *p = NULL;

	if (!mp || libxdp_get_error(mp))
		return;
	while ((p = xdp_multiprog__next_prog(p, mp))) {
		state->chain_length++;
		see_program(state, xdp_program__name(p), xdp_program__id(p));
		if (state->ours_id == xdp_program__id(p))
			state->chain_position = state->chain_length;
	}
}

/*
 * libxdp pins the programs of a dispatcher as <bpffs>/xdp/dispatch-<ifindex>-<id of the dispatcher>/prog<place>-prog.
 * Returns whether the hook's program has such a directory.
 */
static bool see_pinned_dispatcher(unsigned int ifindex, struct xdp_state *state)
{
	const char *root = getenv(BPFFS_VARIABLE);
	char path[256];

	for (unsigned int i = 0; root; i++) {
		close_fd int fd = -1;
		struct bpf_prog_info info;

		snprintf(path, sizeof(path), "%s/xdp/dispatch-%u-%u/prog%u-prog", root, ifindex, state->hook_id, i);
		fd = bpf_obj_get(path);
		if (program_info(fd, &info))
			break;
		state->chain_length++;
		see_program(state, info.name, info.id);
		if (state->ours_id == info.id)
			state->chain_position = state->chain_length;
	}
	return state->chain_length > 0;
}

int xdp_inspect_by(int prog, unsigned int ifindex, struct xdp_state *state)
{
	int err = xdp_inspect(ifindex, state);
	__u32 id = xdp_program_id(prog);

	if (err || !state->nameless)
		return err;
	if (id == state->hook_id)
		see_program(state, OUR_PROGRAM, id);
	else
		state->dispatcher = see_pinned_dispatcher(ifindex, state);
	if (!state->ours_id && !state->dispatcher)
		see_program(state, "(hidden)", state->hook_id);
	/* Of a program that is not the one asked about it is known that it is another's. */
	state->nameless = !id && !state->ours_id && !state->dispatcher;
	return 0;
}

int xdp_inspect(unsigned int ifindex, struct xdp_state *state)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	char name[BPF_OBJ_NAME_LEN];
	int err = bpf_xdp_query(ifindex, 0, &query);

	memset(state, 0, sizeof(*state));
	if (err)
		return err;
	state->hook_id = query.drv_prog_id ? query.drv_prog_id :
			 query.skb_prog_id ? query.skb_prog_id :
					     query.hw_prog_id;
	state->flags = query.drv_prog_id ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
	if (!state->hook_id)
		return 0;
	err = program_name(state->hook_id, name);
	state->nameless = err == -EPERM;
	if (err)
		return err == -EPERM || err == -ENOENT ? 0 : err;
	state->dispatcher = strcmp(name, DISPATCHER) == 0;
	if (state->dispatcher)
		see_dispatched(ifindex, state);
	else
		see_program(state, name, state->hook_id);
	return 0;
}

static enum xdp_attach_mode mode_of(__u32 flags)
{
	return flags & XDP_FLAGS_SKB_MODE ? XDP_MODE_SKB : XDP_MODE_NATIVE;
}

int xdp_attach(struct bpf_object *obj, unsigned int ifindex, __u32 flags)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, opts, .obj = obj, .prog_name = OUR_PROGRAM);
	struct xdp_program *prog = xdp_program__create(&opts);
	int err = libxdp_get_error(prog);

	if (err)
		return err;
	err = xdp_program__attach(prog, ifindex, mode_of(flags), 0);
	xdp_program__close(prog);
	return err;
}

int xdp_attach_exclusive(struct bpf_object *obj, unsigned int ifindex, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, OUR_PROGRAM);
	int err = bpf_object__load(obj);

	if (err)
		return err;
	/* Not bpf_program__attach_xdp(): it leaves native or generic to the driver. */
	return bpf_link_create(bpf_program__fd(prog), ifindex, BPF_XDP, &opts);
}

int xdp_put(int prog, unsigned int ifindex, __u32 flags)
{
	return bpf_xdp_attach(ifindex, prog, flags | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
}

int xdp_cut_link(const char *pin)
{
	close_fd int fd = bpf_obj_get(pin);

	return fd < 0 || bpf_link_detach(fd) ? -errno : 0;
}

/* The link that holds program `id` on a hook is cut, whoever keeps a descriptor of it. */
static int detach_link_of(__u32 id)
{
	__u32 link_id = 0;

	while (bpf_link_get_next_id(link_id, &link_id) == 0) {
		close_fd int fd = bpf_link_get_fd_by_id(link_id);
		struct bpf_link_info info = {};
		__u32 size = sizeof(info);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == BPF_LINK_TYPE_XDP &&
		    info.prog_id == id)
			return bpf_link_detach(fd) ? -errno : 0;
	}
	return -ENOENT;
}

/* `prog` as given is good enough, where the kernel opens none by its id. */
static int detach_alone(int prog, unsigned int ifindex, const struct xdp_state *state)
{
	close_fd int fd = bpf_prog_get_fd_by_id(state->ours_id);
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = fd < 0 ? prog : fd);
	int err = opts.old_prog_fd < 0 ? fd : bpf_xdp_detach(ifindex, state->flags, &opts);

	return err ? detach_link_of(state->ours_id) == 0 ? 0 : err : 0;
}

int xdp_detach_dispatched(unsigned int ifindex, __u32 id)
{
	close_mp struct xdp_multiprog *mp = xdp_multiprog__get_from_ifindex(ifindex);
	struct xdp_program *p = NULL;

	if (!mp || libxdp_get_error(mp))
		return libxdp_get_error(mp);
	while ((p = xdp_multiprog__next_prog(p, mp)))
		if (xdp_program__id(p) == id)
			return xdp_program__detach(p, ifindex, xdp_multiprog__attach_mode(mp), 0);
	return -ENOENT;
}

static int detach_one(int prog, unsigned int ifindex, const struct xdp_state *state)
{
	return state->dispatcher ? xdp_detach_dispatched(ifindex, state->ours_id) : detach_alone(prog, ifindex, state);
}

int xdp_detach_ours(int prog, unsigned int ifindex)
{
	struct xdp_state state;
	int err = xdp_inspect_by(prog, ifindex, &state), removed = 0;

	while (!err && state.ours_id) {
		err = detach_one(prog, ifindex, &state);
		removed = 1;
		if (!err)
			err = xdp_inspect_by(prog, ifindex, &state);
	}
	return err ? err : removed;
}

bool xdp_has(const struct xdp_state *state, __u32 id)
{
	for (unsigned int i = 0; i < state->ours_count; i++)
		if (state->ours[i] == id)
			return true;
	return false;
}

int xdp_replace(unsigned int ifindex, __u32 flags, int old_fd, int new_fd)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = old_fd);

	return bpf_xdp_attach(ifindex, new_fd, flags, &opts);
}

int xdp_replace_exclusive(int link_fd, int old_fd, int new_fd)
{
	LIBBPF_OPTS(bpf_link_update_opts, opts, .flags = BPF_F_REPLACE, .old_prog_fd = old_fd);

	return bpf_link_update(link_fd, new_fd, &opts) ? -errno : 0;
}
