/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xdp.h - the XDP hook of an interface: who is on it, putting levee there, taking it off.
 */
#ifndef USER_XDP_H
#define USER_XDP_H

#include <stdbool.h>
#include <bpf/libbpf.h>
#include <levee/levee.h>

struct xdp_state {
	__u32 hook_id;   /* program on the hook (a dispatcher, or alone), 0 none */
	__u32 ours_id;   /* levee_ingress, 0 not there */
	__u32 flags;     /* XDP_FLAGS_DRV_MODE or XDP_FLAGS_SKB_MODE */
	bool dispatcher; /* hook_id is libxdp's dispatcher */
	bool nameless;   /* no privilege to read names: ours_id is not known */
	/* Of levee_ingress among the dispatcher's programs, from 1, in the order they run; 0 without it there. */
	unsigned int chain_position;
	unsigned int chain_length;
	unsigned int others;
	char other_name[16]; /* of one of them */
};

/* Negative errno. */
int xdp_inspect(unsigned int ifindex, struct xdp_state *state);

/*
 * Loads the object and attaches its program, by libxdp or by a bare link. `flags` as in xdp_state. The
 * hook runs the program from then on. Negative errno; xdp_attach_exclusive: or the link's descriptor.
 */
int xdp_attach(struct bpf_object *obj, unsigned int ifindex, __u32 flags);
int xdp_attach_exclusive(struct bpf_object *obj, unsigned int ifindex, __u32 flags);

/* Removes levee's program, however it was attached. 1 removed, 0 was not there, negative errno. */
int xdp_detach_ours(unsigned int ifindex);

/* Tells libxdp where the bpffs is; before anything else here, as libxdp looks only once. */
void xdp_use_bpffs(const char *root);

#endif
