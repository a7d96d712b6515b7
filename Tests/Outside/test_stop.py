"""SIGTERM: who has an answer coming gets it, nobody waits for idle connections, and it ends soon."""

import signal
import socket
import threading
import time

import effects
from events import event, payment_intent
from extent import choices, extent, figure, percentile
from load import Connection, Stream, request

STOPS = extent(20, 200)
PAID = "payment_intent.succeeded"


def head(length: int) -> bytes:
    """The head of a delivery with a body of that length."""
    return (f"POST /webhooks/stripe HTTP/1.1\r\nHost: till\r\nContent-Length: {length}\r\n"
            "Stripe-Signature: t=1,v1=00\r\nContent-Type: application/json\r\n\r\n").encode()


def test_sigterm_under_load_answers_every_request_it_took(make_till):
    """A request that was sent whole before the signal, on a connection in use, is answered; one that
    was written down is answered in any case."""
    chance = choices()
    till = make_till()
    effects.only(till)
    acknowledged, took, closed = set(), [], 0
    for _ in range(STOPS):
        till.start()
        make = lambda: event(PAID, payment_intent())  # noqa: E731
        with Stream(till.port, make, connections=16) as stream:
            while len(stream.journal.acknowledged) < 100:
                stream.ended.wait(0.01)
            stream.ended.wait(chance.uniform(0, 0.1))
            signalled = time.monotonic()
            code = till.stop(seconds=20)
            took.append(time.monotonic() - signalled)
            journal = stream.stop()
        assert code == 0
        assert journal.count(lambda status: status not in (200, 503)) == 0
        owed = [loss for loss in journal.losses
                if loss.used and loss.sent is not None and loss.sent < signalled]
        assert owed == []
        cut = {loss.id for loss in journal.losses if loss.sent is not None}
        stored = {id for (id,) in till.rows("SELECT id FROM webhook_events")}
        # Sent again after it was cut, it may have been answered then.
        assert cut & stored - journal.acknowledged == set(), "taken, and then no answer"
        closed += len(cut)
        acknowledged |= journal.acknowledged
    figure(f"{STOPS} stops, the longest took {max(took):.2f} s, p50 {percentile(took, 0.5):.2f} s; "
           f"{len(acknowledged)} events acknowledged, {closed} requests met a closed connection")
    assert max(took) <= 10

    till.start()
    till.settle(60)
    stored = {id for (id,) in till.rows("SELECT id FROM webhook_events")}
    noted = [id for (id,) in till.rows("SELECT event_id FROM effects")]
    assert acknowledged - stored == set()
    assert len(noted) == len(set(noted)) == len(stored)


def test_connections_kept_by_a_proxy_do_not_hold_up_a_stop(till):
    links = [Connection(till.port) for _ in range(50)]
    for link in links:
        assert link.exchange(request(event("a.b", {"id": "x"}))[1]) == 200
    silent = [socket.create_connection(("127.0.0.1", till.port)) for _ in range(10)]

    begin = time.monotonic()
    assert till.stop(seconds=20) == 0

    assert time.monotonic() - begin < 4
    for link in links:
        assert link.socket.recv(1) == b""
        link.close()
    for each in silent:
        each.close()


def test_connections_that_come_during_a_stop_do_not_upset_it(make_till):
    till = make_till()
    codes = []
    for _ in range(extent(15, 200)):
        till.start()
        ended = threading.Event()

        def knock(port):
            while not ended.is_set():
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=5).close()
                except OSError:
                    pass

        threads = [threading.Thread(target=knock, args=(port,))
                   for port in (till.port, till.admin_port) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        codes.append(till.stop(seconds=20))
        ended.set()
        for thread in threads:
            thread.join()
    assert set(codes) == {0}, codes


def test_half_a_request_holds_up_a_stop_for_ten_seconds_at_most(till):
    links = [socket.create_connection(("127.0.0.1", till.port)) for _ in range(2)]
    links[0].sendall(head(100) + b"{")
    links[1].sendall(head(100)[:40])
    wait_for_connections(till, 2)

    begin = time.monotonic()
    assert till.stop(seconds=30) == 0

    assert time.monotonic() - begin < 11
    for link in links:
        link.close()


def test_a_second_sigterm_ends_it_at_once(till):
    with socket.create_connection(("127.0.0.1", till.port)) as link:
        link.sendall(head(100) + b"{")
        wait_for_connections(till, 1)
        till.process.send_signal(signal.SIGTERM)
        till.wait_for_log("stopping")
        begin = time.monotonic()
        till.process.send_signal(signal.SIGTERM)

        assert till.process.wait(20) == 128 + signal.SIGTERM
        assert time.monotonic() - begin < 3


def wait_for_connections(till, count: int) -> None:
    """Until Till has read what those connections sent."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        unread = [row for row in connections_of(till) if row[0] or row[1] != "01"]
        if len(connections_of(till)) >= count and not unread:
            return
        time.sleep(0.01)
    raise AssertionError(f"not read within 20 s: {connections_of(till)}")


def connections_of(till) -> list[tuple[int, str]]:
    """Unread bytes and state of each connection to the door, at its end."""
    rows = [line.split() for line in open("/proc/net/tcp").read().splitlines()[1:]]
    port = f":{till.port:04X}"
    return [(int(row[4].split(":")[1], 16), row[3]) for row in rows
            if row[1].endswith(port) and not row[2].endswith(":0000")]
