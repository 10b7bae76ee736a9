#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# older.sh - connections that are older than levee, in every state that a socket can be in, are adopted at attach as the
# kernel has them: the same list as `ss` prints, and each goes on from there. And super-packets, which TC sees whole.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-older

V4=$SERVER_V4 V6=$SERVER_V6

# --- states

nft_client() { in_client nft "$@"; }
drop_at_client() # NAME EXPRESSION...: what arrives there
{
	local name=$1

	shift
	nft_client add rule inet lab input "$@" counter drop comment "\"$name\""
}

# Both hosts' sockets with the server's address, as "LOCAL REMOTE STATE" in levee's words.
words_of_ss='s/ESTAB/ESTABLISHED/; s/SYN-RECV/SYN_RECEIVED/; s/-/_/g'
server_sockets() { in_server ss -Htan | awk '$1 != "LISTEN" { print $4, $5, $1 }' | sed "$words_of_ss" | sort; }
server_flows() { levee flows "$SERVER_DEV" --json | jq -r '.flows[] | "\(.local) \(.remote) \(.state_local)"' | sort; }
flow_of() # REMOTE_PORT FIELD...: of the server's connection to it, fields in one line
{
	local port=$1 filter

	shift
	filter=$(printf ', .%s' "$@")
	levee flows "$SERVER_DEV" --json | jq -r ".flows[] | select(.remote_port == $port) | [${filter#, }] | join(\" \")"
}
server_state() { in_server ss -Htan "( dport = :$1 )" | awk '{ print $1 }'; } # REMOTE_PORT

# From a port of its own, so that it can be told from the others.
open_from() { hold "$1" "$3" "$4" --source-port "$2"; } # NAME PORT ADDRESS PORT

nft_client add table inet lab
nft_client add chain inet lab input '{ type filter hook input priority 0; }'
serve "$V4" 7000 --do keep && KEEP=$PEER_PID
serve "$V4" 7001 --do close && CLOSES=$PEER_PID
serve "$V6" 7000 --do keep && KEEP6=$PEER_PID
SIDE=client serve 198.18.0.2 9000 --do keep

drop_at_client syn-recv tcp dport 41001 tcp flags '&' '(syn|ack)' == 'syn|ack'
drop_at_client fin-wait-1 tcp dport 41002 tcp flags '&' fin == fin
drop_at_client syn-sent tcp sport 41009 tcp flags '&' '(syn|ack)' == syn

check "a connection stays open" open_from established 41000 "$V4" 7000
check "another, IPv6" open_from established6 41010 "$V6" 7000
in_client nc -w 20 -p 41001 "$V4" 7000 </dev/null >/dev/null 2>&1 &
check "a client closes, and the server does not" open_from close-wait 41003 "$V4" 7000
released close-wait
check "the server closes, and its FIN is lost" open_from fin-wait-1 41002 "$V4" 7001
check "the server closes, and the client does not" open_from fin-wait-2 41004 "$V4" 7001
check "the server closes, and the client then" open_from time-wait 41005 "$V4" 7001
wait_for '[ "$(server_state 41005)" = FIN-WAIT-2 ]'
released time-wait
SIDE=server open_from outgoing 41008 198.18.0.2 9000 >/dev/null
in_server nc -w 20 -p 41009 198.18.0.2 9001 </dev/null >/dev/null 2>&1 &

for expected in "41000 ESTAB" "41001 SYN-RECV" "41002 FIN-WAIT-1" "41003 CLOSE-WAIT" "41004 FIN-WAIT-2" "41005 TIME-WAIT"; do
	read -r port state <<<"$expected"
	check "the server's socket is in $state" wait_for "server_state $port | grep -q $state"
done
check "one that connects is in SYN-SENT" wait_for '[ "$(in_server ss -Htan state syn-sent | wc -l)" = 1 ]'

check "attach" attach
is "levee has the sockets that the kernel has, each in its state" "$(server_flows)" "$(server_sockets)"
is "of an open connection both ends" "$(flow_of 41000 state_local state_remote began)" "ESTABLISHED ESTABLISHED adopted"
is "of another, IPv6" "$(flow_of 41010 state_local state_remote began)" "ESTABLISHED ESTABLISHED adopted"
is "where the client has closed, it is in FIN_WAIT_2" "$(flow_of 41003 state_local state_remote)" "CLOSE_WAIT FIN_WAIT_2"
is "where the server has closed, the client is in CLOSE_WAIT" "$(flow_of 41004 state_local state_remote)" "FIN_WAIT_2 CLOSE_WAIT"
is "who waits in TIME_WAIT" "$(flow_of 41005 state_local state_remote ended)" "TIME_WAIT CLOSED fin_local"

# --- and they go on

is "nothing of what they send is outside its window" "$(counted "pass.out_of_window out_of_window_sent pass.paws" \
	eval 'echo 1>"$LAB_DIR/established.in" word; wait_for "in_server ss -Htan \"( dport = :41000 )\" | grep -qE \"ESTAB +[1-9]\""')" "0 0 0"
nft_client flush chain inet lab input
check "the FIN that was lost comes again and is acknowledged" wait_for '[ "$(flow_of 41002 state_local state_remote)" = "FIN_WAIT_2 CLOSE_WAIT" ]' 20
check "the SYN-ACK that was lost comes again, and the connection is there" \
	wait_for '[[ "$(flow_of 41001 state_local began)" == "CLOSE_WAIT handshake" || "$(flow_of 41001 state_local began)" == "ESTABLISHED handshake" ]]' 20
released fin-wait-2
check "the client closes too: the server waits in TIME_WAIT" \
	wait_for '[ "$(flow_of 41004 state_local state_remote)" = "TIME_WAIT CLOSED" ]'
kill "$KEEP" "$KEEP6" "$CLOSES"
check "the server dies: data that it has not read is answered by RST" wait_for '[ "$(flow_of 41000 ended)" = reset_local ]'
check "what it kept half-closed is closed" wait_for '[ "$(flow_of 41003 state_local ended)" = "CLOSED fin_remote" ]'
check "what it kept open is closed by FIN" wait_for '[ "$(flow_of 41010 state_local)" = FIN_WAIT_2 ]'
check "the kernel's list and levee's are one to the end" wait_for '[ "$(server_flows | grep -v CLOSED)" = "$(server_sockets)" ]'
check_detach

# --- super-packets

# The server's stack may leave segmentation to the device: then TC egress sees packets of up to 64 KiB.
check "segmentation is left to the device" in_server ethtool -K "$SERVER_DEV" tx on sg on tso on gso on
check "attach" attach
is "100 MB arrive intact" "$(sum_fetched "http://$V4")" "$(sum_served)"
read -r PACKETS BYTES OUTSIDE < <(levee flows "$SERVER_DEV" --json |
	jq -r '.flows | max_by(.bytes_out) | "\(.packets_out) \(.bytes_out)"' | tr '\n' ' '; counters out_of_window_sent)
note "$PACKETS packets, $BYTES bytes"
check "in packets that are larger than any on the wire" [ $((BYTES / PACKETS)) -gt 3000 ]
check "all of it is counted" [ "$BYTES" -gt 104857600 ]
is "none of them is outside its window" "$OUTSIDE" 0
check_detach
done_testing
