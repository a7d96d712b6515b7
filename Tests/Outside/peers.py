"""The peers of Tests/Peers as processes, with what they wrote into their journals."""

import base64
import json
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parents[1] / "Peers"


class Peer:
    """A running peer; ends with its `with`."""

    program: str

    def __init__(self, folder: Path, *options: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.journal = folder / "journal"
        self.journal.touch()
        self.options = options

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAMS / self.program), "--journal", str(self.journal),
             *self.options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        word, port = self.process.stdout.readline().split()
        assert word == "PORT"
        self.port = int(port)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    @property
    def entries(self) -> list[dict]:
        """What arrived so far."""
        return [json.loads(line) for line in self.journal.read_text().splitlines()]


class Mail:
    """One mail as the server got it."""

    def __init__(self, entry: dict):
        self.recipients = entry["to"]
        self.encrypted = entry["tls"]
        self.user = entry["user"]
        self.content = base64.b64decode(entry["source"])

    @property
    def message(self):
        """The mail as Python's own parser reads it; it must find nothing to complain about."""
        message = message_from_bytes(self.content, policy=policy.default)
        for part in message.walk():
            assert part.defects == [], part.defects
        return message


class MailServer(Peer):
    """Tests/Peers/smtp_peer.py; with `lose` it cuts the connection after every so many mails."""

    program = "smtp_peer.py"

    def __init__(self, folder: Path, password: str | None = None, lose: int = 0):
        self.ca_file = folder / "cert.pem"
        options = ["--lose", str(lose)]
        if password:
            options += ["--tls", str(folder), "--require-starttls", "--password", password]
        super().__init__(folder, *options)

    @property
    def mails(self) -> list[Mail]:
        return [Mail(entry) for entry in self.entries]

    def settings(self, **more) -> dict[str, str]:
        """The environment that makes a Till send its mails here, in clear and without login."""
        return {
            "TILL_MAIL_TRANSPORT": "smtp", "TILL_MAIL_SMTP_HOST": "127.0.0.1",
            "TILL_MAIL_SMTP_PORT": str(self.port), "TILL_MAIL_SMTP_SECURITY": "none", **more}


class WebServer(Peer):
    """Tests/Peers/http_peer.py; the first requests get those answers (status, headers, body), and
    with `lose` every so-and-so-many-th answer is lost after the request was taken."""

    program = "http_peer.py"

    def __init__(self, folder: Path, *answers: tuple[int, dict, str], lose: int = 0):
        options = ["--lose", str(lose)]
        if answers:
            folder.mkdir(parents=True, exist_ok=True)
            script = folder / "script.json"
            script.write_text(json.dumps(answers))
            options += ["--script", str(script)]
        super().__init__(folder, *options)

    def allow(self, till) -> None:
        """Lets that Till reach this peer although it is on loopback."""
        allow(till, self.port)


class Valve(Peer):
    """Tests/Peers/valve.py: a relay in front of another peer that can hang."""

    program = "valve.py"

    def __init__(self, folder: Path, peer: Peer):
        super().__init__(folder, "--to", str(peer.port))

    def hold(self) -> None:
        """From now on connections are taken and hang."""
        self.say("hold")

    def pass_on(self) -> None:
        """What hangs is cut, what comes is passed on."""
        self.say("pass")

    def say(self, word: str) -> None:
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"


def allow(till, *ports: int) -> None:
    """Lets that Till reach those ports of loopback."""
    text = till.config.read_text()
    assert "allow-hosts: []" in text
    hosts = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
    till.config.write_text(text.replace("allow-hosts: []", f"allow-hosts: [{hosts}]"))
