#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# table.sh - what the tests saw in each kernel, as tables: from build/vm/*.results and from nothing else.
#
#   table.sh --print     on the screen
#   table.sh --write     into docs/kernels.md, between its markers
set -u

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
VM=$ROOT/build/vm
DOC=$ROOT/docs/kernels.md
KERNELS="5.10 6.1 6.12 host"

fact() # KERNEL NAME: "-" where no test said it
{
	local value

	value=$(sed -n "s/^fact $2 //p" "$VM/$1.results" 2>/dev/null | tail -1 | sed 's/ *$//')
	echo "${value:--}"
}

seen()
{
	local kernel

	for kernel in $KERNELS; do
		[ ! -s "$VM/$kernel.results" ] || echo "$kernel"
	done
}

title() # KERNEL
{
	local release

	release=$(fact "$1" release)
	[ "$1" = host ] && release="$release (this machine)"
	echo "$release"
}

count() { grep -c "$2" "$VM/$1.results"; } # KERNEL PATTERN

programs() # KERNEL
{
	local all skipped loaded

	all=$(count "$1" '^\(not \)\{0,1\}ok [0-9]* - load ')
	skipped=$(count "$1" '^ok [0-9]* - load .*# SKIP')
	loaded=$(($(count "$1" '^ok [0-9]* - load ') - skipped))
	[ "$all" -gt 0 ] && echo "$loaded of $all" || echo "-"
}

tests() # KERNEL
{
	local failed

	failed=$(count "$1" '^not ok')
	echo "$(($(count "$1" '^ok') - $(count "$1" '^ok .*# SKIP'))) passed, $failed failed"
}

handoff() # KERNEL
{
	case $(fact "$1" handoff) in
	socket) echo "socket" ;;
	none) echo "none: watches only" ;;
	*) echo "-" ;;
	esac
}

chain() # KERNEL
{
	case $(fact "$1" dispatcher) in
	*levee_ingress*) echo "yes, between two others" ;;
	-) echo "-" ;;
	refused*) echo "no, single: $(fact "$1" dispatcher)" ;;
	*) echo "failed" ;;
	esac
}

native_told() # KERNEL
{
	case $(fact "$1" doctor_native) in
	ok) echo "yes" ;;
	warn) echo "not told by the kernel" ;;
	*) echo "-" ;;
	esac
}

device() { fact "$1" "device_$2"; } # KERNEL NAME
flood() { fact "$1" flood; }
vlan() { device "$1" vlan; }
bond() { device "$1" bond; }
bridge() { device "$1" bridge; }
refusal() { fact "$1" refusal | sed 's/.* lacks \(.*\) Linux \([0-9.]*\) and later.*/yes: lacks \1, which \2 has/'; }

instructions() # KERNEL PROGRAM
{
	local value

	value=$(sed -n "s/^ok [0-9]* - load $2: \([0-9]*\) instructions.*/\1/p" "$VM/$1.results")
	echo "${value:--}"
}

row() # TITLE FUNCTION [ARGUMENT]
{
	local kernel

	printf '| %s |' "$1"
	for kernel in $(seen); do
		printf ' %s |' "$("$2" "$kernel" "${@:3}")"
	done
	echo
}

rule()
{
	local kernel

	printf '|---|'
	for kernel in $(seen); do
		printf -- '---|'
	done
	echo
}

program_names() { sed -n 's/^\(not \)\{0,1\}ok [0-9]* - load \([a-z_]*\).*/\2/p' "$VM"/*.results | awk '!seen[$1]++'; }

tables()
{
	local program

	row "Linux" title
	rule
	row "programs loaded" programs
	row "refused as too old" refusal
	row "handoff of a cookie" handoff
	row "a flood" flood
	row "libxdp's dispatcher" chain
	row "native XDP announced by the driver" native_told
	row "802.1Q, 802.1ad" vlan
	row "bonding" bond
	row "bridge" bridge
	row "tests" tests
	echo
	echo "Instructions that the verifier processed, by program:"
	echo
	row "" title
	rule
	for program in $(program_names); do
		row "$program" instructions "$program"
	done
}

# The same table with columns of equal width.
aligned()
{
	awk -F ' *\\| *' '
		/^\|---/ { next }
		/^\|/ { n++; cells[n] = NF; for (i = 2; i < NF; i++) { cell[n, i] = $i; if (length($i) > width[i]) width[i] = length($i) } next }
		{ n++; text[n] = $0 }
		END { for (r = 1; r <= n; r++) {
			if (!cells[r]) { print "# " text[r]; continue }
			line = "#"
			for (i = 2; i < cells[r]; i++) line = line sprintf(" %-" width[i] "s ", cell[r, i])
			print line } }'
}

write_doc()
{
	local text

	[ "$(seen | wc -l)" = 4 ] || { echo "table.sh: not every kernel has been tested: make test-vm first" >&2; return 1; }
	text=$(tables)
	export text
	awk '
		/<!-- tables end -->/ { inside = 0 }
		!inside { print }
		/<!-- tables begin/ { inside = 1; print ""; print ENVIRON["text"]; print "" }' "$DOC" >"$DOC.new" && mv "$DOC.new" "$DOC"
}

case ${1:-} in
--print) tables | aligned ;;
--write) write_doc ;;
*)
	sed -n 's/^#   \(table.sh\)/  \1/p' "$0" >&2
	exit 2
	;;
esac
