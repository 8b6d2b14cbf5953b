"""Labels of progressive overrides, which decide where a field is resolved while it moves to another subgraph.

A label is a name whose share of the requests the gateway's settings give, or `percent(x)`. A request draws one number,
from its trace: requests of one trace are resolved alike, under every label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

from hub.federation.errors import ConfigurationRefused

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-:./]*")
_PERCENT = re.compile(r"percent\((\d{1,2}(?:\.\d{1,8})?|100)\)")


def is_label(text: str) -> bool:
    """Whether the text is a label."""
    return bool(_NAME.fullmatch(text) or _PERCENT.fullmatch(text))


def percentage(label: str) -> float:
    """The x of `percent(x)`; 0 for a name."""
    match = _PERCENT.fullmatch(label)
    return float(match[1]) if match else 0.0


def checked(shares: Mapping[str, float], labels: frozenset[str]) -> Mapping[str, float]:
    """The shares, if the supergraph has all their labels; raises ConfigurationRefused (OVERRIDE_LABEL_UNKNOWN)."""
    if unknown := shares.keys() - labels:
        raise ConfigurationRefused(
            "OVERRIDE_LABEL_UNKNOWN",
            f"unknown override label {min(unknown)}",
            {"label": min(unknown), "labels": tuple(sorted(labels))},
        )
    return shares


def active(labels: Iterable[str], shares: Mapping[str, float], trace: str) -> frozenset[str]:
    """The labels that are on for a request: those whose share (0 to 100) is above the number that its trace draws."""
    draw = int.from_bytes(sha256(trace.encode()).digest()[:8], "big") / 2**64 * 100
    return frozenset(label for label in labels if draw < shares.get(label, percentage(label)))
