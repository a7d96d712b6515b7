"""How long it takes from the start of the process until it takes webhooks."""

from pathlib import Path
from statistics import median

from lab.places import fresh_folder
from lab.stock import Stocks
from lab.table import figures
from lab.till import SHIPPED_WORKFLOWS, Till


def measure(options) -> dict:
    """On an empty database, many stored events, many waiting ones, and both."""
    stocks = Stocks()
    tenth = 10 if options.quick else 1
    cases = {
        "nothing stored": None,
        f"{1_000_000 // tenth:,} stored": (1_000_000 // tenth, "stored"),
        f"{100_000 // tenth:,} waiting": (100_000 // tenth, "waiting"),
    }
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(options.rounds):
        for name, stock in cases.items():
            till = Till(fresh_folder("row"), SHIPPED_WORKFLOWS, state=state_of(stocks, stock))
            with till.serve() as server:
                found[name].append(till.wait_ready(server))
    rows = [["", "ready s", "min", "max"]]
    for name, times in found.items():
        rows.append([name, f"{median(times):.3f}", f"{min(times):.3f}", f"{max(times):.3f}"])
    print(figures(rows))
    return found


def state_of(stocks: Stocks, stock: tuple[int, str] | None) -> Path | None:
    """A state to start on. One without open work stays as it is, so it need not be a copy."""
    if stock is None:
        return None
    return stocks.state(*stock) if stock[1] == "stored" else stocks.copy(*stock, name="copy")
