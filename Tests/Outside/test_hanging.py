"""A mail server and a Sentry that take connections and never answer."""

import statistics
import time

import pytest

import effects
from events import event, payment_intent
from extent import extent, figure, percentile
from load import Stream
from peers import MailServer, Valve, WebServer, allow

pytestmark = pytest.mark.alone

# So many pairs of runs are compared, and at most so many more where the machine is restless.
PAIRS, MORE = extent((4, 12), (12, 24))
SECONDS, RATE = 2.5, 150
# How many of each kind Till has under way at once.
MAILS, MESSAGES = 4, 4

TELLING = """\
  - id: mail
    uses: send-email
    if: metadata ->> 'tell' = 'mail'
    with:
      to: ${{ object ->> 'receipt_email' }}
      template: order-confirmation
      order: ${{ object ->> 'id' }}
      amount: ${{ object ->> 'amount' }}
      currency: ${{ object ->> 'currency' }}
    timeout: 3s
    retry: { attempts: 100, delay: 1s, factor: 2, max-delay: 4s }
  - id: sentry
    uses: notify-sentry
    if: metadata ->> 'tell' = 'sentry'
    with: { message: "${{ object ->> 'id' }}" }
    timeout: 3s
    retry: { attempts: 100, delay: 1s, factor: 2, max-delay: 4s }
"""


def test_peers_that_hang_slow_down_nobody_and_meet_no_burst_afterwards(make_till, tmp_path):
    with (MailServer(tmp_path / "post") as post, WebServer(tmp_path / "sentry") as sentry,
          Valve(tmp_path / "post-valve", post) as mail_valve,
          Valve(tmp_path / "sentry-valve", sentry) as sentry_valve):
        calm = make_one(make_till, post, sentry)
        hung = make_one(make_till, mail_valve, sentry_valve)
        mail_valve.hold()
        sentry_valve.hold()
        times, lags = {calm: [], hung: []}, {calm: [], hung: []}
        # In turns, so that both see the same minute of the machine.
        for pair in range(PAIRS + MORE):
            for till in (calm, hung):
                journal = load(till)
                times[till].append(percentile(journal.times, 0.99))
                lags[till].append(wait_for_effects(till))
            ratio = statistics.median(times[hung]) / statistics.median(times[calm])
            if pair >= PAIRS - 1 and ratio <= 1.2:
                break
        waiting = hung.value(
            "SELECT count(*) FROM workflow_runs JOIN event_bodies ON seq = event_seq"
            " WHERE status <> 'succeeded' AND body ->> '$.data.object.metadata.tell' IS NOT NULL")
        assert waiting > 50, "nothing hangs, so this shows nothing"
        assert len(hung.rows("SELECT 1 FROM workflow_runs WHERE status = 'dead'")) == 0
        assert post.entries and sentry.entries, "the calm one told nobody"

        before = len(post.entries), len(sentry.entries)
        began = time.monotonic()
        mail_valve.pass_on()
        sentry_valve.pass_on()
        hung.settle(120)
        took = time.monotonic() - began
        mails, messages = most(mail_valve, began), most(sentry_valve, began)
        told = len(post.entries) - before[0] + len(sentry.entries) - before[1]
        assert set(hung.rows("SELECT DISTINCT status FROM workflow_runs")) == {("succeeded",)}
    figure(f"p99 of an answer {statistics.median(times[calm]) * 1000:.1f} ms undisturbed, "
           f"{statistics.median(times[hung]) * 1000:.1f} ms with peers that hang, ratio "
           f"{ratio:.2f} over {len(times[calm])} pairs; database steps done after "
           f"{max(lags[calm]):.2f} and {max(lags[hung]):.2f} s at most")
    figure(f"{waiting} runs waited; {told} were told in {took:.1f} s afterwards, at most {mails} "
           f"mails and {messages} messages at once")
    assert ratio <= 1.2
    assert max(lags[hung]) < max(2, 3 * max(lags[calm]))
    assert 0 < mails <= MAILS and 0 < messages <= MESSAGES
    assert told >= waiting


def make_one(make_till, post, sentry):
    """A running Till that tells those two of some events."""
    till = make_till(
        TILL_MAIL_TRANSPORT="smtp", TILL_MAIL_SMTP_HOST="127.0.0.1",
        TILL_MAIL_SMTP_PORT=str(post.port), TILL_MAIL_SMTP_SECURITY="none",
        TILL_SENTRY_DSN=f"http://thepublickey@127.0.0.1:{sentry.port}/7")
    allow(till, sentry.port)
    effects.only(till, more=TELLING)
    return till.start()


def load(till):
    """Events for some seconds, one in twenty with a mail, one with a message."""
    numbers = iter(range(1_000_000))

    def make():
        number = next(numbers)
        return event("payment_intent.succeeded", payment_intent(
            metadata={"tell": {0: "mail", 10: "sentry"}.get(number % 20)}))

    with Stream(till.port, make, connections=8, rate=RATE) as stream:
        stream.ended.wait(SECONDS)
        journal = stream.stop()
    assert journal.lost == 0 and journal.count(lambda status: status != 200) == 0
    return journal


def wait_for_effects(till) -> float:
    """How long it takes until each event has had its database step."""
    begin = time.monotonic()
    till.wait_for("SELECT (SELECT count(*) FROM effects) = (SELECT count(*) FROM webhook_events)")
    return time.monotonic() - begin


def most(valve: Valve, since: float) -> int:
    """How many connections were open at once since then."""
    return max((entry["open"] for entry in valve.entries
                if entry["at"] >= since and not entry["held"]), default=0)
