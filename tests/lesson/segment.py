#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
segment.py - a TCP segment as bytes, and as the lesson tells of it: kind, relative numbers, what became of it.
"""
import collections
import socket
import struct

from hosts import CLIENT

PASSED, HELD, LOST = "passed", "held", "lost"
LOST_BEFORE, LOST_BEHIND = "lost before levee", "lost behind levee"  # both inside the server
TAKEN, MADE = "taken by levee", "made by levee"  # never at the server's stack, never from it

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
FLAG_NAMES = {SYN: "SYN", FIN: "FIN", RST: "RST", PSH: "PSH", ACK: "ACK", 32: "URG", 64: "ECE", 128: "CWR"}

HEADER_V4, TCP_HEADER = 20, struct.Struct("!HHIIBBHHH")

Parsed = collections.namedtuple("Parsed", "source target tcp")


def parse(frame):
    """Addresses and TCP bytes of a frame without VLAN tag, IP options or extension headers; else None."""
    ethertype = frame[12:14]
    if ethertype == b"\x08\x00" and frame[14] == 0x45 and frame[23] == socket.IPPROTO_TCP:
        length = int.from_bytes(frame[16:18], "big")
        return Parsed(frame[26:30], frame[30:34], frame[34 : 14 + length])
    if ethertype == b"\x86\xdd" and frame[20] == socket.IPPROTO_TCP:
        length = int.from_bytes(frame[18:20], "big")
        return Parsed(frame[22:38], frame[38:54], frame[54 : 54 + length])
    return None


def internet_checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def make_frame(macs, source, target, ports, flags, seq, ack=0):
    """A segment by hand, without options or data. `source` and `target` are packed addresses."""
    tcp = TCP_HEADER.pack(*ports, seq, ack, 5 << 4, flags, 64240, 0, 0)
    pseudo = source + target + struct.pack("!II", len(tcp), socket.IPPROTO_TCP)
    tcp = tcp[:16] + struct.pack("!H", internet_checksum(pseudo + tcp)) + tcp[18:]
    if len(source) == 4:
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, HEADER_V4 + len(tcp), 0, 0x4000, 64, 6, 0, source, target)
        header = header[:10] + struct.pack("!H", internet_checksum(header)) + header[12:]
        return macs + b"\x08\x00" + header + tcp
    return macs + b"\x86\xdd" + struct.pack("!IHBB16s16s", 6 << 28, len(tcp), 6, 64, source, target) + tcp


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


class Segment:
    """One appearance of a segment on the wire."""

    def __init__(self, time, sender, connection, frame, tcp):
        self.time, self.sender, self.connection, self.frame, self.tcp = time, sender, connection, frame, tcp
        _, _, self.raw_seq, self.raw_ack, offset, self.bits, _, _, _ = TCP_HEADER.unpack_from(tcp)
        self.length = len(tcp) - (offset >> 4) * 4
        self.where = None  # HELD, LOST...
        self.at_server = False  # seen between levee and the server's stack
        self.again = False  # the sender repeats itself
        self.answers_repeat = False  # a bare ACK, because the other end has repeated itself
        self.released = False  # was held, has been let go
        self.let_go = False  # is that one, on its way again
        self.seq = self.ack = None  # relative, set by the log

    @property
    def fate(self):
        if self.where:
            return self.where
        if self.at_server:
            return PASSED
        return TAKEN if self.sender == CLIENT else MADE

    @property
    def flags(self):
        return ",".join(name for bit, name in FLAG_NAMES.items() if self.bits & bit)

    @property
    def kind(self):
        if self.bits & RST:
            return "RST"
        if self.bits & SYN:
            return "SYN,ACK" if self.bits & ACK else "SYN"
        if self.bits & FIN:
            return "FIN"
        return "DATA" if self.length else "ACK"

    @property
    def identity(self):
        """Equal for a segment and its repeats: these may acknowledge more than the first, but for bare ACKs."""
        bare = not self.length and not self.bits & (SYN | FIN)
        return self.connection, self.sender, self.kind, self.raw_seq, self.length, self.raw_ack if bare else 0

    @property
    def at_levee(self):
        """Does levee see it here? What is held behind it and let go later, it does not see again."""
        if self.sender == CLIENT:
            return self.fate not in (HELD, LOST)
        return self.fate not in (LOST_BEFORE, MADE) and not self.let_go


class Numbers:
    """Sequence numbers relative to the initial ones. Where one end opens twice, its ISNs can be given names."""

    def __init__(self):
        self.isns = {}  # (connection, sender): ISNs, newest last
        self.names = {}  # (connection, sender): one name per ISN

    def learn(self, segment):
        known = self.isns.setdefault((segment.connection, segment.sender), [])
        if segment.raw_seq not in known:
            known.append(segment.raw_seq)

    def relative(self, connection, sender, number):
        known = self.isns.get((connection, sender))
        if not known:
            return number
        distance = min(((number - isn) % 2**32, -at) for at, isn in enumerate(known))
        names = self.names.get((connection, sender))
        if not names:
            return distance[0]
        return names[-distance[1]] + (f"+{distance[0]}" if distance[0] else "")
