"""Stripe's own Python package, and another implementation of Stripe, on the other end."""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from daemon import SECRET
from ports import free_port
from events import event, payment_intent


class Receiver:
    """A server that proves every POST with stripe.Webhook.construct_event, as a shop would."""

    def __init__(self, secret: str):
        receiver = self
        self.events = []
        self.errors = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    receiver.events.append(stripe.Webhook.construct_event(
                        body, self.headers["Stripe-Signature"], secret))
                    answer = b'{"received":true}'
                    self.send_response(200)
                except (ValueError, stripe.SignatureVerificationError) as error:
                    receiver.errors.append(error)
                    answer = b'{"received":false,"reason":"signature_mismatch","message":"no"}'
                    self.send_response(400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/stripe"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


SHIPPED = [
    "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled",
    "charge.succeeded", "charge.refunded", "charge.dispute.created", "charge.dispute.closed",
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
]


@pytest.mark.parametrize("kind", SHIPPED)
def test_construct_event_accepts_what_till_trigger_signs(make_till, kind):
    till = make_till()
    with Receiver(SECRET) as receiver:
        sent = till.run("trigger", kind, "--url", receiver.url)

    assert sent.returncode == 0, sent.stderr
    assert receiver.errors == []
    (got,) = receiver.events
    assert got.type == kind
    assert got.id.startswith("evt_")
    assert abs(got.created - time.time()) < 300


def test_construct_event_refuses_what_till_trigger_signs_with_another_secret(make_till):
    till = make_till(STRIPE_WEBHOOK_SECRET="whsec_another")
    with Receiver(SECRET) as receiver:
        sent = till.run("trigger", "payment_intent.succeeded", "--url", receiver.url)

    assert sent.returncode != 0
    assert receiver.events == [] and len(receiver.errors) == 1


def test_till_accepts_what_the_package_signs(till):
    paid = event("payment_intent.succeeded", payment_intent(metadata={"order_id": "s-1"}))
    body = json.dumps(paid)
    header = stripe.WebhookSignature.generate_signature_header(body, SECRET)

    answer = till.post(body.encode(), header)

    assert (answer.status, answer.json) == (200, {"received": True})
    till.settle()
    assert till.value("SELECT status FROM orders WHERE id = 's-1'") == "paid"


SERVE_LOCALSTRIPE = """
import sys
from aiohttp import web
from localstripe import server
# The packaged command listens on every interface and keeps its data in a fixed file: neither here.
server.store.dump_to_disk = lambda: None
web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""


def call(port: int, path: str, **fields) -> dict:
    """One request to localstripe's API."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(fields).encode(),
        {"Content-Type": "application/json", "Authorization": "Bearer sk_test_12345"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
    return json.loads(text) if text else {}


@pytest.fixture
def localstripe(tmp_path):
    port = free_port()
    with (tmp_path / "localstripe.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE_LOCALSTRIPE, str(port)], stdout=log, stderr=log)
    deadline = time.monotonic() + 15
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
        except urllib.error.HTTPError:
            break
        except OSError:
            assert process.poll() is None, (tmp_path / "localstripe.log").read_text()
            assert time.monotonic() < deadline, "localstripe did not start"
            time.sleep(0.05)
        else:
            break
    yield port
    process.terminate()
    process.wait()


def test_another_implementation_of_stripe_pays_an_order(till, localstripe):
    call(localstripe, "/_config/webhooks/till", secret=SECRET,
         url=f"http://127.0.0.1:{till.port}/webhooks/stripe")
    method = call(localstripe, "/v1/payment_methods", type="card", card={
        "number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"})

    call(localstripe, "/v1/payment_intents", amount=2500, currency="eur", confirm=True,
         payment_method=method["id"], metadata={"order_id": "local-1"})

    till.wait_for("SELECT count(*) FROM webhook_events WHERE type = 'payment_intent.succeeded'")
    till.settle()
    # It sends no amount_received, so the order's amount stays unknown.
    assert till.row("SELECT status, currency FROM orders WHERE id = 'local-1'") == ("paid", "eur")
