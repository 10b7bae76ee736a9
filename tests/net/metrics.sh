#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for and jq take their words unexpanded
#
# metrics.sh - levee metrics: what promtool and a real Prometheus make of it, beside "levee stats"; the listener without
# privileges, through attach and detach, and under clients that mean it no good; files; the dashboard and the alerts in
# contrib/ ask for nothing that is not told.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

need_command prometheus promtool jq || exit 1
lab_begin net-metrics

export LEVEE_GROUP=daemon # in place of "levee", which this machine need not have
API=http://127.0.0.1:9090/api/v1

# --- the listener

# In the background: sets LISTENER, URL and WHERE (ADDRESS:PORT). Its messages go to the file NAME of the lab's directory.
listen() # NAME [OPTION...]
{
	local err=$LAB_DIR/$1

	shift
	ip netns exec "$SERVER_NS" "$LEVEE" metrics "$@" 2>"$err" &
	LISTENER=$!
	wait_for "grep -q ^listening '$err'" 5 || lab_die "no listener: $(<"$err")"
	URL=$(sed -n 's/^listening on //p' "$err")
	WHERE=$(sed 's|.*//||; s|/.*||' <<<"$URL")
}

stop_listener() # DESCRIPTION SIGNAL
{
	local code

	kill -"$2" "$LISTENER"
	wait "$LISTENER" 2>/dev/null
	code=$?
	is "$1" "$code" 0
}

scrape() { in_server curl -sf --max-time 10 "$URL"; }

# The value of one series, or nothing.
value() # SERIES
{
	scrape | awk -v series="$1" 'substr($0, 1, length(series) + 1) == series " " { print $NF }'
}

field() { awk -v name="$1:" '$1 == name { $1 = ""; print substr($0, 2) }' "/proc/$LISTENER/status"; } # NAME

check_unprivileged() # DESCRIPTION
{
	is "$1: nobody, by every id" "$(field Uid | tr '\t' ' ')" "65534 65534 65534 65534"
	is "$1: no capability in any set, and none to come" \
		"$(for set in CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs; do field $set; done | sort | uniq -c | tr -s ' ')" \
		$' 5 0000000000000000\n 1 1'
}

maps_open() { find "/proc/$LISTENER/fd" -lname '*bpf-map*' | grep -c .; }

# --- before attach

levee metrics >"$LAB_DIR/none"
is "not attached: exit code" $? 3
check "and levee_up is 0" grep -qx "levee_up 0" "$LAB_DIR/none"
listen listener --listen 127.0.0.1:0
check_unprivileged "listener"
is "a scrape tells that levee is not attached" "$(value levee_up)" 0

# --- attached while it listens

check "attach" attach --flows 131072
is "the next scrape tells" "$(value levee_up) $(value "levee_attached{interface=\"$SERVER_DEV\"}")" "1 1"
is "it keeps no map open between scrapes" "$(maps_open)" 0

cat >"$LAB_DIR/prometheus.yml" <<-END
	global: { scrape_interval: 1s, evaluation_interval: 1s }
	rule_files: [$LAB_ROOT/contrib/prometheus/levee.rules.yml]
	scrape_configs:
	  - job_name: levee
	    static_configs: [{ targets: ["$WHERE"] }]
END
ip netns exec "$SERVER_NS" prometheus --config.file="$LAB_DIR/prometheus.yml" --storage.tsdb.path="$LAB_DIR/prometheus" \
	--web.listen-address=127.0.0.1:9090 --log.level=warn >"$LAB_DIR/prometheus.log" 2>&1 &

pages 5 "http://$SERVER_V4/"
pages 5 "http://[$SERVER_V6]/"
flood --dst "$SERVER_V4" --rate 20000 --seconds 1 >/dev/null
pages 5 "http://$SERVER_V4/"
check "a flood: the listener's mode is told" \
	[ "$(value "levee_service_cookie_mode{interface=\"$SERVER_DEV\",endpoint=\"0.0.0.0:80\"}")" = 1 ]
scrape >"$LAB_DIR/page"
check "promtool check metrics has nothing to say" sh -c "[ -z \"\$(promtool check metrics <'$LAB_DIR/page' 2>&1)\" ]"
is "the content type" "$(in_server curl -s -o /dev/null -w '%{content_type}' "$URL")" \
	"text/plain; version=0.0.4; charset=utf-8"

# --- Prometheus

# The answer to a query as JSON, in which every sample is a number.
query() { in_server curl -sfG --max-time 5 "$API/query" --data-urlencode "query=$1"; } # PROMQL

check "Prometheus scrapes it" wait_for '[ "$(query up | jq -r ".data.result[0].value[1]")" = 1 ]' 20
query 'up' | jq -c '.data.result[0]' | sed 's/^/# /'

# Packets and events as "name total" lines, sorted.
stats_lines()
{
	levee stats "$SERVER_DEV" --json | jq -r '(.pass + .answer + .drop + (.events | with_entries(.key |= "levee_\(.)_total")))
		| to_entries[] | "\(.key) \(.value.total)"' | sort
}

prometheus_lines()
{
	query '{__name__=~"levee_.*_total", endpoint="", event=""}' | jq -r '.data.result[] | select(.metric.__name__ != "levee_housekeeping_runs_total")
		| "\(.metric.reason // .metric.__name__) \(.value[1])"' | sort
}

same_as_stats() { diff <(stats_lines) <(prometheus_lines); }

wait_for same_as_stats 15
check "every reason and counter has in Prometheus the value of levee stats" same_as_stats
note "$(prometheus_lines | grep -c .) series, of these not 0: $(prometheus_lines | grep -vc ' 0$')"
is "so has the service" "$(query 'levee_service_cookies_sent_total{endpoint="0.0.0.0:80"}' | jq -r '.data.result[0].value[1]')" \
	"$(levee queues "$SERVER_DEV" --json | jq -r '.queues[] | select(.endpoint == "0.0.0.0:80").cookies.sent')"
check "the accept queue's length is the kernel's" [ "$(value "levee_service_accept_queue_max{interface=\"$SERVER_DEV\",endpoint=\"0.0.0.0:80\"}")" = \
	"$(in_server ss -Hltn4 sport = :80 | awk '{ print $3 }')" ]

# --- contrib

names_in() { grep -ohE '\blevee_[a-z0-9_]+' "$@" | sort -u; } # FILE...
told() { sed -n 's/^# TYPE \([a-z0-9_]*\) .*/\1/p' "$LAB_DIR/page" | sort -u; }

is "every metric of the dashboard and the alerts is told" "" \
	"$(names_in contrib/grafana/levee.json contrib/prometheus/levee.rules.yml | comm -23 - <(told))"
check "promtool check rules" promtool check rules contrib/prometheus/levee.rules.yml
check "promtool test rules" promtool test rules contrib/prometheus/levee.rules.test.yml

UNIT=$LAB_DIR/levee-metrics.service
sed "s|/usr/sbin/levee|$LEVEE|" contrib/systemd/levee-metrics.service >"$UNIT"
if command -v systemd-analyze >/dev/null; then
	check "systemd-analyze verify: the unit" sh -c "[ -z \"\$(systemd-analyze verify --man=no '$UNIT' 2>&1)\" ]"
else
	skip "systemd-analyze verify: the unit" "there is no systemd-analyze"
fi

# Every query of the dashboard, as Grafana would ask it; those that ask for what is not 0 may have no answer.
dashboard_answers()
{
	jq -r '.panels[].targets[]?.expr' contrib/grafana/levee.json |
		sed 's/\$instance/.*/g; s/\$interface/.*/g; s/\$__rate_interval/10s/g' | while read -r expr; do
		query "$expr" | jq -e --arg expr "$expr" \
			'.status == "success" and ((.data.result | length) > 0 or ($expr | endswith("> 0")))' >/dev/null || echo "$expr"
	done
}
wait_for '[ "$(query "rate(levee_syns_total[10s])" | jq ".data.result | length")" = 1 ]' 10 # takes two scrapes
is "every query of the dashboard has an answer" "$(dashboard_answers)" ""
is "Prometheus evaluates every alert" \
	"$(in_server curl -sf "$API/rules" | jq -r '[.data.groups[].rules[].health] | unique | join(" ")')" ok
check "it says that there is a flood, as yet pending" wait_for \
	'query "ALERTS{alertname=\"LeveeSynFlood\"}" | jq -e ".data.result[0].metric.alertstate == \"pending\""' 10

# --- clients

status_of() { in_server curl -s -o /dev/null -w '%{http_code}' --max-time 10 "$@"; }
is "/, another path, another method, HEAD" \
	"$(status_of "${URL%metrics}") $(status_of "$URL/x") $(status_of -X POST -d x "$URL") $(status_of -I "$URL")" "200 404 405 200"

# More than it takes, silent or a byte at a time; and some that ask and go before the answer.
hostile()
{
	ip netns exec "$SERVER_NS" "$PYTHON" - "$WHERE" <<-'END'
		import socket, struct, sys, time
		host, port = sys.argv[1].rsplit(":", 1)
		for i in range(20):
		    s = socket.create_connection((host, int(port)))
		    s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
		    s.close()
		held = [socket.create_connection((host, int(port))) for i in range(70)]
		print("held", flush=True)
		while True:
		    for s in held[::2]:
		        try:
		            s.sendall(b"G")
		        except OSError:
		            pass
		    time.sleep(0.2)
	END
}
hostile >"$LAB_DIR/hostile" 2>&1 &
HOSTILE=$!
check "seventy connections are held" wait_for "grep -q held '$LAB_DIR/hostile'" 10
check "and a scrape gets through" wait_for '[ "$(value levee_up)" = 1 ]' 20
kill "$HOSTILE"
wait "$HOSTILE" 2>/dev/null
check "the listener has survived" kill -0 "$LISTENER"

# --- wrong words

refused_with() # WANTED_CODE "WORDS" OPTION...
{
	local output code

	output=$(in_server "${AS[@]}" timeout 5 "$LEVEE" metrics "${@:3}" 2>&1)
	code=$?
	[ "$code" = "$1" ] && tr -s ' \n' ' ' <<<"$output" | grep -q -- "$2" || { echo "$code: $output"; return 1; }
}
AS=()
check "a port in use" refused_with 1 "the port is in use" --listen "$WHERE"
check "an address that is none" refused_with 2 "not an address and a port" --listen localhost:80
check "another host's address" refused_with 1 "no interface here has this address" --listen 192.0.2.1:80
check "--user who is none" refused_with 1 "no user" --listen :0 --user no-such-user
check "--listen and --textfile" refused_with 2 "which of them" --listen --textfile x
check "a file without a directory" refused_with 1 "its directory is not there" --textfile "$LAB_DIR/no/x.prom"
AS=(setpriv --reuid=65534 --regid=65534 --clear-groups)
check "no rights to the pins" refused_with 4 "not permitted" --listen :0
AS=(setpriv --reuid=65534 --regid=65534 --groups="$(getent group "$LEVEE_GROUP" | cut -d: -f3)")
check "no rights to the port" refused_with 4 "not permitted" --listen :80
check "no rights to the directory" refused_with 4 "Permission denied" --textfile "$LAB_DIR/x.prom"
check "a member of the group needs no root" in_server "${AS[@]}" "$LEVEE" metrics
AS=()

# --- a file

levee metrics --textfile "$LAB_DIR/levee.prom"
is "a file: exit code, mode" "$? $(stat -c %a "$LAB_DIR/levee.prom")" "0 644"
check "it holds what a scrape does" diff <(sed -n 's/^# TYPE //p' "$LAB_DIR/levee.prom") <(sed -n 's/^# TYPE //p' "$LAB_DIR/page")
ip netns exec "$SERVER_NS" "$LEVEE" metrics --textfile "$LAB_DIR/again.prom" --watch 1 &
WRITER=$!
check "--watch writes it" wait_for '[ -e "$LAB_DIR/again.prom" ]' 5
# shellcheck disable=SC2034 # wait_for's condition has it
INODE=$(stat -c %i "$LAB_DIR/again.prom")
check "and replaces it" wait_for '[ "$(stat -c %i "$LAB_DIR/again.prom")" != "$INODE" ]' 10
kill "$WRITER"
wait "$WRITER"
is "SIGTERM ends it well" $? 0
is "nothing is left beside them" "$(find "$LAB_DIR" -maxdepth 1 -name '*.prom*' | wc -l)" 2

# --- detach while it listens, and while another does who may not open pins

FIRST=("$LISTENER" "$URL")
LEVEE_GROUP='' listen alone --listen '[::1]:0' "$SERVER_DEV"
check_unprivileged "without the group"
check "it says what that means" grep -q "may not open levee's pins" "$LAB_DIR/alone"
is "it tells, by the maps that root opened, over IPv6" "$(value levee_up)" 1
check "which it keeps" [ "$(maps_open)" -gt 0 ]
OBJECTS=$(levee_objects)
check "detach" detach
check "it lets go of them by itself: no map is left in the kernel" wait_for "[ -z \"\$(still_there '$OBJECTS')\" ]" 5
is "and tells that" "$(value levee_up)" 0
stop_listener "SIGINT ends it well" INT
LISTENER=${FIRST[0]} URL=${FIRST[1]}
is "the first one tells it too, and still knows the interface" \
	"$(value levee_up) $(value "levee_attached{interface=\"$SERVER_DEV\"}")" "0 0"
stop_listener "SIGTERM ends it well" TERM
check "nothing is left" nothing_left
done_testing
