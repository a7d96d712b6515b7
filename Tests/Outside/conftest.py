"""What every outside test needs: a Till of its own, made from the shipped files.

TILL_BIN names the binary; without it the newer one of .build/release and .build/debug is taken.
"""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Outside"))

from daemon import Till  # noqa: E402


def find_binary() -> Path:
    named = os.environ.get("TILL_BIN")
    if named:
        return Path(named).resolve()
    built = [ROOT / ".build" / kind / "till" for kind in ("release", "debug")]
    built = [path for path in built if path.exists()]
    if not built:
        pytest.exit("no till binary: run swift build --product till, or set TILL_BIN", 2)
    return max(built, key=lambda path: path.stat().st_mtime)


@pytest.fixture(scope="session")
def binary() -> Path:
    return find_binary()


@pytest.fixture
def make_till(binary, tmp_path):
    """Makes Tills, not started yet; all are ended after the test."""
    made = []

    def make(**environment) -> Till:
        till = Till(binary, ROOT, tmp_path / f"till{len(made)}", environment)
        made.append(till)
        return till

    yield make
    for till in made:
        till.end()


@pytest.fixture
def till(make_till) -> Till:
    """A running Till on copies of the shipped workflows, plugins and settings."""
    return make_till().start()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the last lines of its daemons' logs."""
    outcome = yield
    report = outcome.get_result()
    if report.when != "call" or not report.failed:
        return
    folder = item.funcargs.get("tmp_path")
    for log in sorted(folder.glob("*/till.log")) if folder else []:
        lines = log.read_text(errors="replace").splitlines()[-40:]
        report.sections.append((f"the end of {log.parent.name}'s log", "\n".join(lines)))
