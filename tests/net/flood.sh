#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# flood.sh - the whole story with default settings, IPv4 and IPv6 at once: calm, flood, cookies, clients served as if
# nothing were, the kernel's own queue never full (not even that of a listener with a backlog of 5), calm again.
# What cookies are worth is tried meanwhile (raw.py), for the story takes as long as half-open entries live: 64 s.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-flood

V4=http://$SERVER_V4
V6=http://[$SERVER_V6]
OWN_QUEUE="TcpExtTCPReqQFullDoCookies TcpExtTCPReqQFullDrop TcpExtSyncookiesSent TcpExtListenOverflows TcpExtListenDrops"

own_queue() { for counter in $OWN_QUEUE; do kernel_counter "$counter"; done | xargs; }

# In which modes the services are, each of them in as many words: "calm" if all are, "calm cookie" if some.
modes() { levee status "$SERVER_DEV" --json | jq -r '.interfaces[0] | [.services[].mode] | unique | join(" ")'; }
in_mode() { [ "$(service "$1" mode)" = "$2" ]; } # ENDPOINT MODE
all_in() { # MODE: those of the flood
	in_mode "$(listener "$SERVER_V4" 80)" "$1" && in_mode "$(listener "$SERVER_V6" 80)" "$1" &&
		in_mode "$SERVER_V4:7005" "$1" && in_mode "[$SERVER_V6]:7005" "$1"
}

flood_all()
{
	FLOODS=()
	flood_start --dst "$SERVER_V4" --rate 50000 --seconds 60 >/dev/null 2>&1 && FLOODS+=("$FLOOD_PID")
	flood_start --dst "$SERVER_V6" --rate 50000 --seconds 60 >/dev/null 2>&1 && FLOODS+=("$FLOOD_PID")
	flood_start --dst "$SERVER_V4" --port 7005 --rate 10000 --seconds 60 >/dev/null 2>&1 && FLOODS+=("$FLOOD_PID")
	flood_start --dst "$SERVER_V6" --port 7005 --rate 10000 --seconds 60 >/dev/null 2>&1 && FLOODS+=("$FLOOD_PID")
}

connections() # COUNT
{
	local i

	for ((i = 0; i < $1; i++)); do
		peer many "$SERVER_V4" 7005 || return
		peer many "$SERVER_V6" 7005 || return
	done
}

serve "$SERVER_V4" 7005 --backlog 5
serve "$SERVER_V6" 7005 --backlog 5
raw_neighbours
check "attach" attach
check "calm: pages" eval 'pages 3 "$V4" && pages 3 "$V6" && connections 2'
is "calm: no cookies" "$(counters answer.cookie_sent) $(modes) $(status .mode)" "0 calm calm"
is "a listener with a backlog of 5 has a share of 5" "$(service "$SERVER_V4:7005" share)" 5

# --- flood

BEGAN=$SECONDS
flood_all
check "flood: cookies start for every service" wait_for 'all_in cookie' 5
is "flood: ten pages come by ten cookies" \
	"$(counted "flows_handshake flows_cookie" eval 'pages 5 "$V4" && pages 5 "$V6"')" "0 10"
check "flood: 50 pages, IPv4" pages 50 "$V4"
check "flood: 50 pages, IPv6" pages 50 "$V6"
check "flood: 20 connections to each listener with a backlog of 5" connections 20
is "flood: 100 MB arrive intact, IPv4" "$(sum_fetched "$V4")" "$(sum_served)"
is "flood: 100 MB arrive intact, IPv6" "$(sum_fetched "$V6")" "$(sum_served)"
check "flood: levee keeps no more half-open than the share" [ "$(service "$(listener "$SERVER_V4" 80)" half_open)" -le 511 ]
check "flood: the kernel keeps no more than the backlog" \
	[ "$(in_server ss -Htn4 state syn-recv sport = :7005 | wc -l)" -le 5 ]
is "flood: the kernel's own queue was never full ($OWN_QUEUE)" "$(own_queue)" "0 0 0 0 0"
for pid in "${FLOODS[@]}"; do
	FLOOD_PID=$pid flood_stop
done

# --- the flood is over, its half-open entries are still there: what cookies are worth

check "after the flood: still cookies" all_in cookie
FLOWS=$(counters cookies_socket)
raw at-once 7005 >"$LAB_DIR/at-once"
raw ages 7005 >"$LAB_DIR/ages"
while read -r name result; do
	case $name in
	valid-* | data-for-lost-ack-* | to-be-replayed-* | after-14-s-* | new-one-*)
		is "cookie: $name makes a socket" "$result" echo ;;
	replayed-after-33-s-*)
		is "cookie: $name makes none" "${result/silence/rst}" rst ;;
	*)
		is "cookie: $name makes none, and is dropped" "$result" silence ;;
	esac
done < <(cat "$LAB_DIR/at-once" "$LAB_DIR/ages")
is "cookies: every experiment was made" "$(cat "$LAB_DIR/at-once" "$LAB_DIR/ages" | wc -l)" 60
is "cookies: as many sockets as were due" $(($(counters cookies_socket) - FLOWS)) 20

# --- calm again

check "cookies stop, within 110 s of the flood's begin" wait_for 'all_in calm' $((BEGAN + 110 - SECONDS))
note "after $((SECONDS - BEGAN)) s"
check "not before its half-open entries have timed out" [ $((SECONDS - BEGAN)) -ge 60 ]
is "calm again: handshakes are watched, no cookies" \
	"$(counted "half_open_new half_open_done answer.cookie_sent" eval 'pages 5 "$V4" && pages 5 "$V6"')" "10 10 0"
is "the kernel's own queue was never full" "$(own_queue)" "0 0 0 0 0"

check_detach
done_testing
