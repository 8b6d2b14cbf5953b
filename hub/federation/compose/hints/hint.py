"""The form of a hint: what composes, and yet may not be what its authors mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    """One remark; `message` is a French sentence that names coordinate and subgraphs, and what came of it."""

    code: str
    coordinate: str
    subgraphs: tuple[str, ...]
    message: str


def hint(code: str, coordinate: str, subgraphs: Iterable[str], said: str) -> Hint:
    """One remark about these subgraphs."""
    names = tuple(sorted(set(subgraphs)))
    return Hint(code, coordinate, names, f"{coordinate} ({', '.join(names)}) : {said}.")
