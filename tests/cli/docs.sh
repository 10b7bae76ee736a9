#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# docs.sh - what README.md and docs/ name is there: files, targets of make, commands and their options, functions, maps,
# counters, reasons. That tables are current is the business of the tests of what they list (tests/unit/test_doctor.c,
# tests/unit/test_metrics.c, tests/net/schema.sh); that examples of the man pages are, of tests/cli/manual.sh.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/lib/tap.sh

LEVEE=${LEVEE:-build/levee}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export LC_ALL=C

PAGES=(README.md docs/*.md)
SOURCES=(bpf user include man tests scripts contrib debian)
ROOTS='docs|tests|bpf|user|include|contrib|man|scripts'

text() { awk '/^```/ { code = !code; next } !code' "$1"; } # PAGE
code() { awk '/^```/ { code = !code; next } code' "$1"; }
spans() { text "$1" | grep -oE '`[^`]+`' | tr -d '`'; } # what a page has between backticks, outside of code

# --- links and files

# Of the links of a page, those that lead nowhere; of those to a heading of another page only the page is looked at.
dead_links()
{
	grep -oE '\]\([^)]+\)' "$1" | sed 's/^](//; s/)$//; s/#.*//' | grep -v -e '^http' -e '^$' | while read -r link; do
		[ -e "$(dirname "$1")/$link" ] || echo "$link"
	done
}

# Files as they are named from the root. What begins otherwise is another's (/usr/share/..., build/...).
missing_files()
{
	grep -ohE "(^|[^A-Za-z0-9_./-])($ROOTS)/[A-Za-z0-9_./@-]*[A-Za-z0-9]" "$1" | sed -E "s/^[^a-z]*//" | sort -u | while read -r file; do
		[ -e "$file" ] || echo "$file"
	done
}

missing_targets()
{
	{ spans "$1"; code "$1"; } | sed -nE 's/^make ([a-z-]+).*/\1/p' | sort -u | while read -r target; do
		grep -qE "^$target:" Makefile tests/vm/vm.mk || echo "make $target"
	done
}

# --- words of the sources

grep -rhoE '[A-Za-z_][A-Za-z0-9_]*' "${SOURCES[@]}" --include='*.[ch]' --include='*.sh' --include='*.py' --include='*.bash' \
	--include='*.in' | sort -u >"$WORK/words"

# Functions, maps, members, counters and the like are words with an underscore. Sysctls are the kernel's; names of metrics are
# made of counters', and docs/metrics.md is a test's of its own.
unknown_words()
{
	[ "$1" != docs/metrics.md ] || return 0
	spans "$1" | grep -vE '^(net|kernel)\.' | grep -oE '^[A-Za-z_.]+[A-Za-z0-9_.]*' | tr '.' '\n' |
		grep -E '^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+$' | sort -u | comm -23 - "$WORK/words"
}

# --- commands: with --help in it a line is only parsed

# "levee stats eth0 --watch 1   what it is", "# levee ... | jq", "host# levee ...": as far as the shell would hand it to levee.
# The first line of the screen of "levee top" is none.
commands() # PAGE
{
	{
		code "$1" | sed -nE "s/^(  )?(# |[a-z0-9]+[#\$] )?levee ([a-z].*)/\3/p"
		spans "$1" | sed -nE 's/^levee ([a-z].*)/\1/p'
	} | sed -E 's/  .*//; s/[|;>[].*//; s/ &.*//; /^veth-server/d' | sort -u
}

bad_commands()
{
	local line words

	commands "$1" | while read -r line; do
		read -ra words <<<"$line"
		"$LEVEE" "${words[0]}" --help "${words[@]:1}" >/dev/null 2>&1 || echo "levee $line"
	done
}

# Options by themselves are levee's, or those of the lab, the bench and the like.
unknown_options()
{
	spans "$1" | sed -nE 's/^--([a-z-]+).*/\1/p' | sort -u | while read -r option; do
		grep -qF "{ \"$option\"," user/option_table.c || grep -rqwE "(\"|--)$option" tests/*.sh tests/*/*.[ch] tests/*/*.py ||
			echo "--$option"
	done
}

for page in "${PAGES[@]}"; do
	is "$page: links lead somewhere" "$(dead_links "$page" | xargs)" ""
	is "$page: files are there" "$(missing_files "$page" | xargs)" ""
	is "$page: targets of make are there" "$(missing_targets "$page" | xargs)" ""
	is "$page: names are those of the sources" "$(unknown_words "$page" | xargs)" ""
	is "$page: options are there" "$(unknown_options "$page" | xargs)" ""
	is "$page: levee takes these commands" "$(bad_commands "$page")" ""
done
check "there were commands to try" [ "$(for page in "${PAGES[@]}"; do commands "$page"; done | wc -l)" -gt 60 ]

# --- nothing is left out

unlinked() { for page in docs/*.md; do grep -qF "]($page)" README.md || echo "$page"; done; }
is "README.md links to every page" "$(unlinked)" ""

commands_of_help() { "$LEVEE" help | sed -nE 's/^  ([a-z]+).*/\1/p' | sort -u; }
untold() { commands_of_help | while read -r name; do grep -qE "levee $name|^\| \`$name" README.md docs/*.md || echo "$name"; done; }
is "each command stands in some page" "$(untold | xargs)" ""

maps() { sed -nE 's/^} ([a-z_]+) SEC\("\.maps"\);.*/\1/p; s/^LEVEE_TABLE\(([a-z_]+), ([a-z_]+),.*/\1\n\2/p' bpf/maps.h; }
unnamed_maps() { maps | while read -r map; do grep -q "^|.*\`$map\`.*|.*|" docs/design.md || echo "$map"; done; }
check "there are maps" [ "$(maps | wc -l)" -gt 15 ]
is "docs/design.md says of each map who writes it" "$(unnamed_maps | xargs)" ""

# Comments point into docs/, too.
comments() { grep -rhoE 'docs/[a-z]+\.md' "${SOURCES[@]}" Makefile .ci | sort -u; }
is "pages that the sources name are there" "$(comments | while read -r page; do [ -e "$page" ] || echo "$page"; done)" ""
done_testing
