#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
chapter.py - what a chapter is: a function that plays it step by step, and whose docstring the reader is told first.

In the chapters, c(...) and s(...) are segments of the client and of the server: flags, sequence and acknowledgment
number, both relative. view(...) is what the two kernels must be in (ss's words) and, where levee cannot be level with
them, what it must say; then the step says why. levee stands at the server's door: it is ahead of the client by what it
has seen the server send, behind it by what the client's segments have still to tell.
"""
from hosts import CLIENT

CHAPTERS = {}  # by word, in order

NOTHING_YET = "behind: nothing has come by yet"


class Chapter:
    """`lesson`: told to readers; the others are tests only. `backlog` is that of its listeners."""

    def __init__(self, play, word, title, backlog, lesson):
        self.play, self.word, self.title, self.backlog, self.lesson = play, word, title, backlog, lesson
        self.intro = play.__doc__
        self.number = sum(x.lesson for x in CHAPTERS.values()) + 1 if lesson else 0


def chapter(word, title, backlog=16, lesson=True):
    def register(play):
        CHAPTERS[word] = Chapter(play, word, title, backlog, lesson)
        return play

    return register


def by_end(first, of_first, of_second):
    """(client, server) of what belongs to the end that closes first, and to the other."""
    return (of_first, of_second) if first == CLIENT else (of_second, of_first)


def ended_by(first):
    """levee's word for who sent the first FIN."""
    return "fin_remote" if first == CLIENT else "fin_local"


