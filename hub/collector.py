"""How often the garbage collector of a process that lives on many short-lived objects looks for cycles."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Keep the objects created so far for good, and run seldom: reference counts alone free thousands at a time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


YOUNG = 10_000
"""Objects made since the last collection that `collect_young` leaves to the next one: collecting them takes 2 ms."""


def collect_young() -> None:
    """Look for cycles among the objects made last, if they are many: a hundred thousand would take 20 to 40 ms, during
    which the interpreter runs no other thread."""
    if gc.get_count()[0] > YOUNG:
        gc.collect(0)
