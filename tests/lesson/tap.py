#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
tap.py - the lesson's face in a test: a line for each thing that was compared.

The lines are "ok TEXT" and "not ok TEXT"; the script that runs this numbers them (tests/net/lesson.sh).
"""

from hosts import CLIENT, SERVER
from levee import RFC
from step import Check


def text_of(value):
    if isinstance(value, (list, tuple)):
        return ", ".join("/".join(map(str, x)) if isinstance(x, tuple) else str(x) for x in value)
    return str(value)


class Tap:
    pace = 0

    def __init__(self):
        self.lines = self.failed = 0
        self.met = {"ss": {CLIENT: set(), SERVER: set()}, "levee": {CLIENT: set(), SERVER: set()}}

    def begin(self):
        pass

    def announce(self, scene, step):
        pass

    def chapter(self, scene):
        print(f"# {self.name(scene)}", flush=True)

    @staticmethod
    def name(scene):
        return f"{scene.chapter.word}, IPv{scene.family}"

    def step(self, scene, step):
        for check in step.checks:
            self.line(f"{self.name(scene)}, {step.number}", check)
        for who, states in (("ss", step.kernel), ("levee", step.levee)):
            for client, server in states.values():
                self.met[who][CLIENT].add(client)
                self.met[who][SERVER].add(server)

    def check(self, scene, check):
        self.line(self.name(scene), check)

    def line(self, name, check):
        good = check.got == check.wanted
        self.lines += 1
        self.failed += not good
        wanted = text_of(check.wanted) or "none"
        print(f"{'ok' if good else 'not ok'} {name}: {check.name}: {wanted}", flush=True)
        if not good:
            print(f"# got:    {text_of(check.got)}\n# wanted: {wanted}", flush=True)

    def seen(self, text):
        print(f"# {text}", flush=True)

    def end(self):
        """So that the reader of these lines knows that there are no more."""
        print(f"done {self.lines}", flush=True)

    def all_states_met(self):
        """That the chapters together leave nothing out. levee cannot see that a client listens."""
        for side in (CLIENT, SERVER):
            kernel = set(RFC) - {"LISTEN"} if side == CLIENT else set(RFC)
            levee = set(RFC.values()) - {"LISTEN"} if side == CLIENT else set(RFC.values())
            for who, every in (("ss", kernel), ("levee", levee)):
                missing = sorted(every - self.met[who][side])
                self.line("every state", Check(f"{who}, at the {side}, never met", missing, []))
