"""The audit log shows what was done to it."""

import shutil
import sqlite3

import pytest

from events import event, payment_intent


@pytest.fixture(scope="module")
def written(binary, tmp_path_factory):
    """A stopped daemon's state folder with a few dozen audit rows."""
    from conftest import ROOT
    from daemon import Till

    till = Till(binary, ROOT, tmp_path_factory.mktemp("audit"), {})
    till.start()
    till.deliver(*(
        event("payment_intent.succeeded", payment_intent(metadata={"order_id": f"a-{number}"}))
        for number in range(10)))
    assert till.stop() == 0
    yield till
    till.end()


@pytest.fixture
def copy(written, tmp_path):
    """A copy of that folder that may be damaged: a connection to it and a verdict on it."""
    folder = tmp_path / "state"
    shutil.copytree(written.state, folder)
    link = sqlite3.connect(folder / "till.db")
    for (name,) in link.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit_log'"
    ).fetchall():
        link.execute(f"DROP TRIGGER {name}")
    link.commit()

    def verdict():
        link.commit()
        return written.run("audit", "verify", "--state", str(folder))

    yield link, verdict
    link.close()


def test_an_untouched_log_is_verified(copy):
    _, verdict = copy

    assert verdict().returncode == 0


@pytest.mark.parametrize("tampering", [
    "UPDATE audit_log SET action = 'x.' || action WHERE seq = 7",
    "UPDATE audit_log SET actor = 'somebody' WHERE seq = 7",
    "UPDATE audit_log SET detail = detail || ' ' WHERE seq = 7",
    "UPDATE audit_log SET at = at + 1 WHERE seq = 7",
    "UPDATE audit_log SET event_id = 'evt_other' WHERE seq = 7",
    "UPDATE audit_log SET run_id = 99 WHERE seq = 7",
    "UPDATE audit_log SET hash = zeroblob(32) WHERE seq = 7",
    "UPDATE audit_log SET prev_hash = zeroblob(32) WHERE seq = 7",
    "DELETE FROM audit_log WHERE seq = 7",
])
def test_a_changed_or_missing_row_is_named(copy, tampering):
    link, verdict = copy
    assert link.execute("SELECT count(*) > 20 FROM audit_log").fetchone() == (1,)
    assert link.execute(tampering).rowcount == 1

    found = verdict()

    assert found.returncode == 65, found.stdout + found.stderr
    assert "audit row 7 " in found.stderr, found.stderr


def test_a_missing_beginning_and_an_added_row_are_named(copy):
    link, verdict = copy
    (last,) = link.execute("SELECT max(seq) FROM audit_log").fetchone()
    link.execute(
        "INSERT INTO audit_log SELECT ?, at, actor, action, event_id, run_id, detail, prev_hash,"
        " hash FROM audit_log WHERE seq = 7", (last + 1,))
    added = verdict()
    link.execute("DELETE FROM audit_log WHERE seq = 1")
    cut = verdict()

    assert (added.returncode, cut.returncode) == (65, 65)
    assert f"audit row {last + 1} " in added.stderr, added.stderr
    assert "audit row 1 " in cut.stderr, cut.stderr


def test_the_database_itself_refuses_to_change_or_delete_a_row(written, tmp_path):
    shutil.copytree(written.state, tmp_path / "state")
    link = sqlite3.connect(tmp_path / "state" / "till.db")
    for sql in ("DELETE FROM audit_log", "UPDATE audit_log SET actor = 'x'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            link.execute(sql)
    link.close()


def test_a_log_that_was_cut_off_or_written_anew_is_found_with_the_daemons_own_log(copy, written):
    link, verdict = copy
    folder = link.execute("PRAGMA database_list").fetchone()[2].removesuffix("/till.db")

    def verify(*arguments, input=None):
        done = written.run("audit", "verify", "--state", folder, *arguments, input=input)
        return done.returncode, done.stderr

    log = written.log.read_text()
    last, head = link.execute(
        "SELECT seq, lower(hex(hash)) FROM audit_log ORDER BY seq DESC LIMIT 1").fetchone()
    lines = [line for line in log.splitlines() if "audit checkpoint" in line]
    assert len(lines) == 2 and lines[-1].endswith(f"checkpoint={last}:{head}")
    assert verify("--checkpoints-in", str(written.log)) == (0, "")
    assert verify("--checkpoints-in", "-", input=log) == (0, "")

    link.execute("DELETE FROM audit_log WHERE seq > ?", (last - 3,))
    assert verdict().returncode == 0, "nothing shows it but a checkpoint"
    for code, said in (verify("--checkpoint", f"{last}:{head}"),
                       verify("--checkpoints-in", str(written.log))):
        assert code == 65 and f"audit row {last - 2} " in said and "cut off" in said
    assert verify("--checkpoint", f"{last - 3}:{'0' * 64}")[0] == 65
    assert verify("--checkpoints-in", "/dev/null")[0] == 66
    assert verify("--checkpoint", "7")[0] == 64
