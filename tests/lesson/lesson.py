#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
lesson.py - TCP as the textbook has it, acted out in a lab with real sockets and real kernels, and watched by levee.

To read (tests/lab.sh lesson), or with --tap to test (tests/net/lesson.sh): the same chapters either way.
The lab is there already (tests/lib/lab.sh); its names and addresses come from the environment.
"""
import argparse
import itertools
import os
import sys

import opening  # chapters are told in the order in which they are imported
import closing
import corners
from chapter import CHAPTERS
from hosts import CLIENT, SERVER, Host
from levee import Levee
from markdown import Markdown
from page import Page
from scene import Scene
from tap import Tap
from wire import Wire

PARTS = opening, closing, corners
FIRST_PORT = 7000
PACE, PACE_MAX = 5, 10  # seconds


class Stage:
    """All that the chapters share."""

    def __init__(self, face):
        env = os.environ
        self.face = face
        self.hosts = {
            CLIENT: Host(CLIENT, env["CLIENT_NS"], env["CLIENT_DEV"], {4: "198.18.0.2", 6: "fd00::2"}),
            SERVER: Host(SERVER, env["SERVER_NS"], env["SERVER_DEV"], {4: env["SERVER_V4"], 6: env["SERVER_V6"]}),
        }
        for host in self.hosts.values():
            # A kernel keeps round trip times for its next connection: what one chapter holds would slow the next one down.
            host.run("sysctl", "-qw", "net.ipv4.tcp_no_metrics_save=1")
            host.run("ip", "tcp_metrics", "flush")
        self.wire = Wire(self.hosts)
        self.levee = Levee(self.hosts[SERVER], env["LEVEE"])
        self.flooder = env["FLOOD"]

    def flood(self, address, port, packets, rate):
        host = self.hosts[CLIENT]
        options = {"--dev": host.device, "--dst": address, "--port": port, "--packets": packets, "--rate": rate}
        host.run(self.flooder, *(str(word) for option in options.items() for word in option))


def play(stage, scenes):
    """The listeners come first: levee is to know them when it is attached."""
    for scene in scenes:
        scene.listen()
    stage.levee.attach("--flows", "4096", "--half-open", "4096")
    stage.face.begin()
    for scene in scenes:
        scene.play()


def chosen(words):
    """Chapters by word or number, or all of the lesson's."""
    lesson = [x for x in CHAPTERS.values() if x.lesson]
    if not words:
        return lesson
    by_word = dict(CHAPTERS) | {str(x.number): x for x in lesson}
    unknown = [word for word in words if word not in by_word]
    if unknown:
        print(f"lesson: no such step: {', '.join(unknown)}. There are:", file=sys.stderr)
        for x in lesson:
            print(f"  {x.number:>2}  {x.word:<20}{x.title}", file=sys.stderr)
        sys.exit(2)
    return [by_word[word] for word in words]


def pace(text):
    """Longer than that, and a kernel may have given up what the next step needs."""
    seconds = float(text)
    if not 0 <= seconds <= PACE_MAX:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {PACE_MAX}")
    return seconds


def arguments():
    parser = argparse.ArgumentParser(description="the textbook, acted out")
    parser.add_argument("chapters", nargs="*", metavar="STEP", help="chapters by word or number, also with commas")
    parser.add_argument("--tap", action="store_true", help="test: every chapter, IPv4 and IPv6")
    parser.add_argument("--markdown", action="store_true", help="for the documentation: shortened")
    parser.add_argument("--pace", type=pace, default=PACE, help="seconds to read a step, 0 to 10 [%(default)s]")
    parser.add_argument("--check", action="store_true", help="only say whether there are such chapters")
    return parser.parse_args()


def main():
    args = arguments()
    chapters = chosen([word for words in args.chapters for word in words.split(",") if word])
    if args.check:
        return 0
    if args.tap and not args.chapters:
        chapters = list(CHAPTERS.values())
    face = Tap() if args.tap else Markdown(0) if args.markdown else Page(args.pace)
    ports = itertools.count(FIRST_PORT)
    stage = Stage(face)
    scenes = [Scene(stage, x, family, ports) for family in ((4, 6) if args.tap else (4,)) for x in chapters]
    play(stage, scenes)
    if args.tap and not args.chapters:
        face.all_states_met()
    face.end()
    return 1 if face.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print()
        sys.exit(130)
