#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# unhooked.sh - somebody takes levee's programs off the interface and nobody puts them back: every command that shows what
# levee does says first that it does not. And a reload brings back the filters, with the qdisc that they hang on.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-unhooked
serve "$SERVER_V4" 7001
attach >/dev/null

GONE="the XDP program is no longer on the interface"
problems() { jq -r '.problems | join("; ")'; }
top_problem() { levee top "$SERVER_DEV" --json | jq -r .problem; }
first_lines() { levee "$@" 2>&1 | head -n 4 | tr -s '\n ' ' '; } # a text that is wrapped, in one line

is "whole: stats has no problem" "$(levee stats "$SERVER_DEV" --json | problems)" ""
is "whole: queues has none" "$(levee queues "$SERVER_DEV" --json | problems)" ""
is "whole: why has none" "$(levee why 198.18.0.2:40000 "$SERVER_V4:80" --json | problems)" ""
is "whole: top has none" "$(top_problem)" ""
is "whole: flows says nothing of one" "$(levee flows "$SERVER_DEV" 2>&1 | grep -c "no longer")" 0

# --- one that watches for long sees it come and go; a reload of other programs is no problem

in_server "$LEVEE" stats "$SERVER_DEV" --watch 0.1 --jsonl >"$LAB_DIR/watch" &
WATCH=$!
wait_for "[ -s '$LAB_DIR/watch' ]" 5
LINES=$(wc -l <"$LAB_DIR/watch")
check "a reload" levee reload "$SERVER_DEV"
wait_for "[ \$(wc -l <'$LAB_DIR/watch') -gt $((LINES + 6)) ]" 10
is "which stats --watch does not call a problem" "$(grep -v '"problems":\[\]' "$LAB_DIR/watch")" ""

in_server ip link set dev "$SERVER_DEV" xdp off
check "the XDP program is taken off: stats --watch says so" wait_for "tail -n 1 '$LAB_DIR/watch' | grep -q '$GONE'" 10
kill "$WATCH"
wait "$WATCH" 2>/dev/null

for command in "stats $SERVER_DEV" "queues $SERVER_DEV" "why 198.18.0.2:40000 $SERVER_V4:80"; do
	# shellcheck disable=SC2086 # words
	check "${command%% *}: a problem, among the first lines" grep -q "PROBLEM $GONE" <<<"$(first_lines $command | sed 's/.*PROBLEM/PROBLEM/')"
done
check "top: the same" grep -q "^$GONE" <<<"$(top_problem)"
check "flows: a note" grep -q "note: $SERVER_DEV: $GONE" <<<"$(first_lines flows "$SERVER_DEV")"
in_server timeout 10 "$LEVEE" events "$SERVER_DEV" 2>"$LAB_DIR/events.err" >/dev/null &
EVENTS=$!
check "events: a note before it waits" wait_for "grep -q ^listening '$LAB_DIR/events.err' && grep -q '^note: $SERVER_DEV' '$LAB_DIR/events.err'" 10
kill "$EVENTS"
wait "$EVENTS" 2>/dev/null
check "attach mends it" attach

# --- the qdisc

hold held "$SERVER_V4" 7001
in_server tc qdisc del dev "$SERVER_DEV" clsact
check "clsact is removed: stats says what is missing" grep -q "egress filter was removed.*ingress filter was removed" \
	<<<"$(levee stats "$SERVER_DEV" --json | problems)"
check "a reload makes it again" levee reload "$SERVER_DEV"
is "all is in its place" "$(status '.problems | join("; ")')" ""
check "the connection goes on" echoed held
check "pages come" pages 3 "http://$SERVER_V4/"
released held
check_detach

# --- what was done and could not be told

check "attach with a full disk: why it failed, and that it was done" grep -q "No space left on device.*all that was asked for is done" \
	<<<"$(attach 2>&1 >/dev/full | tr -s '\n ' ' ')"
is "and so it is" "$(status .enabled)" true
check "status with a full disk: why" grep -q "writing the output failed: No space left on device" \
	<<<"$(levee status "$SERVER_DEV" 2>&1 >/dev/full)"
check "detach" detach
check "nothing is left" nothing_left

done_testing
