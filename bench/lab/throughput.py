"""The table: every system in turn, round after round, so that all meet the same machine."""

import time
from statistics import median

from lab.disk import sync_rate
from lab.events import Corpus
from lab.places import fresh_folder
from lab.processes import Server, busy_seconds, cpu_seconds
from lab.sending import Sending
from lab.systems import System, all_systems
from lab.table import figures, spread, thousands

# Ratios that are wanted, by rows and by the figure that is compared.
RATIOS = [
    ("Till ingest / verify only", "till-ingest", "till-verify"),
    ("Till complete / ingest", "till-complete", "till-ingest"),
    ("Till ingest / FastAPI", "till-ingest", "fastapi"),
    ("Till ingest / dj-stripe", "till-ingest", "djstripe"),
    ("Till ingest / webhook", "till-ingest", "webhook"),
]


def main_corpus(options, seconds: float) -> Corpus:
    """The corpus that all rows share; big enough for 50,000 events a second, up to 1.4 GB."""
    count = options.events or min(400_000, int(50_000 * (seconds + options.warmup)))
    return Corpus(f"{count}-{options.ids}", count, options.ids)


def run_once(system: System, corpus: Corpus, options) -> dict:
    """One run of one row on a fresh folder."""
    corpus.refresh()
    sync = sync_rate()
    with system.start(fresh_folder("row")) as server:
        with Sending(corpus, server.port, seconds=options.seconds, warmup=options.warmup,
                     connections=options.connections, wrap=not system.keeps) as sending:
            sending.wait_for("begin")
            before, begin = work(server, sending), time.monotonic()
            sending.wait_for("end")
            after, span = work(server, sending), time.monotonic() - begin
            answers = sending.result()
        settling = system.settle()
        peak = server.usage().peak_mb
        stored = system.stored()
    # What a system still has to do when the sender ends counts as its time too.
    whole = answers["acked"] / (answers["total_seconds"] + settling)
    return {
        "per_second": min(answers["per_second"], whole) if settling else answers["per_second"],
        "answered_per_second": answers["per_second"],
        "p50_ms": answers["latency_us"]["p50"] / 1000,
        "p99_ms": answers["latency_us"]["p99"] / 1000,
        "cores": (after[0] - before[0]) / span,
        "cores_of_others": max(0.0, after[1] - before[1]) / span,
        "peak_mb": peak,
        "settling_seconds": settling,
        "stored": stored,
        "acked": answers["acked"],
        "lost": None if stored is None else max(0, answers["acked"] - stored),
        "syncs_per_second": sync,
        "sender": answers,
    }


def work(server: Server, sending: Sending) -> tuple[float, float]:
    """The seconds that the server has worked, and those of all but server and sender."""
    own = server.usage().cpu_seconds
    return own, busy_seconds() - own - cpu_seconds(sending.process.pid)


def measure(options) -> dict:
    """All rows, all rounds."""
    systems = [system for system in all_systems() if options.wants(system.name)]
    for system in systems:
        if system.missing():
            print(f"{system.name} is left out: {system.missing()}")
    systems = [system for system in systems if not system.missing()]
    corpus = main_corpus(options, options.seconds)
    runs: dict[str, list[dict]] = {system.name: [] for system in systems}
    for number in range(1, options.rounds + 1):
        for system in systems:
            run = run_once(system, corpus, options)
            runs[system.name].append(run)
            print(f"  round {number} {system.name:14} {run['per_second']:9,.0f}/s"
                  f"  p99 {run['p99_ms']:8.2f} ms  fdatasync {run['syncs_per_second']:7,.0f}/s"
                  f"  others {run['cores_of_others']:.2f} cores", flush=True)
    print()
    print_table(systems, runs)
    return {"rows": runs, "ratios": print_ratios(runs)}


def print_table(systems: list[System], runs: dict[str, list[dict]]) -> None:
    """One line per row: medians over the rounds, least and most."""
    rows = [["", "events/s", "min–max", "p50 ms", "p99 ms", "cores", "others", "MB", "stored/acked",
             "fdatasync/s (min–max)"]]
    for system in systems:
        of_row = runs[system.name]
        syncs = thousands(middle(of_row, "syncs_per_second"))
        rows.append([
            system.name, thousands(middle(of_row, "per_second")),
            spread(of_row, "per_second"), f"{middle(of_row, 'p50_ms'):.2f}",
            f"{middle(of_row, 'p99_ms'):.2f}", f"{middle(of_row, 'cores'):.2f}",
            f"{middle(of_row, 'cores_of_others'):.2f}",
            f"{max(run['peak_mb'] for run in of_row):.0f}", kept(of_row),
            f"{syncs} ({spread(of_row, 'syncs_per_second')})",
        ])
    print(figures(rows))
    for system in systems:
        print(f"{system.name}: {system.about}")
        for remark in remarks(system, runs[system.name]):
            print(f"    {remark}")


def middle(runs: list[dict], name: str) -> float:
    """The median of a figure over the rounds."""
    return median(run[name] for run in runs)


def kept(runs: list[dict]) -> str:
    """Stored rows beside 2xx answers, of all rounds."""
    if runs[0]["stored"] is None:
        return "keeps none"
    stored, acked = (sum(run[name] for run in runs) for name in ("stored", "acked"))
    lost = sum(run["lost"] for run in runs)
    return f"{stored:,}/{acked:,}" + (f" LOST {lost:,}" if lost else "")


def remarks(system: System, runs: list[dict]) -> list[str]:
    """What the figures alone do not tell."""
    found = []
    others = sum(run["sender"]["answered"] - run["acked"] for run in runs)
    if others:
        found.append(f"{others:,} answers were not 2xx")
    broken = sum(run["sender"]["errors"] for run in runs)
    if broken:
        found.append(f"{broken:,} connections broke or were refused")
    if any(run["sender"]["exhausted"] for run in runs):
        found.append("the corpus was used up before the time was; give --events")
    if any(run["settling_seconds"] > 0.5 for run in runs):
        found.append("answered {:,.0f}/s, the rest was walked in {:.1f} s after that".format(
            middle(runs, "answered_per_second"), middle(runs, "settling_seconds")))
    return found


def print_ratios(runs: dict[str, list[dict]]) -> dict[str, float]:
    """How rows compare, each the median of the rounds' ratios."""
    ratios = {}
    for words, above, below in RATIOS:
        if runs.get(above) and runs.get(below):
            pairs = zip(runs[above], runs[below], strict=True)
            ratios[words] = median(
                one["per_second"] / max(other["per_second"], 1e-9) for one, other in pairs)
            print(f"{words}: {ratios[words]:.2f}")
    return ratios
