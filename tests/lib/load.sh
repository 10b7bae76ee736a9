# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# load.sh - real clients: curl processes that fetch a page over a new connection each time, and what they got.
# Sourced after lab.sh. One line per attempt in a file: HTTP status (000 for a failure), seconds until
# connected, seconds in all. A serial client is all that curl is, so its rate is one over its latency.

LOAD_CLIENTS=4

# Becomes one client, until killed or for SECONDS. Each has its own address, so that ports last.
load_client() # NUMBER [SECONDS] [FAMILY]
{
	local url="http://$SERVER_V4/?[1-100000000]" from=198.18.0.$((2 + $1)) limit=()

	[ "${3:-4}" = 4 ] || { url="http://[$SERVER_V6]/?[1-100000000]"; from=fd00::$((2 + $1)); }
	[ -z "${2:-}" ] || limit=(timeout "$2")
	exec "${OFF_CORE_0[@]}" ip netns exec "$CLIENT_NS" "${limit[@]}" stdbuf -oL curl -s -o /dev/null \
		--interface "$from" --connect-timeout 3 --max-time 5 -H 'Connection: close' \
		-w '%{http_code} %{time_connect} %{time_total}\n' "$url"
}

load_start() # FILE [SECONDS] [FAMILY]
{
	local i

	: >"$1"
	LOAD_PIDS=()
	for ((i = 0; i < LOAD_CLIENTS; i++)); do
		load_client "$i" "${2:-}" "${3:-4}" >>"$1" 2>/dev/null &
		LOAD_PIDS+=($!)
	done
}

load_stop()
{
	kill "${LOAD_PIDS[@]}" 2>/dev/null
	wait "${LOAD_PIDS[@]}" 2>/dev/null
	LOAD_PIDS=()
}

# Lines in; out: served, failed, median and 99th percentile of the served ones' latency in ms ("-" if none).
load_summary()
{
	awk '$1 == 200 { print 1000 * $3 } $1 != 200 && NF == 3 { failed++ } END { print "failed", failed + 0 }' |
		sort -n | awk '
			$1 == "failed" { failed = $2; next }
			{ ms[++n] = $1 }
			function at(share, i) { i = int(n * share + 0.999); return sprintf("%.1f", ms[i < 1 ? 1 : i]) }
			END { print n + 0, failed, n ? at(0.5) : "-", n ? at(0.99) : "-" }'
}
