"""Clients that are slow, silent or many: a sender that gets to the point must not notice."""

import asyncio
import multiprocessing
import random
import socket
import time

import pytest

from events import event, payment_intent
from extent import LONG, extent, figure, percentile
from load import Connection, request

pytestmark = pytest.mark.alone

HEAD = (b"POST /webhooks/stripe HTTP/1.1\r\nHost: till\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000\r\nStripe-Signature: t=1,v1=00\r\n")


async def slow_headers(reader, writer):
    """A header line every now and then, never the last one."""
    writer.write(HEAD)
    for number in range(1000):
        await asyncio.sleep(0.9)
        writer.write(b"X-%d: y\r\n" % number)
        await writer.drain()


async def slow_body(reader, writer):
    """A whole header, then a byte of the body every now and then."""
    writer.write(HEAD + b"\r\n")
    for _ in range(1000):
        await asyncio.sleep(0.9)
        writer.write(b"x")
        await writer.drain()


async def silent(reader, writer):
    """Nothing."""
    await asyncio.sleep(3600)


async def half_a_line(reader, writer):
    """The beginning of a request line."""
    writer.write(b"POST /web")
    await asyncio.sleep(3600)


# How long Till waits for them, in seconds; the long form is about its default.
LIMIT = 10 if LONG else 3
KINDS = [slow_headers, slow_body, silent, half_a_line]


async def client(port, behave, ended, again):
    """Connects, behaves badly until it is thrown out, notes how long that took."""
    # Not all in one moment: it is Till that is tested, not how fast Python connects.
    await asyncio.sleep(random.random())
    while True:
        began = time.monotonic()
        task = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            task = asyncio.ensure_future(behave(reader, writer))
            while await reader.read(65536):
                pass
        except OSError:
            pass
        finally:
            if task:
                task.cancel()
                task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
                writer.close()
        ended.append(time.monotonic() - began)
        if not again:
            return


def honest(port, stop, results, kept):
    """Sends one event after the other; on one connection, or on a fresh one each."""
    times, statuses = [], set()
    link = Connection(port)
    while not stop.is_set():
        _, message = request(event("payment_intent.succeeded", payment_intent()))
        began = time.monotonic()
        statuses.add(link.exchange(message))
        times.append(time.monotonic() - began)
        if not kept:
            link.close()
        time.sleep(0.02)
    results.put((times, statuses))


async def siege(port, clients, seconds, again):
    """That many clients behave badly; how long each was let, and how many still were at the end."""
    ended = []
    tasks = [asyncio.ensure_future(client(port, KINDS[number % len(KINDS)], ended, again))
             for number in range(clients)]
    _, still = await asyncio.wait(tasks, timeout=seconds)
    for task in still:
        task.cancel()
    await asyncio.wait(tasks, timeout=10)
    return ended, len(still)


def besiege(port, clients, seconds, *, again=False):
    """A siege, and what honest senders in processes of their own saw meanwhile."""
    fork = multiprocessing.get_context("fork")
    stop, results = fork.Event(), fork.Queue()
    senders = [fork.Process(target=honest, args=(port, stop, results, kept), daemon=True)
               for kept in (True, False)]
    for sender in senders:
        sender.start()
    ended, still = asyncio.run(siege(port, clients, seconds, again))
    stop.set()
    seen = [results.get(timeout=60) for _ in senders]
    for sender in senders:
        sender.join()
    times = sorted(each for times, _ in seen for each in times)
    return times, set.union(*(statuses for _, statuses in seen)), ended, still


def p99(times):
    return percentile(times, 0.99)


@pytest.fixture(scope="module")
def besieged(binary, tmp_path_factory):
    from conftest import ROOT
    from daemon import Till
    import effects

    till = Till(binary, ROOT, tmp_path_factory.mktemp("slow"), {
        "TILL_LIMITS_IDLE_TIME": f"{LIMIT}s", "TILL_LIMITS_REQUEST_TIME": f"{LIMIT}s",
        "TILL_LIMITS_REFUSED_PER_MINUTE": "60000"})
    effects.only(till)
    till.start()
    yield till
    till.end()


def test_a_thousand_slow_clients_are_closed_in_time_and_an_honest_sender_never_waits(besieged):
    times, statuses, ended, still = besiege(besieged.port, 1000, 30)

    figure(f"honest p99 {p99(times) * 1000:.1f} ms of {len(times)} beside 1,000 slow clients; "
           f"slow ones closed after {min(ended):.1f} to {max(ended):.1f} s")
    assert statuses == {200}
    assert p99(times) < 0.2
    assert still == 0
    # The rest is a busy machine's.
    assert max(ended) < LIMIT + 5


def test_twice_as_many_slow_clients_as_there_are_places_shut_nobody_out(besieged):
    full = 'till_connections_closed_total{cause="full"}'
    before = besieged.metrics()[full]

    times, statuses, _, _ = besiege(besieged.port, 2100, extent(6, 300), again=True)

    figure(f"honest p99 {p99(times) * 1000:.1f} ms of {len(times)} beside 2,100 slow clients that come back")
    assert statuses == {200} and len(times) > 50
    # Usually a quarter of the 0.2 s; the clients here keep both processors busy themselves.
    assert p99(times) < 0.5
    assert besieged.metrics()[full] > before
    assert besieged.metrics()["process_open_fds"] < 1024 + 100


def test_who_reads_no_answer_is_closed(besieged):
    message = HEAD.replace(b"1000", b"2") + b"\r\n{}"
    with socket.socket() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.connect(("127.0.0.1", besieged.port))
        link.settimeout(60)
        with pytest.raises(ConnectionError):
            while True:
                link.sendall(message * 20)

    reader = 'till_connections_closed_total{cause="slow_reader"}'
    assert besieged.metrics()[reader] >= 1
