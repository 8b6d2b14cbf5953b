"""Where the spans go."""

from __future__ import annotations

import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """`endpoint`: URL of the collector's OTLP over HTTP; over HTTPS `tls` says whom to believe and who one is; `ratio`
    of the requests are watched, above 0, at most 1."""

    endpoint: str
    tls: ssl.SSLContext | None
    ratio: float = 1.0
