"""Where things are, and the words that all systems share."""

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
sys.path.append(str(ROOT / "Tests" / "Outside"))

from ports import free_port  # noqa: E402, F401 (for those who import it from here)

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
