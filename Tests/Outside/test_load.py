"""Many deliveries at once, and the same ones again."""

import random

import effects
from events import event, padded, payment_intent
from load import request, send_all


def test_ten_thousand_events_three_times_each_have_one_row_and_one_effect(make_till):
    till = make_till()
    effects.only(till)
    till.start()
    events = [
        event("payment_intent.succeeded", padded(payment_intent(), 1200)) for _ in range(10_000)]
    requests = [request(each) for each in events] * 3
    random.Random(7).shuffle(requests)

    journal = send_all(till.port, requests, connections=32)
    till.settle(120)

    assert journal.lost == 0
    assert journal.count(lambda status: status // 100 == 2) == 30_000
    assert till.value("SELECT count(*) FROM webhook_events WHERE status = 'done'") == 10_000
    assert till.row("SELECT count(*), count(DISTINCT event_id) FROM effects") == (10_000, 10_000)
    assert till.value("SELECT count(*) FROM workflow_runs WHERE status = 'succeeded'") == 10_000
    assert till.stop() == 0


def test_sigterm_under_load_ends_well_and_loses_nothing_acknowledged(make_till):
    from load import Stream

    till = make_till()
    effects.only(till)
    acknowledged = set()
    for _ in range(5):
        till.start()
        make = lambda: event("payment_intent.succeeded", payment_intent())  # noqa: E731
        with Stream(till.port, make, connections=16) as stream:
            while len(stream.journal.acknowledged) < 200:
                stream.ended.wait(0.01)
            code = till.stop(seconds=10)
            stream.stop()
        assert code == 0
        assert stream.journal.count(lambda status: status not in (200, 503)) == 0
        acknowledged |= stream.journal.acknowledged

    till.start()
    till.settle(60)
    stored = {id for (id,) in till.rows("SELECT id FROM webhook_events")}
    noted = [id for (id,) in till.rows("SELECT event_id FROM effects")]
    assert acknowledged - stored == set()
    assert len(noted) == len(set(noted)) == len(stored)
