"""A circuit breaker, which stops calls to a subgraph that keeps failing. Pure; time is an argument."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, repr=False)
class Breaker:
    """Opens after `threshold` failures in a row: then one call per `pause` seconds passes as a probe, and the first
    success closes it."""

    threshold: int
    pause: float
    failures: int = 0
    until: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused, but for probes."""
        return self.failures >= self.threshold

    def admits(self, now: float) -> bool:
        """Whether a call may be made now; while open, a call that is admitted is the probe of this pause."""
        if self.failures < self.threshold:
            return True
        if now < self.until:
            return False
        self.until = now + self.pause
        return True

    def succeeded(self) -> None:
        """The subgraph answered."""
        self.failures = 0

    def failed(self, now: float) -> None:
        """The subgraph did not answer, or failed itself."""
        self.failures += 1
        if self.failures >= self.threshold:
            self.until = now + self.pause
