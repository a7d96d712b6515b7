"""Signed requests of unique events, 3 kB each, in a file that the sender maps."""

import hashlib
import hmac
import json
import mmap
import random
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from lab.places import MEMORY, PATH, SECRET, WORK

# A signature holds for 300 s; it is renewed early enough for a whole run.
FRESH_SECONDS = 200
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Stripe's ids begin with the time and go on with a part of the account before the random part.
ACCOUNT = "BenchShop7"
EVENTS_A_SECOND = 20_000
SECOND_OF_FIRST = 1_800_000_000
# About what Stripe sends; all of one length, so that requests are found without an index.
BODY_BYTES = 3072

HEAD = (
    f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
    "Accept: */*; q=0.5, application/xml\r\nCache-Control: no-cache\r\n"
    "Content-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n"
    "Stripe-Signature: t=%010d,v1=%064d\r\n\r\n")


def base62(number: int, width: int) -> str:
    """A number in that many letters that sort as the number does."""
    letters = ""
    for _ in range(width):
        number, digit = divmod(number, 62)
        letters = LETTERS[digit] + letters
    return letters


def event_id(number: int, kind: str, chance: random.Random) -> str:
    """The id of an event: rising, random, or as Stripe's, random within each second."""
    if kind == "rising":
        return "evt_3" + base62(number, 23)
    tail = base62(chance.getrandbits(46), 8)
    if kind == "random":
        return "evt_3" + base62(chance.getrandbits(88), 15) + tail
    second = SECOND_OF_FIRST + number // EVENTS_A_SECOND
    return "evt_3" + base62(second, 5) + ACCOUNT + tail


def payment_event(email: bool) -> dict:
    """A payment_intent.succeeded as Stripe shapes it; what differs between events is in @."""
    intent = {
        "id": "pi_3Bench@NUMBER@BenchShop7",
        "object": "payment_intent",
        "amount": 4990,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 4990,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": "pi_3Bench@NUMBER@BenchShop7_secret_Kx2vW0bqYd8MZr4nTf6JhLsE1",
        "confirmation_method": "automatic",
        "created": "@CREATED@",
        "currency": "usd",
        "customer": None,
        "description": "Order ORD-@NUMBER@ of the Example Shop",
        "invoice": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {"order_id": "ORD-@NUMBER@", "locale": "en", "channel": "web"},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": "pm_1Bench@NUMBER@BenchShop7",
        "payment_method_configuration_details": {"id": "pmc_1BenchShop7", "parent": None},
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            },
            "link": {"persistent_token": None},
        },
        "payment_method_types": ["card", "link"],
        "processing": None,
        "receipt_email": "buyer@NUMBER@@example.com" if email else None,
        "review": None,
        "setup_future_usage": None,
        "shipping": {
            "address": {
                "city": "Springfield",
                "country": "US",
                "line1": "@NUMBER@ Long Harbour Road",
                "line2": None,
                "postal_code": "01103",
                "state": "MA",
            },
            "carrier": None,
            "name": "Jo Buyer @NUMBER@",
            "phone": None,
            "tracking_number": None,
        },
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }
    return {
        "id": "@EVENT@",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": "@CREATED@",
        "data": {"object": intent},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": "req_Bench@NUMBER@", "idempotency_key": "@EVENT@-of-the-shop"},
        "type": "payment_intent.succeeded",
    }


class Maker:
    """Makes bodies."""

    def __init__(self, ids: str = "stripe", email: bool = False, seed: int = 1):
        self.ids = ids
        self.chance = random.Random(seed)
        self.created = int(time.time())
        text = json.dumps(payment_event(email), indent=2)
        text = text.replace('"@CREATED@"', str(self.created))
        text = text.replace("@EVENT@", "%(event)s").replace("@NUMBER@", "%(number)08d")
        missing = BODY_BYTES - len(text % {"event": event_id(0, ids, self.chance), "number": 0})
        self.text = text.replace("of the Example Shop", "of the Example Shop" + "." * missing)

    def body(self, number: int) -> tuple[str, str]:
        """The id and the body of an event."""
        event = event_id(number, self.ids, self.chance)
        return event, self.text % {"event": event, "number": number}


def request_frame(body_bytes: int) -> tuple[bytes, int]:
    """The head of every request, unsigned, and where its time and signature stand."""
    head = (HEAD % (body_bytes, 0, 0)).encode()
    return head, head.index(b"t=0") + 2


def signature(stamp: bytes, body: bytes) -> bytes:
    """Stripe's v1 signature of a body."""
    return hmac.digest(SECRET.encode(), stamp + b"." + body, hashlib.sha256).hex().encode()


def write_share(path: str, first: int, last: int, ids: str, email: bool, start: int) -> None:
    """Writes the unsigned requests first to last - 1 at their places; one process does a share."""
    maker = Maker(ids, email, seed=start + first + 1)
    head, _ = request_frame(BODY_BYTES)
    with open(path, "r+b", buffering=1 << 20) as file:
        file.seek(first * (len(head) + BODY_BYTES))
        file.writelines(head + maker.body(start + number)[1].encode()
                        for number in range(first, last))


def sign_share(path: str, size: int, first: int, last: int, now: int) -> None:
    """Signs the requests first to last - 1 where they stand."""
    stamp = b"%010d" % now
    head, place = request_frame(BODY_BYTES)
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as bytes_:
        for begin in range(first * size, last * size, size):
            body = bytes_[begin + len(head):begin + size]
            bytes_[begin + place:begin + place + 10] = stamp
            at = begin + place + 14
            bytes_[at:at + 64] = signature(stamp, body)


def corpus_folder(size: int) -> Path:
    """Memory, where there is room: signing anew would disturb the disk that is measured."""
    MEMORY.mkdir(parents=True, exist_ok=True)
    return MEMORY if shutil.disk_usage(MEMORY).free > 2 * size else WORK


class Corpus:
    """A file of signed requests."""

    def __init__(self, name: str, count: int, ids: str = "stripe", *, email: bool = False,
                 start: int = 0):
        """Its events are numbered from `start` on; other numbers are other events."""
        self.count = count
        self.size = len(request_frame(BODY_BYTES)[0]) + BODY_BYTES
        self.path = path = corpus_folder(count * self.size) / f"{name}.requests"
        self.signed_at = 0.0
        made = [ids, email, start]
        if path.exists() and path.stat().st_size == count * self.size and self.knows(made):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(count * self.size)
        self.share_out(write_share, lambda first, last: (str(path), first, last, *made))
        self.facts.write_text(json.dumps(made))

    @property
    def facts(self) -> Path:
        """The file that says how the corpus was made."""
        return self.path.with_suffix(".json")

    def knows(self, made: list) -> bool:
        """Whether the file that is there was made in this way."""
        return self.facts.exists() and json.loads(self.facts.read_text()) == made

    def share_out(self, work, arguments) -> None:
        """Lets two processes do half of the requests each."""
        half = self.count // 2
        with ProcessPoolExecutor(2) as pool:
            shares = [pool.submit(work, *arguments(first, last))
                      for first, last in ((0, half), (half, self.count))]
            for share in shares:
                share.result()

    def refresh(self) -> None:
        """Signs anew what has become old."""
        if time.time() - self.signed_at < FRESH_SECONDS:
            return
        now = time.time()
        self.share_out(sign_share, lambda first, last: (
            str(self.path), self.size, first, last, int(now)))
        self.signed_at = now
