"""Death at every named point of the walk, with every kind of action."""

import itertools
import os
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import ROOT
from crash_points import GOOD, OUTWARD, VARIABLE, Chain, World, debug_binary
from daemon import SETTLED, Till
from events import event, payment_intent
from extent import figure
from peers import MailServer, WebServer

ARRIVAL = ("before-record", "after-record", "before-answer", "while-choosing", "before-choice", "after-choice")
SETTLE = ("before-settle", "after-settle")
WALK = ("before-begin", "after-begin", "before-act", "after-act", *SETTLE)
# Where the action has happened and that is on no record: the action must be seen to be repeated.
REPEATING = ("after-act", "before-settle")
MATRIX = [
    *((point, "") for point in ARRIVAL),
    *((point, f"note{late}") for late in ("", "-late") for point in SETTLE),
    *((point, kind + late) for late in ("", "-late") for kind in OUTWARD for point in WALK),
]
AT_ONCE = 6


@pytest.fixture(scope="module")
def crashing():
    binary = debug_binary(ROOT)
    if not binary.exists():
        pytest.fail(f"{binary} is missing: run swift build, or set TILL_CRASH_BIN")
    return binary


@pytest.fixture
def make_crashing(crashing, tmp_path):
    """Makes Tills that have crash points; all are ended after the test."""
    made = []

    def make(**environment) -> Till:
        till = Till(crashing, ROOT, tmp_path / f"till{len(made)}", environment)
        made.append(till)
        return till

    yield make
    for till in made:
        till.end()


def test_at_every_point_nothing_is_lost_and_repeats_bear_one_key(make_crashing, tmp_path):
    began = time.monotonic()
    lock = threading.Lock()
    with MailServer(tmp_path / "post") as post, WebServer(tmp_path / "web") as web:
        world = World(post, web)

        def run(place: tuple[str, str]) -> Chain:
            with lock:
                till = make_crashing(
                    TILL_SENTRY_DSN=f"http://key@127.0.0.1:{web.port}/7", **post.settings())
            chain = Chain(till, *place)
            chain.furnish(world)
            return chain.run()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            chains = list(pool.map(run, MATRIX))
        taken = world.taken()
    repeats = {chain.name: chain.judge(taken) for chain in chains}
    for chain in chains:
        if chain.point in REPEATING and not chain.step.startswith("note"):
            assert repeats[chain.name] > 0, f"{chain.name}: the action was not repeated, the test is blind"
    figure(f"{len(chains)} points and kinds, {sum(len(c.made) for c in chains)} events, "
           f"{sum(repeats.values())} repeated actions, {time.monotonic() - began:.0f} s")


def one_chain(make_crashing, post, web) -> Chain:
    """A furnished Till that dies where the test says."""
    chain = Chain(make_crashing(
        TILL_SENTRY_DSN=f"http://key@127.0.0.1:{web.port}/7", **post.settings()), "")
    chain.furnish(World(post, web))
    return chain


def died(till: Till, seconds: float = 30) -> None:
    assert till.process.wait(seconds) == -9


@pytest.fixture
def peers(tmp_path):
    with MailServer(tmp_path / "post") as post, WebServer(tmp_path / "web") as web:
        yield post, web


def test_death_while_a_start_migrates_and_stores_rules_is_made_good_by_the_next(make_crashing, peers):
    chain = one_chain(make_crashing, *peers)
    till = chain.till
    for errand, side in itertools.product(("migrate", "remember"), ("before", "after")):
        till.write("plugins/note-effect/schema/v002_more.sql", "CREATE TABLE more (id TEXT) STRICT;\n")
        till.launch(**{VARIABLE: f"{side}-errand 1 {errand}"})
        died(till)
    till.start()
    chain.made = {new["id"]: new for new in (event(GOOD, payment_intent()) for _ in range(3))}
    chain.send_again()
    till.settle()
    chain.judge(World(*peers).taken())
    assert till.value("SELECT count(*) FROM plugin_migrations WHERE plugin = 'note-effect'") == 2


def test_death_at_a_reload_leaves_the_old_rules_or_the_new_ones(make_crashing, peers):
    chain = one_chain(make_crashing, *peers)
    till = chain.till
    points = ("before-errand 2 migrate", "after-errand 2 migrate", "before-errand 2 remember",
              "after-errand 2 remember", "before-swap 1", "after-swap 1")
    for number, point in enumerate(points, 2):
        till.start(**{VARIABLE: point})
        new = event(GOOD, payment_intent())
        chain.made[new["id"]] = new
        chain.send_again()
        till.write(f"plugins/note-effect/schema/v{number:03}_more.sql",
                   f"CREATE TABLE more_{number} (id TEXT) STRICT;\n")
        till.write("workflows/good.yaml", (till.site / "workflows/good.yaml").read_text() + "# more\n")
        till.hang_up()
        died(till)
    till.start()
    till.settle()
    chain.judge(World(*peers).taken())
    assert till.value("SELECT count(*) FROM plugin_migrations WHERE plugin = 'note-effect'") == 7


def test_death_beside_a_checkpoint_loses_nothing(make_crashing, peers):
    chain = one_chain(make_crashing, *peers)
    till = chain.till
    for passing, side in itertools.product(range(1, 4), ("before", "after")):
        till.start(**{VARIABLE: f"{side}-checkpoint {passing}"})
        while till.process.poll() is None:
            new = [event(GOOD, payment_intent(email="x" * 20_000)) for _ in range(40)]
            chain.made |= {each["id"]: each for each in new}
            chain.send([each["id"] for each in new])
        died(till)
        till.start()
        chain.send_again()
        till.settle(120)
        # Leaves a short log, so that the next start is not over before it has begun.
        assert till.stop() == 0
    chain.judge(World(*peers).taken())


def test_a_run_that_takes_the_process_down_each_time_is_set_aside_after_three_crashes(
        make_crashing, peers):
    chain = one_chain(make_crashing, *peers)
    deaths = poison(chain, "before-act 1 /good/mail evt_poison")
    till = chain.till
    assert deaths == 3
    assert till.rows("SELECT DISTINCT e.status, r.status FROM webhook_events e JOIN workflow_runs r"
                     " ON r.event_seq = e.seq WHERE e.id <> 'evt_poison'") == [("done", "succeeded")]
    status, reason = till.row("SELECT r.status, r.reason FROM workflow_runs r JOIN webhook_events e"
                              " ON r.event_seq = e.seq WHERE e.id = 'evt_poison'")
    assert status == "dead" and "crashed 3 times" in reason
    shown = till.run("dead", "ls", "--state", str(till.state))
    assert "evt_poison" in shown.stdout
    assert 'run given up event_id=evt_poison' in till.log.read_text()


@pytest.mark.parametrize("point, end", [
    ("while-choosing 1 evt_poison", "held"),
    # The effect rides in the transaction that makes the run.
    ("before-settle 1 evt_poison/good/note", "failed"),
])
def test_an_event_that_takes_the_process_down_before_it_has_runs_is_set_aside(
        make_crashing, peers, point, end):
    chain = one_chain(make_crashing, *peers)
    till = chain.till
    deaths = poison(chain, point)
    # More in a minute and the service manager would give up.
    assert deaths <= 4
    assert till.rows("SELECT DISTINCT status FROM webhook_events WHERE id <> 'evt_poison'") == [("done",)]
    assert till.value("SELECT status FROM webhook_events WHERE id = 'evt_poison'") == end
    found = till.run("events", "ls", "--status", end, "--state", str(till.state))
    assert "evt_poison" in found.stdout
    log = till.log.read_text()
    assert "ERROR" in log and "crashed 3 times" in log
    verified = till.run("audit", "verify", "--state", str(till.state))
    assert verified.returncode == 0, verified.stdout


def test_an_event_held_after_crashes_is_released_and_walked_like_the_others(make_crashing, peers):
    chain = one_chain(make_crashing, *peers)
    till = chain.till
    poison(chain, "while-choosing 1 evt_poison")
    command = ("events", "release", "evt_poison", "--reason", "mended", "--state", str(till.state))
    reason = till.value("SELECT hold_reason FROM webhook_events WHERE id = 'evt_poison'")
    assert "crashed 3 times" in reason and "till events release evt_poison" in reason
    # The cause is still there: the event begins without marks, and is held again after as many.
    till.run(*command)
    died(till)
    assert survive(till, "while-choosing 1 evt_poison") == 4
    assert till.value("SELECT status FROM webhook_events WHERE id = 'evt_poison'") == "held"
    # The cause is gone.
    till.kill()
    till.start()
    assert till.run(*command).returncode == 0
    till.settle(60)

    chain.judge(World(*peers).taken())
    assert till.rows("SELECT DISTINCT status FROM webhook_events") == [("done",)]
    assert till.run(*command).returncode == 65
    verified = till.run("audit", "verify", "--state", str(till.state))
    assert verified.returncode == 0, verified.stdout


def poison(chain: Chain, point: str) -> int:
    """Starts again and again, as a service manager does, until the process lives; how often it died."""
    till = chain.till
    ids = ["evt_first", "evt_poison", "evt_last", "evt_later"]
    chain.made = {id: event(GOOD, payment_intent(), id=id) for id in ids}
    till.start(**{VARIABLE: point})
    chain.send(ids)
    died(till)
    deaths = survive(till, point)
    chain.send_again()
    till.settle(60)
    return deaths


def survive(till: Till, point: str) -> int:
    """Starts until the process lives; how often it was started."""
    for starts in range(1, 9):
        till.launch(**{VARIABLE: point})
        while till.process.poll() is None and not is_at_rest(till):
            time.sleep(0.02)
        if till.process.poll() is None:
            break
        assert till.process.returncode == -9
    return starts


def is_at_rest(till: Till) -> bool:
    try:
        return till.admin("/-/ready").status == 200 and till.value(SETTLED) == 1
    except OSError:
        return False


def test_a_release_binary_has_no_crash_points(crashing):
    release = Path(os.environ.get("TILL_BIN") or ROOT / ".build" / "release" / "till").resolve()
    if release == crashing:
        pytest.skip("TILL_BIN names the debug binary")
    # It may be started by a script.
    text = crashing.read_bytes()[:4096]
    if text.startswith(b"#!"):
        crashing = Path(re.search(rb" exec (\S+) ", text)[1].decode())
    # The type as the compiler spells it: names of source files stand in every binary.
    words = [b"TILL_CRASH_AT", b"10CrashPointO", *(point.encode() for point, _ in MATRIX)]
    text = crashing.read_bytes()
    assert [word for word in words if word not in text] == [], "the search is blind"
    text = release.read_bytes()
    assert [word for word in words if word in text] == []
