/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tables.c - how many sets a table gets, and what they cost. The layout is in levee/table.h.
 */
#include "tables.h"

#include <bpf/libbpf.h>

#include <levee/event.h>
#include <levee/history.h>
#include <levee/table.h>

#include "levee.skel.h"

unsigned int tables_sets(unsigned int entries)
{
	unsigned int sets = 1;

	while ((unsigned long long)sets * LEVEE_WAYS < 2ULL * entries)
		sets *= 2;
	return sets;
}

unsigned int tables_entries(unsigned int sets)
{
	return sets * (LEVEE_WAYS / 2);
}

struct levee_geometry tables_geometry(unsigned int half_open, unsigned int flows)
{
	return (struct levee_geometry){
		.flow_sets = tables_sets(flows),
		.half_open_sets = tables_sets(half_open),
		.service_sets = LEVEE_SERVICES_MAX / LEVEE_WAYS,
	};
}

static unsigned int filters(unsigned int sets)
{
	return (sets + LEVEE_FILTER_SETS - 1) / LEVEE_FILTER_SETS;
}

static int resize(struct bpf_map *filter, struct bpf_map *slots, unsigned int sets)
{
	int err = bpf_map__set_max_entries(filter, filters(sets));

	return err ? err : bpf_map__set_max_entries(slots, sets * LEVEE_WAYS);
}

int tables_resize(struct levee_bpf *skel, const struct levee_geometry *g)
{
	int err = resize(skel->maps.flow_filters, skel->maps.flows, g->flow_sets);

	if (!err)
		err = resize(skel->maps.half_open_filters, skel->maps.half_open, g->half_open_sets);
	if (!err)
		err = resize(skel->maps.service_filters, skel->maps.services, g->service_sets);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.service_counts, g->service_sets * LEVEE_WAYS);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.service_rtt, g->service_sets * LEVEE_WAYS);
	skel->rodata->geometry = *g;
	skel->rodata->cpus = libbpf_num_possible_cpus();
	return err;
}

static unsigned long long table_memory(unsigned long long sets, unsigned int entry)
{
	return filters(sets) * sizeof(struct levee_filter) + sets * LEVEE_WAYS * entry;
}

unsigned long long tables_memory(const struct levee_geometry *g)
{
	unsigned long long services = (unsigned long long)g->service_sets * LEVEE_WAYS;

	return table_memory(g->flow_sets, sizeof(struct levee_flow)) +
	       table_memory(g->half_open_sets, sizeof(struct levee_half_open)) +
	       table_memory(g->service_sets, sizeof(struct levee_service)) +
	       services * sizeof(struct levee_service_counts) * libbpf_num_possible_cpus() +
	       services * sizeof(struct levee_service_rtt) + LEVEE_EVENT_RING +
	       LEVEE_HISTORY_RECORDS * sizeof(struct levee_history);
}
