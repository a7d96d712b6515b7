"""Many deliveries at once, and the same ones again."""

import time

import effects
from events import event, padded, payment_intent
from extent import choices, extent, figure
from load import request, send_all


EVENTS, TIMES = extent((10_000, 3), (40_000, 5))


def test_many_events_several_times_each_have_one_row_and_one_effect(make_till):
    till = make_till()
    effects.only(till)
    till.start()
    events = [
        event("payment_intent.succeeded", padded(payment_intent(), 1200)) for _ in range(EVENTS)]
    turns = events * TIMES
    choices().shuffle(turns)
    begin = time.monotonic()

    # Signed when their turn comes, so that no signature grows old.
    journal = send_all(till.port, map(request, turns), connections=32)
    seconds = time.monotonic() - begin
    till.settle(300)
    figure(f"{len(turns)} deliveries of {EVENTS} events in {seconds:.0f} s, "
           f"{len(turns) / seconds:.0f} a second; all walked after "
           f"{time.monotonic() - begin:.0f} s")

    assert journal.lost == 0
    assert journal.count(lambda status: status // 100 == 2) == EVENTS * TIMES
    assert till.value("SELECT count(*) FROM webhook_events WHERE status = 'done'") == EVENTS
    assert till.row("SELECT count(*), count(DISTINCT event_id) FROM effects") == (EVENTS, EVENTS)
    assert till.value("SELECT count(*) FROM workflow_runs WHERE status = 'succeeded'") == EVENTS
    assert till.stop() == 0
