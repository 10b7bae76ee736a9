/* SPDX-License-Identifier: GPL-2.0 */
/*
 * seed.h - tells freshly loaded programs which services and connections exist already.
 */
#ifndef USER_SEED_H
#define USER_SEED_H

#include <levee/config.h>

/* Of the Ethernet header before the rows. Local experimental: nothing else takes these frames for its own. */
#define SEED_FRAME_TYPE 0x88b5

struct seed_result {
	unsigned int listeners, services, mptcp, connections;
};

/*
 * `services_prog` and `flows_prog`: descriptors of levee_seed_services and levee_seed_flows. A socket
 * list that the kernel does not give is a note, not an error: both are learnt from traffic too.
 */
int seed_tables(const char *ifname, unsigned int ifindex, int services_prog, int flows_prog,
		struct seed_result *result);

/* Tells levee_seed_services (by its descriptor) of these. Negative errno. */
int seed_services(int prog, const struct levee_seed_service *rows, unsigned int count);

/* Runs one of levee's helper programs once on `data`. Negative errno; -EPROTO if it does not answer TC_ACT_OK. */
int seed_run(int prog, const void *data, unsigned int size);

/* Starts the housekeeping timer, or has it call the newer of two programs: levee_start, by its descriptor. The same answers. */
int seed_start(int prog);

#endif
