#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# leftover.sh - a test that ends in the middle leaves nothing: not when it fails, not at Ctrl-C, and after SIGKILL the
# next test tidies up. Namespaces, processes, mounts, pins, programs, maps.

# shellcheck disable=SC2016 # conditions are taken unexpanded
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

need_root
VICTIM=net-victim
LIST=$(mktemp)

# A test in the middle of everything: attached, flooded, with clients. Says so, and what of it lies in the kernel.
victim()
{
	lab_begin $VICTIM
	attach >/dev/null || exit 3
	serve "$SERVER_V4" 7000 >/dev/null
	hold one "$SERVER_V4" 7000
	flood_start --dst "$SERVER_V4" --rate 10000 --seconds 60 >/dev/null 2>&1
	levee_objects >"$LIST.objects"
	lab_pids >"$LIST.pids"
	echo "$1" >"$LIST"
	[ "$1" != fail ] || exit 1
	wait "$FLOOD_PID"
}

left_of_victim()
{
	local pid

	ip netns list | grep "^$VICTIM"
	grep -F "$VICTIM" /proc/mounts
	ls -d "$LAB_RUN/$VICTIM" 2>/dev/null
	for pid in $(<"$LIST.pids"); do
		[ -e "/proc/$pid" ] && [ "$(ps -o stat= -p "$pid" | cut -c1)" != Z ] && ps -o pid=,args= -p "$pid"
	done
	still_there "$(<"$LIST.objects")"
}
gone() { [ -z "$(left_of_victim)" ]; }

# Bash ignores SIGINT in what it starts in the background, and could not trap it there.
start_victim() # fail|stay
{
	: >"$LIST"
	env --default-signal=INT bash -c "$(declare -f victim)
		LIST=$LIST VICTIM=$VICTIM
		. tests/net/lib.bash
		victim $1" >"$LIST.log" 2>&1 &
	VICTIM_PID=$!
	wait_for '[ -s "$LIST" ]' 30 || { cat "$LIST.log"; return 1; }
}

victim_ended() { wait "$VICTIM_PID" 2>/dev/null; }

start_victim fail || not_ok "a test starts" "$(<"$LIST.log")"
victim_ended
check "a test that fails leaves nothing" wait_for gone 5
start_victim stay || not_ok "a test starts" "$(<"$LIST.log")"
check_not "a test is under way" gone
kill -INT "$VICTIM_PID"
victim_ended
check "a test that is interrupted leaves nothing" wait_for gone 5
start_victim stay || not_ok "a test starts" "$(<"$LIST.log")"
kill -KILL "$VICTIM_PID"
victim_ended
check_not "SIGKILL leaves things" gone
check "the next test removes them" bash -c '. tests/net/lib.bash; lab_begin net-next'
check "then nothing is left" wait_for gone 5
left_of_victim | sed 's/^/# /'
rm -f "$LIST" "$LIST".*
done_testing
