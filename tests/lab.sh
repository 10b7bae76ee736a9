#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# lab.sh - the lab as commands, to play with by hand: a server and its clients in namespaces of their own, and a
# flood whenever you want one. What a lab is made of: lib/lab.sh. docs/lab.md has a walk through it.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
. tests/lib/lab.sh
. tests/lib/load.sh
. tests/lib/lesson.sh

usage()
{
	cat <<-END
		Usage: tests/lab.sh COMMAND

		  up                        make the lab: two namespaces, a veth pair, nginx on port 80
		  down [--all]              remove it, and whatever runs in it; --all: every lab
		  status                    what is there, what runs, what levee says
		  levee COMMAND ...         build/levee in the server's namespace
		  client [-6]               fetch a page as a client and say what came
		  client --load SECONDS [-6]
		                            $LOAD_CLIENTS clients fetch as fast as they can
		  flood [--dst fd00::1] [--rate PPS] [--seconds S] [--kind syn|ack|rst|mixed] ...
		                            spoofed packets to the server (build/tools/flood --help)
		  lesson [STEP ...]         TCP as the textbook has it, acted out in a lab of its own; steps by word or number
		                            PACE=SECONDS in the environment: time to read a step [5]; Enter goes on
		  shell client|server       a shell inside
		  exec client|server CMD    a command inside

		LEVEE_LAB=NAME in the environment: another lab beside "levee".
	END
}

say_next()
{
	cat <<-END
		The lab "$LAB" is up: nginx serves http://$SERVER_V4/ and http://[$SERVER_V6]/ in namespace $SERVER_NS.

		  tests/lab.sh client                               one page
		  tests/lab.sh client --load 5                      connections per second, calm
		  tests/lab.sh flood --rate 200000 --seconds 30 &   the attack
		  tests/lab.sh client --load 5                      what is left of it
		  tests/lab.sh levee attach $SERVER_DEV             protect the server
		  tests/lab.sh client --load 5                      and now
		  tests/lab.sh levee stats $SERVER_DEV --watch 1    what levee does
		  tests/lab.sh down                                 remove everything
	END
}

need_lab()
{
	lab_exists || { lab_die "is not up; make it by: tests/lab.sh up"; exit 1; }
}

namespace_of() # client|server
{
	case ${1:-} in
	client) echo "$CLIENT_NS" ;;
	server) echo "$SERVER_NS" ;;
	*) lab_die "which one, client or server?"; return 2 ;;
	esac
}

cmd_up()
{
	lab_up && say_next
}

cmd_down()
{
	local dir

	if [ "${1:-}" = --all ]; then
		for dir in "$LAB_RUN"/*/; do
			[ -d "$dir" ] || continue
			lab_name "$(basename "$dir")"
			lab_down
		done
		return
	fi
	[ $# = 0 ] || { usage >&2; return 2; }
	lab_down
}

cmd_levee()
{
	[ -x "$LEVEE" ] || { lab_die "$LEVEE is missing; run: make"; return 1; }
	in_server "$LEVEE" "$@"
}

client_once() # FAMILY
{
	local url=http://$SERVER_V4/

	[ "$1" = 4 ] || url="http://[$SERVER_V6]/"
	in_client curl -sS --connect-timeout 5 --max-time 10 "$url" \
		-w 'HTTP %{http_code} from %{remote_ip}: connected after %{time_connect} s, done after %{time_total} s\n'
}

client_load() # SECONDS FAMILY
{
	local file served failed median p99

	file=$(mktemp) || return
	load_start "$file" "$1" "$2"
	wait "${LOAD_PIDS[@]}"
	read -r served failed median p99 < <(load_summary <"$file")
	rm -f "$file"
	echo "$LOAD_CLIENTS clients, $1 s: $((served / $1)) connections per second; latency $median ms median," \
		"$p99 ms at the 99th percentile; $failed failed"
	[ "$served" -gt 0 ]
}

cmd_client()
{
	local family=4 seconds=

	while [ $# -gt 0 ]; do
		case $1 in
		-6) family=6 ;;
		--load)
			seconds=${2:-}
			shift
			[[ $seconds =~ ^[1-9][0-9]{0,3}$ ]] || { lab_die "--load takes whole seconds, 1 to 9999"; return 2; }
			;;
		*) usage >&2; return 2 ;;
		esac
		shift
	done
	if [ -n "$seconds" ]; then
		client_load "$seconds" "$family"
	else
		client_once "$family"
	fi
}

cmd_lesson() # [STEP...]
{
	local pace=${PACE:-}

	need_command ip nft ss ethtool "$LESSON_PYTHON" || return
	[ -n "$pace" ] || [ -t 1 ] || pace=0
	set -- ${pace:+--pace "$pace"} "$@"
	"$LESSON_PYTHON" -B "$LESSON" --check "$@" || return
	[ -x "$LEVEE" ] || { lab_die "$LEVEE is missing; run: make"; return 1; }
	lab_begin "lesson-$$"
	lesson_run "$@"
}

cmd_status()
{
	local namespace

	for namespace in "$SERVER_NS" "$CLIENT_NS"; do
		echo "$namespace:"
		ip -n "$namespace" -brief address show | sed 's/^/  /'
		ip netns pids "$namespace" | xargs -r ps -o pid=,args= -p | sed 's/^/  process /'
	done
	echo "listening:"
	in_server ss -Htnl | sed 's/^/  /'
	echo "half-open in the server's kernel: $(in_server ss -Htn state syn-recv | wc -l)"
	[ ! -x "$LEVEE" ] || { echo "levee:"; in_server "$LEVEE" status "$SERVER_DEV" 2>&1 | sed 's/^/  /'; }
}

cmd_shell()
{
	local namespace

	namespace=$(namespace_of "$@") || return
	echo "In namespace $namespace; leave by exit."
	ip netns exec "$namespace" env PS1="[$namespace] \\w# " bash --norc
}

cmd_exec()
{
	local namespace

	namespace=$(namespace_of "$@") || return
	shift
	ip netns exec "$namespace" "$@"
}

main()
{
	local command=${1:-}

	case $command in
	'') usage >&2; return 2 ;;
	help | --help | -h) usage; return ;;
	up | down | status | levee | client | flood | lesson | shell | exec) ;;
	*) usage >&2; return 2 ;;
	esac
	shift
	need_root
	case $command in
	up | down | lesson) ;;
	*) need_lab ;;
	esac
	case $command in
	flood) flood --dst "$SERVER_V4" "$@" ;;
	*) "cmd_$command" "$@" ;;
	esac
}

main "$@"
