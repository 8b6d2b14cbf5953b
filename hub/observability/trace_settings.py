"""Settings of tracing: the collector that spans are sent to."""

from __future__ import annotations

import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """`endpoint`: URL of the collector (OTLP over HTTP); `tls`: trusted authorities and own certificate for HTTPS;
    `ratio`: the share of requests that are traced, above 0 and at most 1."""

    endpoint: str
    tls: ssl.SSLContext | None
    ratio: float = 1.0
