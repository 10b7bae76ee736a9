#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# why.sh - levee why says what levee would do with a packet and why: for every kind of state that the tables can be in,
# both families, both directions. And it leaves no trace in the tables, whatever is asked.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-why

SMALL=(--flows 1024 --half-open 64)
CLIENT=198.18.0.2:40000
WEB=$SERVER_V4:80

# Asks once; `said FILTER` then reads the answer as often as needed.
ask() { ANSWER=$(levee why "$@" --json); }
said() { jq -r "$1" <<<"$ANSWER"; }
decided() # DESCRIPTION VERDICT REASON
{
	is "$1" "$(said '"\(.verdict) \(.reason)"')" "$2 $3"
}
mentions() { said '.because + .changes | join("\n")' | grep -qF -- "$1"; }

# Exit code and first words of a refusal.
refusal() # ARGUMENT...
{
	local answer

	answer=$(levee why "$@" --json)
	echo "$? $(jq -r .error <<<"$answer" | head -c "${WIDTH:-40}")"
}

# --- not attached, and what is no question

is "not attached" "$(WIDTH=38 refusal "$CLIENT" "$WEB")" "3 levee is attached to no interface"
is "not attached there" "$(refusal "$SERVER_DEV" "$CLIENT" "$WEB")" "3 $SERVER_DEV: levee is not attached"
is "no such interface" "$(WIDTH=30 refusal nothing0 "$CLIENT" "$WEB")" "3 nothing0: levee is not attache"
check "attach" attach "${SMALL[@]}"
is "one end" "$(refusal "$CLIENT")" "2 which packet?"
is "an end without a port" "$(WIDTH=30 refusal 198.18.0.2 "$WEB")" '2 SRC: "198.18.0.2" is no addres'
is "a port of a service by name" "$(WIDTH=30 refusal "$CLIENT" "$SERVER_V4:http")" '2 DST: "198.18.0.1:http" is no a'
is "both families" "$(WIDTH=99 refusal "$CLIENT" "[$SERVER_V6]:80" | grep -o 'the other IPv6')" "the other IPv6"
is "letters that are no flags" "$(WIDTH=34 refusal "$CLIENT" "$WEB" --flags SX)" '2 --flags: "SX" has other letters th'
is "options that are none" "$(WIDTH=36 refusal "$CLIENT" "$WEB" --options mss)" '2 --options: "mss" is not such a list,'
is "too much data" "$(WIDTH=28 refusal "$CLIENT" "$WEB" --data 9000)" "2 --data: 9000 is not between "

# --- calm

ask "$CLIENT" "$WEB"
decided "a SYN to nginx, calm" pass syn
is "the interface is found" "$(said .interface)" "$SERVER_DEV"
is "the programs are of this build" "$(said .program.same_build)" true
is "its service and queue are told" "$(said '"\(.state.service.endpoint) \(.state.service.queue) \(.state.service.mode)"')" \
	"$WEB 0.0.0.0:80 calm"
is "the kernel's listener is told" "$(said '"\(.state.socket.state) \(.state.socket.local) \(.state.socket.backlog)"')" \
	"LISTEN 0.0.0.0:80 511"
is "what would change" "$(said '.changes[]')" "a half-open entry would be made: LISTEN here, SYN_SENT there"
is "what would be counted" "$(said '.counters | keys | join(" ")')" "half_open_new syns"
ask "[fd00::2]:40000" "[$SERVER_V6]:80"
decided "the same, IPv6" pass syn
ask "$CLIENT" "$SERVER_V4:81"
decided "a SYN to a closed port" pass syn_no_service
is "no service and no socket there" "$(said '"\(.state.service) \(.state.socket)"')" "null null"
ask "$CLIENT" "$WEB" --flags SF
decided "SYN and FIN" drop syn_fin
ask "$CLIENT" "$WEB" --flags A
decided "an ACK of nobody, calm" pass no_flow
ask "$CLIENT" 198.18.0.77:80
check "an address that is not this host's is named as such" mentions "neither address is this host's"

# --- a connection

hold one "$SERVER_V4" 80
ONE=$(in_client ss -Htn state established dst "$SERVER_V4" | awk '{ print $3 }')
ask "$ONE" "$WEB" --flags PA --data 100
decided "data on a connection, its numbers by default" pass flow
is "which are those that it expects" "$(said .numbers)" expected
is "both ends' states are told, and the socket's" \
	"$(said '"\(.state.flow.state_local) \(.state.flow.state_remote) \(.state.flow.began) \(.state.socket.state)"')" \
	"ESTABLISHED ESTABLISHED handshake ESTABLISHED"
ask "$ONE" "$WEB" --flags A --seq 5 --ack 5
decided "numbers of nowhere" pass out_of_window
is "which were given" "$(said .numbers)" given
ask "$ONE" "$WEB" --flags R
is "an exact RST would end it" "$(said '.changes[]')" \
	"the flow would move from ESTABLISHED here, ESTABLISHED there to CLOSED here, CLOSED there"
ask "$WEB" "$ONE" --flags FA
is "a FIN of this host leaves" "$(said '"\(.direction) \(.verdict) \(.reason)"')" "out pass null"
is "and would move its end" "$(said '.changes[]')" \
	"the flow would move from ESTABLISHED here, ESTABLISHED there to FIN_WAIT_1 here, ESTABLISHED there"
levee flows delete "$SERVER_DEV" --all >/dev/null
ask "$ONE" "$WEB" --flags A
decided "an ACK of a connection that only the kernel knows" pass adopted
ask "$WEB" "$ONE" --flags A
is "as this host's own segments would tell" "$(said '.changes[]')" \
	"the connection would be adopted, as this host's socket has it"
released one
ask "$SERVER_V4:50000" "198.18.0.9:7000"
is "a SYN of this host would begin a flow" "$(said '"\(.direction) \(.changes[])"')" \
	"out a flow would be entered: SYN_SENT here, CLOSED there, began by outgoing"

# --- half-open

flood --dst "$SERVER_V4" --packets 3 >/dev/null
half_open() { levee flows "$SERVER_DEV" --state SYN_RECEIVED/SYN_SENT --json | jq -r '.flows[0].remote // empty'; }
check "somebody is half-open" wait_for '[ -n "$(half_open)" ]' 5
HALF=$(half_open)
ask "$HALF" "$WEB" --flags A
decided "the third ACK, its numbers by default" pass handshake
is "would make it a flow" "$(said '.changes | join("; ")')" \
	"the half-open entry would be taken out; a flow would be entered: ESTABLISHED here, ESTABLISHED there, began by handshake"
ask "$HALF" "$WEB" --flags A --ack 1
decided "a third ACK that is not" pass half_open
ask "$HALF" "$WEB"
decided "its SYN again" pass syn_repeated
is "the entry is told" "$(said '"\(.state.half_open_entry.state_local) \(.state.half_open_entry.state_remote)"')" \
	"SYN_RECEIVED SYN_SENT"

# --- cookies

check "detach" detach
check "attach --cookies always" attach "${SMALL[@]}" --cookies always
# Not over IPv4, where the kernel still repeats its SYN-ACKs to those of the flood.
ask "[fd00::2]:40000" "[$SERVER_V6]:80"
decided "a service that has not answered a SYN yet gets its first" pass syn
check "which is said" mentions "it has not answered a SYN since attach"
page && page
ask "$CLIENT" "$WEB" --seq 1000
decided "then a cookie" answer cookie_sent
is "the answer is told" "$(said '.reply | "\(.source) \(.destination) \(.flags) \(.ack)"')" "$WEB $CLIENT SYN,ACK 1001"
check "with the options that it offers" grep -qE '^mss=1460,sack,ts=[0-9]+:1,wscale=[0-9]+$' <<<"$(said .reply.options)"
ISN=$(said .reply.seq)
TSVAL=$(said '.reply.options | capture("ts=(?<v>[0-9]+)").v')
ask "$CLIENT" "$WEB" --flags A --seq 1001 --ack $(((ISN + 1) % 4294967296)) --options "ts=2:$TSVAL"
decided "and if it comes back" pass cookie
check "the listener would be given a socket" mentions "at TC ingress the listener would be given a socket"
ask "$CLIENT" "$WEB" --flags A --seq 1001 --ack $(((ISN + 2) % 4294967296)) --options "ts=2:$TSVAL"
decided "another number is none" drop bad_cookie

# --- no trace

# Every map but those that go on by themselves, twice a second or with the clock.
snapshot()
{
	local map

	find "$LEVEE_BPFFS" -type f ! -name 'prog_*' ! -name 'link_*' ! -name runtime ! -name housekeeping ! -name events \
		! -name history ! -name '*.debug' | sort | while read -r map; do
		echo "$map"
		bpftool -j map dump pinned "$map" || echo "cannot be read: $RANDOM"
	done >"$LAB_DIR/snapshot"
	sha256sum <"$LAB_DIR/snapshot"
}
ask_everything()
{
	levee why "$CLIENT" "$WEB" && levee why "$CLIENT" "$WEB" --flags A && levee why "$WEB" "$CLIENT" --flags SA &&
		levee why "$CLIENT" "$SERVER_V4:81"
}
# The tables age by themselves: a change that a question makes, it makes every time.
no_trace()
{
	local before i

	[ "$(status .tables.flows.used)" -ge 1 ] || { echo "the tables are empty"; return 1; }
	for ((i = 0; i < 5; i++)); do
		before=$(snapshot)
		ask_everything >/dev/null || return
		[ "$before" != "$(snapshot)" ] || return 0
	done
	return 1
}
check "after four questions all maps are as they were, byte for byte" no_trace
check "among them the tables of connections" grep -q half_open_filters "$LAB_DIR/snapshot"
BEFORE=$(snapshot)
page
check "which a page changes" [ "$BEFORE" != "$(snapshot)" ]

# --- text

TEXT=$(levee why "$CLIENT" "$WEB")
check "the text names verdict, reason and answer" eval \
	'grep -q "verdict  *is answered from the driver" <<<"$TEXT" && grep -q "reason  *cookie_sent:" <<<"$TEXT" && grep -q "answer  *SYN,ACK: seq" <<<"$TEXT"'
is "no line is wider than a terminal" "$(awk 'length > 80' <<<"$TEXT")" ""

check_detach
done_testing
