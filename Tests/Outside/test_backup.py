"""Backups that are made while Till serves: all of them good, complete, and of use afterwards."""

import json
import shutil
import sqlite3
import threading
import time

import pytest

import effects
from events import event, payment_intent


def paid(number: int) -> dict:
    made = event("payment_intent.succeeded", payment_intent(metadata={"order_id": f"b-{number}"}))
    made["id"] = f"evt_backup_{number:05}"
    return made


class Load(threading.Thread):
    """Sends one event after another until it is told to stop; remembers what was acknowledged."""

    def __init__(self, till):
        super().__init__(daemon=True)
        self.till, self.acknowledged, self.over = till, [], threading.Event()

    def run(self):
        number = 0
        while not self.over.is_set():
            made = paid(number)
            if self.till.send(made).status == 200:
                self.acknowledged.append(made["id"])
            number += 1


def backup(till, *arguments, code=0):
    done = till.run("backup", *arguments)
    assert done.returncode == code, (arguments, done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def test_ten_backups_under_load_are_whole_and_the_restored_till_goes_on(make_till, tmp_path):
    till = make_till()
    effects.only(till)
    till.start()
    load = Load(till)
    load.start()
    while len(load.acknowledged) < 50:
        time.sleep(0.01)
    made = []
    for number in range(10):
        before = list(load.acknowledged)
        file = tmp_path / f"copy{number}.db"
        shown = json.loads(backup(
            till, "create", str(file), "--state", str(till.state), "-o", "json"))
        made.append((file, before, shown))
    load.over.set()
    load.join(30)
    assert till.admin("/-/ready").status == 200

    for file, before, shown in made:
        assert file.stat().st_mode & 0o777 == 0o600
        assert json.loads(backup(till, "verify", str(file), "-o", "json")) == shown
        state = tmp_path / f"restored-{file.stem}"
        backup(till, "restore", str(file), "--state", str(state))
        link = sqlite3.connect(state / "till.db")
        there = {id for (id,) in link.execute("SELECT id FROM webhook_events")}
        assert set(before) <= there and len(there) == shown["events"]
        assert link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        link.close()
    assert {len(before) for _, before, _ in made} != {len(made[0][1])}, "nothing came meanwhile"
    created = till.rows("SELECT actor, detail FROM audit_log WHERE action = 'backup.created'")
    assert len(created) == 10 and all(actor.startswith("cli:") for actor, _ in created)
    assert not list(tmp_path.glob("*.part"))

    # The last one takes the old one's place: what it knows stays known, what is new is walked.
    assert till.stop() == 0
    file, before, shown = made[-1]
    till.state = tmp_path / f"restored-{file.stem}"
    till.start()
    assert till.send(paid(0)).json["duplicate"] is True
    till.deliver(paid(99_999))
    doubled = till.rows("SELECT event_id FROM effects GROUP BY event_id HAVING count(*) > 1")
    assert doubled == []
    assert till.value("SELECT count(*) FROM effects") == shown["events"] + 1
    assert till.value("SELECT count(*) FROM audit_log WHERE action = 'backup.restored'") == 1
    assert till.run("audit", "verify", "--state", str(till.state)).returncode == 0


@pytest.fixture(scope="module")
def kept(binary, tmp_path_factory):
    """A stopped Till with some events, and a backup of it."""
    from conftest import ROOT
    from daemon import Till

    till = Till(binary, ROOT, tmp_path_factory.mktemp("backup"), {})
    till.start()
    till.deliver(*(paid(number) for number in range(30)))
    assert till.stop() == 0
    done = till.run("backup", "create", "--state", str(till.state), "-o", "json")
    assert done.returncode == 0 and "not running" in done.stderr
    yield till, json.loads(done.stdout)["path"]
    till.end()


@pytest.mark.parametrize("damage", ["bytes", "cut", "empty", "text", "reference", "audit"])
def test_a_damaged_backup_is_found_and_never_restored(kept, tmp_path, damage):
    till, good = kept
    file = tmp_path / "damaged.db"
    shutil.copy(good, file)
    size = file.stat().st_size
    if damage == "bytes":
        with file.open("r+b") as bytes:
            for page in range(8192, size, 8192):
                bytes.seek(page)
                bytes.write(b"\xff" * 16)
    elif damage == "cut":
        with file.open("r+b") as bytes:
            bytes.truncate(size // 2 // 8192 * 8192)
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "text":
        file.write_bytes(b"no database at all\n" * 500)
    else:
        link = sqlite3.connect(file)
        if damage == "reference":
            link.execute("DELETE FROM webhook_events WHERE seq = 3")
        else:
            link.execute("DROP TRIGGER audit_log_keeps_words")
            link.execute("UPDATE audit_log SET actor = 'x' WHERE seq = 9")
        link.commit()
        link.close()

    said = backup(till, "verify", str(file), code=65)
    backup(till, "restore", str(file), "--state", str(tmp_path / "state"), code=65)

    assert str(file) in said
    assert not (tmp_path / "state" / "till.db").exists()


def test_a_restore_puts_an_old_database_aside_only_when_told_to(kept, tmp_path):
    till, good = kept
    state = tmp_path / "state"
    shutil.copytree(till.state, state)
    before = (state / "till.db").read_bytes()

    refused = backup(till, "restore", good, "--state", str(state), code=73)
    assert "stands in the way" in refused and (state / "till.db").read_bytes() == before
    backup(till, "restore", good, "--force", "--state", str(state))

    asides = list(state.glob("till.db.before-restore-*"))
    (aside,) = [path for path in asides if path.name[-4:] not in ("-wal", "-shm")]
    assert aside.read_bytes() == before
    assert till.run("audit", "verify", "--state", str(state)).returncode == 0


def test_a_restore_into_a_running_tills_folder_is_refused(till, kept):
    _, good = kept
    before = till.value("SELECT count(*) FROM audit_log")

    said = backup(till, "restore", good, "--force", "--state", str(till.state), code=69)

    assert "in use by another till" in said
    assert till.value("SELECT count(*) FROM audit_log") == before


def test_a_backup_never_overwrites_and_never_touches_the_database(kept, tmp_path):
    till, good = kept
    before = (till.state / "till.db").read_bytes()

    assert "stands in the way" in backup(
        till, "create", good, "--state", str(till.state), code=73)
    assert backup(till, "create", str(tmp_path / "x.db"), "--state", "nowhere", code=66)
    backup(till, "create", str(tmp_path / "second.db"), "--state", str(till.state))

    assert (till.state / "till.db").read_bytes() == before
