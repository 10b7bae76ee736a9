#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for and the shell in tmux take their words unexpanded
#
# top.sh - levee top in a real terminal (tmux): the screen in calm and under a flood, keys, sizes, Ctrl-Z, crashes, colours,
# and terminals that cannot do it. Screens are read as tmux has them, which is what somebody would see.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

need_command tmux || exit 1
lab_begin net-top

# --- the terminal

SOCKET=levee-top-$$
tm() { tmux -L "$SOCKET" -f /dev/null "$@" 2>/dev/null; }

end()
{
	local status=$?

	tm kill-server
	return $status
}
trap 'end; lab_end' EXIT

# A shell in the server's namespace, in a window of this size; variables of its environment may follow.
terminal() # COLUMNS ROWS [NAME=VALUE...]
{
	local cols=$1 rows=$2

	shift 2
	tm kill-server
	wait_for '! tm has-session' 5
	env LC_ALL=C.UTF-8 tmux -L "$SOCKET" -f /dev/null new-session -d -x "$cols" -y "$rows" \
		"ip netns exec $SERVER_NS env -u LC_ALL -u NO_COLOR LANG=C.UTF-8 LEVEE_BPFFS=$LEVEE_BPFFS PS1='ready> ' $* bash --norc --noprofile" \
		>/dev/null 2>&1 </dev/null || lab_die "tmux does not start"
	type_line "ulimit -c 0; levee() { $LEVEE \"\$@\"; }; clear"
	shows '^ready> *$'
}

screen() { tm capture-pane -p; }
press() { tm send-keys "$@"; }
type_line() { tm send-keys -l -- "$1" && tm send-keys Enter; }

# Within some seconds, a line of the screen is so (extended regular expression).
shows() { wait_for "screen | grep -Eq -- '$1'" "${2:-10}" || { screen; return 1; }; }
shows_not() { wait_for "! screen | grep -Eq -- '$1'" "${2:-10}" || { screen; return 1; }; }

top_begin() { type_line "clear; levee top $SERVER_DEV; echo code \$?" && shows '^F1Help'; }
top_pid() { ip netns pids "$SERVER_NS" | while read -r pid; do
	grep -qzx top "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
done; }
top_end() { press q && shows '^code 0'; }

# What a second screen in calm has in common with the first: without times and ages, and blanks in a row as one.
stable()
{
	screen | sed -E 's/[0-9]{2}:[0-9]{2}:[0-9]{2}/CLOCK/g; s/upkeep [0-9.]+%/upkeep N%/; s/\b[0-9.]+(ms|s|m)( |$)/AGE\2/g; s/ +/ /g; s/ $//'
}

serve "$SERVER_V4" 7005 --backlog 5
check "attach" attach
terminal 80 24

# --- calm

wanted_calm()
{
	cat <<-END
		levee $SERVER_DEV CALM for AGE upkeep N% CPU up AGE CLOCK
		 Per second now peak AGE the last 47 s
		 SYN 0 0
		 cookies sent 0 0
		 valid 0 0
		 invalid 0 0
		 dropped 0 0
		 by reason nothing is dropped
		 half-open [ off 25%| |50% cookies ] 0 of 65k 0.0%
		 flows [ |60% timeouts ] 0 of 1.0M 0.0%
		>Listeners: 3 vFULL MODE FOR SYN Q ACCEPT Q DROP/s SENT/s RTT
	END
}

check "80x24: the screen comes" top_begin
is "80x24, calm: what is stable" "$(stable | head -n 11)" "$(wanted_calm)"
is "80x24: listeners by port and address" "$(screen | sed -n '12,14s/^ \([^ ]*\) .*/\1/p' | sort | xargs)" \
	"$(printf '%s\n' "$SERVER_V4:7005" 0.0.0.0:80 "[::]:80" | sort | xargs)"
is "80x24: the last line has the keys" "$(screen | sed -n 24p)" \
	"F1Help F4Filter F6Sort SpaceFreeze TabPane Up DownScroll F10Quit"

# --- flood

flood_all()
{
	flood_start --dst "$SERVER_V4" --rate 20000 --seconds 60 >/dev/null 2>&1
	FLOODS=("$FLOOD_PID")
	flood_start --dst "$SERVER_V6" --rate 10000 --seconds 60 >/dev/null 2>&1
	FLOODS+=("$FLOOD_PID")
}
syn_total() { levee stats "$SERVER_DEV" --json | jq .events.syns.total; }

flood_all
check "flood: cookie mode in the first line" shows '^levee .* COOKIES for 2 of 3 listeners'
check "flood: and told among the events" shows 'COOKIES_ON 0\.0\.0\.0:80 [0-9]+ half-open where [0-9]+ may be'
check "flood: SYNs by the second" shows '^ SYN +[1-9][0-9.]*( k)? +[1-9][0-9.]*( k)? .*[▁▂▃▄▅▆▇█]'
check "flood: cookies are counted" shows '^ cookies sent +[1-9][0-9.]*( k)? '
check "flood: the gauge has half-open connections and cookies" shows '^ half-open \[#.*\++.*\+[0-9.]+[kM]? of 65k'
check "flood: the listeners under attack come first" wait_for '[ "$(screen | sed -n "12,13s/^ \([^ ]*:80\) .* cookie .*/\1/p" | wc -l)" = 2 ]' 10
check "flood: sources by /64, with their share" shows '^ fd00:0:0:1::/64 +[0-9.]+( k)? +[0-9]{2}\.[0-9]% +[0-9]+ +#'
check "flood: sources by /24" shows '^ 198\.1[89]\.[0-9]+\.0/24 '
page
check "flood: a client that got in" shows '<- 198\.18\.0\.[0-9]+:[0-9]+ (ESTABLISHED cookie|fin_)'
share_of_v6() { levee top "$SERVER_DEV" --json | jq '.sources.top[] | select(.prefix == "fd00:0:0:1::/64").share * 100 | round'; }
SHARE=$(share_of_v6)
check "flood: --json has the sources; the prefix of a third of the SYNs has about a third (${SHARE:-no} %)" \
	[ "${SHARE:-0}" -ge 10 -a "${SHARE:-0}" -le 70 ]

# --- keys

frozen_stays()
{
	local before total

	press p
	shows 'FROZEN at [0-9:]+$' || return
	before=$(screen)
	total=$(syn_total)
	wait_for "[ \$(syn_total) -gt $((total + 5000)) ]" 10 || return
	[ "$(screen)" = "$before" ] || { screen; return 1; }
	press p
	shows_not FROZEN && wait_for '[ "$(screen)" != "$before" ]' 5
}

check "p freezes the screen while SYNs go on, and again lets it go" frozen_stays
press F1
check "F1: help" shows 'any key goes back'
press x
check "any key: back" shows_not 'any key goes back'
press /
tm send-keys -l fd00
check "/: the filter is asked for" shows '^Filter: fd00 '
press Enter
check "filter: it says so" shows 'only: fd00'
check "filter: one prefix is left" shows '^ fd00:0:0:1::/64 '
check "filter: others are not" shows_not '^ 198\.1[89]\.'
check "filter: listeners, too" shows 'Listeners: 0 of 3'
press Escape
check "Esc: all again" shows 'Listeners: 3 .*'
press F6
check "F6: the orders" shows '^> pressure'
press Down
press Down
press Enter
check "sorted by SYN queue" shows 'Listeners: 3 .* FULL .*vSYN Q'
press Tab
check "Tab: the next pane" shows '^>SYN sources'
FIRST=$(screen | sed -n '/^>SYN sources/{n;p}')
check "the first source is the biggest" [ -n "$(grep fd00 <<<"$FIRST")" ]
press Down
check "Down: scrolls it" shows_not '^ fd00:0:0:1::/64 '

# --- sizes

tm resize-window -x 160 -y 50
check "160x50: more columns" shows 'RTT P99'
check "160x50: sources and events side by side" shows '^>SYN sources.* Events '
check "160x50: the keys stand in the last line" wait_for 'screen | sed -n 50p | grep -q ^F1Help' 5
tm resize-window -x 40 -y 10
check "40x10: rates and gauge" wait_for '[ "$(screen | grep -Ec "^ (SYN|dropped|half-open) ")" = 3 ] && screen | sed -n 10p | grep -q ^F1Help' 5
tm resize-window -x 20 -y 5
check "20x5: too small, and it says so" shows '^too small: 20x5'
tm resize-window -x 80 -y 24
check "80x24 again" wait_for 'screen | sed -n 24p | grep -q ^F1Help' 5

# --- there and back

suspended()
{
	press C-z
	shows 'Stopped' || return
	type_line 'echo here-$((1 + 1))'
	shows '^here-2'
}
check "Ctrl-Z: the shell is back, and usable" suspended
type_line fg
check "fg: the screen is back" shows '^levee .* COOKIES'
check "fg: all of it" wait_for '[ "$(screen | wc -l)" = 24 ] && ! screen | grep -q here-2' 5
press q
check "q: the shell is back" shows '^ready> *$'
for pid in "${FLOODS[@]}"; do
	FLOOD_PID=$pid flood_stop
done

terminal_state() { type_line "clear; stty -g >'$LAB_DIR/stty'; echo done" && shows '^done' && cat "$LAB_DIR/stty"; }
STATE=$(terminal_state)
dies_cleanly() # SIGNAL TEXT
{
	top_begin || return
	kill -"$1" "$(top_pid)" || return
	shows "$2" && shows '^code' || return
	[ "$(terminal_state)" = "$STATE" ] || { echo "stty differs"; return 1; }
	! screen | grep -q F1Help
}
check "SIGSEGV: says so, terminal as before" dies_cleanly SEGV '^levee: top has crashed; the protection .* goes on'
check "SIGABRT: says so, terminal as before" dies_cleanly ABRT '^levee: top has crashed; the protection .* goes on'
check "SIGTERM: terminal as before" dies_cleanly TERM '^code 0'
check "SIGHUP: terminal as before" dies_cleanly HUP '^code 0'
is "not a terminal: exit code 1, and what to do instead" \
	"$(levee top "$SERVER_DEV" 2>&1 >/dev/null </dev/null | xargs; levee top "$SERVER_DEV" >/dev/null 2>&1 </dev/null; echo $?)" \
	"levee: top needs a terminal, and the input is none use levee stats $SERVER_DEV --watch 1 instead
1"
for term in dumb no-such-terminal; do
	type_line "clear; TERM=$term levee top $SERVER_DEV; echo code \$?"
	check "TERM=$term: a clear error" eval 'shows "^levee: the terminal \"$term\" \(TERM\)" && shows "^code 1" && shows "levee stats$|--watch 1.( instead)?$"'
done

# --- one of two that listen

ip netns exec "$SERVER_NS" "$LEVEE" events "$SERVER_DEV" >/dev/null 2>"$LAB_DIR/events.err" &
LISTENER=$!
wait_for "grep -q ^listening '$LAB_DIR/events.err'" 5
top_begin >/dev/null
check "somebody else has the events: says who, and the rest works" \
	eval "shows '^ Events .*somebody \(pid $LISTENER\) listens already' && shows '^>Listeners: 3'"
kill "$LISTENER"
wait "$LISTENER" 2>/dev/null
top_end >/dev/null

# --- colours

coloured() { tm capture-pane -pe | grep -Pq '\e\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7])(;[0-9;]*)?m'; }
top_begin >/dev/null
check "colours" wait_for coloured 5
top_end >/dev/null
terminal 80 24 NO_COLOR=1 LC_ALL=C
top_begin >/dev/null
check_not "NO_COLOR: none" coloured
check "NO_COLOR: the bars are reversed" eval "tm capture-pane -pe | grep -Pq '\e\[([0-9;]*;)?7m'"
page
check "LC_ALL=C: a history in ASCII" shows '^ SYN +[0-9]+ +[1-9][0-9]* .*[.:|#]$'
check_not "LC_ALL=C: and nothing else" eval "screen | LC_ALL=C grep -q '[^ -~]'"

# --- levee goes

check_detach
check "levee was detached: says so, exit code 3" eval "shows '^levee: $SERVER_DEV: levee was detached' && shows '^code 3'"
check "and the terminal is as before" [ "$(terminal_state)" = "$STATE" ]

done_testing
