# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# suite-prog.sh - the packet rows of tests/prog, by BPF_PROG_RUN on this kernel.

if [ ! -x build/prog-tests ]; then
	echo "not ok 1 - build/prog-tests is missing"
	echo "1..1"
	exit 1
fi
exec build/prog-tests
