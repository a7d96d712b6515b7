"""Reloads under load, and plugins that come while Till runs."""

import json
import time

import effects
from events import event, payment_intent
from extent import extent, figure, percentile
from load import Stream

BROKEN = [
    "name: noting\non: payment_intent.succeeded\nsteps:\n  - uses: no-such-plugin\n",
    "name: noting\non: payment_intent.succeeded\nsteps: [\n",
    "name: noting\non: payment_intent.succeeded\nwhen: no_such_column = 1\nsteps:\n"
    "  - uses: note-effect\n",
    "name: noting\non: payment_intent.succeeded\nsteps:\n  - uses: note-effect\n    wiht: {}\n",
    "",
]


def reloads(till) -> tuple[int, int]:
    """How many reloads have been applied and refused so far."""
    def count(action):
        return till.value("SELECT count(*) FROM audit_log WHERE action = ?", action)
    return count("reload.applied"), count("reload.refused")


def wait_reload(till, before: tuple[int, int], seconds: float = 15) -> tuple[int, int]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        now = reloads(till)
        if now != before:
            return now
        time.sleep(0.01)
    raise AssertionError(f"no reload was reported within {seconds} s")


RELOADS = extent(50, 1000)
# The short form runs on machines that are busy with other things.
RELOADED = extent(2, 0.1)


def test_good_and_bad_reloads_under_load(make_till):
    till = make_till()
    effects.only(till, marker="0")
    till.start()
    make = lambda: event("payment_intent.succeeded", payment_intent())  # noqa: E731
    took = []
    with Stream(till.port, make, connections=4, rate=100) as stream:
        for number in range(RELOADS):
            before = reloads(till)
            good = number % 2 == 0
            till.write(
                "workflows/noting.yaml",
                effects.workflow(str(number)) if good else BROKEN[number // 2 % len(BROKEN)])
            begin = time.time()
            till.hang_up()
            applied, refused = wait_reload(till, before)
            took.append(till.value(
                "SELECT max(at) FROM audit_log WHERE action LIKE 'reload.%'") / 1000 - begin)
            assert (applied - before[0], refused - before[1]) == ((1, 0) if good else (0, 1))
            noted = till.value("SELECT count(*) FROM effects")
            till.wait_for("SELECT count(*) > ? FROM effects", noted + 5)
        journal = stream.stop()
    till.settle()

    figure(f"{RELOADS} reloads, {len(journal.acknowledged)} events; from signal to record p50 "
           f"{percentile(took, 0.5) * 1000:.0f} ms, p99 {percentile(took, 0.99) * 1000:.0f} ms")
    assert journal.lost == 0
    assert journal.count(lambda status: status // 100 != 2) == 0
    assert percentile(took, 0.99) < RELOADED
    runs = till.rows(
        "SELECT e.marker, v.source FROM effects e JOIN workflow_runs r ON r.id = e.run_id"
        " JOIN workflow_versions v ON v.id = r.version_id")
    assert len(runs) == len(journal.acknowledged)
    for marker, source in runs:
        assert f'marker: "{marker}"' in source, "a run did not run the version it names"
    # Bad ones change nothing: between two good ones the older stays in force, none is passed over.
    assert {int(marker) for marker, _ in runs} == set(range(0, RELOADS, 2))
    assert set(till.rows("SELECT DISTINCT status FROM workflow_runs")) == {("succeeded",)}


def test_a_new_sql_plugin_works_after_sighup_without_a_restart(till):
    pid = till.process.pid
    before = reloads(till)
    till.write("plugins/count-visits/plugin.yaml", """\
name: count-visits
kind: sql
summary: Counts how often a customer was seen.
inputs:
  customer:
    type: text
    required: true
    description: Who.
outputs:
  visits: How often so far.
""")
    till.write("plugins/count-visits/schema/v001_visits.sql", """\
CREATE TABLE visits (
  customer TEXT PRIMARY KEY,
  count INTEGER NOT NULL CHECK (count > 0)
) STRICT;
""")
    till.write("plugins/count-visits/effect.sql", """\
INSERT INTO visits (customer, count) VALUES (:customer, 1)
ON CONFLICT (customer) DO UPDATE SET count = count + 1;
SELECT count AS visits FROM visits WHERE customer = :customer;
""")
    till.write("plugins/count-visits/README.md", "# count-visits\n")
    till.write("workflows/customer-updated.yaml", """\
name: customer-updated
on: customer.updated
steps:
  - id: count
    uses: count-visits
    with:
      customer: ${{ object ->> 'id' }}
""")
    till.hang_up()
    assert wait_reload(till, before) == (before[0] + 1, before[1])

    visit = event("customer.updated", {"id": "cus_1", "object": "customer", "metadata": {}})
    till.deliver(visit)
    till.deliver(visit)
    till.deliver(event("customer.updated", {"id": "cus_1", "object": "customer", "metadata": {}}))

    assert till.rows("SELECT customer, count FROM visits") == [("cus_1", 2)]
    assert till.process.pid == pid and till.process.poll() is None


def test_reload_waits_and_prints_what_is_wrong(till):
    good = till.run("reload", "--state", str(till.state))
    till.write("workflows/noting.yaml", BROKEN[0])
    bad = till.run("reload", "--state", str(till.state))

    assert good.returncode == 0, good.stderr
    assert bad.returncode == 78, bad.stderr
    assert "noting.yaml:4:11: error" in bad.stdout + bad.stderr
    assert "no-such-plugin" in bad.stdout + bad.stderr
    till.deliver(event("payment_intent.succeeded", payment_intent(metadata={"order_id": "1"})))
    assert till.value("SELECT status FROM orders WHERE id = '1'") == "paid"


def test_status_names_the_generation(till):
    def generation():
        shown = till.run("status", "--state", str(till.state), "-o", "json")
        assert shown.returncode == 0, shown.stderr
        return json.loads(shown.stdout)["last_reload"]["generation"]

    first = generation()
    assert till.run("reload", "--state", str(till.state)).returncode == 0
    assert generation() > first
