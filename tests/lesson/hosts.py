#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
hosts.py - the two hosts of the lab: sockets inside their namespaces, and what their kernels say of them (ss).

One process plays both ends: a socket belongs to the namespace in which it was made, wherever it is used.
"""
import collections
import contextlib
import ctypes
import errno
import os
import select
import socket
import struct
import subprocess

CLIENT, SERVER = "client", "server"
OTHER = {CLIENT: SERVER, SERVER: CLIENT}
CLONE_NEWNET = 0x40000000
SYN_TRIES = 30  # more than the kernel's 6: readers take their time
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: close() sends a RST

# A row of ss -tan. Queues: of a listener, connections that wait for accept(), and its backlog.
Row = collections.namedtuple("Row", "state receive_queue send_queue local peer")


def endpoint(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def enter(namespace):
    """Without Python's help: os.setns came with 3.12."""
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Host:
    def __init__(self, side, namespace, device, addresses):
        self.side, self.namespace, self.device, self.addresses = side, namespace, device, addresses

    @contextlib.contextmanager
    def inside(self):
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.namespace}", os.O_RDONLY)
        try:
            enter(there)
            yield
        finally:
            enter(home)
            os.close(there)
            os.close(home)

    def run(self, *command, stdin=None):
        with self.inside():
            done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def socket(self, *kind):
        with self.inside():
            return socket.socket(*kind)

    def tcp(self, family, port):
        """A socket bound to this host's address and that port."""
        sock = self.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((self.addresses[family], port))
        sock.setblocking(False)
        return sock

    def rows(self):
        """Every TCP socket of this host, as ss lists it."""
        fields = (line.split() for line in self.run("ss", "-Htan").splitlines())
        return [Row(f[0], int(f[1]), int(f[2]), f[3], f[4]) for f in fields]


class Connection:
    """One connection between the hosts: a socket at each end, as far as there is one."""

    def __init__(self, hosts, family, client_port, server_port, opener=CLIENT, label="", client_address=None):
        self.hosts, self.family, self.opener, self.label = hosts, family, opener, label
        self.client_address = client_address  # of nobody, who will never answer
        self.port = {CLIENT: client_port, SERVER: server_port}
        self.sock = {CLIENT: None, SERVER: None}

    def address(self, side):
        if side == CLIENT and self.client_address:
            return self.client_address
        return self.hosts[side].addresses[self.family]

    def endpoint(self, side):
        return endpoint(self.address(side), self.port[side])

    def connect(self, opener=None):
        side = opener or self.opener
        self.sock[side] = self.hosts[side].tcp(self.family, self.port[side])
        self.sock[side].setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, SYN_TRIES)
        error = self.sock[side].connect_ex((self.address(OTHER[side]), self.port[OTHER[side]]))
        if error not in (0, errno.EINPROGRESS):
            raise OSError(error, os.strerror(error))

    def wait_open(self, side, seconds=5):
        """Until connect() has succeeded there."""
        if not select.select([], [self.sock[side]], [], seconds)[1]:
            raise TimeoutError("no connection")
        error = self.sock[side].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))

    def accept(self, listener, seconds=5):
        """The next of the accept queue; it must be this connection's."""
        if not select.select([listener], [], [], seconds)[0]:
            raise TimeoutError("nothing to accept")
        sock, peer = listener.accept()
        side = OTHER[self.opener]
        if peer[1] != self.port[self.opener]:
            raise RuntimeError(f"accepted a connection from port {peer[1]}, not {self.port[self.opener]}")
        sock.setblocking(False)
        self.sock[side] = sock

    def send(self, side, data):
        self.sock[side].sendall(data)

    def read(self, side, size, seconds=5):
        """Exactly that much; b"" at the end of what the other side sends."""
        data = b""
        while len(data) < size:
            if not select.select([self.sock[side]], [], [], seconds)[0]:
                raise TimeoutError(f"the {side} has read {data!r} and gets no more")
            more = self.sock[side].recv(size - len(data))
            if not more:
                break
            data += more
        return data

    def shutdown(self, side):
        """This side says that it will send no more; it can still read."""
        self.sock[side].shutdown(socket.SHUT_WR)

    def close(self, side):
        if self.sock[side]:
            self.sock[side].close()
            self.sock[side] = None

    def abort(self, side):
        self.sock[side].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        self.close(side)

    def close_at_the_end(self, side):
        """
        Hands the socket to a process that closes it as soon as it reads the end of the other side's data; returns when
        that process waits for it.
        """
        sock = self.sock[side]
        sock.setblocking(True)
        ready, say_ready = os.pipe()
        child = os.fork()
        if child == 0:
            with contextlib.suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
            os.write(say_ready, b".")
            while sock.recv(4096):
                pass
            sock.close()
            os._exit(0)
        os.read(ready, 1)
        os.close(ready)
        os.close(say_ready)
        self.close(side)
        return child
