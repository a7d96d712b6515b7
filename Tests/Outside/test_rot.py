"""Bytes of the database that changed while Till was down."""

import shutil
import sqlite3

import pytest

import effects
from events import event, padded, payment_intent
from extent import choices, extent, figure
from load import request, send_all

FLIPS = extent(12, 500)


@pytest.mark.parametrize("file", ["till.db", "till.db-wal"])
def test_a_flipped_byte_is_refused_or_outlived_and_repeats_no_effect(make_till, file):
    chance = choices()
    till = make_till()
    effects.only(till)
    till.start()
    known = [event("payment_intent.succeeded", padded(payment_intent(), 1200)) for _ in range(300)]
    assert len(send_all(till.port, map(request, known), 8).acknowledged) == len(known)
    till.settle()
    # Killed, it leaves a log; stopped, it has moved everything into the database.
    till.kill() if file.endswith("-wal") else till.stop()
    whole = till.folder / "whole"
    shutil.copytree(till.state, whole, ignore=shutil.ignore_patterns("till.sock"))
    size = (whole / file).stat().st_size
    ends = {"refused at the start": 0, "ended with 74": 0, "went on": 0}
    for _ in range(FLIPS):
        shutil.rmtree(till.state)
        shutil.copytree(whole, till.state)
        place, bit = chance.randrange(size), 1 << chance.randrange(8)
        with (till.state / file).open("r+b") as rotten:
            rotten.seek(place)
            byte = rotten.read(1)[0]
            rotten.seek(place)
            rotten.write(bytes([byte ^ bit]))
        end, acknowledged = live_on(till, known[:40])
        ends[end] += 1
        try:
            link = sqlite3.connect(f"file:{till.database}?mode=ro", uri=True)
            noted = [id for (id,) in link.execute("SELECT event_id FROM effects")]
            stored = {id for (id,) in link.execute("SELECT id FROM webhook_events")}
            link.close()
        except sqlite3.DatabaseError:
            # Nobody can read it: a person has to bring a backup back.
            assert end != "went on", (place, bit)
            continue
        assert acknowledged - stored == set(), (place, bit)
        twice = len(noted) - len(set(noted))
        assert twice == 0 or end != "went on", f"{twice} effects twice, byte {place}, bit {bit}"
    figure(f"{FLIPS} flips in {file}: {ends}")


def live_on(till, known: list[dict]) -> tuple[str, set[str]]:
    """Starts it and sends known and new events; what became of it and what it acknowledged."""
    till.launch()
    try:
        till.wait_ready(30)
    except AssertionError:
        code = till.process.poll()
        assert code in (73, 74, 78), (code, till.log.read_text()[-2000:])
        return "refused at the start", set()
    new = [event("payment_intent.succeeded", payment_intent()) for _ in range(20)]
    journal = send_all(till.port, map(request, known + new), 4)
    assert journal.count(lambda status: status not in (200, 500, 503)) == 0
    code = till.process.poll()
    if code is None:
        try:
            till.settle(10)
        except (AssertionError, sqlite3.DatabaseError):
            pass  # It may be stuck with a step that the damage is in; it must end all the same.
        code = till.process.poll()
    if code is None:
        code = till.stop(20)
    assert code in (0, 74), (code, till.log.read_text()[-2000:])
    return "went on" if code == 0 else "ended with 74", journal.acknowledged
