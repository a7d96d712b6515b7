"""Secrets are in no file, no answer and no output but where they belong."""

import json
import subprocess

from events import event, payment_intent
from peers import MailServer, WebServer

CANARIES = {
    "STRIPE_WEBHOOK_SECRET": "whsec_canary_1f0d_signing",
    "TILL_MAIL_SMTP_PASSWORD": "canary_2e8a_mail",
    "SHOP_TOKEN": "canary_3b7c_token",
}
SENTRY_KEY = "canary_4d6e_sentry"

WORKFLOW = """\
name: tell-all
on: payment_intent.succeeded
steps:
  - id: shop
    uses: http-request
    with:
      url: http://127.0.0.1:{port}/paid
      headers: {{ Authorization: "Bearer ${{env:SHOP_TOKEN}}" }}
      body: {{ order: "${{{{ metadata ->> 'order_id' }}}}" }}
    retry: {{ attempts: 2, delay: 1s, factor: 1, max-delay: 1s }}
    on-error: continue
  - id: sentry
    uses: notify-sentry
    with: {{ message: "paid" }}
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


def test_no_secret_appears_in_logs_records_mails_or_output(make_till, tmp_path):
    sorry = (500, {}, "no")
    with (WebServer(tmp_path / "web", sorry, sorry, sorry) as peer,
          MailServer(tmp_path / "post", CANARIES["TILL_MAIL_SMTP_PASSWORD"]) as post):
        till = make_till(
            **CANARIES, TILL_LOG_LEVEL="trace",
            TILL_SENTRY_DSN=f"http://{SENTRY_KEY}@127.0.0.1:{peer.port}/7",
            **post.settings(
                TILL_MAIL_SMTP_SECURITY="starttls", TILL_MAIL_SMTP_USER="till",
                TILL_MAIL_SMTP_CA_FILE=str(post.ca_file)))
        peer.allow(till)
        till.keep_workflows()
        till.write("workflows/tell-all.yaml", WORKFLOW.format(port=peer.port))
        till.start()
        good = event("payment_intent.succeeded", payment_intent(metadata={"order_id": "s-1"}))
        assert till.send(good, CANARIES["STRIPE_WEBHOOK_SECRET"]).status == 200
        assert till.send(good, "whsec_wrong").status == 400
        till.settle()
        till.hang_up()
        till.run("reload", "--state", str(till.state))
        # The shop, Sentry and the mail server did get theirs: the secrets were in use.
        used = json.dumps([entry["headers"] for entry in peer.entries])
        assert CANARIES["SHOP_TOKEN"] in used and SENTRY_KEY in used
        assert [mail.user for mail in post.mails] == ["till"]
        said = [till.admin("/metrics").body.decode()]
        state = ("--state", str(till.state))
        config = ("--config", str(till.config))
        run = str(till.value("SELECT id FROM workflow_runs"))
        for command in (
                ("config", "show", *config), ("config", "show", *config, "-o", "json"),
                ("check", *config), ("status", *state), ("status", *state, "-o", "json"),
                ("events", "show", good["id"], *state), ("runs", "show", run, *state),
                ("runs", "show", run, *state, "-o", "json"), ("audit", "ls", *state),
                ("explain", good["id"], *config, *state), ("schema", *config),
                ("trigger", "payment_intent.succeeded", "--url",
                 f"http://127.0.0.1:{till.port}/webhooks/stripe")):
            done = till.run(*command)
            assert done.stdout + done.stderr, command
            said.append(done.stdout + done.stderr)
        till.settle()
        assert till.stop() == 0

    canaries = [*CANARIES.values(), SENTRY_KEY]
    for canary in canaries:
        for text in said:
            assert canary not in text
        # Everything in the state folder, the log and the site: database, write-ahead log, mails.
        found = subprocess.run(
            ["grep", "-rlaF", canary, str(till.folder)], capture_output=True, text=True).stdout
        assert found == "", f"{canary} is in {found}"
    assert all(canary.encode() not in mail.content for mail in post.mails for canary in canaries)


def test_logs_hold_no_address_and_no_body(make_till):
    till = make_till(TILL_LOG_LEVEL="trace").start()
    paid = event("payment_intent.succeeded", payment_intent(
        email="private.person@example.com", metadata={"order_id": "l-1"}))
    till.deliver(paid)
    assert till.stop() == 0

    log = till.log.read_text()
    assert paid["id"] in log
    assert "private.person" not in log
