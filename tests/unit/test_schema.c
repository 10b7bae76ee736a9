/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test_schema.c - docs/schema says of rows, events and statistics what the lists in the sources say. Run from the
 * repository's root. Other schemas are written by hand; tests/net/schema.sh validates real documents by all of them.
 *
 *   test_schema flows > docs/schema/levee.flows.json      writes one anew; and so events and stats
 */
#include "unit.h"

#include <jansson.h>

#include "counted.h"
#include "events.h"

static json_t *words_schema(const struct vocabulary *words, bool also_none)
{
	json_t *list = json_array();
	bool none = false;

	for (unsigned int i = 0; i < words->count; i++) {
		none |= !*words->word[i];
		json_array_append_new(list, json_string(words->word[i]));
	}
	if (also_none && !none)
		json_array_append_new(list, json_string(""));
	return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

/* Words that may be missing are those of a side, of the state before, and all that a listener's event does not have. */
static bool may_be_none(const struct field *f, bool of_events)
{
	return strstr(f->key, "\"suspect\"") || strstr(f->key, "\"was_") ||
	       (of_events && (strstr(f->key, "\"state_") || strstr(f->key, "\"began\"")));
}

static json_t *field_schema(const struct field *f, bool of_events)
{
	json_t *type;

	switch (f->type) {
	case FIELD_ENDPOINT:
	case FIELD_ADDRESS:
		type = json_pack("{s:s}", "type", "string");
		break;
	case FIELD_WORD:
		type = words_schema(f->words, may_be_none(f, of_events));
		break;
	case FIELD_MICROSECONDS:
		type = json_pack("{s:[s,s]}", "type", "integer", "null");
		break;
	default:
		type = json_pack("{s:s}", "type", "integer");
	}
	json_object_set_new(type, "description", json_string(f->help));
	return type;
}

/* An object that has all of these and nothing else. */
static json_t *row_schema(const struct field *fields, unsigned int count)
{
	json_t *properties = json_object(), *required = json_array();

	for (unsigned int i = 0; i < count; i++) {
		char name[64];

		if (!fields[i].key)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)fields[i].key_len - 3, fields[i].key + 1);
		json_object_set_new(properties, name, field_schema(&fields[i], fields == event_fields));
		json_array_append_new(required, json_string(name));
	}
	return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required", required,
			 "additionalProperties", 0);
}

#define DIALECT "https://json-schema.org/draft/2020-12/schema"

static json_t *flows_schema(void)
{
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s, s:{s:s}}, s:{s:s, s:s}, s:{s:s, s:s}, "
		"s:{s:s, s:s}}, s:[s,s,s,s,s,s], s:{s:o}}",
		"$schema", DIALECT, "title", "levee flows --json", "description",
		"One document; a line of levee flows --jsonl is one row.", "type", "object", "properties", "schema",
		"const", "levee.flows/1", "interface", "type", "string", "time_unix_ms", "type", "integer", "flows",
		"type", "array", "items", "$ref", "#/$defs/row", "matched", "type", "integer", "description",
		"connections that the filters let through", "shown", "type", "integer", "description",
		"as many rows there are", "error", "type", "string", "description", "only if reading stopped half way",
		"required", "schema", "interface", "time_unix_ms", "flows", "matched", "shown", "$defs", "row",
		row_schema(flow_fields, flow_field_count));
}

static json_t *events_schema(void)
{
	json_t *lost = json_pack("{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s, s:s}}, s:[s,s,s], s:b}", "type", "object",
				 "properties", "time_unix_ms", "type", "integer", "event", "const", "LOST", "count",
				 "type", "integer", "description", "events that found no room since the last such line",
				 "required", "time_unix_ms", "event", "count", "additionalProperties", 0);

	return json_pack("{s:s, s:s, s:s, s:[o,o]}", "$schema", DIALECT, "title", "levee events --jsonl", "description",
			 "One object per line.", "oneOf", row_schema(event_fields, event_field_count), lost);
}

/* --- stats: an object per group, a member per reason or counter */

static json_t *described(const char *type, const char *description)
{
	return json_pack("{s:s, s:s}", "type", type, "description", description);
}

static json_t *object_of(json_t *properties)
{
	json_t *required = json_array();
	const char *name;
	json_t *value;

	json_object_foreach(properties, name, value)
		json_array_append_new(required, json_string(name));
	return json_pack("{s:s, s:o, s:o}", "type", "object", "properties", properties, "required", required);
}

static json_t *counted_schema(const struct counted_group *g)
{
	json_t *properties = json_object();

	for (unsigned int i = 0; i < g->count; i++)
		json_object_set_new(properties, g->list[i].name,
				    json_pack("{s:s, s:s}", "$ref", "#/$defs/counter", "description", g->list[i].help));
	return object_of(properties);
}

static json_t *gauges_schema(void)
{
	return object_of(json_pack("{s:{s:s,s:[s,s,s],s:s}, s:{s:s,s:[s,s],s:s}, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
				   "cookies", "type", "string", "enum", "adaptive", "always", "never", "description",
				   "when cookies are sent", "mode", "type", "string", "enum", "calm", "cookie",
				   "description", "of the whole table", "mode_ms", described("integer", "for how long"),
				   "half_open", described("integer", "half-open connections now"), "half_open_max",
				   described("integer", "at most"), "flows", described("integer", "connections now"),
				   "flows_max", described("integer", "at most"), "in_flight",
				   described("integer", "cookies that may still come back"), "services",
				   described("integer", "services known now")));
}

static json_t *stats_schema(void)
{
	json_t *counter = object_of(json_pack("{s:o, s:o}", "total", described("integer", "since attach"), "per_s",
					      described("number", "over the interval")));
	json_t *properties = json_pack("{s:{s:s}, s:o, s:o, s:o, s:o}", "schema", "const", "levee.stats/1", "interface",
				       described("string", "name of the interface"), "time_unix_ms",
				       described("integer", "when, in Unix time"), "interval_s",
				       described("number", "what rates are over"), "gauges", gauges_schema());
	json_t *doc = json_pack("{s:s, s:s, s:s}", "$schema", DIALECT, "title", "levee stats --json", "description",
				"What happened to packets: totals and rates, by reason.");

	for (unsigned int i = 0; i < COUNTED_GROUPS; i++)
		json_object_set_new(properties, counted_groups[i].name, counted_schema(&counted_groups[i]));
	json_object_update_new(doc, object_of(properties));
	/* Not required: the one inside levee.report has neither. */
	json_object_set_new(properties, "problems",
			    json_pack("{s:s, s:{s:s}, s:s}", "type", "array", "items", "type", "string", "description",
				      "why levee does not protect, in words; empty if it does"));
	json_object_set_new(properties, "queues",
			    json_pack("{s:[s,s], s:{s:s}, s:s}", "type", "array", "null", "items", "$ref",
				      "levee.queues.json#/$defs/queue", "description",
				      "null where the kernel does not list its sockets"));
	json_object_set_new(doc, "$defs", json_pack("{s:o}", "counter", counter));
	return doc;
}

static void same(json_t *wanted, const char *path)
{
	json_error_t error;
	json_t *file = json_load_file(path, 0, &error);

	if (!file)
		print_message("%s: %s\n", path, error.text);
	assert_non_null(wanted);
	assert_non_null(file);
	assert_true(json_equal(wanted, file));
	json_decref(wanted);
	json_decref(file);
}

static void flows_are_as_the_schema_says(void **state)
{
	(void)state;
	same(flows_schema(), "docs/schema/levee.flows.json");
}

static void events_are_as_the_schema_says(void **state)
{
	(void)state;
	same(events_schema(), "docs/schema/levee.events.json");
}

static void stats_are_as_the_schema_says(void **state)
{
	(void)state;
	same(stats_schema(), "docs/schema/levee.stats.json");
}

static json_t *schema_named(const char *name)
{
	return strcmp(name, "flows") == 0 ? flows_schema() :
	       strcmp(name, "stats") == 0 ? stats_schema() :
					    events_schema();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_are_as_the_schema_says),
		cmocka_unit_test(events_are_as_the_schema_says),
		cmocka_unit_test(stats_are_as_the_schema_says),
	};

	if (argc == 2) {
		json_dumpf(schema_named(argv[1]), stdout, JSON_INDENT(2));
		puts("");
		return 0;
	}
	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
