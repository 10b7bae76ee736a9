#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
page.py - the lesson's face for a reader: text, the segments as a picture in two columns, and both ends below it.
At most 80 columns; a pause after each step, which Enter cuts short.
"""
import select
import sys
import textwrap

from hosts import CLIENT
from segment import HELD, LOST, LOST_BEFORE, LOST_BEHIND, MADE, PASSED, TAKEN

WIDTH = 79

# From the client's end through levee (:) to the server's.
TO_SERVER = {
    PASSED: "------------------>:------>|",
    HELD: "----- held         :       |",
    LOST: "----- lost         :       |",
    LOST_BEHIND: "------------------>:- lost |",
    TAKEN: "------------------>:       |",
}
TO_CLIENT = {
    PASSED: "<------------------:-------|",
    HELD: "       held <------:-------|",
    LOST: "       lost <------:-------|",
    LOST_BEFORE: "                   : lost -|",
    MADE: "<------------------:       |",
}


def wrap(text, indent=""):
    return textwrap.fill(" ".join(text.split()), WIDTH, initial_indent=indent, subsequent_indent=indent)


def numbers(segment):
    text = f"seq={segment.seq}"
    text += f" ack={segment.ack}" if segment.ack is not None else ""
    return text + (f" len={segment.length}" if segment.length else "")


def picture_line(segment, labelled):
    label = f"{segment.connection.label:<2}" if labelled else ""
    arrow = (TO_SERVER if segment.sender == CLIENT else TO_CLIENT)[segment.fate]
    again = " again" if segment.again else ""
    return f"    |  {label}{segment.flags:<9}{numbers(segment):<{23 - len(label)}} {arrow}{again}"


LEGEND = """
Two hosts and one wire. levee stands at the server's end of it, on veth-server.

    client |------------------------------------------ levee :------| server

Sequence numbers are told from each side's first one. Under the segments of a
step: what levee says of both ends ("levee flows", "levee status"), and what the
two kernels say ("ss"); "-" is no entry, no socket. What an nft rule loses or
holds is repeated by its sender in the meantime, as in life.
"""


class Page:
    def __init__(self, pace):
        self.pace = pace
        self.failed = 0
        self.patient = sys.stdin.isatty() and sys.stdout.isatty()

    def begin(self):
        print(LEGEND.rstrip())
        if self.patient and self.pace > 0:
            print("Enter goes on at once. Ctrl-C ends the lesson.")
        sys.stdout.flush()
        self.pause()

    def pause(self):
        if self.pace <= 0:
            return
        if not self.patient:
            select.select([], [], [], self.pace)
        elif select.select([sys.stdin], [], [], self.pace)[0]:
            sys.stdin.readline()

    def chapter(self, scene):
        title = f"{scene.chapter.number}. {scene.chapter.title}  [{scene.chapter.word}]"
        print(f"\n\n{title}\n{'=' * len(title)}\n{wrap(scene.chapter.intro)}", flush=True)
        self.pause()

    # --- one step

    def announce(self, scene, step):
        """Before it is waited for."""
        print(f"\n{wrap(f'{scene.chapter.number}.{step.number}  {step.text}')}\n", flush=True)

    def step(self, scene, step):
        if step.segments:
            self.picture(step)
        self.table(step)
        if step.why:
            print(wrap(f"levee is {step.why}.", "  "))
        for check in step.checks:
            self.complain(check)
        sys.stdout.flush()
        self.pause()

    def picture(self, step):
        """What was sent again and got nowhere stands in one line above it."""
        nowhere = [x for x in step.segments if x.again and x.fate in (HELD, LOST)]
        if nowhere:
            print(wrap(f"Meanwhile sent again, and {self.fates(nowhere)}: {self.tally(nowhere, step.labelled)}.", "  "))
        told = [picture_line(x, step.labelled) for x in step.segments if x not in nowhere]
        if told:
            print(f"  client{'':49}levee  server")
        for line in sorted(set(told), key=told.index):
            print(line + (f" x{told.count(line)}" if told.count(line) > 1 else ""))
        print()

    @staticmethod
    def fates(segments):
        return " or ".join(sorted({x.fate for x in segments}))

    @staticmethod
    def tally(segments, labelled):
        """ "SYN 5 times, FIN,ACK once" """
        names = [f"{x.connection.label} {x.flags}" if labelled else x.flags for x in segments]
        counts = {name: names.count(name) for name in names}
        return ", ".join(f"{name} " + ("once" if n == 1 else f"{n} times") for name, n in counts.items())

    # --- the table below it

    def table(self, step):
        queues = step.seen_queues
        print(f"  {'':14}{'client':<14}{'server':<16}{'SYN queue':<13}accept queue")
        conns = [v.connection for v in step.views]
        for at, conn in enumerate(conns or [None]):
            label = f" {conn.label}" if step.labelled and conn else ""
            levee, kernel = step.levee.get(conn, ("", "")), step.kernel.get(conn, ("", ""))
            counts = (f"{queues.levee_syn}", f"{queues.syn:<13}{queues.accept}") if at == 0 else ("", "")
            print(f"  {'levee' + label:<14}{levee[0]:<14}{levee[1]:<16}{counts[0]}".rstrip())
            print(f"  {'kernel, ss' + label:<14}{kernel[0]:<14}{kernel[1]:<16}{counts[1]}".rstrip())

    # --- verdicts

    def check(self, scene, check):
        self.complain(check)

    def complain(self, check):
        if check.got == check.wanted:
            return
        self.failed += 1
        print(f"  WRONG: {check.name}:\n    seen:   {check.got}\n    wanted: {check.wanted}")

    def seen(self, text):
        print(f"\n{wrap(text)}", flush=True)
        self.pause()

    def end(self):
        if self.failed:
            print(f"\n{self.failed} things were not as they should be.")
