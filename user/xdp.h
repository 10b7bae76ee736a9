/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xdp.h - the XDP hook of an interface: who is on it, putting levee there, taking it off.
 */
#ifndef USER_XDP_H
#define USER_XDP_H

#include <stdbool.h>
#include <bpf/libbpf.h>
#include <levee/levee.h>

#define XDP_OURS_MAX 8

struct xdp_state {
	__u32 hook_id;   /* program on the hook (a dispatcher, or alone), 0 none */
	__u32 ours_id;   /* levee_ingress, 0 not there; the last of several in a chain */
	/* All of them: more than one while one takes the place of another. */
	unsigned int ours_count;
	__u32 ours[XDP_OURS_MAX];
	__u32 flags;     /* XDP_FLAGS_DRV_MODE or XDP_FLAGS_SKB_MODE */
	bool dispatcher; /* hook_id is libxdp's dispatcher */
	bool nameless;   /* no privilege to read names, and not recognised otherwise: ours_id is not known */
	/* Of levee_ingress among the dispatcher's programs, from 1, in the order they run; 0 without it there. */
	unsigned int chain_position;
	unsigned int chain_length;
	unsigned int others;
	char other_name[16]; /* of one of them */
};

/* Negative errno. */
int xdp_inspect(unsigned int ifindex, struct xdp_state *state);

/*
 * The same for those whom the kernel opens no program by its id (that takes CAP_SYS_ADMIN): `prog`, a descriptor of
 * levee_ingress or -1, is recognised on the hook, and libxdp's pins tell what its dispatcher holds.
 */
int xdp_inspect_by(int prog, unsigned int ifindex, struct xdp_state *state);

/* A program's id, or 0. */
__u32 xdp_program_id(int prog);

/*
 * Loads the object and attaches its program, by libxdp or by a bare link. `flags` as in xdp_state. The
 * hook runs the program from then on. Negative errno; xdp_attach_exclusive: or the link's descriptor.
 */
int xdp_attach(struct bpf_object *obj, unsigned int ifindex, __u32 flags);
int xdp_attach_exclusive(struct bpf_object *obj, unsigned int ifindex, __u32 flags);

/* Cuts a pinned link from the hook that it holds. Negative errno. */
int xdp_cut_link(const char *pin);

/*
 * Puts a loaded levee_ingress where nobody is, alone, without libxdp, whose dispatcher takes CAP_SYS_ADMIN. Negative errno.
 */
int xdp_put(int prog, unsigned int ifindex, __u32 flags);

/* Is that program of levee on the hook? */
bool xdp_has(const struct xdp_state *state, __u32 id);

/*
 * Puts a loaded program in the place of the one that is alone on the hook, or that the link holds: every packet meets one
 * of the two. Negative errno.
 */
int xdp_replace(unsigned int ifindex, __u32 flags, int old_fd, int new_fd);
int xdp_replace_exclusive(int link_fd, int old_fd, int new_fd);

/* Takes one program of the dispatcher's chain out. Negative errno. */
int xdp_detach_dispatched(unsigned int ifindex, __u32 id);

/*
 * Removes levee's programs, however they were attached; `prog` is as for xdp_inspect_by(). 1 removed, 0 none was there (or
 * cannot be told), negative errno.
 */
int xdp_detach_ours(int prog, unsigned int ifindex);

/* Tells libxdp where the bpffs is; before anything else here, as libxdp looks only once. */
void xdp_use_bpffs(const char *root);

#endif
