"""The sender in C, started and read."""

import json
import subprocess
import threading
from typing import Self

from lab.events import Corpus
from lab.places import BENCH, SENDER


def build_sender() -> None:
    """Compiles it, if its source is newer than the program."""
    source = BENCH / "sender.c"
    if SENDER.exists() and SENDER.stat().st_mtime > source.stat().st_mtime:
        return
    SENDER.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", str(source), "-o",
                    str(SENDER)], check=True)


class Sending:
    """One run of the sender against a port."""

    def __init__(self, corpus: Corpus, port: int, *, seconds: float, warmup: float = 2,
                 connections: int = 64, rate: float = 0, first: int = 0, wrap: bool = False):
        corpus.refresh()
        words = {"corpus": corpus.path, "size": corpus.size, "port": port, "seconds": seconds,
                 "warmup": warmup, "connections": connections, "rate": rate, "first": first}
        command = ["setpriv", "--pdeathsig", "KILL", str(SENDER)]
        for name, value in words.items():
            command += [f"--{name}", str(value)]
        self.process = subprocess.Popen(
            command + ["--wrap"] * wrap, stdout=subprocess.PIPE, text=True)
        # Against a sender that hangs, which its own limits should rule out.
        self.limit = threading.Timer(warmup + seconds + 60, self.process.kill)
        self.limit.start()

    def wait_for(self, word: str) -> None:
        """Waits until the sender says `begin` or `end`."""
        line = self.process.stdout.readline()
        if line.strip() != word:
            raise SystemExit(f"the sender said {line!r} instead of {word}")

    def stop(self) -> None:
        """Lets it end early, as if its time were over."""
        self.process.terminate()

    def result(self) -> dict:
        """What it found out, once it has ended."""
        try:
            text = self.process.stdout.read().splitlines()[-1]
            if self.process.wait() != 0:
                raise SystemExit(f"the sender ended with {self.process.returncode}")
            return json.loads(text)
        finally:
            self.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.end()

    def end(self) -> None:
        """Gone afterwards, whatever state it was in."""
        self.limit.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def send(corpus: Corpus, port: int, **options) -> dict:
    """Sends for a while and tells what came back."""
    with Sending(corpus, port, **options) as sending:
        sending.wait_for("begin")
        sending.wait_for("end")
        return sending.result()
