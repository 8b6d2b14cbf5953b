"""One change of a client schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """`BREAKING`: an operation that was valid may not be, or its answer may not have the type that it had.
    `DANGEROUS`: a client that is valid may meet what it does not expect."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Change:
    """`said` is one French sentence without the coordinate; `touches` names what an operation must use to feel it, all
    or nothing of it is enough (coordinates, or types)."""

    level: Level
    code: str
    coordinate: str
    said: str
    touches: frozenset[str] = field(default_factory=frozenset)
