"""What more stored events cost: throughput and latency at 10 k, 100 k, 1 M and 5 M."""

from statistics import median

from lab.disk import sync_rate
from lab.events import Corpus
from lab.sending import send
from lab.stock import Stocks
from lab.table import figures, spread
from lab.throughput import main_corpus
from lab.till import NO_WORKFLOWS, Till

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
# 20 GB are made and copied for a run on them, so there is one run of those.
ONCE_FROM = 5_000_000


def measure(options) -> dict:
    """Every size in turn, round after round."""
    stocks = Stocks()
    corpus = main_corpus(options, options.seconds)
    found: dict[int, list[dict]] = {}
    for number in range(options.rounds):
        for size in SIZES:
            size = size // 10 if options.quick else size
            if not stocks.has_room(size):
                print(f"  {size:,} stored events are left out: the disk has no room for them")
            elif number == 0 or size < ONCE_FROM:
                found.setdefault(size, []).append(run_once(stocks, size, corpus, options))
            if size >= ONCE_FROM:
                stocks.drop(size)
    rows = [["stored", "events/s", "min–max", "p99 ms", "of the first", "fdatasync/s"]]
    first = None
    for size, runs in found.items():
        rate = median(run["per_second"] for run in runs)
        first = first or rate
        rows.append([f"{size:,}", f"{rate:,.0f}", spread(runs, "per_second"),
                     f"{median(run['p99_ms'] for run in runs):.2f}", f"{rate / first:.2f}",
                     spread(runs, "syncs_per_second")])
    print(figures(rows))
    return found


def run_once(stocks: Stocks, size: int, corpus: Corpus, options) -> dict:
    """Full load on a copy of a stock."""
    state = stocks.copy(size)
    corpus.refresh()
    syncs = sync_rate()
    till = Till(state.parent, NO_WORKFLOWS, state=state)
    with till.running():
        answers = send(corpus, till.port, seconds=options.seconds, warmup=options.warmup,
                       connections=options.connections)
        added = till.stored() - size
    return {"per_second": answers["per_second"], "p99_ms": answers["latency_us"]["p99"] / 1000,
            "added": added, "syncs_per_second": syncs, "sender": answers}
