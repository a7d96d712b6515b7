"""Chooses what is measured; bench/run starts it."""

import argparse
import importlib
import json
import os
import platform
import shutil
import signal
import sqlite3
import sys
import time
from pathlib import Path

from lab.disk import sync_rate
from lab.places import MEMORY, WORK
from lab.sending import build_sender

# Each is a module of lab with a function `measure`.
MEASUREMENTS = {
    "throughput": "every row side by side: nginx, parts of Till, Till, what else people run",
    "end-to-end": "from the webhook to the last step settled, at 200/s and at full load",
    "backlog": "100,000 and 1,000,000 waiting events: drain, memory, answers meanwhile",
    "reload": "reloads under load: how long they take, what answers feel of them",
    "start": "start-up with nothing, 1,000,000 stored and 100,000 waiting events",
    "curve": "throughput and p99 with 10 k, 100 k, 1 M and 5 M stored events",
    "admin": "queries of a database of 1,000,000 events, what answers feel of them",
    "outward": "HTTP and mail peers that take 0, 50 and 500 ms",
    "memory": "ten minutes of full load: does it grow",
    "profile": "instructions per webhook, which do not wander, against the budget",
}


class Options(argparse.Namespace):
    """What was asked for."""

    def wants(self, name: str) -> bool:
        """Whether a row was chosen."""
        return not self.rows or name in self.rows


def parse() -> Options:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/run", description=(
        "Measures Till beside what else takes webhooks. All load stays on loopback."))
    parser.add_argument("names", nargs="*", default=["throughput"], metavar="MEASUREMENT",
                        help="see --list; throughput if none is named, all for each in turn")
    parser.add_argument("--list", action="store_true", help="names what can be measured")
    parser.add_argument("--rounds", type=int, default=5, help="of every row (5)")
    parser.add_argument("--seconds", type=float, default=6, help="measured in a run (6)")
    parser.add_argument("--warmup", type=float, default=2, help="seconds before that (2)")
    parser.add_argument("--connections", type=int, default=64, help="kept by the sender (64)")
    parser.add_argument("--rows", type=lambda text: text.split(","), help="only those, a,b,c")
    parser.add_argument("--ids", choices=["stripe", "rising", "random"], default="stripe",
                        help="event ids random within a second as Stripe's, rising, or random")
    parser.add_argument("--events", type=int, help="in the corpus (50,000 a second, to 400,000)")
    parser.add_argument("--quick", action="store_true",
                        help="a look in a minute: one short round, a tenth of the stored events")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes all figures there too")
    options = parser.parse_args(namespace=Options())
    if options.quick:
        options.rounds, options.seconds, options.warmup = 1, 2, 1
    return options


def machine() -> dict:
    """What the figures hang on."""
    WORK.mkdir(parents=True, exist_ok=True)
    return {
        "kernel": platform.release(),
        "processors": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "sqlite_of_python": sqlite3.sqlite_version,
        "syncs_per_second": sync_rate(),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def main() -> None:
    """Measures what was named, and leaves nothing running."""
    options = parse()
    if options.list:
        for name, about in MEASUREMENTS.items():
            print(f"{name:12} {about}")
        return
    names = list(MEASUREMENTS) if options.names == ["all"] else options.names
    for name in names:
        if name not in MEASUREMENTS:
            sys.exit(f"there is no measurement {name}; bench/run --list names them")
    # A signal is an end like any other: whatever was started is ended on the way out.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    try:
        measure(names, options)
    finally:
        shutil.rmtree(MEMORY, ignore_errors=True)


def measure(names: list[str], options: Options) -> None:
    """One measurement after the other."""
    build_sender()
    report = {"machine": machine(), "options": {
        name: value for name, value in vars(options).items() if name != "json"}}
    print("{processors} processors, kernel {kernel}, load {load_average:.1f},"
          " {syncs_per_second:,.0f} fdatasync/s".format(**report["machine"]))
    for name in names:
        print(f"\n{name}: {MEASUREMENTS[name]}", flush=True)
        report[name] = importlib.import_module("lab." + name.replace("-", "_")).measure(options)
        # What a failure leaves is kept to be looked at.
        for scratch in ("row", "copy", "walking", "template"):
            shutil.rmtree(WORK / scratch, ignore_errors=True)
        # After each, so that an hour's figures survive what comes after.
        if options.json:
            options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
