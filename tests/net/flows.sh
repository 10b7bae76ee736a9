#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2034 # wait_for and jq take their words unexpanded
#
# flows.sh - levee flows, flows delete and config on real connections: every kind of row, every filter beside what jq
# picks from the whole list, the forms of output beside each other, and what is refused.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-flows

rows() { levee flows "$SERVER_DEV" --jsonl "$@" 2>/dev/null; }

# One line per connection, in an order of their own.
keys() { jq -r '"\(.local) \(.remote)"' | sort; }

# "LOCAL_STATE/REMOTE_STATE began ended" of the connections that FILTERS let through.
states() { rows "$@" | jq -r '"\(.state_local)/\(.state_remote) \(.began) \(.ended)"' | sort | uniq -c | sed 's/^ *//'; }

becomes() # DESCRIPTION WANTED FILTER...: the states, soon
{
	local description=$1 wanted=$2

	shift 2
	FILTERS=("$@")
	wait_for '[ "$(states "${FILTERS[@]}")" = "$wanted" ]' 5 || true
	is "$description" "$(states "$@")" "$wanted"
}

# A filter lets through what this condition picks from all rows, and that is something, but not all.
filters() # JQ_CONDITION FILTER...
{
	local wanted got all condition=$1

	shift
	wanted=$(rows | jq -c "select($condition)" | keys)
	got=$(rows "$@" | keys)
	all=$(rows | keys)
	is "filter $*" "$got" "$wanted"
	[ -n "$got" ] && [ "$got" != "$all" ] || not_ok "filter $*: some but not all" "$got"
}

refuses() # DESCRIPTION EXIT_CODE TEXT COMMAND...
{
	local description=$1 wanted=$2 text=$3 output code

	shift 3
	output=$("$@" 2>&1)
	code=$?
	output=$(xargs -d '\n' <<<"$output" | tr -s ' ') # lines are broken anywhere
	if [ "$code" = "$wanted" ] && grep -qE "$text" <<<"$output"; then
		ok "$description: exit code $wanted and a text"
	else
		not_ok "$description: exit code $wanted and a text" "got $code: $output" "wanted: $text"
	fi
}

unprivileged() { in_server setpriv --reuid=65534 --regid=65534 --clear-groups "$LEVEE" "$@"; }

# --- connections of every kind

serve "$SERVER_V4" 7001
serve "$SERVER_V6" 7001
serve "$SERVER_V4" 7002 --do bye
SIDE=client serve 198.18.0.2 7003
# Takes a connection and what comes, and never closes.
in_server socat -t 600 TCP4-LISTEN:7004,bind="$SERVER_V4",fork,reuseaddr EXEC:'sleep 600' 2>/dev/null &
wait_for '[ -n "$(in_server ss -Htnl sport = :7004)" ]' 5
hold old "$SERVER_V4" 7001
check "attach" attach --flows 4096

hold four "$SERVER_V4" 7001 && echoed four
hold six "$SERVER_V6" 7001 && echoed six
page
peer reuse "$SERVER_V4" 7002 # the server closes first
SIDE=server hold out 198.18.0.2 7003 && echoed out
in_client socat -t 600 - TCP4:"$SERVER_V4":7004 </dev/null 2>/dev/null & # sends its FIN and waits
in_client "$PYTHON" - <<-END # closes by RST
	import socket, struct
	s = socket.create_connection(("$SERVER_V4", 7001))
	s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
	s.close()
END
raw_neighbours
in_client "$PYTHON" - <<-END # a SYN whose SYN-ACK nobody answers
	import sys
	sys.path.insert(0, "$LAB_ROOT/tests/net")
	import raw
	raw.Client(raw.Wire(), 4, 7001, True).syn()
END

becomes "an established connection that is older than levee" "1 ESTABLISHED/ESTABLISHED adopted " --began adopted
becomes "established, IPv4 and IPv6" "2 ESTABLISHED/ESTABLISHED handshake " --service :7001 --began handshake --state ESTABLISHED/ESTABLISHED
becomes "closed by the client first" "1 CLOSED/TIME_WAIT handshake fin_remote" --service :80
becomes "closed by the server first" "1 TIME_WAIT/CLOSED handshake fin_local" --service :7002
becomes "half-closed by the client" "1 CLOSE_WAIT/FIN_WAIT_2 handshake " --service :7004
becomes "reset by the client" "1 CLOSED/CLOSED handshake reset_remote" --service :7001 --state closed
becomes "opened by this host" "1 ESTABLISHED/ESTABLISHED outgoing " --began outgoing
becomes "half-open" "1 SYN_RECEIVED/SYN_SENT handshake " --src 198.18.0.100

is "data both ways are counted: a word and its echo, and the headers" \
	"$(rows --service :7001 --src 198.18.0.0/17 --state estab --began handshake | jq -r '"\(.packets_in) \(.packets_out) \(.bytes_in > 96) \(.bytes_out > 64)"')" \
	"3 2 true true"
check "round trips: measured where the handshake was seen, null where not" jq -es \
	'all(.[]; (.rtt_us == null) == (.began == "adopted" or .state_local == "SYN_RECEIVED"))' < <(rows)
check "what is left is what the timeout leaves" jq -es 'all(.[] | select(.state_local == "ESTABLISHED");
	.left_ms + .idle_ms == 86400000)' < <(rows)
check "a half-open one counts what is sent again" wait_for \
	'[ "$(rows --src 198.18.0.100 | jq .syn_repeats_local)" -ge 1 ]' 10

# --- filters

filters '.state_local == "ESTABLISHED" or .state_remote == "ESTABLISHED"' --state established
filters '.state_local == "CLOSE_WAIT"' --state close-wait/finwait2
filters '.state_local == "TIME_WAIT"' --state time_wait/
filters '.state_remote == "TIME_WAIT"' --state /time_wait
filters '.state_local == "TIME_WAIT" or .state_local == "CLOSE_WAIT"' --state time_wait/ --state close_wait/
filters '.remote_address == "198.18.0.100"' --src 198.18.0.100
filters '.remote_address | contains("fd00::")' --src fd00::/64
filters '(.began == "outgoing" and .local_address == "198.18.0.1") or (.began != "outgoing" and (.remote_address | startswith("198.18.0.")))' --src 198.18.0.0/24
filters '.began != "outgoing" and .local == "198.18.0.1:7001"' --dst 198.18.0.1:7001
filters '.began != "outgoing" and .local_port == 7001' --dst :7001
filters '.began == "outgoing" and .remote_port == 7003' --dst 7003
filters '.local == "[fd00::1]:7001"' --service '[fd00::1]:7001'
filters '.local_port == 80 or .local_port == 7002' --service :80 --service :7002
filters '.began == "outgoing" or .began == "adopted"' --began outgoing --began adopted
filters '.state_local == "ESTABLISHED" and .local_port == 7001' --state established --service :7001
wait_for '[ -n "$(rows --idle 2s)" ]' 10
hold fresh "$SERVER_V4" 7001
check "filter --idle: not the one that has just come" \
	[ -z "$(comm -12 <(rows --idle 2s | keys) <(rows --began handshake --state estab --service :7001 | jq -c 'select(.age_ms < 2000)' | keys))" ]
check "filter --idle: others" jq -es 'length > 0 and all(.[]; .idle_ms >= 2000)' < <(rows --idle 2s)

# --- forms of output

stable='del(.age_ms, .idle_ms, .left_ms, .syn_repeats_local)'
levee flows "$SERVER_DEV" --json >"$LAB_DIR/json"
check "--json is one document" jq -e '.schema == "levee.flows/1" and .interface == "veth-server" and .time_unix_ms > 1600000000000
	and .matched == .shown and .shown == (.flows | length)' "$LAB_DIR/json"
is "--json and --jsonl have the same rows" "$(jq -c ".flows[] | $stable" "$LAB_DIR/json" | sort)" "$(rows | jq -c "$stable" | sort)"
is "the text has a line for each, and a title" "$(levee flows "$SERVER_DEV" 2>/dev/null | wc -l)" $(($(rows | wc -l) + 1))
is "the text has them all" "$(levee flows "$SERVER_DEV" 2>/dev/null | awk 'NR > 1 { print $1, $2 }' | sort)" "$(rows | keys)"
is "the schema names every field of a row" "$(jq -r '."$defs".row.properties | keys[]' docs/schema/levee.flows.json)" \
	"$(rows | head -n 1 | jq -r 'keys[]')"
is "the count is on stderr" "$(levee flows "$SERVER_DEV" --jsonl --service :7004 2>&1 >/dev/null)" \
	"1 of $(rows | wc -l) connections"
is "--limit without an order" "$(levee flows "$SERVER_DEV" --json --limit 3 | jq -c '[.shown, (.flows | length), .matched > 3]')" "[3,3,true]"
for order in age idle bytes packets; do
	case $order in
	bytes | packets) key=".${order}_in + .${order}_out" ;;
	*) key=.${order}_ms ;;
	esac
	check "--sort $order: the largest first" jq -es "map($key) | . == (sort | reverse)" < <(rows --sort "$order")
	check "--sort $order --reverse: the smallest first" jq -es "map($key) | . == sort" < <(rows --sort "$order" --reverse)
	is "--sort $order --limit 2: the first two" "$(rows --sort "$order" --limit 2 | keys)" \
		"$(rows --sort "$order" | head -n 2 | keys)"
done
check "--sort left: the next to go first" jq -es 'map(.left_ms) | . == sort' < <(rows --sort left)
is "a pipe that closes early is no error" "$(levee flows "$SERVER_DEV" --jsonl 2>&1 >/dev/null | head -n 0; echo "${PIPESTATUS[0]}")" 0
is "nor is a closed stdout" "$(levee flows "$SERVER_DEV" >&- 2>/dev/null; echo $?)" 0
refuses "a full disk is" 1 "No space left" eval 'levee flows "$SERVER_DEV" >/dev/full'
refuses "and for a command that does not stream" 1 "writing the output failed" eval 'levee config show "$SERVER_DEV" >/dev/full'

# --- the summary

levee flows "$SERVER_DEV" --summary --json >"$LAB_DIR/summary"
is "the summary counts every connection, by state" "$(jq '[.states[].count] | add' "$LAB_DIR/summary")" "$(rows | wc -l)"
is "and by service or as outgoing" "$(jq '[(.services + .outgoing)[].count] | add' "$LAB_DIR/summary")" "$(rows | wc -l)"
is "each state as often as there are rows" \
	"$(jq -r '.states[] | "\(.count) \(.state_local)/\(.state_remote)"' "$LAB_DIR/summary" | sort)" \
	"$(rows | jq -r '"\(.state_local)/\(.state_remote)"' | sort | uniq -c | sed 's/^ *//' | sort)"
is "a service's half-open ones" "$(jq '.services[] | select(.service == "198.18.0.1:7001") | .half_open' "$LAB_DIR/summary")" 1
is "the summary obeys filters" "$(levee flows "$SERVER_DEV" --summary --json --service :7004 | jq -c '[.matched, .services[].port]')" "[1,7004]"
check "the summary as text" grep -qE '^198\.18\.0\.1:7001 +5 +1 ' < <(levee flows "$SERVER_DEV" --summary)

# --- delete

is "delete: what the filter lets through, and nothing else" \
	"$(levee flows delete "$SERVER_DEV" --service :7001 --state estab --began handshake --json | jq -c '[.matched, .deleted]')" "[3,3]"
is "they are gone" "$(states --service :7001 --state estab --began handshake)" ""
is "the others are not" "$(states --service :7004)" "1 CLOSE_WAIT/FIN_WAIT_2 handshake "
check "the connection itself has noticed nothing" echoed four
becomes "its next packet has brought it back, from the kernel's socket" "2 ESTABLISHED/ESTABLISHED adopted " --began adopted
is "a half-open one can be deleted" "$(levee flows delete "$SERVER_DEV" --state syn_sent)" "1 connection forgotten"
is "in the table's count too" "$(status .tables.half_open.used)" 0
is "those deleted are counted" "$(counters flows_deleted)" 4
refuses "delete: nothing matches" 3 "no connection matches" levee flows delete "$SERVER_DEV" --src 203.0.113.1
refuses "delete without a filter" 2 "name them by filters, or say --all" levee flows delete "$SERVER_DEV"
refuses "delete with a filter and --all" 2 "which of them" levee flows delete "$SERVER_DEV" --all --src 1.2.3.4
refuses "delete without privileges" 4 "not permitted" unprivileged flows delete "$SERVER_DEV" --all
check "delete --all" levee flows delete "$SERVER_DEV" --all
is "nothing is left" "$(rows)" ""
is "an empty list is no error" "$(levee flows "$SERVER_DEV" 2>&1; echo $?)" $'0 connections\n0'
is "nor an empty document" "$(levee flows "$SERVER_DEV" --json | jq -c '[.matched, .flows]')" "[0,[]]"
check "delete --all has harmed nobody" eval 'echoed four && echoed six && echoed out'

# --- timeouts

config() { levee config set "$SERVER_DEV" "$@"; }
timeout_of() { levee config show "$SERVER_DEV" --json | jq ".timeouts[] | select(.name == \"$1\") | .ms"; }

is "config show: every timeout with its default" \
	"$(levee config show "$SERVER_DEV" --json | jq '[.timeouts[] | select(.ms == .default_ms and .now_ms == .ms)] | length')" 9
check "config show as text" grep -qE '^  established  1d +elastic; ' < <(levee config show "$SERVER_DEV")
is "config set" "$(config established=2s closing=90s)" \
	"$(printf 'veth-server: established is 2s now, was 1d\nveth-server: closing is 1min30s now, was 2min')"
is "it is set" "$(timeout_of established) $(timeout_of closing)" "2000 90000"
is "the generation tells the datapath" "$(levee config show "$SERVER_DEV" --json | jq .generation)" 1
check "connections that are silent for longer are shown no more" wait_for '[ -z "$(rows --state estab/estab)" ]' 10
check "and leave the table" wait_for '[ "$(status .tables.flows.used)" = 0 ]' 30
check "as expired ones" [ "$(counters flows_expired)" -ge 3 ]
is "config set default" "$(config established=default closing=default >/dev/null; timeout_of established; timeout_of closing)" $'86400000\n120000'
is "what is set already changes nothing" "$(config established=1d; levee config show "$SERVER_DEV" --json | jq .generation)" \
	$'veth-server: nothing changed\n2'
refuses "config: an unknown name" 2 "did you mean established" config extablished=1h
refuses "config: too short" 2 "500ms is less than 1s" config established=500ms
refuses "config: too long" 2 "25h|1d1h is more than 1d" config established=25h
refuses "config: TIME_WAIT shorter than the kernel's" 2 "the kernel remembers TIME_WAIT" config time_wait=59s
refuses "config: closed shorter than a cookie's life" 2 "a cookie lives so long" config closed=31s
refuses "config: half_open longer than its deadline reaches" 2 "2h19min48s352ms" config half_open=3h
refuses "config: all or none" 2 "closed" config established=1h closed=1s
is "none" "$(timeout_of established)" 86400000
refuses "config without privileges" 4 "not permitted" unprivileged config set "$SERVER_DEV" established=1h

# --- words that are wrong

refuses "a state misspelt" 2 "did you mean ESTABLISHED" levee flows "$SERVER_DEV" --state establised
refuses "a beginning misspelt" 2 "did you mean handshake" levee flows "$SERVER_DEV" --began hanshake
refuses "an order misspelt" 2 "did you mean bytes" levee flows "$SERVER_DEV" --sort byts
refuses "an option misspelt" 2 "did you mean --service" levee flows "$SERVER_DEV" --servce :80
refuses "an address that is none" 2 "for example 192.0.2.7" levee flows "$SERVER_DEV" --src 192.0.2.300
refuses "a network that is none" 2 "for example 192.0.2.7" levee flows "$SERVER_DEV" --src 192.0.2.0/33
refuses "a time that is none" 2 "for example 500ms, 30s" levee flows "$SERVER_DEV" --idle long
is "and as JSON" "$(levee flows "$SERVER_DEV" --json --state establised | jq -r .next)" "did you mean ESTABLISHED?"
refuses "not attached" 3 "no such interface" levee flows nowhere0
refuses "an interface called delete" 3 "delete: levee is not attached" levee flows -- delete

# --- maps of another levee

META=$(find "$LEVEE_BPFFS" -name meta)
meta() { bpftool -j map lookup pinned "$META" key 0 0 0 0 | jq -r '.value | join(" ")'; }
MINE=$(meta)
# shellcheck disable=SC2046,SC2086 # one word per byte
bpftool map update pinned "$META" key 0 0 0 0 value $(awk '{ $5 = "0x63"; print }' <<<"$MINE")
for command in "flows $SERVER_DEV" "flows $SERVER_DEV --summary" "flows delete $SERVER_DEV --all" "events $SERVER_DEV" \
	"config show $SERVER_DEV" "config set $SERVER_DEV established=1h"; do
	# shellcheck disable=SC2086 # words
	refuses "another ABI: levee $command" 1 "maps of version 99; this one reads version" levee $command
done
# shellcheck disable=SC2086
bpftool map update pinned "$META" key 0 0 0 0 value $MINE
mv "$META" "$META-mine"
bpftool map create "$META" type array key 4 value 1024 entries 1 name meta
# shellcheck disable=SC2046
bpftool map update pinned "$META" key 0 0 0 0 value $(awk '{ $5 = "0x62"; printf "%s", $0; for (i = NF; i < 1024; i++) printf " 0xff" }' <<<"$MINE")
refuses "another ABI, of another size" 1 "maps of version 98; this one reads version" levee flows "$SERVER_DEV"
rm "$META"
mv "$META-mine" "$META"
check "with its own it goes on" levee flows "$SERVER_DEV"

check_detach
done_testing
