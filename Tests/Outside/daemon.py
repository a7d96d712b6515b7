"""A real till process with folders, ports and a secret of its own."""

import hashlib
import hmac
import http.client
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

from ports import free_port

SECRET = "whsec_outside_tests_5f2c1a"
# Whether no event is unchosen and no run is under way.
SETTLED = (
    "SELECT NOT EXISTS (SELECT 1 FROM webhook_events WHERE status = 'received')"
    " AND NOT EXISTS (SELECT 1 FROM workflow_runs"
    " WHERE status IN ('pending', 'running', 'waiting', 'failed'))")


def sign(body: bytes, secret: str = SECRET, at: int | None = None) -> str:
    """A Stripe-Signature header, made apart from the code under test."""
    at = int(time.time()) if at is None else at
    mac = hmac.new(secret.encode(), str(at).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


class Answer:
    """What an HTTP server said."""

    def __init__(self, response: http.client.HTTPResponse):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Till:
    """One daemon. `site` holds copies of etc, workflows and plugins that a test may edit."""

    def __init__(self, binary: Path, root: Path, folder: Path, environment: dict[str, str]):
        self.binary = binary
        self.folder = folder
        self.site = folder / "site"
        self.state = folder / "state"
        self.log = folder / "till.log"
        self.port = free_port()
        self.admin_port = free_port()
        self.process: subprocess.Popen | None = None
        for name in ("etc", "workflows", "plugins"):
            shutil.copytree(root / name, self.site / name)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "STRIPE_WEBHOOK_SECRET": SECRET,
            **environment,
        }

    # Life

    @property
    def config(self) -> Path:
        return self.site / "etc" / "till.yaml"

    def serve_command(self) -> list[str]:
        return [
            str(self.binary), "serve", "--config", str(self.config), "--state", str(self.state),
            "--listen", f"127.0.0.1:{self.port}", "--admin-listen", f"127.0.0.1:{self.admin_port}",
        ]

    def launch(self, *wrapper: str, **environment) -> "Till":
        """Starts the process, under another program if one is given, and does not wait for it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*wrapper, *self.serve_command()], env={**self.environment, **environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                # In a group of its own, so that it ends with its wrapper.
                process_group=0)
        return self

    def start(self, **environment) -> "Till":
        """Starts the process and waits until it is ready."""
        self.launch(**environment)
        self.wait_ready()
        return self

    def wait_ready(self, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(
                    f"till ended with {self.process.returncode} instead of starting:\n"
                    + self.log.read_text(errors="replace")[-3000:])
            try:
                if self.admin("/-/ready").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.01)
        raise AssertionError(f"till was not ready within {seconds} s")

    def stop(self, seconds: float = 12) -> int:
        """SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        self.process = None
        return code

    def kill(self) -> None:
        """SIGKILL: what a crash or a power button does to the process."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def end(self) -> None:
        """Whatever state it is in: gone afterwards."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def hang_up(self) -> None:
        """SIGHUP: reload."""
        self.process.send_signal(signal.SIGHUP)

    def run(self, *arguments: str, input: str | None = None, **environment):
        """A command of the binary; state folder and settings are those of this Till."""
        return subprocess.run(
            [str(self.binary), *arguments], env={**self.environment, **environment}, input=input,
            capture_output=True, text=True, timeout=60, cwd=self.folder)

    # Talking to it

    def admin(self, path: str) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=10)
        try:
            link.request("GET", path)
            return Answer(link.getresponse())
        finally:
            link.close()

    def metrics(self) -> dict[str, float]:
        """Every sample of /metrics by its name and labels."""
        lines = self.admin("/metrics").body.decode().splitlines()
        samples = [line.rsplit(" ", 1) for line in lines if line and not line.startswith("#")]
        return {name: float(value) for name, value in samples}

    def post(self, body: bytes, signature: str | None = None, *, path="/webhooks/stripe",
             method="POST", headers=None) -> Answer:
        """One request to the door, as it is given."""
        given = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        if signature is not None:
            given["Stripe-Signature"] = signature
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            link.request(method, path, body, {k: v for k, v in given.items() if v is not None})
            return Answer(link.getresponse())
        finally:
            link.close()

    def send(self, event: dict, secret: str = SECRET) -> Answer:
        """One event, signed as Stripe does."""
        body = json.dumps(event, ensure_ascii=False).encode()
        return self.post(body, sign(body, secret))

    def deliver(self, *events: dict) -> None:
        """Events that must be taken, and walked to their end."""
        for event in events:
            answer = self.send(event)
            assert answer.status == 200, answer
        self.settle()

    # Looking into it

    @property
    def database(self) -> Path:
        return self.state / "till.db"

    def rows(self, sql: str, *values) -> list[tuple]:
        """Reads the database beside the daemon, as anyone may."""
        link = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            return link.execute(sql, values).fetchall()
        finally:
            link.close()

    def row(self, sql: str, *values) -> tuple | None:
        rows = self.rows(sql, *values)
        assert len(rows) <= 1, f"{len(rows)} rows instead of one"
        return rows[0] if rows else None

    def value(self, sql: str, *values):
        row = self.row(sql, *values)
        return row[0] if row else None

    def wait_for(self, sql: str, *values, seconds: float = 20):
        """Waits until a query's first value is true; that value."""
        deadline = time.monotonic() + seconds
        while True:
            rows = self.rows(sql, *values)
            if rows and rows[0][0]:
                return rows[0][0]
            if time.monotonic() > deadline:
                raise AssertionError(f"still not true after {seconds} s: {sql} {values} {rows}")
            time.sleep(0.02)

    def wait_for_log(self, words: str, seconds: float = 20) -> None:
        """Waits until the log has a line with those words."""
        deadline = time.monotonic() + seconds
        while words not in self.log.read_text(errors="replace"):
            assert time.monotonic() < deadline, f"the log never said: {words}"
            time.sleep(0.01)

    def settle(self, seconds: float = 30) -> None:
        """Waits until no event is unchosen and no run is under way."""
        self.wait_for(SETTLED, seconds=seconds)

    def mails(self) -> list[Path]:
        return sorted((self.state / "outbox").glob("*.eml"))

    # Editing its site

    def write(self, path: str, text: str) -> Path:
        """Writes a file of the site, such as `workflows/mine.yaml`."""
        place = self.site / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place

    def keep_workflows(self, *names: str) -> None:
        """Removes every shipped workflow but those."""
        for file in (self.site / "workflows").glob("*.yaml"):
            if file.name.split(".yaml")[0].removesuffix(".test") not in names:
                file.unlink()
