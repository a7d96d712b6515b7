"""Where things are, and the words that all systems share."""

import os
import random
import shutil
import socket
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
# On the disk that is measured; removed with .build.
WORK = ROOT / ".build" / "bench"
# In memory, for what must not disturb that disk; removed at the end.
MEMORY = Path(f"/dev/shm/till-bench-{os.getuid()}")
PYTHON_PROGRAMS = ROOT / ".build" / "bench-venv" / "bin"
RELEASE = ROOT / ".build" / "release"
TILL = Path(os.environ.get("TILL_BIN", RELEASE / "till")).resolve()
TILL_BENCH = Path(os.environ.get("TILL_BENCH_BIN", RELEASE / "till-bench")).resolve()
SENDER = WORK / "sender"

# Every system serves this path and knows this signing secret, which is of no use elsewhere.
PATH = "/webhooks/stripe"
SECRET = "whsec_bench_of_no_use_elsewhere"


def fresh_folder(name: str) -> Path:
    """An empty folder of that name on the measured disk."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


given_ports: set[int] = set()


def free_port() -> int:
    """A port of loopback that nobody listens on, below those of outgoing connections."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10_000, max(lowest, 11_000))
        if port in given_ports:
            continue
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
        given_ports.add(port)
        return port
