"""Disks that are full, that fail, that may not be written, and too few file descriptors."""

import os
import shutil
import signal
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import effects
import mounts
from events import event, padded, payment_intent
from extent import choices, extent, figure
from load import Stream

pytestmark = pytest.mark.alone

# While this process still has one thread: see there. A worker of pytest-xdist has more, and walks none of
# these tests.
if "PYTEST_XDIST_WORKER" not in os.environ:
    mounts.enter()

ROUNDS = extent(4, 50)
# The short form runs on machines that are busy with other things.
BACK = extent(15, 5)
# MiB, for all that is stored until the end: about 3 kB an event, and a log of 64 MiB and more.
SIZE = extent(192, 320)
SYNCS = 50
PAID = "payment_intent.succeeded"


def make():
    return event(PAID, padded(payment_intent(), 1200))


def test_a_full_disk_is_answered_503_until_there_is_room_again(make_till):
    chance = choices()
    till = make_till()
    effects.only(till)
    recovered, walked, ready = [], [], []
    with mounts.Memory(till.state, SIZE) as disk:
        till.start()
        pid = till.process.pid
        with Stream(till.port, make, connections=8, rate=200) as stream:
            for _ in range(ROUNDS):
                wait_for_more(stream, 20)
                disk.fill()
                answer = wait_for_status(till, 503)
                assert 0 < int(answer.headers["Retry-After"]) < 3600, answer.headers
                assert "disk is full" in answer.json["message"], answer
                # Nothing of what a person looks at needs room.
                assert till.admin("/-/healthy").status == 200
                assert till.admin("/-/ready").status == 503
                assert b"till_" in till.admin("/metrics").body
                status = till.run("status", "--state", str(till.state))
                assert status.returncode == 0, status.stderr
                reload = till.run("reload", "--state", str(till.state))
                assert reload.returncode == 0 or "full" in reload.stdout + reload.stderr, reload
                time.sleep(chance.uniform(0, 0.3))
                disk.free()
                begin = time.monotonic()
                wait_for_status(till, 200)
                assert till.admin("/-/healthy").status == 200
                recovered.append(time.monotonic() - begin)
                waiting = till.value("SELECT max(seq) FROM webhook_events")
                till.wait_for("SELECT NOT EXISTS (SELECT 1 FROM webhook_events"
                              " WHERE status = 'received' AND seq <= ?)", waiting)
                walked.append(time.monotonic() - begin)
                till.wait_ready()
                ready.append(time.monotonic() - begin)
            journal = stream.stop()
        assert till.process.pid == pid and till.process.poll() is None
        till.settle(60)
        stored = {id for (id,) in till.rows("SELECT id FROM webhook_events")}
        noted = [id for (id,) in till.rows("SELECT event_id FROM effects")]
        statuses = set(till.rows("SELECT DISTINCT status FROM workflow_runs"))
        assert till.stop() == 0
    figure(f"{ROUNDS} full disks, {len(journal.acknowledged)} events; taken again after "
           f"{max(recovered):.2f} s at most, walked after {max(walked):.2f} s, ready after "
           f"{max(ready):.2f} s")
    assert journal.count(lambda status: status == 503) > 0
    assert journal.count(lambda status: status not in (200, 503)) == 0
    assert journal.acknowledged - stored == set()
    assert len(noted) == len(set(noted)) == len(stored)
    assert statuses == {("succeeded",)}
    assert max(recovered + walked + ready) < BACK


def wait_for_more(stream: Stream, count: int) -> None:
    wanted = len(stream.journal.acknowledged) + count
    deadline = time.monotonic() + 30
    while len(stream.journal.acknowledged) < wanted:
        assert time.monotonic() < deadline, "nothing is acknowledged any more"
        time.sleep(0.01)


def wait_for_status(till, status: int, seconds: float = 30):
    """Sends events until one is answered so; that answer."""
    deadline = time.monotonic() + seconds
    while True:
        answer = till.send(make())
        if answer.status == status:
            return answer
        assert answer.status in (200, 503), answer
        assert time.monotonic() < deadline, answer
        time.sleep(0.01)


def test_a_start_on_a_full_disk_says_so(make_till):
    till = make_till()
    with mounts.Memory(till.state, 4) as disk:
        disk.fill()
        till.launch()
        assert till.process.wait(20) == 74
        assert "full" in till.log.read_text()
        disk.free()
        till.start()
        till.deliver(make())
        assert till.stop() == 0


def test_a_read_only_file_system_stops_the_start_and_is_named(make_till):
    till = make_till()
    with mounts.Memory(till.state, 16) as disk:
        disk.freeze()
        till.launch()
        assert till.process.wait(20) in (73, 74)
        assert "Read-only file system" in till.log.read_text()
    with mounts.Memory(till.state, 16) as disk:
        till.start()
        till.deliver(make())
        assert till.stop() == 0
        disk.freeze()
        till.launch()
        assert till.process.wait(20) in (73, 74)
        assert "Read-only file system" in till.log.read_text()


def test_a_failed_sync_is_never_acknowledged_and_ends_till_with_74(make_till):
    """Each of several Tills goes through its share of the n; the next start finds what was
    acknowledged before."""
    shares = [make_till() for _ in range(3)]
    failed = {}

    def fail_nth(till, n: int) -> None:
        failed[n] = fail(till, f"fdatasync:error=EIO:when={n}")

    def go_through(index: int) -> None:
        till = shares[index]
        effects.only(till)
        till.start()
        assert till.stop() == 0
        for n in range(1 + index, SYNCS + 1, len(shares)):
            fail_nth(till, n)

    with ThreadPoolExecutor(len(shares)) as pool:
        list(pool.map(go_through, range(len(shares))))
    # The log is synced far more often than what is moved out of it.
    for n in range(1, 4):
        file = fail(shares[0], f"fdatasync:error=EIO:when={n}", only=shares[0].database)
        assert file == "till.db"
        failed[SYNCS + n] = file
    for till in shares:
        till.start()
        till.settle(60)
        noted = [id for (id,) in till.rows("SELECT event_id FROM effects")]
        assert len(noted) == len(set(noted))
        assert set(noted) == {id for (id,) in till.rows("SELECT id FROM webhook_events")}
    counts = Counter(failed.values())
    figure(f"syncs that failed: {counts}")
    assert counts.total() >= SYNCS and counts["till.db-wal"]


@pytest.mark.parametrize("injection", [
    "pwrite64:error=EIO:when=1", "pwrite64:error=EIO:when=2", "pwrite64:error=EIO:when=30",
    "pwrite64:error=EIO:when=401", "pwrite64:error=EROFS:when=40+", "fsync:error=EIO:when=1",
])
def test_a_failed_write_is_never_acknowledged_and_ends_till_with_74(make_till, injection):
    till = make_till()
    effects.only(till)
    till.start()
    assert till.stop() == 0
    assert fail(till, injection)
    till.start()
    till.settle(60)
    assert till.value("SELECT count(*) FROM effects") == till.value(
        "SELECT count(*) FROM webhook_events")


def fail(till, injection: str, only: Path | None = None) -> str:
    """Starts it with a fault that strace puts in, perhaps in one file only, sends big events until
    it ends, and looks at what is left; the file whose call failed."""
    trace = till.folder / "trace"
    call = injection.split(":")[0]
    till.launch("strace", "-f", "-y", "-qq", "--seccomp-bpf", "-o", str(trace),
                "-e", f"trace={call}", "-e", f"inject={injection}",
                *(["-P", str(only)] if only else []))
    journal = None
    try:
        till.wait_ready()
    except AssertionError:
        assert till.process.poll() is not None
    else:
        # Big ones, so that the log is moved into the database often.
        big = lambda: event(PAID, padded(payment_intent(), 200_000))  # noqa: E731
        with Stream(till.port, big, connections=4) as stream:
            wait_for_end(till, trace)
            journal = stream.stop()
    code = till.process.wait(60)
    found = injected(trace)
    assert found, "nothing failed"
    if journal:
        stored = {id for (id,) in till.rows("SELECT id FROM webhook_events")}
        assert journal.acknowledged - stored == set(), found
        assert journal.count(lambda status: status not in (200, 503)) == 0
    file = Path(found[0].split("<", 1)[1].split(">")[0]).name
    # SQLite takes no notice of a directory that it can't sync; Till has synced it before.
    assert code == (0 if (call, file) == ("fdatasync", "state") else 74), (
        code, found, till.log.read_text()[-2000:])
    return file


def injected(trace) -> list[str]:
    """The calls that failed, each in one line even where another thread's came between."""
    found, begun = [], {}
    for line in trace.read_text().splitlines():
        thread = line.split(maxsplit=1)[0]
        if line.endswith("<unfinished ...>"):
            begun[thread] = line.removesuffix("<unfinished ...>")
        elif "INJECTED" in line:
            found.append(begun[thread] + line if "resumed>" in line else line)
    return found


def wait_for_end(till, trace) -> None:
    """Waits until it has ended by itself; ends it where only the directory's sync failed."""
    deadline = time.monotonic() + 60
    while till.process.poll() is None:
        if "/state>" in "".join(injected(trace)):
            strace = till.process.pid
            (child,) = Path(f"/proc/{strace}/task/{strace}/children").read_text().split()
            os.kill(int(child), signal.SIGTERM)
            till.process.wait(20)
        assert time.monotonic() < deadline, f"it goes on after {injected(trace)}"
        time.sleep(0.02)


@pytest.mark.parametrize("count", [16, 24, 32, 64, 127])
def test_too_few_file_descriptors_are_said_at_the_start(make_till, count):
    till = make_till()
    till.launch("prlimit", f"--nofile={count}:{count}")

    assert till.process.wait(20) == 78
    assert f"may open {count} files" in till.log.read_text()


def test_as_many_connections_are_taken_as_file_descriptors_allow(make_till):
    till = make_till()
    effects.only(till)
    till.launch("prlimit", "--nofile=128:128")
    till.wait_ready()
    links = []
    for _ in range(200):
        link = socket.create_connection(("127.0.0.1", till.port), timeout=30)
        link.sendall(b"POST /webhooks/stripe HTTP/1.1\r\n")
        links.append(link)
    # Those that were taken say nothing more and go; the others wait to be taken.
    assert len(os.listdir(f"/proc/{till.process.pid}/fd")) < 128
    assert till.admin("/-/ready").status == 200
    for link in links:
        link.close()

    assert wait_for_status(till, 200).status == 200
    till.settle()
    assert till.stop() == 0


def unwritable(till) -> dict:
    """What of a state folder may not be written, and the exit code that must say so."""
    state = till.state
    return {
        "the folder": (lambda: state.chmod(0o500), {73, 74, 77}),
        "the database": (lambda: till.database.chmod(0o400), {73, 74, 77}),
        "the lock": (lambda: (state / "till.lock").chmod(0o400), {73, 77}),
        "nothing at all": (lambda: state.chmod(0), {73, 74, 77}),
        "a file instead": (lambda: (shutil.rmtree(state), state.write_text("")), {73, 77}),
        "a database of others": (lambda: till.database.write_bytes(b"no database" * 1000), {78}),
        "a folder instead": (
            lambda: (till.database.unlink(), till.database.mkdir()), {73, 74}),
    }


@pytest.mark.parametrize("what", [
    "the folder", "the database", "the lock", "nothing at all", "a file instead",
    "a database of others", "a folder instead"])
def test_a_state_folder_that_can_not_be_used_is_named_at_the_start(make_till, what):
    till = make_till()
    till.start()
    assert till.stop() == 0
    spoil, codes = unwritable(till)[what]
    spoil()
    # Root without its powers is held by the modes like anybody.
    powerless = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.getuid() == 0 else []
    till.launch(*powerless)
    code = till.process.wait(20)
    if till.state.is_dir():
        till.state.chmod(0o700)
    said = till.log.read_text().splitlines()[-1]
    assert code in codes, (code, said)
    assert str(till.state) in said, said
