#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
corners.py - what the lesson does not tell, for the test: the rest of what levee and the kernels must agree on. Losses
at the server's door, on either side of levee; resets; a port that is used again; connections of the server's own.
"""
from chapter import chapter
from hosts import CLIENT, SERVER
from step import c, s, view
from segment import HELD, LOST, LOST_BEFORE, LOST_BEHIND


@chapter("reset-server", "The server aborts", lesson=False)
def reset_server(t):
    """SO_LINGER 0 at the server."""
    conn = t.opened()
    conn.abort(SERVER)
    t.step("The server aborts.", [s("RST,ACK", 1, 1)], [view(conn, "-", "-")])
    t.ended(conn, "reset_local")
    t.counts_agree(conn)


@chapter("reset-lost", "RSTs that are lost", lesson=False)
def reset_lost(t):
    """Lost behind levee, then before it: the other end does not know yet, and the next segment tells it."""
    conn = t.opened()
    t.lose(conn, SERVER, "RST")
    conn.abort(SERVER)
    t.step(
        "The server's RST is lost on the wire.",
        [s("RST,ACK", 1, 1, LOST)],
        [view(conn, "ESTAB", "-", levee_client="CLOSED")],
        why="ahead: it has seen the RST leave, and not that it was lost",
    )
    t.open_wire()
    conn.send(CLIENT, b"hello")
    t.step(
        "The client sends, and is reset.",
        [c("PSH,ACK", 1, 1, length=5), s("RST", 1)],
        [view(conn, "-", "-")],
    )
    conn = t.opened()
    t.lose(conn, CLIENT, "RST")
    conn.abort(CLIENT)
    t.step(
        "The client's RST is lost on the wire.",
        [c("RST,ACK", 1, 1, LOST, on=conn)],
        [view(conn, "-", "ESTAB", levee_client="ESTABLISHED")],
        why="behind: the RST never came by",
    )
    t.open_wire()
    conn.send(SERVER, b"hello")
    t.step(
        "The server sends, and is reset.",
        [s("PSH,ACK", 1, 1, length=5, on=conn), c("RST", 1, on=conn)],
        [view(conn, "-", "-")],
    )
    t.ended(conn, "reset_remote")


@chapter("lost-syn", "SYNs that are lost", lesson=False)
def lost_syn(t):
    """The SYN behind levee, then the SYN,ACK."""
    conn = t.connection()
    t.lose(conn, CLIENT, "SYN", inside=SERVER)
    conn.connect()
    t.step(
        "The SYN is lost inside the server, behind levee.",
        [c("SYN", 0, fate=LOST_BEHIND)],
        [view(conn, "SYN-SENT", "LISTEN")],
        queues=(0, 0, 1),
        why="one ahead in the queue: it remembers a SYN that the kernel never got",
    )
    t.open_wire()
    t.lose(conn, SERVER, "SYN,ACK")
    t.step(
        "The SYN is sent again. The SYN,ACK is lost on the wire.",
        [c("SYN", 0, again=True), s("SYN,ACK", 0, 1, LOST)],
        [view(conn, "SYN-SENT", "SYN-RECV")],
        queues=(1, 0),
    )
    t.open_wire()
    t.step(
        "One of them is sent again, or both.",
        [s("SYN,ACK", 0, 1, again=True), c("ACK", 1, 1)],
        [view(conn, "ESTAB", "ESTAB")],
        queues=(0, 1),
    )


@chapter("lost-ack-behind", "The third segment is lost behind levee", lesson=False)
def lost_ack_behind(t):
    """levee has seen the ACK, the kernel has not, and says so by its SYN,ACK."""
    conn = t.connection()
    t.hold(conn, CLIENT, "ACK")
    conn.connect()
    t.until_held(conn, CLIENT, "ACK")
    t.lose(conn, SERVER, "SYN,ACK", inside=SERVER)
    t.lose(conn, CLIENT, "ACK", inside=SERVER)
    t.let_go(conn, CLIENT, "ACK")
    t.open_wire(conn, CLIENT, "ACK")
    t.lose(conn, CLIENT, "ACK", inside=SERVER)
    t.step(
        "The ACK is lost inside the server.",
        [c("SYN", 0), s("SYN,ACK", 0, 1), c("ACK", 1, 1, HELD), c("ACK", 1, 1, LOST_BEHIND)],
        [view(conn, "ESTAB", "SYN-RECV", levee_server="ESTABLISHED")],
        queues=(1, 0, 0),
        why="ahead: it saw the ACK go in, and not that it was lost",
    )
    t.open_wire(conn, SERVER, "SYN,ACK")
    t.step(
        "The SYN,ACK is sent again: levee knows. The ACK is lost again.",
        [s("SYN,ACK", 0, 1, again=True), c("ACK", 1, 1, LOST_BEHIND, again=True)],
        [view(conn, "ESTAB", "SYN-RECV", levee_server="ESTABLISHED")],
        queues=(1, 0, 0),
        why="ahead again: it saw that ACK go in, too",
    )
    t.open_wire()
    t.step(
        "The SYN,ACK is sent again, and the ACK.",
        [s("SYN,ACK", 0, 1, again=True), c("ACK", 1, 1, again=True)],
        [view(conn, "ESTAB", "ESTAB")],
        queues=(0, 1),
    )
    t.repeats_agree(conn)


@chapter("lost-fin", "FINs that are lost", lesson=False)
def lost_fin(t):
    """The client's FIN behind levee, the server's before it."""
    conn = t.opened()
    t.lose(conn, CLIENT, "FIN", inside=SERVER)
    conn.shutdown(CLIENT)
    t.step(
        "The client's FIN is lost inside the server, behind levee.",
        [c("FIN,ACK", 1, 1, LOST_BEHIND)],
        [view(conn, "FIN-WAIT-1", "ESTAB")],
    )
    t.open_wire()
    t.step(
        "It is sent again.",
        [c("FIN,ACK", 1, 1, again=True), s("ACK", 1, 2)],
        [view(conn, "FIN-WAIT-2", "CLOSE-WAIT")],
    )
    t.lose(conn, SERVER, "FIN", inside=SERVER)
    conn.close(SERVER)
    t.step(
        "The server's FIN is lost inside the server, before levee.",
        [s("FIN,ACK", 1, 2, LOST_BEFORE)],
        [view(conn, "FIN-WAIT-2", "LAST-ACK", levee_server="CLOSE_WAIT")],
        why="behind: the FIN never came by",
    )
    t.open_wire()
    t.step(
        "It is sent again.",
        [s("FIN,ACK", 1, 2, again=True), c("ACK", 2, 2)],
        [view(conn, "TIME-WAIT", "-")],
    )
    t.repeats_agree(conn)
    t.counts_agree(conn)
    t.ended(conn, "fin_remote")


@chapter("lost-fin-last", "The last FIN is lost behind levee", lesson=False)
def lost_fin_last(t):
    """The server closes first; the client's FIN passes levee and not the server's door."""
    conn = t.opened()
    conn.shutdown(SERVER)
    t.step("The server closes.", [s("FIN,ACK", 1, 1), c("ACK", 1, 2)], [view(conn, "CLOSE-WAIT", "FIN-WAIT-2")])
    t.lose(conn, CLIENT, "FIN", inside=SERVER)
    conn.close(CLIENT)
    t.step(
        "The client's FIN is lost inside the server.",
        [c("FIN,ACK", 1, 2, LOST_BEHIND)],
        [view(conn, "LAST-ACK", "FIN-WAIT-2")],
    )
    t.open_wire()
    t.step(
        "It is sent again.",
        [c("FIN,ACK", 1, 2, again=True), s("ACK", 2, 2)],
        [view(conn, "-", "TIME-WAIT")],
    )
    t.repeats_agree(conn)
    t.ended(conn, "fin_local")


@chapter("closing-client", "The client in CLOSING", lesson=False)
def closing_client(t):
    """Both close, and the client's FIN is lost behind levee: it gets the other's FIN before the ACK of its own."""
    conn = t.opened()
    t.lose(conn, CLIENT, "FIN", inside=SERVER)
    conn.shutdown(CLIENT)
    t.step(
        "The client's FIN is lost inside the server.",
        [c("FIN,ACK", 1, 1, LOST_BEHIND)],
        [view(conn, "FIN-WAIT-1", "ESTAB")],
    )
    conn.shutdown(SERVER)
    t.step(
        "The server closes.",
        [s("FIN,ACK", 1, 1), c("ACK", 2, 2)],
        [view(conn, "CLOSING", "FIN-WAIT-2")],
    )
    t.open_wire()
    t.step(
        "The client's FIN is sent again.",
        [c("FIN,ACK", 1, 2, again=True), s("ACK", 2, 2)],
        [view(conn, "TIME-WAIT", "TIME-WAIT")],
    )
    t.repeats_agree(conn)
    t.ended(conn, "fin_remote")


@chapter("reuse", "A SYN in TIME_WAIT", lesson=False)
def reuse(t):
    """The server closes first and waits; the client connects again from the same port (RFC 6191)."""
    conn = t.opened()
    conn.shutdown(SERVER)
    t.step(
        "The server closes.",
        [s("FIN,ACK", 1, 1), c("ACK", 1, 2)],
        [view(conn, "CLOSE-WAIT", "FIN-WAIT-2")],
    )
    conn.close(CLIENT)
    t.step(
        "The client closes.",
        [c("FIN,ACK", 1, 2), s("ACK", 2, 2)],
        [view(conn, "-", "TIME-WAIT")],
    )
    conn.close(SERVER)
    t.hold(conn, SERVER, "SYN,ACK")
    conn.connect()
    t.step(
        "The client connects again from the same port. The SYN,ACK is held.",
        [c("SYN", 0), s("SYN,ACK", 0, 1, HELD)],
        [view(conn, "SYN-SENT", "SYN-RECV")],
        queues=(1, 0),
    )
    t.let_go(conn, SERVER, "SYN,ACK")
    t.open_wire()
    t.step(
        "It is let go: another connection.",
        [s("SYN,ACK", 0, 1), c("ACK", 1, 1)],
        [view(conn, "ESTAB", "ESTAB")],
        queues=(0, 1),
    )
    t.check("levee: how it ended", t.row(conn)["ended"], "")


@chapter("outgoing", "The server's host connects", lesson=False)
def outgoing(t):
    """levee's host is the client of this connection; it closes first, too."""
    conn = t.connection(opener=SERVER)
    t.hold(conn, CLIENT, "SYN,ACK")
    conn.connect()
    t.step(
        "The server's host calls connect(). The SYN,ACK is held.",
        [s("SYN", 0), c("SYN,ACK", 0, 1, HELD)],
        [view(conn, "SYN-RECV", "SYN-SENT", levee_client="CLOSED")],
        why="behind: the SYN,ACK has not come by yet",
    )
    t.hold(conn, SERVER, "ACK")
    t.let_go(conn, CLIENT, "SYN,ACK")
    t.step(
        "It arrives. The ACK is held.",
        [c("SYN,ACK", 0, 1), s("ACK", 1, 1, HELD)],
        [view(conn, "SYN-RECV", "ESTAB", levee_client="ESTABLISHED")],
        why="ahead: it has seen the ACK leave for the client",
    )
    t.let_go(conn, SERVER, "ACK")
    t.open_wire()
    t.step("The ACK arrives.", [s("ACK", 1, 1)], [view(conn, "ESTAB", "ESTAB")])
    t.accept(conn)
    t.check("levee: how it began", t.row(conn)["began"], "outgoing")
    conn.shutdown(SERVER)
    t.step("It closes.", [s("FIN,ACK", 1, 1), c("ACK", 1, 2)], [view(conn, "CLOSE-WAIT", "FIN-WAIT-2")])
    conn.close(CLIENT)
    t.step("The other closes.", [c("FIN,ACK", 1, 2), s("ACK", 2, 2)], [view(conn, "-", "TIME-WAIT")])
    t.ended(conn, "fin_local")
    t.repeats_agree(conn)
    t.counts_agree(conn)


@chapter("outgoing-lost", "The server's host connects, the answer is lost", lesson=False)
def outgoing_lost(t):
    """The SYN,ACK passes levee and is lost behind it."""
    conn = t.connection(opener=SERVER)
    t.lose(conn, CLIENT, "SYN,ACK", inside=SERVER)
    conn.connect()
    t.step(
        "The SYN,ACK is lost inside the server.",
        [s("SYN", 0), c("SYN,ACK", 0, 1, LOST_BEHIND)],
        [view(conn, "SYN-RECV", "SYN-SENT", levee_server="ESTABLISHED")],
        why="ahead: it saw the SYN,ACK go in, and not that it was lost",
    )
    t.open_wire()
    t.step(
        "It is sent again.",
        [c("SYN,ACK", 0, 1, again=True), s("ACK", 1, 1)],
        [view(conn, "ESTAB", "ESTAB")],
    )
