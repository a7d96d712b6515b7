"""Actions that leave the house, against peers that take 0, 50 and 500 ms; 30 s of each at most."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Self

from lab.events import Corpus
from lab.places import BENCH, fresh_folder
from lab.sending import send
from lab.table import figures
from lab.till import SHIPPED_WORKFLOWS, Till

LATENCIES = (0, 50, 500)
CALLS = (200, 2000)
SECONDS = 30


class SlowPeer:
    """peers/slow_peer.py as a process."""

    def __init__(self, protocol: str, latency_ms: int):
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", sys.executable,
             str(BENCH / "peers" / "slow_peer.py"), protocol, "--latency-ms", str(latency_ms)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def report(self) -> dict:
        """Ends it; what it saw."""
        text, _ = self.process.communicate(timeout=10)
        return json.loads(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()


def measure(options) -> dict:
    """PUT, which may use a connection again, POST, which has one of its own, and mails."""
    found = {}
    rows = [["", "peer takes ms", "calls", "seconds", "calls/s", "most at once", "connections"]]
    calls_of = CALLS[:1] if options.quick else CALLS
    for kind in ("PUT", "POST", "mail"):
        for latency in LATENCIES:
            for calls in calls_of:
                run = found[f"{kind} {latency} ms {calls}"] = run_once(kind, latency, calls)
                rows.append([kind, str(latency), f"{run['requests']:,}", f"{run['seconds']:.2f}",
                             f"{run['requests'] / max(run['seconds'], 1e-3):,.0f}",
                             str(run["most_at_once"]), str(run["connections"])])
    print(figures(rows))
    return found


def run_once(kind: str, latency: int, calls: int) -> dict:
    """So many events at once, a call for each; the peer's own count and time."""
    folder = fresh_folder("row")
    corpus = Corpus(f"email-{calls}", calls, email=True)
    with contextlib.ExitStack() as stack:
        peer = stack.enter_context(SlowPeer("smtp" if kind == "mail" else "http", latency))
        till = mailing(folder, peer) if kind == "mail" else calling(folder, peer, kind)
        stack.enter_context(till.running())
        send(corpus, till.port, seconds=30, warmup=0)
        # Slow ones are cut off there: their rate is known by then.
        till.settle(SECONDS)
        return peer.report()


def mailing(folder: Path, peer: SlowPeer) -> Till:
    """A Till whose shipped workflow mails to the peer."""
    return Till(folder, SHIPPED_WORKFLOWS, TILL_MAIL_TRANSPORT="smtp",
                TILL_MAIL_SMTP_HOST="127.0.0.1", TILL_MAIL_SMTP_PORT=str(peer.port),
                TILL_MAIL_SMTP_SECURITY="none")


def calling(folder: Path, peer: SlowPeer, method: str) -> Till:
    """A Till that makes one request to the peer for every event."""
    workflows = folder / "workflows"
    workflows.mkdir()
    text = (BENCH / "workflows" / "call" / "call.yaml").read_text()
    text = text.replace("METHOD", method).replace("PORT", str(peer.port))
    # The first line says what METHOD and PORT were.
    (workflows / "call.yaml").write_text(text.split("\n", 1)[1])
    return Till(folder, workflows, TILL_HTTP_ALLOW_HOSTS=f"127.0.0.1:{peer.port}")
