#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
markdown.py - the lesson's face for docs/tracker.md: each chapter with its segments and both ends, shortened.

    PACE=0 tests/lab.sh lesson --markdown
"""
import textwrap

from page import Page, picture_line, wrap
from scene import OPENED


def paragraph(text):
    return textwrap.fill(" ".join(text.split()), 120)


class Markdown(Page):
    def begin(self):
        pass

    def chapter(self, scene):
        print(f"### {scene.chapter.title}\n\n{paragraph(scene.chapter.intro)} (`{scene.chapter.word}`)\n\n```")

    def announce(self, scene, step):
        print("" if step.number > 1 else f"  client{'':49}levee  server")

    def step(self, scene, step):
        if step.text == OPENED and step.good:
            print("A connection is open.")
            return
        print(wrap(step.text))
        for segment in step.segments:
            if not segment.again or any(x.again for x in step.expected):
                print(picture_line(segment, step.labelled))
        for conn, *_ in step.views:
            label = f"{conn.label} " if step.labelled else ""
            levee, kernel = step.levee[conn], step.kernel[conn]
            line = f"{label}levee: {levee[0]:<13}{levee[1]:<14}ss: {kernel[0]:<12}{kernel[1]:<11}{self.queues(step)}"
            print(f"        {line}".rstrip())
        if not step.views:
            print(f"        {self.queues(step)}")
        if step.why:
            print(wrap(f"levee is {step.why}.", " " * 8))
        for check in step.checks:
            self.complain(check)

    @staticmethod
    def queues(step):
        if not step.queues:
            return ""
        return f"queues {step.seen_queues.syn}, {step.seen_queues.accept}"

    def seen(self, text):
        print(f"```\n\n{paragraph(text)}\n", flush=True)
