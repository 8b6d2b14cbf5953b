"""Settings of tracing: the collector that spans are sent to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RATIO = 0.01
"""The share of requests that are traced unless the settings say otherwise (docs/decisions/0126)."""


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """`endpoint`: URL of the collector (OTLP over HTTP); for HTTPS the trusted `authorities`, else those of the system,
    and the own `certificate` with its `key`; `ratio`: the share of requests that are traced, above 0 and at most 1."""

    endpoint: str
    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    ratio: float = RATIO
