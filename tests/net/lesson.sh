#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# lesson.sh - real connections through every state, with segments lost and held at will: at each step what levee says of
# both ends is compared with what ss says on both hosts. The chapters are tests/lesson's.
#
#   tests/net/lesson.sh [STEP...]    only those chapters

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash
. tests/lib/lesson.sh

lab_begin net-lesson

LINES=0
while IFS= read -r line; do
	case $line in
	"ok "*) ok "${line#ok }" ;;
	"not ok "*) not_ok "${line#not ok }" ;;
	"done "*) LINES=${line#done } ;;
	*) echo "$line" ;;
	esac
done < <(lesson_run --tap "$@" 2>&1)
is "the lesson came to its end: as many comparisons as it counted" "$TAP_COUNT" "$LINES"

check_detach
done_testing
