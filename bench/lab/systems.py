"""The rows of the table: every system is started on a fresh folder and serves the same path."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from lab.places import BENCH, PYTHON_PROGRAMS, SECRET, TILL_BENCH, free_port
from lab.processes import Server
from lab.till import NO_WORKFLOWS, SHIPPED_WORKFLOWS, Till


class System:
    """A server to be measured."""

    name = ""
    # One line of what it does with an event.
    about = ""
    # Whether each event is kept, so that it must be a new one and is counted afterwards.
    keeps = True

    def missing(self) -> str | None:
        """Why it cannot be measured here; None if it can."""
        return None

    def start(self, folder: Path) -> Server:
        """Starts it in an empty folder and waits until it serves."""
        raise NotImplementedError

    def stored(self) -> int | None:
        """How many events it has kept."""
        return None

    def settle(self) -> float:
        """Waits until what was taken is done; how long that took."""
        return 0


class Nginx(System):
    """The ceiling: an answer and nothing else."""

    name = "nginx"
    about = "answers 200, reads nothing of it"
    keeps = False

    def start(self, folder: Path) -> Server:
        port = free_port()
        text = (BENCH / "peers" / "nginx.conf").read_text()
        (folder / "nginx.conf").write_text(text.replace("PORT", str(port)))
        server = Server(["/usr/sbin/nginx", "-p", folder, "-c", "nginx.conf", "-e", "stderr"],
                        port, folder)
        server.wait_ready()
        return server


class TillPart(System):
    """A part of Till's way by itself, from the program till-bench."""

    keeps = False

    def __init__(self, part: str, about: str):
        self.part = part
        self.name = f"till-{part}"
        self.about = about

    def missing(self) -> str | None:
        return None if TILL_BENCH.exists() else f"there is no {TILL_BENCH.name}"

    def start(self, folder: Path) -> Server:
        port = free_port()
        server = Server([TILL_BENCH, self.part, "--listen", f"127.0.0.1:{port}"], port, folder,
                        {"STRIPE_WEBHOOK_SECRET": SECRET})
        server.wait_ready()
        return server


class TillWhole(System):
    """Till itself."""

    def __init__(self, name: str, about: str, workflows: Path):
        self.name = name
        self.about = about
        self.workflows = workflows

    def start(self, folder: Path) -> Server:
        self.till = Till(folder, self.workflows)
        server = self.till.serve()
        self.till.wait_ready(server)
        return server

    def stored(self) -> int:
        return self.till.stored()

    def settle(self) -> float:
        taken = self.till.settle(180)
        if taken is None:
            raise SystemExit(f"{self.name} still had work open after 180 s")
        return taken


class DatabasePeer(System):
    """A peer that keeps events in an SQLite file."""

    count = ""

    def __init__(self):
        self.database = Path()

    def stored(self) -> int:
        with closing(sqlite3.connect(self.database)) as link:
            return link.execute(self.count).fetchone()[0]


class FastAPI(DatabasePeer):
    """What most people write first."""

    name = "fastapi"
    about = "FastAPI, uvicorn, Stripe's package, sqlite3 at FULL, a commit per request"
    count = "SELECT count(*) FROM events"

    def start(self, folder: Path) -> Server:
        port = free_port()
        self.database = folder / "events.db"
        server = Server(
            [PYTHON_PROGRAMS / "uvicorn", "fastapi_app:app", "--app-dir", BENCH / "peers",
             "--host", "127.0.0.1", "--port", port, "--loop", "uvloop", "--http", "httptools",
             "--workers", 1, "--no-access-log", "--log-level", "warning"],
            port, folder, {"EVENTS_DB": str(self.database), "STRIPE_WEBHOOK_SECRET": SECRET})
        server.wait_ready()
        return server


class DjStripe(DatabasePeer):
    """The package that Django shops use."""

    name = "djstripe"
    about = "dj-stripe, gunicorn with 3 workers, SQLite at FULL, handlers left to a task queue"
    count = "SELECT count(*) FROM djstripe_webhookeventtrigger WHERE valid"

    def start(self, folder: Path) -> Server:
        port = free_port()
        self.database = folder / "django.db"
        environment = {"DJANGO_DB": str(self.database), "STRIPE_WEBHOOK_SECRET": SECRET,
                       "DJANGO_SETTINGS_MODULE": "djstripe_site",
                       "PYTHONPATH": str(BENCH / "peers"), "PYTHONDONTWRITEBYTECODE": "1"}
        with Server([sys.executable, BENCH / "peers" / "djstripe_prepare.py"], port, folder,
                    environment) as preparing:
            if preparing.process.wait(180) != 0:
                raise SystemExit(f"djstripe could not be prepared:\n{preparing.log_end()}")
        server = Server(
            [PYTHON_PROGRAMS / "gunicorn", "djstripe_site:application", "--workers", 3,
             "--bind", f"127.0.0.1:{port}", "--log-level", "warning"],
            port, folder, environment)
        server.wait_ready()
        return server


class Webhook(System):
    """Debian's webhook: a program per event."""

    name = "webhook"
    about = "Debian's webhook, a shell script per event that writes a file; no signature check"

    def start(self, folder: Path) -> Server:
        port = free_port()
        self.kept = folder / "events"
        self.kept.mkdir()
        text = (BENCH / "peers" / "hooks.json").read_text()
        text = text.replace("SCRIPT", str(BENCH / "peers" / "keep-event"))
        (folder / "hooks.json").write_text(text.replace("FOLDER", str(folder)))
        server = Server(["/usr/bin/webhook", "-ip", "127.0.0.1", "-port", port, "-urlprefix",
                         "webhooks", "-hooks", folder / "hooks.json"], port, folder)
        server.wait_ready()
        return server

    def stored(self) -> int:
        return sum(1 for _ in self.kept.iterdir())


def all_systems() -> list[System]:
    """Every row, the bare ones first."""
    return [
        Nginx(),
        TillPart("answer", "Till's server answers 200, verifies nothing"),
        TillPart("verify", "Till's server verifies the signature, stores nothing"),
        TillWhole("till-ingest", "Till verifies, stores, answers; no workflow fits", NO_WORKFLOWS),
        TillWhole("till-complete", "... and walks the shipped workflow, no mail to send",
                  SHIPPED_WORKFLOWS),
        FastAPI(),
        DjStripe(),
        Webhook(),
    ]
