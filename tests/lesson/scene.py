#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
scene.py - one chapter being played: what it may do to connections and to the wire, and its steps.

A step names what must be seen: the segments, both kernels' states, levee's, and the queues (step.py). It waits for all
of it, then hands what was seen to a face (page.py to read, tap.py to test), right or wrong.
"""
import socket
import time

from hosts import CLIENT, OTHER, SERVER, Connection, endpoint
from levee import NONE
from step import Check, Queues, Step, c, s, view
from segment import HELD, SYN

OPENED = "A connection is opened, as in the first chapter, and accept()ed."
PATIENCE = 10  # seconds that a step may take; what it waits for takes much less

class Scene:
    def __init__(self, stage, chapter, family, ports):
        self.stage, self.chapter, self.family = stage, chapter, family
        self.wire, self.levee, self.hosts, self.face = stage.wire, stage.levee, stage.hosts, stage.face
        self.ports = ports  # numbers for clients
        self.step_number = 0
        self.done = 0  # of the wire's log, how much has been told
        self.listener_port = next(ports)
        self.listeners = {}
        self.connections = []
        self.connections_aside = []

    def play(self):
        """Closes whatever the chapter has left open, also when it breaks off."""
        self.done = len(self.wire.log)
        self.face.chapter(self)
        try:
            self.chapter.play(self)
        except (OSError, RuntimeError) as error:
            self.check("the chapter goes on to its end", repr(error), "no error")
        finally:
            self.end()

    # --- what a chapter does

    def listen(self):
        """On both hosts; most chapters use the server's."""
        for side in (CLIENT, SERVER):
            self.listeners[side] = self.hosts[side].tcp(self.family, self.listener_port)
            self.listeners[side].listen(self.chapter.backlog)

    def connection(self, opener=CLIENT, label="", client_address=None, listener=True):
        """Named, watched, not opened yet."""
        ports = {opener: next(self.ports), OTHER[opener]: self.listener_port if listener else next(self.ports)}
        new = Connection(self.hosts, self.family, ports[CLIENT], ports[SERVER], opener, label, client_address)
        self.wire.watch(new)
        self.connections.append(new)
        return new

    def accept(self, connection):
        connection.accept(self.listeners[OTHER[connection.opener]])

    def opened(self, opener=CLIENT, label="", text=None):
        """A connection that is open and accepted, to begin a chapter with."""
        conn = self.connection(opener, label)
        conn.connect()
        self.accept(conn)
        first, second = (c, s) if opener == CLIENT else (s, c)
        self.step(
            text or OPENED,
            [first("SYN", 0), second("SYN,ACK", 0, 1), first("ACK", 1, 1)],
            [view(conn, "ESTAB", "ESTAB")],
        )
        return conn

    def hold(self, conn, sender, *kinds):
        self.wire.hold(conn, sender, *kinds)

    def lose(self, conn, sender, *kinds, inside=CLIENT):
        self.wire.lose(conn, sender, *kinds, inside=inside)

    def let_go(self, conn, sender, kind):
        self.wire.pump()
        self.wire.release(conn, sender, kind)

    def open_wire(self, *which):
        self.wire.open(*which)

    def name_client_numbers(self, conn, *names):
        """Where a client opens twice, each initial number has a name in what is printed."""
        self.wire.numbers.names[conn, CLIENT] = names

    def crowd(self, count):
        """Clients whose segments are not told. One after the other: they are not to fill the SYN queue."""
        conns = [
            Connection(self.hosts, self.family, next(self.ports), self.listener_port, label="crowd")
            for _ in range(count)
        ]
        self.connections_aside += conns
        for conn in conns:
            conn.connect()
            conn.wait_open(CLIENT)
        return conns

    def flood(self, packets, rate):
        """Spoofed SYNs to the scene's listener; returns when all are sent."""
        self.stage.flood(self.hosts[SERVER].addresses[self.family], self.listener_port, packets, rate)

    def nobody(self, number):
        """An address of those to which the client's device drops all answers."""
        return f"198.19.0.{number + 1}" if self.family == 4 else f"fd00:0:0:1::{number + 1}"

    def give_up_early(self):
        """From now on this listener's SYN,ACKs are repeated once at most."""
        self.listeners[SERVER].setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)

    def forget(self, conn):
        """An attempt that is not told."""
        self.open_wire()
        conn.close(CLIENT)
        self.connections.remove(conn)

    def until_held(self, conn, sender, kind):
        def held():
            self.wire.pump()
            return any((x.connection, x.sender, x.kind, x.where) == (conn, sender, kind, HELD) for x in self.wire.log)

        self.until(held, f"a {kind} of the {sender} that is held")

    def until(self, condition, what):
        """Waits for something that is no step, or gives up the chapter."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"{what}: not within {PATIENCE} s")
            self.wire.pump(0.02)

    # --- what is seen

    def service(self):
        address = self.hosts[SERVER].addresses[self.family]
        return self.levee.services().get(endpoint(address, self.listener_port))

    def row(self, conn):
        """levee's row of a connection, which must be there."""
        row = self.levee.flows().get((conn.endpoint(SERVER), conn.endpoint(CLIENT)))
        if not row:
            raise RuntimeError(f"levee has no entry for {conn.endpoint(CLIENT)}")
        return row

    def kernel_state(self, rows, conn, side, wanted):
        """Where there is no socket of the connection, a step may ask whether there is a listener."""
        mine, peer = conn.endpoint(side), conn.endpoint(OTHER[side])
        for row in rows[side]:
            if (row.local, row.peer) == (mine, peer):
                return row.state
        listens = any(row.state == "LISTEN" and row.local == mine for row in rows[side])
        return "LISTEN" if listens and wanted == "LISTEN" else NONE

    def kernel_queues(self, rows):
        """How many are in the listener's SYN queue, and in its accept queue."""
        mine = endpoint(self.hosts[SERVER].addresses[self.family], self.listener_port)
        states = [(row.state, row.receive_queue) for row in rows[SERVER] if row.local == mine]
        return (
            sum(state == "SYN-RECV" for state, _ in states),
            sum(waiting for state, waiting in states if state == "LISTEN"),
        )

    def look(self, step):
        """Everything once."""
        self.wire.pump()
        rows = {side: host.rows() for side, host in self.hosts.items()}
        flows, service = self.levee.flows(), self.service()
        step.segments = [x for x in self.wire.log[self.done :] if x.connection in self.connections]
        for conn, client, server, *_ in step.views:
            step.kernel[conn] = (
                self.kernel_state(rows, conn, CLIENT, client),
                self.kernel_state(rows, conn, SERVER, server),
            )
            row = flows.get((conn.endpoint(SERVER), conn.endpoint(CLIENT)))
            step.levee[conn] = (row["state_remote"], row["state_local"]) if row else (NONE, NONE)
        step.seen_queues = Queues(*self.kernel_queues(rows), service["half_open"] if service else 0)

    # --- a step

    def step(self, text, segments, views, queues=None, why=None):
        """See Step. What was done before it has its effect now."""
        segments = [x if x.connection else x._replace(connection=self.connections[0]) for x in segments]
        step = Step(text, segments, views, queues, why)
        self.step_number += 1
        step.number, step.labelled = self.step_number, any(conn.label for conn in self.connections)
        self.face.announce(self, step)
        end = time.monotonic() + PATIENCE + 2 * self.face.pace
        self.look(step)
        while not step.good and time.monotonic() < end:
            self.wire.pump(0.02)
            self.look(step)
        self.done = len(self.wire.log)
        self.face.step(self, step)

    # --- beside the steps

    def kernel_counter(self, name):
        """Of the server's kernel, since the lab began."""
        lines = self.hosts[SERVER].run("nstat", "-asz", name).splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith(name)))

    def all_states(self, conns):
        """The different states among these: both kernels' words, then levee's."""
        rows = {side: host.rows() for side, host in self.hosts.items()}
        flows = self.levee.flows()
        states = set()
        for conn in conns:
            row = flows.get((conn.endpoint(SERVER), conn.endpoint(CLIENT)), {})
            kernels = [self.kernel_state(rows, conn, side, NONE) for side in (CLIENT, SERVER)]
            states.add((*kernels, row.get("state_remote"), row.get("state_local")))
        return states

    def time_wait_left(self, conn, side):
        """As the kernel's timer says: "58sec"."""
        mine, peer = conn.endpoint(side), conn.endpoint(OTHER[side])
        for line in self.hosts[side].run("ss", "-Htano", "state", "time-wait").splitlines():
            fields = line.split()
            if mine in fields and peer in fields:
                return fields[-1].split(",")[1]
        return "nothing"

    @staticmethod
    def round_trip(row):
        """Karn's algorithm: of a SYN,ACK that was sent twice nobody knows which one was answered."""
        if not row["rtt_us"]:
            return "levee knows no round trip time: the SYN,ACK was sent more than once while you were reading."
        return f"levee measured {row['rtt_us'] / 1000:.1f} ms from SYN,ACK to ACK."

    def ended(self, conn, how):
        self.check("levee: how it ended", self.row(conn)["ended"], how)

    def at_levee(self, conn, sender):
        self.wire.pump()
        return [x for x in self.wire.log if (x.connection, x.sender) == (conn, sender) and x.at_levee]

    def sent(self, conn, sender, *kinds):
        """How often levee has seen such a segment."""
        return sum(x.kind in kinds for x in self.at_levee(conn, sender))

    def repeats_agree(self, conn):
        """levee's counts of what was sent again, and what the wire has seen pass levee."""
        row = self.row(conn)
        for end, side in (("remote", CLIENT), ("local", SERVER)):
            got = row[f"syn_repeats_{end}"], row[f"fin_repeats_{end}"]
            syns, fins = self.sent(conn, side, "SYN", "SYN,ACK") - 1, self.sent(conn, side, "FIN") - 1
            self.check(f"levee: SYN and FIN sent again by the {side}", got, (max(0, syns), min(max(0, fins), 15)))

    def counts_agree(self, conn):
        """levee's packets and bytes. A connection that comes in is counted from its third segment on."""
        row = self.row(conn)
        for way, side in (("in", CLIENT), ("out", SERVER)):
            counted = [x for x in self.at_levee(conn, side) if conn.opener == SERVER or not x.bits & SYN]
            wanted = len(counted), sum(len(x.tcp) for x in counted)
            self.check(f"levee: packets and bytes of the {side}", (row[f"packets_{way}"], row[f"bytes_{way}"]), wanted)

    def check(self, name, got, wanted):
        """Something beside the steps."""
        self.face.check(self, Check(name, got, wanted))

    def seen(self, text):
        self.face.seen(text)

    def end(self):
        self.open_wire()
        for conn in self.connections + self.connections_aside:
            for side in (CLIENT, SERVER):
                conn.close(side)
        for listener in self.listeners.values():
            listener.close()
