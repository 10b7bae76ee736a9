/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trial.c - loads the programs over private maps, fills those from the pinned ones, runs.
 *
 * A table of the instance has one set, so its hash mask is 0 and every tuple falls there: into a copy of the set where this
 * tuple falls in the attached table. Tags come from the same hash with the same key, so the copy is exact, free places
 * included. Accepted race: the attached programs go on while the set is copied, as in flows.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <levee/table.h>

#include "cleanup.h"
#include "errors.h"
#include "programs.h"
#include "trial.h"

#include "levee.skel.h"

static const __u32 first;

/* --- loading */

/* What the attached programs were loaded with, but for small tables. Secrets are read for the key alone. */
static int read_constants(const struct trial *t, struct program_constants *c)
{
	close_fd int fd = maps_open_writable(t->attached, MAP_SECRETS);
	struct levee_secrets secrets;

	if (fd < 0)
		return -fd;
	if (bpf_map_lookup_elem(fd, &first, &secrets))
		return failed(EXIT_FAILED, "%s: reading the tables' key failed: %s", t->attached->ifname,
			      strerror(errno));
	*c = (struct program_constants){
		.geometry = { .flow_sets = 1, .half_open_sets = 1, .service_sets = LEVEE_SERVICES_MAX / LEVEE_WAYS },
		.hash_key = secrets.hash,
		/* Of several editions the one that has the packets. */
		.edition = t->attached->settings.enabled ? t->attached->settings.enabled : 1,
		.handoff = t->attached->meta.handoff,
	};
	explicit_bzero(&secrets, sizeof(secrets));
	return 0;
}

static bool read_tag(int prog, __u8 tag[BPF_TAG_SIZE])
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (prog < 0 || bpf_obj_get_info_by_fd(prog, &info, &len))
		return false;
	memcpy(tag, info.tag, BPF_TAG_SIZE);
	return true;
}

static struct bpf_program *program(const struct trial *t)
{
	return t->out ? t->skel->progs.levee_egress : t->skel->progs.levee_ingress;
}

static bool is_same_build(const struct trial *t)
{
	close_fd int attached = maps_open_program(t->attached, bpf_program__name(program(t)));
	__u8 here[BPF_TAG_SIZE], there[BPF_TAG_SIZE];

	return read_tag(bpf_program__fd(program(t)), here) && read_tag(attached, there) &&
	       memcmp(here, there, sizeof(here)) == 0;
}

/* Only the program that is asked for. */
static int load(const struct trial *t)
{
	/* Nobody listens to a trial. */
	int err = bpf_map__set_max_entries(t->skel->maps.events, sysconf(_SC_PAGESIZE));
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, t->skel->obj)
		if (!err)
			err = bpf_program__set_autoload(prog, prog == program(t));
	if (!err)
		err = levee_bpf__load(t->skel);
	return err ? programs_refused(t->attached->ifname, err) : 0;
}

static int open_instance(struct trial *t)
{
	struct program_constants constants;
	int err = read_constants(t, &constants);

	if (err)
		return err;
	t->skel = programs_open(t->attached->ifname, &constants);
	explicit_bzero(&constants, sizeof(constants));
	if (!t->skel)
		return EXIT_FAILED;
	memcpy(&t->hash_key, (const void *)&t->skel->rodata->hash_key, sizeof(t->hash_key));
	return load(t);
}

/* --- copying */

/* One map of a single element. */
static int copy_one(const struct trial *t, enum map_id id, int from, void *buffer)
{
	if (bpf_map_lookup_elem(from, &first, buffer) || bpf_map_update_elem(t->view.fd[id], &first, buffer, BPF_ANY))
		return -errno;
	return 0;
}

static int copy_secrets(const struct trial *t)
{
	close_fd int fd = maps_open_writable(t->attached, MAP_SECRETS);
	struct levee_secrets secrets;
	int err = fd < 0 ? -EPERM : copy_one(t, MAP_SECRETS, fd, &secrets);

	explicit_bzero(&secrets, sizeof(secrets));
	return err;
}

/* A whole array, element by element: batches want Linux 5.6 and every element's key. */
static int copy_array(const struct trial *t, enum map_id id, __u32 count, __u32 size)
{
	free_memory char *all = maps_read_array(t->attached, id, count, size);

	for (__u32 i = 0; all && i < count; i++)
		if (bpf_map_update_elem(t->view.fd[id], &i, all + i * size, BPF_ANY))
			return -errno;
	return all ? 0 : -errno;
}

static int map_sets(int fd)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? -errno : (int)(info.max_entries / LEVEE_WAYS);
}

/* The places of set `set`; its head is `size` bytes long too. */
static int copy_places(const struct trial *t, enum map_id slots, __u32 set, __u32 size)
{
	union {
		struct levee_head head;
		struct levee_flow flow;
	} place;

	_Static_assert(sizeof(place) >= sizeof(struct levee_half_open), "room for either");
	for (__u32 way = 0; way < LEVEE_WAYS; way++) {
		__u32 at = set * LEVEE_WAYS + way;

		memset(&place, 0, size);
		if (bpf_map_lookup_elem(t->attached->fd[slots], &at, &place) ||
		    bpf_map_update_elem(t->view.fd[slots], &way, &place, BPF_ANY))
			return -errno;
	}
	return 0;
}

/* The set's word of the filters becomes word 0, which is that of set 0. */
static int copy_filter(const struct trial *t, enum map_id filters, __u32 set)
{
	__u32 at = set / LEVEE_FILTER_SETS;
	struct levee_filter filter;

	if (bpf_map_lookup_elem(t->attached->fd[filters], &at, &filter))
		return -errno;
	filter.word[0] = filter.word[set % LEVEE_FILTER_SETS];
	memset(&filter.word[1], 0, sizeof(filter) - sizeof(filter.word[0]));
	return bpf_map_update_elem(t->view.fd[filters], &first, &filter, BPF_ANY) ? -errno : 0;
}

static int copy_set(const struct trial *t, enum map_id filters, enum map_id slots, __u32 size)
{
	__u32 hash = levee_tuple_hash(t->hash_key.k, &t->tuple), set;
	int sets = map_sets(t->attached->fd[slots]), err;

	if (sets <= 0)
		return sets ? sets : -EPROTO;
	set = hash & (sets - 1);
	/* An entry that leaves in between is then in neither, rather than in the filter alone. */
	err = copy_filter(t, filters, set);
	return err ? err : copy_places(t, slots, set, size);
}

static int copy_state(struct trial *t)
{
	struct levee_runtime runtime;
	int err = copy_one(t, MAP_SETTINGS, t->attached->fd[MAP_SETTINGS], &t->view.settings);

	if (!err)
		err = copy_one(t, MAP_RUNTIME, t->attached->fd[MAP_RUNTIME], &runtime);
	if (!err)
		err = copy_secrets(t);
	if (!err)
		err = copy_array(t, MAP_SERVICES, LEVEE_SERVICES_MAX, sizeof(struct levee_service));
	if (!err)
		err = copy_array(t, MAP_SERVICE_FILTERS, LEVEE_SERVICES_MAX / LEVEE_WAYS / LEVEE_FILTER_SETS,
				 sizeof(struct levee_filter));
	if (!err)
		err = copy_set(t, MAP_HALF_OPEN_FILTERS, MAP_HALF_OPEN, sizeof(struct levee_half_open));
	return err ? err : copy_set(t, MAP_FLOW_FILTERS, MAP_FLOWS, sizeof(struct levee_flow));
}

int trial_open(struct trial *t, const struct maps *attached, const struct levee_tuple *tuple, bool out)
{
	int err;

	*t = (struct trial){ .attached = attached, .view = *attached, .tuple = *tuple, .out = out };
	memset(t->view.fd, -1, sizeof(t->view.fd));
	err = open_instance(t);
	if (err)
		return err;
	for (int i = 0; i < MAP_COUNT; i++)
		t->view.fd[i] = bpf_object__find_map_fd_by_name(t->skel->obj, map_names[i]);
	t->same_build = is_same_build(t);
	err = copy_state(t);
	return err ? failed(EXIT_FAILED, "%s: copying the state failed: %s", attached->ifname, strerror(-err)) : 0;
}

void trial_close(struct trial *t)
{
	/* The descriptors of the view are the skeleton's. */
	levee_bpf__destroy(t->skel);
	t->skel = NULL;
}

/* --- running */

static int run(const struct trial *t, struct bpf_test_run_opts *opts)
{
	int err = bpf_prog_test_run_opts(bpf_program__fd(program(t)), opts);

	return err ? err : maps_read_stats(&t->view, (struct levee_stats *)&t->stats);
}

int trial_run(struct trial *t, void *bytes, unsigned int len)
{
	/* As if it came in by the interface, for listeners that are bound to one. */
	struct xdp_md md = { .data_end = len, .ingress_ifindex = t->attached->meta.ifindex };
	struct __sk_buff skb = { .ifindex = t->attached->meta.ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .data_size_in = len, .data_out = bytes,
		    .data_size_out = len, .repeat = 1, .ctx_in = t->out ? (void *)&skb : (void *)&md,
		    .ctx_size_in = t->out ? sizeof(skb) : sizeof(md));
	int err = run(t, &opts);

	t->verdict = opts.retval;
	return err;
}

int trial_reason(const struct trial *t)
{
	for (int i = 0; !t->out && i < LEVEE_REASON_COUNT; i++)
		if (t->stats.reason[i])
			return i;
	return -ENOENT;
}

/* --- what is there */

static int take_row(const struct flow_row *row, void *arg)
{
	struct trial_state *state = arg;

	if (row->half_open) {
		state->half_open = *row;
		state->has_half_open = true;
	} else {
		state->flow = *row;
		state->has_flow = true;
	}
	return 0;
}

struct row_search {
	const struct levee_tuple *tuple;
	struct trial_state *state;
};

static int take_if_ours(const struct flow_row *row, void *arg)
{
	struct row_search *search = arg;

	return levee_tuple_equal(&row->tuple, search->tuple) ? take_row(row, search->state) : 0;
}

static void find_service(const struct trial *t, struct trial_state *state)
{
	for (unsigned int i = 0; i < state->services->count; i++) {
		const struct levee_service *s = state->services->known[i];

		if (s->key.port == t->tuple.lport && memcmp(&s->key.addr, &t->tuple.local, sizeof(s->key.addr)) == 0) {
			state->service = s;
			state->owner = service_owner_of(state->services, s);
		}
	}
}

int trial_state(const struct trial *t, struct trial_state *state)
{
	struct row_search search = { .tuple = &t->tuple, .state = state };
	int err;

	memset(state, 0, sizeof(*state));
	err = maps_read(&t->view, MAP_RUNTIME, &state->runtime);
	if (!err)
		err = flows_each(&t->view, take_if_ours, &search);
	if (err)
		return err;
	state->services = services_read(&t->view);
	if (!state->services)
		return -errno;
	find_service(t, state);
	return 0;
}

void trial_state_free(struct trial_state *state)
{
	services_free(state->services);
	state->services = NULL;
}

static bool find_entry(const struct trial *t, enum map_id slots, void *entry, size_t size)
{
	__u16 tag = levee_tag_of_hash(levee_tuple_hash(t->hash_key.k, &t->tuple));
	struct levee_flow place; /* the largest */
	struct levee_head head;

	if (bpf_map_lookup_elem(t->view.fd[slots], &first, &place))
		return false;
	memcpy(&head, &place, sizeof(head));
	for (__u32 way = LEVEE_FIRST_WAY; way < LEVEE_WAYS; way++) {
		if (head.tag[way] != tag || bpf_map_lookup_elem(t->view.fd[slots], &way, &place) ||
		    !levee_tuple_equal(&place.tuple, &t->tuple))
			continue;
		memcpy(entry, &place, size);
		return true;
	}
	return false;
}

bool trial_flow(const struct trial *t, struct levee_flow *flow)
{
	return find_entry(t, MAP_FLOWS, flow, sizeof(*flow));
}

bool trial_half_open(const struct trial *t, struct levee_half_open *entry)
{
	return find_entry(t, MAP_HALF_OPEN, entry, sizeof(*entry));
}
