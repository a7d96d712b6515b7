"""Servers as process groups: started, measured, and ended whatever happens."""

import http.client
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple, Self

TICKS = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """What a process group has used so far."""

    cpu_seconds: float
    # The most memory that its living processes ever held, added up.
    peak_mb: float
    # What they hold now.
    mb: float


class Server:
    """A server on a port of loopback; ends with its `with`."""

    def __init__(self, command: list, port: int, folder: Path, environment: dict | None = None):
        self.port = port
        self.log = folder / "server.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                # Ends too when this program is killed.
                ["setpriv", "--pdeathsig", "TERM", *map(str, command)],
                env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8",
                     **(environment or {})},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, process_group=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def wait_ready(self, port: int | None = None, path: str = "/", status: int | None = None,
                   seconds: float = 60) -> float:
        """Waits until it answers, with that status if one is given; how long that took."""
        begin = time.monotonic()
        while time.monotonic() < begin + seconds:
            if self.process.poll() is not None:
                break
            found = get_status(port or self.port, path)
            if found is not None and status in (None, found):
                return time.monotonic() - begin
            time.sleep(0.005)
        self.stop()
        raise SystemExit(f"{self.log} of a server that did not start:\n{self.log_end()}")

    def log_end(self) -> str:
        """The last lines of its log."""
        return self.log.read_text(errors="replace")[-3000:]

    def stop(self, seconds: float = 15) -> None:
        """Asks it to end, then ends it, with all processes of its group."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def usage(self) -> Usage:
        """What the group has used so far, children that ended included."""
        cpu = peak = current = 0.0
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
                if int(fields[2]) != self.process.pid:
                    continue
                cpu += sum(map(int, fields[11:15])) / TICKS
                status = Path(f"/proc/{name}/status").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            peak += memory_field(status, "VmHWM")
            current += memory_field(status, "VmRSS")
        return Usage(cpu, peak, current)


def busy_seconds() -> float:
    """What all processors have worked so far, for anybody, the hypervisor's theft included."""
    fields = list(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]))
    idle, waiting = fields[3:5]
    return (sum(fields) - idle - waiting) / TICKS


def cpu_seconds(pid: int) -> float:
    """What one process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / TICKS


def memory_field(status: str, name: str) -> float:
    """A field of /proc/PID/status in MB; 0 where there is none."""
    for line in status.splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def get_status(port: int, path: str) -> int | None:
    """The status of an answer to GET; None where there is no answer."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        link.request("GET", path)
        return link.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        link.close()
