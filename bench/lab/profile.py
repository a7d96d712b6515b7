"""Instructions per webhook and per run, which hang on neither disk nor neighbours.

Valgrind counts those of a whole daemon that takes few events, and of one that takes more; the
difference is what the additional events cost. budget.json says how many there may be.
"""

import json
import re
import shutil
import subprocess
import sys

from lab.events import Corpus
from lab.places import BENCH, TILL, WORK, fresh_folder
from lab.sending import Sending, send
from lab.table import figures
from lab.till import NO_WORKFLOWS, SHIPPED_WORKFLOWS, Till

FEW, MANY = 200, 1000
# As many as make batches, and few enough for a daemon that is fifty times slower.
CONNECTIONS = 16
HOT_FUNCTIONS = 15


def measure(options) -> dict:
    """Both counts against the budget, then where the time goes at full load."""
    stripped = WORK / "till-without-debug-information"
    # Valgrind cannot read Swift's debug information, and needs only the symbols.
    subprocess.run(["strip", "-g", "-o", stripped, TILL], check=True)
    webhook = cost(stripped, NO_WORKFLOWS, "webhook")
    counts = {"webhook": webhook, "run": cost(stripped, SHIPPED_WORKFLOWS, "run") - webhook}
    budget = json.loads((BENCH / "budget.json").read_text())
    rows = [["instructions per", "counted", "budget", ""]]
    for name, count in counts.items():
        verdict = "ok" if count <= budget[name] else "TOO MANY"
        rows.append([name, f"{count:,.0f}", f"{budget[name]:,}", verdict])
    print(figures(rows))
    print(f"callgrind_annotate {WORK}/callgrind.run | swift demangle --compact   shows them by"
          " function")
    hot = {} if options.quick else {"webhook": hottest(NO_WORKFLOWS, options),
                                    "run": hottest(SHIPPED_WORKFLOWS, options)}
    if any(count > budget[name] for name, count in counts.items()):
        sys.exit("more instructions than the budget allows")
    return {"instructions": counts, "budget": budget, "hot": hot}


def cost(binary, workflows, name: str) -> float:
    """What one more event costs."""
    few, many = (instructions(binary, workflows, events, name) for events in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def instructions(binary, workflows, events: int, name: str) -> int:
    """Those of a daemon from its start to its end, with that many events in between."""
    till = Till(fresh_folder("row"), workflows)
    corpus = Corpus(f"{events}", events)
    output = WORK / f"callgrind.{name}"
    wrapper = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={output}")
    with till.serve(*wrapper, binary=binary) as server:
        till.wait_ready(server, 120)
        answers = send(corpus, till.port, seconds=300, warmup=0, connections=CONNECTIONS)
        if answers["acked"] != events or till.settle(300) is None:
            raise SystemExit(f"not all of {events} events came through: {answers}")
        server.stop(120)
        found = re.search(r"Collected : (\d+)", server.log.read_text())
    if not found:
        raise SystemExit(f"valgrind said no count:\n{server.log_end()}")
    return int(found[1])


def hottest(workflows, options) -> list[str]:
    """The functions that take most of the time at full load, where perf can tell."""
    if not shutil.which("perf"):
        return []
    till = Till(fresh_folder("row"), workflows)
    corpus = Corpus("400000-stripe", 400_000)
    record = WORK / "perf.data"
    with till.running() as server, Sending(
            corpus, till.port, seconds=5, warmup=1) as sending:
        sending.wait_for("begin")
        subprocess.run(["perf", "record", "-q", "-F", "499", "-o", record, "-p",
                        str(server.process.pid), "--", "sleep", "4"], check=False,
                       capture_output=True)
        sending.wait_for("end")
        rate = sending.result()["per_second"]
    text = subprocess.run(
        ["perf", "report", "-i", record, "--stdio", "--no-children", "--sort", "dso,symbol",
         "--percent-limit", "0.8"], check=False, capture_output=True, text=True).stdout
    lines = [line.rstrip() for line in text.splitlines() if re.match(r" +\d", line)]
    if shutil.which("swift"):
        lines = subprocess.run(
            ["swift", "demangle", "--compact"], input="\n".join(lines), text=True, check=False,
            capture_output=True).stdout.splitlines()
    print(f"\nat {rate:,.0f} answers/s, {workflows.name} workflows:")
    print("\n".join(line[:150] for line in lines[:HOT_FUNCTIONS]))
    return lines[:HOT_FUNCTIONS]
