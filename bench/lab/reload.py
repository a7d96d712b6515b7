"""Reloads of changed workflows while webhooks come in."""

import shutil
import time

from lab.disk import sync_rate
from lab.events import Corpus
from lab.places import fresh_folder
from lab.sending import Sending, send
from lab.table import figures, percentile
from lab.till import SHIPPED_WORKFLOWS, Till

RATE = 200


def measure(options) -> dict:
    """At a shop's rate and at full load, each without and with reloads."""
    corpus = Corpus("400000-stripe", 400_000)
    found = {}
    rows = [["load", "reloads", "reload p50 ms", "p99 ms", "answer p99 ms", "... undisturbed",
             "answers/s", "... undisturbed", "fdatasync/s"]]
    for name, rate in ((f"{RATE}/s", RATE), ("full", 0)):
        run = found[name] = run_once(corpus, rate, options)
        rows.append([
            name, str(len(run["reload_ms"])), f"{percentile(run['reload_ms'], 0.5):.0f}",
            f"{percentile(run['reload_ms'], 0.99):.0f}",
            f"{run['disturbed']['latency_us']['p99'] / 1000:.2f}",
            f"{run['undisturbed']['latency_us']['p99'] / 1000:.2f}",
            f"{run['disturbed']['per_second']:,.0f}", f"{run['undisturbed']['per_second']:,.0f}",
            f"{run['syncs_per_second']:,.0f}"])
    print(figures(rows))
    return found


def run_once(corpus: Corpus, rate: float, options) -> dict:
    """One load, first alone, then with a reload after the other."""
    folder = fresh_folder("row")
    workflows = folder / "workflows"
    shutil.copytree(SHIPPED_WORKFLOWS, workflows)
    seconds = max(3, options.seconds)
    corpus.refresh()
    syncs = sync_rate()
    till = Till(folder, workflows)
    with till.running():
        undisturbed = send(corpus, till.port, seconds=seconds, warmup=1, rate=rate)
        till.settle(180)
        with Sending(corpus, till.port, seconds=seconds, warmup=1, rate=rate,
                     first=undisturbed["next"]) as sending:
            sending.wait_for("begin")
            reloads = reload_for(till, workflows / "payment-intent-succeeded.yaml", seconds - 0.5)
            sending.wait_for("end")
            disturbed = sending.result()
    return {"reload_ms": reloads, "undisturbed": undisturbed, "disturbed": disturbed,
            "syncs_per_second": syncs}


def reload_for(till: Till, workflow, seconds: float) -> list[float]:
    """Changes a workflow and reloads, again and again; the times as the command takes them."""
    times = []
    source = workflow.read_text()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        workflow.write_text(f"{source}# change {len(times)}\n")
        begin = time.monotonic()
        done = till.run("reload")
        if done.returncode != 0:
            raise SystemExit(f"a reload failed: {done.stderr}")
        times.append((time.monotonic() - begin) * 1000)
    return times
