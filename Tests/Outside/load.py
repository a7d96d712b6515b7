"""A sender of signed events over many kept connections, with a journal of what was acknowledged."""

import json
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from daemon import SECRET, sign


def request(event: dict, secret: str = SECRET) -> tuple[str, bytes]:
    """An event's id and the whole HTTP request that delivers it."""
    body = json.dumps(event).encode()
    head = (
        "POST /webhooks/stripe HTTP/1.1\r\nHost: till\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nStripe-Signature: {sign(body, secret)}\r\n\r\n")
    return event["id"], head.encode() + body


class Lost(Exception):
    """The connection ended before the answer was whole."""


class Loss(NamedTuple):
    """A request that got no answer."""

    id: str
    # When its last byte was handed over; None if it never was.
    sent: float | None
    # Whether its connection had carried an answer before.
    used: bool
    why: str


class Connection:
    """One kept connection."""

    def __init__(self, port: int):
        self.port = port
        self.socket = None
        self.rest = b""
        # Whether it has carried an answer, and when the last request was handed over whole.
        self.used = False
        self.sent = None

    def exchange(self, message: bytes) -> int:
        """Sends a request and reads the answer; its status."""
        self.sent = None
        try:
            if self.socket is None:
                self.used = False
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.rest = b""
            self.socket.sendall(message)
            self.sent = time.monotonic()
            status = self.answer()
            self.used = True
            return status
        except OSError as error:
            self.close()
            raise Lost(str(error)) from error
        except Lost:
            self.close()
            raise

    def answer(self) -> int:
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in
                  (line.partition(":") for line in lines[1:])}
        length = int(fields.get("content-length", "0"))
        while len(self.rest) < length:
            self.more()
        self.rest = self.rest[length:]
        if fields.get("connection", "").lower() == "close":
            self.close()
        return int(lines[0].split(" ", 2)[1])

    def more(self) -> None:
        got = self.socket.recv(65536)
        if not got:
            raise Lost("closed")
        self.rest += got

    def close(self) -> None:
        if self.socket:
            self.socket.close()
            self.socket = None


class Journal:
    """Every answer by event id; what the sender believes, apart from Till's database."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answers = defaultdict(list)
        self.losses: list[Loss] = []
        # How long each answer took, from the request's first byte.
        self.times: list[float] = []

    def exchange(self, link: Connection, id: str, message: bytes) -> int | None:
        """Sends a request and notes what came of it; the status if an answer came."""
        begin = time.monotonic()
        try:
            status = link.exchange(message)
        except Lost as error:
            with self.lock:
                self.losses.append(Loss(id, link.sent, link.used, str(error)))
            return None
        with self.lock:
            self.answers[id].append(status)
            self.times.append(time.monotonic() - begin)
        return status

    @property
    def lost(self) -> int:
        return len(self.losses)

    @property
    def acknowledged(self) -> set[str]:
        with self.lock:
            return {id for id, all in self.answers.items() if any(s // 100 == 2 for s in all)}

    def count(self, wanted) -> int:
        with self.lock:
            return sum(1 for all in self.answers.values() for status in all if wanted(status))


def send_all(port: int, requests: Iterable[tuple[str, bytes]], connections: int = 32) -> Journal:
    """Sends every request once; the journal of the answers."""
    journal = Journal()
    queue = iter(requests)
    lock = threading.Lock()

    def work():
        link = Connection(port)
        while True:
            with lock:
                item = next(queue, None)
            if item is None:
                return link.close()
            journal.exchange(link, *item)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return journal


class Stream:
    """Sends until told to stop, at a rate if one is given, again and again what was not taken."""

    def __init__(self, port: int, make, *, connections: int = 16, rate: float | None = None):
        """`make` gives the next event."""
        self.port = port
        self.make = make
        self.rate = rate
        self.journal = Journal()
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.sent = 0
        self.began = time.monotonic()
        self.threads = [threading.Thread(target=self.work) for _ in range(connections)]

    def __enter__(self) -> "Stream":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> Journal:
        """No new event; what is under way is finished, or given up if nobody listens."""
        self.ended.set()
        for thread in self.threads:
            thread.join()
        return self.journal

    def pace(self) -> None:
        with self.lock:
            self.sent += 1
            due = self.began + self.sent / self.rate if self.rate else 0
        delay = due - time.monotonic()
        if delay > 0:
            self.ended.wait(delay)

    def work(self) -> None:
        link = Connection(self.port)
        while not self.ended.is_set():
            self.pace()
            id, message = request(self.make())
            while True:
                status = self.journal.exchange(link, id, message)
                if status is not None and status < 500:
                    break
                if self.ended.wait(0.02):
                    break
        link.close()
