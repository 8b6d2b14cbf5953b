"""Labels of progressive overrides: which subgraph resolves a field while it moves from one to another.

A label is a name, which whoever runs the gateway gives a share of the requests, or `percent(x)`, which has its own: x
out of a hundred. A request draws once, from its trace: the same trace goes the same way, under every label.
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
    """The x of `percent(x)`; a name has no share of its own."""
    found = _PERCENT.fullmatch(label)
    return float(found[1]) if found else 0.0


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
    """The labels that are on for a request: those whose share, from 0 to 100, is above what its trace draws."""
    draw = int.from_bytes(sha256(trace.encode()).digest()[:8], "big") / 2**64 * 100
    return frozenset(label for label in labels if draw < shares.get(label, percentage(label)))
