"""A client that is refused again and again: answered shortly, while Stripe behind the same proxy is not."""

import json
import socket
import time

from daemon import sign
from events import event, payment_intent
from load import Connection, request

RATE_LIMITED = 'till_webhook_requests_total{outcome="rate_limited"}'


def test_who_is_refused_too_often_gets_429_and_stripe_at_the_same_address_200(make_till):
    till = make_till(TILL_LIMITS_REFUSED_PER_MINUTE="60").start()
    body = json.dumps(event("payment_intent.succeeded", payment_intent())).encode()

    answers = [till.post(body, sign(body, "whsec_wrong")) for _ in range(100)]

    statuses = [answer.status for answer in answers]
    # One token a second comes back meanwhile.
    assert statuses[:60] == [400] * 60 and statuses.count(429) >= 30
    limited = answers[statuses.index(429)]
    assert limited.json["reason"] == "rate_limited"
    assert 1 <= int(limited.headers["Retry-After"]) <= 60
    assert limited.headers["Connection"] == "close"
    link = Connection(till.port)
    for _ in range(50):
        _, message = request(event("payment_intent.succeeded", payment_intent()))
        assert link.exchange(message) == 200
        assert till.post(b"{}", None, path="/none").status in (404, 429)
    link.close()
    assert till.metrics()[RATE_LIMITED] >= 30
    assert till.value("SELECT count(*) FROM webhook_events") == 50
    log = till.log.read_text()
    assert log.count("client refused too often") == 1 and "client=127.0.0.1" in log
    assert log.count("webhook refused") <= 100


def test_a_body_that_nothing_can_prove_is_not_waited_for(make_till):
    till = make_till(TILL_LIMITS_REFUSED_PER_MINUTE="1").start()
    for signature in (None, "nonsense", f"t={int(time.time()) - 900},v1=" + "0" * 64):
        till.post(b"{}", None)
        with socket.create_connection(("127.0.0.1", till.port), timeout=10) as link:
            line = f"Stripe-Signature: {signature}\r\n" if signature else ""
            link.sendall((
                "POST /webhooks/stripe HTTP/1.1\r\nHost: till\r\nContent-Type: application/json\r\n"
                f"Content-Length: 1000000\r\n{line}\r\n").encode())
            # Not one byte of the body is sent.
            assert link.recv(100).startswith(b"HTTP/1.1 429 ")


def test_behind_a_429_a_flood_is_cheap_and_bounded(make_till):
    till = make_till(TILL_LIMITS_REFUSED_PER_MINUTE="1").start()
    before = till.metrics()["process_resident_memory_bytes"]
    body = b"x" * 100_000
    for _ in range(300):
        assert till.post(body, "t=1,v1=0").status in (400, 429)
    after = till.metrics()
    assert after["process_resident_memory_bytes"] < before + 100e6
    # Nothing of it is in the log but the first refusal and that there were more.
    assert len(till.log.read_text().splitlines()) < 10
