# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016 # wait_for takes its condition unexpanded
#
# lib.bash - what the tests on real traffic share: levee in the lab's server, numbers out of its JSON, and peers
# (peer.py) that serve, hold a connection open, or reuse a port. Sourced by every tests/net/*.sh from the
# repository's root; labs come from tests/lib/lab.sh, verdicts from tests/lib/tap.sh.

. tests/lib/lab.sh
. tests/lib/tap.sh

PYTHON=/usr/bin/python3
PEER=$LAB_ROOT/tests/net/peer.py
RAW=$LAB_ROOT/tests/net/raw.py

levee() { in_server "$LEVEE" "$@"; }
attach() { levee attach "$SERVER_DEV" "$@"; }
detach() { levee detach "$SERVER_DEV"; }

# --- numbers

# A path in jq's words, inside the one interface of `levee status --json`.
status() # PATH
{
	levee status "$SERVER_DEV" --json | jq -r ".interfaces[0]$1"
}

service() # ENDPOINT FIELD
{
	status ".services[] | select(.endpoint == \"$1\") | .$2"
}

# Half-open entries and mode belong to the listener: for nginx, which listens on every address, that is the wildcard.
listener() # ADDRESS PORT: its endpoint
{
	local any=0.0.0.0 own=$1

	[[ $1 != *:* ]] || { any="[::]"; own="[$1]"; }
	if [ -n "$(service "$any:$2" mode)" ]; then echo "$any:$2"; else echo "$own:$2"; fi
}

# Fields of `levee stats --json`, "a b c" in one line: events by name, packets as pass.NAME, answer.NAME, drop.NAME.
counters() # NAME...
{
	local name filter=

	for name; do
		[[ $name == *.* ]] || name=events.$name
		filter+=${filter:+, }.$name.total
	done
	levee stats "$SERVER_DEV" --json | jq -r "[$filter] | join(\" \")"
}

# How many of each were counted while COMMAND ran.
counted() # "NAME..." COMMAND...
{
	local before after i names=$1

	shift
	# shellcheck disable=SC2086 # one word per name
	read -ra before <<<"$(counters $names)"
	"$@" >/dev/null 2>&1
	# shellcheck disable=SC2086
	read -ra after <<<"$(counters $names)"
	for i in "${!after[@]}"; do
		after[i]=$((after[i] - before[i]))
	done
	echo "${after[*]}"
}

# A counter of the server's kernel.
kernel_counter() # NAME
{
	in_server nstat -asz "$1" | awk -v name="$1" '$1 == name { print $2 }'
}

# --- clients

page() # [URL]: one page, over a new connection
{
	in_client curl -sf -o /dev/null --connect-timeout 2 --max-time 5 "${1:-http://$SERVER_V4/}"
}

pages() # COUNT URL: succeeds if every one came
{
	local i

	for ((i = 0; i < $1; i++)); do
		page "$2" || { echo "page $i of $1 did not come: curl exit code $?"; return 1; }
	done
}

sum_served() { sha256sum <"$LAB_DIR/www/100M"; }
sum_fetched() { in_client curl -sf --max-time 60 "$1/100M" | sha256sum; } # URL

# Does a client get a RST, and at once? nc would try for long if nobody answered.
refused() # ADDRESS PORT
{
	local output

	output=$(in_client nc -vz -w 2 "$1" "$2" 2>&1) && { echo "connected"; return 1; }
	[[ $output == *refused* ]] || { echo "$output"; return 1; }
}

# --- peers

# A server by peer.py in the server's namespace (or SIDE=client); sets PEER_PID.
serve() # ADDRESS PORT [OPTION...]
{
	local side=${SIDE:-server} namespace=$SERVER_NS

	[ "$side" = server ] || namespace=$CLIENT_NS
	: >"$LAB_DIR/serve"
	ip netns exec "$namespace" "$PYTHON" "$PEER" serve "$@" >>"$LAB_DIR/serve" 2>&1 &
	PEER_PID=$!
	wait_for "grep -q listening '$LAB_DIR/serve'" 5 || lab_die "no server: $(cat "$LAB_DIR/serve")"
}

serve_stop() # [PID]
{
	kill "${1:-$PEER_PID}" 2>/dev/null
	wait "${1:-$PEER_PID}" 2>/dev/null
}

peer() { in_client "$PYTHON" "$PEER" "$@"; } # connect, reuse, ... as the client

# Packets made by hand, from addresses that no kernel answers for.
raw() { in_client "$PYTHON" "$RAW" "$@"; }
raw_neighbours()
{
	ip -n "$SERVER_NS" neighbour replace 198.18.0.100 lladdr "$CLIENT_MAC" dev "$SERVER_DEV" nud permanent
	ip -n "$SERVER_NS" neighbour replace fd00::100 lladdr "$CLIENT_MAC" dev "$SERVER_DEV" nud permanent
}

# A connection that stays open, from the client (or SIDE=server); `echoed NAME` sends through it and wants the same back.
hold() # NAME ADDRESS PORT [OPTION...]
{
	local fifo=$LAB_DIR/$1 answer namespace=$CLIENT_NS

	[ "${SIDE:-client}" = client ] || namespace=$SERVER_NS
	shift
	mkfifo "$fifo.in" "$fifo.out" || return
	ip netns exec "$namespace" "$PYTHON" "$PEER" hold "$@" <>"$fifo.in" 1<>"$fifo.out" 2>/dev/null &
	read -r -t 5 answer <>"$fifo.out"
	[ "$answer" = connected ] || { echo "${answer:-no connection within 5 s}"; return 1; }
}

echoed() # NAME
{
	local answer word=word-$RANDOM-$RANDOM

	echo "$word" 1<>"$LAB_DIR/$1.in"
	read -r -t 5 answer <>"$LAB_DIR/$1.out"
	[ "$answer" = "$word" ] || { echo "sent $word, got ${answer:-nothing within 5 s}"; return 1; }
}

released() # NAME: the end of a held connection
{
	echo quit 1<>"$LAB_DIR/$1.in"
	rm "$LAB_DIR/$1.in" "$LAB_DIR/$1.out"
}

# --- what levee leaves

# BPF objects of this attachment, as "prog ID" and "map ID" lines.
levee_objects()
{
	local pin

	for pin in "$LEVEE_BPFFS"/levee/*/* "$LEVEE_BPFFS"/levee/*/*/*; do
		[ -f "$pin" ] || continue
		case ${pin##*/} in
		prog_*) bpftool -j prog show pinned "$pin" | jq -r '"prog \(.id)"' ;;
		link_*) bpftool -j link show pinned "$pin" | jq -r '"link \(.id)"' ;;
		*) bpftool -j map show pinned "$pin" | jq -r '"map \(.id)"' ;;
		esac
	done
}

# Of those objects, the ones that are still there.
still_there() # OBJECTS
{
	local kind id

	while read -r kind id; do
		[ -z "$kind" ] || ! bpftool "$kind" show id "$id" >/dev/null 2>&1 || echo "$kind $id"
	done <<<"$1"
}

# Hooks of the server's interface that carry anything of levee's, its qdisc, its pins. Nothing is what is wanted.
left_on_interface()
{
	in_server ip -details link show dev "$SERVER_DEV" | grep -o 'prog/xdp.*'
	in_server tc qdisc show dev "$SERVER_DEV" | grep -E 'clsact|ingress'
	in_server tc filter show dev "$SERVER_DEV" ingress | grep levee
	in_server tc filter show dev "$SERVER_DEV" egress | grep levee
	find "$LEVEE_BPFFS" -mindepth 1 ! -name "*.debug" # those two are the kernel's own
}

nothing_left()
{
	local left

	left=$(left_on_interface)
	[ -z "$left" ] || { echo "$left"; return 1; }
}

# The end of every test: detach works and takes everything with it, down to the last map.
check_detach()
{
	local objects

	objects=$(levee_objects)
	check "detach" detach
	check "detach leaves no hook, no qdisc, no pin" nothing_left
	check "detach leaves no program and no map in the kernel" wait_for "[ -z \"\$(still_there '$objects')\" ]" 5
}
