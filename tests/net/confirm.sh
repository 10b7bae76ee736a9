#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for takes its condition unexpanded
#
# confirm.sh - attach --confirm: what nobody confirms goes by itself, whatever becomes of the terminal and of the process
# that was to detach; what is confirmed, or attached anew meanwhile, stays. A connection lives through all of it.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-confirm
SMALL=(--flows 4096 --half-open 1024)
OTHER=veth-other # a second interface of the server
in_server ip link add "$OTHER" type veth peer name veth-nobody
in_server ip link set "$OTHER" up

code_of() { "$@" >/dev/null 2>&1; echo $?; }
of() { levee status "$1" --json 2>/dev/null | jq -r ".interfaces[0]$2"; } # INTERFACE PATH
is_gone() { [ "$(code_of levee status "$1")" = 3 ]; }                     # INTERFACE

guards() # INTERFACE: the processes that would detach it
{
	local pid

	for pid in $(ip netns pids "$SERVER_NS"); do
		! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q "levee attach $1 .*--confirm" || echo "$pid"
	done
}

# COMMAND in a terminal of its own, whose shell goes on until the terminal is closed: then it is hung up.
in_closing_terminal() # COMMAND...
{
	"$PYTHON" - "$@" <<-'END'
		import os, pty, sys
		pid, terminal = pty.fork()
		if pid == 0:
		    os.execvp("sh", ["sh", "-c", '"$@"; echo ended with $?; exec sleep 60', "sh"] + sys.argv[1:])
		output = b""
		while b"ended with" not in output:
		    output += os.read(terminal, 4096)
		os.close(terminal)
		_, status = os.waitpid(pid, 0)
		print(output.decode(), "hung up by signal", os.WTERMSIG(status))
	END
}

# The mark at which an interface's time is up, and another in its place, in the map: ms since boot, byte by byte.
settings_pin() { find "$LEVEE_BPFFS" -path "*/$1/settings"; }
mark() { bpftool -j map dump pinned "$(settings_pin "$1")" | jq -r '.[0].formatted.value.confirm_ms'; } # INTERFACE
time_is_up() # INTERFACE
{
	local pin at

	pin=$(settings_pin "$1")
	at=$(($(mark "$1") - 3600000))
	# shellcheck disable=SC2046 # one word per byte
	bpftool map update pinned "$pin" key 0 0 0 0 value $(bpftool -j map dump pinned "$pin" | jq -r '.[0].value[]' |
		awk -v at=$((at & 0xffffffff)) 'NR > 28 && NR <= 32 { $0 = int(at / 256 ^ (NR - 29)) % 256 } { print }')
}

serve "$SERVER_V4" 7001
hold held "$SERVER_V4" 7001

# --- confirmed, on one interface, while the other's time runs out

# A machine that is so slow that it cannot confirm in 2 s gets more.
for within in 2s 10s 60s; do
	levee attach "$OTHER" "${SMALL[@]}" --confirm $within >/dev/null
	CONFIRMED=$(levee confirm "$OTHER" --json) && break
done
is "confirm says for what, and that time was left" "$(jq -c '[.schema, .interface, .left_ms > 0]' <<<"$CONFIRMED")" \
	"[\"levee.confirm/1\",\"$OTHER\",true]"
is "confirmed: nothing waits" "$(of "$OTHER" .confirm)" null
is "confirmed: a second time there is nothing to confirm" "$(code_of levee confirm "$OTHER")" 3

TERMINAL=$(in_closing_terminal ip netns exec "$SERVER_NS" "$LEVEE" attach "$SERVER_DEV" --cookies always "${SMALL[@]}" --confirm 2s)
check "attach returns at once, and says what will happen and when" grep -qE \
	"detaches by itself at [0-9:]{8} unless: levee confirm $SERVER_DEV" <<<"$(tr -s ' \r\n' ' ' <<<"$TERMINAL")"
check "its terminal is hung up" grep -q "ended with 0.*hung up by signal 1" <<<"$(tr '\r\n' '  ' <<<"$TERMINAL")"
GUARD=$(guards "$SERVER_DEV")
TTY=$(ps -o tty= -p "${GUARD:-0}" 2>/dev/null) # nothing, if this machine is so slow that it has ended
is "who would detach has no terminal" "$(xargs <<<"${TTY:-?}")" "?"
kill -HUP "$GUARD" 2>/dev/null
check "not confirmed, hung up: it detaches by itself" wait_for 'is_gone "$SERVER_DEV"' 20
check "the connection is held: it came before levee, and is there after it" echoed held
check "new ones come" page
check "no process is left" wait_for '[ -z "$(guards "$SERVER_DEV")$(guards "$OTHER")" ]' 10
is "what was confirmed stays, its time being over" "$(of "$OTHER" .enabled) $(of "$OTHER" .confirm)" "true null"
levee detach "$OTHER" >/dev/null
check "detached: nothing is left of either" nothing_left
is "not attached: nothing to confirm" "$(code_of levee confirm "$SERVER_DEV")" 3

# --- attached anew in between

attach "${SMALL[@]}" --confirm 1h >/dev/null
FORMER=$(guards "$SERVER_DEV")
detach >/dev/null
attach --cookies always "${SMALL[@]}" --confirm 1h >/dev/null
check "detached and attached anew: the former process sees that, and ends" wait_for "! kill -0 $FORMER" 10
check "status says that it waits, and for how long" grep -qE \
	"waits.*detaches by itself at [0-9:]{8}, in [0-9a-z ]+, unless: levee confirm" <<<"$(levee status "$SERVER_DEV" | tr -s ' \n' ' ')"
is "who would detach has nothing open" "$(readlink "/proc/$(guards "$SERVER_DEV")"/fd/* | sort -u)" /dev/null
check "the connection is held while it waits" echoed held
is "and what is there waits" "$(status " | .enabled and .confirm.left_ms > 3500000")" true
is "to attach once more is refused" "$(code_of attach)" 1
ip netns exec "$SERVER_NS" "$LEVEE" run "$SERVER_DEV" --json >"$LAB_DIR/run" 2>&1 &
RUN=$!
check "levee run adopts it, and says what it waits for" wait_for 'grep -q "\"unconfirmed\"" "$LAB_DIR/run"' 10

# --- the process that would detach is killed

kill -9 "$(guards "$SERVER_DEV")"
page
is "before its time is up it protects" "$(counted "answer.cookie_sent pass.disabled" page)" "1 0"
MARK=$(mark "$SERVER_DEV")
levee reload "$SERVER_DEV" >/dev/null
levee config set "$SERVER_DEV" closing=61s >/dev/null
is "reload and config set keep the time" "$(mark "$SERVER_DEV")" "$MARK"
kill -STOP "$RUN"
time_is_up "$SERVER_DEV"
check "killed: when its time is up it is off" wait_for '[ "$(status .enabled)" = false ]' 10
read -r COOKIES DISABLED <<<"$(counted "answer.cookie_sent pass.disabled" page)"
is "every packet passes, and no cookie is sent" "$COOKIES $((DISABLED > 3))" "0 1"
check "the connection is held" echoed held
is "status calls it a problem" "$(code_of levee status "$SERVER_DEV") $(status .confirm.left_ms)" "1 0"
check "it says which" grep -q "nobody has confirmed it in time" <<<"$(tr -s ' \n' ' ' <<<"$(levee status "$SERVER_DEV")")"
is "it is too late to confirm" "$(code_of levee confirm "$SERVER_DEV")" 3
is "there is nothing to reload" "$(code_of levee reload "$SERVER_DEV")" 1
kill -CONT "$RUN"
wait "$RUN"
is "levee run detaches what is left, and ends" "$? $(tail -1 "$LAB_DIR/run" | jq -r .event)" "3 detached"
check "nothing is left" nothing_left
check "the connection is held" echoed held
released held
done_testing
