"""Looking at a big database while webhooks come in."""

import time

from lab.disk import sync_rate
from lab.events import Corpus
from lab.sending import Sending, send
from lab.stock import Stocks
from lab.table import figures, percentile
from lab.till import SHIPPED_WORKFLOWS, Till

RATE = 200
COMMANDS = (("events", "ls"), ("runs", "ls"), ("status",),
            ("events", "ls", "--status", "done", "--limit", "200"), ("audit", "ls"))


def measure(options) -> dict:
    """200 webhooks a second, alone and with one command after the other."""
    size = 10_000 if options.quick else 1_000_000
    state = Stocks().copy(size, "walked")
    corpus = Corpus("100000", 100_000)
    seconds = max(5, options.seconds)
    corpus.refresh()
    syncs = sync_rate()
    till = Till(state.parent, SHIPPED_WORKFLOWS, state=state)
    with till.running():
        before = send(corpus, till.port, seconds=seconds, warmup=1, rate=RATE)
        with Sending(corpus, till.port, seconds=seconds, warmup=1, rate=RATE,
                     first=before["next"]) as sending:
            sending.wait_for("begin")
            times = look_for(till, seconds - 0.5)
            sending.wait_for("end")
            during = sending.result()
        after = send(corpus, till.port, seconds=seconds, warmup=1, rate=RATE,
                     first=during["next"])
    print(f"{size:,} walked events, {RATE} new ones a second, {syncs:,.0f} fdatasync/s")
    rows = [["", "answer p50 ms", "p99 ms", "max ms"]]
    for name, answers in (("before", before), ("during", during), ("after", after)):
        latency = answers["latency_us"]
        rows.append([name, *(f"{latency[key] / 1000:.2f}" for key in ("p50", "p99", "max"))])
    print(figures(rows), end="\n\n")
    rows = [["", "times", "p50 ms", "max ms"]]
    for name, spans in times.items():
        rows.append([f"till {name}", str(len(spans)), f"{percentile(spans, 0.5):.0f}",
                     f"{max(spans):.0f}"])
    print(figures(rows))
    return {"before": before, "during": during, "after": after, "command_ms": times,
            "syncs_per_second": syncs}


def look_for(till: Till, seconds: float) -> dict[str, list[float]]:
    """Runs the commands in turn; how long each took."""
    times: dict[str, list[float]] = {" ".join(words): [] for words in COMMANDS}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for words in COMMANDS:
            begin = time.monotonic()
            done = till.run(*words)
            if done.returncode != 0:
                raise SystemExit(f"till {' '.join(words)} failed: {done.stderr}")
            times[" ".join(words)].append((time.monotonic() - begin) * 1000)
    return times
