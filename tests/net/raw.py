#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
raw.py - a client made of packets: SYN, whatever ACK it likes, and what came of it. Its addresses belong to nobody
in the client's namespace, so no kernel answers for it (the caller has told the server the neighbours).

Prints one line per experiment: NAME RESULT, where the result is "echo" (there was a socket behind it), "rst",
"silence", or "no-synack".
"""
import argparse
import os
import select
import socket
import sys
import time

from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

DEV = "veth-client"
CLIENT_MAC = "02:00:00:00:00:02"
SERVER_MAC = "02:00:00:00:00:01"
CLIENT = {4: "198.18.0.100", 6: "fd00::100"}
SERVER = {4: "198.18.0.1", 6: "fd00::1"}
PATIENCE = 0.4
SYN_TRIES = 3  # like any client
NEW_AGE = 14  # a cookie lives 16 to 32 s
OLD_AGE = 33


class Wire:
    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind((DEV, 0))
        self.port = 20000 + os.getpid() % 20000

    def next_port(self):
        self.port += 1
        return self.port

    def send(self, packet):
        self.socket.send(bytes(packet))

    def receive(self, client, seconds):
        """The next segment to that client, or None."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.socket], [], [], left)[0]:
                return None
            packet = Ether(self.socket.recv(65536))
            if client.is_mine(packet):
                return packet
        return None


class Client:
    """One attempt to connect. After syn() the cookie is known; everything else is up to the experiment."""

    def __init__(self, wire, family, port, timestamps, sport=None):
        self.wire, self.family, self.dport, self.timestamps = wire, family, port, timestamps
        self.sport = sport or wire.next_port()
        self.seq = int.from_bytes(os.urandom(4), "big")
        self.tsval = int.from_bytes(os.urandom(3), "big")
        self.synack = None

    def is_mine(self, packet):
        if TCP not in packet or packet[TCP].dport != self.sport or packet[TCP].sport != self.dport:
            return False
        ip = packet[IP] if self.family == 4 and IP in packet else packet.getlayer(IPv6)
        return ip is not None and ip.dst == CLIENT[self.family]

    def segment(self, flags, payload=b"", **fields):
        ip = IP if self.family == 4 else IPv6
        packet = Ether(src=CLIENT_MAC, dst=SERVER_MAC) / ip(src=CLIENT[self.family], dst=SERVER[self.family])
        return packet / TCP(sport=self.sport, dport=self.dport, flags=flags, window=64240, **fields) / payload

    def syn(self):
        options = [("MSS", 1400), ("SAckOK", b"")]
        if self.timestamps:
            options.append(("Timestamp", (self.tsval, 0)))
        options += [("NOP", None), ("WScale", 7)]
        for _ in range(SYN_TRIES):
            self.wire.send(self.segment("S", seq=self.seq, options=options))
            answer = self.wire.receive(self, PATIENCE)
            if answer is not None and answer[TCP].flags == "SA":
                self.synack = answer[TCP]
                break
        return self

    def options(self):
        if not self.timestamps:
            return []
        echoed = dict(o for o in self.synack.options if o[0] == "Timestamp")["Timestamp"][0]
        return [("NOP", None), ("NOP", None), ("Timestamp", (self.tsval + 1, echoed))]

    def ack_segment(self, wrong=0, payload=b"", seq=0):
        number = ((self.synack.seq + 1) & 0xFFFFFFFF) ^ wrong
        options = self.options()
        sequence = (self.seq + 1 + seq) & 0xFFFFFFFF
        return self.segment("PA" if payload else "A", payload, seq=sequence, ack=number, options=options)

    def ack(self, **fields):
        self.wire.send(self.ack_segment(**fields))

    def reset(self):
        self.wire.send(self.segment("R", seq=(self.seq + 1 + len(b"hello")) & 0xFFFFFFFF))

    def close(self):
        """FIN, the server's FIN, and the ACK of it; what was sent before is "hello"."""
        options = self.options()
        seq, ack = self.seq + 1 + len(b"hello"), self.synack.seq + 1 + len(b"hello")
        self.wire.send(self.segment("FA", seq=seq & 0xFFFFFFFF, ack=ack & 0xFFFFFFFF, options=options))
        while (packet := self.wire.receive(self, PATIENCE)) is not None:
            if "F" in packet[TCP].flags:
                self.wire.send(self.segment("A", seq=(seq + 1) & 0xFFFFFFFF, ack=(ack + 1) & 0xFFFFFFFF, options=options))
                break

    def result(self):
        """Of data that was sent."""
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            packet = self.wire.receive(self, left)
            if packet is None:
                break
            if "R" in packet[TCP].flags:
                return "rst"
            if bytes(packet[TCP].payload) == b"hello":
                return "echo"
        return "silence"

    def try_data(self, **fields):
        if self.synack is None:
            return "no-synack"
        self.ack(payload=b"hello", **fields)
        return self.result()

    def try_handshake(self):
        if self.synack is None:
            return "no-synack"
        self.ack()
        return self.try_data()


def say(name, family, timestamps, result):
    print(f"{name}-ipv{family}{'-ts' if timestamps else ''} {result}", flush=True)


def burst(wire, args):
    """ACK and data as close together as can be: the server's NIC hands both over in one batch."""
    for variant in variants():
        results = []
        for _ in range(20):
            client = Client(wire, variant[0], args.port, variant[1]).syn()
            both = bytes(client.ack_segment()), bytes(client.ack_segment(payload=b"hello"))
            for frame in both:
                wire.send(frame)
            results.append(client.result())
        say("data-right-behind-ack", *variant, f"{results.count('echo')}-echoes-of-20")


def used_twice(wire, args):
    """The third ACK again when its connection is over, bare and with data: as nobody has a socket for it, a RST."""
    for variant in variants():
        for ending in ("reset", "closed", "reopened"):
            client = Client(wire, variant[0], args.port, variant[1]).syn()
            say(f"{ending}-first", *variant, client.try_handshake())
            third = bytes(client.ack_segment()), bytes(client.ack_segment(payload=b"hello"))
            if ending == "closed":
                client.close()
            else:
                client.reset()
            if ending == "reopened":
                Client(wire, variant[0], args.port, variant[1], client.sport).syn()
            for frame in third:
                wire.send(frame)
            say(f"{ending}-replayed", *variant, client.result())


def variants():
    return [(family, timestamps) for family in (4, 6) for timestamps in (True, False)]


def at_once(wire, args):
    """Right and wrong answers to a cookie that has just come."""
    for variant in variants():
        family, timestamps = variant

        def fresh():
            return Client(wire, family, args.port, timestamps).syn()

        say("valid", *variant, fresh().try_handshake())
        say("data-for-lost-ack", *variant, fresh().try_data())
        for bit in (0, 5, 8, 9, 20, 31):
            say(f"wrong-bit-{bit}", *variant, fresh().try_data(wrong=1 << bit))
        say("wrong-client-isn", *variant, fresh().try_data(seq=1))
        thief = fresh()
        thief.sport = wire.next_port()
        say("other-port", *variant, thief.try_data())


def wait_until(wire, args, moment):
    """Not idle: as long as cookies are in flight, every ACK is checked, and that check is what is tested."""
    while time.monotonic() < moment:
        for family in (4, 6):
            Client(wire, family, args.port, True).syn()
        time.sleep(min(2, max(0, moment - time.monotonic())))


def ages(wire, args):
    """Cookies of different ages; as many as possible in one wait."""
    started = time.monotonic()
    young, old, used = ({v: Client(wire, v[0], args.port, v[1]).syn() for v in variants()} for _ in range(3))
    for variant, client in used.items():
        say("to-be-replayed", *variant, client.try_handshake())
        client.reset()
    wait_until(wire, args, started + NEW_AGE)
    for variant, client in young.items():
        say(f"after-{NEW_AGE}-s", *variant, client.try_data())
    wait_until(wire, args, started + OLD_AGE)
    for variant in variants():
        say("new-one", *variant, Client(wire, variant[0], args.port, variant[1]).syn().try_handshake())
        say(f"after-{OLD_AGE}-s", *variant, old[variant].try_data())
        say(f"replayed-after-{OLD_AGE}-s", *variant, used[variant].try_data())


def across(wire, args):
    """Cookies that are in flight while something happens; the file that --go names says that it has."""
    clients = {v: Client(wire, v[0], args.port, v[1]).syn() for v in variants()}
    print("in-flight", sum(c.synack is not None for c in clients.values()), flush=True)
    while not os.path.exists(args.go):
        time.sleep(0.01)
    for variant, client in clients.items():
        say("across", *variant, client.try_handshake())


def slow(wire, args):
    """Handshakes whose third ACK takes its time."""
    for family in (4, 6):
        for _ in range(9):
            client = Client(wire, family, args.port, True).syn()
            time.sleep(args.delay)
            client.ack()


COMMANDS = {"at-once": at_once, "ages": ages, "burst": burst, "across": across, "used-twice": used_twice, "slow": slow}


def main():
    parser = argparse.ArgumentParser(description="cookies by hand, for tests")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("port", type=int, help="of an echo server on both addresses")
    parser.add_argument("--go", help="file that across waits for")
    parser.add_argument("--delay", type=float, default=0.02, help="of slow: seconds")
    args = parser.parse_args()
    COMMANDS[args.command](Wire(), args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
