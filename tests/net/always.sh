#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# always.sh - with a cookie for every SYN nothing else may suffer: ports reused in TIME_WAIT, outgoing connections,
# closed ports, listeners that come and go, MPTCP, and everything that is not TCP.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-always

serve "$SERVER_V4" 7001 --do bye
BYE=$PEER_PID
check "the server holds TIME_WAIT of a connection older than levee" peer reuse "$SERVER_V4" 7001 --source-port 40001
check "attach --cookies always" attach --cookies always

# --- cookies work at all

# What a service offers is learnt from its first SYN-ACK, so its first handshake is the kernel's.
is "the first page of each service: a handshake" \
	"$(counted "half_open_done answer.cookie_sent" eval 'page; page "http://[$SERVER_V6]/"')" "2 0"

is "10 pages, IPv4: 10 cookies, 10 sockets, no half-open entry" \
	"$(counted "answer.cookie_sent cookies_valid cookies_socket flows_cookie half_open_new" pages 10 "http://$SERVER_V4/")" \
	"10 10 10 10 0"
is "10 pages, IPv6: the same" \
	"$(counted "answer.cookie_sent cookies_valid cookies_socket flows_cookie half_open_new" pages 10 "http://[$SERVER_V6]/")" \
	"10 10 10 10 0"
is "100 MB arrive intact, IPv4" "$(sum_fetched "http://$SERVER_V4")" "$(sum_served)"
is "100 MB arrive intact, IPv6" "$(sum_fetched "http://[$SERVER_V6]")" "$(sum_served)"
serve "$SERVER_V4" 7002 --do digest
check "100 MB arrive intact the other way" peer upload "$SERVER_V4" 7002 --count 100 --timeout 30

# --- an ACK and its data in one batch of the driver: TC sees the data before the stack has seen the ACK

serve "$SERVER_V4" 7007
serve "$SERVER_V6" 7007
raw_neighbours
raw burst 7007 >"$LAB_DIR/burst"
while read -r name result; do
	is "$name: nothing is lost" "$result" 20-echoes-of-20
done <"$LAB_DIR/burst"
is "bursts of IPv4 and IPv6, with and without timestamps" "$(wc -l <"$LAB_DIR/burst")" 4

# --- TIME_WAIT at the server

time_wait() { in_server ss -Htn state time-wait "sport = :7001" | grep -q ":$1\b"; }

check "TIME_WAIT older than levee is there" time_wait 40001
check "its client connects from the same port without stalling" peer reuse "$SERVER_V4" 7001 --source-port 40001
check "TIME_WAIT of a cookie's connection: 20 times from the same port without stalling" \
	peer reuse "$SERVER_V4" 7001 --source-port 40002 --count 20
check "that was TIME_WAIT at the server" time_wait 40002
is "those SYNs went to the stack" \
	"$(counted "pass.flow_syn answer.cookie_sent" peer reuse "$SERVER_V4" 7001 --source-port 40002 --count 5)" "5 0"
in_client sysctl -qw net.ipv4.tcp_timestamps=0
check "the same without timestamps" peer reuse "$SERVER_V4" 7001 --source-port 40003 --count 5
in_client sysctl -qw net.ipv4.tcp_timestamps=1
serve_stop "$BYE"

# --- outgoing connections of the server

SIDE=client serve 198.18.0.2 7003
SIDE=client serve fd00::2 7003
out() { in_server "$PYTHON" "$PEER" "$@"; }
check "an outgoing connection" out many 198.18.0.2 7003
is "100 outgoing connections at once are outgoing flows, without a cookie" \
	"$(counted "flows_outgoing answer.cookie_sent" out many 198.18.0.2 7003 --count 100)" "100 0"
check "100 outgoing connections at once" out many 198.18.0.2 7003 --count 100
check "20 outgoing connections at once, IPv6" out many fd00::2 7003 --count 20
serve "$SERVER_V4" 7006 --reuseport
page "http://$SERVER_V4:7006/" # learnt: its SYNs are answered by cookies
check "an outgoing connection from a port that is a service's too" \
	out many 198.18.0.2 7003 --bind "$SERVER_V4" --source-port 7006 --reuseport
check "an outgoing connection to a closed port is refused at once" \
	timeout 2 ip netns exec "$SERVER_NS" bash -c '! (exec 3<>/dev/tcp/198.18.0.2/7999) 2>/dev/null'

# --- closed ports, and listeners that come and go

check "a closed port answers by RST" refused "$SERVER_V4" 7777
check "a closed port answers by RST, IPv6" refused "$SERVER_V6" 7777
serve "$SERVER_V4" 7004
COMING=$PEER_PID
check "a new listener: its first connection" peer many "$SERVER_V4" 7004
is "a new listener: cookies from the second on" "$(counted answer.cookie_sent peer many "$SERVER_V4" 7004)" 1
serve_stop "$COMING"
refused "$SERVER_V4" 7004 >/dev/null # this one may have been answered by a cookie, and reset then
check "a listener that stopped: RST, at the latest on the second try" refused "$SERVER_V4" 7004
is "a listener that stopped: the SYN goes to the stack" \
	"$(counted "pass.syn_no_service answer.cookie_sent" refused "$SERVER_V4" 7004)" "1 0"
serve "$SERVER_V4" 7004
check "a listener that came back: its first connection" peer many "$SERVER_V4" 7004
is "a listener that came back: cookies again" \
	"$(counted "answer.cookie_sent cookies_socket" peer many "$SERVER_V4" 7004)" "1 1"

# --- MPTCP

serve "$SERVER_V4" 7005 --mptcp
check "an MPTCP listener takes TCP clients" peer many "$SERVER_V4" 7005 --count 5
check "an MPTCP listener takes MPTCP clients" peer many "$SERVER_V4" 7005 --count 5 --mptcp
is "levee sends no cookies for it" "$(service "$SERVER_V4:7005" refused)" true
check "a TCP listener takes MPTCP clients" peer many "$SERVER_V4" 7004 --count 5 --mptcp

# --- what is not TCP

check "ping" peer ping "$SERVER_V4" --count 3
check "ping, IPv6" peer ping "$SERVER_V6" --count 3
check "ping in fragments" peer ping "$SERVER_V4" --size 4000
is "ping in fragments, IPv6: they passed as such" "$(counted "pass.fragment" peer ping "$SERVER_V6" --size 4000)" 3
in_client ip neighbour del "$SERVER_V4" dev "$CLIENT_DEV"
check "ARP" peer ping "$SERVER_V4"
in_client ip neighbour del "$SERVER_V6" dev "$CLIENT_DEV"
check "neighbour discovery" peer ping "$SERVER_V6"
in_server socat -T 5 UDP4-LISTEN:7006,fork,reuseaddr PIPE &
wait_for 'in_server ss -Hunl sport = :7006 | grep -q .' 5
udp() { [ "$(echo datagram | in_client socat -t 1 - "UDP4:$SERVER_V4:7006")" = datagram ]; }
check "UDP" udp

# --- jumbo frames

check "the interface takes an MTU of 9000 under levee" ip -n "$CLIENT_NS" link set "$CLIENT_DEV" mtu 9000
ip -n "$SERVER_NS" link set "$SERVER_DEV" mtu 9000
check "MTU 9000: ping with frames that size" peer ping "$SERVER_V4" --count 3 --size 8972 --dont-fragment
is "MTU 9000: SYNs are answered by cookies" "$(counted "answer.cookie_sent cookies_socket" pages 5 "http://$SERVER_V4/")" "5 5"
is "MTU 9000: 100 MB arrive intact" "$(sum_fetched "http://$SERVER_V4")" "$(sum_served)"
check "MTU 9000: 100 MB the other way" peer upload "$SERVER_V4" 7002 --count 100 --timeout 30

check_detach
done_testing
