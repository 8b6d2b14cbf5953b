"""How often the garbage collector of a process that lives on many short-lived objects looks for cycles."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Keep the objects created so far for good, and run seldom: reference counts alone free thousands at a time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)
