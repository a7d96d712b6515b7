"""From the webhook to the last step settled, at a rate a shop may see and at full load."""

from lab.disk import sync_rate
from lab.events import Corpus
from lab.places import fresh_folder
from lab.sending import send
from lab.table import figures, percentile
from lab.till import SHIPPED_WORKFLOWS, Till

RATE = 200


def measure(options) -> dict:
    """Both loads, in turn."""
    corpus = Corpus("100000", 100_000)
    found: dict[str, list[dict]] = {}
    for _ in range(options.rounds):
        for name, rate in ((f"{RATE}/s", RATE), ("full load", 0)):
            found.setdefault(name, []).append(run_once(corpus, rate, options))
    rows = [["", "events", "received to settled p50 ms", "p99 ms", "max ms", "answer p50 ms",
             "answer p99 ms", "fdatasync/s"]]
    for name, runs in found.items():
        for run in runs:
            rows.append([name, f"{run['events']:,}", f"{run['p50_ms']:.1f}",
                         f"{run['p99_ms']:.1f}", f"{run['max_ms']:.1f}",
                         f"{run['answer_p50_ms']:.2f}", f"{run['answer_p99_ms']:.2f}",
                         f"{run['syncs_per_second']:,.0f}"])
    print(figures(rows))
    return found


def run_once(corpus: Corpus, rate: float, options) -> dict:
    """One load on a fresh database; Till's own times, which are in whole milliseconds."""
    corpus.refresh()
    syncs = sync_rate()
    till = Till(fresh_folder("row"), SHIPPED_WORKFLOWS)
    with till.running():
        answers = send(corpus, till.port, seconds=options.seconds, warmup=0, rate=rate,
                       connections=options.connections)
        if till.settle(180) is None:
            raise SystemExit("there was still work open after 180 s")
        times = till.column(
            "SELECT run.finished_at - event.received_at FROM workflow_runs AS run"
            " JOIN webhook_events AS event ON event.seq = run.event_seq")
    return {"events": len(times), "p50_ms": percentile(times, 0.5),
            "p99_ms": percentile(times, 0.99), "max_ms": max(times),
            "answer_p50_ms": answers["latency_us"]["p50"] / 1000,
            "answer_p99_ms": answers["latency_us"]["p99"] / 1000,
            "syncs_per_second": syncs, "sender": answers}
