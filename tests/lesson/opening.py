#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
opening.py - the chapters of how a connection begins, and of the two queues in which it waits.
"""
from chapter import NOTHING_YET, chapter
from hosts import CLIENT, SERVER
from step import c, s, view
from segment import HELD, LOST, MADE, SYN, TAKEN

ACK_HELD = "behind: the client's ACK has not come by yet"


@chapter("handshake", "Three segments open a connection")
def handshake(t):
    """Each side sends a SYN with its first sequence number, and needs an ACK for it. Three segments do, because
    the server's SYN travels with its ACK. Watch who has reached which state after each of the three."""
    conn = t.connection()
    t.hold(conn, CLIENT, "SYN")
    conn.connect()
    t.step(
        "The client calls connect(). An nft rule holds its SYN on the wire.",
        [c("SYN", 0, fate=HELD)],
        [view(conn, "SYN-SENT", "LISTEN", "-", "-")],
        queues=(0, 0),
        why=NOTHING_YET,
    )
    t.hold(conn, SERVER, "SYN,ACK")
    t.let_go(conn, CLIENT, "SYN")
    t.step(
        "The SYN arrives. The server answers and puts the connection in its SYN queue. The answer is held.",
        [c("SYN", 0), s("SYN,ACK", 0, 1, HELD)],
        [view(conn, "SYN-SENT", "SYN-RECV")],
        queues=(1, 0),
    )
    t.hold(conn, CLIENT, "ACK")
    t.let_go(conn, SERVER, "SYN,ACK")
    t.step(
        "The SYN,ACK arrives: for the client the connection is open. Its ACK is held.",
        [s("SYN,ACK", 0, 1), c("ACK", 1, 1, HELD)],
        [view(conn, "ESTAB", "SYN-RECV", levee_client="SYN_SENT")],
        queues=(1, 0),
        why=ACK_HELD,
    )
    t.let_go(conn, CLIENT, "ACK")
    t.open_wire()
    t.step(
        "The ACK arrives: open for both. From the SYN queue to the accept queue.",
        [c("ACK", 1, 1)],
        [view(conn, "ESTAB", "ESTAB")],
        queues=(0, 1),
    )
    t.accept(conn)
    t.step("The server's program calls accept().", [], [view(conn, "ESTAB", "ESTAB")], queues=(0, 0))
    row = t.row(conn)
    t.check("levee: how it began", row["began"], "handshake")
    t.counts_agree(conn)
    t.seen(
        "Seen: the client was ESTABLISHED one segment before the server, and the connection was in the SYN queue "
        f"from the SYN to the ACK. {t.round_trip(row)}"
    )


@chapter("half-open", "The SYN queue fills and drains", backlog=64)
def half_open(t):
    """Between SYN,ACK and ACK a connection is half-open: it waits in the server's SYN queue. It leaves in one of
    three ways: the ACK comes, a RST comes, or nothing comes for too long. Watch the two counts of the queue."""
    asker, stray = t.connection(label="A"), t.connection(label="B")
    t.hold(asker, CLIENT, "ACK")
    asker.connect()
    t.step(
        "Client A connects. Its ACK is held, so it stays half-open.",
        [c("SYN", 0), s("SYN,ACK", 0, 1), c("ACK", 1, 1, HELD)],
        [view(asker, "ESTAB", "SYN-RECV", levee_client="SYN_SENT")],
        queues=(1, 0),
        why=ACK_HELD,
    )
    t.hold(stray, CLIENT, "RST")
    t.wire.forge(stray, SYN, 1000)
    t.step(
        "B is a forged SYN in the name of the client's host, whose kernel knows nothing of it and answers the "
        "SYN,ACK by a RST. The RST is held.",
        [c("SYN", 0, on=stray), s("SYN,ACK", 0, 1, on=stray), c("RST", 1, fate=HELD, on=stray)],
        [view(stray, "-", "SYN-RECV", levee_client="SYN_SENT")],
        queues=(2, 0),
        why="behind: the client's RST has not come by yet",
    )
    nobody = [t.connection(label=label, client_address=t.nobody(at)) for at, label in enumerate("CD")]
    for conn in nobody:
        t.wire.forge(conn, SYN, 1000)
    t.step(
        "C and D are forged in the name of addresses where nobody lives.",
        [c("SYN", 0, on=x) for x in nobody] + [s("SYN,ACK", 0, 1, on=x) for x in nobody],
        [view(x, "-", "SYN-RECV", levee_client="SYN_SENT") for x in nobody],
        queues=(4, 0),
        why="in the dark: it takes who sent a SYN for somebody in SYN_SENT, as the server does",
    )
    t.let_go(asker, CLIENT, "ACK")
    t.step(
        "A's ACK arrives. One less.",
        [c("ACK", 1, 1)],
        [view(asker, "ESTAB", "ESTAB")],
        queues=(3, 1),
    )
    t.let_go(stray, CLIENT, "RST")
    t.step(
        "B's RST arrives. One less.",
        [c("RST", 1, on=stray)],
        [view(stray, "-", "-", "-", "-")],
        queues=(2, 1),
    )
    t.give_up_early()
    t.step(
        "For C and D nothing will ever come. The kernel repeats its SYN,ACK for 63 s and then forgets; here the "
        "program asks it to give up sooner (TCP_SYNCNT). This takes some seconds.",
        [],
        [view(x, "-", "-", "SYN_SENT", "SYN_RECEIVED") for x in nobody],
        queues=(0, 1, 2),
        why="behind: it forgets after 64 s; what a program asks of its kernel is not seen on the wire",
    )
    t.seen("Seen: four came in; one left by its ACK, one by a RST, two because nothing came.")


@chapter("accept-queue", "Nobody calls accept()", backlog=4)
def accept_queue(t):
    """An open connection waits in the accept queue until the program takes it by accept(). listen(4) admits five.
    When it is full the kernel throws away whatever would add to it: third ACKs and new SYNs. Both are repeated."""
    early, late = t.connection(label="A"), t.connection(label="B")
    t.hold(early, CLIENT, "ACK")
    early.connect()
    t.until_held(early, CLIENT, "ACK")
    crowd = t.crowd(5)
    t.step(
        "Client A is half-open: its ACK is held. Five others connect (not shown), nobody calls accept(): that queue is "
        "full.",
        [c("SYN", 0), s("SYN,ACK", 0, 1), c("ACK", 1, 1, HELD)],
        [view(early, "ESTAB", "SYN-RECV", levee_client="SYN_SENT")],
        queues=(1, 5),
        why=ACK_HELD,
    )
    t.check("the five: kernels, levee", t.all_states(crowd), {("ESTAB", "ESTAB", "ESTABLISHED", "ESTABLISHED")})
    overflows = t.kernel_counter("TcpExtListenOverflows")
    t.lose(early, SERVER, "SYN,ACK", inside=SERVER)
    t.let_go(early, CLIENT, "ACK")
    t.step(
        "A's ACK arrives, and the kernel throws it away: A stays in the SYN queue. For now, a rule inside the server "
        "keeps levee from hearing of it.",
        [c("ACK", 1, 1)],
        [view(early, "ESTAB", "SYN-RECV", levee_server="ESTABLISHED")],
        queues=(1, 5, 0),
        why="ahead: it saw the ACK go in, and not that the kernel threw it away",
    )
    t.until(lambda: t.kernel_counter("TcpExtListenOverflows") > overflows, "ListenOverflows")
    t.open_wire()
    t.step(
        "The kernel sends A its SYN,ACK again, as to anybody in the SYN queue: now levee knows, too. A's ACK comes "
        "again and is thrown away again.",
        [s("SYN,ACK", 0, 1, again=True), c("ACK", 1, 1, again=True)],
        [view(early, "ESTAB", "SYN-RECV")],
        queues=(1, 5, 0),
        why="one short in the queue: it keeps A among its flows, where the first ACK has put it",
    )
    late.connect()
    t.step(
        "Client B's SYN arrives, and the kernel throws that away, too.",
        [c("SYN", 0, on=late)],
        [view(late, "SYN-SENT", "LISTEN")],
        queues=(1, 5, 1),
    )
    for conn in crowd:
        t.accept(conn)
    early.send(CLIENT, b"hello")
    t.step(
        "The program calls accept() five times. A sends data, which brings the ACK once more; B sends its SYN again.",
        [
            c("PSH,ACK", 1, 1, length=5),
            s("ACK", 1, 6),
            s("SYN,ACK", 0, 1, on=late),
            c("ACK", 1, 1, on=late),
        ],
        [view(early, "ESTAB", "ESTAB"), view(late, "ESTAB", "ESTAB")],
        queues=(0, 2),
    )
    t.repeats_agree(early)
    t.repeats_agree(late)
    t.seen(
        f"Seen: B sent its SYN {t.sent(late, CLIENT, 'SYN')} times; the server sent its SYN,ACK to A "
        f"{t.sent(early, SERVER, 'SYN,ACK')} times. Nobody was refused, only made to wait."
    )


@chapter("lost-ack", "The third segment is lost")
def lost_ack(t):
    """The client thinks that the connection is open and sends data. Every segment from now on carries the same
    acknowledgment as the one that was lost, so the first data does what the ACK should have done."""
    conn = t.connection()
    t.lose(conn, CLIENT, "ACK")
    conn.connect()
    t.step(
        "The client connects. An nft rule loses its ACK on the wire.",
        [c("SYN", 0), s("SYN,ACK", 0, 1), c("ACK", 1, 1, LOST)],
        [view(conn, "ESTAB", "SYN-RECV", levee_client="SYN_SENT")],
        queues=(1, 0),
        why="behind: the client's ACK never came by",
    )
    conn.send(CLIENT, b"hello")
    t.step(
        "The client sends five bytes.",
        [c("PSH,ACK", 1, 1, length=5), s("ACK", 1, 6)],
        [view(conn, "ESTAB", "ESTAB")],
        queues=(0, 1),
    )
    t.accept(conn)
    got = conn.read(SERVER, 5)
    t.check("what the server reads", got, b"hello")
    t.repeats_agree(conn)
    t.seen(f"Seen: the ACK was lost, the server accept()s all the same and reads '{got.decode()}'.")


@chapter("stale-syn", "A SYN that comes too late")
def stale_syn(t):
    """Why three segments and not two: a SYN can be late. The server cannot tell an old one from a new one, but the
    client can: the SYN,ACK acknowledges a number that it does not use any more, and it answers by a RST."""
    conn = t.connection()
    t.name_client_numbers(conn, "x", "y")
    t.hold(conn, CLIENT, "SYN")
    conn.connect()
    t.step(
        "The client calls connect(). Its SYN, with number x, is delayed on the wire.",
        [c("SYN", "x", fate=HELD)],
        [view(conn, "SYN-SENT", "LISTEN", "-", "-")],
        queues=(0, 0),
        why=NOTHING_YET,
    )
    conn.close(CLIENT)
    conn.connect()
    t.step(
        "The client's program gives up and tries again from the same port, with a new number, y. That SYN is held too.",
        [c("SYN", "y", fate=HELD)],
        [view(conn, "SYN-SENT", "LISTEN", "-", "-")],
        queues=(0, 0),
        why=NOTHING_YET,
    )
    t.hold(conn, CLIENT, "RST")
    t.let_go(conn, CLIENT, "SYN")
    t.step(
        "The old SYN arrives. The server takes it for a new one and acknowledges x; the client, which uses y by now, "
        "answers by a RST. The RST is held.",
        [c("SYN", "x"), s("SYN,ACK", 0, "x+1"), c("RST", "x+1", fate=HELD)],
        [view(conn, "SYN-SENT", "SYN-RECV")],
        queues=(1, 0),
    )
    t.let_go(conn, CLIENT, "RST")
    t.step(
        "The RST arrives: the old SYN has come to nothing.",
        [c("RST", "x+1")],
        [view(conn, "SYN-SENT", "LISTEN", "-", "-")],
        queues=(0, 0),
        why="behind: the new SYN has not come by yet",
    )
    t.let_go(conn, CLIENT, "SYN")
    t.open_wire()
    t.step(
        "Now the new SYN arrives.",
        [c("SYN", "y"), s("SYN,ACK", 0, "y+1"), c("ACK", "y+1", 1)],
        [view(conn, "ESTAB", "ESTAB")],
        queues=(0, 1),
    )
    t.seen("Seen: the late SYN cost a SYN,ACK, a RST and a place in the SYN queue for a moment. No connection.")


@chapter("flood", "The queue overflows, cookies take over", backlog=64)
def flood(t):
    """SYNs from spoofed addresses fill the SYN queue, and nobody else gets in. When half of it is full levee answers in
    the server's place: what is to be remembered goes into the number of its SYN,ACK, and comes back with the ACK."""
    t.opened(text="In calm times: a connection, from which levee learns what this server offers.")
    t.flood(packets=2000, rate=4000)
    t.until(lambda: (t.service() or {}).get("in_flight"), "cookies in flight")
    service = t.service()
    kept = service["half_open"]
    t.step("2000 SYNs from spoofed addresses within half a second (not shown).", [], [], queues=(kept, 0))
    t.check("levee's mode for this service", service["mode"], "cookie")
    t.check("the kernel's queue is not full", kept < t.chapter.backlog, True)
    t.check("the kernel sent no cookies", t.kernel_counter("TcpExtTCPReqQFullDoCookies"), 0)
    conn = t.connection()
    t.hold(conn, CLIENT, "ACK")
    conn.connect()
    t.step(
        "A real client connects. levee takes its SYN and answers by a cookie. The client's ACK is held.",
        [c("SYN", 0, fate=TAKEN, on=conn), s("SYN,ACK", 0, 1, MADE, on=conn), c("ACK", 1, 1, HELD, on=conn)],
        [view(conn, "ESTAB", "LISTEN", "-", "-")],
        queues=(kept, 0),
        why="empty-handed: it keeps nothing, the ACK will bring back all that it knew",
    )
    t.let_go(conn, CLIENT, "ACK")
    t.open_wire()
    t.step(
        "The ACK arrives with the cookie: the kernel has a connection that it never saw begin.",
        [c("ACK", 1, 1, on=conn)],
        [view(conn, "ESTAB", "ESTAB")],
        queues=(kept, 1),
    )
    t.check("levee: how it began", t.row(conn)["began"], "cookie")
    conn.send(CLIENT, b"hello")
    t.accept(conn)
    got = conn.read(SERVER, 5)
    t.check("what the server reads", got, b"hello")
    t.seen(
        f"Seen: the flood's SYNs hold {kept} of the {t.chapter.backlog} places in the kernel's queue and get no more; "
        f"{service['in_flight']} were answered by cookies; the client came through: '{got.decode()}'."
    )


@chapter("simultaneous-open", "Both open at the same time")
def simultaneous_open(t):
    """Two programs that connect() to each other's port need no listener: the SYNs cross, each end answers a SYN while
    it waits for a SYN,ACK, and one connection comes of it. Rare, and part of the protocol all the same."""
    conn = t.connection(opener=SERVER, listener=False)
    for side in (SERVER, CLIENT):
        t.hold(conn, side, "SYN", "SYN,ACK")
        conn.connect(side)
    t.step(
        "Both call connect(). Both SYNs are held.",
        [c("SYN", 0, fate=HELD), s("SYN", 0, fate=HELD)],
        [view(conn, "SYN-SENT", "SYN-SENT", levee_client="CLOSED")],
        why="behind: the client's SYN has not come by yet",
    )
    t.let_go(conn, CLIENT, "SYN")
    t.step(
        "The client's SYN arrives at the server, which waits for a SYN,ACK and not for a SYN. Its own SYN,ACK is held.",
        [c("SYN", 0), s("SYN,ACK", 0, 1, HELD)],
        [view(conn, "SYN-SENT", "SYN-RECV")],
    )
    t.let_go(conn, SERVER, "SYN")
    t.step(
        "The server's SYN arrives at the client: the same there.",
        [s("SYN", 0), c("SYN,ACK", 0, 1, HELD)],
        [view(conn, "SYN-RECV", "SYN-RECV", levee_client="SYN_SENT")],
        why="behind: the client's SYN,ACK has not come by yet",
    )
    t.let_go(conn, CLIENT, "SYN,ACK")
    t.until(lambda: t.sent(conn, SERVER, "ACK"), "the server's ACK")
    t.let_go(conn, SERVER, "SYN,ACK")
    t.open_wire()
    t.step(
        "Both SYN,ACKs arrive. Linux acknowledges each; the textbook does without these two ACKs.",
        [c("SYN,ACK", 0, 1), s("ACK", 1, 1), s("SYN,ACK", 0, 1), c("ACK", 1, 1)],
        [view(conn, "ESTAB", "ESTAB")],
    )
    conn.send(CLIENT, b"hello")
    got = conn.read(SERVER, 5)
    t.check("what the server reads", got, b"hello")
    t.seen(f"Seen: two SYNs, two SYN,ACKs, no listener, one connection; and the server reads '{got.decode()}'.")
