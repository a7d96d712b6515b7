"""A database of each schema there ever was opens, is brought up to date, and its work goes on."""

import sqlite3
from pathlib import Path

import pytest

import effects
from events import event

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
