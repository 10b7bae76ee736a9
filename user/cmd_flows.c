/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd_flows.c - levee flows IFACE: which rows are shown, in which form, and how many there were. --summary is
 * cmd_flows_summary.c's.
 */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "clock.h"
#include "columns.h"
#include "errors.h"
#include "filter.h"
#include "health.h"
#include "options.h"
#include "order.h"
#include "stream.h"
#include "summary.h"

struct listing {
	const struct options *options;
	const char *ifname;
	struct filter filter;
	struct stream *out;
	struct columns columns;
	struct sorted sorted;
	struct progress progress;
	__u64 read, matched, shown;
};

/* An answer of flow_visit: the reader has gone, or wants no more. */
#define STOP 1

/* --- forms */

static void begin_json(struct listing *l)
{
	free_json json_t *name = json_string(l->ifname);
	free_memory char *quoted = json_dumps(name, JSON_ENCODE_ANY);
	char time[64];

	stream_text(l->out, "{\"schema\": \"levee.flows/1\", \"interface\": ");
	stream_text(l->out, quoted ? quoted : "\"\"");
	snprintf(time, sizeof(time), ", \"time_unix_ms\": %llu, \"flows\": [", clock_unix_ms());
	stream_text(l->out, time);
}

static void end_json(struct listing *l, const char *error)
{
	char counts[128];

	snprintf(counts, sizeof(counts), "\n], \"matched\": %llu, \"shown\": %llu", l->matched, l->shown);
	stream_text(l->out, counts);
	if (error) {
		stream_text(l->out, ", \"error\": \"");
		stream_text(l->out, error);
		stream_text(l->out, "\"");
	}
	stream_text(l->out, "}\n");
}

static void show_json(struct listing *l, const struct flow_row *row)
{
	char *to = stream_room(l->out, FIELDS_JSON_MAX + 3);

	if (l->options->json) {
		if (l->shown)
			*to++ = ',';
		*to++ = '\n';
	}
	to = fields_json(to, flow_fields, flow_field_count, row);
	if (l->options->jsonl)
		*to++ = '\n';
	stream_advance(l->out, to);
}

static int begin(struct listing *l)
{
	const struct options *o = l->options;

	if (o->json)
		begin_json(l);
	else if (!o->jsonl && !columns_begin(&l->columns, flow_fields, flow_field_count, sizeof(struct flow_row),
					     columns_of_terminal(l->out->fd), l->out))
		return failed(EXIT_FAILED, "%s: out of memory", l->ifname);
	return 0;
}

static int show(struct listing *l, const struct flow_row *row)
{
	if (l->options->json || l->options->jsonl)
		show_json(l, row);
	else
		columns_row(&l->columns, row);
	l->shown++;
	return l->out->error ? STOP : 0;
}

/* --- reading */

static int visit(const struct flow_row *row, void *arg)
{
	struct listing *l = arg;

	if (++l->read % PROGRESS_ROWS == 0)
		progress_tell(&l->progress, l->read, NULL);
	if (!filter_matches(&l->filter, row))
		return 0;
	l->matched++;
	if (l->options->sort)
		return sorted_add(&l->sorted, row);
	return l->options->limit && l->shown == l->options->limit ? 0 : show(l, row);
}

static int show_sorted(struct listing *l)
{
	int err = 0;

	sorted_finish(&l->sorted);
	progress_end(&l->progress);
	progress_begin(&l->progress, "connections shown", l->sorted.count);
	for (size_t i = 0; !err && i < l->sorted.count; i++) {
		if (i % PROGRESS_ROWS == 0)
			progress_tell(&l->progress, i, NULL);
		err = show(l, &l->sorted.row[i]);
	}
	return err;
}

static void tell_counts(const struct listing *l)
{
	const char *s = l->read == 1 ? "" : "s";

	if (filter_is_empty(&l->filter))
		fprintf(stderr, "%llu connection%s", l->read, s);
	else
		fprintf(stderr, "%llu of %llu connection%s", l->matched, l->read, s);
	fprintf(stderr, l->shown == l->matched ? "\n" : ", %llu shown\n", l->shown);
}

/* The document is complete JSON also after an error, which then stands at its end; text and lines just stop. */
static int finish(struct listing *l, int err)
{
	const char *error = err < 0 ? strerror(-err) : NULL;
	int code;

	if (l->options->json)
		end_json(l, error);
	else if (!l->options->jsonl)
		columns_end(&l->columns);
	progress_end(&l->progress);
	code = stream_end(l->out);
	l->out->progress = NULL;
	if (!code && error) {
		errors_as_json(false);
		code = failed(EXIT_FAILED, "%s: reading the tables failed: %s", l->ifname, error);
	}
	if (!code && !l->out->error && !l->options->json)
		tell_counts(l);
	return code;
}

static int list(struct listing *l, const struct maps *maps)
{
	int err = begin(l);

	if (err)
		return err;
	progress_begin(&l->progress, "connections read", flows_expected(maps));
	l->out->progress = &l->progress;
	err = flows_each(maps, visit, l);
	if (!err && l->options->sort)
		err = show_sorted(l);
	err = finish(l, err);
	sorted_free(&l->sorted);
	return err;
}

static int show_table(struct listing *l)
{
	close_maps struct maps maps;
	int err = maps_open(&maps, l->ifname);

	if (err)
		return err;
	health_note(&maps);
	return l->options->summary ? flows_summary(&maps, l->options, &l->filter) : list(l, &maps);
}

int cmd_flows(const struct options *options)
{
	struct listing l = {
		.options = options,
		.ifname = options->argument[0],
		.out = stream_stdout(),
		.sorted = { .order = options->sort, .reverse = options->reverse, .limit = options->limit },
	};
	int err = filter_parse(&l.filter, options);

	return err ? err : show_table(&l);
}
