#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# check_packets.py - the independent check of every frame that levee sent in the prog tests.
#
# Reads build/prog-out.pcap and, beside it, one line of JSON per frame: the SYN that it answers and the
# server's profile. Lengths, checksums and options are scapy's and this file's own, nothing is levee's.
# Usage: check_packets.py PCAP JSON

import json
import struct
import sys

from scapy.all import IP, TCP, Ether, IPv6, rdpcap

MSS, WSCALE, SACK, TS = 2, 3, 4, 8
LENGTHS = {MSS: 2, WSCALE: 1, SACK: 0, TS: 8}  # of their values
OPT_WSCALE, OPT_SACK, OPT_TS, OPT_ECN = 2, 4, 8, 16
FIN, SYN, RST, ACK, ECE, CWR = 0x01, 0x02, 0x04, 0x10, 0x40, 0x80


class Wrong(Exception):
    pass


def must(condition, text):
    if not condition:
        raise Wrong(text)


def ones_sum(data):
    """RFC 1071: 0xffff over data with a right checksum in it."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


class Segment:
    """The frame by hand: Ethernet and tags, IP, extension headers, TCP."""

    def __init__(self, frame):
        self.frame = frame
        at = 12
        while frame[at : at + 2] in (b"\x81\x00", b"\x88\xa8"):
            at += 4
        self.link = frame[12 : at + 2]
        at += 2
        self.ip_at = at
        self.v6 = frame[at] >> 4 == 6
        self.at = self.parse_ipv6(at) if self.v6 else self.parse_ipv4(at)
        self.bytes = frame[self.at : self.end]
        fields = struct.unpack("!HHIIBBHHH", self.bytes[:20])
        self.sport, self.dport, self.seq, self.ack, offset, self.flags, self.window = fields[:7]
        self.header = (offset >> 4) * 4
        self.reserved = offset & 15
        self.urgent = fields[8]
        self.payload = len(self.bytes) - self.header
        self.options = self.parse_options(self.bytes[20 : self.header])

    def parse_ipv4(self, at):
        head = self.frame[at:]
        self.ip_header = (head[0] & 15) * 4
        self.end = at + struct.unpack("!H", head[2:4])[0]
        self.tos, self.fragment, self.ttl, self.proto = head[1], struct.unpack("!H", head[6:8])[0], head[8], head[9]
        self.src, self.dst = head[12:16], head[16:20]
        return at + self.ip_header

    def parse_ipv6(self, at):
        head = self.frame[at:]
        self.end = at + 40 + struct.unpack("!H", head[4:6])[0]
        self.tos = struct.unpack("!I", head[:4])[0] >> 20 & 0xFF
        self.label = struct.unpack("!I", head[:4])[0] & 0xFFFFF
        self.fragment, self.ttl, self.proto = 0, head[7], head[6]
        self.src, self.dst = head[8:24], head[24:40]
        cursor = at + 40
        while self.proto in (0, 43, 44, 51, 60):
            length = self.frame[cursor + 1]
            step = 8 if self.proto == 44 else (length + 2) * 4 if self.proto == 51 else (length + 1) * 8
            self.proto = self.frame[cursor]
            cursor += step
        self.ip_header = cursor - at
        return cursor

    @staticmethod
    def parse_options(data):
        """Kind to value, of those that are as long as they have to be; a list that stops making sense ends there."""
        found, at = {}, 0
        while at < len(data) and data[at] != 0:
            if data[at] == 1:
                at += 1
                continue
            if at + 1 >= len(data) or data[at + 1] < 2 or at + data[at + 1] > len(data):
                break
            value = data[at + 2 : at + data[at + 1]]
            if LENGTHS.get(data[at], len(value)) == len(value):
                found[data[at]] = value
            at += data[at + 1]
        return found

    def check_checksums(self):
        pseudo = self.src + self.dst + struct.pack("!II", len(self.bytes), 6)
        must(ones_sum(pseudo + self.bytes) == 0xFFFF, "TCP checksum is wrong")
        if not self.v6:
            must(ones_sum(self.frame[self.ip_at : self.ip_at + self.ip_header]) == 0xFFFF, "IP checksum is wrong")


def check_shape(reply, syn):
    must(len(reply.frame) == len(syn.frame), "frame has another length than the SYN's")
    must(reply.end <= len(reply.frame), "IP length goes beyond the frame")
    must(reply.end - reply.ip_at <= syn.end - syn.ip_at, "the reply is longer than the SYN")
    must(not any(reply.frame[reply.end :]), "padding is not zero")
    must(reply.ip_header == (40 if reply.v6 else 20), "IP header has options or extension headers")
    must(reply.proto == 6 and reply.v6 == syn.v6, "not TCP of the same family")
    must(reply.header >= 20 and reply.payload == 0, "TCP offset does not end at the IP length")
    must(reply.fragment in (0, 0x4000), "it is a fragment")
    must(reply.v6 or reply.fragment == 0x4000, "don't fragment is not set")


def check_ends(reply, syn):
    must(reply.frame[:6] == syn.frame[6:12] and reply.frame[6:12] == syn.frame[:6], "MAC addresses are not swapped")
    must(reply.link == syn.link, "VLAN tags or ethertype changed")
    must(reply.src == syn.dst and reply.dst == syn.src, "addresses are not swapped")
    must(reply.sport == syn.dport and reply.dport == syn.sport, "ports are not swapped")


def check_numbers(reply, syn, server):
    ecn = syn.flags & (ECE | CWR) == ECE | CWR and server["options"] & OPT_ECN
    must(reply.flags == SYN | ACK | (ECE if ecn else 0), "flags are %#x" % reply.flags)
    must(reply.ack == (syn.seq + 1) % 2**32, "ack is not the SYN's number plus one")
    must(reply.window == server["window"] and reply.window > 0, "window is %d" % reply.window)
    must(reply.ttl == server["ttl"] and reply.tos == server["tos"], "TTL or TOS are not the server's")
    must(not reply.v6 or reply.label == 0, "the flow label is not 0: the client's is not the server's, RFC 6437 2")
    must(reply.tos & 3 == 0, "a SYN-ACK must not be ECN capable, RFC 3168 6.1.1")
    must(reply.reserved == 0 and reply.urgent == 0, "reserved bits or the urgent pointer are set")


def check_options(reply, syn, server):
    granted = {MSS}
    granted |= {kind for kind, bit in ((WSCALE, OPT_WSCALE), (SACK, OPT_SACK), (TS, OPT_TS)) if server["options"] & bit}
    asked = {kind for kind in LENGTHS if kind in syn.options}
    must(set(reply.options) == granted & asked, "options are %s, wanted %s" % (sorted(reply.options), sorted(granted & asked)))
    if MSS in reply.options:
        must(struct.unpack("!H", reply.options[MSS])[0] == server["mss"], "MSS is not the server's")
    if WSCALE in reply.options:
        must(reply.options[WSCALE][0] == server["wscale"], "window scale is not the server's")
    if TS in reply.options:
        must(reply.options[TS][4:] == syn.options[TS][:4], "TSecr does not echo the SYN's TSval")


def check_scapy(reply):
    """A second opinion: scapy dissects it and, asked to fill in lengths and checksums, builds the same bytes."""
    packet = Ether(reply.frame)
    must(TCP in packet, "scapy sees no TCP")
    fresh = Ether(reply.frame[: reply.end])
    ip = fresh[IPv6 if reply.v6 else IP]
    if reply.v6:
        del ip.plen
    else:
        del ip.len, ip.chksum
    del fresh[TCP].chksum
    del fresh[TCP].dataofs
    must(bytes(fresh) == reply.frame[: reply.end], "scapy builds other bytes")


def check(frame, entry):
    syn, reply = Segment(bytes.fromhex(entry["syn"])), Segment(frame)
    check_shape(reply, syn)
    reply.check_checksums()
    check_ends(reply, syn)
    check_numbers(reply, syn, entry)
    check_options(reply, syn, entry)
    check_scapy(reply)


def main(pcap, sidecar):
    frames = [bytes(p) for p in rdpcap(pcap)]
    with open(sidecar, encoding="ascii") as lines:
        entries = [json.loads(line) for line in lines]
    results = {}
    for frame, entry in zip(frames, entries):
        problems = results.setdefault(entry["name"], [])
        try:
            check(frame, entry)
        except (Wrong, IndexError, struct.error) as error:
            problems.append("%s: %s" % (error, frame.hex()))
    if len(frames) != len(entries) or not frames:
        results["one SYN for each frame"] = ["%d frames, %d SYNs" % (len(frames), len(entries))]
    failed = 0
    for number, (name, problems) in enumerate(results.items(), 1):
        failed += bool(problems)
        print("%s %d - packets of: %s" % ("not ok" if problems else "ok", number, name))
        for problem in problems[:3]:
            print("#   " + problem)
    print("1..%d" % len(results))
    print("# %d packets checked" % len(frames))
    print("%d passed, %d failed" % (len(results) - failed, failed))
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
