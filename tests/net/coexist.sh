#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# coexist.sh - levee beside what is there already: another's clsact and filters survive attach and detach, another's
# XDP program is not pushed aside, the link does not flap and loses no packet; generic mode and --exclusive do the same
# work as the default.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-coexist

served() { pages 3 "http://$SERVER_V4/" && pages 3 "http://[$SERVER_V6]/"; }
by_cookies() { is "$1: six pages by six cookies" "$(counted "answer.cookie_sent cookies_socket" served)" "6 6"; }
tc_server() { in_server tc "$@"; }
filters() { tc_server filter show dev "$SERVER_DEV" "$1"; } # ingress|egress
foreign_filters() { for side in ingress egress; do filters $side | grep bytecode; done; }

# --- modes

for options in "--mode native" "--mode generic" "--exclusive" "--exclusive --mode generic"; do
	# shellcheck disable=SC2086 # words
	check "attach $options" attach --cookies always $options
	is "$options: the mode" "$(status .xdp_mode)" "$([[ $options == *generic* ]] && echo generic || echo native)"
	[[ $options != *exclusive* ]] || is "$options: alone" "$(status .attachment)" exclusive
	served >/dev/null # services are learnt from their first handshake
	by_cookies "$options"
	is "$options: 100 MB arrive intact" "$(sum_fetched "http://$SERVER_V4")" "$(sum_served)"
	check_detach
done

# --- another's filters

BYTECODE='1,6 0 0 0' # matches nothing
foreign_filter() # ingress|egress PRIORITY
{
	tc_server filter add dev "$SERVER_DEV" "$1" prio "$2" protocol ip bpf bytecode "$BYTECODE" flowid 1:1
}

check "somebody makes clsact" tc_server qdisc add dev "$SERVER_DEV" clsact
check "and filters, for ingress and egress" eval 'foreign_filter ingress 10 && foreign_filter egress 1'
BEFORE=$(foreign_filters)
check "that can be seen" [ "$(grep -c "bytecode '$BYTECODE'" <<<"$BEFORE")" = 2 ]
check "attach beside them" attach --cookies always
is "they are still there" "$(foreign_filters)" "$BEFORE"
served >/dev/null
by_cookies "beside them"
check "detach" detach
is "they are still there after detach, and their clsact" "$(foreign_filters)" "$BEFORE"
is "nothing of levee's is" "$(filters ingress | grep -c levee; filters egress | grep -c levee)" $'0\n0'
tc_server qdisc del dev "$SERVER_DEV" clsact
check "attach with a clsact of its own" attach
check "somebody adds a filter to that" foreign_filter ingress 10
check "detach" detach
check "the filter keeps the clsact" grep -q bytecode <<<"$(filters ingress)"
tc_server qdisc del dev "$SERVER_DEV" clsact
check "now nothing is left" nothing_left

# --- another's XDP program

stub() { in_server "$FLOOD" --stub "$SERVER_DEV"; }
unstub() { in_server "$FLOOD" --no-xdp "$SERVER_DEV"; }
check "somebody's XDP program is on the interface" stub
PROG=$(in_server ip -details -json link show dev "$SERVER_DEV" | jq .[0].xdp.prog.id)
check_not "attach leaves it its place" attach
check_not "attach --exclusive does so too" attach --exclusive
is "it is still there" "$(in_server ip -details -json link show dev "$SERVER_DEV" | jq .[0].xdp.prog.id)" "$PROG"
check "somebody removes it" unstub
check "nothing of levee's is left" nothing_left

# --- the link

carrier() { in_server cat "/sys/class/net/$SERVER_DEV/carrier_changes" "/sys/class/net/$SERVER_DEV/operstate"; }
again() { local i; for ((i = 0; i < 3; i++)); do attach "$@" && detach || return; done; }

CARRIER=$(carrier)
in_server ip -o monitor link dev "$SERVER_DEV" >"$LAB_DIR/links" 2>&1 &
peer ping "$SERVER_V4" --count 400 --interval 0.005 --timeout 1 >"$LAB_DIR/ping" 2>&1 &
PING=$!
check "attach and detach, three times" again
check "attach and detach, three times, generic" again --mode generic
check "no ping is lost meanwhile" wait "$PING"
is "the carrier did not change" "$(carrier)" "$CARRIER"
check "the kernel told of the programs" grep -q xdp "$LAB_DIR/links"
is "and never of a link that is down" "$(grep -cE 'NO-CARRIER|state DOWN|LOWERLAYERDOWN' "$LAB_DIR/links")" 0
check "nothing is left" nothing_left
done_testing
