#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# options.sh - a socket made from a cookie has negotiated what a handshake by the kernel itself would have: SACK, both
# window scales, timestamps, ECN, MSS. Both kinds are opened with the same client settings, and what `ss` says of them
# on either side is compared. What a cookie rounds down (docs/cookies.md) is said here, in cookie_rounds.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-options

# timestamps . SACK . window scaling . ECN of the client: all sixteen
COMBINATIONS=(1.1.1.0 1.1.1.1 0.1.1.0 0.1.1.1 1.0.1.0 1.1.0.0 1.1.0.1 0.1.0.0 1.0.0.1 0.0.1.0 0.0.1.1 0.0.0.0 0.0.0.1
	1.0.1.1 1.0.0.0 0.1.0.1)
MTUS=(9000 4000 1492 1400 1300 576)
declare -A WANTED=()

# What one socket of a connection has negotiated, as "advmss:1448 ecn mss:1448 sack ts wscale:7,10".
socket_options() # NAMESPACE FILTER
{
	ip netns exec "$1" ss -Htino state established "$2" |
		grep -oE '\b(ts|sack|ecn|wscale:[0-9,]+|mss:[0-9]+|advmss:[0-9]+)\b' | sort | xargs
}

# "SERVER'S SOCKET / CLIENT'S SOCKET" of a new connection.
negotiated() # ADDRESS PORT
{
	local server client

	hold options "$@" || return
	echoed options || return
	server=$(socket_options "$SERVER_NS" "sport = :$2")
	client=$(socket_options "$CLIENT_NS" "dport = :$2")
	released options
	wait_for "[ -z \"\$(in_server ss -Htn state established 'sport = :$2')\" ]" 5
	echo "$server / $client"
}

set_options() # TIMESTAMPS.SACK.WSCALE.ECN
{
	local ts sack ws ecn

	IFS=. read -r ts sack ws ecn <<<"$1"
	in_client sysctl -qw net.ipv4.tcp_timestamps="$ts" net.ipv4.tcp_sack="$sack" \
		net.ipv4.tcp_window_scaling="$ws" net.ipv4.tcp_ecn="$ecn"
}

# Below 1280 bytes the client loses its IPv6 addresses, so they are added again.
set_mtu()
{
	ip -n "$CLIENT_NS" link set "$CLIENT_DEV" mtu "$1"
	lab_add_addresses 2>/dev/null
}

# Calls COMMAND KEY ADDRESS for every combination and every MTU that the family knows.
each() # FAMILY ADDRESS COMMAND
{
	local options mtu

	for options in "${COMBINATIONS[@]}"; do
		set_options "$options"
		"$3" "$1 timestamps.sack.wscale.ecn=$options" "$2"
	done
	set_options 1.1.1.1
	for mtu in "${MTUS[@]}"; do
		[ "$1" = IPv4 ] || [ "$mtu" -ge 1280 ] || continue
		set_mtu "$mtu"
		"$3" "$1 mtu=$mtu" "$2"
	done
	set_mtu 1500
}

remember() { WANTED[$1]=$(negotiated "$2" 7000); }

# The largest of the MSS that a cookie can say, not above the client's.
mss_of_cookie() # FAMILY CLIENT_MSS
{
	local mss answer=0 classes=(536 1220 1360 1400 1440 1452 1460 8960)

	[ "$1" = IPv4 ] || classes=(1220 1280 1360 1400 1420 1432 1440 8940)
	for mss in "${classes[@]}"; do
		[ "$mss" -gt "$2" ] || answer=$mss
	done
	echo "$answer"
}

# What the server's socket has instead: "OPTIONS" in, "OPTIONS" out. Without timestamps and SACK only some of the
# client's window scales fit; with a strange MTU the MSS is rounded down.
cookie_rounds() # KEY OPTIONS
{
	local family=${1%% *} mtu header=40 options=$2

	[ "$family" = IPv4 ] || header=60
	case $1 in
	*=0.0.1.0) options=${options/wscale:10,/wscale:8,} ;;
	*=0.0.1.1) options=${options/wscale:10,/wscale:7,} ;;
	*mtu=*)
		mtu=${1##*=}
		# 12 bytes of every segment are timestamps.
		mtu=$(($(mss_of_cookie "$family" $((mtu - header))) - 12))
		options=$(sed -E "s/(^| )mss:[0-9]+/\1mss:$mtu/" <<<"$options")
		;;
	esac
	echo "$options"
}

compare() # KEY ADDRESS
{
	local wanted=${WANTED[$1]} url="http://$2/10M"

	[[ $2 != *:* ]] || url="http://[$2]/10M"
	wanted="$(cookie_rounds "$1" "${wanted% / *}") / ${wanted#* / }"
	is "$1" "$(negotiated "$2" 7000)" "$wanted"
	is "$1: 10 MB to the client" "$(in_client curl -sf --max-time 20 "$url" | sha256sum)" "$SUM"
	check "$1: 10 MB to the server" peer upload "$2" 7001 --count 10 --timeout 20
}

# The lesser MTU of the two ends counts; the server's leaves room for all.
ip -n "$SERVER_NS" link set "$SERVER_DEV" mtu 9000
head -c 10000000 "$LAB_DIR/www/100M" >"$LAB_DIR/www/10M"
SUM=$(sha256sum <"$LAB_DIR/www/10M")
serve "$SERVER_V4" 7000
serve "$SERVER_V6" 7000
serve "$SERVER_V4" 7002 --rcvbuf 4096
serve "$SERVER_V4" 7001 --do digest
serve "$SERVER_V6" 7001 --do digest

each IPv4 "$SERVER_V4" remember
each IPv6 "$SERVER_V6" remember
SMALL=$(negotiated "$SERVER_V4" 7002)
note "by the kernel, all options: ${WANTED[IPv4 timestamps.sack.wscale.ecn=1.1.1.1]}"
check "all four options can be seen" grep -qE 'ecn.* sack .*ts wscale:.* / .*ecn.* sack .*ts wscale:' \
	<<<"${WANTED[IPv4 timestamps.sack.wscale.ecn=1.1.1.1]}"
is "and their absence" "${WANTED[IPv4 timestamps.sack.wscale.ecn=0.0.0.0]}" "advmss:8960 mss:1460 / advmss:1460 mss:1460"

check "attach --cookies always" attach --cookies always
# What a service offers is learnt from its first SYN-ACK, so its first handshake is the kernel's.
for address in "$SERVER_V4" "$SERVER_V6"; do
	peer many "$address" 7000
	peer upload "$address" 7001
done
page "http://$SERVER_V4/" && page "http://[$SERVER_V6]/"
each IPv4 "$SERVER_V4" compare
each IPv6 "$SERVER_V6" compare
is "all of those were made from cookies, but for the six that taught levee" "$(counters flows_cookie flows_handshake)" "$((3 * ${#WANTED[@]})) 6"

# A listener with a small buffer offers a window scale of its own.
check "another listener offers another window scale" [ "$(grep -o "wscale.*" <<<"$SMALL")" != \
	"$(grep -o "wscale.*" <<<"${WANTED[IPv4 timestamps.sack.wscale.ecn=1.1.1.1]}")" ]
set_options 1.1.1.1
peer many "$SERVER_V4" 7002
is "and is answered for by its own" "$(negotiated "$SERVER_V4" 7002)" "$SMALL"
is "by a cookie" "$(counters flows_cookie flows_handshake)" "$((3 * ${#WANTED[@]} + 1)) 7"

check_detach
done_testing
