#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# flood.sh - what real clients get while a flood runs: connections per second and latency of serial clients, by
# flood rate, for the plain kernel, nft synproxy, levee, and an XDP program that only reflects the
# flood, which is the ceiling for whatever answers it. Medians over rounds; every round has a new lab per
# defence, so that no cell inherits another's queues or TIME_WAIT sockets.
#
# The generator has core 0; receive side, nginx and client share core 1 (tests/lib/lab.sh).

set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/lab.sh
. tests/lib/lab.sh
# shellcheck source=tests/lib/progress.sh
. tests/lib/progress.sh

DEFENCES="kernel synproxy levee ceiling"
RATES="0 100000 200000 400000"
ROUNDS=3
SECONDS_EACH=3
SETTLE=0.5
SERIAL_CLIENTS=4
SAVE=
BENCH=$LAB_ROOT/build/bench

usage()
{
	cat <<-END
		Usage: tests/bench/flood.sh [--quick] [--rounds N] [--save FILE]

		  --quick      one round of short cells
		  --rounds N   [$ROUNDS]
		  --save FILE  the results as JSON, beside the table on standard output
	END
}

while [ $# -gt 0 ]; do
	case $1 in
	--quick) ROUNDS=1 SECONDS_EACH=1.5 ;;
	--rounds) ROUNDS=$2 && shift ;;
	--save) SAVE=$2 && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
	shift
done

# --- defences

# Without timestamps: with them, on Linux 6.18, connections stall as soon as the timestamps of the two handshakes
# differ (seen here: 10 connections/s without any flood), which would compare levee with a defect.
synproxy_on()
{
	in_server sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0 || return
	in_server nft -f - <<-END
		table ip bench {
			chain early {
				type filter hook prerouting priority raw
				tcp dport 80 tcp flags syn / syn,ack,rst,fin notrack
			}
			chain late {
				type filter hook input priority filter
				tcp dport 80 ct state invalid,untracked synproxy mss 1460 wscale 7 sack-perm
				ct state invalid drop
			}
		}
	END
}

defence_on()
{
	case $1 in
	kernel) : ;;
	synproxy) synproxy_on ;;
	levee) in_server "$LEVEE" attach "$SERVER_DEV" >/dev/null ;;
	ceiling) in_server "$FLOOD" --reflect "$SERVER_DEV" >/dev/null ;;
	esac
}

# --- cells

clients() # FIRST_PORT
{
	"${OFF_CORE_0[@]}" ip netns exec "$CLIENT_NS" "$BENCH" client 198.18.0.2 "$SERIAL_CLIENTS" "$1" "$SERVER_V4" 80 \
		"$SETTLE" "$SECONDS_EACH"
}

# One line: defence, rate, connections/s, p50 ms, p99 ms, failed, SYNs that the generator got rid of, and those that the
# server's full ring refused.
cell() # DEFENCE RATE FIRST_PORT
{
	local result flood="0 0"

	if [ "$2" != 0 ]; then
		flood_start --dst "$SERVER_V4" --rate "$2" --seconds 30 --json >"$LAB_DIR/flood.json" || return
	fi
	result=$(clients "$3") || return
	if [ "$2" != 0 ]; then
		flood_stop
		flood=$(sed -n 's/.*"sent":\([0-9]*\),"refused":\([0-9]*\),.*/\1 \2/p' "$LAB_DIR/flood.json")
	fi
	echo "$1 $2 $result ${flood:-0 0}"
}

# Under 200 kpps, ns per packet of the XDP program by the kernel's count. After the cells: counting costs too.
live() # DEFENCE
{
	local result

	flood_start --dst "$SERVER_V4" --rate 200000 --seconds 30 >/dev/null || return
	result=$("${OFF_CORE_0[@]}" ip netns exec "$SERVER_NS" "$BENCH" live "$SERVER_DEV" 1) || return
	flood_stop
	echo "$1 live ${result#* }"
}

tell_progress() # ROUND DEFENCE RATE
{
	local ended all

	ended=$(grep -vc ' live ' "$raw")
	all=$((ROUNDS * $(wc -w <<<"$DEFENCES") * $(wc -w <<<"$RATES")))
	progress "$ended of $all floods, $((100 * ended / all)) %: round $1 of $ROUNDS, $2, $(($3 / 1000)) kpps"
}

measure_defence() # DEFENCE ROUND
{
	local rate port=10000

	tell_progress "$2" "$1" 0
	lab_begin "${LEVEE_LAB:-bench}"
	defence_on "$1" || { lab_die "$1 could not be set up"; return; }
	for rate in $RATES; do
		tell_progress "$2" "$1" "$rate"
		cell "$1" "$rate" "$port" || return
		port=$((port + 13000))
	done
	case $1 in levee | ceiling) live "$1" || return ;; esac
	lab_down
}

# --- results

# Medians by defence and rate, one line each.
medians()
{
	grep -v ' live ' "$1" | sort -s -k1,1 -k2,2n -k3,3n | awk '
		function flush() {
			if (n)
				print key, at(conn), at(conn, 1), at(conn, 2), mid(p50), mid(p99), failed, percent(refused, sent + refused)
			n = failed = sent = refused = 0
		}
		function percent(part, all) { return all ? 100 * part / all : 0 }
		# what: 0 median, 1 lowest, 2 highest; lines come sorted by connections
		function at(list, what) { return what == 1 ? list[1] : what == 2 ? list[n] : list[int((n + 1) / 2)] }
		function mid(list, i, j, t) {
			for (i = 1; i <= n; i++)
				for (j = i + 1; j <= n; j++)
					if (list[j] < list[i]) { t = list[i]; list[i] = list[j]; list[j] = t }
			return list[int((n + 1) / 2)]
		}
		key != $1 " " $2 { flush(); key = $1 " " $2 }
		{ conn[++n] = $3 + 0; p50[n] = $4 + 0; p99[n] = $5 + 0; failed += $6; sent += $7; refused += $8 }
		END { flush() }'
}

table()
{
	awk -v defences="$DEFENCES" -v rates="$RATES" -v rounds="$ROUNDS" -v seconds="$SECONDS_EACH" -v clients="$SERIAL_CLIENTS" '
		{ conn[$1, $2] = $3; low[$1, $2] = $4; high[$1, $2] = $5; p99[$1, $2] = $7 }
		END {
			printf "connections/s of %d serial clients, p99 latency; medians of %d rounds of %s s, extremes in brackets\n\n",
			       clients, rounds, seconds
			nd = split(defences, d); nr = split(rates, r)
			printf "%-10s", "flood"
			for (j = 1; j <= nr; j++) printf "%30s", r[j] / 1000 " kpps"
			printf "\n"
			for (i = 1; i <= nd; i++) {
				printf "%-10s", d[i]
				for (j = 1; j <= nr; j++) {
					printf "%30s", value(d[i], r[j])
				}
				printf "\n"
			}
			top = conn["ceiling", 200000]
			printf "\nat 200 kpps levee serves %.0f %% of the ceiling, the plain kernel %.0f %%, synproxy %.0f %%\n",
			       share("levee"), share("kernel"), share("synproxy")
		}
		function value(d, r, ms) {
			ms = conn[d, r] ? sprintf("%.2f ms", p99[d, r]) : "-"
			return sprintf("%d [%d..%d] %s", conn[d, r], low[d, r], high[d, r], ms)
		}
		function share(d) { return top ? 100 * conn[d, 200000] / top : 0 }' "$1"
}

live_median() # DEFENCE
{
	awk -v d="$1" '$1 == d && $2 == "live" { print $3 }' "$raw" | sort -n |
		awk '{ ns[NR] = $1 } END { print NR ? ns[int((NR + 1) / 2)] : "null" }'
}

json()
{
	echo '{"schema": 1, "cells": ['
	awk '
		NR > 1 { print "," }
		{ printf "  {\"defence\": \"%s\", \"flood_pps\": %d, \"connections_per_second\": %d, ", $1, $2, $3
		  printf "\"lowest\": %d, \"highest\": %d, ", $4, $5
		  printf "\"p50_ms\": %s, \"p99_ms\": %s, ", $3 ? $6 : "null", $3 ? $7 : "null"
		  printf "\"failed\": %d, \"flood_refused_percent\": %.1f}", $8, $9 }' "$1"
	echo '],'
	echo "\"live_ns\": {\"levee\": $(live_median levee), \"ceiling\": $(live_median ceiling)}}"
}

need_root
need_command nft || exit
raw=$(mktemp) || exit
trap 'rm -f "$raw" "$raw.medians"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
load=$(cut -d ' ' -f 1 /proc/loadavg)
for ((round = 0; round < ROUNDS; round++)); do
	for defence in $DEFENCES; do
		# In a shell of its own, that removes its lab however it ends.
		(measure_defence "$defence" $((round + 1)); code=$?; progress_end; exit "$code") >>"$raw" || exit 1
	done
done
medians "$raw" >"$raw.medians"
table "$raw.medians"
echo "load average of the machine before: $load"
echo "the XDP program at 200 kpps by the kernel's own count, two clock readings included:" \
	"levee $(live_median levee) ns, reflector $(live_median ceiling) ns"
[ -z "$SAVE" ] || json "$raw.medians" >"$SAVE"
