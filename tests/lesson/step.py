#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
step.py - one step of a chapter: what must be seen, what was seen, and how they compare. scene.py does the seeing.
"""
import collections

from hosts import CLIENT, SERVER
from levee import NONE, RFC
from segment import PASSED

# What a step wants of one segment. `fate` is a word of wire.py; numbers are relative; `again`: sent before.
Expected = collections.namedtuple("Expected", "sender flags seq ack fate length connection again")


def c(flags, seq, ack=None, fate=PASSED, length=0, on=None, again=False):
    """A segment of the client."""
    return Expected(CLIENT, flags, seq, ack, fate, length, on, again)


def s(flags, seq, ack=None, fate=PASSED, length=0, on=None, again=False):
    """A segment of the server."""
    return Expected(SERVER, flags, seq, ack, fate, length, on, again)


# What one connection must be at a moment: ss's words, and levee's where they cannot be the same.
View = collections.namedtuple("View", "connection client server levee_client levee_server")
# SYN queue and accept queue of the scene's listener; levee keeps count of the first.
Queues = collections.namedtuple("Queues", "syn accept levee_syn")
# Something compared, beside a step or in it.
Check = collections.namedtuple("Check", "name got wanted")


def view(connection, client, server, levee_client=None, levee_server=None):
    return View(connection, client, server, levee_client or RFC[client], levee_server or RFC[server])


def level(v):
    """Does levee say what the kernels say? No entry is as good as CLOSED where there is no socket."""
    pairs = (v.levee_client, v.client), (v.levee_server, v.server)
    return all(levee == RFC[kernel] or levee == kernel == NONE for levee, kernel in pairs)


class Step:
    def __init__(self, text, segments, views, queues=None, why=None):
        """`queues`: SYN and accept queue, and levee's half-open if that is another number. `why`: levee differs."""
        self.text, self.expected, self.views, self.why = text, segments, views, why
        self.queues = Queues(*queues, queues[0]) if queues and len(queues) == 2 else queues and Queues(*queues)
        self.number = self.labelled = None  # set by the scene
        self.segments = []  # seen since the last step, repeats and all
        self.kernel, self.levee = {}, {}  # connection: (client's state, server's state)
        self.seen_queues = None
        counts_differ = self.queues and self.queues.syn != self.queues.levee_syn
        if (counts_differ or not all(level(v) for v in views)) != (why is not None):
            raise RuntimeError(f"step {text!r}: a reason belongs to a difference, and a difference to a reason")

    @property
    def good(self):
        return all(check.got == check.wanted for check in self.checks)

    @property
    def checks(self):
        kernel = [self.kernel[v.connection] for v in self.views], [(v.client, v.server) for v in self.views]
        levee = [self.levee[v.connection] for v in self.views], [(v.levee_client, v.levee_server) for v in self.views]
        checks = [
            self.check_segments(),
            Check("the kernels (client, server)", *kernel),
            Check(f"levee is {self.why}" if self.why else "levee agrees", *levee),
        ]
        if self.queues:
            checks.append(Check("SYN queue, accept queue; levee's half-open", self.seen_queues, self.queues))
        return checks

    # --- segments

    def check_segments(self):
        """In order for each sender: whose segment crossed whose is nobody's rule."""
        wanted, got = [], []
        for sender in (CLIENT, SERVER):
            mine = [x for x in self.expected if x.sender == sender]
            wanted += [self.describe(x) for x in mine]
            got += self.told([x for x in self.segments if x.sender == sender], mine)
        return Check("segments", got, wanted)

    def told(self, seen, expected):
        """Repeats, and answers to repeats, may come in between at any time, and count only where they are expected."""
        got = []
        for segment in seen:
            next_one = expected[len(got)] if len(got) < len(expected) else None
            matches = next_one is not None and self.describe(segment) == self.describe(next_one)
            if segment.again and not (matches and next_one.again):
                continue
            if segment.answers_repeat and not matches:
                continue
            got.append(self.describe(segment))
        return got

    def describe(self, x):
        """Of a segment, expected or seen."""
        text = f"{x.connection.label} " if self.labelled else ""
        text += f"{'->' if x.sender == CLIENT else '<-'} {x.flags} seq={x.seq}"
        text += f" ack={x.ack}" if x.ack is not None else ""
        text += f" len={x.length}" if x.length else ""
        return text + (f" ({x.fate})" if x.fate != PASSED else "")
