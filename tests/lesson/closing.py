#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
closing.py - the chapters of how a connection ends. Where it matters who closes first, the lesson has the client do
it, and the test both.
"""
import os
import socket
import time

from chapter import by_end, chapter, ended_by
from hosts import CLIENT, OTHER, SERVER
from step import c, s, view
from segment import HELD, LOST, LOST_BEFORE, RST

ACK_PASSED = "ahead: it has seen the server's ACK leave for the client"
ACK_UNSEEN = "behind: the client's ACK has not come by yet"
ACK_LOST = "behind: the client's ACK never came by"
ACK_LOST_LATER = "ahead: it has seen the server's ACK leave, and not that it was lost"


def close_in_four(t, first):
    conn, second = t.opened(), OTHER[first]
    (a, b) = (c, s) if first == CLIENT else (s, c)
    t.hold(conn, second, "ACK")
    conn.shutdown(first)
    t.step(
        f"The {first} has said all it has to say: shutdown(). The ACK of its FIN is held.",
        [a("FIN,ACK", 1, 1), b("ACK", 1, 2, HELD)],
        [
            view(
                conn,
                *by_end(first, "FIN-WAIT-1", "CLOSE-WAIT"),
                levee_client="FIN_WAIT_2" if first == CLIENT else "ESTABLISHED",
            )
        ],
        why=ACK_PASSED if first == CLIENT else ACK_UNSEEN,
    )
    t.let_go(conn, second, "ACK")
    t.open_wire()
    t.step(
        "The ACK arrives. Half-closed: one direction is over, the other is not.",
        [b("ACK", 1, 2)],
        [view(conn, *by_end(first, "FIN-WAIT-2", "CLOSE-WAIT"))],
    )
    conn.send(second, b"still here")
    t.step(
        f"The {second} still sends data, and the {first} still acknowledges it.",
        [b("PSH,ACK", 1, 2, length=10), a("ACK", 2, 11)],
        [view(conn, *by_end(first, "FIN-WAIT-2", "CLOSE-WAIT"))],
    )
    got = conn.read(first, 10)
    t.check(f"what the {first} reads", got, b"still here")
    t.hold(conn, first, "ACK")
    conn.close(second)
    t.step(
        f"Now the {second} closes too. The last ACK is held.",
        [b("FIN,ACK", 11, 2), a("ACK", 2, 12, HELD)],
        [
            view(
                conn,
                *by_end(first, "TIME-WAIT", "LAST-ACK"),
                levee_client="FIN_WAIT_2" if first == CLIENT else "CLOSED",
            )
        ],
        why=ACK_UNSEEN if first == CLIENT else ACK_PASSED,
    )
    t.let_go(conn, first, "ACK")
    t.open_wire()
    t.step(
        f"The last ACK arrives: the {second} is done. The {first} waits for 60 s (2MSL), in case the ACK was lost.",
        [a("ACK", 2, 12)],
        [view(conn, *by_end(first, "TIME-WAIT", "-"))],
    )
    t.ended(conn, ended_by(first))
    t.repeats_agree(conn)
    t.seen(f"Seen: FIN, ACK, FIN, ACK; and '{got.decode()}', 10 bytes, after the first FIN.")


@chapter("close", "Four segments close a connection")
def close(t):
    """Each direction is closed by itself: a FIN, and an ACK for it. After the first pair the connection is half-closed:
    who sent the FIN sends no more data, but still receives it. Who closes first ends in TIME_WAIT."""
    close_in_four(t, CLIENT)


@chapter("close-server", "The same, the server closes first", lesson=False)
def close_server(t):
    """The other way round."""
    close_in_four(t, SERVER)


# What levee says while the ACK of the first FIN is lost: by who closes first, and where it is lost.
FIN_AGAIN = {
    (CLIENT, LOST): ({"levee_client": "FIN_WAIT_2"}, ACK_LOST_LATER),
    (SERVER, LOST): ({"levee_client": "ESTABLISHED"}, ACK_LOST),
    (CLIENT, LOST_BEFORE): ({"levee_server": "ESTABLISHED"}, "behind: the server's ACK never came by"),
}


def fin_again_of(t, first, fate=LOST):
    conn, second = t.opened(), OTHER[first]
    (a, b) = (c, s) if first == CLIENT else (s, c)
    levee, why = FIN_AGAIN[first, fate]
    t.lose(conn, second, "ACK", inside=CLIENT if fate == LOST else SERVER)
    conn.shutdown(first)
    t.step(
        f"The {first} calls shutdown(). An nft rule loses the ACK of its FIN.",
        [a("FIN,ACK", 1, 1), b("ACK", 1, 2, fate)],
        [view(conn, *by_end(first, "FIN-WAIT-1", "CLOSE-WAIT"), **levee)],
        why=why,
    )
    t.open_wire()
    t.step(
        "The rule is gone. The FIN is sent again: the same number, not a second FIN. It is acknowledged again.",
        [a("FIN,ACK", 1, 1, again=True), b("ACK", 1, 2, again=True)],
        [view(conn, *by_end(first, "FIN-WAIT-2", "CLOSE-WAIT"))],
    )
    fins = t.sent(conn, first, "FIN")
    conn.close(second)
    t.step(
        f"The {second} closes.",
        [b("FIN,ACK", 1, 2), a("ACK", 2, 2)],
        [view(conn, *by_end(first, "TIME-WAIT", "-"))],
    )
    t.repeats_agree(conn)
    t.ended(conn, ended_by(first))
    t.seen(f"Seen: the FIN was sent {fins} times; the other end stayed in CLOSE_WAIT until its own program closed.")


@chapter("fin-again", "The ACK of a FIN is lost")
def fin_again(t):
    """Who gets no ACK for its FIN sends the FIN again, after 200 ms or so, then after twice the time, and so on. It is
    the same FIN: nothing more is closed by it."""
    fin_again_of(t, CLIENT)


@chapter("fin-again-server", "The same, the server closes first", lesson=False)
def fin_again_server(t):
    """The client's ACK is lost before levee."""
    fin_again_of(t, SERVER)


@chapter("fin-again-inside", "The same, the ACK is lost inside the server", lesson=False)
def fin_again_inside(t):
    """levee never sees the server's ACK."""
    fin_again_of(t, CLIENT, LOST_BEFORE)


def last_ack_of(t, first):
    conn, second = t.opened(), OTHER[first]
    (a, b) = (c, s) if first == CLIENT else (s, c)
    conn.shutdown(first)
    t.step(
        f"The {first} closes its direction.",
        [a("FIN,ACK", 1, 1), b("ACK", 1, 2)],
        [view(conn, *by_end(first, "FIN-WAIT-2", "CLOSE-WAIT"))],
    )
    t.lose(conn, first, "ACK")
    began = time.monotonic()
    conn.close(second)
    t.step(
        f"The {second} closes too. An nft rule loses the last ACK.",
        [b("FIN,ACK", 1, 2), a("ACK", 2, 2, LOST)],
        [
            view(
                conn,
                *by_end(first, "TIME-WAIT", "LAST-ACK"),
                levee_client="FIN_WAIT_2" if first == CLIENT else "CLOSED",
            )
        ],
        why=ACK_LOST if first == CLIENT else ACK_LOST_LATER,
    )
    t.open_wire()
    t.step(
        f"The rule is gone. The {second} sends its FIN again, and TIME_WAIT, which is there for this, answers again.",
        [b("FIN,ACK", 1, 2, again=True), a("ACK", 2, 2, again=True)],
        [view(conn, *by_end(first, "TIME-WAIT", "-"))],
    )
    t.repeats_agree(conn)
    t.ended(conn, ended_by(first))
    t.seen(
        f"Seen: the {second}'s FIN was sent {t.sent(conn, second, 'FIN')} times. TIME_WAIT began "
        f"{time.monotonic() - began:.1f} s ago and has {t.time_wait_left(conn, first)} of 60 left: each FIN starts it "
        "anew."
    )


@chapter("last-ack", "The last ACK is lost")
def last_ack(t):
    """Nobody acknowledges an ACK. If the last one is lost, the other end is left in LAST_ACK and sends its FIN again.
    That is what TIME_WAIT waits for: to answer, and to wait once more."""
    last_ack_of(t, CLIENT)


@chapter("last-ack-server", "The same, the server waits", lesson=False)
def last_ack_server(t):
    """The server's last ACK is lost behind levee."""
    last_ack_of(t, SERVER)


TRIES = 20


def closed_at_once(t):
    """
    A connection that the client has closed, and whose server program closes as soon as it reads the end. Without quick
    ACKs the kernel delays the FIN's by 40 ms, for the program's FIN to take it along.
    """
    conn = t.opened()
    conn.sock[SERVER].setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
    t.hold(conn, SERVER, "FIN", "ACK")
    t.hold(conn, CLIENT, "ACK")
    child = conn.close_at_the_end(SERVER)
    conn.shutdown(CLIENT)
    os.waitpid(child, 0)
    t.until(lambda: t.sent(conn, SERVER, "FIN"), "the server's FIN")
    return conn


@chapter("three-segments", "Three segments close a connection")
def three_segments(t):
    """If the other end has nothing more to send either, its FIN can travel with its ACK. Linux delays ACKs a little; a
    program that closes as soon as it reads the end is faster than that."""
    for _ in range(TRIES):
        conn = closed_at_once(t)
        if not t.sent(conn, SERVER, "ACK"):
            break
        t.forget(conn)  # a machine so busy that the 40 ms were over first: once more
    else:
        raise RuntimeError(f"a program did not get to close within 40 ms, {TRIES} times")
    t.step(
        "The client calls shutdown(); the server's program reads the end and closes. Its FIN, with the ACK, is held.",
        [c("FIN,ACK", 1, 1), s("FIN,ACK", 1, 2, HELD)],
        [view(conn, "FIN-WAIT-1", "LAST-ACK", levee_client="FIN_WAIT_2")],
        why=ACK_PASSED,
    )
    t.let_go(conn, SERVER, "FIN")
    t.step(
        "It arrives: from FIN_WAIT_1 straight to TIME_WAIT. The last ACK is held.",
        [s("FIN,ACK", 1, 2), c("ACK", 2, 2, HELD)],
        [view(conn, "TIME-WAIT", "LAST-ACK", levee_client="FIN_WAIT_2")],
        why=ACK_UNSEEN,
    )
    t.let_go(conn, CLIENT, "ACK")
    t.open_wire()
    t.step("The last ACK arrives.", [c("ACK", 2, 2)], [view(conn, "TIME-WAIT", "-")])
    t.ended(conn, "fin_remote")
    t.seen("Seen: FIN, FIN with ACK, ACK; the server was in CLOSE_WAIT no longer than its program needed to close.")


@chapter("simultaneous-close", "Both close at the same time")
def simultaneous_close(t):
    """If the two FINs cross on the wire, each end gets a FIN while it waits for the ACK of its own: CLOSING. Both end
    in TIME_WAIT. The rules hold both FINs until both are on the way."""
    conn = t.opened()
    for side in (CLIENT, SERVER):
        t.hold(conn, side, "FIN", "ACK")
        conn.shutdown(side)
    t.step(
        "Both call shutdown(). Both FINs are held.",
        [c("FIN,ACK", 1, 1, HELD), s("FIN,ACK", 1, 1, HELD)],
        [view(conn, "FIN-WAIT-1", "FIN-WAIT-1", levee_client="ESTABLISHED")],
        why="behind: the client's FIN has not come by yet",
    )
    t.let_go(conn, CLIENT, "FIN")
    t.step(
        "The client's FIN arrives at the server, which waits for an ACK and not for a FIN. Its own ACK is held.",
        [c("FIN,ACK", 1, 1), s("ACK", 2, 2, HELD)],
        [view(conn, "FIN-WAIT-1", "CLOSING", levee_client="FIN_WAIT_2")],
        why=ACK_PASSED,
    )
    t.let_go(conn, SERVER, "FIN")
    t.step(
        "The server's FIN arrives at the client: the same there.",
        [s("FIN,ACK", 1, 1), c("ACK", 2, 2, HELD)],
        [view(conn, "CLOSING", "CLOSING", levee_client="FIN_WAIT_2")],
        why="ahead by the ACK that is on its way to the client, behind by the one that comes from it",
    )
    t.let_go(conn, CLIENT, "ACK")
    t.let_go(conn, SERVER, "ACK")
    t.open_wire()
    t.step("Both ACKs arrive.", [c("ACK", 2, 2), s("ACK", 2, 2)], [view(conn, "TIME-WAIT", "TIME-WAIT")])
    t.repeats_agree(conn)
    t.seen("Seen: FIN, FIN, ACK, ACK. Neither end came by FIN_WAIT_2 or LAST_ACK, and both wait.")


@chapter("reset", "One segment ends it all")
def reset(t):
    """A RST ends a connection at once, on both sides. So it must hit: only the very number that is expected next is
    taken. One that is near draws an ACK (a "challenge"), one that is far is ignored. The first two are forged here."""
    conn = t.opened()
    isn = t.wire.numbers.isns[conn, CLIENT][0]
    t.wire.forge(conn, RST, isn + 101)
    t.step(
        "A forged RST, 100 beyond the expected number, inside the window. The server asks back.",
        [c("RST", 101), s("ACK", 1, 1)],
        [view(conn, "ESTAB", "ESTAB")],
    )
    t.check("levee: suspect", t.row(conn)["suspect"], "remote")
    conn.send(CLIENT, b"I live")
    t.step(
        "The client goes on, and levee, which had marked the connection as suspect, takes that back.",
        [c("PSH,ACK", 1, 1, length=6), s("ACK", 1, 7)],
        [view(conn, "ESTAB", "ESTAB")],
    )
    t.check("levee: suspect", t.row(conn)["suspect"], "")
    conn.read(SERVER, 6)
    t.wire.forge(conn, RST, isn + 2**30)
    t.step(
        "A forged RST far outside the window. Nobody answers.",
        [c("RST", 2**30)],
        [view(conn, "ESTAB", "ESTAB")],
    )
    t.check("levee: suspect", t.row(conn)["suspect"], "")
    conn.abort(CLIENT)
    t.step(
        "The client's program aborts (SO_LINGER, 0 seconds): a real RST, with the exact number.",
        [c("RST,ACK", 7, 1)],
        [view(conn, "-", "-")],
    )
    t.ended(conn, "reset_remote")
    t.seen("Seen: two forged RSTs that did nothing, and a real one after which no end waits for anything.")
