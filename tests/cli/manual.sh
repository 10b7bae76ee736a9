#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# manual.sh - the man pages as they are installed: clean by mandoc, as wide as a terminal, and with examples that the
# program takes. tests/unit/test_manual.c compares them with the tables.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/lib/tap.sh

LEVEE=${LEVEE:-build/levee}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

make -s install DESTDIR="$WORK" PREFIX=/usr >"$WORK/log" 2>&1
PAGES=("$WORK/usr/share/man/man8/levee.8" "$WORK/usr/share/man/man5/levee.conf.5")
check "make install: the program" [ -x "$WORK/usr/sbin/levee" ]
check "make install: the completion, by the command's name" bash -n "$WORK/usr/share/bash-completion/completions/levee"

widest() { mandoc -T utf8 -O width=78 "$1" | sed 's/.\x08//g' | LC_ALL=C.UTF-8 wc -L; }

for page in "${PAGES[@]}"; do
	check "${page##*/}: mandoc -T lint" mandoc -T lint -W warning "$page"
	width=$(widest "$page")
	check "${page##*/}: fits 80 columns ($width)" [ "$width" -le 80 ]
done

# What is set off from the text and begins with "levee", without what it is piped into.
examples() { sed -nE -e '/^\.Bd/,/^\.Ed/s/^(levee [^|>]*).*/\1/p' -e 's/^\.Dl (levee [^|>]*).*/\1/p' "${PAGES[@]}"; }

# With --help behind it the line is only parsed.
count=0
while read -ra words; do
	check "example: ${words[*]}" "$LEVEE" "${words[@]:1}" --help
	count=$((count + 1))
done < <(examples)
check "there were examples: $count" [ "$count" -gt 10 ]

for name in $(grep -ohE '(getenv|is_set)\("(LEVEE_[A-Z_]+|NO_COLOR|TERM)"\)' user/*.c | cut -d '"' -f 2 | sort -u); do
	check "levee(8) has the variable $name" grep -qx ".It Ev $name" "${PAGES[0]}"
done

sed -n '/^\[default\]/,/^\.Ed/{/^\./!p}' "${PAGES[1]}" >"$WORK/levee.conf"
check "the example of levee.conf is right" "$LEVEE" config check --file "$WORK/levee.conf"
is "and says something" "$(grep -c = "$WORK/levee.conf")" 3
done_testing
