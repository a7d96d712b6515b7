"""Till as a measured server."""

import contextlib
import sqlite3
import subprocess
import time
from pathlib import Path

from lab.places import BENCH, ROOT, SECRET, TILL, free_port
from lab.processes import Server

SETTINGS = ROOT / "etc" / "till.yaml"
SHIPPED_WORKFLOWS = ROOT / "workflows"
# They fit no event of the bench: all is stored, nothing is walked.
NO_WORKFLOWS = BENCH / "workflows" / "nothing"
# What waits: events whose workflows are not chosen, and runs that have not ended. One index each.
OPEN_WORK = (
    "SELECT (SELECT count(*) FROM event_queue)"
    " + (SELECT count(*) FROM workflow_runs WHERE status IN ('pending', 'failed'))"
    " + (SELECT count(*) FROM workflow_runs WHERE status = 'waiting')"
    " + (SELECT count(*) FROM workflow_runs WHERE status = 'running')")
ANY_OPEN_WORK = (
    "SELECT EXISTS (SELECT 1 FROM event_queue)"
    " OR EXISTS (SELECT 1 FROM workflow_runs WHERE status IN ('pending', 'failed'))"
    " OR EXISTS (SELECT 1 FROM workflow_runs WHERE status = 'waiting')"
    " OR EXISTS (SELECT 1 FROM workflow_runs WHERE status = 'running')")


class Till:
    """A daemon on the shipped settings, with a state folder and workflows of its own."""

    def __init__(self, folder: Path, workflows: Path, *, state: Path | None = None,
                 **environment: str):
        """`environment` holds further settings."""
        self.folder = folder
        self.state = state or folder / "state"
        self.port = free_port()
        self.admin_port = free_port()
        self.environment = {
            "STRIPE_WEBHOOK_SECRET": SECRET, "TILL_WORKFLOWS": str(workflows), **environment}

    def serve(self, *wrapper, binary: Path = TILL) -> Server:
        """Starts it, under another program if one is given, and does not wait until it is ready."""
        return Server(
            [*wrapper, binary, "serve", "--config", SETTINGS, "--state", self.state, "--listen",
             f"127.0.0.1:{self.port}", "--admin-listen", f"127.0.0.1:{self.admin_port}"],
            self.port, self.folder, self.environment)

    def wait_ready(self, server: Server, seconds: float = 60) -> float:
        """Waits until it takes deliveries; how long that took."""
        return server.wait_ready(self.admin_port, "/-/ready", 200, seconds)

    @contextlib.contextmanager
    def running(self):
        """The server, ready; stopped afterwards."""
        with self.serve() as server:
            self.wait_ready(server)
            yield server

    def run(self, *words: str, seconds: float = 120) -> subprocess.CompletedProcess:
        """A command of the binary on this state."""
        return subprocess.run(
            [TILL, *words, "--config", SETTINGS, "--state", self.state],
            env=self.environment, check=False, capture_output=True, text=True, timeout=seconds)

    def value(self, sql: str, *values):
        """The first value of a query, read beside the daemon."""
        return self.column(sql, *values)[0]

    def column(self, sql: str, *values) -> list:
        """The first value of every row of a query."""
        with contextlib.closing(sqlite3.connect(
                f"file:{self.state}/till.db?mode=ro", uri=True, timeout=30)) as link:
            return [row[0] for row in link.execute(sql, values)]

    def stored(self) -> int:
        """How many events are on record."""
        return self.value("SELECT count(*) FROM webhook_events")

    def settle(self, seconds: float) -> float | None:
        """Waits until nothing is open; how long that took, None if it took longer."""
        begin = time.monotonic()
        while self.value(ANY_OPEN_WORK):
            if time.monotonic() > begin + seconds:
                return None
            time.sleep(0.02)
        return time.monotonic() - begin
