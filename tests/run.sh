#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh - runs the test suites and counts. `make test` builds everything and then runs this. Suites run in two lanes
# beside each other: the network's wait for time more than for the CPU.
#
#   tests/run.sh [-v] [GROUP [NAME]]
#
# GROUP is unit, asan (the unit tests with sanitizers), prog, diff, net or cli; NAME is a part of a suite's name.
# -v shows all output, not only what failed. Every suite speaks TAP. A suite that dies, is killed, takes
# too long, or whose plan does not match its results counts as a failure, whatever it printed.
# The last line is "N passed, N failed"; the exit code is 1 if any failed or none was run.

set -u
cd "$(dirname "$0")/.." || exit 1

export CMOCKA_MESSAGE_OUTPUT=TAP
export UBSAN_OPTIONS=print_stacktrace=1

VERBOSE=no
GROUP=
NAME=
CHILD=
LANES=()
WORK=$(mktemp -d)
TOTALS=$WORK/totals # a line per suite: passed, failed, skipped, name
: >"$TOTALS"

finish()
{
	[ ${#LANES[@]} = 0 ] || kill -TERM "${LANES[@]}" 2>/dev/null
	[ ${#LANES[@]} = 0 ] || wait "${LANES[@]}" 2>/dev/null
	rm -rf "$WORK"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The end of a lane that is told to stop: its suite cleans up first.
lane_stopped()
{
	[ -z "$CHILD" ] || kill -TERM "$CHILD" 2>/dev/null
	[ -z "$CHILD" ] || wait "$CHILD" 2>/dev/null
	exit 143
}

lane() # FUNCTION: in the background
{
	{
		trap lane_stopped TERM
		trap - EXIT
		OUTPUT=$WORK/$1
		"$1"
	} &
	LANES+=($!)
}

usage()
{
	sed -n '/^#   tests.run.sh/,/^# The last/s/^# \{0,1\}//p' "$0"
}

# Failed tests with what they say, which stands in the lines before or after them.
show_failures()
{
	awk '/^1\.\./ { next }
	     /^ok / { bad = 0; held = ""; next }
	     /^not ok / { bad = 1; printf "%s", held; held = "" }
	     bad { print "    " $0; next }
	     { held = held "    " $0 "\n" }' "$OUTPUT"
}

lines()
{
	grep -c -E "$1" "$OUTPUT"
}

# What is wrong with a suite as a whole, or nothing.
fault() # EXIT_CODE RESULTS BAD LIMIT
{
	local code=$1 results=$2 bad=$3 limit=$4 plan

	plan=$(awk -F '\\.\\.' '/^1\.\.[0-9]+/ { n += $2; seen = 1 } END { print seen ? n : "none" }' "$OUTPUT")
	if [ "$code" = 124 ] || [ "$code" = 137 ]; then
		echo "not done after $limit s, or killed"
	elif [ "$code" -gt 128 ]; then
		echo "died of signal $((code - 128))"
	elif [ "$plan" = none ]; then
		echo "printed no totals, exit code $code"
	elif [ "$plan" != "$results" ]; then
		echo "planned $plan tests, gave $results results, exit code $code"
	elif [ "$results" = 0 ]; then
		echo "tested nothing"
	elif [ "$code" != 0 ] && [ "$bad" = 0 ]; then
		echo "exit code $code although nothing failed"
	elif [ "$code" = 0 ] && [ "$bad" != 0 ]; then
		echo "exit code 0 although tests failed"
	fi
}

report() # SUITE OK BAD SKIPPED FAULT SECONDS
{
	local suite=$1 ok=$2 bad=$3 skipped=$4 fault=$5 line

	line=$(printf '%-28s %4d passed' "$suite" "$ok")
	[ "$skipped" = 0 ] || line+=", $skipped skipped"
	[ "$bad" = 0 ] || line+=", $bad FAILED"
	[ -z "$fault" ] || line+=", FAILED: $fault"
	printf '%s  (%d s)\n' "$line" "$6"
	if [ "$VERBOSE" = yes ]; then
		sed 's/^/    /' "$OUTPUT"
	elif [ "$bad" != 0 ]; then
		show_failures
	fi
	if [ -n "$fault" ] && [ "$VERBOSE" = no ]; then
		echo "    last lines of its output:"
		tail -n 25 "$OUTPUT" | sed 's/^/    | /'
	fi
	[ "$skipped" = 0 ] || [ "$VERBOSE" = yes ] || grep -E '^ok .*# SKIP' "$OUTPUT" | sed 's/^/    /'
}

suite() # GROUP NAME SECONDS COMMAND...
{
	local group=$1 name=$2 limit=${TEST_TIMEOUT:-$3} code ok bad skipped fault start=$SECONDS

	shift 3
	if [ -n "$GROUP" ] && [ "$GROUP" != "$group" ]; then
		return
	fi
	case $name in *"$NAME"*) ;; *) return ;; esac
	timeout -k 20 "$limit" "$@" >"$OUTPUT" 2>&1 </dev/null &
	CHILD=$!
	wait "$CHILD" 2>/dev/null # the shell would announce that it was killed
	code=$?
	CHILD=
	skipped=$(lines '^ok .*# SKIP')
	ok=$(($(lines '^ok ') - skipped))
	bad=$(lines '^not ok ')
	fault=$(fault "$code" $((ok + bad + skipped)) "$bad" "$limit")
	{
		flock 9 # whole reports
		report "$group/$name" "$ok" "$bad" "$skipped" "$fault" $((SECONDS - start))
		[ -z "$fault" ] || [ "$bad" != 0 ] || bad=1
		echo "$ok $bad $skipped $group/$name" >>"$TOTALS"
	} 9>"$WORK/lock"
}

script() # GROUP SECONDS FILE
{
	[ ! -x "$3" ] || suite "$1" "$(basename "$3" .sh)" "$2" "$3"
}

programs()
{
	local source name

	for source in tests/unit/test_*.c; do
		name=$(basename "$source" .c)
		suite unit "$name" 60 "build/unit/$name"
	done
	for source in tests/unit/test_*.c; do
		name=$(basename "$source" .c)
		suite asan "$name" 180 "build/asan/$name"
	done
	suite prog rows 180 build/prog-tests
	suite prog packets 180 tests/prog/check_packets.py build/prog-out.pcap build/prog-out.json
	suite diff conntrack 120 build/diff
	for source in tests/cli/*.sh; do
		script cli 300 "$source"
	done
}

# The next of the network's suites, for the lane that asks first.
next_network()
{
	{
		flock 9
		head -n 1 "$WORK/queue"
		sed -i 1d "$WORK/queue"
	} 9>"$WORK/lock"
}

networks()
{
	local file

	while file=$(next_network) && [ -n "$file" ]; do
		script net 600 "$file"
	done
}

programs_and_networks()
{
	programs
	networks
}

flood()
{
	script net 600 tests/net/flood.sh
}

while [ $# -gt 0 ]; do
	case $1 in
	-v) VERBOSE=yes ;;
	-h | --help) usage && exit 0 ;;
	unit | asan | prog | diff | net | cli) GROUP=$1 ;;
	-*) usage >&2 && exit 2 ;;
	*)
		[ -n "$GROUP" ] || { usage >&2 && exit 2; }
		NAME=$1
		;;
	esac
	shift
done

find tests/net -name '*.sh' ! -name flood.sh | sort >"$WORK/queue"
lane programs_and_networks
lane networks
wait "${LANES[@]}"
# Alone: it takes all the CPU there is.
LANES=()
lane flood
wait "${LANES[@]}"
LANES=()

read -r passed failed skipped failures < <(awk '{ p += $1; f += $2; s += $3; if ($2) n = n " " $4 }
	END { print p + 0, f + 0, s + 0, n }' "$TOTALS")
[ -z "$failures" ] || echo "failed: $failures"
[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
