"""Secrets are in no file, no answer and no output but where they belong; a buyer's data in no log."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT
from daemon import sign
from events import event, payment_intent
from peers import MailServer, WebServer

# What only Till and the peer it is meant for may know: not in the state folder, not in a log.
SECRETS = {
    "STRIPE_WEBHOOK_SECRET": "whsec_canary_01_signing",
    "OLD_SECRET": "whsec_canary_02_rotated",
    "TILL_MAIL_SMTP_PASSWORD": "canary_03_mail",
    "SHOP_TOKEN": "canary_04_token",
    "URL_TOKEN": "canary_05_in_the_url",
    "BODY_TOKEN": "canary_06_in_the_body",
    "AWS_SECRET_ACCESS_KEY": "canary_07_not_ours_at_all",
}
FILES = {
    "connect": "whsec_canary_08_in_a_file",
    "api-key": "canary_09_in_a_file",
    "query": "canary_10_behind_a_question_mark",
}
SENTRY_KEY = "canary_11_sentry"
CREDENTIALS = {"stripe_spare": "canary_12_credential", "till_nothing": "canary_13_credential"}
# What a request to the door carries beside its body.
HEADERS = {
    "Authorization": "Basic canary_14_authorization", "Cookie": "session=canary_15_cookie",
    "X-Forwarded-For": "canary_16_address", "Proxy-Authorization": "Bearer canary_17_proxy",
}
FORGED = {"v1": "cafe" * 16, "v0": "canary_18_scheme", "path": "/webhooks/x?key=canary_19_query"}
# What an event says of its buyer: it is in the database, and a mail goes to that address.
BUYER = {
    "receipt_email": "canary.20.buyer@mail.example.com",
    "broken email": "canary.21.buyer@@mail.example.com",
    "refused email": "550@canary-22.example.com",
    "client_secret": "pi_1_secret_canary_23_client",
    "card": "4242 4242 4242 4242", "card without blanks": "5555555555554444",
    "card with hyphens": "3782-822463-10005", "card in metadata": "4000056655665556",
    "name": "Canary Twentyeight", "phone": "+1 555 0100 29", "street": "Canary Street 30",
}

WORKFLOW = """\
name: tell-all
on: payment_intent.succeeded
steps:
  - id: shop
    uses: http-request
    with:
      url: "http://127.0.0.1:{port}/paid?token=${{env:URL_TOKEN}}&key=${{file:secrets/query}}"
      headers:
        Authorization: "Bearer ${{env:SHOP_TOKEN}}"
        X-Shop-Key: "${{file:secrets/api-key}}"
      body: {{ order: "${{{{ metadata ->> 'order_id' }}}}", password: "${{env:BODY_TOKEN}}" }}
    retry: {{ attempts: 2, delay: 1s, factor: 1, max-delay: 1s }}
    on-error: continue
  - id: sentry
    uses: notify-sentry
    with:
      message: "paid by ${{{{ object ->> 'receipt_email' }}}} with ${{{{ metadata ->> 'card' }}}}"
      tags: {{ order: "${{{{ metadata ->> 'order_id' }}}}" }}
      extra:
        note: ${{{{ metadata ->> 'note' }}}}
        customer_name: ${{{{ object -> 'shipping' ->> 'name' }}}}
        phone: ${{{{ object -> 'shipping' ->> 'phone' }}}}
        address: ${{{{ object -> 'shipping' ->> 'address' }}}}
        key: ${{{{ object ->> 'client_secret' }}}}
        card: ${{{{ metadata ->> 'card' }}}}
    retry: {{ attempts: 2, delay: 1s, factor: 1, max-delay: 1s }}
    on-error: continue
  - id: mail
    uses: send-email
    with:
      to: ${{{{ object ->> 'receipt_email' }}}}
      template: order-confirmation
      order: ${{{{ metadata ->> 'order_id' }}}}
      amount: ${{{{ object ->> 'amount' }}}}
      currency: ${{{{ object ->> 'currency' }}}}
    retry: {{ attempts: 2, delay: 1s, factor: 1, max-delay: 1s }}
"""


def paid(email: str, order: str) -> dict:
    """An event with everything about its buyer."""
    return event("payment_intent.succeeded", payment_intent(
        email=email, client_secret=BUYER["client_secret"],
        shipping={"name": BUYER["name"], "phone": BUYER["phone"], "address": BUYER["street"]},
        metadata={
            "order_id": order, "card": BUYER["card"],
            "note": f"{BUYER['card without blanks']} or {BUYER['card with hyphens']}"
                    f" or {BUYER['card in metadata']}"}))


def holder(make_till, tmp_path, peer, post, **environment):
    """A Till that holds all secrets, each in another way."""
    credentials = tmp_path / "credentials"
    credentials.mkdir(exist_ok=True)
    for name, text in CREDENTIALS.items():
        (credentials / name).write_text(text)
    till = make_till(
        **SECRETS, TILL_SENTRY_DSN=f"http://{SENTRY_KEY}@127.0.0.1:{peer.port}/7",
        CREDENTIALS_DIRECTORY=str(credentials),
        **post.settings(
            TILL_MAIL_SMTP_SECURITY="starttls", TILL_MAIL_SMTP_USER="till",
            TILL_MAIL_SMTP_CA_FILE=str(post.ca_file)), **environment)
    secrets = till.site / "etc" / "secrets"
    secrets.mkdir()
    for name, text in FILES.items():
        (secrets / name).touch(0o600)
        (secrets / name).write_text(text + "\n")
    peer.allow(till)
    text = till.config.read_text()
    one = "- ${env:STRIPE_WEBHOOK_SECRET}\n"
    assert one in text and "    payload: snapshot\n" in text
    till.config.write_text(text.replace(one, one + "      - ${env:OLD_SECRET}\n").replace(
        "    payload: snapshot\n", "    payload: snapshot\n  - name: connect\n"
        "    path: /webhooks/connect\n    secrets: ${file:secrets/connect}\n"))
    till.keep_workflows()
    till.write("workflows/tell-all.yaml", WORKFLOW.format(port=peer.port))
    return till


def visit(till) -> list[str]:
    """Deliveries, good and bad, and every command; what was said to them."""
    said = []
    events = [paid(BUYER[name], f"s-{number}") for number, name in
              enumerate(("receipt_email", "broken email", "refused email"))]
    for one in events:
        body = json.dumps(one).encode()
        for secret in (SECRETS["STRIPE_WEBHOOK_SECRET"], SECRETS["OLD_SECRET"]):
            answer = till.post(body, sign(body, secret), headers=HEADERS)
            assert answer.status == 200
            said.append(str(answer.headers) + answer.body.decode())
    for signature in ("t=1,v1=" + FORGED["v1"], "v0=" + FORGED["v0"], FORGED["v0"]):
        answer = till.post(body, signature, headers=HEADERS)
        assert answer.status == 400
        said.append(str(answer.headers) + answer.body.decode())
    assert till.post(body, None, path=FORGED["path"], headers=HEADERS).status == 404
    till.settle(60)
    till.hang_up()
    state, config = ("--state", str(till.state)), ("--config", str(till.config))
    run = str(till.value("SELECT max(id) FROM workflow_runs"))
    site = f"http://127.0.0.1:{till.port}/webhooks/stripe"
    for command in (
            ("reload", *state), ("config", "show", *config), ("config", "show", *config, "-o", "json"),
            ("check", *config), ("status", *state), ("status", *state, "-o", "json"),
            ("events", "ls", *state), ("audit", "ls", *state), ("audit", "ls", *state, "-o", "json"), ("schema", *config),
            ("trigger", "payment_intent.succeeded", "--url", site)):
        done = till.run(*command)
        assert done.stdout + done.stderr, command
        said.append(done.stdout + done.stderr)
    for path in ("/metrics", "/-/ready", "/-/healthy", "/none"):
        said.append(till.admin(path).body.decode())
    # These show events, reasons and the inputs of steps to who operates Till: no secret of its own.
    shown = []
    for command in (
            ("dead", "ls", *state), ("runs", "ls", *state),
            ("events", "show", events[0]["id"], *state), ("runs", "show", run, *state),
            ("runs", "show", run, *state, "-o", "json"), ("explain", events[0]["id"], *config, *state)):
        done = till.run(*command)
        assert done.stdout, command
        shown.append(done.stdout + done.stderr)
    till.settle()
    for secret in secrets():
        assert secret not in "\n".join(shown), secret
    return said


def secrets() -> list[str]:
    return [*SECRETS.values(), *FILES.values(), SENTRY_KEY, *CREDENTIALS.values(),
            *(value.split("=")[-1].split(" ")[-1] for value in HEADERS.values()),
            FORGED["v1"], FORGED["v0"], FORGED["path"].split("=")[1]]


def test_there_are_thirty_canaries():
    assert len(set(secrets()) | set(BUYER.values())) >= 30


@pytest.mark.parametrize("format", ["text", "logfmt", "json"])
def test_no_secret_appears_anywhere_and_no_buyer_in_a_log(make_till, tmp_path, format):
    sorry = (500, {}, "no")
    with (WebServer(tmp_path / "web", sorry, sorry, sorry) as peer,
          MailServer(tmp_path / "post", SECRETS["TILL_MAIL_SMTP_PASSWORD"]) as post):
        till = holder(make_till, tmp_path, peer, post,
                      TILL_LOG_LEVEL="trace", TILL_LOG_FORMAT=format).start()
        said = visit(till)
        # The shop, Sentry and the mail server did get theirs: the secrets were in use.
        used = json.dumps(peer.entries)
        for secret in (SECRETS["SHOP_TOKEN"], SECRETS["URL_TOKEN"], SECRETS["BODY_TOKEN"],
                       FILES["api-key"], FILES["query"], SENTRY_KEY):
            assert secret in used
        assert {mail.user for mail in post.mails} == {"till"}
        assert [BUYER["receipt_email"]] in [mail.recipients for mail in post.mails]
        assert till.stop() == 0

    log = till.log.read_text()
    assert '"webhook refused"' in log or "webhook refused" in log
    everything = "\n".join([log, *said])
    all = [*secrets(), *BUYER.values()]
    assert [canary for canary in all if canary in everything] == []
    for secret in secrets():
        # Everything Till wrote: database, write-ahead log, control socket's folder, outbox.
        found = subprocess.run(
            ["grep", "-rlaF", secret, str(till.state), str(till.log)],
            capture_output=True, text=True).stdout
        assert found == "", f"{secret} is in {found}"
    told = [entry["body"] for entry in peer.entries if entry["path"].startswith("/api/7/")]
    assert told
    # Its own key stands in the envelope's header.
    assert [canary for canary in all if canary in "".join(told) and canary != SENTRY_KEY] == []
    known = json.dumps([mail.content.decode() for mail in post.mails])
    theirs = BUYER["receipt_email"]
    assert [canary for canary in all if canary in known and canary != theirs] == []


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGILL", "SIGTRAP"])
def test_a_crash_tells_no_secret(make_till, tmp_path, name):
    """As the service unit starts it: no core file, and no registers in the crash report."""
    setting = re.search(r"^Environment=(SWIFT_BACKTRACE)=(.*)$", (ROOT / "etc/till.service").read_text(), re.M)
    with (WebServer(tmp_path / "web") as peer,
          MailServer(tmp_path / "post", SECRETS["TILL_MAIL_SMTP_PASSWORD"]) as post):
        till = holder(make_till, tmp_path, peer, post, TILL_LOG_LEVEL="debug",
                      **{setting[1]: setting[2]}).start()
        limits = Path(f"/proc/{till.process.pid}/limits").read_text()
        assert re.search(r"^Max core file size +0 ", limits, re.M), limits
        body = json.dumps(paid(BUYER["receipt_email"], "c-1")).encode()
        for _ in range(20):
            assert till.post(body, sign(body, SECRETS["STRIPE_WEBHOOK_SECRET"])).status == 200
        till.process.send_signal(getattr(signal, name))
        try:
            till.process.wait(20)
        except subprocess.TimeoutExpired:
            # With a crash reporter a signal from outside is only reported.
            till.kill()

    log = till.log.read_text(errors="replace")
    for canary in [*secrets(), *BUYER.values()]:
        assert canary not in log, canary
    assert "Registers:" not in log
    assert not list(till.folder.rglob("core*"))


def test_logs_hold_no_address_and_no_body(make_till):
    till = make_till(TILL_LOG_LEVEL="trace").start()
    paid = event("payment_intent.succeeded", payment_intent(
        email="private.person@example.com", metadata={"order_id": "l-1"}))
    till.deliver(paid)
    assert till.stop() == 0

    log = till.log.read_text()
    assert paid["id"] in log
    assert "private.person" not in log


EVIL = "\n2026-01-01T00:00:00.000Z ERROR till: forged\r\n\x1b[31mred\x1b[0m \u202egnp.exe\u2028x\u0085"


@pytest.mark.parametrize("format", ["text", "logfmt", "json"])
def test_nothing_an_event_holds_begins_a_line_or_steers_a_terminal(make_till, format):
    till = make_till(TILL_LOG_LEVEL="trace", TILL_LOG_FORMAT=format).start()
    body = json.dumps(event("order" + EVIL, payment_intent(), id="evt_" + EVIL)).encode()
    assert till.post(body, sign(body)).status == 200
    body = json.dumps(event("payment_intent.succeeded", payment_intent(
        email=EVIL, metadata={"order_id": "o" + EVIL, "locale": EVIL}))).encode()
    assert till.post(body, sign(body)).status == 200
    till.post(body, "t=1,v1=\x1b[31m\u0085".encode().decode("latin-1"))
    till.settle()
    shown = till.run("events", "ls", "--state", str(till.state)).stdout
    assert till.stop() == 0

    log = till.log.read_bytes().decode()
    begins = {"text": r"\d{4}-\d\d-\d\dT", "logfmt": r"ts=\d{4}-", "json": r'\{"ts":"\d{4}-'}
    lines = log.split("\n")
    assert lines.pop() == "" and len(lines) > 5
    for line in lines:
        assert re.match(begins[format], line), line
        assert "forged" not in line[:60], line
    for text in (log, shown):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", text)
    if format == "json":
        assert all(isinstance(json.loads(line), dict) for line in lines)
