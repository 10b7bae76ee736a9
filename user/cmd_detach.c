/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_detach.c - levee detach IFACE | --all
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "bpffs.h"
#include "cleanup.h"
#include "errors.h"
#include "kernel.h"
#include "options.h"
#include "output.h"
#include "remove.h"
#include "xdp.h"

struct detaching {
	json_t *removed; /* one object per interface */
	int err;
};

/* Removes levee from one interface; 0 also if there was nothing. */
static int detach_one(const char *ifname, struct detaching *d)
{
	unsigned int ifindex = strlen(ifname) < IFNAMSIZ ? if_nametoindex(ifname) : 0;
	struct removal done;
	struct place place;
	int err = place_find(&place, ifname, false);

	if (!err)
		err = remove_levee(&place, ifname, ifindex, &done);
	if (!err && removal_any(&done))
		json_array_append_new(d->removed,
				      json_pack("{s:s, s:b, s:b, s:i, s:b, s:b}", "interface", ifname,
						"interface_exists", ifindex != 0, "xdp", done.xdp, "filters",
						done.filters, "clsact", done.clsact, "maps", done.pins));
	return err;
}

/* --all goes on after an error and reports each. */
static int visit(const char *ifname, void *arg)
{
	struct detaching *d = arg;
	int err = detach_one(ifname, d);

	if (err)
		d->err = err;
	return 0;
}

/* Interfaces with pins, then all others: an attach may have been killed before it made pins. */
static int detach_all(const struct place *place, struct detaching *d, int *swept)
{
	struct if_nameindex *list = if_nameindex();

	place_each(place, visit, d);
	for (struct if_nameindex *i = list; i && i->if_index; i++)
		visit(i->if_name, d);
	if (list)
		if_freenameindex(list);
	*swept = place_sweep(place);
	return d->err;
}

static void render(const json_t *doc)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(doc, "detached"), i, one) {
		printf("%s: levee is detached%s\n", model_text(one, "interface"),
		       model_true(one, "interface_exists") ? "" : " (the interface was gone, its tables were left)");
	}
	if (model_number(doc, "swept"))
		printf("removed the tables of %lld interfaces whose network namespace is gone\n",
		       model_number(doc, "swept"));
}

static int nothing(const struct options *o)
{
	struct xdp_state xdp;

	if (!o->argument[0])
		return failed(EXIT_NOTHING, "levee is attached to no interface of this network namespace");
	if (!if_nametoindex(o->argument[0]))
		return failed(EXIT_NOTHING, "%s: no such interface, and levee has nothing of that name",
			      o->argument[0]);
	if (!xdp_inspect(if_nametoindex(o->argument[0]), &xdp) && xdp.nameless)
		return failed(EXIT_UNSUPPORTED,
			      "%s: levee has no pins, and whose the XDP program there is, only CAP_SYS_ADMIN may know\n"
			      "run levee as root with all capabilities",
			      o->argument[0]);
	return failed(EXIT_NOTHING, "%s: levee is not attached", o->argument[0]);
}

int cmd_detach(const struct options *options)
{
	struct detaching d = { .removed = json_array() };
	free_json json_t *doc = json_pack("{s:s, s:o}", "schema", "levee.detach/1", "detached", d.removed);
	close_fd int lock = -1;
	struct place place;
	int err = privileges_check(), swept = 0;

	if (!err)
		err = place_find(&place, NULL, false);
	if (err)
		return err;
	if (place.root[0])
		lock = place_lock(&place);
	err = options->all ? detach_all(&place, &d, &swept) : detach_one(options->argument[0], &d);
	if (err)
		return err;
	if (json_array_size(d.removed) == 0 && swept == 0)
		return nothing(options);
	if (!place.root[0])
		note("no bpffs can be seen from here: maps that are pinned in one stay. Detach again with LEVEE_BPFFS set to it");
	json_object_set_new(doc, "swept", json_integer(swept));
	json_object_set_new(doc, "notes", notes_take());
	if (options->json)
		output_json(doc, true);
	else
		render(doc);
	return EXIT_OK;
}
