"""Figures for people."""


def thousands(value: float) -> str:
    """A rounded number with separators."""
    return f"{value:,.0f}"


def spread(runs: list[dict], name: str) -> str:
    """Least and most of a figure."""
    values = [run[name] for run in runs]
    return f"{thousands(min(values))}–{thousands(max(values))}"


def figures(rows: list[list[str]]) -> str:
    """A table: names to the left, figures to the right, a line below the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        first = row[0].ljust(widths[0])
        others = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([first, *others]).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
