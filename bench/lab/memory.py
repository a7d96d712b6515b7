"""Memory at full load, for ten minutes."""

import time

from lab.disk import sync_rate
from lab.events import Corpus
from lab.places import fresh_folder
from lab.processes import Server
from lab.sending import Sending
from lab.table import figures
from lab.till import SHIPPED_WORKFLOWS, Till

EVENTS = 200_000
# New events up to here, about 30 GB with their records; later ones are sent again.
MOST_EVENTS = 5_000_000
SAMPLE_SECONDS = 2


def measure(options) -> dict:
    """The resident set over time; growth is told from the last four fifths of it."""
    seconds = 20 if options.quick else 600
    syncs = sync_rate()
    till = Till(fresh_folder("row"), SHIPPED_WORKFLOWS)
    samples: list[tuple[float, float]] = []
    acked = 0
    begin = time.monotonic()
    with till.running() as server:
        while time.monotonic() < begin + seconds:
            number = acked // EVENTS % (MOST_EVENTS // EVENTS)
            corpus = Corpus("memory", EVENTS, start=number * EVENTS)
            left = max(1.0, begin + seconds - time.monotonic())
            acked += load(corpus, till, server, min(60.0, left), samples, begin)
        till.settle(300)
        peak = server.usage().peak_mb
    rows = [["after s", "MB"]]
    step = max(1, len(samples) // 12)
    rows += [[f"{at:.0f}", f"{mb:.1f}"] for at, mb in samples[::step]]
    print(figures(rows))
    growth = slope([sample for sample in samples if sample[0] > seconds / 5]) * 60
    print(f"{acked:,} events, peak {peak:.0f} MB, after the first fifth {growth:+.2f} MB a minute,"
          f" {syncs:,.0f} fdatasync/s")
    return {"samples": samples, "acked": acked, "peak_mb": peak, "mb_per_minute": growth,
            "syncs_per_second": syncs}


def load(corpus: Corpus, till: Till, server: Server, seconds: float,
         samples: list[tuple[float, float]], begin: float) -> int:
    """Full load until the corpus is used up or the time is over; how many were taken."""
    with Sending(corpus, till.port, seconds=seconds, warmup=0) as sending:
        while sending.process.poll() is None:
            time.sleep(SAMPLE_SECONDS)
            samples.append((time.monotonic() - begin, server.usage().mb))
        return sending.result()["acked"]


def slope(samples: list[tuple[float, float]]) -> float:
    """The straight line through the samples: MB a second."""
    if len(samples) < 2:
        return 0.0
    mean_at, mean_mb = (sum(values) / len(samples) for values in zip(*samples, strict=True))
    spread = sum((at - mean_at) ** 2 for at, _ in samples)
    return sum((at - mean_at) * (mb - mean_mb) for at, mb in samples) / spread

