# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# tap.sh - what a test script says: TAP lines, and the count at the end. Sourced; knows nothing of labs.

TAP_COUNT=0
TAP_FAILED=0

ok() # DESCRIPTION
{
	echo "ok $((++TAP_COUNT)) - $*"
}

not_ok() # DESCRIPTION [DETAIL...]
{
	echo "not ok $((++TAP_COUNT)) - $1"
	TAP_FAILED=$((TAP_FAILED + 1))
	shift
	[ $# = 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

skip() # DESCRIPTION WHY
{
	echo "ok $((++TAP_COUNT)) - $1 # SKIP $2"
}

note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

check() # DESCRIPTION COMMAND...: ok if it succeeds; its output is shown if not
{
	local description=$1 output

	shift
	if output=$("$@" 2>&1); then
		ok "$description"
	else
		not_ok "$description" "$* failed with exit code $?" "$output"
	fi
}

check_not() # DESCRIPTION COMMAND...
{
	local description=$1 output

	shift
	if output=$("$@" 2>&1); then
		not_ok "$description" "$* succeeded" "$output"
	else
		ok "$description"
	fi
}

is() # DESCRIPTION GOT WANTED
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got:    $2" "wanted: $3"
	fi
}

# The last line of every script: 1 if anything failed, or if nothing was tested at all.
done_testing()
{
	echo "1..$TAP_COUNT"
	[ "$TAP_FAILED" = 0 ] && [ "$TAP_COUNT" -gt 0 ]
}
