"""Hints about subgraphs that compose, one concern per file: a new hint is a new file and one more name here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hub.federation.compose.hints import (
    compatible_types,
    defaults,
    descriptions,
    entities,
    left_out,
    merged_arguments,
    overrides,
    shareable_members,
)
from hub.federation.compose.hints.hint import Hint
from hub.federation.compose.subgraph_model import Subgraph

HINTS: tuple[Callable[[Sequence[Subgraph]], Iterator[Hint]], ...] = (
    compatible_types.check,
    left_out.check,
    defaults.check,
    descriptions.check,
    entities.check,
    overrides.check,
    shareable_members.check,
    merged_arguments.check,
)
