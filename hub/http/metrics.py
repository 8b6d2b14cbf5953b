"""`GET /metrics`: counts of this process in the text format of Prometheus (0.0.4). None tells of whom or what."""

from __future__ import annotations

from hub.policy.misses import Misses

EXPOSITION = "text/plain; version=0.0.4"


def metrics(misses: Misses) -> str:
    """The exposition."""
    counters = (
        ("spie_people_missed_total", "People asked for or searched for who were not there.", misses.missed),
        ("spie_misses_refused_total", "Requests refused for too many such misses.", misses.refused),
    )
    lines = (f"# HELP {name} {said}\n# TYPE {name} counter\n{name} {value}\n" for name, said, value in counters)
    return "".join(lines)
