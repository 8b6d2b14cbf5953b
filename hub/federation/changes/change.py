"""One change of a client schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """`BREAKING`: a valid operation may become invalid, or its answer have another type. `DANGEROUS`: operations stay
    valid, and a client may get a value that it does not expect."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Change:
    """`message` is an English clause without the coordinate, `parameters` are the values in it; where a code has
    several messages, `parameters["reason"]` is one of them. An operation is affected if it uses one of the coordinates
    or types in `affects`."""

    level: Level
    code: str
    coordinate: str
    message: str
    affects: frozenset[str] = frozenset()
    parameters: Mapping[str, Any] = field(default_factory=dict)
