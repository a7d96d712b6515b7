"""Databases with many events in them, written as Till writes them but all at once.

Till makes the database and takes one event of the bench; the other rows are copies of that one's
rows with ids, body and lane of their own. So a stock follows Till's tables when they change.
"""

import contextlib
import hashlib
import os
import shutil
import sqlite3
from pathlib import Path

from lab.events import Corpus, Maker
from lab.places import WORK, fresh_folder
from lab.sending import send
from lab.till import NO_WORKFLOWS, SHIPPED_WORKFLOWS, Till

BATCH = 20_000
# A body of 3 kB in pages of 4 kB, its row and its place in the indexes.
BYTES_OF_EVENT = 4400
# Older than the events of any corpus, as the ids show.
FIRST_NUMBER = -20_000_000


class Template:
    """The rows that Till wrote for one event."""

    def __init__(self):
        folder = fresh_folder("template")
        corpus = Corpus("1", 2)
        till = Till(folder, NO_WORKFLOWS)
        with till.running():
            send(corpus, till.port, seconds=0.3, warmup=0, connections=1)
            till.settle(10)
        self.state = till.state
        with self.link() as link:
            self.event, self.body = (self.row(link, table) for table in ("webhook_events",
                                                                         "event_bodies"))
            tables = link.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()
        self.schema = hashlib.sha256(repr(tables).encode()).hexdigest()

    @contextlib.contextmanager
    def link(self):
        """The template's database."""
        with contextlib.closing(sqlite3.connect(self.state / "till.db")) as link:
            link.row_factory = sqlite3.Row
            yield link

    @staticmethod
    def row(link: sqlite3.Connection, table: str) -> dict:
        """The first row of a table."""
        return dict(link.execute(f"SELECT * FROM {table} WHERE seq = 1").fetchone())


def fill(database: Path, template: Template, events: int, *, waiting: bool) -> None:
    """Adds that many events, unmatched or waiting for their workflows to be chosen."""
    maker = Maker(seed=events)
    event = dict(template.event)
    if waiting:
        event["status"] = "received"
    body = dict(template.body)
    with contextlib.closing(sqlite3.connect(database)) as link:
        link.execute("PRAGMA synchronous = OFF")
        link.execute("PRAGMA cache_size = -200000")
        first, = link.execute("SELECT max(seq) + 1 FROM webhook_events").fetchone()
        for begin in range(first, first + events, BATCH):
            rows = []
            for seq in range(begin, min(begin + BATCH, first + events)):
                number = FIRST_NUMBER + seq
                id_, text = maker.body(number)
                intent = f"pi_3Bench{number:08d}BenchShop7"
                rows.append((event | {"seq": seq, "id": id_, "object_id": intent, "lane": intent},
                             body | {"seq": seq, "body": text}))
            insert(link, "webhook_events", [row[0] for row in rows])
            insert(link, "event_bodies", [row[1] for row in rows])
            if waiting:
                insert(link, "event_queue", [{"seq": row[0]["seq"]} for row in rows])
            link.commit()
        link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.open("rb") as file:
        os.fsync(file.fileno())


def insert(link: sqlite3.Connection, table: str, rows: list[dict]) -> None:
    """Inserts rows of the same columns."""
    names = list(rows[0])
    link.executemany(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + n for n in names)})",
        rows)


class Stocks:
    """State folders with many events, kept in .build until Till's tables change."""

    def __init__(self):
        self.template = Template()

    @staticmethod
    def has_room(events: int) -> bool:
        """Whether the disk can hold such a stock, a copy of it, and what a run adds."""
        return shutil.disk_usage(WORK).free > 2 * events * BYTES_OF_EVENT + 5_000_000_000

    def drop(self, events: int, kind: str = "stored") -> None:
        """Gives the space of a stock back."""
        shutil.rmtree(WORK / "stock" / f"{kind}-{events}", ignore_errors=True)

    def state(self, events: int, kind: str = "stored") -> Path:
        """The folder of a stock of stored (unmatched), waiting or walked events; not to be used."""
        folder = WORK / "stock" / f"{kind}-{events}"
        mark = folder / "schema"
        if mark.exists() and mark.read_text() == self.template.schema:
            return folder
        print(f"  making a stock of {events:,} {kind} events ...", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        if kind == "walked":
            self.walk(folder, events)
        else:
            shutil.copytree(self.template.state, folder, ignore=shutil.ignore_patterns("*.sock"))
            fill(folder / "till.db", self.template, events, waiting=kind == "waiting")
        mark.write_text(self.template.schema)
        return folder

    def walk(self, folder: Path, events: int) -> None:
        """Lets Till itself walk the shipped workflow for events that wait."""
        copy_state(self.state(events, "waiting"), folder)
        till = Till(fresh_folder("walking"), SHIPPED_WORKFLOWS, state=folder)
        with till.running():
            if till.settle(events / 500 + 60) is None:
                raise SystemExit(f"{events:,} events were not walked in time")

    def copy(self, events: int, kind: str = "stored", name: str = "row") -> Path:
        """A stock in a fresh folder, to be changed; its `state`."""
        source = self.state(events, kind)
        target = fresh_folder(name) / "state"
        copy_state(source, target)
        return target


def copy_state(source: Path, target: Path) -> None:
    """Copies a state folder; on disk when this returns, or it would be measured."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.sock", "schema"))
    os.sync()
