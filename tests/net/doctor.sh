#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for takes its condition unexpanded
#
# doctor.sh - levee doctor names what is wrong, and what to do: one thing after the other is put wrong in a lab that was
# healthy before, each is found by the check that is meant to, and is found no more when it is mended.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-doctor

SMALL=(--flows 1024 --half-open 1024)

# Examines once; `found CHECK LEVEL WORDS` reads the answer as often as needed.
examine() { REPORT=$(levee doctor "$@" --json); DOCTOR_EXIT=$?; }
finding() { jq -r ".findings[] | select(.id == \"$1\") | \"\(.level) \(.text) -> \(.next // \"\")\"" <<<"$REPORT"; } # CHECK
found() # DESCRIPTION CHECK LEVEL WORDS...
{
	local lines word

	lines=$(finding "$2" | grep "^$3 ")
	for word in "${@:4}"; do
		grep -qF -- "$word" <<<"$lines" || { not_ok "$1" "wanted: $3 ... $word" "$(finding "$2")"; return; }
	done
	ok "$1"
}
wrong() { jq -r '[.findings[] | select(.level == "warn" or .level == "fail") | .id] | join(" ")' <<<"$REPORT"; }
sysctl_set() { in_server sysctl -qw "$1"; }
link_server() { ip -n "$SERVER_NS" link "$@"; }

# --- healthy

examine "$SERVER_DEV" "${SMALL[@]}"
is "nothing is wrong in the lab" "$(wrong)" ""
is "exit code" "$DOCTOR_EXIT" 0
is "every finding says why it matters" "$(jq '[.findings[] | select(.why == null or .why == "")] | length' <<<"$REPORT")" 0
check "attach" attach "${SMALL[@]}"
page
examine "$SERVER_DEV"
is "nor when levee is attached" "$(wrong)" ""
found "levee is on its hook" hook ok "levee is attached (native)"
found "all is in its place" attached ok "in their places"
found "services are counted" services ok "2 known, 1 of them have answered"

# --- sysctls and listeners, all at once

sysctl_set net.ipv4.tcp_syncookies=0
sysctl_set net.ipv4.tcp_timestamps=0
sysctl_set net.ipv4.tcp_synack_retries=7
serve "$SERVER_V4" 7000 --backlog 5
SLOW=$PEER_PID
serve "$SERVER_V4" 7001 --mptcp
GO=$PEER_PID
examine "$SERVER_DEV"
found "tcp_syncookies 0" syncookies warn "refuses to make connections" "sysctl net.ipv4.tcp_syncookies=1"
found "tcp_timestamps 0" timestamps note "sysctl net.ipv4.tcp_timestamps=1"
found "tcp_synack_retries 7" retries note "for 255 s, levee counts them for 64 s"
found "a small backlog" backlogs note "$SERVER_V4:7000 has 5"
found "a listener with MPTCP" listeners warn "1 of 4 listen with MPTCP ($SERVER_V4:7001)" "GODEBUG=multipathtcp=0"
sysctl_set net.ipv4.tcp_syncookies=1
sysctl_set net.ipv4.tcp_timestamps=1
sysctl_set net.ipv4.tcp_synack_retries=5
peer many "$SERVER_V4" 7001 >/dev/null
examine "$SERVER_DEV"
found "its service gets no cookies" services warn "$SERVER_V4:7001 gets no cookies" "turn MPTCP off"
found "mended" syncookies ok "is 1"
serve_stop "$SLOW"
serve_stop "$GO"

# --- its program is taken away, and packets go on

flood_start --dst "$SERVER_V4" --rate 4000 --seconds 30 --kind rst >/dev/null
wait_for '[ "$(counters pass.no_flow)" -gt 1000 ]' 10
examine "$SERVER_DEV"
check "packets are counted on both sides" grep -qE '^ok [1-9][0-9]* packets in [0-9]+ ms by the interface.s count, [1-9]' \
	<<<"$(finding traffic)"
in_server "$FLOOD" --no-xdp "$SERVER_DEV"
examine "$SERVER_DEV"
found "the XDP program is gone" attached fail "somebody removed it" "levee detach $SERVER_DEV"
found "and packets pass unseen" traffic fail "levee saw none of them"
is "exit code of a problem" "$DOCTOR_EXIT" 1
flood_stop >/dev/null 2>&1
check "detach" detach

# --- others on the hooks, and SYNs that levee cannot answer

in_server "$FLOOD" --stub "$SERVER_DEV"
in_server tc qdisc add dev "$SERVER_DEV" ingress
examine "$SERVER_DEV"
found "another's XDP program" hook fail "nothing can run beside it" "ip link set dev $SERVER_DEV xdp off"
found "the old ingress qdisc" tc fail 'levee needs "clsact"' "tc qdisc add dev $SERVER_DEV clsact"
in_server "$FLOOD" --no-xdp "$SERVER_DEV"
in_server tc qdisc del dev "$SERVER_DEV" ingress

in_server tc qdisc add dev "$SERVER_DEV" clsact
in_server tc filter add dev "$SERVER_DEV" ingress prio 1 handle 1 protocol ip bpf bytecode '1,6 0 0 0' flowid 1:1
check "attach behind another's filter, only to watch" attach "${SMALL[@]}" --cookies never --mode generic
flood --dst "$SERVER_V4" --port 9 --packets 40 --rate 4000 >/dev/null
examine "$SERVER_DEV"
found "a filter before levee's" tc warn "comes before levee's" "tc filter show dev $SERVER_DEV ingress"
found "cookies never" cookies warn "levee only watches" "--cookies adaptive"
found "generic though the driver has native XDP" mode warn "levee attach $SERVER_DEV --mode native"
found "SYNs to nothing but closed ports" handshakes warn "all 40 SYNs" "levee why"
check "detach" detach
in_server tc qdisc del dev "$SERVER_DEV" clsact

# --- other interfaces

link_server add dv0 type veth peer name dv1
link_server add br0 type bridge
link_server set dv1 master br0
link_server set br0 mtu 1500
examine dv0
found "an interface that is down" link fail "dv0 is down" "ip link set dev dv0 up"
found "and has no address" addresses warn "dv0 has no address"
found "a veth" place note "its peer runs an XDP program" "--mode generic"
found "checksums that its peer leaves" checksum note "the peer dv1 leaves checksums" "ethtool -K dv1 tx off"
is "exit code" "$DOCTOR_EXIT" 1
examine dv1
found "the port of a bridge" place warn "port of the bridge br0" "attach to br0"
link_server set dv0 mtu 9000
link_server set dv1 mtu 9000
link_server set br0 mtu 9000
examine br0
found "a bridge" place note "generic XDP only"
found "jumbo frames without multi-buffer XDP" mtu warn "MTU 9000" "an MTU of 3498 at most"
if link_server add link dv0 name dv0.10 type vlan id 10 2>"$LAB_DIR/vlan"; then
	in_server ethtool -K dv0 rxvlan on >/dev/null
	examine dv0
	found "VLAN tags that the hardware takes off" vlan warn "dv0.10 stands on this interface" "rxvlan off"
	in_server ethtool -K dv0 rxvlan off >/dev/null
	examine dv0
	found "mended" vlan ok "as needed for dv0.10"
else
	skip "VLAN tags that the hardware takes off" "$(head -n 1 "$LAB_DIR/vlan")"
fi
if link_server add sit9 type sit remote 198.18.0.2 local "$SERVER_V4" 2>"$LAB_DIR/tunnel"; then
	examine sit9
	found "a tunnel" place fail "no Ethernet header (a tunnel: sit)"
else
	skip "a tunnel" "$(head -n 1 "$LAB_DIR/tunnel")"
fi
REPORT=$(in_client "$LEVEE" doctor "$CLIENT_DEV" --json)
found "nothing listens" listeners note "nothing in this network namespace listens"
examine --flows 1024
is "without an interface: every one in a line" \
	"$(jq -r '.interfaces[] | select(.interface == "dv1") | "\(.driver) \(.native) \(.state)"' <<<"$REPORT")" "veth yes down"
check "as text too" grep -qE '^dv1 +veth +yes +down$' <<<"$(levee doctor)"
link_server del dv0
link_server del br0

# --- nf_conntrack, which never sees the SYN of a handshake by cookie

dropped() # Did the rule just drop a connection that the client thinks is there?
{
	in_client curl -sf -o /dev/null --max-time 0.4 "http://$SERVER_V4/" && { echo "a page came"; return 1; }
	in_server nft list ruleset | grep -E 'counter packets [1-9]'
}
rule() # RULE
{
	in_server nft -f - <<-END
		flush ruleset
		table inet guard {
			chain input {
				type filter hook input priority 0
				$1
			}
		}
	END
}
if rule "ct state invalid counter drop" 2>"$LAB_DIR/nft"; then
	check "attach --cookies always" attach "${SMALL[@]}" --cookies always
	page && page
	sysctl_set net.netfilter.nf_conntrack_tcp_loose=1
	check "by default a rule that drops invalid packets is no harm" page
	sysctl_set net.netfilter.nf_conntrack_tcp_loose=0
	check "with tcp_loose 0 it drops connections by cookie" dropped
	examine "$SERVER_DEV"
	found "which is found" conntrack warn '"invalid" to nf_conntrack' "nf_conntrack_tcp_loose=1"
	sysctl_set net.netfilter.nf_conntrack_tcp_loose=1
	rule "ct state new tcp flags & (fin|syn|rst|ack) != syn counter drop"
	check "so does a rule that wants new connections to begin by SYN" dropped
	in_server nft flush ruleset
	check "without it they work again" page
	check "detach" detach
else
	skip "nf_conntrack" "$(head -n 1 "$LAB_DIR/nft")"
fi
check "nothing is left" nothing_left
done_testing
