#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh - `make bench`: ns per packet and per tick of housekeeping, then flood goodput in the lab. Tables on standard
# output, and all as one JSON document in build/bench.json. About five minutes; QUICK=1 about one.
# docs/performance.md says how to read it.

set -u
cd "$(dirname "$0")/../.." || exit 1

quick=()
[ -z "${QUICK:-}" ] || quick=(--quick)

[ "$(id -u)" = 0 ] || { echo "make bench: BPF and network namespaces need root; try sudo make bench" >&2; exit 4; }
build/bench "${quick[@]}" --save build/bench-ns.json || exit
echo
tests/bench/flood.sh "${quick[@]}" --save build/bench-flood.json || exit
{
	echo '{"schema": 1, "ns":'
	cat build/bench-ns.json
	echo ', "flood":'
	cat build/bench-flood.json
	echo '}'
} >build/bench.json
rm -f build/bench-ns.json build/bench-flood.json
echo
echo "as JSON: build/bench.json"
