#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# completion.sh - what bash completes is what the program takes: every command, its options, their choices, as --help and
# the program's own errors say them. In a shell of its own, without the bash-completion package.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/lib/tap.sh
. build/man/levee.bash

LEVEE=${LEVEE:-build/levee}

# What is offered for the last of these words, which bash has parted at "=", as it stands in COMPREPLY; sorted, in one line.
completed() # WORD...
{
	COMP_WORDS=(levee "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_levee
	printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | xargs
}

completes() # "WORDS" WANTED: the words parted at spaces; a space at the end begins an empty word
{
	local words

	read -ra words <<<"$1"
	[[ $1 != *" " && -n $1 ]] || words+=('')
	is "levee $1<TAB>" "$(completed "${words[@]}")" "$2"
}

sorted() { tr ' ' '\n' | LC_ALL=C sort -u | xargs; }

interfaces() { basename -a /sys/class/net/*/ | sorted; }

# --- beside --help

# "config show": the commands by the overview, which has two spaces before each, and its arguments behind one.
commands() { "$LEVEE" help | sed -nE 's/^  ([a-z]+( [a-z]+)*)( .*)?$/\1/p' | sed 's/ *$//'; }

options() { "$LEVEE" "$@" --help | sed -nE 's/^  (--[a-z-]+).*/\1/p'; } # COMMAND

# "--mode auto|native|generic" for each option that has choices.
choices() { "$LEVEE" "$@" --help | sed -nE 's/^  (--[a-z-]+) ([a-z]+(\|[a-z]+)+)$/\1 \2/p;s/^  (--[a-z-]+) ([a-z]+(\|[a-z]+)+) .*/\1 \2/p'; }

is "first words: all that help lists" "$(completed '')" "$(commands | cut -d ' ' -f 1 | xargs | sorted)"
compared=0
while read -ra command; do
	is "options of levee ${command[*]}" "$(completed "${command[@]}" --)" "$(options "${command[@]}" | xargs | sorted)"
	while read -r option words; do
		is "choices of levee ${command[*]} $option" "$(completed "${command[@]}" "$option" '')" "$(tr '|' ' ' <<<"$words" | sorted)"
		compared=$((compared + 1))
	done < <(choices "${command[@]}")
	for option in $(completed "${command[@]}" --); do
		"$LEVEE" "${command[@]}" --help "$option" 2>&1 | grep -q 'has no option' && not_ok "levee ${command[*]} $option is refused"
	done
done < <(commands)
check "there were commands and choices to compare: $compared" [ "$compared" -gt 10 ]
check "and --help was nobody's value: no command was run" [ ! -e --help ]

# --- words

completes "co" "config confirm"
completes "config " "$(commands | sed -n 's/^config //p' | xargs | sorted)"
completes "config se" "set"
completes "flows del" "delete"
completes "flows " "$(echo "delete $(interfaces)" | sorted)"
completes "flows delete " "$(interfaces)"
completes "flows lo " "$(options flows | xargs | sorted)"
completes "flows -- " "$(interfaces)"
completes "nonsense " ""
completes "att lo --m" "--mode"
completes "config set lo est" "established="
completes "config set lo " "$(completed config set lo half_open=1s '')"
completes "help fl" "flows"
completes "help flows " "delete"
completes "--json status " "$(interfaces)"
completes "-" "--help --version"
completes "attach lo --start " ""

# --- values

completes "attach --mode n" "native"
completes "attach --mode = n" "native" # bash parts words at "="
completes "attach --mode =" "auto generic native"
completes "attach --mode native --cookies a" "adaptive always"
completes "config set lo established = d" "default"
completes "flows lo --state es" "established"
completes "flows lo --state ES" "ESTABLISHED"
completes "flows lo --state close_w" "close-wait"
completes "flows lo --state established/fin-wait-" "established/fin-wait-1 established/fin-wait-2"
completes "flows lo --state /ti" "/time-wait"
completes "flows delete lo --began c" "cookie"
COMP_WORDBREAKS=${COMP_WORDBREAKS//=/}
completes "attach --mode=n" "--mode=native"
completes "config set lo closed=d" "closed=default"

# --- as bash calls it

is "bash knows it" "$(complete -p levee)" "complete -F _levee levee"
# TAB twice in a shell on a terminal: the line is completed, and runs.
typed=$(printf 'PS1=; . build/man/levee.bash; levee() { echo "ran: $*"; }\nlevee det\t --al\t --js\t\nexit\n' |
	TERM=dumb script -qec "bash --norc --noprofile -i" /dev/null | tr -d '\r' | grep '^ran:')
is "a line that was typed with TAB" "$typed" "ran: detach --all --json"
completed_with=$(env -i PATH=/nonexistent "$BASH" --norc -c '. build/man/levee.bash; COMP_WORDS=(levee st); COMP_CWORD=1; _levee; echo "${COMPREPLY[*]}"' 2>&1)
is "it needs no program but bash" "$completed_with" "status stats"
done_testing
