# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# suite-load.sh - every program of levee through this kernel's verifier, alone, under its budget.

build/vm/load tests/vm/budget "$LEVEE_VM_COLUMN"
