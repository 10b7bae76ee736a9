#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh - what `make run` shows. Without an interface: a lab, real clients, a real flood; first without levee,
# then with it, live and then summed up. With an interface: protect that one until Ctrl-C.
# DEMO_RATE (SYNs per second) and DEMO_SECONDS (of each half) change the flood.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
. tests/lib/lab.sh
. tests/lib/load.sh

DEV=${1:-}
RATE=${DEMO_RATE:-200000}
HALF=${DEMO_SECONDS:-10}
CALM=5
AFTER_MAX=75

# --- an interface of this machine

protect()
{
	need_root
	trap '' INT TERM HUP
	"$LEVEE" attach "$DEV" || exit
	trap 'trap "" INT TERM HUP; echo; "$LEVEE" detach "$DEV"; exit' INT TERM HUP
	echo "$DEV is protected until Ctrl-C."
	"$LEVEE" stats "$DEV" --watch 1
	"$LEVEE" detach "$DEV"
}

# --- numbers

# The clock is the condition; one sleep, because bash likes an interrupt best there.
until_ms()
{
	local left=$(($1 - ${EPOCHREALTIME/[^0-9]/} / 1000))

	[ "$left" -le 0 ] || sleep "$((left / 1000)).$(printf %03d $((left % 1000)))"
}

half_open() { in_server ss -Htn state syn-recv | wc -l; }

per_second() { echo $(($2 > 0 ? $1 * 1000 / $2 : 0)); } # COUNT MILLISECONDS

# Milliseconds and SYNs of the last line that the generator wrote.
flood_sent()
{
	awk 'NF == 2 { ms = 1000 * $1; sent = $2 } END { printf "%d %d\n", ms, sent }' "$LAB_DIR/flood" 2>/dev/null || echo 0 0
}

# Cookies sent and valid so far, and how many services (and the table itself) are in cookie mode.
levee_cookies()
{
	in_server "$LEVEE" stats "$SERVER_DEV" --json | jq -r '.events |
		"\(.cookies_sent.total) \(.cookies_valid.total) \(.cookie_mode_on.total - .cookie_mode_off.total)"'
}

# --- one line per second

PHASE=
PROTECTED=
MODE=0
LAST_MS=0
LAST_BYTE=0
LAST_FLOOD="0 0"
LAST_COOKIES="0 0"

header()
{
	printf '\n'
	printf '%10s %9s %8s %9s %7s %9s %8s\n' SYNs/s half-open pages/s 'p99 ms' failed cookies/s valid/s
}

# What the clients finished since the last call; a copy is kept for the summary.
take_load()
{
	local from=$LAST_BYTE

	LAST_BYTE=$(stat -c %s "$LAB_DIR/load")
	tail -c "+$((from + 1))" "$LAB_DIR/load" | head -c "$((LAST_BYTE - from))" >"$LAB_DIR/second"
	cat "$LAB_DIR/second" >>"$LAB_DIR/phase.$PHASE"
}

# Sets syns: the flood's rate between the generator's last lines, which are not in step with ours.
take_flood()
{
	local ms sent last_ms last_sent

	read -r ms sent < <(flood_sent)
	read -r last_ms last_sent <<<"$LAST_FLOOD"
	LAST_FLOOD="$ms $sent"
	syns=$(per_second $((sent - last_sent)) $((ms - last_ms)))
}

# Sets cookies and valid, and MODE.
take_cookies() # MILLISECONDS
{
	local sent good last_sent last_good

	cookies=- valid=-
	[ -n "$PROTECTED" ] || return
	read -r sent good MODE < <(levee_cookies)
	read -r last_sent last_good _ <<<"$LAST_COOKIES"
	LAST_COOKIES="$sent $good"
	cookies=$(per_second $((sent - last_sent)) "$1")
	valid=$(per_second $((good - last_good)) "$1")
}

# One line about the last second, or SECONDS.
tick() # [SECONDS]
{
	local ms served failed p99 syns cookies valid

	until_ms $((LAST_MS + ${1:-1} * 1000))
	ms=$((${EPOCHREALTIME/[^0-9]/} / 1000 - LAST_MS))
	LAST_MS=$((LAST_MS + ms))
	take_load
	take_flood
	take_cookies "$ms"
	read -r served failed _ p99 < <(load_summary <"$LAB_DIR/second")
	echo "$ms" >>"$LAB_DIR/ms.$PHASE"
	printf '%10s %9s %8s %9s %7s %9s %8s\n' \
		"$syns" "$(half_open)" "$(per_second "$served" "$ms")" "$p99" "$failed" "$cookies" "$valid"
}

# Begins afresh, so that a phase is not charged with what happened between two.
phase() # NAME
{
	PHASE=$1
	LAST_MS=$((${EPOCHREALTIME/[^0-9]/} / 1000))
	: >"$LAB_DIR/phase.$PHASE"
	: >"$LAB_DIR/ms.$PHASE"
	LAST_BYTE=$(stat -c %s "$LAB_DIR/load")
	LAST_FLOOD=$(flood_sent)
	[ -z "$PROTECTED" ] || LAST_COOKIES=$(levee_cookies)
}

ticks() # SECONDS
{
	local i

	for ((i = 0; i < $1; i++)); do
		tick
	done
}

# --- the story

say() { printf '\n%s\n' "$@"; }

say_picture()
{
	cat <<-END

		    $LOAD_CLIENTS clients (curl)  --+
		                      +-- veth-client ======= veth-server -- nginx, port 80
		    spoofed SYNs    --+                          ^
		                                                 levee will stand here
		    namespace $CLIENT_NS               namespace $SERVER_NS

	END
}

start_flood()
{
	flood_start --dst "$SERVER_V4" --rate "$RATE" --seconds $((2 * HALF + 10)) --live >"$LAB_DIR/flood" 2>&1
	wait_for "grep -q '^[0-9]' '$LAB_DIR/flood'" 5 || lab_die "no flood: $(cat "$LAB_DIR/flood")"
}

protect_server()
{
	in_server "$LEVEE" attach "$SERVER_DEV" >"$LAB_DIR/attach" || return
	grep -v '^next:' "$LAB_DIR/attach"
	PROTECTED=yes
}

# levee goes on answering with cookies until the flood's half-open entries have timed out (64 s) and hardly any cookie
# is in flight: a line per second at first, then one for five.
until_calm()
{
	local i step=1

	for ((i = 0; i < AFTER_MAX; i += step)); do
		[ "$i" -lt 5 ] || step=5
		tick "$step"
		[ "$MODE" -gt 0 ] || return 0
	done
	return 1
}

# Pages per second over the whole of a phase.
phase_rate() # PHASE
{
	per_second "$(grep -c '^200 ' "$LAB_DIR/phase.$1")" "$(awk '{ sum += $1 } END { print sum + 0 }' "$LAB_DIR/ms.$1")"
}

summary_row() # TITLE PHASE
{
	local failed median p99

	read -r _ failed median p99 < <(load_summary <"$LAB_DIR/phase.$2")
	printf '  %-28s %14s %11s %11s %8s\n' "$1" "$(phase_rate "$2")" "$median" "$p99" "$failed"
}

summary()
{
	printf '\n  %-28s %14s %11s %11s %8s\n' '' 'pages per s' 'median ms' 'p99 ms' failed
	summary_row 'calm, without levee' calm
	summary_row 'flood, without levee' bare
	summary_row 'flood, with levee' levee
	summary_row 'flood over, with levee' after
}

percent_of_calm() # PHASE
{
	local part whole

	part=$(phase_rate "$1")
	whole=$(phase_rate calm)
	[ "$part" -gt 0 ] && [ $((part * 100 / whole)) = 0 ] && echo 'less than 1 %' && return
	echo "$((part * 100 / whole)) %"
}

verdict()
{
	printf '\nUnder %s spoofed SYNs per second the clients got %s of the pages\n' "$RATE" "$(percent_of_calm bare)"
	printf 'of calm times without levee, and %s with it.\n' "$(percent_of_calm levee)"
}

demo()
{
	need_command jq
	[ -x "$LEVEE" ] || { lab_die "$LEVEE is missing; run: make"; exit 1; }
	echo "Making the lab."
	lab_begin "demo-$$"
	say_picture
	load_start "$LAB_DIR/load"
	wait_for "[ -s '$LAB_DIR/load' ]" 5 || { lab_die "the clients got nothing"; exit 1; }

	say "1. Calm: $LOAD_CLIENTS clients fetch a page over a new connection each time."
	header
	phase calm
	ticks $CALM

	say "2. The flood: $RATE SYNs per second from 65536 spoofed sources; no levee."
	start_flood || exit 1
	header
	phase bare
	ticks "$HALF"

	say "3. The flood goes on. Now: levee attach $SERVER_DEV"
	protect_server || exit 1
	header
	phase levee
	ticks "$HALF"

	say "4. The flood ends; cookies stop when what it left has timed out, about a
minute after its start; from then on levee only watches."
	flood_stop
	header
	phase after
	if until_calm; then say "Cookies have stopped."; else say "Cookies have not stopped after $AFTER_MAX s."; fi
	load_stop
	in_server "$LEVEE" detach "$SERVER_DEV"
	summary
	verdict
	say 'Removing the lab. docs/lab.md says how to make one and play with it by hand.'
}

if [ -n "$DEV" ]; then
	protect
else
	demo
fi
