"""Requests that two readers may read differently: one answer or a close, never a hidden request."""

import json
import re
import socket

import pytest

from daemon import sign
from events import event, payment_intent


@pytest.fixture(scope="module")
def door(binary, tmp_path_factory):
    from conftest import ROOT
    from daemon import Till

    till = Till(binary, ROOT, tmp_path_factory.mktemp("smuggling"), {
        "TILL_LIMITS_IDLE_TIME": "2s", "TILL_LIMITS_REQUEST_TIME": "2s"})
    till.config.write_text(till.config.read_text().replace(
        "refused-per-minute: 300", "refused-per-minute: 60000"))
    till.start()
    yield till
    till.end()


def signed(more=b"", version=b"1.1", path=b"/webhooks/stripe"):
    """An event's id, and header lines and body that deliver it, length not told."""
    content = event("payment_intent.succeeded", payment_intent())
    body = json.dumps(content).encode()
    head = (b"POST " + path + b" HTTP/" + version + b"\r\nHost: till\r\n"
            b"Content-Type: application/json\r\nStripe-Signature: " + sign(body).encode()
            + b"\r\n" + more)
    return content["id"], head, body


def whole(close=True):
    """A request that would be taken if it were read as one."""
    id, head, body = signed(b"Connection: close\r\n" if close else b"")
    return id, head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(body, size=None):
    size = size or len(body)
    parts = [body[at:at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def talk(port, sent, seconds=20):
    """Everything the door says to some bytes until it closes, or is silent for so long."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as link:
        try:
            link.sendall(sent)
        except OSError:
            pass
        said = b""
        try:
            while got := link.recv(65536):
                said += got
        except TimeoutError:
            return said, False
        except OSError:
            pass
        return said, True


def statuses(said):
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", said)]


# Each gets the header and body of a first, well-signed request, and a second one whole that an
# attacker would hide behind or inside it; gives the bytes to send.
FRAMES = {
    "length and chunks": lambda h, b, x: h + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b) + x,
    "chunks and length": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n" % len(b) + b + x,
    "two lengths": lambda h, b, x: h + b"Content-Length: %d\r\nContent-Length: 5\r\n\r\n" % len(b) + b + x,
    "two equal lengths": lambda h, b, x: h + b"Content-Length: %d\r\n" % len(b) * 2 + b"\r\n" + b + x,
    "a list of lengths": lambda h, b, x: h + b"Content-Length: %d, %d\r\n\r\n" % (len(b), len(b)) + b + x,
    "a list of other lengths": lambda h, b, x: h + b"Content-Length: %d, 5\r\n\r\n" % len(b) + b + x,
    "a length with a plus": lambda h, b, x: h + b"Content-Length: +%d\r\n\r\n" % len(b) + b + x,
    "a length below zero": lambda h, b, x: h + b"Content-Length: -1\r\n\r\n" + b + x,
    "a length in hex": lambda h, b, x: h + b"Content-Length: 0x%x\r\n\r\n" % len(b) + b + x,
    "a length of words": lambda h, b, x: h + b"Content-Length: many\r\n\r\n" + b + x,
    "a length too large": lambda h, b, x: h + b"Content-Length: 18446744073709551617\r\n\r\n" + b + x,
    "a length of nothing": lambda h, b, x: h + b"Content-Length: \r\n\r\n" + b + x,
    "a length with a blank inside": lambda h, b, x: h + b"Content-Length: 1 2\r\n\r\n" + b + x,
    "a blank before the colon": lambda h, b, x: h + b"Content-Length : %d\r\n\r\n" % len(b) + b + x,
    "a tab before the colon": lambda h, b, x: h + b"Transfer-Encoding\t: chunked\r\n\r\n" + chunked(b) + x,
    "an underscore": lambda h, b, x: h + b"Content_Length: 5\r\nContent-Length: %d\r\n\r\n" % len(b) + b + x,
    "xchunked": lambda h, b, x: h + b"Transfer-Encoding: xchunked\r\n\r\n" + chunked(b) + x,
    "identity": lambda h, b, x: h + b"Transfer-Encoding: identity\r\n\r\n" + b + x,
    "chunked, identity": lambda h, b, x: h + b"Transfer-Encoding: chunked, identity\r\n\r\n" + chunked(b) + x,
    "identity, chunked": lambda h, b, x: h + b"Transfer-Encoding: identity, chunked\r\n\r\n" + chunked(b) + x,
    "chunked twice": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b) + x,
    "chunked, chunked": lambda h, b, x: h + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + chunked(b) + x,
    "chunked and something": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n" + chunked(b) + x,
    "something and chunked": lambda h, b, x: h + b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b) + x,
    "gzip, chunked": lambda h, b, x: h + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked(b) + x,
    "quoted": lambda h, b, x: h + b'Transfer-Encoding: "chunked"\r\n\r\n' + chunked(b) + x,
    "a semicolon": lambda h, b, x: h + b"Transfer-Encoding: chunked;a=b\r\n\r\n" + chunked(b) + x,
    "a form feed": lambda h, b, x: h + b"Transfer-Encoding: \x0cchunked\r\n\r\n" + chunked(b) + x,
    "a NUL in a header": lambda h, b, x: h + b"X: a\0b\r\nContent-Length: %d\r\n\r\n" % len(b) + b + x,
    "a bare CR in a header": lambda h, b, x: h + b"X: a\rContent-Length: 5\r\nContent-Length: %d\r\n\r\n" % len(b) + b + x,
    "a bare LF in a header": lambda h, b, x: h + b"X: a\nContent-Length: %d\r\n\r\n" % len(b) + b + x,
    "bare LFs throughout": lambda h, b, x: (h + b"Content-Length: %d\r\n\r\n" % len(b)).replace(b"\r\n", b"\n") + b + x,
    "a folded line": lambda h, b, x: h + b"X: a\r\n Content-Length: 5\r\nContent-Length: %d\r\n\r\n" % len(b) + b + x,
    "a folded encoding": lambda h, b, x: h + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + chunked(b) + x,
    "a folded first line": lambda h, b, x: h.replace(b"\r\nHost", b"\r\n Host", 1) + b"Content-Length: %d\r\n\r\n" % len(b) + b + x,
    "no name": lambda h, b, x: h + b": x\r\nContent-Length: %d\r\n\r\n" % len(b) + b + x,
    "no colon": lambda h, b, x: h + b"nonsense\r\nContent-Length: %d\r\n\r\n" % len(b) + b + x,
    "chunk extension": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\n\r\n%x;a=b\r\n" % len(b) + b + b"\r\n0\r\n\r\n" + x,
    "chunk extension with LF": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\n\r\n%x;a\nb\r\n" % len(b) + b + b"\r\n0\r\n\r\n" + x,
    "chunk size with 0x": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\n\r\n0x%x\r\n" % len(b) + b + b"\r\n0\r\n\r\n" + x,
    "chunk size with a sign": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\n\r\n+%x\r\n" % len(b) + b + b"\r\n0\r\n\r\n" + x,
    "chunk size below zero": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + b + b"\r\n0\r\n\r\n" + x,
    "chunk size too large": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\n" + b + b"\r\n0\r\n\r\n" + x,
    "chunk size and LF": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\n\r\n%x\n" % len(b) + b + b"\n0\n\n" + x,
    "chunk too short": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\n\r\n5\r\n" + b + b"\r\n0\r\n\r\n" + x,
    "chunk without its end": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(b) + b + b"0\r\n\r\n" + x,
    "trailers that frame": lambda h, b, x: h + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(b) + b + b"\r\n0\r\nContent-Length: 5\r\n\r\n" + x,
    "no length at all": lambda h, b, x: h + b"\r\n" + b + x,
    "a connection that ends": lambda h, b, x: h + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(b) + b + x,
    "length beyond the body": lambda h, b, x: h + b"Content-Length: %d\r\n\r\n" % (len(b) + len(x)) + b + x,
    "an upgrade": lambda h, b, x: h + b"Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAAA\r\nContent-Length: %d\r\n\r\n" % len(b) + b + x,
    "another version": lambda h, b, x: h.replace(b"HTTP/1.1", b"HTTP/1.2") + b"Content-Length: %d\r\n\r\n" % len(b) + b + x,
    "version 2": lambda h, b, x: h.replace(b"HTTP/1.1", b"HTTP/2.0") + b"Content-Length: %d\r\n\r\n" % len(b) + b + x,
    "no version": lambda h, b, x: h.replace(b" HTTP/1.1", b"") + b"Content-Length: %d\r\n\r\n" % len(b) + b + x,
    "lower-case version": lambda h, b, x: h.replace(b"HTTP/1.1", b"http/1.1") + b"Content-Length: %d\r\n\r\n" % len(b) + b + x,
    "1.0 with chunks": lambda h, b, x: h.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b) + x,
    "two spaces": lambda h, b, x: h.replace(b"POST /", b"POST  /") + b"Content-Length: %d\r\n\r\n" % len(b) + b + x,
    "a tab for a space": lambda h, b, x: h.replace(b"POST /", b"POST\t/") + b"Content-Length: %d\r\n\r\n" % len(b) + b + x,
}
# Every reader understands these in one way: two requests, one behind the other.
PLAIN = {"chunk extension", "an underscore", "two spaces"}


def test_there_are_enough_of_them():
    assert len(FRAMES) >= 40


@pytest.mark.parametrize("name", FRAMES)
def test_a_request_of_two_readings_hides_no_other_one(door, name):
    first, head, body = signed()
    hidden, second = whole()

    said, closed = talk(door.port, FRAMES[name](head, body, second))

    found = statuses(said)
    stored = {id for (id,) in door.rows("SELECT id FROM webhook_events")}
    print(name, found, closed, first in stored, hidden in stored)
    if name in PLAIN:
        assert found == [200, 200] and {first, hidden} <= stored
    else:
        # A second answer says that what follows is no request.
        assert found[1:] in ([], [400]), said
        assert hidden not in stored
        assert (found[:1] == [200]) == (first in stored)
    assert closed
    assert door.admin("/-/healthy").status == 200


@pytest.mark.parametrize("name", ["wrong type", "too large", "no endpoint", "close asked for"])
def test_nothing_behind_the_last_answer_is_read(door, name):
    id, head, body = signed()
    hidden, second = whole()
    if name == "wrong type":
        head = head.replace(b"application/json", b"text/plain")
    elif name == "too large":
        body = b" " * (1 << 20) + body
    elif name == "no endpoint":
        head = head.replace(b"/webhooks/stripe", b"/webhooks/none")
    else:
        head += b"Connection: close\r\n"

    said, closed = talk(door.port, head + b"Content-Length: %d\r\n\r\n" % len(body) + body + second)

    assert statuses(said) == [{"wrong type": 415, "too large": 413, "no endpoint": 404,
                               "close asked for": 200}[name]]
    assert closed
    assert door.value("SELECT count(*) FROM webhook_events WHERE id = ?", hidden) == 0


def test_requests_one_behind_the_other_are_answered_in_order(door):
    made = [whole(close=number == 29) for number in range(30)]

    said, closed = talk(door.port, b"".join(request for _, request in made))

    assert statuses(said) == [200] * 30 and closed
    stored = [id for (id,) in door.rows("SELECT id FROM webhook_events ORDER BY seq")]
    assert [id for id in stored if id in {id for id, _ in made}] == [id for id, _ in made]


LARGE = {
    "a header of 17 KiB": (b"X: " + b"y" * 17_000 + b"\r\n", b""),
    "a header of 10 MiB": (b"X: " + b"y" * 10_000_000 + b"\r\n", b""),
    "a name of 17 KiB": (b"x" * 17_000 + b": y\r\n", b""),
    "headers of 20 KiB": (b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(20)), b""),
    "101 headers": (b"".join(b"X-%d: y\r\n" % n for n in range(101)), b""),
    "100,000 headers": (b"X: y\r\n" * 100_000, b""),
    "a signature of 17 KiB": (b"Stripe-Signature: t=1" + b",v1=00" * 3000 + b"\r\n", b""),
    "a path of 20 KiB": (b"", b"/" + b"x" * 20_000),
    "a path of 10 MiB": (b"", b"/" + b"x" * 10_000_000),
    "a query of 20 KiB": (b"", b"/webhooks/stripe?" + b"x" * 20_000),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_heads_are_refused_at_once(door, name):
    more, path = LARGE[name]
    id, head, body = signed(more, path=path or b"/webhooks/stripe")

    said, closed = talk(door.port, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    # A close may cut the answer off where the rest is still under way.
    assert statuses(said) in ([400], [404], []), said
    assert closed
    assert door.value("SELECT count(*) FROM webhook_events WHERE id = ?", id) == 0
    assert door.metrics()["process_resident_memory_bytes"] < 300e6


TAKEN = {
    "1.0": lambda h, b: h.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Connection: close\r\n",
    "1.0 kept": lambda h, b: h.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Connection: keep-alive\r\n",
    "no host": lambda h, b: h.replace(b"Host: till\r\n", b""),
    "an absolute URI": lambda h, b: h.replace(b"POST /", b"POST http://till/"),
    "a query": lambda h, b: h.replace(b"/webhooks/stripe", b"/webhooks/stripe?a=b"),
    "no type": lambda h, b: h.replace(b"Content-Type: application/json\r\n", b""),
    "expects to be told to go on": lambda h, b: h + b"Expect: 100-continue\r\n",
}


@pytest.mark.parametrize("name", TAKEN)
def test_plain_requests_of_other_kinds_are_taken(door, name):
    id, head, body = signed()
    said, _ = talk(door.port, TAKEN[name](head, body) + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    found = [status for status in statuses(said) if status != 100]
    print(name, found)
    assert found in ([200], [400], [404])
    assert door.value("SELECT count(*) FROM webhook_events WHERE id = ?", id) == (found == [200])


def test_a_body_in_chunks_is_bounded_too(door):
    id, head, body = signed()
    ok, _ = talk(door.port, head + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, 100))
    large, closed = talk(door.port, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b" " * (3 << 20), 9000))

    assert statuses(ok) == [200]
    assert statuses(large) in ([413], []) and closed
