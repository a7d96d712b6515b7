"""A database of each schema there ever was opens, is brought up to date, and its work goes on."""

import sqlite3
from pathlib import Path

import pytest

import effects
from events import charge, event, payment_intent

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("*.sql"))

GUARDED = """\
name: guarded
on: invoice.voided
when: id IS NOT NULL
steps:
  - uses: note-effect
    with: { marker: guarded }
"""


def old_database(till, schema: Path) -> None:
    """Puts a database into the state folder as an older Till left it."""
    till.state.mkdir(mode=0o700)
    link = sqlite3.connect(till.database)
    link.executescript(schema.read_text())
    link.close()


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_an_old_database_is_migrated_and_everything_in_it_goes_on(make_till, schema):
    till = make_till(TILL_HTTP_ALLOW_HOSTS="127.0.0.1")
    effects.only(till, marker="first")
    till.write("workflows/guarded.yaml", GUARDED)
    old_database(till, schema)
    old = till.value("PRAGMA user_version")
    end = till.row("SELECT seq, lower(hex(hash)) FROM audit_log ORDER BY seq DESC LIMIT 1")
    till.start()

    def ask(*arguments, code=0):
        done = till.run(*arguments, "--state", str(till.state))
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def marks(number):
        return [mark for (mark,) in till.rows(
            "SELECT marker FROM effects WHERE event_id = ? ORDER BY number",
            f"evt_upgrade_{number}")]

    assert till.value("PRAGMA user_version") > old
    # The one that waited has its second and last attempt.
    till.wait_for("SELECT status = 'dead' FROM workflow_runs WHERE id = 3")
    assert marks(3) == ["before"]
    # The one that was given up is given up again, which is alarmed again.
    ask("dead", "retry", "2", "--from", "start")
    till.settle()
    assert till.value("SELECT status FROM workflow_runs WHERE id = 2") == "dead"
    assert marks(2) == ["alarm", "alarm"]
    # The one whose guard could not be evaluated is judged before it is walked.
    assert "stays given up" in ask("runs", "retry", "4", code=65)
    ask("runs", "retry", "4", "--version-of", "current")
    # The one that is unsure is resolved.
    ask("runs", "resolve", "5", "--as", "done", "--reason", "seen at the peer")
    till.settle()
    assert (marks(4), marks(5)) == (["guarded"], ["after"])
    assert till.rows("SELECT id FROM workflow_runs WHERE status = 'succeeded'") == [(1,), (4,), (5,)]
    # Duplicates are known, new events are walked.
    known, new = event("payment_intent.succeeded", {}), event("payment_intent.succeeded", {})
    known["id"] = "evt_upgrade_1"
    assert till.send(known).json["duplicate"] is True
    till.deliver(new)
    assert marks(1) == ["first"]
    assert till.value("SELECT status FROM webhook_events WHERE id = ?", new["id"]) == "done"
    assert "whole" in ask("audit", "verify", "--checkpoint", f"{end[0]}:{end[1]}")


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_a_shops_views_of_our_tables_outlive_the_upgrade(make_till, schema):
    till = make_till(TILL_HTTP_ALLOW_HOSTS="127.0.0.1")
    effects.only(till)
    old_database(till, schema)
    views = {
        "shop_events": "SELECT id, status FROM webhook_events",
        "shop_keys": "SELECT key, run_id, step, outcome, outputs FROM idempotency_keys",
        "shop_runs": "SELECT id, workflow, status FROM workflow_runs",
        "shop_steps": "SELECT run_id, step, status, key FROM step_runs",
    }
    link = sqlite3.connect(till.database)
    for name, query in views.items():
        link.execute(f"CREATE VIEW {name} AS {query}")
    link.commit()
    link.close()
    before = {name: set(till.rows(f"SELECT * FROM {name}")) for name in views}
    old = till.value("PRAGMA user_version")
    till.start()

    assert till.value("PRAGMA user_version") > old
    # The one that waited is given up meanwhile, and nothing else happens.
    till.wait_for("SELECT status = 'dead' FROM workflow_runs WHERE id = 3")
    till.settle()
    for name, query in views.items():
        assert len(before[name]) > 0
        assert sorted(map(repr, till.rows(f"SELECT * FROM {name}"))) == sorted(
            map(repr, till.rows(query))), name
    assert {id for (id, _) in before["shop_events"]} == {
        id for (id,) in till.rows("SELECT id FROM shop_events")}
    assert before["shop_keys"] <= set(till.rows("SELECT * FROM shop_keys"))
    # They show what happens from now on, too.
    new = event("payment_intent.succeeded", {})
    till.deliver(new)
    assert till.value("SELECT status FROM shop_events WHERE id = ?", new["id"]) == "done"
    assert till.value("SELECT count(*) FROM shop_keys WHERE key LIKE ? || '/%'", new["id"]) == 1


# In the first form of the plugin's tables: an order whose price came from an event, one whose
# address did, one that no event has met, and one that two steps of one event were about.
OLD_ORDERS = """
INSERT INTO orders (id, status, amount, currency, email, source, stripe_payment_intent_id, paid_at,
  created_at, updated_at)
VALUES
  ('priced', 'paid', 4990, 'usd', NULL, 'stripe', 'pi_priced', 1790000002000, 1, 2),
  ('mailed', 'failed', 4990, 'usd', 'buyer@example.com', 'shop', 'pi_mailed', NULL, 3, 4),
  ('shops', 'pending', 4990, 'usd', 'shop@example.com', 'shop', NULL, NULL, 5, 5),
  ('skipped', 'canceled', 4990, 'usd', 'shop@example.com', 'shop', 'pi_skipped', NULL, 6, 7);
INSERT INTO order_history (idempotency_key, order_id, event_id, event_type, event_created, reported,
  status_before, status_after, refunded_now, gave_price, gave_email, outcome, reason, at)
VALUES
  ('e3/w/order', 'priced', 'e3', 'payment_intent.payment_failed', 1790000001, 'failed', 'paid',
   'paid', 0, 0, 0, 'skip', 'late', 9),
  ('e2/w/order', 'priced', 'e2', 'payment_intent.succeeded', 1790000002, 'paid', NULL,
   'paid', 0, 1, 0, 'done', NULL, 8),
  ('e1/w/order', 'mailed', 'e1', 'payment_intent.payment_failed', 1790000003, 'failed', 'pending',
   'failed', 0, 0, 1, 'done', NULL, 7),
  ('e0/w/order', 'skipped', 'e0', 'payment_intent.canceled', 1790000004, 'canceled', 'pending',
   'canceled', 0, 0, 0, 'done', NULL, 6),
  ('e0/v/order', 'skipped', 'e0', 'payment_intent.canceled', 1790000004, 'failed', 'canceled',
   'canceled', 0, 0, 0, 'skip', 'late', 6);
"""
HISTORY = (
    "SELECT idempotency_key, order_id, event_id, event_type, event_created, reported,"
    " status_before, status_after, refunded_now, gave_price, gave_email, outcome, reason, at"
    " FROM order_history WHERE idempotency_key LIKE 'e_/%' ORDER BY idempotency_key")
# All but the two columns that are new.
ORDERS = (
    "SELECT id, status, amount, amount_refunded, currency, email, customer,"
    " stripe_payment_intent_id, stripe_charge_id, error_message, review, source, confirmed,"
    " created_at, updated_at, paid_at FROM orders ORDER BY id")


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_orders_of_an_old_database_keep_their_state_and_move_on(make_till, schema):
    till = make_till(TILL_HTTP_ALLOW_HOSTS="127.0.0.1")
    effects.install(till)
    old_database(till, schema)
    link = sqlite3.connect(till.database)
    link.executescript(OLD_ORDERS)
    link.close()
    orders, history = till.rows(ORDERS), till.rows(HISTORY)
    assert (len(orders), len(history)) == (4, 5)
    first = "SELECT max(version) FROM plugin_migrations WHERE plugin = 'update-order'"
    assert till.value(first) == 1
    till.start()

    assert till.value(first) > 1
    assert till.rows(ORDERS) == orders
    assert till.rows(HISTORY) == history
    assert till.rows("SELECT id, has_event_price, has_event_email FROM orders ORDER BY id") == [
        ("mailed", 0, 1), ("priced", 1, 0), ("shops", 0, 0), ("skipped", 0, 0)]

    def paid(order, created, **more):
        return event("payment_intent.succeeded", created=created, obj=payment_intent(
            f"pi_{order}", metadata={"order_id": order}, **more))

    # The older event's address wins, but only over one that an event brought as well; a refund
    # finds its order by the payment alone.
    till.deliver(
        event("charge.refunded", created=1_790_000_200,
              obj=charge(intent="pi_priced", refunded=4990, email="first@example.com")),
        paid("priced", 1_790_000_300, email="later@example.com"),
        paid("mailed", 1_790_000_000, email="older@example.com"),
        paid("shops", 1_790_000_200), paid("skipped", 1_790_000_200))
    now = "SELECT id, status, amount, amount_refunded, email FROM orders ORDER BY id"
    assert till.rows(now) == [
        ("mailed", "paid", 4990, 0, "older@example.com"),
        ("priced", "refunded", 4990, 4990, "first@example.com"),
        ("shops", "paid", 4990, 0, "shop@example.com"),
        ("skipped", "paid", 4990, 0, "shop@example.com")]
    assert till.rows(HISTORY) == history
    # The price that an event gave stays, and one that says otherwise is refused.
    wrong = paid("priced", 1_790_000_400, amount=1)
    assert till.send(wrong).status == 200
    till.settle()
    assert till.row("SELECT amount, review IS NULL FROM orders WHERE id = 'priced'") == (4990, 0)


def test_an_older_till_on_a_newer_database_stops_and_says_so(make_till):
    till = make_till()
    till.start()
    assert till.stop() == 0
    link = sqlite3.connect(till.database)
    newer = link.execute("PRAGMA user_version").fetchone()[0] + 1
    link.execute(f"PRAGMA user_version = {newer}")
    link.close()
    before = till.database.read_bytes()

    till.launch()
    code = till.process.wait(20)

    assert code == 78
    said = till.log.read_text()
    assert f"schema {newer}" in said and "newer Till" in said
    assert till.database.read_bytes() == before
    assert till.run("backup", "verify", str(till.database)).returncode == 78
