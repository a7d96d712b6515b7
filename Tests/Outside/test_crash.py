"""kill -9 at random moments under load."""

import itertools
import json
import sqlite3
import time
from collections import defaultdict

import pytest

import effects
from events import event, payment_intent
from extent import choices, extent, figure, percentile
from load import Stream, request, send_all
from peers import MailServer, WebServer, allow

pytestmark = pytest.mark.alone

KILLS = extent(25, 500)
EVENTS = extent(5_000, 100_000)
# The long form sends no faster than the peers, written in Python, can follow.
RATE = extent(None, 400)
# A start may be this slow; the short form runs on machines that are busy with other things.
READY = extent(5, 1)

# Each of them is asked for by one in eight events, so that some are under way at most moments.
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
    retry: { attempts: 20, delay: 1s, factor: 1, max-delay: 1s }
  - id: shop
    uses: http-request
    if: metadata ->> 'tell' = 'shop'
    with:
      url: http://127.0.0.1:SHOP/paid
      body: { payment: "${{ object ->> 'id' }}" }
    retry: { attempts: 20, delay: 1s, factor: 1, max-delay: 1s }
  - id: sentry
    uses: notify-sentry
    if: metadata ->> 'tell' = 'sentry'
    with: { message: "${{ object ->> 'id' }}" }
    retry: { attempts: 20, delay: 1s, factor: 1, max-delay: 1s }
"""
KINDS = ["mail", None, "shop", None, "sentry", None, None, None]


def test_nothing_acknowledged_is_lost_and_no_database_effect_happens_twice(make_till, tmp_path):
    chance = choices()
    # Some answers are lost after the peer has acted, so that Till must repeat itself.
    with (MailServer(tmp_path / "post", lose=15) as post, WebServer(tmp_path / "shop", lose=15)
          as shop, WebServer(tmp_path / "sentry", lose=15) as sentry):
        till = make_till(
            **post.settings(), TILL_SENTRY_DSN=f"http://thepublickey@127.0.0.1:{sentry.port}/7")
        allow(till, shop.port, sentry.port)
        effects.only(till, more=TELLING.replace("SHOP", str(shop.port)))
        made = {}
        # next() is one step for the many senders, counting what is made would be two.
        numbers = itertools.count()

        def make():
            number = next(numbers)
            new = event("payment_intent.succeeded", payment_intent(
                email=f"buyer{number}@example.com", metadata={"tell": KINDS[number % 8]}))
            made[new["id"]] = new
            return new

        till.start()
        starts = []
        with Stream(till.port, make, connections=16, rate=RATE) as stream:
            while len(starts) < KILLS or len(made) < EVENTS:
                time.sleep(chance.uniform(0, 0.5))
                till.kill()
                check_integrity(till)
                begin = time.monotonic()
                till.start()
                starts.append(time.monotonic() - begin)
            journal = stream.stop()
        before = journal.acknowledged
        rest = [each for id, each in made.items() if id not in before]
        again = send_all(till.port, map(request, rest))
        assert again.acknowledged == {each["id"] for each in rest}
        till.settle(extent(300, 1800))
        held = release_what_was_held(till)
        set_aside = retry_what_was_set_aside(till)
        told = {
            "mail": [(str(mail["To"]), str(mail["Message-ID"])) for mail in
                     (mail.message for mail in post.mails)],
            "shop": [(json.loads(entry["body"])["payment"], entry["headers"]["idempotency-key"])
                     for entry in shop.entries],
            "sentry": [(envelope[2]["message"], envelope[2]["event_id"]) for envelope in
                       (list(map(json.loads, entry["body"].splitlines()))
                        for entry in sentry.entries)],
        }

    stored = {id for (id,) in till.rows("SELECT id FROM webhook_events")}
    noted = [id for (id,) in till.rows("SELECT event_id FROM effects")]
    slowest = percentile(starts, 0.99)
    cut = sum(loss.sent is not None for loss in journal.losses)
    figure(f"{len(starts)} kills, {len(made)} events, {cut} answers lost to the kills; "
           f"ready again p50 {percentile(starts, 0.5) * 1000:.0f} ms, p99 {slowest * 1000:.0f} ms; "
           f"{set_aside} runs and {held} events set aside after three crashes")
    assert (before | again.acknowledged) - stored == set()
    assert stored == set(made)
    assert sorted(noted) == sorted(set(noted)), "an effect happened twice"
    assert set(noted) == stored
    assert set(till.rows("SELECT DISTINCT status FROM workflow_runs")) == {("succeeded",)}
    assert set(till.rows("SELECT DISTINCT status FROM webhook_events")) == {("done",)}
    assert slowest < READY
    for kind, pairs in told.items():
        objects = [each["data"]["object"] for each in made.values()]
        asked = {each["receipt_email" if kind == "mail" else "id"] for each in objects
                 if each["metadata"]["tell"] == kind}
        check_keys(kind, pairs, asked)
    assert till.run("audit", "verify", "--state", str(till.state)).returncode == 0


def check_keys(kind: str, pairs: list[tuple[str, str]], asked: set[str]) -> None:
    """Each of `asked` was told, however often, under one key of its own."""
    keys = defaultdict(set)
    for subject, key in pairs:
        keys[subject].add(key)
    figure(f"{kind}: {len(keys)} told, {len(pairs) - len(keys)} of them again under the same key")
    assert set(keys) == asked, f"{kind}: something was lost or made up"
    assert {len(each) for each in keys.values()} == {1}, f"{kind}: repeated under another key"
    assert len(set().union(*keys.values())) == len(asked)
    assert len(pairs) > len(keys), f"{kind}: nothing was repeated, so this shows nothing"


def release_what_was_held(till) -> int:
    """Events that were being chosen for at three kills are held; no other event may be."""
    held = till.rows("SELECT id, hold_reason FROM webhook_events WHERE status = 'held'")
    for id, reason in held:
        assert "crashed 3 times" in reason, (id, reason)
        assert till.value("SELECT count(*) FROM workflow_runs r JOIN webhook_events e"
                          " ON e.seq = r.event_seq WHERE e.id = ?", id) == 0
    if held:
        done = till.run("events", "release", "--all", "--reason", "it was the kills",
                        "--state", str(till.state))
        assert done.returncode == 0, done.stderr
        assert set(done.stdout.split()) == {id for id, _ in held}
        till.settle(60)
    return len(held)


def retry_what_was_set_aside(till) -> int:
    """Runs whose action was under way at three kills are dead letters; no other run may be one."""
    dead = till.rows(
        "SELECT r.id, r.reason, coalesce(max(s.attempts), 0) FROM workflow_runs r"
        " LEFT JOIN step_runs s ON s.run_id = r.id AND s.step IN ('mail', 'shop', 'sentry')"
        " WHERE r.status = 'dead' GROUP BY r.id")
    for run, reason, attempts in dead:
        assert "crashed 3 times" in reason, (run, reason)
        # The other two may have hit it between its mark and its next attempt.
        assert attempts >= 1, f"run {run} only waited at the crashes and was given up all the same"
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
