#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# million.sh - levee flows with a million flows in the table: every one is listed, and memory does not grow with them. How
# long it takes is printed, and decides nothing. The flows are entered by the program that seeds tables at attach; there
# are no sockets behind them.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-million

TOOLS=$LAB_ROOT/build/tools
FLOWS=1000000
SLACK_KIB=1024 # two runs of the same differ by some hundred, for what of the libraries is mapped

fill() { in_server "$TOOLS/fill" "$@"; } # [-6] PIN COUNT

# Runs levee flows with these options. Sets LINES_OUT, SECONDS_TAKEN, KIB.
measure()
{
	LINES_OUT=$(in_server "$TOOLS/peak" "$LEVEE" flows "$SERVER_DEV" "$@" 2>"$LAB_DIR/peak" | wc -l)
	read -r SECONDS_TAKEN KIB < <(tail -n 1 "$LAB_DIR/peak")
}

# The gauge is summed ten times a second.
settled() { [ "$(status .tables.flows.used)" = "$(counters flows_new flows_gone | awk '{ print $1 - $2 }')" ]; }

# So many lines for a table of so many flows, in as much memory as for a thousand.
flat() # DESCRIPTION LINES KIB_OF_A_THOUSAND
{
	is "$1: lines" "$LINES_OUT" "$2"
	check "$1: $KIB KiB, not more than with a thousand flows ($3)" [ "$KIB" -le $(($3 + SLACK_KIB)) ]
	note "$1: $SECONDS_TAKEN s, $KIB KiB at most"
}

list_them() # FAMILY FILL_OPTION...
{
	local family=$1 pin kib used

	shift
	check "$family: attach" attach
	pin=$(find "$LEVEE_BPFFS" -name prog_levee_seed_flows)
	fill "$@" "$pin" 1000
	measure --jsonl
	kib=$KIB
	is "$family: a thousand flows" "$LINES_OUT" 1000
	fill "$@" "$pin" $FLOWS
	check "$family: the table settles" wait_for settled 10
	used=$(status .tables.flows.used)
	note "$family: $used of $FLOWS are in the table, $(counters flows_evicted) were evicted"
	check "$family: most of a million are in the table" [ "$used" -gt $((FLOWS / 2)) ]
	measure --jsonl
	flat "$family: --jsonl" "$used" "$kib"
	measure --json
	flat "$family: --json" $((used + 2)) "$kib"
	measure
	flat "$family: text" $((used + 1)) "$kib"
	measure --jsonl --sort age --limit 10
	flat "$family: --sort --limit 10" 10 "$kib"
	measure --summary
	note "$family: --summary: $SECONDS_TAKEN s, $KIB KiB at most"
	measure --jsonl --sort remote
	is "$family: --sort: lines" "$LINES_OUT" "$used"
	note "$family: --sort: $SECONDS_TAKEN s, $KIB KiB at most"
	is "$family: delete --all" "$(levee flows delete "$SERVER_DEV" --all)" "$used connections forgotten"
	measure --jsonl
	is "$family: and none is left" "$LINES_OUT" 0
	check_detach
}

list_them IPv4
list_them IPv6 -6
done_testing
