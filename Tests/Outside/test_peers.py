"""What leaves the house, seen by those who get it: a mail server, Sentry, a shop's own backend."""

import json
import time
from html.parser import HTMLParser

import pytest

from events import event, payment_intent
from peers import MailServer, WebServer

PASSWORD = "the password of the mail server"


class Tags(HTMLParser):
    """The attributes of every tag of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.seen = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def first(self, tag: str) -> dict:
        return next(attributes for name, attributes in self.seen if name == tag)


def encrypted(peer, **more) -> dict[str, str]:
    return peer.settings(
        TILL_MAIL_SMTP_SECURITY="starttls", TILL_MAIL_SMTP_USER="till",
        TILL_MAIL_SMTP_PASSWORD=PASSWORD, **more)


def test_mails_arrive_over_starttls_in_the_buyers_language(make_till, tmp_path):
    with MailServer(tmp_path / "post", password=PASSWORD) as peer:
        till = make_till(**encrypted(peer, TILL_MAIL_SMTP_CA_FILE=str(peer.ca_file))).start()
        till.deliver(
            event("payment_intent.succeeded", payment_intent(
                amount=4990, currency="usd", email="jo@example.com",
                metadata={"order_id": "en-1"})),
            event("payment_intent.succeeded", payment_intent(
                amount=1995000, currency="kwd", email="nura@example.com",
                metadata={"order_id": "ar-1", "locale": "ar-SA"})))
        assert all(mail.encrypted and mail.user == "till" for mail in peer.mails)
        mails = {mail.message["To"]: mail.message for mail in peer.mails}
        assert len(peer.mails) == 2

    assert set(mails) == {"jo@example.com", "nura@example.com"}
    english, arabic = mails["jo@example.com"], mails["nura@example.com"]
    for mail, language, direction, order in (
            (english, "en", "ltr", "en-1"), (arabic, "ar", "rtl", "ar-1")):
        assert mail["Content-Language"] == language
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Message-ID"].startswith("<") and mail["Date"]
        assert mail["From"].addresses[0].addr_spec == "shop@example.com"
        assert mail.get_content_type() == "multipart/alternative"
        text, html = [part.get_content() for part in mail.iter_parts()]
        assert order in text and order in html
        page = Tags(html)
        assert page.first("html")["lang"] == language
        assert page.first("html")["dir"] == direction
    assert "49.90" in english.get_body(("plain",)).get_content()
    # Three decimals in Kuwait, in whichever digits.
    digits = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,")
    text = arabic.get_body(("plain",)).get_content().translate(digits)
    assert "1,995.000" in text, text


def test_a_server_without_the_right_certificate_gets_nothing(make_till, tmp_path):
    with MailServer(tmp_path / "post", password=PASSWORD) as peer:
        till = make_till(**encrypted(peer)).start()
        assert till.send(event("payment_intent.succeeded", payment_intent(
            metadata={"order_id": "c-1"}))).status == 200
        reason = till.wait_for(
            "SELECT reason FROM step_runs WHERE action = 'send-email' AND status = 'failed'")
        assert "certificate" in reason
        assert peer.mails == []
    assert till.value("SELECT status FROM orders WHERE id = 'c-1'") == "paid"


SENTRY = """\
name: tell-sentry
on: payment_intent.succeeded
steps:
  - id: tell
    uses: notify-sentry
    with:
      message: "payment ${{ object ->> 'id' }} arrived"
      level: warning
      tags: { currency: "${{ object ->> 'currency' }}" }
      extra: { card: "4242 4242 4242 4242", email: "${{ object ->> 'receipt_email' }}" }
    retry: { attempts: 5, delay: 1s, factor: 1, max-delay: 1s }
"""


def test_sentry_gets_one_event_id_however_often_and_its_429_is_obeyed(make_till, tmp_path):
    with WebServer(tmp_path / "sentry", (429, {"Retry-After": "3"}, "{}"), (503, {}, "")) as peer:
        till = make_till(TILL_SENTRY_DSN=f"http://thepublickey@127.0.0.1:{peer.port}/7")
        peer.allow(till)
        till.keep_workflows()
        till.write("workflows/tell-sentry.yaml", SENTRY)
        till.start()
        paid = event("payment_intent.succeeded", payment_intent(email="secret.buyer@example.com"))

        till.deliver(paid)

        entries = peer.entries
    assert till.rows("SELECT status FROM workflow_runs") == [("succeeded",)]
    assert [entry["path"] for entry in entries] == ["/api/7/envelope/"] * 3
    assert entries[1]["at"] - entries[0]["at"] >= 2.9, "Retry-After was not obeyed"
    envelopes = [
        [json.loads(line) for line in entry["body"].splitlines() if line] for entry in entries]
    ids = {envelope[0]["event_id"] for envelope in envelopes}
    assert len(ids) == 1 and len(ids.pop()) == 32
    assert len({json.dumps(envelope[-1], sort_keys=True) for envelope in envelopes}) == 1
    told = envelopes[0][-1]
    assert told["level"] == "warning"
    assert paid["data"]["object"]["id"] in json.dumps(told)
    assert "4242 4242" not in json.dumps(told) and "secret.buyer" not in json.dumps(told)
    assert all("thepublickey" in entry["headers"]["x-sentry-auth"] for entry in entries)


def backend(peer, path: str = "/paid") -> str:
    return f"""\
name: tell-shop
on: payment_intent.succeeded
steps:
  - id: tell
    uses: http-request
    with:
      url: http://127.0.0.1:{peer.port}{path}
      headers: {{ Authorization: "Bearer ${{env:SHOP_TOKEN}}" }}
      body:
        order: ${{{{ metadata ->> 'order_id' }}}}
        amount: ${{{{ object ->> 'amount' }}}}
    retry: {{ attempts: 5, delay: 1s, factor: 1, max-delay: 1s }}
"""


def test_the_shops_backend_gets_one_idempotency_key_however_often(make_till, tmp_path):
    with WebServer(tmp_path / "shop", (500, {}, "")) as peer:
        till = make_till(SHOP_TOKEN="token-of-the-shop")
        peer.allow(till)
        till.keep_workflows()
        till.write("workflows/tell-shop.yaml", backend(peer))
        till.start()

        till.deliver(event("payment_intent.succeeded", payment_intent(
            amount=700, metadata={"order_id": "h-1"})))

        entries = peer.entries
    assert [(entry["method"], entry["path"]) for entry in entries] == [("POST", "/paid")] * 2
    assert len({entry["headers"]["idempotency-key"] for entry in entries}) == 1
    assert [json.loads(entry["body"]) for entry in entries] == [
        {"order": "h-1", "amount": 700}] * 2
    assert entries[0]["headers"]["authorization"] == "Bearer token-of-the-shop"
    assert json.loads(till.value("SELECT outputs FROM step_runs"))["status"] == 200


def test_a_private_address_that_is_not_allowed_is_never_reached(make_till, tmp_path):
    with WebServer(tmp_path / "shop") as peer:
        till = make_till(SHOP_TOKEN="token-of-the-shop")
        till.keep_workflows()
        till.write("workflows/tell-shop.yaml", backend(peer))
        till.start()

        till.deliver(event("payment_intent.succeeded", payment_intent()))

        assert till.rows("SELECT status FROM workflow_runs") == [("dead",)]
        assert "allowed hosts" in till.value("SELECT reason FROM step_runs")
        assert peer.entries == []


def test_a_peer_that_never_answers_holds_up_nobody_else(make_till, tmp_path):
    with WebServer(tmp_path / "shop") as peer:
        till = make_till(SHOP_TOKEN="token-of-the-shop")
        peer.allow(till)
        till.write("workflows/tell-shop.yaml", backend(peer, "/stall"))
        till.start()
        began = time.monotonic()
        for number in range(40):
            assert till.send(event("payment_intent.succeeded", payment_intent(
                metadata={"order_id": f"q-{number}"}))).status == 200

        till.wait_for("SELECT count(*) = 40 FROM orders WHERE status = 'paid'", seconds=5)

        assert time.monotonic() - began < 5
        till.wait_for("SELECT count(*) FROM workflow_runs WHERE status = 'running'")
        assert till.stop(seconds=12) == 0


@pytest.mark.parametrize("evil", [
    "x@example.com\r\nBcc: all@example.com", "a@example.com, b@example.com", "no address",
    "<script>@example.com",
])
def test_an_address_from_an_event_cannot_add_a_header_or_a_recipient(make_till, tmp_path, evil):
    with MailServer(tmp_path / "post") as peer:
        till = make_till(**peer.settings()).start()
        till.deliver(event("payment_intent.succeeded", payment_intent(
            email=evil, metadata={"order_id": "e-1"})))

        assert [mail.recipients for mail in peer.mails] == []
        assert till.rows("SELECT status FROM step_runs WHERE action = 'send-email'"
                         " AND status <> 'skipped'") == [("failed",)]
    assert till.value("SELECT status FROM orders WHERE id = 'e-1'") == "paid"
