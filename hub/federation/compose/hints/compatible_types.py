"""INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE and _ARGUMENT_TYPE: types that differ and have one that holds for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hub.federation.compose.hints import together
from hub.federation.compose.hints.hint import Hint, hint
from hub.federation.compose.subgraph_model import Input, Output, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """One hint per element."""
    for coordinate, sides in together.fields(subgraphs):
        yield from _differing("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", coordinate, sides, "le plus large")
    for coordinate, having, _ in together.inputs(subgraphs):
        yield from _differing("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", coordinate, having, "le plus étroit")
    for coordinate, having, _ in together.arguments(subgraphs):
        yield from _differing("INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE", coordinate, having, "le plus étroit")


def _differing(code: str, coordinate: str, sides: Mapping[str, Output | Input], kept: str) -> Iterator[Hint]:
    if len({each.type for each in sides.values()}) > 1:
        said = ", ".join(f"« {each.type} » dans {name}" for name, each in sides.items())
        yield hint(code, coordinate, sides, f"le type est {said} ; {kept} est retenu")
