/* SPDX-License-Identifier: GPL-2.0 */
/*
 * maps.c - opening and reading pinned maps. Only maps_disable() and maps_write() write.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cleanup.h"
#include "clock.h"
#include "errors.h"
#include "maps.h"
#include "share.h"

#define MAP_NAME(NAME, name) [MAP_##NAME] = #name,
const char *const map_names[MAP_COUNT] = { MAPS(MAP_NAME) };
#undef MAP_NAME

static const __u32 first;

static int open_pin(const struct place *place, enum map_id id, __u32 flags)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = flags);
	char path[BPFFS_PATH_MAX];
	int fd = place->dir[0] ? bpf_obj_get_opts(place_pin(path, place, map_names[id]), &opts) : -ENOENT;

	return fd < 0 && fd != -ENOENT ? -errno : fd;
}

int maps_read_at(const struct maps *maps, enum map_id id, __u32 index, void *value)
{
	return bpf_map_lookup_elem(maps->fd[id], &index, value) ? -errno : 0;
}

int maps_read(const struct maps *maps, enum map_id id, void *value)
{
	return maps_read_at(maps, id, first, value);
}

/* Magic and ABI come first in every levee's; what follows may be longer or shorter than this one's. Negative errno. */
static int read_meta(int fd, struct levee_meta *meta)
{
	free_memory char *value = NULL;
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	memset(meta, 0, sizeof(*meta));
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	value = calloc(1, info.value_size + sizeof(*meta));
	if (!value)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &first, value))
		return -errno;
	memcpy(meta, value, sizeof(*meta));
	return 0;
}

int maps_peek_meta(const struct place *place, struct levee_meta *meta)
{
	close_fd int fd = open_pin(place, MAP_META, BPF_F_RDONLY);

	memset(meta, 0, sizeof(*meta));
	return fd < 0 ? fd : read_meta(fd, meta);
}

static __u32 map_id(int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

int maps_check(const struct maps *maps)
{
	close_fd int fd = open_pin(&maps->place, MAP_META, BPF_F_RDONLY);

	if (fd < 0)
		return fd;
	return map_id(fd) == map_id(maps->fd[MAP_META]) ? 0 : -ESTALE;
}

/* Only the first two words are read, which every ABI has: the value may be of another levee. */
static int read_settings(const struct place *place, __u32 flags, int *fd, struct levee_settings *settings)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	*fd = open_pin(place, MAP_SETTINGS, flags);
	if (*fd < 0)
		return *fd;
	if (bpf_obj_get_info_by_fd(*fd, &info, &size))
		return -errno;
	if (info.value_size != sizeof(*settings))
		return -EPROTO;
	return bpf_map_lookup_elem(*fd, &first, settings) ? -errno : 0;
}

int maps_peek_settings(const struct place *place, struct levee_settings *settings)
{
	close_fd int fd = -1;

	return read_settings(place, BPF_F_RDONLY, &fd, settings);
}

bool maps_enabled(const struct place *place)
{
	struct levee_settings settings;
	close_fd int fd = -1;
	int err = read_settings(place, BPF_F_RDONLY, &fd, &settings);

	/* Maps of another ABI are taken for complete: detach decides, not a guess. */
	return err == -EPROTO || (!err && settings.enabled);
}

void maps_disable(const struct place *place)
{
	struct levee_settings settings;
	close_fd int fd = -1;

	if (read_settings(place, 0, &fd, &settings))
		return;
	settings.enabled = 0;
	bpf_map_update_elem(fd, &first, &settings, BPF_ANY);
}

static int check_meta(const struct maps *maps)
{
	const struct levee_meta *m = &maps->meta;

	if (m->magic == LEVEE_MAGIC && m->abi == LEVEE_ABI)
		return 0;
	if (m->magic != LEVEE_MAGIC)
		return failed(EXIT_FAILED, "%s: %s holds maps that are not levee's\nrun \"levee detach %s\"",
			      maps->ifname, maps->place.dir, maps->ifname);
	return failed(EXIT_FAILED,
		      "%s: attached by a levee with maps of version %u; this one reads version %u\n"
		      "use that levee, or detach and attach with this one",
		      maps->ifname, m->abi, LEVEE_ABI);
}

static int not_attached(const char *ifname)
{
	if (!if_nametoindex(ifname))
		return failed(EXIT_NOTHING,
			      "%s: levee is not attached, and there is no such interface\n"
			      "\"ip -br link\" lists them",
			      ifname);
	return failed(EXIT_NOTHING, "%s: levee is not attached\n\"levee attach %s\" attaches it", ifname, ifname);
}

static int open_failed(const struct maps *maps, enum map_id id, int err)
{
	if (err == -EACCES || err == -EPERM)
		return failed(EXIT_UNSUPPORTED,
			      "%s: not permitted to read levee's maps in %s\n"
			      "run levee as root, or as a member of the group \"%s\" (which is let in at attach)",
			      maps->ifname, maps->place.dir[0] ? maps->place.dir : "the bpffs", share_group());
	if (err == -ENOENT && id == MAP_META && !place_has(&maps->place, "."))
		return not_attached(maps->ifname);
	if (err == -ENOENT)
		return failed(EXIT_FAILED,
			      "%s: an attach was interrupted half way (map %s is missing)\nrun \"levee detach %s\"",
			      maps->ifname, map_names[id], maps->ifname);
	return failed(EXIT_FAILED, "%s: opening map %s failed: %s", maps->ifname, map_names[id], strerror(-err));
}

static int may_not_change(const struct maps *maps)
{
	return failed(EXIT_UNSUPPORTED,
		      "%s: not permitted to change levee's state in %s: the group \"%s\" may read, root may change\n"
		      "run levee as root",
		      maps->ifname, maps->place.dir, share_group());
}

/* What a command changes needs more rights than what it reads. */
static int open_to_change(const struct maps *maps, const char *pin)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = 0);
	char path[BPFFS_PATH_MAX];
	int fd = bpf_obj_get_opts(place_pin(path, &maps->place, pin), &opts);

	if (fd >= 0)
		return fd;
	if (errno == EACCES || errno == EPERM)
		return -may_not_change(maps);
	return -failed(EXIT_FAILED, "%s: opening %s failed: %s", maps->ifname, path, strerror(errno));
}

int maps_lock(const struct maps *maps)
{
	int fd = place_lock(&maps->place);

	if (fd >= 0)
		return fd;
	if (fd == -EACCES)
		return -may_not_change(maps);
	return -failed(EXIT_FAILED, "%s: locking %s failed: %s", maps->ifname, maps->place.root, strerror(-fd));
}

int maps_open_writable(const struct maps *maps, enum map_id id)
{
	return open_to_change(maps, map_names[id]);
}

int maps_open_program(const struct maps *maps, const char *name)
{
	char pin[64];

	snprintf(pin, sizeof(pin), "prog_%s", name);
	return open_to_change(maps, pin);
}

int maps_pinned_program(const struct place *place, const char *name)
{
	char path[BPFFS_PATH_MAX], pin[64];
	int fd;

	snprintf(pin, sizeof(pin), "prog_%s", name);
	fd = place->dir[0] ? bpf_obj_get(place_pin(path, place, pin)) : -ENOENT;
	return fd < 0 && fd != -ENOENT ? -errno : fd;
}

int maps_write(int fd, const void *value)
{
	return bpf_map_update_elem(fd, &first, value, BPF_ANY) ? -errno : 0;
}

/* Of nothing: maps_close() finds nothing to close. */
static void maps_clear(struct maps *maps)
{
	memset(maps, 0, sizeof(*maps));
	memset(maps->fd, -1, sizeof(maps->fd));
}

int maps_open(struct maps *maps, const char *ifname)
{
	int err;

	maps_clear(maps);
	maps->ifname = ifname;
	err = place_find(&maps->place, ifname, false);
	if (err)
		return err;
	for (int i = 0; i < MAP_COUNT; i++) {
		if (i == MAP_SECRETS)
			continue;
		maps->fd[i] = open_pin(&maps->place, i, BPF_F_RDONLY);
		if (maps->fd[i] < 0)
			return open_failed(maps, i, maps->fd[i]);
		if (i != MAP_META)
			continue;
		err = read_meta(maps->fd[MAP_META], &maps->meta);
		if (err)
			return open_failed(maps, MAP_META, err);
		err = check_meta(maps);
		if (err)
			return err;
	}
	err = maps_read(maps, MAP_SETTINGS, &maps->settings);
	return err ? open_failed(maps, MAP_SETTINGS, err) : 0;
}

void maps_close(struct maps *maps)
{
	for (int i = 0; i < MAP_COUNT; i++) {
		cleanup_fd(&maps->fd[i]);
		maps->fd[i] = -1;
	}
}

int maps_read_stats(const struct maps *maps, struct levee_stats *sum)
{
	const unsigned int words = sizeof(*sum) / sizeof(__u64);
	int cpus = libbpf_num_possible_cpus();
	free_memory __u64 *each = cpus > 0 ? calloc(cpus, sizeof(*sum)) : NULL;
	int err;

	if (!each)
		return -ENOMEM;
	err = maps_read(maps, MAP_STATS, each);
	if (err)
		return err;
	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; i < words * cpus; i++)
		((__u64 *)sum)[i % words] += each[i];
	return 0;
}

void *maps_read_array(const struct maps *maps, enum map_id id, unsigned int count, unsigned int size)
{
	free_memory __u32 *keys = calloc(count, sizeof(__u32));
	void *values = calloc(count, size);
	__u32 at = 0, n = count;

	if (keys && values && (!bpf_map_lookup_batch(maps->fd[id], NULL, &at, keys, values, &n, NULL) || n == count))
		return values;
	free(values);
	return NULL;
}

__u32 maps_mode_age(const struct maps *maps, __u32 mode_ms)
{
	return mode_ms ? clock_ms(&maps->settings.clock) - mode_ms : clock_unix_ms() - maps->meta.attached_unix_ms;
}
