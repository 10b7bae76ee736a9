/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report_headline.c - what happened, in plain words: is there an attack, was there one, what became of it.
 *
 * Nothing is claimed that was not recorded. Where cookies are not levee's own decision (always, never), it has no opinion.
 */
#include <string.h>

#include "cleanup.h"
#include "output.h"
#include "report.h"
#include "words.h"

/* A flood whose last second is no older than this goes on. */
#define ONGOING_MS 10000

#define CALM_LATER "It ends when half-open connections and cookies in flight have run out."

static json_t *headline(const char *level, const char *lead, json_t *text)
{
	return json_pack("{s:s, s:s, s:o}", "level", level, "lead", lead, "text", text);
}

/* "1234", "35.1 k", "1.20 M": counts are read as rates are. */
static const char *amount(char to[16], long long number)
{
	return output_rate(to, number);
}

/* --- an attack */

/* NULL if there is nothing. */
static const char *largest(const json_t *counts)
{
	const char *name, *found = NULL;
	json_t *count;

	json_object_foreach((json_t *)counts, name, count)
		if (!found || json_integer_value(count) > model_number(counts, found))
			found = name;
	return found;
}

/* The three largest of what was dropped. */
static void say_drops(json_t *text, const json_t *attack, const json_t *help)
{
	free_json json_t *left = json_copy(json_object_get(attack, "dropped"));
	char list[384] = "", number[16];
	const char *name;

	if (!model_number(attack, "drops")) {
		model_say(text, "Nothing was dropped.");
		return;
	}
	for (int n = 0; n < 3 && (name = largest(left)); n++) {
		size_t used = strlen(list);

		snprintf(list + used, sizeof(list) - used, "%s%s: %s", used ? "; " : "",
			 amount(number, model_number(left, name)), model_text(help, name));
		json_object_del(left, name);
	}
	model_say(text, "Dropped at the driver: %s packets. %s.", amount(number, model_number(attack, "drops")), list);
}

static void say_attack(json_t *text, const json_t *doc, const json_t *attack)
{
	char when[32], until[32], peak[16], syns[16], sent[16], made[16], hands[16];
	const json_t *help = json_object_get(json_object_get(doc, "help"), "drop");

	model_say(
		text,
		"At its peak, at %s: %s SYNs per second. In cookie mode, until %s: %s SYNs, of which levee answered %s with cookies.",
		text_clock(when, model_number(attack, "peak_unix_ms")),
		output_rate(peak, model_real(attack, "peak_syns_per_s")),
		text_clock(until, model_number(attack, "cookie_mode_to_unix_ms")),
		amount(syns, model_number(attack, "syns")), amount(sent, model_number(attack, "cookies_sent")));
	model_say(
		text,
		"Meanwhile %s connections were made by a cookie that came back valid, and %s by an ordinary handshake.",
		amount(made, model_number(attack, "cookie_flows")), amount(hands, model_number(attack, "handshakes")));
	say_drops(text, attack, help);
	if (strcmp(model_text(attack, "kind"), "burst") == 0)
		model_say(
			text,
			"At least half of the SYNs became connections: that looks like a burst of clients, not like an attack.");
}

/* The one with most SYNs. */
static const json_t *worst(const json_t *attacks)
{
	const json_t *attack, *found = NULL;
	size_t i;

	json_array_foreach(attacks, i, attack)
		if (!found || model_number(attack, "syns") > model_number(found, "syns"))
			found = attack;
	return found;
}

static const char *noun(const json_t *attack)
{
	return strcmp(model_text(attack, "kind"), "burst") == 0 ? "burst of SYNs" : "SYN flood";
}

static void say_more(json_t *text, const json_t *attacks)
{
	if (json_array_size(attacks) > 1)
		model_say(
			text,
			"There were %zu such times in what was recorded; this was the worst. The table below has them all.",
			json_array_size(attacks));
}

/* --- the levels */

static json_t *say_broken(const json_t *problems)
{
	json_t *text = json_array();
	const json_t *problem;
	size_t i;

	json_array_foreach(problems, i, problem)
		json_array_append(text, (json_t *)problem);
	return headline("broken", "levee does not protect this interface as it should.", text);
}

static json_t *say_ongoing(const json_t *doc, const json_t *attack)
{
	long long from = model_number(attack, "from_unix_ms"), now = model_number(doc, "time_unix_ms");
	json_t *text = json_array();
	char lead[160], when[32], lasted[32];

	snprintf(lead, sizeof(lead), "There is a %s now, since %s (%s).", noun(attack), text_clock(when, from),
		 output_duration(lasted, now > from ? now - from : 0));
	say_attack(text, doc, attack);
	return headline("attack", lead, text);
}

static json_t *say_over(const json_t *doc, const json_t *attacks, bool still_cookies)
{
	const json_t *attack = worst(attacks);
	long long from = model_number(attack, "from_unix_ms"), to = model_number(attack, "to_unix_ms");
	json_t *text = json_array();
	char lead[160], when[32], until[32], lasted[32];

	snprintf(lead, sizeof(lead), "There is no attack now. There was a %s from %s to %s (%s).", noun(attack),
		 text_clock(when, from), text_clock(until, to), output_duration(lasted, to - from));
	say_attack(text, doc, attack);
	say_more(text, attacks);
	if (still_cookies)
		model_say(text, "Cookie mode is still on. " CALM_LATER);
	return headline("over", lead, text);
}

static void say_how_recorded(json_t *text, const json_t *doc)
{
	const json_t *history = json_object_get(doc, "history");
	long long covered = model_number(history, "covered_ms"), on;
	char lasted[32], when[32];

	on = model_number(json_object_get(json_object_get(json_object_get(doc, "stats"), "events"), "cookie_mode_on"),
			  "total");
	if (strcmp(model_text(history, "source"), "live") == 0) {
		model_say(
			text,
			"Nobody has recorded the last hour: the graphs show %s while this report was made. \"levee run %s\" records, once a second.",
			output_duration(lasted, covered), model_text(doc, "interface"));
		model_say(text, "Since attach, cookie mode was entered %lld time%s.", on, on == 1 ? "" : "s");
		return;
	}
	model_say(text, "%s of the last hour were recorded, from %s on%s.", output_duration(lasted, covered),
		  text_clock(when, model_number(history, "first_unix_ms")),
		  json_array_size(json_object_get(history, "gaps")) ? ", with gaps" : "");
	if (!model_true(history, "recording"))
		model_say(text, "Nobody records now: the last record is of %s.",
			  text_clock(when, model_number(history, "last_unix_ms")));
}

static json_t *say_calm(const json_t *doc)
{
	const json_t *history = json_object_get(doc, "history");
	json_t *text = json_array();

	say_how_recorded(text, doc);
	return headline("calm",
			strcmp(model_text(history, "source"), "live") == 0 ?
				"There is no attack now." :
				"There is no attack now, and there was none in what was recorded.",
			text);
}

static json_t *say_watching(const json_t *doc, const char *cookies)
{
	bool always = strcmp(cookies, "always") == 0;
	json_t *text = json_array();

	say_how_recorded(text, doc);
	return headline(
		"watch",
		always ? "Every SYN is answered by a cookie here, so levee does not tell attacks from clients." :
			 "Cookies are off here: levee watches and counts, but does not tell attacks from clients.",
		text);
}

/* All that was recorded of it is cookie mode that outlasts it. */
static json_t *say_ended(const json_t *doc, bool still_cookies)
{
	json_t *text = json_array();

	say_how_recorded(text, doc);
	if (still_cookies)
		model_say(text, CALM_LATER);
	return headline("over",
			still_cookies ? "There is no attack now, but there was one: cookie mode is still on." :
					"There is no attack now, but cookie mode was on when recording began.",
			text);
}

static bool in_cookie_mode(const json_t *status)
{
	const json_t *service;
	size_t i;

	if (strcmp(model_text(status, "mode"), "cookie") == 0)
		return true;
	json_array_foreach(json_object_get(status, "services"), i, service)
		if (strcmp(model_text(service, "mode"), "cookie") == 0)
			return true;
	return false;
}

json_t *report_headline(const json_t *doc)
{
	const json_t *status = json_object_get(doc, "status"), *history = json_object_get(doc, "history");
	const json_t *problems = json_object_get(status, "problems"), *attacks = json_object_get(history, "attacks");
	const json_t *latest = json_array_get(attacks, json_array_size(attacks) - 1);
	const char *cookies = model_text(status, "cookies");
	bool on = in_cookie_mode(status);

	if (json_array_size(problems))
		return say_broken(problems);
	if (strcmp(cookies, "adaptive") != 0)
		return say_watching(doc, cookies);
	if (latest && strcmp(model_text(latest, "kind"), "ended") == 0 && json_array_size(attacks) == 1)
		return say_ended(doc, on);
	if (on && latest && model_number(doc, "time_unix_ms") - model_number(latest, "to_unix_ms") <= ONGOING_MS)
		return say_ongoing(doc, latest);
	if (latest)
		return say_over(doc, attacks, on);
	return say_calm(doc);
}
