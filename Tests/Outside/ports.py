"""Ports of loopback for servers under test."""

import os
import random
import socket
from pathlib import Path

_given: set[int] = set()
# pytest-xdist's names for its processes; each gives ports of its own.
_share = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
_shares = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def free_port() -> int:
    """A port that nobody listens on, nor will be given.

    The kernel takes ports for outgoing connections from a range of its own; one of those may be in
    use just when a server starts again on it.
    """
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10_000, max(lowest, 11_000))
        if port in _given or port % _shares != _share:
            continue
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
