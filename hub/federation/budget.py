"""The one budget of an operation: the steps that preparing it may take, from its text to its plan, and its deadline.

Steps are counted, not timed, so that the same document is always accepted or always refused. Every loop whose length a
client's document decides spends from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from hub.federation.errors import OperationRefused

STEPS = 20_000
"""Steps for one operation; a step takes 1.1 to 1.9 µs of a processor."""

BORNE_PER_STEP = 3
"""Conditions and directives of the fragments around a field, and of its own, that take one step: it bears them all."""

STEPS_PER_GLANCE = 300
"""Steps between two looks at the clock."""


@dataclass(slots=True)
class Budget:
    """`steps` that may be taken until `deadline`, an instant of `clock` in seconds."""

    steps: int = STEPS
    deadline: float = inf
    clock: Callable[[], float] = time.monotonic
    left: int = field(init=False)
    _next_glance: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self._next_glance = self.steps

    def spend(self, steps: int, *place: str) -> None:
        """Count steps for a place, such as a type and its field; raises OperationRefused (PLAN_LIMIT, PLAN_DEADLINE) at
        this place."""
        self.left -= steps
        if self.left <= self._next_glance:
            self._look(".".join(place))

    def _look(self, coordinate: str) -> None:
        self._next_glance = max(0, self.left - STEPS_PER_GLANCE)
        if self.left < 0:
            message = f"{self.steps} steps used at {coordinate}"
            raise OperationRefused("PLAN_LIMIT", message, {"limit": self.steps, "coordinate": coordinate})
        self.check_deadline()

    def check_deadline(self) -> None:
        """Raise OperationRefused (PLAN_DEADLINE) if the deadline has passed."""
        if self.clock() > self.deadline:
            raise OperationRefused(
                "PLAN_DEADLINE", f"the request's deadline passed after {self.steps - self.left} steps"
            )
