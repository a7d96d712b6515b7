"""How fast this disk makes a small append durable, at this moment."""

import os
import time

from lab.places import WORK

BLOCK = b"\0" * 4096


def sync_rate(seconds: float = 0.5) -> float:
    """Appends of 4 kB with fdatasync in a second; printed beside every figure that hangs on it."""
    path = WORK / "sync-rate"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)
    count = 0
    begin = time.monotonic()
    try:
        while time.monotonic() < begin + seconds:
            os.write(file, BLOCK)
            os.fdatasync(file)
            count += 1
        return count / (time.monotonic() - begin)
    finally:
        os.close(file)
        path.unlink()
