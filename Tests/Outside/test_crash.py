"""kill -9 at random moments under load."""

import itertools
import sqlite3
import time
from collections import defaultdict

import effects
from events import event, payment_intent
from extent import choices, extent, figure
from load import Stream, request, send_all
from peers import MailServer

KILLS = extent(25, 500)

MAIL_STEP = """\
  - id: tell
    uses: send-email
    if: "object ->> 'receipt_email' IS NOT NULL"
    with:
      to: ${{ object ->> 'receipt_email' }}
      template: order-confirmation
      order: ${{ object ->> 'id' }}
      amount: ${{ object ->> 'amount' }}
      currency: ${{ object ->> 'currency' }}
    retry: { attempts: 20, delay: 1s, factor: 1, max-delay: 1s }
"""


def test_nothing_acknowledged_is_lost_and_no_database_effect_happens_twice(make_till, tmp_path):
    chance = choices()
    with MailServer(tmp_path / "post") as post:
        till = make_till(**post.settings())
        effects.only(till, more=MAIL_STEP)
        made = {}
        # next() is one step for the many senders, counting what is made would be two.
        numbers = itertools.count()

        def make():
            # One in eight asks for a mail, so that mails are under way at most moments.
            number = next(numbers)
            email = f"buyer{number}@example.com" if number % 8 == 0 else None
            new = event("payment_intent.succeeded", payment_intent(email=email))
            made[new["id"]] = new
            return new

        till.start()
        with Stream(till.port, make, connections=16) as stream:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0, 0.5))
                till.kill()
                check_integrity(till)
                till.start()
            journal = stream.stop()
        before = journal.acknowledged
        rest = [request(each) for id, each in made.items() if id not in before]
        again = send_all(till.port, rest)
        assert again.acknowledged == {id for id, _ in rest}
        till.settle(120)
        set_aside = retry_what_was_set_aside(till)
        mails = [mail.message for mail in post.mails]

    stored = {id for (id,) in till.rows("SELECT id FROM webhook_events")}
    noted = [id for (id,) in till.rows("SELECT event_id FROM effects")]
    figure(f"{len(made)} events, {len(mails)} mails, {journal.lost} answers lost to the kills, "
          f"{set_aside} runs set aside after three crashes")
    assert len(made) > 1000
    assert (before | again.acknowledged) - stored == set()
    assert stored == set(made)
    assert sorted(noted) == sorted(set(noted)), "an effect happened twice"
    assert set(noted) == stored
    assert set(till.rows("SELECT DISTINCT status FROM workflow_runs")) == {("succeeded",)}

    keys = defaultdict(set)
    for mail in mails:
        keys[mail["To"]].add(mail["Message-ID"])
    wanted = {each["data"]["object"]["receipt_email"] for each in made.values()} - {None}
    assert set(keys) == wanted, "a mail was lost"
    assert {len(ids) for ids in keys.values()} == {1}, "a repeated mail had another Message-ID"
    assert len(set().union(*keys.values())) == len(wanted)
    assert till.run("audit", "verify", "--state", str(till.state)).returncode == 0


def retry_what_was_set_aside(till) -> int:
    """Runs whose mail was under way at three kills are dead letters; no other run may be one."""
    dead = till.rows(
        "SELECT r.id, r.reason, coalesce(s.attempts, 0) FROM workflow_runs r"
        " LEFT JOIN step_runs s ON s.run_id = r.id AND s.step = 'tell' WHERE r.status = 'dead'")
    for run, reason, attempts in dead:
        assert "crashed 3 times" in reason, (run, reason)
        assert attempts >= 2, f"run {run} only waited at the crashes and was given up all the same"
    if dead:
        done = till.run("dead", "retry", "--all", "--state", str(till.state))
        assert done.returncode == 0, done.stderr
        till.settle(60)
    return len(dead)


def check_integrity(till) -> None:
    """What is on disk after the kill is a whole database."""
    link = sqlite3.connect(f"file:{till.database}?mode=ro", uri=True)
    try:
        assert link.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        assert link.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        link.close()
