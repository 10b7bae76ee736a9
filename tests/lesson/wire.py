#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
wire.py - the wire between the two hosts: every segment that is on it, and the nft rules that hold or lose some.

    client's stack -> nft (1) -> tap -> veth-client ===== veth-server -> levee XDP -> tap -> nft (2) -> server's stack
    client's stack <- nft (3) <- tap <- veth-client ===== veth-server <- tap <- levee TC <-- nft (4) <- server's stack

A rule forwards what it matches to a device that leads nowhere, "held" or "lost"; a tap there sees it. (1) and (3) are
the wire: what is lost there, levee does not see if the client sent it and has seen if the server did. (2) and (4) are
inside the server: what the server sent is lost there before levee, what the client sent behind it.

A held segment is let go by sending the same frame again, once, at the place where it was taken out.
"""
import collections
import select
import socket
import struct

from hosts import CLIENT, OTHER, SERVER
from segment import ACK, HELD, LOST, LOST_BEFORE, LOST_BEHIND, SYN, Numbers, Segment, make_frame, packed, parse

ETH_P_ALL = 3
SO_TIMESTAMPNS = 35
SOL_PACKET, PACKET_QDISC_BYPASS = 263, 20  # past TC: levee has seen the segment already
RELEASED_MAC = "02:00:00:00:00:0a"  # as source: of a segment let go, which no rule takes out again
RELEASED_MARK = 0x1E55
MACS = bytes.fromhex("020000000001020000000002")  # of a frame to the server

# What a rule matches; Segment.kind says the same.
KINDS = {
    "SYN": "tcp flags & (syn|ack|rst) == syn",
    "SYN,ACK": "tcp flags & (syn|ack|rst) == syn|ack",
    "FIN": "tcp flags & (fin|rst) == fin",
    "RST": "tcp flags & rst == rst",
    "DATA": "tcp flags & (fin|syn|rst|psh) == psh",
    "ACK": "tcp flags & (fin|syn|rst|psh|ack) == ack",
}

# Of `text`, in the chain `hook` on the host `inside`.
Rule = collections.namedtuple("Rule", "connection sender kind inside hook text")


class Wire:
    def __init__(self, hosts):
        self.hosts = hosts
        self.connections = {}
        self.log = []
        self.numbers = Numbers()
        self.rules = []
        self.applied = {}
        self.at_server = collections.Counter()  # TCP bytes seen leaving the server's stack, not yet at the client
        self.prepare()

    # --- taps and devices that lead nowhere

    def prepare(self):
        self.taps = {}
        self.injectors = {}
        for side, host in self.hosts.items():
            for name in (HELD, LOST):
                self.add_dead_end(host, name)
            tap = host.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            tap.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            tap.setblocking(False)
            self.taps[tap] = side
            self.injectors[side] = host.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.injectors[side].bind((host.device, 0))
        self.injectors[CLIENT].setsockopt(socket.SOL_SOCKET, socket.SO_MARK, RELEASED_MARK)
        self.injectors[SERVER].setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
        self.apply()

    @staticmethod
    def add_dead_end(host, name):
        """No offloads: what is held must leave with its checksums done."""
        host.run("ip", "link", "add", name, "type", "veth", "peer", "name", f"{name}-end")
        for device in (name, f"{name}-end"):
            host.run("ip", "link", "set", device, "addrgenmode", "none")
            host.run("ip", "link", "set", device, "up")
            host.run("ethtool", "-K", device, "tx", "off", "rx", "off")

    # --- rules

    def apply(self):
        for side, host in self.hosts.items():
            text = self.ruleset(side, host.device)
            if self.applied.get(side) != text:
                host.run("nft", "-f", "-", stdin=text)
                self.applied[side] = text

    def ruleset(self, side, device):
        chains = {"ingress": [], "egress": []}
        for rule in self.rules:
            if rule.inside == side:
                chains[rule.hook].append(rule.text)
        text = "table netdev lesson\ndelete table netdev lesson\ntable netdev lesson {\n"
        for hook, rules in chains.items():
            text += f"chain {hook} {{ type filter hook {hook} device {device} priority 0;\n"
            text += f"ether saddr {RELEASED_MAC} accept\n" + "\n".join(rules) + "\n}\n"
        return text + "}\n"

    def divert(self, connection, sender, kind, device, inside):
        mark = f"meta mark != {RELEASED_MARK} " if sender == inside == CLIENT else ""
        ports = (connection.port[sender], connection.port[OTHER[sender]])
        rule = f"{mark}tcp sport {ports[0]} tcp dport {ports[1]} {KINDS[kind]} counter fwd to {device}"
        self.rules.append(Rule(connection, sender, kind, inside, "egress" if sender == inside else "ingress", rule))
        self.apply()

    def hold(self, connection, sender, *kinds):
        """From now on, until open(), segments of that kind wait on the wire, repeats too."""
        for kind in kinds:
            self.divert(connection, sender, kind, HELD, CLIENT)

    def lose(self, connection, sender, *kinds, inside=CLIENT):
        for kind in kinds:
            self.divert(connection, sender, kind, LOST, inside)

    def open(self, *which):
        """
        Nothing is held or lost any more, or nothing of that connection, sender and kind. What was taken out stays out.
        """
        self.rules = [rule for rule in self.rules if which and rule[:3] != which]
        self.apply()

    def release(self, connection, sender, kind):
        """Lets go the first such segment that waits. Its repeats stay where they are."""
        held = [x for x in self.log if (x.connection, x.sender, x.kind, x.where) == (connection, sender, kind, HELD)]
        waiting = [x for x in held if not x.released]
        if not waiting:
            raise RuntimeError(f"no {kind} of the {sender} is held")
        for segment in waiting:
            segment.released = segment.identity == waiting[0].identity
        self.inject(sender, waiting[0].frame)

    def inject(self, sender, frame):
        """Puts a frame on the wire, as the sender's host would."""
        if sender == SERVER:
            frame = frame[:6] + bytes.fromhex(RELEASED_MAC.replace(":", "")) + frame[12:]
        self.injectors[sender].send(frame)

    def forge(self, connection, flags, seq, ack=0):
        """A segment to the server in the client's name, with numbers of one's own choice."""
        ports = (connection.port[CLIENT], connection.port[SERVER])
        addresses = [packed(connection.address(side)) for side in (CLIENT, SERVER)]
        self.inject(CLIENT, make_frame(MACS, *addresses, ports, flags, seq % 2**32, ack % 2**32))

    # --- the log

    def watch(self, connection):
        ends = {side: (packed(connection.address(side)), connection.port[side]) for side in self.hosts}
        self.connections[ends[CLIENT], ends[SERVER]] = CLIENT, connection
        self.connections[ends[SERVER], ends[CLIENT]] = SERVER, connection

    def pump(self, seconds=0.0):
        """Takes what the taps have, waiting that long for something to come."""
        select.select(list(self.taps), [], [], seconds)
        got = []
        while more := [event for tap, side in self.taps.items() for event in self.drain(tap, side)]:
            got += more  # until all are empty: of one segment, one tap may have been read too early
        for event in sorted(got, key=lambda g: g[0]):
            self.seen(*event)

    @staticmethod
    def drain(tap, side):
        while True:
            try:
                frame, extra, _, address = tap.recvmsg(65536, 64)
            except BlockingIOError:
                return
            seconds, ns = struct.unpack("qq", extra[0][2])
            yield seconds * 10**9 + ns, side, address[0], frame

    def seen(self, time, side, device, frame):
        p = parse(frame) if not device.endswith("-end") else None
        if not p:
            return
        ports = struct.unpack_from("!HH", p.tcp)
        known = self.connections.get(((p.source, ports[0]), (p.target, ports[1])))
        if not known:
            return
        sender, connection = known
        on_wire = device == self.hosts[side].device
        segment = Segment(time, sender, connection, frame, p.tcp)
        if side == CLIENT:
            self.seen_at_client(segment, on_wire, device)
        else:
            self.seen_at_server(segment, on_wire)

    def seen_at_client(self, segment, on_wire, device):
        if on_wire:
            segment.at_server = segment.sender == SERVER and self.left_server(segment)
            self.add(segment)
        elif segment.sender == CLIENT:
            segment.where = device
            self.add(segment)
        else:
            self.mark(segment, True, where=device)

    def seen_at_server(self, segment, on_wire):
        if segment.sender == CLIENT:
            self.mark(segment, not on_wire, **({"at_server": True} if on_wire else {"where": LOST_BEHIND}))
        elif on_wire and not segment.connection.client_address:
            self.at_server[segment.tcp] += 1
        elif on_wire:  # to an address that is nobody's: it never arrives
            segment.at_server = True
            self.add(segment)
        else:
            segment.where = LOST_BEFORE
            self.add(segment)

    def left_server(self, segment):
        """Did this come out of the server's stack, or was it let go after it had?"""
        if segment.frame[6:12] == bytes.fromhex(RELEASED_MAC.replace(":", "")):
            return True
        if not self.at_server[segment.tcp]:
            return False
        self.at_server[segment.tcp] -= 1
        return True

    def mark(self, segment, arrived, **what):
        """Of equal segments, as two ACKs within a millisecond are, the first that has got so far and no further."""
        for other in self.log:
            if (other.sender, other.tcp, other.at_server, other.where) == (segment.sender, segment.tcp, arrived, None):
                other.__dict__.update(what)
                return

    def add(self, segment):
        if segment.bits & SYN:
            self.numbers.learn(segment)
        segment.seq = self.numbers.relative(segment.connection, segment.sender, segment.raw_seq)
        peer = OTHER[segment.sender]
        if segment.bits & ACK:
            segment.ack = self.numbers.relative(segment.connection, peer, segment.raw_ack)
        segment.let_go = any(s.released and s.tcp == segment.tcp for s in self.log)
        segment.again = not segment.let_go and any(s.identity == segment.identity for s in self.log)
        heard = [x for x in self.log if (x.connection, x.sender) == (segment.connection, peer)]
        segment.answers_repeat = segment.kind == "ACK" and bool(heard) and heard[-1].again
        self.log.append(segment)

    def close(self):
        for sock in [*self.taps, *self.injectors.values()]:
            sock.close()
