/* SPDX-License-Identifier: GPL-2.0 */
/*
 * settings.c - see settings.h.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <linux/if_link.h>

#include "cleanup.h"
#include "duration.h"
#include "errors.h"
#include "handoff.h"
#include "option_table.h"
#include "output.h"
#include "settings.h"
#include "tables.h"
#include "timeouts.h"
#include "words.h"

/* Those that are numbers in the settings. */
static const struct live {
	size_t option, setting;
} live[LEVEE_SETTABLE_COUNT] = {
#define LIVE(NAME, member, field) \
	[LEVEE_SET_##NAME] = { offsetof(struct options, member), offsetof(struct levee_settings, field) }
	LIVE(COOKIES, cookies, cookies),	   LIVE(START, start, start_percent), LIVE(END, end, end_percent),
	LIVE(HALF_OPEN, half_open, half_open_max), LIVE(FLOWS, flows, flows_max),
#undef LIVE
};

static const char *const names[LEVEE_SETTABLE_COUNT] = {
#define SETTABLE_NAME(NAME, name) [LEVEE_SET_##NAME] = name,
	LEVEE_SETTABLES(SETTABLE_NAME)
#undef SETTABLE_NAME
};

#define ORIGIN_WORD(NAME, word) [LEVEE_FROM_##NAME] = word,
static const char *const origins[] = { LEVEE_ORIGINS(ORIGIN_WORD) };
#undef ORIGIN_WORD

const char *word_origin(unsigned int origin)
{
	return origin < LEVEE_ORIGIN_COUNT ? origins[origin] : "?";
}

json_t *settings_from_model(const struct levee_provenance *from)
{
	json_t *model = json_object();

	for (int i = 0; i < LEVEE_SETTABLE_COUNT; i++)
		json_object_set_new(model, names[i], json_string(word_origin(from->setting[i])));
	return model;
}

/* --- the plan */

struct planning {
	const struct maps *maps;
	struct options wanted; /* defaults, and what the file says */
	struct settings_plan *plan;
};

static __u32 *setting_at(struct levee_settings *set, enum levee_settable i)
{
	return (__u32 *)((char *)set + live[i].setting);
}

static unsigned int *option_at(struct options *o, enum levee_settable i)
{
	return (unsigned int *)((char *)o + live[i].option);
}

static const char *setting_text(char to[32], enum levee_settable i, __u32 value)
{
	if (i == LEVEE_SET_COOKIES)
		return word_cookies(value);
	snprintf(to, 32, "%u", value);
	return to;
}

static void add_change(struct settings_plan *plan, const char *name, const char *before, const char *after,
		       const char *why)
{
	json_array_append_new(plan->changes, json_pack("{s:s, s:s, s:s, s:b, s:s}", "name", name, "before", before,
						       "after", after, "applied", !why, "why", why ? why : ""));
}

/* Is this one to be changed: because the file says so, or because it did and does not any more? Notes where it is from then. */
static bool is_concerned(__u8 says, __u8 *from)
{
	if (says != LEVEE_FROM_FILE && *from != LEVEE_FROM_FILE)
		return false;
	*from = says;
	return true;
}

/* How high a value can be without another table. */
static __u32 most_of(const struct levee_geometry *g, enum levee_settable i)
{
	if (i == LEVEE_SET_HALF_OPEN)
		return tables_entries(g->half_open_sets);
	return i == LEVEE_SET_FLOWS ? tables_entries(g->flow_sets) : ~0U;
}

static int plan_setting(struct planning *p, enum levee_settable i)
{
	struct settings_plan *plan = p->plan;
	__u32 *at = setting_at(&plan->settings, i), value = *option_at(&p->wanted, i);
	__u32 most = most_of(&p->maps->meta.geometry, i);
	char before[32], after[32];
	__u8 from = plan->from.setting[i];
	int err = 0;

	if (!is_concerned(p->wanted.from.setting[i], &from))
		return 0;
	if (i == LEVEE_SET_COOKIES)
		err = handoff_choose_cookies(p->maps->ifname, p->maps->meta.handoff, value, from == LEVEE_FROM_FILE,
					     &value);
	if (err)
		return err;
	/* Where nobody limits it any more, the table itself does. */
	if (from != LEVEE_FROM_FILE && value > most)
		value = most;
	if (value > most) {
		add_change(plan, names[i], setting_text(before, i, *at), setting_text(after, i, value),
			   "the table was made for fewer");
		return 0;
	}
	plan->from.setting[i] = from;
	if (value != *at)
		add_change(plan, names[i], setting_text(before, i, *at), setting_text(after, i, value), NULL);
	*at = value;
	return 0;
}

static void plan_timeout(struct planning *p, enum levee_timeout t)
{
	__u32 *at = &p->plan->settings.timeout_ms[t], value = p->wanted.timeout_ms[t];
	char name[48], before[32], after[32];

	if (!is_concerned(p->wanted.from.timeout[t], &p->plan->from.timeout[t]) || value == *at)
		return;
	snprintf(name, sizeof(name), "timeout.%s", timeouts[t].name);
	add_change(p->plan, name, duration_exact(before, *at), duration_exact(after, value), NULL);
	*at = value;
}

/* Mode and exclusive are what the program was attached with. */
static void plan_attachment(struct planning *p)
{
	static const char why[] = "it holds from attach on";
	const struct levee_meta *m = &p->maps->meta;
	bool exclusive = m->attachment == LEVEE_ATTACHMENT_EXCLUSIVE;
	const char *mode = word_xdp_mode(m->xdp_mode),
		   *wanted = word_xdp_mode(p->wanted.mode == MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	__u8 from = m->from.setting[LEVEE_SET_MODE];

	if (is_concerned(p->wanted.from.setting[LEVEE_SET_MODE], &from) && p->wanted.mode != MODE_AUTO &&
	    strcmp(mode, wanted) != 0)
		add_change(p->plan, "mode", mode, wanted, why);
	from = m->from.setting[LEVEE_SET_EXCLUSIVE];
	if (is_concerned(p->wanted.from.setting[LEVEE_SET_EXCLUSIVE], &from) && exclusive != p->wanted.exclusive)
		add_change(p->plan, "exclusive", exclusive ? "yes" : "no", exclusive ? "no" : "yes", why);
}

/* The file may move one of the two, and the command line had moved the other. */
static int check_percents(const struct settings_plan *plan)
{
	struct options both = { .start = plan->settings.start_percent, .end = plan->settings.end_percent };

	return options_check_percents(&both, "");
}

int settings_plan(const struct maps *maps, const struct conf *conf, struct settings_plan *plan)
{
	struct planning p = { .maps = maps, .plan = plan };
	int err;

	*plan = (struct settings_plan){
		.settings = maps->settings,
		.from = maps->meta.from,
		.changes = json_array(),
	};
	conf_full_path(plan->file, conf);
	options_presets(&p.wanted);
	err = conf_apply(conf, maps->ifname, &p.wanted);
	for (int i = 0; !err && i < LEVEE_SETTABLE_COUNT; i++)
		if (live[i].option)
			err = plan_setting(&p, i);
	for (int t = 0; !err && t < LEVEE_TIMEOUT_COUNT; t++)
		plan_timeout(&p, t);
	if (!err)
		plan_attachment(&p);
	return err ? err : check_percents(plan);
}

void settings_plan_free(struct settings_plan *plan)
{
	json_decref(plan->changes);
	plan->changes = NULL;
}

/* --- writing */

/* The generation goes last, by a write of its own: whoever sees it sees the timeouts. */
static int write_settings(const struct maps *maps, const struct levee_settings *wanted)
{
	struct levee_settings set = *wanted;
	close_fd int fd = -1;
	int err;

	if (memcmp(wanted, &maps->settings, sizeof(*wanted)) == 0)
		return 0;
	fd = maps_open_writable(maps, MAP_SETTINGS);
	if (fd < 0)
		return -fd;
	err = maps_write(fd, &set);
	if (!err && memcmp(set.timeout_ms, maps->settings.timeout_ms, sizeof(set.timeout_ms)) != 0) {
		set.generation++;
		err = maps_write(fd, &set);
	}
	return err ? failed(EXIT_FAILED, "%s: writing the settings failed: %s", maps->ifname, strerror(-err)) : 0;
}

static int write_meta(const struct maps *maps, const struct levee_meta *meta)
{
	close_fd int fd = -1;
	int err;

	if (memcmp(meta, &maps->meta, sizeof(*meta)) == 0)
		return 0;
	fd = maps_open_writable(maps, MAP_META);
	if (fd < 0)
		return -fd;
	err = maps_write(fd, meta);
	return err ? failed(EXIT_FAILED, "%s: writing map meta failed: %s", maps->ifname, strerror(-err)) : 0;
}

int settings_write(struct maps *maps, const struct levee_settings *settings, const struct levee_meta *meta)
{
	int err = write_settings(maps, settings);

	return err ? err : write_meta(maps, meta);
}

int settings_apply(struct maps *maps, const struct settings_plan *plan)
{
	struct levee_meta meta = maps->meta;

	meta.from = plan->from;
	memcpy(meta.file, plan->file, sizeof(meta.file));
	return settings_write(maps, &plan->settings, &meta);
}

int settings_lock(struct maps *maps)
{
	int lock = maps_lock(maps), err = lock < 0 ? 0 : maps_check(maps);

	if (lock < 0)
		return lock;
	if (!err)
		err = maps_read(maps, MAP_SETTINGS, &maps->settings);
	if (!err)
		err = maps_read(maps, MAP_META, &maps->meta);
	if (!err)
		return lock;
	close(lock);
	if (err == -ENOENT || err == -ESTALE)
		return -failed(EXIT_NOTHING, "%s: levee was detached%s meanwhile: nothing is changed", maps->ifname,
			       err == -ESTALE ? " and attached again" : "");
	return -failed(EXIT_FAILED, "%s: reading the settings failed: %s", maps->ifname, strerror(-err));
}

int settings_load(struct maps *maps, const struct conf *conf, struct settings_plan *plan)
{
	close_fd int lock = settings_lock(maps);
	int err;

	if (lock < 0)
		return -lock;
	err = settings_plan(maps, conf, plan);
	return err ? err : settings_apply(maps, plan);
}

/* --- text */

void settings_render(const char *ifname, const json_t *changes, FILE *to)
{
	const json_t *c;
	size_t i, later = 0;

	json_array_foreach(changes, i, c) {
		bool applied = model_true(c, "applied");

		later += !applied;
		if (applied)
			fprintf(to, "  %-20s %s, was %s\n", model_text(c, "name"), model_text(c, "after"),
				model_text(c, "before"));
		else
			fprintf(to, "  %-20s stays %s: %s; the file says %s\n", model_text(c, "name"),
				model_text(c, "before"), model_text(c, "why"), model_text(c, "after"));
	}
	if (!json_array_size(changes))
		fprintf(to, "  nothing differs\n");
	if (later)
		fprintf(to, "what stays can be changed by: levee detach %s; levee attach %s\n", ifname, ifname);
}
