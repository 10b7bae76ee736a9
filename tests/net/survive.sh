#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# survive.sh - a connection that is up stays up: whoever opened it and however it began, through attach, flood and
# detach, in use or idle meanwhile.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-survive

ALL=()
opened() { check "open: $1" hold "$@" && ALL+=("$1"); } # NAME ADDRESS PORT
alive() # WHEN [NAME...]
{
	local name when=$1

	shift
	for name in "${@:-${ALL[@]}}"; do
		check "$when: $name" echoed "$name"
	done
}

serve "$SERVER_V4" 7000
serve "$SERVER_V6" 7000
SIDE=client serve 198.18.0.2 7001

# --- before levee

opened before-v4 "$SERVER_V4" 7000
opened before-v6 "$SERVER_V6" 7000
opened before-idle "$SERVER_V4" 7000
SIDE=server opened before-outgoing 198.18.0.2 7001
alive "without levee" before-v4 before-v6 before-outgoing
in_client curl -sf --limit-rate 8M "http://$SERVER_V4/100M" >"$LAB_DIR/slow" &
SLOW=$!
wait_for '[ -s "$LAB_DIR/slow" ]' 5

check "attach" attach
alive "after attach" before-v4 before-v6 before-outgoing
opened handshake-v4 "$SERVER_V4" 7000
opened handshake-v6 "$SERVER_V6" 7000
SIDE=server opened outgoing 198.18.0.2 7001
alive "calm" handshake-v4 handshake-v6 outgoing

# --- flood of every kind of segment, so that whatever is taken for a stranger is dropped

flood_start --dst "$SERVER_V4" --port 7000 --kind mixed --rate 50000 --seconds 60 >/dev/null 2>&1
FIRST=$FLOOD_PID
flood_start --dst "$SERVER_V6" --port 7000 --kind mixed --rate 50000 --seconds 60 >/dev/null 2>&1
check "flood: cookies start, IPv4" wait_for '[ "$(service "$SERVER_V4:7000" mode)" = cookie ]' 5
check "flood: cookies start, IPv6" wait_for '[ "$(service "[$SERVER_V6]:7000" mode)" = cookie ]' 5
alive "flood"
opened cookie-v4 "$SERVER_V4" 7000
opened cookie-v6 "$SERVER_V6" 7000
SIDE=server opened outgoing-in-flood 198.18.0.2 7001
alive "flood, once more"
check "the flood's ACKs and RSTs were dropped" [ "$(counters drop.bad_cookie)" -gt 1000 ]
flood_stop
FLOOD_PID=$FIRST
flood_stop
alive "after the flood"
check "detach" detach
alive "after detach"
check "attach --cookies always" attach --cookies always
alive "attached again, cookies always"
opened cookie-idle "$SERVER_V4" 7000

check_detach
alive "after the last detach"
check "a download that ran all the time is still running, or has ended well" eval 'kill -0 "$SLOW" 2>/dev/null || wait "$SLOW"'
wait "$SLOW"
is "that download arrived intact" "$(sha256sum <"$LAB_DIR/slow")" "$(sum_served)"
done_testing
