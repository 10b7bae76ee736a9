#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""screen.py - what a terminal shows in the end of what was written to it: of each line, what stands there last.

Knows newline and carriage return. Lines without the spaces at their ends.
"""
import sys


def shown(line):
    row = []
    for part in line.split("\r"):
        row[: len(part)] = part
    return "".join(row).rstrip()


for text in sys.stdin.buffer.read().decode().replace("\r\n", "\n").split("\n"):
    print(shown(text))
