#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# service.sh - levee run as the systemd unit starts it: three capabilities, nothing to write to but the bpffs. It attaches,
# follows listeners, puts back what is taken off and tells of it; killed, stopped or restarted, it loses no connection.

# shellcheck disable=SC2016 # conditions are taken unexpanded
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-service
LINES=$LAB_DIR/run.jsonl
WORDS=$LAB_DIR/run.err
NOTIFIED=$LAB_DIR/notified
export LEVEE_CONF=$LAB_DIR/levee.conf
SMALL=(--flows 4096 --half-open 1024)

# What the unit says of capabilities and of the file system, as far as unshare can do it.
cat >"$LAB_DIR/sandbox" <<'END'
set -e
mount --make-rprivate /
mount -o remount,bind,ro /
mount --bind -o ro /proc/sys /proc/sys
exec setpriv --bounding-set=-all,+bpf,+net_admin,+perfmon --inh-caps=-all,+bpf,+net_admin,+perfmon \
	--ambient-caps=-all,+bpf,+net_admin,+perfmon --no-new-privs "$@"
END

# Listens in systemd's place.
cat >"$LAB_DIR/systemd.py" <<'END'
import socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.bind(sys.argv[1])
    while True:
        print(s.recv(4096).decode(), flush=True)
END
"$PYTHON" "$LAB_DIR/systemd.py" "$LAB_DIR/notify.socket" >"$NOTIFIED" &
SYSTEMD=$!
check "somebody listens in systemd's place" wait_for '[ -S "$LAB_DIR/notify.socket" ]' 5

run() # DEVICE [OPTION...]: sets RUN_PID
{
	: >"$LINES"
	: >"$WORDS"
	# A watchdog that is so impatient makes it turn four times a second.
	NOTIFY_SOCKET=$LAB_DIR/notify.socket WATCHDOG_USEC=500000 ip netns exec "$SERVER_NS" unshare --mount bash "$LAB_DIR/sandbox" \
		"$LEVEE" run "$@" --json >>"$LINES" 2>>"$WORDS" &
	RUN_PID=$!
}

said() { grep -q "\"event\": *\"$1\"" "$LINES"; } # EVENT
says() { wait_for "said '$1'" "${2:-5}" || { cat "$LINES" "$WORDS"; return 1; }; }
ended() { wait "$RUN_PID" 2>/dev/null; CODE=$?; } # sets CODE
notified() { wait_for "grep -q '$1' '$NOTIFIED'" 5 || { cat "$NOTIFIED"; return 1; }; }
is_healthy() { levee status "$SERVER_DEV"; }
began() { levee flows "$SERVER_DEV" --service ":$1" --json | jq -r '[.flows[].began] | unique | join(" ")'; } # PORT

# --- attaches with three capabilities, and follows listeners

run "$SERVER_DEV" "${SMALL[@]}" --cookies adaptive
check "run attaches" says attached 20
check "systemd is told that it is ready" notified '^READY=1'
check "and then all is in its place" is_healthy
is "it has these capabilities and no others" \
	"$(capsh --decode="$(awk '/^CapPrm/ { print $2 }' "/proc/$RUN_PID/status")" | cut -d= -f2)" \
	"cap_net_admin,cap_perfmon,cap_bpf"
is "nor can it get others" "$(awk '/^CapBnd/ { print $2 }' "/proc/$RUN_PID/status")" \
	"$(awk '/^CapPrm/ { print $2 }' "/proc/$RUN_PID/status")"
check "systemd is told what goes on" notified '^STATUS=calm; per second'
check "and that it is alive" notified '^WATCHDOG=1'

serve "$SERVER_V4" 7000
check "a new listener is a service without a packet" wait_for '[ "$(service $SERVER_V4:7000 seeded)" = true ]' 5
is "its SYN-ACK has not been seen" "$(service "$SERVER_V4:7000" learnt)" false
serve_stop
check "a closed one is none, without a packet" wait_for '[ "$(service $SERVER_V4:7000 gone)" = true ]' 5
serve "$SERVER_V4" 7000
check "it comes again" wait_for '[ "$(service $SERVER_V4:7000 gone)" = false ]' 5
KEPT=$PEER_PID

# --- what is taken off comes back, and no connection is forgotten

check "a connection" hold kept "$SERVER_V4" 7000
in_server ip link set dev "$SERVER_DEV" xdp off
check "the XDP program is taken off: it says so" says problem
check "and puts it back" wait_for is_healthy 10
in_server tc qdisc del dev "$SERVER_DEV" clsact
check "the filters are taken off, and come back" wait_for 'is_healthy && [ "$(jq -s "map(select(.event == \"repaired\")) | length" "$LINES")" = 2 ]' 10
check "the connection goes on" echoed kept
is "levee has known it all the time" "$(began 7000)" handshake

# --- what is worth a line

serve "$SERVER_V4" 7003 --backlog 1 --accept-when "$LAB_DIR/go"
peer many "$SERVER_V4" 7003 --count 3 --timeout 20 >/dev/null 2>&1 &
MANY=$!
check "a full accept queue is told" says accept_queue_full 10
touch "$LAB_DIR/go"
check "and that it has room again" says accept_queue_room 10
wait "$MANY"
page "http://$SERVER_V4/" # teaches levee what nginx offers
flood_start --dst "$SERVER_V4" --rate 20000 --seconds 20 >/dev/null 2>&1
share_told() { jq -r 'select(.event == "cookies_on" and .endpoint == "0.0.0.0:80") | .share' "$LINES" | head -n 1; }
check "cookie mode is told, with figures" wait_for '[ "$(share_told)" = 511 ]' 10
check "systemd too" notified '^STATUS=cookie mode at '
flood_stop

# --- one at a time; SIGHUP; killed, stopped, adopted

levee run "$SERVER_DEV" >"$LAB_DIR/second" 2>&1
is "a second run is refused" "$? $(grep -c "another levee run (pid $RUN_PID)" "$LAB_DIR/second")" "1 1"
printf '[%s]\nstart = 70\nflows = 9999\n' "$SERVER_DEV" >"$LEVEE_CONF"
kill -HUP "$RUN_PID"
check "SIGHUP: levee.conf is read again" says reloaded
check "systemd is told" notified '^RELOADING=1'
is "what can be changed is changed" "$(status .start_percent)" 70
is "what cannot is told" "$(jq -r 'select(.event == "setting" and (.applied | not)) | .name' "$LINES")" flows
echo nonsense >"$LEVEE_CONF"
kill -HUP "$RUN_PID"
check "a file that is wrong is told" wait_for 'grep -q levee.conf "$WORDS"' 5
rm "$LEVEE_CONF"
is "the history is written" "$(levee report "$SERVER_DEV" --json | jq '.history | .source, .recording' | xargs)" "recorded true"
kill -KILL "$RUN_PID"
ended
check "killed: the protection stays" is_healthy
check "and the connection" echoed kept
run "$SERVER_DEV" --flows 8192
check "the next run adopts" says adopted 10
check "as it is: it says that options count for nothing" says options_ignored
is "as it is" "$(status .tables.flows.max)" 4096
is "no connection was forgotten" "$(began 7000)" handshake
kill -TERM "$RUN_PID"
ended
is "SIGTERM: it ends well" "$CODE" 0
check "it says so to systemd" notified '^STOPPING=1'
check "and the protection stays" is_healthy
run "$SERVER_DEV" --detach-on-exit
check "adopted once more" says adopted 10
kill -TERM "$RUN_PID"
ended
is "with --detach-on-exit it ends well too" "$CODE" 0
check "and leaves nothing" nothing_left
check "but the connection" echoed kept
serve_stop "$KEPT"

# --- ends that are not its own

run "$SERVER_DEV" "${SMALL[@]}" --exclusive
check "run --exclusive" says attached 20
detach >/dev/null
ended
is "levee detach ends it: exit code" "$CODE" 3
check "it says why" said detached
check "nothing is left" nothing_left
ip -n "$SERVER_NS" link add gone0 type veth peer name gone1
run gone0 "${SMALL[@]}"
check "run on another interface" says attached 20
ip -n "$SERVER_NS" link del gone0
ended
is "the interface goes: exit code" "$CODE" 1
is "it says why" "$(jq -r 'select(.event == "problem") | .text' "$LINES" | cut -c1-21)" "the interface is gone"
check "nothing is left, its tables neither" nothing_left

# Both begin while nothing is attached, and wait for the lock; the one that came first has it first.
waiting_for_the_lock() { awk '$2 == "->" && $3 == "FLOCK"' /proc/locks | grep -c " 00:$(printf %02x "$(stat -c %Ld "$LEVEE_BPFFS")"):1 "; }
exec 9<"$LEVEE_BPFFS"
flock 9
ip netns exec "$SERVER_NS" "$LEVEE" attach "$SERVER_DEV" "${SMALL[@]}" >/dev/null 2>"$LAB_DIR/attach.err" 9<&- &
ATTACH=$!
wait_for '[ "$(waiting_for_the_lock)" = 1 ]' 5
run "$SERVER_DEV" "${SMALL[@]}" 9<&-
check "attach and run at the same time" wait_for '[ "$(waiting_for_the_lock)" = 2 ]' 5
check "who waits says for whom" grep -q "waiting for another levee command (pid [0-9]*)" "$LAB_DIR/attach.err"
exec 9<&-
wait "$ATTACH"
is "attach is first" $? 0
check "run adopts what it has attached" says adopted 10
detach >/dev/null
ended
check "nothing is left" nothing_left

in_server tc qdisc add dev "$SERVER_DEV" ingress
run "$SERVER_DEV" "${SMALL[@]}"
ended
is "it cannot attach in the middle: exit code" "$CODE" 1
in_server tc qdisc del dev "$SERVER_DEV" ingress
check "it leaves nothing" nothing_left
run gone0
ended
is "an interface that is not there: exit code" "$CODE" 1
check "it says so" grep -q "no such interface" "$WORDS"
kill "$SYSTEMD"
done_testing
