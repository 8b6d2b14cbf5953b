"""Labels of progressive overrides: which subgraph resolves a field while it moves from one to another.

A label is a name that whoever runs the gateway turns on, or `percent(x)`: on for x requests out of a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-:./]*")
_PERCENT = re.compile(r"percent\((\d{1,2}(?:\.\d{1,8})?|100)\)")


def is_label(text: str) -> bool:
    """Whether the text is a label."""
    return bool(_NAME.fullmatch(text) or _PERCENT.fullmatch(text))


def percentage(label: str) -> float | None:
    """The x of `percent(x)`, None for a name."""
    found = _PERCENT.fullmatch(label)
    return float(found[1]) if found else None


def active(labels: Iterable[str], named: frozenset[str], draw: float) -> frozenset[str]:
    """The labels that are on for one request: the named ones, and each percentage above `draw` (0 ≤ draw < 100)."""
    return frozenset(
        label for label in labels if (draw < share if (share := percentage(label)) is not None else label in named)
    )
