"""The matrix of crash points: a debug build of Till dies at a named point of its walk.

Each chain is one Till with a state of its own. It dies at one point at the first, second … fifth passing, each time
with five new events, is started again, gets what it did not acknowledge once more, and is judged by what the sender
was answered and what the peers got.
"""

import json
import os
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import effects
from daemon import Till
from events import event, payment_intent
from extent import extent
from load import request, send_all
from peers import MailServer, WebServer

VARIABLE = "TILL_CRASH_AT"
# How often each point kills: the passings 1 to 5, again and again.
ROUNDS = extent(5, 50)
EVENTS = 5
OUTWARD = ("mail", "call", "report")
GOOD, BAD = "payment_intent.succeeded", "payment_intent.canceled"


def debug_binary(root: Path) -> Path:
    """The binary that has crash points; TILL_CRASH_BIN names another one."""
    return Path(os.environ.get("TILL_CRASH_BIN") or root / ".build" / "debug" / "till").resolve()


def steps(late: str, url: str) -> str:
    """One step of each kind of action."""
    return f"""\
  - id: note{late}
    uses: note-effect
    with: {{ marker: note{late} }}
  - id: mail{late}
    uses: send-email
    with:
      to: "${{{{ id }}}}@example.com"
      template: order-confirmation
      order: "1"
      amount: 100
      currency: usd
    retry: {{ attempts: 9, delay: 1s, factor: 1, max-delay: 1s }}
  - id: call{late}
    uses: http-request
    with:
      url: {url}/paid
      body: {{ event: "${{{{ id }}}}" }}
    retry: {{ attempts: 9, delay: 1s, factor: 1, max-delay: 1s }}
  - id: report{late}
    uses: notify-sentry
    with: {{ message: "${{{{ id }}}}" }}
    retry: {{ attempts: 9, delay: 1s, factor: 1, max-delay: 1s }}
"""


@dataclass
class World:
    """The peers that all chains share."""

    post: MailServer
    web: WebServer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web.port}"

    def taken(self) -> dict[str, dict[str, list[str]]]:
        """The keys that came with each event, for each kind of outward action."""
        found = {kind: defaultdict(list) for kind in OUTWARD}
        for mail in self.post.mails:
            found["mail"][mail.message["To"].split("@")[0]].append(mail.message["Message-ID"])
        for entry in self.web.entries:
            if entry["path"] == "/paid":
                key = entry["headers"]["idempotency-key"]
                found["call"][json.loads(entry["body"])["event"]].append(key)
            elif entry["path"].startswith("/api/"):
                told = json.loads(entry["body"].splitlines()[2])
                text = told["message"]
                text = text if isinstance(text, str) else text["formatted"]
                found["report"][text].append(told["event_id"])
        return found


@dataclass
class Chain:
    """One Till that dies at one point again and again."""

    till: Till
    point: str
    step: str = ""
    made: dict[str, dict] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return f"{self.point} {self.step}".strip()

    @property
    def is_late(self) -> bool:
        """Whether the step is one of `on-failure`."""
        return self.step.endswith("-late")

    def furnish(self, world: World) -> None:
        """Two workflows with every kind of action: one in its steps, one in `on-failure`."""
        effects.install(self.till)
        self.till.keep_workflows()
        world.web.allow(self.till)
        self.till.write("workflows/good.yaml", f"name: good\non: {GOOD}\nsteps:\n{steps('', world.url)}")
        self.till.write("workflows/bad.yaml", f"""\
name: bad
on: {BAD}
steps:
  - id: fail
    uses: http-request
    with: {{ url: "{world.url}/status/400" }}
on-failure:
{steps('-late', world.url)}""")

    def run(self) -> "Chain":
        """Every round, then a last start after which all must be well."""
        for round in range(ROUNDS):
            self.die_at(round)
        self.till.start()
        self.send_again()
        self.till.settle(60)
        assert self.till.stop() == 0
        return self

    def die_at(self, round: int) -> None:
        """Starts, brings the last crash to its end, sends new events and sees the process die."""
        passing = round % EVENTS + 1
        prefix = f"evt_{self.name.replace(' ', '_').replace('-', '_')}_{round}_"
        self.till.start(**{VARIABLE: " ".join(
            [self.point, str(passing), prefix, f"/{self.step}" if self.step else ""]).strip()})
        self.send_again()
        self.till.settle(60)
        assert self.till.process.poll() is None, f"{self.name} {passing}: died too early"
        for number in range(EVENTS):
            new = event(BAD if self.is_late else GOOD, payment_intent(), id=f"{prefix}{number}")
            self.made[new["id"]] = new
        self.send([id for id in self.made if id.startswith(prefix)])
        try:
            code = self.till.process.wait(30)
        except Exception as error:
            raise AssertionError(f"{self.name}: passing {passing} was never seen") from error
        assert code == -9, f"{self.name} {passing}: ended with {code}"
        check_integrity(self.till)

    def send_again(self) -> None:
        """As Stripe does: whatever was not acknowledged comes once more."""
        rest = [id for id in self.made if id not in self.acknowledged]
        self.send(rest)
        assert set(rest) <= self.acknowledged, f"{self.name}: not taken the second time"

    def send(self, ids: list[str]) -> None:
        requests = [request(self.made[id]) for id in ids]
        self.acknowledged |= send_all(self.till.port, requests, connections=EVENTS).acknowledged

    def judge(self, taken) -> int:
        """Nothing lost, nothing twice that must not be; how many outward actions were repeated."""
        late = "-late" if self.is_late else ""
        stored = {id for (id,) in self.till.rows("SELECT id FROM webhook_events")}
        assert self.acknowledged - stored == set(), f"{self.name}: acknowledged and lost"
        assert stored == set(self.made), self.name
        noted = [id for (id,) in self.till.rows("SELECT event_id FROM effects")]
        assert sorted(noted) == sorted(self.made), f"{self.name}: a database effect lost or doubled"
        repeats = 0
        for kind, by_event in taken.items():
            for id in self.made:
                keys = by_event[id]
                assert keys, f"{self.name}: the {kind} of {id} was lost"
                assert len(set(keys)) == 1, f"{self.name}: the {kind} of {id} had keys {set(keys)}"
                repeats += len(keys) - 1 if f"{kind}{late}" == self.step else 0
            of_all = [by_event[id][0] for id in self.made]
            assert len(set(of_all)) == len(of_all), f"{self.name}: one key for two {kind} actions"
        wanted = ("dead", "step fail failed:") if self.is_late else ("succeeded", "")
        for status, reason in self.till.rows("SELECT status, coalesce(reason, '') FROM workflow_runs"):
            assert status == wanted[0] and reason.startswith(wanted[1]), (self.name, status, reason)
        verified = self.till.run("audit", "verify", "--state", str(self.till.state))
        assert verified.returncode == 0, (self.name, verified.stdout, verified.stderr)
        return repeats


def check_integrity(till: Till) -> None:
    """What is on disk after the crash is a whole database."""
    link = sqlite3.connect(f"file:{till.database}?mode=ro", uri=True)
    try:
        assert link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert link.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        link.close()
