#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for and jq take their words unexpanded
#
# queues.sh - levee queues beside what ss and nstat say: an accept queue that nobody empties, a SYN queue under a flood, and
# how long handshakes take; IPv4 and IPv6. And the events of it.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-queues

# Of the one row at an address and port, a path in jq's words. Looks anew only where it is told to.
look() { levee queues "$SERVER_DEV" --json >"$LAB_DIR/queues"; }
row() # ADDRESS PORT PATH
{
	jq -r --arg address "$1" --argjson port "$2" \
		".queues[] | select(.address == \$address and .port == \$port) | $3" "$LAB_DIR/queues"
}

listen() # to events, in the background
{
	ip netns exec "$SERVER_NS" "$LEVEE" events "$SERVER_DEV" --jsonl >"$LAB_DIR/events" 2>"$LAB_DIR/events.err" &
	wait_for "grep -q ^listening '$LAB_DIR/events.err'" 5 || lab_die "no listener: $(<"$LAB_DIR/events.err")"
}

told() # EVENT ADDRESS:PORT: how often, and how full it was
{
	jq -rs --arg event "$1" --arg local "$2" \
		'map(select(.event == $event and .local == $local)) | "\(length) \(map("\(.queue_now)/\(.queue_max)") | join(" "))"' \
		"$LAB_DIR/events"
}

# What ss says of a listener: "RECV-Q SEND-Q DROPS".
ss_says() # FAMILY PORT
{
	in_server ss "-Htlnm$1" sport = ":$2" | tr -d '\n' | sed -E 's/^[^ ]+ +([0-9]+) +([0-9]+) .*,d([0-9]+)\).*/\1 \2 \3/'
}

both() # COMMAND...: with the server's address of each family
{
	"${@//ADDRESS/$SERVER_V4}" && "${@//ADDRESS/$SERVER_V6}"
}

for address in "$SERVER_V4" "$SERVER_V6"; do
	serve "$address" 7004 --backlog 2 --accept-when "$LAB_DIR/go-on"
	serve "$address" 7005 --backlog 64
	serve "$address" 7006
done
serve 127.0.0.1 7007
raw_neighbours
check "attach" attach --flows 131072
listen

# --- round trips

check "handshakes that take 20 ms, and a page" eval 'raw slow 7006 && page'
flows_rtt() # ADDRESS: of a client; the median of what the flows say
{
	levee flows "$SERVER_DEV" --src "$1" --service :7006 --json |
		jq '[.flows[].rtt_us | select(. != null)] | sort | "\(length) \(.[((length + 1) / 2 | floor) - 1])"' -r
}
look
for family in "$SERVER_V4 198.18.0.100" "$SERVER_V6 fd00::100"; do
	read -r server client <<<"$family"
	read -r count median <<<"$(flows_rtt "$client")"
	is "$server: as many are counted as flows have a round trip" "$(row "$server" 7006 .rtt_us.count)" "$count"
	check "$server: the median is theirs, within an eighth" jq -en --argjson p50 "$(row "$server" 7006 .rtt_us.p50)" \
		"(\$p50 - $median) | fabs <= $median / 8 + 1"
	check "$server: which is 20 ms at least" [ "$(row "$server" 7006 .rtt_us.p50)" -ge 17500 ]
	check "$server: p99 is no less" [ "$(row "$server" 7006 .rtt_us.p99)" -ge "$(row "$server" 7006 .rtt_us.p50)" ]
done
is "a listener on all addresses has a row" "$(row 0.0.0.0 80 '"\(.endpoint) \(.syns) \(.flags | sort | join(" "))"')" \
	"0.0.0.0:80 1 learnt seeded"
is "one that the interface does not reach has none" "$(row 127.0.0.1 7007 .endpoint)" ""
is "nor does the document lack a field" "$(jq -r '.queues[0] | keys | join(" ")' "$LAB_DIR/queues")" \
	"accept_queue address cookies endpoint flags listeners mode mode_ms note port pressure_percent rtt_us syn_queue syns"

# --- an accept queue that nobody empties: a backlog of 2 admits 3, and a SYN that is dropped comes again after a second

fill_accept_queue() # ADDRESS
{
	local i

	for i in 1 2 3; do
		hold "full-$1-$i" "$1" 7004 || return
	done
	! peer many "$1" 7004 --timeout 1.7 >/dev/null
}

fill_accept_queue "$SERVER_V6" &
OTHER=$!
check "three are connected, nobody accepts, a fourth is not" fill_accept_queue "$SERVER_V4"
wait "$OTHER"
is "and so with IPv6" $? 0
look
for address in "$SERVER_V4" "$SERVER_V6"; do
	family=4 endpoint=$address:7004
	[[ $address != *:* ]] || { family=6; endpoint="[$address]:7004"; }
	is "$endpoint: now, max and drops as ss has them" \
		"$(row "$address" 7004 '.accept_queue | "\(.now) \(.max) \(.drops)"')" "$(ss_says $family 7004)"
	is "$endpoint: it is full" "$(row "$address" 7004 '.accept_queue | "\(.now) \(.max) \(.full)"')" "3 2 true"
	check "$endpoint: levee knows since when" [ "$(row "$address" 7004 .accept_queue.full_since_ms)" -gt 0 ]
	check "$endpoint: the note says what it is" \
		grep -q "the application accepts too slowly, and no SYN flood defence helps" <<<"$(row "$address" 7004 .note)"
	check "$endpoint: an event says so" wait_for "[ \"\$(told ACCEPT_FULL '$endpoint')\" = '1 3/2' ]" 5
done
is "full ones come first" "$(jq -r '[.queues[:2][].port] | join(" ")' "$LAB_DIR/queues")" "7004 7004"
for counter in ListenOverflows ListenDrops TCPReqQFullDoCookies TCPReqQFullDrop SyncookiesSent SyncookiesRecv SyncookiesFailed; do
	kernel_counter "TcpExt$counter"
done >"$LAB_DIR/nstat"
is "the kernel's counters are nstat's" \
	"$(jq -r '.kernel | "\(.ListenOverflows) \(.ListenDrops) \(.TCPReqQFullDoCookies) \(.TCPReqQFullDrop) \(.SyncookiesSent) \(.SyncookiesRecv) \(.SyncookiesFailed)"' "$LAB_DIR/queues")" \
	"$(xargs <"$LAB_DIR/nstat")"
check "they have counted this" [ "$(jq .kernel.ListenOverflows "$LAB_DIR/queues")" -ge 2 ]
levee queues "$SERVER_DEV" >"$LAB_DIR/text"
check "the text names it too" grep -q "^  FULL  its accept queue is full, 3 wait where 2 may: the" "$LAB_DIR/text"
is "in 80 columns" "$(awk 'length > 80' "$LAB_DIR/text")" ""
is "stats have the same rows" "$(levee stats "$SERVER_DEV" --json | jq -c '[.queues[:2][] | .port, .accept_queue.full]')" \
	"[7004,true,7004,true]"
check "and a line in the text" grep -q "accept queue 3 of 2: too slow" <<<"$(levee stats "$SERVER_DEV")"
touch "$LAB_DIR/go-on"
for endpoint in "$SERVER_V4" "$SERVER_V6"; do
	wait_for "peer many $endpoint 7004 >/dev/null; look; [ \"\$(row $endpoint 7004 .accept_queue.full)\" = false ]" 10
done
check "the application accepts: an event" wait_for 'peer many "$SERVER_V4" 7004; [[ $(told ACCEPT_DRAINED "$SERVER_V4:7004") == 1* ]]' 10
check "and so with IPv6" wait_for 'peer many "$SERVER_V6" 7004; [[ $(told ACCEPT_DRAINED "[$SERVER_V6]:7004") == 1* ]]' 10

# --- a SYN queue under a flood

for address in "$SERVER_V4" "$SERVER_V6"; do
	flood --dst "$address" --port 7005 --packets 500 --rate 5000 >/dev/null
done
look
for address in "$SERVER_V4" "$SERVER_V6"; do
	family=4 endpoint=$address:7005
	[[ $address != *:* ]] || { family=6; endpoint="[$address]:7005"; }
	is "$endpoint: the kernel's half-open are those of ss" "$(row "$address" 7005 .syn_queue.kernel)" \
		"$(in_server ss "-Htn$family" state syn-recv sport = :7005 | wc -l)"
	is "$endpoint: levee's are as many: half of a backlog of 64" "$(row "$address" 7005 '.syn_queue | "\(.kernel) \(.levee) \(.share) \(.backlog)"')" \
		"32 32 64 64"
	is "$endpoint: what came after got cookies" "$(row "$address" 7005 '"\(.mode) \(.syns) \(.cookies.sent)"')" \
		"cookie 500 468"
	check "$endpoint: once an event" wait_for "[ \"\$(told COOKIES_ON '$endpoint')\" = '1 32/64' ]" 5
done
check "cookies in flight are of both" wait_for \
	'look; [ "$(jq "[.cookies_in_flight, .queues[].cookies.in_flight] | add" "$LAB_DIR/queues")" = 1872 ]' 5
is "accept queues were told no more" "$(told ACCEPT_FULL "$SERVER_V4:7004") $(told ACCEPT_DRAINED "$SERVER_V4:7004" | sed 's|[01]/|less/|')" \
	"1 3/2 1 less/2"

# --- listeners that levee has not met, and several on one port

serve "$SERVER_V4" 7008 --reuseport
serve "$SERVER_V4" 7008 --reuseport
look
is "two sockets on one port are one listener" "$(row "$SERVER_V4" 7008 '"\(.listeners) \(.accept_queue.max)"')" "2 256"
check "which levee does not know yet" grep -q "does not know it yet" <<<"$(row "$SERVER_V4" 7008 .note)"
peer many "$SERVER_V4" 7008
look
is "after a connection it does" "$(row "$SERVER_V4" 7008 '"\(.syn_queue.share) \(.note)"')" "128 "

# --- again and again

in_server timeout 20 "$LEVEE" queues "$SERVER_DEV" --watch 0.1 --jsonl | head -n 2 >"$LAB_DIR/lines"
is "--watch --jsonl: one document per line; what the kernel counted in between" \
	"$(jq -c '[.schema, (.queues | length > 4), .kernel_gained.ListenDrops]' "$LAB_DIR/lines" | xargs)" \
	"[levee.queues/1,true,null] [levee.queues/1,true,0]"

check_detach
done_testing
