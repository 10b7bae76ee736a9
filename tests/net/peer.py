#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
peer.py - ends of TCP connections that nginx, curl and nc cannot play: a listener with a chosen backlog or
MPTCP, a connection held open between steps of a test, a client that reuses its port at once, many at a time. And
ping, which Debian does not install by itself.

Plain sockets, real kernels on both sides; packets made by hand are raw.py's.
"""
import argparse
import errno
import hashlib
import os
import socket
import struct
import sys
import threading
import time

IPPROTO_MPTCP = 262
TCPI_OPT_SYN_DATA = 32


def make_socket(address, mptcp=False):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, IPPROTO_MPTCP if mptcp else 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return sock


def connect(args, port=0):
    sock = make_socket(args.address, args.mptcp)
    if args.reuseport:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if args.bind or port or args.source_port:
        sock.bind((args.bind or "", port or args.source_port))
    sock.settimeout(args.timeout)
    sock.connect((args.address, args.port))
    return sock


# --- serve


def echo(conn):
    while data := conn.recv(65536):
        conn.sendall(data)


def bye(conn):
    """The server closes first, and so keeps the TIME_WAIT."""
    conn.sendall(b"bye\n")


def digest(conn):
    """Takes everything, then says what it was."""
    sha = hashlib.sha256()
    while data := conn.recv(1 << 20):
        sha.update(data)
    conn.sendall(sha.hexdigest().encode())


def keep(conn):
    """Neither reads nor closes."""
    threading.Event().wait()


def answer(conn, how):
    with conn:
        try:
            how(conn)
        except OSError:
            pass


def close(conn):
    """At once, and first."""


ANSWERS = {"echo": echo, "bye": bye, "digest": digest, "keep": keep, "close": close}


def serve(args):
    how = ANSWERS[args.do]
    listener = make_socket(args.address, args.mptcp)
    if ":" in args.address:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, args.address != "::")
    if args.reuseport:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if args.fastopen:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
    if args.rcvbuf:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, args.rcvbuf)
    listener.bind((args.address, args.port))
    listener.listen(args.backlog)
    print("listening", flush=True)
    while args.accept_when and not os.path.exists(args.accept_when):
        time.sleep(0.02)
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=answer, args=(conn, how), daemon=True).start()


# --- clients


def receive(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            raise ConnectionError(f"closed after {len(data)} of {size} bytes")
        data += more
    return data


def hold(args):
    """Each line of stdin goes to the server and its echo to stdout, until "quit"."""
    sock = connect(args)
    print("connected", flush=True)
    for line in iter(sys.stdin.readline, "quit\n"):
        sock.sendall(line.encode())
        print(receive(sock, len(line)).decode(), end="", flush=True)


def connect_again(args):
    """The port is busy for as long as this end waits for the ACK of its own FIN (LAST_ACK)."""
    end = time.monotonic() + args.timeout
    while True:
        started = time.monotonic()
        try:
            return connect(args, args.source_port), time.monotonic() - started
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL or started > end:
                raise


def reuse(args):
    """Connects from one port again and again, each time as soon as the server has closed."""
    slowest = 0.0
    for _ in range(args.count):
        sock, took = connect_again(args)
        slowest = max(slowest, took)
        with sock:
            while sock.recv(4096):
                pass
    if slowest > args.stall:
        raise TimeoutError(f"a connection took {slowest:.3f} s")


def exchange(args, payload, failures):
    try:
        with connect(args) as sock:
            sock.sendall(payload)
            if receive(sock, len(payload)) != payload:
                raise ConnectionError("the echo differs")
    except OSError as error:
        failures.append(error)


def many(args):
    """Connections at the same time, each with its own data through an echo."""
    failures = []
    threads = [
        threading.Thread(target=exchange, args=(args, hashlib.sha512(b"%d" % i).digest() * 512, failures))
        for i in range(args.count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise ConnectionError(f"{len(failures)} of {args.count} failed, one by {failures[0]!r}")


def upload(args):
    """Sends much to a digest server; the digest must be that of what was sent."""
    block = hashlib.sha512(b"levee").digest() * 16384
    sha = hashlib.sha256()
    with connect(args) as sock:
        for _ in range(args.count):
            sock.sendall(block)
            sha.update(block)
        sock.shutdown(socket.SHUT_WR)
        if receive(sock, 64).decode() != sha.hexdigest():
            raise ConnectionError("what arrived is not what was sent")


def fastopen(args):
    """Sends data in the SYN, and tells whether the SYN-ACK took it ("taken") or it was sent again ("resent")."""
    with make_socket(args.address) as sock:
        sock.sendto(b"early", socket.MSG_FASTOPEN, (args.address, args.port))
        sock.settimeout(args.timeout)
        if receive(sock, 5) != b"early":
            raise ConnectionError("the echo differs")
        options = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)[5]
        print("taken" if options & TCPI_OPT_SYN_DATA else "resent")


# --- not TCP


def internet_checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def ping_socket(args):
    if ":" in args.address:
        return socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6), 128, 129, 0
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    if args.dont_fragment:
        sock.setsockopt(socket.IPPROTO_IP, 10, 2)  # IP_MTU_DISCOVER, IP_PMTUDISC_DO
    return sock, 8, 0, 20


def ping_once(sock, address, request, reply, header, sequence, payload):
    """The kernel fills in ICMPv6's checksum, not ICMP's."""
    tail = struct.pack("!HH", os.getpid() & 0xFFFF, sequence) + payload
    check = 0 if request == 128 else internet_checksum(struct.pack("!BBH", request, 0, 0) + tail)
    started = time.monotonic()
    sock.sendto(struct.pack("!BBH", request, 0, check) + tail, (address, 0))
    while True:
        data = sock.recv(65536)[header:]
        if data[0] == reply and data[4:] == tail:
            return time.monotonic() - started


def ping(args):
    """--count echoes of --size bytes, at --interval: none may be lost."""
    sock, request, reply, header = ping_socket(args)
    sock.settimeout(args.timeout)
    payload = os.urandom(args.size)
    for sequence in range(args.count):
        took = ping_once(sock, args.address, request, reply, header, sequence, payload)
        time.sleep(max(0, args.interval - took))


COMMANDS = {"serve": serve, "hold": hold, "reuse": reuse, "many": many, "upload": upload, "fastopen": fastopen, "ping": ping}


def arguments():
    parser = argparse.ArgumentParser(description="one end of TCP connections, for tests")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("address")
    parser.add_argument("port", type=int, nargs="?", default=0)
    parser.add_argument("--backlog", type=int, default=128)
    parser.add_argument("--mptcp", action="store_true")
    parser.add_argument("--do", choices=ANSWERS, default="echo")
    parser.add_argument("--reuseport", action="store_true")
    parser.add_argument("--accept-when", metavar="FILE", help="leave connections in the accept queue until FILE exists")
    parser.add_argument("--fastopen", action="store_true", help="take data in SYNs")
    parser.add_argument("--rcvbuf", type=int, default=0, help="SO_RCVBUF of the listener")
    parser.add_argument("--bind", help="source address")
    parser.add_argument("--source-port", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--stall", type=float, default=0.5, help="seconds that are too long for a connect")
    parser.add_argument("--timeout", type=float, default=5)
    parser.add_argument("--size", type=int, default=56)
    parser.add_argument("--interval", type=float, default=0, help="seconds between two pings")
    parser.add_argument("--dont-fragment", action="store_true")
    return parser.parse_args()


def main():
    args = arguments()
    try:
        COMMANDS[args.command](args)
    except OSError as error:
        print(f"{args.command}: {error!r}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
