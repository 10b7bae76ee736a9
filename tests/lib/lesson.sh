# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lesson.sh - runs the lesson (tests/lesson/lesson.py) in the lab that lab.sh has made. Sourced after it, by
# tests/lab.sh for readers and by tests/net/lesson.sh as a test.

LESSON=$LAB_ROOT/tests/lesson/lesson.py
LESSON_PYTHON=/usr/bin/python3

# It attaches levee, once its listeners are there, and leaves it attached.
lesson_run() # [OPTION...] [STEP...]
{
	CLIENT_NS=$CLIENT_NS SERVER_NS=$SERVER_NS CLIENT_DEV=$CLIENT_DEV SERVER_DEV=$SERVER_DEV \
		SERVER_V4=$SERVER_V4 SERVER_V6=$SERVER_V6 LEVEE=$LEVEE FLOOD=$FLOOD \
		"$LESSON_PYTHON" -B "$LESSON" "$@"
}
