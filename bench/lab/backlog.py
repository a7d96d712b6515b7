"""A backlog that is walked down: how fast, in how much memory, and what new webhooks feel of it."""

import time

from lab.disk import sync_rate
from lab.events import Corpus
from lab.sending import Sending, send
from lab.stock import Stocks
from lab.table import figures
from lab.till import OPEN_WORK, SHIPPED_WORKFLOWS, Till

RATE = 200


def measure(options) -> dict:
    """100,000 and 1,000,000 waiting events."""
    stocks = Stocks()
    corpus = Corpus("100000", 100_000)
    sizes = (1000, 10_000) if options.quick else (100_000, 1_000_000)
    found = {}
    rows = [["waiting", "ready s", "walked/s", "MB when ready", "peak MB", "answer p99 ms",
             "... undisturbed", "fdatasync/s"]]
    for size in sizes:
        run = found[size] = drain(stocks, size, corpus, options)
        rows.append([f"{size:,}", f"{run['ready_seconds']:.2f}", f"{run['per_second']:,.0f}",
                     f"{run['ready_mb']:.0f}", f"{run['peak_mb']:.0f}",
                     f"{run['disturbed']['latency_us']['p99'] / 1000:.2f}",
                     f"{run['undisturbed']['latency_us']['p99'] / 1000:.2f}",
                     f"{run['syncs_per_second']:,.0f}"])
    print(figures(rows))
    return found


def drain(stocks: Stocks, size: int, corpus: Corpus, options) -> dict:
    """Starts Till on that many waiting events and sends 200 new ones a second meanwhile."""
    state = stocks.copy(size, "waiting")
    corpus.refresh()
    syncs = sync_rate()
    till = Till(state.parent, SHIPPED_WORKFLOWS, state=state)
    with till.serve() as server:
        begin = time.monotonic()
        ready = till.wait_ready(server)
        ready_mb = server.usage().mb
        with Sending(corpus, till.port, seconds=size / 500 + 60, warmup=0.2, rate=RATE,
                     wrap=True) as sending:
            # Looked at seldom: it reads beside the daemon that is measured.
            while till.value(OPEN_WORK) > RATE and time.monotonic() < begin + size / 500 + 60:
                time.sleep(0.1 if size <= 100_000 else 0.5)
            span = time.monotonic() - begin
            sending.stop()
            disturbed = sending.result()
        if till.settle(60) is None:
            raise SystemExit(f"{size:,} waiting events were not walked in time")
        peak = server.usage().peak_mb
        undisturbed = send(corpus, till.port, seconds=max(options.seconds, 5), warmup=1, rate=RATE,
                           first=disturbed["next"])
    return {"ready_seconds": ready, "seconds": span,
            "per_second": (size + disturbed["acked"]) / span, "ready_mb": ready_mb,
            "peak_mb": peak, "disturbed": disturbed, "undisturbed": undisturbed,
            "syncs_per_second": syncs}
