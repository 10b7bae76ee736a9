/* SPDX-License-Identifier: GPL-2.0 */
/*
 * option_table.c - the tables of commands and options.
 */
#include <string.h>

#include <levee/config.h>

#include "color.h"
#include "conf.h"
#include "confirm.h"
#include "listen.h"
#include "frame.h"
#include "option_table.h"
#include "order.h"

/* How long `levee report` watches where nobody has recorded. */
#define REPORT_SAMPLE_MS 5000

#define COMMAND_ROW(NAME, name, first, second, args, min, max, summary) \
	[CMD_##NAME] = { first second, first, second, args, summary, min, max, cmd_##name },
const struct command commands[CMD_COUNT] = { COMMANDS(COMMAND_ROW) };
#undef COMMAND_ROW

#define ON(NAME) (1ULL << CMD_##NAME)
#define ON_ALL ((1ULL << CMD_COUNT) - 1)
#define ON_ATTACHING (ON(ATTACH) | ON(RUN))
#define ON_FILTERED (ON(FLOWS) | ON(FLOWS_DELETE) | ON(EVENTS))

#define COOKIES_WORD(NAME, word, help) word "|"
#define COOKIES_HELP(NAME, word, help) word ": " help "; "
#define BEGAN_HELP(NAME, name, help) #name ": " help "; "
#define ORDER_WORD(NAME, name, help) #name "|"
#define COLOR_WORD(NAME, word) word "|"

const struct option option_table[] = {
	{ "mode", OPT_CHOICE, offsetof(struct options, mode), ON_ATTACHING, MODE_AUTO, 0, 0, "auto|native|generic",
	  "native: XDP in the driver; generic: XDP in the stack, slower, any driver; auto: native, else generic" },
	{ "exclusive", OPT_FLAG, offsetof(struct options, exclusive), ON_ATTACHING, 0, 0, 0, NULL,
	  "no libxdp dispatcher: levee is the only XDP program of the interface, held by a pinned BPF link" },
	{ "cookies", OPT_CHOICE, offsetof(struct options, cookies), ON_ATTACHING, LEVEE_COOKIES_ADAPTIVE, 0, 0,
	  LEVEE_COOKIES(COOKIES_WORD), "when SYNs are answered by cookies. " LEVEE_COOKIES(COOKIES_HELP) },
	{ "start", OPT_NUMBER, offsetof(struct options, start), ON_ATTACHING, LEVEE_START_PERCENT_DEFAULT, 1, 100,
	  "PCT", "adaptive: cookies start when half-open connections fill this share, in percent" },
	{ "end", OPT_NUMBER, offsetof(struct options, end), ON_ATTACHING, LEVEE_END_PERCENT_DEFAULT, 0, 99, "PCT",
	  "adaptive: cookies end below this share, cookies in flight counted; below --start" },
	{ "half-open", OPT_NUMBER, offsetof(struct options, half_open), ON_ATTACHING | ON(DOCTOR),
	  LEVEE_HALF_OPEN_DEFAULT, LEVEE_HALF_OPEN_MIN, LEVEE_HALF_OPEN_MAX, "N",
	  "size of the half-open table, in connections" },
	{ "flows", OPT_NUMBER, offsetof(struct options, flows), ON_ATTACHING | ON(DOCTOR), LEVEE_FLOWS_DEFAULT,
	  LEVEE_FLOWS_MIN, LEVEE_FLOWS_MAX, "N", "size of the flow table, in connections" },
	{ "confirm", OPT_TIME, offsetof(struct options, confirm_ms), ON(ATTACH), 0, CONFIRM_MIN_MS, CONFIRM_MAX_MS,
	  "TIME",
	  "detach by itself after so long, unless \"levee confirm\" comes: who works from afar cannot lock herself out" },
	{ "detach-on-exit", OPT_FLAG, offsetof(struct options, detach_on_exit), ON(RUN), 0, 0, 0, NULL,
	  "when it is told to stop, detach; else the protection stays without it" },
	{ "file", OPT_TEXT, offsetof(struct options, file),
	  ON_ATTACHING | ON(RELOAD) | ON(CONFIG_CHECK) | ON(CONFIG_LOAD), 0, 0, 0, "FILE",
	  "settings by interface, instead of " CONF_DEFAULT " or the file that was applied last" },
	{ "all", OPT_FLAG, offsetof(struct options, all), ON(DETACH), 0, 0, 0, NULL,
	  "every interface of this network namespace, and what namespaces that are gone have left" },
	{ "watch", OPT_SECONDS, offsetof(struct options, watch_ms), ON(STATS) | ON(QUEUES), 0, 100, 3600000, "SEC",
	  "print again every SEC seconds until interrupted; with --json one document per line" },
	{ "state", OPT_LIST, offsetof(struct options, state), ON_FILTERED, 0, 0, 0, "STATE | LOCAL/REMOTE",
	  "an end is in this state, or this host's end is in LOCAL and the other in REMOTE (either may be left out)" },
	{ "src", OPT_LIST, offsetof(struct options, src), ON_FILTERED, 0, 0, 0, "ENDS", "who opened the connection" },
	{ "dst", OPT_LIST, offsetof(struct options, dst), ON_FILTERED, 0, 0, 0, "ENDS", "who was asked for it" },
	{ "service", OPT_LIST, offsetof(struct options, service), ON_FILTERED, 0, 0, 0, "ENDS",
	  "this host's end, whoever opened it" },
	{ "began", OPT_LIST, offsetof(struct options, began), ON_FILTERED, 0, 0, 0, "WORD", LEVEE_BEGAN(BEGAN_HELP) },
	{ "idle", OPT_TIME, offsetof(struct options, idle_ms), ON(FLOWS) | ON(FLOWS_DELETE), 0, 0, 0, "TIME",
	  "silent for so long at least: 30 (seconds), 500ms, 5min, 2h, 1d" },
	{ "sort", OPT_CHOICE, offsetof(struct options, sort), ON(FLOWS), ORDER_NONE, 0, 0, FLOW_ORDERS(ORDER_WORD),
	  "none: as they stand in the table, in constant memory; others: the oldest, biggest or slowest first" },
	{ "reverse", OPT_FLAG, offsetof(struct options, reverse), ON(FLOWS), 0, 0, 0, NULL, "with --sort: last first" },
	{ "out", OPT_TEXT, offsetof(struct options, out), ON(REPORT), 0, 0, 0, "FILE",
	  "where the page goes, whole or not at all; - is stdout" },
	{ "seconds", OPT_SECONDS, offsetof(struct options, sample_ms), ON(REPORT), REPORT_SAMPLE_MS, 1000, 60000, "SEC",
	  "watch for so long where nobody has recorded the last hour; 5 if not given" },
	{ "limit", OPT_NUMBER, offsetof(struct options, limit), ON(FLOWS), 0, 1, ~0U, "N",
	  "show so many rows at most" },
	{ "summary", OPT_FLAG, offsetof(struct options, summary), ON(FLOWS), 0, 0, 0, NULL,
	  "count by state and by service instead" },
	{ "all", OPT_FLAG, offsetof(struct options, all), ON(FLOWS_DELETE), 0, 0, 0, NULL,
	  "all of them, where no filter is given" },
	{ "count", OPT_NUMBER, offsetof(struct options, count), ON(EVENTS), 0, 1, ~0U, "N",
	  "stop after so many events" },
	{ "flags", OPT_LIST, offsetof(struct options, flags), ON(WHY), 0, 0, 0, "LETTERS",
	  "control bits of the packet: of S A F R P U E C; S if not given, or \"none\"" },
	{ "seq", OPT_NUMBER, offsetof(struct options, seq), ON(WHY), 0, 0, ~0U, "N", "its sequence number" },
	{ "ack", OPT_NUMBER, offsetof(struct options, ack), ON(WHY), 0, 0, ~0U, "N", "its acknowledgment number" },
	{ "data", OPT_NUMBER, offsetof(struct options, data), ON(WHY), 0, 0, FRAME_DATA_MAX, "BYTES",
	  "how much data it carries" },
	{ "options", OPT_LIST, offsetof(struct options, tcp_options), ON(WHY), 0, 0, 0, "LIST",
	  "its TCP options: mss=N,wscale=N,sack,ts=VALUE:ECHO,md5 or none; of a SYN those of Linux if not given" },
	{ "listen", OPT_ADDRESS, offsetof(struct options, listen), ON(METRICS), 0, 0, 0, "[ADDR:PORT]",
	  "serve them over HTTP, as http://" LISTEN_DEFAULT "/metrics where nothing else is said" },
	{ "user", OPT_TEXT, offsetof(struct options, user), ON(METRICS), 0, 0, 0, "NAME",
	  "with --listen, as root: become this user, if not nobody" },
	{ "textfile", OPT_TEXT, offsetof(struct options, textfile), ON(METRICS), 0, 0, 0, "FILE",
	  "write them into a file for node_exporter's textfile collector, whole or not at all" },
	{ "watch", OPT_SECONDS, offsetof(struct options, watch_ms), ON(METRICS), 0, 1000, 3600000, "SEC",
	  "with --textfile: write it again every SEC seconds until interrupted" },
	{ "jsonl", OPT_FLAG, offsetof(struct options, jsonl),
	  ON(STATS) | ON(QUEUES) | ON(TOP) | ON(FLOWS) | ON(EVENTS) | ON(RUN), 0, 0, 0, NULL,
	  "print one JSON object per line; errors as text on stderr" },
	{ "json", OPT_FLAG, offsetof(struct options, json), ON_ALL & ~(ON(EVENTS) | ON(RUN) | ON(HELP)), 0, 0, 0, NULL,
	  "print one JSON document instead of text; errors too" },
	{ "json", OPT_FLAG, offsetof(struct options, jsonl), ON(EVENTS) | ON(RUN), 0, 0, 0, NULL,
	  "the same as --jsonl" },
	{ "color", OPT_CHOICE, offsetof(struct options, color), ON_ALL, COLOR_AUTO, 0, 0, COLOR_CHOICES(COLOR_WORD),
	  "colour in text. auto: on a terminal, unless NO_COLOR is set" },
	{ "help", OPT_FLAG, offsetof(struct options, help), ON_ALL, 0, 0, 0, NULL, "print this and exit" },
};

const unsigned int option_count = sizeof(option_table) / sizeof(option_table[0]);

_Static_assert(CMD_COUNT < 64, "option.commands has a bit for each");
_Static_assert(sizeof(option_table) / sizeof(option_table[0]) <= 64, "options.given has a bit for each");

#define FILTER_NOTES                                                                                                \
	"ENDS is ADDRESS, NETWORK/BITS, :PORT, ADDRESS:PORT, NETWORK/BITS:PORT, [IPV6]:PORT or "                    \
	"[NETWORK/BITS]:PORT. Of a connection that came in (handshake, cookie, adopted) the remote end opened "     \
	"it, of an outgoing one this host. A filter may be given several times: any of its values may fit, but of " \
	"different filters all must. Words may be shortened, and - and _ are the same."

const char *const command_notes[CMD_COUNT] = {
	[CMD_ATTACH] =
		"What the command line leaves out, levee.conf may say: its section [IFACE], then [default]. --confirm is for the "
		"command line alone. When its time is up every packet passes, and a process that attach leaves behind detaches; it "
		"survives the end of the session. Where it was killed, programs that let everything pass stay until detach or the "
		"next attach.",
	[CMD_CONFIRM] =
		"Best from a new login: that one has come through. Exit code 3: nothing waits, or the time is over. What is "
		"confirmed stays until detach.",
	[CMD_RELOAD] =
		"No flow, no cookie in flight and no packet is missed. A file that is wrong, or programs that the kernel "
		"refuses, change nothing. Programs whose maps are of another version than those that are pinned are "
		"refused: then use that levee, or detach and attach.",
	[CMD_CONFIG_CHECK] = "Exit code 0: all of it is right. A file that is not there is an error.",
	[CMD_CONFIG_LOAD] =
		"What the file says is applied, whoever had set it. What it had said and says no longer is as if never set. What came "
		"from a command and does not stand in the file stays. Sizes of tables, mode and exclusive hold from attach on.",
	[CMD_QUEUES] =
		"Percentiles are of the handshakes of the last one to two minutes that levee watched, SYN-ACK to third "
		"ACK; one that took longer than a second, or that began by a cookie, has no known time.",
	[CMD_FLOWS] = FILTER_NOTES,
	[CMD_FLOWS_DELETE] = FILTER_NOTES
	" A connection that is deleted but goes on is adopted again by its next packet.",
	[CMD_EVENTS] = FILTER_NOTES
	" Events of listeners (accept queues, cookie mode) match by --service and --dst; one "
	"on all addresses is every address of its port. One process at a time can listen to "
	"an interface.",
	[CMD_METRICS] =
		"Without IFACE: of every interface of this network namespace where levee is attached, also later. "
		"--listen needs root only to begin: then it is nobody (or NAME), without any capability, and reads. "
		"The metric levee_up is 0 while levee is not attached; printed once, the exit code is 3 then.",
	[CMD_REPORT] =
		"The page needs no network and has no script: attach it, mail it, print it. Graphs are of what \"levee run\" "
		"or the service has recorded, once a second, for an hour. With --json the document that the page is made "
		"from is printed; with --out too, both are of the same moment.",
	[CMD_RUN] =
		"SIGTERM and SIGINT end it; the protection stays, and so it does if run is killed: the next one adopts "
		"what is there, as it is, and then the options of attach count for nothing. docs/service.md has more.",
	[CMD_TOP] =
		"Keys are htop's: q quit, h help, / filter, s sort, space freeze, Tab and arrows to scroll. It works in "
		"80x24 and without colour (NO_COLOR). With --json one document, of the second that follows; with --jsonl "
		"one each second. While it runs, the datapath samples the sources of SYNs and tells events, and events "
		"have one listener at a time.",
	[CMD_WHY] =
		"ADDRESS:PORT, or [IPV6]:PORT. The packet comes in if DST is this host's, and leaves if only SRC is. It is run "
		"through a second instance of the programs with copies of what the attached one knows: nothing is sent, "
		"counted or entered. Numbers that are not given are those that a known connection expects next.",
	[CMD_CONFIG_SET] =
		"NAME is a timeout of \"levee config show\", VALUE a time as 30s, 5min, 2h or 1d, or "
		"\"default\". Of several, all are changed or none. What is set holds until levee is detached.",
};

int option_value_len(const struct option *opt)
{
	size_t len = opt->value ? strlen(opt->value) : 0;

	return len - (len && opt->value[len - 1] == '|');
}

const struct vocabulary *option_words(const struct option *opt)
{
	if (opt->field == offsetof(struct options, state))
		return &words_state;
	return opt->field == offsetof(struct options, began) ? &words_began : NULL;
}

const char *option_next_choice(char word[CHOICE_MAX], const char *words)
{
	size_t len = strcspn(words, "|");

	if (!len)
		return NULL;
	snprintf(word, CHOICE_MAX, "%.*s", (int)len, words);
	return words + len + (words[len] == '|');
}

const char *command_second(const struct command *c)
{
	return c->second + (*c->second == ' ');
}

bool command_leads_group(unsigned int id)
{
	return id == 0 || strcmp(commands[id].first, commands[id - 1].first) != 0;
}
