"""How often the garbage collector of a process that lives on many short-lived objects looks for cycles."""

from __future__ import annotations

import gc


def run_seldom() -> None:
    """Run seldom: what a process loads stays, and reference counts alone free thousands of objects at a time."""
    gc.set_threshold(100_000, 10, 10)


def collect_seldom() -> None:
    """Keep the objects created so far for good, the 3 MB of cycles that loading leaves among them, and run seldom."""
    gc.freeze()
    run_seldom()


YOUNG = 10_000
"""Objects made since the last collection that `collect_young` leaves to the next one: collecting them takes 2 ms."""


def collect_young() -> None:
    """Look for cycles among the objects made last, if they are many: a hundred thousand would take 20 to 40 ms, during
    which the interpreter runs no other thread.

    They are listed, some 10 µs for a thousand, since the interpreter's own count goes down with each old object that is
    freed: where a cache is full, what comes pushes out as much, and the count says nothing.
    """
    if len(gc.get_objects(generation=0)) > YOUNG:
        gc.collect(0)
