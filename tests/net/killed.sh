#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# killed.sh - levee killed by -9 between the steps of attach and detach: pages come at any time, protection is up or it
# is not (and status says which), and the next detach or attach cleans up. Then what a command cannot do: it says so,
# with the exit code that is documented, and changes nothing.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

KILLAT=$LAB_ROOT/build/tools/killat
[ -x "$KILLAT" ] || lab_die "$KILLAT is missing; run: make tests" || exit 1
lab_begin net-killed

# --- killed

# The calls of a command that change something, as "N NAME"; it runs to its end.
calls_of() { in_server "$KILLAT" 0 "$LEVEE" "$@" 2>&1 >/dev/null | grep -E '^[0-9]+ [a-z:_]+$'; }

# Loading the programs is one step: there one call in its middle. After it, each kind of call behind each other kind,
# and some of those that come in long runs.
choose_calls()
{
	awk '{ name[$1] = $2; if ($2 == "bpf:prog_load") load = $1 }
	     END {
	         if (load) print int(load / 2)
	         for (n = load + 1; n <= NR; n++) {
	             pair = name[n - 1] " " name[n]
	             if ((name[n] != name[n - 1] && !seen[pair]++) || (name[n] == "netlink" && n % 3 == 0) || n % 13 == 0)
	                 print n
	         }
	     }'
}

killed() # N ARGUMENTS...: was it killed there?
{
	in_server "$KILLAT" "$1" "$LEVEE" "${@:2}" >/dev/null 2>&1
	[ $? = 137 ]
}

served() { pages 2 "http://$SERVER_V4/" && pages 2 "http://[$SERVER_V6]/"; }
code_of() { "$@" >/dev/null 2>&1; echo $?; }
# Nothing but the empty directory that libxdp makes for itself.
is_clean() { [ -z "$(left_on_interface | grep -v '/xdp$')" ]; }

# Whatever was interrupted where: the state that is left is one that can be lived with, and left.
check_remains() # WHEN clean-by-detach|clean-by-attach
{
	local code state=something

	is_clean && state=nothing
	check "$1: pages come" served
	code=$(code_of levee status "$SERVER_DEV")
	[[ $state$code == nothing[03] || $state$code == something[013] ]] || not_ok "$1: status ends with $code, there is $state"
	if [ "$2" = clean-by-attach ] && [ "$code" != 0 ]; then
		check "$1: attach again" attach "${SMALL[@]}"
		is "$1: attach again puts protection up" "$(status .enabled)" true
		check "$1: pages come then" served
		state=something
	fi
	code=$(code_of detach)
	is "$1: detach ends with" "$code" "$([ $state = nothing ] && echo 3 || echo 0)"
	check "$1: detach leaves nothing" nothing_left
}

CALLS=$(calls_of attach "$SERVER_DEV" --cookies always)
GONE=$(levee_objects)
note "attach makes $(wc -l <<<"$CALLS") calls that change something"
detach >/dev/null
BY=detach
SMALL=(--flows 4096 --half-open 1024)
for n in $(choose_calls <<<"$CALLS"); do
	when="attach killed before call $n, $(sed -n "s/^$n //p" <<<"$CALLS")"
	check "$when" killed "$n" attach "$SERVER_DEV" --cookies always "${SMALL[@]}"
	check_remains "$when" clean-by-$BY
	BY=$([ $BY = detach ] && echo attach || echo detach)
done

attach >/dev/null
CALLS=$(calls_of detach "$SERVER_DEV")
note "detach makes $(wc -l <<<"$CALLS") calls that change something"
for n in $(choose_calls <<<"$CALLS"); do
	when="detach killed before call $n, $(sed -n "s/^$n //p" <<<"$CALLS")"
	attach "${SMALL[@]}" >/dev/null
	GONE+=$'\n'$(levee_objects)
	check "$when" killed "$n" detach "$SERVER_DEV"
	check_remains "$when" clean-by-detach
done
check "no program and no map of all those stays in the kernel" wait_for "[ -z \"\$(still_there '$GONE')\" ]" 5

# --- killed, protection up: nothing in levee depends on a process

check "attach" attach --cookies always
served # a service is learnt from its first handshake
in_server "$LEVEE" stats "$SERVER_DEV" --watch 1 >/dev/null &
WATCH=$!
wait_for '[ -e "/proc/$WATCH" ]' 2
kill -9 "$WATCH"
wait "$WATCH" 2>/dev/null
is "protection is up without a process" "$(counted "answer.cookie_sent cookies_socket" served)" "4 4"
ticks() { bpftool -j map dump pinned "$(find "$LEVEE_BPFFS" -name runtime)" | jq '.[0].formatted.value.ticks'; }
check "housekeeping goes on" wait_for "[ \"\$(ticks)\" -gt $(ticks) ]" 5

# --- what cannot be done

refuses() # DESCRIPTION EXIT_CODE TEXT COMMAND...
{
	local description=$1 wanted=$2 text=$3 output code

	shift 3
	output=$("$@" 2>&1)
	code=$?
	if [ "$code" = "$wanted" ] && grep -qiE "$text" <<<"$output"; then
		ok "$description: exit code $wanted and a text"
	else
		not_ok "$description: exit code $wanted and a text" "got $code: $output" "wanted: $text"
	fi
}

unprivileged() { in_server setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

refuses "second attach" 1 "attached already" attach
is "second attach, JSON" "$(attach --json | jq -r 'has("error") or has("errors")')" true
is "it harms nothing" "$(counted "answer.cookie_sent cookies_socket" served)" "4 4"
check "detach" detach
refuses "second detach" 3 "not attached" detach
refuses "stats, not attached" 3 "not attached" levee stats "$SERVER_DEV"
refuses "status, not attached" 3 "not attached" levee status "$SERVER_DEV"
refuses "attach to an interface that is not there" 1 "no such interface|no interface" levee attach nowhere0
refuses "detach from an interface that is not there" 3 "no such interface" levee detach nowhere0
refuses "attach without an interface" 2 "usage" levee attach
refuses "an option that does not exist" 2 "no-such-option" attach --no-such-option
refuses "a number out of range" 2 "start" attach --start 101
refuses "end above start" 2 "not below" attach --start 20 --end 30
refuses "attach without privileges" 4 "not permitted|root" unprivileged "$LEVEE" attach "$SERVER_DEV"
refuses "detach without privileges" 4 "not permitted|root" unprivileged "$LEVEE" detach "$SERVER_DEV"
mkdir "$LAB_DIR/plain"
refuses "attach without a bpffs" 1 "not a bpffs" in_server env LEVEE_BPFFS="$LAB_DIR/plain" "$LEVEE" attach "$SERVER_DEV"
# A bpffs in which everybody may make directories, as mount makes one that is not told otherwise.
OPEN=$LAB_DIR/open
in_open() { in_server env LEVEE_BPFFS="$OPEN" "$LEVEE" "$@"; }
mkdir -p "$OPEN" "$LAB_DIR/precious/netns-1/eth9" && echo kept >"$LAB_DIR/precious/netns-1/eth9/file"
mount -t bpf bpf "$OPEN"
ln -s "$LAB_DIR/precious" "$OPEN/levee"
refuses "attach into a directory that is a trap: a link" 1 "not root's directory" in_open attach "$SERVER_DEV"
refuses "detach --all from it" 1 "not root's directory" in_open detach --all
is "what the link leads to is kept" "$(cat "$LAB_DIR/precious/netns-1/eth9/file")" kept
rm "$OPEN/levee"
mkdir "$OPEN/levee" && chown 65534 "$OPEN/levee"
refuses "attach into a directory that is somebody's" 1 "not root's directory" in_open attach "$SERVER_DEV"
umount "$OPEN"
check "none of that has left anything" nothing_left
is "nor in a directory that is no bpffs" "$(ls -A "$LAB_DIR/plain")" ""

# A command that has opened the maps and waits for its turn, while others detach and attach anew.
exec {LOCK}<"$LEVEE_BPFFS"
attach --flows 4096 >/dev/null
flock "$LOCK"
printf '[%s]\nstart = 60\n' "$SERVER_DEV" >"$LAB_DIR/late.conf"
ip netns exec "$SERVER_NS" "$LEVEE" config load "$SERVER_DEV" --file "$LAB_DIR/late.conf" >"$LAB_DIR/late" 2>&1 &
LATE=$!
check "a command waits for the lock" wait_for 'grep -q -- "-> FLOCK .* $LATE " /proc/locks' 5
kill -STOP "$LATE"
check "and sleeps" wait_for '[ "$(ps -o state= -p "$LATE")" = T ]' 5
flock -u "$LOCK"
exec {LOCK}<&-
detach >/dev/null
attach --flows 8192 >/dev/null
kill -CONT "$LATE"
wait "$LATE"
is "it changes nothing of what is attached by then" "$? $(xargs <"$LAB_DIR/late" | grep -o 'levee: .*')" \
	"3 levee: $SERVER_DEV: levee was detached and attached again meanwhile: nothing is changed"
is "which protects as it was attached" "$(levee status "$SERVER_DEV" --json | jq -r '.interfaces[0] | "\(.start_percent) \(.problems)"')" "50 []"
detach >/dev/null
check "pages come" served
done_testing
