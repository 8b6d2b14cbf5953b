"""Settings of metrics: where each process tells them, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ROLES = ("hub", "people", "appointments", "offers", "trainings", "webhooks", "notifications", "sync", "send")
"""The processes that tell metrics."""
TOKEN_LENGTH = 32
"""Least length of the token that opens them."""


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """`ports`: by role, where a process listens at `host`, or not at all; `token`: what whoever reads must show."""

    host: str = "127.0.0.1"
    token: str | None = field(default=None, repr=False)
    ports: Mapping[str, int] = field(default_factory=dict)
