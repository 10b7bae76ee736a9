#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for and jq take their words unexpanded
#
# events.sh - levee events: each connection's NEW, STATE and END in order, with every reason that a lab can bring about;
# one listener at a time; silence where nobody listens, however the last listener went; lost events counted.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-events

# Listens in the background, as a process of its own: sets LISTENER. Lines go to the file NAME of the lab's directory.
listen() # NAME [OPTION...]
{
	local name=$1

	shift
	ip netns exec "$SERVER_NS" "$LEVEE" events "$SERVER_DEV" "$@" >"$LAB_DIR/$name" 2>"$LAB_DIR/$name.err" &
	LISTENER=$!
	wait_for "grep -q ^listening '$LAB_DIR/$name.err'" 5 || lab_die "no listener: $(<"$LAB_DIR/$name.err")"
}

# The listener has ended by itself: this way.
ended() # DESCRIPTION EXIT_CODE
{
	local code

	wait "$LISTENER" 2>/dev/null
	code=$?
	is "$1" "$code" "$2"
}

# The events of the connection from PORT of a client, or to PORT of this host: "EVENT LOCAL/REMOTE REASON".
story() # NAME PORT
{
	jq -r "select(.event != \"LOST\") | select([.local, .remote] | any(endswith(\":$2\"))) | \"\(.event) \(.state_local)/\(.state_remote) \(.reason)\"" "$LAB_DIR/$1"
}

# A whole life: NEW first, one END, at the end and with this reason; every STATE begins where the one before has ended;
# time does not run backwards, bytes do not shrink.
whole() # NAME PORT REASON
{
	wait_for "story $1 $2 | grep -q ^END" 10
	jq -es --arg port ":$2" --arg reason "$3" '
		map(select(.event != "LOST") | select([.local, .remote] | any(endswith($port)))) as $e | ($e | length) as $n |
		$e[0].event == "NEW" and $e[-1].event == "END" and $e[-1].reason == $reason
		and all($e[:-1][]; .event != "END" and .reason == "") and all($e[1:][]; .event != "NEW")
		and all(range(1; $n); . as $i | $e[$i] as $now | $e[$i - 1] as $before |
			if $now.event == "STATE"
			then $now.was_remote == $before.state_remote
				and $now.was_local == $before.state_local
				and "\($now.was_local)/\($now.was_remote)" != "\($now.state_local)/\($now.state_remote)"
			else $now.was_local == "" and $now.was_remote == "" end)
		and all(range(1; $n); . as $i | $e[$i].time_unix_ms >= $e[$i - 1].time_unix_ms
			and $e[$i].bytes_in >= $e[$i - 1].bytes_in and $e[$i].age_ms >= $e[$i - 1].age_ms)' \
		"$LAB_DIR/$1" >/dev/null || { story "$1" "$2"; return 1; }
}

page_from() { in_client curl -sf -o /dev/null --local-port "$1" --max-time 5 "http://$SERVER_V4/"; } # PORT

# A client that connects from PORT, or a server that takes one connection, and closes by RST.
reset_by() # client PORT TO_PORT | server PORT
{
	local namespace=$CLIENT_NS

	[ "$1" = client ] || namespace=$SERVER_NS
	ip netns exec "$namespace" "$PYTHON" - "$@" <<-END
		import socket, struct, sys
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind(("" if sys.argv[1] == "client" else "$SERVER_V4", int(sys.argv[2])))
		if sys.argv[1] == "client":
		    s.connect(("$SERVER_V4", int(sys.argv[3])))
		else:
		    s.listen()
		    print("listening", flush=True)
		    s = s.accept()[0]
		s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
		s.close()
	END
}

RING=
ring() { "$LAB_ROOT/build/tools/ringpos" "$RING"; } # "PRODUCER CONSUMER"

# Does nothing come into the ring while a connection lives and dies?
silent()
{
	local before

	before=$(ring)
	page && [ "$(ring)" = "$before" ]
}

serve "$SERVER_V4" 7001
serve "$SERVER_V4" 7002 --do bye
check "attach" attach --flows 131072
RING=$(find "$LEVEE_BPFFS" -name events)

check "nobody has listened yet: nothing is written" silent
is "not a byte" "$(ring)" "0 0"

# --- lives

listen lives --jsonl
page_from 41001
check "closed by the client: NEW, STATE, END fin_remote" whole lives 41001 fin_remote
is "it began half-open and was established" "$(story lives 41001 | sed -n '1,3p')" \
	$'NEW LISTEN/SYN_SENT \nSTATE SYN_RECEIVED/SYN_SENT \nSTATE ESTABLISHED/ESTABLISHED '
is "and ended where the client waits" "$(story lives 41001 | tail -n 1)" "END CLOSED/TIME_WAIT fin_remote"
check "it tells how much" jq -es 'map(select(.event == "END"))[0] | .bytes_in > 100 and .bytes_out > 100 and .rtt_us > 0' "$LAB_DIR/lives"
check "the fields are those of the schema" [ "$(head -n 1 "$LAB_DIR/lives" | jq -c 'keys')" = \
	"$(jq -c '.oneOf[0].properties | keys' docs/schema/levee.events.json)" ]

peer reuse "$SERVER_V4" 7002 --source-port 41002
check "closed by the server: END fin_local" whole lives 41002 fin_local
reset_by client 41003 7001
check "reset by the client: END reset_remote" whole lives 41003 reset_remote
reset_by server 7006 >"$LAB_DIR/server" &
wait_for "grep -q listening '$LAB_DIR/server'" 5
in_client timeout 5 nc -p 41004 "$SERVER_V4" 7006 </dev/null
check "reset by this host: END reset_local" whole lives 41004 reset_local
in_server timeout 5 nc -p 41005 198.18.0.2 7999 </dev/null
check "this host's own, refused: END reset_remote" whole lives 41005 reset_remote
is "from its SYN on" "$(story lives 41005 | head -n 1)" "NEW SYN_SENT/CLOSED "

hold held "$SERVER_V4" 7001 --bind 198.18.0.3
levee flows delete "$SERVER_DEV" --src 198.18.0.3 >/dev/null
check "deleted by hand: END deleted" wait_for 'jq -es "any(.[]; .reason == \"deleted\" and (.remote | startswith(\"198.18.0.3:\")))" "$LAB_DIR/lives"' 5
echoed held
check "adopted again: NEW adopted" wait_for 'jq -es "any(.[]; .event == \"NEW\" and .began == \"adopted\")" "$LAB_DIR/lives"' 5
raw_neighbours
levee config set "$SERVER_DEV" established=1s half_open=1s >/dev/null
in_client "$PYTHON" - <<-END
	import sys
	sys.path.insert(0, "$LAB_ROOT/tests/net")
	import raw
	raw.Client(raw.Wire(), 4, 7001, True).syn()
END
check "nobody answers the SYN-ACK: END timeout, half-open" wait_for \
	'jq -es "any(.[]; .reason == \"timeout\" and .state_local == \"SYN_RECEIVED\")" "$LAB_DIR/lives"' 30
check "silent for too long: END timeout" wait_for \
	'jq -es "any(.[]; .reason == \"timeout\" and (.remote | startswith(\"198.18.0.3:\")))" "$LAB_DIR/lives"' 60
levee config set "$SERVER_DEV" established=default half_open=default >/dev/null
check "NEW and END take turns, for every connection" jq -es '
	[group_by([.local, .remote])[] | map(.event | select(. != "STATE")) | join(" ") + " "] |
	all(.[]; test("^(NEW END )*(NEW )?$"))' "$LAB_DIR/lives"

# --- one listener

output=$(levee events "$SERVER_DEV" 2>&1)
is "a second listener is refused" "$?" 1
check "and told who listens" grep -q "somebody (pid $LISTENER) listens already" <<<"$output"
kill -TERM "$LISTENER"
ended "SIGTERM ends it well" 0
check "then nothing is written, at once" silent
in_server setpriv --reuid=65534 --regid=65534 --clear-groups "$LEVEE" events "$SERVER_DEV" >/dev/null 2>&1
is "without privileges: exit code" $? 4

# --- text, filters, ends

listen text --service :80 --count 3
reset_by client 41006 7001
page_from 41007
ended "--count ends it" 0
is "--service: only those; the text has the day, then a line each" "$(sed -E 's/^[0-9:.]{12} //; s/^[0-9-]{10}$/DAY/' "$LAB_DIR/text")" \
	$'DAY\nNEW   198.18.0.1:80 <- 198.18.0.2:41007 LISTEN/SYN_SENT\nSTATE 198.18.0.1:80 <- 198.18.0.2:41007 SYN_RECEIVED/SYN_SENT\nSTATE 198.18.0.1:80 <- 198.18.0.2:41007 ESTABLISHED'

listen interrupted --jsonl
kill -INT "$LISTENER"
ended "Ctrl-C ends it well" 0
mkfifo "$LAB_DIR/pipe"
head -n 1 <"$LAB_DIR/pipe" >"$LAB_DIR/first" &
listen pipe --jsonl
page
ended "a reader that has gone ends it, and that is no error" 0
is "it got its line" "$(jq -r .event "$LAB_DIR/first")" NEW

# --- a listener that is killed

listen killed --jsonl
page_from 41008
check "it listens" whole killed 41008 fin_remote
kill -9 "$LISTENER"
wait "$LISTENER" 2>/dev/null # the shell would announce that it was killed
check "killed: the datapath falls silent by itself" wait_for silent 10
listen after --jsonl
page_from 41009
check "another can listen then" whole after 41009 fin_remote
is "and hears nothing of before" "$(jq -r .remote "$LAB_DIR/after" | sort -u)" "198.18.0.2:41009"

# --- more than the ring holds, while the listener does not get to read

FILL=$LAB_ROOT/build/tools/fill
SEED=$(find "$LEVEE_BPFFS" -name prog_levee_seed_flows)
EVENTS=60000 # the ring takes some 22 thousand

# A listener that stands still for longer than two seconds is taken for dead: then nothing is written, and nothing lost.
overflow()
{
	kill -STOP "$LISTENER"
	in_server "$FILL" "$SEED" $EVENTS
	levee flows delete "$SERVER_DEV" --src 198.19.0.0/16 >/dev/null
	kill -CONT "$LISTENER"
	[ "$(counters events_lost)" -gt 0 ]
}

check "a ring that is full loses events, and counts them" wait_for overflow 30
lost_told() { jq -s 'map(select(.event == "LOST").count) | add' "$LAB_DIR/after"; }
check "the listener tells how many" wait_for '[ "$(lost_told)" = "$(counters events_lost)" ]' 10
note "$(counters events_lost) lost, $(grep -c . "$LAB_DIR/after") lines"
page_from 41010
check "and goes on" whole after 41010 fin_remote
kill -TERM "$LISTENER"
wait "$LISTENER"

# --- detach

listen detached --jsonl
check "detach" detach
ended "detach ends a listener" 3
check "and it says why" grep -q "levee was detached" "$LAB_DIR/detached.err"
check "nothing is left" nothing_left
done_testing
