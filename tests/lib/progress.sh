# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# progress.sh - one line on stderr that says how far long work is, where stderr is a terminal; written over itself. Sourced.

progress() # TEXT
{
	local columns

	[ -t 2 ] || return 0
	columns=$(tput cols 2>/dev/null) || columns=80
	printf '\r%-*s' "$PROGRESS_SHOWN" '' >&2
	printf '\r%.*s' "$((columns - 1))" "$1" >&2
	PROGRESS_SHOWN=${#1}
	[ "$PROGRESS_SHOWN" -lt "$columns" ] || PROGRESS_SHOWN=$((columns - 1))
}

# Before anything else is printed, and when the work is done.
progress_end()
{
	[ -t 2 ] && [ "$PROGRESS_SHOWN" != 0 ] || return 0
	printf '\r%*s\r' "$PROGRESS_SHOWN" '' >&2
	PROGRESS_SHOWN=0
}

PROGRESS_SHOWN=0
