#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh - runs suites on the kernel that is running: in a guest, or on the host for its own row.
# A suite is tests/vm/suite-NAME.sh; it prints TAP, and "fact NAME VALUE" lines for docs/kernels.md.
#
#   guest.sh COLUMN SUITE...      COLUMN of tests/vm/budget
set -u

cd "$(dirname "$0")/../.." || exit
export LEVEE_VM_COLUMN=$1
shift
echo "fact release $(uname -r)"
for suite; do
	echo "suite $suite"
	SECONDS=0
	bash "tests/vm/suite-$suite.sh"
	echo "suite-end $suite $? after $SECONDS s"
done
echo "guest-end"
