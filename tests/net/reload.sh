#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for takes its condition unexpanded
#
# reload.sh - levee.conf, and programs replaced under load: no connection fails, no flow is lost, a cookie in flight
# becomes a connection, no SYN of a flood comes through in between; whatever is refused or killed leaves a levee that
# works, which the next reload or detach handles.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

KILLAT=$LAB_ROOT/build/tools/killat
[ -x "$KILLAT" ] || lab_die "$KILLAT is missing; run: make tests" || exit 1
lab_begin net-reload

reload() { levee reload "$SERVER_DEV" "$@"; }
load_conf() { levee config load "$SERVER_DEV" "$@"; }
shown() { levee config show "$SERVER_DEV" --json | jq -r "$1"; } # PATH
conf() { printf '%s\n' "$@" >"$LEVEE_CONF"; }                     # LINE...
program() { status ".programs.$1"; }                              # ingress|accept|egress
programs() { echo "$(program ingress) $(program accept) $(program egress)"; }

refuses() # DESCRIPTION TEXT COMMAND...: exit code 1, and a report that has these words
{
	local description=$1 text=$2 output code

	shift 2
	output=$("$@" 2>&1)
	code=$?
	if [ "$code" = 1 ] && tr -s ' \n' ' ' <<<"$output" | grep -qF "$text"; then
		ok "$description"
	else
		not_ok "$description" "wanted exit code 1 and: $text" "got $code: $output"
	fi
}

# Every counter, as one object of numbers; and whether none of one is less than in another.
all_counters() { levee stats "$SERVER_DEV" --json | jq -c '[.events, .pass, .answer, .drop] | map(map_values(.total))'; }
not_less() # BEFORE AFTER
{
	jq -en --argjson a "$1" --argjson b "$2" '[range(4) | . as $i | $a[$i] | keys[] | $b[$i][.] >= $a[$i][.]] | all'
}

# --- attach with a file

conf "[default]" "start = 40   # percent" "timeout.closing = 3min" "[$SERVER_DEV]" "flows = 128k" "timeout.established = 2h"
ATTACHED=$(attach --flows 64k --half-open 1024)
check "attach says which file it has read" grep -q "settings *as in $LEVEE_CONF" <<<"$ATTACHED"
is "the file's settings hold, the command line's more" \
	"$(shown '"\(.start_percent) \(.from.start) \(.flows_max) \(.from.flows) \(.end_percent) \(.from.end)"')" \
	"40 file 65536 command 25 default"
is "the file's timeouts hold" \
	"$(shown '[.timeouts[] | select(.from == "file") | "\(.name) \(.ms)"] | join(" ")')" "established 7200000 closing 180000"
is "the file's name is kept" "$(shown .file)" "$LEVEE_CONF"
check "config show says so in words" grep -qF "on from 40 % (file) half-open" <<<"$(levee config show "$SERVER_DEV")"

# Two clients, IPv4 and IPv6, that fetch a page over a new connection 50 times a second; a line with each status, 000 for
# none. From addresses of their own: the ports that these leave in TIME_WAIT are nobody else's.
clients_start() # NAME
{
	local url from

	CLIENT_PIDS=()
	for url in "198.18.0.8 http://$SERVER_V4" "fd00::8 http://[$SERVER_V6]"; do
		from=${url% *} url=${url#* }
		ip netns exec "$CLIENT_NS" stdbuf -oL curl -s -o /dev/null --rate 50/s --interface "$from" --connect-timeout 3 \
			--max-time 5 -H "Connection: close" -w '%{http_code}\n' "$url/?[1-100000]" >>"$LAB_DIR/$1" &
		CLIENT_PIDS+=($!)
	done
}
clients_stop()
{
	kill "${CLIENT_PIDS[@]}"
	wait "${CLIENT_PIDS[@]}" 2>/dev/null
}
clients_have() { wait_for "[ \"\$(wc -l <'$LAB_DIR/$1')\" -ge $2 ]" 10; } # NAME COUNT
failures() { grep -vc '^200$' "$LAB_DIR/$1"; }

# Epochs are counted from what attach read of the wall clock: steps of that clock change nothing later.
cookie_clock() { bpftool -j map dump pinned "$(find "$LEVEE_BPFFS" -name settings)" | jq -c '.[0].formatted.value.clock'; }
CLOCK=$(cookie_clock)

# --- calm: reload under load

serve "$SERVER_V4" 7000
serve "$SERVER_V6" 7000
check "a connection is held" hold held-v4 "$SERVER_V4" 7000
check "a connection is held, IPv6" hold held-v6 "$SERVER_V6" 7000
held() { levee flows "$SERVER_DEV" --service :7000 --json | jq -c "[.flows[] | $1] | sort"; }
HELD=$(held '[.remote, .began]')
AGES=$(held .age_ms)
reloads() # COUNT
{
	local i earlier later

	for ((i = 0; i < $1; i++)); do
		earlier=$(all_counters)
		reload >/dev/null || return
		later=$(all_counters)
		not_less "$earlier" "$later" || { echo "$earlier" "$later"; return 1; }
		echoed held-v4 && echoed held-v6 || return
	done
}
OLD=$(levee_objects | grep prog)
FORMER=$(programs)
clients_start calm
check "calm: clients come" clients_have calm 20
BEFORE=$(counters flows_adopted pass.disabled)
BEFORE_LINES=$(wc -l <"$LAB_DIR/calm")
check "calm: two reloads; held connections answer, no counter goes back" reloads 2
check "calm: and have come all the time" clients_have calm $((BEFORE_LINES + 50))
clients_stop
is "calm: of $(wc -l <"$LAB_DIR/calm") new connections so many failed" "$(failures calm)" 0
is "calm: no packet was missed, so none had to be adopted" "$(counters flows_adopted pass.disabled)" "$BEFORE"
is "calm: the held connections' flows are the same" "$(held '[.remote, .began]')" "$HELD"
check "calm: and as old as they are" jq -en --argjson a "$AGES" --argjson b "$(held .age_ms)" '[$a, $b] | transpose | all(.[1] > .[0])'
check "calm: the programs are others" [ "$(programs)" != "$FORMER" ]
check "calm: status finds no problem" levee status "$SERVER_DEV"
check "calm: the former programs are gone from the kernel" wait_for "[ -z \"\$(still_there '$OLD')\" ]" 5
ticks() { bpftool -j map dump pinned "$(find "$LEVEE_BPFFS" -name runtime)" | jq '.[0].formatted.value.ticks'; }
check "calm: housekeeping goes on" wait_for "[ \"\$(ticks)\" -gt $(ticks) ]" 5

# --- a file that has changed

conf "[$SERVER_DEV]" "cookies = always" "end = 10" "flows = 32k" "half-open = 2k" "mode = generic" "timeout.closing = 1min"
levee config check --json >"$LAB_DIR/checked"
CHANGES='[.[] | "\(.name) \(.before) \(.after) \(.applied)"] | join(", ")'
WANTED="cookies adaptive always true, start 40 50 true, end 25 10 true, half-open 1024 2048 false, flows 65536 32768 true"
WANTED+=", timeout.established 2h 1d true, timeout.closing 3min 1min true, mode native generic false"
is "config check tells what it would change" "$(jq -r ".sections[0].changes | $CHANGES" "$LAB_DIR/checked")" "$WANTED"
is "config check changes nothing" "$(status .cookies)" adaptive
is "config load changes it" "$(load_conf --json | jq -r ".changes | $CHANGES")" "$WANTED"
is "that is what holds then" "$(shown '"\(.cookies) \(.start_percent) \(.end_percent) \(.half_open_max) \(.flows_max)"')" "always 50 10 1024 32768"
is "timeouts too" "$(shown '[.timeouts[] | select(.ms != .default_ms) | "\(.name) \(.ms) \(.from)"] | join(" ")')" "closing 60000 file"
check "config load says what another attach would change" grep -q "mode *stays native" <<<"$(load_conf)"
levee config set "$SERVER_DEV" suspect=1min >/dev/null
is "config set is told from the file" "$(shown '.timeouts[] | select(.name == "suspect") | .from')" command
check "the clock of cookies can be seen" jq -e '.epoch_base > 0' <<<"$CLOCK"
is "reload, config load and config set leave it" "$(cookie_clock)" "$CLOCK"
conf "[$SERVER_DEV]" "cookies = always" "start = 5"
refuses "a file that does not fit is refused" "$LEVEE_CONF:3: end 25 is not below start 5" load_conf
FORMER=$(programs)
refuses "by reload too" "$LEVEE_CONF:3: end 25 is not below start 5" reload
is "it changes no program then" "$(programs)" "$FORMER"
is "and no setting" "$(shown '"\(.end_percent) \(.cookies)"')" "10 always"

# --- cookies: reload under load and flood

for address in "$SERVER_V4" "[$SERVER_V6]"; do page "http://$address/"; done # what a service offers is learnt once
raw_neighbours
raw across 7000 --go "$LAB_DIR/go" >"$LAB_DIR/across" &
RAW_PID=$!
check "cookies are in flight" wait_for 'grep -q "in-flight 4" "$LAB_DIR/across"' 5
conf "[$SERVER_DEV]" "cookies = never" "end = 20"
APPLIED=$(reload --json)
is "reload applies the file too" "$(jq -r ".changes | $CHANGES" <<<"$APPLIED")" \
	"cookies always never true, end 10 20 true, flows 32768 65536 true, timeout.closing 1min 2min true"
is "and names the programs" "$(jq -r '"\(.after.ingress) \(.after.accept) \(.after.egress)"' <<<"$APPLIED")" "$(programs)"
touch "$LAB_DIR/go"
wait "$RAW_PID"
is "cookies that were in flight become connections, though no more are sent" "$(grep -c '^across.* echo$' "$LAB_DIR/across")" 4
conf "[$SERVER_DEV]" "cookies = always" "end = 20"
check "cookies again" load_conf
flood_start --dst "$SERVER_V4" --rate 5000 --seconds 120 >/dev/null 2>&1
clients_start always
check "flood: clients come" clients_have always 20
# What the kernel itself answers to the flood; what levee sends passes no hook of netfilter.
in_server nft -f - <<-END
	table inet flood {
	    counter answered { }
	    chain out { type filter hook output priority 0; ip daddr 198.19.0.0/16 counter name answered; }
	}
END
answered() { in_server nft -j list counter inet flood answered | jq '.nftables[] | .counter // empty | .packets'; }
is "the kernel answers nothing of the flood" "$(answered)" 0

# --- killed between any two of its steps, under the same load

calls_of() { in_server "$KILLAT" 0 "$LEVEE" "$@" 2>&1 >/dev/null | grep -E '^[0-9]+ [a-z:_]+$'; }
killed() { # N ARGUMENTS...: was it killed there?
	in_server "$KILLAT" "$1" "$LEVEE" "${@:2}" >/dev/null 2>&1
	[ $? = 137 ]
}
# After the programs are loaded: the first and the last replacement on the hooks, what is written then, the first pin's
# renaming.
choose_calls()
{
	awk '$2 == "bpf:prog_load" { n = 0; delete seen } { call[++n] = $1; name[n] = $2 }
	     END { for (i = 2; i <= n; i++)
	               if ((name[i] name[i - 1] == "bpf:map_updatenetlink") || (name[i] == "netlink" && name[i - 1] != name[i + 1]) ||
	                   (name[i] == "rename" && !seen[name[i]]++)) print call[i] }'
}
EARLIER=$(all_counters)
FORMER=$(programs)
CALLS=$(calls_of reload "$SERVER_DEV")
check "flood: a reload" [ "$(programs)" != "$FORMER" ]
check "flood: no counter goes back" not_less "$EARLIER" "$(all_counters)"
note "reload makes $(wc -l <<<"$CALLS") calls that change something"
for n in $(choose_calls <<<"$CALLS"); do
	when="killed before call $n, $(sed -n "s/^$n //p" <<<"$CALLS")"
	check "$when" killed "$n" reload "$SERVER_DEV"
	check "$when: the held connections answer" eval 'echoed held-v4 && echoed held-v6'
	check "$when: status knows levee is on the interface" jq -e '.interfaces[0].problems | all(test("interrupted"))' \
		<<<"$(levee status "$SERVER_DEV" --json)"
done
clients_stop
flood_stop
in_server tc filter del dev "$SERVER_DEV" egress
check "a whole reload afterwards, which puts back a filter that somebody has removed" \
	grep -q "TC egress filter had been removed; it is there again" <<<"$(reload 2>&1 | tr -s ' \n' ' ')"
is "flood: of $(wc -l <"$LAB_DIR/always") new connections so many failed" "$(failures always)" 0
is "flood: not one SYN of it has reached the stack, in any of those reloads" "$(answered) $(counters pass.disabled)" "0 0"
check "status finds no problem" levee status "$SERVER_DEV"
is "nothing of the killed ones is left: pins" "$(find "$LEVEE_BPFFS" -name '*-next')" ""
is "nor programs" "$(in_server bpftool -j net | jq '[.[0].xdp[], .[0].tc[]] | length')" 3

# --- refused

FORMER=$(programs)
META=$(find "$LEVEE_BPFFS" -name meta)
MINE=$(bpftool -j map dump pinned "$META" | jq -r '.[0].value | join(" ")')
# shellcheck disable=SC2046,SC2086 # one word per byte
bpftool map update pinned "$META" key 0 0 0 0 value $(awk '{ $5 = "0x63"; print }' <<<"$MINE")
refuses "another ABI is refused, with the way out" \
	"maps of version 99; this one's programs need version 3: they cannot take over it goes on protecting. Use that levee; or \"levee detach" reload
# shellcheck disable=SC2086
bpftool map update pinned "$META" key 0 0 0 0 value $MINE
LISTENER=${META%meta}listener
mv "$LISTENER" "$LISTENER-mine"
bpftool map create "$LISTENER" type array key 4 value 4096 entries 1 name listener
refuses "a map that is laid out otherwise is refused" "map listener is laid out otherwise" reload
rm "$LISTENER"
mv "$LISTENER-mine" "$LISTENER"
refuses "where the programs cannot be loaded they stay as they are" "go on as before" in_server prlimit --nofile=45 "$LEVEE" reload "$SERVER_DEV"
is "all of that has changed no program" "$(programs)" "$FORMER"
check "and status finds no problem" levee status "$SERVER_DEV"

# --- gone

check "killed, and detached" killed "$(grep -m1 -n pin <<<"$CALLS" | cut -d: -f1)" reload "$SERVER_DEV"
check_detach
refuses_detached() { reload >/dev/null 2>&1; [ $? = 3 ]; }
check "not attached: reload ends with 3" refuses_detached

# --- exclusive, generic

conf "[$SERVER_DEV]" "exclusive = yes" "mode = generic" "cookies = always" "flows = 64k" "half-open = 1k"
check "attach, all of it from the file" attach
is "as the file says" "$(status .attachment) $(status .xdp_mode) $(status .cookies)" "exclusive generic always"
page
FORMER=$(programs)
CALLS=$(calls_of reload "$SERVER_DEV")
check "exclusive, generic: reload" [ "$(programs)" != "$FORMER" ]
is "exclusive, generic: as attached" "$(status .attachment) $(status .xdp_mode)" "exclusive generic"
is "exclusive, generic: pages come by cookies" "$(counted "cookies_socket synacks" pages 3 "http://$SERVER_V4/")" "3 0"
FORMER=$(programs)
LINK=$(find "$LEVEE_BPFFS" -name link_xdp)
mv "$LINK" "$LINK-hidden"
refuses "a step that fails undoes those before it" "replacing the XDP program failed" reload
mv "$LINK-hidden" "$LINK"
is "the programs are the former ones" "$(programs) $(in_server bpftool -j net | jq -r '[.[0].tc[].id] | sort | join(" ")')" \
	"$FORMER $(tr ' ' '\n' <<<"${FORMER#* }" | sort -n | xargs)"
check "status finds no problem" levee status "$SERVER_DEV"
is "pages come by cookies" "$(counted "cookies_socket synacks" pages 3 "http://$SERVER_V4/")" "3 0"
n=$(awk '$2 == "bpf:link_update" { print $1 + 1 }' <<<"$CALLS")
check "killed right behind the XDP program's replacement" killed "$n" reload "$SERVER_DEV"
is "pages come by cookies then" "$(counted "cookies_socket synacks" pages 3 "http://$SERVER_V4/")" "3 0"
check_detach
done_testing
