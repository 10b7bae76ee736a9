#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for takes its condition unexpanded
#
# terminal.sh - what is different on a terminal: colour, and the line that tells how far long work is. And what streams do
# in a pipe: every sample and every event arrives at once, and a reader that goes away ends them.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin cli-terminal

export SHELL=/bin/bash TERM=xterm # script's shell; and what auto looks at
unset NO_COLOR
ESCAPE=$'\033'

# Runs a command line in the lab's server on a terminal of its own, stdin closed; its output, without carriage returns.
on_terminal() # COMMAND_LINE
{
	in_server script -qec "stty -onlcr cols ${COLUMNS_WANTED:-80}; $1" /dev/null </dev/null
}

SCREEN=$LAB_ROOT/tests/lib/screen.py

plain() { sed "s/$ESCAPE\[[0-9;]*m//g"; }
colored() { grep -q "$ESCAPE" <<<"$1"; }

check "attach" attach --flows 65536
L="$LEVEE"
D=$SERVER_DEV

# --- colour

hold one "$SERVER_V4" 80
for command in "status $D" "stats $D" "doctor $D" "flows $D" "status nowhere0"; do
	check "on a terminal there is colour: $command" colored "$(on_terminal "$L $command" 2>&1)"
	check_not "in a pipe there is none: $command" colored "$(in_server $L $command 2>&1)"
done
check "flows has coloured titles" grep -q "^$ESCAPE\[1mlocal " <<<"$(on_terminal "$L flows $D")"
check_not "NO_COLOR" colored "$(NO_COLOR=1 on_terminal "$L status $D")"
check "NO_COLOR that is empty" colored "$(NO_COLOR='' on_terminal "$L status $D")"
check_not "a terminal that is dumb" colored "$(TERM=dumb on_terminal "$L status $D")"
check_not "--color never" colored "$(on_terminal "$L status $D --color never")"
check "--color always in a pipe, and over NO_COLOR" colored "$(NO_COLOR=1 levee status "$D" --color always)"
check_not "JSON has none, even if asked for" colored "$(levee status "$D" --json --color always; levee stats "$D" --jsonl --color always)"
stable='/since|service|mode/d;s/ [0-9]+ of [0-9]+ .*//;s/ [0-9.]+ (s|min) .*//'
is "colour changes nothing else" "$(levee status "$D" --color always | plain | sed -E "$stable")" \
	"$(levee status "$D" --color never | sed -E "$stable")"
check "a calm mode is green" grep -q "mode  *$ESCAPE\[32mcalm" <<<"$(on_terminal "$L status $D")"

# --- streams

# A reader that takes one sample after the other sees each before the next is due, which here is never.
exec {SAMPLES}< <(in_server "$LEVEE" stats "$D" --watch 0.2 2>&1)
read -r -t 20 line <&"$SAMPLES"
check "stats --watch: a sample arrives as soon as it was taken" grep -q "^$D .*cookies adaptive" <<<"$line"
exec {SAMPLES}<&-

for form in "--json" "--jsonl"; do
	first=$(in_server "$LEVEE" stats "$D" --watch 0.1 $form 2>&1 | head -n 2 | jq -cs 'map(.schema)'; echo "${PIPESTATUS[0]}")
	is "stats --watch $form: a document per line, and no fuss when the reader goes" "$first" \
		$'["levee.stats/1","levee.stats/1"]\n0'
done
is "stats --jsonl: one line" "$(levee stats "$D" --jsonl | jq -c '[.schema, .gauges.mode]')" '["levee.stats/1","calm"]'
is "stats --jsonl is one line" "$(levee stats "$D" --jsonl | wc -l)" 1
is "a reader that goes away is noticed before the next sample" \
	"$(timeout 30 ip netns exec "$SERVER_NS" "$LEVEE" stats "$D" --watch 3600 2>&1 | true; echo "${PIPESTATUS[0]}")" 0
refused=$(levee stats "$D" --watch 0.1 2>&1 >/dev/full)
is "a full disk is said" "$?:$refused" "1:levee: writing the output failed: No space left on device"

exec {EVENTS}< <(in_server "$LEVEE" events "$D" --jsonl 2>"$LAB_DIR/events.err")
wait_for 'grep -q ^listening "$LAB_DIR/events.err"' 10
page
read -r -t 20 line <&"$EVENTS"
is "events: the first arrives while the listener goes on" "$(jq -r .event <<<"$line")" NEW
exec {EVENTS}<&-
check "a reader of events that goes away is noticed" wait_for \
	'timeout 1 ip netns exec "$SERVER_NS" "$LEVEE" events "$D" --jsonl 2>&1 >/dev/null | grep -q ^listening' 10
released one

# --- progress: of a table that takes longer to write than a second, since nobody reads it

rows=40000
in_server "$LAB_ROOT/build/tools/fill" "$(find "$LEVEE_BPFFS" -name prog_levee_seed_flows)" $rows
check "the table settles" wait_for '[ "$(status .tables.flows.used)" -ge $((rows * 99 / 100)) ]' 20
levee flows "$D" --jsonl 2>/dev/null | jq -r '"\(.local) \(.remote)"' | sort >"$LAB_DIR/wanted"

ends() { awk 'NR > 1 && $1 ~ /:/ { print $1, $2 }' | sort; }

seen=$(on_terminal "$L flows $D | { sleep 1.5; cat; } >$LAB_DIR/rows")
check "progress: a count and a share on a terminal" grep -qE '[0-9]+ of [0-9]+ connections read, [0-9]+ %' <<<"$seen"
is "progress: it is gone at the end" "$($SCREEN <<<"$seen" | grep -v '^$')" "$(wc -l <"$LAB_DIR/wanted") connections"
is "progress: and not in the output" "$(ends <"$LAB_DIR/rows")" "$(<"$LAB_DIR/wanted")"

on_terminal "$L flows $D" | { sleep 1.5; cat; } >"$LAB_DIR/seen"
check "progress: it is there where rows go to the same terminal" grep -qE '[0-9]+ of [0-9]+ connections read' "$LAB_DIR/seen"
is "progress: between them, and gone" "$($SCREEN <"$LAB_DIR/seen" | ends)" "$(<"$LAB_DIR/wanted")"

seen=$(on_terminal "$L flows $D --summary >$LAB_DIR/rows")
is "progress: not of what is done within a second" "$seen" ""
in_server "$LEVEE" flows "$D" 2>"$LAB_DIR/err" | { sleep 1.5; cat; } >"$LAB_DIR/rows"
is "progress: none where stderr is no terminal" "$(<"$LAB_DIR/err")" "$(wc -l <"$LAB_DIR/wanted") connections"

check_detach
done_testing
