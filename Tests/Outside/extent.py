"""How long a fault test goes on: short in scripts/test, long in scripts/soak."""

import os
import random
import time

# scripts/soak sets it.
LONG = os.environ.get("TILL_SOAK") == "1"


def extent(short, long):
    """The one that is asked for."""
    return long if LONG else short


def choices() -> random.Random:
    """Random choices that TILL_SEED repeats; prints the seed."""
    seed = int(os.environ.get("TILL_SEED", time.time_ns() % 1_000_000))
    print(f"seed {seed}: TILL_SEED={seed} repeats the choices")
    return random.Random(seed)


def figure(text: str) -> None:
    """Prints a result that scripts/soak shows."""
    print(f"figure: {text}", flush=True)


def percentile(values, share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
